//! What the rules about work look at.

use mesh_model::command::ContentEvidence;
use mesh_model::{Millis, ParticipantId, Permission, Refusal, RoomId, Seq, TaskId};

use crate::actor::Asker;
use crate::policy::{Form, Judged, Saying};
use crate::recent::Recent;
use crate::{Attempt, Room, Task, Work, message, refuse};

/// What the rules about work look at.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub asker: &'a Asker<'a>,
    pub work: &'a Work,
    pub recent: &'a Recent,
}

impl<'a> Desk<'a> {
    /// A task that the asker may know of, and its room.
    pub fn task(&self, id: TaskId) -> Result<(&'a Task, &'a Room), Refusal> {
        let task = self.work.tasks.get(&id).ok_or_else(refuse::no_task)?;
        let room = self
            .asker
            .access
            .room(task.room)
            .ok_or_else(refuse::no_task)?;
        match self.asker.actor.participant() {
            Some(me) if self.asker.access.member_of(room, me).is_none() => Err(refuse::no_task()),
            _ => Ok((task, room)),
        }
    }

    /// A task, its room and the attempt, if that still holds the task and is the asker's.
    pub fn held(
        &self,
        id: TaskId,
        fence: Seq,
    ) -> Result<(&'a Task, &'a Room, &'a Attempt), Refusal> {
        let me = self.asker.me()?;
        let (task, room) = self.task(id)?;
        match &task.attempt {
            Some(attempt) if attempt.fence == fence && attempt.worker == me => {
                Ok((task, room, attempt))
            }
            Some(attempt) if attempt.fence == fence => {
                Err(refuse::stale_fence(fence, "it is somebody else's"))
            }
            Some(attempt) => Err(refuse::stale_fence(
                fence,
                format_args!("the attempt {} does", attempt.fence),
            )),
            None => Err(refuse::stale_fence(
                fence,
                format_args!("the task is {}", task.state.name()),
            )),
        }
    }

    pub fn now(&self) -> Millis {
        self.asker.now
    }

    /// Whether the asker leads work: an operator.
    pub fn check_operator(&self, what: &str) -> Result<(), Refusal> {
        if self.asker.has(Permission::AgentsAdmin) {
            Ok(())
        } else {
            Err(refuse::not_yours(what))
        }
    }

    /// The verdict on words of the asker's that are no message.
    pub fn judged(
        &self,
        room: &Room,
        form: Form<'_>,
        evidence: &ContentEvidence,
    ) -> Result<Judged, Refusal> {
        let access = self.asker.access;
        let me = self.asker.me()?;
        let saying = Saying {
            room,
            who: access.participant(me).ok_or_else(refuse::no_participant)?,
            form,
            trust: access.trust_of(me, false),
            asked: &[],
            evidence,
        };
        saying.judged(self.asker, self.recent)
    }

    /// Whether the worker's own side asked for the task: then nobody else relies on who looks at whose work.
    /// A second opinion is asked for by whoever asked for the work.
    pub fn is_own_matter(&self, task: &Task, worker: ParticipantId) -> bool {
        let subject = task.plan.about.and_then(|id| self.work.task(id));
        let asked = subject.unwrap_or(task).creator;
        asked.is_some_and(|by| self.asker.access.kindred(by, worker))
    }

    /// Whether a participant may run tasks in a room now.
    pub fn executes(&self, room: &Room, who: ParticipantId) -> bool {
        let moment = crate::policy::Moment {
            now: self.now(),
            kind: None,
        };
        let wanted = mesh_model::Capability::Execute;
        self.asker
            .access
            .decided(room, who, wanted, moment)
            .allows()
    }

    /// The asker may speak in the room, as one who asks others to run something.
    pub fn asking(&self, room: RoomId) -> Result<(&'a Room, &'a crate::Participant), Refusal> {
        let kind = mesh_model::policy::MessageKind::Command;
        message::speaking(self.asker, room, Some(kind))
    }
}
