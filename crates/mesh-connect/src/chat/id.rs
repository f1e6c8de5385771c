//! What a service calls a chat, a message or a person: a text to everybody but the service.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Its own for good. Services whose ids are numbers have them as texts of their digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Read", into = "String")]
pub(crate) struct Id(String);

/// Places that were kept as numbers are read too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    Number(i64),
    Text(String),
}

impl From<Read> for Id {
    fn from(read: Read) -> Id {
        match read {
            Read::Number(number) => number.into(),
            Read::Text(text) => Id(text),
        }
    }
}

impl From<i64> for Id {
    fn from(number: i64) -> Id {
        Id(number.to_string())
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Id {
        Id(text.to_owned())
    }
}

impl From<String> for Id {
    fn from(text: String) -> Id {
        Id(text)
    }
}

impl From<Id> for String {
    fn from(id: Id) -> String {
        id.0
    }
}

impl Id {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For a service whose ids are numbers; one that is none is nobody's.
    pub fn number(&self) -> i64 {
        self.0.parse().unwrap_or_default()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
