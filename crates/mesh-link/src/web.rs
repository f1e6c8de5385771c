//! The HTTP client that goes out: bounded in time and size, and it follows nobody elsewhere.

use std::io::Read;
use std::time::Duration;

use mesh_model::limits::TOOL_ANSWER_BYTES_MAX;
use ureq::Agent;

/// Shorter than the door waits for a tool, so that the reason reaches whoever asked.
const ANSWER_WAIT: Duration = Duration::from_secs(20);
/// What is read of an answer: of JSON with ten results much is thrown away.
const READ_BYTES_MAX: u64 = 4 * TOOL_ANSWER_BYTES_MAX as u64;

/// One question to somebody outside.
#[derive(Debug, Default)]
pub(crate) struct Question {
    pub url: String,
    /// Sent with POST if it is there.
    pub body: Option<String>,
    pub headers: Vec<(&'static str, String)>,
}

/// Asks on a thread that may wait. What went wrong is told without the address: it may hold what others must not know.
pub(crate) async fn ask(question: Question) -> Result<String, String> {
    let asked = tokio::task::spawn_blocking(move || now(question));
    asked
        .await
        .unwrap_or_else(|_| Err("the question broke off".to_owned()))
}

fn now(question: Question) -> Result<String, String> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(ANSWER_WAIT))
        .user_agent(concat!("mesh/", env!("CARGO_PKG_VERSION")));
    let agent: Agent = config.build().into();
    let method = if question.body.is_some() {
        "POST"
    } else {
        "GET"
    };
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(&question.url);
    for (name, value) in &question.headers {
        request = request.header(*name, value);
    }
    let sent = match question.body {
        Some(body) => agent.run(request.body(body).map_err(|why| why.to_string())?),
        None => agent.run(request.body(()).map_err(|why| why.to_string())?),
    };
    let mut answer = sent.map_err(|why| format!("it cannot be reached: {}", reason(&why)))?;
    let status = answer.status().as_u16();
    if !(200..300).contains(&status) {
        return Err(format!("it answered with status {status}"));
    }
    let mut bytes = Vec::new();
    let read = answer
        .body_mut()
        .as_reader()
        .take(READ_BYTES_MAX)
        .read_to_end(&mut bytes);
    read.map_err(|why| format!("its answer broke off: {why}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the network said, in few words.
pub(crate) fn reason(why: &ureq::Error) -> String {
    match why {
        ureq::Error::Timeout(_) => format!("no answer within {} seconds", ANSWER_WAIT.as_secs()),
        ureq::Error::HostNotFound => "nobody knows its name".to_owned(),
        ureq::Error::Io(why) => why.kind().to_string(),
        other => other.to_string(),
    }
}

/// A text as a part of an address.
pub(crate) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
