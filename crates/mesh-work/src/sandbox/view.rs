//! What a program sees: the machine's tools, and no folder that is somebody's.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::config;
use super::plan::Seen;

/// Where systems have their programs and libraries.
const SYSTEM: &[&str] = &[
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix", "/snap",
];

/// What programs read of a system's configuration. The rest may hold secrets, as of root.
const ETC: &[&str] = &[
    "alternatives",
    "bash.bashrc",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "fonts",
    "gai.conf",
    "gitattributes",
    "gitconfig",
    "host.conf",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "magic",
    "mime.types",
    "nsswitch.conf",
    "os-release",
    "pki",
    "profile",
    "protocols",
    "resolv.conf",
    "services",
    "ssl",
    "terminfo",
    "timezone",
    "xdg",
];

/// Tools that people have in their homes, without what lies beside them.
const TOOLS: &[&str] = &[
    ".bun/bin",
    ".cargo/bin",
    ".cargo/config.toml",
    ".cargo/env",
    ".cargo/git",
    ".cargo/registry",
    ".deno/bin",
    ".local/bin",
    ".nvm",
    ".opencode/bin",
    ".pyenv",
    ".rbenv",
    ".rustup",
    ".sdkman",
    ".volta",
    "go/bin",
    "go/pkg/mod",
];

/// What is seen, and whether it may be written.
#[derive(Debug, Clone)]
pub struct View {
    seen: BTreeMap<PathBuf, bool>,
    hidden: Vec<PathBuf>,
}

impl View {
    /// The machine's tools. Nothing that contains one of the hidden folders is shown by itself.
    pub fn of_system(hidden: &[PathBuf]) -> View {
        let mut view = View {
            seen: BTreeMap::new(),
            hidden: hidden.to_vec(),
        };
        let user = user_home();
        view.hidden.extend(user.clone());
        for path in SYSTEM.iter().map(Path::new) {
            // What is a link there is a link within.
            if fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()) {
                view.show(path, false);
            }
        }
        for name in ETC {
            view.show(&Path::new("/etc").join(name), false);
        }
        for name in TOOLS {
            if let Some(user) = &user {
                view.show(&user.join(name), false);
            }
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        for folder in std::env::split_paths(&path) {
            view.show_tools(&folder, user.as_deref());
        }
        view
    }

    /// A folder of the path, with what lies beside it if it is a tool's own place.
    fn show_tools(&mut self, folder: &Path, user: Option<&Path>) {
        if !folder.is_absolute() || self.bares(folder) {
            return;
        }
        self.show(folder, false);
        let Some(place) = folder.parent().filter(|_| folder.ends_with("bin")) else {
            return;
        };
        // What lies directly in a home is not a tool's alone: `.local` has everything.
        let shallow = user.and_then(|user| place.strip_prefix(user).ok());
        let shallow = shallow.is_some_and(|rest| rest.components().count() < 2);
        if !shallow && place.parent().is_some() && !self.bares(place) {
            self.show(place, false);
        }
    }

    /// Whether showing a folder would show one that is hidden.
    fn bares(&self, folder: &Path) -> bool {
        self.hidden.iter().any(|hidden| hidden.starts_with(folder))
    }

    /// Shows a path. A later word about the same path counts.
    pub fn show(&mut self, path: &Path, write: bool) {
        let root: PathBuf = path.components().take(2).collect();
        let path = match fs::symlink_metadata(&root) {
            // It is a link within too, so what it leads to is shown.
            Ok(found) if found.is_symlink() => path.canonicalize(),
            _ => Ok(path.to_owned()),
        };
        if let Ok(path) = path
            && path.exists()
        {
            self.seen.insert(path, write);
        }
    }

    /// Shows a program: where it is named, where it really is, and what lies beside it there.
    pub fn show_program(&mut self, program: &Path) {
        let covered = |view: &View, path: &Path| {
            let mut above = path.ancestors();
            above.any(|folder| view.seen.contains_key(folder))
        };
        let Ok(real) = program.canonicalize() else {
            return;
        };
        if !covered(self, program) {
            self.show(program, false);
        }
        if covered(self, &real) {
            return;
        }
        self.show(&real, false);
        if let Some(folder) = real.parent().filter(|folder| !self.bares(folder)) {
            self.show(folder, false);
        }
    }

    /// Lays a runner's configuration into a fresh home and shows what it leads to.
    pub fn own_config(&mut self, runner: &str, home: &Path, fresh: bool) -> io::Result<()> {
        let Some(user) = user_home() else {
            return Ok(());
        };
        for (path, write) in config::lay(runner, &user, home, fresh)? {
            self.show(&path, write);
        }
        Ok(())
    }

    /// All of it, outer folders before inner ones.
    pub fn into_seen(self) -> Vec<Seen> {
        let seen = self.seen.into_iter();
        seen.map(|(path, write)| Seen { path, write }).collect()
    }
}

fn user_home() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
    PathBuf::from(home).canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tools_place_is_seen_and_a_home_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        for path in [".local/bin", "tools/x/1.0/bin", "bin"] {
            fs::create_dir_all(home.join(path)).unwrap();
        }
        let mut view = View {
            seen: BTreeMap::new(),
            hidden: vec![home.clone()],
        };
        for path in [".local/bin", "tools/x/1.0/bin", "bin"] {
            view.show_tools(&home.join(path), Some(&home));
        }
        view.show_tools(&home, Some(&home));
        view.show_tools(Path::new("."), Some(&home));
        let seen: Vec<_> = view
            .into_seen()
            .into_iter()
            .map(|seen| seen.path.strip_prefix(&home).unwrap().to_owned())
            .collect();
        let expected = [".local/bin", "bin", "tools/x/1.0", "tools/x/1.0/bin"];
        assert_eq!(seen, expected.map(PathBuf::from));
    }

    #[test]
    fn a_program_brings_what_lies_beside_it_but_no_hidden_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["mesh", "app"] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        fs::write(root.join("agent"), "").unwrap();
        fs::write(root.join("app/agent"), "").unwrap();
        std::os::unix::fs::symlink(root.join("app/agent"), root.join("linked")).unwrap();
        let seen = |program: &str| {
            let mut view = View {
                seen: BTreeMap::new(),
                hidden: vec![root.join("mesh")],
            };
            view.show_program(&root.join(program));
            let seen = view.into_seen().into_iter();
            seen.map(|seen| seen.path.strip_prefix(&root).unwrap().display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(seen("agent"), ["agent"]);
        assert_eq!(seen("linked"), ["app", "app/agent", "linked"]);
    }
}
