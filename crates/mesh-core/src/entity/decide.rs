//! Claims: noted by whoever may write a room's data, each with its source; forgotten by those whose they are, and by people.

use mesh_model::command::{ContentEvidence, EntityCommand, NewClaim};
use mesh_model::events::{
    Claimed, EntityForgotten, EntityGone, EntityNoted, EntitySource, GuardMark, Trust,
};
use mesh_model::limits::{
    ENTITIES_ROOM_MAX, ENTITY_CLAIM_BYTES_MAX, ENTITY_CLAIMS_ALL_MAX, ENTITY_CLAIMS_MAX,
    ENTITY_ROOM_BYTES_MAX, ENTITY_UNTRUSTED_MAX, LABELS_MAX, RELATIONS_ROOM_MAX,
};
use mesh_model::{Capability, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId, Seq};

use crate::desk::Desk;
use crate::policy::Form;
use crate::room::check_in_use;
use crate::{Decision, Room, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &EntityCommand) -> Decision {
    match command {
        EntityCommand::Note {
            room,
            claims,
            replaces,
            evidence,
        } => note(desk, *room, claims, replaces, evidence)
            .map_err(|refusal| refusal.so(Effect::NothingKept)),
        EntityCommand::Forget { room, claims } => forget(desk, *room, claims),
    }
}

/// A room whose data the asker may change.
fn writable<'a>(desk: &Desk<'a>, room: RoomId) -> Result<&'a Room, Refusal> {
    let found = desk.asker.room(room)?;
    desk.asker.check_capability(found, Capability::DataWrite)?;
    check_in_use(found)?;
    Ok(found)
}

fn note(
    desk: &Desk<'_>,
    room: RoomId,
    claims: &[NewClaim],
    replaces: &[Seq],
    evidence: &ContentEvidence,
) -> Decision {
    let me = desk.asker.me()?;
    let found = writable(desk, room)?;
    if !(1..=ENTITY_CLAIMS_MAX).contains(&claims.len()) {
        return Err(refuse::invalid(
            format!(
                "one call notes 1 to {ENTITY_CLAIMS_MAX} claims, not {}",
                claims.len()
            ),
            "note the others by another call",
        ));
    }
    for claim in claims {
        check_claim(desk, room, claim)?;
    }
    let trust = desk.asker.access.trust_of(me, false);
    if trust < Trust::Local && claims.iter().any(|claim| claim.about == Claimed::Same) {
        return Err(Refusal::new(
            ErrorCode::CapabilityDenied,
            "only participants whose trust is local or above say that two names mean one thing",
            Effect::NothingKept,
            "say it in the room, so that somebody of this mesh can look",
        ));
    }
    let mut old: Vec<Seq> = replaces.to_vec();
    old.retain(|seq| {
        let claim = desk.work.claim(room, *seq);
        claim.is_some_and(|claim| claim.by == Some(me))
    });
    // Words that are held stay, beside what is noted anew.
    old.retain(|_| !found.hold);
    old.sort_unstable();
    old.dedup();
    check_space(desk, room, me, trust, claims, &old)?;
    // What is noted is read again and again: what would wait for a moderator elsewhere is not taken.
    let guard = desk
        .judged(found, Form::Given, evidence)?
        .now_or(|mark| refuse::attack(mark.score, &mark.reasons))?;
    let mut events: Vec<NewEvent> = Vec::with_capacity(claims.len() + 1);
    if !old.is_empty() {
        events.push(NewEvent::new(EntityForgotten {
            room,
            erased: old,
            why: EntityGone::Replaced,
        }));
    }
    let noted = claims.iter().map(|claim| {
        let facts = noted(room, claim, trust, guard.as_ref());
        NewEvent::with(facts, claim.body.clone())
    });
    events.extend(noted);
    Ok(events)
}

fn noted(room: RoomId, claim: &NewClaim, trust: Trust, guard: Option<&GuardMark>) -> EntityNoted {
    let mut labels = claim.labels.clone();
    labels.retain(|label| *label != room);
    labels.sort_unstable();
    labels.dedup();
    EntityNoted {
        room,
        about: claim.about,
        source: claim.source,
        confidence: claim.confidence,
        since: claim.since,
        until: claim.until,
        bytes: bytes_of(claim),
        trust: trust.min(claim.from),
        labels,
        guard: guard.cloned(),
    }
}

fn bytes_of(claim: &NewClaim) -> u32 {
    let bytes = claim.body.as_ref().map_or(0, |json| json.get().len());
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn check_claim(desk: &Desk<'_>, room: RoomId, claim: &NewClaim) -> Result<(), Refusal> {
    check::some_content("claim", &claim.body)?;
    check::content_within("claim", &claim.body, ENTITY_CLAIM_BYTES_MAX)?;
    if !(1..=100).contains(&claim.confidence) {
        return Err(refuse::invalid(
            "a claim is 1 to 100 percent sure",
            "do not note what is surely wrong",
        ));
    }
    if let (Some(since), Some(until)) = (claim.since, claim.until)
        && since >= until
    {
        return Err(refuse::invalid(
            "the claim ends before it begins",
            "name 'since' before 'until'",
        ));
    }
    if claim.labels.len() > LABELS_MAX {
        return Err(refuse::invalid(
            format!("a claim holds words of at most {LABELS_MAX} other rooms"),
            "note it by what it stands on in each of them",
        ));
    }
    // The door has looked; what went between its look and now is not stood on.
    let stands = match claim.source {
        EntitySource::Said | EntitySource::Task { .. } | EntitySource::Message { .. } => true,
        EntitySource::Memory { memory } => {
            let access = desk.asker.access;
            let me = desk.asker.me()?;
            let mut owners = desk.work.memories.iter();
            owners.any(|(owner, known)| {
                known.contains(&memory) && (*owner == me || access.descends(*owner, me))
            })
        }
        EntitySource::File { file, version, put } => {
            let file = desk.work.file(room, file);
            let kept = file.and_then(|file| file.versions.get(&version));
            kept.is_some_and(|kept| kept.seq == put)
        }
    };
    if stands {
        Ok(())
    } else {
        Err(refuse::not_found(
            "source",
            "a claim stands on what can still be read in its room",
        ))
    }
}

fn check_space(
    desk: &Desk<'_>,
    room: RoomId,
    me: ParticipantId,
    trust: Trust,
    claims: &[NewClaim],
    old: &[Seq],
) -> Result<(), Refusal> {
    let kept = desk.work.claims.rooms.get(&room);
    let replaced = old.iter().filter_map(|seq| desk.work.claim(room, *seq));
    let (mut old_relations, mut old_bytes) = (0, 0);
    for claim in replaced {
        old_relations += usize::from(claim.about == Claimed::Relation);
        old_bytes += u64::from(claim.bytes);
    }
    let new_relations = (claims.iter())
        .filter(|claim| claim.about == Claimed::Relation)
        .count();
    let new_bytes: u64 = claims.iter().map(|claim| u64::from(bytes_of(claim))).sum();
    let relations = kept.map_or(0, |of| of.relations) - old_relations + new_relations;
    let count = kept.map_or(0, |of| of.claims.len()) - old.len() + claims.len();
    let bytes = kept.map_or(0, |of| of.bytes).saturating_sub(old_bytes) + new_bytes;
    let full = |what: String| {
        refuse::conflict(
            what,
            "forget what no longer holds: entity.list, entity.forget",
        )
    };
    if relations > RELATIONS_ROOM_MAX || count - relations > ENTITIES_ROOM_MAX {
        return Err(full(format!(
            "a room keeps at most {ENTITIES_ROOM_MAX} claims about things and {RELATIONS_ROOM_MAX} about relations"
        )));
    }
    if bytes > ENTITY_ROOM_BYTES_MAX {
        return Err(full(format!(
            "the claims of a room have at most {ENTITY_ROOM_BYTES_MAX} bytes"
        )));
    }
    if desk.work.claims.all - old.len() + claims.len() > ENTITY_CLAIMS_ALL_MAX {
        return Err(full(format!(
            "a mesh keeps at most {ENTITY_CLAIMS_ALL_MAX} claims"
        )));
    }
    if trust < Trust::Local {
        let own = kept.map_or(0, |of| {
            let own = of.claims.values();
            own.filter(|claim| claim.by == Some(me)).count()
        });
        if own - old.len() + claims.len() > ENTITY_UNTRUSTED_MAX {
            return Err(full(format!(
                "a participant trusted less than local keeps at most {ENTITY_UNTRUSTED_MAX} claims in a room"
            )));
        }
    }
    Ok(())
}

/// One's own claims, those of whoever one is above, and as a moderator or as a person of this mesh anybody's.
fn forget(desk: &Desk<'_>, room: RoomId, claims: &[Seq]) -> Decision {
    let me = desk.asker.me()?;
    let found = writable(desk, room)?;
    let access = desk.asker.access;
    let person = access.is_person(me) && access.trust_of(me, false) >= Trust::Local;
    let mut gone = Vec::with_capacity(claims.len());
    for seq in claims {
        let Some(claim) = desk.work.claim(room, *seq) else {
            continue;
        };
        let own = claim
            .by
            .is_some_and(|by| by == me || access.descends(by, me));
        if !own && !person {
            desk.asker.check_capability(found, Capability::Moderate)?;
        }
        gone.push(*seq);
    }
    gone.sort_unstable();
    gone.dedup();
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    refuse::check_not_held(found)?;
    Ok(vec![NewEvent::new(EntityForgotten {
        room,
        erased: gone,
        why: EntityGone::Forgotten,
    })])
}
