//! The Model Context Protocol as its client: JSON-RPC with a child process, a message on each line, or over HTTP.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mesh_model::limits::TOOL_ANSWER_BYTES_MAX;
use mesh_ops::Told;
use serde_json::{Map, Value, json};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};
use tokio::sync::{mpsc, oneshot, watch};

use crate::mcp_http::Peer;

/// The version of the protocol that is asked for; a server answers with what it speaks.
pub(crate) const VERSION: &str = "2025-06-18";
/// A line of the child: an answer with room for its JSON around and escapes in it.
const LINE_BYTES_MAX: u64 = 4 * TOOL_ANSWER_BYTES_MAX as u64;
/// Tools of one plugin.
const TOOLS_MAX: usize = 100;
/// Pages of a list of tools.
const PAGES_MAX: usize = 20;

/// A tool as the child describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct McpTool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub about: String,
    /// The JSON Schema of its input.
    pub input: Map<String, Value>,
}

/// What happened at a server besides answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// How often it said that its tools are others now.
    pub changed: u64,
    /// Whether it is over.
    pub over: bool,
}

pub(crate) type CallResult = Result<Value, String>;
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<CallResult>>>>>;

/// The connection with a server: a child, whose input is closed when this is dropped, or one at an address.
pub struct Connection {
    way: Way,
    news: watch::Receiver<News>,
}

enum Way {
    Lines(Lines),
    Http(Arc<Peer>),
}

/// Messages as lines of a child.
struct Lines {
    lines: mpsc::Sender<String>,
    waiting: Waiting,
    next: Mutex<u64>,
}

impl Connection {
    /// Says hello over these two streams.
    ///
    /// # Errors
    /// Why the child did not answer.
    pub async fn open(
        input: impl AsyncWrite + Send + Unpin + 'static,
        output: impl tokio::io::AsyncRead + Send + Unpin + 'static,
    ) -> Result<Connection, String> {
        let (lines, queue) = mpsc::channel(64);
        let (tell, news) = watch::channel(News::default());
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        tokio::spawn(write(input, queue));
        tokio::spawn(read(
            BufReader::new(output),
            Arc::clone(&waiting),
            lines.downgrade(),
            tell,
        ));
        let way = Way::Lines(Lines {
            lines,
            waiting,
            next: Mutex::new(0),
        });
        Connection { way, news }.greeted().await
    }

    /// Says hello to a server at an address that speaks Streamable HTTP.
    ///
    /// # Errors
    /// Why it did not answer.
    pub async fn over_http(url: &str) -> Result<Connection, String> {
        let (tell, news) = watch::channel(News::default());
        let peer = Arc::new(Peer::new(url.to_owned(), tell));
        let way = Way::Http(Arc::clone(&peer));
        let connection = Connection { way, news }.greeted().await?;
        peer.listen();
        Ok(connection)
    }

    async fn greeted(self) -> Result<Connection, String> {
        let hello = json!({
            "protocolVersion": VERSION,
            "capabilities": {},
            "clientInfo": {"name": "mesh", "version": env!("CARGO_PKG_VERSION")},
        });
        self.ask("initialize", hello).await?;
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        match &self.way {
            Way::Lines(child) => child.send(&initialized).await?,
            Way::Http(peer) => peer.tell(initialized).await?,
        }
        Ok(self)
    }

    /// Whether the child has closed its output.
    pub fn is_closed(&self) -> bool {
        self.news.borrow().over
    }

    /// What happens besides answers.
    pub fn news(&self) -> watch::Receiver<News> {
        self.news.clone()
    }

    /// The child's tools.
    ///
    /// # Errors
    /// Why it did not tell them.
    pub async fn tools(&self) -> Result<Vec<McpTool>, String> {
        let mut tools = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let asked = match &cursor {
                Some(cursor) => json!({ "cursor": cursor }),
                None => json!({}),
            };
            let page = self.ask("tools/list", asked).await?;
            let found = page.get("tools").and_then(Value::as_array);
            tools.extend(found.into_iter().flatten().filter_map(tool));
            cursor = page
                .get("nextCursor")
                .and_then(Value::as_str)
                .map(str::to_owned);
            if cursor.is_none() || tools.len() >= TOOLS_MAX {
                break;
            }
        }
        tools.truncate(TOOLS_MAX);
        Ok(tools)
    }

    /// Uses a tool. Whoever gives up waiting has the child told so.
    ///
    /// # Errors
    /// What the tool says it could not do, or why there is no answer.
    pub async fn call(&self, tool: &str, input: Map<String, Value>) -> Result<Told, String> {
        let answer = self
            .ask("tools/call", json!({"name": tool, "arguments": input}))
            .await?;
        let told = told(&answer);
        match answer.get("isError").and_then(Value::as_bool) {
            Some(true) => Err(told.text),
            _ => Ok(told),
        }
    }

    async fn ask(&self, method: &str, params: Value) -> CallResult {
        match &self.way {
            Way::Lines(child) => child.ask(method, params).await,
            Way::Http(peer) => peer.ask(method, params).await,
        }
    }
}

impl Lines {
    async fn ask(&self, method: &str, params: Value) -> CallResult {
        let (reply, answer) = oneshot::channel();
        let id = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            *next += 1;
            *next
        };
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.as_mut().ok_or_else(ended)?.insert(id, reply);
        }
        let _forget = Forget {
            waiting: &self.waiting,
            // What else is asked may not be taken back.
            lines: (method == "tools/call").then_some(&self.lines),
            id,
        };
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
            .await?;
        answer.await.map_err(|_| ended())?
    }

    async fn send(&self, message: &Value) -> Result<(), String> {
        self.lines
            .send(format!("{message}\n"))
            .await
            .map_err(|_| ended())
    }
}

/// Whoever gives up waiting leaves nothing behind.
struct Forget<'a> {
    waiting: &'a Waiting,
    lines: Option<&'a mpsc::Sender<String>>,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let given_up = waiting
            .as_mut()
            .is_some_and(|waiting| waiting.remove(&self.id).is_some());
        if let Some(lines) = self.lines.filter(|_| given_up) {
            let cancelled = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": self.id}});
            // A child that does not read its input is not waited for.
            let _ = lines.try_send(format!("{cancelled}\n"));
        }
    }
}

fn ended() -> String {
    "the program behind the tool has ended".to_owned()
}

async fn write(mut input: impl AsyncWrite + Unpin, mut queue: mpsc::Receiver<String>) {
    while let Some(line) = queue.recv().await {
        if input.write_all(line.as_bytes()).await.is_err() || input.flush().await.is_err() {
            return;
        }
    }
}

/// Hands answers to those who wait; ends with the child, or when it says a line without an end.
async fn read(
    mut output: impl AsyncBufRead + Unpin,
    waiting: Waiting,
    lines: mpsc::WeakSender<String>,
    news: watch::Sender<News>,
) {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut output)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .await;
        if !matches!(read, Ok(1..)) || line.last() != Some(&b'\n') {
            break;
        }
        let Ok(message) = serde_json::from_slice::<Value>(&line) else {
            continue;
        };
        match (message.get("method"), message.get("id")) {
            (None, Some(id)) => answered(&waiting, id, message.clone()),
            // The child asks something of us. It may ask for signs of life; nothing else was offered.
            (Some(method), Some(id)) => {
                let reply = match method.as_str() {
                    Some("ping") => json!({"jsonrpc": "2.0", "id": id, "result": {}}),
                    _ => {
                        json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "not offered"}})
                    }
                };
                if let Some(lines) = lines.upgrade() {
                    // A child that does not read its input loses the answer, not our time.
                    let _ = lines.try_send(format!("{reply}\n"));
                }
            }
            (Some(method), None) if method == "notifications/tools/list_changed" => {
                news.send_modify(|news| news.changed += 1);
            }
            _ => {}
        }
    }
    let left = waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    for reply in left.into_iter().flatten().map(|(_, reply)| reply) {
        let _ = reply.send(Err(ended()));
    }
    news.send_modify(|news| news.over = true);
}

fn answered(waiting: &Waiting, id: &Value, message: Value) {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let reply = id.as_u64().and_then(|id| waiting.as_mut()?.remove(&id));
    let Some(reply) = reply else {
        return;
    };
    // Whoever asked may have given up.
    let _ = reply.send(outcome(&message));
}

/// What an answer says.
pub(crate) fn outcome(message: &Value) -> CallResult {
    match (message.get("result"), message.get("error")) {
        (Some(result), _) => Ok(result.clone()),
        (None, Some(error)) => Err(error
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or("the program said no")
            .to_owned()),
        (None, None) => Err("the program answered neither yes nor no".to_owned()),
    }
}

fn tool(described: &Value) -> Option<McpTool> {
    let text = |name: &str| described.get(name).and_then(Value::as_str);
    let name = text("name").filter(|name| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        (1..=64).contains(&name.len()) && name.chars().all(plain)
    })?;
    let about = text("description").or(text("title")).unwrap_or_default();
    Some(McpTool {
        name: name.to_owned(),
        about: about.chars().take(1000).collect(),
        input: described.get("inputSchema")?.as_object()?.clone(),
    })
}

/// The texts of an answer, and its structured part.
fn told(answer: &Value) -> Told {
    let parts = answer.get("content").and_then(Value::as_array);
    let texts: Vec<String> = parts
        .into_iter()
        .flatten()
        .map(|part| match part.get("text").and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => {
                let kind = part.get("type").and_then(Value::as_str);
                format!("({} is not handed on)", kind.unwrap_or("something"))
            }
        })
        .collect();
    Told {
        text: texts.join("\n"),
        data: answer
            .get("structuredContent")
            .and_then(Value::as_object)
            .cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_named_and_odd_tools_are_left_out() {
        let answer = json!({"content": [{"type": "text", "text": "a"}, {"type": "image", "data": "…"}], "structuredContent": {"n": 1}});
        let found = told(&answer);
        assert_eq!(found.text, "a\n(image is not handed on)");
        assert_eq!(found.data.unwrap()["n"], 1);
        assert!(tool(&json!({"name": "a b", "inputSchema": {}})).is_none());
        assert!(tool(&json!({"name": "a"})).is_none());
        assert_eq!(
            tool(&json!({"name": "a-b", "inputSchema": {}}))
                .unwrap()
                .name,
            "a-b"
        );
    }

    #[tokio::test]
    async fn answers_find_those_who_asked_and_an_end_reaches_all() {
        let (ours, theirs) = tokio::io::duplex(4096);
        let (from, into) = tokio::io::split(ours);
        let (read, mut write) = tokio::io::split(theirs);
        let child = tokio::spawn(async move {
            let mut lines = BufReader::new(read).lines();
            let mut calls = Vec::new();
            while let Ok(Some(line)) = lines.next_line().await {
                let asked: Value = serde_json::from_str(&line).unwrap();
                match asked["method"].as_str() {
                    Some("initialize") => {
                        let hello = json!({"jsonrpc": "2.0", "id": asked["id"], "result": {}});
                        // Words between the messages are passed over.
                        let line = format!("starting up\n{hello}\n");
                        write.write_all(line.as_bytes()).await.unwrap();
                    }
                    Some("tools/call") => calls.push(asked),
                    _ => {}
                }
                if calls.len() == 2 {
                    // The second is answered first, then the child ends.
                    let id = &calls[1]["id"];
                    let said = &calls[1]["params"]["arguments"]["n"];
                    let answer = json!({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": format!("n is {said}")}]}});
                    write
                        .write_all(format!("{answer}\n").as_bytes())
                        .await
                        .unwrap();
                    return;
                }
            }
        });
        let connection = Connection::open(into, from).await.unwrap();
        let input = |n: u32| json!({ "n": n }).as_object().unwrap().clone();
        let both = tokio::join!(
            connection.call("a", input(1)),
            connection.call("a", input(2))
        );
        assert_eq!(both.0, Err(ended()));
        assert_eq!(both.1.unwrap().text, "n is 2");
        assert!(connection.is_closed());
        assert_eq!(connection.call("a", input(3)).await, Err(ended()));
        child.await.unwrap();
    }
}
