//! Memories, sealed as the log has them.

use mesh_model::api::SealedBody;
use mesh_model::events::MemoryKept;
use mesh_model::{MemoryId, Millis, ParticipantId, Seq};
use rusqlite::{OptionalExtension, Row};

use crate::StoreError;
use crate::sql::{self, Read, int, stored};
use crate::view::{Numbers, View};

/// A memory. Only the vault's key opens it.
#[derive(Debug, Clone)]
pub struct MemoryRow {
    /// Its place.
    pub seq: Seq,
    /// When it was kept.
    pub at: Millis,
    /// Who had it kept.
    pub author: ParticipantId,
    /// Whose it is and where it comes from.
    pub facts: MemoryKept,
    /// Its words, sealed; absent if they were erased.
    pub sealed: Option<String>,
}

const COLUMNS: &str = "seq, at, author, facts, content";

impl View {
    /// What somebody remembers, in the order of the log.
    pub fn memories(&self, owner: ParticipantId) -> Result<Vec<MemoryRow>, StoreError> {
        self.memories_after(owner, Seq::ZERO, usize::MAX)
    }

    /// What somebody remembers since a place in the log, in its order, at most `limit`.
    pub fn memories_after(
        &self,
        owner: ParticipantId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemoryRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(owner) = numbers.participant(owner) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM memories WHERE owner = ?1 AND gone IS NULL AND seq > ?2 ORDER BY seq LIMIT ?3"
            ))?;
            let rows = statement
                .query_map((owner, int(after.0), int(limit as u64)), |row| {
                    memory(numbers, row)
                })?;
            rows.map(|row| row?).collect()
        })
    }

    /// What happened to memories later than `after`: those that came and are still there, at most `limit`, in the
    /// log's order, the ids of those that went, and the place up to which this tells.
    pub fn memories_since(
        &self,
        after: Seq,
        limit: usize,
    ) -> Result<(Vec<MemoryRow>, Vec<MemoryId>, Seq), StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM memories WHERE gone IS NULL AND seq > ?1 ORDER BY seq LIMIT ?2"
            ))?;
            let rows = statement.query_map((int(after.0), int(limit as u64)), |row| {
                memory(numbers, row)
            })?;
            let came: Vec<MemoryRow> = rows.map(|row| row?).collect::<Result<_, StoreError>>()?;
            let upto = match came.last() {
                Some(last) if came.len() >= limit => last.seq,
                _ => crate::view::open::upto(db)?,
            };
            let mut statement =
                db.prepare_cached("SELECT id FROM memories WHERE gone > ?1 AND seq <= ?1")?;
            let rows = statement
                .query_map([int(after.0)], |row| Ok(MemoryId(sql::uuid(row, 0)?)))?;
            Ok((came, rows.collect::<Result<_, _>>()?, upto))
        })
    }

    /// Memories that are still there, by their places, in the order asked for.
    pub fn memories_at(&self, places: &[Seq]) -> Result<Vec<MemoryRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM memories WHERE seq = ?1 AND gone IS NULL"
            ))?;
            let mut found = Vec::with_capacity(places.len());
            for place in places {
                let row = statement.query_row([int(place.0)], |row| memory(numbers, row));
                found.extend(row.optional()?.transpose()?);
            }
            Ok(found)
        })
    }

    /// What somebody remembered at a place in the log, in its order, with what was forgotten since: that without words.
    pub fn memories_as_of(
        &self,
        owner: ParticipantId,
        at: Seq,
    ) -> Result<Vec<MemoryRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(owner) = numbers.participant(owner) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM memories WHERE owner = ?1 AND seq < ?2 AND (gone IS NULL OR gone > ?2) ORDER BY seq"
            ))?;
            let rows = statement.query_map((owner, int(at.0)), |row| memory(numbers, row))?;
            rows.map(|row| row?).collect()
        })
    }

    /// Where in the log a memory is, also when it is forgotten.
    pub fn place_of_memory(&self, id: MemoryId) -> Result<Option<Seq>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached("SELECT seq FROM memories WHERE id = ?1")?;
            let place = statement.query_row([id.0.as_bytes()], |row| sql::seq(row, 0));
            Ok(place.optional()?)
        })
    }

    /// The places whose content belongs to memories, ascending, whether or not they are forgotten.
    pub fn places_of_memories(&self, ids: &[MemoryId]) -> Result<Vec<Seq>, StoreError> {
        self.read(|db, _| {
            let mut statement =
                db.prepare_cached("SELECT seq FROM word_places WHERE owner = ?1")?;
            let mut places = Vec::with_capacity(ids.len());
            for id in ids {
                for place in statement.query_map([id.0.as_bytes()], |row| sql::seq(row, 0))? {
                    places.push(place?);
                }
            }
            places.sort_unstable();
            Ok(places)
        })
    }

    /// Where a memory was forgotten or replaced, if it was.
    pub fn end_of_memory(&self, id: MemoryId) -> Result<Option<Seq>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached("SELECT gone FROM memories WHERE id = ?1")?;
            let gone = statement.query_row([id.0.as_bytes()], |row| sql::seq_option(row, 0));
            Ok(gone.optional()?.flatten())
        })
    }
}

fn memory(numbers: &Numbers, row: &Row<'_>) -> Read<MemoryRow> {
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    let author = numbers.participant_id(row.get(2)?);
    let (facts, body): (String, Option<String>) = (row.get(3)?, row.get(4)?);
    let body = body.and_then(|json| serde_json::from_str::<SealedBody>(&json).ok());
    Ok(stored(&facts).map(|facts| MemoryRow {
        seq,
        at,
        author,
        facts,
        sealed: body.map(|body| body.sealed),
    }))
}
