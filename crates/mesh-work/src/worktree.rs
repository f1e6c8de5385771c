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
mod tests {
    use tempfile::TempDir;

    use super::*;

    async fn git(folder: &Path, args: &[&str]) -> String {
        let who = [
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@x.invalid",
            "-c",
            "protocol.file.allow=always",
        ];
        let args = [&who, args].concat();
        Git(env()).run(folder, &args).await.unwrap()
    }

    /// A repository with one file.
    async fn repository(folder: &Path, file: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(file), "one\n").unwrap();
        git(folder, &["init", "-q", "-b", "main"]).await;
        git(folder, &["add", "-A"]).await;
        git(folder, &["commit", "-qm", "one"]).await;
    }

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
            repository(bench.repo.path(), "a.txt").await;
            bench
        }

        async fn git(&self, args: &[&str]) -> String {
            git(self.repo.path(), args).await
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
    async fn what_git_did_not_finish_is_made_again() {
        let bench = Bench::new().await;
        let place = bench.trees.path().join("t1").display().to_string();
        // As git leaves it when it is killed before the files are there.
        let half = [
            "worktree",
            "add",
            "-q",
            "--no-checkout",
            "--lock",
            "--reason",
        ];
        let half = [&half[..], &["initializing", "-b", "mesh/t1", &place]].concat();
        bench.git(&half).await;
        let tree = bench.open().await;
        assert_eq!(
            fs::read_to_string(tree.folder.join("a.txt")).unwrap(),
            "one\n"
        );
        assert_eq!(tree.clean_up().await, Left::Nothing);
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
    async fn what_can_never_work_is_the_last_attempt() {
        let folder = tempfile::tempdir().unwrap();
        let open = async || {
            let place = folder.path().join("t");
            let opened = Worktree::open(folder.path(), place, "mesh/t".into(), "rex", env()).await;
            let looked = look(folder.path(), env()).await.unwrap_err();
            let failed = opened.unwrap_err();
            assert!(failed.last && looked == failed, "{failed:?}");
            failed.reason
        };
        let none = open().await;
        assert!(none.contains("is not a git repository"), "{none}");
        git(folder.path(), &["init", "-q"]).await;
        let empty = open().await;
        assert!(empty.contains("has no commit"), "{empty}");
        assert!(!empty.contains("fatal"), "{empty}");
    }

    #[tokio::test]
    async fn what_tasks_do_not_see_is_said_before() {
        let bench = Bench::new().await;
        let said = async || look(bench.repo.path(), env()).await.unwrap();
        assert_eq!(said().await, Vec::<String>::new());
        fs::write(bench.repo.path().join("a.txt"), "two\n").unwrap();
        assert!(said().await[0].starts_with("1 file changed in "));
        fs::write(bench.repo.path().join("new"), "").unwrap();
        fs::write(bench.repo.path().join("new too"), "").unwrap();
        bench.git(&["add", "new"]).await;
        let said = said().await;
        assert!(said[0].starts_with("3 files changed in "), "{said:?}");
    }

    /// A repository with a submodule, whose name has a space, with another one within it.
    async fn nested(folder: &Path) -> PathBuf {
        for name in ["inner", "li b", "to p"] {
            repository(&folder.join(name), &format!("{name}.txt")).await;
        }
        for (outer, inner) in [("li b", "../inner"), ("to p", "../li b")] {
            let outer = folder.join(outer);
            git(&outer, &["submodule", "--quiet", "add", inner]).await;
            git(&outer, &["commit", "-qm", "Take it in"]).await;
        }
        let top = folder.join("to p");
        let fill = ["submodule", "--quiet", "update", "--init", "--recursive"];
        git(&top, &fill).await;
        // Whatever is needed is here.
        fs::remove_dir_all(folder.join("inner")).unwrap();
        fs::remove_dir_all(folder.join("li b")).unwrap();
        top
    }

    async fn open_nested(folder: &Path, repo: &Path, name: &str) -> Worktree {
        let tree = Worktree::open(repo, folder.join("tree"), name.into(), "rex", env());
        tree.await.unwrap()
    }

    #[tokio::test]
    async fn submodules_are_filled_from_the_clones_that_are_here() {
        let folder = tempfile::tempdir().unwrap();
        let top = nested(folder.path()).await;
        assert_eq!(look(&top, env()).await.unwrap(), Vec::<String>::new());
        let tree = open_nested(folder.path(), &top, "mesh/t1").await;
        assert!(tree.empty.is_empty(), "{:?}", tree.empty);
        let inner = tree.folder.join("li b/inner/inner.txt");
        assert_eq!(fs::read_to_string(&inner).unwrap(), "one\n");
        let data = tree.commit("Nothing").await.unwrap();
        assert_eq!(data["diff"], "");
        assert_eq!(tree.clean_up().await, Left::Nothing);
        assert_eq!(
            git(&top.join("li b"), &["branch", "--list", "mesh/*"]).await,
            ""
        );

        // Work in the innermost one is in the diff and on a branch of its clone.
        let tree = open_nested(folder.path(), &top, "mesh/t2").await;
        fs::write(&inner, "two\n").unwrap();
        assert!(matches!(tree.clean_up().await, Left::Folder(_)));
        let data = tree.commit("Change it").await.unwrap();
        assert!(data["diff"].as_str().unwrap().contains("+two"), "{data:?}");
        assert_eq!(tree.clean_up().await, Left::Branch);
        assert!(!tree.folder.exists());
        let clone = top.join("li b/inner");
        assert_eq!(git(&clone, &["show", "mesh/t2:inner.txt"]).await, "two\n");
        assert_eq!(
            fs::read_to_string(clone.join("inner.txt")).unwrap(),
            "one\n"
        );
        // Another attempt goes on from there, and what it leaves as it is stays.
        let again = open_nested(folder.path(), &top, "mesh/t2").await;
        assert_eq!(fs::read_to_string(&inner).unwrap(), "two\n");
        assert_eq!(again.clean_up().await, Left::Branch);
        assert_eq!(git(&clone, &["show", "mesh/t2:inner.txt"]).await, "two\n");
        assert_eq!(git(&top, &["worktree", "list"]).await.lines().count(), 1);
    }

    #[tokio::test]
    async fn a_submodule_whose_checkout_is_gone_is_filled_from_its_clone() {
        let folder = tempfile::tempdir().unwrap();
        let top = nested(folder.path()).await;
        git(
            &top,
            &["submodule", "--quiet", "deinit", "--force", "--all"],
        )
        .await;
        let tree = open_nested(folder.path(), &top, "mesh/t1").await;
        assert!(tree.empty.is_empty(), "{:?}", tree.empty);
        assert!(tree.folder.join("li b/inner/inner.txt").exists());
        assert_eq!(tree.clean_up().await, Left::Nothing);
    }

    #[tokio::test]
    async fn a_submodule_that_is_not_here_stays_empty_and_is_said() {
        let folder = tempfile::tempdir().unwrap();
        nested(folder.path()).await;
        let bare = folder.path().join("bare");
        git(
            folder.path(),
            &["clone", "--quiet", "--bare", "to p", "bare"],
        )
        .await;
        let said = look(&bare, env()).await.unwrap();
        assert!(said[0].contains("submodule li b stays empty"), "{said:?}");
        let tree = open_nested(folder.path(), &bare, "mesh/t1").await;
        assert_eq!(tree.empty.len(), 1);
        // What is put there is in no commit: it is not deleted.
        fs::write(tree.folder.join("li b/new"), "").unwrap();
        assert!(matches!(tree.clean_up().await, Left::Folder(_)));
        fs::remove_file(tree.folder.join("li b/new")).unwrap();
        assert_eq!(tree.clean_up().await, Left::Nothing);
    }
}
