//! Tasks that a peer does for this mesh, and tasks that this one does for a peer. What was taken, and what came of it, stands in the
//! logs and is owed like all else; who is free now, and that somebody is at work, is said beside it.

use std::collections::BTreeMap;
use std::time::Duration;

use mesh_model::api::{TaskBody, TaskOutput};
use mesh_model::events::{AfterFailure, AfterResult, Place, TaskFacts, TaskTaken};
use mesh_model::limits::LINK_CAPABILITIES_MAX;
use mesh_model::{LinkId, Refusal, Seq, TaskId, names};
use mesh_ops::{Came, Door, Free, Handed, LinkRecord};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::owed::SAID_BYTES_MAX;
use super::wire::{Frame, Wanted, What};

/// While somebody works on a peer's tasks it hears of that so often: several times within the shortest lease.
const BEAT: Duration = Duration::from_secs(5);

/// What the peer is told of a task's event; nothing if it is nothing for the peer.
pub(super) async fn owed(
    door: &Door,
    link: &LinkRecord,
    facts: &TaskFacts,
    seq: Seq,
) -> Result<Option<What>, Refusal> {
    match facts {
        TaskFacts::Taken(taken) if taken.worker == link.participant => {
            handed(door, seq, taken).await
        }
        TaskFacts::AttemptFailed(lost) if lost.worker == link.participant => {
            Ok(Some(What::Unwanted { of: lost.fence }))
        }
        TaskFacts::Cancelled(it) => from_outside(door, link, it.task, seq).await,
        TaskFacts::Paused(it) => from_outside(door, link, it.task, seq).await,
        TaskFacts::Finished(it) if it.next == AfterResult::Done => {
            came(door, link, it.task, seq).await
        }
        TaskFacts::AttemptFailed(it) if it.next == AfterFailure::Fail => {
            came(door, link, it.task, seq).await
        }
        TaskFacts::Decided(it) => came(door, link, it.task, seq).await,
        TaskFacts::Resolved(it) => came(door, link, it.task, seq).await,
        TaskFacts::Skipped(it) => came(door, link, it.task, seq).await,
        _ => Ok(None),
    }
}

async fn handed(door: &Door, seq: Seq, taken: &TaskTaken) -> Result<Option<What>, Refusal> {
    let found = door.link_handed(seq, taken).await?;
    Ok(found.map(|handed| {
        let TaskBody {
            title,
            prompt,
            // Which model is asked is for those who pay.
            model: _,
            input,
            check,
        } = handed.body;
        What::Task(Wanted {
            by: handed.by,
            capability: handed.capability,
            priority: handed.priority,
            deadline: handed.deadline,
            title,
            prompt,
            input,
            check,
        })
    }))
}

/// Somebody stopped a task: the peer that has it is told, and a peer whose task it is.
async fn from_outside(
    door: &Door,
    link: &LinkRecord,
    task: TaskId,
    seq: Seq,
) -> Result<Option<What>, Refusal> {
    if let Some(of) = door.link_lost(link.participant, task, seq).await? {
        return Ok(Some(What::Unwanted { of }));
    }
    came(door, link, task, seq).await
}

async fn came(
    door: &Door,
    link: &LinkRecord,
    task: TaskId,
    seq: Seq,
) -> Result<Option<What>, Refusal> {
    let Some((of, came)) = door.link_outcome(link, task, seq).await? else {
        return Ok(None);
    };
    let what = match came {
        Came::Over { code, rule } => What::Over { of, code, rule },
        Came::Done {
            by,
            output,
            confidence,
        } => What::Done {
            of,
            by,
            text: output.text,
            data: output.data,
            confidence,
        },
    };
    let fits = serde_json::to_vec(&what).is_ok_and(|json| json.len() <= SAID_BYTES_MAX);
    Ok(Some(if fits {
        what
    } else {
        let (code, rule) = ("too_large".to_owned(), None);
        What::Over { of, code, rule }
    }))
}

/// A task that the peer would have done here.
pub(super) async fn asked(
    door: &Door,
    link: &LinkRecord,
    place: Place,
    wanted: Wanted,
) -> Result<(), Refusal> {
    let handed = Handed {
        by: wanted.by,
        capability: wanted.capability,
        priority: wanted.priority,
        deadline: wanted.deadline,
        body: TaskBody {
            title: wanted.title,
            prompt: wanted.prompt,
            model: None,
            input: wanted.input,
            check: wanted.check,
        },
    };
    door.link_asked(link.id, place, handed).await
}

/// The result of a task in the peer.
pub(super) fn done(by: String, output: TaskOutput, confidence: Option<u8>) -> Came {
    Came::Done {
        by,
        output,
        confidence,
    }
}

/// What one conversation knows of workers: who is free on both sides, and who takes tasks for the peer here.
pub(super) struct Hands {
    free: watch::Sender<Free>,
    takes: Option<JoinHandle<()>>,
    /// What the peer was told last, and when.
    told: Option<(Free, Vec<Seq>)>,
    told_at: Instant,
}

impl Hands {
    pub fn new() -> Hands {
        Hands {
            free: watch::Sender::default(),
            takes: None,
            told: None,
            told_at: Instant::now(),
        }
    }

    /// Takes tasks for the peer as long as it lends its workers and some are wanted.
    pub async fn enlist(&mut self, door: &Door, link: LinkId) -> Result<(), Refusal> {
        let wanted = door.link_enlist(link, true).await?;
        let at_it = self
            .takes
            .as_ref()
            .is_some_and(|takes| !takes.is_finished());
        if wanted == at_it {
            return Ok(());
        }
        if let Some(takes) = self.takes.take() {
            takes.abort();
        }
        if wanted {
            let (door, free) = (door.clone(), self.free.subscribe());
            self.takes = Some(tokio::spawn(async move {
                if let Err(why) = door.link_take(link, free).await {
                    tracing::debug!(%link, %why, "no more tasks are taken for a peer");
                }
            }));
        }
        Ok(())
    }

    /// Whether whoever takes tasks for the peer has ended by itself.
    pub fn rests(&self) -> bool {
        self.takes.as_ref().is_some_and(JoinHandle::is_finished)
    }

    /// What the peer says of its workers.
    pub fn heard(&self, mut free: BTreeMap<String, u16>) -> Free {
        while free.len() > LINK_CAPABILITIES_MAX {
            free.pop_last();
        }
        free.retain(|name, slots| *slots > 0 && names::check(name).is_ok());
        self.free.send_replace(free.clone());
        free
    }

    /// Something went either way: the peer hears anew how it stands.
    pub fn moved(&mut self) {
        self.told = None;
    }

    /// What the peer is to be told now, if it is another thing or time to say it again.
    pub fn tells(&mut self, door: &Door, link: &LinkRecord) -> Option<Frame> {
        if link.lends.is_none() && link.asked.is_empty() && self.told.is_none() {
            return None;
        }
        let now = (door.link_free(link), door.link_at_work(link));
        let again = !now.1.is_empty() && self.told_at.elapsed() >= BEAT;
        if self.told.as_ref() == Some(&now) && !again {
            return None;
        }
        self.told = Some(now.clone());
        self.told_at = Instant::now();
        let (free, at_work) = now;
        Some(Frame::Hands { free, at_work })
    }

    /// When the peer has to hear again that somebody is at work.
    pub async fn beat(&self) {
        match &self.told {
            Some((_, at_work)) if !at_work.is_empty() => sleep_until(self.told_at + BEAT).await,
            _ => std::future::pending().await,
        }
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        if let Some(takes) = &self.takes {
            takes.abort();
        }
    }
}
