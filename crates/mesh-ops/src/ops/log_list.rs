//! `log.list`: the headers of the log, in order

use crate::prelude::*;

use std::ops::ControlFlow;

use mesh_log::{LogReader, Record};

impl Run for LogList {
    async fn run(door: &Door, _: &Call, input: LogListInput) -> Result<Page<LogEntry>, Refusal> {
        let limit = check::limit(input.limit)?;
        door.check_cursor(Some(input.after))?;
        let reader = door.node().log_reader();
        let items = door
            .blocking(move || entries(&reader, input.after, limit))
            .await??;
        let last = items.last().map(|entry| entry.seq);
        let next = last.filter(|last| *last < door.node().head());
        Ok(Page {
            items,
            next,
            prev: None,
        })
    }
}

fn entries(reader: &LogReader, after: Seq, limit: usize) -> Result<Vec<LogEntry>, Refusal> {
    let mut items = Vec::with_capacity(limit);
    let read = reader.read(after.0 + 1, |record| {
        items.push(entry(&record));
        if items.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    read.map(|_| items).map_err(|why| {
        tracing::error!(%why, "the log could not be read");
        refuse::internal("the log could not be read")
    })
}

fn entry(record: &Record<'_>) -> LogEntry {
    LogEntry {
        seq: Seq(record.seq),
        at: Millis(record.at),
        kind: record.kind.to_owned(),
        by: serde_json::from_str(record.by.get()).unwrap_or_default(),
        facts: serde_json::from_str(record.facts.get()).unwrap_or_default(),
    }
}
