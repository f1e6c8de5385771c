//! `event.list`: replay of what one may see of the log

use crate::ops::present;
use crate::prelude::*;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use mesh_log::{LogReader, Record};
use mesh_model::limits::{EVENT_TYPES_MAX, REPLAY_EVENTS_MAX};
use mesh_node::machine::{Committed, Envelopes, Filter, Reader, encode_item};

impl Run for EventList {
    async fn run(
        door: &Door,
        call: &Call,
        input: EventListInput,
    ) -> Result<Page<StreamItem>, Refusal> {
        let limit = check::limit(input.limit)?;
        door.check_cursor(Some(input.after))?;
        if input.types.len() > EVENT_TYPES_MAX {
            return Err(refuse::invalid(
                format!("the field 'types' has more than {EVENT_TYPES_MAX} entries"),
                "name fewer, or none for all",
            ));
        }
        let rooms = match &input.room {
            Some(room) => vec![call.readable_room(room)?.0],
            None => Vec::new(),
        };
        let replay = Replay {
            access: Arc::clone(&call.access),
            viewer: call.me()?,
            envelopes: door.node().envelopes().clone(),
            filter: Filter {
                rooms,
                types: input.types,
            },
            limit,
            items: Vec::new(),
            read: BTreeSet::new(),
            last: input.after,
        };
        let reader = door.node().log_reader();
        let replay = door
            .blocking(move || replay.run(&reader, input.after))
            .await??;
        let shown = present::reader(door, call);
        replay.read.iter().for_each(|room| shown.note(*room));
        // The place that was looked at last, not the last item: a page may be short and not the end.
        let next = Some(replay.last).filter(|last| *last < door.node().head());
        Ok(Page {
            items: replay.items,
            next,
            prev: None,
        })
    }
}

struct Replay {
    access: Arc<Access>,
    viewer: ParticipantId,
    envelopes: Envelopes,
    filter: Filter,
    limit: usize,
    items: Vec<StreamItem>,
    /// The rooms whose words are among them.
    read: BTreeSet<RoomId>,
    last: Seq,
}

impl Replay {
    fn run(mut self, reader: &LogReader, after: Seq) -> Result<Replay, Refusal> {
        let mut looked_at = 0;
        let read = reader.read(after.0 + 1, |record| {
            self.last = Seq(record.seq);
            let item = self.item(&record, reader);
            self.items.extend(item);
            looked_at += 1;
            if self.items.len() < self.limit && looked_at < REPLAY_EVENTS_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        read.map(|_| self).map_err(|why| {
            tracing::error!(%why, "the log could not be read");
            refuse::internal("the log could not be read")
        })
    }

    /// The event as its reader sees it, if it may and wants to.
    fn item(&mut self, record: &Record<'_>, reader: &LogReader) -> Option<StreamItem> {
        let facts = Facts::decode(record.kind, record.v, record.facts.get()).ok()?;
        let seq = Seq(record.seq);
        if !self.filter.admits(&facts) || !self.access.sees(self.viewer, &facts, seq) {
            return None;
        }
        let event = Committed::read_for_show(record, reader).ok()?;
        if event.content.is_some() {
            self.read.extend(event.facts.room());
        }
        let mut json = String::new();
        let shown = Reader::of(&self.access, self.viewer, &self.envelopes);
        encode_item(&self.access, &event, shown, &mut json);
        serde_json::from_str(&json).ok()
    }
}
