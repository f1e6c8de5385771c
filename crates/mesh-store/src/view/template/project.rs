//! Templates of tasks: made and deleted.

use mesh_model::events::{TemplateCreated, TemplateDeleted, TemplateFacts};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &TemplateFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        TemplateFacts::Created(facts) => batch.template_created(event, facts),
        TemplateFacts::Deleted(facts) => batch.template_deleted(facts),
    }
}

impl Batch<'_> {
    fn template_created(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TemplateCreated,
    ) -> Result<(), StoreError> {
        let author = self.actor(event)?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO templates VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute((
                facts.template.0.as_bytes(),
                &facts.name,
                int(event.seq.0),
                int(event.at.0),
                author,
                json(facts),
                event.content,
            ))?;
        Ok(())
    }

    fn template_deleted(&mut self, facts: &TemplateDeleted) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("DELETE FROM templates WHERE id = ?1")?
            .execute([facts.template.0.as_bytes()])?;
        Ok(())
    }
}
