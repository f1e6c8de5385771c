//! What the contexts of a program have read, and what follows for what it does in a room.

use mesh_core::Access;
use mesh_model::api::{ContextExplained, InfluenceView, Withheld};
use mesh_model::policy::Doing;
use mesh_model::{ParticipantId, RoomId};

use crate::ops::influence;

/// So many rooms are named in a sentence; all of them stand beside it.
const NAMED_MAX: usize = 3;

/// One answer a context of the program, as its reader may know it.
pub(super) fn of(
    access: &Access,
    reader: ParticipantId,
    room: RoomId,
    who: ParticipantId,
) -> Vec<ContextExplained> {
    if access.influence_since().is_none() || access.is_person(who) {
        return Vec::new();
    }
    let contexts = influence::contexts(access, reader, who).into_iter();
    let explained = contexts.map(|read| {
        let refusals = access.withheld(room, who, read.session).into_iter();
        let withheld = refusals.filter_map(|refusal| {
            let rule = *refusal.rule?;
            let sources = rule.read.iter();
            Some(Withheld {
                sources: sources
                    .map(|source| influence::source(access, reader, *source))
                    .collect(),
                rule,
            })
        });
        let withheld: Vec<Withheld> = withheld.collect();
        ContextExplained {
            text: sentence(&read, &withheld),
            read,
            withheld,
        }
    });
    explained.collect()
}

fn sentence(read: &InfluenceView, withheld: &[Withheld]) -> String {
    let context = match read.session {
        Some(session) => format!("The context of session {session}"),
        None => "A call by no session".to_owned(),
    };
    let mut known: Vec<String> = read.sources.iter().take(NAMED_MAX).map(named).collect();
    match read.sources.len().saturating_sub(NAMED_MAX) {
        0 => {}
        1 => known.push("another room".to_owned()),
        more => known.push(format!("{more} more rooms")),
    }
    if read.outside {
        known.push("answers of tools from outside the mesh".to_owned());
    }
    let known = if known.is_empty() {
        "nothing that counts".to_owned()
    } else {
        known.join(", ")
    };
    let all = if read.everything {
        format!("{context} counts as having read all that it may read: {known}.")
    } else {
        format!("{context} has read {known}.")
    };
    if withheld.is_empty() {
        return format!("{all} Nothing stands against what it does here.");
    }
    let part = |asks: bool| {
        let part = withheld.iter().filter(|one| one.rule.asks == asks);
        let kinds: Vec<&str> = part
            .filter_map(|one| told(one.rule.name.as_deref()?))
            .collect();
        (!kinds.is_empty()).then(|| kinds.join(", "))
    };
    let waits = part(true).map(|kinds| {
        format!(" It does not by itself {kinds}: a person may release exactly that, once.")
    });
    let never = part(false).map(|kinds| format!(" This room lets nobody release it to {kinds}."));
    let fresh = "A fresh session has read nothing: start the program anew, or run it by `mesh session run`.";
    format!(
        "{all}{}{} {fresh}",
        waits.unwrap_or_default(),
        never.unwrap_or_default()
    )
}

fn named(source: &mesh_model::api::SourceView) -> String {
    let room = match &source.name {
        Some(name) => format!("#{name}"),
        None => "a conversation".to_owned(),
    };
    match source.trust {
        mesh_model::events::Trust::Untrusted => format!("{room} with strangers' words"),
        mesh_model::events::Trust::Federated => format!("{room} with words from another mesh"),
        mesh_model::events::Trust::Local | mesh_model::events::Trust::Owner => room,
    }
}

/// What is not done, after "does not by itself".
fn told(kind: &str) -> Option<&'static str> {
    let doing = Doing::ALL.into_iter().find(|doing| doing.name() == kind)?;
    Some(match doing {
        Doing::Speak => "say anything here",
        Doing::Bridge => "bring words from elsewhere",
        Doing::Execute => "have anything run or answer approvals",
        Doing::DataWrite => "change shared data",
        Doing::Tasks => "create tasks or tell of them",
        Doing::Approvals => "ask for approval",
        Doing::Rule => "change rules or rights",
    })
}
