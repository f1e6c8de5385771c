//! Watching a task: its states, its words as they come, its end.

use std::process::ExitCode;

use mesh_model::api::{ClientInfo, ReceivedContent, StreamItem, TaskDetail, TaskRefInput};
use mesh_model::events::{
    Event as _, TaskAssigned, TaskAttemptFailed, TaskCancelled, TaskCreated, TaskDecided,
    TaskFacts, TaskFinished, TaskHandedOff, TaskPaused, TaskProgressed, TaskQueued, TaskResolved,
    TaskResumed, TaskRetried, TaskSkipped, TaskStarted, TaskTaken,
};
use mesh_model::ops::TaskGet;
use mesh_model::{Facts, Seq, TaskId};
use mesh_sdk::{Client, Ephemeral, Filter, Options};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::{short, show};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, print, printed_json};

/// What is told of a task.
const TYPES: [&str; 17] = [
    TaskCreated::KIND,
    TaskQueued::KIND,
    TaskTaken::KIND,
    TaskStarted::KIND,
    TaskProgressed::KIND,
    TaskHandedOff::KIND,
    TaskAttemptFailed::KIND,
    TaskFinished::KIND,
    TaskDecided::KIND,
    TaskSkipped::KIND,
    TaskCancelled::KIND,
    TaskPaused::KIND,
    TaskResumed::KIND,
    TaskRetried::KIND,
    TaskAssigned::KIND,
    TaskResolved::KIND,
    // Not stored: words as they come.
    "output",
];

/// Prints what happens to a task until it ends: exit code 0 if it is done, 1 if not.
pub fn until_end(context: &Context, task: TaskId) -> Outcome<ExitCode> {
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some("mesh-task".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        channel: Some("terminal".to_owned()),
        ..ClientInfo::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
    runtime.block_on(watch(context, options, task))
}

async fn watch(context: &Context, options: Options, task: TaskId) -> Outcome<ExitCode> {
    let client = Client::connect(options).await?;
    let found = client.call::<TaskGet>(TaskRefInput { task }).await?;
    let mut words = client.ephemeral();
    let filter = Filter {
        // From its beginning: what was missed is told first, without a gap to what comes.
        after: Some(Seq(found.task.seq.0.saturating_sub(1))),
        rooms: vec![found.task.room.to_string()],
        types: TYPES.map(str::to_owned).to_vec(),
    };
    let mut items = client.subscribe(filter).await?;
    let mut screen = Screen {
        context,
        task,
        live: String::new(),
    };
    // A task that had ended before has to be told to its end, and no further.
    let mut ended = found.task.state.is_ended().then_some(found);
    loop {
        let item = match &ended {
            None => tokio::select! {
                biased;
                item = items.next() => item,
                said = words.recv() => match said {
                    Ok(said) => {
                        screen.said(&said)?;
                        continue;
                    }
                    Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => None,
                },
            },
            Some(found) => {
                let head = client.welcomed().head;
                match items.next_upto(head).await {
                    Some(item) => Some(item),
                    None => return screen.end(found),
                }
            }
        };
        let Some(item) = item else {
            return Err(Failure::here(
                "the connection ended before the task did",
                format!("watch it again: mesh task follow {}", short(task)),
            )
            .so(Effect::TaskGoesOn));
        };
        let Some(Facts::Task(facts)) = item.event() else {
            continue;
        };
        if facts.task() != task {
            continue;
        }
        screen.item(&item, &facts)?;
        if ended.is_none() && may_end(&facts) {
            let found = client.call::<TaskGet>(TaskRefInput { task }).await?;
            if found.task.state.is_ended() {
                return screen.end(&found);
            }
            ended = None;
        }
    }
}

fn may_end(facts: &TaskFacts) -> bool {
    matches!(
        facts,
        TaskFacts::Finished(_)
            | TaskFacts::Decided(_)
            | TaskFacts::AttemptFailed(_)
            | TaskFacts::Cancelled(_)
            | TaskFacts::Skipped(_)
            | TaskFacts::Resolved(_)
    )
}

/// Words to show, in their envelope if they stand in one.
fn words(said: ReceivedContent<String>) -> String {
    match said {
        ReceivedContent::Plain(text) | ReceivedContent::Enveloped(text) => text,
        ReceivedContent::Nothing | ReceivedContent::Erased => String::new(),
    }
}

struct Screen<'a> {
    context: &'a Context,
    task: TaskId,
    /// Words shown since the last stored piece: the next piece holds them again.
    live: String,
}

impl Screen<'_> {
    fn said(&mut self, said: &Ephemeral) -> Outcome<()> {
        let Ephemeral::Output {
            task, fence, text, ..
        } = said
        else {
            return Ok(());
        };
        if *task != self.task {
            return Ok(());
        }
        if !printed_json(
            self.context,
            &json!({"output": {"task": task, "fence": fence, "text": text}}),
        )? {
            print(&clean(text));
            self.live.push_str(text);
        }
        Ok(())
    }

    fn item(&mut self, item: &StreamItem, facts: &TaskFacts) -> Outcome<()> {
        if printed_json(self.context, item)? {
            return Ok(());
        }
        if let TaskFacts::Progressed(piece) = facts {
            self.piece(&words(item.said(piece).map(|output| output.text)));
            return Ok(());
        }
        self.break_line();
        let who = item
            .from
            .as_ref()
            .map_or("the node".to_owned(), |from| format!("@{}", from.handle));
        let at = item.at.to_string();
        let clock = at.get(11..19).unwrap_or(&at);
        let words = match facts {
            TaskFacts::Created(_) => format!("created by {who}"),
            TaskFacts::Queued(_) => "queued".to_owned(),
            TaskFacts::Taken(taken) => {
                let begins = if taken.started { ", who begins" } else { "" };
                format!("taken by {who}{begins}, attempt {}", item.seq)
            }
            TaskFacts::Started(_) => format!("{who} begins"),
            TaskFacts::HandedOff(_) => format!("{who} hands it on"),
            TaskFacts::AttemptFailed(failed) => {
                let reason = words(item.said(failed).map(|words| words.reason));
                format!("the attempt failed: {}", clean(&reason).replace('\n', " "))
            }
            TaskFacts::Finished(_) => format!("{who} hands in a result"),
            TaskFacts::Decided(_) => "decided by the results of others".to_owned(),
            other => {
                let verb = other.kind().trim_start_matches("task.").replace('_', " ");
                format!("{verb} by {who}")
            }
        };
        line(&paint(Colour::Quiet, &format!("{clock}  {words}")));
        Ok(())
    }

    /// A stored piece, of which some words were shown as they came.
    fn piece(&mut self, text: &str) {
        let rest = text.strip_prefix(self.live.as_str()).unwrap_or(text);
        print(&clean(rest));
        if !text.ends_with('\n') {
            line("");
        }
        self.live.clear();
    }

    /// Ends the line that live words may have left open.
    fn break_line(&mut self) {
        if !self.live.is_empty() && !self.live.ends_with('\n') {
            line("");
        }
        self.live.clear();
    }

    /// Says how it ended.
    fn end(&mut self, found: &TaskDetail) -> Outcome<ExitCode> {
        let state = found.task.state;
        if !printed_json(self.context, &json!({ "task": found }))? {
            self.break_line();
            line(&format!(
                "{}  {}",
                paint(show::colour(state), state.name()),
                show::title(found.task.title.as_deref())
            ));
            let output = found
                .task
                .result
                .as_ref()
                .and_then(|result| result.output.as_ref());
            if let Some(output) = output {
                line(clean(&output.text).trim_end());
            }
        }
        Ok(match state {
            mesh_model::events::TaskState::Done => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}
