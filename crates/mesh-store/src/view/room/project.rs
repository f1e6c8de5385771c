//! Rooms, who was in them when, and what they keep no longer.

use mesh_model::api::RoomText;
use mesh_model::events::{
    GroupFacts, GroupMemberAdded, GroupMemberRemoved, RoomCreated, RoomExpired, RoomFacts,
    RoomUpdated,
};
use mesh_model::{GroupId, ParticipantId, RoomId};
use rusqlite::OptionalExtension;

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};
use crate::view::task::schema::{LAST_PLACE, SPEAKS};

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &RoomFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        RoomFacts::Created(facts) => batch.room_created(event, facts),
        RoomFacts::Updated(facts) => batch.room_updated(event, facts),
        RoomFacts::MemberJoined(facts) => batch.joined(event, facts.room, facts.participant),
        RoomFacts::MemberLeft(facts) => batch.left(event, facts.room, facts.participant),
        RoomFacts::MemberBanned(facts) => batch.left(event, facts.room, facts.participant),
        RoomFacts::Expired(facts) => batch.room_expired(event, facts),
        RoomFacts::Archived(_)
        | RoomFacts::Restored(_)
        | RoomFacts::MemberCapabilitiesSet(_)
        | RoomFacts::DefaultsSet(_)
        | RoomFacts::SlowModeSet(_)
        | RoomFacts::PrimarySet(_)
        | RoomFacts::Transferred(_)
        | RoomFacts::Published(_)
        | RoomFacts::Unpublished(_)
        | RoomFacts::HoldSet(_)
        | RoomFacts::MemberMuted(_)
        | RoomFacts::MemberUnmuted(_)
        | RoomFacts::MemberUnbanned(_)
        | RoomFacts::MemberInvited(_)
        | RoomFacts::InvitationDeclined(_)
        | RoomFacts::ExecutionAgreed(_) => Ok(()),
    }
}

/// Who is in a group is in its room.
pub(in crate::view) fn project_group(
    batch: &mut Batch<'_>,
    facts: &GroupFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        GroupFacts::MemberAdded(facts) => batch.group_joined(event, facts),
        GroupFacts::MemberRemoved(facts) => batch.group_left(event, facts),
        GroupFacts::Created(_) | GroupFacts::Deleted(_) => Ok(()),
    }
}

impl Batch<'_> {
    fn room_created(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &RoomCreated,
    ) -> Result<(), StoreError> {
        let (room, author) = (self.room(facts.room)?, self.actor(event)?);
        let text: RoomText = content(event);
        self.tx
            .prepare_cached(
                "UPDATE rooms SET group_id = ?2, topic = ?3, created_at = ?4, topic_seq = ?5, topic_by = ?6,
                     created = ?5 WHERE no = ?1",
            )?
            .execute((
                room,
                facts.group.map(|group| *group.0.as_bytes()),
                text.topic,
                int(event.at.0),
                int(event.seq.0),
                author,
            ))?;
        for member in &facts.members {
            self.joined(event, facts.room, *member)?;
        }
        Ok(())
    }

    fn room_updated(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &RoomUpdated,
    ) -> Result<(), StoreError> {
        // Without content only the name changed.
        if event.content.is_none() {
            return Ok(());
        }
        let (room, author) = (self.room(facts.room)?, self.actor(event)?);
        let text: RoomText = content(event);
        self.tx
            .prepare_cached(
                "UPDATE rooms SET topic = ?2, topic_seq = ?3, topic_by = ?4 WHERE no = ?1",
            )?
            .execute((room, text.topic, int(event.seq.0), author))?;
        Ok(())
    }

    /// A stay begins, unless one has begun already: a group's member is in the group's room, and the log may say
    /// so once or twice.
    fn joined(
        &mut self,
        event: &StoredEvent<'_>,
        room: RoomId,
        participant: ParticipantId,
    ) -> Result<(), StoreError> {
        let (room, participant) = (self.room(room)?, self.participant(participant)?);
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO stays (room, participant, joined, joined_at) SELECT ?1, ?2, ?3, ?4
                 WHERE NOT EXISTS (SELECT 1 FROM stays WHERE room = ?1 AND participant = ?2 AND left IS NULL)",
            )?
            .execute((room, participant, int(event.seq.0), int(event.at.0)))?;
        Ok(())
    }

    fn left(
        &mut self,
        event: &StoredEvent<'_>,
        room: RoomId,
        participant: ParticipantId,
    ) -> Result<(), StoreError> {
        let (room, participant) = (self.room(room)?, self.participant(participant)?);
        self.tx
            .prepare_cached(
                "UPDATE stays SET left = ?3, left_at = ?4 WHERE room = ?1 AND participant = ?2 AND left IS NULL",
            )?
            .execute((room, participant, int(event.seq.0), int(event.at.0)))?;
        Ok(())
    }

    fn group_joined(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &GroupMemberAdded,
    ) -> Result<(), StoreError> {
        match self.room_of(facts.group)? {
            Some(room) => self.joined(event, room, facts.participant),
            None => Ok(()),
        }
    }

    fn group_left(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &GroupMemberRemoved,
    ) -> Result<(), StoreError> {
        match self.room_of(facts.group)? {
            Some(room) => self.left(event, room, facts.participant),
            None => Ok(()),
        }
    }

    fn room_of(&mut self, group: GroupId) -> Result<Option<RoomId>, StoreError> {
        let mut select = self
            .tx
            .prepare_cached("SELECT id FROM rooms WHERE group_id = ?1")?;
        Ok(select
            .query_row([group.0.as_bytes()], |row| {
                Ok(RoomId(crate::sql::uuid(row, 0)?))
            })
            .optional()?)
    }

    fn room_expired(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &RoomExpired,
    ) -> Result<(), StoreError> {
        self.erased = true;
        let (room, upto) = (self.room(facts.room)?, int(facts.upto.0));
        let there: Vec<i64> = self
            .tx
            .prepare_cached(
                "SELECT seq FROM messages WHERE room = ?1 AND seq <= ?2 AND gone & 2 = 0 ORDER BY seq",
            )?
            .query_map((room, upto), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for seq in there {
            self.message_redacted(seq)?;
        }
        for sql in [
            "UPDATE quarantine SET waits = 0, facts = '', content = NULL WHERE room = ?1 AND seq <= ?2 AND waits",
            "UPDATE published SET payload = '{}' WHERE room = ?1 AND seq <= ?2 AND payload <> '{}'",
        ] {
            self.tx.prepare_cached(sql)?.execute((room, upto))?;
        }
        self.files_expired(room, upto)?;
        self.skills_expired(room, upto)?;
        self.tasks_expired(event, room, upto)?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO expiries VALUES (?1, ?2, ?3)")?
            .execute((int(event.seq.0), room, upto))?;
        Ok(())
    }

    /// Tasks that are over, with everything they put out at that place or before it. Which these are is kept: a task may
    /// begin again before the log is rid of its words.
    fn tasks_expired(
        &mut self,
        event: &StoredEvent<'_>,
        room: i64,
        upto: i64,
    ) -> Result<(), StoreError> {
        self.write_tasks()?;
        let over: Vec<(i64, Vec<u8>)> = self
            .tx
            .prepare_cached(&format!(
                "SELECT t.seq, t.id FROM tasks t WHERE t.room = ?1 AND t.seq <= ?2
                   AND t.ended_at IS NOT NULL AND {LAST_PLACE} <= ?2 AND {SPEAKS}"
            ))?
            .query_map((room, upto), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (task, id) in over {
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO expired_tasks SELECT ?2, seq FROM word_places WHERE owner = ?1",
                )?
                .execute((&id, int(event.seq.0)))?;
            self.forget_task(task, &id)?;
        }
        Ok(())
    }
}
