//! `room.policy_set`

use crate::evidence;
use crate::prelude::*;
use mesh_model::command::PolicyCommand;
use mesh_model::events::PolicyFacts;

impl Run for RoomPolicySet {
    async fn run(door: &Door, call: &Call, input: PolicySetInput) -> Result<PolicySet, Refusal> {
        let room = call.room(&input.room)?.id;
        evidence::check_policy_schema(door, &input.policy).await?;
        let command = Command::Policy(PolicyCommand::Set {
            room,
            policy: Box::new(input.policy),
            expected: input.expected_version,
            force: input.force,
        });
        let outcome = call.submit(door, command).await?;
        if outcome.count == 0 {
            // It is the policy that holds already.
            let record = door
                .node()
                .access()
                .policy(room)
                .map(|record| (record.version, record.seq));
            let (version, seq) = record.unwrap_or_default();
            return Ok(PolicySet { version, seq });
        }
        told::<RoomPolicySet>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<PolicySet> {
        facts.into_iter().find_map(|facts| match facts {
            Facts::Policy(PolicyFacts::Set(set)) => Some(PolicySet {
                version: set.version,
                seq: outcome.last(),
            }),
            _ => None,
        })
    }
}
