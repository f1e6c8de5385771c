//! Bytes that come beside a call, and those that go out after one.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use mesh_model::limits::{UPLOADS_MAX, UPLOADS_OF_ONE_MAX};
use mesh_model::ops::{FilePut, Operation};
use mesh_model::{BlobHash, Capability, Effect, ErrorCode, ParticipantId, Refusal, refuse};
use mesh_node::{Incoming, ReceiveError, Received};

use sha2::{Digest, Sha256};

use crate::door::{Caller, Door};

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// How many uploads are under way, by whom.
#[derive(Debug, Clone, Default)]
pub struct Uploads(Arc<Mutex<HashMap<ParticipantId, usize>>>);

/// One of them; it counts until this is gone.
#[derive(Debug)]
struct Turn {
    all: Uploads,
    whose: ParticipantId,
}

impl Uploads {
    fn begin(&self, whose: ParticipantId) -> Option<Turn> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = under_way.get(&whose).copied().unwrap_or_default();
        if own >= UPLOADS_OF_ONE_MAX || under_way.values().sum::<usize>() >= UPLOADS_MAX {
            return None;
        }
        *under_way.entry(whose).or_default() += 1;
        Some(Turn {
            all: self.clone(),
            whose,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.whose);
            }
        }
    }
}

/// Bytes on their way in. If it is dropped nothing of them is left.
#[derive(Debug)]
pub struct Upload {
    incoming: Option<Incoming>,
    turn: Option<Turn>,
}

/// Bytes that are in, for one call.
#[derive(Debug, Clone)]
pub struct Uploaded {
    received: Arc<Mutex<Option<Received>>>,
    hash: BlobHash,
    _turn: Arc<Option<Turn>>,
}

impl Uploaded {
    /// Their hash.
    pub fn hash(&self) -> BlobHash {
        self.hash
    }

    pub(crate) fn take(&self) -> Option<Received> {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.take()
    }
}

impl Upload {
    /// Takes a piece in.
    ///
    /// # Errors
    /// If there is more than a file may have, or the disk does not take it.
    pub async fn write(&mut self, piece: impl AsRef<[u8]> + Send + 'static) -> Result<(), Refusal> {
        let Some(mut incoming) = self.incoming.take() else {
            return Err(broke_off());
        };
        let written =
            tokio::task::spawn_blocking(move || incoming.write(piece.as_ref()).map(|()| incoming));
        match written.await.map_err(|_| broke_off())? {
            Ok(incoming) => self.incoming = Some(incoming),
            Err(ReceiveError::TooLarge(bytes)) => return Err(refuse::file_too_large(bytes)),
            Err(ReceiveError::Disk(why)) => return Err(not_kept(&why)),
        }
        Ok(())
    }

    /// All of them are in.
    ///
    /// # Errors
    /// If the disk does not keep them.
    pub async fn finish(mut self) -> Result<Uploaded, Refusal> {
        let turn = self.turn.take();
        let received = self.keep().await?;
        Ok(Uploaded {
            hash: received.pin.hash(),
            received: Arc::new(Mutex::new(Some(received))),
            _turn: Arc::new(turn),
        })
    }

    pub(crate) async fn keep(self) -> Result<Received, Refusal> {
        let incoming = self.incoming.ok_or_else(broke_off)?;
        let kept = tokio::task::spawn_blocking(move || incoming.keep()).await;
        kept.map_err(|_| broke_off())?.map_err(|why| not_kept(&why))
    }
}

impl Door {
    /// Begins to take in bytes of somebody who may put files into a room.
    ///
    /// # Errors
    /// If it may not, or too many uploads are under way.
    pub async fn upload(&self, caller: &Caller, room: &str) -> Result<Upload, Refusal> {
        let actor = self.check_alive(caller)?;
        self.check_permitted(caller, FilePut::DECLARATION.needs)?;
        let me = actor.participant().ok_or_else(refuse::unauthenticated)?;
        let access = self.node().access();
        let found = crate::door::resolve::room(&access, me, room)?;
        // The core says why in full; this is so that nothing is taken in from whoever may not.
        if !access.capabilities(found.id, me).has(Capability::DataWrite) {
            return Err(Refusal::new(
                ErrorCode::CapabilityDenied,
                "the room's rules do not let you put files there",
                Effect::NothingStored,
                "ask a moderator of the room for the capability data-write",
            ));
        }
        let Some(turn) = self.uploads().begin(me) else {
            return Err(Refusal::new(
                ErrorCode::Overloaded,
                format!(
                    "{UPLOADS_OF_ONE_MAX} uploads of one participant are under way at a time, {UPLOADS_MAX} in all"
                ),
                Effect::NothingStored,
                "wait until one is in, and send it again",
            )
            .retry_after_ms(1000));
        };
        let mut upload = self.begin_upload().await?;
        upload.turn = Some(turn);
        Ok(upload)
    }

    pub(crate) async fn begin_upload(&self) -> Result<Upload, Refusal> {
        let blobs = Arc::clone(self.node().blobs());
        let incoming = self.blocking(move || blobs.receive()).await?;
        Ok(Upload {
            incoming: Some(incoming.map_err(|why| not_kept(&why))?),
            turn: None,
        })
    }

    /// Opens the bytes that the answer of a call has named.
    ///
    /// # Errors
    /// If they are not there.
    pub async fn download(&self, hash: BlobHash) -> Result<Download, Refusal> {
        let blobs = Arc::clone(self.node().blobs());
        let opened = self.blocking(move || {
            let file = blobs.read(hash)?;
            let bytes = file.metadata()?.len();
            Ok::<_, io::Error>((file, bytes))
        });
        let (file, bytes) = opened.await?.map_err(|why| {
            tracing::error!(%why, %hash, "the bytes of a file cannot be read");
            damaged()
        })?;
        Ok(Download {
            file: Some(file),
            bytes,
            hash,
            read: Some(Sha256::new()),
            left: bytes,
        })
    }
}

/// Bytes on their way out.
#[derive(Debug)]
pub struct Download {
    file: Option<File>,
    /// How many there are.
    pub bytes: u64,
    hash: BlobHash,
    /// The hash of what was read, if that is everything from the first byte on.
    read: Option<Sha256>,
    left: u64,
}

impl Download {
    /// Goes on at this place.
    ///
    /// # Errors
    /// If the disk does not give them.
    pub async fn seek(&mut self, at: u64) -> io::Result<()> {
        let Some(mut file) = self.file.take() else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        self.read = None;
        let sought =
            tokio::task::spawn_blocking(move || file.seek(SeekFrom::Start(at)).map(|_| file));
        self.file = Some(sought.await.map_err(io::Error::other)??);
        Ok(())
    }

    /// The next of them, at most `most`; none at the end.
    ///
    /// # Errors
    /// If the disk does not give them.
    pub async fn next(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let Some(mut file) = self.file.take() else {
            return Ok(Vec::new());
        };
        let most = usize::try_from(most).map_or(PIECE_BYTES, |most| most.min(PIECE_BYTES));
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; most];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok::<_, io::Error>((file, piece))
        });
        let (file, piece) = read.await.map_err(io::Error::other)??;
        self.file = Some(file);
        if let Some(read) = &mut self.read {
            read.update(&piece);
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Ok(piece)
    }

    /// Says with the last piece whether what was read, if it was all of it, is what was put.
    ///
    /// # Errors
    /// If it is something else.
    pub fn check(&self) -> io::Result<()> {
        let read = self.read.as_ref().filter(|_| self.left == 0);
        let found = read.map(|read| BlobHash(read.clone().finalize().into()));
        if found.is_some_and(|found| found != self.hash) {
            tracing::error!(hash = %self.hash, "the bytes of a file are altered");
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }
}

pub(crate) fn damaged() -> Refusal {
    refuse::internal("the bytes of the file are missing or altered on the node's disk")
}

fn not_kept(why: &io::Error) -> Refusal {
    tracing::error!(%why, "the disk does not keep the bytes of a file");
    refuse::internal("the node's disk did not take the file").so(Effect::NothingStored)
}

fn broke_off() -> Refusal {
    refuse::internal("the upload broke off").so(Effect::NothingStored)
}
