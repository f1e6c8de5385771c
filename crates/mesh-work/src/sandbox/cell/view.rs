//! The files that a confined program sees: a folder in memory, with what the plan names mounted where it
//! is outside, and system folders of its own.

use std::ffi::CString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive,
    mount_change, mount_remount, unmount,
};
use rustix::process::pivot_root;

use crate::sandbox::plan::{Plan, Seen};

/// Folders that are links on most systems; they are what they are outside.
const LINKS: &[&str] = &["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// The devices that programs need and cannot do harm with. A worker's program has no terminal that the last
/// one could lead to.
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty"];

/// Where the machine's own files are while the view is made.
const OUTSIDE: &str = "/old";
/// Where the view is made.
const INSIDE: &str = "/new";

type Made = Result<(), String>;

fn told(what: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |why| format!("{} cannot be shown: {why}", what.display())
}

/// Makes the view and goes there.
pub fn make(plan: &Plan) -> Made {
    let root = Path::new("/");
    let step = told(root);
    let private = MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC;
    mount_change("/", private).map_err(|why| step(why.into()))?;
    // What is named may lie anywhere, so the machine's files are put aside as a whole first.
    memory(Path::new("/tmp"), 1 << 20, "0755")?;
    fs::create_dir("/tmp/old").map_err(&step)?;
    fs::create_dir("/tmp/new").map_err(&step)?;
    pivot_root("/tmp", "/tmp/old").map_err(|why| step(why.into()))?;
    std::env::set_current_dir("/").map_err(&step)?;
    memory(Path::new(INSIDE), plan.bounds.passing, "0755")?;
    system(plan)?;
    for seen in &plan.seen {
        show(seen)?;
    }
    own(plan)?;
    let inside = Path::new(INSIDE);
    fs::create_dir(inside.join(".old")).map_err(&step)?;
    pivot_root(INSIDE, inside.join(".old")).map_err(|why| step(why.into()))?;
    std::env::set_current_dir("/").map_err(&step)?;
    unmount("/.old", UnmountFlags::DETACH).map_err(|why| step(why.into()))?;
    fs::remove_dir("/.old").map_err(&step)?;
    read_only(root)
}

fn memory(place: &Path, bytes: u64, mode: &str) -> Made {
    let options = CString::new(format!("size={bytes},nr_inodes=262144,mode={mode}"))
        .map_err(|why| why.to_string())?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("tmpfs", place, "tmpfs", flags, options.as_c_str()).map_err(|why| told(place)(why.into()))
}

fn within(path: &Path) -> PathBuf {
    Path::new(INSIDE).join(path.strip_prefix("/").unwrap_or(path))
}

fn outside(path: &Path) -> PathBuf {
    Path::new(OUTSIDE).join(path.strip_prefix("/").unwrap_or(path))
}

/// The folders that every program expects.
fn system(plan: &Plan) -> Made {
    for name in LINKS {
        let there = Path::new(OUTSIDE).join(name);
        if let Ok(target) = fs::read_link(&there) {
            let place = Path::new(INSIDE).join(name);
            symlink(target, &place).map_err(told(&place))?;
        }
    }
    let dir = |path: &str| {
        let place = within(Path::new(path));
        fs::create_dir_all(&place).map_err(told(Path::new(path)))?;
        Ok::<PathBuf, String>(place)
    };
    let proc = dir("/proc")?;
    let quiet = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", &proc, "proc", quiet, None).map_err(|why| told(&proc)(why.into()))?;
    memory(&dir("/tmp")?, plan.bounds.passing, "1777")?;
    memory(&dir("/var/tmp")?, plan.bounds.passing / 8, "1777")?;
    if let Some(bytes) = plan.scratch {
        let home = plan.home.to_str().ok_or("the home's path is no text")?;
        memory(&dir(home)?, bytes, "0700")?;
    }
    memory(&dir("/dev")?, 1 << 20, "0755")?;
    memory(&dir("/dev/shm")?, plan.bounds.passing / 4, "1777")?;
    for name in DEVICES {
        let place = within(&Path::new("/dev").join(name));
        let from = outside(&Path::new("/dev").join(name));
        if !from.exists() {
            continue;
        }
        fs::write(&place, "").map_err(told(&place))?;
        mount_bind(&from, &place).map_err(|why| told(&from)(why.into()))?;
    }
    let links = [
        ("/proc/self/fd", "fd"),
        ("/proc/self/fd/0", "stdin"),
        ("/proc/self/fd/1", "stdout"),
        ("/proc/self/fd/2", "stderr"),
        ("pts/ptmx", "ptmx"),
    ];
    for (target, name) in links {
        let place = within(&Path::new("/dev").join(name));
        symlink(target, &place).map_err(told(&place))?;
    }
    let pts = dir("/dev/pts")?;
    let options = CString::new("newinstance,ptmxmode=0666,mode=620").map_err(|e| e.to_string())?;
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount("devpts", &pts, "devpts", flags, options.as_c_str())
        .map_err(|why| told(&pts)(why.into()))?;
    // A host without a name is one more thing that is not told.
    let _ = rustix::system::sethostname(b"sandbox");
    Ok(())
}

/// Shows a path where it is outside.
fn show(seen: &Seen) -> Made {
    let (from, to) = (outside(&seen.path), within(&seen.path));
    let step = told(&seen.path);
    let Ok(found) = fs::metadata(&from) else {
        // What has gone since the plan was made is not there to be seen.
        return Ok(());
    };
    if found.is_dir() {
        fs::create_dir_all(&to).map_err(&step)?;
    } else if !to.exists() {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(&step)?;
        }
        fs::write(&to, "").map_err(&step)?;
    }
    mount_bind_recursive(&from, &to).map_err(|why| step(why.into()))?;
    for place in mounted_at(&to)? {
        harmless(&place, !seen.write)?;
    }
    Ok(())
}

/// What is seen elsewhere than where it is.
fn own(plan: &Plan) -> Made {
    for (from, to) in &plan.own {
        let (place, step) = (within(to), told(to));
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(&step)?;
        }
        // In place of a file of the machine it stands over that, which is not touched.
        if !place.exists() {
            fs::write(&place, "").map_err(&step)?;
        }
        mount_bind(outside(from), &place).map_err(|why| step(why.into()))?;
        harmless(&place, true)?;
    }
    Ok(())
}

/// All mounts at a place and below.
fn mounted_at(place: &Path) -> Result<Vec<PathBuf>, String> {
    let proc = Path::new(OUTSIDE).join("proc/self/mountinfo");
    let text = fs::read_to_string(&proc).map_err(told(&proc))?;
    let places = text.lines().filter_map(|line| line.split(' ').nth(4));
    let places = places.map(|word| PathBuf::from(unescaped(word)));
    Ok(places.filter(|path| path.starts_with(place)).collect())
}

/// A path of `mountinfo`, where some bytes are octal.
fn unescaped(word: &str) -> String {
    let codes = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    codes
        .iter()
        .fold(word.to_owned(), |text, (code, is)| text.replace(code, is))
}

/// No devices and no other users' rights come in by what is shown.
fn harmless(place: &Path, read_only: bool) -> Made {
    let step = |why: rustix::io::Errno| told(place)(why.into());
    let is = statvfs(place).map_err(step)?.f_flag;
    let mut flags = MountFlags::BIND | MountFlags::NOSUID | MountFlags::NODEV;
    if is.contains(StatVfsMountFlags::NOEXEC) {
        flags |= MountFlags::NOEXEC;
    }
    if read_only || is.contains(StatVfsMountFlags::RDONLY) {
        flags |= MountFlags::RDONLY;
    }
    mount_remount(place, flags, c"").map_err(step)
}

fn read_only(place: &Path) -> Made {
    let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    mount_remount(place, flags, c"").map_err(|why| told(place)(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mounts_place_may_have_spaces_in_its_name() {
        assert_eq!(unescaped("/a\\040b\\134c"), "/a b\\c");
    }
}
