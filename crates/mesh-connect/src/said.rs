//! What a connector tells whoever runs it, and why it ends.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use mesh_model::{MessageId, RoomId, Seq};
use mesh_sdk::Error;
use serde_json::{Value, json};

/// What a connector tells while it runs. Nobody's words are in it.
#[derive(Debug)]
pub enum Said<'a> {
    /// It is there.
    Began {
        /// As what at the service.
        there: &'a str,
        /// Behind this place of the log.
        after: Seq,
    },
    /// It answers nobody before this was sent to it.
    Code {
        /// What is to be sent.
        code: &'a str,
        /// As what at the service.
        there: &'a str,
    },
    /// Somebody sent it.
    Paired {
        /// The chat.
        chat: &'a str,
    },
    /// Something from there was taken into the mesh.
    Took {
        /// What it was: `line`, `reply`, `edit`, `relayed`, `approved`, `refused`.
        what: &'static str,
        /// The message that it became, if it became one.
        message: Option<MessageId>,
    },
    /// Something of the mesh was told there.
    Told {
        /// What: `message`, `approval`, `alert`, `edit`, `erased`.
        what: &'static str,
        /// The place in the log.
        seq: Seq,
    },
    /// It is not to disturb now, and is told when it may.
    Held {
        /// The place in the log.
        seq: Seq,
    },
    /// Words stay in the mesh.
    Stays {
        /// Whose rules say so.
        room: RoomId,
        /// The place in the log.
        seq: Seq,
    },
    /// Somebody who is not meant wrote to it.
    Ignored {
        /// How often that happened in all.
        total: u64,
    },
    /// The node did not want something from there.
    Refused {
        /// Why.
        why: String,
    },
    /// The service does not take something; it is passed over.
    Dropped {
        /// Why.
        why: String,
    },
    /// The service is away.
    Away {
        /// How that shows.
        why: String,
        /// How long it is left alone.
        wait: Duration,
    },
    /// It is there again.
    Back,
    /// Something to know.
    Note {
        /// What.
        what: &'a str,
    },
}

impl Said<'_> {
    /// The same as JSON.
    pub fn told(&self) -> Value {
        match self {
            Said::Began { there, after } => json!({"began": {"there": there, "after": after}}),
            Said::Code { code, there } => json!({"code": code, "there": there}),
            Said::Paired { chat } => json!({"paired": chat}),
            Said::Took { what, message } => json!({"took": what, "message": message}),
            Said::Told { what, seq } => json!({"told": what, "seq": seq}),
            Said::Held { seq } => json!({"held": seq}),
            Said::Stays { room, seq } => json!({"stays": room, "seq": seq}),
            Said::Ignored { total } => json!({"ignored": total}),
            Said::Refused { why } => json!({"refused": why}),
            Said::Dropped { why } => json!({"dropped": why}),
            Said::Away { why, wait } => {
                json!({"away": why, "wait_ms": wait.as_millis() as u64})
            }
            Said::Back => json!({"back": true}),
            Said::Note { what } => json!({"note": what}),
        }
    }
}

/// Why a connector ends before it is asked to.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The node or the connection to it.
    #[error(transparent)]
    Sdk(#[from] Error),
    /// Its place cannot be kept or read.
    #[error("what the connector keeps in {} cannot be used: {why}", path.display())]
    Keep {
        /// Where.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// Another one runs from the same place.
    #[error("another connector of the same kind runs here already")]
    Twice,
    /// The service does not know the token, or knows it no more.
    #[error(
        "{service} does not take the token: it was revoked, or it is not the token of this service"
    )]
    Token {
        /// Which service.
        service: &'static str,
    },
    /// The mail server does not take who signs in, or by what.
    #[error("the mail server does not take user and password")]
    Password,
    /// Updates of the bot go elsewhere.
    #[error("Telegram sends what is written to this bot to a webhook, so nothing can be fetched")]
    Webhook,
    /// The chat takes nothing from the bot.
    #[error("the chat takes nothing from the bot any more: {why}")]
    Shut {
        /// What the service said.
        why: String,
    },
    /// The service refuses all of it.
    #[error("{service} refuses what is sent: {why}")]
    Service {
        /// Which service.
        service: &'static str,
        /// What it said.
        why: String,
    },
    /// The token of the mesh is not what this mode needs.
    #[error("{what}")]
    Unfit {
        /// How that shows.
        what: String,
        /// What to do.
        todo: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Chance(getrandom::Error),
}
