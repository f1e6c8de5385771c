//! MCP on standard input and output: carries each line to the node's `/mcp` and the answers back.
//! It understands no more of the protocol than the headers of Streamable HTTP need.

use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::sync::{Arc, Mutex};
use std::thread;

use clap::Args;
use mesh_model::ErrorCode;
use mesh_sdk::http;
use serde_json::{Value, json};
use ureq::http::{Request, Response};
use ureq::{Agent, AsSendBody};

use crate::context::{Context, NodeAt};
use crate::failure::Outcome;

/// Serve the Model Context Protocol on standard input and output
#[derive(Debug, Args)]
#[command(after_help = "Example: claude mcp add mesh -- mesh mcp --as rex")]
pub struct McpArgs {}

/// What the node told at `initialize`; it goes along with every later request.
#[derive(Debug, Default, Clone)]
struct Negotiated {
    session: Option<String>,
    version: Option<String>,
}

#[derive(Clone)]
struct Pump {
    node: NodeAt,
    token: String,
    agent: Agent,
    negotiated: Arc<Mutex<Negotiated>>,
}

/// `mesh mcp`
pub fn mcp(context: &Context, _: McpArgs) -> Outcome<()> {
    let node = context.node()?;
    let pump = Pump {
        token: context.token()?,
        agent: http::agent(&node.url, None),
        node,
        negotiated: Arc::default(),
    };
    let mut running = Vec::new();
    for text in stdin().lock().lines().map_while(Result::ok) {
        if text.trim().is_empty() {
            continue;
        }
        let message: Value = match serde_json::from_str(&text) {
            Ok(message) => message,
            Err(why) => {
                say(&failure(&Value::Null, -32700, format!("not JSON: {why}")));
                continue;
            }
        };
        let concurrent = message.get("id").is_some() && message["method"] != "initialize";
        if concurrent {
            let pump = pump.clone();
            running.push(thread::spawn(move || pump.carry(&message)));
            running.retain(|call| !call.is_finished());
        } else {
            pump.carry(&message);
            if message["method"] == "notifications/initialized" {
                let pump = pump.clone();
                // Ends with the process: it waits for whatever the node wants to say unasked.
                thread::spawn(move || pump.listen());
            }
        }
    }
    for call in running {
        // A call that panicked has said so on standard error.
        let _ = call.join();
    }
    pump.goodbye();
    Ok(())
}

impl Pump {
    /// Sends one message and prints what comes back.
    fn carry(&self, message: &Value) {
        let request = self.headers(Request::post(self.address()), message);
        let request = request
            .header("content-type", "application/json")
            .body(message.to_string());
        let sent = request
            .map_err(|why| why.to_string())
            .and_then(|request| self.send(request));
        let id = message.get("id");
        match (sent, id) {
            (Ok(response), _) => self.answer(response, message),
            (Err(why), Some(id)) => {
                let text = format!(
                    "cannot reach the node at {}: {why}. Start it with `mesh up`.",
                    self.node.url
                );
                say(&failure(id, -32000, text));
            }
            (Err(why), None) => eprintln!("mesh mcp: {why}"),
        }
    }

    fn address(&self) -> String {
        format!("{}/mcp", self.node.url)
    }

    /// Sends a request with the token, once whoever listens there has proved to be the node.
    fn send(&self, request: Request<impl AsSendBody>) -> Result<Response<ureq::Body>, String> {
        if let Some(key) = self.node.key {
            http::prove(&self.agent, &self.node.url, key).map_err(|why| why.to_string())?;
        }
        self.agent.run(request).map_err(|why| why.to_string())
    }

    fn headers(
        &self,
        request: ureq::http::request::Builder,
        message: &Value,
    ) -> ureq::http::request::Builder {
        let negotiated = self
            .negotiated
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
            .clone();
        let mut request = request
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "application/json, text/event-stream");
        // A client of the stateless protocol states its version in each request.
        let stated = message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
        if let Some(version) = stated {
            request = request.header("mcp-method", message["method"].as_str().unwrap_or_default());
            let name = message["params"]["name"]
                .as_str()
                .or(message["params"]["uri"].as_str());
            if let Some(name) = name {
                request = request.header("mcp-name", name);
            }
            request = request.header("mcp-protocol-version", version);
        } else if let Some(version) = negotiated.version {
            request = request.header("mcp-protocol-version", version);
        }
        if let Some(session) = negotiated.session {
            request = request.header("mcp-session-id", session);
        }
        request
    }

    fn answer(&self, response: Response<ureq::Body>, message: &Value) {
        let status = response.status().as_u16();
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let session = header("mcp-session-id");
        let events =
            header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        let mut said = false;
        let mut take = |text: &str| {
            let Ok(answer) = serde_json::from_str::<Value>(text) else {
                return;
            };
            if answer.get("jsonrpc").is_none() {
                return;
            }
            if message["method"] == "initialize" && answer.get("id") == message.get("id") {
                let mut negotiated = self
                    .negotiated
                    .lock()
                    .unwrap_or_else(|broken| broken.into_inner());
                negotiated.session = session.clone();
                negotiated.version = answer["result"]["protocolVersion"]
                    .as_str()
                    .map(str::to_owned);
            }
            said = true;
            say(&answer);
        };
        let mut body = BufReader::new(response.into_body().into_reader());
        let mut problem = String::new();
        if events {
            each_event(&mut body, &mut take);
        } else {
            // A body that breaks off is no answer; the check below says so.
            let _ = std::io::Read::read_to_string(&mut body, &mut problem);
            take(&problem);
        }
        if let Some(id) = message.get("id").filter(|_| !said) {
            let detail = serde_json::from_str::<Value>(&problem).ok();
            let detail = detail
                .as_ref()
                .and_then(|problem| problem["detail"].as_str());
            let unauthenticated = status == ErrorCode::Unauthenticated.status();
            let text = match detail {
                Some(detail) => detail.to_owned(),
                None if unauthenticated => "the node does not accept this token".to_owned(),
                None => format!("the node answered with status {status}"),
            };
            say(&failure(id, -32000, text));
        }
    }

    /// Prints what the node says unasked, for as long as both live.
    fn listen(&self) {
        let request = self
            .headers(Request::get(self.address()), &Value::Null)
            .body(());
        let Ok(request) = request else { return };
        let Ok(response) = self.send(request) else {
            return;
        };
        if response.status().is_success() {
            each_event(
                &mut BufReader::new(response.into_body().into_reader()),
                &mut |text| {
                    if let Ok(message) = serde_json::from_str::<Value>(text) {
                        say(&message);
                    }
                },
            );
        }
    }

    /// Ends the session at the node. If that fails, the node ends it itself in time.
    fn goodbye(&self) {
        if self
            .negotiated
            .lock()
            .is_ok_and(|negotiated| negotiated.session.is_some())
        {
            let request = self
                .headers(Request::delete(self.address()), &Value::Null)
                .body(());
            if let Ok(request) = request {
                let _ = self.send(request);
            }
        }
    }
}

/// Hands the data of each server-sent event to `take`.
fn each_event(body: &mut impl BufRead, take: &mut impl FnMut(&str)) {
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

fn failure(id: &Value, code: i32, message: String) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

/// One message, one line. When nobody reads any more, the loop over standard input ends soon.
fn say(message: &Value) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{message}").and_then(|()| out.flush());
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
