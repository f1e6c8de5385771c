//! The keeper: a small process between the worker and a runner's program. It ends whatever the
//! program started, however it was started, when the program ends, when the worker lets go or dies, or
//! when the lease ends.
//!
//! The worker holds one end of a pipe, the lifeline; the keeper reads the other one. When the worker
//! stops an attempt it closes its end, and when the worker is killed the system does. The keeper is a
//! session of its own and, on Linux, the parent of every orphan below it, so that no process gets away
//! by a fork, a group or a session of its own.
//!
//! The keeper holds the lease's end by itself, by a clock that counts the machine's sleep: a worker
//! that is stopped cannot see to it, and another one gets the task. When the lease is extended the
//! worker writes the new end into the lifeline, eight bytes, the lowest first.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitOptions, WaitStatus, kill_process, kill_process_group,
    setrlimit, setsid, wait,
};

use crate::awake::{Alarm, Moment};
use crate::processes::{adopt_orphans, below, hide};

/// How long to wait between two rounds of killing whatever still forks.
const ROUND: Duration = Duration::from_millis(20);

/// The exit code if the program cannot be started.
pub const NOT_STARTED: u8 = 127;

/// What killing takes: so long before the lease's end it begins at the latest.
const KILLING: Duration = Duration::from_millis(100);

enum Event {
    /// The worker has let go.
    Released,
    /// The lease ends then, and not when it was said before.
    Ends(Moment),
    /// It is time to look at the lease.
    Rung,
    /// The program has ended.
    Ended(u8),
    /// Nothing is left of it.
    AllGone,
}

/// Runs a program under a keeper: `LIFELINE FILE_BYTES GRACE_MS ENDS CONFINED PROGRAM ARGS…`, the lifeline
/// by its number, the lease's end as a [`Moment`], and 1 if the program is a sandbox's cell. Gives the
/// program's exit code, or 128 and the signal that ended it. `cell` and a step is a cell's own step, `guest` what runs in a kept sandbox.
pub fn run(args: impl Iterator<Item = OsString>) -> u8 {
    let mut args = args.peekable();
    if args.next_if(|first| first == "cell").is_some() {
        return crate::sandbox::step(args);
    }
    if args.next_if(|first| first == "guest").is_some() {
        return crate::sandbox::kept::guest::run();
    }
    let mut number = || args.next()?.to_str()?.parse::<u64>().ok();
    let (Some(lifeline), Some(file_bytes), Some(grace), Some(ends), Some(confined)) =
        (number(), number(), number(), number(), number())
    else {
        return refuse("its arguments are LIFELINE FILE_BYTES GRACE_MS ENDS CONFINED PROGRAM ARGS");
    };
    let Some(program) = args.next() else {
        return refuse("there is no program to keep");
    };
    // A keeper that leads a group already has a session it can be told apart by as well.
    let _ = setsid();
    hide();
    adopt_orphans();
    let limit = Rlimit {
        current: Some(file_bytes),
        maximum: Some(file_bytes),
    };
    if let Err(why) = setrlimit(Resource::Fsize, limit) {
        return refuse(&format!("the size of files cannot be limited: {why}"));
    }
    let lifeline = match File::open(format!("/dev/fd/{lifeline}")) {
        Ok(lifeline) => lifeline,
        Err(why) => return refuse(&format!("the lifeline cannot be held: {why}")),
    };
    let mut lease = match Lease::new(Moment(ends), Duration::from_millis(grace)) {
        Ok(lease) => lease,
        Err(why) => return refuse(&format!("the lease's end cannot be held: {why}")),
    };
    if lease.ask_at().left().is_zero() {
        return refuse("the lease is over");
    }
    let child = Command::new(&program).args(args).process_group(0).spawn();
    let child = match child {
        Ok(child) => child,
        Err(why) => return refuse(&format!("{} cannot be started: {why}", program.display())),
    };
    let Some(child) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return refuse("the program has no process id");
    };
    let (events, received) = channel();
    hold(lifeline, events.clone());
    let (alarm, ringing) = (lease.alarm.clone(), events.clone());
    thread::spawn(
        move || {
            while alarm.rung().is_ok() && ringing.send(Event::Rung).is_ok() {}
        },
    );
    thread::spawn(move || reap(child, &events));
    let kept = Kept {
        child,
        confined: confined == 1,
    };
    watch(kept, &received, &mut lease)
}

/// What is kept.
#[derive(Debug, Clone, Copy)]
struct Kept {
    child: Pid,
    /// Whether the child is a cell and the program is below it.
    confined: bool,
}

/// How long the program may go on.
struct Lease {
    ends: Moment,
    /// Between being asked to end and being killed.
    grace: Duration,
    alarm: Arc<Alarm>,
}

impl Lease {
    fn new(ends: Moment, grace: Duration) -> std::io::Result<Lease> {
        let lease = Lease {
            ends,
            grace,
            alarm: Arc::new(Alarm::new()?),
        };
        lease.alarm.set(lease.ask_at())?;
        Ok(lease)
    }

    fn ask_at(&self) -> Moment {
        if self.ends == Moment::NEVER {
            return self.ends;
        }
        self.kill_at().minus(self.grace)
    }

    fn kill_at(&self) -> Moment {
        if self.ends == Moment::NEVER {
            return self.ends;
        }
        self.ends.minus(KILLING)
    }
}

fn refuse(why: &str) -> u8 {
    eprintln!("mesh keeper: {why}");
    NOT_STARTED
}

/// Reads the lifeline until it ends.
fn hold(mut lifeline: File, events: Sender<Event>) {
    thread::spawn(move || {
        let mut ends = [0; 8];
        while lifeline.read_exact(&mut ends).is_ok() {
            let ends = Moment(u64::from_le_bytes(ends));
            if events.send(Event::Ends(ends)).is_err() {
                return;
            }
        }
        // The receiver is gone only when all is over.
        let _ = events.send(Event::Released);
    });
}

/// Waits for everything below this process.
fn reap(child: Pid, events: &Sender<Event>) {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == child => {
                let _ = events.send(Event::Ended(code(status)));
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => {
                let _ = events.send(Event::AllGone);
                return;
            }
        }
    }
}

fn code(status: WaitStatus) -> u8 {
    let signalled = || status.terminating_signal().map(|signal| signal + 128);
    let code = status.exit_status().or_else(signalled).unwrap_or(1);
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// Waits for an end of one kind or another and then for the end of all that is left.
fn watch(kept: Kept, events: &Receiver<Event>, lease: &mut Lease) -> u8 {
    let mut ended = 128 + 15;
    // Once the program was asked to end: when it is killed.
    let mut kill_at: Option<Moment> = None;
    loop {
        let event = match kill_at {
            Some(at) => events.recv_timeout(at.left()),
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match event {
            Ok(Event::AllGone) | Err(RecvTimeoutError::Disconnected) => return ended,
            Ok(Event::Ended(code)) => ended = code,
            Ok(Event::Released) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Event::Ends(ends)) => {
                // What was asked to end does not come back.
                if kill_at.is_none() {
                    lease.ends = ends;
                    // A timer that was set once can be set again.
                    let _ = lease.alarm.set(lease.ask_at());
                }
                continue;
            }
            Ok(Event::Rung) if kill_at.is_none() && !lease.ask_at().left().is_zero() => continue,
            Ok(Event::Rung) => {}
        }
        let kill_at = *kill_at.get_or_insert_with(|| {
            kept.tell(Signal::TERM);
            let at = Moment::now().plus(lease.grace).min(lease.kill_at());
            // By the alarm too: the machine may sleep meanwhile.
            let _ = lease.alarm.set(at);
            at
        });
        if kill_at.left().is_zero() {
            kill_all(kept, events, &mut ended);
            return ended;
        }
    }
}

/// Kills in rounds until nothing is left: what forks meanwhile is met in the next round.
fn kill_all(kept: Kept, events: &Receiver<Event>, ended: &mut u8) {
    loop {
        // Whatever is stopped cannot fork any more while the others are looked for.
        kept.tell(Signal::STOP);
        kept.tell(Signal::KILL);
        match events.recv_timeout(ROUND) {
            Ok(Event::AllGone) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(Event::Ended(code)) => *ended = code,
            Ok(Event::Released | Event::Ends(_) | Event::Rung) | Err(RecvTimeoutError::Timeout) => {
            }
        }
    }
}

impl Kept {
    /// Sends a signal to each process below this one. Each may have gone meanwhile: then there is nothing
    /// to tell it.
    fn tell(self, signal: Signal) {
        // A cell that ended at being asked would take the program's time to end well; it ends with it.
        let asks = self.confined && signal == Signal::TERM;
        if !asks {
            let _ = kill_process_group(self.child, signal);
        }
        for pid in below(std::process::id()) {
            if !(asks && pid == self.child) {
                let _ = kill_process(pid, signal);
            }
        }
    }
}
