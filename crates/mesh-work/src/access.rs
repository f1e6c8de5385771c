//! How a task's program reaches the mesh: by its attempt's own token and nobody else's.
//!
//! Worker and program share a sealed piece of memory without a name in any folder. The program inherits
//! it as an open file, whose number stands in [`FILE`]; the token stands neither in its environment nor
//! in its arguments, which others on the machine can read.

use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;

use mesh_model::{PublicKey, RoomId, Seq, SessionId, TaskId};
use serde::{Deserialize, Serialize};

/// The variable that tells the children of one attempt from those of others. Where it is set, nobody
/// but the attempt's agent acts.
pub const MARK: &str = "MESH_ATTEMPT";

/// The variable with the number of the open file that holds an [`Access`].
pub const FILE: &str = "MESH_ATTEMPT_FD";

/// What is known of the mesh within an attempt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The node's address.
    pub url: String,
    /// The key that it has to prove before it is shown the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_key: Option<PublicKey>,
    /// The agent's token for its tasks.
    pub token: String,
    /// The session that took the task: what the program has read of it counts there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// The attempt itself; absent from a worker that did not say it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptRef>,
}

/// Which attempt a program is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRef {
    /// The task's room.
    pub room: RoomId,
    /// The task.
    pub task: TaskId,
    /// The attempt's fence.
    pub fence: Seq,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token stays out of every log.
        write!(f, "access to {}", self.url)
    }
}

impl Access {
    /// What the file that this process inherited says; none without such a file.
    pub fn inherited() -> Option<Access> {
        let number: u32 = std::env::var(FILE).ok()?.parse().ok()?;
        let file = File::open(format!("/dev/fd/{number}")).ok()?;
        serde_json::from_reader(file).ok()
    }
}

/// Puts a text where only those can read it who inherit the file, and nobody can change it.
#[cfg(target_os = "linux")]
pub(crate) fn sealed(name: &str, text: &[u8]) -> std::io::Result<OwnedFd> {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    let memory = memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut file = File::from(memory);
    file.write_all(text)?;
    fcntl_add_seals(
        &file,
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL,
    )?;
    Ok(file.into())
}

/// Puts a text where only those can read it who inherit the file: a pipe that holds it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn sealed(_: &str, text: &[u8]) -> std::io::Result<OwnedFd> {
    let (read, mut write) = std::io::pipe()?;
    // A pipe takes so much without a reader.
    write.write_all(&text[..text.len().min(16 << 10)])?;
    Ok(read.into())
}
