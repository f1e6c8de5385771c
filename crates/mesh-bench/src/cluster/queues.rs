//! The peers of the tasks' arms: Postgres, and Celery's workers on Redis.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Server, folder, free_port, started};
use crate::{Outcome, said};

/// Where Debian puts the server: its programs are not on everybody's path.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A user and a group.
type Identity = (u32, u32);

/// Postgres, which syncs each commit, as it does by default; `None` if it is not installed.
pub fn postgres(binary: &Path) -> Outcome<Option<Server>> {
    let Some(binary) = find(binary) else {
        return Ok(None);
    };
    let (folder, port) = (folder()?, free_port()?);
    let (data, identity) = (folder.path().join("data"), identity()?);
    fs::create_dir(&data)?;
    if let Some((user, group)) = identity {
        chown(folder.path(), Some(user), Some(group))?;
        chown(&data, Some(user), Some(group))?;
    }
    let made = of(&binary.with_file_name("initdb"), identity)
        .args(["-U", "bench", "-A", "trust", "-E", "UTF8", "--no-locale"])
        .arg("-D")
        .arg(&data)
        .stdout(Stdio::null())
        .output()?;
    if !made.status.success() {
        return said(String::from_utf8_lossy(&made.stderr));
    }
    let child = of(&binary, identity)
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
        .args([
            "-c",
            "unix_socket_directories=",
            "-c",
            "shared_buffers=256MB",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut server = started(child, port, folder)?;
    if let Some(server) = &mut server {
        // It leaves shared memory behind if it is killed.
        server.ends_with = Some("-INT");
    }
    Ok(server)
}

fn of(program: &Path, identity: Option<Identity>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = identity {
        command.uid(user).gid(group);
    }
    command
}

/// The server's program: the one that was named, or the newest one of Debian's.
fn find(binary: &Path) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::split_paths(&path).map(|folder| folder.join(binary));
    let named = named.into_iter().find(|program| program.is_file());
    if let Some(program) = named {
        return program.canonicalize().ok();
    }
    let versions = fs::read_dir(DEBIAN).ok()?;
    let versions = versions.flatten().map(|version| version.path());
    let mut programs: Vec<PathBuf> = versions
        .map(|version| version.join("bin/postgres"))
        .filter(|program| program.is_file())
        .collect();
    programs.sort();
    programs.pop()
}

/// Whom Postgres runs as: it refuses to run as root.
fn identity() -> Outcome<Option<Identity>> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let found = ["postgres", "nobody"].iter().find_map(|wanted| {
        let of = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, user, group, ..] = fields[..] else {
                return None;
            };
            (name == *wanted).then_some((user.parse().ok()?, group.parse().ok()?))
        };
        users.lines().find_map(of)
    });
    match found {
        Some(identity) => Ok(Some(identity)),
        None => said("Postgres does not run as root, and there is no user 'postgres' or 'nobody'"),
    }
}

/// What Celery's workers do: nothing. A task is given back if its worker is lost, as the node does.
const NOOP: &str = r#"import os
from celery import Celery

app = Celery("noop", broker=os.environ["BENCH_REDIS"], backend=os.environ["BENCH_REDIS"])
app.conf.task_acks_late = True
app.conf.broker_connection_retry_on_startup = True


@app.task(name="noop")
def noop():
    return "done"
"#;

/// So many of Celery's workers on a Redis; `None` if it is not installed.
pub fn celery(binary: &Path, redis: &Server, workers: usize) -> Outcome<Option<Server>> {
    let folder = folder()?;
    fs::write(folder.path().join("noop.py"), NOOP)?;
    let child = Command::new(binary)
        .current_dir(folder.path())
        .env("BENCH_REDIS", format!("redis://{}/0", redis.address))
        .args([
            "-A",
            "noop",
            "worker",
            "-P",
            "prefork",
            "--loglevel",
            "ERROR",
        ])
        .args(["-c", &workers.to_string()])
        .args([
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = child else { return Ok(None) };
    Ok(Some(Server {
        child,
        address: redis.address.clone(),
        folder,
        // It ends its workers; a killed one would leave them.
        ends_with: Some("-TERM"),
    }))
}
