//! OpenAI's Chat Completions API, which servers of local models speak too. A turn is one question and one answer; tools are
//! the text forms of the prompt.

use serde_json::{Value, json};

use super::api::{Request, ask};
use super::lines::{GrowingText, number, one_line, spend};
use super::{Done, Failed, Job, Options, Progress, Runner, Running, Usage};

/// Where the API is unless another address is given.
const BASE: &str = "https://api.openai.com/v1";

const SERVER: &str = "the OpenAI API";
const LOG_IN: &str = "set OPENAI_API_KEY for the worker";

/// Asks a model by this API.
#[derive(Debug)]
pub struct OpenAi {
    base: String,
    model: Option<String>,
    key: Option<String>,
}

impl OpenAi {
    /// Asks at the usual address, or another.
    pub fn new(options: Options) -> OpenAi {
        OpenAi {
            base: options
                .base_url
                .map_or_else(|| BASE.to_owned(), |base| with_version(&base)),
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
        let key = self
            .key
            .as_ref()
            .map(|key| ("authorization", format!("Bearer {key}")));
        let body = json!({
            "model": model, "stream": true, "stream_options": {"include_usage": true},
            "messages": [{"role": "user", "content": job.prompt}],
        });
        let request = Request {
            server: SERVER,
            url: format!("{}/chat/completions", self.base),
            headers: key.into_iter().collect(),
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

/// An address without a path means the first version of the API.
fn with_version(base: &str) -> String {
    let base = base.trim_end_matches('/');
    let host = base.split_once("://").map_or(base, |(_, rest)| rest);
    if host.contains('/') {
        base.to_owned()
    } else {
        format!("{base}/v1")
    }
}

impl Runner for OpenAi {
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
        if let Some(words) = event["error"]["message"].as_str() {
            return Err(self.failed(
                format!("{SERVER} broke off: {}", one_line(words, 500)),
                false,
            ));
        }
        if let Some(model) = event["model"].as_str() {
            model.clone_into(&mut self.model);
        }
        let choice = &event["choices"][0];
        if let Some(piece) = choice["delta"]["content"].as_str() {
            self.answer.push(piece)?;
        }
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.reason = Some(reason.to_owned());
        }
        let usage = &event["usage"];
        if usage.is_object() {
            self.usage.tokens_in = number(&usage["prompt_tokens"]);
            self.usage.tokens_out = number(&usage["completion_tokens"]);
            self.io.spent(spend(self.usage));
        }
        Ok(())
    }

    fn ended(self) -> Result<Done, Failed> {
        match self.reason.as_deref() {
            Some("stop") => Ok(Done {
                text: self.answer.text,
                usage: self.usage,
                model: Some(self.model),
                ..Done::default()
            }),
            Some("content_filter") => Err(self.failed("the server's filter refused this".to_owned(), true)),
            Some("length") => Err(self.failed(
                "the answer was longer than the model gives and was cut; what came is kept as partial output".to_owned(),
                false,
            )),
            Some(other) => Err(self.failed(format!("the model stopped before it was done ({})", one_line(other, 100)), false)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_path_of_its_own() {
        assert_eq!(
            with_version("http://127.0.0.1:8080/"),
            "http://127.0.0.1:8080/v1"
        );
        assert_eq!(
            with_version("https://x.example/api/v3"),
            "https://x.example/api/v3"
        );
    }
}
