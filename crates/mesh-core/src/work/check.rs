//! What always holds of the state of work. Tests ask after every step; the node may ask at start.

use mesh_model::TaskId;
use mesh_model::events::TaskState;

use crate::{Hold, Task, Work};

impl Work {
    /// Says what does not fit: a task that waits for nothing, a lookup that disagrees with the
    /// records. Looks at everything, so it is slow.
    pub fn check(&self) -> Result<(), String> {
        let mut again = self.clone();
        again.reindex();
        if again.index != self.index {
            return Err(format!(
                "the index is not what the records say\n{:?}\n{:?}",
                self.index, again.index
            ));
        }
        for (id, task) in &self.tasks {
            let other = again.tasks.get(id);
            if other.is_none_or(|other| other != task) {
                return Err(format!("{id} is\n{task:?}\nand should be\n{other:?}"));
            }
            self.check_task(task)
                .map_err(|what| format!("{id} ({}): {what}", task.state.name()))?;
        }
        if again.workers != self.workers {
            return Err("a worker's tasks are not those it holds".into());
        }
        for worker in self.workers() {
            if let Some(trial) = worker.trial
                && !worker.running.contains(&trial)
            {
                return Err(format!("{} tries a task it does not hold", worker.id));
            }
        }
        for approval in self.approvals() {
            if let Some(holds) = approval.holds {
                let task = self.task(holds.task);
                let waits = task.is_some_and(|task| match holds.fence {
                    Some(fence) => task.attempt.as_ref().is_some_and(|it| it.fence == fence),
                    None => task.gate == Some(approval.id) && task.ended.is_none(),
                });
                if !waits {
                    return Err(format!("nothing waits for {}", approval.id));
                }
            }
        }
        Ok(())
    }

    fn check_task(&self, task: &Task) -> Result<(), String> {
        let state = task.state;
        let held = matches!(state, TaskState::Leased | TaskState::Running);
        let asks = matches!(
            (state, task.hold),
            (TaskState::Blocked, Some(Hold::Approval(_)))
        );
        if task.attempt.is_some() != held && !(asks && task.attempt.is_some()) {
            return Err("its state and its attempt do not fit".into());
        }
        if task.ended.is_some() != state.is_ended() {
            return Err("its state and its end do not fit".into());
        }
        let waits = match state {
            TaskState::Waiting => {
                let open = |id: &TaskId| self.task(*id).is_some_and(|it| it.ended.is_none());
                task.plan.needs.iter().any(open) || self.index.settle.contains(&task.id)
            }
            TaskState::Retrying => task.retry_ms.is_some(),
            TaskState::Verifying => {
                let open = |id: &TaskId| self.task(*id).is_some_and(|it| it.ended.is_none());
                task.verifier.iter().any(open) || self.index.settle.contains(&task.id)
            }
            TaskState::Blocked => match task.hold {
                Some(Hold::Approval(id)) => self.approvals.contains_key(&id),
                Some(Hold::Person) => true,
                None => false,
            },
            TaskState::Queued => task.plan.join.is_none(),
            _ => true,
        };
        if waits {
            Ok(())
        } else {
            Err("it waits for nothing that exists".into())
        }
    }
}
