//! Words that somebody wrote, as one reader gets them.
//!
//! Whatever a person or a program may write freely is of this type wherever it is answered. `mesh_node::machine::Reader`
//! alone makes it, since it alone decides whether its reader gets words plain or in an envelope; tidy holds the
//! operations to that. On the wire it is what it holds; its schema has the format `told`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How an envelope begins.
pub const ENVELOPE: &str = "----- BEGIN UNTRUSTED MESSAGE ";
/// The format by which schemas name what somebody may write freely.
pub const FORMAT: &str = "told";

macro_rules! told {
    ($($(#[doc = $doc:literal])* $name:ident($inner:ty) -> $target:ty;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name($inner);

        impl $name {
            /// Words as they were decided to be told, or as they were received.
            pub fn plain(words: $inner) -> $name {
                $name(words)
            }

            /// What they are.
            pub fn into_inner(self) -> $inner {
                self.0
            }
        }

        impl Deref for $name {
            type Target = $target;

            fn deref(&self) -> &$target {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for $inner {
            fn from(told: $name) -> $inner {
                told.0
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut schema = <$inner>::json_schema(generator);
                schema.insert("format".to_owned(), FORMAT.into());
                schema
            }
        }
    )*};
}

told! {
    /// Words of somebody's.
    Told(String) -> str;
    /// An object that somebody wrote.
    ToldData(Map<String, Value>) -> Map<String, Value>;
    /// A value of whatever form that somebody wrote.
    ToldValue(Value) -> Value;
}

impl Eq for Told {}

impl Told {
    /// Words of ours, in which others' stand as they were told to the same reader.
    pub fn composed(words: String) -> Told {
        Told(words)
    }

    /// Whether they stand in an envelope. Words of somebody who is trusted may look as if they did.
    pub fn is_enveloped(&self) -> bool {
        self.0.starts_with(ENVELOPE)
    }
}

impl fmt::Display for ToldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<str> for Told {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Told {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<String> for Told {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl PartialEq<&str> for Told {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_wire_it_is_what_it_holds_and_its_schema_says_what_it_is() {
        let told = Told::plain("a".to_owned());
        assert_eq!(serde_json::to_value(&told).unwrap(), "a");
        assert_eq!(serde_json::from_str::<Told>("\"a\"").unwrap(), told);
        let mut generator = SchemaGenerator::default();
        for schema in [
            generator.subschema_for::<Told>(),
            generator.subschema_for::<ToldData>(),
            generator.subschema_for::<ToldValue>(),
        ] {
            assert_eq!(schema.as_value()["format"], FORMAT);
        }
    }
}
