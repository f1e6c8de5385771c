//! One survey program: surveys, reports, adds to what the others say, answers questions.
//!
//! Everything it posts has a key made of what it is about, so that after a restart nothing is
//! said twice; its inbox tells it what it has not dealt with yet.

use std::path::{Path, PathBuf};

use mesh_model::api::{
    ClientInfo, Inbox, InboxAckInput, Message, PresenceSetInput, PresenceState, RoomRefInput,
    RoomTypingInput,
};
use mesh_model::events::Kind;
use mesh_model::home::Identity;
use mesh_model::ops::{InboxAck, PresenceSet, RoomGet, RoomTyping};
use mesh_model::{ErrorCode, RoomId, Seq};
use mesh_sdk::{Client, Error, Filter, Options, Signer};
use mesh_survey::{Findings, Role, Summary, survey};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::Trouble;

/// Messages dealt with at a time.
const INBOX_LIMIT: u32 = 50;

/// One program at work.
pub struct Program {
    role: Role,
    room: RoomId,
    dir: PathBuf,
    client: Client,
}

impl Program {
    /// Comes in, surveys and answers until the connection is closed for good.
    pub async fn run(
        role: Role,
        identity: Identity,
        key: &Path,
        dir: PathBuf,
        room: String,
    ) -> Result<(), Trouble> {
        let mut options = Options::new(identity.url, identity.token);
        options.node = identity.node_key;
        options.client = ClientInfo {
            name: Some(format!("mesh-{}", role.handle())),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            channel: Some("demo".to_owned()),
            cwd: Some(dir.display().to_string()),
            ..ClientInfo::default()
        };
        let mut client = Client::connect(options).await?;
        if let Some(signer) = Signer::load(key)? {
            // A key that the node does not take, from an earlier mesh here: then the node attests.
            let _ = client.sign_with(signer).await;
        }
        let room = client.call::<RoomGet>(RoomRefInput { room }).await?.id;
        let program = Program {
            role,
            room,
            dir,
            client,
        };
        program.work().await
    }

    async fn work(&self) -> Result<(), Trouble> {
        // Before anything is read, so that nothing falls between reading and hearing.
        let mut items = self
            .client
            .subscribe(Filter {
                types: vec!["message.posted".to_owned()],
                ..Filter::default()
            })
            .await?;
        self.presence(
            PresenceState::Busy,
            format!("surveying {}", self.dir.display()),
        )
        .await?;
        let findings = match self.survey().await {
            Ok(findings) => findings,
            Err(why) => {
                self.say(
                    &format!("I could not survey {}: {why}", self.dir.display()),
                    None,
                    None,
                    &format!("failed:{why}"),
                )
                .await?;
                return Err(format!("@{}: {why}; the others go on", self.role.handle()).into());
            }
        };
        self.report(&findings).await?;
        self.presence(PresenceState::Idle, format!("knows {}", self.role.knows()))
            .await?;
        loop {
            self.deal_with_inbox(&findings, items.position()).await?;
            if items.next().await.is_none() {
                return Ok(());
            }
        }
    }

    /// Surveys on a thread of its own and says now and then how far it is.
    async fn survey(&self) -> Result<Findings, String> {
        let (tell, mut told) = mpsc::channel(1);
        let (role, dir) = (self.role, self.dir.clone());
        let mut work = tokio::task::spawn_blocking(move || {
            // Progress that nobody took in time is not worth waiting for.
            survey(role, &dir, &mut |seen| {
                drop(tell.try_send(seen.to_string()))
            })
        });
        loop {
            tokio::select! {
                Some(seen) = told.recv() => {
                    // The survey goes on whether or not this reaches anybody.
                    let _ = self.presence(PresenceState::Busy, seen).await;
                }
                done = &mut work => {
                    return done.map_err(|why| why.to_string())?.map_err(|why| why.to_string());
                }
            }
        }
    }

    async fn report(&self, findings: &Findings) -> Result<(), Trouble> {
        let text = findings.report().join("\n");
        let payload = json!({ "survey": findings.summary() });
        self.say(
            &text,
            None,
            Some(payload),
            &format!("report:{}:{text}", self.role.handle()),
        )
        .await
    }

    /// Deals with everything that waits, `upto` being the newest place that was heard of.
    async fn deal_with_inbox(&self, findings: &Findings, upto: Seq) -> Result<(), Trouble> {
        loop {
            // Without the place, a view that lags on a busy machine could hide what was heard.
            let wanted = json!({"limit": INBOX_LIMIT, "min_seq": upto});
            let inbox: Inbox = match self.client.call_raw("inbox.list", wanted).await {
                Ok(inbox) => serde_json::from_value(inbox).map_err(Error::from)?,
                Err(Error::Refused(refusal)) if refusal.code == ErrorCode::NotYet => continue,
                Err(other) => return Err(other.into()),
            };
            if inbox.items.is_empty() {
                return Ok(());
            }
            for message in &inbox.items {
                self.deal_with(findings, message).await?;
                // Only once it was dealt with: a crash before here repeats it, and the key makes
                // that once.
                let ack = InboxAckInput {
                    upto: None,
                    seqs: vec![message.seq],
                };
                self.client.call::<InboxAck>(ack).await?;
            }
        }
    }

    async fn deal_with(&self, findings: &Findings, message: &Message) -> Result<(), Trouble> {
        if let Some(reaction) = summary(message).and_then(|summary| findings.react(&summary)) {
            return self
                .say(
                    &reaction,
                    Some(message),
                    None,
                    &format!("react:{}", message.id),
                )
                .await;
        }
        // Programs do not answer each other, or two of them might never stop.
        let asked =
            matches!(message.from.kind, Kind::Human | Kind::Agent) && self.is_meant(message);
        if !asked || message.deleted {
            return Ok(());
        }
        let typing = |typing| RoomTypingInput {
            room: message.room.to_string(),
            typing,
        };
        self.client.call::<RoomTyping>(typing(true)).await?;
        let answer = findings.answer(&message.text).text;
        self.say(
            &answer,
            Some(message),
            None,
            &format!("answer:{}", message.id),
        )
        .await?;
        self.client.call::<RoomTyping>(typing(false)).await?;
        Ok(())
    }

    /// By name, or because it stands in a conversation of two: the only other rooms it is in.
    fn is_meant(&self, message: &Message) -> bool {
        let me = self.client.welcomed().participant.id;
        message.mentions.contains(&me) || message.room != self.room
    }

    async fn say(
        &self,
        text: &str,
        answers: Option<&Message>,
        payload: Option<Value>,
        key: &str,
    ) -> Result<(), Trouble> {
        let room = answers.map_or(self.room, |message| message.room);
        let mut input = json!({"room": room, "text": text, "idempotency_key": short(key)});
        if let Some(message) = answers {
            input["reply_to"] = json!(message.id);
        }
        if let Some(payload) = payload {
            input["payload"] = payload;
        }
        self.client.call_raw("message.post", input).await?;
        Ok(())
    }

    async fn presence(&self, state: PresenceState, summary: String) -> Result<(), Trouble> {
        self.client
            .call::<PresenceSet>(PresenceSetInput {
                state,
                summary: Some(summary),
            })
            .await?;
        Ok(())
    }
}

/// What another program has found, if the message carries that.
fn summary(message: &Message) -> Option<Summary> {
    let payload = message
        .payload
        .as_ref()
        .filter(|_| message.from.kind == Kind::Bot)?;
    serde_json::from_value(payload.get("survey")?.clone()).ok()
}

/// A key of bounded length that is the same for the same text on every run (FNV-1a).
fn short(key: &str) -> String {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let head: String = key
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == ':')
        .take(40)
        .collect();
    format!("{head}:{hash:016x}")
}
