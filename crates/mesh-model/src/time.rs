//! Time as a number: unix milliseconds inside, RFC 3339 UTC in the API.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A moment in unix milliseconds. In JSON it is RFC 3339 in UTC with milliseconds.
///
/// The log stores the bare number; see [`Millis::raw`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub u64);

/// 9999-12-30: beyond it RFC 3339 has no spelling.
const LAST: u64 = 253_402_207_200_000;

impl Millis {
    /// This moment plus some milliseconds.
    pub fn plus(self, ms: u64) -> Millis {
        Millis(self.0.saturating_add(ms).min(LAST))
    }

    /// Milliseconds from `earlier` to this moment, 0 if it is later.
    pub fn since(self, earlier: Millis) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Millis> {
        let stamp: Timestamp = text.parse().ok()?;
        u64::try_from(stamp.as_millisecond())
            .ok()
            .filter(|ms| *ms <= LAST)
            .map(Millis)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp = Timestamp::from_millisecond(self.0.min(LAST) as i64).map_err(|_| fmt::Error)?;
        write!(f, "{stamp:.3}")
    }
}

impl Serialize for Millis {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        Millis::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "'{text}' is not an RFC 3339 time, such as 2026-11-21T06:20:38Z"
            ))
        })
    }
}

impl JsonSchema for Millis {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time", "description": "RFC 3339, UTC, milliseconds"})
    }
}

/// Serialises [`Millis`] as a bare number: the form the log stores. Use with `#[serde(with)]`.
pub mod raw {
    use super::Millis;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the number.
    pub fn serialize<S: Serializer>(at: &Option<Millis>, s: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => s.serialize_u64(at.0),
            None => s.serialize_none(),
        }
    }

    /// Reads the number.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Millis>, D::Error> {
        Ok(Option::<u64>::deserialize(d)?.map(Millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_rfc3339() {
        let at = Millis(1_763_705_000_123);
        assert_eq!(at.to_string(), "2025-11-21T06:03:20.123Z");
        assert_eq!(Millis::parse(&at.to_string()), Some(at));
        assert_eq!(Millis::parse("2025-11-21T07:03:20.123+01:00"), Some(at));
        assert_eq!(Millis::parse("yesterday"), None);
        assert_eq!(Millis::parse("1960-01-01T00:00:00Z"), None);
        assert_eq!(Millis(u64::MAX).to_string(), "9999-12-30T22:00:00.000Z");
    }
}
