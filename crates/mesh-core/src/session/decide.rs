//! Sessions: connected runs of clients. The state holds the open ones only.

use mesh_model::command::SessionCommand;
use mesh_model::events::Trust;
use mesh_model::events::{SessionClosed, SessionEnd, SessionOpened};
use mesh_model::limits::{SESSIONS_OPEN_MAX, SESSIONS_OPEN_OUTSIDE_MAX};
use mesh_model::{Effect, ErrorCode, NewEvent, ParticipantId, Permission, Refusal, SessionId};

use crate::actor::Asker;
use crate::{Access, Decision, Session, check, refuse};

pub fn decide(asker: &Asker<'_>, command: &SessionCommand) -> Decision {
    match command {
        SessionCommand::Open { session, client } => {
            let me = asker.me()?;
            check::content("description of the client", client)?;
            match asker.access.session(*session) {
                Some(open) if open.participant == me => Ok(Vec::new()),
                Some(_) => Err(Refusal::new(
                    ErrorCode::SessionConflict,
                    "a session with this id is open for somebody else",
                    Effect::told("no session was opened"),
                    "connect without a session id to get a new one",
                )),
                None => {
                    room_for_one_more(asker.access, me)?;
                    let opened = SessionOpened {
                        session: *session,
                        participant: me,
                    };
                    Ok(vec![NewEvent::with(opened, client.clone())])
                }
            }
        }
        SessionCommand::Close { session, reason } => close(asker, *session, *reason),
    }
}

/// Every open session is kept in memory: nobody has them without end, and a stranger has few.
fn room_for_one_more(access: &Access, me: ParticipantId) -> Result<(), Refusal> {
    let outside = access.trust_of(me, false) < Trust::Local;
    let most = if outside {
        SESSIONS_OPEN_OUTSIDE_MAX
    } else {
        SESSIONS_OPEN_MAX
    };
    let open = access.sessions().filter(|one| one.participant == me);
    if open.take(most).count() < most {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::Overloaded,
        format!("a participant like you has at most {most} sessions open at a time"),
        Effect::told("no session was opened"),
        "close what you do not use with session.close; what lost its connection closes by itself soon",
    ))
}

fn close(asker: &Asker<'_>, session: SessionId, reason: SessionEnd) -> Decision {
    let open = asker.access.session(session);
    // For the node a session that is closed already is as it should be.
    if open.is_none() && asker.is_node() {
        return Ok(Vec::new());
    }
    let mine = |open: &&Session| {
        asker.is_node() || asker.is_mine(open.participant) || asker.has(Permission::AgentsAdmin)
    };
    let open = open.filter(mine).ok_or_else(|| {
        refuse::not_found(
            "open session",
            "it may be closed already: then nothing is left to do",
        )
    })?;
    Ok(vec![NewEvent::new(SessionClosed {
        session,
        participant: open.participant,
        reason,
    })])
}

/// The events that close open sessions whose right to be open has ended.
pub(crate) fn revoked<'a>(
    access: &'a Access,
    ended: impl Fn(&Session) -> bool + 'a,
) -> impl Iterator<Item = NewEvent> + 'a {
    access
        .sessions()
        .filter(move |session| ended(session))
        .map(|session| {
            let Session {
                id, participant, ..
            } = *session;
            NewEvent::new(SessionClosed {
                session: id,
                participant,
                reason: SessionEnd::Revoked,
            })
        })
}
