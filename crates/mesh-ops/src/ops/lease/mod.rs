//! Leases on paths.

mod check;
mod list;
mod release;
mod take;

use crate::ops::present;
use crate::prelude::*;

use mesh_core::PathLease as Record;

/// A lease as it is shown. Its paths have no blanks and are of participants whose trust is local or was when they took it.
fn describe(access: &Access, lease: Seq, record: &Record) -> PathLease {
    PathLease {
        lease,
        holder: present::participant(access, record.holder),
        paths: record.paths.clone(),
        mode: record.mode,
        since: Millis(record.since_ms),
        until: Millis(record.until_ms),
    }
}
