//! What the events of sessions do to the state.

use mesh_model::events::{SessionClosed, SessionOpened};
use mesh_model::{CredentialId, Seq};

use crate::{Access, Session};

pub fn opened(
    access: &mut Access,
    facts: &SessionOpened,
    credential: Option<CredentialId>,
    seq: Seq,
) {
    let session = Session {
        id: facts.session,
        participant: facts.participant,
        credential,
        since: seq,
    };
    access.sessions.insert(facts.session, session);
}

pub fn closed(access: &mut Access, facts: &SessionClosed) {
    access.sessions.remove(&facts.session);
}
