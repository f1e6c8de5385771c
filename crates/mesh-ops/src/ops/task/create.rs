//! `task.create`: a graph of tasks, all or none

use crate::door::short::task_place;
use crate::evidence;
use crate::evidence::{Spoken, payload};
use crate::ops::{report, template};
use crate::prelude::*;

use std::collections::HashMap;

use mesh_model::command::{Gate, LinkCommand, NewTask, TaskCommand};
use mesh_model::events::{Condition, Relayed, TaskFacts, TaskPlan};
use mesh_model::limits::{LABEL_CHARS_MAX, MESSAGE_BYTES_MAX, TASKS_CREATED_MAX};
use mesh_model::{ApprovalId, TaskId};

impl Run for TaskCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: TaskCreateInput,
    ) -> Result<TasksCreated, Refusal> {
        note_keys(call, &input.tasks);
        create(door, call, &input.room, input.tasks).await
    }

    fn told(call: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TasksCreated> {
        told_created(call, outcome, facts)
    }
}

/// Remembers what the request calls its tasks: the log does not know it.
pub(crate) fn note_keys(call: &Call, specs: &[TaskSpec]) {
    call.notes().keys = specs.iter().map(|spec| spec.key.clone()).collect();
}

/// Creates what the request asks for. The ids are drawn so that their order is that of the request.
pub(crate) async fn create(
    door: &Door,
    call: &Call,
    room: &str,
    specs: Vec<TaskSpec>,
) -> Result<TasksCreated, Refusal> {
    let room = call.room(room)?;
    if room.kind == RoomKind::Direct {
        return Err(refuse::invalid(
            "nobody executes in a direct conversation, so nobody would ever take the task",
            "create it in a room that both of you are in",
        )
        .so(Effect::NothingCreated));
    }
    if specs.len() > TASKS_CREATED_MAX {
        return Err(refuse::invalid(
            format!(
                "the request holds {} tasks, the limit is {TASKS_CREATED_MAX}",
                specs.len()
            ),
            "send them in several requests",
        )
        .so(Effect::NothingCreated));
    }
    let mut ids: Vec<TaskId> = specs.iter().map(|_| TaskId(Uuid::now_v7())).collect();
    ids.sort_unstable();
    create_as(door, call, room.id, specs, ids).await
}

/// The same under ids that are chosen: in the order of the request.
pub(crate) async fn create_as(
    door: &Door,
    call: &Call,
    room: RoomId,
    specs: Vec<TaskSpec>,
    ids: Vec<TaskId>,
) -> Result<TasksCreated, Refusal> {
    let mut names = Names::of(&specs, &ids)?;
    names.add_short(door, call, &specs).await?;
    let mut tasks = Vec::with_capacity(specs.len());
    let mut spoken = Vec::with_capacity(specs.len());
    for (id, spec) in ids.into_iter().zip(specs) {
        let place = names.place(&spec, tasks.len());
        let (task, said) = new_task(door, call, &names, room, id, spec)
            .await
            .map_err(|refusal| at(refusal, &place))?;
        tasks.push(task);
        spoken.push(said);
    }
    let outcome = submit(door, call, room, tasks, &spoken, Command::Task).await?;
    let facts = door.facts(&outcome).await?;
    told_created(call, &outcome, facts)
        .ok_or_else(|| refuse::internal("the command's own events cannot be read"))
}

/// Creates a task that a peer would have done here.
pub(crate) async fn brought(
    door: &Door,
    call: &Call,
    room: RoomId,
    spec: TaskSpec,
    relayed: Relayed,
) -> Result<(), Refusal> {
    let names = Names::of(&[], &[])?;
    let id = TaskId(Uuid::now_v7());
    let (task, said) = new_task(door, call, &names, room, id, spec).await?;
    let wrapped = |change| {
        Command::Link(LinkCommand::Work {
            relayed: relayed.clone(),
            change: Box::new(change),
        })
    };
    submit(door, call, room, vec![task], &[said], wrapped)
        .await
        .map(drop)
}

/// What the events say, with the names that the request has for the tasks.
pub(crate) fn told_created(
    call: &Call,
    outcome: &Outcome,
    facts: Vec<Facts>,
) -> Option<TasksCreated> {
    let created = facts.into_iter().filter_map(|facts| match facts {
        Facts::Task(TaskFacts::Created(created)) => Some(created.task),
        _ => None,
    });
    let mut ids: Vec<TaskId> = created.collect();
    ids.sort_unstable();
    let keys = call.notes().keys.clone();
    let mut keys = keys.into_iter();
    let tasks: Vec<CreatedTask> = ids
        .into_iter()
        .map(|id| CreatedTask {
            key: keys.next().flatten(),
            id,
        })
        .collect();
    (!tasks.is_empty()).then(|| TasksCreated {
        tasks,
        seq: outcome.last(),
    })
}

/// Submits with the evidence that the room asks for; if its rules moved meanwhile, once more.
async fn submit(
    door: &Door,
    call: &Call,
    room: RoomId,
    tasks: Vec<NewTask>,
    spoken: &[Spoken],
    wrapped: impl Fn(TaskCommand) -> Command + Send + Sync,
) -> Result<Outcome, Refusal> {
    let command = |tasks| wrapped(TaskCommand::Create { room, tasks });
    let first = judged(door, call, &call.access, room, tasks, spoken).await?;
    let refusal = match call.submit(door, command(first.clone())).await {
        Err(refusal) if refusal.code == ErrorCode::Conflict => refusal,
        answer => return answer,
    };
    let access = door.node().access();
    let second = judged(door, call, &access, room, first.clone(), spoken).await?;
    let same = first
        .iter()
        .zip(&second)
        .all(|(a, b)| a.evidence == b.evidence);
    if same {
        Err(refusal)
    } else {
        call.submit(door, command(second)).await
    }
}

async fn judged(
    door: &Door,
    call: &Call,
    access: &Access,
    room: RoomId,
    mut tasks: Vec<NewTask>,
    spoken: &[Spoken],
) -> Result<Vec<NewTask>, Refusal> {
    for (task, said) in tasks.iter_mut().zip(spoken) {
        task.evidence = said.evidence(door, call, access, room).await?;
    }
    Ok(tasks)
}

/// What the tasks of a request call one another.
struct Names {
    ids: HashMap<String, TaskId>,
    many: bool,
}

impl Names {
    fn of(specs: &[TaskSpec], ids: &[TaskId]) -> Result<Names, Refusal> {
        let mut names = HashMap::new();
        for (spec, id) in specs.iter().zip(ids) {
            let Some(key) = &spec.key else { continue };
            check::label("key", key)?;
            if names.insert(key.clone(), *id).is_some() {
                return Err(refuse::invalid(
                    format!("two tasks have the key '{key}'"),
                    "give each its own key",
                )
                .so(Effect::NothingCreated));
            }
        }
        Ok(Names {
            ids: names,
            many: specs.len() > 1,
        })
    }

    /// Adds the tasks that are there already and are called by their short names.
    async fn add_short(
        &mut self,
        door: &Door,
        call: &Call,
        specs: &[TaskSpec],
    ) -> Result<(), Refusal> {
        let when = |spec: &TaskSpec| match &spec.when {
            Some(WhenSpec::Unsure { task, .. } | WhenSpec::Verdict { task, .. }) => {
                Some(task.clone())
            }
            None => None,
        };
        for spec in specs {
            let named = spec.needs.iter().chain(&spec.apart).chain(&spec.same);
            for name in named.cloned().chain(when(spec)) {
                if let Some(place) = task_place(&name).filter(|_| !self.ids.contains_key(&name)) {
                    self.ids.insert(name, door.task_at(call, place).await?);
                }
            }
        }
        Ok(())
    }

    /// What a refusal calls a task, if there are several.
    fn place(&self, spec: &TaskSpec, number: usize) -> Option<String> {
        let name = match &spec.key {
            Some(key) => format!("task '{key}'"),
            None => format!("task {}", number + 1),
        };
        self.many.then_some(name)
    }

    fn id(&self, name: &str) -> Result<TaskId, Refusal> {
        if let Some(id) = self.ids.get(name) {
            return Ok(*id);
        }
        name.parse().map_err(|_| {
            refuse::invalid(
                format!("no task of the request has the key '{name}', and it is no task's id"),
                "name a task by the 'key' it has in this request, or by the id of one that is there already",
            ).so(Effect::NothingCreated)
        })
    }

    fn all(&self, names: &[String]) -> Result<Vec<TaskId>, Refusal> {
        names.iter().map(|name| self.id(name)).collect()
    }
}

/// Says which of several tasks is meant.
fn at(refusal: Refusal, place: &Option<String>) -> Refusal {
    match place {
        Some(place) => refusal.within(place),
        None => refusal,
    }
}

async fn new_task(
    door: &Door,
    call: &Call,
    names: &Names,
    room: RoomId,
    id: TaskId,
    mut spec: TaskSpec,
) -> Result<(NewTask, Spoken), Refusal> {
    let template = match spec.template.take() {
        Some(wanted) => {
            let filled = template::fill(door, call, &wanted, &spec).await?;
            (spec.title, spec.prompt) = (filled.title, filled.prompt);
            if let Some(days) = filled.report {
                report::goes_along(door, call, room, days, &mut spec).await?;
            }
            Some((filled.template, filled.given))
        }
        None => None,
    };
    let plan = plan(call, names, &spec)?;
    let gate = match &spec.gate {
        Some(gate) => Some(Gate {
            approval: ApprovalId(Uuid::now_v7()),
            to: match &gate.to {
                Some(to) => Some(call.participant(to)?.id),
                None => None,
            },
            ttl_ms: gate.seconds.map(|seconds| u64::from(seconds) * 1000),
        }),
        None => None,
    };
    let quotes = evidence::quoted(door, call, &spec.quotes).await?;
    let body = words(spec, template.is_some())?;
    if let Some(schema) = body.check.clone() {
        door.blocking(move || payload::compile(&schema).map(drop))
            .await?
            .map_err(|refusal| Refusal {
                at: Some("the field 'check'".into()),
                ..refusal
            })?;
    }
    let said = if body.title.is_empty() {
        body.prompt.clone()
    } else {
        format!("{}\n{}", body.title, body.prompt)
    };
    let spoken = Spoken::new(said, body.input.clone(), false);
    let task = NewTask {
        task: id,
        plan,
        template,
        quotes,
        gate,
        evidence: Default::default(),
        body: content(&body)?,
    };
    Ok((task, spoken))
}

fn plan(call: &Call, names: &Names, spec: &TaskSpec) -> Result<TaskPlan, Refusal> {
    let unless_named = TaskPlan::default();
    Ok(TaskPlan {
        priority: spec.priority.unwrap_or(unless_named.priority),
        capability: spec.capability.clone(),
        assigned: match &spec.assigned {
            Some(to) => Some(call.participant(to)?.id),
            None => None,
        },
        deadline: spec.deadline,
        attempts: spec.attempts.unwrap_or(unless_named.attempts),
        backoff_ms: spec.backoff_ms.unwrap_or(unless_named.backoff_ms),
        escalate: spec.escalate.unwrap_or(unless_named.escalate),
        needs: names.all(&spec.needs)?,
        apart: names.all(&spec.apart)?,
        same: match &spec.same {
            Some(same) => Some(names.id(same)?),
            None => None,
        },
        when: match &spec.when {
            Some(WhenSpec::Unsure { task, below }) => Some(Condition::Unsure {
                task: names.id(task)?,
                below: *below,
            }),
            Some(WhenSpec::Verdict { task, was }) => Some(Condition::Verdict {
                task: names.id(task)?,
                was: *was,
            }),
            None => None,
        },
        join: spec.join,
        about: None,
        verify_below: spec.verify_below.unwrap_or(unless_named.verify_below),
        checked: spec.check.is_some(),
        reserve: spec.reserve,
    })
}

/// The words of a task, held to their limits. A task without a title is called by the beginning of its prompt.
fn words(spec: TaskSpec, filled: bool) -> Result<TaskBody, Refusal> {
    let mut body = TaskBody {
        title: spec.title,
        prompt: spec.prompt,
        model: spec.model,
        input: spec.input,
        check: spec.check,
    };
    if body.prompt.trim().is_empty() && spec.join.is_none() {
        return Err(
            refuse::invalid("the field 'prompt' is empty", "say what is to be done")
                .so(Effect::NothingCreated),
        );
    }
    if body.title.trim().is_empty() || filled {
        let source = if body.title.trim().is_empty() {
            &body.prompt
        } else {
            &body.title
        };
        body.title = short(source);
    }
    check::label("title", &body.title)?;
    if let Some(model) = &body.model {
        check::label("model", model)?;
    }
    let json = |value: &Option<serde_json::Map<String, serde_json::Value>>| {
        let text = value.as_ref().map(serde_json::to_string);
        text.and_then(Result::ok).map_or(0, |text| text.len())
    };
    let bytes = body.prompt.len() + json(&body.input) + json(&body.check);
    if bytes > MESSAGE_BYTES_MAX {
        return Err(Refusal::new(
            ErrorCode::TooLarge,
            format!(
                "the prompt has {bytes} bytes with its input and schema, the limit is {MESSAGE_BYTES_MAX}"
            ),
            Effect::NothingCreated,
            "put long material into messages or files and name them in the prompt",
        ));
    }
    if body.prompt.contains('\0') {
        return Err(
            refuse::invalid("the prompt holds a NUL character", "leave it out")
                .so(Effect::NothingCreated),
        );
    }
    Ok(body)
}

/// The first line, shortened to a label.
fn short(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let plain = line
        .chars()
        .map(|found| if found.is_control() { ' ' } else { found });
    if line.chars().count() <= LABEL_CHARS_MAX {
        return plain.collect();
    }
    plain.take(LABEL_CHARS_MAX - 1).chain(['…']).collect()
}
