//! Codex's app server for one run: the program on the screen is a client of it, and so is the bridge. It ends with this process,
//! however that ends.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::socket_peercred;
use rustix::process::{PidfdFlags, pidfd_open};
use tokio::sync::mpsc;

use super::wire::{Event, Wire};
use crate::context::Context;

/// Between two looks whether it listens.
const LOOK_MS: u64 = 30;
/// A machine under load takes seconds; one that takes longer does without.
const LOOKS_MAX: u32 = 1000;
/// Between being asked to end and being killed, milliseconds.
const GRACE_MS: u64 = 2000;
/// How long a server of a run that was killed is waited for.
const LEFT_OVER: Duration = Duration::from_secs(5);

pub struct Server {
    pub socket: PathBuf,
    log: PathBuf,
    /// Holds the keeper's lifeline, which is its standard input.
    keeper: Child,
}

impl Server {
    /// Starts it with these arguments and this environment.
    pub fn start(
        context: &Context,
        args: &[OsString],
        env: &[(&str, OsString)],
    ) -> Result<Server, String> {
        let folder = std::path::absolute(context.home.join("run"));
        let name = format!("codex-{}", std::process::id());
        let start = || -> std::io::Result<Server> {
            let folder = folder?;
            fs::create_dir_all(&folder)?;
            see_off(&folder)?;
            let (socket, log) = (
                folder.join(format!("{name}.sock")),
                folder.join(format!("{name}.log")),
            );
            // One that had this process's number before may have left it.
            let _ = fs::remove_file(&socket);
            let mut listen = OsString::from("unix://");
            listen.push(&socket);
            let keeper = Command::new(std::env::current_exe()?)
                .args(["work-keeper", "0", &u64::MAX.to_string()])
                .args([&GRACE_MS.to_string(), &u64::MAX.to_string(), "0"])
                .args(["codex", "app-server", "--listen"])
                .arg(listen)
                .args(args)
                .envs(env.iter().map(|(name, value)| (name, value)))
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(File::create(&log)?)
                .spawn()?;
            Ok(Server {
                socket,
                log,
                keeper,
            })
        };
        start().map_err(|why| why.to_string())
    }

    /// Waits until it listens, and connects.
    pub async fn connect(&mut self) -> Result<(Wire, mpsc::Receiver<Event>), String> {
        let mut last = String::new();
        for _ in 0..LOOKS_MAX {
            match Wire::connect(&self.socket).await {
                Ok(wire) => return Ok(wire),
                Err(why) => last = why,
            }
            if self.keeper.try_wait().is_ok_and(|ended| ended.is_some()) {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                let said = log.lines().last().unwrap_or_default().to_owned();
                return Err(format!("`codex app-server` has ended: {said}"));
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        Err(last)
    }
}

/// Servers of runs that were killed notice it a moment later. Until they have ended their conversations are theirs, and Codex
/// gives them to nobody else.
fn see_off(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let run = name.and_then(|name| name.strip_prefix("codex-")?.strip_suffix(".sock"));
        if run.is_none_or(|run| Path::new("/proc").join(run).exists()) {
            continue;
        }
        // Nobody listens any more if this fails.
        if let Ok(server) =
            UnixStream::connect(&path).and_then(|stream| Ok(socket_peercred(&stream)?))
        {
            let server = pidfd_open(server.pid, PidfdFlags::empty());
            let wait = Timespec::try_from(LEFT_OVER).ok();
            // One that stays is found busy by Codex, which says so.
            let _ = server
                .and_then(|server| poll(&mut [PollFd::new(&server, PollFlags::IN)], wait.as_ref()));
        }
        let _ = fs::remove_file(path.with_extension("log"));
        let _ = fs::remove_file(path);
    }
    Ok(())
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It ends when the lifeline does.
        let _ = self.keeper.wait();
        let _ = fs::remove_file(&self.socket);
        let _ = fs::remove_file(&self.log);
    }
}
