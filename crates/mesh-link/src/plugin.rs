//! A plugin: a child process that is started when somebody first asks, with nothing of the node's environment, and
//! started again after it ended, with pauses that grow.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use mesh_model::home::Entry;
use mesh_ops::{NodeTool, Told};
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use crate::mcp::{Connection, McpTool};
use crate::settings;

/// How long a plugin may take to say hello and what it has.
const HELLO_WAIT: Duration = Duration::from_secs(20);
/// The pause after the first failed start; it doubles each time.
const PAUSE_MIN: Duration = Duration::from_millis(500);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A program that ran so long was well: its next end is a first one again.
const WELL_AFTER: Duration = Duration::from_secs(60);
/// What is kept of a line that the program says on its standard error.
const LINE_BYTES_MAX: u64 = 1000;

/// A plugin and its process, if it runs.
pub(crate) struct Host {
    settings: settings::Plugin,
    folder: PathBuf,
    seat: Mutex<Seat>,
}

#[derive(Default)]
struct Seat {
    running: Option<Running>,
    /// Starts in a row that came to nothing.
    failed: u32,
    /// Not started before.
    not_before: Option<Instant>,
    last: String,
}

struct Running {
    connection: std::sync::Arc<Connection>,
    tools: Vec<McpTool>,
    since: Instant,
    /// Kept: it is killed when this is dropped.
    _child: Child,
}

impl Host {
    pub fn new(settings: settings::Plugin, home: &std::path::Path) -> Host {
        let own = Entry::Plugins.of(home).join(&settings.name);
        let folder = settings.folder.clone().unwrap_or(own);
        Host {
            settings,
            folder,
            seat: Mutex::default(),
        }
    }

    /// Its tools; if it does not run, one line that says why.
    pub async fn tools(&self) -> Vec<NodeTool> {
        let mut seat = self.seat.lock().await;
        let started = self.running(&mut seat).await;
        let view = |name: &str, about: String, input, off| NodeTool {
            name: format!("{}.{name}", self.settings.name),
            about,
            input,
            needs: self.settings.needs,
            plugin: Some(self.settings.name.clone()),
            audience: None,
            off,
        };
        match started {
            Ok(running) => running
                .tools
                .iter()
                .map(|tool| view(&tool.name, tool.about.clone(), tool.input.clone(), None))
                .collect(),
            Err(why) => {
                let about = "A plugin that does not run".to_owned();
                vec![view("?", about, Map::new(), Some(why))]
            }
        }
    }

    /// The tool that a name with the plugin's own before it means.
    pub fn own<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(self.settings.name.as_str())?
            .strip_prefix('.')
    }

    /// Uses one of its tools.
    pub async fn call(&self, tool: &str, input: Map<String, Value>) -> Result<Told, String> {
        let connection = {
            let mut seat = self.seat.lock().await;
            let running = self.running(&mut seat).await?;
            std::sync::Arc::clone(&running.connection)
        };
        connection.call(tool, input).await
    }

    async fn running<'a>(&self, seat: &'a mut Seat) -> Result<&'a Running, String> {
        if (seat.running.as_ref()).is_some_and(|running| running.connection.is_closed()) {
            let was = seat.running.take();
            let well = was.is_some_and(|running| running.since.elapsed() >= WELL_AFTER);
            seat.failed = if well { 0 } else { seat.failed };
            seat.failed(format!(
                "the program of the plugin '{}' ended",
                self.settings.name
            ));
        }
        if seat.running.is_none() {
            seat.check_pause()?;
            match tokio::time::timeout(HELLO_WAIT, self.start()).await {
                Ok(Ok(running)) => {
                    tracing::info!(
                        plugin = self.settings.name,
                        tools = running.tools.len(),
                        "started"
                    );
                    seat.running = Some(running);
                }
                Ok(Err(why)) => return Err(seat.failed(why)),
                Err(_) => {
                    let why = format!(
                        "it did not say hello within {} seconds",
                        HELLO_WAIT.as_secs()
                    );
                    return Err(seat.failed(why));
                }
            }
        }
        seat.running
            .as_ref()
            .ok_or_else(|| "the plugin does not run".to_owned())
    }

    async fn start(&self) -> Result<Running, String> {
        let (program, arguments) = (self.settings.command.split_first())
            .ok_or_else(|| "the plugin has no command".to_owned())?;
        std::fs::create_dir_all(&self.folder)
            .map_err(|why| format!("its folder cannot be made: {}", why.kind()))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(&self.settings.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command
            .spawn()
            .map_err(|why| format!("its program cannot be started: {}", why.kind()))?;
        if let Some(errors) = child.stderr.take() {
            tokio::spawn(listen(self.settings.name.clone(), errors));
        }
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("its program has no input or output".to_owned());
        };
        let connection = Connection::open(input, output).await?;
        let tools = connection.tools().await?;
        Ok(Running {
            connection: std::sync::Arc::new(connection),
            tools,
            since: Instant::now(),
            _child: child,
        })
    }
}

impl Seat {
    /// Counts a failure and lets the next start wait.
    fn failed(&mut self, why: String) -> String {
        let pause = PAUSE_MIN
            .saturating_mul(1 << self.failed.min(10))
            .min(PAUSE_MAX);
        // One end is forgiven: it is started again at once.
        self.not_before = (self.failed > 0).then(|| Instant::now() + pause);
        self.failed += 1;
        tracing::warn!(%why, "a plugin failed");
        self.last.clone_from(&why);
        why
    }

    fn check_pause(&self) -> Result<(), String> {
        let left = self
            .not_before
            .and_then(|not_before| not_before.checked_duration_since(Instant::now()));
        match left {
            Some(left) => Err(format!(
                "{}; it is started again in {} seconds",
                self.last,
                left.as_secs() + 1
            )),
            None => Ok(()),
        }
    }
}

/// What the program says about itself goes into the node's own log lines, cut.
async fn listen(plugin: String, errors: tokio::process::ChildStderr) {
    let mut reader = BufReader::new(errors);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut reader)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .await;
        if !matches!(read, Ok(1..)) {
            return;
        }
        tracing::debug!(plugin, said = %String::from_utf8_lossy(&line).trim_end().escape_debug());
    }
}
