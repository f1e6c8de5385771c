//! One turn of a runner: a folder, a keeper, a scripted server, and somebody who answers questions.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mesh_model::Seq;
use mesh_model::events::Spend;
use mesh_script::{Scenario, Script};
use mesh_work::child::{Keep, Limits};
use mesh_work::runner::{self, Done, Failed, Job, Mcp, Options, Progress, Running};
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::time::Instant;

/// The folder with the programs that others wrote, or none after having told the report that they are missing.
pub fn peers(test: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("MESH_PEERS").map(PathBuf::from)
        && folder.join("bin").join(test).exists()
    {
        return Some(folder);
    }
    let reason = format!(
        "{test}: this agent program is not installed; `make test` installs it where there is one for the machine, or set MESH_PEERS to what tests/peers/install.sh prints last"
    );
    eprintln!("{reason}");
    if let Some(path) = std::env::var_os("MESH_SKIPS") {
        let mut skips = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        writeln!(skips, "{reason}").unwrap();
    }
    None
}

/// What a turn needs, in a folder of its own.
pub struct Bench {
    pub script: Script,
    folder: TempDir,
    peers: PathBuf,
    env: Vec<(String, String)>,
}

impl Bench {
    pub async fn new(scenario: &str, peers: PathBuf) -> Bench {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../mesh-script/scenarios")
            .join(scenario);
        let scenario = Scenario::read(&path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "cwd"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("mcp.json"), "{\"mcpServers\":{}}").unwrap();
        Bench {
            script: Script::start_here(scenario).await.unwrap(),
            folder,
            peers,
            env: Vec::new(),
        }
    }

    pub fn env(mut self, name: &str, value: &str) -> Bench {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn cwd(&self) -> PathBuf {
        self.folder.path().join("cwd")
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// An environment with nothing of this machine but its programs.
    fn keep(&self) -> Arc<Keep> {
        let path = std::env::var("PATH").unwrap();
        let mut env: Vec<(OsString, OsString)> = vec![
            ("HOME".into(), self.home().into()),
            (
                "PATH".into(),
                format!("{}:{path}", self.peers.join("bin").display()).into(),
            ),
        ];
        env.extend(
            self.env
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        Arc::new(Keep::new(
            vec![env!("CARGO_BIN_EXE_mesh-keeper").into()],
            env,
            Limits::default(),
        ))
    }

    pub fn job(&self, prompt: &str) -> Job {
        Job {
            task: "01900000-0000-7000-8000-000000000007".parse().unwrap(),
            fence: Seq(1),
            prompt: prompt.to_owned(),
            model: None,
            cwd: self.cwd(),
            nonce: "n".into(),
            mcp: Mcp {
                url: format!("{}/mcp", self.script.url()),
                token: "t".into(),
                file: self.folder.path().join("mcp.json"),
            },
            deadline: Instant::now() + Duration::from_secs(60),
            resume: None,
            schema: None,
            keep: self.keep(),
        }
    }

    /// Runs a turn with a runner of this name, which asks the scripted server.
    pub async fn turn(
        &self,
        name: &str,
        options: Options,
        job: Job,
        person: &Person,
    ) -> Result<Done, Failed> {
        let keep = job.keep.clone();
        let runner = runner::named(name, options).unwrap();
        let outcome = runner.run(job, person).await;
        // Nothing may outlive a turn.
        keep.settled().await;
        outcome
    }
}

/// Watches a turn and answers its questions.
#[derive(Default)]
pub struct Person {
    pub allows: bool,
    /// Whenever a note came.
    noted: tokio::sync::Notify,
    pub seen: Mutex<Seen>,
}

#[derive(Debug, Default, Clone)]
pub struct Seen {
    pub output: Vec<String>,
    pub spent: Vec<Spend>,
    pub sessions: Vec<String>,
    pub notes: Vec<String>,
    pub asked: Vec<(String, Map<String, Value>)>,
}

impl Person {
    pub fn who_allows() -> Person {
        Person {
            allows: true,
            ..Person::default()
        }
    }

    /// The next note.
    pub async fn noted(&self) {
        self.noted.notified().await;
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

impl Progress for Person {
    fn output(&self, text: &str) {
        self.seen.lock().unwrap().output.push(text.to_owned());
    }
    fn spent(&self, spend: Spend) {
        self.seen.lock().unwrap().spent.push(spend);
    }
    fn session(&self, id: &str) {
        self.seen.lock().unwrap().sessions.push(id.to_owned());
    }
    fn note(&self, line: &str) {
        self.seen.lock().unwrap().notes.push(line.to_owned());
        self.noted.notify_one();
    }
    fn approve<'a>(&'a self, question: &'a str, detail: Map<String, Value>) -> Running<'a, bool> {
        self.seen
            .lock()
            .unwrap()
            .asked
            .push((question.to_owned(), detail));
        Box::pin(async { self.allows })
    }
}
