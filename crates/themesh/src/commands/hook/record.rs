//! What is still open of what a session was handed, between two calls of its hooks. The node's ledger is what counts; this
//! says only where to look. If it is lost, the node hands again what nobody speaks of.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mesh_model::home::{Entry, FILE_MODE};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::transcript::{self, Seen};
use crate::context::{Context, write_private};
use crate::failure::{Effect, Failure, Outcome};

/// So much before a place in the transcript may belong to an answer that goes on after it.
const BEFORE: u64 = 1024 * 1024;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Open {
    /// Where the transcript ended when the oldest of them was handed.
    from: u64,
    /// What was handed and is neither read nor dropped.
    tags: BTreeSet<String>,
    /// Whether the turn that runs was begun by the words of a wake.
    #[serde(default)]
    woken: bool,
}

/// The record of one session; one hook of a participant at a time has any.
pub struct Record {
    path: PathBuf,
    open: Open,
    _lock: File,
}

impl Record {
    pub fn open(context: &Context, session: &str) -> Outcome<Record> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if session.is_empty() || session.len() > 80 || !session.bytes().all(plain) {
            return Err(Failure::here(
                "the program's session has no usable name",
                "its version may be too new for this one",
            )
            .so(Effect::NothingKept));
        }
        let folder = Entry::Hooks.of(&context.home);
        let acting = context
            .identity()
            .unwrap_or("owner")
            .trim_start_matches('@');
        let path = folder.join(format!("{acting}.{session}.json"));
        let lock = || {
            fs::create_dir_all(&folder)?;
            let mut options = File::options();
            let options = options
                .create(true)
                .truncate(false)
                .write(true)
                .mode(FILE_MODE);
            let file = options.open(folder.join(format!("{acting}.lock")))?;
            flock(&file, FlockOperation::LockExclusive)?;
            Ok(file)
        };
        let lock = lock().map_err(|why: std::io::Error| {
            Failure::here(
                format!("{} cannot be written to: {why}", folder.display()),
                "check its owner and mode",
            )
            .so(Effect::NothingKept)
        })?;
        let known = fs::read_to_string(&path).ok();
        let open = known.and_then(|text| serde_json::from_str(&text).ok());
        Ok(Record {
            path,
            open: open.unwrap_or_default(),
            _lock: lock,
        })
    }

    pub fn open_tags(&self) -> BTreeSet<String> {
        self.open.tags.clone()
    }

    /// What the transcript says of what is open.
    pub fn look(&self, transcript: &Path) -> Seen {
        if self.open.tags.is_empty() {
            return Seen::default();
        }
        let start = self.open.from.saturating_sub(BEFORE);
        let text = tail(transcript, start).unwrap_or_default();
        let before = usize::try_from(self.open.from - start).unwrap_or(usize::MAX);
        transcript::look(&text, before, &self.open.tags)
    }

    /// Notes what is about to be handed.
    pub fn hand(&mut self, tags: Vec<String>, transcript: &Path) -> Outcome<()> {
        if self.open.tags.is_empty() {
            self.open.from = fs::metadata(transcript).map_or(0, |about| about.len());
        }
        self.open.tags.extend(tags);
        self.save()
    }

    /// Forgets what nothing more has to be said of.
    pub fn settle(&mut self, tags: &BTreeSet<String>) -> Outcome<()> {
        let before = self.open.tags.len();
        self.open.tags.retain(|tag| !tags.contains(tag));
        if self.open.tags.len() == before {
            return Ok(());
        }
        self.save()
    }

    /// Whether the turn that runs was begun by the words of a wake.
    pub fn is_woken(&self) -> bool {
        self.open.woken
    }

    /// A turn begins, by the words of a wake or by a person's.
    pub fn begin(&mut self, woken: bool) -> Outcome<()> {
        if self.open.woken == woken {
            return Ok(());
        }
        self.open.woken = woken;
        self.save()
    }

    fn save(&self) -> Outcome<()> {
        if self.open.tags.is_empty() && !self.open.woken {
            // One that stays says less than nothing: its tags are settled, and said twice is said once.
            let _ = fs::remove_file(&self.path);
            return Ok(());
        }
        let text = serde_json::to_string(&self.open)
            .map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingKept))?;
        let fresh = self.path.with_extension("new");
        write_private(&fresh, &text)?;
        fs::rename(&fresh, &self.path).map_err(|why| {
            Failure::here(
                format!("{} cannot be written: {why}", self.path.display()),
                "check the folder's owner and free space",
            )
            .so(Effect::NothingKept)
        })
    }
}

fn tail(path: &Path, from: u64) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
