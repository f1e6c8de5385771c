//! Tasks that go to a peer mesh because nobody here is free for them, and tasks of a peer that are done here. Whoever speaks for the
//! peer takes, creates and finishes them by the rules that hold for everybody who does.

use std::collections::BTreeMap;

use mesh_core::{Link, free_for};
use mesh_model::api::{Reason, TaskBody, TaskOutput, TaskSpec};
use mesh_model::command::{LinkCommand, TaskCommand, TaskResult};
use mesh_model::events::{Cost, Place, Relayed, Spend, TaskFacts, TaskState, TaskTaken};
use mesh_model::limits::{OVERFLOW_GRACE_MS, TASK_PRIORITY_DEFAULT};
use mesh_model::{
    Actor, Command, ErrorCode, Facts, LinkId, Millis, ParticipantId, Refusal, Seq, TaskId, refuse,
};
use mesh_node::Outcome;
use tokio::sync::watch;
use tokio::time::{Duration, sleep};

use crate::door::call::content;
use crate::door::{Call, Door, store_failed};
use crate::ops::task::holds::{self, PutOut};
use crate::ops::task::{create, handed_in};

/// What a peer does not take now and may take later.
const LATER: &str = "rate_limited";
/// Attempts at a task among which the one is looked for that a peer had.
const ATTEMPTS_READ: usize = 20;

/// Free workers, by what they can do.
pub type Free = BTreeMap<String, u16>;

/// A task for a peer.
#[derive(Debug, Clone, PartialEq)]
pub struct Handed {
    /// Who wants it, in the mesh that it comes from.
    pub by: String,
    /// What it asks for.
    pub capability: String,
    /// 0 to 9.
    pub priority: u8,
    /// When it should be done.
    pub deadline: Option<Millis>,
    /// Its words.
    pub body: TaskBody,
}

/// What came of a task in the peer.
#[derive(Debug, Clone, PartialEq)]
pub enum Came {
    /// A result.
    Done {
        /// Who did it there.
        by: String,
        /// What it put out.
        output: TaskOutput,
        /// How sure it is, percent.
        confidence: Option<u8>,
    },
    /// None.
    Over {
        /// Why: the code of a refusal, or how the task ended.
        code: String,
        /// What kind of rule decided.
        rule: Option<String>,
    },
}

impl Door {
    /// Whether a peer is there to take tasks; gives whether it is a worker here now.
    pub async fn link_enlist(&self, link: LinkId, here: bool) -> Result<bool, Refusal> {
        self.as_node(LinkCommand::Enlist { link, here }).await?;
        let access = self.node().access();
        let found = access.link(link).ok_or_else(refuse::no_link)?;
        let work = self.node().work();
        Ok(work
            .worker(found.participant)
            .is_some_and(|worker| worker.online))
    }

    /// Takes tasks for a peer as long as it has somebody free for them, one at a time, until there is a reason not to.
    pub async fn link_take(
        &self,
        link: LinkId,
        mut free: watch::Receiver<Free>,
    ) -> Result<(), Refusal> {
        let mut left = free.borrow_and_update().clone();
        loop {
            if left.is_empty() {
                free.changed().await.map_err(|_| refuse::no_link())?;
                left = free.borrow_and_update().clone();
                continue;
            }
            let kinds: Vec<String> = left.keys().cloned().collect();
            let call = self.speaking(Actor::Link(self.open_link(link)?.participant));
            let command = Command::Link(LinkCommand::Take {
                capabilities: kinds,
            });
            let mut wait = call.submit_waiting(self, command)?;
            let answer = tokio::select! {
                answer = wait.answered() => Some(answer),
                changed = free.changed() => {
                    let answer = wait.leave().await;
                    changed.map_err(|_| refuse::no_link())?;
                    left = free.borrow_and_update().clone();
                    answer
                }
                // By then a task that was left to a worker of this mesh may go.
                () = sleep(Duration::from_millis(OVERFLOW_GRACE_MS)) => wait.leave().await,
            };
            if let Some(outcome) = answer.transpose()?.filter(|outcome| outcome.count > 0) {
                self.took(&outcome, &mut left).await?;
            }
        }
    }

    /// What the peer said is free is one less, until it says more.
    async fn took(&self, outcome: &Outcome, left: &mut Free) -> Result<(), Refusal> {
        let work = self.node().work();
        for facts in self.facts(outcome).await? {
            let Facts::Task(TaskFacts::Taken(taken)) = facts else {
                continue;
            };
            let kind = work
                .task(taken.task)
                .and_then(|it| it.plan.capability.as_ref());
            let Some(slots) = kind.and_then(|kind| left.get_mut(kind)) else {
                continue;
            };
            *slots = slots.saturating_sub(1);
            left.retain(|_, slots| *slots > 0);
        }
        Ok(())
    }

    /// The task that a peer took here, if it still has it.
    pub async fn link_handed(
        &self,
        seq: Seq,
        taken: &TaskTaken,
    ) -> Result<Option<Handed>, Refusal> {
        let work = self.node().work();
        let Some(task) = work.task(taken.task) else {
            return Ok(None);
        };
        let holds = task.attempt.as_ref().is_some_and(|it| it.fence == seq);
        let stored = self.logged(task.created).await?;
        let body = stored.and_then(|stored| stored.content);
        let body: Option<TaskBody> = body.and_then(|json| serde_json::from_str(json.get()).ok());
        Ok(body.filter(|_| holds).map(|body| Handed {
            by: self.handle_of(task.creator),
            capability: task.plan.capability.clone().unwrap_or_default(),
            priority: task.priority,
            deadline: task.plan.deadline,
            body,
        }))
    }

    fn handle_of(&self, who: Option<ParticipantId>) -> String {
        let access = self.node().access();
        let found = who.and_then(|who| access.participant(who));
        found.map_or_else(|| "nobody".to_owned(), |found| found.handle.clone())
    }

    /// The attempt that ended when something was done to a task from outside, if a peer had it.
    pub async fn link_lost(
        &self,
        speaker: ParticipantId,
        task: TaskId,
        at: Seq,
    ) -> Result<Option<Seq>, Refusal> {
        self.wait_view(at, None).await?;
        let view = self.node().view().clone();
        let read = self.blocking(move || view.attempts(task, ATTEMPTS_READ));
        let attempts = read.await?.map_err(store_failed)?;
        let before = attempts.into_iter().rev().find(|it| it.record.fence < at);
        Ok(before
            .filter(|attempt| attempt.worker == speaker)
            .map(|attempt| attempt.record.fence))
    }

    /// Makes a task here of one that a peer took in its mesh. It is in the log when this returns.
    pub async fn link_asked(
        &self,
        link: LinkId,
        place: Place,
        handed: Handed,
    ) -> Result<(), Refusal> {
        let found = self.open_link(link)?;
        let Some(room) = found.lends.as_ref().map(|lends| lends.room) else {
            return Err(refuse::no_room());
        };
        let call = self.speaking(Actor::Link(found.participant));
        let spec = TaskSpec {
            title: handed.body.title,
            prompt: handed.body.prompt,
            input: handed.body.input,
            check: handed.body.check,
            capability: Some(handed.capability),
            // Nothing of a peer's comes before what this mesh has to do itself.
            priority: Some(handed.priority.min(TASK_PRIORITY_DEFAULT)),
            // One that has passed meanwhile presses no more.
            deadline: handed.deadline.filter(|at| *at > self.node().now()),
            escalate: Some(false),
            ..TaskSpec::default()
        };
        let relayed = brought(&found, handed.by, place);
        create::brought(self, &call, room, spec, relayed).await
    }

    /// The peer does not want any more what it asked for at `of`.
    pub async fn link_unwanted(&self, link: LinkId, of: Seq) -> Result<(), Refusal> {
        let found = self.open_link(link)?;
        let Some(task) = found.asked.get(&of).copied() else {
            return Ok(());
        };
        let reason = format!("the mesh '{}' does not want it any more", found.name);
        let command = Command::Task(TaskCommand::Cancel {
            task,
            reason: content(&Reason { reason })?,
        });
        let call = self.speaking(Actor::Link(found.participant));
        call.submit(self, command).await.map(drop)
    }

    /// What came of a task here that a peer asked for, after what stands at `at`: where the peer took it, and what it is to
    /// be told. Nothing if it is not the peer's, or not over.
    pub async fn link_outcome(
        &self,
        link: &Link,
        task: TaskId,
        at: Seq,
    ) -> Result<Option<(Seq, Came)>, Refusal> {
        let known = self.node().work().task(task).map(|task| task.creator);
        if known.is_some_and(|creator| creator != Some(link.participant)) {
            return Ok(None);
        }
        self.wait_view(at, None).await?;
        let view = self.node().view().clone();
        let row = self.blocking(move || view.task(task)).await?;
        let Some(row) = row.map_err(store_failed)? else {
            return Ok(None);
        };
        let place = row.facts.relayed.as_ref().and_then(|relayed| relayed.place);
        let Some(place) = place.filter(|place| place.mesh == link.peer) else {
            return Ok(None);
        };
        let over = |code: &str, rule: Option<&str>| Came::Over {
            code: code.to_owned(),
            rule: rule.map(str::to_owned),
        };
        let access = self.node().access();
        let mut labels = row.task.labels.iter();
        let leaves = labels.all(|label| access.may_take_out(*label, link.participant));
        let came = match (row.task.state, row.result) {
            (TaskState::Done, Some(_)) if !leaves => over("capability_denied", Some("data")),
            (TaskState::Done, Some(result)) => match result.output {
                Some(output) => Came::Done {
                    by: self.handle_of(Some(result.facts.worker)),
                    output,
                    confidence: result.facts.confidence,
                },
                None => over("erased", None),
            },
            (state, _) if state.is_ended() => over(state.name(), None),
            _ => return Ok(None),
        };
        Ok(Some((place.seq, came)))
    }

    /// Takes what came of a task in the peer that took it here at `of`.
    pub async fn link_came(
        &self,
        link: LinkId,
        place: Place,
        of: Seq,
        came: Came,
    ) -> Result<(), Refusal> {
        let found = self.open_link(link)?;
        let task = match self.logged(of).await?.map(|stored| stored.facts) {
            Some(Facts::Task(TaskFacts::Taken(taken))) if taken.worker == found.participant => {
                taken.task
            }
            _ => return Err(refuse::no_task()),
        };
        let call = self.speaking(Actor::Link(found.participant));
        let refusal = match came {
            Came::Over { code, rule } => {
                return self
                    .gave_back(&call, (task, of), &code, rule.as_deref())
                    .await;
            }
            Came::Done {
                by,
                output,
                confidence,
            } => {
                let relayed = brought(&found, by, place);
                let done = self.done(&call, (task, of), relayed, output, confidence);
                match done.await {
                    Err(refusal) => refusal,
                    Ok(()) => return Ok(()),
                }
            }
        };
        // Words that this mesh does not take are no result; the task is tried again.
        if matches!(
            refusal.code,
            ErrorCode::ContentRefused
                | ErrorCode::TooLarge
                | ErrorCode::InvalidInput
                | ErrorCode::Influenced
        ) {
            let code = refusal.code.code();
            return self.gave_back(&call, (task, of), code, Some("here")).await;
        }
        Err(refusal)
    }

    async fn done(
        &self,
        call: &Call,
        (task, fence): (TaskId, Seq),
        relayed: Relayed,
        output: TaskOutput,
        confidence: Option<u8>,
    ) -> Result<(), Refusal> {
        let room = holds::room(self, task)?;
        let result = TaskResult {
            confidence: confidence.map(|percent| percent.min(100)),
            check: handed_in::check(self, task, &output).await?,
            ..TaskResult::default()
        };
        let spare = TaskId(uuid::Uuid::now_v7());
        let command = move |evidence, body| {
            Command::Link(LinkCommand::Work {
                relayed: relayed.clone(),
                change: Box::new(TaskCommand::Finish {
                    task,
                    fence,
                    result: Box::new(result.clone()),
                    spare,
                    evidence,
                    body,
                }),
            })
        };
        let put_out = PutOut::new(self, call, room, output, command).await?;
        put_out.submit(self, call).await.map(drop)
    }

    /// The peer did not do it. That nobody was free there is no failure.
    async fn gave_back(
        &self,
        call: &Call,
        (task, fence): (TaskId, Seq),
        code: &str,
        rule: Option<&str>,
    ) -> Result<(), Refusal> {
        let fails = |reason| {
            Command::Task(TaskCommand::Fail {
                task,
                fence,
                last: false,
                cost: Cost::default(),
                reason,
            })
        };
        if code == LATER {
            let gives_back = TaskCommand::HandOff {
                task,
                fence,
                cost: Cost::default(),
                evidence: Default::default(),
                body: None,
            };
            let command = Command::Task(gives_back);
            return call.submit(self, command).await.map(drop);
        }
        let by = rule.map(|rule| format!(", by a rule of the kind '{}'", closed(rule)));
        let reason = format!(
            "the peer did not do it: {}{}",
            closed(code),
            by.unwrap_or_default()
        );
        let told = content(&Reason { reason })?;
        match call.submit(self, fails(told)).await {
            // Where it may say nothing, it has failed all the same.
            Err(refusal) if refusal.code == ErrorCode::Influenced => {
                call.submit(self, fails(None)).await.map(drop)
            }
            answer => answer.map(drop),
        }
    }

    /// Free workers that this mesh lends a peer.
    pub fn link_free(&self, link: &Link) -> Free {
        let node = self.node();
        free_for(&node.access(), &node.work(), link, node.now())
    }

    /// The peer's tasks on which somebody works here, by where it took them.
    pub fn link_at_work(&self, link: &Link) -> Vec<Seq> {
        let work = self.node().work();
        let at_work = |task: &TaskId| {
            let state = work.task(*task).map(|task| task.state);
            matches!(
                state,
                Some(
                    TaskState::Leased
                        | TaskState::Running
                        | TaskState::Verifying
                        | TaskState::Blocked
                )
            )
        };
        let asked = link.asked.iter();
        asked
            .filter(|(_, task)| at_work(task))
            .map(|(of, _)| *of)
            .collect()
    }

    /// Somebody works in the peer on what it took here: their leases go on.
    pub async fn link_beat(&self, link: LinkId, of: &[Seq]) -> Result<(), Refusal> {
        let found = self.open_link(link)?;
        let work = self.node().work();
        let Some(worker) = work.worker(found.participant) else {
            return Ok(());
        };
        let call = self.speaking(Actor::Link(found.participant));
        for task in worker.running() {
            let fence = work.task(*task).and_then(|it| it.attempt.as_ref());
            let Some(fence) = fence.map(|it| it.fence).filter(|fence| of.contains(fence)) else {
                continue;
            };
            let command = Command::Task(TaskCommand::Extend {
                task: *task,
                fence,
                spent: Spend::default(),
            });
            if let Err(why) = call.submit(self, command).await {
                tracing::debug!(%task, %why, "a peer's lease does not go on");
            }
        }
        Ok(())
    }
}

/// A word that a peer says for one of ours: nothing but a short name passes.
fn closed(word: &str) -> &str {
    let mut bytes = word.bytes();
    let good = bytes.all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_' | b'.'));
    if good && (1..=40).contains(&word.len()) {
        word
    } else {
        "other"
    }
}

/// From where work came.
fn brought(link: &Link, sender: String, place: Place) -> Relayed {
    Relayed {
        origin: link.name.clone(),
        sender,
        path: Vec::new(),
        place: Some(place),
    }
}
