//! A double of Discord: its REST API and its gateway for one bot, with people, channels and direct messages that a test plays.
//! It is strict where the real one is: intents, sessions that are resumed by their place, sizes, whose message may be changed,
//! and that a press is answered once.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// The bot's token, of the real one's form.
pub const TOKEN: &str = "MTAwMDAwMDAwMDAwMDAwMDAwMA.GabcdE.0123456789abcdefghijklmnopqrstuvwxyzAB";
/// The bot's user, and what it is called.
pub const BOT_USER: &str = "1000000000000000000";
const BOT: &str = "mesh";
/// Channels with lower numbers are direct ones.
const CHANNELS_FROM: u64 = 5000;

/// Whoever writes there.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub id: &'static str,
    pub name: &'static str,
    pub username: &'static str,
}

enum Frame {
    Send(Value),
    Close(u16),
    Cut,
}

#[derive(Default)]
struct Session {
    events: Vec<Value>,
    intents: u64,
    frames: Option<UnboundedSender<Frame>>,
}

#[derive(Default)]
struct State {
    host: String,
    next: u64,
    channels: BTreeMap<String, Vec<Value>>,
    sessions: BTreeMap<String, Session>,
    /// How often sessions began and went on.
    began: u64,
    resumed: u64,
    presses: Vec<(String, String)>,
    calls: VecDeque<(String, Value)>,
    faults: VecDeque<(&'static str, u16, Value)>,
    /// Which close the next one who says who it is gets.
    refuse: Option<u16>,
    revoked: bool,
    over: bool,
}

type Shared = (Mutex<State>, Condvar);

pub struct DiscordDouble {
    /// Where the REST API is.
    pub url: String,
    shared: Arc<Shared>,
}

impl DiscordDouble {
    pub fn start() -> DiscordDouble {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let url = format!("http://{host}/api/v10");
        let state = State {
            host,
            next: 900_000_000_000_000_000,
            ..State::default()
        };
        let shared = Arc::new((Mutex::new(state), Condvar::new()));
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                if shared.0.lock().unwrap().over {
                    return;
                }
                std::thread::spawn(move || {
                    let mut first = [0; 7];
                    let socket = stream.peek(&mut first).is_ok() && first.starts_with(b"GET /gw");
                    if socket {
                        connection(&shared, stream);
                    } else {
                        serve(&shared, stream);
                    }
                });
            }
        });
        DiscordDouble { url, shared }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.shared.1.notify_all();
        changed
    }

    /// Somebody writes. The message's number.
    pub fn write(&self, from: Person, channel: &str, content: &str) -> String {
        self.send(from, channel, json!({"content": content}))
    }

    /// Somebody answers a message.
    pub fn reply(&self, from: Person, channel: &str, to: &str, content: &str) -> String {
        let reference = json!({"type": 0, "message_id": to, "channel_id": channel});
        self.send(
            from,
            channel,
            json!({"content": content, "type": 19, "message_reference": reference}),
        )
    }

    /// The same, with whatever the message has.
    pub fn send(&self, from: Person, channel: &str, fields: Value) -> String {
        self.change(|state| {
            let mut message = json!({"type": 0, "author": user(from)});
            let all = message.as_object_mut().unwrap();
            all.extend(fields.as_object().unwrap().clone());
            state.say(channel, message)
        })
    }

    /// Somebody changes what it wrote.
    pub fn edit(&self, channel: &str, id: &str, content: &str) {
        self.change(|state| {
            let message = state.find(channel, id);
            message["content"] = json!(content);
            message["edited_timestamp"] = json!("2026-01-01T00:00:01.000000+00:00");
            let now = message.clone();
            state.happens("MESSAGE_UPDATE", channel, now);
        });
    }

    /// Somebody takes back what it wrote.
    pub fn delete(&self, channel: &str, id: &str) {
        self.change(|state| state.gone(channel, id));
    }

    /// Somebody presses a button below a message of the bot's.
    pub fn press(&self, from: Person, channel: &str, id: &str, custom_id: &str) {
        self.change(|state| {
            state.next += 1;
            let (number, token) = (state.next.to_string(), format!("aW50ZXJhY3Rpb24{}", state.next));
            state.presses.push((number.clone(), token.clone()));
            let message = state.find(channel, id).clone();
            let mut pressed = json!({"id": number, "application_id": BOT_USER, "type": 3, "token": token,
                "version": 1, "channel_id": channel, "message": message,
                "data": {"custom_id": custom_id, "component_type": 2, "id": 2}});
            if is_direct(channel) {
                pressed["user"] = user(from);
            } else {
                pressed["member"] = json!({"user": user(from), "roles": []});
            }
            state.happens("INTERACTION_CREATE", channel, pressed);
        });
    }

    /// The service wants another connection.
    pub fn reconnect(&self) {
        self.frames(|| Frame::Send(json!({"op": 7, "d": null, "s": null, "t": null})));
    }

    /// All connections break.
    pub fn cut(&self) {
        self.frames(|| Frame::Cut);
    }

    /// All connections are closed with a code.
    pub fn close(&self, code: u16) {
        self.frames(|| Frame::Close(code));
    }

    fn frames(&self, frame: impl Fn() -> Frame) {
        self.change(|state| {
            for frames in state
                .sessions
                .values_mut()
                .filter_map(|one| one.frames.take())
            {
                // It may be gone already.
                let _ = frames.send(frame());
            }
        });
    }

    /// The service forgets all sessions: none of them can go on.
    pub fn forget(&self) {
        self.change(|state| state.sessions.clear());
    }

    /// The next one who says who it is gets this close.
    pub fn refuse(&self, code: u16) {
        self.change(|state| state.refuse = Some(code));
    }

    /// The next call of this kind is answered so: a method, a blank, and how its path ends.
    pub fn fault(&self, call: &'static str, status: u16, body: Value) {
        self.change(|state| state.faults.push_back((call, status, body)));
    }

    pub fn revoke(&self) {
        self.change(|state| state.revoked = true);
    }

    /// The next call of this kind; others before it are passed over.
    pub fn next(&self, call: &str) -> Value {
        let mut state = self.state();
        loop {
            while let Some((name, body)) = state.calls.pop_front() {
                if name == call {
                    return body;
                }
            }
            state = self.shared.1.wait(state).unwrap();
        }
    }

    /// The next message of the bot: its words, its number and all of it.
    pub fn said(&self) -> (String, String, Value) {
        let body = self.next("POST messages");
        (
            shown(body["content"].as_str().unwrap()),
            body["id"].as_str().unwrap().to_owned(),
            body,
        )
    }

    /// What was asked and not looked at so far.
    pub fn left(&self) -> Vec<(String, Value)> {
        self.state().calls.drain(..).collect()
    }

    /// Waits until so many sessions began, and so many went on.
    pub fn sessions(&self, began: u64, resumed: u64) {
        let mut state = self.state();
        while state.began < began || state.resumed < resumed {
            state = self.shared.1.wait(state).unwrap();
        }
    }
}

impl Drop for DiscordDouble {
    fn drop(&mut self) {
        self.change(|state| {
            state.over = true;
            state.sessions.clear();
        });
        // The listener looks once more.
        let _ = TcpStream::connect(&self.state().host);
    }
}

fn user(from: Person) -> Value {
    json!({"id": from.id, "username": from.username, "global_name": from.name, "discriminator": "0",
        "avatar": null, "bot": from.username == "other_bot"})
}

fn me() -> Value {
    json!({"id": BOT_USER, "username": BOT, "global_name": null, "discriminator": "0", "avatar": null,
        "bot": true, "verified": true, "mfa_enabled": false, "email": null, "flags": 0})
}

fn is_direct(channel: &str) -> bool {
    channel.parse::<u64>().unwrap() < CHANNELS_FROM
}

impl State {
    /// A message is there for good, and whoever is connected hears of it.
    fn say(&mut self, channel: &str, mut message: Value) -> String {
        self.next += 1;
        let id = self.next.to_string();
        let defaults = json!({"id": id, "channel_id": channel, "timestamp": "2026-01-01T00:00:00.000000+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [],
            "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "content": "",
            "components": [], "flags": 0});
        let all = message.as_object_mut().unwrap();
        for (name, value) in defaults.as_object().unwrap() {
            all.entry(name.clone()).or_insert(value.clone());
        }
        let messages = self.channels.entry(channel.to_owned()).or_default();
        messages.push(message.clone());
        self.happens("MESSAGE_CREATE", channel, message);
        id
    }

    fn find(&mut self, channel: &str, id: &str) -> &mut Value {
        let all = self.channels.get_mut(channel).unwrap();
        all.iter_mut().find(|one| one["id"] == id).unwrap()
    }

    fn gone(&mut self, channel: &str, id: &str) {
        let all = self.channels.get_mut(channel).unwrap();
        all.retain(|one| one["id"] != id);
        let gone = json!({"id": id, "channel_id": channel});
        self.happens("MESSAGE_DELETE", channel, gone);
    }

    fn happens(&mut self, kind: &str, channel: &str, mut data: Value) {
        let needs = match (kind, is_direct(channel)) {
            ("INTERACTION_CREATE", _) => 0,
            (_, true) => 1 << 12,
            (_, false) => 1 << 9,
        };
        if !is_direct(channel) {
            data["guild_id"] = json!("4000");
        }
        for session in self.sessions.values_mut() {
            if session.intents & needs != needs {
                continue;
            }
            let mut data = data.clone();
            // Without the intent words of channels are not shown.
            if needs == 1 << 9 && session.intents & (1 << 15) == 0 && data.get("content").is_some()
            {
                data["content"] = json!("");
            }
            session.dispatch(kind, data);
        }
    }
}

impl Session {
    fn dispatch(&mut self, kind: &str, data: Value) {
        let event = json!({"op": 0, "t": kind, "s": self.events.len() + 1, "d": data});
        self.events.push(event.clone());
        if let Some(frames) = &self.frames {
            // It may be gone already.
            let _ = frames.send(Frame::Send(event));
        }
    }
}

/// What people see: markup that has lost its meaning, and the bold title.
pub fn shown(content: &str) -> String {
    let mut out = String::new();
    let mut chars = content.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '*' => {}
            '<' | '>' | '`' | '|' | '~' | '_' | '[' | ']' | '@' | '#' => {
                panic!("nobody's words are markup: {content}")
            }
            c => out.push(c),
        }
    }
    out
}

fn connection(shared: &Arc<Shared>, stream: TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        stream.set_nonblocking(true).unwrap();
        let stream = tokio::net::TcpStream::from_std(stream).unwrap();
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else {
            return;
        };
        let hello = json!({"op": 10, "d": {"heartbeat_interval": 2000}, "s": null, "t": null});
        if send(&mut socket, &hello).await {
            talk(shared, socket).await;
        }
        shared.1.notify_all();
    });
}

type Socket = WebSocketStream<tokio::net::TcpStream>;

async fn send(socket: &mut Socket, frame: &Value) -> bool {
    let sent = socket.send(Message::Text(frame.to_string().into())).await;
    sent.is_ok()
}

async fn close(socket: &mut Socket, code: u16) {
    let frame = CloseFrame {
        code: code.into(),
        reason: "".into(),
    };
    // The other side may be gone already.
    let _ = socket.close(Some(frame)).await;
}

async fn talk(shared: &Arc<Shared>, mut socket: Socket) {
    let (frames, mut sent): (_, UnboundedReceiver<Frame>) = unbounded_channel();
    loop {
        tokio::select! {
            frame = sent.recv() => match frame {
                Some(Frame::Send(frame)) => {
                    let over = frame["op"] == 7;
                    if !send(&mut socket, &frame).await || over {
                        return;
                    }
                }
                Some(Frame::Close(code)) => return close(&mut socket, code).await,
                Some(Frame::Cut) | None => return,
            },
            message = socket.next() => {
                let Some(Ok(message)) = message else {
                    return;
                };
                let Message::Text(text) = message else {
                    continue;
                };
                let message: Value = serde_json::from_str(text.as_str()).unwrap();
                let answer = hear(shared, &frames, &message);
                match answer {
                    Ok(Some(answer)) => {
                        if !send(&mut socket, &answer).await {
                            return;
                        }
                    }
                    Ok(None) => {}
                    Err(code) => return close(&mut socket, code).await,
                }
            }
        }
    }
}

/// What somebody says by the gateway, and the answer or the code that it is closed with.
fn hear(
    shared: &Arc<Shared>,
    frames: &UnboundedSender<Frame>,
    message: &Value,
) -> Result<Option<Value>, u16> {
    let mut state = shared.0.lock().unwrap();
    let state = &mut *state;
    let data = &message["d"];
    let answer = match message["op"].as_u64() {
        Some(1) => Some(json!({"op": 11, "d": null, "s": null, "t": null})),
        Some(2 | 6) if data["token"] != TOKEN || state.revoked => return Err(4004),
        Some(2) => {
            if let Some(code) = state.refuse.take() {
                return Err(code);
            }
            assert!(
                data["properties"]["os"].is_string() && data["intents"].is_u64(),
                "{data}"
            );
            state.began += 1;
            let id = format!("session{}", state.began);
            let mut session = Session {
                intents: data["intents"].as_u64().unwrap(),
                frames: Some(frames.clone()),
                ..Session::default()
            };
            session.dispatch("READY", json!({"v": 10, "user": me(), "guilds": [], "session_id": id,
                "resume_gateway_url": format!("ws://{}/gw", state.host), "session_type": "normal",
                "application": {"id": BOT_USER, "flags": 0}, "shard": [0, 1], "private_channels": [],
                "relationships": []}));
            state.sessions.insert(id, session);
            None
        }
        Some(6) => {
            let id = data["session_id"].as_str().unwrap();
            match state.sessions.get_mut(id) {
                Some(session) => {
                    session.frames = Some(frames.clone());
                    let seq = data["seq"].as_u64().unwrap() as usize;
                    for event in &session.events[seq..] {
                        let _ = frames.send(Frame::Send(event.clone()));
                    }
                    session.dispatch("RESUMED", json!({}));
                    state.resumed += 1;
                    None
                }
                None => Some(json!({"op": 9, "d": false, "s": null, "t": null})),
            }
        }
        _ => None,
    };
    shared.1.notify_all();
    Ok(answer)
}

struct Request {
    method: String,
    path: String,
    query: String,
    shown: String,
    body: Value,
}

fn serve(shared: &Arc<Shared>, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(asked) = request(&mut reader) {
        let (status, answer) = answer(shared, &asked);
        let text = match status {
            204 => String::new(),
            _ => answer.to_string(),
        };
        let wait = if status == 429 {
            "retry-after: 1\r\n"
        } else {
            ""
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nx-ratelimit-bucket: b\r\nx-ratelimit-limit: 5\r\n\
             x-ratelimit-remaining: 0\r\nx-ratelimit-reset-after: 0.01\r\nvia: 1.1\r\n{wait}content-length: {}\r\n\r\n",
            text.len()
        );
        // Whoever asked may have been killed meanwhile.
        if stream.write_all((head + &text).as_bytes()).is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut words = first.split(' ');
    let (method, address) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let (mut length, mut shown) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => shown = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).ok()?;
    Some(Request {
        method,
        path,
        query,
        shown,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    })
}

fn no(status: u16, code: u64, message: &str) -> (u16, Value) {
    (status, json!({"code": code, "message": message}))
}

fn answer(shared: &Shared, asked: &Request) -> (u16, Value) {
    let mut state = shared.0.lock().unwrap();
    let Some(path) = asked.path.strip_prefix("/api/v10/") else {
        return no(404, 0, "404: Not Found");
    };
    let parts: Vec<&str> = path.split('/').collect();
    let kind = match parts.as_slice() {
        ["channels", _] => "channel",
        ["channels", _, "messages"] => "messages",
        ["channels", _, "messages", _] => "message",
        ["channels", _, "messages", _, "reactions", _, "@me"] => "reaction",
        ["interactions", _, _, "callback"] => "callback",
        other => other.last().copied().unwrap_or_default(),
    };
    let call = format!("{} {kind}", asked.method);
    if kind != "callback" && (asked.shown != format!("Bot {TOKEN}") || state.revoked) {
        return no(401, 0, "401: Unauthorized");
    }
    let fault = state.faults.iter().position(|fault| fault.0 == call);
    if let Some((_, status, body)) = fault.and_then(|at| state.faults.remove(at)) {
        return (status, body);
    }
    let (status, result) = carry(&mut state, &call, &parts, asked);
    if (200..300).contains(&status) && asked.method != "GET" {
        let mut body = asked.body.clone();
        if body.is_null() {
            body = json!({});
        }
        let id = result.get("id").cloned();
        body["id"] = id.unwrap_or_else(|| json!(parts.get(3).copied().unwrap_or_default()));
        body["channel_id"] = json!(parts[1]);
        state.calls.push_back((call, body));
    }
    drop(state);
    shared.1.notify_all();
    (status, result)
}

fn carry(state: &mut State, call: &str, parts: &[&str], asked: &Request) -> (u16, Value) {
    let body = &asked.body;
    match call {
        "GET @me" => return (200, me()),
        "GET bot" => {
            let limit =
                json!({"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1});
            let url = format!("ws://{}/gw", state.host);
            return (
                200,
                json!({"url": url, "shards": 1, "session_start_limit": limit}),
            );
        }
        "POST callback" => {
            let at = state
                .presses
                .iter()
                .position(|(id, token)| (parts[1], parts[2]) == (id, token));
            let Some(at) = at else {
                return no(404, 10_062, "Unknown interaction");
            };
            assert_eq!(body["type"], 4);
            shown(body["data"]["content"].as_str().unwrap());
            state.presses.remove(at);
            return (204, Value::Null);
        }
        _ => {}
    }
    let channel = parts.get(1).copied().unwrap_or_default();
    if parts[0] != "channels" || !state.channels.contains_key(channel) {
        return no(404, 10_003, "Unknown Channel");
    }
    let all = &state.channels[channel];
    if let Some(id) = parts.get(3) {
        let Some(message) = all.iter().find(|one| one["id"] == *id) else {
            return no(404, 10_008, "Unknown Message");
        };
        if call == "PATCH message" && message["author"]["id"] != BOT_USER {
            return no(
                403,
                50_005,
                "Cannot edit a message authored by another user",
            );
        }
    }
    match call {
        "GET channel" => {
            let kind = if is_direct(channel) { 1 } else { 0 };
            (200, json!({"id": channel, "type": kind}))
        }
        "GET messages" => (200, page(all, &asked.query)),
        "POST messages" => {
            if let Some(why) = unfit(body, true) {
                return why;
            }
            let mut message = json!({"type": 0, "author": me(), "components": body["components"],
                "content": body["content"].as_str().unwrap().trim(), "flags": body["flags"]});
            if let Some(reference) = body.get("message_reference") {
                message["type"] = json!(19);
                message["message_reference"] = reference.clone();
            }
            let id = state.say(channel, message);
            (200, state.find(channel, &id).clone())
        }
        "PATCH message" => {
            if let Some(why) = unfit(body, false) {
                return why;
            }
            let message = state.find(channel, parts[3]);
            for field in ["content", "components", "flags"] {
                if let Some(value) = body.get(field) {
                    message[field] = value.clone();
                }
            }
            let now = message.clone();
            state.happens("MESSAGE_UPDATE", channel, now.clone());
            (200, now)
        }
        "DELETE message" => {
            state.gone(channel, parts[3]);
            (204, Value::Null)
        }
        "PUT reaction" => (204, Value::Null),
        _ => no(404, 0, "404: Not Found"),
    }
}

/// Why a message is not taken. Words that mean something to Discord are a mistake of the connector's.
fn unfit(body: &Value, new: bool) -> Option<(u16, Value)> {
    if let Some(content) = body["content"].as_str() {
        shown(content);
        assert_eq!(
            body["allowed_mentions"]["parse"],
            json!([]),
            "nobody is called"
        );
        if content.trim().is_empty() {
            return Some(no(400, 50_006, "Cannot send an empty message"));
        }
        if content.encode_utf16().count() > 2000 {
            return Some(no(400, 50_035, "Invalid Form Body"));
        }
    } else if new {
        return Some(no(400, 50_006, "Cannot send an empty message"));
    }
    for row in body["components"].as_array().into_iter().flatten() {
        for button in row["components"].as_array().unwrap() {
            assert_eq!((&row["type"], &button["type"]), (&json!(1), &json!(2)));
            if button["custom_id"].as_str().unwrap().len() > 100 {
                return Some(no(400, 50_035, "Invalid Form Body"));
            }
        }
    }
    None
}

/// A page of a channel, newest first.
fn page(all: &[Value], query: &str) -> Value {
    let field = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(found, _)| *found == name)
            .and_then(|(_, value)| value.parse::<u64>().ok())
    };
    let id = |one: &Value| one["id"].as_str().unwrap().parse::<u64>().unwrap();
    let after = field("after").unwrap_or_default();
    let limit = field("limit").unwrap_or(50) as usize;
    assert!((1..=100).contains(&limit));
    let behind: Vec<&Value> = all
        .iter()
        .filter(|one| id(one) > after)
        .take(limit)
        .collect();
    behind.into_iter().rev().cloned().collect()
}
