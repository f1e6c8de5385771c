//! Opens a file that is surely inside a folder: every step on the way is opened by itself and none may be a link.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{CWD, Mode, OFlags, openat};

/// Opens `inside`, a path below `folder`, for reading. Links are not followed, not even harmless ones.
pub(crate) fn open(folder: &Path, inside: &str) -> io::Result<File> {
    let step = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut here: OwnedFd = openat(CWD, folder, step, Mode::empty())?;
    let path = Path::new(inside);
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(outside());
            }
        }
    }
    let Some(last) = parts.pop() else {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    };
    for name in parts {
        here = openat(&here, name, step | OFlags::NOFOLLOW, Mode::empty())?;
    }
    // Without NONBLOCK a pipe that lies there would hold the thread for ever.
    let read = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::from(openat(&here, last, read, Mode::empty())?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"))
    }
}

fn outside() -> io::Error {
    io::Error::new(
        io::ErrorKind::PermissionDenied,
        "the path leads out of the folder",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_outside_can_be_opened() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("notes");
        std::fs::create_dir_all(folder.join("deep/er")).unwrap();
        std::fs::write(home.path().join("secret"), "s3cret").unwrap();
        std::fs::write(folder.join("deep/er/a.txt"), "hello").unwrap();
        symlink(home.path().join("secret"), folder.join("link")).unwrap();
        symlink(home.path(), folder.join("up")).unwrap();
        symlink(folder.join("deep"), folder.join("inside")).unwrap();
        let mut text = String::new();
        let mut file = open(&folder, "deep/./er/a.txt").unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
        for wrong in [
            "../secret",
            "deep/../../secret",
            "/etc/hosts",
            "link",
            "up/secret",
            "inside/er/a.txt",
            "",
            ".",
            "deep",
            "none",
        ] {
            assert!(open(&folder, wrong).is_err(), "{wrong} was opened");
        }
        let name = rustix::fs::CWD;
        rustix::fs::mknodat(
            name,
            folder.join("pipe"),
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        assert!(open(&folder, "pipe").is_err());
    }
}
