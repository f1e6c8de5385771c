//! What an event is to an observer: an act, with words only where they came plain. What a stranger said, what is erased, and
//! what another observer claimed are no acts.

use mesh_model::api::{FileBody, Message, Reason, StreamItem, TaskBody, TaskOutput};
use mesh_model::events::{
    ApprovalFacts, Decision, Event, EventTypeFacts, Facts, FileFacts, LeaseFacts, MessageFacts,
    Resolution, SessionEnd, SessionFacts, Spend, TaskFacts, Trust,
};
use mesh_model::{ApprovalId, MessageId, ParticipantId, Seq, SessionId, TaskId};

use crate::observer::is_claim;

/// What somebody did.
#[derive(Debug)]
pub enum What {
    /// A session began.
    Opened {
        who: ParticipantId,
        session: SessionId,
    },
    /// A session ended.
    Closed {
        who: ParticipantId,
        session: SessionId,
        how: SessionEnd,
    },
    /// Somebody said something, and it came plain.
    Said(Box<Message>),
    /// What was said is taken back or erased.
    Gone(MessageId),
    /// A task is there. Second opinions and joins have no words of their own.
    Asked { task: TaskId, text: String },
    /// Somebody works on it.
    Taken { task: TaskId, worker: ParticipantId },
    /// How far it is.
    Progressed { task: TaskId, text: String },
    /// It was handed in.
    Finished {
        task: TaskId,
        worker: ParticipantId,
        spend: Spend,
        /// What the node's check, or a verdict, says of it.
        good: Option<bool>,
    },
    /// An attempt failed.
    Failed {
        task: TaskId,
        worker: ParticipantId,
        spend: Spend,
        why: String,
    },
    /// It was given back with what there is.
    HandedOff {
        task: TaskId,
        worker: ParticipantId,
        spend: Spend,
    },
    /// Others, or a person, said whether its result is good.
    Judged { task: TaskId, good: bool },
    /// A person has to decide about it.
    Stuck { task: TaskId },
    /// Nobody works on it any more.
    Over { task: TaskId },
    /// Somebody leased paths.
    Leased {
        holder: ParticipantId,
        paths: Vec<String>,
        until: u64,
    },
    /// A lease ended before its time.
    Released(Seq),
    /// Somebody put a shared file; whether it has the content of a former version once more.
    Put { path: String, again: bool },
    /// Somebody asks for approval.
    Requested { approval: ApprovalId },
    /// It was given or refused; `None`: nobody answered in time.
    Answered {
        approval: ApprovalId,
        approved: Option<bool>,
    },
    /// An observer's claim. It is no act; only mission control looks at it.
    Claimed(String),
}

/// The act that an event is; `None` if it is none.
pub fn act(item: &StreamItem) -> Option<What> {
    if item.kind == "message.posted" {
        return said(item);
    }
    match item.event()? {
        Facts::Session(facts) => Some(session(&facts)),
        Facts::Message(MessageFacts::Deleted(gone)) => Some(What::Gone(gone.message)),
        Facts::Message(MessageFacts::Redacted(gone)) => Some(What::Gone(gone.message)),
        Facts::Task(facts) => task(item, facts),
        // Paths of a lease are words too.
        Facts::Lease(LeaseFacts::Taken(taken)) if is_ours(item) => Some(What::Leased {
            holder: taken.holder,
            paths: taken.paths,
            until: taken.until,
        }),
        Facts::Lease(LeaseFacts::Released(released)) => Some(What::Released(released.lease)),
        Facts::File(FileFacts::Put(put)) => {
            let body: FileBody = item.said(&put).plain()?;
            let again = put.of.is_some();
            Some(What::Put {
                path: body.path,
                again,
            })
        }
        Facts::Approval(facts) => Some(approval(&facts)),
        Facts::EventType(EventTypeFacts::Published(published))
            if is_claim(&published.name) && is_ours(item) =>
        {
            Some(What::Claimed(published.name))
        }
        _ => None,
    }
}

/// Whether somebody of this mesh did it, and no stranger.
fn is_ours(item: &StreamItem) -> bool {
    let trust = item.from.as_ref().map(|from| from.trust);
    matches!(trust, Some(Trust::Local | Trust::Owner))
}

fn said(item: &StreamItem) -> Option<What> {
    let message = item.message()?;
    if message.enveloped || message.redacted {
        return None;
    }
    let claim = message.payload_type.clone().filter(|kind| is_claim(kind));
    match claim {
        Some(name) => Some(What::Claimed(name)),
        None => Some(What::Said(Box::new(message))),
    }
}

fn session(facts: &SessionFacts) -> What {
    match facts {
        SessionFacts::Opened(opened) => What::Opened {
            who: opened.participant,
            session: opened.session,
        },
        SessionFacts::Closed(closed) => What::Closed {
            who: closed.participant,
            session: closed.session,
            how: closed.reason,
        },
    }
}

fn approval(facts: &ApprovalFacts) -> What {
    match facts {
        ApprovalFacts::Requested(asked) => What::Requested {
            approval: asked.approval,
        },
        ApprovalFacts::Decided(decided) => What::Answered {
            approval: decided.approval,
            approved: Some(decided.approved),
        },
        ApprovalFacts::Expired(expired) => What::Answered {
            approval: expired.approval,
            approved: None,
        },
    }
}

fn task(item: &StreamItem, facts: TaskFacts) -> Option<What> {
    match facts {
        TaskFacts::Created(created) => {
            let TaskBody { title, prompt, .. } = item.said(&created).plain()?;
            let text = if prompt.starts_with(title.as_str()) {
                prompt
            } else {
                format!("{title}\n{prompt}")
            };
            let (task, plan) = (created.task, &created.plan);
            let own = plan.about.is_none() && plan.join.is_none();
            let text = if own { text } else { String::new() };
            Some(What::Asked { task, text })
        }
        TaskFacts::Taken(taken) => Some(What::Taken {
            task: taken.task,
            worker: taken.worker,
        }),
        TaskFacts::Progressed(progressed) => {
            let text = plain(item, &progressed, |output: TaskOutput| output.text);
            let task = progressed.task;
            Some(What::Progressed { task, text })
        }
        TaskFacts::Finished(finished) => Some(What::Finished {
            task: finished.task,
            worker: finished.worker,
            spend: finished.cost.spend,
            good: finished.check,
        }),
        TaskFacts::AttemptFailed(failed) => Some(What::Failed {
            why: plain(item, &failed, |reason: Reason| reason.reason),
            task: failed.task,
            worker: failed.worker,
            spend: failed.cost.spend,
        }),
        TaskFacts::HandedOff(handed) => Some(What::HandedOff {
            task: handed.task,
            worker: handed.worker,
            spend: handed.cost.spend,
        }),
        other => settled(other),
    }
}

/// What becomes of a task that nobody works on.
fn settled(facts: TaskFacts) -> Option<What> {
    match facts {
        TaskFacts::Confirmed(confirmed) => Some(What::Judged {
            task: confirmed.task,
            good: confirmed.good,
        }),
        TaskFacts::Decided(decided) => {
            let task = decided.task;
            Some(match decided.decision {
                Decision::Accepted => What::Judged { task, good: true },
                Decision::Rejected => What::Judged { task, good: false },
                Decision::Person => What::Stuck { task },
            })
        }
        TaskFacts::Resolved(resolved) => {
            let task = resolved.task;
            match resolved.resolution {
                Resolution::Accept => Some(What::Judged { task, good: true }),
                Resolution::Fail => Some(What::Judged { task, good: false }),
                Resolution::Retry => None,
            }
        }
        TaskFacts::Cancelled(over) => Some(What::Over { task: over.task }),
        TaskFacts::Skipped(over) => Some(What::Over { task: over.task }),
        TaskFacts::Paused(over) => Some(What::Over { task: over.task }),
        TaskFacts::Redacted(over) => Some(What::Over { task: over.task }),
        _ => None,
    }
}

fn plain<E: Event>(
    item: &StreamItem,
    event: &E,
    text: impl FnOnce(E::Content) -> String,
) -> String {
    item.said(event).plain().map(text).unwrap_or_default()
}
