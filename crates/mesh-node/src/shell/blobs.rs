//! The bytes of shared files, each once under its hash, in a folder beside the log.
//!
//! Bytes are whole and synced before the event that names them is decided, so there is no event without them. Until the view
//! has that event they are pinned. What is neither pinned nor named by the view is needed by nobody: it is left from an event
//! that was refused or never came, or was erased.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesh_model::BlobHash;
use mesh_model::home::{Entry, FILE_MODE, FOLDER_MODE};
use mesh_model::limits::{FILE_BYTES_MAX, FILE_TEXT_BYTES_MAX};
use mesh_store::{StoreError, View};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How a file ends that is not whole.
const UNFINISHED: &str = ".part";
/// Bytes that are hashed at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// The folder.
#[derive(Debug)]
pub struct Blobs {
    folder: PathBuf,
    view: View,
    pinned: Mutex<HashMap<BlobHash, usize>>,
}

/// What is wrong with bytes that should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// They are not there.
    Missing,
    /// They are others.
    Altered,
}

impl Damage {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Damage::Missing => "missing",
            Damage::Altered => "altered",
        }
    }
}

impl Blobs {
    /// Opens the folder and removes what was never finished.
    pub(super) fn open(home: &Path, view: View) -> io::Result<Arc<Blobs>> {
        let folder = Entry::Files.of(home);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.ends_with(UNFINISHED)) {
                fs::remove_file(&path)?;
            }
        }
        File::open(home)?.sync_all()?;
        Ok(Arc::new(Blobs {
            folder,
            view,
            pinned: Mutex::default(),
        }))
    }

    fn path(&self, hash: BlobHash) -> PathBuf {
        self.folder.join(hash.to_string())
    }

    fn pins(&self) -> MutexGuard<'_, HashMap<BlobHash, usize>> {
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to take bytes in.
    ///
    /// # Errors
    /// If the disk does not take a file.
    pub fn receive(self: &Arc<Blobs>) -> io::Result<Incoming> {
        let name = format!("{}{UNFINISHED}", Uuid::now_v7());
        let path = self.folder.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&path)?;
        Ok(Incoming {
            blobs: Arc::clone(self),
            part: Part(path),
            file,
            hash: Sha256::new(),
            bytes: 0,
            head: Vec::new(),
        })
    }

    /// Keeps bytes that are there until the pin is gone; `None` if they are not there.
    pub fn pin(self: &Arc<Blobs>, hash: BlobHash) -> Option<Pin> {
        let mut pins = self.pins();
        if !self.path(hash).is_file() {
            return None;
        }
        Some(self.pinned(&mut pins, hash))
    }

    fn pinned(self: &Arc<Blobs>, pins: &mut HashMap<BlobHash, usize>, hash: BlobHash) -> Pin {
        *pins.entry(hash).or_default() += 1;
        Pin {
            blobs: Arc::clone(self),
            hash,
            leaves: false,
        }
    }

    /// Opens bytes to be read.
    ///
    /// # Errors
    /// If they are not there.
    pub fn read(&self, hash: BlobHash) -> io::Result<File> {
        File::open(self.path(hash))
    }

    /// Reads bytes to their end and looks whether they are those with the hash.
    ///
    /// # Errors
    /// If the disk does not give them.
    pub fn check(&self, hash: BlobHash) -> io::Result<Option<Damage>> {
        let mut file = match self.read(hash) {
            Ok(file) => file,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Some(Damage::Missing)),
            Err(why) => return Err(why),
        };
        let (mut found, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
        loop {
            match file.read(&mut piece)? {
                0 => break,
                count => found.update(&piece[..count]),
            }
        }
        let whole = BlobHash(found.finalize().into()) == hash;
        Ok((!whole).then_some(Damage::Altered))
    }

    /// Removes all bytes that nobody needs. The view has everything that was to be erased.
    pub(super) fn sweep(&self, view: &View) -> Result<usize, SweepError> {
        let mut swept = 0;
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let hash = name.to_str().and_then(|name| name.parse().ok());
            let Some(hash) = hash else {
                continue;
            };
            swept += usize::from(self.remove_unneeded(hash, view)?);
        }
        if swept > 0 {
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(swept)
    }

    fn remove_unneeded(&self, hash: BlobHash, view: &View) -> Result<bool, SweepError> {
        // Whoever pins these bytes meanwhile finds them gone, or they stay.
        let pins = self.pins();
        if pins.contains_key(&hash) || view.has_blob(hash)? {
            return Ok(false);
        }
        match fs::remove_file(self.path(hash)) {
            Ok(()) => Ok(true),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(why) => Err(why.into()),
        }
    }
}

/// Why bytes that nobody needs are still there.
#[derive(Debug, thiserror::Error)]
pub(super) enum SweepError {
    #[error(transparent)]
    Disk(#[from] io::Error),
    #[error(transparent)]
    View(#[from] StoreError),
}

/// A file that is not whole; gone with this.
#[derive(Debug)]
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // Renamed or removed already, or the next start does it.
        let _ = fs::remove_file(&self.0);
    }
}

/// Bytes that are coming in. Dropped, they leave nothing.
#[derive(Debug)]
pub struct Incoming {
    blobs: Arc<Blobs>,
    part: Part,
    file: File,
    hash: Sha256,
    bytes: u64,
    head: Vec<u8>,
}

/// More bytes than a file may have, or the disk did not take them.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// So many or more.
    #[error("the file has {0} bytes or more")]
    TooLarge(u64),
    /// What the disk said.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

impl Incoming {
    /// Takes a piece in.
    ///
    /// # Errors
    /// If there is more of it than a file may have, or the disk does not take it.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), ReceiveError> {
        self.bytes += piece.len() as u64;
        if self.bytes > FILE_BYTES_MAX {
            return Err(ReceiveError::TooLarge(self.bytes));
        }
        self.file.write_all(piece)?;
        self.hash.update(piece);
        // One byte more than a text has tells that there is more of it.
        let room = (FILE_TEXT_BYTES_MAX + 1).saturating_sub(self.head.len());
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
        Ok(())
    }

    /// Makes the bytes durable under their hash, and pins them.
    ///
    /// # Errors
    /// If the disk does not keep them.
    pub fn keep(self) -> io::Result<Received> {
        self.file.sync_all()?;
        let hash = BlobHash(self.hash.finalize().into());
        let blobs = self.blobs;
        let pin = {
            let mut pins = blobs.pins();
            let path = blobs.path(hash);
            if !path.is_file() {
                fs::rename(&self.part.0, &path)?;
                File::open(&blobs.folder)?.sync_all()?;
            }
            blobs.pinned(&mut pins, hash)
        };
        Ok(Received {
            pin,
            bytes: self.bytes,
            head: self.head,
        })
    }
}

/// Bytes that came in whole.
#[derive(Debug)]
pub struct Received {
    /// Keeps them.
    pub pin: Pin,
    /// How many there are.
    pub bytes: u64,
    /// The first of them: one more than a text may have, if there are that many.
    pub head: Vec<u8>,
}

/// Keeps bytes from being removed. Without it they leave the disk if nobody else needs them.
#[derive(Debug)]
pub struct Pin {
    blobs: Arc<Blobs>,
    hash: BlobHash,
    /// Whether it is for the next start to find out whether they are needed.
    leaves: bool,
}

impl Pin {
    /// Their hash.
    pub fn hash(&self) -> BlobHash {
        self.hash
    }

    /// Lets go of the bytes and removes nothing: nobody knows yet whether there is an event that names them.
    pub(super) fn leave(mut self) {
        self.leaves = true;
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        {
            let mut pins = self.blobs.pins();
            if let Some(count) = pins.get_mut(&self.hash) {
                *count -= 1;
                if *count == 0 {
                    pins.remove(&self.hash);
                }
            }
        }
        if !self.leaves
            && let Err(why) = self.blobs.remove_unneeded(self.hash, &self.blobs.view)
        {
            tracing::warn!(%why, "bytes of a file that nobody needs were not removed; the next start looks again");
        }
    }
}
