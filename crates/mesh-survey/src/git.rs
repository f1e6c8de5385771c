//! Runs the `git` program: fixed arguments, no shell, no hooks, no pager, no prompts, output read as a stream.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use crate::error::SurveyError;

/// Error output kept for the person; the rest is read and dropped so that git never blocks on it.
const STDERR_BYTES_MAX: u64 = 4_096;

/// Settings that would make git start another program while it only reads.
const QUIET: &[&str] = &[
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "log.showSignature=false",
    "-c",
    "diff.external=",
    "-c",
    "core.quotePath=false",
];

/// Variables that would point git at another repository than the surveyed folder.
const FOREIGN: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_EXTERNAL_DIFF",
];

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(dir)
        .args(QUIET)
        .args(args)
        .stdin(Stdio::null());
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0");
    // A partial clone would otherwise fetch missing objects over the network.
    command.env("GIT_NO_LAZY_FETCH", "1");
    command
}

/// What a short git command said.
pub(crate) struct GitOutput {
    pub ok: bool,
    pub out: String,
    pub err: String,
}

/// Runs a git command whose output is short.
pub(crate) fn ask(dir: &Path, args: &[&str]) -> Result<GitOutput, SurveyError> {
    let output = command(dir, args)
        .output()
        .map_err(|error| SurveyError::GitMissing {
            why: error.to_string(),
        })?;
    Ok(GitOutput {
        ok: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned(),
        err: first_lines(&output.stderr),
    })
}

fn first_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().take(3).collect::<Vec<_>>().join(" / ")
}

/// A running git command whose output comes in parts that end with NUL.
pub(crate) struct Stream {
    what: &'static str,
    child: Child,
    out: BufReader<ChildStdout>,
    err: Option<JoinHandle<Vec<u8>>>,
}

impl Stream {
    /// Starts `git` with the given arguments; `what` names it in errors.
    pub(crate) fn start(
        dir: &Path,
        what: &'static str,
        args: &[&str],
    ) -> Result<Self, SurveyError> {
        let mut child = command(dir, args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| SurveyError::GitMissing {
                why: error.to_string(),
            })?;
        let lost = |which: &str| SurveyError::Git {
            what,
            why: format!("its {which} is closed"),
        };
        let out = child.stdout.take().ok_or_else(|| lost("output"))?;
        let mut errors = child.stderr.take().ok_or_else(|| lost("error output"))?;
        let err = std::thread::spawn(move || {
            let mut kept = Vec::new();
            let _ = errors
                .by_ref()
                .take(STDERR_BYTES_MAX)
                .read_to_end(&mut kept);
            let _ = std::io::copy(&mut errors, &mut std::io::sink());
            kept
        });
        Ok(Stream {
            what,
            child,
            out: BufReader::with_capacity(256 * 1024, out),
            err: Some(err),
        })
    }

    /// The next part without its NUL; `false` at the end.
    pub(crate) fn next(&mut self, part: &mut Vec<u8>) -> Result<bool, SurveyError> {
        part.clear();
        let read = self
            .out
            .read_until(0, part)
            .map_err(|error| SurveyError::Git {
                what: self.what,
                why: error.to_string(),
            })?;
        if part.last() == Some(&0) {
            part.pop();
        }
        Ok(read > 0)
    }

    /// Waits for git after its output ended; an error if it failed.
    pub(crate) fn finish(mut self) -> Result<(), SurveyError> {
        let status = self.child.wait().map_err(|error| SurveyError::Git {
            what: self.what,
            why: error.to_string(),
        })?;
        let err = self
            .err
            .take()
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        Err(SurveyError::Git {
            what: self.what,
            why: first_lines(&err),
        })
    }
}

impl Drop for Stream {
    /// A survey that stops early must not leave git running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
