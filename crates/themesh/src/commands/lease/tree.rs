//! What git knows of a work tree: its root, what is staged, its room, its hook.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Effect, Failure, Outcome};

/// A git work tree.
pub struct Tree {
    pub root: PathBuf,
}

impl Tree {
    /// The work tree around a folder.
    pub fn around(folder: &Path) -> Outcome<Tree> {
        let root = git(folder, &["rev-parse", "--show-toplevel"])?;
        Ok(Tree {
            root: PathBuf::from(root.trim_end_matches('\n')),
        })
    }

    /// The paths that the next commit changes, from the root; of a move both.
    pub fn staged(&self) -> Outcome<Vec<String>> {
        let all = git(
            &self.root,
            &["diff", "--cached", "--name-only", "--no-renames", "-z"],
        )?;
        Ok(all
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// The room whose project this is, as `mesh lease guard --install` set it.
    pub fn room(&self) -> Option<String> {
        let room = git(&self.root, &["config", "--get", ROOM]).ok()?;
        let room = room.trim_end_matches('\n').to_owned();
        (!room.is_empty()).then_some(room)
    }

    pub fn set_room(&self, room: &str) -> Outcome<()> {
        git(&self.root, &["config", ROOM, room]).map(drop)
    }

    pub fn forget_room(&self) -> Outcome<()> {
        git(&self.root, &["config", "--unset", ROOM]).map(drop)
    }

    /// Where the hook stands that git runs before a commit.
    pub fn hook(&self) -> Outcome<PathBuf> {
        let path = git(&self.root, &["rev-parse", "--git-path", "hooks/pre-commit"])?;
        Ok(self.root.join(path.trim_end_matches('\n')))
    }

    /// A path of this machine as one from the root, if it is inside.
    pub fn inside(&self, path: &Path) -> Option<String> {
        let path = real(path);
        let inside = path.strip_prefix(real(&self.root)).ok()?;
        let names: Option<Vec<&str>> = inside.iter().map(|name| name.to_str()).collect();
        names.map(|names| names.join("/"))
    }
}

/// The setting of a repository that names its room.
const ROOM: &str = "mesh.room";

/// Without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Outcome<String> {
    let done = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output();
    let done = done.map_err(|why| {
        Failure::here(
            format!("git could not be started: {why}"),
            "install git, or put it on the PATH",
        )
        .so(Effect::NothingSent)
    })?;
    if !done.status.success() {
        let words = String::from_utf8_lossy(&done.stderr);
        let first = words.lines().next().unwrap_or("no reason given");
        return Err(Failure::here(
            format!("git {} failed: {first}", arguments[0]),
            "run it inside the work tree of the project",
        )
        .so(Effect::NothingSent));
    }
    String::from_utf8(done.stdout).map_err(|_| {
        Failure::here(
            "git named a path that is not UTF-8",
            "rename it: paths of leases are UTF-8",
        )
        .so(Effect::NothingSent)
    })
}
