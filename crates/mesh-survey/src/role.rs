//! The three survey programs and how they are addressed.

use serde::{Deserialize, Serialize};

/// Which survey a program does. Each role is one program with one handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Languages and sizes.
    Surveyor,
    /// Git history and owners.
    Historian,
    /// Build, test and run commands.
    Builder,
}

impl Role {
    /// All roles, in the order in which they report.
    pub const ALL: [Role; 3] = [Role::Surveyor, Role::Historian, Role::Builder];

    /// The handle in the room, without `@`.
    pub fn handle(self) -> &'static str {
        match self {
            Role::Surveyor => "surveyor",
            Role::Historian => "historian",
            Role::Builder => "builder",
        }
    }

    /// The role with this handle; a leading `@` is allowed.
    pub fn from_handle(handle: &str) -> Option<Role> {
        let bare = handle.trim_start_matches('@');
        Role::ALL
            .into_iter()
            .find(|role| role.handle().eq_ignore_ascii_case(bare))
    }

    /// What it knows, to follow the word "knows".
    pub fn knows(self) -> &'static str {
        match self {
            Role::Surveyor => "languages, files and sizes",
            Role::Historian => "git history and owners",
            Role::Builder => "how to build, test and run",
        }
    }

    /// One sentence for a participant list.
    pub fn about(self) -> &'static str {
        match self {
            Role::Surveyor => "A program that counts the files, lines and bytes of this code base.",
            Role::Historian => "A program that reads the git history: commits, authors and owners.",
            Role::Builder => "A program that finds out how to build, test and run this code base.",
        }
    }

    /// Questions this role answers, each of which its parser understands.
    pub fn examples(self) -> &'static [&'static str] {
        match self {
            Role::Surveyor => &[
                "which languages?",
                "largest Rust files?",
                "how many lines of Python?",
                "how many .toml files?",
                "how big is src/?",
            ],
            Role::Historian => &[
                "how many commits?",
                "who committed most?",
                "last commit?",
                "most changed files?",
                "who owns src/?",
                "who wrote README.md?",
                "who last touched README.md?",
            ],
            Role::Builder => &[
                "how do I build it?",
                "how do I run the tests?",
                "how do I run it?",
            ],
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{}", self.handle())
    }
}
