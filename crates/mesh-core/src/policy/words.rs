//! What decided, in words: a refusal's and those of `room.explain`.

use mesh_model::api::Deed;
use mesh_model::policy::{Ruling, RulingBy};

/// To whom it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// To the participant itself.
    You,
    /// To somebody else, who has named it.
    Others,
}

/// Why a deed in the room is allowed or not, without who set it.
pub fn because(rule: &Ruling, allowed: bool, room: &str, told: Told) -> String {
    let (it, is, lacks) = match told {
        Told::You => ("you", "you are", "you lack"),
        Told::Others => ("it", "it is", "it lacks"),
    };
    let name = rule.name.as_deref().unwrap_or_default();
    let verb = if allowed { "allows" } else { "denies" };
    let verbs = if allowed { "allow" } else { "deny" };
    match rule.by {
        RulingBy::Owner => {
            "the owner of the mesh may do everything where it is a member".to_owned()
        }
        RulingBy::Creator => format!("whoever rules {room} may do everything in it"),
        RulingBy::Membership if allowed => format!("{room} is open to {it}"),
        RulingBy::Membership => format!("{is} no member of {room}, or {room} is not open to {it}"),
        RulingBy::Permission => format!("{lacks} the permission {name}"),
        RulingBy::Standing => format!("{is} disabled, or one that is above {it}"),
        RulingBy::Rule => match &rule.why {
            Some(why) => format!("the rule '{name}' {verb} it, because {why}"),
            None => format!("the rule '{name}' {verb} it"),
        },
        RulingBy::Member if allowed => "it was allowed to this member".to_owned(),
        RulingBy::Member => "it was not left to this member".to_owned(),
        RulingBy::Defaults => "the room's defaults allow it".to_owned(),
        RulingBy::NothingAllows => "nothing allows it".to_owned(),
        RulingBy::Mute => format!("{is} muted"),
        RulingBy::Ban => format!("{is} banned"),
        RulingBy::Archived => format!("{room} is archived"),
        RulingBy::Messages => format!("the form of messages ({name}) {verb} it"),
        RulingBy::Limit => format!("the limit '{name}' {verb} it"),
        RulingBy::SlowMode => "slow mode is on".to_owned(),
        RulingBy::Data => format!("the rules about data {verbs} it"),
        RulingBy::Execution => format!("the rules about commands {verbs} it"),
        RulingBy::Guard => "the guard has something against it".to_owned(),
        RulingBy::Hold => "a legal hold is on the room".to_owned(),
        RulingBy::Consent => match told {
            Told::You => "your own side, you or those above you, has not agreed".to_owned(),
            Told::Others => "its own side, itself or those above it, has not agreed".to_owned(),
        },
        RulingBy::Floor => "the mesh lets no guest make a room that loose".to_owned(),
        RulingBy::Influence => match told {
            Told::You => "what your context has read stands against it".to_owned(),
            Told::Others => "what its context has read stands against it".to_owned(),
        },
        RulingBy::Turns => "programs answer one another here without a person".to_owned(),
        RulingBy::Lockout => format!("nobody but those who rule {room} could do it any more"),
    }
}

/// What is done, after "may" or "may not".
pub fn done(deed: Deed, room: &str) -> String {
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

/// What to do about it, for whoever was refused.
pub(crate) fn hint(by: RulingBy) -> &'static str {
    match by {
        RulingBy::Membership => "join the room, or ask a moderator of the room to add you",
        RulingBy::Mute => "wait until it ends, or ask a moderator of the room",
        RulingBy::Ban => "ask a moderator of the room to lift the ban",
        RulingBy::Rule => "ask the creator of the room; room.explain says what you may do",
        RulingBy::Consent => "you or somebody above you agrees with member.execution",
        _ => "ask a moderator of the room to let you",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_for_whoever_is_refused_and_for_others() {
        let rule = Ruling {
            name: Some("quiet-nights".to_owned()),
            why: Some("people sleep".to_owned()),
            ..Ruling::by(RulingBy::Rule)
        };
        for told in [Told::You, Told::Others] {
            assert_eq!(
                because(&rule, false, "#attic", told),
                "the rule 'quiet-nights' denies it, because people sleep"
            );
        }
        let mute = Ruling::by(RulingBy::Mute);
        assert_eq!(because(&mute, false, "#attic", Told::You), "you are muted");
        assert_eq!(because(&mute, false, "#attic", Told::Others), "it is muted");
    }
}
