//! Commands about what a room knows of things.

use crate::command::{Content, ContentEvidence};
use crate::events::{Claimed, EntitySource, Trust};
use crate::ids::{RoomId, Seq};

/// What somebody wants of a room's claims about things.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum EntityCommand {
    /// `replaces` are claims of the same author's that are noted anew; others of them stay.
    Note {
        room: RoomId,
        claims: Vec<NewClaim>,
        replaces: Vec<Seq>,
        evidence: ContentEvidence,
    },
    Forget {
        room: RoomId,
        claims: Vec<Seq>,
    },
}

/// A claim on its way. `from` is how far what it stands on is trusted.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "the fields are those of the event it leads to, documented there"
)]
pub struct NewClaim {
    pub about: Claimed,
    pub source: EntitySource,
    pub from: Trust,
    pub labels: Vec<RoomId>,
    pub confidence: u8,
    pub since: Option<u64>,
    pub until: Option<u64>,
    pub body: Content,
}
