//! What a text can be that nobody writes freely: types that only schemas name.
//!
//! Every text that is answered is one of these, a type of its own such as an id, or [`Told`](crate::told::Told).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

macro_rules! closed {
    ($($(#[doc = $doc:literal])* $name:ident $format:literal;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug)]
            pub enum $name {}

            impl JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!({"type": "string", "format": $format})
                }
            }
        )*

        /// The formats of all of them.
        pub const FORMATS: &[&str] = &[$($format),*];
    };
}

closed! {
    /// A name by the one rule for names: `a-z`, `0-9` and `-`, at most 40 characters.
    Name "name";
    /// A name that a program gives to one of its parts: `A-Z`, `a-z`, `0-9`, `_`, `-` and `.`, at most 64 characters.
    Part "part";
    /// A word of ours: a kind, a code, a version, a hash, a date.
    Code "code";
    /// One emoji of the Unicode list.
    Emoji "emoji";
    /// A secret, or a path that holds one.
    Secret "secret";
    /// A sentence of ours, in which names stand and what its reader itself asked.
    Ours "ours";
    /// Written by those who lead the mesh, for everybody.
    Led "led";
}
