//! Where an attempt works: a folder of its own, a worktree of a repository, or one that all share.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::{Attempt, End};
use crate::runner::{Failed, Mcp};
use crate::sandbox::Spot;
use crate::worktree::{Left, Worktree};

/// How often a folder's size is looked at.
pub(super) const EVERY: Duration = Duration::from_secs(2);

pub(super) struct Folder {
    pub(super) cwd: PathBuf,
    pub(super) mcp: Mcp,
    tree: Option<Worktree>,
    /// Made for this task alone.
    own: bool,
    /// What was in it before, and how much may come.
    before: u64,
    grown_max: u64,
}

impl Folder {
    pub(super) async fn open(attempt: &Attempt) -> Result<Folder, Failed> {
        let settings = &attempt.shared.settings;
        let task = attempt.task().to_string();
        let trouble = |what: &Path, why: std::io::Error| {
            Failed::new(format!(
                "{} cannot be used on the worker's machine: {why}",
                what.display()
            ))
        };
        let private = settings
            .state
            .join("attempts")
            .join(attempt.fence().to_string());
        make(&private).map_err(|why| trouble(&private, why))?;
        let mcp = mcp(attempt, private.join("mcp.json")).map_err(|why| trouble(&private, why))?;
        let place = settings.state.join("tasks").join(&task);
        let mut tree = None;
        let cwd = match (&settings.dir, &settings.repo) {
            (_, Some(repo)) => {
                let trees = settings.state.join("tasks");
                make(&trees).map_err(|why| trouble(&trees, why))?;
                // The end of an id is its random part.
                let branch = format!("mesh/{}", &task[task.len() - 12..]);
                let env = settings.environment();
                let handle = &attempt.shared.me.handle;
                let opened = Worktree::open(repo, place.clone(), branch, handle, env).await?;
                for (_, said) in &opened.empty {
                    attempt.note(said.clone());
                }
                tree = Some(opened);
                place
            }
            (Some(dir), None) => dir.clone(),
            (None, None) => {
                make(&place).map_err(|why| trouble(&place, why))?;
                place
            }
        };
        let before = size(cwd.clone()).await;
        Ok(Folder {
            own: settings.dir.is_none() && tree.is_none(),
            cwd,
            mcp,
            tree,
            before,
            grown_max: settings.folder_bytes,
        })
    }

    /// Where the attempt is, confined: what git goes by is read there and not written, for git goes by it
    /// outside too.
    pub(super) async fn spot(&self, attempt: &Attempt) -> Spot {
        let private = self.mcp.file.parent().unwrap_or(&self.cwd).join("cell");
        let settings = &attempt.shared.settings;
        let mut spot = settings.spot(attempt.task(), self.cwd.clone(), private);
        spot.read.push(self.mcp.file.clone());
        match &self.tree {
            Some(tree) => spot.read.extend(tree.protected().await),
            None => {
                let git = self.cwd.join(".git");
                spot.write.push(git.clone());
                for name in ["config", "config.worktree", "hooks", "info", "modules"] {
                    spot.read.push(git.join(name));
                }
            }
        }
        spot
    }

    /// Why the attempt has to be stopped, if its folder has grown too much.
    pub(super) async fn too_large(&self) -> Option<String> {
        let grown = size(self.cwd.clone()).await.saturating_sub(self.before);
        (grown > self.grown_max).then(|| {
            format!(
                "its folder grew by more than {} MiB and it was stopped; what it wrote is in {} on the worker's machine; raise the worker's --max-disk if it needs that much",
                self.grown_max >> 20,
                self.cwd.display()
            )
        })
    }

    /// Commits what was done, puts the diff into the result and cleans up.
    pub(super) async fn close(self, attempt: &Attempt, mut end: End) -> End {
        let _ = self.mcp.file.parent().map(fs::remove_dir_all);
        if matches!(end, End::Made(_)) {
            // Nobody goes on with it. It is there only if the program was confined.
            let home = attempt.shared.settings.home_of(attempt.task());
            let _ = fs::remove_dir_all(home);
        }
        let Some(tree) = &self.tree else {
            if self.own && fs::remove_dir(&self.cwd).is_err() {
                attempt.note(format!("its files stay in {}", self.cwd.display()));
            }
            return end;
        };
        let confined = attempt.keep.confined().is_some();
        if let Some(strange) = tree.strange().filter(|_| confined) {
            // What a repository of the program's own names would be run outside of its sandbox.
            attempt.note(format!(
                "its work stays uncommitted in {}, branch {}: the program made a git repository of its own, {}; look at it before you run git there",
                tree.folder.display(),
                tree.branch,
                strange.display()
            ));
            return end;
        }
        match tree.commit(&attempt.title).await {
            Ok(diff) => {
                if let End::Made(made) = &mut end {
                    made.output.data.get_or_insert_default().extend(diff);
                }
            }
            Err(why) => attempt.note(format!("its work could not be committed: {why}")),
        }
        match tree.clean_up().await {
            Left::Nothing => {}
            Left::Branch => attempt.note(format!("its work is on the branch {}", tree.branch)),
            Left::Folder(why) => attempt.note(format!(
                "its work stays in {}, branch {}: {why}",
                tree.folder.display(),
                tree.branch
            )),
        }
        end
    }
}

fn make(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Writes how to reach the mesh into a file that only this user can read.
fn mcp(attempt: &Attempt, file: PathBuf) -> std::io::Result<Mcp> {
    let settings = &attempt.shared.settings;
    let mcp = Mcp {
        url: format!("{}/mcp", settings.url.trim_end_matches('/')),
        token: settings.tools_token.clone(),
        file,
    };
    let bearer = format!("Bearer {}", mcp.token);
    let servers = json!({"mcpServers": {"mesh": {
        "type": "http", "url": mcp.url, "headers": {"Authorization": bearer}
    }}});
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    serde_json::to_writer(options.open(&mcp.file)?, &servers)?;
    Ok(mcp)
}

/// The bytes in a folder. A folder that cannot be read any more has none.
async fn size(folder: PathBuf) -> u64 {
    tokio::task::spawn_blocking(move || bytes_in(&folder))
        .await
        .unwrap_or(0)
}

fn bytes_in(folder: &Path) -> u64 {
    let mut sum = 0_u64;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            // Not through symbolic links: what they lead to is not the task's.
            match entry.metadata() {
                Ok(found) if found.is_dir() => folders.push(entry.path()),
                Ok(found) => sum = sum.saturating_add(found.len()),
                Err(_) => {}
            }
        }
    }
    sum
}
