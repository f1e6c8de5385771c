//! A plan in bubblewrap's words.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::plan::{Plan, Reach, USER};

/// Folders that are links on most systems.
const LINKS: &[&str] = &["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// The first program of that name on the path that does not lie in one of these folders: a task must
/// not bring its own.
pub fn find(not_in: &[&Path]) -> Option<PathBuf> {
    installed().find(|program| !not_in.iter().any(|folder| program.starts_with(folder)))
}

/// All of that name on the path.
fn installed() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders
        .into_iter()
        .filter_map(|folder| folder.join("bwrap").canonicalize().ok())
        .filter(|program| program.is_file())
}

/// What stands in place of the machine's bubblewrap for a program that makes a sandbox within this one: nothing that can be
/// run, so that it takes the one that it brings along. Codex asks an older one, such as Debian's 0.8, for the program by
/// a name that nothing there has, and none of its commands runs.
pub fn hide(private: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    hide_these(installed(), private)
}

fn hide_these(
    programs: impl Iterator<Item = PathBuf>,
    private: &Path,
) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    // Of the machine's folders with programs these are seen.
    let mut seen: Vec<PathBuf> = programs
        .filter(|program| program.starts_with("/usr"))
        .collect();
    seen.sort();
    seen.dedup();
    let nothing = private.join("no-bwrap");
    if !seen.is_empty() {
        fs::write(&nothing, "")?;
    }
    Ok(seen
        .into_iter()
        .map(|program| (nothing.clone(), program))
        .collect())
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
    if let Some(bytes) = plan.scratch {
        args.add(["--size".into(), OsString::from(bytes.to_string())]);
        args.add(["--tmpfs".into(), OsString::from(&plan.home)]);
    }
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_stands_for_the_machines_bubblewrap_cannot_be_run() {
        let folder = tempfile::tempdir().unwrap();
        let programs = ["/usr/bin/bwrap", "/opt/ada/bwrap", "/usr/bin/bwrap"].map(PathBuf::from);
        let hidden = hide_these(programs.into_iter(), folder.path()).unwrap();
        let [(nothing, place)] = hidden.as_slice() else {
            panic!("{hidden:?}");
        };
        assert_eq!(place, Path::new("/usr/bin/bwrap"));
        let mode = fs::metadata(nothing).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0);
        let none = hide_these(std::iter::empty(), &folder.path().join("never")).unwrap();
        assert_eq!(none, []);
    }
}
