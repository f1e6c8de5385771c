//! A participant's own key: made here, kept in a file that nobody else reads, never sent anywhere.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::SigningKey;
use mesh_model::api::{
    InviteRedeemInput, MessageBody, ParentProof, Profile, SignedInput, SignedResult, TakenTask,
    TaskOutput,
};
use mesh_model::{MeshId, Millis, OutputHash, ParticipantId, PublicKey, RoomId, SignatureBytes};
use mesh_proof::provenance::Made;
use mesh_proof::{Digest, SALT_BYTES, statement};

use crate::Error;
use crate::keep::private;

/// Signs what its holder says.
#[derive(Clone)]
pub struct Signer(Arc<SigningKey>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret stays out of every log.
        write!(f, "signer {}", self.public())
    }
}

impl Signer {
    /// A new key.
    pub fn fresh() -> Result<Signer, Error> {
        Ok(Signer::from_seed(random()?))
    }

    /// The key of this seed.
    pub fn from_seed(seed: [u8; 32]) -> Signer {
        Signer(Arc::new(SigningKey::from_bytes(&seed)))
    }

    /// Reads a kept key; `None` if there is no such file. A file that others can read is refused:
    /// they may have copied it.
    pub fn load(path: &Path) -> Result<Option<Signer>, Error> {
        let trouble = |why: String| Error::Key {
            path: path.to_owned(),
            why,
        };
        let text = match private(path) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|why| trouble(why.to_string()))?,
        };
        // A seed has the form of a public key: 32 bytes in hex.
        let seed: PublicKey = text
            .trim()
            .parse()
            .map_err(|_| trouble("it does not hold 64 hex digits".to_owned()))?;
        Ok(Some(Signer::from_seed(seed.0)))
    }

    /// Keeps the key in a new file of mode 0600. A file that is there already stays as it is and is
    /// an error.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let write = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)?;
            writeln!(file, "{}", PublicKey(self.0.to_bytes()))?;
            file.sync_all()
        };
        write().map_err(|why: std::io::Error| Error::Key {
            path: path.to_owned(),
            why: why.to_string(),
        })
    }

    /// The kept key, or a new one that is kept from here on.
    pub fn load_or_make(path: &Path) -> Result<Signer, Error> {
        match Signer::load(path)? {
            Some(signer) => Ok(signer),
            None => {
                let signer = Signer::fresh()?;
                signer.save(path)?;
                Ok(signer)
            }
        }
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The proof for `identity.add` that its holder signs for the participant.
    pub fn proof(&self, mesh: MeshId, participant: ParticipantId) -> SignatureBytes {
        self.sign(&statement::key(
            &mesh.to_string(),
            &participant.to_string(),
            &self.public().to_string(),
        ))
    }

    /// The holder's agreement to a child of this handle.
    pub fn agree(&self, mesh: MeshId, parent: ParticipantId, handle: &str) -> ParentProof {
        let stated = statement::parent(&mesh.to_string(), &parent.to_string(), handle);
        ParentProof {
            key: self.public(),
            sig: self.sign(&stated),
        }
    }

    /// The request by which the key's holder comes in by an invite, once.
    pub fn redeem(
        &self,
        mesh: MeshId,
        code: &str,
        handle: &str,
    ) -> Result<InviteRedeemInput, Error> {
        // 32 bytes of chance in hexadecimal, as keys are written.
        let nonce = PublicKey(random()?).to_string();
        let key = self.public();
        let (mesh, hex) = (mesh.to_string(), key.to_string());
        let stated = statement::redeem(&mesh, code, handle, &hex, &nonce);
        Ok(InviteRedeemInput {
            code: code.to_owned(),
            handle: handle.to_owned(),
            key,
            proof: self.sign(&stated),
            nonce,
            profile: Profile::default(),
        })
    }

    /// Signs a message for one mesh, one room and one request.
    pub fn message(
        &self,
        mesh: MeshId,
        room: RoomId,
        idempotency_key: &str,
        body: &MessageBody,
    ) -> Result<SignedInput, Error> {
        let content = serde_json::to_string(body)?;
        let salt = self.salt(mesh, room, idempotency_key, &content);
        Ok(self.salted(mesh, room, idempotency_key, salt, content))
    }

    /// Signs the output of a task as it is sent, linked to the results it was built on.
    pub fn result_of(
        &self,
        mesh: MeshId,
        agent: ParticipantId,
        taken: &TakenTask,
        output: &TaskOutput,
    ) -> Result<SignedResult, Error> {
        let mut previous = taken.previous.clone();
        if previous.is_empty() {
            previous.push(OutputHash(Digest::ZERO.0));
        }
        let salt: [u8; SALT_BYTES] = random()?;
        let at = now();
        let made = Made {
            mesh: mesh.to_string(),
            previous: previous.iter().map(|link| Digest(link.0)).collect(),
            at_ms: at.0,
            agent: agent.to_string(),
            task: taken.task.id.to_string(),
            output: Digest::of_body(&salt, &serde_json::to_vec(output)?),
        };
        Ok(SignedResult {
            key: self.public(),
            sig: SignatureBytes(made.sign(&self.0).sig),
            at,
            salt: format!("{:032x}", u128::from_be_bytes(salt)),
            previous,
        })
    }

    /// The same words under the same idempotency key are the same request, byte for byte, also from
    /// a program that was started again: the node answers a repetition only then. So the salt is
    /// drawn from what is sent and the secret key, which nobody else can guess.
    fn salt(&self, mesh: MeshId, room: RoomId, key: &str, content: &str) -> [u8; SALT_BYTES] {
        let drawn = self.sign(&format!("mesh-salt/1\n{mesh}\n{room}\n{key}\n{content}"));
        let digest = statement::body_hash(&[0; SALT_BYTES], &drawn.0);
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(&digest[..SALT_BYTES]);
        salt
    }

    fn salted(
        &self,
        mesh: MeshId,
        room: RoomId,
        idempotency_key: &str,
        salt: [u8; SALT_BYTES],
        content: String,
    ) -> SignedInput {
        let hash = Digest(statement::body_hash(&salt, content.as_bytes()));
        let stated = statement::message(
            &mesh.to_string(),
            &room.to_string(),
            &self.public().to_string(),
            idempotency_key,
            &hash.to_string(),
        );
        SignedInput {
            key: self.public(),
            salt: format!("{:032x}", u128::from_be_bytes(salt)),
            sig: self.sign(&stated),
            content,
        }
    }

    fn sign(&self, stated: &str) -> SignatureBytes {
        SignatureBytes(statement::sign(&self.0, stated))
    }
}

/// The clock of this machine: a result is signed with the time at which it was made.
#[expect(
    clippy::disallowed_methods,
    reason = "who signs says when, by their own clock"
)]
pub fn now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|why| Error::Protocol(format!("the system gives no random bytes: {why}")))?;
    Ok(bytes)
}

/// A key for one request, so that a repetition happens once.
pub fn fresh_key() -> String {
    // Without randomness a repeated key would make two commands one: better to stop here.
    let bytes: [u8; 16] = random().expect("the system gives no random bytes");
    format!("{:032x}", u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use serde_json::json;
    use std::str::FromStr;

    use super::*;

    #[test]
    fn a_key_stays_in_its_file_and_a_file_open_to_others_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/rex.key");
        let made = Signer::load_or_make(&path).unwrap();
        assert_eq!(Signer::load_or_make(&path).unwrap().public(), made.public());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(made.save(&path).is_err(), "a key was written over");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Signer::load(&path).unwrap_err().to_string().contains("640"));
    }

    #[test]
    fn what_is_signed_is_exactly_what_is_sent() {
        let signer = Signer::from_seed([7; 32]);
        let mesh = MeshId::from_str("018f0000-0000-7000-8000-000000000001").unwrap();
        let room = RoomId::from_str("018f0000-0000-7000-8000-000000000002").unwrap();
        let body: MessageBody =
            serde_json::from_value(json!({"text": "grüß dich\n\"x\""})).unwrap();
        let sent = signer.message(mesh, room, "key-1", &body).unwrap();
        assert!(!sent.content.contains('\n'));
        // Sent again it is the same request; under another key the salt is another too.
        assert_eq!(signer.message(mesh, room, "key-1", &body).unwrap(), sent);
        let other = signer.message(mesh, room, "key-2", &body).unwrap();
        assert_ne!(other.salt, sent.salt);
        let salt = u128::from_str_radix(&sent.salt, 16).unwrap().to_be_bytes();
        let hash = Digest(statement::body_hash(&salt, sent.content.as_bytes()));
        let stated = |key: &str| {
            statement::message(
                &mesh.to_string(),
                &room.to_string(),
                &signer.public().to_string(),
                key,
                &hash.to_string(),
            )
        };
        assert!(statement::verify(
            &sent.key.0,
            &stated("key-1"),
            &sent.sig.0
        ));
        assert!(!statement::verify(
            &sent.key.0,
            &stated("key-2"),
            &sent.sig.0
        ));
    }

    /// Other languages check themselves against the same file.
    #[test]
    fn statements_are_those_of_the_vectors() {
        let vectors = include_str!("../../mesh-proof/tests/vectors/statements.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        let field = |name: &str| vectors[name].as_str().unwrap();
        let sig = |name: &str| {
            let all = vectors["statements"].as_array().unwrap();
            let found = all.iter().find(|one| one["name"] == name).unwrap();
            found["sig"].as_str().unwrap().to_owned()
        };
        let signer = Signer::from_seed(PublicKey::from_str(field("secret")).unwrap().0);
        assert_eq!(signer.public().to_string(), field("key"));
        let mesh = MeshId::from_str("018f0000-0000-7000-8000-000000000001").unwrap();
        let room = RoomId::from_str("018f0000-0000-7000-8000-000000000002").unwrap();
        let who = ParticipantId::from_str("018f0000-0000-7000-8000-000000000003").unwrap();
        assert_eq!(signer.proof(mesh, who).to_string(), sig("key"));
        assert_eq!(
            signer.agree(mesh, who, "cub").sig.to_string(),
            sig("parent")
        );
        let body: MessageBody = serde_json::from_str(field("content")).unwrap();
        let content = signer.message(mesh, room, "key-1", &body).unwrap().content;
        assert_eq!(content, field("content"));
        let sent = signer.salted(mesh, room, "key-1", [9; SALT_BYTES], content);
        assert_eq!(sent.salt, field("salt"));
        assert_eq!(sent.sig.to_string(), sig("message"));
    }
}
