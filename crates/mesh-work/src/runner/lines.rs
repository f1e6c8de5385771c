//! Programs that speak JSON line by line: reading, writing, keeping the answer within its limit.

use mesh_guard::plain_line;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

use super::{Failed, Progress};
use crate::child::{Child, too_much};
use crate::text::head;

/// The longest line that is read: a tool's result with a large file fits, a program gone astray does not.
const LINE_BYTES_MAX: u64 = 32 << 20;
