//! Socket Mode: what happens there comes by a WebSocket that the app opens, so nobody has to reach this machine.
//!
//! Each envelope is acknowledged on the connection that brought it, once it is carried out and kept. What was not
//! acknowledged the service brings again, and what came while nothing was connected is asked for afterwards.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval};
use tokio_tungstenite::tungstenite::Message;

use super::api::Api;
use crate::fault::Fault;
use crate::outside::Backoff;
use crate::socket::{Socket, open};
use crate::stay::{Ended, Gone, Stays, stay};

/// Envelopes that wait to be carried out; beyond them nothing is read.
const WAITING_MAX: usize = 256;
/// How often the connection is asked whether it is there, and how long it may say nothing.
const PING_EVERY: Duration = Duration::from_secs(15);
const SILENT_MAX: Duration = Duration::from_secs(60);

/// What the stream tells.
#[derive(Debug)]
pub(super) enum Told {
    /// It is open: what came before is to be asked for. How many connections the app has.
    Open(u64),
    Envelope(Envelope),
    Gone(Gone),
}

impl From<Gone> for Told {
    fn from(gone: Gone) -> Told {
        Told::Gone(gone)
    }
}

/// Something that happened, and how its coming is acknowledged.
#[derive(Debug)]
pub(super) struct Envelope {
    pub kind: String,
    pub payload: Value,
    pub receipt: Receipt,
}

/// An envelope of one connection.
#[derive(Debug, Clone)]
pub(super) struct Receipt {
    id: String,
    connection: u64,
}

/// The stream, on a task of its own that answers pings meanwhile.
#[derive(Debug)]
pub(super) struct Stream {
    told: mpsc::Receiver<Told>,
    receipts: mpsc::UnboundedSender<Receipt>,
    task: JoinHandle<()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stream {
    /// With the app's token. `plain` lets an address without encryption be used that is not on this machine.
    pub fn start(app: Api, plain: bool) -> Stream {
        let (tell, told) = mpsc::channel(WAITING_MAX);
        let (receipts, acknowledged) = mpsc::unbounded_channel();
        let side = Side {
            app,
            plain,
            tell,
            acknowledged,
            connection: 0,
        };
        let task = tokio::spawn(stay(side));
        Stream {
            told,
            receipts,
            task,
        }
    }

    /// What is told next. Dropping a call loses nothing.
    pub async fn next(&mut self) -> Option<Told> {
        self.told.recv().await
    }

    /// It was carried out and is kept.
    pub fn acknowledge(&self, receipt: Receipt) {
        // Without the other side nobody waits for it, and it comes again.
        let _ = self.receipts.send(receipt);
    }
}

struct Side {
    app: Api,
    plain: bool,
    tell: mpsc::Sender<Told>,
    acknowledged: mpsc::UnboundedReceiver<Receipt>,
    connection: u64,
}

impl Stays for Side {
    type Told = Told;

    fn tell(&self) -> &mpsc::Sender<Told> {
        &self.tell
    }

    async fn connect(&mut self, backoff: &mut Backoff) -> Ended {
        // An address is good for one connection.
        let asked = self.app.ask("apps.connections.open", Vec::new()).await;
        let url = match asked {
            Ok(answer) => answer["url"].as_str().unwrap_or_default().to_owned(),
            Err(fault) => return Ended::Fault(fault),
        };
        let mut socket = match open(&url, self.plain).await {
            Ok(socket) => socket,
            Err(why) => return Ended::Lost(why),
        };
        self.connection += 1;
        let mut ping = interval(PING_EVERY);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                message = socket.next() => {
                    heard = Instant::now();
                    let text = match message {
                        Some(Ok(Message::Text(text))) => text,
                        Some(Ok(Message::Close(_))) | None => {
                            return Ended::Lost("the connection was closed there".to_owned());
                        }
                        Some(Ok(_)) => continue,
                        Some(Err(why)) => return Ended::Lost(why.to_string()),
                    };
                    if let Some(ended) = self.take(text.as_str(), backoff).await {
                        // It may be closed there already.
                        let _ = socket.close(None).await;
                        return ended;
                    }
                }
                receipt = self.acknowledged.recv() => {
                    let Some(receipt) = receipt else {
                        return Ended::Unheard;
                    };
                    if let Err(why) = self.acknowledge(&mut socket, receipt).await {
                        return Ended::Lost(why);
                    }
                }
                _ = ping.tick() => {
                    if heard.elapsed() > SILENT_MAX {
                        return Ended::Lost("the connection says nothing any more".to_owned());
                    }
                    if let Err(why) = socket.send(Message::Ping(Default::default())).await {
                        return Ended::Lost(why.to_string());
                    }
                }
            }
        }
    }
}

impl Side {
    /// A message of the service. `Some` if the connection ends with it.
    async fn take(&mut self, text: &str, backoff: &mut Backoff) -> Option<Ended> {
        let message: Value = serde_json::from_str(text).ok()?;
        let told = match message["type"].as_str()? {
            "hello" => {
                *backoff = Backoff::default();
                Told::Open(message["num_connections"].as_u64().unwrap_or(1))
            }
            "disconnect" if message["reason"] == "link_disabled" => {
                return Some(Ended::Fault(Fault::Unfit(
                    "Socket Mode is switched off for this app".to_owned(),
                    "switch it on at api.slack.com/apps, under Socket Mode, and start the connector again"
                        .to_owned(),
                )));
            }
            // `warning` says that the other will follow: another connection is as good now.
            "disconnect" => {
                let reason = message["reason"].as_str().unwrap_or_default();
                return Some(match reason {
                    "warning" | "refresh_requested" => Ended::Asked,
                    other => Ended::Lost(format!("the connection was ended there: {other}")),
                });
            }
            kind => Told::Envelope(Envelope {
                kind: kind.to_owned(),
                payload: message["payload"].clone(),
                receipt: Receipt {
                    id: message["envelope_id"].as_str()?.to_owned(),
                    connection: self.connection,
                },
            }),
        };
        let sent = self.tell.send(told).await;
        sent.is_err().then_some(Ended::Unheard)
    }

    async fn acknowledge(&self, socket: &mut Socket, receipt: Receipt) -> Result<(), String> {
        // Another connection knows nothing of it; the envelope comes again and is known.
        if receipt.connection != self.connection {
            return Ok(());
        }
        let text = json!({"envelope_id": receipt.id}).to_string();
        let sent = socket.send(Message::Text(text.into())).await;
        sent.map_err(|why| why.to_string())
    }
}
