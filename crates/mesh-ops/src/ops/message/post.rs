//! `message.post`

use crate::evidence;
use crate::evidence::signature::SignedContent;
use crate::evidence::{Spoken, signature};
use crate::ops::file;
use crate::prelude::*;
use mesh_model::command::{MessageCommand, PostMessage};

use mesh_model::events::{MessageFacts, Priority, QuarantineFacts, Relayed};
use mesh_model::limits::MENTIONS_MAX;
use serde_json::{Map, Value};

impl Run for MessagePost {
    async fn run(door: &Door, call: &Call, input: MessagePostInput) -> Result<Posted, Refusal> {
        let room = call.room(&input.room)?.id;
        let mut said = Draft {
            text: input.text,
            reply_to: input.reply_to,
            priority: input.priority,
            payload: input.payload,
            payload_type: input.payload_type,
            command: input.command,
            quotes: input.quotes,
            files: input.files,
            relayed: input.relayed,
            ..Draft::default()
        };
        if let Some(signed) = input.signed {
            said.sign(signed)?;
        }
        said.check(call)?;
        post(door, call, room, said).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<Posted> {
        told_posted(outcome, facts)
    }
}

/// What is to be posted.
#[derive(Default)]
pub(crate) struct Draft {
    pub text: String,
    pub reply_to: Option<MessageId>,
    pub priority: Priority,
    pub payload: Option<Map<String, Value>>,
    pub payload_type: Option<String>,
    pub command: bool,
    pub quotes: Vec<MessageId>,
    pub files: Vec<NamedFile>,
    pub signed: Option<(SignedInput, SignedContent)>,
    pub relayed: Option<Relayed>,
    /// Whom it names, if that does not follow from its text: what somebody outside wrote calls nobody, and names of another mesh
    /// are not those of this one.
    pub names: Option<Vec<ParticipantId>>,
    /// Whether it is what its author ended a turn with: it calls nobody but whom it answers.
    pub closing: bool,
}

impl Draft {
    /// Takes what is said from the bytes that its author signed.
    fn sign(&mut self, signed: SignedInput) -> Result<(), Refusal> {
        if !self.text.is_empty() || self.payload.is_some() || !self.files.is_empty() {
            return Err(refuse::invalid(
                "the field 'signed' stands there beside 'text', 'payload' or 'files'",
                "send the signed content alone: it holds them",
            ));
        }
        let opened = signature::open(&signed)?;
        self.text.clone_from(&opened.body.text);
        self.payload.clone_from(&opened.body.payload);
        let named = opened.body.files.iter().map(|named| NamedFile {
            file: named.file.to_string(),
            version: Some(named.version),
        });
        self.files = named.collect();
        self.signed = Some((signed, opened));
        Ok(())
    }

    /// What can be said against it before anything is done.
    pub fn check(&self, call: &Call) -> Result<(), Refusal> {
        let json = self.payload.as_ref().map(serde_json::to_string);
        check::message(
            &self.text,
            json.map(|json| json.map_or(0, |json| json.len())),
            !self.quotes.is_empty() || !self.files.is_empty(),
        )?;
        if let Some((signed, _)) = &self.signed {
            // The bytes as they were signed are what is stored.
            check::message(&signed.content, None, true)?;
        }
        if let Some(relayed) = &self.relayed {
            check::relayed(relayed)?;
        }
        let count = self.mentions(call).len();
        if count > MENTIONS_MAX {
            return Err(refuse::invalid(
                format!("the message mentions {count} participants, the limit is {MENTIONS_MAX}"),
                "mention fewer, or a group",
            ));
        }
        Ok(())
    }

    fn mentions(&self, call: &Call) -> Vec<ParticipantId> {
        if self.closing {
            return Vec::new();
        }
        match &self.names {
            Some(named) => named.clone(),
            None => call.mentions(&self.text),
        }
    }
}

/// Posts what was checked to a room that the caller may know of.
pub(crate) async fn post(
    door: &Door,
    call: &Call,
    room: RoomId,
    said: Draft,
) -> Result<Posted, Refusal> {
    let mut mentions = said.mentions(call);
    let payload_type = match (said.payload_type, &said.payload) {
        (Some(kind), Some(payload)) => Some(evidence::payload(door, call, &kind, payload).await?),
        (Some(_), None) => {
            return Err(refuse::invalid(
                "the field 'payload_type' stands there without a 'payload'",
                "send both or neither",
            ));
        }
        (None, _) => None,
    };
    let reply_to = match said.reply_to {
        Some(message) => Some(evidence::header(door, call, message).await?),
        None => None,
    };
    let quotes = evidence::quoted(door, call, &said.quotes).await?;
    let files = file::attached(door, call, room, &said.files).await?;
    if let Some(answered) = reply_to.as_ref().filter(|_| said.closing) {
        mentions.push(answered.author);
    }
    let said_body = MessageBody {
        text: said.text,
        payload: said.payload,
        files: files.clone(),
    };
    let (signed, body) = match said.signed {
        Some((signed, opened)) => {
            let verified = signature::verify(call, room, &signed, &opened)?;
            (Some(verified), opened.exact)
        }
        None => (None, content(&said_body)?),
    };
    let relays = said.relayed.is_some();
    let spoken = Spoken::new(said_body.text, said_body.payload, relays);
    let outcome = evidence::submit(door, call, room, spoken, |evidence| {
        Command::Message(MessageCommand::Post(PostMessage {
            room,
            mentions: mentions.clone(),
            priority: said.priority,
            reply_to: reply_to.clone(),
            payload_type: payload_type.clone(),
            command: said.command,
            quotes: quotes.clone(),
            files: files.clone(),
            signed: signed.clone(),
            relayed: said.relayed.clone(),
            closing: said.closing,
            evidence,
            body: body.clone(),
        }))
    });
    let (outcome, may_wait) = outcome.await?;
    if call.schedule.is_some() {
        // The first event says that it ran.
        return Ok(posted(&outcome, room, false));
    }
    let mirrors = door.node().access().mirror(room).is_some();
    if outcome.replayed || may_wait || mirrors {
        // The same words may mean another room by now, and what was said may wait for a moderator or for its
        // room's home; the log knows.
        return told::<MessagePost>(door, call, &outcome).await;
    }
    Ok(posted(&outcome, room, false))
}

fn posted(outcome: &Outcome, room: RoomId, quarantined: bool) -> Posted {
    Posted {
        id: MessageId(outcome.first),
        seq: outcome.first,
        at: outcome.at,
        room,
        quarantined,
        for_home: false,
    }
}

/// What the message's own event tells.
pub(crate) fn told_posted(outcome: &Outcome, facts: Vec<Facts>) -> Option<Posted> {
    match facts.into_iter().next()? {
        Facts::Message(MessageFacts::Posted(message)) => Some(posted(outcome, message.room, false)),
        Facts::Quarantine(QuarantineFacts::Waits(waiting)) => {
            let posted = posted(outcome, waiting.message.room, true);
            Some(Posted {
                for_home: waiting.home,
                ..posted
            })
        }
        _ => None,
    }
}
