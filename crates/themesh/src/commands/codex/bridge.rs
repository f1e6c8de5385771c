//! Hands what waits for an agent into its conversation with Codex, while the program runs. What others wrote goes in as what a tool
//! gave, which the model takes for data; an idle conversation is woken by a line of the node's own. What came of it the
//! record of the conversation says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{
    DeliveryFinishInput, DeliveryReportInput, DeliveryTakeInput, DeliveryWakeInput, DropReason,
    Lost,
};
use mesh_model::ops::{DeliveryFinish, DeliveryReport, DeliveryTake, DeliveryWake};
use mesh_sdk::Client;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use super::super::hook;
use super::rollout::{NAMESPACE, Rollout, TOOL, WAKE_NAME};
use super::wire::{Event, Wire, is_busy};

/// Messages in one go.
const MESSAGES_MAX: u32 = 10;
/// The name of the words that remind a model of whom it has not answered. Nothing that begins like a wake's.
const REMINDER_NAME: &str = "mesh-reminder";
/// Tags in one report; the node takes 500.
const TAGS_MAX: usize = 200;

/// A conversation that is on the screen.
#[derive(Debug)]
struct Thread {
    id: String,
    rollout: Rollout,
    is_busy: bool,
    /// Whether the server tells what comes into it.
    is_followed: bool,
    /// What was given to the server and does not stand in the record yet.
    handed: BTreeSet<String>,
}

#[derive(Debug)]
pub struct Bridge {
    wire: Wire,
    node: Client,
    thread: Option<Thread>,
    /// Whether it has to be looked whether something waits.
    is_due: bool,
    again: Option<Instant>,
}

/// Goes on until it is told to leave or the server ends. Gives the last thing that went wrong.
pub async fn run(
    wire: Wire,
    mut events: mpsc::Receiver<Event>,
    node: Client,
    mail: Arc<Notify>,
    mut leave: oneshot::Receiver<()>,
) -> Option<String> {
    let mut bridge = Bridge {
        wire,
        node,
        thread: None,
        is_due: true,
        again: None,
    };
    let mut trouble = None;
    loop {
        let rest = bridge.again.unwrap_or_else(Instant::now);
        let done = tokio::select! {
            event = events.recv() => match event {
                Some(event) => bridge.hear(event).await,
                None => break,
            },
            () = mail.notified() => {
                bridge.is_due = true;
                Ok(())
            }
            () = tokio::time::sleep_until(rest), if bridge.again.is_some() => {
                bridge.again = None;
                bridge.is_due = true;
                Ok(())
            }
            _ = &mut leave => break,
        };
        let done = match done {
            Ok(()) => bridge.step().await,
            wrong => wrong,
        };
        trouble = done.err().or(trouble);
    }
    bridge.leave_thread().await.err().or(trouble)
}

impl Bridge {
    async fn hear(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Started(thread) => self.enter(&thread).await,
            Event::Status { thread, is_busy } => self.turned(&thread, is_busy).await,
            Event::Moved => Ok(()),
        }
    }

    /// Another conversation is on the screen. Those of subagents and those without a record are passed over.
    async fn enter(&mut self, about: &Value) -> Result<(), String> {
        let (Some(id), Some(path)) = (about["id"].as_str(), about["path"].as_str()) else {
            return Ok(());
        };
        let is_known = self.thread.as_ref().is_some_and(|known| known.id == id);
        if is_known || about["ephemeral"] == true || !about["parentThreadId"].is_null() {
            return Ok(());
        }
        let left = self.leave_thread().await;
        let mut rollout = Rollout::of(Path::new(path));
        rollout.look();
        self.thread = Some(Thread {
            id: id.to_owned(),
            rollout,
            is_busy: is_busy(&about["status"]),
            is_followed: false,
            handed: BTreeSet::new(),
        });
        self.is_due = true;
        self.tell().await?;
        // Of what was handed before and does not stand in the record nothing more will be known.
        self.lost(Lost::Unplaced, DropReason::Failed).await?;
        left
    }

    /// A turn has begun or ended.
    async fn turned(&mut self, id: &str, is_busy: bool) -> Result<(), String> {
        if self.thread.as_ref().is_none_or(|thread| thread.id != id) {
            // One that ends its turn elsewhere is not on the screen.
            if !is_busy && self.thread.is_some() {
                return Ok(());
            }
            let read = self
                .wire
                .call("thread/read", json!({"threadId": id}))
                .await?;
            self.enter(&read["thread"]).await?;
        }
        let Some(thread) = self.thread.as_mut().filter(|thread| thread.id == id) else {
            return Ok(());
        };
        thread.is_busy = is_busy;
        self.is_due = true;
        if !is_busy {
            return self.end_turn().await;
        }
        if !thread.is_followed {
            let follow = json!({"threadId": id, "excludeTurns": true});
            // Without it the record is looked at when the turn ends.
            thread.is_followed = self.wire.call("thread/resume", follow).await.is_ok();
        }
        Ok(())
    }

    /// What was given to a turn that is over and does not stand in the record was lost with it.
    async fn end_turn(&mut self) -> Result<(), String> {
        let Some(id) = self.thread.as_ref().map(|thread| thread.id.clone()) else {
            return Ok(());
        };
        // The server answers after it has written.
        self.wire
            .call("thread/read", json!({"threadId": id}))
            .await?;
        self.tell().await?;
        let Some(thread) = &mut self.thread else {
            return Ok(());
        };
        let why = if thread.rollout.seen.is_stopped {
            DropReason::Stopped
        } else {
            DropReason::Failed
        };
        let dropped = std::mem::take(&mut thread.handed).into_iter().collect();
        self.report_dropped(dropped, why).await
    }

    /// Says what the record says, and hands what waits.
    async fn step(&mut self) -> Result<(), String> {
        self.tell().await?;
        let Some(thread) = self.thread.as_ref().filter(|_| self.is_due) else {
            return Ok(());
        };
        self.is_due = false;
        // A person who stopped a turn goes on by themselves.
        match (thread.is_busy, thread.rollout.seen.is_stopped) {
            (true, _) => self.hand().await.map(drop),
            (false, true) => Ok(()),
            (false, false) => self.wake().await,
        }
    }

    async fn tell(&mut self) -> Result<(), String> {
        let Some(thread) = &mut self.thread else {
            return Ok(());
        };
        thread.rollout.look();
        let news = thread.rollout.seen.news();
        thread.handed.retain(|tag| !thread.rollout.seen.stands(tag));
        let mut turns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (tag, turn) in news.read {
            thread.handed.remove(&tag);
            turns.entry(turn).or_default().push(tag);
        }
        for (turn, tags) in turns {
            for tags in tags.chunks(TAGS_MAX) {
                self.report(DeliveryReportInput {
                    read: tags.to_vec(),
                    turn: Some(turn.clone()),
                    ..DeliveryReportInput::default()
                })
                .await?;
            }
        }
        for tags in news.placed.chunks(TAGS_MAX) {
            self.report(DeliveryReportInput {
                placed: tags.to_vec(),
                ..DeliveryReportInput::default()
            })
            .await?;
        }
        self.report_dropped(news.compacted, DropReason::Compacted)
            .await?;
        match news.ending {
            Some(text) if !text.trim().is_empty() => self.finish(text).await,
            _ => Ok(()),
        }
    }

    /// A turn that a wake began has ended: if it has not answered a person, its last words do. If they cannot, the model is
    /// told once, by a turn that is no wake: whatever that one ends with answers nobody.
    async fn finish(&self, text: String) -> Result<(), String> {
        let Some(thread) = &self.thread else {
            return Ok(());
        };
        let session = thread.id.clone();
        let finished = self
            .node
            .call::<DeliveryFinish>(DeliveryFinishInput { session, text })
            .await;
        let words = match finished {
            Ok(finished) if finished.unanswered.is_empty() => return Ok(()),
            Ok(finished) => hook::unanswered(&finished.unanswered),
            Err(mesh_sdk::Error::Refused(refusal)) => hook::not_posted(&refusal.detail()),
            Err(why) => return Err(why.to_string()),
        };
        let reminder = json!({
            "threadId": thread.id,
            "clientUserMessageId": REMINDER_NAME,
            "input": [{"type": "text", "text": words}],
        });
        self.wire.call("thread/queue/add", reminder).await.map(drop)
    }

    /// Puts what waits into the conversation: it is in the next request of the turn that runs or begins.
    async fn hand(&mut self) -> Result<(), String> {
        let Some(thread) = &mut self.thread else {
            return Ok(());
        };
        let input = DeliveryTakeInput {
            session: thread.id.clone(),
            limit: Some(MESSAGES_MAX),
        };
        let taken = self.node.call::<DeliveryTake>(input).await;
        let taken = taken.map_err(|why| why.to_string())?;
        if taken.items.len() == MESSAGES_MAX as usize {
            self.is_due = true;
        }
        // It stands there already if it was handed, nobody spoke of it in time, and no summary has taken it out.
        let (there, fresh): (Vec<_>, Vec<_>) = taken
            .items
            .into_iter()
            .partition(|item| thread.rollout.seen.stands(&item.tag));
        let items: Vec<Value> = fresh
            .iter()
            .map(|item| json!({"type": "function_call_output", "namespace": NAMESPACE, "name": TOOL, "output": item.words}))
            .collect();
        let tags: Vec<String> = fresh.into_iter().map(|item| item.tag).collect();
        let mut refused = None;
        if !items.is_empty() {
            let put = json!({"threadId": thread.id, "items": items});
            match self.wire.call("thread/inject_items", put).await {
                Ok(_) => thread.handed.extend(tags),
                Err(why) => refused = Some((tags, why)),
            }
        }
        if let Some((tags, why)) = refused {
            self.report_dropped(tags, DropReason::Refused).await?;
            return Err(why);
        }
        if there.is_empty() {
            return Ok(());
        }
        self.report(DeliveryReportInput {
            placed: there.into_iter().map(|item| item.tag).collect(),
            ..DeliveryReportInput::default()
        })
        .await
    }

    /// Begins a turn, if the node lets it.
    async fn wake(&mut self) -> Result<(), String> {
        let Some(id) = self.thread.as_ref().map(|thread| thread.id.clone()) else {
            return Ok(());
        };
        let asked = DeliveryWakeInput {
            session: id.clone(),
            not_for_strangers: true,
            restarted: false,
        };
        let wake = self.node.call::<DeliveryWake>(asked).await;
        let wake = wake.map_err(|why| why.to_string())?;
        let again = wake.again_ms.map(Duration::from_millis);
        self.again = again.map(|left| Instant::now() + left);
        let Some(words) = wake.words else {
            return Ok(());
        };
        let handed = self.hand().await;
        let name = wake.messages.first().map(ToString::to_string);
        let queued = json!({
            "threadId": id,
            "clientUserMessageId": format!("{WAKE_NAME}{}", name.unwrap_or_default()),
            "input": [{"type": "text", "text": words}],
        });
        let woken = match handed {
            Ok(()) => self.wire.call("thread/queue/add", queued).await.map(drop),
            wrong => wrong,
        };
        if woken.is_err() {
            self.report(DeliveryReportInput {
                unwoken: true,
                ..DeliveryReportInput::default()
            })
            .await?;
        }
        woken
    }

    async fn leave_thread(&mut self) -> Result<(), String> {
        if self.thread.is_none() {
            return Ok(());
        }
        let told = self.tell().await;
        let lost = self.lost(Lost::All, DropReason::Ended).await;
        self.thread = None;
        told.and(lost)
    }

    async fn lost(&self, lost: Lost, why: DropReason) -> Result<(), String> {
        self.report(DeliveryReportInput {
            lost: Some(lost),
            why: Some(why),
            ..DeliveryReportInput::default()
        })
        .await
    }

    async fn report_dropped(&self, tags: Vec<String>, why: DropReason) -> Result<(), String> {
        for tags in tags.chunks(TAGS_MAX) {
            self.report(DeliveryReportInput {
                dropped: tags.to_vec(),
                why: Some(why),
                ..DeliveryReportInput::default()
            })
            .await?;
        }
        Ok(())
    }

    async fn report(&self, report: DeliveryReportInput) -> Result<(), String> {
        let Some(thread) = &self.thread else {
            return Ok(());
        };
        let session = thread.id.clone();
        let report = DeliveryReportInput { session, ..report };
        let told = self.node.call::<DeliveryReport>(report).await;
        told.map(drop).map_err(|why| why.to_string())
    }
}
