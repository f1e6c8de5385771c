//! Every text that an operation answers or an event tells is of a type that nobody writes freely, or one that only the
//! function makes which decides between plain and enveloped.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::events::Facts;
use mesh_model::{closed, told};
use schemars::SchemaGenerator;
use serde_json::{Map, Value};

/// The texts of a schema by their places, each with its format or pattern.
#[derive(Default)]
struct Leaves {
    found: BTreeMap<String, BTreeSet<String>>,
}

/// What texts are told apart by.
fn form(schema: &Value) -> Option<String> {
    let form = schema.get("format").or_else(|| schema.get("pattern"));
    form.and_then(Value::as_str).map(str::to_owned)
}

fn is_known(form: &str) -> bool {
    form == told::FORMAT || closed::FORMATS.contains(&form)
}

impl Leaves {
    fn add(&mut self, place: &str, what: String) {
        self.found.entry(place.to_owned()).or_default().insert(what);
    }

    /// Walks a schema. `place` is where its values stand: `/field`, and `*` for each item.
    fn walk(
        &mut self,
        all: &Map<String, Value>,
        schema: &Value,
        place: &str,
        on: &mut Vec<String>,
    ) {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let name = name.rsplit('/').next().unwrap_or(name).to_owned();
            if !on.contains(&name) {
                on.push(name.clone());
                self.walk(all, &all[&name], place, on);
                on.pop();
            }
            return;
        }
        if let Some(known) = form(schema).filter(|form| is_known(form)) {
            return self.add(place, known);
        }
        if schema.get("const").is_some() || schema.get("enum").is_some() {
            return;
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if types.contains(&"string") {
            self.add(place, form(schema).unwrap_or_else(|| "any text".to_owned()));
        }
        let mut inner = false;
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            inner = true;
            self.walk(all, field, &format!("{place}/{name}"), on);
        }
        for word in ["items", "additionalProperties"] {
            if let Some(each) = schema.get(word).filter(|each| each.is_object()) {
                inner = true;
                self.walk(all, each, &format!("{place}/*"), on);
            }
        }
        for each in schema["prefixItems"].as_array().into_iter().flatten() {
            inner = true;
            self.walk(all, each, &format!("{place}/*"), on);
        }
        for word in ["anyOf", "oneOf", "allOf"] {
            for part in schema[word].as_array().into_iter().flatten() {
                inner = true;
                self.walk(all, part, place, on);
            }
        }
        if schema["additionalProperties"] == true || (types.is_empty() && !inner) {
            self.add(place, "any JSON".to_owned());
        }
    }

    /// Those that could hold whatever somebody wrote.
    fn open(&self) -> Vec<String> {
        let fixed = |what: &String| {
            is_known(what)
                || ["uuid", "date-time"].contains(&what.as_str())
                || what.starts_with("^[0-9a-fA-F]{")
                || what == "^m[1-9][0-9]{0,15}$"
        };
        let open = self
            .found
            .iter()
            .filter(|(_, what)| !what.iter().all(fixed));
        open.map(|(place, what)| format!("{place}: {what:?}"))
            .collect()
    }
}

#[test]
fn every_text_of_an_answer_has_a_type() {
    let document = mesh_ops::openapi();
    let all = document["components"]["schemas"].as_object().unwrap();
    let mut open = BTreeSet::new();
    let mut count = 0;
    for operations in document["paths"].as_object().unwrap().values() {
        for operation in operations.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            // What these list are events, which the next test looks at.
            if ["event.list", "log.list"].contains(&name) {
                continue;
            }
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let schema = &answer["content"]["application/json"]["schema"];
                if !status.starts_with('2') || schema.is_null() {
                    continue;
                }
                let mut leaves = Leaves::default();
                leaves.walk(all, schema, "", &mut Vec::new());
                count += leaves.found.len();
                open.extend(
                    leaves
                        .open()
                        .into_iter()
                        .map(|leaf| format!("{name} {leaf}")),
                );
            }
        }
    }
    let list: Vec<String> = open.into_iter().collect();
    assert!(list.is_empty(), "of no known type:\n{}", list.join("\n"));
    assert!(count > 500, "{count}");
}

#[test]
fn every_text_of_an_event_has_a_type_and_free_ones_are_declared() {
    // From where a message was brought, and how its author called the request, is told by hand.
    let by_hand = [
        "/relayed",
        "/signed/request",
        "/message/relayed",
        "/message/signed/request",
    ];
    let mut wrong = Vec::new();
    for event in Facts::declared() {
        let mut generator = SchemaGenerator::default();
        let schema = (event.facts)(&mut generator);
        let all = generator.take_definitions(true);
        let mut leaves = Leaves::default();
        leaves.walk(&all, schema.as_value(), "", &mut Vec::new());
        wrong.extend(
            leaves
                .open()
                .into_iter()
                .map(|leaf| format!("{} {leaf}", event.kind)),
        );
        let told = leaves
            .found
            .iter()
            .filter(|(_, what)| what.contains(told::FORMAT));
        let declared: BTreeSet<&str> = event.free.iter().copied().collect();
        let by_hand = |place: &str| {
            !declared.contains(place) && by_hand.iter().any(|known| place.starts_with(known))
        };
        let places: BTreeSet<&str> = told
            .map(|(place, _)| place.as_str())
            .filter(|place| !by_hand(place))
            .collect();
        if places != declared {
            wrong.push(format!(
                "{}: free {places:?}, declared {declared:?}",
                event.kind
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
