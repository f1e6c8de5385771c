//! Nobody but its owner looks into a home: what is looser is mended before anything is read.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mesh_model::home::{Entry, EntryKind};

/// Closes the home, its files and the folders of its own to everybody but their owner. Gives what was open.
pub(super) fn mend(home: &Path) -> io::Result<Vec<PathBuf>> {
    let mut mended = Vec::new();
    close(home, &mut mended)?;
    close_files(home, &mut mended)?;
    let private = Entry::ALL
        .iter()
        .filter(|part| part.kind() == EntryKind::Private);
    for folder in private.map(|part| part.of(home)) {
        if is_folder(&folder) {
            close(&folder, &mut mended)?;
            close_files(&folder, &mut mended)?;
        }
    }
    Ok(mended)
}

/// Where a link leads is not ours to change.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

fn close_files(folder: &Path, mended: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
            close(&path, mended)?;
        }
    }
    Ok(())
}

fn close(path: &Path, mended: &mut Vec<PathBuf>) -> io::Result<()> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & 0o7700))?;
    mended.push(path.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_open_is_closed_and_named() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        let (log, work) = (home.join("log"), home.join("work"));
        fs::create_dir_all(&log).unwrap();
        fs::create_dir_all(&work).unwrap();
        let files = [home.join("owner.token"), log.join("1.jsonl")];
        let (script, outside) = (work.join("run.sh"), dir.path().join("outside"));
        for file in files.iter().chain([&script, &outside]) {
            fs::write(file, "x").unwrap();
            fs::set_permissions(file, Permissions::from_mode(0o755)).unwrap();
        }
        std::os::unix::fs::symlink(&outside, home.join("link")).unwrap();
        for folder in [&home, &log] {
            fs::set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
        }
        let mended = mend(&home).unwrap();
        assert_eq!(mended.len(), 4, "{mended:?}");
        assert_eq!((mode(&home), mode(&log)), (0o700, 0o700));
        assert!(files.iter().all(|file| mode(file) == 0o700));
        // Programs keep their modes in a folder that nobody can enter; what a link leads to is somebody else's.
        assert_eq!((mode(&script), mode(&outside)), (0o755, 0o755));
        assert_eq!(mend(&home).unwrap(), Vec::<PathBuf>::new());
    }
}
