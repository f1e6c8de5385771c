//! Reading what the node answers to one message.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;
use ureq::Body;
use ureq::http::Response;

/// What came back.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The session that began with it.
    pub session: Option<String>,
    /// The answer to the message, unless there was none or the node was going down.
    pub message: Option<Value>,
    /// What stood there in place of an answer.
    pub problem: String,
}

impl HttpAnswer {
    /// Reads the response to the message with this id; what else the node says in it goes to `say`.
    pub fn read(response: Response<Body>, id: Option<&Value>, say: impl Fn(&Value)) -> HttpAnswer {
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let events =
            header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        let mut answer = HttpAnswer {
            status: response.status().as_u16(),
            session: header("mcp-session-id"),
            message: None,
            problem: String::new(),
        };
        let mut body = BufReader::new(response.into_body().into_reader());
        let mut take = |text: &str| match serde_json::from_str::<Value>(text) {
            Ok(message) if message.get("jsonrpc").is_none() => {}
            Ok(message) if id.is_some() && message.get("id") == id => {
                answer.message = Some(message)
            }
            Ok(message) => say(&message),
            Err(_) => {}
        };
        if events {
            each_event(&mut body, &mut take);
        } else {
            let mut text = String::new();
            // A body that breaks off is no answer, which is noticed.
            let _ = body.read_to_string(&mut text);
            take(&text);
            answer.problem = text;
        }
        if answer.message.as_ref().is_some_and(is_stopping) {
            answer.message = None;
        }
        answer
    }

    /// What to tell the client when there is no answer.
    pub fn why(&self) -> String {
        let problem = serde_json::from_str::<Value>(&self.problem).ok();
        let detail = problem
            .as_ref()
            .and_then(|problem| problem["detail"].as_str());
        match (detail, self.status) {
            (Some(detail), _) => detail.to_owned(),
            (None, 401) => "the node does not accept this token".to_owned(),
            (None, status) => format!("the node answered with status {status}"),
        }
    }
}

/// Whether a tool's result says that the node was going down and did nothing.
fn is_stopping(message: &Value) -> bool {
    let result = &message["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_default();
    result["isError"] == true
        && serde_json::from_str::<Value>(text)
            .is_ok_and(|problem| problem["code"] == "shutting_down")
}

/// Hands the data of each server-sent event to `take`.
pub fn each_event(body: &mut impl BufRead, take: &mut impl FnMut(&str)) {
    let mut data = String::new();
    for line in body.lines().map_while(Result::ok) {
        if line.is_empty() {
            if !data.is_empty() {
                take(&std::mem::take(&mut data));
            }
        } else if let Some(part) = line.strip_prefix("data:") {
            if !data.is_empty() {
                data.push('\n');
            }
            data.push_str(part.strip_prefix(' ').unwrap_or(part));
        }
    }
    if !data.is_empty() {
        take(&data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_joined_lines_of_data() {
        let mut seen = Vec::new();
        let mut body = "event: message\ndata: {\"a\":\ndata: 1}\n\n: ping\n\ndata:x\n".as_bytes();
        each_event(&mut body, &mut |text| seen.push(text.to_owned()));
        assert_eq!(seen, ["{\"a\":\n1}", "x"]);
    }
}
