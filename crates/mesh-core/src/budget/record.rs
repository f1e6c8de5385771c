//! What the state remembers of budgets, and what is left of them.

use mesh_model::events::{BudgetScope, Spend};
use mesh_model::limits::AGENT_TOKENS_PER_DAY_DEFAULT;
use mesh_model::{Millis, ParticipantId, RoomId};
use serde::{Deserialize, Serialize};

use crate::Work;

/// What may be used in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Tokens.
    pub tokens: Option<u64>,
    /// Millionths of the mesh's currency.
    pub micros: Option<u64>,
}

/// What was used on the last day that anything was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spending {
    pub day: u32,
    pub spent: Spend,
    /// The percentage of which a warning was given.
    pub warned: u8,
}

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Days since 1970-01-01.
pub(crate) fn day_of(at: Millis) -> u32 {
    u32::try_from(at.0 / DAY_MS).unwrap_or(u32::MAX)
}

/// When the UTC day of a moment ends, unix milliseconds.
pub(crate) fn day_end(at: Millis) -> u64 {
    (u64::from(day_of(at)) + 1).saturating_mul(DAY_MS)
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

    /// Whether nothing of it is left on that day.
    pub(crate) fn is_used_up(&self, scope: BudgetScope, now: Millis) -> bool {
        let spent = self.spent(scope, now);
        self.budget(scope).is_some_and(|budget| {
            budget.tokens.is_some_and(|most| spent.tokens >= most)
                || budget.micros.is_some_and(|most| spent.micros >= most)
        })
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
    pub(crate) fn exceeded(
        &self,
        scopes: &[BudgetScope],
        more: Spend,
        now: Millis,
    ) -> Option<BudgetScope> {
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
