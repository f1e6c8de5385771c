//! `tool.call`: checks who asks for what, uses the tool, records that it was used, and hands its answer on as data

use mesh_model::command::ToolCommand;
use std::time::{Duration, Instant};

use super::found::{self, Found, Offered};
use crate::evidence::{payload, scan};
use crate::ops::present;
use crate::ops::tool::{MEMORY_ENHANCE, NodeTool, Told};
use crate::prelude::*;

use mesh_model::events::ToolFacts;
use mesh_model::limits::{TOOL_ANSWER_BYTES_MAX, TOOL_MS_MAX};
use mesh_model::{TaskId, Told as Words};
use mesh_node::machine::Heard;
use serde_json::{Map, Value};

impl Run for ToolCall {
    async fn run(door: &Door, call: &Call, input: ToolCallInput) -> Result<ToolAnswer, Refusal> {
        Ok(use_tool(door, call, input).await?.answer)
    }

    /// What a tool said is not kept, so a repeated request learns only that it was carried out.
    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<ToolAnswer> {
        carried_out(outcome, facts)
    }
}

/// A tool that was used.
pub(crate) struct Used {
    /// What its reader gets.
    pub answer: ToolAnswer,
    /// What the tool said of itself in data, if it is told now and not of an earlier request.
    pub data: Option<Map<String, Value>>,
}

/// Uses a tool.
pub(crate) async fn use_tool(
    door: &Door,
    call: &Call,
    input: ToolCallInput,
) -> Result<Used, Refusal> {
    if let Some(task) = input.task {
        check_task(door, call, task)?;
    }
    let Found { tool, offered } = named(door, call, &input.tool).await?;
    if let Some(why) = &tool.off {
        return Err(off(&tool.name, why));
    }
    check_input(door, &tool, input.input.clone()).await?;
    if let Some(answer) = told_before(door, call).await? {
        return Ok(Used { answer, data: None });
    }
    if tool.name != MEMORY_ENHANCE {
        door.check_reach(call).await?;
    }
    call.pass_turn();
    let began = Instant::now();
    let answer = ask(door, call, &tool.name, offered.as_ref(), input.input).await?;
    let took = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    let ok = answer.is_ok();
    let told = bounded(answer.unwrap_or_else(Told::text));
    let command = Command::Tool(ToolCommand::Record {
        tool: tool.name.clone(),
        task: input.task,
        ok,
        took_ms: took,
        by: offered.as_ref().map(|offered| offered.record.by),
    });
    let outcome = call.submit(door, command).await?;
    if let Some(offered) = &offered {
        check_still(door, call, offered)?;
    }
    let data = told.data.clone();
    let answer = shown(door, call, &tool.name, told, ok, outcome.last()).await?;
    Ok(Used { answer, data })
}

/// The answer to a request that was carried out before.
pub(crate) fn carried_out(outcome: &Outcome, facts: Vec<Facts>) -> Option<ToolAnswer> {
    facts.into_iter().find_map(|facts| match facts {
        Facts::Tool(ToolFacts::Called(called)) => Some(ToolAnswer {
            ok: called.ok,
            text: Words::composed(
                "This request was carried out before. What the tool said then is not kept; ask again with another key."
                    .to_owned(),
            ),
            data: None,
            seq: outcome.last(),
        }),
        _ => None,
    })
}

/// A task that the caller may not know of cannot be named as what a tool was used for.
fn check_task(door: &Door, call: &Call, task: TaskId) -> Result<(), Refusal> {
    let room = door.node().work().task(task).map(|task| task.room);
    let room = room.ok_or_else(refuse::no_task)?;
    call.access
        .may(call.me()?, Action::Read, room)
        .map_err(|_| refuse::no_task())
}

/// The tool of that name, if the caller may use it. Of a participant's tool those hear nothing who may not.
async fn named(door: &Door, call: &Call, name: &str) -> Result<Found, Refusal> {
    let none = || refuse::not_found("tool", "list the tools with tool.list");
    let found = found::named(door, call, name).await?.ok_or_else(none)?;
    let open = found.is_open(call);
    if found.offered.is_some() && !open {
        return Err(none());
    }
    call.access
        .check_permission(&call.actor, found.tool.needs, call.now)?;
    if !open {
        return Err(Refusal::new(
            ErrorCode::PermissionDenied,
            format!(
                "the tool '{}' is for {}",
                found.tool.name,
                told_of(&found.audience(&call.access))
            ),
            Effect::NothingDone,
            "ask the owner of the mesh, who says for whom a tool is: tool.audience, or plugins.toml",
        ));
    }
    Ok(found)
}

/// A tool that cannot be used now.
pub(super) fn off(tool: &str, why: &str) -> Refusal {
    Refusal::new(
        ErrorCode::Conflict,
        format!("the tool '{tool}' cannot be used: {why}"),
        Effect::NothingDone,
        "tool.list says what can; whoever runs the node sets tools up in plugins.toml, others offer them with tool.offer",
    )
}

/// Who left the room meanwhile, or whose tool is offered there no more, is told nothing of what it answered.
fn check_still(door: &Door, call: &Call, offered: &Offered) -> Result<(), Refusal> {
    let (access, me) = (door.node().access(), call.me()?);
    let now = access.tool_server(&offered.server);
    let still = now.is_some_and(|now| {
        now.by == offered.record.by && access.is_offered_to(&offered.server, now, &offered.tool, me)
    });
    if still {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "the right to use the tool ended while the call was under way",
        Effect::told("the tool may have done what it was asked; its answer was not handed on"),
        "tool.list says what you may use now",
    ))
}

/// For whom a tool is, without saying who and where that is.
fn told_of(audience: &ToolAudience) -> String {
    let mut fields = Vec::new();
    if !audience.participants.is_empty() {
        fields.push("participants whom the owner named".to_owned());
    }
    if !audience.roles.is_empty() {
        fields.push(format!(
            "holders of the role {}",
            audience.roles.join(" or ")
        ));
    }
    if !audience.rooms.is_empty() {
        fields.push("members of rooms that the owner named".to_owned());
    }
    if !audience.trust.is_empty() {
        let names: Vec<_> = audience.trust.iter().map(|trust| trust.name()).collect();
        fields.push(format!("those trusted as {}", names.join(" or ")));
    } else if audience.participants.is_empty() {
        fields.push("those trusted as owner or local".to_owned());
    }
    format!("{}, and you are not one", fields.join(", who are also "))
}

async fn check_input(
    door: &Door,
    tool: &NodeTool,
    input: Map<String, Value>,
) -> Result<(), Refusal> {
    let schema = tool.input.clone();
    let checked = door.blocking(move || {
        payload::compile(&schema).map(|validator| payload::fault(&validator, "the input", &input))
    });
    match checked.await? {
        Ok(None) => Ok(()),
        Ok(Some(fault)) => Err(Refusal::new(
            ErrorCode::SchemaMismatch,
            format!(
                "{} does not fit the tool '{}': {}",
                fault.place, tool.name, fault.why
            ),
            Effect::told("the tool was not used"),
            "tool.list shows the schema of each tool's input",
        )),
        Err(_) => Err(Refusal::new(
            ErrorCode::Conflict,
            format!(
                "the tool '{}' says of its input what cannot be checked, so it cannot be used",
                tool.name
            ),
            Effect::NothingDone,
            "whoever runs it can look at the plugin or server: its input needs a JSON Schema of draft 2020-12",
        )),
    }
}

/// The answer, if the same request was carried out before: a notification must not go out twice.
async fn told_before(door: &Door, call: &Call) -> Result<Option<ToolAnswer>, Refusal> {
    if call.key.is_none() {
        return Ok(None);
    }
    match call.submit(door, Command::Recall).await {
        Ok(outcome) if outcome.replayed => Ok(Some(told::<ToolCall>(door, call, &outcome).await?)),
        Err(refusal) if refusal.code == ErrorCode::IdempotencyMismatch => Err(refusal),
        Ok(_) | Err(_) => Ok(None),
    }
}

async fn ask(
    door: &Door,
    call: &Call,
    tool: &str,
    offered: Option<&Offered>,
    input: Map<String, Value>,
) -> Result<Result<Told, String>, Refusal> {
    if tool == MEMORY_ENHANCE {
        return Ok(memories(door, call, &input).await);
    }
    let limit = Duration::from_millis(TOOL_MS_MAX);
    let answer = async {
        let Some(offered) = offered else {
            return Ok(door.tools().call(tool.to_owned(), input).await);
        };
        let (server, by) = (&offered.server, offered.record.by);
        let me = present::participant(&call.access, call.me()?);
        let seats = door.seats();
        seats.ask(server, by, &offered.tool, input, me).await
    };
    tokio::time::timeout(limit, answer)
        .await
        .unwrap_or_else(|_| {
            Ok(Err(format!(
                "the tool did not answer within {} seconds; whether it did anything is unknown",
                TOOL_MS_MAX / 1000
            )))
        })
}

/// `memory_enhance`: what the caller remembers that fits.
async fn memories(door: &Door, call: &Call, input: &Map<String, Value>) -> Result<Told, String> {
    let limit = input.get("limit").and_then(Value::as_u64);
    let asked = MemorySearchInput {
        participant: None,
        q: input
            .get("query")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        limit: Some(
            limit
                .and_then(|limit| u32::try_from(limit).ok())
                .unwrap_or(5),
        ),
    };
    let found = MemorySearch::run(door, call, asked).await;
    let found = found.map_err(|refusal| refusal.detail())?;
    let lines: Vec<String> = found
        .items
        .iter()
        .map(|memory| format!("- {}: {}", memory.key, memory.text))
        .collect();
    let data = serde_json::to_value(&found).ok();
    Ok(Told {
        text: if lines.is_empty() {
            "You remember nothing that fits.".to_owned()
        } else {
            lines.join("\n")
        },
        data: data.and_then(|data| data.as_object().cloned()),
    })
}

/// An answer of at most so many bytes; a structured one that is larger is left out.
fn bounded(mut told: Told) -> Told {
    if told.text.len() > TOOL_ANSWER_BYTES_MAX {
        let mut end = TOOL_ANSWER_BYTES_MAX;
        while !told.text.is_char_boundary(end) {
            end -= 1;
        }
        told.text.truncate(end);
        told.text.push_str("\n… (cut: the answer was longer)");
    }
    let bytes =
        |data: &Map<String, Value>| serde_json::to_string(data).map_or(0, |json| json.len());
    if (told.data.as_ref())
        .is_some_and(|data| told.text.len() + bytes(data) > TOOL_ANSWER_BYTES_MAX)
    {
        told.data = None;
    }
    told
}

/// The answer as its reader gets it: programs in an envelope, people with what the guard has against it.
async fn shown(
    door: &Door,
    call: &Call,
    tool: &str,
    told: Told,
    ok: bool,
    seq: Seq,
) -> Result<ToolAnswer, Refusal> {
    let payload = told
        .data
        .as_ref()
        .map(|data| Value::Object(data.clone()).to_string());
    let whole = match &payload {
        Some(payload) => format!("{}\n\nData: {payload}", told.text),
        None => told.text.clone(),
    };
    let verdict = scan::verdict(door, whole.clone(), scan::Origin::tool()).await?;
    let marked = verdict.action != "deliver";
    let mut reasons: Vec<String> = Vec::new();
    for reason in verdict.reasons.into_iter().filter(|_| marked) {
        if !reasons.contains(&reason.rule) {
            reasons.push(reason.rule);
        }
    }
    let reasons = reasons.join(", ");
    let answer = |heard: Heard| ToolAnswer {
        ok,
        text: heard.text,
        data: heard.data,
        seq,
    };
    let reader = present::reader(door, call);
    if tool != MEMORY_ENHANCE {
        reader.note_outside();
    }
    if reader.is_program() {
        let heard = reader.hear_tool(tool, seq, &reasons, told.text, told.data);
        return Ok(answer(heard));
    }
    let text = if marked {
        format!(
            "(The guard takes this answer for an attack on agents: {reasons}.)\n{}",
            told.text
        )
    } else {
        told.text
    };
    Ok(answer(
        reader.hear_tool(tool, seq, &reasons, text, told.data),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_bounded_at_a_whole_character() {
        let told = bounded(Told::text("ä".repeat(TOOL_ANSWER_BYTES_MAX)));
        assert!(told.text.len() < TOOL_ANSWER_BYTES_MAX + 40);
        assert!(told.text.ends_with("longer)"));
        let data = serde_json::json!({"x": "y".repeat(TOOL_ANSWER_BYTES_MAX)});
        let told = bounded(Told {
            text: "short".to_owned(),
            data: data.as_object().cloned(),
        });
        assert_eq!((told.text.as_str(), told.data), ("short", None));
    }
}
