//! Templates of tasks.

use mesh_model::api::TemplateBody;
use mesh_model::events::TemplateCreated;
use mesh_model::{Millis, ParticipantId, Seq, TemplateId};
use rusqlite::{OptionalExtension, Row};

use crate::StoreError;
use crate::sql::{self, Read, stored, words};
use crate::view::{Numbers, View};

/// A template.
#[derive(Debug, Clone)]
pub struct TemplateRow {
    /// Where it was made.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// By whom.
    pub author: ParticipantId,
    /// Its name and blanks.
    pub facts: TemplateCreated,
    /// Its words; absent if they were erased.
    pub body: Option<TemplateBody>,
}

const TEMPLATE: &str = "seq, at, author, facts, content";

impl View {
    /// A template.
    pub fn template(&self, id: TemplateId) -> Result<Option<TemplateRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement =
                db.prepare_cached(&format!("SELECT {TEMPLATE} FROM templates WHERE id = ?1"))?;
            let found = statement.query_row([id.0.as_bytes()], |row| template(numbers, row));
            found.optional()?.transpose()
        })
    }

    /// All templates, by name.
    pub fn templates(&self) -> Result<Vec<TemplateRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement =
                db.prepare_cached(&format!("SELECT {TEMPLATE} FROM templates ORDER BY name"))?;
            let rows = statement.query_map([], |row| template(numbers, row))?;
            rows.map(|row| row?).collect()
        })
    }
}

fn template(numbers: &Numbers, row: &Row<'_>) -> Read<TemplateRow> {
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    let author = numbers.participant_id(row.get(2)?);
    let (facts, body): (String, Option<String>) = (row.get(3)?, row.get(4)?);
    Ok(stored(&facts).map(|facts| TemplateRow {
        seq,
        at,
        author,
        facts,
        body: words(body),
    }))
}
