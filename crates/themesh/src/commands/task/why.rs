//! The numbers behind a choice, as a table.

use std::collections::HashMap;

use mesh_model::api::{
    BreakerState, BudgetView, NotTaken, ParticipantListInput, TaskRefInput, TaskWhy, WhyWorker,
};
use mesh_model::ops::{ParticipantList, TaskWhyGet};
use mesh_model::{ParticipantId, TaskId};
use mesh_sdk::http::Http;

use super::{short, show};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// `mesh task why`
pub fn why(context: &Context, http: &Http, task: TaskId) -> Outcome<()> {
    let why = http.call::<TaskWhyGet>(TaskRefInput { task })?;
    if printed_json(context, &why)? {
        return Ok(());
    }
    let names = names(http);
    let name = |id: ParticipantId| names.get(&id).cloned().unwrap_or_else(|| short(id));
    line(&format!(
        "{}: {}",
        paint(show::colour(why.state), why.state.name()),
        clean(&why.because)
    ));
    print_facts(&why, &name);
    if !why.workers.is_empty() {
        line("");
        let rows: Vec<Vec<String>> = why
            .workers
            .iter()
            .map(|worker| row(worker, &name))
            .collect();
        table(
            &[
                "worker",
                "score",
                "mean",
                "bonus",
                "good",
                "bad",
                "runs",
                "would get it",
            ],
            &rows,
        );
        line(&paint(
            Colour::Quiet,
            &format!(
                "score is mean and bonus; {} results of this kind were verified by others",
                why.verified
            ),
        ));
    }
    if !why.budgets.is_empty() {
        line("");
        let rows: Vec<Vec<String>> = why
            .budgets
            .iter()
            .map(|budget| budget_row(budget, &name))
            .collect();
        table(&["budget", "used", "set aside", "limit"], &rows);
    }
    Ok(())
}

fn print_facts(why: &TaskWhy, name: &impl Fn(ParticipantId) -> String) {
    let fact = |name: &str, value: String| {
        line(&format!(
            "  {} {value}",
            paint(Colour::Quiet, &format!("{name:<10}"))
        ))
    };
    fact(
        "rank",
        format!("{} ({} urgency)", why.rank, why.urgency.name()),
    );
    if why.ahead > 0 {
        fact(
            "ahead",
            format!("{} of the same room and kind go first", why.ahead),
        );
    }
    if !why.waits_for.is_empty() {
        let ids: Vec<String> = why.waits_for.iter().map(short).collect();
        fact("waits for", ids.join(", "));
    }
    if let Some(attempt) = &why.attempt {
        let score = why
            .score
            .map(|score| format!(", chosen with {}", share(score)));
        fact(
            "with",
            format!(
                "{} since {}; its lease ends {}{}",
                name(attempt.worker),
                times::relative(attempt.since),
                times::relative(attempt.until),
                score.unwrap_or_default()
            ),
        );
    }
    if let Some(rival) = &why.rival {
        fact(
            "instead of",
            format!("{} with {}", name(rival.worker), share(rival.score)),
        );
    }
}

fn row(worker: &WhyWorker, name: &impl Fn(ParticipantId) -> String) -> Vec<String> {
    vec![
        name(worker.worker),
        share(worker.score),
        share(worker.mean),
        share(worker.bonus),
        worker.good.to_string(),
        worker.bad.to_string(),
        format!("{} of {}", worker.running, worker.slots),
        match (worker.not, worker.breaker) {
            (None, BreakerState::HalfOpen) => "yes, on trial".to_owned(),
            (None, _) => "yes".to_owned(),
            (Some(not), _) => format!("no: {}", reason(not)),
        },
    ]
}

fn reason(not: NotTaken) -> &'static str {
    match not {
        NotTaken::Stopped => "dispatch is stopped",
        NotTaken::NotQueued => "nobody may take it now",
        NotTaken::Assigned => "it is for somebody else",
        NotTaken::Offline => "not here",
        NotTaken::Mode => "paused or draining",
        NotTaken::Full => "no free slot",
        NotTaken::Breaker => "failed too often, has to wait",
        NotTaken::Capability => "cannot do that",
        NotTaken::Room => "may not work in this room",
        NotTaken::Apart => "kept apart from it",
        NotTaken::Budget => "a budget is used up",
        NotTaken::Rival => "a better one is asked first",
        NotTaken::Local => "a peer; one of this mesh is asked first",
        NotTaken::Stays => "a peer; the task does not leave this mesh",
    }
}

/// Millionths as a share of one.
fn share(millionths: u32) -> String {
    format!(
        "{}.{:03}",
        millionths / 1_000_000,
        millionths % 1_000_000 / 1000
    )
}

/// A budget as a row: whose, used, set aside, the limit.
pub fn budget_row(budget: &BudgetView, name: &impl Fn(ParticipantId) -> String) -> Vec<String> {
    use mesh_model::events::BudgetScope;
    let scope = match budget.scope {
        BudgetScope::Mesh => "the whole mesh".to_owned(),
        BudgetScope::EachAgent => "each agent".to_owned(),
        BudgetScope::Agent(id) => name(id),
        BudgetScope::Room(id) => format!("room {}", short(id)),
    };
    let spent = |spend| match show::spend(spend) {
        nothing if nothing.is_empty() => "-".to_owned(),
        words => words,
    };
    let mut limits = Vec::new();
    limits.extend(budget.tokens.map(|tokens| format!("{tokens} tokens")));
    limits.extend(budget.micros.map(show::money));
    vec![
        scope,
        spent(budget.spent),
        spent(budget.reserved),
        if limits.is_empty() {
            "none".to_owned()
        } else {
            limits.join(", ")
        },
    ]
}

/// Handles by id, as far as one may know them.
pub fn names(http: &Http) -> HashMap<ParticipantId, String> {
    let everybody = ParticipantListInput::default();
    let found = http.call::<ParticipantList>(everybody);
    let items = found.map(|found| found.items).unwrap_or_default();
    let named = items
        .into_iter()
        .map(|one| (one.id, format!("@{}", one.handle)));
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn millionths_are_shares() {
        assert_eq!(share(1_234_567), "1.234");
        assert_eq!(share(50_000), "0.050");
    }
}
