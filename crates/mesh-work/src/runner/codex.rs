//! Codex: one `codex exec` for each turn, its events as JSON lines. It has no way to ask in between, so what it may do is
//! fixed before: it works in a sandbox that can write in its folder only.

use serde_json::Value;

use super::lines::{GrowingText, Line, Lines, leave, number, one_line, spend, tell_all};
use super::{Done, Failed, Job, Options, Progress, Runner, Running, Usage};
use crate::child::Program;

/// What to do when the program is not there.
const INSTALL: &str =
    "install Codex (npm install -g @openai/codex) or name its path with --command";

/// What to do when nobody is logged in.
const LOG_IN: &str =
    "log in on this machine (run `codex login`) or give the worker a key with --env OPENAI_API_KEY";

/// The variable with the token for the mesh: arguments can be read by everybody on a machine.
const TOKEN: &str = "MESH_MCP_TOKEN";

/// The sandbox unless the command chooses another.
const SANDBOX: &str = "sandbox_mode=\"workspace-write\"";

/// What Codex says about a conversation that it does not have.
const UNKNOWN_CONVERSATION: &str = "no rollout found";

/// Runs Codex.
#[derive(Debug)]
pub struct Codex {
    program: String,
    args: Vec<String>,
    model: Option<String>,
    base_url: Option<String>,
}

impl Codex {
    /// The program that is called `codex`, or another.
    pub fn new(options: Options) -> Codex {
        let mut words = options.command.into_iter();
        Codex {
            program: words.next().unwrap_or_else(|| "codex".to_owned()),
            args: words.collect(),
            model: options.model,
            base_url: options.base_url,
        }
    }

    fn program(&self, job: &Job, resume: Option<&Thread>) -> Program {
        let mut program = Program::new(&self.program, &job.cwd)
            .args(&self.args)
            .arg("exec")
            .hint(INSTALL)
            .env(TOKEN, &job.mcp.token);
        if let Some(folder) = std::env::var_os("CODEX_HOME") {
            program = program.env("CODEX_HOME", folder);
        }
        if let Some(thread) = resume {
            program = program.arg("resume").arg(&thread.id);
        }
        program = program.args(["--json", "--skip-git-repo-check"]);
        if !self.args.iter().any(|arg| arg.contains("sandbox")) {
            program = program.args(["-c", SANDBOX]);
        }
        let quoted = |text: &str| Value::from(text).to_string();
        program = program
            .arg("-c")
            .arg(format!("mcp_servers.mesh.url={}", quoted(&job.mcp.url)))
            .arg("-c")
            .arg(format!("mcp_servers.mesh.bearer_token_env_var=\"{TOKEN}\""));
        if let Some(url) = &self.base_url {
            program = program.args([
                "-c",
                "model_provider=\"worker\"",
                "-c",
                "model_providers.worker.name=\"worker\"",
            ]);
            program = program
                .arg("-c")
                .arg(format!("model_providers.worker.base_url={}", quoted(url)));
            program = program.args(["-c", "model_providers.worker.wire_api=\"responses\""]);
            if job.keep.sets("OPENAI_API_KEY") {
                program = program.args(["-c", "model_providers.worker.env_key=\"OPENAI_API_KEY\""]);
            }
        }
        if let Some(model) = job.model.as_ref().or(self.model.as_ref()) {
            program = program.arg("-m").arg(model);
        }
        program.arg("-")
    }

    async fn turn(
        &self,
        job: &Job,
        io: &dyn Progress,
        resume: Option<&Thread>,
    ) -> Result<Done, Failed> {
        let mut child = job.keep.start(self.program(job, resume))?;
        let mut lines = Lines::of(&mut child);
        tell_all(&mut child, &job.prompt).await;
        let mut turn = Turn {
            io,
            answer: GrowingText::new(io, job.keep.limits().output_bytes),
            thread: resume.cloned().unwrap_or_default(),
            model: job.model.clone().or_else(|| self.model.clone()),
            usage: Usage::default(),
        };
        while let Some(line) = lines.next().await? {
            match line {
                Line::Words(words) => io.note(&one_line(&words, 500)),
                Line::Json(event) => {
                    if let Some(outcome) = turn.hear(&event)? {
                        leave(&mut child, &mut lines).await;
                        return outcome;
                    }
                }
            }
        }
        let ended = child.ended().await;
        Err(turn.refused(&ended.reason("Codex")))
    }
}

impl Runner for Codex {
    fn run<'a>(&'a self, job: Job, io: &'a dyn Progress) -> Running<'a, Result<Done, Failed>> {
        Box::pin(async move {
            let resume = job.resume.as_deref().and_then(Thread::parse);
            let turn = self.turn(&job, io, resume.as_ref()).await;
            match (&turn, &resume) {
                (Err(failed), Some(_)) if failed.reason.contains(UNKNOWN_CONVERSATION) => {
                    io.note("the earlier conversation is not on this machine: beginning anew");
                    self.turn(&job, io, None).await
                }
                _ => turn,
            }
        })
    }
}

/// A conversation and what it has used so far: Codex reports the sum of a whole conversation, and a turn costs the
/// difference.
#[derive(Debug, Clone, Default, PartialEq)]
struct Thread {
    id: String,
    tokens_in: u64,
    tokens_out: u64,
}

impl Thread {
    /// As [`Thread::name`] wrote it.
    fn parse(name: &str) -> Option<Thread> {
        let mut parts = name.split('+');
        let id = parts.next().filter(|id| !id.is_empty())?.to_owned();
        let mut count = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
        Some(Thread {
            id,
            tokens_in: count(),
            tokens_out: count(),
        })
    }

    fn name(&self) -> String {
        format!("{}+{}+{}", self.id, self.tokens_in, self.tokens_out)
    }
}

/// What is known of a turn while it runs.
struct Turn<'a> {
    io: &'a dyn Progress,
    answer: GrowingText<'a>,
    thread: Thread,
    model: Option<String>,
    usage: Usage,
}

impl Turn<'_> {
    /// Takes an event; gives the outcome if that was the end.
    fn hear(&mut self, event: &Value) -> Result<Option<Result<Done, Failed>>, Failed> {
        match event["type"].as_str().unwrap_or_default() {
            "thread.started" => {
                if let Some(id) = event["thread_id"].as_str() {
                    id.clone_into(&mut self.thread.id);
                    self.io.session(&self.thread.name());
                }
            }
            "item.started" => self.begun(&event["item"]),
            "item.completed" => self.item(&event["item"])?,
            // It goes on by itself after these, or says that the turn has failed.
            "error" => self.io.note(&one_line(&said(&event["message"]), 500)),
            "turn.failed" => return Ok(Some(Err(self.refused(&said(&event["error"]["message"]))))),
            "turn.completed" => return Ok(Some(Ok(self.completed(&event["usage"])))),
            _ => {}
        }
        Ok(None)
    }

    fn begun(&self, item: &Value) {
        let what = match item["type"].as_str().unwrap_or_default() {
            "command_execution" => item["command"].as_str().unwrap_or_default(),
            "mcp_tool_call" => item["tool"].as_str().unwrap_or_default(),
            _ => return,
        };
        self.io.note(&one_line(&format!("Codex runs {what}"), 500));
    }

    fn item(&mut self, item: &Value) -> Result<(), Failed> {
        match item["type"].as_str().unwrap_or_default() {
            "agent_message" => {
                self.answer.next_message()?;
                self.answer.push(item["text"].as_str().unwrap_or_default())
            }
            "error" => {
                self.io.note(&one_line(&said(&item["message"]), 500));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn completed(&mut self, usage: &Value) -> Done {
        let (sum_in, sum_out) = (
            number(&usage["input_tokens"]),
            number(&usage["output_tokens"]),
        );
        self.usage.tokens_in = sum_in.saturating_sub(self.thread.tokens_in);
        self.usage.tokens_out = sum_out.saturating_sub(self.thread.tokens_out);
        (self.thread.tokens_in, self.thread.tokens_out) = (sum_in, sum_out);
        self.io.spent(spend(self.usage));
        self.io.session(&self.thread.name());
        Done {
            text: self.answer.text.trim().to_owned(),
            usage: self.usage,
            model: self.model.clone(),
            session: Some(self.thread.name()),
            ..Done::default()
        }
    }

    fn refused(&self, why: &str) -> Failed {
        let why = one_line(why, 1000);
        let logged_out = [
            "401",
            "Missing environment variable",
            "Not logged in",
            "not logged in",
        ];
        let last = logged_out.iter().any(|sign| why.contains(sign));
        let reason = if last {
            format!("Codex is not logged in here, so nothing was done ({why}): {LOG_IN}")
        } else {
            format!("Codex gave up: {why}")
        };
        Failed {
            reason,
            last,
            usage: self.usage,
            model: self.model.clone(),
        }
    }
}

/// The words of an error, which may be a whole answer of an API.
fn said(message: &Value) -> String {
    let text = message.as_str().unwrap_or_default();
    let inner: Option<Value> = serde_json::from_str(text).ok();
    let inner = inner
        .as_ref()
        .and_then(|inner| inner["error"]["message"].as_str());
    inner.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_conversations_name_carries_what_it_has_used() {
        let thread = Thread {
            id: "a-b".into(),
            tokens_in: 170,
            tokens_out: 70,
        };
        assert_eq!(Thread::parse(&thread.name()), Some(thread));
        assert_eq!(Thread::parse("a-b").map(|thread| thread.tokens_in), Some(0));
        assert_eq!(Thread::parse(""), None);
    }

    #[test]
    fn errors_of_an_api_are_told_by_their_words() {
        assert_eq!(said(&json!("{\"error\":{\"message\":\"no\"}}")), "no");
        assert_eq!(said(&json!("plain")), "plain");
    }
}
