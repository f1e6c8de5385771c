//! A double of Slack: its Web API and its Socket Mode for one app in one workspace, with people and channels whom a test plays.
//! It is strict where the real one is: which token goes with which method, forms and JSON, sizes of texts and blocks, whose
//! message may be changed, and that an envelope which is not acknowledged comes again.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::Message;

/// The bot's and the app's token, of the real ones' form.
pub const BOT_TOKEN: &str = "xoxb-1000000000001-1000000000002-AbCdEfGhIjKlMnOpQrStUvWx";
pub const APP_TOKEN: &str = "xapp-1-A0000000001-1000000000003-0123456789abcdef0123456789abcdef";
/// The bot's name, its user and its own id.
pub const BOT: &str = "mesh";
pub const BOT_USER: &str = "U0MESHBOT";
const BOT_ID: &str = "B0MESHBOT";
const TEAM: &str = "T0000WORK";

/// Whoever writes there.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub id: &'static str,
    pub name: &'static str,
}

type Frames = UnboundedSender<Option<Value>>;

#[derive(Default)]
struct State {
    people: BTreeMap<&'static str, &'static str>,
    /// Messages of each conversation, oldest first.
    channels: BTreeMap<String, Vec<Value>>,
    next: u64,
    /// Connections that are open, by number.
    sockets: BTreeMap<u64, Frames>,
    connections: u64,
    tickets: u64,
    /// Envelopes that nobody acknowledged, and how often they were sent.
    open: VecDeque<(String, Value, u64)>,
    /// What the bot did, in order.
    calls: VecDeque<(String, Value)>,
    faults: VecDeque<(&'static str, u16, &'static str)>,
    /// Acknowledgements are lost on their way.
    deaf: bool,
    revoked: bool,
    over: bool,
}

pub struct SlackDouble {
    /// Where the Web API is.
    pub url: String,
    shared: Arc<(Mutex<State>, Condvar)>,
}

type Shared = (Mutex<State>, Condvar);

impl SlackDouble {
    pub fn start(people: &[Person]) -> SlackDouble {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let state = State {
            people: people.iter().map(|one| (one.id, one.name)).collect(),
            next: 100,
            ..State::default()
        };
        let shared = Arc::new((Mutex::new(state), Condvar::new()));
        let serving = Arc::clone(&shared);
        let url = format!("http://{host}/api");
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                if shared.0.lock().unwrap().over {
                    return;
                }
                let host = host.clone();
                std::thread::spawn(move || {
                    let mut first = [0; 9];
                    let socket = stream.peek(&mut first).is_ok() && first.starts_with(b"GET /link");
                    if socket {
                        connection(&shared, stream);
                    } else {
                        serve(&shared, stream, &host);
                    }
                });
            }
        });
        SlackDouble { url, shared }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.shared.1.notify_all();
        changed
    }

    /// Somebody writes in a conversation; those that begin with D are direct ones. The message's time stamp.
    pub fn write(&self, from: Person, channel: &str, text: &str) -> String {
        self.send(from, channel, json!({"text": escaped(text)}))
    }

    /// Somebody answers in the thread of a message.
    pub fn reply(&self, from: Person, channel: &str, thread: &str, text: &str) -> String {
        let fields = json!({"text": escaped(text), "thread_ts": thread});
        self.send(from, channel, fields)
    }

    /// The same, with whatever the message has.
    pub fn send(&self, from: Person, channel: &str, fields: Value) -> String {
        self.change(|state| {
            let mut message = json!({"type": "message", "user": from.id, "team": TEAM,
                "client_msg_id": format!("c{}", state.next)});
            let all = message.as_object_mut().unwrap();
            all.extend(fields.as_object().unwrap().clone());
            state.say(channel, message)
        })
    }

    /// Somebody changes what it wrote.
    pub fn edit(&self, channel: &str, ts: &str, text: &str) {
        self.change(|state| {
            let edited = state.stamp();
            let message = state.find(channel, ts);
            let before = message.clone();
            message["text"] = json!(escaped(text));
            message["edited"] = json!({"user": before["user"], "ts": edited});
            let now = message.clone();
            state.changed(channel, now, before);
        });
    }

    /// Somebody takes back what it wrote.
    pub fn delete(&self, channel: &str, ts: &str) {
        self.change(|state| state.gone(channel, ts));
    }

    /// Somebody presses a button below a message of the bot's.
    pub fn press(&self, from: Person, channel: &str, ts: &str, value: &str) {
        self.change(|state| {
            let action_ts = state.stamp();
            let message = state.find(channel, ts).clone();
            let mut container = json!({"type": "message", "message_ts": ts, "channel_id": channel,
                "is_ephemeral": false});
            if let Some(thread) = message.get("thread_ts") {
                container["thread_ts"] = thread.clone();
            }
            let payload = json!({
                "type": "block_actions",
                "user": {"id": from.id, "username": from.name, "name": from.name, "team_id": TEAM},
                "api_app_id": "A0000000001", "token": "verification", "container": container,
                "trigger_id": "1.2.3", "team": {"id": TEAM, "domain": "work"}, "enterprise": null,
                "is_enterprise_install": false, "channel": {"id": channel, "name": "directmessage"},
                "message": message, "state": {"values": {}}, "response_url": "http://127.0.0.1:1/",
                "actions": [{"action_id": "answer-0", "block_id": "b1", "value": value, "type": "button",
                    "text": {"type": "plain_text", "text": "x", "emoji": false}, "action_ts": action_ts}],
            });
            state.deliver("interactive", payload);
        });
    }

    /// The service wants the connection to be made anew.
    pub fn disconnect(&self, reason: &str) {
        self.change(|state| {
            for frames in state.sockets.values() {
                let _ = frames.send(Some(json!({"type": "disconnect", "reason": reason,
                    "debug_info": {"host": "applink-1"}})));
            }
        });
    }

    /// All connections break.
    pub fn cut(&self) {
        self.change(|state| {
            for frames in std::mem::take(&mut state.sockets).into_values() {
                let _ = frames.send(None);
            }
        });
    }

    /// From here on acknowledgements are lost, or arrive again.
    pub fn set_deaf(&self, deaf: bool) {
        self.change(|state| state.deaf = deaf);
    }

    /// What nobody acknowledged comes again.
    pub fn again(&self) {
        self.change(State::again);
    }

    /// The next call of a method is answered so.
    pub fn fault(&self, method: &'static str, status: u16, error: &'static str) {
        self.change(|state| state.faults.push_back((method, status, error)));
    }

    pub fn revoke(&self) {
        self.change(|state| state.revoked = true);
    }

    /// The next call of a method; others before it are passed over.
    pub fn next(&self, method: &str) -> Value {
        let mut state = self.state();
        loop {
            while let Some((name, body)) = state.calls.pop_front() {
                if name == method {
                    return body;
                }
            }
            state = self.shared.1.wait(state).unwrap();
        }
    }

    /// The next message of the bot: its words, its time stamp and all of it.
    pub fn said(&self) -> (String, String, Value) {
        let body = self.next("chat.postMessage");
        (
            shown(&body["blocks"]),
            body["ts"].as_str().unwrap().to_owned(),
            body,
        )
    }

    /// What was asked and not looked at so far.
    pub fn left(&self) -> Vec<(String, Value)> {
        self.state().calls.drain(..).collect()
    }

    /// Waits until so many connections are open.
    pub fn connected(&self, count: usize) {
        let mut state = self.state();
        while state.sockets.len() != count {
            state = self.shared.1.wait(state).unwrap();
        }
    }

    /// How many connections were made in all.
    pub fn made(&self) -> u64 {
        self.state().connections
    }

    /// Waits until so many connections were made in all.
    pub fn connections(&self, count: u64) {
        let mut state = self.state();
        while state.connections < count {
            state = self.shared.1.wait(state).unwrap();
        }
    }

    /// Waits until everything that was sent so far is acknowledged.
    pub fn settled(&self) {
        let mut state = self.state();
        while !state.open.is_empty() {
            state = self.shared.1.wait(state).unwrap();
        }
    }
}

impl Drop for SlackDouble {
    fn drop(&mut self) {
        self.change(|state| {
            state.over = true;
            state.sockets.clear();
        });
        // The listener looks once more.
        let host = self.url.trim_start_matches("http://");
        let _ = TcpStream::connect(host.trim_end_matches("/api"));
    }
}

impl State {
    fn stamp(&mut self) -> String {
        self.next += 1;
        format!(
            "1800000{:03}.000{:03}",
            self.next / 1000 + 100,
            self.next % 1000
        )
    }

    /// A message is there for good, and whoever is connected hears of it.
    fn say(&mut self, channel: &str, mut message: Value) -> String {
        let ts = self.stamp();
        message["ts"] = json!(ts);
        let messages = self.channels.entry(channel.to_owned()).or_default();
        if let Some(thread) = message["thread_ts"].as_str() {
            let root = messages.iter_mut().find(|one| one["ts"] == thread);
            let root = root.expect("a thread hangs on a message");
            let count = root["reply_count"].as_u64().unwrap_or_default();
            root["thread_ts"] = root["ts"].clone();
            root["reply_count"] = json!(count + 1);
            root["latest_reply"] = json!(ts);
        }
        messages.push(message.clone());
        let mut event = message;
        event["channel"] = json!(channel);
        event["channel_type"] = json!(kind_of(channel));
        event["event_ts"] = json!(ts);
        self.happens(event);
        ts
    }

    fn find(&mut self, channel: &str, ts: &str) -> &mut Value {
        let all = self.channels.get_mut(channel).unwrap();
        all.iter_mut().find(|one| one["ts"] == ts).unwrap()
    }

    fn changed(&mut self, channel: &str, now: Value, before: Value) {
        let ts = self.stamp();
        self.happens(
            json!({"type": "message", "subtype": "message_changed", "hidden": true,
            "message": now, "previous_message": before, "channel": channel,
            "channel_type": kind_of(channel), "ts": ts, "event_ts": ts}),
        );
    }

    fn gone(&mut self, channel: &str, ts: &str) {
        let all = self.channels.get_mut(channel).unwrap();
        let at = all.iter().position(|one| one["ts"] == ts).unwrap();
        let before = all.remove(at);
        let now = self.stamp();
        self.happens(
            json!({"type": "message", "subtype": "message_deleted", "hidden": true,
            "deleted_ts": ts, "previous_message": before, "channel": channel,
            "channel_type": kind_of(channel), "ts": now, "event_ts": now}),
        );
    }

    fn happens(&mut self, event: Value) {
        let id = format!("Ev{}", self.next);
        let payload = json!({"token": "verification", "team_id": TEAM, "context_team_id": TEAM,
            "api_app_id": "A0000000001", "event": event, "type": "event_callback", "event_id": id,
            "event_time": 1_800_000_000, "is_ext_shared_channel": false, "authorizations": [
                {"team_id": TEAM, "user_id": BOT_USER, "is_bot": true, "is_enterprise_install": false}]});
        self.deliver("events_api", payload);
    }

    /// To the latest connection. Where there is none it is lost: only the history has it.
    fn deliver(&mut self, kind: &str, payload: Value) {
        let Some(frames) = self.sockets.values().next_back() else {
            return;
        };
        self.next += 1;
        let id = format!("envelope-{}", self.next);
        let mut envelope = json!({"envelope_id": id, "payload": payload, "type": kind,
            "accepts_response_payload": kind == "interactive"});
        if kind == "events_api" {
            envelope["retry_attempt"] = json!(0);
            envelope["retry_reason"] = json!("");
        }
        let _ = frames.send(Some(envelope.clone()));
        self.open.push_back((id, envelope, 0));
    }

    fn again(&mut self) {
        let Some(frames) = self.sockets.values().next_back() else {
            return;
        };
        for (id, envelope, sent) in &mut self.open {
            // Buttons are not pressed again by the service.
            if envelope["type"] != "events_api" {
                continue;
            }
            *sent += 1;
            self.next += 1;
            *id = format!("envelope-{}", self.next);
            envelope["envelope_id"] = json!(id);
            envelope["retry_attempt"] = json!(sent);
            envelope["retry_reason"] = json!("timeout");
            let _ = frames.send(Some(envelope.clone()));
        }
    }
}

fn kind_of(channel: &str) -> &'static str {
    match channel.chars().next() {
        Some('D') => "im",
        Some('G') => "group",
        _ => "channel",
    }
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What people see of blocks.
pub fn shown(blocks: &Value) -> String {
    let mut out = String::new();
    for block in blocks.as_array().into_iter().flatten() {
        for section in block["elements"].as_array().into_iter().flatten() {
            for part in section["elements"].as_array().into_iter().flatten() {
                let text = part["text"].as_str().or(part["url"].as_str());
                out.push_str(text.unwrap_or_default());
            }
        }
    }
    out
}

/// A connection of Socket Mode, until one of both ends it.
fn connection(shared: &Arc<Shared>, stream: TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        stream.set_nonblocking(true).unwrap();
        let stream = tokio::net::TcpStream::from_std(stream).unwrap();
        let Ok(socket) = tokio_tungstenite::accept_async(stream).await else {
            return;
        };
        let (frames, sent) = unbounded_channel();
        let number = {
            let mut state = shared.0.lock().unwrap();
            state.connections += 1;
            let number = state.connections;
            let connections = state.sockets.len() + 1;
            let _ = frames.send(Some(json!({"type": "hello", "num_connections": connections,
                "debug_info": {"host": "applink-1", "build_number": 10, "approximate_connection_time": 18060},
                "connection_info": {"app_id": "A0000000001"}})));
            state.sockets.insert(number, frames);
            state.again();
            number
        };
        shared.1.notify_all();
        talk(shared, socket, sent).await;
        shared.0.lock().unwrap().sockets.remove(&number);
        shared.1.notify_all();
    });
}

async fn talk(
    shared: &Arc<Shared>,
    mut socket: tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>,
    mut sent: UnboundedReceiver<Option<Value>>,
) {
    loop {
        tokio::select! {
            frame = sent.recv() => {
                let Some(Some(frame)) = frame else {
                    return;
                };
                let over = frame["type"] == "disconnect" && frame["reason"] != "warning";
                if socket.send(Message::Text(frame.to_string().into())).await.is_err() || over {
                    return;
                }
            }
            message = socket.next() => {
                let Some(Ok(message)) = message else {
                    return;
                };
                if let Message::Text(text) = message {
                    let answer: Value = serde_json::from_str(text.as_str()).unwrap();
                    let id = answer["envelope_id"].as_str().expect("an acknowledgement names its envelope");
                    let mut state = shared.0.lock().unwrap();
                    if !state.deaf {
                        state.open.retain(|(open, _, _)| open != id);
                    }
                    drop(state);
                    shared.1.notify_all();
                }
            }
        }
    }
}

struct Request {
    path: String,
    shown: String,
    json: bool,
    body: Value,
}

fn serve(shared: &Arc<Shared>, mut stream: TcpStream, host: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(asked) = request(&mut reader) {
        let (status, answer) = answer(shared, &asked, host);
        let answer = answer.to_string();
        let wait = if status == 429 {
            "retry-after: 1\r\n"
        } else {
            ""
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{wait}content-length: {}\r\n\r\n",
            answer.len()
        );
        // Whoever asked may have been killed meanwhile.
        if stream.write_all((head + &answer).as_bytes()).is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let address = first.split(' ').nth(1)?.to_owned();
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let (mut length, mut shown, mut kind) = (0, String::new(), String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => shown = value.trim().to_owned(),
            "content-type" => kind = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let json = kind.starts_with("application/json");
    let body = if json {
        serde_json::from_str(&text).ok()?
    } else {
        form(&format!("{query}&{text}"))
    };
    Some(Request {
        path: path.to_owned(),
        shown,
        json,
        body,
    })
}

/// The fields of a form; those that are JSON are read.
fn form(text: &str) -> Value {
    let mut fields = serde_json::Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(value);
        let value = match name {
            "blocks" => serde_json::from_str(&value).expect("blocks are JSON"),
            _ => Value::String(value),
        };
        fields.insert(decoded(name), value);
    }
    Value::Object(fields)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn no(error: &str) -> (u16, Value) {
    (200, json!({"ok": false, "error": error}))
}

fn answer(shared: &Shared, asked: &Request, host: &str) -> (u16, Value) {
    let mut state = shared.0.lock().unwrap();
    let Some(method) = asked.path.strip_prefix("/api/") else {
        return (404, json!({}));
    };
    let token = asked.shown.strip_prefix("Bearer ").unwrap_or_default();
    if ![BOT_TOKEN, APP_TOKEN].contains(&token) || state.revoked {
        return no("invalid_auth");
    }
    if (method == "apps.connections.open") != (token == APP_TOKEN) {
        return no("not_allowed_token_type");
    }
    let fault = state.faults.iter().position(|fault| fault.0 == method);
    if let Some((_, status, error)) = fault.and_then(|at| state.faults.remove(at)) {
        return (status, json!({"ok": false, "error": error}));
    }
    if method == "apps.connections.open" {
        state.tickets += 1;
        let url = format!(
            "ws://{host}/link/?ticket={}&app_id=A0000000001",
            state.tickets
        );
        return (200, json!({"ok": true, "url": url}));
    }
    // Methods that read take a form and nothing else.
    let reads = [
        "users.info",
        "conversations.info",
        "conversations.history",
        "conversations.replies",
    ];
    let body = if asked.json && reads.contains(&method) {
        json!({})
    } else {
        asked.body.clone()
    };
    let (status, result) = carry(&mut state, method, &body);
    if result["ok"] == true && !reads.contains(&method) && method != "auth.test" {
        let mut body = body;
        if let Some(ts) = result.get("ts") {
            body["ts"] = ts.clone();
        }
        state.calls.push_back((method.to_owned(), body));
    }
    drop(state);
    shared.1.notify_all();
    (status, result)
}

fn carry(state: &mut State, method: &str, body: &Value) -> (u16, Value) {
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    let channel = text("channel");
    match method {
        "auth.test" => {
            return (
                200,
                json!({"ok": true, "url": "https://work.slack.com/", "team": "Work", "user": BOT,
                    "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": false}),
            );
        }
        "users.info" => {
            let Some(name) = state.people.get(text("user").as_str()) else {
                return no("user_not_found");
            };
            let user = json!({"id": body["user"], "team_id": TEAM, "name": "x", "real_name": name,
                "is_bot": false, "profile": {"display_name": name, "real_name": name}});
            return (200, json!({"ok": true, "user": user}));
        }
        _ => {}
    }
    if !state.channels.contains_key(&channel) {
        return no("channel_not_found");
    }
    match method {
        "conversations.info" => {
            let direct = channel.starts_with('D');
            (
                200,
                json!({"ok": true, "channel": {"id": channel, "is_im": direct, "is_member": !direct}}),
            )
        }
        "conversations.history" | "conversations.replies" => history(state, method, &channel, body),
        "chat.postMessage" => {
            if let Some(error) = unfit(body, 40_000) {
                return no(error);
            }
            let mut message = json!({"type": "message", "user": BOT_USER, "bot_id": BOT_ID, "team": TEAM,
                "app_id": "A0000000001", "text": body["text"], "blocks": body["blocks"]});
            if let Some(thread) = body.get("thread_ts") {
                message["thread_ts"] = thread.clone();
            }
            let ts = state.say(&channel, message.clone());
            message["ts"] = json!(ts);
            (
                200,
                json!({"ok": true, "channel": channel, "ts": ts, "message": message}),
            )
        }
        "chat.update" | "chat.delete" => {
            let ts = text("ts");
            let all = state.channels.get(&channel).unwrap();
            let Some(before) = all.iter().find(|one| one["ts"] == ts.as_str()).cloned() else {
                return no("message_not_found");
            };
            if before["bot_id"] != BOT_ID {
                return no(if method == "chat.update" {
                    "cant_update_message"
                } else {
                    "cant_delete_message"
                });
            }
            if method == "chat.delete" {
                state.gone(&channel, &ts);
            } else {
                if let Some(error) = unfit(body, 4000) {
                    return no(error);
                }
                let message = state.find(&channel, &ts);
                message["text"] = body["text"].clone();
                message["blocks"] = body["blocks"].clone();
                let now = message.clone();
                state.changed(&channel, now, before);
            }
            (
                200,
                json!({"ok": true, "channel": channel, "ts": ts, "text": body["text"]}),
            )
        }
        "reactions.add" => (200, json!({"ok": true})),
        _ => no("unknown_method"),
    }
}

/// Why a message is not taken. Words that mean something to Slack are a mistake of the connector's.
fn unfit(body: &Value, bytes: usize) -> Option<&'static str> {
    let text = body["text"].as_str().unwrap_or_default();
    assert!(
        !text.contains(['<', '>']),
        "nobody's words are markup: {text}"
    );
    let blocks = body["blocks"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if text.is_empty() && blocks.is_empty() {
        return Some("no_text");
    }
    if text.len() > bytes {
        return Some("msg_too_long");
    }
    if body["blocks"].to_string().chars().count() > 13_000 {
        return Some("msg_blocks_too_long");
    }
    let mut actions = Vec::new();
    for block in blocks {
        let elements = block["elements"].as_array().unwrap();
        match block["type"].as_str().unwrap() {
            "rich_text" => {
                let parts = elements
                    .iter()
                    .flat_map(|section| section["elements"].as_array().unwrap());
                let full = |part: &Value| match part["type"].as_str().unwrap() {
                    "text" => !part["text"].as_str().unwrap().is_empty(),
                    "link" => part["url"].as_str().unwrap().starts_with("http"),
                    _ => false,
                };
                if !parts.clone().all(full) || parts.count() == 0 {
                    return Some("invalid_blocks");
                }
            }
            "actions" => {
                for button in elements {
                    let id = button["action_id"].as_str().unwrap();
                    let value = button["value"].as_str().unwrap();
                    if actions.contains(&id)
                        || value.len() > 2000
                        || button["text"]["type"] != "plain_text"
                    {
                        return Some("invalid_blocks");
                    }
                    actions.push(id);
                }
            }
            _ => return Some("invalid_blocks"),
        }
    }
    None
}

/// A conversation, newest first, without what hangs in threads; a thread, oldest first.
fn history(state: &State, method: &str, channel: &str, body: &Value) -> (u16, Value) {
    let text = |field: &str| body[field].as_str().unwrap_or_default();
    let all = state.channels.get(channel).unwrap();
    let thread = text("ts");
    let whole = body["inclusive"] == "true";
    let fits = |one: &&Value| {
        let ts = one["ts"].as_str().unwrap();
        let (oldest, latest) = (text("oldest"), text("latest"));
        let root = one["thread_ts"].is_null() || one["thread_ts"] == one["ts"];
        let there = match method {
            "conversations.replies" => one["ts"] == thread || one["thread_ts"] == thread,
            _ => root,
        };
        there
            && (oldest.is_empty() || ts > oldest || whole && ts == oldest)
            && (latest.is_empty() || ts < latest || whole && ts == latest)
    };
    let mut found: Vec<&Value> = all.iter().filter(fits).collect();
    if method == "conversations.history" {
        found.reverse();
    }
    let limit: usize = text("limit").parse().unwrap_or(100);
    let from: usize = text("cursor").parse().unwrap_or_default();
    // Pages that are large may come smaller than they were asked for.
    let size = if limit > 100 { 3 } else { limit };
    let end = (from + size).min(found.len());
    let more = end < found.len();
    let next = if more && limit > 1 {
        end.to_string()
    } else {
        String::new()
    };
    let page = &found[from.min(end)..end];
    (
        200,
        json!({"ok": true, "messages": page, "has_more": more, "response_metadata": {"next_cursor": next}}),
    )
}
