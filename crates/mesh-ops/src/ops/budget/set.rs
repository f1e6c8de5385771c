//! `budget.set`

use mesh_model::command::BudgetCommand;
use mesh_model::events::BudgetScope;

use crate::prelude::*;

impl Run for BudgetSet {
    async fn run(door: &Door, call: &Call, input: BudgetSetInput) -> Result<Done, Refusal> {
        let scope = match (&input.agent, input.each_agent, &input.room) {
            (None, false, None) => BudgetScope::Mesh,
            (Some(agent), false, None) => BudgetScope::Agent(call.participant(agent)?.id),
            (None, true, None) => BudgetScope::EachAgent,
            (None, false, Some(room)) => BudgetScope::Room(call.room(room)?.id),
            _ => {
                return Err(refuse::invalid(
                    "more than one of the fields 'agent', 'each_agent' and 'room' is there",
                    "set one budget at a time; without any of them it is the whole mesh's",
                )
                .so(Effect::NothingChanged));
            }
        };
        let command = BudgetCommand::Set {
            scope,
            tokens: input.tokens,
            micros: input.micros,
        };
        call.done(door, Command::Budget(command)).await
    }
}
