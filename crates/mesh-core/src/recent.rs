//! What only the writer needs and every message touches: the head, keyed commands, deletions.
//! Bounded by count, so that it does not grow with history.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use mesh_model::events::CommandKey;
use mesh_model::limits::KEYED_COMMANDS_MAX;
use mesh_model::{MessageId, ParticipantId, RoomId, Seq};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::journal::Journals;
use crate::message::{Exchanges, LastReactions};
use crate::policy::pace::Paces;

/// Deleted messages remembered, so that evidence read just before a deletion is recognised as
/// stale: far more than commands can be under way at one time.
pub(crate) const DELETIONS_MAX: usize = 1024;

/// The part of the state that changes with every event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recent {
    pub head: Seq,
    pub time_ms: u64,
    /// Shared, so that the state is copied for a snapshot at little cost.
    pub keyed: BTreeMap<ParticipantId, Arc<Keyed>>,
    pub deleted: Deletions,
    pub paces: Paces,
    pub exchanges: Exchanges,
    pub reactions: LastReactions,
    pub journals: Journals,
    /// Messages that wait for a moderator, messages and new words of them that wait for their room's home.
    pub waiting: BTreeMap<MessageId, Waiting>,
}

/// A message that waits for a moderator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiting {
    pub room: RoomId,
    pub author: ParticipantId,
    /// Whether it waits for its room's home instead, which is on another mesh.
    pub home: bool,
}

/// What a keyed command led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// The hash of what was asked.
    pub request: u128,
    /// Its first event.
    pub first: Seq,
    /// How many events in a row it led to.
    pub count: u32,
}

/// The last keyed commands of one participant, evicted oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Keyed {
    order: VecDeque<u128>,
    found: BTreeMap<u128, Remembered>,
}

impl Keyed {
    pub fn get(&self, key: u128) -> Option<Remembered> {
        self.found.get(&key).copied()
    }

    /// Takes in one event of the command. A command's events stand next to each other.
    pub fn remember(&mut self, key: CommandKey, seq: Seq) {
        if let Some(known) = self.found.get_mut(&key.key) {
            if known.request == key.request && known.first.0 + u64::from(known.count) == seq.0 {
                known.count += 1;
            }
            // Otherwise the log holds one key twice: the first use stays the answer.
            return;
        }
        self.push(key, seq, 1);
    }

    fn push(&mut self, key: CommandKey, first: Seq, count: u32) {
        if self.order.len() >= KEYED_COMMANDS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.found.remove(&oldest);
        }
        self.order.push_back(key.key);
        let command = Remembered {
            request: key.request,
            first,
            count,
        };
        self.found.insert(key.key, command);
    }
}

impl Serialize for Keyed {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.order.iter().filter_map(|key| {
            let Remembered {
                request,
                first,
                count,
            } = *self.found.get(key)?;
            Some((CommandKey { key: *key, request }, first, count))
        }))
    }
}

impl<'de> Deserialize<'de> for Keyed {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Commands;

        impl<'de> Visitor<'de> for Commands {
            type Value = Keyed;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of keyed commands, oldest first")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keyed, A::Error> {
                let mut keyed = Keyed::default();
                while let Some((key, first, count)) = list.next_element()? {
                    keyed.push(key, first, count);
                }
                Ok(keyed)
            }
        }

        d.deserialize_seq(Commands)
    }
}

/// The last deleted messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deletions {
    order: VecDeque<(MessageId, Seq)>,
    found: BTreeSet<MessageId>,
    /// Deletions up to here may have been forgotten.
    forgotten: Seq,
}

impl Deletions {
    pub fn has(&self, message: MessageId) -> bool {
        self.found.contains(&message)
    }

    /// Whether a message may have been deleted after `as_of` without being remembered here.
    pub fn may_have_forgotten_since(&self, as_of: Seq) -> bool {
        as_of < self.forgotten
    }

    pub fn remember(&mut self, message: MessageId, at: Seq) {
        if !self.found.insert(message) {
            return;
        }
        self.order.push_back((message, at));
        if self.order.len() > DELETIONS_MAX
            && let Some((oldest, at)) = self.order.pop_front()
        {
            self.found.remove(&oldest);
            self.forgotten = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u128) -> CommandKey {
        CommandKey {
            key: number,
            request: number + 1,
        }
    }

    #[test]
    fn keyed_commands_are_evicted_by_count_and_survive_a_snapshot() {
        let mut keyed = Keyed::default();
        for number in 0..KEYED_COMMANDS_MAX as u64 + 5 {
            keyed.remember(key(number.into()), Seq(number + 1));
        }
        assert_eq!(keyed.found.len(), KEYED_COMMANDS_MAX);
        assert_eq!(keyed.get(4), None);
        assert_eq!(
            keyed.get(5),
            Some(Remembered {
                request: 6,
                first: Seq(6),
                count: 1
            })
        );
        let json = serde_json::to_string(&keyed).unwrap();
        assert_eq!(serde_json::from_str::<Keyed>(&json).unwrap(), keyed);
    }

    #[test]
    fn a_command_of_several_events_is_one_entry() {
        let mut keyed = Keyed::default();
        keyed.remember(key(7), Seq(3));
        keyed.remember(key(7), Seq(4));
        keyed.remember(key(7), Seq(9));
        assert_eq!(
            keyed.get(7),
            Some(Remembered {
                request: 8,
                first: Seq(3),
                count: 2
            })
        );
    }

    #[test]
    fn old_deletions_are_forgotten_and_that_is_known() {
        let mut deletions = Deletions::default();
        for number in 1..=DELETIONS_MAX as u64 + 1 {
            deletions.remember(MessageId(Seq(number)), Seq(number + 10_000));
        }
        assert!(!deletions.has(MessageId(Seq(1))) && deletions.has(MessageId(Seq(2))));
        assert!(deletions.may_have_forgotten_since(Seq(10_000)));
        assert!(!deletions.may_have_forgotten_since(Seq(10_001)));
    }
}
