//! The signatures of messages and of results, checked from the log alone: no node, no view, no vault.
//!
//! A header holds all that a signature covers: the room, the key, the idempotency key and the hash
//! of the content. So a signature can be checked long after the words were erased. A result's covers
//! the links of the results it was built on, so that whoever has the log follows them back.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use mesh_log::{LogReader, ReadError, Record};
use mesh_model::events::{
    By, IdentityFacts, MeshFacts, MessageFacts, MessagePosted, ParticipantFacts, Provenance,
    QuarantineFacts, Signed, TaskFacts, TaskFinished,
};
use mesh_model::{Facts, MeshId, OutputHash, ParticipantId, PublicKey, RoomId, Seq, TaskId};
use mesh_proof::{Digest, Header, provenance, statement};

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
    /// Results whose worker's key signed them, linked to results before them.
    pub results_good: u64,
    /// Results that claim a signature nobody made, one by a key that was not the worker's, an output that is not the
    /// stored one, or results to be built on that are not there.
    pub results_bad: Vec<Seq>,
}

impl Signatures {
    /// Whether nothing claims a signature that nobody made.
    pub fn is_sound(&self) -> bool {
        self.bad.is_empty() && self.results_bad.is_empty()
    }
}

/// A signed result in the form in which it is verified.
pub(crate) fn made(
    mesh: MeshId,
    task: TaskId,
    worker: ParticipantId,
    signed: &Provenance,
) -> provenance::Signed {
    let digest = |hash: &OutputHash| Digest(hash.0);
    provenance::Signed {
        made: provenance::Made {
            mesh: mesh.to_string(),
            previous: signed.previous.iter().map(digest).collect(),
            at_ms: signed.at,
            agent: worker.to_string(),
            task: task.to_string(),
            output: digest(&signed.output),
        },
        key: signed.key.0,
        sig: signed.sig.0,
    }
}

/// Checks every signed message and result of a log. The chain itself is for [`LogReader::verify`].
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
    /// The links of the signed results so far that hold.
    links: BTreeSet<OutputHash>,
    found: Signatures,
}

impl Audit {
    fn take(&mut self, record: &Record<'_>) {
        // Most of a log is of no concern here; it is not even read as facts.
        let concerns = matches!(record.kind, "mesh.created" | "participant.registered")
            || record.kind.starts_with("participant.key_")
            || matches!(
                record.kind,
                "message.posted" | "message.quarantined" | "task.finished"
            );
        if !concerns {
            return;
        }
        match Facts::decode(record.kind, record.v, record.facts.get()) {
            Ok(Facts::Mesh(MeshFacts::Created(made))) => self.mesh = Some(made.mesh),
            Ok(Facts::Participant(ParticipantFacts::Registered(made))) => {
                if let Some(key) = made.key {
                    self.keys.insert((made.participant, key), true);
                }
            }
            Ok(Facts::Identity(IdentityFacts::KeyAdded(added))) => {
                if let Some(old) = added.replaces {
                    self.keys.insert((added.participant, old), false);
                }
                self.keys.insert((added.participant, added.key), true);
            }
            Ok(Facts::Identity(IdentityFacts::KeyRevoked(revoked))) => {
                self.keys.insert((revoked.participant, revoked.key), false);
            }
            Ok(Facts::Message(MessageFacts::Posted(message))) => {
                self.message(record, &message, None)
            }
            Ok(Facts::Quarantine(QuarantineFacts::Waits(waiting))) => {
                self.message(record, &waiting.message, Some(waiting.author));
            }
            Ok(Facts::Task(TaskFacts::Finished(finished))) => self.result(record, &finished),
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

    fn result(&mut self, record: &Record<'_>, finished: &TaskFinished) {
        let Some(signed) = &finished.provenance else {
            return;
        };
        if self.result_holds(record, finished, signed) {
            self.links.insert(signed.link);
            self.found.results_good += 1;
        } else {
            self.found.results_bad.push(Seq(record.seq));
        }
    }

    fn result_holds(
        &self,
        record: &Record<'_>,
        finished: &TaskFinished,
        signed: &Provenance,
    ) -> bool {
        let held = self.keys.get(&(finished.worker, signed.key));
        let (Some(true), Some(mesh), Some(body)) = (held, self.mesh, body_of(record)) else {
            return false;
        };
        let made = made(mesh, finished.task, finished.worker, signed);
        let known = |link: &OutputHash| link.0 == Digest::ZERO.0 || self.links.contains(link);
        made.made.output == body
            && made.is_signed()
            && made.link().0 == signed.link.0
            && !signed.previous.is_empty()
            && signed.previous.iter().all(known)
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
        let (Some(true), Some(mesh), Some(body)) = (held, self.mesh, body_of(record)) else {
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

/// The hash of an event's content, erased or not.
fn body_of(record: &Record<'_>) -> Option<Digest> {
    Header::parse(record.header)
        .ok()
        .and_then(|header| header.body)
}
