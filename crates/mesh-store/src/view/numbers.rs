//! Rooms and participants by their numbers: see `schema`. All of them are held in memory.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use mesh_model::{ParticipantId, RoomId};
use rusqlite::Connection;
use uuid::Uuid;

use crate::StoreError;
use crate::sql;

#[derive(Debug, Default)]
pub(super) struct Numbers {
    rooms: Series,
    participants: Series,
}

/// Ids in the order of their numbers, from 1.
#[derive(Debug, Default)]
struct Series {
    ids: Vec<Uuid>,
    numbers: HashMap<Uuid, i64>,
}

impl Series {
    fn load(db: &Connection, sql: &str) -> Result<Series, StoreError> {
        let mut series = Series::default();
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            series.add(sql::uuid(row, 0)?);
        }
        Ok(series)
    }

    fn add(&mut self, id: Uuid) -> i64 {
        self.ids.push(id);
        let number = self.ids.len() as i64;
        self.numbers.insert(id, number);
        number
    }

    fn id(&self, number: i64) -> Uuid {
        usize::try_from(number - 1)
            .ok()
            .and_then(|at| self.ids.get(at))
            .copied()
            .unwrap_or(Uuid::nil())
    }
}

impl Numbers {
    pub(super) fn load(db: &Connection) -> Result<Numbers, StoreError> {
        Ok(Numbers {
            rooms: Series::load(db, "SELECT id FROM rooms ORDER BY no")?,
            participants: Series::load(db, "SELECT id FROM participants ORDER BY no")?,
        })
    }

    pub(super) fn room(&self, id: RoomId) -> Option<i64> {
        self.rooms.numbers.get(&id.0).copied()
    }

    pub(super) fn participant(&self, id: ParticipantId) -> Option<i64> {
        self.participants.numbers.get(&id.0).copied()
    }

    pub(super) fn room_id(&self, number: i64) -> RoomId {
        RoomId(self.rooms.id(number))
    }

    pub(super) fn participant_id(&self, number: i64) -> ParticipantId {
        ParticipantId(self.participants.id(number))
    }

    pub(super) fn add_room(&mut self, id: RoomId) -> i64 {
        self.rooms.add(id.0)
    }

    pub(super) fn add_participant(&mut self, id: ParticipantId) -> i64 {
        self.participants.add(id.0)
    }
}

/// Reads the numbers; a thread that panicked while holding the lock left them whole.
pub(super) fn read(numbers: &RwLock<Numbers>) -> RwLockReadGuard<'_, Numbers> {
    numbers.read().unwrap_or_else(PoisonError::into_inner)
}
