//! Programs of a sandbox, as E2B tells of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::connect::{self, Error};
use super::envd::text;
use super::{Answer, Room};
use crate::sandbox::kept::wire::{Ask, Start, base64};
use crate::sandbox::kept::{Event, Events};

/// How often a stream without news says that it is there.
const ALIVE: Duration = Duration::from_secs(30);

/// A program's events on their way.
struct Telling {
    room: Arc<Room>,
    pid: u32,
    events: Events,
    /// Not yet told that it runs.
    fresh: bool,
    /// When whoever started it has waited long enough: then it is ended.
    until: Option<Instant>,
    over: bool,
}

impl Room {
    pub(super) fn list(&self) -> Value {
        let programs = self.lodged.kept.programs().into_iter();
        let programs = programs.map(|(pid, start)| {
            let (cmd, args) = match start.argv.split_first() {
                Some((cmd, args)) => (cmd.clone(), args.to_vec()),
                None => (String::new(), Vec::new()),
            };
            let mut config = json!({"cmd": cmd, "args": args, "envs": start.env});
            if let Some(cwd) = start.cwd {
                config["cwd"] = cwd.into();
            }
            json!({"pid": pid, "config": config})
        });
        json!({"processes": programs.collect::<Vec<_>>()})
    }

    /// The program that is meant.
    pub(super) fn pid(&self, input: &Value) -> Result<u32, Error> {
        let pid = input.pointer("/process/pid").and_then(Value::as_u64);
        let pid = pid.and_then(|pid| u32::try_from(pid).ok());
        pid.ok_or_else(|| {
            Error(
                "invalid_argument",
                "the program is named by its pid".to_owned(),
            )
        })
    }

    pub(super) async fn start(
        self: &Arc<Room>,
        input: &Value,
        time: Option<Duration>,
    ) -> Result<Answer, Error> {
        if input.get("pty").is_some_and(|pty| !pty.is_null()) {
            let why = "programs have no terminal here".to_owned();
            return Err(Error("unimplemented", why));
        }
        let config = input.get("process").unwrap_or(&Value::Null);
        let mut argv = vec![text(config, "cmd")];
        let args = config.get("args").and_then(Value::as_array);
        let args = args.into_iter().flatten().filter_map(Value::as_str);
        argv.extend(args.map(str::to_owned));
        let env: BTreeMap<String, String> = config
            .get("envs")
            .and_then(|envs| serde_json::from_value(envs.clone()).ok())
            .unwrap_or_default();
        let cwd = config.get("cwd").and_then(Value::as_str);
        let start = Start {
            argv,
            env,
            cwd: cwd.filter(|cwd| !cwd.is_empty()).map(str::to_owned),
            // Who says nothing gets an input, as older clients expect.
            stdin: input.get("stdin").and_then(Value::as_bool) != Some(false),
        };
        let (pid, events) = self.lodged.kept.run(self.with_env(start)).await?;
        let until = time.map(|time| Instant::now() + time);
        Ok(self.tell(pid, events, until))
    }

    pub(super) fn listen(self: &Arc<Room>, input: &Value) -> Result<Answer, Error> {
        let pid = self.pid(input)?;
        let events = self.lodged.kept.listen(pid);
        let none = || Error("not_found", "there is no such program".to_owned());
        Ok(self.tell(pid, events.ok_or_else(none)?, None))
    }

    fn tell(self: &Arc<Room>, pid: u32, events: Events, until: Option<Instant>) -> Answer {
        let telling = Telling {
            room: self.clone(),
            pid,
            events,
            fresh: true,
            until,
            over: false,
        };
        connect::stream(stream::unfold(telling, |mut telling| async move {
            let bytes = telling.next().await?;
            Some((bytes, telling))
        }))
    }
}

impl Telling {
    async fn next(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        if self.fresh {
            self.fresh = false;
            let started = json!({"event": {"start": {"pid": self.pid}}});
            return Some(connect::message(&started));
        }
        let late = async {
            match self.until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = self.events.next() => Some(self.told(event)),
            () = late => {
                self.over = true;
                let ask = Ask::Signal { pid: self.pid, signal: 9 };
                // It may have ended just now.
                let _ = self.room.ask(ask).await;
                let why = "the program ran longer than its time and was ended".to_owned();
                Some(connect::last(Some(&Error("deadline_exceeded", why))))
            }
            () = tokio::time::sleep(ALIVE) => {
                Some(connect::message(&json!({"event": {"keepalive": {}}})))
            }
        }
    }

    fn told(&mut self, event: Option<Event>) -> Bytes {
        match event {
            Some(Event::Out(err, bytes)) => {
                let name = if err { "stderr" } else { "stdout" };
                let data = json!({name: base64(&bytes)});
                connect::message(&json!({"event": {"data": data}}))
            }
            Some(Event::Ended { code, signal }) => {
                self.over = true;
                let status = match signal {
                    Some(signal) => format!("signal {signal}"),
                    None => format!("exit status {code}"),
                };
                let mut end =
                    json!({"exitCode": code, "exited": signal.is_none(), "status": status});
                if code != 0 {
                    end["error"] = status.into();
                }
                let mut bytes = connect::message(&json!({"event": {"end": end}})).to_vec();
                bytes.extend_from_slice(&connect::last(None));
                bytes.into()
            }
            None => {
                self.over = true;
                let why = "The sandbox was not found, or too much of the program's output was left unread";
                connect::last(Some(&Error("unavailable", why.to_owned())))
            }
        }
    }
}
