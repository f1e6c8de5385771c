//! Asking the `git` program. Arguments are never built from text that a shell would read.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::SurveyError;

/// Runs git in `dir` and gives its output.
pub fn ask(dir: &Path, args: &[&str]) -> Result<String, SurveyError> {
    let output = Command::new("git")
        .arg("-C")
        .arg(dir)
        // A repository's own settings may name programs to run; none of them is needed to read it.
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false"])
        .args(args)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|why| SurveyError::NoHistory(format!("git cannot be started: {why}")))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(SurveyError::NoHistory(why.lines().next().unwrap_or("git failed").to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
