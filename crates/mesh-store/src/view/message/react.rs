//! Reactions to messages: who reacted with what. They go with the message.

use mesh_model::events::{MessageReacted, MessageUnreacted};
use mesh_model::{MessageId, ParticipantId, Seq};
use rusqlite::Transaction;

use crate::StoreError;
use crate::sql::int;
use crate::view::open::upto;
use crate::view::project::Batch;
use crate::view::{Numbers, StoredEvent, View};

/// Those who reacted to a message with the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionRow {
    /// The emoji.
    pub reaction: String,
    /// Who, the first one first.
    pub by: Vec<ParticipantId>,
}

impl Batch<'_> {
    /// A message that is not there, or is gone, has no reactions.
    pub(super) fn reacted(
        &mut self,
        facts: &MessageReacted,
        event: &StoredEvent<'_>,
    ) -> Result<(), StoreError> {
        let who = self.actor(event)?;
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO reactions SELECT seq, ?2, ?3, ?4 FROM messages WHERE seq = ?1 AND NOT gone",
            )?
            .execute((int(facts.message.0.0), &facts.reaction, who, int(event.seq.0)))?;
        Ok(())
    }

    pub(super) fn unreacted(
        &mut self,
        facts: &MessageUnreacted,
        event: &StoredEvent<'_>,
    ) -> Result<(), StoreError> {
        let who = match facts.who {
            Some(who) => self.participant(who)?,
            None => self.actor(event)?,
        };
        self.tx
            .prepare_cached(
                "DELETE FROM reactions WHERE message = ?1 AND reaction = ?2 AND participant = ?3",
            )?
            .execute((int(facts.message.0.0), &facts.reaction, who))?;
        Ok(())
    }

    pub(super) fn forget_reactions(&mut self, message: i64) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("DELETE FROM reactions WHERE message = ?1")?
            .execute([message])?;
        Ok(())
    }
}

/// The reactions to a message, the first kind first.
pub(super) fn of(
    db: &Transaction<'_>,
    numbers: &Numbers,
    message: Seq,
) -> Result<Vec<ReactionRow>, StoreError> {
    of_then(db, numbers, message, Seq(u64::MAX))
}

/// Those of them that were there at a place.
pub(super) fn of_then(
    db: &Transaction<'_>,
    numbers: &Numbers,
    message: Seq,
    place: Seq,
) -> Result<Vec<ReactionRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT reaction, participant FROM reactions WHERE message = ?1 AND seq <= ?2 ORDER BY seq",
    )?;
    let mut found = statement.query([int(message.0), int(place.0)])?;
    let mut kinds: Vec<ReactionRow> = Vec::new();
    while let Some(row) = found.next()? {
        let reaction: String = row.get(0)?;
        let who = numbers.participant_id(row.get(1)?);
        match kinds.iter_mut().find(|kind| kind.reaction == reaction) {
            Some(kind) => kind.by.push(who),
            None => kinds.push(ReactionRow {
                reaction,
                by: vec![who],
            }),
        }
    }
    Ok(kinds)
}

impl View {
    /// The reactions to a message, with how far the view was: evidence for another one.
    pub fn reactions(&self, message: MessageId) -> Result<(Vec<ReactionRow>, Seq), StoreError> {
        self.read(|db, numbers| Ok((of(db, numbers, message.0)?, upto(db)?)))
    }
}
