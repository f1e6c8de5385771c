//! What a runner's program reads of its user's configuration. Settings are copied or shown and cannot be
//! changed for the next time: they can name commands, which would run outside. Only what a login writes
//! anew goes through.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

/// How a file or folder of the configuration comes into a program's home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// As a copy, for files that are written anew by being renamed.
    Copied,
    /// By a link, not to be written.
    Shown,
    /// By a link, to be written: a login that is renewed.
    Renewed,
    /// A folder of the program's own, with links to all that is in it.
    Opened,
}

/// A runner's configuration: the variable that names its folder, the folder's usual place, and what is in
/// it.
struct Config {
    runner: &'static str,
    variable: &'static str,
    folder: &'static str,
    files: &'static [(&'static str, How)],
}

const CONFIGS: &[Config] = &[
    Config {
        runner: "claude",
        variable: "CLAUDE_CONFIG_DIR",
        folder: ".claude",
        files: &[
            (".credentials.json", How::Renewed),
            (".claude.json", How::Copied),
            ("settings.json", How::Shown),
            ("CLAUDE.md", How::Shown),
            ("agents", How::Shown),
            ("commands", How::Shown),
            ("hooks", How::Shown),
            ("output-styles", How::Shown),
            ("plugins", How::Shown),
            ("rules", How::Shown),
            ("skills", How::Shown),
        ],
    },
    // Beside its folder.
    Config {
        runner: "claude",
        variable: "",
        folder: "",
        files: &[(".claude.json", How::Copied)],
    },
    Config {
        runner: "codex",
        variable: "CODEX_HOME",
        folder: ".codex",
        files: &[
            ("auth.json", How::Renewed),
            ("config.toml", How::Copied),
            ("AGENTS.md", How::Shown),
            ("prompts", How::Shown),
            ("rules", How::Shown),
            ("skills", How::Shown),
        ],
    },
    Config {
        runner: "gemini",
        variable: "",
        folder: ".gemini",
        files: &[
            ("oauth_creds.json", How::Renewed),
            ("google_accounts.json", How::Copied),
            ("installation_id", How::Copied),
            ("settings.json", How::Copied),
            ("GEMINI.md", How::Shown),
            (".env", How::Shown),
            ("commands", How::Shown),
            ("extensions", How::Shown),
        ],
    },
    Config {
        runner: "opencode",
        variable: "",
        folder: ".config/opencode",
        files: &[("", How::Opened)],
    },
    Config {
        runner: "opencode",
        variable: "",
        folder: ".local/share/opencode",
        files: &[("auth.json", How::Renewed)],
    },
];

/// Variables that name a folder of configuration. Within it is in the program's home.
pub const FOLDERS: &[&str] = &["CLAUDE_CONFIG_DIR", "CODEX_HOME"];

/// Bytes of a file that is copied for each task.
const COPY_BYTES_MAX: u64 = 16 << 20;

/// Lays a runner's configuration into a fresh home; one in which a program was is not touched, for a
/// name in it may lead anywhere by now. Gives what has to be seen besides, and whether it may be written.
pub fn lay(
    runner: &str,
    user: &Path,
    home: &Path,
    fresh: bool,
) -> io::Result<Vec<(PathBuf, bool)>> {
    let mut seen = Vec::new();
    for config in CONFIGS.iter().filter(|config| config.runner == runner) {
        let named = std::env::var_os(config.variable).filter(|_| !config.variable.is_empty());
        let from = named.map_or_else(|| user.join(config.folder), PathBuf::from);
        let to = home.join(config.folder);
        for (name, how) in config.files {
            let from = if name.is_empty() {
                from.clone()
            } else {
                from.join(name)
            };
            let to = if name.is_empty() {
                to.clone()
            } else {
                to.join(name)
            };
            put(&from, &to, *how, fresh, &mut seen)?;
        }
    }
    Ok(seen)
}

fn put(
    from: &Path,
    to: &Path,
    how: How,
    fresh: bool,
    seen: &mut Vec<(PathBuf, bool)>,
) -> io::Result<()> {
    // It may be a link itself, and what it leads to is what is read.
    let Ok(from) = from.canonicalize() else {
        return Ok(());
    };
    let folder = |path: &Path| {
        if fresh {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
        } else {
            Ok(())
        }
    };
    to.parent().map_or(Ok(()), folder)?;
    match how {
        How::Copied if !fresh || fs::metadata(&from)?.len() > COPY_BYTES_MAX => {}
        How::Copied => drop(fs::copy(&from, to)?),
        How::Shown | How::Renewed => {
            if fresh {
                symlink(&from, to)?;
            }
            seen.push((from, how == How::Renewed));
        }
        How::Opened => {
            folder(to)?;
            for entry in fs::read_dir(&from)? {
                let entry = entry?;
                let to = to.join(entry.file_name());
                put(&entry.path(), &to, How::Shown, fresh, seen)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_gets_its_own_configuration_and_only_a_login_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let user = folder.path().canonicalize().unwrap().join("user");
        let home = folder.path().join("home");
        for file in [
            ".gemini/settings.json",
            ".gemini/oauth_creds.json",
            ".gemini/GEMINI.md",
            ".gemini/tmp/history",
            ".codex/auth.json",
            ".ssh/id",
        ] {
            fs::create_dir_all(user.join(file).parent().unwrap()).unwrap();
            fs::write(user.join(file), file).unwrap();
        }
        let mut seen = lay("gemini", &user, &home, true).unwrap();
        seen.sort();
        assert_eq!(
            seen,
            [
                (user.join(".gemini/GEMINI.md"), false),
                (user.join(".gemini/oauth_creds.json"), true)
            ]
        );
        let text = fs::read_to_string(home.join(".gemini/GEMINI.md")).unwrap();
        assert_eq!(text, ".gemini/GEMINI.md");
        let copy = home.join(".gemini/settings.json");
        assert!(!fs::symlink_metadata(&copy).unwrap().is_symlink());
        assert!(!home.join(".gemini/tmp").exists() && !home.join(".codex").exists());
        assert_eq!(lay("command", &user, &home, true).unwrap(), []);
        // What an earlier attempt has done to its own copy stays.
        fs::write(&copy, "changed").unwrap();
        lay("gemini", &user, &home, false).unwrap();
        assert_eq!(fs::read_to_string(&copy).unwrap(), "changed");
    }
}
