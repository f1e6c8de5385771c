//! Leases on paths: taken if nobody else edits there, and ended by those whose matter it is.

use mesh_model::command::LeaseCommand;
use mesh_model::events::{LeaseMode, LeaseReleased, LeaseTaken, Trust};
use mesh_model::limits::{
    LEASE_MINUTES_DEFAULT, LEASE_MINUTES_MAX, LEASE_PATHS_MAX, LEASES_MAX, LEASES_OF_ONE_MAX,
};
use mesh_model::{
    Capability, Effect, ErrorCode, Millis, NewEvent, ParticipantId, Refusal, RoomId, Seq,
};

use super::{PathLease, Pattern};
use crate::desk::Desk;
use crate::room::check_in_use;
use crate::{Decision, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &LeaseCommand) -> Decision {
    match command {
        LeaseCommand::Take {
            room,
            paths,
            mode,
            minutes,
        } => lease(desk, *room, paths, *mode, *minutes),
        LeaseCommand::Release { room, lease } => release(desk, *room, *lease),
    }
}

fn lease(
    desk: &Desk<'_>,
    room: RoomId,
    paths: &[String],
    mode: LeaseMode,
    minutes: Option<u32>,
) -> Decision {
    let me = desk.asker.me()?;
    let access = desk.asker.access;
    let found = desk.asker.room(room)?;
    desk.asker.check_capability(found, Capability::DataWrite)?;
    check_in_use(found)?;
    // A stranger's program edits on a stranger's machine: its lease would only keep others from their work.
    if access.trust_of(me, false) < Trust::Local {
        return Err(Refusal::new(
            ErrorCode::CapabilityDenied,
            "paths are leased by participants whose trust is local or above",
            Effect::NothingChanged,
            "ask somebody of this mesh to edit there, or to trust you more",
        ));
    }
    let minutes = minutes.unwrap_or(LEASE_MINUTES_DEFAULT);
    if !(1..=LEASE_MINUTES_MAX).contains(&minutes) {
        return Err(refuse::invalid(
            format!("a lease lasts 1 to {LEASE_MINUTES_MAX} minutes"),
            "ask for less, and lease the same paths again while you work",
        )
        .so(Effect::NothingChanged));
    }
    if paths.is_empty() || paths.len() > LEASE_PATHS_MAX {
        return Err(refuse::invalid(
            format!("a lease names 1 to {LEASE_PATHS_MAX} paths"),
            "name a folder with /** instead of its files",
        )
        .so(Effect::NothingChanged));
    }
    for path in paths {
        let pattern = Pattern::of_lease(path)?;
        check_free(desk, room, me, &pattern, path, mode)?;
    }
    check_few(desk, room, me, paths)?;
    Ok(vec![NewEvent::new(LeaseTaken {
        room,
        holder: me,
        paths: paths.to_vec(),
        mode,
        until: desk.now().plus(u64::from(minutes) * 60_000).0,
    })])
}

/// Nobody else edits there, unless both share.
fn check_free(
    desk: &Desk<'_>,
    room: RoomId,
    me: ParticipantId,
    pattern: &Pattern,
    path: &str,
    mode: LeaseMode,
) -> Result<(), Refusal> {
    let shared = mode == LeaseMode::Shared;
    let access = desk.asker.access;
    let others = desk
        .work
        .leases(access, room, desk.now())
        .filter(|(_, lease)| lease.holder != me)
        .filter(|(_, lease)| !(shared && lease.mode == LeaseMode::Shared))
        .find(|(_, lease)| lease.meets(pattern));
    match others {
        None => Ok(()),
        Some((seq, lease)) => Err(taken(desk, path, seq, lease)),
    }
}

fn taken(desk: &Desk<'_>, path: &str, seq: Seq, lease: &PathLease) -> Refusal {
    let holder = desk.asker.access.participant(lease.holder);
    let holder = holder.map_or("somebody", |holder| holder.handle.as_str());
    let left = Millis(lease.until_ms).since(desk.now()).div_ceil(60_000);
    refuse::conflict(
        format!(
            "@{holder} edits '{path}' by the lease {seq}, which ends in {left} min at the latest"
        ),
        format!("edit something else meanwhile, or ask @{holder} to release it"),
    )
    .so(Effect::NothingChanged)
}

/// What is leased again takes no place of its own.
fn check_few(
    desk: &Desk<'_>,
    room: RoomId,
    me: ParticipantId,
    paths: &[String],
) -> Result<(), Refusal> {
    let held = desk.work.leases(desk.asker.access, room, desk.now());
    let (mut all, mut own) = (0, 0);
    for (_, lease) in held {
        let mine = lease.holder == me;
        if mine && lease.paths == paths {
            return Ok(());
        }
        all += 1;
        own += usize::from(mine);
    }
    if own < LEASES_OF_ONE_MAX && all < LEASES_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::Overloaded,
        format!("a room holds at most {LEASES_MAX} leases, {LEASES_OF_ONE_MAX} of one participant"),
        Effect::NothingChanged,
        "release what you do not edit any more",
    ))
}

fn release(desk: &Desk<'_>, room: RoomId, lease: Seq) -> Decision {
    let found = desk.asker.room(room)?;
    let known = desk.work.leases.get(&room).and_then(|all| all.get(&lease));
    let Some(known) = known else {
        return Err(refuse::not_found(
            "lease",
            "list those that hold with lease.list; a lease ends by itself when its time is over",
        )
        .so(Effect::NothingChanged));
    };
    let own = desk
        .asker
        .actor
        .participant()
        .is_some_and(|me| known.holder == me || desk.asker.access.descends(known.holder, me));
    if !own {
        desk.asker.check_capability(found, Capability::Moderate)?;
    }
    Ok(vec![NewEvent::new(LeaseReleased { room, lease })])
}
