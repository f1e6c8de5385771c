//! Budgets: what agents, rooms and the whole mesh may use in a UTC day.
//!
//! An attempt reserves when it is taken what its task declares, and what it cost is charged when it
//! ends. An attempt that ends from outside (a lost lease, a cancellation) is charged what it had
//! reserved, since nobody knows what it used. Nothing is given out against a budget that is spent.

use mesh_model::command::BudgetCommand;
use mesh_model::events::{BudgetScope, BudgetSet, BudgetWarned, Spend};
use mesh_model::limits::{BUDGET_WARN_PERCENT, SPEND_MAX};
use mesh_model::{Capability, Effect, NewEvent, ParticipantId, Permission, Refusal, RoomId};

use super::{day_of, scopes};
use crate::desk::Desk;
use crate::{Decision, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &BudgetCommand) -> Decision {
    let BudgetCommand::Set {
        scope,
        tokens,
        micros,
    } = command;
    set(desk, *scope, *tokens, *micros)
}

/// An attempt needs `reserved` in all instead of what it has: a hard stop.
pub(crate) fn check_budget(
    desk: &Desk<'_>,
    worker: ParticipantId,
    room: RoomId,
    reserved: Spend,
    instead: Spend,
) -> Result<(), Refusal> {
    let more = reserved.minus(instead);
    match (desk.work).exceeded(&scopes(worker, room), more, desk.now()) {
        None => Ok(()),
        Some(scope) => Err(refuse::budget(&whose(desk, scope))),
    }
}

fn whose(desk: &Desk<'_>, scope: BudgetScope) -> String {
    let access = desk.asker.access;
    match scope {
        BudgetScope::Mesh => "the mesh".to_owned(),
        BudgetScope::EachAgent => "each agent".to_owned(),
        BudgetScope::Agent(id) => access
            .participant(id)
            .map_or_else(|| "the agent".to_owned(), |it| format!("@{}", it.handle)),
        BudgetScope::Room(id) => access
            .room(id)
            .map_or_else(|| "the room".to_owned(), |room| refuse::room_label(room)),
    }
}

/// The warnings that charging so much leads to: once at 80 percent and once when all is used.
pub(crate) fn warnings(
    desk: &Desk<'_>,
    worker: ParticipantId,
    room: RoomId,
    spend: Spend,
) -> Vec<NewEvent> {
    if spend.is_zero() {
        return Vec::new();
    }
    let (work, now) = (desk.work, desk.now());
    let day = day_of(now);
    let warned = |scope: BudgetScope| {
        let budget = work.budget(scope)?;
        let used = work.spent(scope, now).plus(spend);
        let percent = percent(budget.tokens, used.tokens).max(percent(budget.micros, used.micros));
        let known = work.spending.get(&scope).filter(|known| known.day == day);
        let known = known.map_or(0, |known| known.warned);
        let percent = match percent {
            100.. => 100,
            reached if reached >= u64::from(BUDGET_WARN_PERCENT) => BUDGET_WARN_PERCENT,
            _ => return None,
        };
        (percent > known).then(|| {
            NewEvent::new(BudgetWarned {
                scope,
                day,
                percent,
            })
        })
    };
    scopes(worker, room)
        .into_iter()
        .filter_map(warned)
        .collect()
}

fn percent(most: Option<u64>, used: u64) -> u64 {
    match most {
        None => 0,
        Some(0) => 100,
        Some(most) => u64::try_from(u128::from(used) * 100 / u128::from(most)).unwrap_or(u64::MAX),
    }
}

fn set(desk: &Desk<'_>, scope: BudgetScope, tokens: Option<u64>, micros: Option<u64>) -> Decision {
    match scope {
        BudgetScope::Room(room) => {
            let found = desk.asker.room(room)?;
            if !desk.asker.has(Permission::AgentsAdmin) {
                desk.asker.check_capability(found, Capability::Moderate)?;
            }
        }
        BudgetScope::Agent(agent) => {
            desk.asker.participant(agent)?;
            desk.check_operator("set an agent's budget")?;
        }
        BudgetScope::Mesh | BudgetScope::EachAgent => desk.check_operator("set budgets")?,
    }
    if tokens
        .into_iter()
        .chain(micros)
        .any(|most| most > SPEND_MAX)
    {
        return Err(refuse::invalid(
            "the budget is larger than any number that is exact",
            "leave it out to allow any sum",
        )
        .so(Effect::NothingChanged));
    }
    let known = desk.work.budgets.get(&scope);
    if known.is_some_and(|known| known.tokens == tokens && known.micros == micros) {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(BudgetSet {
        scope,
        tokens,
        micros,
    })])
}
