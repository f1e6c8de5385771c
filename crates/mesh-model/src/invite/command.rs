//! Commands about invites.

use crate::command::Content;
use crate::events::{Kind, Trust};
use crate::ids::{CredentialId, InviteId, ParticipantId, PublicKey, RoomId};
use crate::permission::{PermissionSet, Preset};
use crate::time::Millis;

/// An invite that is made.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct CreateInvite {
    pub invite: InviteId,
    pub kind: Kind,
    pub permissions: PermissionSet,
    pub uses: u32,
    pub expires: Option<Millis>,
    pub room: Option<RoomId>,
    /// How far newcomers are trusted: `local`, or `untrusted` for guests.
    pub trust: Trust,
    /// The role of the users it makes, if it is for people who choose a password.
    pub role: Option<Preset>,
    pub label: Content,
}

/// Registers the newcomer, joins the invite's room and issues its token, once per key:
/// a retry with the same key issues a fresh token for the same participant.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct RedeemInvite {
    pub invite: InviteId,
    pub participant: ParticipantId,
    pub handle: String,
    pub key: PublicKey,
    pub credential: CredentialId,
    pub profile: Content,
    pub label: Content,
}

/// Registers a person, makes it a user with the invite's role, and joins the invite's room. Once: who came signs in.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct AcceptInvite {
    pub invite: InviteId,
    pub participant: ParticipantId,
    pub handle: String,
    pub profile: Content,
}

/// What somebody wants of invites.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum InviteCommand {
    Create(CreateInvite),
    Redeem(RedeemInvite),
    Accept(AcceptInvite),
    Revoke { invite: InviteId },
}
