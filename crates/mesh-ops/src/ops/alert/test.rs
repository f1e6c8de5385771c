//! `alert.test`

use mesh_model::command::AlertCommand;
use mesh_model::events::AlertSeverity;

use crate::prelude::*;

impl Run for AlertTest {
    async fn run(door: &Door, call: &Call, input: AlertTestInput) -> Result<AlertMade, Refusal> {
        let severity = input.severity.unwrap_or(AlertSeverity::Warning);
        let command = Command::Alert(AlertCommand::Test { severity });
        let outcome = call.submit(door, command).await?;
        // The alert comes last: one of before may end first.
        Ok(AlertMade {
            alert: outcome.last(),
            seq: outcome.last(),
        })
    }
}
