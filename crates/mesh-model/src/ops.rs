//! The registry: every operation is declared once, in `NOUN/ops.rs`.
//!
//! REST, OpenAPI, WebSocket calls, MCP tools, `mesh call`, SDK types and the reference come
//! from these declarations. Each has exactly one implementation, in `mesh-ops`; one without
//! the other does not compile.
//!
//! An example may hold `$NAME` strings. They stand for things a test made before:
//! `$message` (a message of the caller in the room `workshop`), `$credential`, `$invite`, `$webhook`, `$link`,
//! `$code`, `$key`, `$lease` (a lease in `workshop`), `$schedule` (one of the caller), `$alert` (one of the caller), `$session`, `$browser`, `$told` (a browser of tove),
//! `$quarantined` (a message that waits in `workshop`),
//! `$identity` and `$proof` (a fresh key and its proof), `$held` (a key of rex),
//! `$act` (an act of kite that waits for a person's word), `$proposing_task` (one that ended with a proposal), `$planning_task` (one that ended with a plan) and `$plan`
//! (what stands for that plan).

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::permission::Permission;

/// Whether an operation changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpKind {
    /// It may change something; it takes an idempotency key.
    Command,
    /// It only reads.
    Query,
}

/// The HTTP method of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are HTTP's own")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Its name in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Who may ask for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nobody in particular: no credential is looked at.
    Nothing,
    /// Any valid credential.
    Credential,
    /// A credential with this permission.
    Permission(Permission),
    /// The owner's own token or browser.
    Owner,
}

/// The declaration of an operation.
#[derive(Debug)]
pub struct Declaration {
    /// Its name, `noun.verb`.
    pub name: &'static str,
    /// Whether it changes anything.
    pub kind: OpKind,
    /// Who may ask for it.
    pub needs: Needs,
    /// Its method in REST.
    pub method: Method,
    /// Its path in REST; `{field}` is taken from the input.
    pub path: &'static str,
    /// The status of its success in REST.
    pub status: u16,
    /// The MCP tool of daily use that it is, beside `mesh_call`.
    pub tool: Option<&'static str>,
    /// What it does, in a sentence or two.
    pub doc: &'static str,
    /// An example of its input, JSON.
    pub example: &'static str,
    /// The JSON Schema of its input.
    pub input: fn(&mut SchemaGenerator) -> Schema,
    /// The JSON Schema of its output.
    pub output: fn(&mut SchemaGenerator) -> Schema,
}

/// An operation's types, tied to its declaration.
pub trait Operation: Send + Sync + 'static {
    /// What it takes.
    type Input: DeserializeOwned + Serialize + JsonSchema + Send + 'static;
    /// What it gives.
    type Output: DeserializeOwned + Serialize + JsonSchema + Send + 'static;
    /// All else there is to say about it.
    const DECLARATION: Declaration;
}

/// Declares the operations of one noun.
macro_rules! operations {
    ($list:ident $for_each:ident $($(#[doc = $doc:literal])+ $op:ident $name:literal {
        $kind:ident $needs:expr, $method:ident $path:literal => $status:literal,
        $input:ty => $output:ty,
        $(tool $tool:literal,)?
        example $example:literal
    })*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug)]
            pub struct $op;

            impl $crate::ops::Operation for $op {
                type Input = $input;
                type Output = $output;
                const DECLARATION: $crate::ops::Declaration = $crate::ops::Declaration {
                    name: $name,
                    kind: $crate::ops::OpKind::$kind,
                    needs: $needs,
                    method: $crate::ops::Method::$method,
                    path: $path,
                    status: $status,
                    tool: $crate::ops::tool_name!($($tool)?),
                    doc: concat!($($doc,)+).trim_ascii(),
                    example: $example,
                    input: |generator| generator.subschema_for::<$input>(),
                    output: |generator| generator.subschema_for::<$output>(),
                };
            }
        )*

        pub(crate) const $list: &[&$crate::ops::Declaration] =
            &[$(&<$op as $crate::ops::Operation>::DECLARATION,)*];

        $crate::ops::for_each_of!(($) $for_each $($op)*);
    };
}
pub(crate) use operations;

macro_rules! tool_name {
    () => {
        None
    };
    ($tool:literal) => {
        Some($tool)
    };
}
pub(crate) use tool_name;

/// Makes a macro that calls another once with every operation of one noun. It has the noun's name as types are written: a
/// noun may be called like a macro of the standard library.
macro_rules! for_each_of {
    (($dollar:tt) $for_each:ident $($op:ident)*) => {
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $for_each {
            ($dollar callback:ident) => { $dollar callback! { $($op)* } };
        }
    };
}
pub(crate) use for_each_of;

macro_rules! all_operations {
    ($($noun:ident $name:ident: [$($part:ident)*] [$($command:ident)?] [$($facts:ident)?];)*) => {
        $($(all_operations!(@part $noun $part);)*)*

        /// Every declaration, in the order the reference lists them.
        pub fn all() -> impl Iterator<Item = &'static Declaration> {
            let lists: &[&[&Declaration]] = &[$($(all_operations!(@list $noun $part),)*)*];
            lists.iter().copied().flatten().copied()
        }

        all_operations!(@each ($) $($name)*);
    };
    (@part $noun:ident ops) => {
        pub use crate::$noun::ops::*;
    };
    (@part $noun:ident $other:ident) => {};
    (@list $noun:ident ops) => {
        crate::$noun::ops::LIST
    };
    (@list $noun:ident $other:ident) => {
        &[]
    };
    (@each ($dollar:tt) $($name:ident)*) => {
        /// Calls `callback! { OpA OpB … }` once per noun, so that whoever needs all operations
        /// cannot forget one.
        #[macro_export]
        macro_rules! for_each_operation {
            ($dollar callback:ident) => {
                $($crate::$name! { $dollar callback })*
            };
        }
    };
}
crate::nouns::nouns!(all_operations);

/// The declaration of that name.
pub fn named(name: &str) -> Option<&'static Declaration> {
    all().find(|declaration| declaration.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_addresses_and_tools_are_unique() {
        let mut seen = BTreeSet::new();
        for op in all() {
            assert!(seen.insert(op.name.to_owned()), "{} twice", op.name);
            assert!(
                seen.insert(format!("{} {}", op.method.name(), op.path)),
                "{} {} twice",
                op.method.name(),
                op.path
            );
            if let Some(tool) = op.tool {
                assert!(seen.insert(tool.to_owned()), "tool {tool} twice");
            }
        }
    }

    #[test]
    fn queries_are_gets_and_commands_are_not() {
        for op in all() {
            assert_eq!(
                op.kind == OpKind::Query,
                op.method == Method::Get,
                "{}",
                op.name
            );
        }
    }

    #[test]
    fn every_path_parameter_is_an_input_field() {
        for op in all() {
            let mut generator = SchemaGenerator::default();
            (op.input)(&mut generator);
            let definitions = generator.take_definitions(true);
            let mut fields = BTreeSet::new();
            for schema in definitions.values() {
                fields.extend(
                    schema["properties"]
                        .as_object()
                        .into_iter()
                        .flatten()
                        .map(|(name, _)| name.clone()),
                );
            }
            for part in op.path.split('/').filter_map(|p| p.strip_prefix('{')) {
                let field = part.trim_end_matches('}');
                assert!(fields.contains(field), "{}: no field {field}", op.name);
            }
        }
    }

    #[test]
    fn examples_are_objects_with_a_doc() {
        for op in all() {
            let example: serde_json::Value = serde_json::from_str(op.example).unwrap();
            assert!(example.is_object(), "{}", op.name);
            assert!(op.doc.ends_with('.'), "{}: '{}'", op.name, op.doc);
        }
    }
}
