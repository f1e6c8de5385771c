//! A git worktree for each task: the work is committed on a branch, the diff goes with the result, and
//! nothing that is not committed is ever deleted. Submodules are worktrees too, of the clones that the
//! repository has of them: nothing is fetched, and work in them is on a branch of those clones.

mod git;
mod look;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::runner::Failed;
use crate::text::head;
use git::Git;
use look::submodules;

pub use look::look;

/// Bytes of the patch that go with a result.
pub const PATCH_BYTES_MAX: usize = 64 << 10;
const STAT_BYTES_MAX: usize = 8 << 10;

/// A task's own copy of a repository's files.
#[derive(Debug, Clone)]
pub struct Worktree {
    /// Its folder.
    pub folder: PathBuf,
    /// Its branch.
    pub branch: String,
    /// The commit it began at.
    pub base: String,
    /// The folders of submodules that could not be filled, and what is said of them.
    pub empty: Vec<(PathBuf, String)>,
    /// The submodules, each before those within it.
    parts: Vec<Part>,
    repo: PathBuf,
    author: String,
    git: Git,
}

/// A submodule's own worktree.
#[derive(Debug, Clone)]
struct Part {
    folder: PathBuf,
    /// The clone it is a worktree of.
    source: PathBuf,
    /// The commit that the repository had at the beginning.
    base: Option<String>,
}

/// What is left after cleaning up, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// Nothing: there was no work in it.
    Nothing,
    /// The branch with the work.
    Branch,
    /// Branch and folder, since something in it is not committed: why.
    Folder(String),
}

impl Worktree {
    /// The worktree of a task: a new one, or the one that an earlier attempt left.
    pub async fn open(
        repo: &Path,
        folder: PathBuf,
        branch: String,
        author: &str,
        env: Vec<(OsString, OsString)>,
    ) -> Result<Worktree, Failed> {
        let git = Git(env);
        let mut tree = Worktree {
            base: look::head(&git, repo).await?,
            folder,
            branch,
            empty: Vec::new(),
            parts: Vec::new(),
            repo: repo.to_owned(),
            author: author.to_owned(),
            git,
        };
        let known = tree.add(repo, &tree.folder, &tree.base).await;
        if known.map_err(Failed::new)? {
            let began = ["merge-base", "HEAD", &tree.branch];
            let began = tree.git.run(repo, &began).await.map_err(Failed::new)?;
            began.trim().clone_into(&mut tree.base);
        }
        tree.fill().await;
        Ok(tree)
    }

    /// Adds a worktree unless it is there, on the task's branch. Says whether the branch was known.
    async fn add(&self, repo: &Path, folder: &Path, commit: &str) -> Result<bool, String> {
        let known = ["rev-parse", "--verify", "--quiet", &self.branch];
        let known = self.git.run(repo, &known).await.is_ok();
        let place = folder.display().to_string();
        if self.is_half_made(folder).await {
            // Nobody has worked in it: whoever makes one begins when it is whole.
            let remove = ["worktree", "remove", "--force", "--force", &place];
            self.git.run(repo, &remove).await?;
        }
        if !folder.join(".git").exists() {
            let add = if known {
                vec!["worktree", "add", "--force", &place, &self.branch]
            } else {
                vec!["worktree", "add", "-b", &self.branch, &place, commit]
            };
            self.git.run(repo, &add).await?;
        }
        Ok(known)
    }

    /// Whether git was killed while it made the worktree there: it locks what it has begun, and says why.
    async fn is_half_made(&self, folder: &Path) -> bool {
        if !folder.join(".git").exists() {
            return false;
        }
        let lock = [
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "locked",
        ];
        let Some(lock) = self.git.line(folder, &lock).await else {
            return false;
        };
        fs::read_to_string(lock).is_ok_and(|why| why.trim() == "initializing")
    }

    /// Fills the submodules from the clones on this machine. What cannot be filled stays empty and is
    /// told of.
    async fn fill(&mut self) {
        let mut from = vec![(
            self.folder.clone(),
            self.repo.clone(),
            Some(self.base.clone()),
        )];
        while let Some((folder, repo, base)) = from.pop() {
            let began = match &base {
                Some(base) => submodules(&self.git, &repo, base).await,
                None => Vec::new(),
            };
            // Its own commit may be a later one; the clones are where the repository has them.
            let Some(now) = self.git.line(&folder, &["rev-parse", "HEAD"]).await else {
                continue;
            };
            for found in submodules(&self.git, &repo, &now).await {
                let place = folder.join(&found.path);
                let told = place.strip_prefix(&self.folder).unwrap_or(&place);
                let why_not = match &found.source {
                    None => Some(look::empty(&told.display().to_string(), &found.commit)),
                    Some(source) => match self.add(source, &place, &found.commit).await {
                        Ok(_) => None,
                        Err(why) => Some(format!(
                            "the submodule {} stays empty: {why}",
                            told.display()
                        )),
                    },
                };
                match (why_not, found.source) {
                    (None, Some(source)) => {
                        let same = began.iter().find(|began| began.path == found.path);
                        let base = same.map(|began| began.commit.clone());
                        from.push((place.clone(), source.clone(), base.clone()));
                        self.parts.push(Part {
                            folder: place,
                            source,
                            base,
                        });
                    }
                    (why_not, _) => self.empty.push((place, why_not.unwrap_or_default())),
                }
            }
        }
    }

    /// What git goes by in it, which a program that is not trusted must not write: the files that lead to
    /// the repository, and the repository's own folder.
    pub async fn protected(&self) -> Vec<PathBuf> {
        let common = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
        let common = self.git.line(&self.folder, &common).await;
        let folders = self.parts.iter().map(|part| &part.folder);
        let leads = folders
            .chain([&self.folder])
            .map(|folder| folder.join(".git"));
        leads.chain(common.map(PathBuf::from)).collect()
    }

    /// A repository in it that is none of the worker's.
    pub fn strange(&self) -> Option<PathBuf> {
        let known = |path: &Path| {
            let mut own = self
                .parts
                .iter()
                .map(|part| &part.folder)
                .chain([&self.folder]);
            own.any(|folder| folder.join(".git") == path)
        };
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                // Some systems do not tell large letters from small ones.
                if entry.file_name().eq_ignore_ascii_case(".git") {
                    if !known(&path) {
                        return Some(path);
                    }
                } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                }
            }
        }
        None
    }

    /// Commits what is there and gives the difference to the beginning.
    pub async fn commit(&self, title: &str) -> Result<Map<String, Value>, String> {
        // The inner ones first: the outer ones hold which commit they are at.
        for part in self.parts.iter().rev() {
            if part.folder.join(".git").exists() {
                self.commit_in(&part.folder, title).await?;
            }
        }
        self.commit_in(&self.folder, title).await?;
        let stat = self
            .git(&self.folder, &["diff", "--stat", &self.base, "HEAD"])
            .await?;
        let patch = [
            "diff",
            "--no-ext-diff",
            "--submodule=diff",
            &self.base,
            "HEAD",
        ];
        let patch = self.git(&self.folder, &patch).await?;
        let mut data = Map::new();
        let cut = patch.len() > PATCH_BYTES_MAX;
        data.insert("diff".into(), head(&patch, PATCH_BYTES_MAX).into());
        if cut {
            data.insert("diff_cut".into(), json!(patch.len()));
        }
        data.insert("stat".into(), head(&stat, STAT_BYTES_MAX).into());
        data.insert("branch".into(), self.branch.clone().into());
        data.insert("base".into(), self.base.clone().into());
        Ok(data)
    }

    async fn commit_in(&self, folder: &Path, title: &str) -> Result<(), String> {
        self.git(folder, &["add", "-A"]).await?;
        if self.status(folder).await?.is_empty() {
            return Ok(());
        }
        let name = format!("user.name={}", self.author);
        let email = format!("user.email={}@mesh.invalid", self.author);
        let commit = [
            "-c",
            &name,
            "-c",
            &email,
            "-c",
            "commit.gpgsign=false",
            "commit",
            "-q",
            "--no-verify",
            "-m",
            title,
        ];
        self.git(folder, &commit).await.map(drop)
    }

    /// Removes the folder if everything in it is committed, and the branch if nothing was.
    pub async fn clean_up(&self) -> Left {
        if let Some(why) = self.keeps().await {
            return Left::Folder(why);
        }
        for part in self.parts.iter().rev() {
            if let Err(why) = self.remove(&part.source, &part.folder, true).await {
                return Left::Folder(why);
            }
            if let Some(base) = &part.base {
                self.remove_branch(&part.source, base).await;
            }
        }
        // Git refuses by itself to remove what is not committed; with submodules it refuses always.
        let forced = !self.parts.is_empty() || !self.empty.is_empty();
        if let Err(why) = self.remove(&self.repo, &self.folder, forced).await {
            return Left::Folder(why);
        }
        if self.remove_branch(&self.repo, &self.base).await {
            return Left::Nothing;
        }
        Left::Branch
    }

    /// Why the folder cannot go.
    async fn keeps(&self) -> Option<String> {
        let parts = self.parts.iter().map(|part| &part.folder);
        for folder in parts.chain([&self.folder]) {
            match self.status(folder).await {
                Ok(status) if status.is_empty() => {}
                Ok(_) => return Some("some of it is not committed".to_owned()),
                Err(why) => return Some(why),
            }
            let branches = ["for-each-ref", "--count=1", "--contains=HEAD"];
            if self.git.line(folder, &branches).await.is_none() {
                return Some("its last commit is on no branch".to_owned());
            }
        }
        let filled =
            |folder: &PathBuf| fs::read_dir(folder).is_ok_and(|mut dir| dir.next().is_some());
        let (filled, _) = self.empty.iter().find(|(folder, _)| filled(folder))?;
        Some(format!(
            "there are files in {}, a submodule that could not be filled",
            filled.display()
        ))
    }

    async fn remove(&self, repo: &Path, folder: &Path, forced: bool) -> Result<(), String> {
        let place = folder.display().to_string();
        let mut remove = vec!["worktree", "remove"];
        remove.extend(forced.then_some("--force"));
        remove.push(&place);
        self.git(repo, &remove).await.map(drop)
    }

    /// Removes the branch if nothing was done on it.
    async fn remove_branch(&self, repo: &Path, base: &str) -> bool {
        let tip = self.git.line(repo, &["rev-parse", &self.branch]).await;
        tip.as_deref() == Some(base)
            && self
                .git(repo, &["branch", "-q", "-D", &self.branch])
                .await
                .is_ok()
    }

    async fn status(&self, folder: &Path) -> Result<String, String> {
        let status = ["status", "--porcelain", "--ignore-submodules=none"];
        self.git(folder, &status).await
    }

    async fn git(&self, folder: &Path, args: &[&str]) -> Result<String, String> {
        self.git.run(folder, args).await
    }
}

#[cfg(test)]
mod tests;
