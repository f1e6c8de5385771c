//! Those who take work; dispatch, budgets and costs.

use mesh_model::api::{
    BreakerState, BudgetSetInput, CostBy, CostListInput, NoInput, WorkerModeInput, WorkerSetInput,
    WorkerView, Workers,
};
use mesh_model::events::{Spend, WorkerMode};
use mesh_model::ops::{
    self, BudgetList, BudgetSet, CostList, DispatchResume, DispatchStop, WorkerList, WorkerSet,
};

use super::task::{budget_row, money, names, short};
use crate::cli::{Budget, By, Dispatch, Worker};
use crate::commands::{printed_json, when};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Colour, clean, line, paint, table};

/// `mesh worker …`
pub fn worker(context: &Context, verb: Worker) -> Outcome<()> {
    match verb {
        Worker::List => list(context),
        Worker::Pause { name } => mode(
            context,
            name,
            WorkerMode::Paused,
            "gets no more work; what it has it finishes",
        ),
        Worker::Drain { name } => mode(
            context,
            name,
            WorkerMode::Draining,
            "hands on what it has and gets no more",
        ),
        Worker::Resume { name } => mode(context, name, WorkerMode::Open, "gets work again"),
        Worker::Set { name, slots, can } => {
            let input = WorkerSetInput {
                worker: name.clone(),
                slots,
                capabilities: can,
            };
            let done = context.http()?.call::<WorkerSet>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("@{} is set", name.trim_start_matches('@')));
            }
            Ok(())
        }
    }
}

fn mode(context: &Context, worker: String, mode: WorkerMode, said: &str) -> Outcome<()> {
    let name = worker.trim_start_matches('@').to_owned();
    let done = context
        .http()?
        .call::<ops::WorkerMode>(WorkerModeInput { worker, mode })?;
    if !printed_json(context, &done)? {
        line(&format!("@{name} {said}"));
    }
    Ok(())
}

fn list(context: &Context) -> Outcome<()> {
    let workers = context.http()?.call::<WorkerList>(NoInput {})?;
    if printed_json(context, &workers)? {
        return Ok(());
    }
    print(&workers);
    Ok(())
}

fn print(workers: &Workers) {
    if workers.stopped {
        line(&paint(
            Colour::Warning,
            "dispatch is stopped: nobody gets work (mesh dispatch resume)",
        ));
    }
    if workers.items.is_empty() {
        line("Nobody takes work yet. Let an agent: mesh work --as NAME");
        return;
    }
    let rows: Vec<Vec<String>> = workers.items.iter().map(row).collect();
    table(
        &["worker", "state", "tasks", "good/bad", "runs on", "can"],
        &rows,
    );
}

fn row(worker: &WorkerView) -> Vec<String> {
    let state = match (worker.here, worker.mode, worker.breaker) {
        (false, ..) => "away".to_owned(),
        (true, WorkerMode::Paused, _) => "paused".to_owned(),
        (true, WorkerMode::Draining, _) => "draining".to_owned(),
        (true, WorkerMode::Open, BreakerState::Open) => {
            let until = worker.breaker_until.map(when::relative);
            format!("resting, tries {}", until.unwrap_or_default())
        }
        (true, WorkerMode::Open, BreakerState::HalfOpen) => "on trial".to_owned(),
        (true, WorkerMode::Open, BreakerState::Closed) => "here".to_owned(),
    };
    let (good, bad) = worker.records.iter().fold((0, 0), |(good, bad), record| {
        (good + record.good, bad + record.bad)
    });
    let machine = worker.machine.as_deref().unwrap_or_default();
    let runner = worker.runner.as_deref().unwrap_or_default();
    vec![
        format!("@{}", worker.worker.handle),
        state,
        format!("{} of {}", worker.running.len(), worker.slots),
        format!("{good}/{bad}"),
        clean(format!("{machine} {runner}").trim()),
        clean(&worker.capabilities.join(", ")),
    ]
}

/// `mesh dispatch …`
pub fn dispatch(context: &Context, verb: Dispatch) -> Outcome<()> {
    let http = context.http()?;
    let (done, said) = match verb {
        Dispatch::Stop => (
            http.call::<DispatchStop>(NoInput {})?,
            "no work is given out until `mesh dispatch resume`; what is under way goes on",
        ),
        Dispatch::Resume => (
            http.call::<DispatchResume>(NoInput {})?,
            "work is given out again",
        ),
    };
    if !printed_json(context, &done)? {
        line(said);
    }
    Ok(())
}

/// `mesh budget …`
pub fn budget(context: &Context, verb: Budget) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        Budget::List => {
            let list = http.call::<BudgetList>(NoInput {})?;
            if printed_json(context, &list)? {
                return Ok(());
            }
            if list.items.is_empty() {
                line("There are no budgets. Set one: mesh budget set --agent NAME --tokens 200000");
                return Ok(());
            }
            let known = names(&http);
            let name = |id| known.get(&id).cloned().unwrap_or_else(|| short(id));
            let rows: Vec<Vec<String>> = list
                .items
                .iter()
                .map(|budget| budget_row(budget, &name))
                .collect();
            table(&["budget", "used today", "set aside", "limit a day"], &rows);
        }
        Budget::Set {
            agent,
            each_agent,
            room,
            tokens,
            cost,
        } => {
            let micros = cost.as_deref().map(micros).transpose()?;
            let input = BudgetSetInput {
                agent,
                each_agent,
                room,
                tokens,
                micros,
            };
            let done = http.call::<BudgetSet>(input)?;
            if !printed_json(context, &done)? {
                line(match tokens.is_none() && micros.is_none() {
                    true => "there is no limit any more",
                    false => "the budget holds from here on; it begins anew each day (UTC)",
                });
            }
        }
    }
    Ok(())
}

/// A sum as millionths.
fn micros(text: &str) -> Outcome<u64> {
    let wrong = || {
        Failure::usage(
            format!("'{text}' is no sum; nothing was changed"),
            "for example 1.50, with at most six places",
        )
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || rest.len() > 6 || !digits(whole) || !digits(rest) {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let rest: u64 = format!("{rest:0<6}").parse().map_err(|_| wrong())?;
    let whole = whole.checked_mul(1_000_000).ok_or_else(wrong)?;
    whole.checked_add(rest).ok_or_else(wrong)
}

/// `mesh costs`
pub fn costs(context: &Context, by: By, days: u32) -> Outcome<()> {
    let (by, heading) = match by {
        By::Model => (CostBy::Model, "model"),
        By::Agent => (CostBy::Agent, "agent"),
        By::Room => (CostBy::Room, "room"),
        By::Day => (CostBy::Day, "day"),
    };
    let input = CostListInput {
        by,
        days: Some(days),
    };
    let list = context.http()?.call::<CostList>(input)?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("Nothing was spent in that time.");
        return Ok(());
    }
    let mut all = Spend::default();
    let mut attempts = 0_u64;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for cost in &list.items {
        all.tokens = all.tokens.saturating_add(cost.spend.tokens);
        all.micros = all.micros.saturating_add(cost.spend.micros);
        attempts += u64::from(cost.attempts);
        rows.push(cost_row(
            clean(&cost.name),
            u64::from(cost.attempts),
            cost.spend,
        ));
    }
    rows.push(cost_row("together".to_owned(), attempts, all));
    table(&[heading, "attempts", "tokens", "cost"], &rows);
    Ok(())
}

/// Numbers end below one another.
fn cost_row(name: String, attempts: u64, spend: Spend) -> Vec<String> {
    vec![
        name,
        format!("{attempts:>8}"),
        format!("{:>12}", spend.tokens),
        format!("{:>12}", money(spend.micros)),
    ]
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn sums_are_read_exactly() {
        for (text, number) in [
            ("1.50", 1_500_000),
            ("20", 20_000_000),
            ("0.000001", 1),
            ("3.", 3_000_000),
        ] {
            assert_eq!(micros(text).unwrap(), number, "{text}");
        }
        for wrong in [
            "",
            ".5",
            "-1",
            "1,5",
            "0.0000001",
            "a",
            "99999999999999999999",
        ] {
            assert!(micros(wrong).is_err(), "{wrong}");
        }
    }
}
