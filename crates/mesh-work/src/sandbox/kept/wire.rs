//! What is said between a sandbox and its owner's program: one JSON text a line, bytes in Base64.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The longest line: a file of the largest size with what stands around it.
pub const LINE_BYTES_MAX: usize = 24 << 20;

/// The largest file that is read or written in one piece: it is held in memory on both sides.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// Entries of one listing: more than anybody reads, and it stands in one line.
pub const ENTRIES_MAX: usize = 10_000;

/// A question with its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// Names it in the answer.
    pub id: u64,
    /// What is asked.
    pub ask: Ask,
}

/// What is asked of a sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Start a program.
    Start(Start),
    /// Give a program input.
    Input {
        /// The program.
        pid: u32,
        /// The bytes.
        bytes: Bytes,
    },
    /// End a program's input.
    CloseInput {
        /// The program.
        pid: u32,
    },
    /// Send a program and its group a signal.
    Signal {
        /// The program.
        pid: u32,
        /// The signal's number.
        signal: i32,
    },
    /// Read a file.
    Read {
        /// Where.
        path: String,
    },
    /// Write a file, with the folders above it.
    Write {
        /// Where.
        path: String,
        /// What.
        bytes: Bytes,
    },
    /// What is at a place.
    Stat {
        /// Where.
        path: String,
    },
    /// What is in a folder, so many levels deep.
    List {
        /// Where.
        path: String,
        /// Levels, at least one.
        depth: u32,
    },
    /// Make a folder with those above it.
    MakeDir {
        /// Where.
        path: String,
    },
    /// Remove a file or a folder with all that is in it.
    Remove {
        /// Where.
        path: String,
    },
    /// Move something.
    Rename {
        /// From where.
        from: String,
        /// To where.
        to: String,
    },
}

/// A program to start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Variables besides those of the sandbox.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The folder; the sandbox's home if absent.
    #[serde(default)]
    pub cwd: Option<String>,
    /// Whether it gets input; without it the input ends at once.
    #[serde(default)]
    pub stdin: bool,
}

/// What a sandbox says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// An answer.
    Done {
        /// The question.
        id: u64,
        /// What it is.
        answer: Answer,
    },
    /// A question that could not be done.
    Failed {
        /// The question.
        id: u64,
        /// Why.
        fault: Fault,
    },
    /// What a program printed.
    Out {
        /// The program.
        pid: u32,
        /// On standard error.
        err: bool,
        /// The bytes.
        bytes: Bytes,
    },
    /// A program ended.
    Ended {
        /// The program.
        pid: u32,
        /// Its exit code, or 128 and the signal.
        code: i32,
        /// Whether a signal ended it.
        signal: Option<i32>,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is done.
    Done,
    /// A program runs.
    Started(u32),
    /// A file.
    File(Bytes),
    /// What is there.
    Entry(Entry),
    /// What is in a folder.
    Entries(Vec<Entry>),
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Of which kind.
    pub kind: FaultKind,
    /// For people.
    pub why: String,
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// It is not there.
    NotFound,
    /// It is there already.
    Exists,
    /// It is not what it has to be, or not allowed.
    Invalid,
    /// No room is left.
    Full,
    /// The sandbox has ended.
    Gone,
}

impl Fault {
    /// One of a kind.
    pub fn new(kind: FaultKind, why: impl Into<String>) -> Fault {
        Fault {
            kind,
            why: why.into(),
        }
    }

    /// The sandbox has ended.
    pub fn gone() -> Fault {
        Fault::new(FaultKind::Gone, "the sandbox has ended")
    }
}

/// A file or folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path.
    pub path: String,
    /// Of what kind.
    pub kind: EntryKind,
    /// Bytes.
    pub size: u64,
    /// Its rights as the system numbers them.
    pub mode: u32,
    /// When it was changed, milliseconds since 1970.
    pub changed: u64,
    /// Where it leads, if it is a link.
    pub target: Option<String>,
}

/// Kinds of entries; a link is what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// Anything else.
    File,
}

/// Bytes, in Base64 on the line.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = of_base64(&text).ok_or_else(|| serde::de::Error::custom("no Base64"))?;
        Ok(Bytes(bytes))
    }
}

/// Bytes as Base64.
pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Bytes of Base64, if it is.
pub fn of_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
