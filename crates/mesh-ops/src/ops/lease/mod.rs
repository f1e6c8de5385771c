//! Leases on paths.

mod check;
mod list;
mod release;
mod take;

use crate::ops::present;
use crate::prelude::*;

use mesh_core::PathLease as Record;
use mesh_node::machine::{Reader, Whose};

/// A lease as it is shown.
fn describe(access: &Access, reader: Reader<'_>, lease: Seq, record: &Record) -> PathLease {
    let whose = Whose::of(access, record.holder, lease);
    let paths = record.paths.iter();
    PathLease {
        lease,
        holder: present::participant(access, record.holder),
        paths: paths
            .map(|path| reader.tell(access, &whose, path))
            .collect(),
        mode: record.mode,
        since: Millis(record.since_ms),
        until: Millis(record.until_ms),
    }
}
