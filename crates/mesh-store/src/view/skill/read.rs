//! Skills and their versions.

use std::cmp::Reverse;

use mesh_model::api::SkillBody;
use mesh_model::events::SkillPublished;
use mesh_model::limits::SEARCH_WORDS_MAX;
use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Row};

use crate::StoreError;
use crate::sql::{self, Read, int, stored};
use crate::view::index::Plan;
use crate::view::{Numbers, View, Visible};
use crate::words::{Query, found_in};

/// A version of a skill that is kept.
#[derive(Debug, Clone)]
pub struct SkillRow {
    /// Its place.
    pub seq: Seq,
    /// When it was published.
    pub at: Millis,
    /// What is for good.
    pub facts: SkillPublished,
    /// What it says.
    pub body: SkillBody,
    /// Whether it may be used.
    pub open: bool,
    /// Who looked at it, if it was held.
    pub accepted_by: Option<ParticipantId>,
}

/// A skill that was found, and where it has what was asked for.
#[derive(Debug, Clone)]
pub struct SkillHit {
    /// Its newest version that may be used.
    pub skill: SkillRow,
    /// The stretch of it; absent if there was no word to look for.
    pub snippet: Option<String>,
}

const COLUMNS: &str = "v.seq, v.at, v.facts, v.content, v.open, v.accepted_by";

/// The newest version of each skill that may be used.
const NEWEST: &str = "v.open AND v.content IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM skill_versions n WHERE n.room = v.room AND n.name = v.name AND n.version > v.version
        AND n.open AND n.content IS NOT NULL)";

impl View {
    /// A version of a skill, from the first place on that may be seen; its newest that may be used if none is named.
    pub fn skill_version(
        &self,
        room: Visible,
        name: &str,
        version: Option<u32>,
    ) -> Result<Option<SkillRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(room.0) else {
                return Ok(None);
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM skill_versions v
                 WHERE v.room = ?1 AND v.name = ?2 AND v.content IS NOT NULL AND v.seq >= ?3
                   AND (v.version = ?4 OR (?4 IS NULL AND v.open))
                 ORDER BY v.version DESC LIMIT 1"
            ))?;
            let asked = (no, name, int(room.1.0), version);
            let found = statement.query_row(asked, |row| version_of(numbers, row));
            found.optional()?.transpose()
        })
    }

    /// The versions of a skill that are kept, the newest first.
    pub fn skill_versions(&self, room: Visible, name: &str) -> Result<Vec<SkillRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(room.0) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM skill_versions v
                 WHERE v.room = ?1 AND v.name = ?2 AND v.content IS NOT NULL AND v.seq >= ?3 ORDER BY v.version DESC"
            ))?;
            let rows = statement.query_map((no, name, int(room.1.0)), |row| version_of(numbers, row))?;
            rows.map(|row| row?).collect()
        })
    }

    /// The versions that were published at these places of a room.
    pub fn skills_at(&self, room: RoomId, places: &[Seq]) -> Result<Vec<SkillRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(room) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM skill_versions v WHERE v.seq = ?1 AND v.room = ?2 AND v.content IS NOT NULL"
            ))?;
            let mut found = Vec::new();
            for place in places {
                let asked = (int(place.0), no);
                let row = statement.query_row(asked, |row| version_of(numbers, row));
                found.extend(row.optional()?.transpose()?);
            }
            Ok(found)
        })
    }

    /// The skills of a room as they may be used, in the order in which they were published.
    pub fn skills(
        &self,
        room: Visible,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<SkillRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(room.0) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM skill_versions v
                 WHERE v.room = ?1 AND v.seq >= ?2 AND v.seq > ?3 AND {NEWEST} ORDER BY v.seq LIMIT ?4"
            ))?;
            let asked = (no, int(room.1.0), int(after.0), int(limit as u64));
            let rows = statement.query_map(asked, |row| version_of(numbers, row))?;
            rows.map(|row| row?).collect()
        })
    }

    /// The skills of these rooms that have all the words, those first whose name or description has them, the newer before the
    /// older; without a word all of them.
    pub fn skills_found(
        &self,
        rooms: &[Visible],
        words: &str,
        limit: usize,
    ) -> Result<Vec<SkillHit>, StoreError> {
        let query = Query::new(words, SEARCH_WORDS_MAX);
        if query.is_empty() && !words.trim().is_empty() {
            return Ok(Vec::new());
        }
        let plan = Plan::new(&query, []);
        self.read(|db, numbers| {
            let mut found = Vec::new();
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS}, v.words FROM skill_versions v WHERE v.room = ?1 AND v.seq >= ?2 AND {NEWEST}"
            ))?;
            for (room, first) in rows_of(rooms, numbers) {
                let mut rows = statement.query((room, int(first.0)))?;
                while let Some(row) = rows.next()? {
                    let words = row.get_ref(6)?.as_str().unwrap_or_default();
                    if plan.fits(words) {
                        let skill = version_of(numbers, row)??;
                        found.extend(hit(skill, &query));
                    }
                }
            }
            found.sort_unstable_by_key(|(rank, hit)| Reverse((*rank, hit.skill.seq)));
            found.truncate(limit);
            Ok(found.into_iter().map(|(_, hit)| hit).collect())
        })
    }
}

fn rows_of(rooms: &[Visible], numbers: &Numbers) -> Vec<(i64, Seq)> {
    let known = rooms.iter();
    known
        .filter_map(|(room, first)| Some((numbers.room(*room)?, *first)))
        .collect()
}

/// How well a skill fits: its name, then its description, then its text.
fn hit(skill: SkillRow, query: &Query) -> Option<(u8, SkillHit)> {
    if query.is_empty() {
        return Some((
            0,
            SkillHit {
                skill,
                snippet: None,
            },
        ));
    }
    let front = &skill.body.front;
    let about = format!("{}: {}", front.name, front.description);
    let whole = || found_in(&format!("{}\n{}", front.name, skill.body.text), query);
    let (rank, snippet) = match (found_in(&front.name, query), found_in(&about, query)) {
        (Some(_), about) => (2, about?),
        (None, Some(about)) => (1, about),
        (None, None) => (0, whole()?),
    };
    Some((
        rank,
        SkillHit {
            snippet: Some(snippet),
            skill,
        },
    ))
}

fn version_of(numbers: &Numbers, row: &Row<'_>) -> Read<SkillRow> {
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    let (facts, body): (String, String) = (row.get(2)?, row.get(3)?);
    let accepted_by = row.get::<_, Option<i64>>(5)?;
    let (open, accepted_by) = (
        row.get(4)?,
        accepted_by.map(|by| numbers.participant_id(by)),
    );
    let read = || {
        Ok(SkillRow {
            seq,
            at,
            facts: stored(&facts)?,
            body: stored(&body)?,
            open,
            accepted_by,
        })
    };
    Ok(read())
}
