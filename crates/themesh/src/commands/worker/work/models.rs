//! `mesh work --models`: what a worker with several models has learned of them.

use mesh_work::routing::{Known, Routes, Saved, Tally};
use serde::Serialize;

use super::{state_of, who};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{clean, line, printed_json, table};

/// One model for one kind of task.
#[derive(Serialize)]
struct Row<'a> {
    capability: &'a str,
    length: &'static str,
    model: &'a str,
    #[serde(flatten)]
    tally: Tally,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Learned<'a> {
    models: &'a [Row<'a>],
    saved: Saved,
}

pub(super) fn show(context: &Context) -> Outcome<()> {
    let handle = who(context)?;
    let path = state_of(context, &handle).join(Routes::FILE);
    let known = Known::load(&path).ok_or_else(|| {
        Failure::here(
            format!("@{handle} has not chosen among models on this machine"),
            "name several models: mesh work --as rex --runner anthropic --model SMALL --model LARGE",
        )
    })?;
    let lengths = known
        .memory
        .table()
        .iter()
        .flat_map(|(capability, lengths)| {
            let models = lengths.iter().flat_map(|(length, models)| {
                let row =
                    move |(model, tally): (&'_ String, &Tally)| (*length, model.clone(), *tally);
                models.iter().map(row)
            });
            models.map(move |model| (capability.as_str(), model))
        });
    let rows: Vec<_> = lengths.collect();
    let rows: Vec<Row<'_>> = rows
        .iter()
        .map(|(capability, (length, model, tally))| Row {
            capability,
            length: length.name(),
            model,
            tally: *tally,
        })
        .collect();
    let saved = known.memory.saved();
    let learned = Learned {
        models: &rows,
        saved,
    };
    if printed_json(context, &learned)? {
        return Ok(());
    }
    let heading = [
        "capability",
        "prompt",
        "model",
        "  asked",
        "verified",
        "   good",
        "      each",
    ];
    table(&heading, &rows.iter().map(cells).collect::<Vec<_>>());
    line(&told(saved));
    Ok(())
}

fn cells(row: &Row<'_>) -> Vec<String> {
    let tally = row.tally;
    let share = match tally.verified() {
        0 => String::new(),
        verified => format!(
            "{:.0} %",
            f64::from(tally.good) * 100.0 / f64::from(verified)
        ),
    };
    let each = tally
        .cost()
        .map_or(String::new(), |micros| format!("{:.4}", micros / 1e6));
    vec![
        if row.capability.is_empty() {
            "any".to_owned()
        } else {
            clean(row.capability)
        },
        row.length.to_owned(),
        clean(row.model),
        format!("{:>7}", tally.asked),
        format!("{:>8}", tally.verified()),
        format!("{share:>7}"),
        format!("{each:>10}"),
    ]
}

fn told(saved: Saved) -> String {
    let money = |micros: u64| micros as f64 / 1e6;
    if saved.always == 0 {
        return "Nothing has cost anything yet, or the prices are not known (mesh work --write-prices).".to_owned();
    }
    let less = money(saved.always.saturating_sub(saved.spent));
    let share = less * 100.0 / money(saved.always);
    format!(
        "Spent {:.4}; always the dearest of each kind would have been {:.4}: {less:.4} less ({share:.0} %).",
        money(saved.spent),
        money(saved.always),
    )
}
