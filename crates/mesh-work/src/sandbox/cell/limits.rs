//! What the system bounds for each process, whether or not there are control groups.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::sandbox::plan::Plan;

/// Open files of one process.
const FILES: u64 = 16_384;

/// Bounds this process and all that it starts.
pub fn set(plan: &Plan) -> Result<(), String> {
    let bounds = plan.bounds;
    let each = [
        (Resource::Nproc, bounds.processes, "processes"),
        // Memory that is written, not what is only reserved: engines reserve a lot.
        (Resource::Data, bounds.memory, "memory"),
        (Resource::Nofile, FILES, "open files"),
        // What a crash leaves on the disk may hold anything.
        (Resource::Core, 0, "core files"),
        (Resource::Memlock, 64 << 20, "locked memory"),
        (Resource::Cpu, bounds.seconds, "processor time"),
    ];
    for (resource, most, what) in each {
        // A bound for all together needs none for each.
        let together = resource == Resource::Data && plan.held.memory;
        if together || (resource == Resource::Cpu && most == 0) {
            continue;
        }
        // The machine's own bound may be lower already.
        let now = rustix::process::getrlimit(resource).maximum;
        let most = Some(now.map_or(most, |now| now.min(most)));
        let limit = Rlimit {
            current: most,
            maximum: most,
        };
        setrlimit(resource, limit).map_err(|why| format!("{what} cannot be bounded: {why}"))?;
    }
    Ok(())
}
