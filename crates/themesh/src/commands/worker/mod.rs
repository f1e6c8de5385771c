//! Those who take work, and taking it on this machine.

pub mod work;

use clap::Subcommand;
use mesh_model::api::{
    BreakerState, NoInput, WorkerModeInput, WorkerSetInput, WorkerView, Workers,
};
use mesh_model::events::WorkerMode;
use mesh_model::ops::{self, WorkerList, WorkerSet};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Those who take work
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh worker list   (then: mesh worker pause rex)")]
pub enum WorkerVerb {
    /// List those who take work: slots, what they run, how good their work was found
    #[command(after_help = "Example: mesh worker list")]
    List,
    /// Give somebody no more work; what it has it finishes
    #[command(after_help = "Example: mesh worker pause rex")]
    Pause {
        /// The worker
        name: String,
    },
    /// Let somebody hand on what it has and give it no more
    #[command(after_help = "Example: mesh worker drain rex")]
    Drain {
        /// The worker
        name: String,
    },
    /// Give somebody work again
    #[command(after_help = "Example: mesh worker resume rex")]
    Resume {
        /// The worker
        name: String,
    },
    /// Set slots and capabilities, whatever the worker says of itself
    #[command(
        after_help = "Example: mesh worker set rex --slots 3 --can code,review   (as it says itself: mesh worker set rex)"
    )]
    Set {
        /// The worker
        name: String,
        /// Tasks at the same time (absent: as it says itself)
        #[arg(long)]
        slots: Option<u16>,
        /// What it may be given, with commas between (absent: as it says itself)
        #[arg(long, value_name = "SKILLS", value_delimiter = ',')]
        can: Option<Vec<String>>,
    },
}

/// `mesh worker …`
pub fn worker(context: &Context, verb: WorkerVerb) -> Outcome<()> {
    match verb {
        WorkerVerb::List => list(context),
        WorkerVerb::Pause { name } => mode(
            context,
            name,
            WorkerMode::Paused,
            "gets no more work; what it has it finishes",
        ),
        WorkerVerb::Drain { name } => mode(
            context,
            name,
            WorkerMode::Draining,
            "hands on what it has and gets no more",
        ),
        WorkerVerb::Resume { name } => mode(context, name, WorkerMode::Open, "gets work again"),
        WorkerVerb::Set { name, slots, can } => {
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
            let until = worker.breaker_until.map(times::relative);
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
