//! Models and agents asked over HTTP: one request, its answer as events, waiting and asking again where the server says so.

use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::lines::one_line;
use super::{Failed, Progress};

/// Asking again at most so often; what is still wrong then is not over soon.
const TRIES_MAX: u32 = 6;

/// The first wait if the server names none; each further one is twice as long.
const WAIT_FIRST: Duration = Duration::from_secs(1);

/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What of an error's words is read.
const ERROR_BYTES_MAX: u64 = 16 << 10;

/// The longest event that is read.
const EVENT_BYTES_MAX: u64 = 8 << 20;

/// How long a document may take.
const FETCH: Duration = Duration::from_secs(30);

/// Events on their way from the thread that reads to the turn.
const QUEUE: usize = 64;

/// A request to a model's server.
pub struct Request<'a> {
    /// Who is asked, for people.
    pub server: &'a str,
    /// The whole address.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// What is asked.
    pub body: &'a Value,
    /// When no answer is of use any more.
    pub deadline: Instant,
    /// What to do when the key is refused.
    pub log_in: &'a str,
}

/// An answer as it comes.
#[derive(Debug)]
pub struct Events {
    from: mpsc::Receiver<Result<Value, String>>,
}

/// How an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As server-sent events.
    Events,
    /// As one document.
    One,
}

/// Why there is no answer.
#[derive(Debug)]
struct Refusal {
    /// Absent if the server was not reached.
    status: Option<u16>,
    words: String,
    wait: Option<Duration>,
}

impl Events {
    /// The next event; none at the end.
    pub async fn next(&mut self) -> Result<Option<Value>, String> {
        self.from.recv().await.transpose()
    }
}

/// Asks, and asks again after a while where that may help and there is time.
pub async fn ask(request: Request<'_>, io: &dyn Progress) -> Result<Events, Failed> {
    let mut pause = WAIT_FIRST;
    for tried in 1.. {
        let refusal = match once(&request).await {
            Ok(events) => return Ok(events),
            Err(refusal) => refusal,
        };
        let wait = refusal.wait.unwrap_or(pause).min(WAIT_MAX);
        let in_time = Instant::now() + wait < request.deadline;
        if !refusal.may_pass() || tried == TRIES_MAX || !in_time {
            return Err(refusal.failed(request.server, &request.url, request.log_in));
        }
        let words = one_line(&refusal.words, 300);
        io.note(&format!(
            "{} is not ready ({words}): asking again in {} s",
            request.server,
            wait.as_secs()
        ));
        tokio::time::sleep(wait).await;
        pause *= 2;
    }
    unreachable!("the last try returns")
}

/// One try, on a thread of its own: reading blocks, and a process that ends does not wait for it.
async fn once(request: &Request<'_>) -> Result<Events, Refusal> {
    let (head, answered) = tokio::sync::oneshot::channel();
    let (events, from) = mpsc::channel(QUEUE);
    let left = request.deadline.saturating_duration_since(Instant::now());
    let agent = agent(left.max(Duration::from_secs(1)));
    let mut call = agent
        .post(&request.url)
        .header("content-type", "application/json");
    for (name, value) in &request.headers {
        call = call.header(*name, value);
    }
    let body = request.body.to_string();
    std::thread::spawn(move || match open(call, &body) {
        Err(refusal) => {
            // Nobody waits any more: the turn was stopped.
            let _ = head.send(Err(refusal));
        }
        Ok(answer) => {
            if head.send(Ok(())).is_ok() {
                read(answer, &events);
            }
        }
    });
    let gone = |_| Refusal::lost("the request was given up".to_owned());
    answered.await.map_err(gone)?.map(|()| Events { from })
}

fn agent(time: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(time))
        // A key goes to the server that was named and to no other.
        .max_redirects(0)
        .user_agent("mesh-work")
        .build()
        .into()
}

/// Fetches a JSON document.
pub async fn get(
    server: &str,
    url: &str,
    headers: Vec<(&'static str, String)>,
    deadline: Instant,
    log_in: &str,
) -> Result<Value, Failed> {
    let left = deadline.saturating_duration_since(Instant::now());
    let agent = agent(left.clamp(Duration::from_secs(1), FETCH));
    let (answer, answered) = tokio::sync::oneshot::channel();
    let mut call = agent.get(url);
    for (name, value) in headers {
        call = call.header(name, value);
    }
    std::thread::spawn(move || {
        let fetched = call.call().map_err(|why| Refusal::lost(why.to_string()));
        // Nobody waits any more: the turn was stopped.
        let _ = answer.send(
            fetched
                .and_then(accepted)
                .and_then(|(body, _)| document(body)),
        );
    });
    let gone = |_| Refusal::lost("the request was given up".to_owned());
    let read = answered.await.map_err(gone).and_then(|read| read);
    read.map_err(|refusal| refusal.failed(server, url, log_in))
}

/// Says something and does not care what comes of it.
pub fn tell(url: &str, headers: &[(&'static str, String)], body: &Value, time: Duration) {
    let mut call = agent(time)
        .post(url)
        .header("content-type", "application/json");
    for (name, value) in headers {
        call = call.header(*name, value);
    }
    let _ = call.send(body.to_string());
}

type Call = ureq::RequestBuilder<ureq::typestate::WithBody>;

fn open(call: Call, body: &str) -> Result<(ureq::Body, Form), Refusal> {
    let answer = call.send(body);
    accepted(answer.map_err(|why| Refusal::lost(why.to_string()))?)
}

/// The body of an answer that is none of no.
fn accepted(response: ureq::http::Response<ureq::Body>) -> Result<(ureq::Body, Form), Refusal> {
    let status = response.status();
    let wait = response.headers().get("retry-after");
    let wait = wait.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let kind = response.headers().get("content-type");
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let form = match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => Form::One,
        _ => Form::Events,
    };
    let body = response.into_body();
    if status.is_success() {
        return Ok((body, form));
    }
    let mut text = Vec::new();
    // Half of an error's words are better than none.
    let _ = body
        .into_reader()
        .take(ERROR_BYTES_MAX)
        .read_to_end(&mut text);
    Err(Refusal {
        status: Some(status.as_u16()),
        words: words(&String::from_utf8_lossy(&text)),
        wait: wait.map(Duration::from_secs),
    })
}

/// One document, at most as long as an event.
fn document(body: ureq::Body) -> Result<Value, Refusal> {
    let mut bytes = Vec::new();
    let from = body.into_reader().take(EVENT_BYTES_MAX);
    let read = { from }.read_to_end(&mut bytes);
    read.map_err(|why| Refusal::lost(why.to_string()))?;
    serde_json::from_slice(&bytes)
        .map_err(|why| Refusal::lost(format!("the answer could not be read: {why}")))
}

/// Reads server-sent events until their end, or until nobody listens.
fn read((body, form): (ureq::Body, Form), events: &mpsc::Sender<Result<Value, String>>) {
    if form == Form::One {
        let told = document(body).map_err(|refusal| refusal.words);
        // Nobody waits any more: the turn was stopped.
        let _ = events.blocking_send(told);
        return;
    }
    let mut from = BufReader::new(body.into_with_config().limit(u64::MAX).reader());
    let mut line = Vec::new();
    loop {
        line.clear();
        let told = match from
            .by_ref()
            .take(EVENT_BYTES_MAX)
            .read_until(b'\n', &mut line)
        {
            Ok(0) => return,
            Ok(_) => match line.strip_prefix(b"data:") {
                Some(data) if data.trim_ascii() == b"[DONE]" => return,
                Some(data) => serde_json::from_slice(data)
                    .map_err(|why| format!("an event could not be read: {why}")),
                None => continue,
            },
            Err(why) => Err(why.to_string()),
        };
        let ended = told.is_err();
        if events.blocking_send(told).is_err() || ended {
            return;
        }
    }
}

/// The words of an error in any of the forms that are common.
fn words(body: &str) -> String {
    let told: Option<Value> = serde_json::from_str(body).ok();
    let told = told.as_ref();
    let message = told.and_then(|told| {
        let error = &told["error"];
        error["message"]
            .as_str()
            .or(error.as_str())
            .or(told["message"].as_str())
    });
    one_line(message.unwrap_or(body), 1000)
}

impl Refusal {
    fn lost(words: String) -> Refusal {
        Refusal {
            status: None,
            words,
            wait: None,
        }
    }

    /// Whether it may be over after a while.
    fn may_pass(&self) -> bool {
        matches!(self.status, None | Some(408 | 409 | 425 | 429 | 500..))
    }

    fn failed(self, server: &str, url: &str, log_in: &str) -> Failed {
        let Refusal { status, words, .. } = self;
        match status {
            None => Failed::new(format!("{server} at {url} was not reached: {words}")),
            Some(401 | 403) => Failed::last(format!(
                "{server} refused the key, so nothing was done ({words}): {log_in}"
            )),
            Some(404) => Failed::last(format!(
                "{server} does not know the address or the model ({words}): look at --api and --model"
            )),
            Some(status @ (400..=407 | 410..=424)) => {
                // The same request would be refused again.
                Failed::last(format!("{server} refused the request ({status}): {words}"))
            }
            Some(status) => Failed::new(format!("{server} failed ({status}): {words}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_by_their_words() {
        assert_eq!(words("{\"error\":{\"message\":\"no\\nmore\"}}"), "no more");
        assert_eq!(words("{\"error\":\"plain\"}"), "plain");
        assert_eq!(words("<html>"), "<html>");
    }

    #[test]
    fn only_what_may_be_over_is_asked_again() {
        let refusal = |status| Refusal {
            status,
            words: String::new(),
            wait: None,
        };
        for status in [None, Some(429), Some(500), Some(529)] {
            assert!(refusal(status).may_pass(), "{status:?}");
        }
        for status in [Some(400), Some(401), Some(404)] {
            assert!(!refusal(status).may_pass(), "{status:?}");
        }
    }
}
