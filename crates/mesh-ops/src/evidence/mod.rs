//! What the core needs to know and does not remember: older messages' headers, whether a payload fits
//! its schema, and what the guard says of a content.

pub(crate) mod check;
pub(crate) mod payload;
pub(crate) mod scan;
pub(crate) mod signature;

use mesh_core::Access;
use mesh_model::command::{ContentEvidence, Quoted};
use mesh_model::events::{By, MessageHeader, Trust};
use mesh_model::limits::QUOTES_MAX;
use mesh_model::policy::{Policy, Ruling, RulingBy};
use mesh_model::{
    Command, Effect, ErrorCode, Facts, MessageId, ParticipantId, Refusal, RoomId, refuse,
};
use mesh_node::Outcome;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::door::{Call, Door};
use crate::ops::present;

/// The header of a message that the caller may read.
pub(crate) async fn header(
    door: &Door,
    call: &Call,
    message: MessageId,
) -> Result<MessageHeader, Refusal> {
    let header = row_header(door, call, message)
        .await?
        .ok_or_else(refuse::no_message)?;
    readable(call, message, header)
}

fn readable(
    call: &Call,
    message: MessageId,
    header: MessageHeader,
) -> Result<MessageHeader, Refusal> {
    let (_, first) = call
        .readable(header.room)
        .map_err(|_| refuse::no_message())?;
    if message.0 < first {
        Err(refuse::no_message())
    } else {
        Ok(header)
    }
}

/// The header of a message that the caller may read, wrote, or rules over.
pub(crate) async fn known_header(
    door: &Door,
    call: &Call,
    message: MessageId,
) -> Result<MessageHeader, Refusal> {
    let header = row_header(door, call, message)
        .await?
        .ok_or_else(refuse::no_message)?;
    let me = call.me()?;
    if header.author == me || call.access.is_owner(me) {
        return Ok(header);
    }
    readable(call, message, header)
}

/// The header of a message, whoever asks.
pub(crate) async fn row_header(
    door: &Door,
    call: &Call,
    message: MessageId,
) -> Result<Option<MessageHeader>, Refusal> {
    let me = call.me()?;
    door.view(call, move |view| view.header(message, Some(me)))
        .await
}

/// The messages that are quoted, each of them readable.
pub(crate) async fn quoted(
    door: &Door,
    call: &Call,
    quotes: &[MessageId],
) -> Result<Vec<Quoted>, Refusal> {
    if quotes.len() > QUOTES_MAX {
        return Err(refuse::invalid(
            format!(
                "the field 'quotes' has {} entries, the limit is {QUOTES_MAX}",
                quotes.len()
            ),
            "quote fewer",
        ));
    }
    let mut found = Vec::with_capacity(quotes.len());
    for id in quotes {
        let id = *id;
        let header = header(door, call, id).await?;
        let labels = door.view(call, move |view| view.labels(id)).await?;
        found.push(Quoted { header, labels });
    }
    Ok(found)
}

/// An event as the log has it.
pub(crate) struct Stored {
    pub facts: Facts,
    /// Who did it.
    pub by: Option<ParticipantId>,
    /// Its content's exact JSON, if it has some and it was not erased.
    pub content: Option<Box<RawValue>>,
}

/// The event that a message, or another version of it, began with.
pub(crate) async fn stored(door: &Door, message: MessageId) -> Result<Option<Stored>, Refusal> {
    let reader = door.node().log_reader();
    let read = door.blocking(move || {
        reader.get(message.0.0, |record| {
            let by: Option<By> = serde_json::from_str(record.by.get()).ok();
            let content = match record.content {
                mesh_log::Content::Json(json) => RawValue::from_string(json.to_owned()).ok(),
                mesh_log::Content::None | mesh_log::Content::Erased => None,
            };
            Some(Stored {
                facts: Facts::decode(record.kind, record.v, record.facts.get()).ok()?,
                by: by.and_then(|by| by.actor.participant()),
                content,
            })
        })
    });
    match read.await? {
        Ok(found) => Ok(found.flatten()),
        Err(why) => {
            tracing::error!(%why, %message, "a message could not be read in the log");
            Err(refuse::internal("the log could not be read"))
        }
    }
}

/// What somebody wants to say in a room, for the rules about content.
pub(crate) struct Spoken {
    text: String,
    payload: Option<Map<String, Value>>,
    /// Whether its sender only relays it.
    relayed: bool,
    /// The trust that the message has already, if it is an older one.
    trust: Option<Trust>,
    /// Whether the room's schema for payloads is not meant for it.
    unformed: bool,
    /// Whether it changes a message that asks others to run something.
    command: bool,
    bytes: u32,
}

impl Spoken {
    pub fn new(text: String, payload: Option<Map<String, Value>>, relayed: bool) -> Spoken {
        let json = payload
            .as_ref()
            .and_then(|payload| serde_json::to_string(payload).ok());
        let bytes = text.len() + json.map_or(0, |json| json.len());
        Spoken {
            text,
            payload,
            relayed,
            trust: None,
            unformed: false,
            command: false,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        }
    }

    /// The same for an older message, whose trust is fixed.
    pub fn trusted(mut self, trust: Trust) -> Spoken {
        self.trust = Some(trust);
        self
    }

    /// The same for a message that asks others to run something, or does not.
    pub fn asking(mut self, command: bool) -> Spoken {
        self.command = command;
        self
    }

    /// The same for what is no message: its data has a form of its own.
    pub fn unformed(mut self) -> Spoken {
        self.unformed = true;
        self
    }

    /// What can be said for it under the rules as they are in `access`.
    pub async fn evidence(
        &self,
        door: &Door,
        call: &Call,
        access: &Access,
        room: RoomId,
    ) -> Result<ContentEvidence, Refusal> {
        let trust = access.trust_of(call.me()?, self.relayed);
        let scanned = access.wants_scan(room, trust)
            || self
                .trust
                .is_some_and(|trust| access.wants_scan(room, trust));
        let guard = if scanned {
            // What it was when it was said: an older message has its trust already.
            let origin = scan::Origin::said(access, call.me()?, self.trust.unwrap_or(trust));
            Some(scan::scan(door, &self.text, self.payload.as_ref(), origin).await?)
        } else {
            None
        };
        Ok(ContentEvidence {
            bytes: self.bytes,
            payload: self.payload.is_some(),
            command: self.command,
            schema: self.schema(door, access, room).await?,
            guard,
        })
    }

    /// Checks the payload by the room's own schema. Gives the policy's version.
    async fn schema(
        &self,
        door: &Door,
        access: &Access,
        room: RoomId,
    ) -> Result<Option<u32>, Refusal> {
        let (Some(record), Some(payload)) = (access.policy(room), &self.payload) else {
            return Ok(None);
        };
        if self.unformed {
            return Ok(None);
        }
        let Some(schema) = &record.policy.messages.schema else {
            return Ok(None);
        };
        let (key, version) = (room.to_string(), record.version);
        let validator = match door.policies().get(&key, version) {
            Some(validator) => validator,
            None => {
                let (kept, schema) = (door.clone(), schema.clone());
                door.blocking(move || kept.policies().make(&key, version, &schema))
                    .await??
            }
        };
        let checked = payload::checked(door, validator, "the schema of the room", payload).await;
        checked.map_err(|refusal| {
            let setter = record.set_by.and_then(|id| access.participant(id));
            refusal.ruled(Ruling {
                name: Some("messages.schema".to_owned()),
                version: Some(version),
                set_by: setter.map(|found| found.handle.clone()),
                set_seq: Some(record.seq),
                set_at: Some(record.set_at),
                ..Ruling::by(RulingBy::Messages)
            })
        })?;
        Ok(Some(version))
    }
}

/// Submits what is said with the evidence that the room asks for; tells too whether it may wait for a
/// moderator. If the room's rules moved while
/// it was on its way, the evidence is gathered once more.
pub(crate) async fn submit(
    door: &Door,
    call: &Call,
    room: RoomId,
    spoken: Spoken,
    command: impl Fn(ContentEvidence) -> Command,
) -> Result<(Outcome, bool), Refusal> {
    let evidence = spoken.evidence(door, call, &call.access, room).await?;
    let refusal = match call.submit(door, command(evidence.clone())).await {
        Err(refusal) if refusal.code == ErrorCode::Conflict => refusal,
        answer => return Ok((answer?, may_wait(door, call, room, &evidence))),
    };
    let access = door.node().access();
    let fresh = spoken.evidence(door, call, &access, room).await?;
    if fresh == evidence {
        return Err(refusal);
    }
    Ok((call.submit(door, command(fresh)).await?, true))
}

/// Whether what was said may wait for a moderator instead of having been posted. Only the log knows
/// if the room's rules changed meanwhile.
fn may_wait(door: &Door, call: &Call, room: RoomId, evidence: &ContentEvidence) -> bool {
    let version = |access: &Access| access.policy(room).map(|record| record.version);
    let now = door.node().access();
    version(&call.access) != version(&now)
        || (evidence.guard.as_ref()).is_some_and(|scanned| now.holds_back(room, scanned))
}

/// Checks a payload by the newest schema of its kind. Gives the kind and the version that it fits.
pub(crate) async fn payload(
    door: &Door,
    call: &Call,
    kind: &str,
    payload: &Map<String, Value>,
) -> Result<(String, u32), Refusal> {
    let unknown = || refuse::no_event_type().so(Effect::NothingStored);
    let what = format!("the schema of '{kind}'");
    let version = call.access.event_type(kind).ok_or_else(unknown)?.version;
    let validator = match door.compiled().get(kind, version) {
        Some(validator) => validator,
        None => {
            let name = kind.to_owned();
            let row = door
                .view(call, move |view| view.event_type(&name))
                .await?
                .ok_or_else(unknown)?;
            // The view may know a newer version than this call's picture; then that one counts.
            let (compiled, name, version) = (door.clone(), row.name.clone(), row.version);
            let schema = present::object(&row.schema);
            let made = door
                .blocking(move || compiled.compiled().make(&name, version, &schema))
                .await??;
            payload::checked(door, made, &what, payload).await?;
            return Ok((row.name, row.version));
        }
    };
    payload::checked(door, validator, &what, payload).await?;
    Ok((kind.to_owned(), version))
}

/// Whether the schema in a policy is one that can be run on what others send.
pub(crate) async fn check_policy_schema(door: &Door, policy: &Policy) -> Result<(), Refusal> {
    let Some(schema) = policy.messages.schema.clone() else {
        return Ok(());
    };
    door.blocking(move || payload::compile(&schema).map(drop))
        .await?
        .map_err(|refusal| {
            Refusal::new(
                ErrorCode::InvalidPolicy,
                refusal.what,
                Effect::NothingChanged,
                "correct that place and set the policy again; references have the form #/$defs/NAME",
            )
            .within("messages.schema")
        })
}

#[cfg(test)]
mod tests {
    use mesh_model::api::MessagePostInput;
    use mesh_model::events::MessageFacts;
    use mesh_model::ops::{MessagePost, Operation};
    use mesh_model::{Actor, Seq};
    use mesh_node::{Config, Node};
    use serde_json::json;

    use super::*;
    use crate::door::{Caller, Options, Run};

    #[tokio::test]
    async fn what_the_rules_ask_for_meanwhile_is_found_out_and_sent_again() {
        let home = tempfile::tempdir().unwrap();
        let node = Node::start(Config::new(home.path())).await.unwrap();
        let door = Door::new(node);
        let owner = Caller::known(Actor::Owner(door.node().access().owner().unwrap()));
        let ask = async |name: &str, input: Value| {
            let reply = door.call(&owner, name, input, Options::default()).await;
            serde_json::from_slice::<Value>(&reply.unwrap().body).unwrap()
        };
        ask("room.create", json!({"name": "workshop"})).await;
        // This call came before the rules; what it knows of them is what they were.
        let head = door.node().head();
        let call = door.begin(
            &owner,
            &MessagePost::DECLARATION,
            Options::default(),
            None,
            head,
        );
        let schema = json!({"required": ["ok"]});
        let policy = json!({"guard": {"scan": "all"}, "messages": {"schema": schema}});
        ask(
            "room.policy_set",
            json!({"room": "workshop", "policy": policy}),
        )
        .await;
        let post = |payload: Value| {
            let input = json!({"room": "workshop", "text": "hello", "payload": payload});
            serde_json::from_value::<MessagePostInput>(input).unwrap()
        };
        let posted = MessagePost::run(&door, &call, post(json!({"ok": 1})))
            .await
            .unwrap();
        let stored = stored(&door, posted.id).await.unwrap().unwrap();
        let Facts::Message(MessageFacts::Posted(facts)) = stored.facts else {
            panic!("no message");
        };
        assert_eq!(
            facts.guard.map(|mark| mark.version),
            Some(mesh_guard::VERSION)
        );
        let refusal = MessagePost::run(&door, &call, post(json!({})))
            .await
            .unwrap_err();
        assert_eq!(refusal.code, ErrorCode::SchemaMismatch);
        assert!(posted.seq > Seq::ZERO);
        let node = door.node().clone();
        node.shutdown().await;
    }
}
