//! `mesh ask`: a question that a person answers, from a script or a program that does a task.

use std::process::ExitCode;

use clap::Args;
use mesh_model::api::{
    ApprovalAskInput, ApprovalOutcome, ApprovalRefInput, ApprovalState, ClientInfo,
};
use mesh_model::ops::{ApprovalAsk, ApprovalGet};
use mesh_sdk::{Client, Options};
use serde_json::{Map, Value};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{clean, line, printed_json};

/// As long as one call may wait.
const WAIT_MS: u32 = 30_000;

/// Ask a person for approval, and wait for the answer
#[derive(Debug, Args)]
#[command(
    after_help = "Example: mesh ask 'May I push to main?' --detail '{\"command\": \"git push\"}' && git push\n\nEnds with 0 if it was approved, with 1 if it was refused or nobody answered in time. In a program that does a task the\nquestion belongs to that task: it waits for a person until then, and those above its worker answer."
)]
pub struct AskArgs {
    /// What you want to know, answered by yes or no
    pub question: String,
    /// The room; within a task that of the task
    #[arg(long)]
    pub room: Option<String>,
    /// All of what would be done, as a JSON object: people see it before they answer
    #[arg(long, value_name = "JSON")]
    pub detail: Option<String>,
    /// Who is to answer; otherwise whoever may
    #[arg(long, value_name = "WHO")]
    pub to: Option<String>,
    /// How long it waits for an answer; an hour unless named
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u32>,
}

/// `mesh ask`
pub fn ask(context: &Context, args: AskArgs) -> Outcome<ExitCode> {
    let detail = args.detail.as_deref().map(object).transpose()?;
    let attempt = context.attempt();
    let room = match (args.room, attempt) {
        (Some(room), _) => room,
        (None, Some(attempt)) => attempt.room.to_string(),
        (None, None) => {
            return Err(Failure::usage(
                "it is not said in which room to ask",
                "name it with --room; within a task it is that of the task",
            )
            .so(Effect::NothingSent));
        }
    };
    let input = ApprovalAskInput {
        room,
        question: args.question,
        detail,
        task: attempt.map(|attempt| attempt.task),
        fence: attempt.map(|attempt| attempt.fence),
        to: args.to,
        seconds: args.seconds,
    };
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some("mesh-ask".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        channel: Some("terminal".to_owned()),
        ..ClientInfo::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingSent))?;
    let answered = runtime.block_on(answer(options, input))?;
    if !printed_json(context, &answered)? {
        told(&answered);
    }
    let approved = answered.state == ApprovalState::Approved;
    Ok(ExitCode::from(u8::from(!approved)))
}

fn object(text: &str) -> Outcome<Map<String, Value>> {
    serde_json::from_str(text).map_err(|why| {
        Failure::usage(
            format!("--detail is no JSON object: {why}"),
            "such as --detail '{\"command\": \"make deploy\"}'",
        )
        .so(Effect::NothingSent)
    })
}

/// The connection heals by itself: a node that is started anew goes on with the question that it had.
async fn answer(options: Options, input: ApprovalAskInput) -> Outcome<ApprovalOutcome> {
    let client = Client::connect(options).await?;
    let approval = client.call::<ApprovalAsk>(input).await?.id;
    loop {
        let wait = ApprovalRefInput {
            approval,
            wait_ms: Some(WAIT_MS),
        };
        let found = client.call::<ApprovalGet>(wait).await?;
        if found.state != ApprovalState::Waiting {
            return Ok(found);
        }
    }
}

fn told(answered: &ApprovalOutcome) {
    let by = answered.by.as_ref();
    let by = by.map_or(String::new(), |by| format!(" by @{}", by.handle));
    let how = match answered.state {
        ApprovalState::Approved => format!("approved{by}"),
        ApprovalState::Rejected => format!("refused{by}"),
        ApprovalState::Waiting | ApprovalState::Expired => "nobody answered in time".to_owned(),
    };
    let reason = clean(&answered.reason).replace('\n', " ");
    if reason.is_empty() {
        line(&how);
    } else {
        line(&format!("{how}: {reason}"));
    }
}
