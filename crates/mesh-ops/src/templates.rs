//! Templates: recurring tasks whose blanks are filled in.

use std::collections::BTreeMap;

use mesh_model::api::{TaskSpec, TemplateUse};
use mesh_model::events::VariableKind;
use mesh_model::{Refusal, TemplateId};
use serde_json::Value;

use crate::call::Call;
use crate::door::Door;
use crate::refuse;

/// A template with its blanks filled in.
pub(crate) struct Filled {
    pub template: TemplateId,
    /// The blanks that were filled in, with what.
    pub given: Vec<(String, VariableKind)>,
    pub title: String,
    pub prompt: String,
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
            "the field 'template' stands there beside 'title' or 'prompt'; nothing was created",
            "send the template alone: it has both",
        ));
    }
    let work = door.node().work();
    let named = match wanted.template.parse::<TemplateId>() {
        Ok(id) => work.template(id),
        Err(_) => work.template_named(&wanted.template),
    };
    let id = named.map(|found| found.id).ok_or_else(|| {
        refuse::not_found(
            "there is no such template; nothing was created",
            "list them with template.list",
        )
    })?;
    let row = door.view(call, move |view| view.template(id)).await?;
    let body = row.and_then(|row| row.body).ok_or_else(|| {
        refuse::invalid(
            "the template's words are erased; nothing was created",
            "make the template anew",
        )
    })?;
    let mut given = Vec::with_capacity(wanted.values.len());
    let mut words = BTreeMap::new();
    for (name, value) in &wanted.values {
        let (kind, text) = match value {
            Value::String(text) => (VariableKind::Text, text.clone()),
            Value::Number(number) => (VariableKind::Number, number.to_string()),
            Value::Bool(flag) => (VariableKind::Flag, flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err(refuse::invalid(
                    format!(
                        "the value of '{name}' is no text, number or flag; nothing was created"
                    ),
                    "look at the template's variables with template.list",
                ));
            }
        };
        given.push((name.clone(), kind));
        words.insert(name.as_str(), text);
    }
    let blanks = named_blanks(door, id);
    let fill = |text: &str| filled(text, &blanks, &words);
    Ok(Filled {
        template: id,
        given,
        title: fill(&body.title),
        prompt: fill(&body.prompt),
    })
}

/// The names of a template's blanks.
fn named_blanks(door: &Door, id: TemplateId) -> Vec<String> {
    let work = door.node().work();
    let variables = work.template(id).map(|found| found.variables.as_slice());
    let names = variables.unwrap_or_default().iter();
    names.map(|variable| variable.name.clone()).collect()
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
}
