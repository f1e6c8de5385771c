//! `alert.set`

use mesh_model::command::AlertCommand;

use crate::prelude::*;

impl Run for AlertSet {
    async fn run(door: &Door, call: &Call, input: AlertSetInput) -> Result<Done, Refusal> {
        let mut rule = door.node().work().alerts().rule(input.kind);
        rule.on = input.on.unwrap_or(rule.on);
        rule.severity = input.severity.unwrap_or(rule.severity);
        rule.threshold = input.threshold.or(rule.threshold);
        rule.push = input.push.unwrap_or(rule.push);
        if let Some(minutes) = input.escalate_minutes {
            rule.escalate_seconds = (minutes > 0).then(|| minutes.saturating_mul(60));
        }
        let kind = input.kind;
        let command = Command::Alert(AlertCommand::Set { kind, rule });
        call.done(door, command).await
    }
}
