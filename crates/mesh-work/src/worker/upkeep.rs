//! A worker that has nothing to do looks after things, where its owner wants that. Whatever else comes goes first: what it began
//! by itself is given up for it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{
    MemoryConsolidateInput, MemoryListInput, ReportGetInput, TaskCreateInput, TaskReasonInput,
    TaskRefInput, TaskSpec, TasksCreated, TemplateUse,
};
use mesh_model::events::{Event as _, TaskCreated, TaskFacts, TaskQueued};
use mesh_model::ops::{
    MemoryConsolidate, MemoryList, ReportGet, TaskCancel, TaskCreate, TaskWhyGet,
};
use mesh_model::{Facts, Millis, Seq, TaskId};
use mesh_sdk::{Client, Error, Filter, Items};
use serde_json::json;
use tokio::time::sleep;

use super::Shared;
use crate::awake::Moment;
use crate::upkeep::{Diary, Kind, Looked, Next, Upkeep};

/// Memories that have to be new before it is worth a task to tidy them.
const NEW_MEMORIES: u32 = 5;
/// How far back failures are looked for the first time, milliseconds: a day.
const FIRST_REPORT_MS: u64 = 24 * 60 * 60 * 1000;

/// What tells it that others want something of it.
pub(super) async fn queued(client: &Client) -> Result<Items, Error> {
    let filter = Filter {
        types: [TaskCreated::KIND, TaskQueued::KIND]
            .map(str::to_owned)
            .to_vec(),
        ..Filter::default()
    };
    client.subscribe(filter).await
}

/// Looks after things whenever the worker has been idle for so long, until it is dropped.
pub(super) async fn keep(shared: Arc<Shared>, rules: Upkeep, mut queued: Items) {
    let path = shared.settings.state.join(Diary::FILE);
    let mut diary = Diary::load(&path);
    let mut busy = shared.busy.subscribe();
    // What it began and has not seen the end of.
    let mut own: Option<TaskId> = None;
    loop {
        let running = *busy.borrow_and_update();
        let wait = match diary.next(&rules, now()) {
            _ if running => Duration::MAX,
            Next::Look(_) => rules.after,
            Next::Later(at) => rules
                .after
                .max(Duration::from_millis(at.0 - now().0.min(at.0))),
        };
        let mut idle = pin!(after(wait));
        let looks = loop {
            tokio::select! {
                changed = busy.changed() => match changed {
                    Ok(()) => break false,
                    Err(_) => return,
                },
                item = queued.next() => {
                    let Some(item) = item else { return };
                    let wanted = match item.event() {
                        Some(Facts::Task(TaskFacts::Created(it))) => it.task,
                        Some(Facts::Task(TaskFacts::Queued(it))) => it.task,
                        _ => continue,
                    };
                    if let Some(task) = own.filter(|task| *task != wanted && running) {
                        shared.give_up(task, wanted).await;
                    }
                }
                () = &mut idle => break true,
            }
        };
        if !looks {
            continue;
        }
        let Next::Look(kind) = diary.next(&rules, now()) else {
            continue;
        };
        let (at, last) = (now(), diary.looked(kind));
        let begun = shared.look(&rules, kind, last).await;
        let upto = match &begun {
            Some(made) => made.seq,
            None => last.map_or(Seq::ZERO, |last| last.upto),
        };
        diary.note(kind, Looked { at, upto }, begun.is_some());
        if let Err(why) = diary.save(&path) {
            shared.say(&format!("what was looked after is not remembered: {why}"));
        }
        if let Some(made) = begun {
            own = made.tasks.first().map(|task| task.id);
            // Nothing else is begun before this one has been taken.
            if busy.wait_for(|busy| *busy).await.is_err() {
                return;
            }
        }
    }
}

fn now() -> Millis {
    mesh_sdk::now()
}

/// So long by a clock that goes on while the machine sleeps, or for ever.
async fn after(wait: Duration) {
    let until = Moment::now().plus(wait);
    while !until.left().is_zero() {
        if wait == Duration::MAX {
            return std::future::pending().await;
        }
        sleep(until.left()).await;
    }
}

impl Shared {
    /// Looks whether something of this kind is worth a task, and gives it itself.
    async fn look(&self, rules: &Upkeep, kind: Kind, last: Option<Looked>) -> Option<TasksCreated> {
        let made = match kind {
            Kind::Memories => self.tidy(rules, last).await,
            Kind::Failures => self.learn_of_failures(rules, last).await,
        };
        match made {
            Ok(Some(made)) => {
                let what = match kind {
                    Kind::Memories => "tidies what it remembers",
                    Kind::Failures => "looks at what failed",
                };
                self.say(&format!("has nothing to do and {what}"));
                Some(made)
            }
            Ok(None) => None,
            Err(why) => {
                self.say(&format!("could not look after things: {why}"));
                None
            }
        }
    }

    async fn tidy(
        &self,
        rules: &Upkeep,
        last: Option<Looked>,
    ) -> Result<Option<TasksCreated>, Error> {
        let list = MemoryListInput {
            participant: None,
            after: Some(last.map_or(Seq::ZERO, |last| last.upto)),
            limit: Some(NEW_MEMORIES),
        };
        let new = self.client.call::<MemoryList>(list).await?.items.len();
        if u32::try_from(new).unwrap_or(u32::MAX) < NEW_MEMORIES {
            return Ok(None);
        }
        let input = MemoryConsolidateInput {
            participant: None,
            room: rules.room.clone(),
            capability: None,
        };
        let made = self.client.call::<MemoryConsolidate>(input).await?;
        Ok(Some(made))
    }

    async fn learn_of_failures(
        &self,
        rules: &Upkeep,
        last: Option<Looked>,
    ) -> Result<Option<TasksCreated>, Error> {
        let since = last.map_or(now().0.saturating_sub(FIRST_REPORT_MS), |last| last.at.0);
        let input = ReportGetInput {
            room: Some(rules.room.clone()),
            since: Some(Millis(since)),
            until: None,
        };
        let report = self.client.call::<ReportGet>(input).await?;
        if report.failures.is_empty() {
            return Ok(None);
        }
        let days = (now().0.saturating_sub(since) / FIRST_REPORT_MS + 1).min(90);
        let improve = TemplateUse {
            template: "improve".to_owned(),
            values: [("report".to_owned(), json!(days))].into(),
        };
        let spec = TaskSpec {
            template: Some(improve),
            assigned: Some(self.me.id.to_string()),
            priority: Some(0),
            ..TaskSpec::default()
        };
        let input = TaskCreateInput {
            room: rules.room.clone(),
            tasks: vec![spec],
        };
        let made = self.client.call::<TaskCreate>(input).await?;
        Ok(Some(made))
    }

    /// Gives up what it began by itself, if it stands in the way of something else.
    async fn give_up(&self, own: TaskId, wanted: TaskId) {
        let why = self
            .client
            .call::<TaskWhyGet>(TaskRefInput { task: wanted });
        let Ok(why) = why.await else {
            return;
        };
        let mut workers = why.workers.iter();
        let stands = workers.find(|worker| worker.worker == self.me.id);
        if stands.is_none_or(|me| me.not != Some(mesh_model::api::NotTaken::Full)) {
            return;
        }
        let input = TaskReasonInput {
            task: own,
            reason: "its worker is wanted for something else".to_owned(),
        };
        if let Err(why) = self.client.call::<TaskCancel>(input).await {
            self.say(&format!("does not give up what it began by itself: {why}"));
        }
    }
}
