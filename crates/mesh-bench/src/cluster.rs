//! Servers of one run: started, asked for their processor time, killed.

mod queues;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{BenchError, Outcome, said};

pub use queues::{celery, postgres};

/// A server that is killed when it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// Its data, on a real disk.
    pub folder: TempDir,
    /// The signal that ends it, if it has to end something itself and is not to be killed.
    ends_with: Option<&'static str>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let asked = self
            .ends_with
            .map(|signal| Command::new("kill").args([signal, &id]).status());
        if !asked.is_some_and(|sent| sent.is_ok_and(|sent| sent.success())) {
            // It may have ended by itself; then there is nothing to kill.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Data of a run stands beside the build, not in a memory file system.
fn folder() -> Outcome<TempDir> {
    fs::create_dir_all("target/bench")?;
    Ok(TempDir::new_in("target/bench")?)
}

fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Server {
    /// Seconds of processor time it has used.
    pub fn cpu_seconds(&self) -> f64 {
        let stat =
            fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks: u64 = fields
            .iter()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        ticks as f64 / 100.0
    }

    /// Memory it holds, bytes.
    pub fn resident_bytes(&self) -> f64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib: f64 = line
            .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
            .unwrap_or(f64::NAN);
        kib * 1024.0
    }

    /// Waits until it takes connections.
    fn wait(&mut self) -> Outcome<()> {
        let begun = Instant::now();
        while std::net::TcpStream::connect(&self.address).is_err() {
            if begun.elapsed() > Duration::from_secs(10) || self.child.try_wait()?.is_some() {
                return said(format!("the server for {} did not start", self.address));
            }
            std::thread::yield_now();
        }
        Ok(())
    }
}

/// Redis with `appendfsync always`; `None` if it is not installed.
pub fn redis(binary: &Path) -> Outcome<Option<Server>> {
    let (folder, port) = (folder()?, free_port()?);
    let child = Command::new(binary)
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "yes",
        ])
        .args(["--appendfsync", "always", "--dir"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn();
    started(child, port, folder)
}

/// NATS with JetStream and `sync_interval: always`; `None` if it is not installed.
pub fn nats(binary: &Path) -> Outcome<Option<Server>> {
    let (folder, port) = (folder()?, free_port()?);
    let config = folder.path().join("nats.conf");
    let store = folder.path().canonicalize()?;
    fs::write(
        &config,
        format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: {store:?}, sync_interval: always }}\n"
        ),
    )?;
    let child = Command::new(binary)
        .arg("-c")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    started(child, port, folder)
}

fn started(child: std::io::Result<Child>, port: u16, folder: TempDir) -> Outcome<Option<Server>> {
    let Ok(child) = child else { return Ok(None) };
    let mut server = Server {
        child,
        address: format!("127.0.0.1:{port}"),
        folder,
        ends_with: None,
    };
    server.wait()?;
    Ok(Some(server))
}

/// A node with 100 rooms, and agents with tokens of their own.
pub struct Mesh {
    pub server: Server,
    pub binary: PathBuf,
    pub owner: String,
    /// Tokens of the members of the room `bench`.
    pub members: Vec<String>,
}

impl Mesh {
    /// Starts a fresh node and registers `members` agents in the room `bench`.
    pub fn start(binary: &Path, members: usize) -> Outcome<Mesh> {
        let (server, owner) = node(binary, folder()?)?;
        let mut mesh = Mesh {
            server,
            binary: binary.to_owned(),
            owner,
            members: Vec::new(),
        };
        for n in 1..100 {
            mesh.call("POST", "/api/rooms", &json!({"name": format!("room-{n}")}))?;
        }
        mesh.call("POST", "/api/rooms", &json!({"name": "bench"}))?;
        for n in 0..members {
            let handle = format!("member-{n}");
            let made = mesh.call(
                "POST",
                &format!("/api/agents/{handle}/register"),
                &json!({"preset": "worker"}),
            )?;
            mesh.call(
                "PUT",
                &format!("/api/rooms/bench/members/{handle}"),
                &json!({}),
            )?;
            mesh.members
                .push(made["token"].as_str().unwrap_or_default().to_owned());
        }
        Ok(mesh)
    }

    /// Kills the node without a warning and starts it again on its folder.
    pub fn kill_and_restart(mut self) -> Outcome<Mesh> {
        self.server.child.kill()?;
        self.ended()?.start()
    }

    /// Asks the node to stop and waits until it has.
    pub fn stop(self) -> Outcome<Stopped> {
        let id = self.server.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        self.ended()
    }

    fn ended(mut self) -> Outcome<Stopped> {
        self.server.child.wait()?;
        let fresh = TempDir::new_in("target/bench")?;
        Ok(Stopped {
            folder: std::mem::replace(&mut self.server.folder, fresh),
            binary: self.binary.clone(),
            members: std::mem::take(&mut self.members),
        })
    }

    /// The node's own command line, pointed at it.
    pub fn cli(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        let home = self.server.folder.path().join("home");
        command.arg("--home").arg(home).args(args);
        command
    }

    /// Has the node check its log.
    pub fn verify(&self) -> Outcome<()> {
        let output = self.cli(&["log", "verify"]).output()?;
        if output.status.success() {
            Ok(())
        } else {
            said(format!(
                "the log does not verify: {}",
                String::from_utf8_lossy(&output.stderr)
            ))
        }
    }

    /// One call over HTTP as the owner.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Outcome<Value> {
        self.call_by(&self.owner, method, path, body)
    }

    /// One call over HTTP as a member.
    pub fn call_as(&self, member: usize, method: &str, path: &str, body: &Value) -> Outcome<Value> {
        self.call_by(&self.members[member], method, path, body)
    }

    fn call_by(&self, token: &str, method: &str, path: &str, body: &Value) -> Outcome<Value> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.server.address))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let text = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let request = request
            .body(text)
            .map_err(|why| BenchError::Said(why.to_string()))?;
        let mut answer = ureq::run(request).map_err(Box::new)?;
        let text = answer.body_mut().read_to_string().map_err(Box::new)?;
        Ok(serde_json::from_str(&text)?)
    }
}

/// A node that is not running, and its folder.
pub struct Stopped {
    folder: TempDir,
    binary: PathBuf,
    members: Vec<String>,
}

impl Stopped {
    /// Where its log, view and vault are.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Starts it again.
    pub fn start(self) -> Outcome<Mesh> {
        let (server, owner) = node(&self.binary, self.folder)?;
        Ok(Mesh {
            server,
            owner,
            binary: self.binary,
            members: self.members,
        })
    }
}

fn node(binary: &Path, folder: TempDir) -> Outcome<(Server, String)> {
    let home = folder.path().join("home");
    let mut child = Command::new(binary)
        .arg("--home")
        .arg(&home)
        .args(["up", "--listen", "127.0.0.1:0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    let out = child.stdout.take();
    BufReader::new(out.ok_or_else(|| BenchError::Said("no output".to_owned()))?)
        .read_line(&mut line)?;
    let said: Value = serde_json::from_str(&line)?;
    let address = said["url"]
        .as_str()
        .unwrap_or_default()
        .trim_start_matches("http://")
        .to_owned();
    let owner = fs::read_to_string(home.join("owner.token"))?
        .trim()
        .to_owned();
    Ok((
        Server {
            child,
            address,
            folder,
            ends_with: None,
        },
        owner,
    ))
}
