//! Tasks into their tables: created, linked, steered, held up, erased. How they stand is what the core's own record
//! says, which each event is given to.

use mesh_core::Task;
use mesh_model::api::{PieceKind, TaskBody};
use mesh_model::events::{
    ApprovalRequested, TaskAssigned, TaskCancelled, TaskConfirmed, TaskCreated, TaskFacts,
    TaskLeaseExtended, TaskPaused, TaskQueued, TaskRedacted, TaskResolved, TaskResumed,
    TaskRetried, TaskSkipped, TaskStarted, TaskUrgencyRaised,
};
use mesh_model::{ApprovalId, Millis, ParticipantId, TaskId};
use rusqlite::OptionalExtension;

use super::list::text_of;
use super::past::Stood;
use super::read::{ABOUT, NEEDS};
use crate::StoreError;
use crate::sql::{self, int, json};
use crate::view::index::{TASKS, push_terms};
use crate::view::project::Batch;
use crate::view::{StoredEvent, numbers};

/// Tasks kept in memory: beyond it they are forgotten and read again.
const KEPT_MAX: usize = 20_000;

/// A task as the projector keeps it in memory.
#[derive(Debug)]
pub(in crate::view) struct Kept {
    /// Its row.
    place: i64,
    /// As the core has it.
    pub(super) task: Task,
    /// Who has it or had it last.
    worker: Option<ParticipantId>,
    ended_at: Option<Millis>,
    /// How it stands, as far as its past is kept.
    stood: Stood,
    /// From which place on.
    since: i64,
    /// Not yet in its table.
    changed: bool,
}

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &TaskFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        TaskFacts::Created(facts) => batch.task_created(event, facts),
        TaskFacts::Linked(facts) => {
            batch.link(facts.task, facts.needs, NEEDS)?;
            batch.pass(facts.task, event)
        }
        TaskFacts::Taken(facts) => batch.task_taken(event, facts),
        TaskFacts::Progressed(facts) => {
            batch.piece(
                event,
                facts.task,
                PieceKind::Progress,
                facts.fence,
                facts.guard.as_ref(),
            )?;
            batch.pass(facts.task, event)
        }
        TaskFacts::HandedOff(facts) => batch.handed_off(event, facts),
        TaskFacts::AttemptFailed(facts) => batch.attempt_failed(event, facts),
        TaskFacts::Finished(facts) => batch.task_finished(event, facts),
        TaskFacts::Decided(facts) => batch.task_decided(event, facts),
        TaskFacts::Cancelled(TaskCancelled { task, .. })
        | TaskFacts::Paused(TaskPaused { task, .. }) => {
            batch.release(event, *task)?;
            batch.pass(*task, event)
        }
        TaskFacts::Redacted(facts) => batch.task_redacted(facts),
        TaskFacts::Queued(TaskQueued { task, .. })
        | TaskFacts::LeaseExtended(TaskLeaseExtended { task, .. })
        | TaskFacts::Started(TaskStarted { task, .. })
        | TaskFacts::Confirmed(TaskConfirmed { task, .. })
        | TaskFacts::Skipped(TaskSkipped { task, .. })
        | TaskFacts::Resumed(TaskResumed { task, .. })
        | TaskFacts::Retried(TaskRetried { task, .. })
        | TaskFacts::Assigned(TaskAssigned { task, .. })
        | TaskFacts::Resolved(TaskResolved { task, .. })
        | TaskFacts::UrgencyRaised(TaskUrgencyRaised { task, .. }) => batch.pass(*task, event),
    }
}

impl Batch<'_> {
    /// Takes a task through its event; the row is written at the batch's end. A task that is not there has nothing to
    /// change.
    pub(super) fn pass(&mut self, id: TaskId, event: &StoredEvent<'_>) -> Result<(), StoreError> {
        if let Some(kept) = self.kept(id)? {
            kept.task.apply(&event.fact());
            kept.changed = true;
            if let Some(attempt) = &kept.task.attempt {
                kept.worker = Some(attempt.worker);
            }
            kept.ended_at = match kept.task.ended {
                Some(ended) if ended == event.seq => Some(event.at),
                Some(_) => kept.ended_at,
                None => None,
            };
        }
        self.stands(id, event)
    }

    /// Changes a task by an event that is about something else.
    pub(super) fn change_task(
        &mut self,
        id: TaskId,
        event: &StoredEvent<'_>,
        change: impl FnOnce(&mut Task),
    ) -> Result<(), StoreError> {
        if let Some(kept) = self.kept(id)? {
            change(&mut kept.task);
            kept.changed = true;
        }
        self.stands(id, event)
    }

    /// Keeps how a task stood, if it stands differently from here on.
    fn stands(&mut self, id: TaskId, event: &StoredEvent<'_>) -> Result<(), StoreError> {
        let until = int(event.seq.0);
        let Some(kept) = self.kept(id)? else {
            return Ok(());
        };
        let now = Stood::of(&kept.task, kept.worker);
        let (before, since) = (kept.stood, kept.since);
        kept.stood = now;
        // What is over is over since it ended.
        if now == before || now.state == before.state && now.state.is_ended() {
            return Ok(());
        }
        kept.since = until;
        let (place, room) = (kept.place, kept.task.room);
        if since < until {
            self.stood(place, room, (since, until), before)?;
        }
        Ok(())
    }

    pub(in crate::view) fn kept(&mut self, id: TaskId) -> Result<Option<&mut Kept>, StoreError> {
        if !self.known.tasks.contains_key(&id) {
            let mut select = self.tx.prepare_cached(
                "SELECT seq, task, worker, ended_at, since FROM tasks WHERE id = ?1",
            )?;
            let numbers = numbers::read(&self.known.numbers);
            let found = select.query_row([id.0.as_bytes()], |row| {
                let task: String = row.get(1)?;
                let worker: Option<i64> = row.get(2)?;
                let Ok(task) = serde_json::from_str::<Task>(&task) else {
                    return Ok(None);
                };
                let worker = worker.map(|number| numbers.participant_id(number));
                Ok(Some(Kept {
                    place: row.get(0)?,
                    stood: Stood::of(&task, worker),
                    since: row.get(4)?,
                    task,
                    worker,
                    ended_at: sql::millis_option(row, 3)?,
                    changed: false,
                }))
            });
            let Some(kept) = found.optional()?.flatten() else {
                return Ok(None);
            };
            drop(numbers);
            self.known.tasks.insert(id, kept);
        }
        Ok(self.known.tasks.get_mut(&id))
    }

    pub(in crate::view) fn place(&mut self, id: TaskId) -> Result<Option<i64>, StoreError> {
        Ok(self.kept(id)?.map(|kept| kept.place))
    }

    pub(in crate::view) fn write_tasks(&mut self) -> Result<(), StoreError> {
        let mut tasks = std::mem::take(&mut self.known.tasks);
        let mut update = self.tx.prepare_cached(
            "UPDATE tasks SET state = ?2, worker = ?3, ended_at = ?4, task = ?5, since = ?6 WHERE seq = ?1",
        )?;
        for kept in tasks.values_mut().filter(|kept| kept.changed) {
            let worker = match kept.worker {
                Some(worker) => Some(self.participant(worker)?),
                None => None,
            };
            update.execute((
                kept.place,
                kept.task.state as i64,
                worker,
                kept.ended_at.map(|at| int(at.0)),
                json(&kept.task),
                kept.since,
            ))?;
            kept.changed = false;
        }
        if tasks.len() > KEPT_MAX {
            tasks.clear();
        }
        self.known.tasks = tasks;
        Ok(())
    }

    fn task_created(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskCreated,
    ) -> Result<(), StoreError> {
        let place = int(event.seq.0);
        let room = self.room(facts.room)?;
        let task = Task::created(facts, &event.fact());
        let creator = match task.creator {
            Some(creator) => Some(self.participant(creator)?),
            None => None,
        };
        let body: Option<TaskBody> = event
            .content
            .and_then(|json| serde_json::from_str(json).ok());
        if let Some(body) = &body {
            self.index_row(TASKS, place, room, found_by(body));
        }
        let title = body.map(|body| body.title);
        self.tx
            .prepare_cached(
                "INSERT INTO tasks (seq, id, room, at, creator, state, capability, facts, task, title, body, since)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?1)",
            )?
            .execute(rusqlite::params![
                place,
                facts.task.0.as_bytes(),
                room,
                int(event.at.0),
                creator,
                task.state as i64,
                facts.plan.capability,
                json(facts),
                json(&task),
                title,
                event.content,
            ])?;
        for need in &facts.plan.needs {
            self.link(facts.task, *need, NEEDS)?;
        }
        if let Some(about) = facts.plan.about {
            self.link(facts.task, about, ABOUT)?;
        }
        let kept = Kept {
            place,
            stood: Stood::of(&task, None),
            since: place,
            task,
            worker: None,
            ended_at: None,
            changed: false,
        };
        self.known.tasks.insert(facts.task, kept);
        Ok(())
    }

    fn link(&mut self, task: TaskId, other: TaskId, kind: i64) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO task_links VALUES (?1, ?2, ?3)")?
            .execute((task.0.as_bytes(), other.0.as_bytes(), kind))?;
        Ok(())
    }

    fn task_redacted(&mut self, facts: &TaskRedacted) -> Result<(), StoreError> {
        self.erased = true;
        let Some(place) = self.place(facts.task)? else {
            return Ok(());
        };
        self.forget_task(place, facts.task.0.as_bytes())?;
        // A second opinion talks of nothing else.
        let opinions: Vec<(i64, Vec<u8>)> = self
            .tx
            .prepare_cached(
                "SELECT t.seq, t.id FROM task_links l JOIN tasks t ON t.id = l.task
                 WHERE l.other = ?1 AND l.kind = ?2",
            )?
            .query_map((facts.task.0.as_bytes(), ABOUT), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<Result<_, _>>()?;
        for (place, id) in opinions {
            self.forget_task(place, &id)?;
        }
        Ok(())
    }

    /// Its words leave the tables.
    pub(in crate::view) fn forget_task(&mut self, place: i64, id: &[u8]) -> Result<(), StoreError> {
        let body: Option<Option<String>> = self
            .tx
            .prepare_cached("SELECT body FROM tasks WHERE seq = ?1")?
            .query_row([place], |row| row.get(0))
            .optional()?;
        if let Some(body) = sql::words::<TaskBody>(body.flatten()) {
            self.reindex_row(TASKS, place, &found_by(&body), "")?;
        }
        for sql in [
            "UPDATE tasks SET title = NULL, body = NULL WHERE seq = ?1",
            "UPDATE task_pieces SET output = NULL WHERE task = ?1",
            "UPDATE task_attempts SET reason = NULL WHERE task = ?1",
        ] {
            self.tx.prepare_cached(sql)?.execute([place])?;
        }
        self.tx
            .prepare_cached(
                "UPDATE approvals SET content = NULL, reason = substr(reason, 1, 0) WHERE task = ?1",
            )?
            .execute([id])?;
        self.forget_lines_about(id)
    }

    /// A task that an approval holds up, until somebody answers.
    pub(in crate::view) fn task_held(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalRequested,
    ) -> Result<(), StoreError> {
        let Some(holds) = facts.holds else {
            return Ok(());
        };
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO task_holds VALUES (?1, ?2)")?
            .execute((facts.approval.0.as_bytes(), holds.task.0.as_bytes()))?;
        self.change_task(holds.task, event, |task| task.ask(facts.approval))
    }

    pub(in crate::view) fn task_answered(
        &mut self,
        event: &StoredEvent<'_>,
        approval: ApprovalId,
        approved: bool,
    ) -> Result<(), StoreError> {
        let mut delete = self
            .tx
            .prepare_cached("DELETE FROM task_holds WHERE approval = ?1 RETURNING task")?;
        let task = delete
            .query_row([approval.0.as_bytes()], |row| {
                Ok(TaskId(crate::sql::uuid(row, 0)?))
            })
            .optional()?;
        match task {
            Some(task) => self.change_task(task, event, |task| {
                task.answered(approval, approved, event.at);
            }),
            None => Ok(()),
        }
    }
}

/// The terms of a task's words, each with a space before and after it.
fn found_by(body: &TaskBody) -> String {
    let mut words = String::from(" ");
    push_terms(&mut words, &text_of(body));
    words
}
