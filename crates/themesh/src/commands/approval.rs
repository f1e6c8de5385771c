//! What waits for somebody's word.

pub mod ask;

use clap::Args;
use mesh_model::ApprovalId;
use mesh_model::api::{ApprovalDecideInput, ApprovalListInput, ApprovalView, TaskRefInput};
use mesh_model::ops::{ApprovalDecide, ApprovalList, TaskGet};
use mesh_sdk::http::Http;

use super::task::short;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json};
use crate::times;

/// List what waits for somebody's approval
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh approvals --mine   (then: mesh approve last)")]
pub struct ApprovalsArgs {
    /// Only in this room
    #[arg(long)]
    pub room: Option<String>,
    /// Only what the one who acts may answer
    #[arg(long)]
    pub mine: bool,
}

/// Give an approval
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh approve last --reason 'looks fine'")]
pub struct ApproveArgs {
    #[command(flatten)]
    pub decision: Decision,
}

/// Refuse an approval
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh reject last --reason 'not on a Friday'")]
pub struct RejectArgs {
    #[command(flatten)]
    pub decision: Decision,
}

#[derive(Debug, Args)]
pub struct Decision {
    /// The approval: its id, the end of it, or 'last'
    #[arg(default_value = "last")]
    pub approval: String,
    /// Why; kept in the log until it is erased
    #[arg(long, default_value = "")]
    pub reason: String,
}

/// `mesh approvals`
pub fn list(context: &Context, args: ApprovalsArgs) -> Outcome<()> {
    let input = ApprovalListInput {
        room: args.room,
        mine: args.mine,
    };
    let http = context.http()?;
    let list = http.call::<ApprovalList>(input)?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("Nothing waits for approval.");
        return Ok(());
    }
    list.items
        .iter()
        .for_each(|approval| print(&http, approval));
    line(&paint(
        Colour::Quiet,
        "mesh approve ID, or mesh reject ID; 'last' is the newest that is yours",
    ));
    Ok(())
}

fn print(http: &Http, approval: &ApprovalView) {
    let to = approval
        .to
        .as_ref()
        .map_or("whoever moderates".to_owned(), |to| {
            format!("@{}", to.handle)
        });
    line(&format!(
        "{}  {}  {}",
        short(approval.id),
        paint(
            Colour::of_kind(approval.from.kind.name()),
            &format!("@{} asks {to}", approval.from.handle)
        ),
        paint(
            Colour::Quiet,
            &format!("ends {}", times::relative(approval.until))
        )
    ));
    clean(&question(http, approval))
        .lines()
        .for_each(|part| line(&format!("  {part}")));
    if let Some(detail) = &approval.detail {
        let detail = format!(
            "{:#}",
            serde_json::Value::Object(detail.clone().into_inner())
        );
        clean(&detail)
            .lines()
            .for_each(|part| line(&paint(Colour::Quiet, &format!("  {part}"))));
    }
}

/// What is asked. A task that nobody may begin before the answer asks without words of its own.
fn question(http: &Http, approval: &ApprovalView) -> String {
    let title = || {
        let task = approval.task?;
        let found = http.call::<TaskGet>(TaskRefInput { task }).ok()?;
        Some(format!("May this begin: {}", found.task.title?))
    };
    let asked = approval.question.clone().map(String::from);
    let words = asked.or_else(title);
    words.unwrap_or_else(|| "(erased)".to_owned())
}

/// `mesh approve`
pub fn approve(context: &Context, args: ApproveArgs) -> Outcome<()> {
    decide(context, args.decision, true)
}

/// `mesh reject`
pub fn reject(context: &Context, args: RejectArgs) -> Outcome<()> {
    decide(context, args.decision, false)
}

fn decide(context: &Context, decision: Decision, approve: bool) -> Outcome<()> {
    let http = context.http()?;
    let (approval, question) = find(&http, decision.approval.trim())?;
    let input = ApprovalDecideInput {
        approval,
        approve,
        reason: decision.reason,
    };
    let done = http.call::<ApprovalDecide>(input)?;
    if !printed_json(context, &done)? {
        let said = if approve { "approved" } else { "rejected" };
        let question = question
            .map(|question| clean(&question).replace('\n', " "))
            .unwrap_or_default();
        line(format!("{} {said}: {question}", short(approval)).trim_end_matches([' ', ':']));
    }
    Ok(())
}

/// The approval that somebody means: its id, the end of it, or `last`, the newest that is theirs to answer.
fn find(http: &Http, text: &str) -> Outcome<(ApprovalId, Option<String>)> {
    if let Ok(id) = text.parse() {
        return Ok((id, None));
    }
    let wanted = ApprovalListInput {
        room: None,
        mine: text == "last",
    };
    let mut items = http.call::<ApprovalList>(wanted)?.items;
    items.sort_by_key(|approval| approval.id);
    if text == "last" {
        let last = items.pop();
        let last = last.map(|approval| (approval.id, Some(question(http, &approval))));
        return last.ok_or_else(|| {
            Failure::here(
                "nothing waits for your approval",
                "`mesh approvals` lists what waits for others",
            )
            .so(Effect::NothingDone)
        });
    }
    let end = text.to_lowercase();
    items.retain(|approval| end.len() >= 4 && approval.id.to_string().ends_with(&end));
    match items.pop() {
        Some(one) if items.is_empty() => Ok((one.id, Some(question(http, &one)))),
        Some(_) => Err(Failure::usage(
            format!("'{text}' is the end of several ids"),
            "give more of it",
        )
        .so(Effect::NothingDone)),
        None => Err(Failure::usage(
            format!("'{text}' is no approval that waits"),
            "`mesh approvals` lists them; 'last' is the newest that is yours",
        )
        .so(Effect::NothingDone)),
    }
}
