//! Commands that got nothing and wait for something: workers that ask for tasks. They are decided again in the batch
//! that may bring something, so that a task is created and taken by one sync.

use mesh_log::Log;
use mesh_model::events::TaskState;
use mesh_model::{Millis, Refusal};

use super::{Outcome, Submission, Unstored, Writer};

/// Those that wait, each list in the order in which they are to get something.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting<'a> {
    /// Got nothing so far.
    pub before: &'a [&'a Submission],
    /// Ask for the first time.
    pub new: &'a [&'a Submission],
}

/// The place among those that wait, first the ones before and then the new ones, and what it is answered.
pub(super) type Woken = (usize, Result<Outcome, Refusal>);

impl<L: Log> Writer<L> {
    /// Tries those that wait after everything else of the batch. Who asks for the first time may be refused; the others
    /// are tried if something has `changed`, as long as there is work that nobody has.
    pub(super) fn wake(
        &mut self,
        wall: Millis,
        waiting: Waiting<'_>,
        changed: bool,
        new: &mut Unstored,
    ) -> Vec<Woken> {
        let mut woken = Vec::new();
        for (at, submission) in waiting.before.iter().chain(waiting.new).enumerate() {
            let first = at >= waiting.before.len();
            let may_get = changed && self.state.work.count(TaskState::Queued) > 0;
            if !first && !may_get {
                continue;
            }
            match self.take(wall, (*submission).clone(), new) {
                Ok(outcome) if outcome.count == 0 => {}
                answer => woken.push((at, answer)),
            }
        }
        woken
    }
}

impl Waiting<'_> {
    /// The same answer for all of them.
    pub(super) fn all(self, refusal: &Refusal) -> Vec<Woken> {
        let count = self.before.len() + self.new.len();
        (0..count).map(|at| (at, Err(refusal.clone()))).collect()
    }
}
