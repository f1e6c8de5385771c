//! Files of other programs on the disk: read whole, written whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::failure::{Effect, Failure, Outcome};

/// Larger than any program's settings; what is larger is something else.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A file as it was found.
#[derive(Debug, Clone)]
pub struct Place {
    /// The path without links, so that a link stays one.
    pub path: PathBuf,
    /// Its text; none if there is no such file.
    pub text: Option<String>,
}

/// Reads a file that may be missing. Inside of a project nothing is read or written outside of it.
pub fn read(path: &Path, project: Option<&Path>) -> Outcome<Place> {
    let real = resolve(path).map_err(|why| {
        let missing = why.kind() == io::ErrorKind::NotFound;
        let what = if missing {
            "it is a link to nothing".to_owned()
        } else {
            why.to_string()
        };
        Failure::here(
            format!("{} cannot be read: {what}", path.display()),
            "mend the link, or check owner and mode",
        )
        .so(Effect::NothingWritten)
    })?;
    if let Some(project) = project
        && !real.starts_with(project)
    {
        return Err(Failure::here(
            format!(
                "{} leads to {}, out of the project",
                path.display(),
                real.display()
            ),
            "take the link away, or use --scope user",
        )
        .so(Effect::NothingWritten));
    }
    let text = text(&real).map_err(|why| {
        Failure::here(
            format!("{} cannot be read: {why}", path.display()),
            "check its owner and mode, or move it away",
        )
        .so(Effect::NothingWritten)
    })?;
    Ok(Place { path: real, text })
}

/// Follows links; what is missing at the end of the path may be missing, but a link to nothing is an error.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(why)
            if why.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() =>
        {
            match (path.parent(), path.file_name()) {
                (Some(parent), Some(name)) => Ok(resolve(parent)?.join(name)),
                _ => Err(why),
            }
        }
        answer => answer,
    }
}

fn text(path: &Path) -> io::Result<Option<String>> {
    // Opening a pipe would wait for somebody to write into it.
    match fs::metadata(path) {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Err(io::Error::other("it is no file")),
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(why),
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::other("it has more than 32 MiB"));
    }
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|_| io::Error::other("it is no text in UTF-8"))
}

/// What a file is to become.
pub struct NewText<'a> {
    pub path: &'a Path,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

/// The folders that have to be made for a file, outermost first.
pub fn missing_folders(path: &Path) -> Vec<PathBuf> {
    let above = path.ancestors().skip(1);
    let mut missing: Vec<_> = above
        .take_while(|folder| !folder.exists())
        .map(Path::to_path_buf)
        .collect();
    missing.reverse();
    missing
}

/// New contents that lie beside their files. What is not put in place goes again, with the folders made for it.
pub struct Staged<'a> {
    ready: Vec<(PathBuf, &'a NewText<'a>)>,
    folders: BTreeSet<PathBuf>,
    done: bool,
}

/// Writes everything beside where it belongs, so that a full disk or a folder that cannot be written to is met before
/// anything is changed.
pub fn stage<'a>(writes: &'a [NewText<'a>]) -> Outcome<Staged<'a>> {
    let mut staged = Staged {
        ready: Vec::new(),
        folders: BTreeSet::new(),
        done: false,
    };
    for write in writes {
        let Some(after) = write.after else {
            continue;
        };
        staged.add(write, after).map_err(|why| {
            Failure::here(
                format!("{} cannot be written: {why}", write.path.display()),
                "check the folder's owner, mode and free space",
            )
            .so(Effect::NothingChanged)
        })?;
    }
    Ok(staged)
}

impl<'a> Staged<'a> {
    fn add(&mut self, write: &'a NewText<'a>, after: &str) -> io::Result<()> {
        for folder in missing_folders(write.path) {
            fs::create_dir(&folder)?;
            self.folders.insert(folder);
        }
        let name = write.path.file_name().unwrap_or_default().to_string_lossy();
        let beside = write
            .path
            .with_file_name(format!(".{name}.mesh-{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)?;
        self.ready.push((beside, write));
        file.write_all(after.as_bytes())?;
        if let Ok(about) = fs::metadata(write.path) {
            file.set_permissions(Permissions::from_mode(about.mode() & 0o7777))?;
            let ours = file.metadata()?;
            if (about.uid(), about.gid()) != (ours.uid(), ours.gid()) {
                std::os::unix::fs::fchown(&file, Some(about.uid()), Some(about.gid()))?;
            }
        }
        file.sync_all()
    }

    /// Puts everything in place. A file that somebody wrote in the meantime is left to them, and so is what comes after it.
    pub fn commit(mut self, writes: &[NewText<'_>]) -> Outcome<()> {
        for write in writes {
            unchanged(write)?;
        }
        for (beside, write) in self.ready.drain(..) {
            fs::rename(&beside, write.path).map_err(|why| stopped(write.path, &why))?;
        }
        for write in writes
            .iter()
            .filter(|write| write.after.is_none() && write.before.is_some())
        {
            fs::remove_file(write.path).map_err(|why| stopped(write.path, &why))?;
        }
        self.done = true;
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // Whatever is left over here is ours, and nobody has been told of it.
        for (beside, _) in &self.ready {
            let _ = fs::remove_file(beside);
        }
        if !self.done {
            remove_empty(&self.folders);
        }
    }
}

/// Removes folders that are empty, innermost first.
pub fn remove_empty(folders: &BTreeSet<PathBuf>) {
    for folder in folders.iter().rev() {
        // One that somebody uses stays.
        let _ = fs::remove_dir(folder);
    }
}

fn unchanged(write: &NewText<'_>) -> Outcome<()> {
    let now = text(write.path).ok().flatten();
    if now.as_deref() == write.before {
        return Ok(());
    }
    Err(Failure::here(
        format!(
            "{} was written by somebody else just now",
            write.path.display()
        ),
        "run this again",
    )
    .so(Effect::NothingChanged))
}

fn stopped(path: &Path, why: &io::Error) -> Failure {
    Failure::here(
        format!(
            "{} cannot be changed: {why}; files named before it were",
            path.display()
        ),
        "mend that, and run the same command again",
    )
}
