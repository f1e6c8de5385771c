//! What each event says, in the stream and in the log: the schemas of [`StreamItem`] and [`LogEntry`], made from what
//! the events declare.
//!
//! The two forms differ where there are words, which the stream tells beside the facts, and where there are moments,
//! which are texts in the stream and numbers in the log.
//!
//! [`StreamItem`]: mesh_model::api::StreamItem
//! [`LogEntry`]: mesh_model::api::LogEntry

use mesh_model::events::Words;
use mesh_model::{Facts, told};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::describe::schema::COMPONENTS;

/// The types of one kind of event, as components.
pub(crate) struct Named {
    kind: &'static str,
    words: Words,
    free: bool,
    times: &'static [&'static str],
    facts: String,
    content: String,
    told: Option<String>,
}

/// The types of all events, in the order of their kinds.
pub(crate) fn named(generator: &mut SchemaGenerator) -> Vec<Named> {
    let mut all: Vec<_> = Facts::declared()
        .map(|event| Named {
            kind: event.kind,
            words: event.words,
            free: !event.free.is_empty(),
            times: event.times,
            facts: name((event.facts)(generator).as_value()),
            content: name((event.content)(generator).as_value()),
            told: event.told.map(|told| name(told(generator).as_value())),
        })
        .collect();
    all.sort_unstable_by_key(|event| event.kind);
    all
}

/// Puts in place of the two open types one of each kind of event, told apart by `type`.
pub(crate) fn describe(events: &[Named], components: &mut Map<String, Value>) {
    let forms: Vec<_> = events.iter().map(|event| event.forms(components)).collect();
    let item = ("StreamItem", "Item", "data");
    let entry = ("LogEntry", "Entry", "facts");
    for (index, (whole, suffix, field)) in [item, entry].into_iter().enumerate() {
        let mut mapping = Map::new();
        for (event, forms) in events.iter().zip(&forms) {
            let one = format!("{}{suffix}", camel(event.kind));
            mapping.insert(event.kind.to_owned(), json!(path(&one)));
            let schema = json!({
                "allOf": [to(&format!("{whole}Head"))],
                "type": "object",
                "properties": {"type": {"type": "string", "const": event.kind}, field: to(&forms[index])},
                "required": ["type", field]
            });
            components.insert(one, schema);
        }
        let mut head = components.remove(whole).unwrap_or_default();
        let each: Vec<_> = mapping.values().map(|path| json!({"$ref": path})).collect();
        let union = json!({
            "description": head["description"],
            "oneOf": each,
            "discriminator": {"propertyName": "type", "mapping": mapping}
        });
        head["description"] = json!("What stands in it whatever happened.");
        for own in ["type", field] {
            if let Some(fields) = head["properties"].as_object_mut() {
                fields.remove(own);
            }
            if let Some(required) = head["required"].as_array_mut() {
                required.retain(|name| name != own);
            }
        }
        components.insert(format!("{whole}Head"), head);
        components.insert(whole.to_owned(), union);
    }
}

impl Named {
    /// The names of what the stream tells and of what the log keeps: the same where nothing differs.
    fn forms(&self, components: &mut Map<String, Value>) -> [String; 2] {
        let mut facts = components.get(&self.facts).cloned().unwrap_or_default();
        // Readers pass over what a newer node adds.
        if let Some(facts) = facts.as_object_mut() {
            facts.remove("additionalProperties");
        }
        // Where the content is declared is of interest in the source only.
        if let Some(Value::String(about)) = facts.get_mut("description") {
            about.truncate(about.find(" Content: ").unwrap_or(about.len()));
        }
        let kept = format!("{}Facts", camel(self.kind));
        components.insert(kept.clone(), facts.clone());
        if let Some(told) = &self.told {
            return [told.clone(), kept];
        }
        let mut data = facts.clone();
        for place in self.times {
            let steps: Vec<_> = place.split('/').skip(1).collect();
            retime(&mut data, &steps, components);
        }
        add_words(
            &mut data,
            self.words,
            self.free,
            components.get(&self.content),
        );
        if data == facts {
            return [kept.clone(), kept];
        }
        let told = format!("{}Data", camel(self.kind));
        components.insert(told.clone(), data);
        [told, kept]
    }
}

/// `task.attempt_failed` as a type is called: `TaskAttemptFailed`.
fn camel(kind: &str) -> String {
    kind.split(['.', '_'])
        .flat_map(|word| {
            let (first, rest) = word.split_at(1.min(word.len()));
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect()
}

/// Beside the facts stand the words, as long as they are there: they can be erased, and programs get those from across
/// a trust boundary in an envelope.
fn add_words(told: &mut Value, words: Words, free: bool, content: Option<&Value>) {
    let mut fields = Map::new();
    match words {
        Words::None if !free => return,
        // Nobody gets them, but that they are gone is told.
        Words::Sealed => {}
        Words::None | Words::Message | Words::Waiting | Words::Work | Words::Data => {
            let content = content.and_then(|content| content["properties"].as_object());
            fields.extend(content.cloned().unwrap_or_default());
            let text = json!({"type": "string", "format": told::FORMAT, "description": "The words in their envelope."});
            fields.entry("text").or_insert(text);
            fields.insert(
                "enveloped".to_owned(),
                json!({"type": "boolean", "description":
                    "Whether `text` holds all words in an envelope: to programs, words from across a trust boundary are data."}),
            );
        }
    }
    if words == Words::None {
        return extend(told, fields);
    }
    fields.insert(
        "redacted".to_owned(),
        json!({"type": "boolean", "description": "Whether the words were erased for good."}),
    );
    extend(told, fields);
}

fn extend(told: &mut Value, fields: Map<String, Value>) {
    if let Some(told) = told["properties"].as_object_mut() {
        told.extend(fields);
    } else {
        told["properties"] = Value::Object(fields);
    }
}

/// Turns the number at this place into the text that the stream has there. Named types on the way get a form of their own.
fn retime(schema: &mut Value, steps: &[&str], components: &mut Map<String, Value>) {
    let Some((step, rest)) = steps.split_first() else {
        let time = to("Time");
        let nullable = schema["type"].is_array();
        let mut text = if nullable {
            json!({"anyOf": [time, {"type": "null"}]})
        } else {
            time
        };
        if let Some(Value::String(about)) = schema.get("description") {
            text["description"] = json!(about.replace(", unix milliseconds", ""));
        }
        *schema = text;
        return;
    };
    if let Some(path) = schema.get_mut("$ref") {
        let stored = last(path.as_str().unwrap_or_default()).to_owned();
        let told = format!("{stored}Told");
        *path = json!(self::path(&told));
        let mut inner = components.get(&stored).cloned().unwrap_or_default();
        retime(&mut inner, steps, components);
        components.insert(told, inner);
        return;
    }
    if let Some(field) = schema.pointer_mut(&format!("/properties/{step}")) {
        retime(field, rest, components);
        return;
    }
    for word in ["anyOf", "oneOf"] {
        for part in schema
            .get_mut(word)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            retime(part, steps, components);
        }
    }
}

fn name(reference: &Value) -> String {
    last(reference["$ref"].as_str().unwrap_or_default()).to_owned()
}

fn last(path: &str) -> &str {
    path.strip_prefix(COMPONENTS).unwrap_or(path)
}

fn path(name: &str) -> String {
    format!("{COMPONENTS}{name}")
}

fn to(name: &str) -> Value {
    json!({"$ref": path(name)})
}
