//! Messages that wait for a moderator, and what becomes of them.

use mesh_model::command::{Content, QuarantineCommand};
use mesh_model::events::{MessagePosted, MessageReviewed, Released};
use mesh_model::limits::{QUARANTINED_ALL_MAX, QUARANTINED_MAX};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Effect, ErrorCode, MessageId, NewEvent, ParticipantId, Refusal};

use crate::actor::Asker;
use crate::recent::Recent;
use crate::room::{check_in_use, moderated};
use crate::{Decision, check, refuse};

pub fn decide(asker: &Asker<'_>, recent: &Recent, command: &QuarantineCommand) -> Decision {
    match command {
        QuarantineCommand::Review {
            message,
            author,
            waiting,
            release,
            reason,
            body,
        } => {
            let found = Review {
                message: *message,
                author: *author,
                waiting,
            };
            review(asker, recent, &found, *release, reason, body)
        }
    }
}

/// Whether one more message may wait.
pub(crate) fn check_space(recent: &Recent, author: ParticipantId) -> Result<(), Refusal> {
    let own = recent
        .waiting
        .values()
        .filter(|waiting| waiting.author == author)
        .count();
    if own < QUARANTINED_MAX && recent.waiting.len() < QUARANTINED_ALL_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::ContentRefused,
        "too many messages wait already, for a moderator or for their room's home",
        Effect::NothingKept,
        "wait until the moderators of the room have looked at the others, or its home has taken them",
    )
    .ruled(Ruling::by(RulingBy::Guard)))
}

/// What the door read of a message in quarantine.
struct Review<'a> {
    message: MessageId,
    author: ParticipantId,
    waiting: &'a MessagePosted,
}

fn review(
    asker: &Asker<'_>,
    recent: &Recent,
    found: &Review<'_>,
    release: bool,
    reason: &Content,
    body: &Content,
) -> Decision {
    let unknown = || refuse::not_found("message in quarantine", "list what waits: quarantine.list");
    let waiting = recent.waiting.get(&found.message);
    let waiting = waiting
        .filter(|waiting| waiting.author == found.author && waiting.room == found.waiting.room);
    let waiting = waiting.ok_or_else(unknown)?;
    let room = moderated(asker, waiting.room).map_err(|refusal| {
        // Whether something waits is for moderators to know.
        match refusal.code {
            ErrorCode::NotFound => unknown(),
            _ => refusal,
        }
    })?;
    if waiting.home {
        return Err(refuse::conflict(
            "this message waits for its room's home, which is on another mesh",
            "it is posted once the home has taken it; link.list says how the link stands",
        )
        .so(Effect::NothingChanged));
    }
    check::content("reason", reason)?;
    let reviewed = MessageReviewed {
        room: room.id,
        message: found.message,
        author: found.author,
        released: release,
    };
    let mut events = vec![NewEvent::with(reviewed, reason.clone())];
    if release {
        check_other_voice(asker, found.author)?;
        check_in_use(room)?;
        check::some_content("message", body)?;
        let posted = MessagePosted {
            released: Some(Released {
                message: found.message,
                author: found.author,
                place: None,
            }),
            // The signature was made for another salt, and shows where the message waited.
            signed: None,
            ..found.waiting.clone()
        };
        events.push(NewEvent::with(posted, body.clone()));
    }
    Ok(events)
}

/// A program does not release what its own side said: it would be the word of the one who is in question.
fn check_other_voice(asker: &Asker<'_>, author: ParticipantId) -> Result<(), Refusal> {
    let me = asker.me()?;
    if asker.access.is_person(me) || !asker.access.kindred(me, author) {
        return Ok(());
    }
    Err(
        refuse::not_yours("release what your own side said; a person of the room does")
            .ruled(Ruling::by(RulingBy::Consent)),
    )
}
