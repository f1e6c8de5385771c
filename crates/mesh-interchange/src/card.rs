//! What a mesh tells of itself at an interchange: a card, signed by its key for this interchange and this name. Whoever passes it on can
//! leave it out or pass on an older one, and change nothing.
//!
//! A card is sent and kept as the bytes that were signed, never written anew.

use mesh_model::limits::{
    CARD_ABOUT_CHARS_MAX, CARD_AGENTS_MAX, CARD_BYTES_MAX, CARD_CAPABILITIES_MAX,
    INTERCHANGE_ABOUT_CHARS_MAX, NAME_CHARS_MAX, OPEN_ROOMS_MAX,
};
use mesh_model::{Millis, PublicKey, RoomId, names};
use mesh_proof::statement;
use serde::{Deserialize, Serialize};

use crate::seal::Prover;

/// What a mesh tells of itself. Others' words: they are data to whoever reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// When it was signed, by the clock of its mesh.
    #[serde(default)]
    pub at: Millis,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Rooms that meshes may follow which it does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<CardRoom>,
    /// Agents that it tells of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<CardAgent>,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardRoom {
    /// Its id in its mesh.
    pub id: RoomId,
    /// What it is called there.
    pub name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardAgent {
    /// What it is called in its mesh.
    pub name: String,
    /// What it can do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub can: Vec<String>,
}

/// A card as its mesh has signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The card: JSON, in one line.
    pub card: String,
    /// The signature, in hexadecimal.
    pub sig: String,
}

impl Card {
    /// Signs it for an interchange, under the name that the mesh has there.
    pub fn sign(&self, prover: &dyn Prover, interchange: PublicKey, name: &str) -> Signed {
        let card = crate::words::write(self);
        let said = stated(interchange, prover.key(), name, &card);
        let sig = hex::encode(prover.sign(&said));
        Signed { card, sig }
    }

    /// Whether it has no more and no longer words than it may.
    pub fn fits(&self) -> bool {
        let plain = |text: &str, most: usize| {
            text.chars().count() <= most && !text.chars().any(char::is_control)
        };
        let room = |room: &CardRoom| {
            names::check(&room.name).is_ok() && plain(&room.about, INTERCHANGE_ABOUT_CHARS_MAX)
        };
        let agent = |agent: &CardAgent| {
            names::check(&agent.name).is_ok()
                && agent.can.len() <= CARD_CAPABILITIES_MAX
                && agent.can.iter().all(|can| is_capability(can))
        };
        self.rooms.len() <= OPEN_ROOMS_MAX
            && self.agents.len() <= CARD_AGENTS_MAX
            && plain(&self.about, CARD_ABOUT_CHARS_MAX)
            && self.rooms.iter().all(room)
            && self.agents.iter().all(agent)
    }

    /// Whether all of these words, in lower-case letters, stand in it or in the name.
    pub(crate) fn has(&self, name: &str, words: &[String]) -> bool {
        let rooms = self.rooms.iter().flat_map(|room| [&room.name, &room.about]);
        let agents = (self.agents.iter()).flat_map(|agent| agent.can.iter().chain([&agent.name]));
        let all: Vec<&str> = [name, &self.about]
            .into_iter()
            .chain(rooms.chain(agents).map(String::as_str))
            .collect();
        let all = all.join("\n").to_lowercase();
        words.iter().all(|word| all.contains(word.as_str()))
    }
}

/// Whether a card may name a capability so: in letters that nobody takes for others.
pub fn is_capability(name: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
}

impl Signed {
    /// The card, if it is one, and signed by this key for this interchange and this name.
    pub fn proven(&self, interchange: PublicKey, key: PublicKey, name: &str) -> Option<Card> {
        let card = self.read()?;
        let mut sig = [0; 64];
        hex::decode_to_slice(&self.sig, &mut sig).ok()?;
        let said = stated(interchange, key, name, &self.card);
        statement::verify(&key.0, &said, &sig).then_some(card)
    }

    /// The card, if it is one, whoever has signed it.
    pub(crate) fn read(&self) -> Option<Card> {
        // A line break would be left out of what is signed.
        let plain = self.card.len() <= CARD_BYTES_MAX && !self.card.contains('\n');
        let card: Card = serde_json::from_str(&self.card).ok().filter(|_| plain)?;
        card.fits().then_some(card)
    }
}

fn stated(interchange: PublicKey, key: PublicKey, name: &str, card: &str) -> String {
    statement::card(&interchange.to_string(), &key.to_string(), name, card)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;

    fn card() -> Card {
        Card {
            at: Millis(1_763_712_000_000),
            about: "We make things.".to_owned(),
            rooms: vec![CardRoom {
                id: "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b".parse().unwrap(),
                name: "workshop".to_owned(),
                about: "Rust, mostly".to_owned(),
            }],
            agents: vec![CardAgent {
                name: "rex".to_owned(),
                can: vec!["rust".to_owned()],
            }],
        }
    }

    fn node(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    #[test]
    fn a_card_is_one_mesh_s_at_one_interchange_under_one_name() {
        let (own, at) = (node(1), node(9).key());
        let signed = card().sign(&own, at, "acme");
        assert_eq!(signed.proven(at, own.key(), "acme"), Some(card()));
        let forged = [
            signed.proven(node(8).key(), own.key(), "acme"),
            signed.proven(at, node(2).key(), "acme"),
            signed.proven(at, own.key(), "acme-corp"),
            Signed {
                card: signed.card.replace("Rust", "rust"),
                ..signed.clone()
            }
            .proven(at, own.key(), "acme"),
            Signed {
                card: signed.card.replacen(',', ",\n", 1),
                ..signed.clone()
            }
            .proven(at, own.key(), "acme"),
        ];
        assert_eq!(forged, [const { None }; 5]);
    }

    #[test]
    fn a_card_is_as_the_protocol_says() {
        let vector: serde_json::Value =
            serde_json::from_str(include_str!("../tests/vectors/card.json")).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let own = node(1);
        assert_eq!(own.key().to_string(), text("key"));
        let interchange: PublicKey = text("interchange").parse().unwrap();
        let signed = card().sign(&own, interchange, &text("name"));
        assert_eq!(signed.card, text("card"));
        assert_eq!(signed.sig, text("sig"));
        let said = stated(interchange, own.key(), &text("name"), &signed.card);
        assert_eq!(said, text("statement"));
    }

    #[test]
    fn what_is_published_is_bounded_and_has_no_other_fields() {
        let with = |change: &dyn Fn(&mut Card)| {
            let mut card = card();
            change(&mut card);
            card.fits()
        };
        let room = card().rooms[0].clone();
        assert!(with(&|card| card.rooms = vec![room.clone(); OPEN_ROOMS_MAX]));
        assert!(!with(
            &|card| card.rooms = vec![room.clone(); OPEN_ROOMS_MAX + 1]
        ));
        assert!(with(&|card| card.about = "ü".repeat(CARD_ABOUT_CHARS_MAX)));
        assert!(!with(
            &|card| card.about = "ü".repeat(CARD_ABOUT_CHARS_MAX + 1)
        ));
        assert!(!with(&|card| card.about = "a\u{1b}[2Jb".to_owned()));
        assert!(!with(&|card| card.rooms[0].name = "Not a name".to_owned()));
        assert!(!with(&|card| card.rooms[0].about = "b".repeat(201)));
        assert!(!with(
            &|card| card.agents[0].can = vec!["run rm -rf".to_owned()]
        ));
        let more = |card: &str| Signed {
            card: card.to_owned(),
            sig: String::new(),
        };
        assert!(more(r#"{"at":"2025-11-21T08:00:00Z"}"#).read().is_some());
        assert!(
            more(r#"{"at":"2025-11-21T08:00:00Z","messages":[]}"#)
                .read()
                .is_none()
        );
        let long = format!(
            r#"{{"at":"2025-11-21T08:00:00Z"}}{}"#,
            " ".repeat(CARD_BYTES_MAX)
        );
        assert!(more(&long).read().is_none());
    }

    #[test]
    fn words_are_sought_in_all_that_it_says() {
        let has = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            card().has("acme", &words)
        };
        assert!(has(&[]) && has(&["acme"]) && has(&["rust", "things"]) && has(&["rex"]));
        assert!(!has(&["rust", "python"]) && !has(&["rooms"]));
    }
}
