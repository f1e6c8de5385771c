//! What this mesh tells of itself at an interchange, signed, and what others do, proved.

use std::collections::BTreeSet;
use std::time::Duration;

use mesh_interchange::{Card, CardAgent, CardRoom, Instance, Interchange, Prover, is_capability};
use mesh_model::limits::{
    CARD_AGE_MS_MAX, CARD_ANEW_MS, CARD_BYTES_MAX, DISCOVER_PARTS_MAX, DISCOVERED_MAX,
};
use mesh_model::{Millis, PublicKey, names};
use mesh_ops::{Found, FoundMesh, OwnCard, Words};
use tokio::time::{Instant, sleep_until};

use super::interchanges::in_our_words;

/// Clocks of other meshes may be so far ahead; a card that is further ahead would be shown for longer than others.
const AHEAD_MS: u64 = 60 * 60 * 1000;

/// What stands at one interchange, during one connection.
#[derive(Debug, Default)]
pub(super) struct Shows {
    card: Option<OwnCard>,
    at: Option<Instant>,
}

impl Shows {
    /// Tells what is to be told, if that is something else than before or was told long ago. What is known then of how it stands
    /// there; nothing if nothing was told.
    pub async fn show(
        &mut self,
        way: &Interchange,
        prover: &dyn Prover,
        card: Option<OwnCard>,
        now: Millis,
    ) -> Option<Option<Result<(), String>>> {
        let old = self.at.is_some_and(|at| at.elapsed() >= anew());
        if self.card == card && !old {
            return None;
        }
        let signed = card.as_ref().map(|card| {
            let words = written(card.words.clone(), now);
            words.sign(prover, way.key(), &card.name)
        });
        let told = way.publish(signed).await.map_err(|why| in_our_words(&why));
        self.at = card.is_some().then(Instant::now);
        let shown = card.is_some().then_some(told);
        self.card = card;
        Some(shown)
    }

    /// Waits until the card has to be signed anew.
    pub async fn anew(&self) {
        match self.at {
            Some(at) => sleep_until(at + anew()).await,
            None => std::future::pending().await,
        }
    }
}

fn anew() -> Duration {
    Duration::from_millis(CARD_ANEW_MS)
}

/// The card; what it has no room for is left out, topics first.
fn written(words: Words, at: Millis) -> Card {
    let mut card = Card {
        at,
        about: words.about,
        rooms: (words.rooms.into_iter())
            .map(|(id, name, about)| CardRoom { id, name, about })
            .collect(),
        agents: (words.agents.into_iter())
            .map(|(name, can)| CardAgent {
                name,
                can: can.into_iter().filter(|can| is_capability(can)).collect(),
            })
            .collect(),
    };
    if is_long(&card) {
        card.rooms.iter_mut().for_each(|room| room.about.clear());
    }
    if is_long(&card) {
        card.agents.iter_mut().for_each(|agent| agent.can.clear());
    }
    card
}

fn is_long(card: &Card) -> bool {
    serde_json::to_vec(card).is_ok_and(|json| json.len() > CARD_BYTES_MAX)
}

/// Asks an interchange who tells of itself with all of these words.
pub(super) async fn find(way: &Interchange, words: String, now: Millis) -> Result<Found, String> {
    let mut found = Found::default();
    let mut known = BTreeSet::new();
    let mut after = None;
    for _ in 0..DISCOVER_PARTS_MAX {
        let listed = way.list(after.take(), Some(words.clone())).await;
        let Some(listed) = listed else {
            return Err("the interchange does not answer".to_owned());
        };
        for told in listed.instances {
            match proven(way.key(), told, now) {
                // A name is one key's, and a key has one.
                Some(mesh) if known.insert(mesh.key) => found.meshes.push(mesh),
                _ => found.unproved += 1,
            }
        }
        after = listed.next;
        if found.meshes.len() >= DISCOVERED_MAX {
            found.more = after.is_some() || found.meshes.len() > DISCOVERED_MAX;
            found.meshes.truncate(DISCOVERED_MAX);
            return Ok(found);
        }
        if after.is_none() {
            return Ok(found);
        }
    }
    found.more = true;
    Ok(found)
}

/// What an interchange passes on, if it is the word of the key that it names, for this interchange, and not too old.
fn proven(interchange: PublicKey, told: Instance, now: Millis) -> Option<FoundMesh> {
    names::check(&told.name).ok()?;
    let card = told.signed?.proven(interchange, told.key, &told.name)?;
    let (age, ahead) = (
        now.0.saturating_sub(card.at.0),
        card.at.0.saturating_sub(now.0),
    );
    if age > CARD_AGE_MS_MAX || ahead > AHEAD_MS {
        return None;
    }
    Some(FoundMesh {
        key: told.key,
        name: told.name,
        here: told.here,
        told_at: card.at,
        words: Words {
            about: card.about,
            rooms: (card.rooms.into_iter())
                .map(|room| (room.id, room.name, room.about))
                .collect(),
            agents: (card.agents.into_iter())
                .map(|agent| (agent.name, agent.can))
                .collect(),
        },
    })
}

#[cfg(test)]
mod tests {
    use mesh_model::RoomId;
    use mesh_model::limits::{CARD_AGENTS_MAX, CARD_CAPABILITIES_MAX, OPEN_ROOMS_MAX};

    use super::*;

    fn room() -> RoomId {
        "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b".parse().unwrap()
    }

    #[test]
    fn the_most_that_a_mesh_tells_fits_on_a_card() {
        let words = Words {
            about: "ü".repeat(500),
            rooms: vec![(room(), "r".repeat(40), "字".repeat(200)); OPEN_ROOMS_MAX],
            agents: vec![
                ("a".repeat(40), vec!["c".repeat(40); CARD_CAPABILITIES_MAX]);
                CARD_AGENTS_MAX
            ],
        };
        let card = written(words, Millis(1));
        assert!(!is_long(&card) && card.fits());
        assert_eq!(card.rooms.len(), OPEN_ROOMS_MAX);
    }

    #[test]
    fn only_a_fresh_card_of_the_key_that_is_named_is_shown() {
        let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
        let at = PublicKey([9; 32]);
        let told = |made: u64, name: &str, here: PublicKey| {
            let card = Card {
                at: Millis(made),
                ..Card::default()
            };
            Instance {
                name: name.to_owned(),
                key: key.key(),
                here: true,
                signed: Some(card.sign(&key, here, "acme")),
            }
        };
        let now = Millis(CARD_AGE_MS_MAX * 3);
        let shown = |told| proven(at, told, now).is_some();
        assert!(shown(told(now.0, "acme", at)));
        assert!(shown(told(now.0 - CARD_AGE_MS_MAX, "acme", at)));
        assert!(!shown(told(now.0 - CARD_AGE_MS_MAX - 1, "acme", at)));
        assert!(!shown(told(now.0 + AHEAD_MS + 1, "acme", at)));
        assert!(!shown(told(now.0, "other", at)));
        assert!(!shown(told(now.0, "acme", PublicKey([8; 32]))));
        let mut stolen = told(now.0, "acme", at);
        stolen.key = PublicKey([2; 32]);
        assert!(!shown(stolen));
        let mut unsigned = told(now.0, "acme", at);
        unsigned.signed = None;
        assert!(!shown(unsigned));
    }
}
