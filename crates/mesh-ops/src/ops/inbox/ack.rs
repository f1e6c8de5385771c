//! `inbox.ack`: a position only ever moves forward, so an idempotency key changes nothing

use crate::prelude::*;

use mesh_model::limits::PAGE_ITEMS_MAX;
use mesh_store::vault::Ack;

impl Run for InboxAck {
    async fn run(door: &Door, call: &Call, input: InboxAckInput) -> Result<InboxPosition, Refusal> {
        let me = call.me()?;
        let head = door.node().head();
        if input.upto.is_none() && input.seqs.is_empty() {
            return Err(refuse::invalid(
                "neither 'upto' nor 'seqs' is given",
                "say what was taken in",
            ));
        }
        if input.seqs.len() > PAGE_ITEMS_MAX {
            return Err(refuse::invalid(
                format!("the field 'seqs' has more than {PAGE_ITEMS_MAX} entries"),
                "acknowledge in several steps, or with 'upto'",
            ));
        }
        if input.seqs.iter().chain(&input.upto).any(|seq| *seq > head) {
            return Err(refuse::invalid(
                format!("what is acknowledged lies beyond the log's end, which is at {head}"),
                "acknowledge the `seq` of messages that you have received",
            ));
        }
        let taken = door
            .vault(move |vault| {
                vault.acknowledge(Ack {
                    participant: me,
                    upto: input.upto,
                    seqs: &input.seqs,
                })
            })
            .await?;
        let position = taken.map_err(|too_many| {
            Refusal::new(
                ErrorCode::Conflict,
                too_many.to_string(),
                Effect::NothingChanged,
                "acknowledge up to a place with 'upto'",
            )
        })?;
        let above = u32::try_from(position.count_above()).unwrap_or(u32::MAX);
        Ok(InboxPosition {
            position: position.upto,
            above,
        })
    }
}
