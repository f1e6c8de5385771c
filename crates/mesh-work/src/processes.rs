//! What the system lists of processes: who is below whom, and what was left by whom.

use std::collections::BTreeSet;

use rustix::process::Pid;
#[cfg(target_os = "linux")]
use rustix::process::{Signal, kill_process};

/// Keeps this process's memory and environment from others of the same user, as far as the system can:
/// what a task's program could read of a worker or keeper is not the task's.
#[cfg(target_os = "linux")]
pub fn hide() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // A system that does not know it hides nothing, and nothing else depends on it.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Keeps this process's memory and environment from others; only Linux can.
#[cfg(not(target_os = "linux"))]
pub fn hide() {}

/// Becomes the parent of every orphan below this process.
#[cfg(target_os = "linux")]
pub fn adopt_orphans() {
    // Without it, as in a strange sandbox, a program's group is still ended.
    let _ = rustix::process::set_child_subreaper(rustix::process::Pid::from_raw(1));
}

/// Becomes the parent of every orphan below this process; only Linux can.
#[cfg(not(target_os = "linux"))]
pub fn adopt_orphans() {}

/// A process as the system lists it.
#[cfg(target_os = "linux")]
struct Listed {
    pid: u32,
    parent: u32,
    session: u32,
}

#[cfg(target_os = "linux")]
fn listed() -> Vec<Listed> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok();
        if let Some((parent, session)) = stat.and_then(|stat| family_in(&stat)) {
            all.push(Listed {
                pid,
                parent,
                session,
            });
        }
    }
    all
}

#[cfg(target_os = "linux")]
fn pid_of(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

/// All processes below one, as far as the system lists them.
#[cfg(target_os = "linux")]
pub fn below(root: u32) -> Vec<Pid> {
    let all = listed();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = all.iter().filter(|one| one.parent == parent);
        found.extend(children.map(|one| one.pid));
        next += 1;
    }
    found.into_iter().skip(1).filter_map(pid_of).collect()
}

/// All processes below one; only Linux lists them.
#[cfg(not(target_os = "linux"))]
pub fn below(_: u32) -> Vec<Pid> {
    Vec::new()
}

/// Ends what a keeper that was killed itself has left to this process, with all that is below it,
/// whatever it has done to its session, group or environment: keepers lead sessions of their own, so
/// a child of this process in a foreign session that is no keeper was a program's.
#[cfg(target_os = "linux")]
pub fn end_orphans(keepers: &BTreeSet<u32>) {
    let me = std::process::id();
    loop {
        let left = orphans(&listed(), me, keepers);
        if left.is_empty() {
            return;
        }
        for signal in [Signal::STOP, Signal::KILL] {
            for &root in &left {
                for pid in pid_of(root).into_iter().chain(below(root)) {
                    // It may have gone meanwhile.
                    let _ = kill_process(pid, signal);
                }
            }
        }
        for pid in left.into_iter().filter_map(pid_of) {
            // What it had below it is this process's child now, and met in the next round.
            let _ = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::empty());
        }
    }
}

/// The children of this process in foreign sessions that are no keepers. Its own session is looked up in the same list: where
/// the session's leader is outside the PID namespace, as in a container, the list says 0, and `getsid` says what is no PID.
#[cfg(target_os = "linux")]
fn orphans(all: &[Listed], me: u32, keepers: &BTreeSet<u32>) -> Vec<u32> {
    let own = all.iter().find(|one| one.pid == me).map(|one| one.session);
    all.iter()
        .filter(|one| one.parent == me && Some(one.session) != own)
        .map(|one| one.pid)
        .filter(|pid| !keepers.contains(pid))
        .collect()
}

/// Ends what a killed keeper has left; only Linux gives it to this process.
#[cfg(not(target_os = "linux"))]
pub fn end_orphans(_: &BTreeSet<u32>) {}

/// The parent and the session in a line of `/proc/PID/stat`. The program's name may hold anything,
/// brackets too.
#[cfg(target_os = "linux")]
fn family_in(stat: &str) -> Option<(u32, u32)> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut numbers = rest.split(' ').skip(1).map(|word| word.parse().ok());
    let parent = numbers.next()??;
    Some((parent, numbers.nth(1)??))
}

/// Kills what carries this mark in its environment: what a former run left when even its keepers were
/// killed. Says how many there were.
#[cfg(target_os = "linux")]
pub fn sweep(mark: &str) -> usize {
    let me = std::process::id();
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let Ok(environment) = std::fs::read(entry.path().join("environ")) else {
            continue;
        };
        let marked = environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == mark.as_bytes());
        if !marked || u32::try_from(pid) == Ok(me) {
            continue;
        }
        if Pid::from_raw(pid).is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok()) {
            killed += 1;
        }
    }
    killed
}

/// Kills what carries this mark in its environment; only Linux shows environments.
#[cfg(not(target_os = "linux"))]
pub fn sweep(_: &str) -> usize {
    0
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn orphans_are_told_from_own_children_in_any_session() {
        for own in [0, 3] {
            let listed = [
                (9, 1, own),
                (10, 9, own),
                (11, 9, 11),
                (12, 9, 8),
                (13, 12, 8),
            ]
            .map(|(pid, parent, session)| Listed {
                pid,
                parent,
                session,
            });
            // 10 is a child like any other, 11 a keeper, 12 what a dead keeper left, 13 is below 12.
            assert_eq!(orphans(&listed, 9, &BTreeSet::from([11])), [12]);
        }
    }

    #[test]
    fn a_name_with_brackets_does_not_hide_the_parent() {
        assert_eq!(family_in("12 (a) S 1 (b)) S 7 12 13 0"), Some((7, 13)));
        assert_eq!(family_in("12 (sh) S 7 12 13 0"), Some((7, 13)));
        assert_eq!(family_in(""), None);
    }
}
