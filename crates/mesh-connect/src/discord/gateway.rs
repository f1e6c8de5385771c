//! The gateway: what happens there comes by a WebSocket that the bot opens. A connection that is lost is resumed where it was;
//! if the service has forgotten the session by then, what was written meanwhile is asked for.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Interval, interval_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::api::Api;
use crate::fault::Fault;
use crate::outside::{Backoff, Method};
use crate::secret::Secret;
use crate::socket::{Socket, open};
use crate::stay::{Ended, Gone, Stays, stay};

/// Events that wait to be carried out; beyond them nothing is read.
const WAITING_MAX: usize = 256;
/// Where the service says nothing of how often it wants to hear that somebody is there.
const BEAT: Duration = Duration::from_secs(41);
/// It beats no faster, whatever the service says.
const BEAT_LEAST: Duration = Duration::from_millis(500);
/// The version of the gateway that is spoken, and in what.
const SPOKEN: &str = "?v=10&encoding=json";

/// What the gateway tells.
#[derive(Debug)]
pub(super) enum Told {
    /// It begins anew: what came before is to be asked for.
    Fresh,
    /// It goes on where it was.
    Resumed,
    Event(String, Value),
    Gone(Gone),
}

impl From<Gone> for Told {
    fn from(gone: Gone) -> Told {
        Told::Gone(gone)
    }
}

/// The gateway, on a task of its own whose heart beats meanwhile.
#[derive(Debug)]
pub(super) struct Gateway {
    told: mpsc::Receiver<Told>,
    task: JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Gateway {
    /// `plain` lets an address without encryption be used that is not on this machine.
    pub fn start(api: Api, token: Secret, intents: u64, plain: bool) -> Gateway {
        let (tell, told) = mpsc::channel(WAITING_MAX);
        let side = Side {
            api,
            token,
            intents,
            plain,
            tell,
            session: None,
            seq: None,
            heard: true,
        };
        let task = tokio::spawn(stay(side));
        Gateway { told, task }
    }

    /// What is told next. Dropping a call loses nothing.
    pub async fn next(&mut self) -> Option<Told> {
        self.told.recv().await
    }
}

struct Session {
    id: String,
    url: String,
}

struct Side {
    api: Api,
    token: Secret,
    intents: u64,
    plain: bool,
    tell: mpsc::Sender<Told>,
    session: Option<Session>,
    seq: Option<u64>,
    /// Whether the last beat of the heart was heard there.
    heard: bool,
}

impl Stays for Side {
    type Told = Told;

    fn tell(&self) -> &mpsc::Sender<Told> {
        &self.tell
    }

    async fn connect(&mut self, backoff: &mut Backoff) -> Ended {
        let url = match self.address().await {
            Ok(url) => format!("{}/{SPOKEN}", url.trim_end_matches('/')),
            Err(fault) => return Ended::Fault(fault),
        };
        let mut socket = match open(&url, self.plain).await {
            Ok(socket) => socket,
            Err(why) => return Ended::Lost(why),
        };
        self.heard = true;
        let mut beat = after(BEAT);
        loop {
            tokio::select! {
                message = socket.next() => {
                    let text = match message {
                        Some(Ok(Message::Text(text))) => text,
                        Some(Ok(Message::Close(frame))) => return self.closed(frame),
                        None => return Ended::Lost("the connection was closed there".to_owned()),
                        Some(Ok(_)) => continue,
                        Some(Err(why)) => return Ended::Lost(why.to_string()),
                    };
                    let Ok(message) = serde_json::from_str::<Value>(text.as_str()) else {
                        continue;
                    };
                    if let Some(seq) = message["s"].as_u64() {
                        self.seq = Some(seq);
                    }
                    if let Some(ended) = self.take(&mut socket, message, &mut beat, backoff).await {
                        // It may be closed there already.
                        let _ = socket.close(None).await;
                        return ended;
                    }
                }
                _ = beat.tick() => {
                    if !std::mem::take(&mut self.heard) {
                        return Ended::Lost("the connection says nothing any more".to_owned());
                    }
                    if let Err(why) = self.beat(&mut socket).await {
                        return Ended::Lost(why);
                    }
                }
            }
        }
    }
}

impl Side {
    /// Where a session is resumed, or where one begins.
    async fn address(&mut self) -> Result<String, Fault> {
        if let Some(session) = &self.session {
            return Ok(session.url.clone());
        }
        let found = self.api.ask(Method::GET, "/gateway/bot", None).await?;
        Ok(found["url"].as_str().unwrap_or_default().to_owned())
    }

    /// A message of the service. `Some` if the connection ends with it.
    async fn take(
        &mut self,
        socket: &mut Socket,
        mut message: Value,
        beat: &mut Interval,
        backoff: &mut Backoff,
    ) -> Option<Ended> {
        let lost = |sent: Result<(), String>| sent.err().map(Ended::Lost);
        match message["op"].as_u64()? {
            // Something happened.
            0 => {
                let kind = message["t"].as_str().unwrap_or_default().to_owned();
                let data = message["d"].take();
                let told = match kind.as_str() {
                    "READY" => {
                        let text =
                            |field: &str| data[field].as_str().unwrap_or_default().to_owned();
                        self.session = Some(Session {
                            id: text("session_id"),
                            url: text("resume_gateway_url"),
                        });
                        *backoff = Backoff::default();
                        Told::Fresh
                    }
                    "RESUMED" => {
                        *backoff = Backoff::default();
                        Told::Resumed
                    }
                    _ => Told::Event(kind, data),
                };
                let sent = self.tell.send(told).await;
                sent.is_err().then_some(Ended::Unheard)
            }
            // It wants a beat of the heart now.
            1 => lost(self.beat(socket).await),
            // It wants another connection.
            7 => Some(Ended::Asked),
            // The session cannot go on, or can on another connection.
            9 => {
                if message["d"] != true {
                    self.session = None;
                    self.seq = None;
                }
                Some(Ended::Lost("the session is not valid any more".to_owned()))
            }
            // Hello: the heart beats as often as it says, the first time after a part of that.
            10 => {
                let every = message["d"]["heartbeat_interval"].as_u64();
                let every = every.map_or(BEAT, Duration::from_millis);
                *beat = after(every);
                let hello = self.hello();
                let sent = socket.send(Message::Text(hello.to_string().into())).await;
                lost(sent.map_err(|why| why.to_string()))
            }
            11 => {
                self.heard = true;
                None
            }
            _ => None,
        }
    }

    fn hello(&self) -> Value {
        match (&self.session, self.seq) {
            (Some(session), Some(seq)) => json!({"op": 6, "d": {
                "token": self.token.shown(), "session_id": session.id, "seq": seq,
            }}),
            _ => json!({"op": 2, "d": {
                "token": self.token.shown(),
                "intents": self.intents,
                "properties": {"os": std::env::consts::OS, "browser": "mesh-connect", "device": "mesh-connect"},
            }}),
        }
    }

    async fn beat(&mut self, socket: &mut Socket) -> Result<(), String> {
        let beat = json!({"op": 1, "d": self.seq}).to_string();
        let sent = socket.send(Message::Text(beat.into())).await;
        sent.map_err(|why| why.to_string())
    }

    /// What the service means by closing.
    fn closed(&mut self, frame: Option<CloseFrame>) -> Ended {
        let code = frame.map_or(1000, |frame| u16::from(frame.code));
        match code {
            4004 => Ended::Fault(Fault::Token),
            4013 | 4014 => Ended::Fault(Fault::Unfit(
                "Discord does not show this bot what is written in channels".to_owned(),
                "switch on Message Content Intent at discord.com/developers/applications, under Bot, and start it again".to_owned(),
            )),
            4010..=4012 => Ended::Fault(Fault::Refused(format!("the gateway closed with {code}"))),
            _ => {
                if matches!(code, 4003 | 4007 | 4009) {
                    self.session = None;
                    self.seq = None;
                }
                Ended::Lost(format!("the connection was closed there: {code}"))
            }
        }
    }
}

fn after(every: Duration) -> Interval {
    let every = every.max(BEAT_LEAST);
    // Two that begin at once do not beat at once.
    let chance = getrandom::u32().unwrap_or(u32::MAX);
    let first = every.mul_f64(f64::from(chance) / f64::from(u32::MAX));
    interval_at(Instant::now() + first, every)
}
