//! Skills: published, open to be used, withdrawn.

use mesh_model::api::SkillBody;
use mesh_model::events::{SkillFacts, SkillOpened, SkillPublished};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::index::push_terms;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &SkillFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        SkillFacts::Published(facts) => batch.skill_published(event, facts),
        SkillFacts::Opened(facts) => batch.skill_opened(facts),
        SkillFacts::Withdrawn(facts) => {
            for place in &facts.erased {
                batch.skills_gone("seq = ?1 AND ?2", (int(place.0), 1))?;
            }
            Ok(())
        }
    }
}

impl Batch<'_> {
    fn skill_published(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &SkillPublished,
    ) -> Result<(), StoreError> {
        let (room, author) = (self.room(facts.room)?, self.participant(facts.by)?);
        let body: Option<SkillBody> = event
            .content
            .and_then(|json| serde_json::from_str(json).ok());
        let words = body.as_ref().map(|body| {
            let mut words = " ".to_owned();
            push_terms(&mut words, &facts.name);
            push_terms(&mut words, &body.text);
            words
        });
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO skill_versions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, NULL)",
            )?
            .execute((
                int(event.seq.0),
                int(event.at.0),
                room,
                &facts.name,
                facts.version,
                author,
                json(facts),
                event.content.filter(|_| body.is_some()),
                body.as_ref().map(|body| body.sha256.0),
                words,
            ))?;
        Ok(())
    }

    fn skill_opened(&mut self, facts: &SkillOpened) -> Result<(), StoreError> {
        let room = self.room(facts.room)?;
        let accepted_by = facts.accepted_by.map(|by| self.participant(by));
        self.tx
            .prepare_cached(
                "UPDATE skill_versions SET open = 1, accepted_by = ?4
                 WHERE room = ?1 AND name = ?2 AND version = ?3 AND content IS NOT NULL",
            )?
            .execute((room, &facts.name, facts.version, accepted_by.transpose()?))?;
        Ok(())
    }

    fn skills_gone(&mut self, which: &str, asked: (i64, i64)) -> Result<(), StoreError> {
        self.erased = true;
        self.tx
            .prepare_cached(&format!(
                "UPDATE skill_versions SET content = NULL, sha256 = NULL, words = NULL
                 WHERE {which} AND content IS NOT NULL"
            ))?
            .execute(asked)?;
        Ok(())
    }

    /// What was published in a room up to a place is over.
    pub(in crate::view) fn skills_expired(
        &mut self,
        room: i64,
        upto: i64,
    ) -> Result<(), StoreError> {
        self.skills_gone("room = ?1 AND seq <= ?2", (room, upto))
    }
}
