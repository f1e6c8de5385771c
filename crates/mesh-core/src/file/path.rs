//! What a path of a shared file is: names between `/` that mean the same to every file system that such a file could be
//! copied to. What cannot be told by looking is checked where the guard is.

use mesh_model::limits::FILE_PATH_BYTES_MAX;
use mesh_model::{Effect, Refusal};

use crate::refuse;

/// Names that some systems take for a device, whatever follows the first dot.
const RESERVED: &[&str] = &[
    "aux", "con", "nul", "prn", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Checks the path of a file.
///
/// # Errors
/// A refusal that says what is wrong with it.
pub fn check_path(path: &str) -> Result<(), Refusal> {
    if path.is_empty() || path.len() > FILE_PATH_BYTES_MAX {
        return Err(bad(format!(
            "the path of a file has 1 to {FILE_PATH_BYTES_MAX} bytes"
        )));
    }
    if let Some(strange) = path.chars().find(|c| is_strange(*c)) {
        return Err(bad(format!(
            "the path of a file does not hold '{}'",
            strange.escape_default()
        )));
    }
    // An id in the place of a path means the file with that id.
    if path.parse::<mesh_model::FileId>().is_ok() {
        return Err(bad("the path of a file does not look like an id".into()));
    }
    path.split('/').try_for_each(check_name)
}

/// Control characters, the backslash, and what is a wildcard or forbidden in a name elsewhere.
fn is_strange(c: char) -> bool {
    c.is_control() || matches!(c, '\\' | '*' | '?' | ':' | '"' | '<' | '>' | '|')
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let shown = name.escape_debug();
    if matches!(name, "" | "." | "..") {
        return Err(bad(
            "the path of a file is a plain one: no / at its ends, and no empty name, . or .. in it"
                .into(),
        ));
    }
    if name.trim() != name || name.ends_with('.') {
        return Err(bad(format!(
            "'{shown}' has a blank at one of its ends, or a dot at the last"
        )));
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    if RESERVED
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(stem))
    {
        return Err(bad(format!(
            "'{shown}' is the name of a device on some systems"
        )));
    }
    Ok(())
}

fn bad(what: String) -> Refusal {
    refuse::invalid(what, "give it a plain name, such as docs/plan.md").so(Effect::NothingStored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_pass_and_others_do_not() {
        let long = "a".repeat(FILE_PATH_BYTES_MAX);
        for good in [
            "plan.md",
            "docs/Plan 2.md",
            ".github/workflows/ci.yml",
            "a/b/c/..d",
            "überblick/計画.txt",
            "console.log",
            "com10",
            &long,
        ] {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
        let longer = format!("{long}a");
        for bad in [
            "",
            "/etc/passwd",
            "../secret",
            "a/../b",
            "a/./b",
            "a//b",
            "a/",
            "a\\b",
            "a\nb",
            "a\u{7f}",
            "a\u{85}b",
            "c:/x",
            "*.md",
            "who?",
            "a /b",
            " a",
            "a.",
            "NUL",
            "docs/con.txt",
            "lpt1.a.b",
            "01a22545-9a04-73e4-8728-8f360d393e5a",
            &longer,
        ] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
    }
}
