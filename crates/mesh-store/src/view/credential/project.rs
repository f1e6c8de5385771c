//! The labels of credentials and invites.

use mesh_model::api::Label;
use uuid::Uuid;

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

impl Batch<'_> {
    pub(in crate::view) fn label(
        &mut self,
        event: &StoredEvent<'_>,
        id: Uuid,
    ) -> Result<(), StoreError> {
        let label: Label = content(event);
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO labels VALUES (?1, ?2, ?3)")?
            .execute((id.as_bytes(), label.label, int(event.at.0)))?;
        Ok(())
    }
}
