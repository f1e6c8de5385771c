//! Which skills were installed here, from where and what of them was written: so that nothing is written over or removed that
//! a person made or changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use mesh_core::skill::bundle::{Entry, pack};
use mesh_model::home;
use mesh_model::{BlobHash, RoomId};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::folder;
use crate::context::{Context, write_private};
use crate::failure::{Effect, Failure, Outcome};

/// A skill that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// The node that it came from.
    pub url: String,
    /// The room.
    pub room: RoomId,
    /// The version.
    pub version: u32,
    /// The hash of its bundle, and so of each file that was written.
    pub sha256: BlobHash,
    /// Who had published it.
    pub by: String,
}

/// What is installed, by the folder.
#[derive(Debug)]
pub struct Book {
    path: PathBuf,
    pub skills: BTreeMap<PathBuf, Installed>,
    _lock: File,
}

impl Book {
    /// Opens it; another installation waits until this one has ended.
    pub fn open(context: &Context) -> Outcome<Book> {
        let path = home::Entry::Skills.of(&context.home);
        let open = || {
            fs::create_dir_all(&context.home)?;
            let lock = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(home::Entry::InstalledLock.of(&context.home))?;
            flock(&lock, FlockOperation::LockExclusive)?;
            Ok(lock)
        };
        let unread = |why: io::Error| {
            Failure::here(
                format!("{} cannot be used: {why}", path.display()),
                "check its owner and mode, or name another folder with --home",
            )
            .so(Effect::NothingWritten)
        };
        let lock = open().map_err(unread)?;
        let skills = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|why| unread(io::Error::other(why)))?,
            Err(why) if why.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(why) => return Err(unread(why)),
        };
        Ok(Book {
            path,
            skills,
            _lock: lock,
        })
    }

    /// Keeps it.
    pub fn save(&self) -> Outcome<()> {
        let text = serde_json::to_string_pretty(&self.skills)
            .map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
        let fresh = self.path.with_extension("json.new");
        write_private(&fresh, &text)?;
        fs::rename(&fresh, &self.path).map_err(|why| {
            Failure::here(
                format!("{} cannot be written: {why}", self.path.display()),
                "check the folder's owner and free space",
            )
            .so(Effect::NothingChanged)
        })
    }

    /// What stands at a folder that may be written over or removed: nothing, or what was installed and has not changed since.
    pub fn ours(&self, at: &Path) -> Outcome<Option<(Installed, folder::Found)>> {
        if !folder::is_there(at) {
            return Ok(None);
        }
        let theirs = |what: &str| {
            Failure::usage(
                format!("{} {what}", at.display()),
                "move it away, or rename it, and say it again",
            )
            .so(Effect::NothingWritten)
        };
        let Some(known) = self.skills.get(at) else {
            return Err(theirs("was not installed by mesh"));
        };
        let linked = fs::symlink_metadata(at).is_ok_and(|about| !about.is_dir());
        let found = folder::read(at).ok().filter(|_| !linked);
        let same = |found: &folder::Found| {
            let entries: Vec<Entry<'_>> = found.entries();
            found.left_out.is_empty()
                && pack(entries).is_ok_and(|it| folder::hash(&it) == known.sha256)
        };
        match found.filter(same) {
            Some(found) => Ok(Some((known.clone(), found))),
            None => Err(theirs("was changed since it was installed")),
        }
    }
}
