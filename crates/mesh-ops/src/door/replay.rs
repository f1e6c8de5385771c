//! What a command led to, read back from the log.

use std::ops::ControlFlow;

use mesh_log::LogReader;
use mesh_model::{Facts, Refusal, Seq, refuse};

/// The facts of `count` events from `first` on.
pub(crate) fn facts(reader: &LogReader, first: Seq, count: u32) -> Result<Vec<Facts>, Refusal> {
    let mut found = Vec::with_capacity(count as usize);
    if count == 0 {
        return Ok(found);
    }
    let end = first.0 + u64::from(count);
    let read = reader.read(first.0, |record| {
        if record.seq >= end {
            return ControlFlow::Break(());
        }
        found.extend(Facts::decode(record.kind, record.v, record.facts.get()).ok());
        if record.seq + 1 == end {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match read {
        Ok(_) => Ok(found),
        Err(why) => {
            tracing::error!(%why, first = first.0, "a command's events could not be read back");
            Err(refuse::internal(
                "the command was carried out, but its events cannot be read back",
            ))
        }
    }
}
