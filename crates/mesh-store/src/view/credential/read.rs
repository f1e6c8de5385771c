//! What credentials and invites are called.

use mesh_model::{CredentialId, InviteId, Millis};
use rusqlite::{OptionalExtension, Row};
use uuid::Uuid;

use crate::StoreError;
use crate::sql;
use crate::view::View;

/// What a credential or invite is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRow {
    /// The label; empty if it was erased.
    pub label: String,
    /// When the credential or invite was issued.
    pub at: Millis,
}

impl View {
    /// What a credential is called and when it was issued.
    pub fn credential_label(&self, id: CredentialId) -> Result<Option<LabelRow>, StoreError> {
        self.label(id.0)
    }

    /// What an invite is called and when it was made.
    pub fn invite_label(&self, id: InviteId) -> Result<Option<LabelRow>, StoreError> {
        self.label(id.0)
    }

    fn label(&self, id: Uuid) -> Result<Option<LabelRow>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached("SELECT label, at FROM labels WHERE id = ?1")?;
            let label = |row: &Row<'_>| {
                Ok(LabelRow {
                    label: row.get(0)?,
                    at: sql::millis(row, 1)?,
                })
            };
            Ok(statement.query_row([id.as_bytes()], label).optional()?)
        })
    }
}
