//! The schemas of inputs and outputs, made once from the declarations.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use mesh_model::ops::{self, Declaration};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::describe::events;

/// Where components stand in the OpenAPI document.
pub(crate) const COMPONENTS: &str = "#/components/schemas/";

/// The schemas of all inputs and outputs by their types' names.
pub(crate) struct Schemas {
    /// What requests may hold, and what answers hold.
    pub components: Map<String, Value>,
    inputs: Vec<(&'static str, Value)>,
    outputs: Vec<(&'static str, Value)>,
}

static ALL: LazyLock<Schemas> = LazyLock::new(Schemas::make);

impl Schemas {
    /// Those of every declared operation.
    pub fn all() -> &'static Schemas {
        &ALL
    }

    fn make() -> Schemas {
        let settings = || {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = COMPONENTS
                .trim_start_matches('#')
                .trim_end_matches('/')
                .to_owned()
                .into();
            settings.meta_schema = None;
            settings
        };
        // What is optional when it is sent is not optional when it is answered, so there are two.
        let mut asked = settings().for_deserialize().into_generator();
        let mut answered = settings().for_serialize().into_generator();
        let take = |generator: &mut SchemaGenerator, make: fn(&mut SchemaGenerator) -> Schema| {
            make(generator).to_value()
        };
        let mut inputs = Vec::new();
        let mut outputs = Vec::new();
        for declaration in ops::all() {
            inputs.push((declaration.name, take(&mut asked, declaration.input)));
            outputs.push((declaration.name, take(&mut answered, declaration.output)));
        }
        let problem = answered.subschema_for::<mesh_model::error::Problem>();
        let events = events::named(&mut answered);
        let mut components = answered.take_definitions(true);
        // Of a type that is both sent and answered the stricter form stands: what is answered fits it too.
        components.extend(asked.take_definitions(true));
        events::describe(&events, &mut components);
        let spoken = inputs.iter().chain(&outputs).map(|(_, schema)| schema);
        keep_named(&mut components, spoken.chain([problem.as_value()]));
        Schemas {
            components,
            inputs,
            outputs,
        }
    }

    /// The schema of an operation's input, references followed: an object.
    pub fn input(&self, declaration: &Declaration) -> &Map<String, Value> {
        static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        let found = self
            .inputs
            .iter()
            .find(|(name, _)| *name == declaration.name);
        found
            .and_then(|(_, schema)| self.follow(schema).as_object())
            .unwrap_or(&EMPTY)
    }

    /// The schema of an operation's output, usually a reference.
    pub fn output(&self, declaration: &Declaration) -> &Value {
        let found = self
            .outputs
            .iter()
            .find(|(name, _)| *name == declaration.name);
        found.map_or(&Value::Null, |(_, schema)| schema)
    }

    /// The fields of an operation's input.
    pub fn fields(&self, declaration: &Declaration) -> &Map<String, Value> {
        static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        self.input(declaration)
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&EMPTY)
    }

    /// The names of the fields that must be given.
    pub fn required<'a>(&'a self, declaration: &Declaration) -> impl Iterator<Item = &'a str> {
        let list = self
            .input(declaration)
            .get("required")
            .and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The schema that a reference stands for.
    pub fn follow<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let named = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|path| path.strip_prefix(COMPONENTS));
        named
            .and_then(|name| self.components.get(name))
            .unwrap_or(schema)
    }

    /// The JSON types a value of this schema may have.
    pub fn types(&self, schema: &Value) -> Vec<String> {
        let schema = self.follow(schema);
        match schema.get("type") {
            Some(Value::String(one)) => return vec![one.clone()],
            Some(Value::Array(several)) => {
                return several
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
            }
            _ => {}
        }
        let parts = ["anyOf", "oneOf", "allOf"]
            .iter()
            .filter_map(|word| schema.get(word)?.as_array())
            .flatten();
        parts.flat_map(|part| self.types(part)).collect()
    }
}

/// Drops the components to which nothing leads from these schemas.
fn keep_named<'a>(components: &mut Map<String, Value>, from: impl Iterator<Item = &'a Value>) {
    let mut seen = BTreeSet::new();
    let mut waiting = Vec::new();
    from.for_each(|schema| references(schema, &mut waiting));
    while let Some(name) = waiting.pop() {
        if let Some(schema) = components.get(&name)
            && seen.insert(name)
        {
            references(schema, &mut waiting);
        }
    }
    components.retain(|name, _| seen.contains(name));
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(fields) => {
            let path = fields.get("$ref").and_then(Value::as_str);
            found.extend(
                path.and_then(|path| path.strip_prefix(COMPONENTS))
                    .map(str::to_owned),
            );
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
