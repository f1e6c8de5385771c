//! Anthropic's Messages API. A turn is one question and one answer; tools are the text forms of the prompt.

use serde_json::{Value, json};

use super::api::{Request, ask};
use super::lines::{GrowingText, number, one_line, spend};
use super::{Done, Failed, Job, Options, Progress, Runner, Running, Usage};

/// Where the API is unless another address is given.
const BASE: &str = "https://api.anthropic.com";

/// The version of the API that is spoken here.
const VERSION: &str = "2023-06-01";

/// How long an answer may be, tokens. All current models give that much.
const TOKENS_MAX: u32 = 16_384;

const SERVER: &str = "the Anthropic API";
const LOG_IN: &str = "set ANTHROPIC_API_KEY for the worker";

/// Asks a model by this API.
#[derive(Debug)]
pub struct Anthropic {
    base: String,
    model: Option<String>,
    key: Option<String>,
}

impl Anthropic {
    /// Asks at the usual address, or another.
    pub fn new(options: Options) -> Anthropic {
        let base = options.base_url.unwrap_or_else(|| BASE.to_owned());
        let base = base.trim_end_matches('/');
        Anthropic {
            base: base.strip_suffix("/v1").unwrap_or(base).to_owned(),
            model: options.model,
            key: options.api_key,
        }
    }

    async fn turn(&self, job: &Job, io: &dyn Progress) -> Result<Done, Failed> {
        let model = job.model.as_ref().or(self.model.as_ref());
        let model = model.ok_or_else(|| {
            Failed::last(
                "no model was named: start the worker with --model, or name one in the task",
            )
        })?;
        if self.key.is_none() && self.base == BASE {
            return Err(Failed::last(format!("{SERVER} needs a key: {LOG_IN}")));
        }
        let mut headers = vec![("anthropic-version", VERSION.to_owned())];
        headers.extend(self.key.clone().map(|key| ("x-api-key", key)));
        let body = json!({
            "model": model, "max_tokens": TOKENS_MAX, "stream": true,
            "messages": [{"role": "user", "content": job.prompt}],
        });
        let request = Request {
            server: SERVER,
            url: format!("{}/v1/messages", self.base),
            headers,
            body: &body,
            deadline: job.deadline,
            log_in: LOG_IN,
        };
        let mut events = ask(request, io).await?;
        let mut turn = Turn {
            io,
            answer: GrowingText::new(io, job.keep.limits().output_bytes),
            model: model.clone(),
            usage: Usage::default(),
            reason: None,
        };
        loop {
            match events.next().await {
                Ok(Some(event)) => turn.hear(&event)?,
                Ok(None) => return turn.ended(),
                Err(why) => return Err(turn.failed(format!("the answer broke off: {why}"), false)),
            }
        }
    }
}

impl Runner for Anthropic {
    fn run<'a>(&'a self, job: Job, io: &'a dyn Progress) -> Running<'a, Result<Done, Failed>> {
        Box::pin(async move { self.turn(&job, io).await })
    }
}

struct Turn<'a> {
    io: &'a dyn Progress,
    answer: GrowingText<'a>,
    model: String,
    usage: Usage,
    reason: Option<String>,
}

impl Turn<'_> {
    fn hear(&mut self, event: &Value) -> Result<(), Failed> {
        match event["type"].as_str().unwrap_or_default() {
            "message_start" => {
                let message = &event["message"];
                if let Some(model) = message["model"].as_str() {
                    model.clone_into(&mut self.model);
                }
                let usage = &message["usage"];
                self.usage.tokens_in = number(&usage["input_tokens"])
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
                self.reason = event["delta"]["stop_reason"].as_str().map(str::to_owned);
                // What is told here counts from the beginning of the answer.
                self.usage.tokens_out = number(&event["usage"]["output_tokens"]);
                self.io.spent(spend(self.usage));
            }
            "error" => {
                let words = event["error"]["message"].as_str().unwrap_or_default();
                return Err(self.failed(
                    format!("{SERVER} broke off: {}", one_line(words, 500)),
                    false,
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn ended(self) -> Result<Done, Failed> {
        match self.reason.as_deref() {
            Some("end_turn" | "stop_sequence") => Ok(Done {
                text: self.answer.text,
                usage: self.usage,
                model: Some(self.model),
                ..Done::default()
            }),
            Some("refusal") => Err(self.failed("the model refused to answer this".to_owned(), true)),
            Some("max_tokens") => Err(self.failed(
                format!("the answer was longer than {TOKENS_MAX} tokens and was cut; what came is kept as partial output"),
                false,
            )),
            Some(other) => Err(self.failed(format!("the model stopped before it was done ({other})"), false)),
            None => Err(self.failed("the answer broke off before its end".to_owned(), false)),
        }
    }

    fn failed(&self, reason: String, last: bool) -> Failed {
        Failed {
            reason,
            last,
            usage: self.usage,
            model: Some(self.model.clone()),
        }
    }
}
