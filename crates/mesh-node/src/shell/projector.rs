//! The thread that keeps the view up with the log.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use mesh_log::LogReader;
use mesh_model::Seq;
use mesh_store::{Projector, StoreError, StoredEvent};
use tokio::sync::watch;

use crate::machine::{Batch, Committed};

/// Events in one transaction while catching up.
const CATCH_UP_EVENTS: usize = 8_192;
/// Events in one transaction while live: fewer would cost throughput, more would delay readers.
const LIVE_EVENTS: usize = 4_096;

/// Projects batches as they come; what it missed it reads from the log.
pub(super) fn run(
    mut projector: Projector,
    batches: Receiver<Arc<Batch>>,
    reader: LogReader,
    upto: watch::Sender<Seq>,
) {
    if let Err(why) = live(&mut projector, &batches, &reader, &upto) {
        tracing::error!(%why, "the view has stopped; searches and histories are stale until the node is restarted");
    }
}

fn live(
    projector: &mut Projector,
    batches: &Receiver<Arc<Batch>>,
    reader: &LogReader,
    upto: &watch::Sender<Seq>,
) -> Result<(), StoreError> {
    catch_up(projector, reader, upto)?;
    while let Ok(first) = batches.recv() {
        let mut together = vec![first];
        let mut events = together[0].events.len();
        while events < LIVE_EVENTS
            && let Ok(batch) = batches.try_recv()
        {
            events += batch.events.len();
            together.push(batch);
        }
        let all: Vec<&Committed> = together.iter().flat_map(|batch| &batch.events).collect();
        let from = all
            .iter()
            .position(|event| event.seq > projector.upto())
            .unwrap_or(all.len());
        let next = all.get(from).map(|event| event.seq);
        if next.is_some_and(|next| next == projector.upto().next()) && consecutive(&all[from..]) {
            project(projector, &all[from..])?;
            upto.send_replace(projector.upto());
        }
        if projector.upto().0 + (CATCH_UP_EVENTS as u64) < reader.tail().seq
            || next.is_some_and(|next| projector.upto() < next)
        {
            catch_up(projector, reader, upto)?;
        }
    }
    catch_up(projector, reader, upto)
}

fn consecutive(events: &[&Committed]) -> bool {
    events
        .windows(2)
        .all(|pair| pair[1].seq == pair[0].seq.next())
}

fn project(projector: &mut Projector, events: &[&Committed]) -> Result<(), StoreError> {
    let stored: Vec<StoredEvent<'_>> = events
        .iter()
        .map(|event| StoredEvent {
            seq: event.seq,
            at: event.at,
            by: &event.by,
            facts: &event.facts,
            content: event.content.as_ref().map(|content| content.get()),
        })
        .collect();
    projector.project(&stored)
}

/// Reads the log from where the view is to its end.
fn catch_up(
    projector: &mut Projector,
    reader: &LogReader,
    upto: &watch::Sender<Seq>,
) -> Result<(), StoreError> {
    let begun = projector.upto();
    while projector.upto().0 < reader.tail().seq {
        let from = projector.upto();
        let mut events = Vec::with_capacity(CATCH_UP_EVENTS);
        let mut last = from;
        let read = reader.read(from.0 + 1, |record| {
            last = Seq(record.seq);
            // What this program does not know is in no view; the writer has said so already.
            events.extend(Committed::read(&record).ok());
            if events.len() >= CATCH_UP_EVENTS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        read.map_err(|why| StoreError::Unreadable(why.to_string()))?;
        if last == from {
            break;
        }
        project(projector, &events.iter().collect::<Vec<_>>())?;
        if projector.upto() < last {
            projector.skip_to(last)?;
        }
        upto.send_replace(projector.upto());
        if projector.upto().0 - begun.0 >= 100_000 {
            tracing::info!(
                view = projector.upto().0,
                head = reader.tail().seq,
                "building the view"
            );
        }
    }
    upto.send_replace(projector.upto());
    Ok(())
}
