//! Where a program runs, as its session states it: those behind whom the same person stands may read it, and the mesh's owner.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use mesh_model::api::ClientInfo;
use mesh_model::limits::METADATA_CHARS_MAX;

/// Machine, folder and branch, as far as they can be told.
pub fn here() -> ClientInfo {
    let folder = std::env::current_dir().ok();
    let branch = folder.as_deref().and_then(branch);
    ClientInfo {
        machine: Some(format!(
            "{}-{}",
            std::env::consts::OS,
            std::env::consts::ARCH
        )),
        hostname: hostname().and_then(fit),
        cwd: folder.and_then(|folder| fit(folder.to_str()?.to_owned())),
        branch: branch.and_then(fit),
        ..ClientInfo::default()
    }
}

/// What may be stated as it is; what may not is left out, and the session begins all the same.
fn fit(text: String) -> Option<String> {
    let fits = text.chars().count() <= METADATA_CHARS_MAX && !text.chars().any(char::is_control);
    (fits && !text.is_empty()).then_some(text)
}

fn hostname() -> Option<String> {
    let known = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let text = known.iter().find_map(|path| read_to_string(path).ok())?;
    Some(text.trim().to_owned())
}

/// The branch of the repository around a folder, as its `HEAD` names it.
fn branch(folder: &Path) -> Option<String> {
    let found = folder.ancestors().map(|above| above.join(".git"));
    let git = found.into_iter().find(|git| git.exists())?;
    let head = read_to_string(folder_of(&git)?.join("HEAD")).ok()?;
    let branch = head.trim().strip_prefix("ref: refs/heads/")?;
    Some(branch.to_owned())
}

/// The folder with `HEAD`: of a worktree a file says where it is.
fn folder_of(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = read_to_string(git).ok()?;
    let named = text.trim().strip_prefix("gitdir: ")?;
    Some(git.parent()?.join(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_is_found_from_below_and_in_a_worktree() {
        let home = tempfile::tempdir().unwrap();
        let (inner, tree) = (home.path().join("a/src/deep"), home.path().join("tree"));
        let git = home.path().join("a/.git");
        for folder in [&inner, &tree, &git.join("worktrees/tree")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        assert_eq!(branch(&inner), None);
        std::fs::write(git.join("HEAD"), "ref: refs/heads/feature/crane\n").unwrap();
        assert_eq!(branch(&inner).as_deref(), Some("feature/crane"));
        std::fs::write(git.join("worktrees/tree/HEAD"), "ref: refs/heads/side\n").unwrap();
        std::fs::write(tree.join(".git"), "gitdir: ../a/.git/worktrees/tree\n").unwrap();
        assert_eq!(branch(&tree).as_deref(), Some("side"));
        std::fs::write(git.join("HEAD"), "0123456789abcdef\n").unwrap();
        assert_eq!(branch(&inner), None);
    }

    #[test]
    fn what_may_not_be_stated_is_left_out() {
        assert_eq!(fit("a\nb".to_owned()), None);
        assert_eq!(fit("x".repeat(METADATA_CHARS_MAX + 1)), None);
        assert_eq!(fit("/src".to_owned()).as_deref(), Some("/src"));
    }
}
