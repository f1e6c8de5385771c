//! `message.receipts`: how far a message has come with each recipient

use crate::ops::{delivery, present};
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
        let (positions, standings) = door
            .vault(move |vault| {
                Ok((
                    vault.positions(&asked)?,
                    vault.standings(&asked, message.0)?,
                ))
            })
            .await?;
        let known = positions.into_iter().zip(standings);
        let items = recipients
            .into_iter()
            .zip(known)
            .map(|(id, (position, standing))| {
                let standing = standing.map(|standing| standing.told(call.now));
                // Taken in by another way: what a session was handed meanwhile says nothing any more.
                let standing = standing.filter(|standing| {
                    standing.state == DeliveryState::Read || !position.has(row.seq)
                });
                let handed = standing
                    .as_ref()
                    .is_some_and(|standing| standing.is_under_way(call.now));
                let stage = match () {
                    () if replied.contains(&id) => Stage::Replied,
                    () if position.has(row.seq) => Stage::InContext,
                    () if handed || door.node().offered(id, row.seq) => Stage::Offered,
                    () => Stage::Stored,
                };
                Receipt {
                    participant: present::participant(&call.access, id),
                    stage,
                    delivery: standing.map(|found| delivery::standing(row.seq, found)),
                }
            });
        Ok(List {
            items: items.collect(),
        })
    }
}
