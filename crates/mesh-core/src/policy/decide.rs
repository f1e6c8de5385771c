//! Who may set which policy.

use crate::Decision;
use crate::actor::Asker;
use crate::refuse;
use crate::room::rules::may_set_policy;
use mesh_model::command::PolicyCommand;
use mesh_model::events::{RoomPolicySet, Trust};
use mesh_model::limits::TURNS_DEFAULT;
use mesh_model::policy::{Policy, Ruling, RulingBy};
use mesh_model::{Effect, ErrorCode, NewEvent, Refusal, RoomId};

pub(crate) fn decide(asker: &Asker<'_>, command: &PolicyCommand) -> Decision {
    match command {
        PolicyCommand::Set {
            room,
            policy,
            expected,
            force,
        } => set(asker, *room, policy, *expected, *force),
    }
}

fn set(
    asker: &Asker<'_>,
    room: RoomId,
    policy: &Policy,
    expected: Option<u32>,
    force: bool,
) -> Decision {
    let (found, _) = may_set_policy(asker.access, room, asker.me()?, asker.is_owner())?;
    let held = found.policy.as_deref();
    let version = held.map_or(0, |record| record.version);
    if let Some(expected) = expected.filter(|expected| *expected != version) {
        return Err(refuse::conflict(
            format!("the policy is at version {version}, not {expected}"),
            "read it again, see what somebody else changed, and set it with that version",
        )
        .so(Effect::NothingChanged));
    }
    if held.is_some_and(|record| record.policy == *policy) {
        return Ok(Vec::new());
    }
    let me = asker.actor.participant();
    let drafted = asker.access.with_policy(room, policy, me)?;
    check_floor(asker, policy)?;
    if !force {
        asker.access.check_lockout(found, &drafted)?;
    }
    Ok(vec![NewEvent::new(RoomPolicySet {
        room,
        version: version.saturating_add(1),
        policy: policy.clone(),
    })])
}

/// Whoever is trusted less than `local` makes no room looser than the owner of the mesh lets it.
fn check_floor(asker: &Asker<'_>, policy: &Policy) -> Result<(), Refusal> {
    let me = asker.me()?;
    let trust = asker.access.trust_of(me, false);
    let floor = asker.access.floor();
    let scores = [
        ("guard.mark", policy.guard.mark, floor.mark),
        (
            "guard.quarantine",
            policy.guard.quarantine,
            floor.quarantine,
        ),
        ("guard.refuse", policy.guard.refuse, floor.refuse),
    ];
    let turns = policy.messages.turns.unwrap_or(TURNS_DEFAULT);
    let loose = scores.into_iter().find(|(_, score, most)| score > most);
    let what = match loose {
        _ if trust >= Trust::Local => return Ok(()),
        Some((name, score, most)) => format!("{name} is {score}, at most {most} is allowed"),
        None if !policy.execution.peers.is_empty() && !floor.peers => {
            "execution.peers names somebody".to_owned()
        }
        None if turns > TURNS_DEFAULT => {
            format!("messages.turns is {turns}, at most {TURNS_DEFAULT} is allowed")
        }
        None => return Ok(()),
    };
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        format!(
            "{what}: {} participants make no room looser than the mesh",
            trust.name()
        ),
        Effect::NothingChanged,
        "leave that out, or ask the owner of the mesh",
    )
    .ruled(Ruling::by(RulingBy::Floor)))
}
