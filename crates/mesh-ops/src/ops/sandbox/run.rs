//! `sandbox.run`: uses the tool of whoever offers sandboxes, and tells what came of it

use crate::ops::tool::{carried_out, use_tool};
use crate::prelude::*;

use mesh_model::sandbox::RUN_TOOL;
use mesh_model::tool::full_name;
use serde_json::{Map, Value};

impl Run for SandboxRun {
    async fn run(door: &Door, call: &Call, input: SandboxRunInput) -> Result<SandboxRan, Refusal> {
        check(&input)?;
        let at = match &input.at {
            Some(at) => at.clone(),
            None => own(door, call)?,
        };
        let asked = ToolCallInput {
            tool: full_name(&at, RUN_TOOL),
            task: input.task,
            input: what(&input),
        };
        let used = use_tool(door, call, asked).await?;
        Ok(ran(at, used.answer, used.data.unwrap_or_default()))
    }

    /// What it said is not kept, so a repeated request learns only that it was carried out.
    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<SandboxRan> {
        let at = facts.iter().find_map(|facts| match facts {
            Facts::Tool(events::ToolFacts::Called(called)) => {
                Some(mesh_model::tool::parts(&called.tool)?.0.to_owned())
            }
            _ => None,
        })?;
        Some(ran(at, carried_out(outcome, facts)?, Map::new()))
    }
}

/// What the tool is asked: all but where and for what task.
fn what(input: &SandboxRunInput) -> Map<String, Value> {
    let alone = SandboxRunInput {
        at: None,
        task: None,
        ..input.clone()
    };
    match serde_json::to_value(alone) {
        Ok(Value::Object(what)) => what,
        _ => Map::new(),
    }
}

fn check(run: &SandboxRunInput) -> Result<(), Refusal> {
    if run.code.is_some() != run.argv.is_empty() {
        return Err(Refusal::new(
            ErrorCode::InvalidInput,
            "it is not said what to run",
            Effect::NothingDone,
            "give either code or argv",
        ));
    }
    Ok(())
}

/// The sandboxes of the caller's own side: nobody else's code or machine is taken without being named.
fn own(door: &Door, call: &Call) -> Result<String, Refusal> {
    let me = call.me()?;
    let mut offered = call.access.tool_servers().filter(|(server, record)| {
        call.access.stands_with(record.by, me)
            && door.seats().is_online(server, record.by)
            && call.access.is_offered_to(server, record, RUN_TOOL, me)
            && record.here().any(|(tool, _)| &**tool == RUN_TOOL)
    });
    match offered.next() {
        Some((server, _)) => Ok(server.to_owned()),
        None => Err(refuse::not_found(
            "sandbox of yours",
            "offer one with mesh sandbox serve, or name in `at` who does: tool.list has the servers with the tool sandbox_run",
        )),
    }
}

/// Of what the tool says itself only numbers and yes or no are told outside of its words.
fn ran(at: String, answer: ToolAnswer, data: Map<String, Value>) -> SandboxRan {
    let is = |name: &str| data.get(name).and_then(Value::as_bool).unwrap_or(false);
    SandboxRan {
        ok: answer.ok,
        at,
        exit: data.get("exit").and_then(Value::as_i64),
        late: is("late"),
        stdout_cut: is("stdout_cut"),
        stderr_cut: is("stderr_cut"),
        files_left_out: is("files_left_out"),
        text: answer.text,
        data: answer.data,
        seq: answer.seq,
    }
}
