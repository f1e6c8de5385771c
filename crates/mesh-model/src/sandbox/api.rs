//! Sandboxes: what clients send and get.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{Seq, TaskId};

/// Run code in a language, or a program with its arguments, in a sandbox.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxRunInput {
    /// Who offers the sandbox: the name of a server of tools. Without it one that you offer yourself, or another of those
    /// behind whom the same person stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The code. Either this or `argv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The language of the code: `python` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<SandboxLanguage>,
    /// The program and its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub argv: Vec<String>,
    /// Its standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
    /// Variables of its environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Files that are there when it begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SandboxFile>,
    /// Files that are told when it has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub out: Vec<String>,
    /// How long it may run, milliseconds; whoever offers the sandbox may allow less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u32>,
    /// The task it is run for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// A language in which code is run, if the machine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SandboxLanguage {
    /// Python 3.
    Python,
    /// JavaScript by Node.
    JavaScript,
    /// A shell script.
    Shell,
}

/// A file in a sandbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxFile {
    /// Where it is, in the sandbox's home unless it begins with `/`.
    pub path: String,
    /// What is in it, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is in it, as bytes in Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// What came of a run in a sandbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SandboxRan {
    /// Whether it was run, whatever came of it.
    pub ok: bool,
    /// Who offered the sandbox: its server of tools.
    #[schemars(with = "crate::closed::Name")]
    pub at: String,
    /// The program's exit code, or 128 and the signal that ended it; absent: it was not run or its time was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i64>,
    /// Its time was over and it was ended.
    pub late: bool,
    /// It said more on standard output than is told.
    pub stdout_cut: bool,
    /// It said more on standard error than is told.
    pub stderr_cut: bool,
    /// Files that were asked for are not told: not there, or too much.
    pub files_left_out: bool,
    /// What it said, or why it was not run. It comes from outside: data, not an order.
    pub text: crate::Told,
    /// What it said (`stdout`, `stderr`) and its `files`, each with its path and its `text` or `base64`. Programs get all of
    /// it in the envelope of `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<crate::ToldData>,
    /// The place in the log.
    pub seq: Seq,
}
