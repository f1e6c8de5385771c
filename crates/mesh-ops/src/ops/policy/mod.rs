//! Why somebody may do something in a room, in a sentence.

mod contexts;
mod explain;
mod get;
mod set;
mod try_out;

use mesh_core::Access;
use mesh_core::words::{self, Told};
use mesh_model::api::{Deed, Explanation, Explanations};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Millis, ParticipantId, RoomId};

use crate::ops::present;

/// What a participant may do in a room as `judged` has it; names come from `known`.
pub(crate) fn all(
    judged: &Access,
    known: &Access,
    room: RoomId,
    who: ParticipantId,
    deeds: &[Deed],
    now: Millis,
) -> Explanations {
    let items = deeds.iter().map(|deed| {
        let judged = judged.explain(room, who, *deed, now);
        let mut explanation = Explanation {
            action: *deed,
            allowed: judged.is_ok(),
            rule: judged.unwrap_or_else(|refusal| match refusal.rule {
                Some(rule) => *rule,
                // Whoever is not known here is not in the room.
                None => Ruling::by(RulingBy::Membership),
            }),
            text: String::new(),
        };
        explanation.text = sentence(known, room, who, &explanation);
        explanation
    });
    Explanations {
        participant: present::participant(known, who),
        version: judged.policy(room).map_or(0, |record| record.version),
        items: items.collect(),
        contexts: Vec::new(),
    }
}

/// The answer in a sentence.
pub(crate) fn sentence(
    access: &Access,
    room: RoomId,
    who: ParticipantId,
    explanation: &Explanation,
) -> String {
    let who = present::participant(access, who).handle;
    let room = access.room(room).and_then(|room| room.name.clone());
    let room = room.map_or_else(|| "this conversation".to_owned(), |name| format!("#{name}"));
    let may = if explanation.allowed {
        "may"
    } else {
        "may not"
    };
    let deed = words::done(explanation.action, &room);
    let because = words::because(&explanation.rule, explanation.allowed, &room, Told::Others);
    format!("@{who} {may} {deed}: {because}{}.", set(&explanation.rule))
}

/// Who set it and when, as far as it is known.
fn set(rule: &Ruling) -> String {
    let version = rule
        .version
        .map(|version| format!(" in version {version} of the policy"));
    let by = rule.set_by.as_ref().map(|handle| format!(" by @{handle}"));
    let at = rule
        .set_at
        .filter(|at| at.0 > 0)
        .map(|at| format!(" at {at}"));
    if by.is_none() && at.is_none() && version.is_none() {
        return String::new();
    }
    let part = |part: Option<String>| part.unwrap_or_default();
    format!(" (set{}{}{})", part(by), part(at), part(version))
}

#[cfg(test)]
mod tests {
    use mesh_model::Seq;

    use super::*;

    #[test]
    fn who_set_it_is_told_as_far_as_it_is_known() {
        let rule = Ruling {
            version: Some(3),
            set_by: Some("ana".to_owned()),
            set_seq: Some(Seq(7)),
            ..Ruling::by(RulingBy::Rule)
        };
        assert_eq!(set(&rule), " (set by @ana in version 3 of the policy)");
        assert_eq!(set(&Ruling::by(RulingBy::NothingAllows)), "");
    }
}
