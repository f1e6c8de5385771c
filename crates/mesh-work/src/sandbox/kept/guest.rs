//! What runs within a kept sandbox: it starts programs and touches files for whoever owns the sandbox, with the
//! sandbox's own rights. So a path that leads elsewhere leads to what the sandbox sees, and nowhere else.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::UNIX_EPOCH;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use super::wire::{
    Answer, Ask, Asked, Bytes, ENTRIES_MAX, Entry, EntryKind, FILE_BYTES_MAX, Fault, FaultKind,
    LINE_BYTES_MAX, Said, Start,
};

/// What is read of a program's output at a time.
const CHUNK_BYTES: usize = 32 << 10;
/// Programs that run at the same time: each costs two threads of the sandbox's own bound.
const PROGRAMS_MAX: usize = 64;

/// Serves the sandbox's owner on standard input and output until the input ends.
pub fn run() -> u8 {
    crate::processes::hide();
    let guest = Guest::default();
    let mut input = BufReader::new(io::stdin().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        match input.by_ref().take(most).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return 0,
            Ok(_) => {}
        }
        // The owner's program speaks so; anything else is its end.
        let Ok(asked) = serde_json::from_slice::<Asked>(&line) else {
            return 1;
        };
        guest.answer(asked);
    }
}

#[derive(Default, Clone)]
struct Guest {
    out: Arc<Mutex<()>>,
    programs: Arc<Mutex<HashMap<u32, Option<ChildStdin>>>>,
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Guest {
    fn say(&self, said: &Said) {
        let Ok(mut line) = serde_json::to_vec(said) else {
            return;
        };
        line.push(b'\n');
        let _one = locked(&self.out);
        let mut out = io::stdout().lock();
        // Without a listener the sandbox is about to end.
        let _ = out.write_all(&line).and_then(|()| out.flush());
    }

    fn answer(&self, asked: Asked) {
        let id = asked.id;
        let answer = match asked.ask {
            Ask::Start(start) => match self.start(id, start) {
                Ok(()) => return,
                Err(fault) => Err(fault),
            },
            Ask::Input { pid, bytes } => match self.input(id, pid, bytes) {
                Ok(()) => return,
                Err(fault) => Err(fault),
            },
            Ask::CloseInput { pid } => self.close_input(pid),
            Ask::Signal { pid, signal } => self.signal(pid, signal),
            Ask::Read { path } => read(&path),
            Ask::Write { path, bytes } => write(&path, &bytes.0),
            Ask::Stat { path } => entry(&place(&path)).map(Answer::Entry),
            Ask::List { path, depth } => list(&path, depth),
            Ask::MakeDir { path } => make_dir(&path),
            Ask::Remove { path } => remove(&path),
            Ask::Rename { from, to } => rename(&from, &to),
        };
        self.say(&match answer {
            Ok(answer) => Said::Done { id, answer },
            Err(fault) => Said::Failed { id, fault },
        });
    }

    fn start(&self, id: u64, start: Start) -> Result<(), Fault> {
        let (program, args) = start
            .argv
            .split_first()
            .ok_or_else(|| Fault::new(FaultKind::Invalid, "there is no program"))?;
        if locked(&self.programs).len() >= PROGRAMS_MAX {
            let why = format!("{PROGRAMS_MAX} programs run in this sandbox");
            return Err(Fault::new(FaultKind::Full, why));
        }
        let (over, told) = io::pipe().map_err(fault)?;
        let mut child = Command::new(program)
            .args(args)
            .envs(&start.env)
            .current_dir(place(start.cwd.as_deref().unwrap_or_default()))
            .process_group(0)
            .stdin(if start.stdin {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| Fault {
                why: format!("{program} cannot be started: {why}"),
                ..fault(why)
            })?;
        let pid = child.id();
        locked(&self.programs).insert(pid, child.stdin.take());
        self.say(&Said::Done {
            id,
            answer: Answer::Started(pid),
        });
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let guest = self.clone();
        let (ends, ended) = std::sync::mpsc::channel();
        let waits = move || {
            let _ = ends.send(child.wait());
            drop(told);
        };
        let listens = move || {
            let streams: [Option<Box<dyn Stream>>; 2] = [
                stdout.map(|it| Box::new(it) as Box<dyn Stream>),
                stderr.map(|it| Box::new(it) as Box<dyn Stream>),
            ];
            guest.listen(pid, streams, &over);
            let status = ended.recv().ok().and_then(Result::ok);
            locked(&guest.programs).remove(&pid);
            let signal = status.and_then(|status| status.signal());
            let code = status.and_then(|status| status.code());
            guest.say(&Said::Ended {
                pid,
                code: code.or(signal.map(|signal| 128 + signal)).unwrap_or(1),
                signal,
            });
        };
        // A sandbox without room for a thread has none for the program either.
        let waiting = thread::Builder::new().spawn(waits);
        let listening = thread::Builder::new().spawn(listens);
        if waiting.is_err() || listening.is_err() {
            self.end(pid);
        }
        Ok(())
    }

    /// Hands on what a program prints until it has ended and all that it had printed by then is told. What it left running
    /// goes on and is not waited for.
    fn listen(&self, pid: u32, mut streams: [Option<Box<dyn Stream>>; 2], over: &io::PipeReader) {
        let mut ended = false;
        loop {
            let ready = {
                let mut fds = vec![PollFd::new(over, PollFlags::IN)];
                let open = streams.iter().flatten();
                fds.extend(open.map(|stream| PollFd::new(stream, PollFlags::IN)));
                let wait = rustix::time::Timespec::default();
                if poll(&mut fds, ended.then_some(&wait)).is_err() {
                    continue;
                }
                let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
                ready
            };
            let mut each = ready.iter().skip(1);
            let mut heard = false;
            for (number, stream) in streams.iter_mut().enumerate() {
                let Some(open) = stream else { continue };
                if each.next() != Some(&true) {
                    continue;
                }
                heard = true;
                let mut bytes = vec![0; CHUNK_BYTES];
                match open.read(&mut bytes) {
                    Ok(count @ 1..) => {
                        bytes.truncate(count);
                        self.say(&Said::Out {
                            pid,
                            err: number == 1,
                            bytes: Bytes(bytes),
                        });
                    }
                    _ => *stream = None,
                }
            }
            if ended && !heard {
                return;
            }
            ended |= ready.first() == Some(&true);
        }
    }

    fn end(&self, pid: u32) {
        locked(&self.programs).remove(&pid);
        if let Some(group) = group(pid) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.say(&Said::Ended {
            pid,
            code: 137,
            signal: Some(9),
        });
    }

    /// Writes in a thread, so that a program that does not read holds up itself alone.
    fn input(&self, id: u64, pid: u32, bytes: Bytes) -> Result<(), Fault> {
        let mut stdin = self.take_input(pid)?;
        let guest = self.clone();
        let write = move || {
            // A program that has closed its input has its reasons.
            let _ = stdin.write_all(&bytes.0).and_then(|()| stdin.flush());
            if let Some(place) = locked(&guest.programs).get_mut(&pid) {
                *place = Some(stdin);
            }
            let answer = Answer::Done;
            guest.say(&Said::Done { id, answer });
        };
        thread::Builder::new().spawn(write).map(drop).map_err(fault)
    }

    fn take_input(&self, pid: u32) -> Result<ChildStdin, Fault> {
        let mut programs = locked(&self.programs);
        let stdin = programs.get_mut(&pid).ok_or_else(no_program)?.take();
        stdin.ok_or_else(|| Fault::new(FaultKind::Invalid, "the program takes no input now"))
    }

    fn close_input(&self, pid: u32) -> Result<Answer, Fault> {
        drop(self.take_input(pid)?);
        Ok(Answer::Done)
    }

    fn signal(&self, pid: u32, signal: i32) -> Result<Answer, Fault> {
        let known = locked(&self.programs).contains_key(&pid);
        let group = group(pid).filter(|_| known).ok_or_else(no_program)?;
        let signal = Signal::from_named_raw(signal)
            .ok_or_else(|| Fault::new(FaultKind::Invalid, "there is no such signal"))?;
        kill_process_group(group, signal)
            .map(|()| Answer::Done)
            .map_err(|_| no_program())
    }
}

trait Stream: Read + std::os::fd::AsFd + Send {}
impl<T: Read + std::os::fd::AsFd + Send> Stream for T {}

fn group(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

fn no_program() -> Fault {
    Fault::new(FaultKind::NotFound, "there is no such program")
}

fn fault(why: io::Error) -> Fault {
    let kind = match why.kind() {
        io::ErrorKind::NotFound => FaultKind::NotFound,
        io::ErrorKind::AlreadyExists => FaultKind::Exists,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FaultKind::Full,
        _ => FaultKind::Invalid,
    };
    Fault::new(kind, why.to_string())
}

/// A path as it is meant: in the home unless it begins at the root.
fn place(path: &str) -> PathBuf {
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
    let path = match path.strip_prefix("~/") {
        Some(rest) => rest,
        None if path == "~" => "",
        None => path,
    };
    if path.is_empty() {
        home
    } else {
        home.join(path)
    }
}

fn read(path: &str) -> Result<Answer, Fault> {
    let path = place(path);
    let found = fs::metadata(&path).map_err(fault)?;
    if !found.is_file() {
        return Err(Fault::new(FaultKind::Invalid, "it is no file"));
    }
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let file = fs::File::open(&path).map_err(fault)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() > FILE_BYTES_MAX {
        let why = format!("it has more than {FILE_BYTES_MAX} bytes");
        return Err(Fault::new(FaultKind::Invalid, why));
    }
    Ok(Answer::File(Bytes(bytes)))
}

fn write(path: &str, bytes: &[u8]) -> Result<Answer, Fault> {
    let path = place(path);
    if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(Fault::new(FaultKind::Invalid, "it is there and no file"));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(fault)?;
    }
    fs::write(&path, bytes).map_err(fault)?;
    entry(&path).map(Answer::Entry)
}

fn entry(path: &Path) -> Result<Entry, Fault> {
    let link = fs::symlink_metadata(path).map_err(fault)?;
    let target = fs::read_link(path).ok();
    // A link that leads nowhere is told as it is.
    let found = fs::metadata(path).unwrap_or(link);
    let changed = found.modified().ok();
    let changed = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Ok(Entry {
        path: path.display().to_string(),
        kind: if found.is_dir() {
            EntryKind::Folder
        } else {
            EntryKind::File
        },
        size: found.size(),
        mode: found.permissions().mode() & 0o7777,
        changed: changed
            .and_then(|at| u64::try_from(at.as_millis()).ok())
            .unwrap_or(0),
        target: target.map(|target| target.display().to_string()),
    })
}

fn list(path: &str, depth: u32) -> Result<Answer, Fault> {
    let mut entries = Vec::new();
    let mut open = vec![(place(path), depth.max(1))];
    while let Some((folder, depth)) = open.pop() {
        let found = match fs::read_dir(&folder) {
            Ok(found) => found,
            // A folder that went meanwhile, or may not be read, is empty; the first one has to be there.
            Err(why) if entries.is_empty() => return Err(fault(why)),
            Err(_) => continue,
        };
        for found in found.flatten() {
            if entries.len() >= ENTRIES_MAX {
                let why = format!("more than {ENTRIES_MAX} entries are there");
                return Err(Fault::new(FaultKind::Full, why));
            }
            let Ok(one) = entry(&found.path()) else {
                continue;
            };
            // A link is told and not followed, or a circle would never end.
            if depth > 1 && one.kind == EntryKind::Folder && one.target.is_none() {
                open.push((found.path(), depth - 1));
            }
            entries.push(one);
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Answer::Entries(entries))
}

fn make_dir(path: &str) -> Result<Answer, Fault> {
    let path = place(path);
    if path.is_dir() {
        return Err(Fault::new(FaultKind::Exists, "the folder is there"));
    }
    fs::create_dir_all(&path).map_err(fault)?;
    entry(&path).map(Answer::Entry)
}

fn remove(path: &str) -> Result<Answer, Fault> {
    let path = place(path);
    let found = match fs::symlink_metadata(&path) {
        Ok(found) => found,
        Err(why) => return Err(fault(why)),
    };
    let removed = if found.is_dir() {
        fs::remove_dir_all(&path)
    } else {
        fs::remove_file(&path)
    };
    removed.map(|()| Answer::Done).map_err(fault)
}

fn rename(from: &str, to: &str) -> Result<Answer, Fault> {
    let to = place(to);
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(fault)?;
    }
    fs::rename(place(from), &to).map_err(fault)?;
    entry(&to).map(Answer::Entry)
}
