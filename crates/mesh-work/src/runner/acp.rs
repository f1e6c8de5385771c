//! Any agent that speaks the Agent Client Protocol: JSON-RPC in lines over standard input and output. Its questions go to the
//! mesh; files and terminals of this machine are not offered to it, for it runs on this machine itself.

use std::collections::BTreeMap;

use mesh_proof::Digest;
use serde_json::{Map, Value, json};

use super::lines::{
    GrowingText, Line, Lines, leave, micros, number, one_line, question, spend, tell,
};
use super::{Done, Failed, Job, Options, Progress, Runner, Running, Usage};
use crate::child::{Child, Program};

/// The version of the protocol that is spoken here.
const VERSION: u64 = 1;

/// The error by which an agent says that somebody has to log in.
const LOGIN_NEEDED: i64 = -32000;

/// Calls of tools that are remembered in one turn: an agent that names more asks about what it says in the question alone.
const CALLS_MAX: usize = 10_000;

/// The error for a method that is not known.
const UNKNOWN_METHOD: i64 = -32601;

/// An agent and how it is started.
#[derive(Debug, Clone)]
pub struct Acp {
    /// What people call it.
    pub name: &'static str,
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The argument that chooses a model, if the agent has one.
    pub model_arg: Option<&'static str>,
    /// The model unless a task names one.
    pub model: Option<String>,
    /// Whether a conversation can go on in another process of it.
    pub resumes: bool,
    /// More variables.
    pub env: Vec<(&'static str, String)>,
    /// What to do when the program is not there.
    pub install: &'static str,
    /// What to do when nobody is logged in.
    pub log_in: &'static str,
}

impl Acp {
    /// Any agent: its program has to be named.
    pub fn new(options: Options) -> Result<Acp, String> {
        let mut words = options.command.into_iter();
        let program = words.next().ok_or(
            "the runner 'acp' needs an agent that speaks the Agent Client Protocol: --command 'PROGRAM ARGS'",
        )?;
        Ok(Acp {
            name: "the agent",
            program,
            args: words.collect(),
            model_arg: None,
            model: options.model,
            resumes: true,
            env: Vec::new(),
            install: "install it, or name another with --command",
            log_in: "start it once on this machine and log in",
        })
    }

    fn start(&self, job: &Job) -> Result<Child, Failed> {
        let mut program = Program::new(&self.program, &job.cwd)
            .args(&self.args)
            .hint(self.install);
        for (name, value) in &self.env {
            program = program.env(name, value);
        }
        if let (Some(arg), Some(model)) = (self.model_arg, self.model(job)) {
            program = program.arg(arg).arg(model);
        }
        job.keep.start(program)
    }

    fn model<'a>(&'a self, job: &'a Job) -> Option<&'a String> {
        job.model.as_ref().or(self.model.as_ref())
    }

    async fn turn(&self, job: &Job, io: &dyn Progress) -> Result<Done, Failed> {
        let mut child = self.start(job)?;
        let lines = Lines::of(&mut child);
        let mut wire = Wire {
            agent: self,
            child,
            lines,
            io,
            answer: GrowingText::new(io, job.keep.limits().output_bytes),
            listening: false,
            usage: Usage::default(),
            fresh: false,
            model: self.model(job).cloned(),
            calls: 0,
            tools: BTreeMap::new(),
        };
        let outcome = wire.talk(job).await;
        let ended = leave(&mut wire.child, &mut wire.lines).await;
        outcome.map_err(|trouble| match trouble {
            Trouble::Failed(failed) => failed,
            Trouble::Gone => wire.failed(ended.reason(self.name), false),
        })
    }
}

impl Runner for Acp {
    fn run<'a>(&'a self, job: Job, io: &'a dyn Progress) -> Running<'a, Result<Done, Failed>> {
        Box::pin(async move { self.turn(&job, io).await })
    }
}

/// Why a conversation stopped.
enum Trouble {
    /// For a reason that was told.
    Failed(Failed),
    /// The agent has closed its output.
    Gone,
}

impl From<Failed> for Trouble {
    fn from(failed: Failed) -> Trouble {
        Trouble::Failed(failed)
    }
}

/// The conversation with a running agent.
struct Wire<'a> {
    agent: &'a Acp,
    child: Child,
    lines: Lines,
    io: &'a dyn Progress,
    answer: GrowingText<'a>,
    /// What is told before the prompt is history.
    listening: bool,
    usage: Usage,
    /// Whether the conversation began with this turn, so that its whole cost is this turn's.
    fresh: bool,
    model: Option<String>,
    calls: u64,
    /// What the agent said of each call of a tool, by the agent's id for it.
    tools: BTreeMap<String, Told>,
}

/// A call of a tool as the agent tells of it.
#[derive(Debug, Default)]
struct Told {
    /// Title, kind, input, content and places: the last word about each.
    said: Map<String, Value>,
    /// The hash of the input that somebody approved, if the agent told its input.
    approved: Option<Digest>,
}

/// What of a call says what it will do.
const SAYS: [&str; 5] = ["title", "kind", "rawInput", "content", "locations"];

impl Told {
    /// Takes in what is told anew.
    fn hear(&mut self, call: &Value) {
        for name in SAYS {
            if let Some(value) = call.get(name).filter(|value| !value.is_null()) {
                self.said.insert(name.to_owned(), value.clone());
            }
        }
    }

    /// Takes in a question about it. Some agents ask about a part of the input that they told of before: all of it is what
    /// will run, so all of it is shown, with the question's word about each part.
    fn asked(&mut self, call: &Value) {
        let before = self.said.remove("rawInput");
        self.hear(call);
        match (before, self.said.get_mut("rawInput")) {
            (Some(Value::Object(before)), Some(Value::Object(input))) => {
                for (name, value) in before {
                    input.entry(name).or_insert(value);
                }
            }
            (Some(before), None) => {
                self.said.insert("rawInput".to_owned(), before);
            }
            _ => {}
        }
    }

    /// All that is known of what it will do: its input, or, for agents that tell none, the rest of what they say.
    fn input(&self) -> Option<Value> {
        let has = |name: &str| self.said.get(name).filter(|value| !is_nothing(value));
        match has("rawInput") {
            Some(input) => Some(input.clone()),
            None if has("title").is_some() || has("content").is_some() => {
                Some(Value::Object(self.said.clone()))
            }
            None => None,
        }
    }

    /// Whether another input is told than somebody approved.
    fn strays(&self, call: &Value) -> bool {
        let told = call.get("rawInput").filter(|input| !is_nothing(input));
        told.is_some_and(|input| {
            self.approved
                .is_some_and(|approved| approved != hash(input))
        })
    }
}

/// Whether a value tells nothing: agents send an empty input first and fill it in.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn hash(input: &Value) -> Digest {
    Digest::of(input.to_string().as_bytes())
}

impl Wire<'_> {
    async fn talk(&mut self, job: &Job) -> Result<Done, Trouble> {
        let offered = json!({
            "protocolVersion": VERSION,
            "clientCapabilities": {"fs": {"readTextFile": false, "writeTextFile": false}, "terminal": false},
            "clientInfo": {"name": "mesh-work", "title": "The Mesh", "version": env!("CARGO_PKG_VERSION")},
        });
        let agent = self.call("initialize", offered).await?;
        let can = &agent["agentCapabilities"];
        let session = self.session(job, can).await?;
        let name = self.agent.resumes.then(|| session.clone());
        if let Some(name) = &name {
            self.io.session(name);
        }
        self.listening = true;
        let prompt =
            json!({"sessionId": session, "prompt": [{"type": "text", "text": job.prompt}]});
        let end = self.call("session/prompt", prompt).await?;
        self.count(&end);
        match end["stopReason"].as_str().unwrap_or("end_turn") {
            "end_turn" => Ok(Done {
                text: self.answer.text.trim().to_owned(),
                usage: self.usage,
                model: self.model.clone(),
                session: name,
                ..Done::default()
            }),
            "refusal" => Err(self
                .failed(format!("{} refused to do this", self.agent.name), true)
                .into()),
            other => {
                let why = format!(
                    "{} stopped before it was done ({})",
                    self.agent.name,
                    one_line(other, 100)
                );
                Err(self.failed(why, false).into())
            }
        }
    }

    /// The conversation to go on with, or a new one.
    async fn session(&mut self, job: &Job, can: &Value) -> Result<String, Trouble> {
        let mut servers = Vec::new();
        if can["mcpCapabilities"]["http"] == true {
            let bearer = format!("Bearer {}", job.mcp.token);
            servers.push(json!({
                "type": "http", "name": "mesh", "url": job.mcp.url,
                "headers": [{"name": "Authorization", "value": bearer}],
            }));
        } else {
            self.io.note(
                "the agent takes no MCP server over HTTP: it works without tools of the mesh",
            );
        }
        let mut asked = json!({"cwd": job.cwd, "mcpServers": servers});
        let resumes = self.agent.resumes && can["loadSession"] == true;
        if let (Some(session), true) = (&job.resume, resumes) {
            asked["sessionId"] = session.as_str().into();
            match self.call("session/load", asked.clone()).await {
                Ok(_) => return Ok(session.clone()),
                Err(Trouble::Failed(failed)) if !failed.last => {
                    self.io
                        .note("the earlier conversation is not on this machine: beginning anew");
                }
                Err(other) => return Err(other),
            }
        }
        if let Some(fields) = asked.as_object_mut() {
            fields.remove("sessionId");
        }
        let made = self.call("session/new", asked).await?;
        self.fresh = true;
        if self.model.is_none() {
            self.model = made["models"]["currentModelId"].as_str().map(str::to_owned);
        }
        match made["sessionId"].as_str() {
            Some(session) => Ok(session.to_owned()),
            None => Err(self
                .failed(format!("{} opened no conversation", self.agent.name), false)
                .into()),
        }
    }

    /// Asks the agent something, and answers whatever it asks meanwhile.
    async fn call(&mut self, method: &str, params: Value) -> Result<Value, Trouble> {
        self.calls += 1;
        let id = self.calls;
        let asked = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        tell(&mut self.child, &asked).await;
        while let Some(line) = self.lines.next().await? {
            let message = match line {
                Line::Json(message) => message,
                Line::Words(words) => {
                    self.io.note(&one_line(&words, 500));
                    continue;
                }
            };
            match (message["method"].as_str(), message.get("id")) {
                (Some(asked), Some(asked_id)) => {
                    let answer = self.answer_to(asked, asked_id, &message["params"]).await;
                    tell(&mut self.child, &answer).await;
                }
                (Some("session/update"), None) if self.listening => {
                    self.update(&message["params"]["update"])?;
                }
                (None, Some(answered)) if *answered == id => {
                    return match message.get("error") {
                        Some(error) => Err(self.refused(error).into()),
                        None => Ok(message["result"].clone()),
                    };
                }
                _ => {}
            }
        }
        Err(Trouble::Gone)
    }

    fn update(&mut self, update: &Value) -> Result<(), Failed> {
        match update["sessionUpdate"].as_str().unwrap_or_default() {
            "agent_message_chunk" => {
                let piece = update["content"]["text"].as_str().unwrap_or_default();
                return self.answer.push(piece);
            }
            "tool_call" => {
                self.hear(update)?;
                let title = update["title"].as_str().unwrap_or_default();
                self.io
                    .note(&one_line(&format!("{} uses {title}", self.agent.name), 500));
                // What is said after a tool is another message; the last one is the answer.
                return self.answer.next_message();
            }
            // Some agents tell of a tool only when it goes on.
            "tool_call_update" => {
                self.hear(update)?;
                return self.answer.next_message();
            }
            "usage_update" => self.count(update),
            _ => {}
        }
        Ok(())
    }

    /// Not every agent says what it used, and those that do say it in different places.
    fn count(&mut self, message: &Value) {
        let cost = &message["cost"];
        if let (Some(amount), true, true) = (
            cost["amount"].as_f64(),
            cost["currency"] == "USD",
            self.fresh,
        ) {
            self.usage.micros = Some(micros(amount));
            self.io.spent(spend(self.usage));
        }
        let quota = &message["_meta"]["quota"]["token_count"];
        let places = [
            (
                &message["usage"]["inputTokens"],
                &message["usage"]["outputTokens"],
            ),
            (&quota["input_tokens"], &quota["output_tokens"]),
        ];
        for (tokens_in, tokens_out) in places {
            if tokens_in.is_u64() || tokens_out.is_u64() {
                self.usage.tokens_in =
                    number(tokens_in) + number(&message["usage"]["cachedReadTokens"]);
                self.usage.tokens_out = number(tokens_out);
                self.io.spent(spend(self.usage));
                break;
            }
        }
    }

    async fn answer_to(&mut self, method: &str, id: &Value, params: &Value) -> Value {
        if method != "session/request_permission" {
            let words = format!(
                "{} is not offered here: use your own tools",
                one_line(method, 100)
            );
            return json!({"jsonrpc": "2.0", "id": id, "error": {"code": UNKNOWN_METHOD, "message": words}});
        }
        let (allowed, approved) = self.ask(&params["toolCall"]).await;
        // Once: what was allowed once is asked again next time.
        let wanted = if allowed { "allow_once" } else { "reject_once" };
        let options = params["options"].as_array();
        let chosen = options
            .into_iter()
            .flatten()
            .find(|option| option["kind"] == wanted);
        let outcome = match chosen {
            Some(option) => json!({"outcome": "selected", "optionId": option["optionId"]}),
            None => json!({"outcome": "cancelled"}),
        };
        let mut result = json!({"outcome": outcome});
        if let Some(approved) = approved {
            result["_meta"] = json!({"mesh.approvedInputSha256": approved.to_string()});
        }
        json!({"jsonrpc": "2.0", "id": id, "result": result})
    }

    /// Asks the mesh about a call of a tool; if it is allowed, with the hash of what was shown. The protocol has no way to
    /// hand an input back, so the agent is held to it: see [`Wire::hear`].
    async fn ask(&mut self, call: &Value) -> (bool, Option<Digest>) {
        let name = call["toolCallId"].as_str().unwrap_or_default().to_owned();
        let mut told = self.tools.remove(&name).unwrap_or_default();
        told.asked(call);
        let Some(input) = told.input() else {
            self.io.note(&format!(
                "{} asked without saying what it would do: refused",
                self.agent.name
            ));
            return (false, None);
        };
        let tool = told.said.get("title").or_else(|| told.said.get("kind"));
        let tool = tool.and_then(Value::as_str).unwrap_or("a tool");
        let (words, detail) = question(self.agent.name, &one_line(tool, 300), &input);
        let allowed = self.io.approve(&words, detail).await;
        let approved = allowed.then(|| hash(&input));
        told.approved = approved.filter(|_| told.said.get("rawInput") == Some(&input));
        self.remember(name, told);
        (allowed, approved)
    }

    fn remember(&mut self, name: String, told: Told) {
        if self.tools.len() < CALLS_MAX || told.approved.is_some() {
            self.tools.insert(name, told);
        }
    }

    /// Takes in what the agent tells of a call. One that goes on with another input than was approved ends the attempt: what
    /// ran was seen by nobody.
    fn hear(&mut self, call: &Value) -> Result<(), Failed> {
        let Some(name) = call["toolCallId"].as_str() else {
            return Ok(());
        };
        let mut told = self.tools.remove(name).unwrap_or_default();
        let strays = told.strays(call);
        told.hear(call);
        self.remember(name.to_owned(), told);
        if strays {
            self.child.stop();
            let why = format!(
                "{} went on with another input than was approved, and was stopped",
                self.agent.name
            );
            return Err(self.failed(why, true));
        }
        Ok(())
    }

    fn refused(&self, error: &Value) -> Failed {
        let words = error["message"].as_str().unwrap_or_default();
        let more = error["data"]["details"]
            .as_str()
            .or(error["data"]["message"].as_str())
            .or(error["data"].as_str());
        let said = one_line(&[words, more.unwrap_or_default()].join(" "), 1000);
        if error["code"] == LOGIN_NEEDED {
            let why = format!(
                "{} is not logged in here, so nothing was done ({said}): {}",
                self.agent.name, self.agent.log_in
            );
            return self.failed(why, true);
        }
        self.failed(format!("{} gave up: {said}", self.agent.name), false)
    }

    fn failed(&self, reason: String, last: bool) -> Failed {
        Failed {
            reason,
            last,
            usage: self.usage,
            model: self.model.clone(),
        }
    }
}
