//! Budgets: what agents, rooms and the whole mesh may use in a UTC day.
//!
//! An attempt reserves when it is taken what its task declares, and what it cost is charged when it
//! ends. An attempt that ends from outside (a lost lease, a cancellation) is charged what it had
//! reserved, since nobody knows what it used. Nothing is given out against a budget that is spent.

use mesh_model::events::{BudgetScope, BudgetWarned, Spend};
use mesh_model::limits::{AGENT_TOKENS_PER_DAY_DEFAULT, BUDGET_WARN_PERCENT};
use mesh_model::{Millis, NewEvent, ParticipantId, Refusal, RoomId};

use crate::refuse;
use crate::work::{Budget, Desk, Work};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Days since 1970-01-01.
pub(crate) fn day_of(at: Millis) -> u32 {
    u32::try_from(at.0 / DAY_MS).unwrap_or(u32::MAX)
}

/// The budgets an attempt counts against.
pub(crate) fn scopes(worker: ParticipantId, room: RoomId) -> [BudgetScope; 3] {
    [
        BudgetScope::Agent(worker),
        BudgetScope::Room(room),
        BudgetScope::Mesh,
    ]
}

impl Work {
    /// The budget that holds for a scope, if there is one.
    pub fn budget(&self, scope: BudgetScope) -> Option<Budget> {
        let own = self.budgets.get(&scope).copied();
        match scope {
            BudgetScope::Agent(_) | BudgetScope::EachAgent => own
                .or_else(|| self.budgets.get(&BudgetScope::EachAgent).copied())
                .or(Some(Budget {
                    tokens: Some(AGENT_TOKENS_PER_DAY_DEFAULT),
                    micros: None,
                })),
            BudgetScope::Mesh | BudgetScope::Room(_) => own,
        }
    }

    /// Whose budgets are set.
    pub fn budgets(&self) -> impl Iterator<Item = BudgetScope> {
        self.budgets.keys().copied()
    }

    /// Used on that day.
    pub fn spent(&self, scope: BudgetScope, now: Millis) -> Spend {
        match self.spending.get(&scope) {
            Some(spending) if spending.day == day_of(now) => spending.spent,
            _ => Spend::default(),
        }
    }

    /// Set aside for attempts under way.
    pub fn reserved(&self, scope: BudgetScope) -> Spend {
        self.index.reserved.get(&scope).copied().unwrap_or_default()
    }

    /// The first budget against which no attempt that needs so much may begin.
    pub(crate) fn short(
        &self,
        scopes: &[BudgetScope],
        more: Spend,
        now: Millis,
    ) -> Option<BudgetScope> {
        self.over(scopes, more, now, |most, used, more| {
            used >= most || used.saturating_add(more) > most
        })
    }

    /// What may still be reserved against all of these budgets; nothing at all if one of them is used
    /// up.
    pub(crate) fn left(&self, scopes: &[BudgetScope], now: Millis) -> Option<Spend> {
        let mut left = Spend {
            tokens: u64::MAX,
            micros: u64::MAX,
        };
        for scope in scopes {
            let Some(budget) = self.budget(*scope) else {
                continue;
            };
            let used = self.spent(*scope, now).plus(self.reserved(*scope));
            let rest = |most: Option<u64>, used: u64| match most {
                None => Some(u64::MAX),
                Some(most) => most.checked_sub(used).filter(|rest| *rest > 0),
            };
            left.tokens = left.tokens.min(rest(budget.tokens, used.tokens)?);
            left.micros = left.micros.min(rest(budget.micros, used.micros)?);
        }
        Some(left)
    }

    /// The first budget that does not allow an attempt under way to take so much more.
    fn exceeded(&self, scopes: &[BudgetScope], more: Spend, now: Millis) -> Option<BudgetScope> {
        self.over(scopes, more, now, |most, used, more| {
            more > 0 && used.saturating_add(more) > most
        })
    }

    fn over(
        &self,
        scopes: &[BudgetScope],
        more: Spend,
        now: Millis,
        test: impl Fn(u64, u64, u64) -> bool,
    ) -> Option<BudgetScope> {
        scopes.iter().copied().find(|scope| {
            let Some(budget) = self.budget(*scope) else {
                return false;
            };
            let used = self.spent(*scope, now).plus(self.reserved(*scope));
            let tokens = |most| test(most, used.tokens, more.tokens);
            let micros = |most| test(most, used.micros, more.micros);
            budget.tokens.is_some_and(tokens) || budget.micros.is_some_and(micros)
        })
    }
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
