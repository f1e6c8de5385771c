//! A kept sandbox: one process tree in namespaces of its own, with a home in memory, that goes on until it is ended. What
//! its owner asks of it is done within it, by [`guest`], with the sandbox's own rights; what it says is read here as the
//! words of a stranger.

pub mod guest;
pub mod wire;

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::{mpsc, oneshot, watch};

use self::wire::{Answer, Ask, Asked, Fault, FaultKind, LINE_BYTES_MAX, Said, Start};
use super::plan::{Means, WITHIN};
use super::{Sandbox, Spot};
use crate::awake::Moment;
use crate::child::{CLEAN, Child, Keep, Limits, Program};

/// A sandbox's home, as programs within see it: the one that E2B's have.
pub const HOME: &str = concat!("/home", "/user");

/// What one listener of a program may leave unread before it is let go: it would fill the memory of the owner's program.
const UNREAD_BYTES_MAX: usize = 8 << 20;

/// Listeners of one program: each may leave so much unread.
const LISTENERS_MAX: usize = 8;

/// Between being asked to end and being killed: a sandbox is thrown away, so there is little to wait for.
const GRACE_MS: u64 = 50;

/// A sandbox that runs.
#[derive(Debug)]
pub struct Kept {
    keep: Keep,
    child: Mutex<Option<Child>>,
    input: tokio::sync::Mutex<Option<ChildStdin>>,
    inner: Arc<Mutex<Inner>>,
    ended: watch::Receiver<bool>,
    _private: Private,
}

#[derive(Debug, Default)]
struct Inner {
    id: u64,
    over: bool,
    waiting: HashMap<u64, Waiting>,
    programs: BTreeMap<u32, Running>,
}

#[derive(Debug)]
struct Waiting {
    reply: oneshot::Sender<Result<Answer, Fault>>,
    /// The program that is started, and who listens to it.
    start: Option<(Start, Listener)>,
}

#[derive(Debug)]
struct Running {
    start: Start,
    listeners: Vec<Listener>,
}

#[derive(Debug, Clone)]
struct Listener {
    to: mpsc::UnboundedSender<Event>,
    unread: Arc<std::sync::atomic::AtomicUsize>,
}

/// What a program does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It printed; true: on standard error.
    Out(bool, Vec<u8>),
    /// It ended.
    Ended {
        /// Its exit code, or 128 and the signal.
        code: i32,
        /// The signal that ended it.
        signal: Option<i32>,
    },
}

/// A program's events.
#[derive(Debug)]
pub struct Events {
    from: mpsc::UnboundedReceiver<Event>,
    unread: Arc<std::sync::atomic::AtomicUsize>,
}

impl Events {
    fn pair() -> (Listener, Events) {
        let (to, from) = mpsc::unbounded_channel();
        let unread = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let listener = Listener {
            to,
            unread: unread.clone(),
        };
        (listener, Events { from, unread })
    }

    /// The next one; none when the program has ended, the sandbox has, or too much was left unread.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.from.recv().await?;
        if let Event::Out(_, bytes) = &event {
            let order = std::sync::atomic::Ordering::Relaxed;
            self.unread.fetch_sub(bytes.len(), order);
        }
        Some(event)
    }
}

impl Listener {
    /// Whether it still listens.
    fn tell(&self, event: Event) -> bool {
        if let Event::Out(_, bytes) = &event {
            let order = std::sync::atomic::Ordering::Relaxed;
            let before = self.unread.fetch_add(bytes.len(), order);
            if before + bytes.len() > UNREAD_BYTES_MAX {
                return false;
            }
        }
        self.to.send(event).is_ok()
    }
}

/// The folder of a sandbox's own files, which goes with it.
#[derive(Debug)]
struct Private(PathBuf);

impl Drop for Private {
    fn drop(&mut self) {
        // What stays is in a folder that is emptied at the next start.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Kept {
    /// Starts one, with a home of so many bytes in memory. It ends at that moment, whatever becomes of this process.
    /// `private` is a folder for the cell's own files, which is removed with it.
    pub async fn start(
        sandbox: &Sandbox,
        private: &Path,
        home_bytes: u64,
        ends: Moment,
    ) -> Result<Kept, String> {
        if sandbox.means == Means::Landlock {
            return Err(
                "Landlock alone does not keep strangers' programs from seeing each other"
                    .to_owned(),
            );
        }
        let spot = Spot {
            cwd: PathBuf::from("/"),
            home: PathBuf::from(HOME),
            scratch: Some(home_bytes),
            private: private.to_owned(),
            runner: String::new(),
            write: Vec::new(),
            read: Vec::new(),
            urls: Vec::new(),
        };
        let private = Private(private.to_owned());
        let confined = sandbox.confine(&spot, Arc::new(|_| {}))?;
        let named = CLEAN.iter().map(OsString::from);
        let env = named.filter_map(|name| Some((name.clone(), std::env::var_os(name)?)));
        let limits = Limits {
            file_bytes: home_bytes,
            grace_ms: GRACE_MS,
            ..Limits::default()
        };
        let keep = Keep::new(sandbox.cell.clone(), env.collect(), limits);
        keep.confine(confined);
        keep.until(ends);
        let program = Path::new(WITHIN).join("mesh");
        let first = sandbox.cell.iter().skip(1);
        let program = Program::new(program, Path::new("/"))
            .args(first)
            .arg("guest")
            .within();
        let mut child = keep.start(program).map_err(|failed| failed.reason)?;
        let inner = Arc::new(Mutex::new(Inner::default()));
        let (over, ended) = watch::channel(false);
        let input = child.stdin.take();
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(hear(stdout, inner.clone(), over));
        }
        let kept = Kept {
            keep,
            child: Mutex::new(Some(child)),
            input: tokio::sync::Mutex::new(input),
            inner,
            ended,
            _private: private,
        };
        // It is there once it answers.
        match kept.ask(Ask::Stat { path: HOME.into() }).await {
            Ok(_) => Ok(kept),
            Err(fault) => {
                let said = kept.end().await;
                Err(format!("{}: {said}", fault.why))
            }
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Asks something of it.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, Fault> {
        self.asking(ask, None).await
    }

    /// Starts a program in it.
    pub async fn run(&self, start: Start) -> Result<(u32, Events), Fault> {
        let (listener, events) = Events::pair();
        let ask = Ask::Start(start.clone());
        match self.asking(ask, Some((start, listener))).await? {
            Answer::Started(pid) => Ok((pid, events)),
            _ => Err(Fault::gone()),
        }
    }

    async fn asking(&self, ask: Ask, start: Option<(Start, Listener)>) -> Result<Answer, Fault> {
        let (reply, answer) = oneshot::channel();
        let id = {
            let mut inner = self.inner();
            if inner.over {
                return Err(Fault::gone());
            }
            inner.id += 1;
            let id = inner.id;
            inner.waiting.insert(id, Waiting { reply, start });
            id
        };
        let mut line = serde_json::to_vec(&Asked { id, ask })
            .map_err(|why| Fault::new(FaultKind::Invalid, why.to_string()))?;
        line.push(b'\n');
        if line.len() > LINE_BYTES_MAX {
            self.inner().waiting.remove(&id);
            return Err(Fault::new(FaultKind::Invalid, "it is too large"));
        }
        {
            let mut input = self.input.lock().await;
            let input = input.as_mut().ok_or_else(Fault::gone)?;
            input.write_all(&line).await.map_err(|_| Fault::gone())?;
        }
        answer.await.unwrap_or_else(|_| Err(Fault::gone()))
    }

    /// Listens to a program that runs; `None` if it does not, or enough others do.
    pub fn listen(&self, pid: u32) -> Option<Events> {
        let (listener, events) = Events::pair();
        let mut inner = self.inner();
        let listeners = &mut inner.programs.get_mut(&pid)?.listeners;
        listeners.retain(|one| !one.to.is_closed());
        if listeners.len() >= LISTENERS_MAX {
            return None;
        }
        listeners.push(listener);
        Some(events)
    }

    /// The programs that run in it.
    pub fn programs(&self) -> Vec<(u32, Start)> {
        let inner = self.inner();
        let each = inner.programs.iter();
        each.map(|(pid, running)| (*pid, running.start.clone()))
            .collect()
    }

    /// It ends at that moment now.
    pub fn until(&self, ends: Moment) {
        self.keep.until(ends);
    }

    /// Waits until it has ended.
    pub async fn over(&self) {
        // Who would say so is gone only when it is over.
        let _ = self.ended.clone().wait_for(|over| *over).await;
    }

    /// Ends it with all that runs in it, and waits until nothing is left. Gives the last that it said of itself.
    pub async fn end(&self) -> String {
        self.inner().over = true;
        let child = lock(&self.child).take();
        let mut said = String::new();
        if let Some(mut child) = child {
            child.stop();
            said = child.ended().await.stderr;
        }
        self.keep.settled().await;
        said
    }
}

fn lock<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads what the sandbox says until it ends, or says what nobody says who keeps to the rules.
async fn hear(stdout: ChildStdout, inner: Arc<Mutex<Inner>>, over: watch::Sender<bool>) {
    let mut from = BufReader::with_capacity(64 << 10, stdout);
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        match (&mut from).take(most).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let Ok(said) = serde_json::from_slice::<Said>(&line) else {
            break;
        };
        heard(&mut lock(&inner), said);
    }
    let mut inner = lock(&inner);
    inner.over = true;
    inner.waiting.clear();
    inner.programs.clear();
    over.send_replace(true);
}

fn heard(inner: &mut Inner, said: Said) {
    match said {
        Said::Done { id, answer } => {
            let Some(waiting) = inner.waiting.remove(&id) else {
                return;
            };
            if let (Answer::Started(pid), Some((start, listener))) = (&answer, waiting.start) {
                let listeners = vec![listener];
                inner.programs.insert(*pid, Running { start, listeners });
            }
            // Who does not wait any more does not want it.
            let _ = waiting.reply.send(Ok(answer));
        }
        Said::Failed { id, fault } => {
            if let Some(waiting) = inner.waiting.remove(&id) {
                let _ = waiting.reply.send(Err(fault));
            }
        }
        Said::Out { pid, err, bytes } => {
            if let Some(running) = inner.programs.get_mut(&pid) {
                let event = Event::Out(err, bytes.0);
                running.listeners.retain(|one| one.tell(event.clone()));
            }
        }
        Said::Ended { pid, code, signal } => {
            for listener in inner
                .programs
                .remove(&pid)
                .map(|it| it.listeners)
                .into_iter()
                .flatten()
            {
                listener.tell(Event::Ended { code, signal });
            }
        }
    }
}
