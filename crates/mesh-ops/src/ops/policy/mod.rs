//! Why somebody may do something in a room, in a sentence.

mod explain;
mod get;
mod set;
mod try_out;

use mesh_core::Access;
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
        let judgement = judged.explain(room, who, *deed, now);
        let mut explanation = Explanation {
            action: *deed,
            allowed: judgement.allowed,
            rule: judgement.rule,
            text: String::new(),
        };
        explanation.text = sentence(known, room, who, &explanation);
        explanation
    });
    Explanations {
        participant: present::participant(known, who),
        version: judged.policy(room).map_or(0, |record| record.version),
        items: items.collect(),
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
    let deed = done(explanation.action, &room);
    let because = because(&explanation.rule, explanation.allowed, &room);
    format!("@{who} {may} {deed}: {because}{}.", set(&explanation.rule))
}

fn done(deed: Deed, room: &str) -> String {
    match deed {
        Deed::Speak => format!("speak in {room}"),
        Deed::Listen => format!("read {room}"),
        Deed::Execute => format!("run commands that others ask for in {room}"),
        Deed::Command => format!("ask others to run commands in {room}"),
        Deed::Moderate => format!("moderate {room}"),
        Deed::Bridge => format!("bring messages from elsewhere into {room}"),
        Deed::DataRead => format!("read shared data of {room}"),
        Deed::DataWrite => format!("change shared data of {room}"),
        Deed::Join => format!("be a member of {room}"),
        Deed::SetPolicy => format!("set the rules of {room}"),
    }
}

fn because(rule: &Ruling, allowed: bool, room: &str) -> String {
    let name = rule.name.as_deref().unwrap_or_default();
    let verb = if allowed { "allows" } else { "denies" };
    match rule.by {
        RulingBy::Owner => {
            "the owner of the mesh may do everything where it is a member".to_owned()
        }
        RulingBy::Creator => format!("whoever rules {room} may do everything in it"),
        RulingBy::Membership if allowed => format!("{room} is open to it"),
        RulingBy::Membership => format!("it is no member of {room}, or {room} is not open to it"),
        RulingBy::Permission => format!("it lacks the permission {name}"),
        RulingBy::Standing => "it is disabled, or one it depends on is".to_owned(),
        RulingBy::Rule => match &rule.why {
            Some(why) => format!("the rule '{name}' {verb} it, because {why}"),
            None => format!("the rule '{name}' {verb} it"),
        },
        RulingBy::Member if allowed => "it was allowed to this member".to_owned(),
        RulingBy::Member => "it was not left to this member".to_owned(),
        RulingBy::Defaults => "the room's defaults allow it".to_owned(),
        RulingBy::NothingAllows => "nothing allows it".to_owned(),
        RulingBy::Mute => "it is muted".to_owned(),
        RulingBy::Ban => "it is banned".to_owned(),
        RulingBy::Archived => format!("{room} is archived"),
        RulingBy::Messages => format!("the form of messages ({name}) {verb} it"),
        RulingBy::Limit => format!("the limit '{name}' {verb} it"),
        RulingBy::SlowMode => "slow mode is on".to_owned(),
        RulingBy::Data => format!("the rules about data {verb} it"),
        RulingBy::Execution => format!(
            "the rules about commands {} it",
            if allowed { "allow" } else { "deny" }
        ),
        RulingBy::Guard => "the guard has something against it".to_owned(),
        RulingBy::Hold => "a legal hold is on the room".to_owned(),
        RulingBy::Consent => "its own side, itself or those above it, has not agreed".to_owned(),
        RulingBy::Floor => "the mesh lets no guest make a room that loose".to_owned(),
    }
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
    fn rulings_read_as_sentences() {
        let mut rule = Ruling {
            name: Some("quiet-nights".to_owned()),
            why: Some("people sleep".to_owned()),
            version: Some(3),
            set_by: Some("ana".to_owned()),
            set_seq: Some(Seq(7)),
            ..Ruling::by(RulingBy::Rule)
        };
        assert_eq!(
            because(&rule, false, "#attic") + &set(&rule),
            "the rule 'quiet-nights' denies it, because people sleep (set by @ana in version 3 of the policy)"
        );
        rule = Ruling::by(RulingBy::NothingAllows);
        assert_eq!(
            because(&rule, false, "#attic") + &set(&rule),
            "nothing allows it"
        );
    }
}
