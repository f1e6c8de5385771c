//! `mesh task accept`: what a task proposes that took a report along, and the tasks that a person makes of it.

use std::process::ExitCode;

use clap::Args;
use mesh_model::TaskId;
use mesh_model::api::{ReportAcceptInput, ReportProposals, TaskDetail, TaskRefInput};
use mesh_model::ops::{ReportAccept, TaskGet};
use mesh_sdk::http::Http;
use serde_json::Value;

use super::{TaskRef, add, find, short};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json};

#[derive(Debug, Args)]
pub struct AcceptArgs {
    #[command(flatten)]
    task: TaskRef,
    /// Which of its proposals; all are shown if absent
    proposal: Option<u32>,
    /// What a worker must be able to do
    #[arg(long, value_name = "SKILL")]
    can: Option<String>,
    /// Who is to do it (default: whoever fits)
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
}

pub fn accept(context: &Context, http: &Http, args: AcceptArgs) -> Outcome<ExitCode> {
    let task = find(http, &args.task)?;
    let Some(proposal) = args.proposal else {
        show(context, http, task)?;
        return Ok(ExitCode::SUCCESS);
    };
    let input = ReportAcceptInput {
        task,
        proposal,
        capability: args.can,
        assigned: args.to,
    };
    add::created(context, http.call::<ReportAccept>(input)?, false)
}

fn show(context: &Context, http: &Http, task: TaskId) -> Outcome<()> {
    let found = http.call::<TaskGet>(TaskRefInput { task })?;
    let proposals = proposals(&found)?;
    if printed_json(context, &proposals)? {
        return Ok(());
    }
    if proposals.proposals.is_empty() {
        line("It proposes nothing.");
        return Ok(());
    }
    for (at, one) in proposals.proposals.iter().enumerate() {
        let number = paint(Colour::Agent, &format!("{:>2}", at + 1));
        line(&format!("{number}  {}", flat(&one.title)));
        line(&paint(
            Colour::Quiet,
            &format!("    why: {}", flat(&one.why)),
        ));
        for part in clean(&one.task).lines() {
            line(&format!("    {part}"));
        }
    }
    let hint = format!("make a task of one: mesh task accept {} 1", short(task));
    line(&paint(Colour::Quiet, &hint));
    Ok(())
}

fn flat(text: &str) -> String {
    clean(text).replace('\n', " ")
}

fn proposals(found: &TaskDetail) -> Outcome<ReportProposals> {
    let result = found.task.result.as_ref();
    let output = result.and_then(|result| result.output.as_ref());
    let data = output.and_then(|output| output.data.clone());
    let none = |what: String| {
        Failure::here(
            what,
            "make such a task: mesh template use improve report=7 --room ROOM",
        )
        .so(Effect::NothingChanged)
    };
    let data = data.ok_or_else(|| {
        let state = found.task.state.name();
        none(format!("the task proposes nothing yet: it is {state}"))
    })?;
    serde_json::from_value(Value::Object(data.into_inner()))
        .map_err(|why| none(format!("the task's result holds no proposals: {why}")))
}
