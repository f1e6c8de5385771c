//! Everything in the view in one order, so that two views can be compared.

use mesh_model::Seq;
use rusqlite::types::ValueRef;

use super::View;
use crate::StoreError;

/// Each table with the order of its rows. The index is compared by asking it for each word it has.
const TABLES: &[(&str, &str)] = &[
    ("clock", "second"),
    ("rooms", "no"),
    ("participants", "no"),
    ("messages", "seq"),
    ("voices", "room, author"),
    ("threads", "root"),
    ("reactions", "message, reaction, participant"),
    ("mentions", "participant, room, seq"),
    ("edits", "seq"),
    ("mirrored", "room, mesh, there"),
    ("quarantine", "seq"),
    ("home_waits", "seq"),
    ("expiries", "seq"),
    ("expired_tasks", "expiry, place"),
    ("sessions", "id"),
    ("stays", "room, participant, joined"),
    ("workers", "participant"),
    ("labels", "id"),
    ("event_types", "name, version"),
    ("published", "seq"),
    ("refusals", "seq"),
    ("tasks", "seq"),
    ("task_links", "task, other, kind"),
    ("task_attempts", "fence"),
    ("task_pieces", "seq"),
    ("task_past", "until, task"),
    ("task_holds", "approval"),
    ("word_places", "owner, seq"),
    ("approvals", "id"),
    ("templates", "id"),
    ("context", "room, key"),
    ("entity_claims", "seq"),
    ("memories", "seq"),
    ("journal", "seq"),
    ("files", "id"),
    ("file_versions", "seq"),
    ("skill_versions", "seq"),
    ("schedules", "id"),
    ("schedule_runs", "seq"),
];

impl View {
    /// How far the view is, and everything in it: a line per row.
    pub fn dump(&self) -> Result<(Seq, String), StoreError> {
        self.read(|db, _| {
            let mut dump = String::new();
            for (table, order) in TABLES {
                let mut statement =
                    db.prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
                let columns = statement.column_count();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    dump.push_str(table);
                    for column in 0..columns {
                        dump.push(' ');
                        value(&mut dump, row.get_ref(column)?);
                    }
                    dump.push('\n');
                }
            }
            Ok((super::open::upto(db)?, dump))
        })
    }
}

fn value(into: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => into.push('-'),
        ValueRef::Integer(number) => into.push_str(&number.to_string()),
        ValueRef::Real(number) => into.push_str(&number.to_string()),
        ValueRef::Text(text) => into.push_str(&format!("{:?}", String::from_utf8_lossy(text))),
        ValueRef::Blob(bytes) => bytes
            .iter()
            .for_each(|byte| into.push_str(&format!("{byte:02x}"))),
    }
}
