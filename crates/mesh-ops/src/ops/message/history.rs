//! `message.history`: what the log has of each version of a message

use mesh_model::Told;
use mesh_model::events::{LinkFacts, MessageFacts};
use mesh_model::limits::VERSIONS_TOLD_MAX;
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::MessageRow;

use crate::evidence::{self, Stored};
use crate::ops::present;
use crate::prelude::*;

use super::get::readable;

impl Run for MessageHistory {
    async fn run(
        door: &Door,
        call: &Call,
        input: MessageRefInput,
    ) -> Result<List<MessageVersion>, Refusal> {
        let row = readable(door, call, input.message).await?;
        if row.is_gone() {
            return Err(refuse::gone(
                format!("{} was taken back or erased", input.message),
                "its place in the conversation is all that is left",
            ));
        }
        let mut said = vec![(row.seq, row.at)];
        said.extend(
            door.view(call, move |view| view.edits(input.message))
                .await?,
        );
        let older = said.len().saturating_sub(VERSIONS_TOLD_MAX);
        let mut stored = Vec::with_capacity(said.len() - older);
        for (seq, at) in said.split_off(older) {
            let found = evidence::stored(door, MessageId(seq)).await?;
            let said = found.filter(|found| !waits(&found.facts));
            stored.extend(said.map(|found| (seq, at, found)));
        }
        let reader = present::reader(door, call);
        reader.note(row.facts.room);
        let items = stored
            .into_iter()
            .map(|(seq, at, stored)| version(call, reader, &row, seq, at, stored));
        Ok(List {
            items: items.collect(),
        })
    }
}

/// New words that their room's home has not taken are no version.
fn waits(facts: &Facts) -> bool {
    matches!(facts, Facts::Link(LinkFacts::EditWaits(_)))
}

fn version(
    call: &Call,
    reader: Reader<'_>,
    row: &MessageRow,
    seq: Seq,
    at: Millis,
    stored: Stored,
) -> MessageVersion {
    let guard = match stored.facts {
        Facts::Message(MessageFacts::Posted(posted)) => posted.guard,
        Facts::Message(MessageFacts::Edited(edited)) => edited.guard,
        _ => None,
    };
    let whose = Whose {
        seq,
        room: Some(row.facts.room),
        author: Some(row.author),
        trust: row.facts.trust,
        relayed: row.facts.relayed.as_ref(),
        guard: guard.as_ref(),
        data: false,
    };
    let body: Option<MessageBody> = stored
        .content
        .and_then(|content| serde_json::from_str(content.get()).ok());
    let redacted = body.is_none();
    let text = body.map(|body| body.text).unwrap_or_default();
    let enveloped = !redacted && reader.seals(&whose);
    let text = if redacted {
        Told::default()
    } else {
        reader.tell(&call.access, &whose, text)
    };
    MessageVersion {
        seq,
        at,
        from: present::participant(&call.access, row.author),
        text,
        trust: row.facts.trust,
        redacted,
        enveloped,
        guard,
    }
}
