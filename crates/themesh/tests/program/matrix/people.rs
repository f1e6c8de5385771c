//! People at a homeserver, by its client-server API: the same for the double and for a real one.

use std::cell::RefCell;
use std::collections::VecDeque;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

/// People here listen to the connector's account alone, which is called so.
const HEARD: &str = "@mesh.";

/// Somebody with an account.
pub struct Person {
    agent: Agent,
    server: String,
    pub token: String,
    pub id: String,
    since: RefCell<String>,
    heard: RefCell<VecDeque<(String, Value)>>,
    count: RefCell<u32>,
}

/// As it stands in a path.
fn part(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let one = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(one).collect()
}

impl Person {
    /// A new account, and where everything is now.
    pub fn register(server: &str, name: &str) -> Person {
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false);
        let mut person = Person {
            agent: config.build().into(),
            server: server.to_owned(),
            token: String::new(),
            id: String::new(),
            since: RefCell::default(),
            heard: RefCell::default(),
            count: RefCell::default(),
        };
        let body = json!({"username": name, "password": "correct horse", "auth": {"type": "m.login.dummy"}});
        let account = person.ask("POST", "register", Some(&body));
        person.token = account["access_token"].as_str().unwrap().to_owned();
        person.id = account["user_id"].as_str().unwrap().to_owned();
        person.fetch(0);
        person.heard.borrow_mut().clear();
        person
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}/_matrix/client/v3/{path}", self.server);
        let mut request = Request::builder().method(method).uri(url);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut answer = self.agent.run(request.body(text).unwrap()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A room, into which others are asked.
    pub fn create(&self, invited: &[&str], initial: Value) -> String {
        let body = json!({"preset": "private_chat", "invite": invited, "initial_state": initial});
        let made = self.ask("POST", "createRoom", Some(&body));
        made["room_id"].as_str().unwrap().to_owned()
    }

    pub fn invite(&self, room: &str, user: &str) {
        let path = format!("rooms/{}/invite", part(room));
        self.ask("POST", &path, Some(&json!({"user_id": user})));
    }

    pub fn join(&self, room: &str) {
        self.ask("POST", &format!("join/{}", part(room)), Some(&json!({})));
    }

    /// Writes; the event.
    pub fn write(&self, room: &str, text: &str) -> String {
        self.send(
            room,
            "m.room.message",
            json!({"msgtype": "m.text", "body": text}),
        )
    }

    /// Answers an event.
    pub fn reply(&self, room: &str, of: &str, text: &str) -> String {
        let content = json!({"msgtype": "m.text", "body": format!("> <@x:here.test> quoted\n\n{text}"),
            "m.relates_to": {"m.in_reply_to": {"event_id": of}}});
        self.send(room, "m.room.message", content)
    }

    /// Changes what somebody wrote.
    pub fn edit(&self, room: &str, of: &str, text: &str) -> String {
        let content = json!({"msgtype": "m.text", "body": format!("* {text}"),
            "m.new_content": {"msgtype": "m.text", "body": text},
            "m.relates_to": {"rel_type": "m.replace", "event_id": of}});
        self.send(room, "m.room.message", content)
    }

    /// Puts a sign below an event.
    pub fn react(&self, room: &str, of: &str, key: &str) -> String {
        let relates = json!({"rel_type": "m.annotation", "event_id": of, "key": key});
        self.send(room, "m.reaction", json!({"m.relates_to": relates}))
    }

    pub fn redact(&self, room: &str, of: &str) {
        let path = format!("rooms/{}/redact/{}/{}", part(room), part(of), self.number());
        self.ask("PUT", &path, Some(&json!({})));
    }

    pub fn send(&self, room: &str, kind: &str, content: Value) -> String {
        let path = format!("rooms/{}/send/{kind}/{}", part(room), self.number());
        let sent = self.ask("PUT", &path, Some(&content));
        sent["event_id"].as_str().unwrap().to_owned()
    }

    /// Changes a room's state.
    pub fn state(&self, room: &str, kind: &str, content: Value) {
        let path = format!("rooms/{}/state/{kind}/", part(room));
        self.ask("PUT", &path, Some(&content));
    }

    fn number(&self) -> u32 {
        *self.count.borrow_mut() += 1;
        *self.count.borrow()
    }

    fn fetch(&self, wait_ms: u32) {
        let filter = part(r#"{"room":{"timeline":{"limit":100}}}"#);
        let mut path = format!("sync?timeout={wait_ms}&filter={filter}");
        let since = self.since.borrow().clone();
        if !since.is_empty() {
            path.push_str(&format!("&since={}", part(&since)));
        }
        let batch = self.ask("GET", &path, None);
        *self.since.borrow_mut() = batch["next_batch"].as_str().unwrap().to_owned();
        for (room, joined) in batch["rooms"]["join"].as_object().into_iter().flatten() {
            for event in joined["timeline"]["events"]
                .as_array()
                .into_iter()
                .flatten()
            {
                let sender = event["sender"].as_str().unwrap();
                if sender.starts_with(HEARD) {
                    self.heard
                        .borrow_mut()
                        .push_back((room.clone(), event.clone()));
                }
            }
        }
    }

    /// The next event of a kind that the connector sent in a room; others before it are passed over.
    pub fn next(&self, room: &str, kind: &str) -> Value {
        loop {
            while let Some((at, event)) = self.heard.borrow_mut().pop_front() {
                if at == room && event["type"] == kind {
                    return event;
                }
            }
            self.fetch(30_000);
        }
    }

    /// What the connector says next in a room: its words, its event and its content.
    pub fn hear(&self, room: &str) -> (String, String, Value) {
        let mut event = self.next(room, "m.room.message");
        let text = event["content"]["body"].as_str().unwrap().to_owned();
        let id = event["event_id"].as_str().unwrap().to_owned();
        (text, id, event["content"].take())
    }

    /// What it sent in a room and was not looked at so far.
    pub fn left(&self, room: &str) -> Vec<Value> {
        self.fetch(0);
        let heard = self.heard.borrow_mut().drain(..).collect::<Vec<_>>();
        let here = heard.into_iter().filter(|(at, _)| at == room);
        here.map(|(_, event)| event).collect()
    }
}
