//! `mesh entity extract`: a task like any other, whose result is noted by a second command

use clap::Args;
use mesh_model::api::{MessageListInput, TaskCreateInput, TaskRefInput, TaskSpec};
use mesh_model::limits::QUOTES_MAX;
use mesh_model::ops::{MessageList, TaskCreate, TaskGet};
use serde_json::{Map, Value};

use crate::commands::task::{TaskRef, find, short};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint, printed_json};

const TEMPLATE: &str = include_str!("../../../../../docs/templates/extract.json");
const SCHEMA: &str = include_str!("../../../../../docs/templates/extract.schema.json");

/// Let an agent turn a task's output, or what was said last in a room, into claims
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh entity extract --task last --can extract   (then: mesh entity note --from-task last)\n          mesh entity extract workshop --messages 5 --to rex"
)]
pub struct ExtractArgs {
    /// The room whose newest messages are read
    #[arg(required_unless_present = "task", conflicts_with = "task")]
    room: Option<String>,
    /// How many of them, at most 8
    #[arg(long, default_value_t = 8, value_name = "N")]
    messages: u32,
    /// The task whose result is read: the id, the end of it, or 'last'
    #[arg(long)]
    task: Option<String>,
    /// What a worker must be able to do
    #[arg(long, value_name = "SKILL")]
    can: Option<String>,
    /// Who is to do it
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
}

pub fn extract(context: &Context, args: ExtractArgs) -> Outcome<()> {
    let http = context.http()?;
    let mut spec = TaskSpec {
        capability: args.can,
        assigned: args.to,
        check: Some(object(SCHEMA)?),
        ..TaskSpec::default()
    };
    let (room, subject) = match (args.task, args.room) {
        (Some(task), _) => {
            let task = find(&http, &TaskRef { task })?;
            let found = http.call::<TaskGet>(TaskRefInput { task })?;
            spec.needs = vec![task.to_string()];
            (found.task.room.to_string(), format!("task {}", short(task)))
        }
        (None, room) => {
            let room = room.unwrap_or_default();
            let most = u32::try_from(QUOTES_MAX).unwrap_or(u32::MAX);
            let input = MessageListInput {
                room: room.clone(),
                after: None,
                before: None,
                limit: Some(args.messages.clamp(1, most)),
                min_seq: None,
            };
            let page = http.call::<MessageList>(input)?;
            spec.quotes = page.items.iter().map(|message| message.id).collect();
            if spec.quotes.is_empty() {
                return Err(Failure::here(
                    "the room has no messages that you can read",
                    "name a task instead: --task",
                )
                .so(Effect::NothingCreated));
            }
            (room, "what was said".to_owned())
        }
    };
    let template = object(TEMPLATE)?;
    let text = |name: &str| {
        let text = template.get(name).and_then(Value::as_str);
        text.unwrap_or_default().replace("{subject}", &subject)
    };
    (spec.title, spec.prompt) = (text("title"), text("prompt"));
    let made = http.call::<TaskCreate>(TaskCreateInput {
        room,
        tasks: vec![spec],
    })?;
    if printed_json(context, &made)? {
        return Ok(());
    }
    let task = made.tasks.first().map(|task| short(task.id));
    let task = task.unwrap_or_default();
    line(&format!(
        "task {task} extracts; nothing is noted before you say so"
    ));
    line(&paint(
        Colour::Quiet,
        &format!("mesh task follow {task} && mesh entity note --from-task {task}"),
    ));
    Ok(())
}

fn object(json: &str) -> Outcome<Map<String, Value>> {
    serde_json::from_str(json).map_err(|why| Failure::here(why.to_string(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_and_schema_are_objects() {
        let template = object(TEMPLATE).unwrap();
        assert!(template["title"].as_str().unwrap().contains("{subject}"));
        assert_eq!(object(SCHEMA).unwrap()["type"], "object");
    }
}
