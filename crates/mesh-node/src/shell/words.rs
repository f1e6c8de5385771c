//! The words of tasks that were created just now. A worker that waits gets them from here, so that it need not wait until
//! the view has them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesh_model::events::{Facts, TaskCreated, TaskFacts};
use mesh_model::{Millis, TaskId};
use serde_json::value::RawValue;

use crate::machine::Batch;

/// Tasks that are remembered.
const TASKS_MAX: usize = 1024;
/// Their words, bytes. What is larger is read from the view.
const BYTES_MAX: usize = 4 << 20;

/// A task as it was created.
#[derive(Debug)]
pub struct FreshTask {
    /// When.
    pub at: Millis,
    /// What is for good.
    pub facts: TaskCreated,
    /// Its words.
    pub content: Option<Box<RawValue>>,
}

impl FreshTask {
    fn bytes(&self) -> usize {
        self.content.as_ref().map_or(0, |json| json.get().len())
    }
}

/// The tasks that were created last.
#[derive(Debug, Default)]
pub(super) struct Fresh(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    tasks: HashMap<TaskId, Arc<FreshTask>>,
    order: VecDeque<TaskId>,
    bytes: usize,
}

impl Fresh {
    /// Remembers the tasks that a batch created.
    pub fn take_in(&self, batch: &Batch) {
        let mut kept = self.kept();
        for event in &batch.events {
            if let Facts::Task(TaskFacts::Created(facts)) = &event.facts {
                kept.push(FreshTask {
                    at: event.at,
                    facts: facts.clone(),
                    content: event.content.clone(),
                });
            }
        }
    }

    /// Forgets everything. Something is erased: what has to be gone must not be left here, whatever it is.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    pub fn get(&self, task: TaskId) -> Option<Arc<FreshTask>> {
        self.kept().tasks.get(&task).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, task: FreshTask) {
        let id = task.facts.task;
        self.bytes += task.bytes();
        self.order.push_back(id);
        self.tasks.insert(id, Arc::new(task));
        while self.order.len() > TASKS_MAX || self.bytes > BYTES_MAX {
            let oldest = self.order.pop_front().and_then(|id| self.tasks.remove(&id));
            self.bytes -= oldest.map_or(0, |task| task.bytes());
        }
    }
}
