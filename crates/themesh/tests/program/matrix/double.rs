//! A double of a Matrix homeserver: as much of the client-server API as a connector and the people around it use, without
//! other servers, encryption and rights. The same journeys run against a real one.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

use crate::telegram_double::request;

#[derive(Default)]
struct State {
    /// Who shows which token.
    users: BTreeMap<String, String>,
    /// Everything that happened, in order, with its room.
    stream: Vec<(String, Value)>,
    /// What was sent under a transaction's id.
    sent: HashMap<String, String>,
    /// What the next calls with this in their address are answered instead.
    faults: VecDeque<(&'static str, u16, Value)>,
    /// So many events before its place the next answer of a user's begins.
    again: HashMap<String, usize>,
    over: bool,
}

pub struct MatrixDouble {
    pub url: String,
    shared: Arc<(Mutex<State>, Condvar)>,
}

type Shared = (Mutex<State>, Condvar);
type Answer = (u16, Value);

impl MatrixDouble {
    pub fn start() -> MatrixDouble {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                if shared.0.lock().unwrap().over {
                    return;
                }
                std::thread::spawn(move || serve(&shared, stream));
            }
        });
        MatrixDouble { url, shared }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.0.lock().unwrap());
        self.shared.1.notify_all();
    }

    /// The next call with this in its address is answered so.
    pub fn fault(&self, path: &'static str, status: u16, body: Value) {
        self.change(|state| state.faults.push_back((path, status, body)));
    }

    /// What was told to a user last comes to it again, as after an answer that was lost.
    pub fn again(&self, user: &str, events: usize) {
        self.change(|state| {
            state.again.insert(user.to_owned(), events);
            // Something new, so that whoever waits is answered.
            state.stream.push(("!elsewhere".to_owned(), json!({})));
        });
    }

    /// A user's token is taken back.
    pub fn revoke(&self, user: &str) {
        self.change(|state| state.users.retain(|_, known| known != user));
    }

    /// How often something was sent in a room by a user.
    pub fn count(&self, room: &str, user: &str, kind: &str) -> usize {
        let state = self.shared.0.lock().unwrap();
        let is = |(at, event): &&(String, Value)| {
            at == room && event["sender"] == user && event["type"] == kind
        };
        state.stream.iter().filter(is).count()
    }
}

impl Drop for MatrixDouble {
    fn drop(&mut self) {
        self.change(|state| state.over = true);
        // The listener looks once more.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((path, shown, body)) = request(&mut reader) {
        let (status, answer) = answer(shared, &path, &shown, body);
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        // Whoever asked may have been killed meanwhile.
        if stream.write_all((head + &answer).as_bytes()).is_err() {
            return;
        }
    }
}

fn no(status: u16, code: &str) -> Answer {
    (
        status,
        json!({"errcode": code, "error": "as a homeserver says it"}),
    )
}

fn plain(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap()
}

fn answer(shared: &Shared, path: &str, shown: &str, body: Value) -> Answer {
    let mut state = shared.0.lock().unwrap();
    let fault = state.faults.iter().position(|fault| path.contains(fault.0));
    if let Some((_, status, body)) = fault.and_then(|at| state.faults.remove(at)) {
        return (status, body);
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let Some(rest) = path.strip_prefix("/_matrix/client/v3/") else {
        return no(404, "M_UNRECOGNIZED");
    };
    let parts: Vec<String> = rest.split('/').map(plain).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if parts == ["register"] {
        return register(&mut state, &body);
    }
    let token = shown.strip_prefix("Bearer ").unwrap_or_default();
    let Some(user) = state.users.get(token).cloned() else {
        return no(401, "M_UNKNOWN_TOKEN");
    };
    let query: HashMap<&str, String> = query
        .split('&')
        .filter_map(|one| one.split_once('='))
        .map(|(name, value)| (name, plain(value)))
        .collect();
    if parts == ["sync"] {
        return sync(shared, state, &user, &query);
    }
    let answered = act(&mut state, &user, &parts, &query, body);
    drop(state);
    shared.1.notify_all();
    answered
}

fn register(state: &mut State, body: &Value) -> Answer {
    let user = format!("@{}:here.test", body["username"].as_str().unwrap());
    let token = format!(
        "syt_{}_{}",
        body["username"].as_str().unwrap(),
        state.users.len()
    );
    state.users.insert(token.clone(), user.clone());
    (200, json!({"user_id": user, "access_token": token}))
}

impl State {
    fn add(&mut self, room: &str, user: &str, mut event: Value) -> String {
        let id = format!("${:043}", self.stream.len());
        event["event_id"] = json!(id);
        event["sender"] = json!(user);
        event["room_id"] = json!(room);
        event["origin_server_ts"] = json!(1_800_000_000_000_u64);
        self.stream.push((room.to_owned(), event));
        id
    }

    fn member(&mut self, room: &str, by: &str, user: &str, membership: &str) {
        let name = user[1..].split(':').next().unwrap();
        let event = json!({"type": "m.room.member", "state_key": user,
            "content": {"membership": membership, "displayname": name}});
        self.add(room, by, event);
    }

    /// What happened in a room, with its place in the stream.
    fn of(&self, room: &str) -> std::vec::IntoIter<(usize, &Value)> {
        let stream = self.stream.iter().enumerate();
        let here = stream.filter(|(_, (at, _))| at == room);
        let here = here.map(|(index, (_, event))| (index, event));
        here.collect::<Vec<_>>().into_iter()
    }

    fn state(&self, room: &str, kind: &str, key: &str) -> Option<&Value> {
        let mut found = self.of(room).rev().map(|(_, event)| event);
        found.find(|event| event["type"] == kind && event["state_key"] == key)
    }

    fn membership(&self, room: &str, user: &str) -> &str {
        let member = self.state(room, "m.room.member", user);
        member.map_or("leave", |member| {
            member["content"]["membership"].as_str().unwrap()
        })
    }

    fn rooms(&self) -> Vec<String> {
        let mut rooms: Vec<String> = self.stream.iter().map(|(room, _)| room.clone()).collect();
        rooms.sort();
        rooms.dedup();
        rooms
    }
}

/// What changes something or asks about one room.
fn act(
    state: &mut State,
    user: &str,
    parts: &[&str],
    query: &HashMap<&str, String>,
    body: Value,
) -> Answer {
    match parts {
        ["account", "whoami"] => (200, json!({"user_id": user})),
        ["createRoom"] => {
            let room = format!("!room{}:here.test", state.stream.len());
            state.member(&room, user, user, "join");
            for initial in body["initial_state"].as_array().into_iter().flatten() {
                let mut event = initial.clone();
                event["state_key"] = json!("");
                state.add(&room, user, event);
            }
            for invited in body["invite"].as_array().into_iter().flatten() {
                state.member(&room, user, invited.as_str().unwrap(), "invite");
            }
            (200, json!({"room_id": room}))
        }
        ["join", room] if state.membership(room, user) == "leave" => no(403, "M_FORBIDDEN"),
        ["join", room] => {
            state.member(room, user, user, "join");
            (200, json!({"room_id": room}))
        }
        ["rooms", room, ..] if !matches!(state.membership(room, user), "join" | "invite") => {
            no(403, "M_FORBIDDEN")
        }
        ["rooms", room, "leave"] => {
            state.member(room, user, user, "leave");
            (200, json!({}))
        }
        ["rooms", room, "invite"] => {
            state.member(room, user, body["user_id"].as_str().unwrap(), "invite");
            (200, json!({}))
        }
        ["rooms", room, "send", kind, txn] => {
            let key = format!("{user} {room} {txn}");
            if let Some(id) = state.sent.get(&key) {
                return (200, json!({"event_id": id}));
            }
            if body.to_string().len() > 65_000 {
                return no(413, "M_TOO_LARGE");
            }
            let id = state.add(room, user, json!({"type": kind, "content": body}));
            state.sent.insert(key, id.clone());
            (200, json!({"event_id": id}))
        }
        ["rooms", room, "redact", of, _] => {
            let of = (*of).to_owned();
            for (at, event) in &mut state.stream {
                if at == room && event["event_id"] == of.as_str() {
                    event["content"] = json!({});
                }
            }
            let id = state.add(
                room,
                user,
                json!({"type": "m.room.redaction", "redacts": of, "content": {"redacts": of}}),
            );
            (200, json!({"event_id": id}))
        }
        ["rooms", room, "event", of] => {
            let found = state.of(room).find(|(_, event)| event["event_id"] == *of);
            found.map_or_else(|| no(404, "M_NOT_FOUND"), |(_, event)| (200, event.clone()))
        }
        ["rooms", room, "state", kind, ..] if body.is_object() => {
            let id = state.add(
                room,
                user,
                json!({"type": kind, "state_key": "", "content": body}),
            );
            (200, json!({"event_id": id}))
        }
        ["rooms", room, "state", kind, key @ ..] => {
            let key = key.first().copied().unwrap_or_default();
            match state.state(room, kind, key) {
                Some(event) => (200, event["content"].clone()),
                None => no(404, "M_NOT_FOUND"),
            }
        }
        ["rooms", room, "members"] => {
            let mut users: Vec<&str> = state
                .of(room)
                .filter(|(_, event)| event["type"] == "m.room.member")
                .map(|(_, event)| event["state_key"].as_str().unwrap())
                .collect();
            users.sort_unstable();
            users.dedup();
            let there = users
                .into_iter()
                .filter(|user| state.membership(room, user) != "leave");
            let chunk: Vec<&Value> = there
                .filter_map(|user| state.state(room, "m.room.member", user))
                .collect();
            (200, json!({"chunk": chunk}))
        }
        ["rooms", room, "messages"] => {
            let place = |name: &str| query[name][1..].parse::<usize>().unwrap();
            let (from, to, limit) = (place("from"), place("to"), query["limit"].parse().unwrap());
            let found = state.of(room).rev();
            let mut found = found.filter(|(at, _)| (to..from).contains(at));
            let chunk: Vec<(usize, &Value)> = found.by_ref().take(limit).collect();
            let end = chunk.last().map(|(at, _)| format!("t{at}"));
            let chunk: Vec<&Value> = chunk.iter().map(|(_, event)| *event).collect();
            (200, json!({"chunk": chunk, "end": end}))
        }
        _ => no(404, "M_UNRECOGNIZED"),
    }
}

/// Long poll: what is behind a place, as soon as there is some.
fn sync(
    shared: &Shared,
    mut state: MutexGuard<'_, State>,
    user: &str,
    query: &HashMap<&str, String>,
) -> Answer {
    let since = query
        .get("since")
        .map(|since| since[1..].parse::<usize>().unwrap());
    let filter: Value = serde_json::from_str(&query["filter"]).unwrap();
    let limit = filter["room"]["timeline"]["limit"].as_u64().unwrap() as usize;
    let until = Duration::from_millis(query["timeout"].parse().unwrap());
    while since.is_some_and(|since| since >= state.stream.len()) && !state.over {
        let (woken, waited) = shared.1.wait_timeout(state, until).unwrap();
        state = woken;
        if waited.timed_out() || !state.users.values().any(|known| known == user) {
            break;
        }
    }
    if !state.users.values().any(|known| known == user) {
        return no(401, "M_UNKNOWN_TOKEN");
    }
    let next = state.stream.len();
    let before = state.again.remove(user).unwrap_or_default();
    let since = since.unwrap_or_default().saturating_sub(before);
    let (mut join, mut invite, mut leave) = (json!({}), json!({}), json!({}));
    for room in state.rooms() {
        let mut events: Vec<(usize, &Value)> =
            state.of(&room).filter(|(at, _)| *at >= since).collect();
        let moved = events.iter().any(|(_, event)| event["state_key"] == user);
        match state.membership(&room, user) {
            "join" if !events.is_empty() => {
                if moved {
                    // Whoever has just come is told what was said before, too.
                    events = state.of(&room).collect();
                }
                let limited = events.len() > limit;
                let told = &events[events.len().saturating_sub(limit)..];
                let first = told.first().map_or(next, |(at, _)| *at);
                let told: Vec<&Value> = told.iter().map(|(_, event)| *event).collect();
                join[&room] = json!({"timeline": {
                    "events": told, "limited": limited, "prev_batch": format!("t{first}"),
                }});
            }
            "invite" if moved => invite[&room] = json!({"invite_state": {"events": []}}),
            "leave" if moved => leave[&room] = json!({"timeline": {"events": []}}),
            _ => {}
        }
    }
    let rooms = json!({"join": join, "invite": invite, "leave": leave});
    (
        200,
        json!({"next_batch": format!("s{next}"), "rooms": rooms}),
    )
}
