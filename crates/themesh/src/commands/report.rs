//! `mesh report`: who did what, what failed and why, where time and money went.

use std::collections::BTreeMap;

use clap::Args;
use mesh_model::api::{
    FailureReported, JournalReported, ParticipantReported, Report, ReportGetInput, TaskReported,
    WorkReported,
};
use mesh_model::events::FailureCause;
use mesh_model::ops::ReportGet;
use mesh_model::{Millis, RoomId, Told};

use crate::commands::task::{money, spend};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, printed_json, table};
use crate::times::{self, span};

/// Sum up a stretch of time: who did what, what failed and why, where time and money went
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh report                       (the last day)\n          mesh report --room ops --since 7d\n          mesh report --since 2026-11-01 --until 2026-11-30 --json"
)]
pub struct ReportArgs {
    /// Only this room
    #[arg(long)]
    pub room: Option<String>,
    /// From here on: a day such as 2026-11-01, RFC 3339, or so long ago: 90m, 12h, 7d; a day before the end unless named
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Up to here, written alike; now unless named
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// `mesh report`
pub fn report(context: &Context, args: ReportArgs) -> Outcome<()> {
    let moment =
        |text: Option<String>, clock| text.map(|text| times::moment(&text, clock)).transpose();
    let input = ReportGetInput {
        room: args.room,
        since: moment(args.since, times::DAY_BEGINS)?,
        until: moment(args.until, times::DAY_ENDS)?,
    };
    let report = context.http()?.call::<ReportGet>(input)?;
    if printed_json(context, &report)? {
        return Ok(());
    }
    summary(&report);
    let rooms: BTreeMap<RoomId, &str> = report
        .rooms
        .iter()
        .filter_map(|room| Some((room.room, room.name.as_deref()?)))
        .collect();
    people(&report.participants);
    failures(&report.failures);
    errors(report.journal.as_ref());
    places(&report);
    tasks("took longest", &report.slowest, &rooms);
    tasks("cost most", &report.dearest, &rooms);
    Ok(())
}

fn summary(report: &Report) {
    line(&format!(
        "From {} to {} (UTC)",
        minute(report.since),
        minute(report.until)
    ));
    let (tasks, work, asked) = (&report.tasks, &report.work, &report.approvals);
    let mut done = format!(
        "{} created, {} done, {} failed, {} cancelled; {} open now",
        tasks.created, tasks.done, tasks.failed, tasks.cancelled, tasks.open
    );
    if let Some(ms) = tasks.mean_wait_ms {
        done.push_str(&format!("; begun after {} on average", span(ms)));
    }
    let mut approvals = format!(
        "{} asked, {} given, {} refused, {} expired",
        asked.asked, asked.approved, asked.rejected, asked.expired
    );
    if let Some(ms) = asked.mean_wait_ms {
        approvals.push_str(&format!("; answered after {} on average", span(ms)));
    }
    let spent = Some(spend(work.spend)).filter(|text| !text.is_empty());
    let attempts = format!(
        "{} with a result, {} failed, {} lost, {} handed on; {} of work, {}",
        work.finished,
        work.failed,
        work.lost,
        work.handed_off,
        span(work.busy_ms),
        spent.unwrap_or_else(|| "no cost reported".to_owned())
    );
    let messages = report.messages.map(|count| count.to_string());
    let lines = report.journal.as_ref().map(|lines| {
        format!(
            "{} errors, {} warnings, {} of what was done, {} for looking for faults",
            lines.error, lines.warn, lines.info, lines.debug
        )
    });
    let facts = [
        ("tasks", Some(done)),
        ("attempts", Some(attempts)),
        ("approvals", Some(approvals)),
        ("messages", messages),
        ("journals", lines),
    ];
    for (name, text) in facts {
        if let Some(text) = text {
            line(&format!(
                "{}  {text}",
                paint(Colour::Quiet, &format!("{name:>9}"))
            ));
        }
    }
}

/// A moment to the minute.
fn minute(at: Millis) -> String {
    let text = at.to_string();
    text.get(..16).unwrap_or(&text).replace('T', " ")
}

/// A heading, and a table unless there is nothing to show.
fn section(title: &str, heading: &[&str], rows: &[Vec<String>]) {
    if !rows.is_empty() {
        line("");
        line(title);
        table(heading, rows);
    }
}

fn right(number: u64) -> String {
    format!("{number:>8}")
}

fn work(work: &WorkReported) -> [String; 4] {
    let without = work.failed + work.lost;
    [
        right(work.finished),
        right(without),
        format!("{:>8}", span(work.busy_ms)),
        format!("{:>10}", money(work.spend.micros)),
    ]
}

fn people(people: &[ParticipantReported]) {
    let rows = people.iter().map(|one| {
        let mut row = vec![
            one.participant.handle.clone(),
            one.messages.map(right).unwrap_or_default(),
            right(one.created),
        ];
        row.extend(work(&one.work));
        row
    });
    let heading = [
        "who",
        "messages",
        "  tasks",
        "results",
        "without",
        "  worked",
        "      cost",
    ];
    section("Who did what", &heading, &rows.collect::<Vec<_>>());
}

fn failures(failures: &[FailureReported]) {
    let rows = failures.iter().map(|one| {
        let words = one.reason.as_ref().or(one.title.as_ref());
        vec![
            one.worker.handle.clone(),
            cause(one.cause).to_owned(),
            right(one.count),
            one.last.to_string(),
            words.map(one_line).unwrap_or_default(),
        ]
    });
    let heading = ["who", "why", "   times", "last task", "in its words"];
    section("What failed", &heading, &rows.collect::<Vec<_>>());
}

fn errors(lines: Option<&JournalReported>) {
    let errors = lines.into_iter().flat_map(|lines| &lines.errors);
    let rows = errors.map(|one| {
        vec![
            one.from.handle.clone(),
            right(one.count),
            one.last.to_string(),
            one_line(&one.text),
        ]
    });
    let heading = ["who", "   times", "last at", "in its words"];
    section("Errors in journals", &heading, &rows.collect::<Vec<_>>());
}

fn cause(cause: FailureCause) -> &'static str {
    match cause {
        FailureCause::Reported => "it said so",
        FailureCause::LeaseExpired => "no heartbeat",
        FailureCause::CheckFailed => "check not passed",
    }
}

fn one_line(told: &Told) -> String {
    told.as_ref()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn places(report: &Report) {
    let heading = ["where", "results", "without", "  worked", "      cost"];
    let rooms = report
        .rooms
        .iter()
        .filter(|room| room.work != WorkReported::default());
    let rooms = rooms.map(|room| {
        let name = room
            .name
            .clone()
            .unwrap_or_else(|| "a direct conversation".to_owned());
        std::iter::once(name).chain(work(&room.work)).collect()
    });
    section("By room", &heading, &rooms.collect::<Vec<_>>());
    let models = report.models.iter().map(|model| {
        let name = model
            .model
            .as_ref()
            .map_or_else(|| "not named".to_owned(), one_line);
        std::iter::once(name).chain(work(&model.work)).collect()
    });
    let heading = ["model", "results", "without", "  worked", "      cost"];
    section("By model", &heading, &models.collect::<Vec<_>>());
}

fn tasks(what: &str, tasks: &[TaskReported], rooms: &BTreeMap<RoomId, &str>) {
    let rows = tasks.iter().map(|one| {
        vec![
            one.task.to_string(),
            rooms.get(&one.room).copied().unwrap_or_default().to_owned(),
            format!("{:>8}", span(one.took_ms)),
            format!("{:>10}", money(one.spend.micros)),
            one.title.as_ref().map(one_line).unwrap_or_default(),
        ]
    });
    let heading = ["task", "room", "    took", "      cost", "title"];
    section(
        &format!("Tasks that {what}"),
        &heading,
        &rows.collect::<Vec<_>>(),
    );
}
