//! Invites: codes by which somebody becomes a participant; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::events::{Kind, Trust};
use crate::ids::{InviteId, ParticipantId, PublicKey, RoomId};
use crate::permission::{PermissionSet, Preset};
use crate::time::{Millis, raw};

events! { Invite InviteFacts
    Created(it: InviteCreated) "invite.created" / 1 {
        room: None,
        sees: InviteMaker(it.invite),
        words: Data(Label),
        erased: Erased::Never,
        times: ["/expires"],
    }
    Redeemed(it: InviteRedeemed) "invite.redeemed" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Revoked(it: InviteRevoked) "invite.revoked" / 1 {
        room: None,
        sees: InviteMaker(it.invite),
        words: None,
        erased: Erased::Never,
    }
}

/// Somebody with the code can become a participant. Content: [`crate::api::Label`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteCreated {
    /// The invite.
    pub invite: InviteId,
    /// What kind of participant it makes.
    pub kind: Kind,
    /// What the newcomer's token may ask for; nothing if it makes users.
    pub permissions: PermissionSet,
    /// How many may come.
    pub uses: u32,
    /// When it ends by itself.
    #[serde(with = "raw", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub expires: Option<Millis>,
    /// The room newcomers are in at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// How far newcomers are trusted.
    #[serde(default = "Trust::local", skip_serializing_if = "Trust::is_local")]
    pub trust: Trust,
    /// The role of the users it makes; absent if newcomers prove a key and get a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Preset>,
}

/// Somebody came: with a key, and then the same key again is the same participant, or as a user with a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRedeemed {
    /// The invite.
    pub invite: InviteId,
    /// Who came.
    pub participant: ParticipantId,
    /// The newcomer's key; absent if it came as a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
}

/// It can be used no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRevoked {
    /// The invite.
    pub invite: InviteId,
}
