//! Reactions: one emoji of a closed list on a message. They say little, so that no rule about what is said needs to read them:
//! a room forbids them as a kind of message, and a pace of their own bounds how many there are.
//!
//! Who reacted with what is not in the state: the door attaches how it stands, and the last changes, which are remembered here,
//! bring that up to date.

use std::collections::VecDeque;

use mesh_model::command::ContentEvidence;
use mesh_model::events::{MessageHeader, MessageReacted, MessageUnreacted, Reacted};
use mesh_model::limits::{REACTION_KINDS_MAX, REACTIONS_OF_ONE_MAX};
use mesh_model::policy::MessageKind;
use mesh_model::{MessageId, NewEvent, ParticipantId, Refusal, Seq};
use serde::{Deserialize, Serialize};

use super::decide::{check_present, check_visible, speaking};
use crate::desk::Desk;
use crate::policy::{Form, Saying, check_reaction_pace};
use crate::room::check_in_use;
use crate::{Decision, refuse};

/// Changes remembered: far more than can be under way at one time.
const CHANGES_MAX: usize = 1024;

/// The emoji that somebody means by this text: itself, fully qualified, or by its short name. None if it is none of the list
/// that Unicode recommends.
pub fn emoji(text: &str) -> Option<&'static str> {
    let name = text.trim_matches(':');
    let found = emojis::get(text).or_else(|| emojis::get_by_shortcode(name))?;
    Some(found.as_str())
}

/// The last reactions that were set or taken back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastReactions {
    order: VecDeque<Change>,
    /// Changes up to here are forgotten.
    forgotten: Seq,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    message: MessageId,
    who: ParticipantId,
    reaction: String,
    on: bool,
    at: Seq,
}

impl LastReactions {
    pub fn set(&mut self, facts: &MessageReacted, who: ParticipantId, at: Seq) {
        self.remember(facts.message, who, &facts.reaction, true, at);
    }

    pub fn taken_back(&mut self, facts: &MessageUnreacted, who: ParticipantId, at: Seq) {
        self.remember(facts.message, who, &facts.reaction, false, at);
    }

    fn remember(
        &mut self,
        message: MessageId,
        who: ParticipantId,
        reaction: &str,
        on: bool,
        at: Seq,
    ) {
        self.order.push_back(Change {
            message,
            who,
            reaction: reaction.to_owned(),
            on,
            at,
        });
        if self.order.len() > CHANGES_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.forgotten = oldest.at;
        }
    }

    /// How the reactions stand now, given how they stood; nothing if what happened since may be forgotten.
    fn now(&self, message: MessageId, who: ParticipantId, read: &Reacted) -> Option<Reacted> {
        if read.as_of < self.forgotten {
            return None;
        }
        let mut now = read.clone();
        let since = self.order.iter().rev();
        let since = since.take_while(|change| change.at > read.as_of);
        let since: Vec<_> = since.filter(|change| change.message == message).collect();
        for change in since.into_iter().rev() {
            now.take(change, who);
        }
        Some(now)
    }
}

trait Standing {
    fn take(&mut self, change: &Change, me: ParticipantId);
}

impl Standing for Reacted {
    fn take(&mut self, change: &Change, me: ParticipantId) {
        let known = self
            .kinds
            .iter_mut()
            .find(|(kind, _)| *kind == change.reaction);
        match (known, change.on) {
            (Some((_, count)), true) => *count += 1,
            (Some((_, count)), false) => *count = count.saturating_sub(1),
            (None, true) => self.kinds.push((change.reaction.clone(), 1)),
            (None, false) => {}
        }
        self.kinds.retain(|(_, count)| *count > 0);
        if change.who != me {
            return;
        }
        self.own.retain(|own| *own != change.reaction);
        if change.on {
            self.own.push(change.reaction.clone());
        }
    }
}

pub(super) fn decide(
    desk: &Desk<'_>,
    message: &MessageHeader,
    reacted: &Reacted,
    reaction: &str,
    on: bool,
) -> Decision {
    let reaction = emoji(reaction).ok_or_else(no_emoji)?.to_owned();
    if on {
        set(desk, message, reacted, reaction)
    } else {
        take_back(desk, message, reacted, reaction)
    }
}

fn set(desk: &Desk<'_>, message: &MessageHeader, reacted: &Reacted, reaction: String) -> Decision {
    let (asker, recent) = (desk.asker, desk.recent);
    let (found, who) = speaking(asker, message.room, Some(MessageKind::Reaction))?;
    check_present(asker, &recent.deleted, found, message)?;
    let now = recent.reactions.now(message.message, who.id, reacted);
    let now = now.ok_or_else(|| out_of_date(message))?;
    if now.own.contains(&reaction) {
        return Ok(Vec::new());
    }
    let saying = Saying {
        room: found,
        who,
        form: Form::Reaction(message),
        trust: asker.access.trust_of(who.id, false),
        asked: &[],
        evidence: &ContentEvidence::default(),
    };
    // Nothing in it could be scanned or wait for a moderator.
    let _ = saying.judged(asker, recent)?;
    if now.own.len() >= REACTIONS_OF_ONE_MAX {
        return Err(refuse::conflict(
            format!(
                "you have reacted to {} in {REACTIONS_OF_ONE_MAX} ways already",
                message.message
            ),
            "take one of yours back first",
        ));
    }
    let new = !now.kinds.iter().any(|(kind, _)| *kind == reaction);
    if new && now.kinds.len() >= REACTION_KINDS_MAX {
        return Err(refuse::conflict(
            format!(
                "{} has {REACTION_KINDS_MAX} kinds of reactions already",
                message.message
            ),
            "react with one that is there",
        ));
    }
    Ok(vec![NewEvent::new(MessageReacted {
        room: message.room,
        message: message.message,
        reaction,
        place: None,
    })])
}

/// Whoever may read the message takes its own reaction back, also one that may not speak any more.
fn take_back(
    desk: &Desk<'_>,
    message: &MessageHeader,
    reacted: &Reacted,
    reaction: String,
) -> Decision {
    let (asker, recent) = (desk.asker, desk.recent);
    let me = asker.me()?;
    let found = asker.room(message.room)?;
    check_visible(asker, found, message)?;
    let gone = message.deleted || recent.deleted.has(message.message);
    let now = recent.reactions.now(message.message, me, reacted);
    let now = now.ok_or_else(|| out_of_date(message))?;
    if gone || !now.own.contains(&reaction) {
        return Ok(Vec::new());
    }
    check_in_use(found)?;
    check_reaction_pace(asker, found, me, &recent.paces)?;
    Ok(vec![NewEvent::new(MessageUnreacted {
        room: message.room,
        message: message.message,
        reaction,
        who: None,
        place: None,
    })])
}

fn no_emoji() -> Refusal {
    refuse::invalid(
        "a reaction is one emoji of the list that Unicode recommends, or its short name",
        "send an emoji such as 👍, or a name such as thumbsup",
    )
}

fn out_of_date(message: &MessageHeader) -> Refusal {
    refuse::conflict(
        format!("what was read about {} is out of date", message.message),
        "try again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_reaction_is_one_emoji_or_the_name_of_one() {
        for (text, meant) in [
            ("👍", "👍"),
            ("thumbsup", "👍"),
            (":+1:", "👍"),
            ("❤", "❤️"),
            ("👩‍💻", "👩‍💻"),
            ("🇫🇷", "🇫🇷"),
            ("👍🏽", "👍🏽"),
        ] {
            assert_eq!(emoji(text), Some(meant), "{text}");
        }
        for text in [
            "", "aa", "no", "👍👍", "👍 ok", "🇫", "1", "\u{200d}", "🏽", "ignore",
        ] {
            assert_eq!(emoji(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_read_is_brought_up_to_date_by_what_is_remembered() {
        let who = |number: u128| ParticipantId(Uuid::from_u128(number));
        let message = MessageId(Seq(7));
        let mut last = LastReactions::default();
        for (number, on, at) in [(1, true, 10), (2, true, 11), (1, false, 12), (3, true, 13)] {
            last.remember(message, who(number), "👍", on, Seq(at));
        }
        last.remember(MessageId(Seq(8)), who(1), "🎉", true, Seq(14));
        let read = Reacted {
            kinds: vec![("👍".to_owned(), 1)],
            own: vec!["👍".to_owned()],
            as_of: Seq(10),
        };
        let now = last.now(message, who(1), &read).unwrap();
        assert_eq!(now.kinds, [("👍".to_owned(), 2)]);
        assert!(now.own.is_empty());
        for at in 0..CHANGES_MAX as u64 {
            last.remember(message, who(9), "🎉", at % 2 == 0, Seq(20 + at));
        }
        assert_eq!(last.now(message, who(1), &read), None);
        let json = serde_json::to_string(&last).unwrap();
        assert_eq!(serde_json::from_str::<LastReactions>(&json).unwrap(), last);
    }
}
