//! Shared files of a room.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use mesh_model::api::{
    FileGetInput, FilePutInput, FileRedactInput, FileRemoveInput, FileRestoreInput, FileStored,
    FileVersion, human_size as size,
};
use mesh_model::ops::{
    FileGet, FileHistory, FileList, FileRedact, FileRemove, FileRestore, Operation,
};
use mesh_sdk::http::Http;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Above so many bytes a terminal sees how far it is.
const PROGRESS_BYTES: u64 = 1024 * 1024;

/// Shared files of a room, with versions
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh file put workshop docs/plan.md plan.md")]
pub enum FileVerb {
    /// Put a file into a room, or the next version of one
    #[command(
        after_help = "Examples: mesh file put workshop docs/plan.md plan.md\n          git diff | mesh file put workshop review/change.diff\n          mesh file put workshop docs/plan.md plan.md --base 3 --note 'with dates'"
    )]
    Put {
        /// The room
        room: String,
        /// Where: a plain path, such as docs/plan.md
        path: String,
        /// The file here; standard input if absent or '-'
        from: Option<PathBuf>,
        /// The version that you read and go on from; without it there must be no such file yet
        #[arg(long, value_name = "N")]
        base: Option<u32>,
        /// What is said about this version
        #[arg(long, default_value = "")]
        note: String,
        /// Put it over whatever is there; for moderators
        #[arg(long)]
        force: bool,
    },
    /// Write a file of a room here, or to standard output
    #[command(
        after_help = "Examples: mesh file get workshop docs/plan.md\n          mesh file get workshop docs/plan.md --version 2 -o old-plan.md"
    )]
    Get {
        /// The room
        room: String,
        /// Its path
        path: String,
        /// Which version; the newest unless told
        #[arg(long, value_name = "N")]
        version: Option<u32>,
        /// Where to write it; nothing there is written over
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// List the files of a room
    #[command(
        after_help = "Examples: mesh file list workshop\n          mesh file list workshop docs/ --removed"
    )]
    List {
        /// The room
        room: String,
        /// Only those whose path begins so
        prefix: Option<String>,
        /// Those that were removed
        #[arg(long)]
        removed: bool,
    },
    /// List the versions of a file
    #[command(after_help = "Example: mesh file history workshop docs/plan.md")]
    History {
        /// The room
        room: String,
        /// Its path
        path: String,
    },
    /// Take a file out of the list; its versions stay
    #[command(after_help = "Example: mesh file remove workshop docs/plan.md")]
    Remove {
        /// The room
        room: String,
        /// Its path
        path: String,
        /// The version that you read
        #[arg(long, value_name = "N")]
        base: Option<u32>,
    },
    /// Make an earlier version the newest again, or bring a removed file back
    #[command(
        after_help = "Examples: mesh file restore workshop docs/plan.md\n          mesh file restore workshop docs/plan.md --version 2"
    )]
    Restore {
        /// The room
        room: String,
        /// Its path
        path: String,
        /// Which version; absent: the newest one of a removed file
        #[arg(long, value_name = "N")]
        version: Option<u32>,
    },
    /// Erase a version for good, or all of them
    #[command(
        after_help = "Examples: mesh file redact workshop keys.env --version 1\n          mesh file redact workshop keys.env --all"
    )]
    Redact {
        /// The room
        room: String,
        /// Its path
        path: String,
        /// Which version
        #[arg(long, value_name = "N", required_unless_present = "all")]
        version: Option<u32>,
        /// All of them
        #[arg(long, conflicts_with = "version")]
        all: bool,
    },
}

/// `mesh file …`
pub fn file(context: &Context, verb: FileVerb) -> Outcome<()> {
    match verb {
        FileVerb::Put {
            room,
            path,
            from,
            base,
            note,
            force,
        } => {
            let input = FilePutInput {
                room,
                path: path.clone(),
                base,
                note,
                force,
                ..FilePutInput::default()
            };
            let stored = put(&context.http()?, &input, from.as_deref())?;
            told(context, &path, &stored, "stored")
        }
        FileVerb::Get {
            room,
            path,
            version,
            output,
        } => {
            let input = FileGetInput {
                room,
                path,
                version,
            };
            get(context, &input, output.as_deref())
        }
        FileVerb::List {
            room,
            prefix,
            removed,
        } => {
            let http = context.http()?;
            let input = json!({"room": room, "prefix": prefix, "removed": removed, "limit": 500});
            let all = pages::<FileList>(&http, input, "after")?;
            list(context, &all, removed)
        }
        FileVerb::History { room, path } => {
            let http = context.http()?;
            let input = json!({"room": room, "path": path, "limit": 500});
            let all = pages::<FileHistory>(&http, input, "before")?;
            history(context, &all)
        }
        FileVerb::Remove { room, path, base } => {
            let shown = clean(&path);
            let input = FileRemoveInput { room, path, base };
            let done = context.http()?.call::<FileRemove>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{shown} is removed; its versions stay"));
            }
            Ok(())
        }
        FileVerb::Restore {
            room,
            path,
            version,
        } => {
            let input = FileRestoreInput {
                room,
                path: path.clone(),
                version,
            };
            let stored = context.http()?.call::<FileRestore>(input)?;
            told(context, &path, &stored, "there again")
        }
        FileVerb::Redact {
            room,
            path,
            version,
            all: _,
        } => {
            let shown = clean(&path);
            let input = FileRedactInput {
                room,
                path,
                version,
            };
            let done = context.http()?.call::<FileRedact>(input)?;
            if !printed_json(context, &done)? {
                line(&match version {
                    Some(version) => format!("version {version} of {shown} is erased for good"),
                    None => format!("{shown} is erased for good, with all its versions"),
                });
            }
            Ok(())
        }
    }
}

fn told(context: &Context, path: &str, stored: &FileStored, how: &str) -> Outcome<()> {
    if !printed_json(context, stored)? {
        line(&format!(
            "{} is {how}: version {}, {}",
            clean(path),
            stored.version,
            size(stored.bytes)
        ));
    }
    Ok(())
}

/// Sends a file from here, or what comes on standard input.
pub fn put(http: &Http, input: &FilePutInput, from: Option<&Path>) -> Outcome<FileStored> {
    let Some(from) = from.filter(|from| *from != Path::new("-")) else {
        let stdin = io::stdin().lock();
        return Ok(http.put_file(input, stdin, None)?);
    };
    let unread = |why: io::Error| {
        Failure::usage(
            format!("{} cannot be read: {why}", from.display()),
            "name a file that is there and that you may read",
        )
        .so(Effect::NothingSent)
    };
    let file = File::open(from).map_err(unread)?;
    let found = file.metadata().map_err(unread)?;
    if !found.is_file() {
        return Err(unread(io::Error::other("it is not a plain file")));
    }
    let mut shown = Shown::new("sent", Some(found.len()));
    let stored = http.put_file(input, shown.around(file), Some(found.len()));
    shown.end();
    Ok(stored?)
}

fn get(context: &Context, input: &FileGetInput, output: Option<&Path>) -> Outcome<()> {
    let http = context.http()?;
    if context.json && output.is_none() {
        let found = http.call::<FileGet>(input.clone())?;
        printed_json(context, &found)?;
        return Ok(());
    }
    let mut found = http.file_bytes(input)?;
    let mut shown = Shown::new("read", found.bytes.filter(|_| output.is_some()));
    let copied = match output {
        Some(path) => {
            let unwritten = |why: io::Error| {
                Failure::usage(
                    format!("{} cannot be written: {why}", path.display()),
                    "name a file that is not there yet, in a folder that you may write to",
                )
                .so(Effect::NothingWritten)
            };
            let mut file = File::create_new(path).map_err(unwritten)?;
            let copied = io::copy(&mut shown.around(&mut found.reader), &mut file);
            if copied.is_err() {
                // Half a file is taken for a whole one.
                let _ = std::fs::remove_file(path);
            }
            copied
        }
        None => io::copy(&mut found.reader, &mut io::stdout().lock()),
    };
    shown.end();
    match copied {
        Ok(bytes) => {
            if let Some(path) = output
                && !printed_json(context, &json!({"bytes": bytes, "file": path}))?
            {
                line(&format!("{} written, {}", path.display(), size(bytes)));
            }
            Ok(())
        }
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(why) => Err(Failure::here(
            format!("the file did not come whole: {why}"),
            "try again; if it happens each time, ask the node's owner to run `mesh doctor`",
        )
        .so(Effect::NothingKept)),
    }
}

/// All pages of a list.
fn pages<O: Operation>(http: &Http, mut input: Value, cursor: &str) -> Outcome<Vec<FileVersion>> {
    let mut all = Vec::new();
    loop {
        let page = http.call_declared(&O::DECLARATION, input.clone())?.body;
        let items = page["items"].clone();
        let items: Vec<FileVersion> =
            serde_json::from_value(items).map_err(mesh_sdk::Error::from)?;
        all.extend(items);
        match &page["next"] {
            Value::Null => return Ok(all),
            next => input[cursor] = next.clone(),
        }
    }
}

fn list(context: &Context, all: &[FileVersion], removed: bool) -> Outcome<()> {
    if printed_json(context, &all)? {
        return Ok(());
    }
    if all.is_empty() {
        line(if removed {
            "No file was removed here."
        } else {
            "There are no files here."
        });
        return Ok(());
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|it| {
            vec![
                clean(&it.path),
                it.version.to_string(),
                size(it.bytes),
                kind(it),
                format!("@{}", it.by.handle),
                times::relative(it.at),
            ]
        })
        .collect();
    table(&["path", "version", "size", "kind", "by", "when"], &rows);
    Ok(())
}

fn history(context: &Context, all: &[FileVersion]) -> Outcome<()> {
    if printed_json(context, &all)? {
        return Ok(());
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|it| {
            let mut about = clean(it.note.as_deref().unwrap_or_default()).replace('\n', " ");
            if let Some(of) = it.of {
                about = format!("version {of} again {about}");
            }
            vec![
                it.version.to_string(),
                size(it.bytes),
                kind(it),
                format!("@{}", it.by.handle),
                times::relative(it.at),
                about.trim_end().to_owned(),
            ]
        })
        .collect();
    table(&["version", "size", "kind", "by", "when", "note"], &rows);
    if all.first().is_some_and(|newest| newest.removed) {
        line(&paint(
            Colour::Quiet,
            "The file is removed: mesh file restore",
        ));
    }
    Ok(())
}

fn kind(version: &FileVersion) -> String {
    if version.redacted {
        "erased".to_owned()
    } else {
        version.media.clone()
    }
}

/// How far it is, for whoever looks at a terminal.
struct Shown {
    what: &'static str,
    all: Option<u64>,
    done: u64,
    percent: u64,
}

impl Shown {
    fn new(what: &'static str, all: Option<u64>) -> Shown {
        let all = all.filter(|all| *all >= PROGRESS_BYTES && io::stderr().is_terminal());
        Shown {
            what,
            all,
            done: 0,
            percent: 0,
        }
    }

    fn around<'a, R: Read>(&'a mut self, inner: R) -> Counted<'a, R> {
        Counted { shown: self, inner }
    }

    fn add(&mut self, bytes: usize) {
        self.done += bytes as u64;
        let Some(all) = self.all else {
            return;
        };
        let percent = (self.done * 100 / all).min(100);
        if percent != self.percent {
            self.percent = percent;
            let (done, all, what) = (size(self.done), size(all), self.what);
            // A terminal that is gone sees nothing.
            let _ = write!(io::stderr(), "\r\x1b[K{done} of {all} {what}, {percent}%");
        }
    }

    fn end(&self) {
        if self.all.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

struct Counted<'a, R> {
    shown: &'a mut Shown,
    inner: R,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.shown.add(count);
        Ok(count)
    }
}
