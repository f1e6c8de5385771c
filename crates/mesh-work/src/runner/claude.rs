//! Claude Code: a process that this worker owns, spoken to in JSON lines, whose questions go to the mesh.

use serde_json::{Map, Value, json};

use super::lines::{
    GrowingText, Line, Lines, leave, micros, number, one_line, question, spend, tell,
};
use super::{Done, Failed, Job, Options, Progress, Runner, Running, Usage};
use crate::child::Program;

/// What to do when the program is not there.
const INSTALL: &str = "install Claude Code (npm install -g @anthropic-ai/claude-code) or name its path with --command";

/// What to do when nobody is logged in.
const LOG_IN: &str = "log in on this machine (run `claude`, then /login) or give the worker a key with --env ANTHROPIC_API_KEY";

/// How every turn is started. Partial messages give the answer as it comes; questions come over standard input and output.
const ARGS: &[&str] = &[
    "-p",
    "--input-format=stream-json",
    "--output-format=stream-json",
    "--verbose",
    "--replay-user-messages",
    "--include-partial-messages",
    "--permission-prompt-tool=stdio",
    "--strict-mcp-config",
    // The mesh asks for its own permissions; a second question about each of its tools helps nobody.
    "--allowedTools=mcp__mesh",
    // There is nobody at a keyboard to answer it.
    "--disallowedTools=AskUserQuestion",
    // Settings in the folder could allow commands and run hooks without a question to anybody. Whoever trusts the folder
    // chooses otherwise: --command 'claude --setting-sources=user,project'.
    "--setting-sources=user",
    // Without those settings the folder's own guidance is not loaded either; as a file it is read like any other.
    "--append-system-prompt=If the working folder has a CLAUDE.md, read it first: it says how people work there.",
];

/// Runs Claude Code.
#[derive(Debug)]
pub struct Claude {
    program: String,
    args: Vec<String>,
    model: Option<String>,
    base_url: Option<String>,
}

impl Claude {
    /// The program that is called `claude`, or another.
    pub fn new(options: Options) -> Claude {
        let mut words = options.command.into_iter();
        Claude {
            program: words.next().unwrap_or_else(|| "claude".to_owned()),
            args: words.collect(),
            model: options.model,
            base_url: options.base_url,
        }
    }

    fn program(&self, job: &Job, resume: Option<&str>) -> Program {
        let mut program = Program::new(&self.program, &job.cwd)
            .args(ARGS)
            .args(&self.args)
            .arg("--mcp-config")
            .arg(job.mcp.file.as_os_str())
            .hint(INSTALL)
            // No updates and no statistics from a machine that works for others.
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .env("DISABLE_AUTOUPDATER", "1")
            // The mesh's tools are few: the agent sees them from the beginning instead of looking for them.
            .env("ENABLE_TOOL_SEARCH", "false");
        if let Some(folder) = std::env::var_os("CLAUDE_CONFIG_DIR") {
            program = program.env("CLAUDE_CONFIG_DIR", folder);
        }
        if let Some(model) = job.model.as_ref().or(self.model.as_ref()) {
            program = program.arg(format!("--model={model}"));
        }
        if let Some(url) = &self.base_url {
            program = program.env("ANTHROPIC_BASE_URL", url);
        }
        if let Some(schema) = &job.schema {
            let schema = Value::Object(schema.clone()).to_string();
            program = program.arg(format!("--json-schema={schema}"));
        }
        match resume {
            Some(session) => program.arg(format!("--resume={session}")),
            None => program,
        }
    }

    async fn turn(
        &self,
        job: &Job,
        io: &dyn Progress,
        resume: Option<&str>,
    ) -> Result<Done, Failed> {
        let mut child = job.keep.start(self.program(job, resume))?;
        let mut lines = Lines::of(&mut child);
        let said = json!({
            "type": "user", "parent_tool_use_id": null,
            "message": {"role": "user", "content": job.prompt},
        });
        tell(&mut child, &said).await;
        let mut turn = Turn::new(GrowingText::new(io, job.keep.limits().output_bytes), io);
        while let Some(line) = lines.next().await? {
            let message = match line {
                Line::Json(message) => message,
                Line::Words(words) => {
                    io.note(&one_line(&words, 500));
                    continue;
                }
            };
            match message["type"].as_str().unwrap_or_default() {
                "control_request" => {
                    let answer = turn.control(&message).await;
                    tell(&mut child, &answer).await;
                }
                "result" => {
                    let outcome = turn.result(&message);
                    leave(&mut child, &mut lines).await;
                    return outcome;
                }
                _ => turn.hear(&message)?,
            }
        }
        // It went away without a result.
        let ended = child.ended().await;
        Err(turn.failed(ended.reason("Claude Code"), false))
    }
}

impl Runner for Claude {
    fn run<'a>(&'a self, job: Job, io: &'a dyn Progress) -> Running<'a, Result<Done, Failed>> {
        Box::pin(async move {
            let turn = self.turn(&job, io, job.resume.as_deref()).await;
            match (&turn, &job.resume) {
                // The conversation was held on another machine or in another folder.
                (Err(failed), Some(_)) if failed.reason.contains(UNKNOWN_CONVERSATION) => {
                    io.note("the earlier conversation is not on this machine: beginning anew");
                    self.turn(&job, io, None).await
                }
                _ => turn,
            }
        })
    }
}

/// What Claude Code says about a conversation that it does not have.
const UNKNOWN_CONVERSATION: &str = "No conversation found";

/// What is known of a turn while it runs.
struct Turn<'a> {
    io: &'a dyn Progress,
    answer: GrowingText<'a>,
    session: Option<String>,
    model: Option<String>,
    usage: Usage,
    /// What the program itself said went wrong, such as `authentication_failed`.
    error: Option<String>,
}

impl<'a> Turn<'a> {
    fn new(answer: GrowingText<'a>, io: &'a dyn Progress) -> Turn<'a> {
        Turn {
            io,
            answer,
            session: None,
            model: None,
            usage: Usage::default(),
            error: None,
        }
    }

    fn hear(&mut self, message: &Value) -> Result<(), Failed> {
        match message["type"].as_str().unwrap_or_default() {
            "system" if message["subtype"] == "init" => {
                self.model = message["model"].as_str().map(str::to_owned);
                if let Some(session) = message["session_id"].as_str() {
                    self.session = Some(session.to_owned());
                    self.io.session(session);
                }
                for server in message["mcp_servers"].as_array().into_iter().flatten() {
                    if server["status"] == "failed" {
                        let name = server["name"].as_str().unwrap_or_default();
                        self.io.note(&format!(
                            "Claude Code could not reach its MCP server '{}'",
                            one_line(name, 100)
                        ));
                    }
                }
            }
            // What helpers of the agent say is part of its work, not of its answer.
            "stream_event" if message["parent_tool_use_id"].is_null() => {
                self.event(&message["event"])?;
            }
            "assistant" => self.assistant(message),
            _ => {}
        }
        Ok(())
    }

    fn event(&mut self, event: &Value) -> Result<(), Failed> {
        match event["type"].as_str().unwrap_or_default() {
            "message_start" => {
                self.answer.next_message()?;
                let usage = &event["message"]["usage"];
                self.usage.tokens_in += number(&usage["input_tokens"])
                    + number(&usage["cache_read_input_tokens"])
                    + number(&usage["cache_creation_input_tokens"]);
                self.io.spent(spend(self.usage));
            }
            "content_block_delta" => {
                if let Some(piece) = event["delta"]["text"].as_str() {
                    self.answer.push(piece)?;
                }
            }
            "message_delta" => {
                self.usage.tokens_out += number(&event["usage"]["output_tokens"]);
                self.io.spent(spend(self.usage));
            }
            _ => {}
        }
        Ok(())
    }

    fn assistant(&mut self, message: &Value) {
        if let Some(error) = message["error"].as_str() {
            self.error = Some(error.to_owned());
        }
        for block in message["message"]["content"]
            .as_array()
            .into_iter()
            .flatten()
        {
            if block["type"] == "tool_use" {
                let (words, _) = question(
                    "Claude Code",
                    block["name"].as_str().unwrap_or_default(),
                    &block["input"],
                );
                self.io.note(&words);
            }
        }
    }

    /// The answer to something that the program asks its owner.
    async fn control(&self, message: &Value) -> Value {
        let request = &message["request"];
        let outcome = match request["subtype"].as_str() {
            Some("can_use_tool") => Ok(self.may_use(request).await),
            other => Err(format!(
                "this worker does not answer {}",
                other.unwrap_or_default()
            )),
        };
        let id = &message["request_id"];
        let response = match outcome {
            Ok(answer) => json!({"subtype": "success", "request_id": id, "response": answer}),
            Err(why) => json!({"subtype": "error", "request_id": id, "error": why}),
        };
        json!({"type": "control_response", "response": response})
    }

    async fn may_use(&self, request: &Value) -> Value {
        let tool = request["tool_name"].as_str().unwrap_or_default();
        let (words, mut detail) = question("Claude Code", tool, &request["input"]);
        // The program gets back the very input that somebody approved.
        let approved = detail["input"].clone();
        for name in ["description", "blocked_path", "decision_reason"] {
            if let Some(text) = request[name].as_str() {
                detail.insert(name.to_owned(), one_line(text, 1000).into());
            }
        }
        if self.io.approve(&words, detail).await {
            json!({"behavior": "allow", "updatedInput": approved})
        } else {
            json!({
                "behavior": "deny",
                "message": "A person was asked and did not allow this. Go on without it, or say in your answer what you could not do.",
            })
        }
    }

    fn result(&mut self, message: &Value) -> Result<Done, Failed> {
        if let Some(usage) = cost(message) {
            self.usage = usage;
        }
        if message["is_error"] == true || message["subtype"] != "success" {
            return Err(self.refused(message));
        }
        let said = message["result"].as_str().map(str::to_owned);
        Ok(Done {
            text: said
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| self.answer.text.trim().to_owned()),
            data: message["structured_output"].as_object().cloned(),
            usage: self.usage,
            model: self.model.clone(),
            session: self.session.clone(),
            ..Done::default()
        })
    }

    /// A result that is an error: what it means and whether it would be the same again.
    fn refused(&self, message: &Value) -> Failed {
        let mut said: Vec<&str> = Vec::new();
        said.extend(message["result"].as_str().filter(|text| !text.is_empty()));
        said.extend(
            message["errors"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str),
        );
        let subtype = message["subtype"].as_str().unwrap_or_default();
        let said = if said.is_empty() {
            subtype.to_owned()
        } else {
            one_line(&said.join("; "), 1000)
        };
        let status = number(&message["api_error_status"]);
        let logged_out = matches!(status, 401 | 403)
            || matches!(
                self.error.as_deref(),
                Some("authentication_failed" | "oauth_org_not_allowed")
            );
        if logged_out {
            let reason = format!(
                "Claude Code is not logged in here, so nothing was done ({said}): {LOG_IN}"
            );
            return self.failed(reason, true);
        }
        let unpaid = matches!(self.error.as_deref(), Some("billing_error"));
        if unpaid || status == 404 {
            let reason = format!(
                "Claude Code was refused: {said}. Look at the account's credit and the worker's --model"
            );
            return self.failed(reason, true);
        }
        self.failed(format!("Claude Code gave up: {said}"), false)
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

/// What this turn cost. The totals of a conversation that goes on hold its earlier turns too, so the part that belongs to
/// this result is taken where the program tells it.
fn cost(result: &Value) -> Option<Usage> {
    let since = result["model_usage_since_last_result"].as_object();
    let models: &Map<String, Value> = since.or_else(|| result["modelUsage"].as_object())?;
    let mut usage = Usage::default();
    let mut dollars = 0.0;
    for model in models.values() {
        usage.tokens_in += number(&model["inputTokens"])
            + number(&model["cacheReadInputTokens"])
            + number(&model["cacheCreationInputTokens"]);
        usage.tokens_out += number(&model["outputTokens"]);
        dollars += model["costUSD"].as_f64().unwrap_or(0.0);
    }
    if since.is_none() {
        dollars = result["total_cost_usd"].as_f64().unwrap_or(dollars);
    }
    usage.micros = Some(micros(dollars));
    Some(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_costs_what_came_since_the_last_result() {
        let model = |tokens: u64, dollars: f64| json!({"m": {"inputTokens": tokens, "outputTokens": 1, "costUSD": dollars}});
        let resumed = json!({
            "total_cost_usd": 0.000_48, "modelUsage": model(20, 0.000_48),
            "model_usage_since_last_result": model(10, 0.000_24),
        });
        let usage = cost(&resumed).unwrap();
        assert_eq!(
            (usage.tokens_in, usage.tokens_out, usage.micros),
            (10, 1, Some(240))
        );
        let older = json!({"total_cost_usd": 0.000_48, "modelUsage": model(20, 0.000_48)});
        assert_eq!(cost(&older).unwrap().micros, Some(480));
    }
}
