//! What may not disturb now, where the service cannot tell it without a sound: it is held until it may be heard.

use std::time::Duration;

use mesh_model::{ActHash, ApprovalId, MessageId, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};

use super::Chat;
use super::desk::Desk;
use crate::said::Said;
use crate::waits::{About, Notice};

/// Things that are held at most; what comes beyond them is told at once.
const HELD_MAX: usize = 500;
/// How soon it is looked again whether they may be told: whom it concerns may have changed its mind.
pub(super) const LOOK_AFTER: Duration = Duration::from_secs(30);

/// Something that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    /// Its place in the log.
    pub seq: Seq,
    pub what: What,
}

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    Message(MessageId),
    Approval(ApprovalId),
    Alert(Seq),
    Act(ActHash, ParticipantId),
    Invitation(RoomId, ParticipantId),
}

/// Holds what is not to disturb, if the service cannot tell it without a sound. Whether it is held.
pub(super) fn hold<C: Chat>(desk: &mut Desk<'_, C>, notice: &Notice, seq: Seq) -> bool {
    let held = &mut desk.place.kept.held;
    if C::SILENT || !notice.quiet || held.len() >= HELD_MAX {
        return false;
    }
    let what = match &notice.about {
        About::Message(message) => What::Message(message.id),
        About::Approval(question) => What::Approval(question.id),
        About::Alert(_, alert) => What::Alert(*alert),
        About::Act(act) => What::Act(act.act, act.participant.id),
        About::Invitation(found) => What::Invitation(found.room, found.participant.id),
    };
    held.push_back(Held { seq, what });
    (desk.place.tell)(Said::Held { seq });
    true
}
