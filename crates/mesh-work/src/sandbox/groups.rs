//! Control groups: bounds for a program and all that it starts together. The second version where a
//! part of it was handed to this user, the first one where this user may write it, as root does.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::sandbox::plan::{Bounds, Held};
use crate::worker::random_hex;

/// Where the system shows them.
const ROOT: &str = "/sys/fs/cgroup";

/// Groups that were made for one program. They go with it.
#[derive(Debug, Default)]
pub struct Group {
    folders: Vec<PathBuf>,
    /// Which bounds they hold.
    pub held: Held,
}

impl Group {
    /// Makes groups with these bounds, as far as this user may.
    pub fn make(bounds: &Bounds) -> Group {
        let name = format!("mesh-{}", random_hex::<8>());
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let second = second(&own, &name, bounds);
        if second.held.memory || second.held.processes {
            return second;
        }
        drop(second);
        first(&own, &name, bounds)
    }

    /// The files into which a process writes itself to join.
    pub fn entries(&self) -> Vec<PathBuf> {
        let entry = |folder: &PathBuf| folder.join("cgroup.procs");
        self.folders.iter().map(entry).collect()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            // The second version ends what is left of it; it may have gone already.
            let _ = fs::write(folder.join("cgroup.kill"), "1");
            let _ = fs::remove_dir(folder);
        }
    }
}

/// This process's own group of a controller, as the system names it.
fn own_group<'a>(own: &'a str, controller: &str) -> Option<&'a str> {
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let names = parts.next()?;
        let path = parts.next()?;
        names
            .split(',')
            .any(|name| name == controller)
            .then(|| path.trim_start_matches('/'))
    })
}

fn put(folder: &Path, file: &str, value: &str) -> bool {
    let file = folder.join(file);
    // A file that is not there must not be made: on some systems these are plain folders.
    file.exists() && fs::write(file, value).is_ok()
}

fn second(own: &str, name: &str, bounds: &Bounds) -> Group {
    let mut group = Group::default();
    let root = Path::new(ROOT);
    let Some(path) = own_group(own, "").filter(|_| root.join("cgroup.controllers").exists()) else {
        return group;
    };
    let parent = root.join(path);
    let folder = parent.join(name);
    if fs::create_dir(&folder).is_err() {
        return group;
    }
    group.folders.push(folder.clone());
    if !folder.join("pids.max").exists() {
        // It works only where no process is in the parent itself, or at the root.
        let _ = fs::write(parent.join("cgroup.subtree_control"), "+memory +pids +cpu");
    }
    group.held = Held {
        memory: put(&folder, "memory.max", &bounds.memory.to_string()),
        processes: put(&folder, "pids.max", &bounds.processes.to_string()),
        cpu: bounds.cpu > 0 && put(&folder, "cpu.max", &format!("{} 100000", bounds.cpu * 1000)),
    };
    put(&folder, "memory.swap.max", "0");
    put(&folder, "memory.oom.group", "1");
    group
}

fn first(own: &str, name: &str, bounds: &Bounds) -> Group {
    let mut group = Group::default();
    let memory = bounds.memory.to_string();
    let processes = bounds.processes.to_string();
    let quota = (bounds.cpu * 1000).to_string();
    let wanted = [
        ("memory", "memory.limit_in_bytes", memory),
        ("pids", "pids.max", processes),
        ("cpu", "cpu.cfs_quota_us", quota),
    ];
    for (controller, file, value) in wanted {
        let Some(path) = own_group(own, controller).filter(|_| value != "0") else {
            continue;
        };
        let folder = Path::new(ROOT).join(controller).join(path).join(name);
        if fs::create_dir(&folder).is_err() {
            continue;
        }
        group.folders.push(folder.clone());
        let holds = put(&folder, file, &value);
        match controller {
            "memory" => group.held.memory = holds,
            "pids" => group.held.processes = holds,
            _ => group.held.cpu = holds,
        }
    }
    group
}

/// Puts this process, and so all that it will start, into groups.
pub fn join(entries: &[PathBuf]) -> Result<(), String> {
    for entry in entries {
        let mut options = fs::OpenOptions::new();
        options
            .write(true)
            .open(entry)
            .and_then(|mut file| file.write_all(b"0"))
            .map_err(|why| format!("the group {} cannot be joined: {why}", entry.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groups_path_is_found_by_its_controller() {
        let own = "5:devices:/\n4:cpu,cpuacct:/a/b\n0::/user.slice\n";
        assert_eq!(own_group(own, "cpu"), Some("a/b"));
        assert_eq!(own_group(own, ""), Some("user.slice"));
        assert_eq!(own_group(own, "memory"), None);
    }
}
