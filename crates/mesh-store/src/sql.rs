//! Small helpers between our types and SQLite's.

use mesh_model::{Millis, Seq};
use rusqlite::Row;
use uuid::Uuid;

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
