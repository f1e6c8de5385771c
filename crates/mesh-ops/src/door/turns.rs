//! The order of a connection's commands: each begins when the one before it stands in the writer's queue, or has ended.
//!
//! Waiting before a command begins, not before it submits, leaves it nothing to hold meanwhile that the one before could
//! be waiting for. Queries have no turn: a slow one holds nobody up.

use std::sync::{Arc, Mutex, PoisonError};

use mesh_model::ops::OpKind;
use tokio::sync::oneshot;

use crate::door::registry;

/// Gives the commands of one connection their turns, in the order in which it is asked.
#[derive(Debug, Default)]
pub struct Turns {
    last: Option<oneshot::Receiver<()>>,
}

impl Turns {
    /// The turn of the next call; `None` for what is no command.
    pub fn next(&mut self, operation: &str) -> Option<Turn> {
        let command = |entry: &&registry::Entry| entry.declaration.kind == OpKind::Command;
        registry::named(operation).filter(command)?;
        let (passed, after) = oneshot::channel();
        let before = self.last.replace(after);
        Some(Turn(Arc::new(Place {
            before: Mutex::new(before),
            passed: Mutex::new(Some(passed)),
        })))
    }
}

/// The place of a command among those of its connection. It is passed on with the last copy, at the latest.
#[derive(Debug, Clone)]
pub struct Turn(Arc<Place>);

#[derive(Debug)]
struct Place {
    before: Mutex<Option<oneshot::Receiver<()>>>,
    /// Dropped when the next may begin.
    passed: Mutex<Option<oneshot::Sender<()>>>,
}

impl Turn {
    /// Waits until the command before has its place in the writer's queue, or ended without one.
    pub(crate) async fn come(&self) {
        let before = take(&self.0.before);
        if let Some(before) = before {
            // Nothing is ever sent: the other end is dropped.
            let _ = before.await;
        }
    }

    /// Lets the next command begin.
    pub(crate) fn pass(&self) {
        take(&self.0.passed);
    }
}

fn take<T>(held: &Mutex<Option<T>>) -> Option<T> {
    held.lock().unwrap_or_else(PoisonError::into_inner).take()
}
