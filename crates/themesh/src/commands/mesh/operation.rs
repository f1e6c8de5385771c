//! Any operation by its name, and the list of all.

use clap::Args;
use mesh_model::ops::{self, Needs, OpKind};
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::value_or_stdin;
use crate::output::{Colour, line, paint, table};

/// Call any operation by its name
#[derive(Debug, Args)]
#[command(
    after_help = "Example: mesh call message.post '{\"room\":\"general\",\"text\":\"hello\"}'"
)]
pub struct CallArgs {
    /// The operation; `mesh ops` lists them
    pub operation: String,
    /// Its input as JSON; '-' reads standard input
    #[arg(default_value = "{}")]
    pub input: String,
}

/// List the operations; needs no node
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh ops --json")]
pub struct OpsArgs {
    /// Print the OpenAPI document
    #[arg(long)]
    pub openapi: bool,
    /// Print the MCP tools
    #[arg(long, conflicts_with = "openapi")]
    pub mcp_tools: bool,
    /// Print which permission each operation needs, as Markdown
    #[arg(long, conflicts_with_all = ["openapi", "mcp_tools"])]
    pub permissions: bool,
}

/// `mesh call`
pub fn call(context: &Context, args: CallArgs) -> Outcome<()> {
    let operation = args.operation.as_str();
    let declaration = ops::named(operation).ok_or_else(|| {
        Failure::usage(
            format!("there is no operation '{operation}'"),
            nearest(operation),
        )
        .so(Effect::NothingSent)
    })?;
    let text = value_or_stdin(args.input)?;
    let example = || {
        format!(
            "for example: mesh call {operation} '{}'",
            declaration.example
        )
    };
    let input: Value = serde_json::from_str(&text).map_err(|why| {
        Failure::usage(format!("the input is not JSON: {why}"), example()).so(Effect::NothingSent)
    })?;
    if !input.is_object() {
        return Err(
            Failure::usage("the input is not a JSON object", example()).so(Effect::NothingSent)
        );
    }
    let mut answer = context.http()?.call_declared(declaration, input)?;
    // A link to the page: whoever opens it needs the node's address before the path.
    if let Some(path) = answer.body["path"]
        .as_str()
        .filter(|path| path.starts_with('/'))
    {
        let url = format!("{}{path}", context.url()?);
        answer.body["url"] = url.into();
    }
    let text = if context.json {
        answer.body.to_string()
    } else {
        format!("{:#}", answer.body)
    };
    line(&text);
    Ok(())
}

fn nearest(operation: &str) -> String {
    let noun = operation.split('.').next().unwrap_or_default();
    let same: Vec<&str> = ops::all()
        .map(|op| op.name)
        .filter(|name| name.split('.').next() == Some(noun))
        .collect();
    if same.is_empty() {
        "`mesh ops` lists them".to_owned()
    } else {
        format!("there are: {}", same.join(", "))
    }
}

/// `mesh ops`
pub fn ops(context: &Context, args: OpsArgs) -> Outcome<()> {
    if args.permissions {
        line(mesh_ops::permission_table().trim_end());
        return Ok(());
    }
    if args.openapi || args.mcp_tools {
        let document = if args.openapi {
            mesh_ops::openapi()
        } else {
            json!({ "tools": mesh_ops::mcp_tools() })
        };
        line(&format!("{document:#}"));
        return Ok(());
    }
    if context.json {
        let items: Vec<Value> = ops::all().map(describe).collect();
        line(&json!({ "items": items }).to_string());
        return Ok(());
    }
    let rows: Vec<_> = ops::all()
        .map(|op| vec![op.name.to_owned(), needs(op.needs), op.doc.to_owned()])
        .collect();
    table(&["operation", "needs", "what it does"], &rows);
    line(&paint(
        Colour::Quiet,
        "call one: mesh call NAME '{…}'; everything about it: mesh ops --openapi",
    ));
    Ok(())
}

fn needs(needs: Needs) -> String {
    match needs {
        Needs::Nothing => "nothing".to_owned(),
        Needs::Credential => "a credential".to_owned(),
        Needs::Permission(permission) => permission.name().to_owned(),
        Needs::Owner => "the owner".to_owned(),
    }
}

fn describe(op: &ops::Declaration) -> Value {
    json!({
        "name": op.name,
        "kind": if op.kind == OpKind::Command { "command" } else { "query" },
        "needs": needs(op.needs),
        "method": op.method.name(),
        "path": op.path,
        "tool": op.tool,
        "doc": op.doc,
        "example": serde_json::from_str::<Value>(op.example).unwrap_or_default(),
    })
}
