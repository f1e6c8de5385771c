//! Workers: who may enrol, lead and limit them.

use std::sync::Arc;

use mesh_model::command::{Content, WorkerCommand};
use mesh_model::events::{WorkerEnrolled, WorkerLeft, WorkerLimitsSet, WorkerMode, WorkerModeSet};
use mesh_model::limits::{WORKER_CAPABILITIES_MAX, WORKER_SLOTS_MAX, WORKERS_MAX};
use mesh_model::{Effect, ErrorCode, NewEvent, ParticipantId, Permission, Refusal};

use crate::desk::Desk;
use crate::room::consent;
use crate::{Decision, Worker, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &WorkerCommand) -> Decision {
    match command {
        WorkerCommand::Enrol {
            worker,
            slots,
            capabilities,
            rooms,
            about,
        } => {
            let mut events = enrol(desk, *worker, *slots, capabilities, about)?;
            events.extend(consent::named_by_worker(desk.asker, *worker, rooms)?);
            Ok(events)
        }
        WorkerCommand::Leave { worker } => leave(desk, *worker),
        WorkerCommand::SetMode { worker, mode } => set_mode(desk, *worker, *mode),
        WorkerCommand::SetLimits {
            worker,
            slots,
            capabilities,
        } => set_limits(desk, *worker, *slots, capabilities.as_deref()),
    }
}

/// Names as the state shares them, sorted, each once.
pub(crate) fn names(list: &[String]) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = list.iter().map(|name| name.as_str().into()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn check_capabilities(list: &[String]) -> Result<Vec<String>, Refusal> {
    let mut names = list.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() > WORKER_CAPABILITIES_MAX {
        return Err(refuse::invalid(
            format!("a worker names at most {WORKER_CAPABILITIES_MAX} capabilities"),
            "name those that matter",
        ));
    }
    for name in &names {
        check::name("capability", name)?;
    }
    Ok(names)
}

fn check_slots(slots: u16) -> Result<(), Refusal> {
    if slots <= WORKER_SLOTS_MAX {
        return Ok(());
    }
    Err(refuse::invalid(
        format!("a worker runs at most {WORKER_SLOTS_MAX} tasks at a time"),
        "name fewer slots, or enrol several workers",
    ))
}

fn enrol(
    desk: &Desk<'_>,
    worker: ParticipantId,
    slots: u16,
    capabilities: &[String],
    about: &Content,
) -> Decision {
    let found = desk.asker.participant(worker)?;
    if !desk.asker.is_mine(worker) {
        return Err(refuse::not_yours("enrol somebody else's worker"));
    }
    if !found.is_enabled() {
        return Err(refuse::disabled(&found.handle, true));
    }
    check_slots(slots)?;
    check::content("description of the worker", about)?;
    let capabilities = check_capabilities(capabilities)?;
    match desk.work.worker(worker) {
        Some(known) => {
            let same = known.online
                && known.own_slots == slots
                && known.own_capabilities == names(&capabilities);
            if same && about.is_none() {
                return Ok(Vec::new());
            }
        }
        None if desk.work.workers.len() >= WORKERS_MAX => {
            return Err(Refusal::new(
                ErrorCode::Overloaded,
                format!("{WORKERS_MAX} workers are known already"),
                Effect::told("this one was not enrolled"),
                "use one of them",
            ));
        }
        None => {}
    }
    let enrolled = WorkerEnrolled {
        worker,
        slots,
        capabilities,
    };
    Ok(vec![NewEvent::with(enrolled, about.clone())])
}

fn known<'a>(desk: &Desk<'a>, worker: ParticipantId) -> Result<&'a Worker, Refusal> {
    let found = desk
        .work
        .worker(worker)
        .filter(|_| desk.asker.is_node() || desk.asker.participant(worker).is_ok());
    found.ok_or_else(|| refuse::not_found("worker", "list the workers: worker.list"))
}

fn leave(desk: &Desk<'_>, worker: ParticipantId) -> Decision {
    let found = known(desk, worker)?;
    if !desk.asker.is_node() && !desk.asker.is_mine(worker) {
        desk.check_operator("send somebody else's worker away")?;
    }
    Ok(if found.online {
        vec![NewEvent::new(WorkerLeft { worker })]
    } else {
        Vec::new()
    })
}

/// An operator, or whoever made the worker.
fn led<'a>(desk: &Desk<'a>, worker: ParticipantId) -> Result<&'a Worker, Refusal> {
    let found = known(desk, worker)?;
    let own = desk.asker.actor.participant() == Some(worker);
    let leads = desk.asker.has(Permission::AgentsAdmin) || (desk.asker.is_mine(worker) && !own);
    if leads {
        Ok(found)
    } else {
        Err(refuse::not_yours("lead this worker"))
    }
}

fn set_mode(desk: &Desk<'_>, worker: ParticipantId, mode: WorkerMode) -> Decision {
    let found = led(desk, worker)?;
    Ok(if found.mode == mode {
        Vec::new()
    } else {
        vec![NewEvent::new(WorkerModeSet { worker, mode })]
    })
}

fn set_limits(
    desk: &Desk<'_>,
    worker: ParticipantId,
    slots: Option<u16>,
    capabilities: Option<&[String]>,
) -> Decision {
    let found = led(desk, worker)?;
    check_slots(slots.unwrap_or_default())?;
    let capabilities = capabilities.map(check_capabilities).transpose()?;
    let set = capabilities.as_deref().map(names);
    if found.set_slots == slots && found.set_capabilities == set {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(WorkerLimitsSet {
        worker,
        slots,
        capabilities,
    })])
}
