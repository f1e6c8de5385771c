//! What the events of sessions do to the state.

use mesh_model::events::{SessionClosed, SessionFacts, SessionOpened};
use mesh_model::{CredentialId, Seq};

use crate::{Access, Session, State, Stored, influence};

pub(crate) fn apply(state: &mut State, facts: &SessionFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        SessionFacts::Opened(facts) => opened(access, facts, event.credential(), event.seq),
        SessionFacts::Closed(facts) => closed(access, facts),
    }
}

fn opened(access: &mut Access, facts: &SessionOpened, credential: Option<CredentialId>, seq: Seq) {
    let session = Session {
        id: facts.session,
        participant: facts.participant,
        credential,
        since: seq,
    };
    access.sessions.insert(facts.session, session);
}

fn closed(access: &mut Access, facts: &SessionClosed) {
    access.sessions.remove(&facts.session);
    influence::gone(access, facts.session);
}
