//! Messages as their readers get them.

mod delete;
mod edit;
mod get;
mod list;
mod post;
mod receipts;
mod redact;
mod search;
mod send;
mod thread;

use mesh_core::Access;
use mesh_model::api::{Message, Quote, SignatureView};
use mesh_model::{MessageId, RoomId};
use mesh_node::machine::{Reader, Sealed};
use mesh_store::view::{MessageRow, QuoteRow};
use serde_json::value::RawValue;

use crate::ops::present;

/// A message as its reader gets it: programs get words that they must not obey in an envelope.
pub(crate) fn view(access: &Access, reader: Reader<'_>, row: MessageRow) -> Message {
    let marked = row.is_marked();
    show(access, reader, row, marked)
}

/// A message that waits for a moderator: nobody has said yet that it is harmless.
pub(crate) fn waiting(access: &Access, reader: Reader<'_>, row: MessageRow) -> Message {
    show(access, reader, row, true)
}

/// The place in a message that matched a search. Programs do not get pieces of what they get in an envelope.
pub(crate) fn snippet(reader: Reader<'_>, row: &MessageRow, snippet: String) -> String {
    match reader {
        Reader::Program(..) if row.is_marked() => String::new(),
        _ => snippet,
    }
}

fn show(access: &Access, reader: Reader<'_>, row: MessageRow, marked: bool) -> Message {
    let (gone, facts) = (row.is_gone(), row.facts);
    // What it quotes was let into its room, so it counts as words of that room.
    reader.note(facts.room);
    let (text, payload, enveloped) = match reader {
        Reader::Program(envelopes, _) if marked && !gone => {
            let words = Sealed {
                seq: row.seq,
                room: Some(facts.room),
                author: Some(row.author),
                trust: facts.trust,
                relayed: facts.relayed.as_ref(),
                guard: facts.guard.as_ref(),
                text: &row.text,
                payload: row.payload.as_deref().map(RawValue::get),
            };
            (envelopes.wrap(access, &words), None, true)
        }
        _ => (row.text, row.payload.as_deref().map(present::object), false),
    };
    let quotes = row.quotes.into_iter();
    Message {
        id: MessageId(row.seq),
        seq: row.seq,
        at: row.at,
        room: facts.room,
        from: present::participant(access, row.author),
        text,
        mentions: facts.mentions,
        priority: facts.priority,
        reply_to: facts.reply_to,
        thread: facts.thread,
        payload,
        payload_type: facts.payload_type,
        edited_at: row.edited_at,
        deleted: row.deleted,
        redacted: row.redacted,
        trust: facts.trust,
        command: facts.command,
        signed: facts.signed.map(|signed| SignatureView {
            key: signed.key,
            sig: signed.sig,
            revoked: access
                .key(row.author, &signed.key)
                .and_then(|key| key.revoked),
        }),
        relayed: facts.relayed,
        labels: facts.labels,
        quotes: quotes.map(|row| quote(access, reader, row)).collect(),
        guard: facts.guard,
        enveloped,
        released: facts.released,
        replies: row.replies,
    }
}

fn quote(access: &Access, reader: Reader<'_>, quote: QuoteRow) -> Quote {
    let message = quote.message;
    let Some(row) = quote.row else {
        return Quote {
            message,
            room: RoomId(uuid::Uuid::nil()),
            from: None,
            text: String::new(),
            gone: true,
        };
    };
    let gone = row.is_gone();
    let text = match reader {
        Reader::Program(envelopes, _) if row.is_marked() && !gone => {
            let words = Sealed {
                seq: row.seq,
                // Whoever reads the quote need not be one who may know the room's name.
                room: None,
                author: Some(row.author),
                trust: row.facts.trust,
                relayed: row.facts.relayed.as_ref(),
                guard: row.facts.guard.as_ref(),
                text: &row.text,
                payload: None,
            };
            envelopes.wrap(access, &words)
        }
        _ => row.text,
    };
    Quote {
        message,
        room: row.facts.room,
        from: Some(row.author).filter(|_| !gone),
        text,
        gone,
    }
}
