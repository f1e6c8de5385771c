//! What becomes of a message that is handed into a running session of a program.
//!
//! ```text
//!            hand                 placed               read
//!   (none) -------> handed ----------------> placed ---------> read
//!                    |  \____________________read______________^ ^
//!                    |  dropped                | dropped         |
//!                    v                         v                 |
//!                   dropped <------------------+ ------read------+
//!                    |
//!                    +--- hand (once more) ---> handed
//! ```
//!
//! A message is with one session at a time. Whoever was handed it and is silent for too long has dropped it. Read is for
//! good, whoever proves it: a proof that comes late is still one. The ledger of it is the vault's, not the log's.

use mesh_model::Millis;
use mesh_model::api::{DeliveryState, DropReason};

/// After so long without a word a message counts as dropped. A model may think for minutes before it answers a request;
/// a session that died without a word holds its mail up for no longer than this.
pub const SILENCE_MS_MAX: u64 = 15 * 60 * 1000;

/// Where a message stands with one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The session that was handed it last.
    pub session: String,
    /// How often it was handed to somebody.
    pub attempt: u32,
    /// How far it came.
    pub state: DeliveryState,
    /// Why it was dropped.
    pub why: Option<DropReason>,
    /// The turn in which it was read.
    pub turn: Option<String>,
    /// Since when.
    pub at: Millis,
}

/// What a session says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// It is in the conversation.
    Placed,
    /// A model answered a request with it in this turn.
    Read(&'a str),
    /// It did not arrive.
    Dropped(DropReason),
}

impl Standing {
    /// Whether a session has it that may still read it.
    pub fn is_under_way(&self, now: Millis) -> bool {
        let open = matches!(self.state, DeliveryState::Handed | DeliveryState::Placed);
        open && now.since(self.at) < SILENCE_MS_MAX
    }

    /// Whether nothing is known but that something speaking with the program has it.
    pub fn is_only_handed(&self) -> bool {
        self.state == DeliveryState::Handed
    }

    /// The same, as it has to be told: silence for too long is a drop.
    pub fn told(&self, now: Millis) -> Standing {
        let open = matches!(self.state, DeliveryState::Handed | DeliveryState::Placed);
        if open && !self.is_under_way(now) {
            return Standing {
                state: DeliveryState::Dropped,
                why: Some(DropReason::TimedOut),
                at: self.at.plus(SILENCE_MS_MAX),
                ..self.clone()
            };
        }
        self.clone()
    }
}

/// Hands a message to a session; nothing if it is under way or was read.
pub fn hand(before: Option<&Standing>, session: &str, now: Millis) -> Option<Standing> {
    let attempts = match before {
        None => 0,
        Some(before) if before.told(now).state == DeliveryState::Dropped => before.attempt,
        Some(_) => return None,
    };
    Some(Standing {
        session: session.to_owned(),
        attempt: attempts.saturating_add(1),
        state: DeliveryState::Handed,
        why: None,
        turn: None,
        at: now,
    })
}

/// Takes in what a session says; nothing if that changes nothing.
pub fn hear(before: &Standing, session: &str, word: Word<'_>, now: Millis) -> Option<Standing> {
    let told = before.told(now);
    let own = before.session == session;
    let (state, why, turn) = match (told.state, word) {
        (DeliveryState::Read, _) => return None,
        (_, Word::Read(turn)) => (DeliveryState::Read, None, Some(turn.to_owned())),
        (DeliveryState::Handed, Word::Placed) if own => (DeliveryState::Placed, None, None),
        (DeliveryState::Handed | DeliveryState::Placed, Word::Dropped(why)) if own => {
            (DeliveryState::Dropped, Some(why), None)
        }
        _ => return None,
    };
    Some(Standing {
        state,
        why,
        turn,
        at: now,
        ..told
    })
}

pub mod finish;
pub mod wake;

#[cfg(test)]
mod tests;
