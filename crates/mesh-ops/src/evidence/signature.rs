//! A message that its author signed: the exact bytes of the content, and the proof that they are its.

use mesh_model::api::{MessageBody, SignedInput};
use mesh_model::command::Content;
use mesh_model::events::Signed;
use mesh_model::limits::JSON_DEPTH_MAX;
use mesh_model::{Refusal, RoomId, refuse};
use mesh_proof::{Digest, statement};
use serde_json::value::RawValue;

use crate::door::{Call, request};

/// What a signed content says, and its exact bytes.
pub(crate) struct SignedContent {
    pub body: MessageBody,
    pub exact: Content,
    salt: [u8; 16],
}

/// Takes a signed content apart. It is stored as it is, so it has to be what the door would write:
/// one JSON object on one line with no other fields than these.
pub(crate) fn open(signed: &SignedInput) -> Result<SignedContent, Refusal> {
    let bad = |why: String| {
        refuse::invalid(
            why,
            "sign the JSON object of 'text', 'payload' and 'files', written on one line",
        )
        .within("the field 'signed.content'")
    };
    let content = &signed.content;
    let framed = content.starts_with('{') && content.ends_with('}');
    if !framed || content.contains(['\n', '\r']) {
        return Err(bad("it is no JSON object on one line".to_owned()));
    }
    let value = serde_json::from_str(content).map_err(|why| bad(why.to_string()))?;
    request::check_depth(&value, JSON_DEPTH_MAX)?;
    let fields = value
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys());
    if let Some(other) = fields
        .into_iter()
        .find(|name| !["text", "payload", "files"].contains(&name.as_str()))
    {
        return Err(bad(format!("there is no field '{other}' in a message")));
    }
    let body: MessageBody = serde_json::from_str(content).map_err(|why| bad(why.to_string()))?;
    let exact = RawValue::from_string(content.clone()).map_err(|why| bad(why.to_string()))?;
    Ok(SignedContent {
        body,
        exact: Some(exact),
        salt: salt(&signed.salt)?,
    })
}

pub(crate) fn salt(hex: &str) -> Result<[u8; 16], Refusal> {
    let mut salt = [0; 16];
    let digits = hex.len() == 32 && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
    for (at, byte) in salt.iter_mut().enumerate().filter(|_| digits) {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap_or_default();
    }
    if digits {
        Ok(salt)
    } else {
        Err(refuse::invalid(
            "the field 'signed.salt' is not 16 bytes in hex",
            "send 16 random bytes as 32 hex digits",
        ))
    }
}

/// Checks that the caller's key made the signature over this content, for this room and this request.
pub(crate) fn verify(
    call: &Call,
    room: RoomId,
    signed: &SignedInput,
    opened: &SignedContent,
) -> Result<(Signed, [u8; 16]), Refusal> {
    let Some(sent_key) = &call.sent_key else {
        return Err(refuse::invalid(
            "a signed message came without an idempotency key, which its signature covers",
            "send the key that was signed in 'idempotency_key' or the header Idempotency-Key",
        ));
    };
    let me = call.me()?;
    let held = call.access.key(me, &signed.key);
    if held.is_none_or(|key| key.revoked.is_some()) {
        return Err(refuse::bad_signature(
            "the key in 'signed.key' is not one of yours that holds",
        ));
    }
    let hash = Digest(statement::body_hash(
        &opened.salt,
        signed.content.as_bytes(),
    ));
    let stated = statement::message(
        &call.mesh()?.to_string(),
        &room.to_string(),
        &signed.key.to_string(),
        sent_key,
        &hash.to_string(),
    );
    if !statement::verify(&signed.key.0, &stated, &signed.sig.0) {
        return Err(refuse::bad_signature(
            "the signature in 'signed.sig' does not fit this mesh, room, key, idempotency key and content",
        ));
    }
    let signed = Signed {
        key: signed.key,
        sig: signed.sig,
        request: Some(sent_key.to_string()),
    };
    Ok((signed, opened.salt))
}
