//! Tasks into their tables: created, linked, steered, held up, erased. What the core knows of a task that it still
//! remembers is what stands here.

use mesh_model::api::{PieceKind, TaskBody};
use mesh_model::events::{
    ApprovalRequested, Resolution, TaskCreated, TaskLinked, TaskRedacted, TaskState,
};
use mesh_model::{ApprovalId, Facts, Millis, TaskId};
use rusqlite::OptionalExtension;

use super::read::{ABOUT, Created, NEEDS};
use super::standing::{Hold, Standing};
use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::Batch;

/// Tasks kept in memory: beyond it they are forgotten and read again.
const KEPT_MAX: usize = 20_000;

/// A task as the projector keeps it in memory.
#[derive(Debug)]
pub(in crate::view) struct Kept {
    /// Its row.
    place: i64,
    pub standing: Standing,
    /// Not yet in its table.
    changed: bool,
}

impl Batch<'_> {
    /// Takes in what the event says of a task, if it says something.
    pub(in crate::view) fn task_event(
        &mut self,
        event: &StoredEvent<'_>,
    ) -> Result<(), StoreError> {
        let at = event.at;
        match event.facts {
            Facts::TaskCreated(facts) => self.task_created(event, facts),
            Facts::TaskLinked(facts) => self.task_linked(facts),
            Facts::TaskQueued(facts) => self.update(facts.task, |task| {
                task.assigned = facts.assigned.or(task.assigned);
                task.queue();
            }),
            Facts::TaskTaken(facts) => self.task_taken(event, facts),
            Facts::TaskLeaseExtended(facts) => self.lease_extended(facts),
            Facts::TaskStarted(facts) => self.update(facts.task, Standing::run),
            Facts::TaskProgressed(facts) => {
                self.piece(
                    event,
                    facts.task,
                    PieceKind::Progress,
                    facts.fence,
                    facts.guard.as_ref(),
                )?;
                self.update(facts.task, Standing::run)
            }
            Facts::TaskHandedOff(facts) => self.handed_off(event, facts),
            Facts::TaskAttemptFailed(facts) => self.attempt_failed(event, facts),
            Facts::TaskFinished(facts) => self.task_finished(event, facts),
            Facts::TaskDecided(facts) => self.task_decided(event, facts),
            Facts::TaskConfirmed(facts) => self.verified(facts.task, facts.good),
            Facts::TaskSkipped(facts) => {
                self.update(facts.task, |task| task.end(TaskState::Skipped, at))
            }
            Facts::TaskCancelled(facts) => {
                self.release(event, facts.task)?;
                self.words(event, facts.task)?;
                self.update(facts.task, |task| task.end(TaskState::Cancelled, at))
            }
            Facts::TaskPaused(facts) => {
                self.release(event, facts.task)?;
                self.update(facts.task, |task| task.state = TaskState::Paused)
            }
            Facts::TaskResumed(facts) => self.update(facts.task, Standing::rest),
            Facts::TaskRetried(facts) => self.begin_again(facts.task),
            Facts::TaskAssigned(facts) => {
                self.replan(facts.task, |created| created.plan.assigned = facts.to)?;
                self.update(facts.task, |task| {
                    task.assigned = facts.to;
                    task.wanted = facts.to;
                })
            }
            Facts::TaskResolved(facts) => {
                self.words(event, facts.task)?;
                self.resolved(facts.task, facts.resolution, at)
            }
            Facts::TaskUrgencyRaised(facts) => {
                self.update(facts.task, |task| task.urgency = facts.urgency)
            }
            Facts::TaskRedacted(facts) => self.task_redacted(facts),
            Facts::ApprovalRequested(facts) => self.task_held(event, facts),
            Facts::ApprovalDecided(facts) => {
                self.task_answered(event, facts.approval, facts.approved)
            }
            Facts::ApprovalExpired(facts) => self.task_answered(event, facts.approval, false),
            _ => Ok(()),
        }
    }

    /// Changes where a task stands; the row is written at the batch's end. A task that is not there has nothing to
    /// change.
    pub(in crate::view) fn update(
        &mut self,
        id: TaskId,
        change: impl FnOnce(&mut Standing),
    ) -> Result<(), StoreError> {
        if let Some(kept) = self.kept(id)? {
            change(&mut kept.standing);
            kept.changed = true;
        }
        Ok(())
    }

    pub(in crate::view) fn kept(&mut self, id: TaskId) -> Result<Option<&mut Kept>, StoreError> {
        if !self.known.tasks.contains_key(&id) {
            let mut select = self
                .tx
                .prepare_cached("SELECT seq, standing FROM tasks WHERE id = ?1")?;
            let found: Option<(i64, String)> = select
                .query_row([id.0.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((place, json)) = found else {
                return Ok(None);
            };
            let Ok(standing) = serde_json::from_str(&json) else {
                return Ok(None);
            };
            let kept = Kept {
                place,
                standing,
                changed: false,
            };
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
            "UPDATE tasks SET state = ?2, worker = ?3, ended_at = ?4, standing = ?5 WHERE seq = ?1",
        )?;
        for kept in tasks.values_mut().filter(|kept| kept.changed) {
            let standing = &kept.standing;
            let worker = match standing.worker {
                Some(worker) => Some(self.participant(worker)?),
                None => None,
            };
            update.execute((
                kept.place,
                standing.state as i64,
                worker,
                standing.ended_at.map(|at| int(at.0)),
                json(standing),
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
        let creator = match event.by.actor.participant() {
            Some(creator) => Some(self.participant(creator)?),
            None => None,
        };
        let mut standing = Standing::new(facts);
        standing.rest();
        let title = event
            .content
            .and_then(|json| serde_json::from_str::<TaskBody>(json).ok())
            .map(|body| body.title);
        let created = Created {
            plan: facts.plan.clone(),
            trust: facts.trust,
            template: facts.template,
            quotes: facts.quotes.clone(),
            guard: facts.guard.clone(),
        };
        self.tx
            .prepare_cached(
                "INSERT INTO tasks (seq, id, room, at, creator, state, capability, facts, standing, title, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(rusqlite::params![
                place,
                facts.task.0.as_bytes(),
                room,
                int(event.at.0),
                creator,
                standing.state as i64,
                facts.plan.capability,
                json(&created),
                json(&standing),
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
            standing,
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

    fn task_linked(&mut self, facts: &TaskLinked) -> Result<(), StoreError> {
        self.link(facts.task, facts.needs, NEEDS)?;
        self.replan(facts.task, |created| created.plan.needs.push(facts.needs))?;
        self.update(facts.task, |task| {
            task.waits = true;
            if !matches!(task.state, TaskState::Paused | TaskState::Blocked) {
                task.state = task.resting();
            }
        })
    }

    /// Changes what a task was created with.
    fn replan(&mut self, id: TaskId, change: impl FnOnce(&mut Created)) -> Result<(), StoreError> {
        let Some(place) = self.place(id)? else {
            return Ok(());
        };
        let mut select = self
            .tx
            .prepare_cached("SELECT facts FROM tasks WHERE seq = ?1")?;
        let stored: String = select.query_row([place], |row| row.get(0))?;
        if let Ok(mut created) = serde_json::from_str::<Created>(&stored) {
            change(&mut created);
            self.tx
                .prepare_cached("UPDATE tasks SET facts = ?2 WHERE seq = ?1")?
                .execute((place, json(&created)))?;
        }
        Ok(())
    }

    fn begin_again(&mut self, id: TaskId) -> Result<(), StoreError> {
        self.put_result(id, None)?;
        self.update(id, Standing::begin_again)
    }

    fn resolved(
        &mut self,
        id: TaskId,
        resolution: Resolution,
        at: Millis,
    ) -> Result<(), StoreError> {
        match resolution {
            Resolution::Accept => self.update(id, |task| task.end(TaskState::Done, at)),
            Resolution::Fail => self.update(id, |task| task.end(TaskState::Failed, at)),
            Resolution::Retry => {
                self.begin_again(id)?;
                self.update(id, |task| {
                    // What it needed has ended well already.
                    if task.gate.is_none() && !task.joins {
                        task.queue();
                    }
                })
            }
        }
    }

    /// Notes a place whose words belong to the task.
    fn words(&mut self, event: &StoredEvent<'_>, id: TaskId) -> Result<(), StoreError> {
        if let Some(place) = self.place(id)? {
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO task_words VALUES (?1, ?2)")?
                .execute((place, int(event.seq.0)))?;
        }
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
        Ok(())
    }

    /// What a task asks belongs to its words, and the answer too.
    fn task_held(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalRequested,
    ) -> Result<(), StoreError> {
        let Some(holds) = facts.holds else {
            return Ok(());
        };
        self.words(event, holds.task)?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO task_holds VALUES (?1, ?2)")?
            .execute((facts.approval.0.as_bytes(), holds.task.0.as_bytes()))?;
        self.update(holds.task, |task| {
            task.hold = Some(Hold::Approval(facts.approval));
            if task.state != TaskState::Paused {
                task.state = TaskState::Blocked;
            }
        })
    }

    fn task_answered(
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
            Some(task) => {
                self.words(event, task)?;
                self.update(task, |task| task.answered(approval, approved))
            }
            None => Ok(()),
        }
    }
}
