//! Payloads and the JSON Schemas registered for them.
//!
//! A schema comes from one client and is run on what another sends, so it is held to rules that
//! bound the work: patterns match in linear time, references stay inside the schema and do not
//! run in circles, and written out it has a limited size. What it takes to check one value is bounded
//! besides: the places of the schema times the size of the value.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Draft, PatternOptions, Validator};
use mesh_model::limits::SCHEMA_BYTES_MAX;
use mesh_model::{Effect, ErrorCode, Refusal, refuse};
use serde_json::{Map, Value};

use crate::door::Door;

/// Places of a schema with its references written out: more than any form has that people fill in.
const PLACES_MAX: usize = 10_000;
/// Steps that checking one value may take, a place of the schema at a value each: some 50 ms at most.
const WORK_MAX: u64 = 1_000_000;
/// Steps that are done at once; more are done where nobody waits behind them.
const QUICK_WORK_MAX: u64 = 20_000;
/// Bytes of a text that count as one value: patterns read all of it.
const TEXT_BYTES_A_VALUE: usize = 32;
/// Bytes of one compiled pattern.
const PATTERN_BYTES_MAX: usize = 256 * 1024;
/// Compiled schemas kept; beyond it all are forgotten and made again as they are asked for.
const COMPILED_MAX: usize = 256;
/// What a refusal quotes of a payload's fault.
const FAULT_CHARS_MAX: usize = 300;

/// A kind of event at one version.
type Key = (String, u32);

/// The compiled schemas by kind, or room, and version.
#[derive(Default)]
pub(crate) struct Compiled {
    kept: Mutex<HashMap<Key, Arc<Schema>>>,
}

/// A schema that was held to the rules, ready to be run.
pub(crate) struct Schema {
    validator: Validator,
    /// Its places with its references written out.
    places: u64,
    /// Whether it compares the items of arrays with one another.
    compares: bool,
}

impl Schema {
    /// Steps that checking this takes at most.
    fn work(&self, payload: &Map<String, Value>) -> u64 {
        let values = payload
            .values()
            .fold(1, |sum: u64, value| sum.saturating_add(self.size(value)));
        values.saturating_mul(self.places)
    }

    /// Whether it holds for what is not there.
    pub fn takes_nothing(&self) -> bool {
        self.validator.is_valid(&Value::Null)
    }

    fn size(&self, value: &Value) -> u64 {
        let bytes = |text: &str| (text.len() / TEXT_BYTES_A_VALUE) as u64;
        match value {
            Value::Array(items) => {
                let count = items.len() as u64;
                let compared = if self.compares { count * count } else { 0 };
                items.iter().fold(1 + compared, |sum, item| {
                    sum.saturating_add(self.size(item))
                })
            }
            Value::Object(fields) => fields.iter().fold(1, |sum, (name, value)| {
                sum.saturating_add(bytes(name))
                    .saturating_add(self.size(value))
            }),
            Value::String(text) => 1 + bytes(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        }
    }
}

impl Compiled {
    /// The validator of this kind and version, if it was made already.
    pub fn get(&self, name: &str, version: u32) -> Option<Arc<Schema>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&(name.to_owned(), version)).cloned()
    }

    /// Compiles a registered schema and keeps it.
    pub fn make(
        &self,
        name: &str,
        version: u32,
        schema: &Map<String, Value>,
    ) -> Result<Arc<Schema>, Refusal> {
        let made = Arc::new(compile(schema)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= COMPILED_MAX {
            kept.clear();
        }
        kept.insert((name.to_owned(), version), Arc::clone(&made));
        Ok(made)
    }
}

/// Why a value does not fit a schema.
pub(crate) struct Fault {
    /// Where in it, in words.
    pub place: String,
    pub why: String,
}

/// What does not fit the schema, if anything does not; `called` is how the value is called.
pub(crate) fn fault(schema: &Schema, called: &str, value: &Map<String, Value>) -> Option<Fault> {
    if schema.work(value) > WORK_MAX {
        return Some(Fault {
            place: called.to_owned(),
            why: format!(
                "checking it would take more than {WORK_MAX} steps; it has to be smaller, or the schema simpler"
            ),
        });
    }
    // The validator takes a whole value; one is at most as large as a message.
    let value = Value::Object(value.clone());
    let fault = schema.validator.validate(&value).err()?;
    let place = fault.instance_path().to_string();
    Some(Fault {
        place: if place.is_empty() {
            called.to_owned()
        } else {
            format!("{called} at {place}")
        },
        why: fault.to_string().chars().take(FAULT_CHARS_MAX).collect(),
    })
}

/// Checks a payload by a schema; `what` names it.
pub(crate) fn check(
    schema: &Schema,
    what: &str,
    payload: &Map<String, Value>,
) -> Result<(), Refusal> {
    match fault(schema, "the payload", payload) {
        None => Ok(()),
        Some(Fault { place, why }) => Err(Refusal::new(
            ErrorCode::SchemaMismatch,
            format!("{place} does not fit {what}: {why}"),
            Effect::NothingStored,
            "event_type.list shows the schemas of types, room.policy_get that of a room",
        )),
    }
}

/// The same, away from the threads that serve everybody if it takes long.
pub(crate) async fn checked(
    door: &Door,
    schema: Arc<Schema>,
    what: &str,
    payload: &Map<String, Value>,
) -> Result<(), Refusal> {
    if schema.work(payload) <= QUICK_WORK_MAX {
        return check(&schema, what, payload);
    }
    let (what, payload) = (what.to_owned(), payload.clone());
    door.blocking(move || check(&schema, &what, &payload))
        .await?
}

/// Compiles a schema after holding it to the rules.
pub(crate) fn compile(schema: &Map<String, Value>) -> Result<Schema, Refusal> {
    let schema = Value::Object(schema.clone());
    let text = schema.to_string();
    let bytes = text.len();
    if bytes > SCHEMA_BYTES_MAX {
        let hint = "describe less, or leave the descriptions out";
        return Err(
            refuse::too_large("the schema", bytes, SCHEMA_BYTES_MAX, hint)
                .so(Effect::NothingStored),
        );
    }
    let mut left = PLACES_MAX;
    walk(&schema, &schema, &mut Vec::new(), &mut left)?;
    let patterns = PatternOptions::regex()
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX);
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(patterns)
        .offline()
        .build(&schema)
        .map_err(|why| {
            let why: String = why.to_string().chars().take(FAULT_CHARS_MAX).collect();
            bad(format!("this is not a JSON Schema of draft 2020-12: {why}"))
        })?;
    Ok(Schema {
        validator,
        places: (PLACES_MAX - left) as u64,
        compares: text.contains("\"uniqueItems\""),
    })
}

fn bad(what: String) -> Refusal {
    refuse::invalid(
        what,
        "see json-schema.org; references have the form #/$defs/NAME",
    )
    .within("the field 'schema'")
}

/// Counts the places of a schema with its references written out.
fn walk<'a>(
    root: &'a Value,
    here: &'a Value,
    path: &mut Vec<&'a str>,
    left: &mut usize,
) -> Result<(), Refusal> {
    *left = left
        .checked_sub(1)
        .ok_or_else(|| bad(format!("written out it has more than {PLACES_MAX} places")))?;
    match here {
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| walk(root, item, path, left)),
        Value::Object(fields) => {
            fields
                .iter()
                .try_for_each(|(word, value)| match (word.as_str(), value) {
                    ("$ref", Value::String(target)) => follow(root, target, path, left),
                    (
                        "$dynamicRef" | "$dynamicAnchor" | "$recursiveRef" | "$recursiveAnchor"
                        | "$id",
                        _,
                    ) => Err(bad(format!("the keyword {word} is not allowed here"))),
                    // Plain data, whatever it looks like; definitions count where they are used.
                    ("const" | "enum" | "default" | "examples" | "$defs" | "definitions", _) => {
                        Ok(())
                    }
                    _ => walk(root, value, path, left),
                })
        }
        _ => Ok(()),
    }
}

fn follow<'a>(
    root: &'a Value,
    target: &'a str,
    path: &mut Vec<&'a str>,
    left: &mut usize,
) -> Result<(), Refusal> {
    let name = target
        .strip_prefix("#/$defs/")
        .ok_or_else(|| bad(format!("the reference '{target}' leads outside")))?;
    let found = root.get("$defs").and_then(|defs| defs.get(name));
    let found = found.ok_or_else(|| bad(format!("the reference '{target}' leads nowhere")))?;
    if path.contains(&name) {
        return Err(bad(format!("the reference '{target}' runs in a circle")));
    }
    path.push(name);
    walk(root, found, path, left)?;
    path.pop();
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(schema: Value) -> Result<Schema, Refusal> {
        compile(schema.as_object().unwrap())
    }

    #[test]
    fn payloads_are_checked() {
        let schema = json!({"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}});
        let validator = made(schema).unwrap();
        let payload = |value: Value| check(&validator, "build", value.as_object().unwrap());
        assert_eq!(payload(json!({"ok": true})), Ok(()));
        let refusal = payload(json!({"ok": "yes"})).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::SchemaMismatch);
        assert!(refusal.detail().contains("/ok"), "{refusal}");
    }

    #[test]
    fn schemas_that_could_do_harm_are_refused() {
        let chain: Map<String, Value> = (0..40)
            .map(|at| {
                let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
                (
                    format!("d{at}"),
                    if at == 39 {
                        json!({})
                    } else {
                        json!({"allOf": [next.clone(), next]})
                    },
                )
            })
            .collect();
        for schema in [
            json!({"$ref": "#"}),
            json!({"$ref": "https://example.com/schema.json"}),
            json!({"$ref": "#/$defs/none"}),
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}),
            json!({"$ref": "#/$defs/d0", "$defs": chain}),
            json!({"$dynamicRef": "#a"}),
            json!({"type": "no such type"}),
            json!({"pattern": "("}),
            json!({"properties": {"a": {"pattern": "(((a{1,500}){1,500}){1,500})"}}}),
        ] {
            let refusal = made(schema.clone())
                .err()
                .unwrap_or_else(|| panic!("{schema} was taken"));
            assert_eq!(refusal.code, ErrorCode::InvalidInput, "{schema}");
        }
        let long = json!({"description": "x".repeat(SCHEMA_BYTES_MAX)});
        assert_eq!(made(long).err().unwrap().code, ErrorCode::TooLarge);
    }

    #[test]
    fn references_inside_are_followed() {
        let schema = json!({"properties": {"to": {"$ref": "#/$defs/name"}}, "$defs": {"name": {"type": "string"}}});
        let validator = made(schema).unwrap();
        assert!(check(&validator, "x", json!({"to": 1}).as_object().unwrap()).is_err());
        assert!(check(&validator, "x", json!({"to": "a"}).as_object().unwrap()).is_ok());
    }

    #[test]
    fn what_checking_may_cost_is_bounded_by_schema_and_payload_together() {
        let many: Vec<Value> = (0..300).map(|at| json!({"minimum": at - 5_000})).collect();
        let schema = json!({"properties": {"list": {"items": {"allOf": many}}}});
        let costly = made(schema).unwrap();
        let list = |count: usize| json!({"list": vec![1; count]});
        let fits = |schema: &Schema, value: &Value| {
            fault(schema, "the payload", value.as_object().unwrap()).map(|fault| fault.why)
        };
        assert_eq!(fits(&costly, &list(10)), None);
        let why = fits(&costly, &list(10_000)).unwrap();
        assert!(why.contains("steps"), "{why}");
        // Items that are compared with one another cost their square.
        let unique = made(json!({"properties": {"list": {"uniqueItems": true}}})).unwrap();
        assert!(fits(&unique, &list(10_000)).unwrap().contains("steps"));
        let plain = made(json!({"properties": {"list": {"type": "array"}}})).unwrap();
        assert_eq!(fits(&plain, &list(10_000)), None);
    }
}
