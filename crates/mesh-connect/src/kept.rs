//! Where a connector has got to, in a file of its own that is written whole or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mesh_model::home::{FILE_MODE, FOLDER_MODE};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::said::Trouble;

/// What was kept; nothing if there is no file yet.
pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Trouble> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(trouble(path, why)),
    };
    let kept = serde_json::from_slice(&text);
    kept.map(Some)
        .map_err(|why| trouble(path, io::Error::new(io::ErrorKind::InvalidData, why)))
}

/// Keeps it. It is on the disk before the answer.
pub(crate) fn save(path: &Path, kept: &impl Serialize) -> Result<(), Trouble> {
    write(path, kept).map_err(|why| trouble(path, why))
}

/// Held by the connector that runs from a place, until it ends or is killed.
#[derive(Debug)]
pub(crate) struct Held(#[expect(dead_code, reason = "it is held by being there")] File);

/// Nobody else runs from this place from here on.
pub(crate) fn hold(path: &Path) -> Result<Held, Trouble> {
    let open = || {
        make_folder(path)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        options.mode(FILE_MODE).open(path.with_extension(LOCK))
    };
    let file = open().map_err(|why| trouble(path, why))?;
    match file.try_lock() {
        Ok(()) => Ok(Held(file)),
        Err(TryLockError::WouldBlock) => Err(Trouble::Twice),
        Err(TryLockError::Error(why)) => Err(trouble(path, why)),
    }
}

/// How the file is called that a running connector holds.
const LOCK: &str = "lock";

/// A connector that has a place.
#[derive(Debug, PartialEq, Eq)]
pub struct Standing {
    /// The file of its place.
    pub path: PathBuf,
    /// Whether it runs now.
    pub runs: bool,
}

/// The connectors whose places lie in a folder, by name.
pub fn standing(folder: &Path) -> Vec<Standing> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let places = entries.map(|entry| entry.path());
    let places = places.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let mut found: Vec<Standing> = places
        .map(|path| {
            let lock = File::open(path.with_extension(LOCK));
            let runs = lock
                .is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)));
            Standing { path, runs }
        })
        .collect();
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), FOLDER_MODE);
    builder.create(folder)
}

fn write(path: &Path, kept: &impl Serialize) -> io::Result<()> {
    make_folder(path)?;
    let unfinished = path.with_extension("tmp");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE)
        .open(&unfinished)?;
    file.write_all(&serde_json::to_vec(kept)?)?;
    file.sync_data()?;
    fs::rename(&unfinished, path)
}

fn trouble(path: &Path, why: io::Error) -> Trouble {
    Trouble::Keep {
        path: path.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_runs_from_a_place_and_others_see_that() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.json");
        let held = hold(&path).unwrap();
        save(&path, &7).unwrap();
        save(&folder.path().join("a.json"), &7).unwrap();
        assert!(matches!(hold(&path), Err(Trouble::Twice)));
        let runs = || {
            standing(folder.path())
                .iter()
                .map(|one| one.runs)
                .collect::<Vec<_>>()
        };
        assert_eq!(runs(), [false, true]);
        drop(held);
        assert_eq!(runs(), [false, false]);
        assert!(hold(&path).is_ok());
        assert_eq!(standing(&path), []);
    }

    #[test]
    fn what_is_kept_is_read_and_what_cannot_be_read_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.json");
        assert!(load::<u32>(&path).unwrap().is_none());
        save(&path, &7).unwrap();
        assert_eq!(load::<u32>(&path).unwrap(), Some(7));
        fs::write(&path, "{").unwrap();
        assert!(load::<u32>(&path).is_err());
    }
}
