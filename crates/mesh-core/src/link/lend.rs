//! Tasks that go to a peer when nobody here is free for them, and tasks of a peer that are done here. Each side's owner says so for
//! itself; which words may leave says the room's policy, and who may ask for something in a room does too.

use std::collections::BTreeMap;

use mesh_model::command::{TakeTasks, TaskCommand};
use mesh_model::events::{
    LinkBorrows, LinkLends, LinkLent, Place, Relayed, RoomKind, RoomMemberLeft, TaskFacts, Trust,
    WorkerEnrolled, WorkerLeft,
};
use mesh_model::limits::{LINK_CAPABILITIES_MAX, LINK_ROOMS_MAX, LINK_TASKS_MAX};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{
    Actor, Effect, ErrorCode, Facts, Millis, NewEvent, ParticipantId, PermissionSet, Refusal,
    RoomId,
};

use super::Link;
use super::decide::joins;
use crate::actor::Asker;
use crate::desk::Desk;
use crate::message::check_relayed;
use crate::recent::Recent;
use crate::room::{check_in_use, check_not_banned};
use crate::{Access, Decision, Room, Task, Work, check, dispatch, refuse, task};

/// Workers of this mesh do the peer's tasks, in one room and so many at once.
pub(super) fn lend(
    asker: &Asker<'_>,
    found: &Link,
    room: RoomId,
    capabilities: &[String],
    at_once: u16,
) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("lend workers to another mesh"));
    }
    let shared = asker.room(room)?;
    let names = kinds(capabilities)?;
    let before = found.lends.as_ref();
    let mut events = Vec::new();
    if let Some(before) = before
        && (at_once == 0 || before.room != room)
    {
        events.extend(leaves(asker, found, before.room, Going::Lent));
    }
    if at_once > 0 {
        if names.is_empty() || at_once > LINK_TASKS_MAX {
            return Err(refuse::invalid(
                format!("a peer is lent at least one capability, and at most {LINK_TASKS_MAX} tasks at once"),
                "name what its tasks may ask for, and how many may be open",
            )
            .so(Effect::NothingChanged));
        }
        check_known(asker, found)?;
        check_room(asker, found, shared)?;
        asks(asker, found, shared)?;
        events.extend(joins(
            asker,
            found.participant,
            room,
            found.borrows.contains_key(&room),
        ));
    } else if before.is_none() {
        return Ok(Vec::new());
    }
    events.push(NewEvent::new(LinkLends {
        link: found.id,
        participant: found.participant,
        room,
        capabilities: names,
        at_once,
    }));
    Ok(events)
}

/// Tasks of a room here may be done by the peer.
pub(super) fn borrow(
    asker: &Asker<'_>,
    found: &Link,
    room: RoomId,
    capabilities: &[String],
) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("let tasks go to another mesh"));
    }
    let source = asker.room(room)?;
    let names = kinds(capabilities)?;
    let mut events = Vec::new();
    if names.is_empty() {
        if !found.borrows.contains_key(&room) {
            return Ok(Vec::new());
        }
        events.extend(leaves(asker, found, room, Going::Borrowed));
    } else {
        check_known(asker, found)?;
        check_room(asker, found, source)?;
        if !asker.access.may_take_out(room, found.participant) {
            return Err(denied(
                format!(
                    "the rules of {} do not let @{} take words out of the mesh",
                    refuse::room_label(source),
                    found.name
                ),
                "name it in the policy's data.leave: 'outside' and its handle among 'carriers'",
                RulingBy::Data,
            ));
        }
        if found.borrows.len() >= LINK_ROOMS_MAX && !found.borrows.contains_key(&room) {
            return Err(refuse::conflict(
                format!("tasks of at most {LINK_ROOMS_MAX} rooms go to one peer"),
                "let those of another room go there no more",
            )
            .so(Effect::NothingChanged));
        }
        events.extend(joins(asker, found.participant, room, true));
    }
    events.push(NewEvent::new(LinkBorrows {
        link: found.id,
        participant: found.participant,
        room,
        capabilities: names,
    }));
    Ok(events)
}

/// Names as they are stored: sorted, each once.
fn kinds(capabilities: &[String]) -> Result<Vec<String>, Refusal> {
    let mut names = capabilities.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() > LINK_CAPABILITIES_MAX {
        return Err(refuse::invalid(
            format!("at most {LINK_CAPABILITIES_MAX} capabilities are lent or borrowed"),
            "name those that matter",
        )
        .so(Effect::NothingChanged));
    }
    for name in &names {
        check::name("capability", name)?;
    }
    Ok(names)
}

fn denied(what: String, hint: &'static str, by: RulingBy) -> Refusal {
    let code = ErrorCode::CapabilityDenied;
    Refusal::new(code, what, Effect::NothingChanged, hint).ruled(Ruling::by(by))
}

/// Both owners have compared their keys: whose machines and whose words these are is known.
fn check_known(asker: &Asker<'_>, found: &Link) -> Result<(), Refusal> {
    if asker.participant(found.participant)?.trust == Trust::Federated {
        return Ok(());
    }
    Err(refuse::conflict(
        "the peer is untrusted: nobody has said that its key was compared",
        "compare the digits with its owner, then: link.promote",
    )
    .so(Effect::NothingChanged))
}

/// A room of this mesh, with a name, in use, that the peer's speaker may enter.
fn check_room(asker: &Asker<'_>, found: &Link, room: &Room) -> Result<(), Refusal> {
    check_in_use(room)?;
    if room.kind != RoomKind::Room || asker.access.mirrors.contains_key(&room.id) {
        return Err(refuse::conflict(
            "tasks are lent and borrowed in rooms of this mesh that have a name",
            "make a room for it",
        )
        .so(Effect::NothingChanged));
    }
    check_not_banned(room, found.participant, false)
}

/// Whether the room's rules let the peer ask for something in it.
fn asks(asker: &Asker<'_>, found: &Link, room: &Room) -> Result<(), Refusal> {
    let access = asker.access;
    let speaker = asker.participant(found.participant)?;
    let trust = access.trust_of(found.participant, true);
    match access.check_trigger(room, speaker, trust) {
        Ok(_) => Ok(()),
        Err(refusal) => Err(Refusal {
            hint: "name the peer's handle in the room's policy: execution.peers".into(),
            ..refusal.so(Effect::NothingChanged)
        }),
    }
}

#[derive(PartialEq, Eq)]
enum Going {
    Lent,
    Borrowed,
}

/// Whoever speaks for the peer leaves the room, or keeps there what it has besides.
fn leaves(asker: &Asker<'_>, found: &Link, room: RoomId, going: Going) -> Vec<NewEvent> {
    if asker.access.member(room, found.participant).is_none() {
        return Vec::new();
    }
    let lent = going != Going::Lent && found.lends.as_ref().is_some_and(|it| it.room == room);
    let borrowed = going != Going::Borrowed && found.borrows.contains_key(&room);
    let shared = found.shares.contains_key(&room) || found.followed(room).is_some();
    if lent || borrowed || shared {
        return joins(asker, found.participant, room, borrowed);
    }
    vec![NewEvent::new(RoomMemberLeft {
        room,
        participant: found.participant,
    })]
}

/// Whoever speaks for the peer is a worker here as long as the peer is there and lends what is wanted.
pub(super) fn enlist(desk: &Desk<'_>, found: &Link, here: bool) -> Vec<NewEvent> {
    let worker = found.participant;
    let known = desk.work.worker(worker);
    let capabilities = if here { found.hands() } else { Vec::new() };
    let slots = found.lent.as_ref().map_or(0, |lent| lent.at_once);
    if capabilities.is_empty() || slots == 0 {
        let online = known.is_some_and(|known| known.online);
        let left = online.then(|| NewEvent::new(WorkerLeft { worker }));
        return left.into_iter().collect();
    }
    let same = known.is_some_and(|known| {
        let can = known.own_capabilities.iter().map(|name| &**name);
        known.online && known.own_slots == slots && can.eq(capabilities.iter().map(String::as_str))
    });
    if same {
        return Vec::new();
    }
    vec![NewEvent::new(WorkerEnrolled {
        worker,
        slots,
        capabilities,
    })]
}

/// The peer lends its workers, or no more.
pub(super) fn lent(found: &Link, place: Place, capabilities: &[String], at_once: u16) -> Decision {
    Ok(vec![NewEvent::new(LinkLent {
        link: found.id,
        participant: found.participant,
        capabilities: kinds(capabilities)?,
        at_once: at_once.min(LINK_TASKS_MAX),
        place,
    })])
}

/// The link for which the asker speaks.
fn speaking<'a>(asker: &Asker<'a>) -> Result<&'a Link, Refusal> {
    let found = match asker.actor {
        Actor::Link(speaker) => asker.access.link_of(speaker),
        _ => None,
    };
    found.ok_or_else(|| refuse::not_yours("work for another mesh"))
}

/// A task for the peer, of those kinds for which it has somebody free.
pub(super) fn take(desk: &Desk<'_>, kinds: &[String]) -> Decision {
    speaking(desk.asker)?;
    let wanted = TakeTasks {
        count: 1,
        lease_ms: None,
        start: true,
    };
    dispatch::take_of(desk, &wanted, Some(kinds))
}

/// Whether a task may go to the peer for which a worker speaks: both owners and the rooms whose words are in it let it, and nothing
/// belongs to it that does not travel.
pub(crate) fn reaches(desk: &Desk<'_>, task: &Task, worker: ParticipantId) -> bool {
    let access = desk.asker.access;
    let Some(found) = access.link_of(worker).filter(|link| link.is_open()) else {
        return false;
    };
    let among = |names: &[String]| names.iter().any(|name| name == task.lane());
    let lent = found.lent.as_ref();
    let agreed = lent.is_some_and(|lent| among(&lent.capabilities))
        && found
            .borrows
            .get(&task.room)
            .is_some_and(|names| among(names));
    let plan = &task.plan;
    let alone = plan.needs.is_empty() && plan.about.is_none() && !task.quotes && !task.partial;
    // What a peer wants is done here or not at all: it goes round no circle.
    let own = task.creator.is_none_or(|by| access.link_of(by).is_none());
    let mut rooms = task.labels.iter().chain([&task.room]);
    agreed && alone && own && rooms.all(|room| access.may_take_out(*room, worker))
}

/// What a peer wants of work: a task that is to be done here, or a result.
pub(super) fn work(desk: &Desk<'_>, relayed: &Relayed, change: &TaskCommand) -> Decision {
    let found = speaking(desk.asker)?;
    let room = match change {
        TaskCommand::Create { room, .. } => desk.asker.room(*room)?,
        TaskCommand::Finish { task, .. } => desk.task(*task)?.1,
        _ => return Err(refuse::not_yours("bring that from another mesh")),
    };
    check_relayed(desk.asker, room, Some(relayed))?;
    if let TaskCommand::Create { tasks, .. } = change {
        let [new] = &tasks[..] else {
            return Err(refuse::invalid(
                "a peer asks for one task at a time",
                "ask for each by itself",
            )
            .so(Effect::NothingCreated));
        };
        let kind = new.plan.capability.as_deref().unwrap_or_default();
        check_lent(desk, found, room.id, kind)?;
    }
    let mut events = task::decide(desk, change)?;
    for event in &mut events {
        match &mut event.facts {
            Facts::Task(TaskFacts::Created(created)) if created.plan.about.is_none() => {
                created.relayed = Some(Box::new(relayed.clone()));
                created.trust = desk.asker.access.trust_of(found.participant, true);
            }
            Facts::Task(TaskFacts::Finished(finished)) => {
                finished.relayed = Some(Box::new(relayed.clone()));
            }
            _ => {}
        }
    }
    Ok(events)
}

/// The owner lends it, and somebody is free for it now.
fn check_lent(desk: &Desk<'_>, found: &Link, room: RoomId, kind: &str) -> Result<(), Refusal> {
    let lends = found
        .lends
        .as_ref()
        .filter(|lends| lends.room == room && lends.capabilities.iter().any(|name| name == kind));
    if lends.is_none() {
        return Err(denied(
            format!("workers that can '{kind}' are not lent to this peer"),
            "ask the owner of this mesh: link.lend",
            RulingBy::Consent,
        )
        .so(Effect::NothingCreated));
    }
    if free(desk, found, kind) > 0 {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::RateLimited,
        "nobody is free for it now",
        Effect::NothingCreated,
        "ask when somebody is",
    ))
}

/// The tasks of the peer that are open here.
fn open(work: &Work, found: &Link) -> usize {
    let tasks = found.asked.values();
    let open = tasks.filter(|id| work.task(**id).is_some_and(|task| task.ended.is_none()));
    open.count()
}

/// How many more tasks of a kind the peer may have done here now. What this mesh has to do itself goes first.
fn free(desk: &Desk<'_>, found: &Link, kind: &str) -> u16 {
    let access = desk.asker.access;
    let Some((lends, room)) = found
        .lends
        .as_ref()
        .and_then(|lends| Some((lends, access.room(lends.room)?)))
    else {
        return 0;
    };
    let index = &desk.work.index;
    let workers = index.free.get(kind).into_iter().flatten();
    let slots: usize = workers
        .filter(|(_, id)| desk.executes(room, *id))
        .filter_map(|(_, id)| desk.work.worker(*id))
        .map(|worker| worker.free_slots())
        .sum();
    let own = index.lanes.values().filter_map(|lanes| lanes.get(kind));
    let waiting: usize = own.map(|lane| lane.len()).sum();
    let left = usize::from(lends.at_once).saturating_sub(open(desk.work, found));
    let free = slots.saturating_sub(waiting).min(left);
    if desk.work.stopped || room.archived {
        return 0;
    }
    u16::try_from(free).unwrap_or(u16::MAX)
}

/// For whom of this mesh's workers a peer may find something to do now, by what they can do.
pub fn free_for(access: &Access, work: &Work, found: &Link, now: Millis) -> BTreeMap<String, u16> {
    let asker = Asker {
        access,
        now,
        actor: Actor::Node,
        permissions: PermissionSet::ALL,
    };
    let recent = Recent::default();
    let desk = Desk {
        asker: &asker,
        work,
        recent: &recent,
    };
    let kinds = found.lends.iter().flat_map(|lends| &lends.capabilities);
    kinds
        .map(|kind| (kind.clone(), free(&desk, found, kind)))
        .filter(|(_, free)| *free > 0)
        .collect()
}
