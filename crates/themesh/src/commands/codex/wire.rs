//! Talking with Codex's app server: JSON-RPC without its version, over a WebSocket on a socket of this machine.

use std::collections::HashMap;
use std::path::Path;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// What is asked at once; whoever asks waits for the answer.
const REQUESTS_MAX: usize = 8;
/// What has happened and was not looked at yet. A server that tells more than that at once is left.
const EVENTS_MAX: usize = 4096;

type Answer = Result<Value, String>;

/// What the server tells, as far as it matters here.
#[derive(Debug)]
pub enum Event {
    /// A conversation was begun or taken up.
    Started(Value),
    /// A conversation is busy or idle.
    Status { thread: String, is_busy: bool },
    /// Something has come into a conversation.
    Moved,
}

/// One connection. It ends when the server does.
#[derive(Debug, Clone)]
pub struct Wire {
    requests: mpsc::Sender<(&'static str, Value, oneshot::Sender<Answer>)>,
}

impl Wire {
    /// Connects and says hello.
    pub async fn connect(socket: &Path) -> Result<(Wire, mpsc::Receiver<Event>), String> {
        let told = |why: &dyn std::fmt::Display| why.to_string();
        // The server puts a link there; its own socket has a name that is short enough for one.
        let place = std::fs::canonicalize(socket).map_err(|why| told(&why))?;
        let stream = UnixStream::connect(place).await.map_err(|why| told(&why))?;
        let opened = tokio_tungstenite::client_async("ws://localhost/", stream).await;
        let (socket, _) = opened.map_err(|why| told(&why))?;
        let (requests, asked) = mpsc::channel(REQUESTS_MAX);
        let (events, told) = mpsc::channel(EVENTS_MAX);
        tokio::spawn(carry(socket, asked, events));
        let wire = Wire { requests };
        let about =
            json!({"name": "mesh", "title": "The Mesh", "version": env!("CARGO_PKG_VERSION")});
        let hello = json!({"clientInfo": about, "capabilities": {"experimentalApi": true}});
        wire.call("initialize", hello).await?;
        Ok((wire, told))
    }

    pub async fn call(&self, method: &'static str, params: Value) -> Answer {
        let gone = || "Codex's server has ended".to_owned();
        let (answer, answered) = oneshot::channel();
        let asked = self.requests.send((method, params, answer)).await;
        asked.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn carry(
    mut socket: WebSocketStream<UnixStream>,
    mut asked: mpsc::Receiver<(&'static str, Value, oneshot::Sender<Answer>)>,
    events: mpsc::Sender<Event>,
) {
    let (mut waiting, mut number) = (HashMap::new(), 0_u64);
    loop {
        let sent = tokio::select! {
            request = asked.recv() => {
                let Some((method, params, answer)) = request else { return };
                number += 1;
                waiting.insert(number, (method, answer));
                let text = json!({"id": number, "method": method, "params": params}).to_string();
                socket.send(Message::text(text)).await
            }
            frame = socket.next() => {
                let Some(Ok(frame)) = frame else { return };
                let Ok(text) = frame.to_text() else { continue };
                let Ok(said) = serde_json::from_str::<Value>(text) else { continue };
                // What the server asks, such as for a permission, is for the person: it gets no answer from here.
                if said.get("method").is_some() {
                    let event = event(&said);
                    if event.is_some_and(|event| events.try_send(event).is_err()) {
                        return;
                    }
                    continue;
                }
                let Some((method, answer)) = said["id"].as_u64().and_then(|id| waiting.remove(&id)) else {
                    continue;
                };
                // Nobody may be waiting any more.
                let _ = answer.send(match said.get("error") {
                    Some(error) => Err(format!("{method}: {}", error["message"])),
                    None => Ok(said["result"].clone()),
                });
                match method {
                    "initialize" => socket.send(Message::text(r#"{"method":"initialized"}"#)).await,
                    _ => Ok(()),
                }
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn event(said: &Value) -> Option<Event> {
    let about = &said["params"];
    Some(match said["method"].as_str()? {
        "thread/started" => Event::Started(about["thread"].clone()),
        "thread/status/changed" => Event::Status {
            thread: about["threadId"].as_str()?.to_owned(),
            is_busy: is_busy(&about["status"]),
        },
        "item/completed" | "thread/tokenUsage/updated" => Event::Moved,
        _ => return None,
    })
}

/// Whether a turn runs in a conversation with this status.
pub fn is_busy(status: &Value) -> bool {
    status["type"] == "active"
}
