//! `context.list`

use crate::ops::present;
use crate::prelude::*;

use mesh_node::machine::{Reader, Whose};
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

/// Programs get what untrusted participants set as text in an envelope, with its name.
fn value(access: &Access, reader: Reader<'_>, room: RoomId, row: ContextRow) -> ContextValue {
    reader.note(room);
    let whose = Whose::of(access, row.author, row.seq).within(room);
    let value = match row.value {
        Value::Null => Value::Null,
        value if reader.seals(&whose) => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            Value::String(format!("{}\n{text}", row.key))
        }
        value => value,
    };
    ContextValue {
        enveloped: reader.seals(&whose) && !value.is_null(),
        value: reader.tell_value(access, &whose, value),
        key: reader.glance(&whose, row.key),
        version: row.seq,
        by: present::participant(access, row.author),
        at: row.at,
    }
}
