//! Any operation by its name, and the list of all.

use std::io::Read;

use mesh_model::ops::{self, Needs, OpKind};
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Colour, line, paint, table};

/// `mesh call`
pub fn call(context: &Context, operation: &str, input: &str) -> Outcome<()> {
    let declaration = ops::named(operation).ok_or_else(|| {
        Failure::usage(
            format!("there is no operation '{operation}'"),
            nearest(operation),
        )
    })?;
    let text = match input {
        "-" => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|why| {
                Failure::usage(format!("standard input cannot be read: {why}"), "")
            })?;
            text
        }
        given => given.to_owned(),
    };
    let example = || {
        format!(
            "for example: mesh call {operation} '{}'",
            declaration.example
        )
    };
    let input: Value = serde_json::from_str(&text)
        .map_err(|why| Failure::usage(format!("the input is not JSON: {why}"), example()))?;
    if !input.is_object() {
        return Err(Failure::usage("the input is not a JSON object", example()));
    }
    let answer = context.http()?.call_declared(declaration, input)?;
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
pub fn ops(context: &Context, openapi: bool, mcp_tools: bool) -> Outcome<()> {
    if openapi || mcp_tools {
        let document = if openapi {
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
