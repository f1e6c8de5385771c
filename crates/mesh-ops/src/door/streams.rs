//! How many streams of events each participant listens to. Each holds memory for as long as its reader is slow, so nobody has
//! them without end.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesh_model::events::Trust;
use mesh_model::limits::{STREAMS_MAX, STREAMS_OUTSIDE_MAX};
use mesh_model::{Effect, ErrorCode, ParticipantId, Refusal};

/// The streams that are open.
#[derive(Default)]
pub(super) struct Streams(Mutex<HashMap<ParticipantId, usize>>);

/// One of them. Dropping it makes room for another.
pub(super) struct Held {
    streams: Arc<Streams>,
    by: ParticipantId,
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, HashMap<ParticipantId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for one more, if there is one for somebody of this trust.
    pub fn hold(self: &Arc<Self>, by: ParticipantId, trust: Trust) -> Result<Held, Refusal> {
        let most = if trust < Trust::Local {
            STREAMS_OUTSIDE_MAX
        } else {
            STREAMS_MAX
        };
        let mut open = self.lock();
        let mine = open.entry(by).or_default();
        if *mine >= most {
            return Err(Refusal::new(
                ErrorCode::Overloaded,
                format!(
                    "a participant like you listens to at most {most} streams of events at a time"
                ),
                Effect::told("no stream was begun, and those that are open go on"),
                "close one that you do not read any more",
            ));
        }
        *mine += 1;
        Ok(Held {
            streams: Arc::clone(self),
            by,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Entry::Occupied(mut mine) = self.streams.lock().entry(self.by) {
            *mine.get_mut() -= 1;
            if *mine.get() == 0 {
                mine.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(number: u128) -> ParticipantId {
        ParticipantId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn a_stranger_has_few_and_whoever_ends_one_may_begin_another() {
        let streams = Arc::<Streams>::default();
        let guest = somebody(1);
        let mut held: Vec<_> = (0..STREAMS_OUTSIDE_MAX)
            .map(|_| streams.hold(guest, Trust::Untrusted).expect("a place"))
            .collect();
        let refused = streams.hold(guest, Trust::Untrusted).err().expect("full");
        assert_eq!(refused.code, ErrorCode::Overloaded);
        assert!(
            streams.hold(somebody(2), Trust::Untrusted).is_ok(),
            "others have places of their own"
        );
        held.pop();
        held.push(
            streams
                .hold(guest, Trust::Untrusted)
                .expect("a place again"),
        );
        drop(held);
        assert!(
            streams.lock().is_empty(),
            "nothing is remembered of who left"
        );
    }

    #[test]
    fn whoever_belongs_here_has_many() {
        let streams = Arc::<Streams>::default();
        let held: Vec<_> = (0..STREAMS_MAX)
            .map_while(|_| streams.hold(somebody(1), Trust::Local).ok())
            .collect();
        assert_eq!(held.len(), STREAMS_MAX);
        assert!(streams.hold(somebody(1), Trust::Local).is_err());
    }
}
