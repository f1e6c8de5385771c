//! A git worktree for each task: the work is committed on a branch, the diff goes with the result, and
//! nothing that is not committed is ever deleted.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tokio::process::Command;

use crate::text::head;

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
    repo: PathBuf,
    author: String,
    env: Vec<(OsString, OsString)>,
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
    ) -> Result<Worktree, String> {
        let mut tree = Worktree {
            folder,
            branch,
            base: String::new(),
            repo: repo.to_owned(),
            author: author.to_owned(),
            env,
        };
        let head = tree.git(&tree.repo, &["rev-parse", "HEAD"]).await?;
        let known = ["rev-parse", "--verify", "--quiet", &tree.branch];
        let known = tree.git(&tree.repo, &known).await.is_ok();
        if !tree.folder.join(".git").exists() {
            let place = tree.folder.display().to_string();
            let add = match known {
                true => vec!["worktree", "add", "--force", &place, &tree.branch],
                false => vec!["worktree", "add", "-b", &tree.branch, &place, head.trim()],
            };
            tree.git(&tree.repo, &add).await?;
        }
        tree.base = match known {
            true => {
                tree.git(&tree.repo, &["merge-base", "HEAD", &tree.branch])
                    .await?
            }
            false => head,
        };
        tree.base = tree.base.trim().to_owned();
        Ok(tree)
    }

    /// Commits what is there and gives the difference to the beginning.
    pub async fn commit(&self, title: &str) -> Result<Map<String, Value>, String> {
        self.git(&self.folder, &["add", "-A"]).await?;
        if !self.status().await?.is_empty() {
            let who = [
                format!("user.name={}", self.author),
                format!("user.email={}@mesh.invalid", self.author),
            ];
            let commit = [
                "-c",
                &who[0],
                "-c",
                &who[1],
                "-c",
                "commit.gpgsign=false",
                "commit",
                "-q",
                "--no-verify",
                "-m",
                title,
            ];
            self.git(&self.folder, &commit).await?;
        }
        let stat = self
            .git(&self.folder, &["diff", "--stat", &self.base, "HEAD"])
            .await?;
        let patch = self
            .git(&self.folder, &["diff", "--no-ext-diff", &self.base, "HEAD"])
            .await?;
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

    /// Removes the folder if everything in it is committed, and the branch if nothing was.
    pub async fn clean_up(&self) -> Left {
        match self.status().await {
            Ok(status) if status.is_empty() => {}
            Ok(_) => return Left::Folder("some of it is not committed".to_owned()),
            Err(why) => return Left::Folder(why),
        }
        let place = self.folder.display().to_string();
        // Without --force git itself keeps what is not committed.
        if let Err(why) = self.git(&self.repo, &["worktree", "remove", &place]).await {
            return Left::Folder(why);
        }
        let tip = self.git(&self.repo, &["rev-parse", &self.branch]).await;
        let empty = tip.is_ok_and(|tip| tip.trim() == self.base);
        if empty
            && self
                .git(&self.repo, &["branch", "-q", "-d", &self.branch])
                .await
                .is_ok()
        {
            return Left::Nothing;
        }
        Left::Branch
    }

    async fn status(&self) -> Result<String, String> {
        self.git(&self.folder, &["status", "--porcelain"]).await
    }

    /// Runs git without hooks and without what the worker knows.
    async fn git(&self, folder: &Path, args: &[&str]) -> Result<String, String> {
        let output = Command::new("git")
            .args([
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
            ])
            .args(args)
            .current_dir(folder)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .env("GIT_TERMINAL_PROMPT", "0")
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
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    struct Bench {
        repo: TempDir,
        trees: TempDir,
    }

    fn env() -> Vec<(OsString, OsString)> {
        let path = std::env::var_os("PATH").unwrap();
        vec![
            ("PATH".into(), path),
            ("GIT_CONFIG_GLOBAL".into(), "/dev/null".into()),
        ]
    }

    impl Bench {
        async fn new() -> Bench {
            let repo = tempfile::tempdir().unwrap();
            let bench = Bench {
                repo,
                trees: tempfile::tempdir().unwrap(),
            };
            fs::write(bench.repo.path().join("a.txt"), "one\n").unwrap();
            bench.git(&["init", "-q", "-b", "main"]).await;
            bench.git(&["add", "-A"]).await;
            bench
                .git(&[
                    "-c",
                    "user.name=x",
                    "-c",
                    "user.email=x@x.invalid",
                    "commit",
                    "-qm",
                    "one",
                ])
                .await;
            bench
        }

        async fn git(&self, args: &[&str]) -> String {
            let tree = Worktree {
                folder: PathBuf::new(),
                branch: String::new(),
                base: String::new(),
                repo: PathBuf::new(),
                author: String::new(),
                env: env(),
            };
            tree.git(self.repo.path(), args).await.unwrap()
        }

        async fn open(&self) -> Worktree {
            let folder = self.trees.path().join("t1");
            Worktree::open(self.repo.path(), folder, "mesh/t1".into(), "rex", env())
                .await
                .unwrap()
        }
    }

    #[tokio::test]
    async fn work_is_committed_on_a_branch_and_the_folder_goes() {
        let bench = Bench::new().await;
        let tree = bench.open().await;
        fs::write(tree.folder.join("a.txt"), "two\n").unwrap();
        fs::write(tree.folder.join("b.txt"), "new\n").unwrap();
        let data = tree.commit("Do it").await.unwrap();
        assert!(data["diff"].as_str().unwrap().contains("+two"));
        assert!(data["stat"].as_str().unwrap().contains("b.txt"));
        assert_eq!(data["branch"], "mesh/t1");
        assert_eq!(tree.clean_up().await, Left::Branch);
        assert!(!tree.folder.exists());
        assert_eq!(bench.git(&["show", "mesh/t1:a.txt"]).await, "two\n");
        assert_eq!(
            fs::read_to_string(bench.repo.path().join("a.txt")).unwrap(),
            "one\n"
        );
        // Another attempt goes on from there.
        let again = bench.open().await;
        assert_eq!(again.base, tree.base);
        assert_eq!(
            fs::read_to_string(again.folder.join("a.txt")).unwrap(),
            "two\n"
        );
    }

    #[tokio::test]
    async fn what_is_not_committed_stays() {
        let bench = Bench::new().await;
        let tree = bench.open().await;
        fs::write(tree.folder.join("a.txt"), "half\n").unwrap();
        assert!(matches!(tree.clean_up().await, Left::Folder(_)));
        assert_eq!(
            fs::read_to_string(tree.folder.join("a.txt")).unwrap(),
            "half\n"
        );
        // The next attempt finds it.
        let again = bench.open().await;
        let data = again.commit("Go on").await.unwrap();
        assert!(data["diff"].as_str().unwrap().contains("+half"));
    }

    #[tokio::test]
    async fn without_work_nothing_is_left() {
        let bench = Bench::new().await;
        let tree = bench.open().await;
        let data = tree.commit("Nothing").await.unwrap();
        assert_eq!(data["diff"], "");
        assert_eq!(tree.clean_up().await, Left::Nothing);
        assert_eq!(bench.git(&["branch", "--list", "mesh/*"]).await, "");
    }

    #[tokio::test]
    async fn a_folder_that_is_no_repository_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("t");
        let opened = Worktree::open(folder.path(), place, "mesh/t".into(), "rex", env()).await;
        assert!(opened.unwrap_err().contains("not a git repository"));
    }
}
