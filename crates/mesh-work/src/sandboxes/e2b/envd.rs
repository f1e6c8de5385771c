//! What is asked within a sandbox over Connect: of its programs and of its files.

use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::connect::{self, Error};
use super::{Answer, BODY_BYTES_MAX, E2b, Room, body, header};
use crate::sandbox::kept::wire::{Ask, Bytes, of_base64};

impl E2b {
    pub(super) async fn rpc(
        self: &Arc<E2b>,
        service: &str,
        method: &str,
        request: Request<Incoming>,
    ) -> Answer {
        let kind = header(request.headers(), "content-type").unwrap_or_default();
        let streams = kind.starts_with("application/connect+json");
        let room = match self.within(request.headers()) {
            Ok(room) => room,
            // As one answer in any case: the proxy before E2B's own says it so.
            Err(refused) => return refused.told(),
        };
        if !streams && !kind.starts_with("application/json") {
            let why = "only Connect in JSON is spoken here".to_owned();
            return connect::unary(Err(Error("unimplemented", why)));
        }
        let time = header(request.headers(), "connect-timeout-ms")
            .and_then(|ms| ms.parse().ok())
            .map(std::time::Duration::from_millis);
        let bytes = match body(request.into_body(), BODY_BYTES_MAX).await {
            Ok(bytes) => bytes,
            Err(refused) => return refused.told(),
        };
        if streams {
            let done = match connect::messages(&bytes) {
                Ok(messages) => room.streams(service, method, &messages, time).await,
                Err(error) => Err(error),
            };
            return done.unwrap_or_else(|error| connect::failed(&error));
        }
        let input = serde_json::from_slice(if bytes.is_empty() { b"{}" } else { &bytes });
        let done = match input {
            Ok(input) => room.one(service, method, &input).await,
            Err(why) => Err(Error("invalid_argument", format!("the body: {why}"))),
        };
        connect::unary(done)
    }
}

pub(super) fn text(input: &Value, name: &str) -> String {
    let found = input.get(name).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

pub(super) fn unknown(service: &str, method: &str) -> Error {
    let why = format!("{service}/{method} is not offered here");
    Error("unimplemented", why)
}

impl Room {
    async fn one(&self, service: &str, method: &str, input: &Value) -> Result<Value, Error> {
        match (service, method) {
            ("process.Process", "List") => Ok(self.list()),
            ("process.Process", "SendInput") => self.give(input).await,
            ("process.Process", "CloseStdin") => {
                let pid = self.pid(input)?;
                self.ask(Ask::CloseInput { pid }).await?;
                Ok(json!({}))
            }
            ("process.Process", "SendSignal") => {
                let pid = self.pid(input)?;
                let signal = match input.get("signal") {
                    Some(Value::String(name)) if name == "SIGNAL_SIGKILL" => 9,
                    Some(Value::String(name)) if name == "SIGNAL_SIGTERM" => 15,
                    Some(Value::Number(number))
                        if [Some(9), Some(15)].contains(&number.as_i64()) =>
                    {
                        if number.as_i64() == Some(9) { 9 } else { 15 }
                    }
                    _ => {
                        let why = "there are SIGNAL_SIGKILL and SIGNAL_SIGTERM".to_owned();
                        return Err(Error("invalid_argument", why));
                    }
                };
                self.ask(Ask::Signal { pid, signal }).await?;
                Ok(json!({}))
            }
            ("filesystem.Filesystem", method) => self.touch(method, input).await,
            _ => Err(unknown(service, method)),
        }
    }

    async fn streams(
        self: &Arc<Room>,
        service: &str,
        method: &str,
        messages: &[Value],
        time: Option<std::time::Duration>,
    ) -> Result<Answer, Error> {
        let first = messages.first().unwrap_or(&Value::Null);
        match (service, method) {
            ("process.Process", "Start") => self.start(first, time).await,
            ("process.Process", "Connect") => self.listen(first),
            ("process.Process", "StreamInput") => {
                let begin = first.pointer("/start").unwrap_or(&Value::Null);
                let pid = self.pid(begin)?;
                for message in &messages[1..] {
                    if let Some(input) = message.pointer("/data/input") {
                        self.put(pid, input).await?;
                    }
                }
                Ok(connect::one(&json!({})))
            }
            _ => Err(unknown(service, method)),
        }
    }

    async fn give(&self, input: &Value) -> Result<Value, Error> {
        let pid = self.pid(input)?;
        let given = input.get("input").unwrap_or(&Value::Null);
        self.put(pid, given).await?;
        Ok(json!({}))
    }

    async fn put(&self, pid: u32, input: &Value) -> Result<(), Error> {
        let bad = || {
            Error(
                "invalid_argument",
                "stdin is missing or no Base64".to_owned(),
            )
        };
        let bytes = of_base64(&text(input, "stdin")).ok_or_else(bad)?;
        let bytes = Bytes(bytes);
        self.ask(Ask::Input { pid, bytes }).await.map(drop)
    }

    pub(super) async fn ask(&self, ask: Ask) -> Result<crate::sandbox::kept::wire::Answer, Error> {
        self.lodged.kept.ask(ask).await.map_err(Error::from)
    }
}
