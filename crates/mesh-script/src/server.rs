//! The server: takes requests of all APIs, asks the scenario, records everything.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, Response, StatusCode, Uri};
use axum::routing::{any, get};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::answer::ModelAnswer;
use crate::scenario::Scenario;
use crate::talk::Talk;
use crate::{anthropic, chat, gemini, responses};

/// More than any program sends, and not so much that a test could eat the machine.
const REQUEST_BYTES_MAX: usize = 64 << 20;

/// A request as it came.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// `POST` mostly.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Whether it came with a key; the key itself is not kept.
    pub key: bool,
    /// The body, null if it was no JSON.
    pub body: Value,
    /// The place of the step that answered.
    pub step: Option<usize>,
}

/// A server that answers by a scenario, until it is dropped.
pub struct Script {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    scenario: Scenario,
    kept: Mutex<Kept>,
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Kept {
    asked: Vec<Asked>,
    unmatched: Vec<String>,
    used: Vec<u32>,
}

impl Script {
    /// Starts on an address; port 0 takes a free one.
    pub async fn start(scenario: Scenario, listen: SocketAddr) -> std::io::Result<Script> {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let used = vec![0; scenario.steps.len()];
        let kept = Mutex::new(Kept {
            used,
            ..Kept::default()
        });
        let shared = Arc::new(Shared {
            scenario,
            kept,
            count: watch::Sender::new(0),
        });
        let app = router(shared.clone());
        let task = tokio::spawn(async move {
            // It ends with the task; there is nobody to tell.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Script {
            address,
            shared,
            task,
        })
    }

    /// Starts on a free port of this machine.
    pub async fn start_here(scenario: Scenario) -> std::io::Result<Script> {
        Script::start(scenario, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Its address for a program's settings, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.kept().asked.clone()
    }

    /// The questions that no step answered.
    pub fn unmatched(&self) -> Vec<String> {
        self.shared.kept().unmatched.clone()
    }

    /// Waits until a step of this place has answered.
    pub async fn answered(&self, step: usize) {
        let mut count = self.shared.count.subscribe();
        let there = |_: &usize| {
            self.shared
                .kept()
                .used
                .get(step)
                .is_some_and(|used| *used > 0)
        };
        // The sender lives as long as this.
        let _ = count.wait_for(there).await;
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The answer of the first step that fits, or the error to send.
    fn answer(&self, talk: &Talk, asked: Asked) -> Result<ModelAnswer, Refused> {
        let mut kept = self.kept();
        let number = kept.asked.len() as u64 + 1;
        let step = self.scenario.find(talk, &kept.used);
        kept.asked.push(Asked { step, ..asked });
        let unanswered = |words| Refused {
            status: 400,
            words,
            retry_after: None,
        };
        let mut unmatched = true;
        let outcome = match step {
            Some(place) => {
                kept.used[place] += 1;
                let step = &self.scenario.steps[place];
                match step.status {
                    Some(status) => {
                        unmatched = false;
                        let words = step.error.clone();
                        Err(Refused {
                            status,
                            words: words.unwrap_or_else(|| "an error by the scenario".into()),
                            retry_after: step.retry_after,
                        })
                    }
                    None => ModelAnswer::of(step, talk, number).map_err(unanswered),
                }
            }
            None => Err(unanswered(format!(
                "no step of the scenario answers this. {}",
                talk.told()
            ))),
        };
        if let (Err(refused), true) = (&outcome, unmatched) {
            kept.unmatched.push(refused.words.clone());
        }
        drop(kept);
        self.count.send_modify(|count| *count += 1);
        outcome
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/script/requests",
            get(|State(shared): State<Arc<Shared>>| async move {
                json_of(200, json!(shared.kept().asked))
            }),
        )
        .route(
            "/script/unmatched",
            get(|State(shared): State<Arc<Shared>>| async move {
                json_of(200, json!(shared.kept().unmatched))
            }),
        )
        .fallback(any(take))
        .with_state(shared)
}

/// An error instead of an answer.
struct Refused {
    status: u16,
    words: String,
    retry_after: Option<u64>,
}

impl Refused {
    fn sent(self, form: fn(u16, &str) -> Value) -> Response<Body> {
        let mut response = json_of(self.status, form(self.status, &self.words));
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert("retry-after", axum::http::HeaderValue::from(seconds));
        }
        response
    }
}

/// The APIs, by their paths.
enum Api {
    Anthropic,
    CountAnthropic,
    Responses,
    Chat,
    Gemini { model: String, stream: bool },
    CountGemini,
    Models,
    Unknown,
}

fn api(method: &Method, uri: &Uri) -> Api {
    let path = uri.path().trim_end_matches('/');
    // Some programs keep a /v1 of their own in the base address and some do not.
    let tail = path.strip_prefix("/v1").unwrap_or(path);
    match (method, tail) {
        (&Method::POST, "/messages") => Api::Anthropic,
        (&Method::POST, "/messages/count_tokens") => Api::CountAnthropic,
        (&Method::POST, "/responses") => Api::Responses,
        (&Method::POST, "/chat/completions") => Api::Chat,
        (&Method::GET, "/models") => Api::Models,
        (&Method::POST, _) => match path
            .rsplit_once("/models/")
            .and_then(|(_, rest)| rest.rsplit_once(':'))
        {
            Some((model, "generateContent")) => Api::Gemini {
                model: model.into(),
                stream: false,
            },
            Some((model, "streamGenerateContent")) => Api::Gemini {
                model: model.into(),
                stream: true,
            },
            Some((_, "countTokens")) => Api::CountGemini,
            _ => Api::Unknown,
        },
        _ => Api::Unknown,
    }
}

async fn take(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, REQUEST_BYTES_MAX).await else {
        return json_of(
            413,
            chat::error(413, "the request is too long for this server"),
        );
    };
    let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let key = ["authorization", "x-api-key", "x-goog-api-key"]
        .iter()
        .any(|name| head.headers.contains_key(*name));
    let path = head
        .uri
        .path_and_query()
        .map_or_else(String::new, ToString::to_string);
    let asked = Asked {
        method: head.method.to_string(),
        path,
        key,
        body: body.clone(),
        step: None,
    };
    match api(&head.method, &head.uri) {
        Api::Anthropic => answer_anthropic(&shared, &body, asked),
        Api::Responses => answer_responses(&shared, &body, asked),
        Api::Chat => answer_chat(&shared, &body, asked),
        Api::Gemini { model, stream } => answer_gemini(&shared, &body, &model, stream, asked),
        other => {
            shared.kept().asked.push(asked.clone());
            match other {
                Api::CountAnthropic => json_of(200, json!({"input_tokens": bytes.len() / 4})),
                Api::CountGemini => json_of(200, json!({"totalTokens": bytes.len() / 4})),
                Api::Models => json_of(
                    200,
                    json!({"object": "list", "data": [], "has_more": false}),
                ),
                _ => {
                    let words = format!(
                        "{} {} is nothing that this scripted server knows",
                        asked.method, asked.path
                    );
                    json_of(404, chat::error(404, &words))
                }
            }
        }
    }
}

fn answer_anthropic(shared: &Shared, body: &Value, asked: Asked) -> Response<Body> {
    let talk = anthropic::read(body);
    match shared.answer(&talk, asked) {
        Err(refused) => refused.sent(anthropic::error),
        Ok(answer) if talk.stream => sse(
            anthropic::events(&answer).into_iter().map(named_frame),
            answer.hold,
            None,
        ),
        Ok(answer) => json_of(200, anthropic::whole(&answer)),
    }
}

fn answer_responses(shared: &Shared, body: &Value, asked: Asked) -> Response<Body> {
    let talk = responses::read(body);
    match shared.answer(&talk, asked) {
        Err(refused) => refused.sent(chat::error),
        Ok(answer) if talk.stream => sse(
            responses::events(&answer, body)
                .into_iter()
                .map(named_frame),
            answer.hold,
            None,
        ),
        Ok(answer) => json_of(200, responses::whole(&answer, body)),
    }
}

fn answer_chat(shared: &Shared, body: &Value, asked: Asked) -> Response<Body> {
    let talk = chat::read(body);
    match shared.answer(&talk, asked) {
        Err(refused) => refused.sent(chat::error),
        Ok(answer) if talk.stream => sse(
            chat::events(&answer).into_iter().map(frame),
            answer.hold,
            Some("data: [DONE]\n\n"),
        ),
        Ok(answer) => json_of(200, chat::whole(&answer)),
    }
}

fn answer_gemini(
    shared: &Shared,
    body: &Value,
    model: &str,
    stream: bool,
    asked: Asked,
) -> Response<Body> {
    let talk = gemini::read(body, model, stream);
    match shared.answer(&talk, asked) {
        Err(refused) => refused.sent(gemini::error),
        Ok(answer) if stream => sse(
            gemini::events(&answer).into_iter().map(frame),
            answer.hold,
            None,
        ),
        Ok(answer) => json_of(200, gemini::whole(&answer)),
    }
}

fn named_frame((name, event): (&'static str, Value)) -> String {
    format!("event: {name}\ndata: {event}\n\n")
}

fn frame(event: Value) -> String {
    format!("data: {event}\n\n")
}

/// Events one by one; if the end is held back the connection stays open until the program leaves.
fn sse(frames: impl Iterator<Item = String>, hold: bool, end: Option<&str>) -> Response<Body> {
    let mut frames: Vec<String> = frames.collect();
    frames.extend(end.filter(|_| !hold).map(str::to_owned));
    let sent = stream::iter(
        frames
            .into_iter()
            .map(|frame| Ok::<_, Infallible>(Bytes::from(frame))),
    );
    let body = if hold {
        Body::from_stream(sent.chain(stream::pending()))
    } else {
        Body::from_stream(sent)
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        "content-type",
        axum::http::HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(
        "cache-control",
        axum::http::HeaderValue::from_static("no-cache"),
    );
    response
}

fn json_of(status: u16, value: Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        "content-type",
        axum::http::HeaderValue::from_static("application/json"),
    );
    response
}
