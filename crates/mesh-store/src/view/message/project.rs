//! Messages into their tables, with their words.

use std::borrow::Cow;

use mesh_model::api::FileRef;
use mesh_model::events::{
    MessageDeleted, MessageEdited, MessageFacts, MessagePosted, MessageRedacted, MessageRescanned,
    Priority,
};
use mesh_model::{MessageId, ParticipantId};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::more::{More, signed_bytes, trust_number};
use super::read::{DELETED, REDACTED};
use crate::StoreError;
use crate::sql::{int, uuids};
use crate::view::StoredEvent;
use crate::view::index::{MESSAGES, Mark, mark, push_terms};
use crate::view::project::Batch;

/// [`mesh_model::api::MessageBody`] without taking the payload apart.
#[derive(Deserialize, Default)]
pub(in crate::view) struct Body<'a> {
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    #[serde(borrow, default)]
    pub payload: Option<&'a RawValue>,
    #[serde(default)]
    pub files: Vec<FileRef>,
}

impl<'a> Body<'a> {
    pub(in crate::view) fn of(event: &StoredEvent<'a>) -> Body<'a> {
        Body::read(event.content)
    }

    /// Nothing in it if the content is absent, erased or not of the shape expected.
    pub fn read(content: Option<&'a str>) -> Body<'a> {
        content
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }
}

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &MessageFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        MessageFacts::Posted(facts) => batch.message_posted(event, facts),
        MessageFacts::Edited(facts) => batch.message_edited(event, facts),
        MessageFacts::Deleted(facts) => batch.message_deleted(facts),
        MessageFacts::Redacted(facts) => batch.redacted(facts),
        MessageFacts::Reacted(facts) => batch.reacted(facts, event),
        MessageFacts::Unreacted(facts) => batch.unreacted(facts, event),
        // A room's few pins are in the core's state.
        MessageFacts::Pinned(_) | MessageFacts::Unpinned(_) => Ok(()),
    }
}

impl Batch<'_> {
    fn message_posted(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &MessagePosted,
    ) -> Result<(), StoreError> {
        let seq = int(event.seq.0);
        let room = self.room(facts.room)?;
        let author = match facts.author(None) {
            Some(author) => self.participant(author)?,
            None => self.actor(event)?,
        };
        let mentions = self.mention(room, seq, &facts.mentions)?;
        let named = |author| facts.mentions.contains(&author);
        let by = facts.author(event.by.actor.participant());
        let own = match facts.scheduled {
            Some(_) if by.is_some_and(named) => 0,
            _ => author,
        };
        let (nth, nth_own) = self.count(room, own)?;
        let body = Body::of(event);
        let place = |message: Option<MessageId>| message.map(|m| int(m.0.0));
        let priority = match facts.priority {
            Priority::Now => 0,
            Priority::Next => 1,
            Priority::Low => 2,
        };
        self.tx
            .prepare_cached(
                "INSERT INTO messages (seq, room, author, own, at, nth, nth_own, priority, reply_to, thread, mentions, \
                 payload_type, text, payload, trust, signed, more) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            )?
            .execute(rusqlite::params![
                seq,
                room,
                author,
                own,
                int(event.at.0),
                nth,
                nth_own,
                priority,
                place(facts.reply_to),
                place(facts.thread),
                bytes(&facts.mentions),
                facts.payload_type,
                body.text,
                body.payload.map(RawValue::get),
                trust_number(facts.trust),
                facts.signed.as_ref().map(signed_bytes),
                More::of(facts, body.files).stored(),
            ])?;
        if let Some(there) = facts.place() {
            self.tx
                .prepare_cached("INSERT OR REPLACE INTO mirrored VALUES (?1, ?2, ?3, ?4)")?
                .execute((room, there.mesh.0, int(there.message().0.0), seq))?;
        }
        if let Some(root) = place(facts.thread) {
            self.tx
                .prepare_cached("INSERT INTO threads VALUES (?1, 1) ON CONFLICT DO UPDATE SET replies = replies + 1")?
                .execute([root])?;
        }
        let terms = self.terms_posted(seq, &body.text);
        let words = words(&terms, author, &mentions);
        self.index_row(MESSAGES, seq, room, words);
        Ok(())
    }

    /// The new text takes the old one's place, with what the guard says of it. The author signed the old one, not
    /// this one. A message that is gone stays so.
    fn message_edited(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &MessageEdited,
    ) -> Result<(), StoreError> {
        let seq = int(facts.message.0.0);
        let Some(old) = self.known_words(seq)? else {
            return Ok(());
        };
        let (room, author) = (old.room, old.author);
        let mentions = self.mention(room, seq, &facts.mentions)?;
        let body = Body::of(event);
        self.tx
            .prepare_cached("UPDATE messages SET text = ?2, payload = ?3, mentions = ?4, edited_at = ?5, signed = NULL WHERE seq = ?1")?
            .execute((seq, &body.text, body.payload.map(RawValue::get), bytes(&facts.mentions), int(event.at.0)))?;
        self.change(seq, |more| {
            more.guard = facts.guard.clone();
            more.files = body.files;
        })?;
        let new = words_of(&body.text, author, &mentions);
        self.reindex_row(MESSAGES, seq, &old.words, &new)
    }

    /// Another verdict on the same words.
    pub(in crate::view) fn message_rescanned(
        &mut self,
        facts: &MessageRescanned,
    ) -> Result<(), StoreError> {
        let guard = Some(facts.guard.clone());
        self.change(int(facts.message.0.0), |more| more.guard = guard)
    }

    fn message_deleted(&mut self, facts: &MessageDeleted) -> Result<(), StoreError> {
        self.blank(int(facts.message.0.0), DELETED)
    }

    fn redacted(&mut self, facts: &MessageRedacted) -> Result<(), StoreError> {
        self.erased = true;
        for place in &facts.erased {
            self.waits_no_more(int(place.0))?;
        }
        self.message_redacted(int(facts.message.0.0))
    }

    pub(in crate::view) fn message_redacted(&mut self, seq: i64) -> Result<(), StoreError> {
        self.blank(seq, REDACTED)
    }

    /// A message's place and its links stay, its words go: out of the table, the index and the file's free pages.
    fn blank(&mut self, seq: i64, how: i64) -> Result<(), StoreError> {
        if let Some(old) = self.known_words(seq)? {
            self.reindex_row(MESSAGES, seq, &old.words, "")?;
            self.tx
                .prepare_cached(
                    "UPDATE messages SET text = '', payload = NULL, payload_type = NULL, mentions = NULL, signed = NULL \
                     WHERE seq = ?1",
                )?
                .execute([seq])?;
            self.tx
                .prepare_cached(
                    "UPDATE threads SET replies = replies - 1 WHERE root = (SELECT thread FROM messages WHERE seq = ?1)",
                )?
                .execute([seq])?;
            self.change(seq, |more| more.files.clear())?;
            self.forget_reactions(seq)?;
        }
        self.tx
            .prepare_cached("UPDATE messages SET gone = gone | ?2 WHERE seq = ?1")?
            .execute((seq, how))?;
        Ok(())
    }

    /// Changes what few messages have. A message that is not there has nothing to change.
    fn change(&mut self, seq: i64, change: impl FnOnce(&mut More)) -> Result<(), StoreError> {
        let mut select = self
            .tx
            .prepare_cached("SELECT more FROM messages WHERE seq = ?1")?;
        let stored: Option<Option<String>> =
            select.query_row([seq], |row| row.get(0)).optional()?;
        let Some(stored) = stored else {
            return Ok(());
        };
        let before = More::read(stored.as_deref());
        let mut more = before.clone();
        change(&mut more);
        if more != before {
            self.tx
                .prepare_cached("UPDATE messages SET more = ?2 WHERE seq = ?1")?
                .execute((seq, more.stored()))?;
        }
        Ok(())
    }

    /// Notes whom a message names; gives their numbers.
    fn mention(
        &mut self,
        room: i64,
        seq: i64,
        mentions: &[ParticipantId],
    ) -> Result<Vec<i64>, StoreError> {
        let mut numbers = Vec::with_capacity(mentions.len());
        for id in mentions {
            let participant = self.participant(*id)?;
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO mentions VALUES (?1, ?2, ?3)")?
                .execute((participant, room, seq))?;
            numbers.push(participant);
        }
        Ok(numbers)
    }

    /// What the index has of a message, unless it is unknown or is gone already. Whom it names leaves the table.
    fn known_words(&mut self, seq: i64) -> Result<Option<Old>, StoreError> {
        let mut select = self.tx.prepare_cached(
            "SELECT room, author, text, mentions FROM messages WHERE seq = ?1 AND NOT gone",
        )?;
        let found = select.query_row([seq], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, Option<Vec<u8>>>(3)?,
            ))
        });
        let Some((room, author, text, mentions)) = found.optional()? else {
            return Ok(None);
        };
        let mut numbers = Vec::new();
        for id in uuids(&mentions.unwrap_or_default()) {
            let participant = self.participant(ParticipantId(id))?;
            self.tx
                .prepare_cached(
                    "DELETE FROM mentions WHERE participant = ?1 AND room = ?2 AND seq = ?3",
                )?
                .execute((participant, room, seq))?;
            numbers.push(participant);
        }
        Ok(Some(Old {
            room,
            author,
            words: words_of(&text, author, &numbers),
        }))
    }
}

/// A message whose words are about to change.
struct Old {
    room: i64,
    author: i64,
    words: String,
}

/// What the index has of a message with this text.
fn words_of(text: &str, author: i64, mentions: &[i64]) -> String {
    let mut terms = String::with_capacity(text.len() + text.len() / 4);
    push_terms(&mut terms, text);
    words(&terms, author, mentions)
}

/// What the index has of a message: the terms of its text, who wrote it and whom it names.
fn words(terms: &str, author: i64, mentions: &[i64]) -> String {
    let mut words = String::with_capacity(terms.len() + 24 + 12 * mentions.len());
    words.push(' ');
    mark(&mut words, Mark::Author, author);
    for participant in mentions {
        mark(&mut words, Mark::Mention, *participant);
    }
    words.push_str(terms);
    words
}

fn bytes(ids: &[ParticipantId]) -> Option<Vec<u8>> {
    (!ids.is_empty()).then(|| ids.iter().flat_map(|id| *id.0.as_bytes()).collect())
}
