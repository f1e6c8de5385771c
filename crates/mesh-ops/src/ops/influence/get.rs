//! `influence.get`: what the contexts of a participant have read

use crate::ops::influence::source;
use crate::ops::{memory, present};
use crate::prelude::*;

use mesh_model::SessionId;

impl Run for InfluenceGet {
    async fn run(
        door: &Door,
        call: &Call,
        input: InfluenceGetInput,
    ) -> Result<List<InfluenceView>, Refusal> {
        let whose = memory::mind(call, input.participant.as_deref())?;
        let (access, me) = (door.node().access(), call.me()?);
        let own = access
            .sessions()
            .filter(|session| session.participant == whose);
        let sessions: Vec<Option<SessionId>> =
            own.map(|session| Some(session.id)).chain([None]).collect();
        let items = sessions
            .into_iter()
            .map(|session| view(&access, me, whose, session));
        Ok(List {
            items: items.collect(),
        })
    }
}

fn view(
    access: &Access,
    me: ParticipantId,
    whose: ParticipantId,
    session: Option<SessionId>,
) -> InfluenceView {
    let context = access.context_of(session, whose);
    let reads = session.and_then(|session| access.influences().read.get(&session));
    let judged = context.is_mixed() && !access.is_person(whose);
    let sources = context.sources.into_iter().map(|found| {
        let mut view = source(access, me, found);
        view.since = reads.and_then(|reads| Some(reads.rooms.get(&found.room)?.seq));
        view
    });
    InfluenceView {
        participant: present::participant(access, whose),
        session,
        everything: context.everything,
        outside: context.outside,
        judged,
        sources: sources.collect(),
    }
}
