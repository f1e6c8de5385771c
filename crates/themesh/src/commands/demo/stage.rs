//! What a demo runs on: a folder of its own, this very program as further processes, and what happens on a node as it happens.

use std::fs::{self, DirBuilder, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mesh_model::api::{ClientInfo, StreamItem};
use mesh_model::home::{Entry, RunningNode};
use mesh_sdk::{Client, Filter, Items, Mesh, Options};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::failure::{Effect, Failure, Outcome};

/// What has to happen next happens within this time, or the demo ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that goes with the demo.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Outcome<Folder> {
        let path = std::env::temp_dir().join(format!("mesh-demo-{}", std::process::id()));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|why| {
            Failure::here(
                format!("{} cannot be made: {why}", path.display()),
                "set TMPDIR to a folder with free space",
            )
            .so(Effect::NothingDone)
        })?;
        Ok(Folder(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it is in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// This program once more, as a process that ends when this is dropped.
pub struct Process {
    child: Child,
    /// What it said when it was up.
    pub said: Value,
}

impl Process {
    /// Starts it, and waits until it says in JSON that it is up. What it logs stands in the folder.
    pub fn start(folder: &Folder, name: &str, args: &[&str]) -> Outcome<Process> {
        Process::start_at(folder, name, &folder.path().join(name), args)
    }

    /// The same on the folder of a mesh that is there.
    pub fn start_at(folder: &Folder, name: &str, home: &Path, args: &[&str]) -> Outcome<Process> {
        let broken = |why: String| {
            Failure::here(format!("{name} did not start: {why}"), "").so(Effect::NothingDone)
        };
        let io = |why: std::io::Error| broken(why.to_string());
        let log = folder.path().join(format!("{name}.log"));
        let mut child = program()
            .map_err(io)?
            .args(args)
            .arg("--json")
            .arg("--home")
            .arg(home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).map_err(io)?)
            .spawn()
            .map_err(io)?;
        let out = child.stdout.take();
        let mut out = BufReader::new(out.ok_or_else(|| broken("it has no output".to_owned()))?);
        let mut line = String::new();
        out.read_line(&mut line).map_err(io)?;
        let process = Process {
            child,
            said: serde_json::from_str(&line).unwrap_or_default(),
        };
        if process.said.is_null() {
            let logged = fs::read_to_string(&log).unwrap_or_default();
            let last = logged.lines().last().unwrap_or_default().to_owned();
            return Err(broken(last));
        }
        // Unread, what it says from here on would hold it up; closed, it could not say it.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Ok(process)
    }

    /// Something that it said when it was up.
    pub fn word(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // It may be gone already: a terminal's Ctrl-C reaches it too.
        let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
        let _ = self.child.wait();
    }
}

/// This program, with nothing of the mesh that whoever runs the demo may be in.
pub fn program() -> std::io::Result<Command> {
    let mut program = Command::new(std::env::current_exe()?);
    for name in ["MESH_AS", "MESH_SESSION", "MESH_TOKEN", "MESH_URL"] {
        program.env_remove(name);
    }
    Ok(program)
}

/// Runs this program once on the folder of a mesh; gives what it says in JSON.
pub fn run(home: &Path, args: &[&str]) -> Outcome<Value> {
    let broken = |why: String| {
        let what = format!("mesh {} did not work: {why}", args.join(" "));
        Failure::here(what, "").so(Effect::NothingDone)
    };
    let mut program = program().map_err(|why| broken(why.to_string()))?;
    let done = program
        .args(args)
        .arg("--json")
        .arg("--home")
        .arg(home)
        .stdin(Stdio::null())
        .output();
    let done = done.map_err(|why| broken(why.to_string()))?;
    if !done.status.success() {
        let why = String::from_utf8_lossy(&done.stderr);
        return Err(broken(why.lines().last().unwrap_or_default().to_owned()));
    }
    Ok(serde_json::from_slice(&done.stdout).unwrap_or_default())
}

/// A mesh of the demo, and its owner at it.
pub struct Party {
    pub process: Process,
    client: Client,
    items: Items,
    seen: Vec<StreamItem>,
}

impl Party {
    pub async fn start(folder: &Folder, name: &str) -> Outcome<Party> {
        let args = ["up", "--listen", "127.0.0.1:0", "--name", name];
        let process = Process::start(folder, name, &args)?;
        let home = folder.path().join(name);
        let token = read(&Entry::OwnerToken.of(&home))?;
        let client = Client::connect(options(&home, token.trim())?).await?;
        let items = client.subscribe(Filter::default()).await?;
        Ok(Party {
            process,
            client,
            items,
            seen: Vec::new(),
        })
    }

    /// Asks as the owner.
    pub async fn ask(&self, name: &str, input: Value) -> Outcome<Value> {
        Ok(self.client.call_raw(name, input).await?)
    }

    /// Waits until something has happened since the start: the first that is as wanted.
    pub async fn until<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(&StreamItem) -> Option<T>,
    ) -> Outcome<T> {
        if let Some(found) = self.seen.iter().find_map(&wanted) {
            return Ok(found);
        }
        let waits = async {
            loop {
                let item = self.items.next().await?;
                let found = wanted(&item);
                self.seen.push(item);
                if found.is_some() {
                    return found;
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, waits).await.ok().flatten();
        found.ok_or_else(|| {
            Failure::here(
                format!("{what} did not happen within {} s", PATIENCE.as_secs()),
                "a machine with much to do may need longer: try it again",
            )
            .so(Effect::NothingDone)
        })
    }

    /// Waits until a room here has a message with this text; gives its id.
    pub async fn hears(&mut self, text: &str) -> Outcome<String> {
        let what = format!("hearing \"{text}\"");
        self.until(&what, |item| {
            let message = item.message().filter(|_| item.kind == "message.posted")?;
            (*message.text == *text).then(|| message.id.to_string())
        })
        .await
    }

    /// An agent of this mesh, connected with a token of its own.
    pub async fn agent(&self, handle: &str) -> Outcome<Mesh> {
        let input = json!({"agent": handle});
        let registered = self.ask("agent.register", input).await?;
        let token = registered["token"].as_str().unwrap_or_default();
        let home = PathBuf::from(self.process.word("home"));
        Ok(Mesh::connect(options(&home, token)?, None).await?)
    }
}

fn options(home: &Path, token: &str) -> Outcome<Options> {
    let text = read(&Entry::Node.of(home))?;
    let node: RunningNode = serde_json::from_str(&text).map_err(|why| {
        Failure::here(format!("a node does not say where it is: {why}"), "").so(Effect::NothingDone)
    })?;
    Ok(Options {
        node: Some(node.node_key),
        client: ClientInfo {
            name: Some("mesh-demo".to_owned()),
            ..ClientInfo::default()
        },
        ..Options::new(node.url, token)
    })
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|why| {
        Failure::here(format!("{} cannot be read: {why}", path.display()), "")
            .so(Effect::NothingDone)
    })
}
