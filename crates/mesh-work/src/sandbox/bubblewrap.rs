//! A plan in bubblewrap's words.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::plan::{Plan, Reach, USER};

/// Folders that are links on most systems.
const LINKS: &[&str] = &["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// The first program of that name on the path that does not lie in one of these folders: a task must
/// not bring its own.
pub fn find(not_in: &[&Path]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("bwrap"))
        .filter_map(|program| program.canonicalize().ok())
        .find(|program| {
            program.is_file() && !not_in.iter().any(|folder| program.starts_with(folder))
        })
}

/// Its arguments up to the program.
pub fn args(plan: &Plan) -> Vec<OsString> {
    let mut args = Args(Vec::new());
    for word in [
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
    ] {
        args.add([word]);
    }
    args.add(["--unshare-cgroup-try", "--die-with-parent", "--as-pid-1"]);
    if plan.reach != Reach::Everything {
        args.add(["--unshare-net"]);
    }
    args.add(["--hostname", "sandbox"]);
    let user = USER.to_string();
    args.add(["--uid", &user, "--gid", &user]);
    for name in LINKS {
        if let Ok(target) = std::fs::read_link(name) {
            args.add(["--symlink".into(), target.into_os_string(), name.into()]);
        }
    }
    let size = |part: u64| (plan.bounds.passing / part).to_string();
    args.add(["--proc", "/proc", "--dev", "/dev"]);
    args.add(["--size", &size(1), "--tmpfs", "/tmp"]);
    args.add(["--size", &size(8), "--tmpfs", "/var/tmp"]);
    args.add(["--size", &size(4), "--tmpfs", "/dev/shm"]);
    for seen in &plan.seen {
        let how = if seen.write {
            "--bind-try"
        } else {
            "--ro-bind-try"
        };
        let path = || OsString::from(&seen.path);
        args.add([how.into(), path(), path()]);
    }
    for (from, to) in &plan.own {
        args.add(["--ro-bind".into(), OsString::from(from), OsString::from(to)]);
    }
    args.add(["--remount-ro", "/", "--"]);
    args.0
}

struct Args(Vec<OsString>);

impl Args {
    fn add<S: Into<OsString>>(&mut self, words: impl IntoIterator<Item = S>) {
        self.0.extend(words.into_iter().map(Into::into));
    }
}
