//! Pieces that several nouns share.

use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::events::{Kind, Trust};
use crate::ids::{ParticipantId, Seq};

/// A participant as it is named in messages and lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParticipantRef {
    /// The participant.
    pub id: ParticipantId,
    /// Its handle, without @.
    #[schemars(with = "crate::closed::Name")]
    pub handle: String,
    /// What kind it is.
    pub kind: Kind,
    /// How far its words are trusted.
    pub trust: Trust,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// The items, ascending where they have a seq.
    pub items: Vec<T>,
    /// Put it into `after` for the page that follows; null at the end.
    pub next: Option<Seq>,
    /// Put it into `before` for the page that precedes; null at the beginning.
    pub prev: Option<Seq>,
}

/// A list that comes whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
}

/// Takes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoInput {}

/// The command was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// The place of the command's last event in the log; the head if nothing had to change.
    pub seq: Seq,
}

/// A free label. Stored as erasable content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// The label.
    pub label: String,
}

/// Reads an object inside an input. What serde derives would also take a list of its fields'
/// values, which the schema does not allow. Use with `#[serde(deserialize_with)]`.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    d.deserialize_map(Object(PhantomData))
}

/// The same where the object may be absent or null.
pub(super) fn object_or_null<'de, D, T>(d: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(bound = "T: Deserialize<'de>")]
    struct Whole<T>(#[serde(deserialize_with = "object")] T);

    Ok(Option::<Whole<T>>::deserialize(d)?.map(|whole| whole.0))
}

/// Why somebody did something to somebody; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The reason, for people.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use crate::api::{ParticipantUpdateInput, SessionOpenInput};

    #[test]
    fn a_list_is_no_object() {
        let open = |json| serde_json::from_str::<SessionOpenInput>(json);
        assert_eq!(
            open(r#"{"client":{"name":"x"}}"#)
                .unwrap()
                .client
                .name
                .as_deref(),
            Some("x")
        );
        assert_eq!(open("{}").unwrap(), SessionOpenInput::default());
        assert!(open(r#"{"client":[null,null]}"#).is_err());
        let update = |json| serde_json::from_str::<ParticipantUpdateInput>(json);
        assert!(
            update(r#"{"participant":"a","profile":null}"#)
                .unwrap()
                .profile
                .is_none()
        );
        assert!(update(r#"{"participant":"a"}"#).unwrap().profile.is_none());
        assert!(
            update(r#"{"participant":"a","profile":{"about":"b"}}"#)
                .unwrap()
                .profile
                .is_some()
        );
        assert!(update(r#"{"participant":"a","profile":["b"]}"#).is_err());
    }
}
