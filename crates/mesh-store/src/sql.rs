//! Small helpers between our types and SQLite's.

use mesh_model::{Millis, Seq};
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::StoreError;

/// SQLite's integers are signed; nothing in the product is above 2^53.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn number(int: i64) -> u64 {
    u64::try_from(int).unwrap_or(0)
}

pub(crate) fn seq(row: &Row<'_>, column: usize) -> rusqlite::Result<Seq> {
    Ok(Seq(number(row.get(column)?)))
}

pub(crate) fn seq_option(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Seq>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(|seq| Seq(number(seq))))
}

pub(crate) fn millis(row: &Row<'_>, column: usize) -> rusqlite::Result<Millis> {
    Ok(Millis(number(row.get(column)?)))
}

pub(crate) fn millis_option(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Millis>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(|at| Millis(number(at))))
}

/// Ids are stored as their 16 bytes.
pub(crate) fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(column)?))
}

/// The bytes of several ids, one after the other.
pub(crate) fn uuids(bytes: &[u8]) -> impl Iterator<Item = Uuid> + '_ {
    bytes
        .chunks_exact(16)
        .filter_map(|id| Uuid::from_slice(id).ok())
}

/// What was read together with facts that may be unreadable.
pub(crate) type Read<T> = rusqlite::Result<Result<T, StoreError>>;

/// Our own plain types: writing them as JSON cannot fail.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What the projector wrote of our own types.
pub(crate) fn stored<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json)
        .map_err(|why| StoreError::Unreadable(format!("a row's facts: {why}")))
}

/// Words, which may be erased.
pub(crate) fn words<T: DeserializeOwned>(json: Option<String>) -> Option<T> {
    json.and_then(|json| serde_json::from_str(&json).ok())
}

/// Bounds of time; an absent one is wide open.
pub(crate) fn span(since: Option<Millis>, until: Option<Millis>) -> (i64, i64) {
    (
        since.map_or(0, |at| int(at.0)),
        until.map_or(i64::MAX, |at| int(at.0)),
    )
}
