//! Inbound webhooks. What a sender delivers is proved by `proof`, taken apart by `letter`, put into words by `read` and `fill`, and
//! carried out by `deliver` as words of the inlet's bridge, by the ways that anybody's words go. `book` remembers the last ones.

pub(crate) mod book;
mod create;
mod delete;
pub(crate) mod deliver;
mod deliveries;
pub(crate) mod fill;
mod get;
pub(crate) mod letter;
mod list;
mod pause;
pub(crate) mod proof;
mod read;
mod redeliver;
mod resume;
mod rotate;
mod samples;
mod test;

use mesh_core::Inlet as Record;
use mesh_model::limits::{INLET_SECRET_CHARS_MAX, INLET_SECRET_CHARS_MIN};
use mesh_model::{Capability, InletId};
use mesh_node::machine::Whose;
use mesh_store::vault::secret::{draw, draw_signing};

use crate::ops::present;
use crate::prelude::*;

/// How the secrets that we draw begin.
const SECRET: &str = "mesh_in_";

/// What the vault calls an inlet's secret.
pub(crate) fn secret_name(inlet: InletId) -> String {
    // No secret that somebody sets is called so: their names have no blanks.
    format!("inlet {inlet} secret")
}

impl Call {
    /// Whether the caller may do with it what whoever made it may.
    fn owns_inlet(&self, inlet: &Record) -> bool {
        self.actor
            .participant()
            .is_some_and(|me| self.access.descends(inlet.set.participant, me))
    }

    fn knows_inlet(&self, inlet: &Record) -> bool {
        let moderates = || {
            let me = self.actor.participant()?;
            let may = self.access.capabilities(inlet.set.room, me);
            Some(may.has(Capability::Moderate))
        };
        self.owns_inlet(inlet) || moderates().unwrap_or_default()
    }

    fn inlet(&self, id: InletId) -> Result<&Record, Refusal> {
        let found = self.access.inlet(id);
        found
            .filter(|found| self.knows_inlet(found))
            .ok_or_else(refuse::no_inlet)
    }

    fn own_inlet(&self, id: InletId) -> Result<&Record, Refusal> {
        let found = self.inlet(id)?;
        if self.owns_inlet(found) {
            return Ok(found);
        }
        Err(Refusal::new(
            ErrorCode::PermissionDenied,
            "the bridge of this inlet is not below you",
            Effect::NothingDone,
            "whoever made it may do that; a moderator of its room may pause and remove it",
        ))
    }
}

/// A secret that the sender chose, or a new one in the form that the sender expects.
fn secret(given: Option<&str>, kind: events::InletKind) -> Result<String, Refusal> {
    let Some(given) = given else {
        let drawn = match kind {
            events::InletKind::Standard => draw_signing(),
            _ => draw(SECRET),
        };
        return drawn.map_err(|_| refuse::internal("the node's source of chance failed"));
    };
    let bad = |what: String, hint: &'static str| {
        Err(refuse::invalid(what, hint)
            .within("/secret")
            .so(Effect::NothingStored))
    };
    let count = given.chars().count();
    if !(INLET_SECRET_CHARS_MIN..=INLET_SECRET_CHARS_MAX).contains(&count)
        || !given.chars().all(|found| (' '..='~').contains(&found))
    {
        return bad(
            format!(
                "a secret has {INLET_SECRET_CHARS_MIN} to {INLET_SECRET_CHARS_MAX} visible ASCII characters"
            ),
            "take the one that the sender shows, or none to have one drawn",
        );
    }
    if kind == events::InletKind::Standard && crate::signing::sign(given, "", 0, "").is_none() {
        return bad(
            "a secret of Standard Webhooks is 'whsec_' and base64".to_owned(),
            "take the one that the sender shows, or none to have one drawn",
        );
    }
    Ok(given.to_owned())
}

/// An inlet as it is shown.
async fn describe(door: &Door, call: &Call, found: &Record) -> Result<Inlet, Refusal> {
    let set = &found.set;
    let words = door.inlet_words(found).await?;
    let maker = found.made_by.unwrap_or(set.participant);
    let whose = Whose::of(&call.access, maker, found.since);
    let reader = present::reader(door, call);
    let tell = |text: &str| reader.tell(&call.access, &whose, text);
    let name = |id| present::participant(&call.access, id);
    let counts = door.inlets().counts(set.inlet);
    let state = match () {
        () if found.paused => InletState::Paused,
        () if call.access.check_inlet(found, call.now).is_err() => InletState::Over,
        () => InletState::Active,
    };
    let values = words.input.iter().map(|(name, from)| InletValue {
        name: tell(name),
        from: tell(from.as_str().unwrap_or_default()),
    });
    Ok(Inlet {
        id: set.inlet,
        endpoint: mesh_model::inlet::path(set.inlet),
        room: set.room,
        participant: name(set.participant),
        made_by: name(maker),
        kind: set.kind,
        makes: set.makes,
        events: set.events.iter().map(|event| tell(event)).collect(),
        title: tell(&words.title),
        text: tell(&words.text),
        values: values.collect(),
        mentions: set.mentions.iter().copied().map(name).collect(),
        data: set.data,
        event_type: set.event_type.clone(),
        template: set.template,
        capability: set.capability.clone(),
        assigned: set.assigned.map(name),
        state,
        came: counts.came,
        wrong: counts.wrong,
        old_secret_until: (found.version > 1 && call.now.0 < found.old_until)
            .then_some(Millis(found.old_until)),
    })
}
