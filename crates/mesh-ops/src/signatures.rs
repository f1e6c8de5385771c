//! The signatures of messages, checked from the log alone: no node, no view, no vault.
//!
//! A header holds all that a signature covers: the room, the key, the idempotency key and the hash
//! of the content. So a signature can be checked long after the words were erased.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use mesh_log::{LogReader, ReadError, Record};
use mesh_model::events::{By, MessagePosted, Signed};
use mesh_model::{Facts, MeshId, ParticipantId, PublicKey, RoomId, Seq};
use mesh_proof::{Header, statement};

/// What became of the signatures in a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signatures {
    /// Messages whose author's key signed them and was one of the author's at that place.
    pub good: u64,
    /// Messages whose signature covers an idempotency key that the log does not hold: nobody can
    /// check them any more.
    pub unknown: u64,
    /// The messages that claim a signature nobody made, or one by a key that was not the author's.
    pub bad: Vec<Seq>,
}

/// Checks every signed message of a log. The chain itself is for [`LogReader::verify`].
pub fn check_signatures(reader: &LogReader) -> Result<Signatures, ReadError> {
    let mut audit = Audit::default();
    reader.read(1, |record| {
        audit.take(&record);
        ControlFlow::Continue(())
    })?;
    Ok(audit.found)
}

#[derive(Default)]
struct Audit {
    mesh: Option<MeshId>,
    /// The keys that hold at the place that is read, each with whose it is.
    keys: BTreeMap<(ParticipantId, PublicKey), bool>,
    found: Signatures,
}

impl Audit {
    fn take(&mut self, record: &Record<'_>) {
        // Most of a log is of no concern here; it is not even read as facts.
        let concerns = matches!(record.kind, "mesh.created" | "participant.registered")
            || record.kind.starts_with("participant.key_")
            || matches!(record.kind, "message.posted" | "message.quarantined");
        if !concerns {
            return;
        }
        match Facts::decode(record.kind, record.v, record.facts.get()) {
            Ok(Facts::MeshCreated(made)) => self.mesh = Some(made.mesh),
            Ok(Facts::ParticipantRegistered(made)) => {
                if let Some(key) = made.key {
                    self.keys.insert((made.participant, key), true);
                }
            }
            Ok(Facts::ParticipantKeyAdded(added)) => {
                if let Some(old) = added.replaces {
                    self.keys.insert((added.participant, old), false);
                }
                self.keys.insert((added.participant, added.key), true);
            }
            Ok(Facts::ParticipantKeyRevoked(revoked)) => {
                self.keys.insert((revoked.participant, revoked.key), false);
            }
            Ok(Facts::MessagePosted(message)) => self.message(record, &message, None),
            Ok(Facts::MessageQuarantined(waiting)) => {
                self.message(record, &waiting.message, Some(waiting.author));
            }
            _ => {}
        }
    }

    fn message(
        &mut self,
        record: &Record<'_>,
        message: &MessagePosted,
        author: Option<ParticipantId>,
    ) {
        let Some(signed) = &message.signed else {
            return;
        };
        let by: Option<By> = serde_json::from_str(record.by.get()).ok();
        let author = author.or_else(|| message.author(by?.actor.participant()));
        match self.holds(record, message.room, signed, author) {
            Some(true) => self.found.good += 1,
            Some(false) => self.found.bad.push(Seq(record.seq)),
            None => self.found.unknown += 1,
        }
    }

    /// `None` if the log does not hold what was signed.
    fn holds(
        &self,
        record: &Record<'_>,
        room: RoomId,
        signed: &Signed,
        author: Option<ParticipantId>,
    ) -> Option<bool> {
        let request = signed.request.as_deref()?;
        let held = author.and_then(|author| self.keys.get(&(author, signed.key)));
        let body = Header::parse(record.header)
            .ok()
            .and_then(|header| header.body);
        let (Some(true), Some(mesh), Some(body)) = (held, self.mesh, body) else {
            return Some(false);
        };
        let stated = statement::message(
            &mesh.to_string(),
            &room.to_string(),
            &signed.key.to_string(),
            request,
            &body.to_string(),
        );
        Some(statement::verify(&signed.key.0, &stated, &signed.sig.0))
    }
}
