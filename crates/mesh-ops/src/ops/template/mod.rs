//! Templates: recurring tasks whose blanks are filled in.

mod create;
mod delete;
mod dispatch;
mod list;
mod pipeline_create;

use std::collections::BTreeMap;

use mesh_core::Template;
use mesh_model::api::{TaskSpec, TemplateBody, TemplateUse};
use mesh_model::events::{Trust, Variable, VariableKind};
use mesh_model::limits::REPORT_TASK_DAYS_MAX;
use mesh_model::{Effect, Refusal, TemplateId, refuse};
use mesh_store::view::TemplateRow;
use serde_json::Value;

use crate::door::{Call, Door};

/// A template with its blanks filled in.
pub(crate) struct Filled {
    pub template: TemplateId,
    /// The blanks that were filled in, with what.
    pub given: Vec<(String, VariableKind)>,
    pub title: String,
    pub prompt: String,
    /// The days whose report goes along, if it asks for one.
    pub report: Option<u32>,
}

/// Fills a template in. Whether the values are those it asks for, the core says.
pub(crate) async fn fill(
    door: &Door,
    call: &Call,
    wanted: &TemplateUse,
    spec: &TaskSpec,
) -> Result<Filled, Refusal> {
    if !spec.title.is_empty() || !spec.prompt.is_empty() {
        return Err(refuse::invalid(
            "the field 'template' stands there beside 'title' or 'prompt'",
            "send the template alone: it has both",
        )
        .so(Effect::NothingCreated));
    }
    let id = named(door, &wanted.template)?.id;
    let row = door.view(call, move |view| view.template(id)).await?;
    if let Some(row) = &row {
        check_author(call, row)?;
    }
    let body = row.and_then(|row| row.body).ok_or_else(|| {
        refuse::invalid("the template's words are erased", "make the template anew")
            .so(Effect::NothingCreated)
    })?;
    let mut given = Vec::with_capacity(wanted.values.len());
    let mut words = BTreeMap::new();
    let blanks = variables(door, id);
    let mut report = None;
    for (name, value) in &wanted.values {
        let (kind, text) = match value {
            Value::Number(number) if is_report(&blanks, name) => {
                report = Some(days(name, value)?);
                (VariableKind::Report, number.to_string())
            }
            Value::String(text) => (VariableKind::Text, text.clone()),
            Value::Number(number) => (VariableKind::Number, number.to_string()),
            Value::Bool(flag) => (VariableKind::Flag, flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err(refuse::invalid(
                    format!("the value of '{name}' is no text, number or flag"),
                    "look at the template's variables with template.list",
                )
                .so(Effect::NothingCreated));
            }
        };
        given.push((name.clone(), kind));
        words.insert(name.as_str(), text);
    }
    let blanks: Vec<String> = blanks.into_iter().map(|it| it.name).collect();
    let fill = |text: &str| filled(text, &blanks, &words);
    Ok(Filled {
        template: id,
        given,
        title: fill(&body.title),
        prompt: fill(&body.prompt),
        report,
    })
}

fn is_report(blanks: &[Variable], name: &str) -> bool {
    let found = blanks.iter().find(|blank| blank.name == name);
    found.is_some_and(|blank| blank.kind == VariableKind::Report)
}

/// The days of a report.
fn days(name: &str, value: &Value) -> Result<u32, Refusal> {
    let days = value.as_u64().and_then(|days| u32::try_from(days).ok());
    let days = days.filter(|days| (1..=REPORT_TASK_DAYS_MAX).contains(days));
    days.ok_or_else(|| {
        refuse::invalid(
            format!("'{name}' is a report of 1 to {REPORT_TASK_DAYS_MAX} days"),
            "name whole days, such as 7",
        )
        .so(Effect::NothingCreated)
    })
}

/// A template by its id or name.
pub(crate) fn named(door: &Door, text: &str) -> Result<Template, Refusal> {
    let work = door.node().work();
    let found = match text.parse::<TemplateId>() {
        Ok(id) => work.template(id),
        Err(_) => work.template_named(text),
    };
    found.cloned().ok_or_else(refuse::no_template)
}

/// A template is used by others. Its words must not become the order of somebody who is trusted more.
fn check_author(call: &Call, row: &TemplateRow) -> Result<(), Refusal> {
    let mine = call.me()? == row.author;
    if mine || call.access.trust_of(row.author, false) >= Trust::Local {
        return Ok(());
    }
    Err(refuse::invalid(
        "whoever made this template is not trusted any more, so nobody else uses it",
        "read it with template.list and make one of your own",
    ))
}

/// The blanks of a template that names none: every `{name}` in it is a text.
pub(crate) fn blanks_of(body: &TemplateBody) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    for text in [&body.title, &body.prompt] {
        for piece in text.split('{').skip(1) {
            let name = piece.split_once('}').map(|(name, _)| name);
            let name = name.filter(|name| mesh_model::names::check(name).is_ok());
            if let Some(name) = name.filter(|name| !found.iter().any(|it| it.name == **name)) {
                found.push(Variable {
                    name: name.to_owned(),
                    kind: VariableKind::Text,
                    optional: false,
                });
            }
        }
    }
    found
}

/// A template's blanks.
fn variables(door: &Door, id: TemplateId) -> Vec<Variable> {
    let work = door.node().work();
    let found = work.template(id).map(|found| found.variables.clone());
    found.unwrap_or_default()
}

/// Puts the values where the blanks are, in one pass: a value that looks like a blank stays as it is. A blank that was
/// left out becomes nothing; other braces are just words.
fn filled(text: &str, blanks: &[String], values: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let name = rest[1..].split_once('}').map(|(name, _)| name);
        match name.filter(|name| blanks.iter().any(|blank| blank == name)) {
            Some(name) => {
                out.push_str(values.get(name).map_or("", String::as_str));
                rest = &rest[name.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_once_and_other_braces_stay() {
        let blanks = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let values = BTreeMap::from([("a", "{b}".to_owned()), ("b", "2".to_owned())]);
        let text = "{a} {b} {c}| {d} {\"json\": {a}} {{b}} {";
        assert_eq!(
            filled(text, &blanks, &values),
            "{b} 2 | {d} {\"json\": {b}} {2} {"
        );
    }

    #[test]
    fn blanks_are_names_between_braces() {
        let body = TemplateBody {
            about: "{not-here}".to_owned(),
            title: "Triage {report}".to_owned(),
            prompt: "Read {report} for {who}: fn f() { x } {} {A} {a b} {half".to_owned(),
        };
        let names: Vec<String> = blanks_of(&body).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["report", "who"]);
    }
}
