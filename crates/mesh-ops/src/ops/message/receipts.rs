//! `message.receipts`: how far a message has come with each recipient

use crate::ops::present;
use crate::prelude::*;

use mesh_model::Capability;

use super::get::readable;

impl Run for MessageReceipts {
    async fn run(
        door: &Door,
        call: &Call,
        input: MessageRefInput,
    ) -> Result<List<Receipt>, Refusal> {
        let row = readable(door, call, input.message).await?;
        let recipients: Vec<_> = call
            .access
            .members(row.facts.room)
            .into_iter()
            .map(|(id, _)| id)
            .filter(|id| *id != row.author && call.sees(*id))
            .filter(|id| {
                call.access
                    .capabilities(row.facts.room, *id)
                    .has(Capability::Listen)
            })
            .collect();
        let message = input.message;
        let replied = door.view(call, move |view| view.repliers(message)).await?;
        let asked = recipients.clone();
        let positions = door.vault(move |vault| vault.positions(&asked)).await?;
        let items = recipients.into_iter().zip(positions).map(|(id, position)| {
            let stage = match () {
                () if replied.contains(&id) => Stage::Replied,
                () if position.has(row.seq) => Stage::InContext,
                () if door.node().offered(id, row.seq) => Stage::Offered,
                () => Stage::Stored,
            };
            Receipt {
                participant: present::participant(&call.access, id),
                stage,
            }
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
