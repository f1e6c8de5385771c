//! A folder on this machine as a skill: read without following links, and written where nobody else wrote.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use mesh_core::skill::bundle::{Entry, check_in_folder, too_large};
use mesh_model::BlobHash;
use mesh_model::limits::{SKILL_BYTES_MAX, SKILL_FILES_MAX};
use sha2::{Digest, Sha256};

use crate::failure::{Effect, Failure, Outcome};

/// Folders within folders: deeper paths are longer than a path may be.
const DEPTH_MAX: usize = 64;
/// Names in one folder and its own that are looked at, hidden ones among them.
const NAMES_MAX: usize = 4 * SKILL_FILES_MAX;

/// What was found in a folder.
#[derive(Debug, Default)]
pub struct Found {
    /// Each file's path in it, what is in it, and whether it may be run.
    pub files: Vec<(String, Vec<u8>, bool)>,
    /// What is hidden, and no part of a skill.
    pub left_out: Vec<String>,
    seen: usize,
    bytes: u64,
}

impl Found {
    /// Its files as a bundle has them.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let files = self.files.iter();
        files
            .map(|(path, bytes, run)| Entry {
                path,
                bytes,
                run: *run,
            })
            .collect()
    }
}

/// The SHA-256 hash of bytes.
pub fn hash(bytes: &[u8]) -> BlobHash {
    BlobHash(Sha256::digest(bytes).into())
}

/// Reads a folder.
pub fn read(folder: &Path) -> Outcome<Found> {
    let unread = |why: io::Error| {
        Failure::usage(
            format!("{} cannot be read: {why}", folder.display()),
            "name a folder with a SKILL.md in it",
        )
        .so(Effect::NothingSent)
    };
    let mut found = Found::default();
    if !fs::metadata(folder).map_err(unread)?.is_dir() {
        return Err(Failure::usage(
            format!("{} is no folder", folder.display()),
            "name the folder that has the SKILL.md; archives are not taken",
        )
        .so(Effect::NothingSent));
    }
    walk(folder, "", 0, &mut found)?;
    Ok(found)
}

fn walk(folder: &Path, above: &str, depth: usize, found: &mut Found) -> Outcome<()> {
    let unread = |why: io::Error| {
        Failure::here(
            format!("{} cannot be read: {why}", folder.display()),
            "check its owner and mode",
        )
        .so(Effect::NothingSent)
    };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(unread)? {
        found.seen += 1;
        if found.seen > NAMES_MAX || depth > DEPTH_MAX {
            return Err(Failure::usage(
                format!("there is more in {} than a skill has", folder.display()),
                "name the folder of one skill",
            )
            .so(Effect::NothingSent));
        }
        entries.push(entry.map_err(unread)?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(refused(&entry.path(), "its name is no text in UTF-8"));
        };
        let path = format!("{above}{name}");
        if name.starts_with('.') {
            found.left_out.push(path);
            continue;
        }
        let kind = entry.file_type().map_err(unread)?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), depth + 1, found)?;
        } else if kind.is_file() {
            check_in_folder(&path)?;
            let (bytes, run) = read_file(&entry.path(), found)?;
            found.files.push((path, bytes, run));
        } else {
            return Err(refused(&entry.path(), "it is a link, or no plain file"));
        }
    }
    Ok(())
}

/// A file that is still one when it is opened.
fn read_file(path: &Path, found: &mut Found) -> Outcome<(Vec<u8>, bool)> {
    let unread = |why: io::Error| refused(path, &why.to_string());
    let flags = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .map_err(unread)?;
    let about = file.metadata().map_err(unread)?;
    found.bytes = found.bytes.saturating_add(about.len());
    if found.bytes > SKILL_BYTES_MAX {
        return Err(too_large(found.bytes).into());
    }
    let mut bytes = Vec::new();
    let most = SKILL_BYTES_MAX + 1;
    file.take(most).read_to_end(&mut bytes).map_err(unread)?;
    Ok((bytes, about.mode() & 0o111 != 0))
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::usage(
        format!("{} is no part of a skill: {why}", path.display()),
        "put a plain file in its place, or move it out of the folder",
    )
    .so(Effect::NothingSent)
}

/// Writes the files of a skill beside where its folder is going to be, each one new, and gives that place.
pub fn stage(folder: &Path, files: &[Entry<'_>]) -> Outcome<PathBuf> {
    let fresh = beside(folder, "new");
    clear(&fresh)?;
    let unwritten = |why: io::Error| {
        Failure::here(
            format!("{} cannot be written: {why}", fresh.display()),
            "check the folder's owner and free space",
        )
        .so(Effect::NothingWritten)
    };
    fs::create_dir_all(&fresh).map_err(unwritten)?;
    for file in files {
        check_in_folder(file.path)?;
        let path = fresh.join(file.path);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above).map_err(unwritten)?;
        }
        let mode = if file.run { 0o755 } else { 0o644 };
        let mut made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .map_err(unwritten)?;
        made.write_all(file.bytes).map_err(unwritten)?;
        made.sync_all().map_err(unwritten)?;
    }
    Ok(fresh)
}

/// Puts what was staged in place of what is there.
pub fn commit(fresh: &Path, folder: &Path) -> Outcome<()> {
    let old = beside(folder, "old");
    clear(&old)?;
    let unwritten = |why: io::Error| {
        Failure::here(
            format!("{} cannot be put in place: {why}", folder.display()),
            "check the owner of the folder above it",
        )
        .so(Effect::NothingWritten)
    };
    let replaces = fs::symlink_metadata(folder).is_ok();
    if replaces {
        fs::rename(folder, &old).map_err(unwritten)?;
    }
    if let Err(why) = fs::rename(fresh, folder) {
        if replaces {
            // What was there goes back to its place.
            let _ = fs::rename(&old, folder);
        }
        return Err(unwritten(why));
    }
    if let Some(above) = folder.parent()
        && let Ok(above) = File::open(above)
    {
        // Whether a power cut undoes it is of no matter: it is whole, before or after.
        let _ = above.sync_all();
    }
    clear(&old)
}

/// A name beside a folder that no skill has.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.mesh-{what}"))
}

/// Removes what an earlier installation left behind.
pub fn clear(folder: &Path) -> Outcome<()> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(Failure::here(
            format!("{} cannot be removed: {why}", folder.display()),
            "remove it by hand",
        )
        .so(Effect::NothingWritten)),
    }
}

/// Whether a path is there, whatever it is.
pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
