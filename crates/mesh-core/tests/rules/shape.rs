//! The shape of what is stored of the state: its records, their fields and the kinds of value that stand in each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

/// Where values are found by a name that somebody chose, not by a field's.
const BY_NAME: &[&str] = &[
    "handles",
    "group_names",
    "room_names",
    "event_types",
    "secrets",
    "tool_servers",
    "tools",
];

#[derive(Default)]
struct Shape {
    records: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// A line for each kind of record: its place, then its fields. Where several of a kind differ, all that was found.
pub fn of(name: &str, value: &Value) -> String {
    let mut shape = Shape::default();
    shape.walk(name, value);
    let mut lines = String::new();
    for (place, fields) in &shape.records {
        let fields = fields.iter().map(|(field, kinds)| {
            let kinds = kinds.iter().map(String::as_str).collect::<Vec<_>>();
            format!("{field}: {}", kinds.join(" or "))
        });
        let fields = fields.collect::<Vec<_>>();
        writeln!(lines, "{place}\n    {}", fields.join(", ")).unwrap();
    }
    lines
}

impl Shape {
    fn walk(&mut self, place: &str, value: &Value) {
        match value {
            Value::Object(fields) if is_table(place, fields) => {
                let each = format!("{place}.*");
                for value in fields.values() {
                    if !value.is_object() {
                        self.note(&each, "value", value);
                    }
                    self.walk(&each, value);
                }
            }
            Value::Object(fields) => {
                for (field, value) in fields {
                    self.note(place, field, value);
                    self.walk(&format!("{place}.{field}"), value);
                }
            }
            Value::Array(items) => items
                .iter()
                .for_each(|item| self.walk(&format!("{place}.*"), item)),
            _ => {}
        }
    }

    fn note(&mut self, place: &str, field: &str, value: &Value) {
        let record = self.records.entry(place.to_owned()).or_default();
        let kinds = record.entry(field.to_owned()).or_default();
        kinds.insert(kind(value));
    }
}

fn is_table(place: &str, fields: &serde_json::Map<String, Value>) -> bool {
    let is_field = |key: &String| key.bytes().all(|c| c == b'_' || c.is_ascii_lowercase());
    let last = place.rsplit('.').next().unwrap_or_default();
    BY_NAME.contains(&last) || !fields.keys().all(is_field)
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) => "yes or no".to_owned(),
        Value::Number(_) => "number".to_owned(),
        // The word of an enum, or a name.
        Value::String(text) if !text.bytes().any(|c| c.is_ascii_digit()) => format!("{text:?}"),
        Value::String(_) => "text".to_owned(),
        Value::Array(items) => {
            let kinds: BTreeSet<String> = items.iter().map(kind).collect();
            format!("[{}]", kinds.into_iter().collect::<Vec<_>>().join(", "))
        }
        // What stands in it has a line of its own.
        Value::Object(_) => "{}".to_owned(),
    }
}
