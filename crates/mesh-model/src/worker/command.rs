//! Commands about workers.

use crate::command::Content;
use crate::events::WorkerMode;
use crate::ids::{ParticipantId, RoomId};

/// What somebody wants of workers.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum WorkerCommand {
    Enrol {
        worker: ParticipantId,
        slots: u16,
        capabilities: Vec<String>,
        /// The rooms whose commands it runs, by its own word.
        rooms: Vec<RoomId>,
        about: Content,
    },
    Leave {
        worker: ParticipantId,
    },
    SetMode {
        worker: ParticipantId,
        mode: WorkerMode,
    },
    SetLimits {
        worker: ParticipantId,
        slots: Option<u16>,
        capabilities: Option<Vec<String>>,
    },
}
