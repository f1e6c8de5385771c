//! Commands about inlets.

use crate::command::Content;
use crate::events::InletCreated;
use crate::ids::InletId;

/// What somebody wants of inlets.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
#[allow(
    clippy::large_enum_variant,
    reason = "inlets are made now and then, and a box would be one more thing to read"
)]
pub enum InletCommand {
    Create {
        /// `participant` is the id that the bridge gets if there is none of this handle.
        wanted: InletCreated,
        handle: String,
        /// What the bridge says of itself, if it is new.
        profile: Content,
        label: Content,
        body: Content,
    },
    Pause {
        inlet: InletId,
    },
    Resume {
        inlet: InletId,
    },
    Rotate {
        inlet: InletId,
        version: u32,
    },
    Delete {
        inlet: InletId,
    },
}
