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
use mesh_model::MessageId;
use mesh_model::api::{Message, Quote, SignatureView};
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
        Reader::Program(_) if row.is_marked() => String::new(),
        _ => snippet,
    }
}

fn show(access: &Access, reader: Reader<'_>, row: MessageRow, marked: bool) -> Message {
    let gone = row.deleted || row.redacted;
    let (text, payload, enveloped) = match reader {
        Reader::Program(envelopes) if marked && !gone => {
            let words = Sealed {
                seq: row.seq,
                room: Some(row.room),
                author: Some(row.author),
                trust: row.trust,
                relayed: row.relayed.as_ref(),
                guard: row.guard.as_ref(),
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
        room: row.room,
        from: present::participant(access, row.author),
        text,
        mentions: row.mentions,
        priority: row.priority,
        reply_to: row.reply_to,
        thread: row.thread,
        payload,
        payload_type: row.payload_type,
        edited_at: row.edited_at,
        deleted: row.deleted,
        redacted: row.redacted,
        trust: row.trust,
        command: row.command,
        signed: row.signed.map(|signed| SignatureView {
            key: signed.key,
            sig: signed.sig,
            revoked: access
                .key(row.author, &signed.key)
                .and_then(|key| key.revoked),
        }),
        relayed: row.relayed,
        labels: row.labels,
        quotes: quotes.map(|row| quote(access, reader, row)).collect(),
        guard: row.guard,
        enveloped,
        released: row.released,
        replies: row.replies,
    }
}

fn quote(access: &Access, reader: Reader<'_>, row: QuoteRow) -> Quote {
    let text = match reader {
        Reader::Program(envelopes) if row.is_marked() && !row.gone => {
            let words = Sealed {
                seq: row.message.0,
                // Whoever reads the quote need not be one who may know the room's name.
                room: None,
                author: Some(row.author),
                trust: row.trust,
                relayed: row.relayed.as_ref(),
                guard: row.guard.as_ref(),
                text: &row.text,
                payload: None,
            };
            envelopes.wrap(access, &words)
        }
        _ => row.text,
    };
    Quote {
        message: row.message,
        room: row.room,
        from: Some(row.author).filter(|_| !row.gone),
        text,
        gone: row.gone,
    }
}
