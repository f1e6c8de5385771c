//! Any agent that speaks A2A 1.0, wherever it runs: a turn is a message to it, its artifacts are the answer.
//!
//! The message's id is made of the attempt, so one that is sent again after a broken connection makes no second task there. What it
//! asks in between goes to a person here, who can say yes or no. A turn that is given up cancels its task there.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::api::{Events, Request, ask, get};
use super::lines::{GrowingText, one_line};
use super::{Done, Failed, Job, Options, Progress, Runner, Running};

/// Where an agent's card lies below its address.
const CARD: &str = ".well-known/agent-card.json";

/// The version that is spoken.
const VERSION: (&str, &str) = ("a2a-version", "1.0");

const LOG_IN: &str = "set MESH_A2A_TOKEN for the worker";

/// Connections that break one after the other without a word in between. One that is refused is tried again by [`ask`] itself.
const BREAKS_MAX: u32 = 5;

/// Questions of one turn.
const QUESTIONS_MAX: u32 = 20;

/// Before the first look at how it stands; each further one waits twice as long.
const LOOK_FIRST: Duration = Duration::from_millis(100);

/// Between two looks at most.
const LOOK_MAX: Duration = Duration::from_secs(5);

/// How long it may take to cancel what was given up.
const CANCEL: Duration = Duration::from_secs(10);

/// The longest word about a task that is passed on, bytes.
const WORD_BYTES_MAX: usize = 2000;

/// Asks an agent by this protocol.
#[derive(Debug)]
pub struct A2a {
    base: String,
    key: Option<String>,
}

impl A2a {
    /// Asks the agent at an address.
    pub fn new(options: Options) -> Result<A2a, String> {
        let base = options
            .base_url
            .ok_or("the runner 'a2a' needs the agent's address: --api https://agent.example")?;
        Ok(A2a {
            base: base.trim_end_matches('/').to_owned(),
            key: options.api_key,
        })
    }

    fn card_url(&self) -> String {
        if self.base.ends_with(".json") || self.base.ends_with("/card") {
            self.base.clone()
        } else {
            format!("{}/{CARD}", self.base)
        }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let key = self
            .key
            .iter()
            .map(|key| ("authorization", format!("Bearer {key}")));
        key.chain([(VERSION.0, VERSION.1.to_owned())]).collect()
    }

    async fn turn(&self, job: &Job, io: &dyn Progress) -> Result<Done, Failed> {
        let url = self.card_url();
        let card = get("the agent", &url, self.headers(), job.deadline, LOG_IN).await?;
        let card = Card::read(&card, &url).map_err(Failed::last)?;
        let mut talk = Talk {
            io,
            remote: Remote {
                url: card.url.clone(),
                headers: self.headers(),
                task: None,
            },
            deadline: job.deadline,
            streams: card.streams,
            name: card.name,
            context: job.resume.clone(),
            answer: GrowingText::new(io, job.keep.limits().output_bytes),
            told: Told::default(),
            sent: 0,
            of: format!("{}-{}", job.task, job.fence),
        };
        let mut text = job.prompt.clone();
        for _ in 0..=QUESTIONS_MAX {
            match talk.say(&text).await? {
                State::InputRequired => text = talk.asked().await,
                ended => return talk.ended(ended),
            }
        }
        Err(Failed::new(format!(
            "{} asked more than {QUESTIONS_MAX} questions; its task was cancelled",
            talk.name
        )))
    }
}

impl Runner for A2a {
    fn run<'a>(&'a self, job: Job, io: &'a dyn Progress) -> Running<'a, Result<Done, Failed>> {
        Box::pin(async move { self.turn(&job, io).await })
    }
}

/// What an agent says of itself, as far as it matters here.
#[derive(Debug, PartialEq)]
struct Card {
    name: String,
    url: String,
    streams: bool,
}

impl Card {
    fn read(card: &Value, from: &str) -> Result<Card, String> {
        let name = one_line(card["name"].as_str().unwrap_or("the agent"), 100);
        let spoken = |it: &&Value| {
            let version = it["protocolVersion"].as_str().unwrap_or_default();
            it["protocolBinding"] == "JSONRPC" && (version == "1.0" || version.starts_with("1.0."))
        };
        let interfaces = card["supportedInterfaces"].as_array();
        let found = interfaces.into_iter().flatten().find(spoken);
        let url = found.and_then(|it| it["url"].as_str()).ok_or_else(|| {
            format!("{name} at {from} does not say that it speaks A2A 1.0 by JSON-RPC, so nothing was sent to it")
        })?;
        // A token goes to the server that was named and to no other.
        if origin(url) != origin(from) {
            return Err(format!(
                "the card at {from} leads to another server ({}), to which nothing was sent: name that one with --api if it is meant",
                one_line(url, 200)
            ));
        }
        Ok(Card {
            name,
            url: url.to_owned(),
            streams: card["capabilities"]["streaming"] == true,
        })
    }
}

/// Scheme, host and port, as they are written.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}").to_ascii_lowercase()
}

/// Where a task stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Going,
    Completed,
    Failed,
    Canceled,
    Rejected,
    InputRequired,
    AuthRequired,
}

impl State {
    fn of(status: &Value) -> State {
        match status["state"].as_str().unwrap_or_default() {
            "TASK_STATE_COMPLETED" => State::Completed,
            "TASK_STATE_FAILED" => State::Failed,
            "TASK_STATE_CANCELED" => State::Canceled,
            "TASK_STATE_REJECTED" => State::Rejected,
            "TASK_STATE_INPUT_REQUIRED" => State::InputRequired,
            "TASK_STATE_AUTH_REQUIRED" => State::AuthRequired,
            _ => State::Going,
        }
    }

    fn is_ended(self) -> bool {
        !matches!(
            self,
            State::Going | State::InputRequired | State::AuthRequired
        )
    }
}

/// What came of a task so far: its artifacts by their names, and the last word about it.
#[derive(Debug, Default)]
struct Told {
    artifacts: Vec<(String, Vec<Value>)>,
    word: String,
    left_out: usize,
}

impl Told {
    /// A piece of an artifact; the text that is new.
    fn artifact(&mut self, artifact: &Value, append: bool) -> String {
        let id = artifact["artifactId"].as_str().unwrap_or_default();
        let parts = artifact["parts"].as_array().cloned().unwrap_or_default();
        self.left_out += parts.iter().filter(|part| has_file(part)).count();
        let news = texts(&parts);
        let known = self.artifacts.iter_mut().find(|(known, _)| known == id);
        match known {
            Some((_, held)) if append => held.extend(parts),
            Some((_, held)) if *held == parts => return String::new(),
            Some((_, held)) => *held = parts,
            None => self.artifacts.push((id.to_owned(), parts)),
        }
        news
    }

    fn text(&self) -> String {
        let all = self.artifacts.iter().map(|(_, parts)| texts(parts));
        let all: Vec<String> = all.filter(|text| !text.is_empty()).collect();
        all.join("\n\n")
    }

    /// Its only object, or all that is data.
    fn data(&self) -> Option<Map<String, Value>> {
        let parts = self.artifacts.iter().flat_map(|(_, parts)| parts);
        let mut found: Vec<Value> = parts.filter_map(|part| part.get("data").cloned()).collect();
        match found.len() {
            0 => None,
            1 if found[0].is_object() => match found.remove(0) {
                Value::Object(map) => Some(map),
                _ => None,
            },
            _ => Some(Map::from_iter([("data".to_owned(), Value::Array(found))])),
        }
    }
}

fn has_file(part: &Value) -> bool {
    part.get("raw").is_some() || part.get("url").is_some()
}

fn texts(parts: &[Value]) -> String {
    parts
        .iter()
        .filter_map(|part| part["text"].as_str())
        .collect()
}

/// A task there. One that has not ended when this is dropped is cancelled.
struct Remote {
    url: String,
    headers: Vec<(&'static str, String)>,
    task: Option<String>,
}

impl Drop for Remote {
    fn drop(&mut self) {
        let Some(task) = self.task.take() else { return };
        let (url, headers) = (self.url.clone(), self.headers.clone());
        // Whoever gives up does not wait for it.
        std::thread::spawn(move || {
            let body = call("CancelTask", json!({"id": task}));
            super::api::tell(&url, &headers, &body, CANCEL);
        });
    }
}

fn call(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

/// A conversation with the agent within one turn.
struct Talk<'a> {
    io: &'a dyn Progress,
    remote: Remote,
    deadline: Instant,
    streams: bool,
    name: String,
    context: Option<String>,
    answer: GrowingText<'a>,
    told: Told,
    sent: u32,
    of: String,
}

impl Talk<'_> {
    /// Says something, and follows what comes of it until it has ended or waits for us.
    async fn say(&mut self, text: &str) -> Result<State, Failed> {
        self.sent += 1;
        let mut message = json!({
            "messageId": format!("{}-{}", self.of, self.sent), "role": "ROLE_USER", "parts": [{"text": text}],
        });
        if let Some(context) = &self.context {
            message["contextId"] = json!(context);
        }
        if let Some(task) = &self.remote.task {
            message["taskId"] = json!(task);
        }
        let method = if self.streams {
            "SendStreamingMessage"
        } else {
            "SendMessage"
        };
        // One that does not stream answers at once, so that its task is known and can be cancelled.
        let begin = call(
            method,
            json!({"message": message, "configuration": {
                "acceptedOutputModes": ["text/plain", "application/json"], "returnImmediately": !self.streams,
            }}),
        );
        let mut next = begin.clone();
        let mut breaks = 0;
        let mut pause = LOOK_FIRST;
        loop {
            let mut events = self.ask(&next).await?;
            let (state, heard) = self.hear(&mut events).await?;
            if state != State::Going {
                return Ok(state);
            }
            breaks = if heard { 0 } else { breaks + 1 };
            if breaks == BREAKS_MAX {
                return Err(Failed::new(format!(
                    "{} breaks off and says nothing",
                    self.name
                )));
            }
            if !self.streams || breaks > 0 {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LOOK_MAX);
            }
            next = match &self.remote.task {
                // Its id is the same, so it is the same message there.
                None => begin.clone(),
                Some(task) if self.streams => call("SubscribeToTask", json!({"id": task})),
                Some(task) => call("GetTask", json!({"id": task})),
            };
        }
    }

    async fn ask(&self, body: &Value) -> Result<Events, Failed> {
        let request = Request {
            server: &self.name,
            url: self.remote.url.clone(),
            headers: self.remote.headers.clone(),
            body,
            deadline: self.deadline,
            log_in: LOG_IN,
        };
        ask(request, self.io).await
    }

    /// Everything of one answer, and whether there was anything.
    async fn hear(&mut self, events: &mut Events) -> Result<(State, bool), Failed> {
        let mut heard = false;
        loop {
            let event = match events.next().await {
                Ok(Some(event)) => event,
                Ok(None) => return Ok((State::Going, heard)),
                Err(why) => {
                    let why = one_line(&why, 200);
                    self.io
                        .note(&format!("the connection to {} broke: {why}", self.name));
                    return Ok((State::Going, heard));
                }
            };
            if event.get("error").is_some_and(|error| !error.is_null()) {
                // A task that has ended is not followed, but it can be looked at.
                if self.streams && self.remote.task.is_some() && !heard {
                    self.streams = false;
                    return Ok((State::Going, true));
                }
                let words = event["error"]["message"].as_str().unwrap_or("no reason");
                let words = one_line(words, WORD_BYTES_MAX);
                return Err(Failed::last(format!("{} refused: {words}", self.name)));
            }
            heard = true;
            let state = self.take(&event["result"])?;
            if state != State::Going {
                return Ok((state, heard));
            }
        }
    }

    /// One item: a task whole, a change of it, an artifact, or a message that is the answer.
    fn take(&mut self, item: &Value) -> Result<State, Failed> {
        if let Some(message) = item.get("message") {
            let whole = json!({"artifactId": "message", "parts": message["parts"]});
            let news = self.told.artifact(&whole, false);
            self.answer.push(&news)?;
            self.belongs(message);
            return Ok(State::Completed);
        }
        if let Some(update) = item.get("artifactUpdate") {
            let append = update["append"] == true;
            let news = self.told.artifact(&update["artifact"], append);
            self.answer.push(&news)?;
            return Ok(State::Going);
        }
        if let Some(update) = item.get("statusUpdate") {
            self.belongs(update);
            return Ok(self.status(&update["status"]));
        }
        // `GetTask` answers with the task itself.
        let task = item.get("task").unwrap_or(item);
        if let Some(id) = task["id"].as_str() {
            self.remote.task = Some(id.to_owned());
        }
        self.belongs(task);
        for artifact in task["artifacts"].as_array().into_iter().flatten() {
            let news = self.told.artifact(artifact, false);
            self.answer.push(&news)?;
        }
        Ok(self.status(&task["status"]))
    }

    fn belongs(&mut self, to: &Value) {
        let Some(context) = to["contextId"].as_str().filter(|it| !it.is_empty()) else {
            return;
        };
        if self.context.as_deref() != Some(context) {
            self.context = Some(context.to_owned());
            self.io.session(context);
        }
    }

    fn status(&mut self, status: &Value) -> State {
        let state = State::of(status);
        let word = status["message"]["parts"].as_array();
        let word = word.map(|parts| texts(parts)).unwrap_or_default();
        if !word.is_empty() {
            if state == State::Going && word != self.told.word {
                self.io.note(&one_line(&word, WORD_BYTES_MAX));
            }
            self.told.word = word;
        }
        if state.is_ended() {
            self.remote.task = None;
        }
        state
    }

    /// What a person here says to its question.
    async fn asked(&mut self) -> String {
        let word = std::mem::take(&mut self.told.word);
        let detail = Map::from_iter([
            ("agent".to_owned(), json!(self.remote.url)),
            ("asks".to_owned(), json!(word)),
        ]);
        let question = format!("{} asks: {}", self.name, one_line(&word, 300));
        let given = self.io.approve(&question, detail).await;
        if given { "approve" } else { "reject" }.to_owned()
    }

    fn ended(mut self, state: State) -> Result<Done, Failed> {
        let (name, word) = (&self.name, one_line(&self.told.word, WORD_BYTES_MAX));
        if self.told.left_out > 0 {
            let count = self.told.left_out;
            self.io
                .note(&format!("{count} files that came along were left out"));
        }
        match state {
            State::Completed => {
                let text = self.told.text();
                // Some agents say what they found as their last word.
                let text = if text.is_empty() {
                    self.told.word.clone()
                } else {
                    text
                };
                Ok(Done {
                    text,
                    data: self.told.data(),
                    session: self.context.take(),
                    ..Done::default()
                })
            }
            State::Rejected => Err(Failed::last(format!("{name} does not take this: {word}"))),
            State::AuthRequired => Err(Failed::last(format!(
                "{name} wants its user to sign in somewhere, which a worker cannot do: {word}"
            ))),
            State::Canceled => Err(Failed::new(format!(
                "its task was cancelled at {name}: {word}"
            ))),
            State::Failed | State::Going | State::InputRequired => {
                Err(Failed::new(format!("{name} failed: {word}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(url: &str, version: &str) -> Value {
        json!({"name": "Rex\n", "capabilities": {"streaming": true},
        "supportedInterfaces": [
            {"url": "http://a.example/grpc", "protocolBinding": "GRPC", "protocolVersion": "1.0"},
            {"url": url, "protocolBinding": "JSONRPC", "protocolVersion": version},
        ]})
    }

    #[test]
    fn a_card_says_where_the_agent_is_asked_and_no_other_server_gets_the_token() {
        let from = "https://A.example/x/card";
        let read = Card::read(&card("https://a.example/rpc", "1.0"), from).unwrap();
        assert_eq!(
            (read.name.as_str(), read.url.as_str(), read.streams),
            ("Rex", "https://a.example/rpc", true)
        );
        for elsewhere in [
            "https://b.example/rpc",
            "http://a.example/rpc",
            "https://a.example:444/rpc",
            "https://a.example@b.example/rpc",
            "https://a.example.b.example/rpc",
            "rpc",
        ] {
            let refused = Card::read(&card(elsewhere, "1.0"), from).unwrap_err();
            assert!(refused.contains("another server"), "{refused}");
        }
        for version in ["0.3", "1.1", "10", ""] {
            let refused = Card::read(&card("https://a.example/rpc", version), from).unwrap_err();
            assert!(refused.contains("A2A 1.0"), "{refused}");
        }
    }

    #[test]
    fn artifacts_grow_are_replaced_and_are_told_once() {
        let mut told = Told::default();
        let piece = |id: &str, text: &str| json!({"artifactId": id, "parts": [{"text": text}]});
        assert_eq!(told.artifact(&piece("a", "one "), false), "one ");
        assert_eq!(told.artifact(&piece("a", "two"), true), "two");
        assert_eq!(told.artifact(&piece("b", "three"), false), "three");
        assert_eq!(told.artifact(&piece("b", "three"), false), "");
        assert_eq!(told.text(), "one two\n\nthree");
        assert_eq!(told.artifact(&piece("a", "anew"), false), "anew");
        assert_eq!(told.text(), "anew\n\nthree");
        assert_eq!(told.data(), None);
        told.artifact(
            &json!({"artifactId": "c", "parts": [{"data": {"x": 1}}, {"raw": "AA=="}]}),
            false,
        );
        assert_eq!(told.data().unwrap()["x"], 1);
        assert_eq!(told.left_out, 1);
    }

    #[test]
    fn states_that_are_not_known_go_on() {
        for (name, state) in [
            ("TASK_STATE_WORKING", State::Going),
            ("TASK_STATE_NEW", State::Going),
            ("", State::Going),
            ("TASK_STATE_INPUT_REQUIRED", State::InputRequired),
        ] {
            assert_eq!(State::of(&json!({"state": name})), state);
        }
        assert!(!State::AuthRequired.is_ended() && State::Rejected.is_ended());
    }
}
