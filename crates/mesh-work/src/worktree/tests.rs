//! Worktrees on real repositories.

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
