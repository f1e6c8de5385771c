//! A double of Telegram's Bot API: a server that answers as the real one does, for one bot, with people and groups whom a test
//! plays. It is strict where the real one is: texts of 4,096 UTF-16 units, buttons of 64 bytes, chats that are known, one
//! program at a time that fetches.

use std::collections::{BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

/// The bot's token, of the real one's form.
pub const TOKEN: &str = "7000000001:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr";
/// The bot's user name.
pub const BOT: &str = "mesh_double_bot";

/// Whoever writes there.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub id: i64,
    pub name: &'static str,
    pub username: &'static str,
}

#[derive(Default)]
struct State {
    updates: VecDeque<Value>,
    next_update: i64,
    next_message: i64,
    /// Chats that the bot may write to.
    chats: BTreeSet<i64>,
    /// What the bot did, in order.
    calls: VecDeque<(String, Value)>,
    /// What the next calls of a method are answered instead.
    faults: VecDeque<(&'static str, u16, Value)>,
    /// Texts by message, for the buttons below them.
    texts: Vec<(i64, i64, String)>,
    /// Who fetches; whoever comes later ends the earlier one.
    fetching: u64,
    /// The offset of the latest fetch.
    confirmed: i64,
    revoked: bool,
    hook: String,
    over: bool,
}

pub struct TelegramDouble {
    pub url: String,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl TelegramDouble {
    pub fn start() -> TelegramDouble {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            next_update: 500_000,
            next_message: 10,
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
                std::thread::spawn(move || serve(&shared, stream));
            }
        });
        TelegramDouble { url, shared }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.shared.1.notify_all();
        changed
    }

    fn push(state: &mut State, mut update: Value) -> i64 {
        let id = state.next_update;
        state.next_update += 1;
        update["update_id"] = json!(id);
        state.updates.push_back(update);
        id
    }

    /// Somebody writes in a chat: its own with the bot, or a group. The message's number.
    pub fn write(&self, from: Person, chat: i64, text: &str) -> i64 {
        self.send(from, chat, json!({"text": text}))
    }

    /// The same, with whatever else the message has.
    pub fn send(&self, from: Person, chat: i64, fields: Value) -> i64 {
        self.change(|state| {
            state.chats.insert(chat);
            let id = state.next_message;
            state.next_message += 1;
            let message = message(from, chat, id, fields);
            TelegramDouble::push(state, json!({"message": message}));
            id
        })
    }

    /// Somebody changes what it wrote.
    pub fn edit(&self, from: Person, chat: i64, id: i64, text: &str) {
        self.change(|state| {
            let fields = json!({"text": text, "edit_date": 1_800_000_001});
            let message = message(from, chat, id, fields);
            TelegramDouble::push(state, json!({"edited_message": message}));
        });
    }

    /// Somebody presses a button.
    pub fn press(&self, from: Person, chat: i64, message: i64, data: &str) {
        self.change(|state| {
            let id = state.next_update.to_string();
            let text = state
                .texts
                .iter()
                .find(|one| (one.0, one.1) == (chat, message));
            let pressed = json!({"callback_query": {
                "id": id, "from": user(from), "chat_instance": "1", "data": data,
                "message": {"message_id": message, "date": 1_800_000_000, "chat": chat_of(chat),
                            "text": text.map(|one| one.2.clone())},
            }});
            TelegramDouble::push(state, pressed);
        });
    }

    /// The last update comes again, as one does whose confirmation was lost.
    pub fn repeat_last(&self, update: Value) {
        self.change(|state| state.updates.push_back(update));
    }

    /// The next call of a method is answered so.
    pub fn fault(&self, method: &'static str, status: u16, parameters: Value) {
        self.change(|state| state.faults.push_back((method, status, parameters)));
    }

    /// The token is revoked at @BotFather.
    pub fn revoke(&self) {
        self.change(|state| state.revoked = true);
    }

    /// Another program has set a webhook.
    pub fn set_hook(&self, url: &str) {
        self.change(|state| state.hook = url.to_owned());
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

    /// The next message of the bot: its text, its number and all of it.
    pub fn said(&self) -> (String, i64, Value) {
        let body = self.next("sendMessage");
        let text = body["text"].as_str().unwrap().to_owned();
        (text, body["message_id"].as_i64().unwrap(), body)
    }

    /// What was asked and not looked at so far.
    pub fn left(&self) -> Vec<(String, Value)> {
        self.state().calls.drain(..).collect()
    }

    /// Waits until everything that was written so far was fetched and is confirmed: it will not come again.
    pub fn settled(&self) {
        let mut state = self.state();
        while state.confirmed < state.next_update {
            state = self.shared.1.wait(state).unwrap();
        }
    }
}

impl Drop for TelegramDouble {
    fn drop(&mut self) {
        self.change(|state| state.over = true);
        // The listener looks once more.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn user(from: Person) -> Value {
    json!({"id": from.id, "is_bot": from.name == "Bot", "first_name": from.name, "username": from.username})
}

fn chat_of(chat: i64) -> Value {
    match chat {
        ..0 => json!({"id": chat, "type": "supergroup", "title": "Ops"}),
        0.. => json!({"id": chat, "type": "private"}),
    }
}

fn message(from: Person, chat: i64, id: i64, fields: Value) -> Value {
    let mut message = json!({
        "message_id": id, "date": 1_800_000_000, "from": user(from), "chat": chat_of(chat),
    });
    let all = message.as_object_mut().unwrap();
    all.extend(fields.as_object().unwrap().clone());
    message
}

fn serve(shared: &(Mutex<State>, Condvar), mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((path, _, body)) = request(&mut reader) {
        let (status, answer) = answer(shared, &path, body);
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

/// A request of HTTP with JSON: its path, what it shows as `authorization`, its body.
pub fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, String, Value)> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let path = first.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    let mut shown = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "authorization" => shown = value.trim().to_owned(),
                _ => {}
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((
        path,
        shown,
        serde_json::from_slice(&body).unwrap_or_default(),
    ))
}

fn no(code: u16, why: &str, parameters: Value) -> (u16, Value) {
    let mut answer = json!({"ok": false, "error_code": code, "description": why});
    if !parameters.is_null() {
        answer["parameters"] = parameters;
    }
    (code, answer)
}

fn answer(shared: &(Mutex<State>, Condvar), path: &str, mut body: Value) -> (u16, Value) {
    let mut state = shared.0.lock().unwrap();
    let method = path
        .strip_prefix(&format!("/bot{TOKEN}/"))
        .filter(|_| !state.revoked);
    let Some(method) = method else {
        return no(401, "Unauthorized", Value::Null);
    };
    let fault = state.faults.iter().position(|fault| fault.0 == method);
    if let Some((_, status, parameters)) = fault.and_then(|at| state.faults.remove(at)) {
        return no(status, "as the test wants it", parameters);
    }
    if method == "getUpdates" {
        return fetch(shared, state, &body);
    }
    let checked = check(&mut state, method, &mut body);
    if checked.0 == 200 && !method.starts_with("get") {
        state.calls.push_back((method.to_owned(), body));
        drop(state);
        shared.1.notify_all();
    }
    checked
}

/// Long poll: what is before the offset is forgotten, the rest comes as soon as there is some.
fn fetch(
    shared: &(Mutex<State>, Condvar),
    mut state: MutexGuard<'_, State>,
    body: &Value,
) -> (u16, Value) {
    let offset = body["offset"].as_i64().unwrap_or_default();
    let until = Duration::from_secs(body["timeout"].as_u64().unwrap_or_default());
    state.fetching += 1;
    let mine = state.fetching;
    state.confirmed = offset;
    // Forgotten is what came before the first that is asked for, whatever its number.
    while state.updates.front().is_some_and(|update| {
        update["update_id"].as_i64() < Some(offset) && update["again"].is_null()
    }) {
        state.updates.pop_front();
    }
    shared.1.notify_all();
    while state.updates.is_empty() && !state.over && !state.revoked && state.fetching == mine {
        let (woken, waited) = shared.1.wait_timeout(state, until).unwrap();
        state = woken;
        if waited.timed_out() {
            break;
        }
    }
    if state.revoked {
        return no(401, "Unauthorized", Value::Null);
    }
    if state.fetching != mine {
        return no(
            409,
            "Conflict: terminated by other getUpdates request",
            Value::Null,
        );
    }
    let updates: Vec<Value> = state.updates.iter().take(100).cloned().collect();
    // One that comes again does so once.
    state.updates.retain(|update| update["again"].is_null());
    (200, json!({"ok": true, "result": updates}))
}

fn check(state: &mut State, method: &str, body: &mut Value) -> (u16, Value) {
    let known = body["chat_id"]
        .as_i64()
        .is_some_and(|chat| state.chats.contains(&chat));
    let ok = |result: Value| (200, json!({"ok": true, "result": result}));
    match method {
        "getMe" => ok(
            json!({"id": 7_000_000_001_i64, "is_bot": true, "first_name": "Mesh", "username": BOT,
            "can_join_groups": true, "can_read_all_group_messages": true}),
        ),
        "getWebhookInfo" => ok(json!({"url": state.hook, "pending_update_count": 0})),
        "answerCallbackQuery" if body["callback_query_id"].is_string() => ok(json!(true)),
        _ if !known => no(400, "Bad Request: chat not found", Value::Null),
        "sendMessage" | "editMessageText" => {
            let text = body["text"].as_str().unwrap_or_default().to_owned();
            let units = text.encode_utf16().count();
            if text.trim().is_empty() {
                return no(400, "Bad Request: message text is empty", Value::Null);
            }
            if units > 4096 {
                return no(400, "Bad Request: message is too long", Value::Null);
            }
            for entity in body["entities"].as_array().into_iter().flatten() {
                let end = entity["offset"].as_u64().unwrap() + entity["length"].as_u64().unwrap();
                assert!(end <= units as u64, "an entity ends outside of the text");
            }
            assert!(
                body.get("parse_mode").is_none(),
                "nobody's words are markup"
            );
            let rows = body["reply_markup"]["inline_keyboard"].as_array().cloned();
            for button in rows
                .iter()
                .flatten()
                .flat_map(|row| row.as_array().unwrap())
            {
                let data = button["callback_data"].as_str().unwrap();
                assert!((1..=64).contains(&data.len()), "{data}");
            }
            if method == "sendMessage" {
                body["message_id"] = json!(state.next_message);
                state.next_message += 1;
            }
            let (chat, id) = (
                body["chat_id"].as_i64().unwrap(),
                body["message_id"].as_i64().unwrap(),
            );
            state.texts.push((chat, id, text.clone()));
            ok(
                json!({"message_id": id, "date": 1_800_000_000, "chat": chat_of(chat), "text": text}),
            )
        }
        "editMessageReplyMarkup" | "deleteMessage" | "setMessageReaction" => ok(json!(true)),
        _ => no(404, "Not Found: method not found", Value::Null),
    }
}
