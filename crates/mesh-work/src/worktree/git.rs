//! Runs git without hooks, without questions, and without what the worker knows.

use std::ffi::OsString;
use std::path::Path;

use tokio::process::Command;

/// Git with the environment of a worker's children.
#[derive(Debug, Clone)]
pub(super) struct Git(pub(super) Vec<(OsString, OsString)>);

impl Git {
    /// Its words, or why there are none.
    pub(super) async fn run(&self, folder: &Path, args: &[&str]) -> Result<String, String> {
        let output = Command::new("git")
            .args([
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
            ])
            .args(is_clone(folder).then_some("--work-tree=."))
            .args(args)
            .current_dir(folder)
            .env_clear()
            .envs(self.0.iter().map(|(name, value)| (name, value)))
            .env("GIT_TERMINAL_PROMPT", "0")
            // What it says and writes down is read here, so it is in one language.
            .env("LC_ALL", "C.UTF-8")
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|why| format!("git cannot be run: {why}; install it, or leave out --repo"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("git {}: {}", args.join(" "), said.trim()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// One line of it, if it has something to say.
    pub(super) async fn line(&self, folder: &Path, args: &[&str]) -> Option<String> {
        let said = self.run(folder, args).await.ok()?;
        let line = said.trim_end_matches('\n');
        (!line.is_empty()).then(|| line.to_owned())
    }
}

/// Whether it is the clone of a submodule. It names its checkout, which may be gone, and without it git
/// would not even begin.
fn is_clone(folder: &Path) -> bool {
    let config = std::fs::read_to_string(folder.join("config"));
    folder.join("objects").is_dir() && config.is_ok_and(|config| config.contains("worktree = "))
}
