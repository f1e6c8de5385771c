//! What clients claim, as the log stores it: well formed, and one claim an event.

use mesh_model::api::{EntityBody, EntityClaim, EntityClaims, EntityName, RelationClaim};
use mesh_model::command::NewClaim;
use mesh_model::events::Claimed;
use mesh_model::limits::{
    ENTITY_ALIASES_MAX, ENTITY_CLAIMS_MAX, ENTITY_DESCRIPTION_BYTES_MAX, ENTITY_KIND_CHARS_MAX,
    ENTITY_NAME_CHARS_MAX,
};
use mesh_model::{Effect, Millis, Refusal, refuse};

use super::source::Ground;
use crate::door::call::content;

/// How sure a claim is whose author does not say: a word is not a proof.
const PERCENT_DEFAULT: u8 = 80;

/// A claim's words and what is for good of it.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub about: Claimed,
    pub body: EntityBody,
    confidence: Option<u8>,
    since: Option<Millis>,
    until: Option<Millis>,
}

/// All claims, the things first.
pub(super) fn all(claims: EntityClaims) -> Result<Vec<Words>, Refusal> {
    let count = claims.entities.len() + claims.relations.len();
    if !(1..=ENTITY_CLAIMS_MAX).contains(&count) {
        return Err(refuse::invalid(
            format!("one call notes 1 to {ENTITY_CLAIMS_MAX} claims, not {count}"),
            "note the others by another call",
        )
        .so(Effect::NothingKept));
    }
    let mut all = Vec::with_capacity(count);
    for (at, claim) in claims.entities.into_iter().enumerate() {
        let words = entity(claim);
        all.push(words.map_err(|refusal| refusal.within(format_args!("entities[{at}]")))?);
    }
    for (at, claim) in claims.relations.into_iter().enumerate() {
        let words = relation(claim);
        all.push(words.map_err(|refusal| refusal.within(format_args!("relations[{at}]")))?);
    }
    Ok(all)
}

/// That two names mean one thing.
pub(super) fn same(one: EntityName, two: EntityName) -> Words {
    Words {
        about: Claimed::Same,
        body: EntityBody {
            subject: one,
            object: Some(two),
            ..EntityBody::default()
        },
        confidence: None,
        since: None,
        until: None,
    }
}

fn entity(claim: EntityClaim) -> Result<Words, Refusal> {
    if claim.aliases.len() > ENTITY_ALIASES_MAX {
        return Err(refuse::invalid(
            format!("a thing has at most {ENTITY_ALIASES_MAX} other names in one claim"),
            "name those by which it is looked for",
        )
        .so(Effect::NothingKept));
    }
    let mut aliases = Vec::with_capacity(claim.aliases.len());
    for alias in claim.aliases {
        aliases.push(name("aliases", alias)?);
    }
    let description = claim.description.map(described).transpose()?.flatten();
    Ok(Words {
        about: Claimed::Entity,
        body: EntityBody {
            subject: EntityName {
                name: name("name", claim.name)?,
                kind: claim.kind.map(|it| kind("kind", it)).transpose()?,
            },
            aliases,
            description,
            ..EntityBody::default()
        },
        confidence: claim.confidence,
        since: claim.since,
        until: claim.until,
    })
}

fn relation(claim: RelationClaim) -> Result<Words, Refusal> {
    let from_kind = claim.from_kind.map(|it| kind("from_kind", it));
    let to_kind = claim.to_kind.map(|it| kind("to_kind", it));
    Ok(Words {
        about: Claimed::Relation,
        body: EntityBody {
            subject: EntityName {
                name: name("from", claim.from)?,
                kind: from_kind.transpose()?,
            },
            relation: Some(kind("kind", claim.kind)?),
            single: claim.single,
            object: Some(EntityName {
                name: name("to", claim.to)?,
                kind: to_kind.transpose()?,
            }),
            ..EntityBody::default()
        },
        confidence: claim.confidence,
        since: claim.since,
        until: claim.until,
    })
}

fn name(field: &str, text: String) -> Result<String, Refusal> {
    short(field, text, ENTITY_NAME_CHARS_MAX)
}

fn kind(field: &str, text: String) -> Result<String, Refusal> {
    short(field, text, ENTITY_KIND_CHARS_MAX)
}

/// One line that can be seen, without blanks at its ends.
fn short(field: &str, text: String, most: usize) -> Result<String, Refusal> {
    let trimmed = text.trim();
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if trimmed.is_empty() || trimmed.chars().count() > most || trimmed.contains(hidden) {
        return Err(refuse::invalid(
            format!("the field '{field}' has 1 to {most} characters, all of which can be seen"),
            "give it a short plain name; what is to be said about it goes into 'description'",
        )
        .so(Effect::NothingKept));
    }
    Ok(trimmed.to_owned())
}

fn described(text: String) -> Result<Option<String>, Refusal> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    if trimmed.len() > ENTITY_DESCRIPTION_BYTES_MAX {
        return Err(refuse::too_large(
            "the description",
            trimmed.len(),
            ENTITY_DESCRIPTION_BYTES_MAX,
            "keep what matters of it",
        )
        .so(Effect::NothingKept));
    }
    if trimmed.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(refuse::invalid(
            "the description holds control characters",
            "say it in plain words",
        )
        .so(Effect::NothingKept));
    }
    Ok(Some(trimmed.to_owned()))
}

impl Words {
    /// As the core decides it.
    pub fn on(&self, ground: &Ground) -> Result<NewClaim, Refusal> {
        Ok(NewClaim {
            about: self.about,
            source: ground.source,
            from: ground.trust,
            labels: ground.labels.clone(),
            confidence: self.confidence.unwrap_or(PERCENT_DEFAULT),
            since: self.since.map(|at| at.0),
            until: self.until.map(|at| at.0),
            body: content(&self.body)?,
        })
    }

    /// Since when it holds, as the log has it.
    pub fn since_ms(&self) -> Option<u64> {
        self.since.map(|at| at.0)
    }

    /// All of it as one text, for the guard.
    pub fn text(&self) -> String {
        let body = &self.body;
        let mut all = vec![body.subject.name.as_str()];
        all.extend(body.subject.kind.as_deref());
        all.extend(body.aliases.iter().map(String::as_str));
        all.extend(body.relation.as_deref());
        if let Some(object) = &body.object {
            all.push(&object.name);
            all.extend(object.kind.as_deref());
        }
        all.extend(body.description.as_deref());
        all.join("\n")
    }
}
