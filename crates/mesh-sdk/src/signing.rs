//! Turns what somebody wants to say into a signed `message.post`: the same for the connection that
//! stays and for the one question.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use mesh_model::api::{
    FileRef, IdentityAddInput, List, MessageBody, MessagePostInput, MessageSendInput, Room,
    SigningKey,
};
use mesh_model::events::RoomKind;
use mesh_model::ops::{MessagePost, MessageSend, Operation};
use mesh_model::{Effect, ErrorCode, MeshId, ParticipantId, PublicKey, Refusal, RoomId};
use serde_json::Value;

use crate::signer::{Signer, fresh_key};
use crate::{Error, Seat};

/// A key and what its statements need: the mesh, and the ids of the rooms that names stand for.
#[derive(Debug, Clone)]
pub(crate) struct Signing {
    pub signer: Signer,
    pub mesh: MeshId,
    rooms: Arc<Mutex<BTreeMap<String, RoomId>>>,
}

/// A message on its way to being signed.
#[derive(Debug)]
pub(crate) struct Unsigned {
    post: MessagePostInput,
    key: String,
}

impl Signing {
    pub fn new(signer: Signer, mesh: MeshId) -> Signing {
        Signing {
            signer,
            mesh,
            rooms: Arc::default(),
        }
    }

    /// The room's id, if this client has looked it up before.
    pub fn known(&self, room: &str) -> Option<RoomId> {
        if let Ok(id) = room.parse() {
            return Some(id);
        }
        self.rooms().get(room).copied()
    }

    pub fn learn(&self, room: &str, id: RoomId) {
        self.rooms().insert(room.to_owned(), id);
    }

    /// Forgets what a name stood for. True if it was known: then the name may have moved on, and
    /// asking again may help.
    pub fn forget(&self, room: &str) -> bool {
        self.rooms().remove(room).is_some()
    }

    fn rooms(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, RoomId>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Signs, for the room that the name stands for.
    pub fn sign(&self, unsigned: &Unsigned, room: RoomId) -> Result<Value, Error> {
        let body = MessageBody {
            text: unsigned.post.text.clone(),
            payload: unsigned.post.payload.clone(),
            files: unsigned.files()?,
        };
        let signed = self.signer.message(self.mesh, room, &unsigned.key, &body)?;
        let post = MessagePostInput {
            text: String::new(),
            payload: None,
            files: Vec::new(),
            signed: Some(signed),
            ..unsigned.post.clone()
        };
        let mut input = serde_json::to_value(post)?;
        input["idempotency_key"] = Value::String(unsigned.key.clone());
        Ok(input)
    }
}

impl Unsigned {
    /// What can be signed: a post or a sending that is not signed yet. Anything else stays as it is.
    pub fn of(name: &str, input: &Value) -> Option<Unsigned> {
        let mut fields = input.as_object()?.clone();
        let key = match fields.remove("idempotency_key") {
            Some(Value::String(key)) => key,
            Some(_) => return None,
            None => fresh_key(),
        };
        // Without the field of the envelope, what is left is the operation's own input.
        fields.remove("min_seq");
        let input = Value::Object(fields);
        let post = if name == MessagePost::DECLARATION.name {
            serde_json::from_value::<MessagePostInput>(input).ok()?
        } else if name == MessageSend::DECLARATION.name {
            let send: MessageSendInput = serde_json::from_value(input).ok()?;
            MessagePostInput {
                room: send.to.trim().to_owned(),
                text: send.text,
                reply_to: send.reply_to,
                priority: send.priority,
                payload: send.payload,
                payload_type: None,
                command: false,
                quotes: Vec::new(),
                files: send.files,
                signed: None,
                relayed: None,
            }
        } else {
            return None;
        };
        post.signed.is_none().then_some(Unsigned { post, key })
    }

    /// What goes along, as its author signs it. A name may mean another file by the time that it is read: what is signed
    /// has an id and a version.
    fn files(&self) -> Result<Vec<FileRef>, Error> {
        let named = self.post.files.iter().map(|named| {
            Some(FileRef {
                file: named.file.parse().ok()?,
                version: named.version?,
            })
        });
        let signed: Option<Vec<FileRef>> = named.collect();
        signed.ok_or_else(|| {
            Error::Refused(Refusal::new(
                ErrorCode::InvalidInput,
                "a signed message names its files by id and version",
                Effect::NothingSent,
                "name them as file.put or file.list tells them, or send it unsigned",
            ))
        })
    }

    /// Where it goes, as its author named it.
    pub fn place(&self) -> &str {
        &self.post.room
    }

    /// The request as it came, with its key: for what cannot be signed.
    pub fn keyed(&self, mut input: Value) -> Value {
        if let Value::Object(fields) = &mut input {
            fields.insert("idempotency_key".to_owned(), self.key.clone().into());
        }
        input
    }

    /// A fresh request with the same words: the first one was refused.
    pub fn again(self) -> Unsigned {
        Unsigned {
            key: fresh_key(),
            ..self
        }
    }

    /// The request's address is `to` for people, groups and everyone; a room of the same meaning
    /// has an id.
    pub fn is_conversation(&self) -> bool {
        let to = self.place();
        to.starts_with('@') || to.starts_with("group:") || to == "everyone"
    }

    /// The post with the room's id in place of `@rex` and the like.
    pub fn in_room(mut self, room: RoomId) -> Unsigned {
        if self.is_conversation() {
            self.post.room = room.to_string();
        }
        self
    }
}

/// The conversation that an address stands for, among the rooms one sees.
pub(crate) fn conversation(to: &str, rooms: &List<Room>) -> Option<RoomId> {
    let fits = |room: &&Room| match (to.strip_prefix('@'), to.strip_prefix("group:")) {
        (Some(handle), _) => room.with.as_ref().is_some_and(|who| who.handle == handle),
        (None, Some(name)) => room.kind == RoomKind::Group && room.name.as_deref() == Some(name),
        (None, None) => room.kind == RoomKind::Broadcast,
    };
    rooms.items.iter().find(fits).map(|room| room.id)
}

/// Whether a refusal may come from a name that stands for another room by now.
pub(crate) fn may_be_stale(error: &Error) -> bool {
    matches!(error, Error::Refused(refusal) if refusal.code == ErrorCode::BadSignature)
}

/// What a participant's list of keys says of one.
pub(crate) fn standing(key: PublicKey, keys: &[SigningKey]) -> Result<Seat, Error> {
    match keys.iter().find(|known| known.key == key) {
        None => Ok(Seat::New),
        Some(known) if known.revoked.is_none() => Ok(Seat::Known),
        Some(_) => Err(Error::Refused(Refusal::new(
            ErrorCode::BadSignature,
            format!("the key {key} was revoked"),
            Effect::NothingSent,
            "make a new one and add it: `mesh identity rotate`, or identity.add",
        ))),
    }
}

/// The request that adds a key.
pub(crate) fn addition(
    signer: &Signer,
    mesh: MeshId,
    me: ParticipantId,
    replaces: Option<PublicKey>,
) -> IdentityAddInput {
    IdentityAddInput {
        key: signer.public(),
        proof: signer.proof(mesh, me),
        replaces,
    }
}
