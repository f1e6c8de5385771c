//! What waits for the word of its room's home: since when it does and whether it still does. Links themselves are in the core's state.

use mesh_model::events::LinkFacts;
use mesh_model::{MessageId, ParticipantId, RoomId, Seq};

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &LinkFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        LinkFacts::EditWaits(facts) => batch.home_waits(event.seq, facts.edit.room, facts.author),
        LinkFacts::Retried(facts) => batch.home_waits_again(facts.of),
        LinkFacts::Dropped(facts) => (facts.seqs.iter()).try_for_each(|seq| batch.no_letter(*seq)),
        _ => Ok(()),
    }
}

impl Batch<'_> {
    pub(in crate::view) fn home_waits(
        &mut self,
        seq: Seq,
        room: RoomId,
        author: ParticipantId,
    ) -> Result<(), StoreError> {
        let (room, author) = (self.room(room)?, self.participant(author)?);
        self.tx
            .prepare_cached("INSERT INTO home_waits (seq, room, author) VALUES (?1, ?2, ?3)")?
            .execute((int(seq.0), room, author))?;
        Ok(())
    }

    /// The home has said what becomes of it: what it took is forgotten here.
    pub(in crate::view) fn home_said(
        &mut self,
        message: MessageId,
        taken: bool,
    ) -> Result<(), StoreError> {
        if taken {
            return self.no_letter(message.0);
        }
        self.tx
            .prepare_cached("UPDATE home_waits SET waits = 0 WHERE seq = ?1")?
            .execute([int(message.0.0)])?;
        Ok(())
    }

    fn home_waits_again(&mut self, seq: Seq) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE home_waits SET waits = 1 WHERE seq = ?1")?
            .execute([int(seq.0)])?;
        Ok(())
    }

    fn no_letter(&mut self, seq: Seq) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("DELETE FROM home_waits WHERE seq = ?1")?
            .execute([int(seq.0)])?;
        Ok(())
    }
}
