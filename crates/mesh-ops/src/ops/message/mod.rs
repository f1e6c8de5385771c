//! Messages as their readers get them.

mod delete;
mod edit;
mod get;
mod history;
mod list;
mod pin;
mod pins;
pub(crate) mod post;
mod react;
mod receipts;
mod redact;
mod search;
mod send;
mod thread;
mod unpin;
mod unreact;

pub(crate) use edit::{NewWords, edit};
pub(crate) use get::readable;
pub(crate) use post::{Draft, post, told_posted};
pub(crate) use react::reaction;
pub(crate) use redact::places;
pub(crate) use send::direct;

use mesh_core::Access;
use mesh_model::api::{Message, Quote, Reactions, SignatureView};
use mesh_model::limits::REACTORS_TOLD_MAX;
use mesh_model::{MessageId, RoomId, Told};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{MessageRow, QuoteRow, ReactionRow};

use crate::door::Call;
use crate::ops::{file, present};

/// A message as its reader gets it: programs get words that they must not obey in an envelope.
pub(crate) fn view(call: &Call, reader: Reader<'_>, row: MessageRow) -> Message {
    show(call, reader, row, false)
}

/// A message that waits for a moderator: nobody has said yet that it is harmless.
pub(crate) fn waiting(call: &Call, reader: Reader<'_>, row: MessageRow) -> Message {
    show(call, reader, row, true)
}

/// The place in a message that matched a search. Programs do not get pieces of what they get in an envelope.
pub(crate) fn snippet(reader: Reader<'_>, row: &MessageRow, snippet: String) -> Told {
    reader.glance(&whose(row), snippet)
}

/// Whose words a message is.
fn whose(row: &MessageRow) -> Whose<'_> {
    Whose {
        seq: row.seq,
        room: Some(row.facts.room),
        author: Some(row.author),
        trust: row.facts.trust,
        relayed: row.facts.relayed.as_ref(),
        guard: row.facts.guard.as_ref(),
        data: false,
    }
}

fn show(call: &Call, reader: Reader<'_>, mut row: MessageRow, data: bool) -> Message {
    let access = &*call.access;
    let gone = row.is_gone();
    // What it quotes was let into its room, so it counts as words of that room.
    reader.note(row.facts.room);
    let (text, payload) = (std::mem::take(&mut row.text), row.payload.take());
    let whose = Whose {
        data,
        ..whose(&row)
    };
    let heard = if gone {
        Reader::Person.hear(access, &whose, text, payload)
    } else {
        reader.hear(access, &whose, text, payload)
    };
    let relayed = present::relayed(reader, &whose, row.facts.relayed.clone());
    let facts = row.facts;
    let files = file::attachments(call, reader, facts.room, row.files);
    let quotes = row.quotes.into_iter();
    Message {
        id: MessageId(row.seq),
        seq: row.seq,
        at: row.at,
        room: facts.room,
        from: present::participant(access, row.author),
        text: heard.text,
        mentions: facts.mentions,
        priority: facts.priority,
        reply_to: facts.reply_to,
        thread: facts.thread,
        payload: heard.data,
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
        relayed,
        labels: facts.labels,
        quotes: quotes.map(|row| quote(access, reader, row)).collect(),
        files,
        guard: facts.guard,
        enveloped: heard.enveloped,
        released: facts.released,
        closing: facts.closing,
        scheduled: facts.scheduled.map(Into::into),
        replies: row.replies,
        reactions: row
            .reactions
            .into_iter()
            .map(|kind| reactions(call, kind))
            .collect(),
    }
}

fn reactions(call: &Call, kind: ReactionRow) -> Reactions {
    let me = call.actor.participant();
    Reactions {
        own: me.is_some_and(|me| kind.by.contains(&me)),
        count: u32::try_from(kind.by.len()).unwrap_or(u32::MAX),
        reaction: kind.reaction,
        by: kind.by.into_iter().take(REACTORS_TOLD_MAX).collect(),
    }
}

fn quote(access: &Access, reader: Reader<'_>, quote: QuoteRow) -> Quote {
    let message = quote.message;
    let Some(row) = quote.row else {
        return Quote {
            message,
            room: RoomId(uuid::Uuid::nil()),
            from: None,
            text: Told::default(),
            gone: true,
        };
    };
    let gone = row.is_gone();
    // Whoever reads the quote need not be one who may know the room's name.
    let whose = Whose {
        room: None,
        ..whose(&row)
    };
    let text = if gone {
        Told::default()
    } else {
        reader.tell(access, &whose, row.text.clone())
    };
    Quote {
        message,
        room: row.facts.room,
        from: Some(row.author).filter(|_| !gone),
        text,
        gone,
    }
}
