//! Erasing in the log what was redacted or has expired, and knowing after a crash what is still to be erased.
//!
//! The event is durable first, then the words go: out of the log, then out of the view. Only then whoever asked is
//! answered. A file beside the log says up to where all of this is done, so that a start looks at the events after it
//! and at no others.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mesh_log::{Digest, EraseError, Eraser, LogReader, ReadError};
use mesh_model::home::Entry;
use mesh_model::{Effect, ErrorCode, Refusal, Seq};
use mesh_store::{StoreError, View};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};

use super::blobs::{Blobs, SweepError};
use crate::machine::{Erasure, Outcome, erasures};

/// An answer that is held back until what was erased is gone, and where it goes.
pub(super) struct Held {
    pub reply: oneshot::Sender<Result<Outcome, Refusal>>,
    pub answer: Result<Outcome, Refusal>,
}

/// What the eraser is to do.
pub(super) enum EraserJob {
    /// Erase, then answer.
    Erase(Vec<Erasure>, Option<Held>),
    /// Remove the bytes of files that nobody needs, once the view is there.
    Sweep(Seq),
    /// Note how far everything is done.
    Note,
}

/// Places erased at a time.
const PLACES_MAX: usize = 1_000;

/// Up to where everything that had to be erased is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marker {
    upto: u64,
    /// The hash of that event's header, so that the file is not taken for another log's.
    head: Digest,
}

/// Why something was not erased.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Erase(#[from] EraseError),
    #[error(transparent)]
    View(#[from] StoreError),
    #[error(transparent)]
    Bytes(#[from] SweepError),
    #[error("the node broke off")]
    BrokeOff,
}

/// The lane to the eraser.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub work: mpsc::UnboundedSender<EraserJob>,
    /// Erasures that are durable as events and not done. Counted up before the event can be seen.
    pub pending: Arc<AtomicU64>,
}

/// The eraser: one after the other, in the order of the events.
pub(super) struct ErasingTask {
    pub home: PathBuf,
    pub eraser: Eraser,
    pub reader: LogReader,
    pub view: View,
    pub blobs: Arc<Blobs>,
    pub view_upto: watch::Receiver<Seq>,
    pub pending: Arc<AtomicU64>,
    pub work: mpsc::UnboundedReceiver<EraserJob>,
}

/// What a start finds: erases what an earlier run left in the log as far as no view is needed for it, and gives all of
/// it to be gone through once the view is there.
pub(super) fn resume(
    home: &Path,
    eraser: &Eraser,
    reader: &LogReader,
) -> Result<Vec<Erasure>, ResumeError> {
    let after = marker(home, reader);
    let left = erasures(reader, after)?;
    for erasure in &left {
        if let Erasure::Places { places, .. } | Erasure::Versions { places, .. } = erasure {
            erase(eraser, places)?;
        }
    }
    if left.is_empty() {
        note(home, reader, Seq(reader.tail().seq));
    }
    Ok(left)
}

/// Why what an earlier run left could not be erased.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log could not be written.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

fn erase(eraser: &Eraser, places: &[Seq]) -> Result<(), EraseError> {
    let places: Vec<u64> = places.iter().map(|place| place.0).collect();
    places
        .chunks(PLACES_MAX)
        .try_for_each(|part| eraser.erase(part))
}

/// Up to where everything is erased, as far as the file tells and it is of this log.
fn marker(home: &Path, reader: &LogReader) -> Seq {
    let known = fs::read(Entry::Erased.of(home))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Marker>(&bytes).ok());
    match known {
        Some(marker)
            if reader
                .head_at(marker.upto)
                .is_ok_and(|head| head == Some(marker.head)) =>
        {
            Seq(marker.upto)
        }
        _ => Seq::ZERO,
    }
}

/// Notes it. If that fails, the next start does a little more than it has to.
fn note(home: &Path, reader: &LogReader, upto: Seq) {
    let write = || -> std::io::Result<()> {
        let head = reader.head_at(upto.0).map_err(std::io::Error::other)?;
        let Some(head) = head else { return Ok(()) };
        let marker = serde_json::to_vec(&Marker { upto: upto.0, head })?;
        let (path, unfinished) = (Entry::Erased.of(home), Entry::ErasedUnfinished.of(home));
        let mut file = File::create(&unfinished)?;
        file.write_all(&marker)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        File::open(home)?.sync_all()
    };
    if let Err(why) = write() {
        tracing::warn!(%why, "how far everything is erased was not noted; the next start looks again");
    }
}

impl ErasingTask {
    /// Works until nobody can send any more work.
    pub async fn run(mut self) {
        // Once something failed, the file stays behind it: the next start tries again.
        let mut failed = false;
        while let Some(work) = self.work.recv().await {
            let (erasures, held) = match work {
                EraserJob::Erase(erasures, held) => (erasures, held),
                EraserJob::Sweep(seq) => {
                    if let Err(why) = self.sweep(seq).await {
                        tracing::warn!(%why, "bytes of files that nobody needs were not removed; the next start looks again");
                    }
                    continue;
                }
                EraserJob::Note => {
                    self.note_if_idle(failed).await;
                    continue;
                }
            };
            let mut outcome = Ok(());
            for erasure in erasures {
                let seq = erasure.seq();
                let done = self.erase(erasure).await;
                self.pending.fetch_sub(1, Ordering::AcqRel);
                failed |= done.is_err();
                if let Err(why) = &done {
                    tracing::error!(%why, %seq, "what was redacted is not erased from the disk; it is tried again at the next start");
                } else if !failed {
                    self.note(seq).await;
                }
                outcome = outcome.and(done);
            }
            if let Some(held) = held {
                let answer = match outcome {
                    Ok(()) => held.answer,
                    Err(why) => Err(not_erased(&why)),
                };
                // Whoever asked may be gone; what was erased stays so.
                let _ = held.reply.send(answer);
            }
        }
        self.note_if_idle(failed).await;
    }

    /// Out of the log first: the view's answer to where it is means that it is out of the view too.
    async fn erase(&mut self, erasure: Erasure) -> Result<(), Failed> {
        let seq = erasure.seq();
        if let Erasure::Places { places, .. } | Erasure::Versions { places, .. } = &erasure {
            let (eraser, places) = (self.eraser.clone(), places.clone());
            blocking(move || Ok(erase(&eraser, &places)?)).await?;
        }
        let reached = self.view_has(seq).await;
        let (eraser, view) = (self.eraser.clone(), self.view.clone());
        let files = matches!(erasure, Erasure::Room { .. } | Erasure::Versions { .. });
        let blobs = files.then(|| Arc::clone(&self.blobs));
        let rest = move || {
            let places = match erasure {
                Erasure::Versions { .. } => Vec::new(),
                Erasure::Room { .. } => view.expired_places(seq)?,
                Erasure::Task { task, .. } => {
                    let mut all = view.places_of_task(task)?;
                    all.retain(|place| *place < seq);
                    all
                }
                Erasure::Memories { memories, .. } => {
                    let mut all = view.places_of_memories(&memories)?;
                    all.retain(|place| *place < seq);
                    all
                }
                Erasure::Journal {
                    author, from, upto, ..
                } => view.places_of_journal(author, from, upto)?,
                Erasure::Places {
                    message, places, ..
                } => {
                    let mut all = view.places(message)?;
                    all.retain(|place| *place < seq && !places.contains(place));
                    all
                }
            };
            if !places.is_empty() {
                erase(&eraser, &places)?;
            }
            if let Some(blobs) = blobs.filter(|_| reached) {
                blobs.sweep(&view)?;
            }
            Ok(())
        };
        blocking(rest).await
    }

    /// Waits until the view has everything up to a place. The sender is gone only after it has everything there will be.
    async fn view_has(&mut self, seq: Seq) -> bool {
        let _ = self.view_upto.wait_for(|upto| *upto >= seq).await;
        *self.view_upto.borrow() >= seq
    }

    async fn sweep(&mut self, seq: Seq) -> Result<(), Failed> {
        if !self.view_has(seq).await {
            return Ok(());
        }
        let (blobs, view) = (Arc::clone(&self.blobs), self.view.clone());
        blocking(move || {
            let swept = blobs.sweep(&view)?;
            if swept > 0 {
                tracing::info!(swept, "bytes of files that no event names were removed");
            }
            Ok(())
        })
        .await
    }

    async fn note(&self, upto: Seq) {
        let (home, reader) = (self.home.clone(), self.reader.clone());
        let _ = blocking(move || {
            note(&home, &reader, upto);
            Ok(())
        })
        .await;
    }

    /// Notes the log's end if nothing up to there waits to be erased.
    async fn note_if_idle(&self, failed: bool) {
        let tail = Seq(self.reader.tail().seq);
        if !failed && self.pending.load(Ordering::Acquire) == 0 {
            self.note(tail).await;
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failed> + Send + 'static,
) -> Result<T, Failed> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(Failed::BrokeOff))
}

fn not_erased(why: &Failed) -> Refusal {
    Refusal::new(
        ErrorCode::Internal,
        why.to_string(),
        Effect::told("nobody sees the words any more, but they are not erased from the disk yet"),
        "mend the disk and start the node again: it erases them then",
    )
}
