//! `plan.ask`

use super::{does, plannable};
use crate::describe::schema::Schemas;
use crate::ops::chat::planner;
use crate::ops::task::create;
use crate::prelude::*;

use mesh_model::limits::PLAN_WISH_CHARS_MAX;
use mesh_model::ops::Declaration;
use serde_json::{Map, Value, json};

/// What is said to whoever plans.
const PROMPT: &str = "Somebody wishes something of this mesh in plain language. Say by which operations it would be done; do \
    nothing of it yourself.\n\nThe input holds their words under 'wish', the room in which they said them under 'room', and under \
    'operations' what may stand in a plan: what each does, and its fields, of which those with a '?' may be left out. If you can \
    look things up in the mesh, do so first, so that rooms, participants and tasks are named as they are called here: rooms by name, \
    participants by handle, tasks by id.\n\nAnswer with structured data: 'steps', a list in the order in which they are to be done, \
    at most 20, as few as do it, in which each has 'operation', its name, 'input', an object with its fields, and 'why', a sentence; and \
    'answer', a sentence or two for the person. If it is a question, answer it and give no steps. If it is not clear, or cannot be \
    done by these operations, say so in 'answer' and give no steps. The person reads each step before anything is done.";

impl Run for PlanAsk {
    async fn run(door: &Door, call: &Call, input: PlanAskInput) -> Result<TasksCreated, Refusal> {
        check(&input.wish)?;
        let room = call.room(&input.room)?;
        let (capability, assigned) = match input.assigned {
            Some(named) => (None, Some(named)),
            None => planner(door, call, room.id),
        };
        let operations: Map<String, Value> = plannable(call)
            .map(|it| (it.name.to_owned(), Value::String(line(it))))
            .collect();
        let along = json!({
            "wish": input.wish,
            "room": room.name.as_ref().map(ToString::to_string),
            "operations": operations,
        });
        let spec = TaskSpec {
            title: format!("Plan: {}", head(&input.wish)),
            prompt: PROMPT.to_owned(),
            input: along.as_object().cloned(),
            check: Some(schema()),
            capability,
            assigned,
            // A person reads it anyway.
            verify_below: Some(0),
            ..TaskSpec::default()
        };
        create::create(door, call, &input.room, vec![spec]).await
    }

    fn told(call: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TasksCreated> {
        create::told_created(call, outcome, facts)
    }
}

fn check(wish: &str) -> Result<(), Refusal> {
    let count = wish.chars().count();
    if wish.trim().is_empty() || count > PLAN_WISH_CHARS_MAX {
        return Err(refuse::invalid(
            format!("the field 'wish' has {count} characters; it has 1 to {PLAN_WISH_CHARS_MAX}"),
            "say in a few sentences what you wish",
        )
        .so(Effect::NothingCreated));
    }
    Ok(())
}

/// Characters of a wish in a title.
const TITLE_CHARS_MAX: usize = 70;

fn head(wish: &str) -> String {
    let line = wish.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_default().trim();
    match line.char_indices().nth(TITLE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// What an operation does and takes, in a line.
fn line(declaration: &Declaration) -> String {
    let schemas = Schemas::all();
    let needed: Vec<&str> = schemas.required(declaration).collect();
    let fields = schemas.fields(declaration).keys();
    let fields: Vec<String> = fields
        .map(|name| {
            let mark = if needed.contains(&name.as_str()) {
                ""
            } else {
                "?"
            };
            format!("{name}{mark}")
        })
        .collect();
    format!("{} Fields: {}.", does(declaration), fields.join(", "))
}

/// The JSON Schema of [`PlanMade`].
fn schema() -> Map<String, Value> {
    match schemars::schema_for!(PlanMade).to_value() {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}
