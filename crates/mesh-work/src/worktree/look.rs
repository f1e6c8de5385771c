//! What a repository has and what it lacks, before any work begins.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::git::Git;
use crate::runner::Failed;

/// A submodule as a commit has it.
#[derive(Debug, Clone)]
pub(super) struct Submodule {
    /// Where it belongs.
    pub(super) path: String,
    /// Its own commit.
    pub(super) commit: String,
    /// The clone on this machine that has that commit.
    pub(super) source: Option<PathBuf>,
}

/// Looks at the repository that tasks get worktrees of. Says what tasks will not see, or why there is
/// nothing to work on.
pub async fn look(repo: &Path, env: Vec<(OsString, OsString)>) -> Result<Vec<String>, Failed> {
    let git = Git(env);
    let head = head(&git, repo).await?;
    let mut said = Vec::new();
    let inside = ["rev-parse", "--is-inside-work-tree"];
    if git.line(repo, &inside).await.as_deref() == Some("true") {
        let status = git.run(repo, &["status", "--porcelain"]).await;
        match status.map_err(Failed::new)?.lines().count() {
            0 => {}
            1 => said.push(format!(
                "1 file changed in {} is not in what a task sees: it is not committed",
                repo.display()
            )),
            many => said.push(format!(
                "{many} files changed in {} are not in what a task sees: they are not committed",
                repo.display()
            )),
        }
    }
    let mut repos = vec![(repo.to_owned(), head, String::new())];
    while let Some((repo, commit, within)) = repos.pop() {
        for found in submodules(&git, &repo, &commit).await {
            let path = format!("{within}{}", found.path);
            match found.source {
                Some(source) => repos.push((source, found.commit, format!("{path}/"))),
                None => said.push(empty(&path, &found.commit)),
            }
        }
    }
    Ok(said)
}

/// What is said of a submodule that cannot be filled.
pub(super) fn empty(path: &str, commit: &str) -> String {
    let commit = &commit[..commit.len().min(12)];
    format!(
        "the submodule {path} stays empty: its commit {commit} is not on this machine; run git submodule update --init --recursive in the repository"
    )
}

/// The commit that tasks begin at. Without one no attempt can ever begin.
pub(super) async fn head(git: &Git, repo: &Path) -> Result<String, Failed> {
    let place = repo.display();
    if let Err(why) = git.run(repo, &["rev-parse", "--git-dir"]).await {
        let reason = if why.contains("not a git repository") {
            format!("{place} is not a git repository, so no task can get a copy of its files")
        } else {
            format!("{place} cannot be used as a repository: {why}")
        };
        return Err(Failed::last(reason));
    }
    let first = ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"];
    git.line(repo, &first).await.ok_or_else(|| {
        Failed::last(format!(
            "the repository {place} has no commit to begin at, so a task would see no files: commit something there first"
        ))
    })
}

/// The submodules of a commit, with the clones that have them. Nothing is fetched.
pub(super) async fn submodules(git: &Git, repo: &Path, commit: &str) -> Vec<Submodule> {
    let listed = git.run(repo, &["ls-tree", "-r", "-z", commit]).await;
    let listed = listed.unwrap_or_default();
    // "160000 commit HASH\tPATH"
    let links: Vec<(&str, &str)> = listed
        .split('\0')
        .filter_map(|entry| entry.strip_prefix("160000 commit ")?.split_once('\t'))
        .collect();
    if links.is_empty() {
        return Vec::new();
    }
    let names = names(git, repo, commit).await;
    let places = places(git, repo).await;
    let mut found = Vec::new();
    for (hash, path) in links {
        let mut sources = Vec::new();
        if let Some(top) = &places.top {
            sources.extend(Some(top.join(path)).filter(|checkout| checkout.join(".git").exists()));
        }
        if let Some(name) = names.get(path) {
            let clones = places.clones.iter().map(|clones| clones.join(name));
            sources.extend(clones.filter(|clone| clone.join("HEAD").exists()));
        }
        let mut source = None;
        for place in sources {
            let has = ["cat-file", "-e", &format!("{hash}^{{commit}}")];
            if git.run(&place, &has).await.is_ok() {
                source = Some(place);
                break;
            }
        }
        found.push(Submodule {
            path: path.to_owned(),
            commit: hash.to_owned(),
            source,
        });
    }
    found
}

/// Where a repository's submodules may be.
struct Places {
    /// Its checkout, if it has one.
    top: Option<PathBuf>,
    /// The folders of its submodules' clones.
    clones: Vec<PathBuf>,
}

async fn places(git: &Git, repo: &Path) -> Places {
    let top = git.line(repo, &["rev-parse", "--show-toplevel"]).await;
    let mut clones = Vec::new();
    for which in ["--git-dir", "--git-common-dir"] {
        let asked = ["rev-parse", "--path-format=absolute", which];
        clones.extend(git.line(repo, &asked).await.map(PathBuf::from));
    }
    clones.dedup();
    Places {
        top: top.map(PathBuf::from),
        clones: clones.iter().map(|clone| clone.join("modules")).collect(),
    }
}

/// The names of submodules by their paths. A name that leads out of its folder is none.
async fn names(git: &Git, repo: &Path, commit: &str) -> BTreeMap<String, String> {
    let blob = format!("{commit}:.gitmodules");
    let asked = [
        "config",
        "--blob",
        &blob,
        "-z",
        "--get-regexp",
        r"^submodule\..*\.path$",
    ];
    let said = git.run(repo, &asked).await.unwrap_or_default();
    let entries = said.split('\0').filter_map(|entry| {
        let (key, path) = entry.split_once('\n')?;
        let name = key.strip_prefix("submodule.")?.strip_suffix(".path")?;
        let inside = Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        inside.then(|| (path.to_owned(), name.to_owned()))
    });
    entries.collect()
}
