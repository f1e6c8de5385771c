//! `context.list`

use crate::ops::present;
use crate::prelude::*;

use mesh_model::events::Trust;
use mesh_node::machine::{Reader, Sealed};
use mesh_store::view::ContextRow;
use serde_json::Value;

impl Run for ContextList {
    async fn run(
        door: &Door,
        call: &Call,
        input: RoomRefInput,
    ) -> Result<List<ContextValue>, Refusal> {
        let room = call.data_room(&input.room)?;
        let access = door.node().access();
        let rows = door.view(call, move |view| view.context(room)).await?;
        let reader = present::reader(door, call);
        let items = rows
            .into_iter()
            .map(|row| value(&access, reader, room, row));
        Ok(List {
            items: items.collect(),
        })
    }
}

/// Programs get what untrusted participants set as text in an envelope.
fn value(access: &Access, reader: Reader<'_>, room: RoomId, row: ContextRow) -> ContextValue {
    reader.note(room);
    let trust = access.trust_of(row.author, false);
    let value = match (reader, row.value) {
        (Reader::Program(envelopes, _), value) if trust < Trust::Local && !value.is_null() => {
            let text = match &value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let words = Sealed {
                seq: row.seq,
                room: Some(room),
                author: Some(row.author),
                trust,
                relayed: None,
                guard: None,
                text: &text,
                payload: None,
            };
            Value::String(envelopes.wrap(access, &words))
        }
        (_, value) => value,
    };
    ContextValue {
        key: row.key,
        value,
        version: row.seq,
        by: present::participant(access, row.author),
        at: row.at,
    }
}
