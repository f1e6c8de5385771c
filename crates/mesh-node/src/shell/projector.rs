//! The thread that keeps the view up with the log.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mesh_log::{Content, LogReader};
use mesh_model::Seq;
use mesh_store::{Projector, StoreError, StoredEvent};
use tokio::sync::watch;

use super::queue::{Receiver, Sender};
use crate::machine::{Batch, Committed};

/// Events in one transaction while catching up: together they become one block of the index of words.
const CATCH_UP_EVENTS: usize = 32_768;
/// Bytes of content in one transaction while catching up: a few times as much is in memory.
const CATCH_UP_BYTES: usize = 16 * 1024 * 1024;
/// How far the view may be behind before another thread reads ahead.
const FAR_EVENTS: u64 = 8_192;
/// Events that may wait for the projector in memory. One that is further behind reads the log anyway.
pub(super) const QUEUE_EVENTS: usize = 16_384;
/// A batch counts as so many at least: it holds what was true after it as well.
const BATCH_EVENTS_MIN: usize = QUEUE_EVENTS / 64;
/// Events in one transaction while live: fewer would cost throughput, more would delay readers.
const LIVE_EVENTS: usize = 4_096;

/// How long batches gather while nobody waits for the view: many small transactions would take the
/// processor from those who are being served.
const GATHER: Duration = Duration::from_millis(20);

/// How much of [`QUEUE_EVENTS`] a batch takes.
pub(super) fn weight(batch: &Batch) -> usize {
    batch.events.len().max(BATCH_EVENTS_MIN)
}

/// Up to where readers wait for the view, and the bell that tells the projector.
#[derive(Debug)]
pub(super) struct Wanted {
    seq: Arc<AtomicU64>,
    /// Gone once the node goes down.
    bell: Mutex<Option<Sender<Arc<Batch>>>>,
}

impl Wanted {
    pub fn new(bell: Sender<Arc<Batch>>) -> Wanted {
        Wanted {
            seq: Arc::default(),
            bell: Mutex::new(Some(bell)),
        }
    }

    /// A reader waits for `seq`: the projector does not let batches gather until it is there.
    pub fn ask(&self, seq: Seq) {
        self.seq.fetch_max(seq.0, Ordering::Relaxed);
        let bell = self.bell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bell.as_ref() {
            bell.ring();
        }
    }

    /// Lets the projector end once the writer has.
    pub fn close(&self) {
        self.bell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// What the projector looks at.
    pub fn seq(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.seq)
    }
}

/// The projector's thread: it projects batches as they come, and what it missed it reads from the log.
pub(super) struct ProjectorThread {
    pub projector: Projector,
    pub work: Receiver<Arc<Batch>>,
    pub reader: LogReader,
    pub upto: watch::Sender<Seq>,
    pub wanted: Arc<AtomicU64>,
    /// Set by the writer when a batch found no room in the queue.
    pub missed: Arc<AtomicBool>,
}

impl ProjectorThread {
    /// Runs until nobody can send work any more.
    pub fn run(mut self) {
        if let Err(why) = self.live() {
            tracing::error!(%why, "the view has stopped; searches and histories are stale until the node is restarted");
        }
    }

    fn live(&mut self) -> Result<(), StoreError> {
        catch_up(&mut self.projector, &self.reader, &self.upto)?;
        while let Some(first) = self.work.recv() {
            let together = self.gather(first);
            self.take(&together)?;
            // The queue was full when it was set, so there is a turn after it that sees it.
            if self.missed.swap(false, Ordering::Relaxed) {
                catch_up(&mut self.projector, &self.reader, &self.upto)?;
            }
        }
        catch_up(&mut self.projector, &self.reader, &self.upto)
    }

    /// The batches that come within a moment, or at once if somebody waits for them.
    fn gather(&self, first: Arc<Batch>) -> Vec<Arc<Batch>> {
        let ends = Instant::now() + GATHER;
        let (mut events, mut together) = (first.events.len(), vec![first]);
        while events < LIVE_EVENTS {
            if let Some(batch) = self.work.try_recv() {
                events += batch.events.len();
                together.push(batch);
                continue;
            }
            let waited_for = self.wanted.load(Ordering::Relaxed) > self.projector.upto().0;
            if waited_for || Instant::now() >= ends || !self.work.gather(ends) {
                break;
            }
        }
        together
    }

    fn take(&mut self, together: &[Arc<Batch>]) -> Result<(), StoreError> {
        let all: Vec<&Committed> = together.iter().flat_map(|batch| &batch.events).collect();
        let upto = self.projector.upto();
        let new = &all[all
            .iter()
            .position(|event| event.seq > upto)
            .unwrap_or(all.len())..];
        let Some(last) = new.last().map(|event| event.seq) else {
            return Ok(());
        };
        if new[0].seq == upto.next() && consecutive(new) {
            project(&mut self.projector, new)?;
            self.upto.send_replace(self.projector.upto());
        }
        let far_behind = self.projector.upto().0 + FAR_EVENTS < self.reader.tail().seq;
        if far_behind || self.projector.upto() < last {
            catch_up(&mut self.projector, &self.reader, &self.upto)?;
        }
        Ok(())
    }
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

/// Events read from the log together.
struct Part {
    events: Vec<Committed>,
    /// The last event read, also if this program does not know it.
    last: Seq,
}

/// Reads on after `from`; `None` at the log's end.
fn read_part(reader: &LogReader, from: Seq) -> Result<Option<Part>, StoreError> {
    let mut part = Part {
        events: Vec::new(),
        last: from,
    };
    let mut bytes = 0;
    let read = reader.read(from.0 + 1, |record| {
        if let Content::Json(json) = record.content {
            bytes += json.len();
        }
        part.last = Seq(record.seq);
        // What this program does not know is in no view; the writer has said so already.
        part.events.extend(Committed::read(&record).ok());
        if part.events.len() >= CATCH_UP_EVENTS || bytes >= CATCH_UP_BYTES {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    read.map_err(|why| StoreError::Unreadable(why.to_string()))?;
    Ok((part.last > from).then_some(part))
}

/// Reads the log from where the view is to its end.
fn catch_up(
    projector: &mut Projector,
    reader: &LogReader,
    upto: &watch::Sender<Seq>,
) -> Result<(), StoreError> {
    if projector.upto().0 + FAR_EVENTS < reader.tail().seq {
        catch_up_far(projector, reader, upto)?;
    }
    while projector.upto().0 < reader.tail().seq {
        let Some(part) = read_part(reader, projector.upto())? else {
            break;
        };
        take_part(projector, &part, upto)?;
    }
    upto.send_replace(projector.upto());
    Ok(())
}

/// The same for a view that is far behind: one thread reads and decodes while this one writes.
fn catch_up_far(
    projector: &mut Projector,
    reader: &LogReader,
    upto: &watch::Sender<Seq>,
) -> Result<(), StoreError> {
    let begun = projector.upto();
    std::thread::scope(|scope| {
        let (send, parts) = mpsc::sync_channel(1);
        scope.spawn(move || {
            let mut from = begun;
            loop {
                let part = read_part(reader, from).transpose();
                let Some(part) = part else { return };
                from = part.as_ref().map_or(from, |part| part.last);
                let over = part.is_err();
                // Nobody listens any more if the view could not be written.
                if send.send(part).is_err() || over {
                    return;
                }
            }
        });
        for part in parts {
            take_part(projector, &part?, upto)?;
            if projector.upto().0 - begun.0 >= 100_000 {
                tracing::info!(
                    view = projector.upto().0,
                    head = reader.tail().seq,
                    "building the view"
                );
            }
        }
        Ok(())
    })
}

fn take_part(
    projector: &mut Projector,
    part: &Part,
    upto: &watch::Sender<Seq>,
) -> Result<(), StoreError> {
    project(projector, &part.events.iter().collect::<Vec<_>>())?;
    if projector.upto() < part.last {
        projector.skip_to(part.last)?;
    }
    upto.send_replace(projector.upto());
    Ok(())
}
