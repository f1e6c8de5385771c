//! The cell: what stands between a keeper and a confined program. It is this program itself, started
//! anew for each step, since each step can be done by a process with one thread only:
//!
//! 1. `enter` leaves the machine's namespaces, or hands over to bubblewrap;
//! 2. `init` is the first process of the new ones and makes the view of the files;
//! 3. `serve` answers for the network and waits for all that the program leaves;
//! 4. `run` gives up what is left of rights and becomes the program.

mod filter;
mod limits;
mod view;
mod wire;

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, getgid, getuid, set_parent_process_death_signal, wait,
};
use rustix::thread::{
    CapabilitySet, CapabilitySets, UnshareFlags, capabilities, clear_ambient_capability_set,
    configure_capability_in_ambient_set, set_capabilities, set_no_new_privs,
};

use super::plan::{Means, Plan, Reach, USER, WITHIN};
use super::{bubblewrap, groups, landlock};
use crate::keeper::NOT_STARTED;
use crate::processes::hide;

/// What the cell needs between its steps; the program gets none of it.
const NEEDED: [CapabilitySet; 3] = [
    CapabilitySet::SYS_ADMIN,
    CapabilitySet::NET_ADMIN,
    CapabilitySet::SETPCAP,
];

/// Does a step: `STEP PLAN PROGRAM ARGS…`, the plan by the number of an open file.
pub fn step(mut args: impl Iterator<Item = OsString>) -> u8 {
    let (Some(step), Some(number)) = (args.next(), args.next()) else {
        return refuse("its arguments are STEP PLAN PROGRAM ARGS");
    };
    let plan = fs::read(Path::new("/dev/fd").join(&number))
        .map_err(|why| why.to_string())
        .and_then(|text| serde_json::from_slice::<Plan>(&text).map_err(|why| why.to_string()));
    let plan = match plan {
        Ok(plan) => plan,
        Err(why) => return refuse(&format!("the plan cannot be read: {why}")),
    };
    let rest: Vec<OsString> = args.collect();
    if rest.is_empty() {
        return refuse("there is no program to run");
    }
    let cell = Cell { plan, number, rest };
    let done = match step.to_str() {
        Some("enter") => cell.enter(),
        Some("init") => cell.init(),
        Some("serve") => cell.serve(),
        Some("run") => cell.run(),
        _ => Err("there is no such step".to_owned()),
    };
    done.unwrap_or_else(|why| refuse(&why))
}

fn refuse(why: &str) -> u8 {
    eprintln!("mesh sandbox: {why}; the program was not started");
    NOT_STARTED
}

struct Cell {
    plan: Plan,
    /// The plan's open file.
    number: OsString,
    /// The program and its arguments.
    rest: Vec<OsString>,
}

impl Cell {
    fn enter(self) -> Result<u8, String> {
        // When the keeper goes, so does this, and with it all below.
        die_with_parent()?;
        groups::join(&self.plan.groups)?;
        match &self.plan.means {
            Means::Bubblewrap(program) => {
                let mut command = Command::new(program);
                command.args(bubblewrap::args(&self.plan));
                self.next(&mut command, "serve", &self.plan.cell_within());
                Err(format!(
                    "{} cannot be started: {}",
                    program.display(),
                    command.exec()
                ))
            }
            Means::Landlock => {
                landlock::restrict(&self.plan)?;
                self.run()
            }
            Means::Namespaces => {
                leave(&self.plan.reach)?;
                let mut command = Command::new("/proc/self/exe");
                command.args(&self.plan.cell[1..]);
                self.next(&mut command, "init", &[]);
                let status = command.status().map_err(|why| said("it", why))?;
                Ok(code_of(status))
            }
        }
    }

    /// Adds the next step's words to a command.
    fn next(&self, command: &mut Command, step: &str, cell: &[PathBuf]) {
        command
            .args(cell)
            .args(["cell", step])
            .arg(&self.number)
            .args(&self.rest);
    }

    fn init(self) -> Result<u8, String> {
        die_with_parent()?;
        // What it was given rights for is done here, and no other program of its rights sees it.
        hide();
        let cwd = std::env::current_dir().map_err(|why| said("the working folder", why))?;
        view::make(&self.plan)?;
        std::env::set_current_dir(&cwd).map_err(|why| said("the working folder", why))?;
        if self.plan.reach != Reach::Everything {
            wire::raise_loopback().map_err(|why| said("the loopback device", why))?;
        }
        drop_rights().map_err(|why| said("rights cannot be given up", why))?;
        self.serve()
    }

    fn serve(self) -> Result<u8, String> {
        hide();
        if let Reach::Gate { here, proxy, .. } = &self.plan.reach {
            let socket = Path::new(WITHIN).join("net");
            wire::answer(&socket, here, *proxy).map_err(|why| said("the network", why))?;
        }
        let cell = self.plan.cell_within();
        let (program, first) = cell.split_first().ok_or("the plan names no cell")?;
        let mut command = Command::new(program);
        command.args(first);
        self.next(&mut command, "run", &[]);
        let child = command.spawn().map_err(|why| said("the cell", why))?;
        let child = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // The system ends what is left when this one ends, as the first of its namespace.
        loop {
            match wait(WaitOptions::empty()) {
                Ok(Some((pid, status))) if Some(pid) == child => return Ok(code(status)),
                Ok(_) | Err(Errno::INTR) => {}
                Err(why) => return Err(said("the program", why.into())),
            }
        }
    }

    fn run(self) -> Result<u8, String> {
        drop_rights().map_err(|why| said("rights cannot be given up", why))?;
        set_no_new_privs(true).map_err(|why| said("rights cannot be refused", why.into()))?;
        limits::set(&self.plan)?;
        if self.plan.means != Means::Landlock {
            // Beside the namespaces: sockets without a name, which a shared network would show.
            landlock::scope()?;
        }
        filter::apply(self.plan.nests)?;
        let (program, args) = self.rest.split_first().ok_or("there is no program")?;
        let why = Command::new(program).args(args).exec();
        Err(format!(
            "{} cannot be started: {why}",
            Path::new(program).display()
        ))
    }
}

fn said(what: &str, why: std::io::Error) -> String {
    format!("{what}: {why}")
}

fn die_with_parent() -> Result<(), String> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|why| said("its end", why.into()))
}

/// Leaves the machine's namespaces and becomes somebody without rights outside.
#[expect(
    deprecated,
    reason = "it is unsafe only with flags for open files, which are not used"
)]
fn leave(reach: &Reach) -> Result<(), String> {
    let (user, group) = (getuid().as_raw(), getgid().as_raw());
    let mut spaces = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    if *reach != Reach::Everything {
        spaces |= UnshareFlags::NEWNET;
    }
    rustix::thread::unshare(spaces).map_err(|why| said("namespaces", why.into()))?;
    let write = |file: &str, text: String| {
        fs::write(Path::new("/proc/self").join(file), text).map_err(|why| said(file, why))
    };
    write("setgroups", "deny".to_owned())?;
    write("uid_map", format!("{USER} {user} 1\n"))?;
    write("gid_map", format!("{USER} {group} 1\n"))?;
    keep_rights().map_err(|why| said("rights cannot be kept", why))
}

/// Keeps what the next step needs over its start, since it is not root.
fn keep_rights() -> std::io::Result<()> {
    let all = NEEDED
        .iter()
        .fold(CapabilitySet::empty(), |sum, one| sum | *one);
    let has = capabilities(None)?;
    set_capabilities(
        None,
        CapabilitySets {
            inheritable: all,
            ..has
        },
    )?;
    for one in NEEDED {
        configure_capability_in_ambient_set(one, true)?;
    }
    Ok(())
}

fn drop_rights() -> std::io::Result<()> {
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )?;
    Ok(())
}

fn code(status: WaitStatus) -> u8 {
    let signalled = || status.terminating_signal().map(|signal| signal + 128);
    let code = status.exit_status().or_else(signalled).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}

fn code_of(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let signalled = || status.signal().map(|signal| signal + 128);
    let code = status.code().or_else(signalled).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}
