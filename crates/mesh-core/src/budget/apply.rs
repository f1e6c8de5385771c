//! What the events of budgets do to the state, and what attempts use of them.

use mesh_model::events::{BudgetFacts, BudgetScope, Spend};
use mesh_model::{Millis, ParticipantId, RoomId};

use super::{Spending, day_of};
use crate::{Budget, State, Stored, Work};

pub(crate) fn apply(state: &mut State, facts: &BudgetFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        BudgetFacts::Set(facts) => {
            let budget = Budget {
                tokens: facts.tokens,
                micros: facts.micros,
            };
            work.budgets.insert(facts.scope, budget);
            if let Some(spending) = work.spending.get_mut(&facts.scope) {
                spending.warned = 0;
            }
        }
        BudgetFacts::Warned(facts) => {
            let spending = work.spending.entry(facts.scope).or_default();
            if spending.day == facts.day {
                spending.warned = facts.percent;
            }
        }
    }
}

impl Work {
    pub(crate) fn charge(&mut self, worker: ParticipantId, room: RoomId, spend: Spend, at: Millis) {
        if spend.is_zero() {
            return;
        }
        let day = day_of(at);
        let scopes = [
            BudgetScope::Mesh,
            BudgetScope::Agent(worker),
            BudgetScope::Room(room),
        ];
        for scope in scopes {
            let spending = self.spending.entry(scope).or_default();
            if spending.day < day {
                *spending = Spending {
                    day,
                    ..Spending::default()
                };
            }
            spending.spent = spending.spent.plus(spend);
        }
    }
}
