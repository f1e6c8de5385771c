//! Carries a line out as the one who said it, through the operations that everybody has: what they may not do there
//! they may not do here.

use crate::door::Caller;
use crate::ops::present;
use crate::prelude::*;

use mesh_model::TaskId;
use mesh_model::events::{TaskState, WorkerMode};
use serde_json::{Map, Value, json};

use super::parse::{Line, Mode, parse};
use super::planner;
use super::words::{self, plain, title};

/// Tasks that `tasks` shows.
const TASKS_SHOWN: u32 = 10;
/// Results that `summary` shows.
const RESULTS_SHOWN: usize = 5;
/// Characters of a result that `summary` shows.
const RESULT_CHARS_MAX: usize = 400;
/// Characters of a title made from the beginning of a text.
const TITLE_CHARS_MAX: usize = 80;

/// A line on its way: where it was said and what came of it so far.
pub(crate) struct ChatLine<'a> {
    door: &'a Door,
    call: &'a Call,
    room: String,
    answer: ChatAnswer,
}

/// Reads and carries out.
pub(crate) async fn carry_out(
    door: &Door,
    call: &Call,
    room: RoomId,
    text: &str,
) -> Result<ChatAnswer, Refusal> {
    let known = |handle: &str| call.participant(handle).is_ok();
    carry(door, call, room, parse(text, known), text).await
}

/// Carries out what was read from a text.
pub(crate) async fn carry(
    door: &Door,
    call: &Call,
    room: RoomId,
    line: Line,
    text: &str,
) -> Result<ChatAnswer, Refusal> {
    let mut said = ChatLine {
        door,
        call,
        room: room.to_string(),
        answer: ChatAnswer {
            command: line.name().to_owned(),
            text: String::new(),
            tasks: Vec::new(),
            message: None,
            to: None,
            seq: call.head,
        },
    };
    let words = said.act(room, line, text).await?;
    said.answer.text = words;
    Ok(said.answer)
}

/// Another operation as the same caller, with all that it needs checked. A line leads to one command at most, which has
/// the line's key.
pub(crate) async fn perform<O: Run>(
    door: &Door,
    call: &Call,
    input: O::Input,
) -> Result<O::Output, Refusal> {
    let declaration = mesh_model::ops::named(O::DECLARATION.name)
        .ok_or_else(|| refuse::internal("an operation is not declared"))?;
    if let Needs::Permission(permission) = declaration.needs {
        call.access
            .check_permission(&call.actor, permission, call.now)?;
    }
    let caller = Caller::known(call.actor);
    let head = door.node().head();
    let inner = door.begin(&caller, declaration, call.options.clone(), call.key, head);
    let output = O::run(door, &inner, input).await;
    // What a program is told by a line it has read, as if it had asked itself.
    call.seen.take_in(inner.seen.noted());
    let (seq, replayed) = {
        let notes = inner.notes();
        (notes.seq, notes.replayed)
    };
    let mut notes = call.notes();
    notes.seq = notes.seq.max(seq);
    notes.replayed |= replayed;
    output
}

impl ChatLine<'_> {
    async fn ask<O: Run>(&self, input: O::Input) -> Result<O::Output, Refusal> {
        perform::<O>(self.door, self.call, input).await
    }

    fn done(&mut self, done: &Done) {
        self.answer.seq = done.seq;
    }

    async fn act(&mut self, room: RoomId, line: Line, text: &str) -> Result<String, Refusal> {
        match line {
            Line::Status => self.status().await,
            Line::Tasks => self.tasks(Vec::new(), "There are no tasks here yet.").await,
            Line::Escalations => {
                let states = vec![TaskState::Blocked];
                self.tasks(states, "Nothing waits for a person.").await
            }
            Line::Pending => self.pending().await,
            Line::Costs => self.costs().await,
            Line::Summary => self.summary().await,
            Line::Context => self.context().await,
            Line::SetContext { key, value } => self.set_context(key, &value).await,
            Line::Ask { who, text } => {
                let to = self.call.participant(&who)?;
                self.answer.to = Some(present::participant(&self.call.access, to.id));
                let task = TaskSpec {
                    assigned: Some(to.id.to_string()),
                    ..task(&text)
                };
                self.create(task, &format!("@{} gets it", to.handle)).await
            }
            Line::Do { text } => self.create(task(&text), "Whoever fits best gets it").await,
            Line::Auto { goal } => self.auto(room, goal).await,
            Line::Decide { approve, reason } => self.decide(approve, reason).await,
            Line::Mode { who, mode } => self.mode(who, mode).await,
            Line::Slots { who, slots } => {
                self.limit(&who, Some(slots), None).await?;
                Ok(format!(
                    "@{who} gets at most {slots} tasks at the same time."
                ))
            }
            Line::Only { who, capabilities } => {
                let said = plain(&capabilities.join(", "), 200);
                self.limit(&who, None, Some(capabilities)).await?;
                Ok(format!("@{who} gets only {said} from here on."))
            }
            Line::Stop => {
                let done = self.ask::<DispatchStop>(NoInput {}).await?;
                self.done(&done);
                Ok("No work is given out until you say `resume dispatch`. What is under way goes on.".to_owned())
            }
            Line::Resume => {
                let done = self.ask::<DispatchResume>(NoInput {}).await?;
                self.done(&done);
                Ok("Work is given out again.".to_owned())
            }
            Line::MostFailing => self.most_failing().await,
            Line::DoneBy { who, days } => self.done_by(&who, days).await,
            Line::Incomplete { form, .. } => {
                Ok(format!("Something is missing: `{form}`. Nothing was done."))
            }
            Line::Unknown { word } => Ok(words::unknown(&word)),
            Line::Say => self.say(room, text).await,
        }
    }

    async fn status(&self) -> Result<String, Refusal> {
        let workers = self.ask::<WorkerList>(NoInput {}).await?;
        let stats = TaskStatsInput {
            room: Some(self.room.clone()),
            days: Some(1),
        };
        let stats = self.ask::<TaskStatistics>(stats).await?;
        let counts: Vec<String> = stats
            .states
            .iter()
            .filter(|count| count.count > 0)
            .map(|count| format!("{} {}", count.count, count.state.name()))
            .collect();
        let mut text = if workers.items.is_empty() {
            "No agent takes work here yet.".to_owned()
        } else {
            words::workers(&workers.items)
        };
        text.push_str("\n\n");
        text.push_str(&if counts.is_empty() {
            "There are no tasks in this room yet.".to_owned()
        } else {
            format!("Tasks in this room: {}.", counts.join(", "))
        });
        if workers.stopped {
            text.push_str("\n\n**Dispatch is stopped**: nobody gets new work until you say `resume dispatch`.");
        }
        Ok(text)
    }

    async fn tasks(&self, states: Vec<TaskState>, none: &str) -> Result<String, Refusal> {
        let mut items = self.list(states, TASKS_SHOWN).await?;
        if items.is_empty() {
            return Ok(none.to_owned());
        }
        items.sort_by_key(|task| std::cmp::Reverse(task.seq));
        let handle = |id: ParticipantId| {
            let found = self.call.access.participant(id);
            found.map(|found| found.handle.clone())
        };
        Ok(words::tasks(&items, |task| {
            match (&task.result, &task.attempt) {
                (Some(result), _) => Some(result.worker.handle.clone()),
                (None, Some(attempt)) => handle(attempt.worker),
                (None, None) => task.assigned.as_ref().map(|who| who.handle.clone()),
            }
        }))
    }

    async fn list(&self, states: Vec<TaskState>, limit: u32) -> Result<Vec<TaskView>, Refusal> {
        let input = TaskListInput {
            room: Some(self.room.clone()),
            states,
            limit: Some(limit),
            ..TaskListInput::default()
        };
        Ok(self.ask::<TaskList>(input).await?.items)
    }

    async fn approvals(&self, mine: bool) -> Result<Vec<ApprovalView>, Refusal> {
        let input = ApprovalListInput {
            room: Some(self.room.clone()),
            mine,
        };
        let mut items = self.ask::<ApprovalList>(input).await?.items;
        // Ids grow with time: the latest question comes first.
        items.sort_by_key(|approval| std::cmp::Reverse(approval.id));
        Ok(items)
    }

    async fn pending(&self) -> Result<String, Refusal> {
        let items = self.approvals(false).await?;
        if items.is_empty() {
            return Ok("Nothing waits for approval here.".to_owned());
        }
        let mut asked = Vec::new();
        for approval in &items {
            asked.push(self.question(approval).await);
        }
        let rows: Vec<Vec<String>> = items
            .iter()
            .zip(asked)
            .map(|(approval, question)| {
                vec![
                    format!("@{}", approval.from.handle),
                    question,
                    approval.to.as_ref().map_or_else(
                        || "whoever moderates".to_owned(),
                        |to| format!("@{}", to.handle),
                    ),
                ]
            })
            .collect();
        let table = words::table(&["from", "question", "for"], &rows);
        Ok(format!(
            "{table}\n\n`approve` or `reject` answers the first of these that is yours."
        ))
    }

    /// What is asked. A task that nobody may begin before the answer asks without words of its own.
    async fn question(&self, approval: &ApprovalView) -> String {
        if approval.question.is_none()
            && let Some(task) = approval.task
            && let Ok(found) = self.ask::<TaskGet>(TaskRefInput { task }).await
        {
            return format!("May this begin: {}", title(found.task.title.as_ref()));
        }
        if approval.enveloped {
            return "(in approval.list, as data)".to_owned();
        }
        title(approval.question.as_ref())
    }

    async fn decide(&mut self, approve: bool, reason: String) -> Result<String, Refusal> {
        let items = self.approvals(true).await?;
        let Some(latest) = items.into_iter().next() else {
            return Ok("Nothing waits here for your approval. Nothing was done.".to_owned());
        };
        let question = self.question(&latest).await;
        let input = ApprovalDecideInput {
            approval: latest.id,
            approve,
            reason,
        };
        let done = self.ask::<ApprovalDecide>(input).await?;
        self.done(&done);
        self.answer.to = Some(latest.from);
        Ok(if approve {
            format!("Approved: {question}")
        } else {
            format!("Rejected: {question}")
        })
    }

    async fn costs(&self) -> Result<String, Refusal> {
        let input = CostListInput {
            by: CostBy::Agent,
            days: Some(1),
        };
        let costs = self.ask::<CostList>(input).await?.items;
        Ok(if costs.is_empty() {
            "Nothing was spent today.".to_owned()
        } else {
            format!("Today:\n\n{}", words::costs(&costs))
        })
    }

    /// What came of the latest tasks, as far as there is something to read.
    async fn summary(&self) -> Result<String, Refusal> {
        let mut done = self.list(vec![TaskState::Done], TASKS_SHOWN).await?;
        done.sort_by_key(|task| std::cmp::Reverse(task.ended_at));
        let mut parts = Vec::new();
        for view in done
            .into_iter()
            .filter(|task| task.result.is_some())
            .take(RESULTS_SHOWN)
        {
            let found = self.ask::<TaskGet>(TaskRefInput { task: view.id }).await?;
            let Some(result) = found.task.result else {
                continue;
            };
            let words = match result.output {
                None => "(erased)".to_owned(),
                // An envelope is whole or it is none.
                Some(output) if found.enveloped => output.text.into_inner(),
                Some(output) => plain(&output.text, RESULT_CHARS_MAX),
            };
            parts.push(format!(
                "**{}** (@{})\n\n{words}",
                title(found.task.title.as_ref()),
                result.worker.handle
            ));
        }
        Ok(if parts.is_empty() {
            "Nothing is done here yet.".to_owned()
        } else {
            parts.join("\n\n")
        })
    }

    async fn context(&self) -> Result<String, Refusal> {
        let room = RoomRefInput {
            room: self.room.clone(),
        };
        let items = self.ask::<ContextList>(room).await?.items;
        if items.is_empty() {
            return Ok(
                "Nothing is shared here yet. Set something: `@context name=value`".to_owned(),
            );
        }
        let rows: Vec<Vec<String>> = items
            .iter()
            .map(|item| {
                let by = format!("@{}", item.by.handle);
                if item.enveloped {
                    return vec![String::new(), "(in context.list, as data)".to_owned(), by];
                }
                let value = item
                    .value
                    .as_str()
                    .map_or_else(|| item.value.to_string(), str::to_owned);
                vec![plain(&item.key, 80), plain(&value, 200), by]
            })
            .collect();
        Ok(words::table(&["name", "value", "by"], &rows))
    }

    async fn set_context(&mut self, key: String, value: &str) -> Result<String, Refusal> {
        // Numbers, lists and the like are meant as such; whatever is no JSON is a text.
        let parsed = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        let said = format!("{} is {} from here on.", plain(&key, 80), plain(value, 200));
        let input = ContextSetInput {
            room: self.room.clone(),
            key,
            value: parsed,
            expected: None,
        };
        let done = self.ask::<ContextSet>(input).await?;
        self.done(&done);
        Ok(said)
    }

    async fn create(&mut self, task: TaskSpec, said: &str) -> Result<String, Refusal> {
        let title = plain(&task.title, TITLE_CHARS_MAX);
        let input = TaskCreateInput {
            room: self.room.clone(),
            tasks: vec![task],
        };
        let created = self.ask::<TaskCreate>(input).await?;
        self.answer.seq = created.seq;
        self.answer.tasks = created
            .tasks
            .into_iter()
            .map(|task| task.id)
            .collect::<Vec<TaskId>>();
        Ok(format!("{said}: {title}"))
    }

    /// A task that takes the goal apart; whoever runs it creates what it names and a summary of that.
    async fn auto(&mut self, room: RoomId, goal: String) -> Result<String, Refusal> {
        let (capability, assigned) = planner::planner(self.door, self.call, room);
        let prompt = format!(
            "Take this goal apart into 2 to 5 tasks that different agents can do side by side. Answer with the list \
             alone: of each task a title, a prompt that says all that is needed to do it, and, if it needs a certain \
             skill, its capability. Do not do the tasks.\n\nThe goal: {goal}"
        );
        let input = json!({"follow": "subtasks", "goal": goal});
        let task = TaskSpec {
            title: format!("Plan: {}", head(&goal)),
            prompt,
            input: input.as_object().cloned(),
            check: Some(plan_schema()),
            capability,
            assigned,
            ..TaskSpec::default()
        };
        self.create(task, "A plan is made first; its tasks and a summary follow")
            .await
    }

    async fn mode(&mut self, who: String, mode: Mode) -> Result<String, Refusal> {
        let (mode, said) = match mode {
            Mode::Open => (WorkerMode::Open, "takes work again"),
            Mode::Paused => (
                WorkerMode::Paused,
                "gets no more work; what it has it finishes",
            ),
            Mode::Draining => (
                WorkerMode::Draining,
                "hands on what it has and gets no more work",
            ),
        };
        let input = WorkerModeInput {
            worker: who.clone(),
            mode,
        };
        let done = self.ask::<mesh_model::ops::WorkerMode>(input).await?;
        self.done(&done);
        Ok(format!("@{who} {said}."))
    }

    /// Sets the one limit that a line names; the other stays as an operator set it before.
    async fn limit(
        &mut self,
        who: &str,
        slots: Option<u16>,
        capabilities: Option<Vec<String>>,
    ) -> Result<(), Refusal> {
        let id = self.call.participant(who)?.id;
        let work = self.door.node().work();
        let (set_slots, set_capabilities) = work
            .worker(id)
            .map_or((None, None), |worker| worker.limits());
        let set = || set_capabilities.map(|all| all.iter().map(|one| one.to_string()).collect());
        let input = WorkerSetInput {
            worker: id.to_string(),
            slots: slots.or(set_slots),
            capabilities: capabilities.or_else(set),
        };
        let done = self.ask::<WorkerSet>(input).await?;
        self.done(&done);
        Ok(())
    }

    async fn stats(&self, days: u32) -> Result<TaskStats, Refusal> {
        let input = TaskStatsInput {
            room: None,
            days: Some(days),
        };
        self.ask::<TaskStatistics>(input).await
    }

    async fn most_failing(&self) -> Result<String, Refusal> {
        let mut workers = self.stats(30).await?.workers;
        workers.retain(|worker| worker.finished + worker.failed > 0);
        let share = |worker: &WorkerCount| {
            u64::from(worker.failed) * 1_000_000 / u64::from(worker.finished + worker.failed).max(1)
        };
        workers.sort_by_key(|worker| std::cmp::Reverse(share(worker)));
        if workers.iter().all(|worker| worker.failed == 0) {
            return Ok("No attempt failed in the last 30 days.".to_owned());
        }
        let rows: Vec<Vec<String>> = workers
            .iter()
            .take(10)
            .map(|worker| {
                vec![
                    format!("@{}", worker.worker.handle),
                    format!("{} %", share(worker) / 10_000),
                    format!("{} of {}", worker.failed, worker.finished + worker.failed),
                ]
            })
            .collect();
        let table = words::table(&["agent", "failed", "attempts"], &rows);
        Ok(format!("In the last 30 days:\n\n{table}"))
    }

    async fn done_by(&self, who: &str, days: u32) -> Result<String, Refusal> {
        let who = self.call.participant(who)?;
        let stats = self.stats(days).await?;
        let found = stats
            .workers
            .iter()
            .find(|worker| worker.worker.id == who.id);
        let finished = found.map_or(0, |worker| worker.finished);
        let failed = found.map_or(0, |worker| worker.failed);
        let span = match days {
            1 => "today".to_owned(),
            days => format!("in the last {days} days"),
        };
        Ok(format!(
            "@{} finished {finished} {} {span}; {failed} failed.",
            who.handle,
            match finished {
                1 => "task",
                _ => "tasks",
            }
        ))
    }

    /// Says it in the room, to the room's primary agent if it has one.
    async fn say(&mut self, room: RoomId, text: &str) -> Result<String, Refusal> {
        let primary = planner::primary(self.door, self.call, room);
        let to = primary.filter(|id| Some(*id) != self.call.actor.participant());
        let to = to.map(|id| present::participant(&self.call.access, id));
        let text = match &to {
            Some(to) if !self.call.mentions(text).contains(&to.id) => {
                format!("@{} {text}", to.handle)
            }
            _ => text.to_owned(),
        };
        let input = json!({"room": self.room, "text": text});
        let input = serde_json::from_value(input)
            .map_err(|_| refuse::internal("the message could not be written as JSON"))?;
        let posted = self.ask::<MessagePost>(input).await?;
        self.answer.seq = posted.seq;
        self.answer.message = Some(posted.id);
        let said = match (&to, posted.quarantined) {
            (_, true) => "It waits for a moderator; nobody reads it yet.".to_owned(),
            (Some(to), false) => format!("Said to @{}.", to.handle),
            (None, false) => "Said in the room; no agent is named for it.".to_owned(),
        };
        self.answer.to = to;
        Ok(said)
    }
}

/// A task from a text: its beginning is the title.
pub(crate) fn task(text: &str) -> TaskSpec {
    TaskSpec {
        title: head(text),
        prompt: text.to_owned(),
        ..TaskSpec::default()
    }
}

/// The beginning of a text on one line.
fn head(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(TITLE_CHARS_MAX - 10) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// What a plan has to look like.
fn plan_schema() -> Map<String, Value> {
    let schema = json!({
        "type": "object",
        "required": ["subtasks"],
        "properties": {
            "subtasks": {
                "type": "array",
                "minItems": 2,
                "maxItems": 5,
                "items": {
                    "type": "object",
                    "required": ["title", "prompt"],
                    "properties": {
                        "title": {"type": "string", "minLength": 1, "maxLength": 200},
                        "prompt": {"type": "string", "minLength": 1},
                        "capability": {"type": "string"},
                    },
                },
            },
        },
    });
    schema.as_object().cloned().unwrap_or_default()
}
