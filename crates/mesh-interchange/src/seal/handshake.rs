//! Four messages, after which both sides have proved their keys.

use std::fmt;

use ed25519_dalek::SigningKey;
use mesh_model::PublicKey;
use mesh_proof::statement;
use snow::HandshakeState;

use super::frames::{Kind, Session};
use super::noise::{self, Ephemeral, TAG_BYTES};
use super::{SealError, VERSIONS};

/// How a hello begins, so that bytes of another protocol are told apart at once.
const MAGIC: &[u8; 9] = b"mesh-seal";
/// Versions in one hello.
const VERSIONS_MAX: usize = 8;
const KEY_BYTES: usize = 32;
const SIG_BYTES: usize = 64;
const ANSWER_BYTES: usize = 1 + KEY_BYTES + KEY_BYTES + TAG_BYTES;

/// Whoever holds a node's key and signs with it.
pub trait Prover: Send + Sync {
    /// The node's key.
    fn key(&self) -> PublicKey;
    /// Signs a statement of the handshake.
    fn sign(&self, statement: &str) -> [u8; 64];
}

impl Prover for SigningKey {
    fn key(&self) -> PublicKey {
        PublicKey(self.verifying_key().to_bytes())
    }

    fn sign(&self, statement: &str) -> [u8; 64] {
        statement::sign(self, statement)
    }
}

/// What the responder says once it knows who began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The session begins.
    Welcome,
    /// It wants no channel with this node.
    Unwanted,
    /// It has no room now; later it may.
    Busy,
}

impl Verdict {
    fn byte(self) -> u8 {
        match self {
            Verdict::Welcome => 0,
            Verdict::Unwanted => 1,
            Verdict::Busy => 2,
        }
    }

    /// A verdict that this version does not know is a refusal.
    fn of(byte: u8) -> Verdict {
        match byte {
            0 => Verdict::Welcome,
            2 => Verdict::Busy,
            _ => Verdict::Unwanted,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Welcome => "goes on",
            Verdict::Unwanted => "wants no channel with this one",
            Verdict::Busy => "has no room for another channel now",
        })
    }
}

/// What both sides sign: everything said so far, the version, and both keys.
struct Transcript {
    version: u8,
    hash: String,
    initiator: PublicKey,
    responder: PublicKey,
}

impl Transcript {
    fn said_by(&self, role: &str) -> String {
        let (initiator, responder) = (self.initiator.to_string(), self.responder.to_string());
        statement::seal(role, self.version, &self.hash, &initiator, &responder)
    }

    fn signed_by(&self, role: &str, key: PublicKey, sig: &[u8; SIG_BYTES]) -> bool {
        statement::verify(&key.0, &self.said_by(role), sig)
    }
}

const INITIATOR: &str = "initiator";
const RESPONDER: &str = "responder";

/// Who begins, after its hello.
pub struct Initiator(HandshakeState);

impl Initiator {
    /// The hello. `ephemeral` is 32 bytes of chance, used for this handshake and no other.
    pub fn begin(ephemeral: Ephemeral) -> Result<(Initiator, Vec<u8>), SealError> {
        let mut hello = head(VERSIONS);
        let mut noise = noise::begin(true, ephemeral, &hello).map_err(|_| SealError::Malformed)?;
        let at = hello.len();
        // The library asks for room for a tag, which the first message has none of.
        hello.resize(at + KEY_BYTES + TAG_BYTES, 0);
        let written = noise.write_message(&[], &mut hello[at..]);
        hello.truncate(at + written.map_err(|_| SealError::Malformed)?);
        Ok((Initiator(noise), hello))
    }

    /// Takes the answer of whoever listens, who has to show `meant` if one is, and proves this node's key.
    pub fn prove(
        mut self,
        prover: &dyn Prover,
        meant: Option<PublicKey>,
        answer: &[u8],
    ) -> Result<(Proving, Vec<u8>), SealError> {
        let (version, message) = answer.split_first().ok_or(SealError::Malformed)?;
        if answer.len() != ANSWER_BYTES {
            return Err(SealError::Malformed);
        }
        if !VERSIONS.contains(version) {
            return Err(SealError::Version);
        }
        let mut responder = PublicKey([0; KEY_BYTES]);
        let read = self.0.read_message(message, &mut responder.0);
        read.map_err(|_| SealError::Altered)?;
        let own = prover.key();
        if responder == own {
            return Err(SealError::Mirror);
        }
        if let Some(meant) = meant.filter(|meant| *meant != responder) {
            let met = responder;
            return Err(SealError::Stranger { met, meant });
        }
        let transcript = Transcript {
            version: *version,
            hash: hex::encode(self.0.get_handshake_hash()),
            initiator: own,
            responder,
        };
        let mut session = Session::of(self.0)?;
        let sig = prover.sign(&transcript.said_by(INITIATOR));
        let proof = session.seal(Kind::Proof, &[&own.0[..], &sig].concat())?;
        let proving = Proving {
            session,
            transcript,
        };
        Ok((proving, proof))
    }
}

/// Who began, after its proof.
pub struct Proving {
    session: Session,
    transcript: Transcript,
}

impl Proving {
    /// Takes the verdict: a session with whoever holds the key, if it is wanted.
    pub fn finish(mut self, verdict: &[u8]) -> Result<(Session, PublicKey), SealError> {
        let said = self.session.open_as(Kind::Proof, verdict)?;
        let (verdict, sig) = said.split_first().ok_or(SealError::Malformed)?;
        let sig = sig.try_into().map_err(|_| SealError::Malformed)?;
        let peer = self.transcript.responder;
        if !self.transcript.signed_by(RESPONDER, peer, sig) {
            return Err(SealError::Unproven);
        }
        match Verdict::of(*verdict) {
            Verdict::Welcome => Ok((self.session, peer)),
            refused => Err(SealError::Refused(refused)),
        }
    }
}

/// Who listens, after its answer.
pub struct Responder {
    session: Session,
    version: u8,
    hash: String,
}

impl Responder {
    /// Answers a hello. `ephemeral` is 32 bytes of chance, used for this handshake and no other.
    pub fn answer(
        prover: &dyn Prover,
        ephemeral: Ephemeral,
        hello: &[u8],
    ) -> Result<(Responder, Vec<u8>), SealError> {
        let (offered, message) = offered(hello).ok_or(SealError::Malformed)?;
        let version = VERSIONS.iter().find(|version| offered.contains(version));
        let version = *version.ok_or(SealError::Version)?;
        let head = &hello[..hello.len() - message.len()];
        let mut noise = noise::begin(false, ephemeral, head).map_err(|_| SealError::Malformed)?;
        noise
            .read_message(message, &mut [])
            .map_err(|_| SealError::Malformed)?;
        let mut answer = vec![0; ANSWER_BYTES];
        answer[0] = version;
        let written = noise.write_message(&prover.key().0, &mut answer[1..]);
        written.map_err(|_| SealError::Malformed)?;
        let responder = Responder {
            hash: hex::encode(noise.get_handshake_hash()),
            session: Session::of(noise)?,
            version,
        };
        Ok((responder, answer))
    }

    /// Takes the proof, and judges whoever holds the key.
    pub fn judge(
        mut self,
        prover: &dyn Prover,
        proof: &[u8],
        judge: impl FnOnce(PublicKey) -> Verdict,
    ) -> Result<Judged, SealError> {
        let said = self.session.open_as(Kind::Proof, proof)?;
        let (key, sig) = said
            .split_first_chunk::<KEY_BYTES>()
            .ok_or(SealError::Malformed)?;
        let sig = sig.try_into().map_err(|_| SealError::Malformed)?;
        let (peer, own) = (PublicKey(*key), prover.key());
        if peer == own {
            return Err(SealError::Mirror);
        }
        let transcript = Transcript {
            version: self.version,
            hash: self.hash,
            initiator: peer,
            responder: own,
        };
        if !transcript.signed_by(INITIATOR, peer, sig) {
            return Err(SealError::Unproven);
        }
        let verdict = judge(peer);
        let sig = prover.sign(&transcript.said_by(RESPONDER));
        let told = [&[verdict.byte()][..], &sig].concat();
        let answer = self.session.seal(Kind::Proof, &told)?;
        let session = match verdict {
            Verdict::Welcome => Ok(self.session),
            refused => Err(refused),
        };
        Ok(Judged {
            peer,
            answer,
            session,
        })
    }
}

/// Who began, and what comes of it.
#[derive(Debug)]
pub struct Judged {
    /// The key that was proved.
    pub peer: PublicKey,
    /// What is to be answered in either case.
    pub answer: Vec<u8>,
    /// The session, if it is wanted.
    pub session: Result<Session, Verdict>,
}

/// What comes before the key in a hello; also the handshake's prologue.
fn head(versions: &[u8]) -> Vec<u8> {
    let count = versions.len().min(VERSIONS_MAX);
    let mut head = MAGIC.to_vec();
    head.push(u8::try_from(count).unwrap_or_default());
    head.extend_from_slice(&versions[..count]);
    head
}

/// Whether a frame begins a handshake.
pub(crate) fn is_hello(frame: &[u8]) -> bool {
    offered(frame).is_some()
}

/// The versions that a hello offers, and Noise's message in it.
fn offered(hello: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, rest) = hello.strip_prefix(MAGIC)?.split_first()?;
    let count = usize::from(*count);
    if count == 0 || count > VERSIONS_MAX || rest.len() != count + KEY_BYTES {
        return None;
    }
    Some(rest.split_at(count))
}
