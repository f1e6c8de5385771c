//! Keys that participants sign with, and names that imitate others.

use mesh_model::command::IdentityCommand;
use mesh_model::events::{ParticipantKeyAdded, ParticipantKeyRevoked};
use mesh_model::limits::KEYS_MAX;
use mesh_model::{Effect, ErrorCode, NewEvent, ParticipantId, Permission, PublicKey, Refusal};

use crate::actor::Asker;
use crate::{Access, Decision, Participant, refuse};

pub fn decide(asker: &Asker<'_>, command: &IdentityCommand) -> Decision {
    match command {
        IdentityCommand::Add {
            participant,
            key,
            replaces,
        } => add(asker, *participant, *key, *replaces),
        IdentityCommand::Revoke { participant, key } => revoke(asker, *participant, key),
    }
}

/// A participant adds its own keys only: whoever adds one holds it.
fn add(
    asker: &Asker<'_>,
    participant: ParticipantId,
    key: PublicKey,
    replaces: Option<PublicKey>,
) -> Decision {
    if asker.me()? != participant {
        return Err(refuse::not_yours("add a key for somebody else"));
    }
    let found = asker.participant(participant)?;
    if check_active(found, &key).is_ok() {
        return Ok(Vec::new());
    }
    check_free(asker.access, &key)?;
    if let Some(old) = replaces {
        check_active(found, &old)?;
    }
    let active = found.keys.iter().filter(|known| known.revoked.is_none());
    if replaces.is_none() && active.count() >= KEYS_MAX {
        return Err(refuse::conflict(
            format!("a participant signs with at most {KEYS_MAX} keys"),
            "revoke one that is not used any more",
        )
        .so(Effect::NothingChanged));
    }
    Ok(vec![NewEvent::new(ParticipantKeyAdded {
        participant,
        key,
        replaces,
    })])
}

fn revoke(asker: &Asker<'_>, participant: ParticipantId, key: &PublicKey) -> Decision {
    let found = asker.participant(participant)?;
    if asker.access.is_owner(participant) && !asker.is_owner() {
        return Err(refuse::owner_only("revoke the owner's keys"));
    }
    if !asker.is_mine(participant) && !asker.has(Permission::AgentsAdmin) {
        return Err(refuse::permission(Permission::AgentsAdmin));
    }
    let known = found.keys.iter().find(|known| known.key == *key);
    let known = known.ok_or_else(|| refuse::not_found("key", "list the participant's keys"))?;
    if known.revoked.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(ParticipantKeyRevoked {
        participant,
        key: *key,
    })])
}

/// A key that the participant holds and that was not revoked.
pub(crate) fn check_active(found: &Participant, key: &PublicKey) -> Result<(), Refusal> {
    let known = found.keys.iter().find(|known| known.key == *key);
    let why = match known {
        Some(known) if known.revoked.is_none() => return Ok(()),
        Some(_) => "was revoked",
        None => "is none of its keys",
    };
    Err(Refusal::new(
        ErrorCode::BadSignature,
        format!("the key {key} {why} (@{})", found.handle),
        Effect::NothingDone,
        "sign with a key that holds; identity.list shows them",
    ))
}

/// A key that nobody ever had.
pub(crate) fn check_free(access: &Access, key: &PublicKey) -> Result<(), Refusal> {
    match access.keys.get(key) {
        None => Ok(()),
        Some(_) => Err(refuse::conflict(
            "that key belongs to a participant already",
            "make a new key: no key is used twice",
        )),
    }
}

/// Strangers do not take names that are read as somebody else's: `0wner`, `re-x`, `rnax`.
pub(crate) fn check_no_imitation(access: &Access, handle: &str) -> Result<(), Refusal> {
    let looks = skeleton(handle);
    let like = access
        .participants()
        .find(|found| skeleton(&found.handle) == looks);
    match like {
        Some(found) => Err(Refusal::new(
            ErrorCode::NameTaken,
            format!("the handle '{handle}' is read like @{}", found.handle),
            Effect::NobodyRegistered,
            "choose a handle that nobody takes for somebody else's",
        )),
        None => Ok(()),
    }
}

/// Whether two names are read as the same one.
pub fn reads_like(one: &str, other: &str) -> bool {
    skeleton(one) == skeleton(other)
}

/// A handle with everything that is easily misread written the same way.
fn skeleton(handle: &str) -> String {
    let plain = handle
        .replace('-', "")
        .replace("rn", "m")
        .replace("vv", "w")
        .replace("cl", "d");
    plain
        .chars()
        .map(|letter| match letter {
            '0' => 'o',
            '1' | 'i' => 'l',
            '2' => 'z',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '6' | '9' => 'g',
            '7' => 't',
            '8' => 'b',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::skeleton;

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        for (a, b) in [
            ("owner", "0wner"),
            ("rex", "r-e-x"),
            ("max", "rnax"),
            ("ali", "a1l"),
        ] {
            assert_eq!(skeleton(a), skeleton(b), "{a} {b}");
        }
        assert_ne!(skeleton("rex"), skeleton("tex"));
    }
}
