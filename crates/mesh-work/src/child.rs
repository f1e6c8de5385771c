//! Child processes of a worker: a clean environment, bounded output, a keeper that ends them.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::{PipeWriter, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};

use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::access::{self, Access, MARK};
use crate::awake::Moment;
use crate::keeper::NOT_STARTED;
use crate::processes::{adopt_orphans, end_orphans, sweep};
use crate::runner::{Failed, Progress};
use crate::sandbox::Confined;
use crate::text::{Decoder, tail};
use crate::worker::random_hex;

/// What of standard error is kept for the reason of a failure.
const STDERR_TAIL_BYTES: usize = 4096;
/// How a program ends that writes a file beyond its limit.
const FILE_TOO_LARGE: i32 = 128 + Signal::XFSZ.as_raw();

/// The variables that every child gets if the worker has them. Everything else is named by --env.
pub const CLEAN: &[&str] = &["PATH", "HOME", "LANG", "TMPDIR", "TERM"];

/// What a child may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of standard output.
    pub output_bytes: usize,
    /// Time between being asked to end and being killed, milliseconds.
    pub grace_ms: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 2 << 30,
            output_bytes: 4 << 20,
            grace_ms: 2000,
        }
    }
}

/// Starts the children of one attempt and knows when the last has ended.
#[derive(Debug)]
pub struct Keep {
    keeper: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    /// By which what is left of a keeper that was killed itself is found.
    mark: String,
    limits: Limits,
    /// How children reach the mesh.
    access: Option<Access>,
    /// What they are confined by.
    confined: OnceLock<Confined>,
    running: watch::Sender<usize>,
    lease: Mutex<Held>,
}

/// How long children may go on, and where each of them is told of it.
#[derive(Debug)]
struct Held {
    ends: Moment,
    lifelines: Vec<Weak<PipeWriter>>,
}

/// All keepers of this process that run. What else it has below it in sessions of their own was left by
/// a keeper that was killed.
static KEEPERS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A program to start.
#[derive(Debug, Clone)]
pub struct Program {
    program: OsString,
    args: Vec<OsString>,
    cwd: PathBuf,
    env: Vec<(OsString, OsString)>,
    hint: String,
    within: bool,
}

impl Program {
    /// A program, by name or path, in a folder.
    pub fn new(program: impl Into<OsString>, cwd: &Path) -> Program {
        Program {
            program: program.into(),
            args: Vec::new(),
            cwd: cwd.to_owned(),
            env: Vec::new(),
            hint: "install it, or name another with --command".to_owned(),
            within: false,
        }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Program {
        self.args.push(arg.into());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Program {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.args.extend(args);
        self
    }

    /// One more variable, beside those that every child gets.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Program {
        self.env.push((name.into(), value.into()));
        self
    }

    /// It is a path that is there in the sandbox alone.
    #[must_use]
    pub(crate) fn within(mut self) -> Program {
        self.within = true;
        self
    }

    /// What to do if the program is not there, for people.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Program {
        self.hint = hint.into();
        self
    }
}

impl Keep {
    /// Starts children by this keeper (a program and its first arguments) with this environment.
    pub fn new(keeper: Vec<OsString>, mut env: Vec<(OsString, OsString)>, limits: Limits) -> Keep {
        adopt_orphans();
        let name = random_hex::<8>();
        env.push((MARK.into(), name.clone().into()));
        Keep {
            keeper,
            env,
            mark: format!("{MARK}={name}"),
            limits,
            access: None,
            confined: OnceLock::new(),
            running: watch::Sender::new(0),
            lease: Mutex::new(Held {
                ends: Moment::NEVER,
                lifelines: Vec::new(),
            }),
        }
    }

    /// Lets children reach the mesh so.
    #[must_use]
    pub fn with_access(mut self, access: Access) -> Keep {
        self.access = Some(access);
        self
    }

    /// Confines all children that are started from here on. Only the first word counts.
    pub fn confine(&self, confined: Confined) {
        let _ = self.confined.set(confined);
    }

    /// What children are confined by.
    pub fn confined(&self) -> Option<&Confined> {
        self.confined.get()
    }

    /// The lease ends then: at that moment nothing of any child is left, whether or not this process
    /// runs. Children that were started before learn of it.
    pub fn until(&self, ends: Moment) {
        let mut held = self.held();
        held.ends = ends;
        held.lifelines.retain(|lifeline| {
            let Some(lifeline) = lifeline.upgrade() else {
                return false;
            };
            // A keeper that has ended needs no telling, and one that does not read keeps to the
            // earlier end.
            (&*lifeline).write_all(&ends.0.to_le_bytes()).is_ok()
        });
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.lease
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }

    /// What a child may use.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether children get a variable of this name.
    pub fn sets(&self, name: &str) -> bool {
        self.env.iter().any(|(set, _)| set == name)
    }

    /// Starts a program. Dropping the child ends it and all it has started.
    pub fn start(&self, program: Program) -> Result<Child, Failed> {
        let name = program.program.display().to_string();
        let found = self.find(&program).ok_or_else(|| {
            Failed::last(format!(
                "the program '{name}' is not on this machine, so nothing was done: {}",
                program.hint
            ))
        })?;
        let not_started =
            |why: std::io::Error| Failed::new(format!("'{name}' could not be started here: {why}"));
        let (lifeline, ours) = std::io::pipe().map_err(not_started)?;
        rustix::io::fcntl_setfd(&lifeline, rustix::io::FdFlags::empty())
            .map_err(|why| not_started(why.into()))?;
        let access = self.access.as_ref().map(passed_on).transpose();
        let access = access.map_err(not_started)?;
        // A keeper that was stopped must not stop the worker.
        rustix::fs::fcntl_setfl(&ours, rustix::fs::OFlags::NONBLOCK)
            .map_err(|why| not_started(why.into()))?;
        let (keeper, first) = self
            .keeper
            .split_first()
            .ok_or_else(|| Failed::last("the worker was set up without a keeper".to_owned()))?;
        let (words, cell) = match self.confined() {
            Some(confined) => {
                let (words, plan) = confined.words(&found, &program.args).map_err(Failed::new)?;
                (words, Some(plan))
            }
            None => {
                let mut words = vec![found.into_os_string()];
                words.extend(program.args.iter().cloned());
                (words, None)
            }
        };
        // Held until the child is known, so that no new end passes it by.
        let mut held = self.held();
        let mut command = Command::new(keeper);
        command
            .args(first)
            .arg(lifeline.as_raw_fd().to_string())
            .arg(self.limits.file_bytes.to_string())
            .arg(self.limits.grace_ms.to_string())
            .arg(held.ends.0.to_string())
            .arg(if cell.is_some() { "1" } else { "0" })
            .args(words)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .envs(program.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&program.cwd)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(confined) = self.confined() {
            let hidden = self.env.iter().chain(&program.env);
            for (name, _) in hidden.filter(|(name, _)| confined.hides(name)) {
                command.env_remove(name);
            }
            command.envs(confined.environment());
        }
        if let Some(access) = &access {
            command.env(access::FILE, access.as_raw_fd().to_string());
        }
        let mut keepers = all_keepers();
        let mut child = command.spawn().map_err(not_started)?;
        let pid = child.id();
        keepers.extend(pid);
        drop((keepers, lifeline, access, cell));
        let ours = Arc::new(ours);
        held.lifelines.push(Arc::downgrade(&ours));
        drop(held);
        let stderr = child.stderr.take();
        let (told, exit) = oneshot::channel();
        let started = Child {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: Some(tokio::spawn(last_of(stderr))),
            exit: Some(exit),
            lifeline: Some(ours),
            output_bytes: self.limits.output_bytes,
            pid,
        };
        self.running.send_modify(|running| *running += 1);
        let (running, mark) = (self.running.clone(), self.mark.clone());
        tokio::spawn(async move {
            let ended = child.wait().await;
            let killed = ended.as_ref().is_ok_and(|status| status.code().is_none());
            let sweeping = tokio::task::spawn_blocking(move || {
                let mut keepers = all_keepers();
                if let Some(pid) = pid {
                    keepers.remove(&pid);
                }
                if killed {
                    // The keeper could not end what it kept.
                    sweep(&mark);
                    end_orphans(&keepers);
                }
            });
            // It panics never, and is cut off only with the whole worker.
            let _ = sweeping.await;
            // Nobody listens any more when the child was dropped.
            let _ = told.send(ended);
            running.send_modify(|running| *running -= 1);
        });
        Ok(started)
    }

    /// Waits until every child that was started has ended, with all it had started.
    pub async fn settled(&self) {
        // The sender is this one, so it cannot have gone.
        let _ = self
            .running
            .subscribe()
            .wait_for(|running| *running == 0)
            .await;
    }

    fn find(&self, program: &Program) -> Option<PathBuf> {
        let name = Path::new(&program.program);
        if program.within {
            return Some(name.to_owned());
        }
        if name.components().count() > 1 {
            let path = std::path::absolute(name).ok()?;
            return is_program(&path).then_some(path);
        }
        let named = |(key, value): &(OsString, OsString)| (key == "PATH").then(|| value.clone());
        let path = program.env.iter().chain(&self.env).find_map(named)?;
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|path| is_program(path))
    }
}

fn all_keepers() -> MutexGuard<'static, BTreeSet<u32>> {
    KEEPERS.lock().unwrap_or_else(|broken| broken.into_inner())
}

/// A file with this for one child to inherit.
fn passed_on(access: &Access) -> std::io::Result<OwnedFd> {
    let text = serde_json::to_vec(access)?;
    let file = access::sealed("mesh-attempt", &text)?;
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty())?;
    Ok(file)
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// A running program under its keeper.
#[derive(Debug)]
pub struct Child {
    /// Its standard input; dropping it is the end of the input.
    pub stdin: Option<ChildStdin>,
    /// Its standard output.
    pub stdout: Option<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    exit: Option<oneshot::Receiver<std::io::Result<ExitStatus>>>,
    lifeline: Option<Arc<PipeWriter>>,
    output_bytes: usize,
    pid: Option<u32>,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code, or 128 and the signal.
    pub code: i32,
    /// The end of its standard error.
    pub stderr: String,
}

impl Ended {
    /// Whether it says that all is well.
    pub fn success(&self) -> bool {
        self.code == 0
    }

    /// Why it failed, for people.
    pub fn reason(&self, program: &str) -> String {
        let how = match self.code {
            code if code == i32::from(NOT_STARTED) => "could not be started".to_owned(),
            FILE_TOO_LARGE => {
                "wrote a file beyond the worker's limit (--max-file) and was ended".to_owned()
            }
            code @ 129..=192 => format!("was ended by signal {}", code - 128),
            code => format!("ended with code {code}"),
        };
        match self.stderr.trim() {
            "" => format!("{program} {how} and said nothing about it"),
            said => format!("{program} {how}; the last it said: {said}"),
        }
    }
}

impl Child {
    /// Gives it all of its input and reads all of its output, telling each piece. Text that is not
    /// UTF-8 is replaced. Output beyond the limit ends the program.
    pub async fn talk(&mut self, input: &[u8], io: &dyn Progress) -> Result<Printed, Failed> {
        let (stdin, stdout) = (self.stdin.take(), self.stdout.take());
        let write = async {
            if let Some(mut stdin) = stdin {
                // A program that does not read its input to the end has its reasons.
                let _ = stdin.write_all(input).await;
            }
        };
        let (said, ()) = tokio::join!(read(stdout, self.output_bytes, io), write);
        said
    }

    /// Waits for its end, with everything that it has started.
    pub async fn ended(&mut self) -> Ended {
        drop(self.stdin.take());
        let code = match self.exit.take() {
            Some(exit) => match exit.await {
                Ok(Ok(status)) => status.code().unwrap_or(128 + 9),
                _ => 1,
            },
            None => 1,
        };
        let stderr = match self.stderr.take() {
            Some(stderr) => stderr.await.unwrap_or_default(),
            None => String::new(),
        };
        Ended { code, stderr }
    }

    /// The keeper's process.
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Ends it: asks first and kills after the grace. `ended` waits for that.
    pub fn stop(&mut self) {
        drop(self.lifeline.take());
    }
}

/// What a program has printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// Bytes that were no UTF-8 and were replaced.
    pub replaced: usize,
}

async fn read(
    stdout: Option<ChildStdout>,
    bytes_max: usize,
    io: &dyn Progress,
) -> Result<Printed, Failed> {
    let mut decoder = Decoder::default();
    let mut text = String::new();
    let Some(mut stdout) = stdout else {
        return Ok(Printed::default());
    };
    let mut chunk = vec![0; 16 << 10];
    while let Ok(count @ 1..) = stdout.read(&mut chunk).await {
        let piece = decoder.push(&chunk[..count]);
        if text.len() + piece.len() > bytes_max {
            return Err(Failed::new(too_much(bytes_max)));
        }
        io.output(&piece);
        text.push_str(&piece);
    }
    let rest = decoder.end();
    io.output(&rest);
    text.push_str(&rest);
    Ok(Printed {
        text,
        replaced: decoder.replaced(),
    })
}

/// The reason when a runner prints without end.
pub fn too_much(bytes_max: usize) -> String {
    format!(
        "it put out more than {} KiB and was stopped; what came before is kept as partial output; raise the worker's --max-output if that much is wanted",
        bytes_max >> 10
    )
}

async fn last_of(stderr: Option<ChildStderr>) -> String {
    match stderr {
        Some(stderr) => last_read(stderr).await,
        None => String::new(),
    }
}

async fn last_read(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut chunk = vec![0; STDERR_TAIL_BYTES];
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        kept.extend_from_slice(&chunk[..count]);
        let over = kept.len().saturating_sub(2 * STDERR_TAIL_BYTES);
        kept.drain(..over);
    }
    tail(&String::from_utf8_lossy(&kept), STDERR_TAIL_BYTES).to_owned()
}
