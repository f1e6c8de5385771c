//! Following a task: the events of its room become updates, in their order.
//!
//! What begins, goes on and is put out follows from the events alone; how it ended or what it waits for is read as it
//! stands then. So nothing that came before the end is lost to somebody who reads the end early.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use mesh_model::api::{ReceivedContent, StreamFrame, StreamItem, TaskOutput};
use mesh_model::events::{
    AfterFailure, AfterResult, ApprovalFacts, Facts, TaskFacts, TaskProgressed,
};
use mesh_model::limits::{A2A_WAIT_MS_MAX, KEEPALIVE_MS};
use mesh_model::{ApprovalId, Effect, ErrorCode, Millis, Refusal, TaskId};
use mesh_ops::{Stream, Taken, Wanted};

use super::asking::Asking;
use super::fault::Fault;
use super::wire::{ArtifactUpdate, Message, Part, Role, State, Status, StatusUpdate, Task, Update};
use super::words;
use crate::edge::stopped;
use crate::metrics::Held;

/// What is listened to.
const TYPES: [&str; 14] = [
    "task.taken",
    "task.started",
    "task.progressed",
    "task.attempt_failed",
    "task.finished",
    "task.decided",
    "task.skipped",
    "task.cancelled",
    "task.paused",
    "task.resumed",
    "task.resolved",
    "approval.requested",
    "approval.decided",
    "approval.expired",
];

/// A subscription that has begun, before it is known to which task.
pub(super) struct Begun {
    subscription: Stream,
    counted: Held,
}

/// A task that is followed.
pub(super) struct Follow {
    pub asking: Asking,
    subscription: Stream,
    task: TaskId,
    context: String,
    state: State,
    question: Option<ApprovalId>,
    /// The last word about its state.
    word: Option<String>,
    waiting: VecDeque<Update>,
    /// Whether it goes on when the task waits for its asker.
    to_the_end: bool,
    ended: bool,
    _counted: Held,
}

/// What comes next.
pub(super) enum Next {
    Updates(Vec<Update>),
    /// Nothing for a while.
    Still,
    /// Nothing more, and why if it is not the task's end.
    Over(Option<Fault>),
}

/// What an event means for whoever follows.
#[derive(Debug, PartialEq)]
enum Means {
    Nothing,
    Working,
    /// It goes on otherwise.
    Turn,
    /// It may have ended.
    End,
}

impl Follow {
    /// Listens from now on.
    pub async fn begin(asking: &Asking, room: &str) -> Result<Begun, Fault> {
        let wanted = Wanted {
            rooms: vec![room.to_owned()],
            types: TYPES.map(str::to_owned).to_vec(),
            session: asking.options.session,
            ..Wanted::default()
        };
        let edge = &asking.edge;
        let address = asking.options.address;
        let subscription = edge.door.subscribe(&asking.caller, address, wanted).await?;
        Ok(Begun {
            subscription,
            counted: Held::new(&edge.metrics.streams),
        })
    }

    /// The same if it is wanted.
    pub async fn begin_if(
        wanted: bool,
        asking: &Asking,
        room: &str,
    ) -> Result<Option<Begun>, Fault> {
        if wanted {
            Follow::begin(asking, room).await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// Goes on when the task waits for its asker.
    pub fn until_its_end(mut self) -> Follow {
        self.to_the_end = true;
        self
    }

    /// What comes next. Safe to drop while it waits.
    pub async fn next(&mut self) -> Next {
        if !self.waiting.is_empty() {
            let updates: Vec<_> = self.waiting.drain(..).collect();
            return Next::Updates(updates);
        }
        loop {
            if self.ended || self.is_over() {
                return Next::Over(None);
            }
            let mut stopping = self.asking.edge.stopping.clone();
            let taken = tokio::select! {
                taken = self.subscription.next() => taken,
                () = tokio::time::sleep(Duration::from_millis(KEEPALIVE_MS)) => return Next::Still,
                () = stopped(&mut stopping) => return Next::Over(None),
            };
            let read = match taken {
                Ok(Taken::Frames(frames, _)) => self.read(&frames).await,
                Ok(Taken::CutOff) => Err(cut_off().into()),
                Err(refusal) => Err(refusal.into()),
            };
            match read {
                Ok(updates) if updates.is_empty() => {}
                Ok(updates) => return Next::Updates(updates),
                Err(fault) => {
                    self.ended = true;
                    return Next::Over(Some(fault));
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.state.is_ended() || (self.state.is_settled() && !self.to_the_end)
    }

    /// Waits until the task has ended or waits for its asker, but not for ever.
    pub async fn settle(&mut self) -> Result<(), Fault> {
        let wait = async {
            loop {
                if let Next::Over(why) = self.next().await {
                    return why.map_or(Ok(()), Err);
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_millis(A2A_WAIT_MS_MAX), wait).await;
        // Whoever waited so long is told where the task stands.
        waited.unwrap_or(Ok(()))
    }

    async fn read(&mut self, frames: &[Bytes]) -> Result<Vec<Update>, Fault> {
        let mut updates = Vec::new();
        for frame in frames {
            let Ok(StreamFrame::Push { push, .. }) = serde_json::from_slice(frame) else {
                continue;
            };
            for item in push {
                self.take(&item, &mut updates).await?;
                if self.is_over() {
                    return Ok(updates);
                }
            }
        }
        Ok(updates)
    }

    async fn take(&mut self, item: &StreamItem, updates: &mut Vec<Update>) -> Result<(), Fault> {
        match item.event() {
            Some(Facts::Task(TaskFacts::Progressed(it))) if it.task == self.task => {
                self.state = State::Working;
                updates.push(self.progress(item, &it));
            }
            Some(facts) => match self.means(&facts) {
                Means::Nothing => {}
                Means::Working if self.state == State::Working => {}
                Means::Working => {
                    self.state = State::Working;
                    updates.push(self.status(State::Working, None, item.at));
                }
                Means::Turn => self.look(false, updates).await?,
                Means::End => self.look(true, updates).await?,
            },
            None => {}
        }
        Ok(())
    }

    fn means(&self, facts: &Facts) -> Means {
        match facts {
            Facts::Task(facts) if facts.task() == self.task => task_means(facts),
            Facts::Approval(ApprovalFacts::Requested(it)) => {
                let holds = it.holds.map(|holds| holds.task);
                if holds == Some(self.task) {
                    Means::Turn
                } else {
                    Means::Nothing
                }
            }
            Facts::Approval(ApprovalFacts::Decided(it)) => self.answered(it.approval),
            Facts::Approval(ApprovalFacts::Expired(it)) => self.answered(it.approval),
            _ => Means::Nothing,
        }
    }

    fn answered(&self, approval: ApprovalId) -> Means {
        if self.question == Some(approval) {
            Means::Turn
        } else {
            Means::Nothing
        }
    }

    /// Reads the task as it stands. An end is told by the event that it came with: what happened before it is still to
    /// come.
    async fn look(&mut self, ended: bool, updates: &mut Vec<Update>) -> Result<(), Fault> {
        let found = self.asking.read(self.task).await?;
        let question = self.asking.question(&found.task).await?;
        let now = words::told(&found, question.as_ref(), 0);
        let asks = question.map(|question| question.id);
        let Status {
            state,
            message,
            timestamp,
        } = now.status;
        if state.is_ended() && !ended {
            (self.question, self.word) = (None, None);
            if self.state != State::Working {
                self.state = State::Working;
                updates.push(self.status(State::Working, None, timestamp));
            }
            return Ok(());
        }
        let word = message.as_ref().map(|message| message.message_id.clone());
        let same = state == self.state && (word.is_none() || word == self.word);
        (self.state, self.question, self.word) = (state, asks, word);
        if same {
            return Ok(());
        }
        let artifacts = now.artifacts.into_iter().flatten();
        updates.extend(artifacts.map(|artifact| {
            Update::ArtifactUpdate(ArtifactUpdate {
                task_id: self.task.to_string(),
                context_id: self.context.clone(),
                artifact,
                last_chunk: true,
            })
        }));
        updates.push(self.status(state, message, timestamp));
        Ok(())
    }

    fn status(&self, state: State, message: Option<Message>, timestamp: Millis) -> Update {
        Update::StatusUpdate(StatusUpdate {
            task_id: self.task.to_string(),
            context_id: self.context.clone(),
            status: Status {
                state,
                message,
                timestamp,
            },
        })
    }

    /// A piece of output is a word about the work: the result is told whole at its end.
    fn progress(&self, item: &StreamItem, it: &TaskProgressed) -> Update {
        let text = match item.said(it) {
            ReceivedContent::Plain(TaskOutput { text, .. }) => text,
            ReceivedContent::Enveloped(text) => text,
            ReceivedContent::Nothing | ReceivedContent::Erased => String::new(),
        };
        let message = Message {
            message_id: item.seq.to_string(),
            context_id: self.context.clone(),
            task_id: self.task.to_string(),
            role: Role::Agent,
            parts: vec![Part::text(text)],
            reference_task_ids: Vec::new(),
        };
        self.status(State::Working, Some(message), item.at)
    }
}

impl Begun {
    /// Follows this task, which is told first.
    pub fn of(self, asking: Asking, task: TaskId, first: Task) -> Follow {
        let word = first.status.message.as_ref();
        let word = word.map(|message| message.message_id.clone());
        // A question's message has the id of its approval.
        let question = word.as_deref().and_then(|word| word.parse().ok());
        Follow {
            asking,
            subscription: self.subscription,
            task,
            context: first.context_id.clone(),
            state: first.status.state,
            question,
            word,
            waiting: VecDeque::from([Update::Task(Box::new(first))]),
            to_the_end: false,
            ended: false,
            _counted: self.counted,
        }
    }
}

fn task_means(facts: &TaskFacts) -> Means {
    use TaskFacts as T;
    match facts {
        T::Taken(_) | T::Started(_) => Means::Working,
        T::AttemptFailed(it) => match it.next {
            AfterFailure::Retry { .. } | AfterFailure::Escalate { .. } => Means::Working,
            AfterFailure::Person | AfterFailure::Fail => Means::End,
        },
        T::Finished(it) => match it.next {
            AfterResult::Verify { .. } => Means::Nothing,
            AfterResult::Done | AfterResult::Person => Means::End,
        },
        T::Paused(_) | T::Resumed(_) => Means::Turn,
        T::Decided(_) | T::Skipped(_) | T::Cancelled(_) | T::Resolved(_) => Means::End,
        _ => Means::Nothing,
    }
}

fn cut_off() -> Refusal {
    Refusal::new(
        ErrorCode::Overloaded,
        "updates came faster than they were read",
        Effect::told("the stream ends here and nothing is lost"),
        "read the task with GetTask, and follow it again with SubscribeToTask",
    )
}
