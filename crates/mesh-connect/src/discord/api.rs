//! Discord's REST API, as far as it is used: asking, what its errors mean, and how fast it may be asked.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::fault::{Fault, Tell, insist};
use crate::outside::{Method, Outside};
use crate::secret::Secret;

/// Longer than the service takes to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Its codes for what a bot cannot reach or may not do in a channel.
const SHUT: [u64; 5] = [
    10_003, // no such channel
    50_001, // no access
    50_007, // this person takes no messages
    50_013, // no permission
    50_083, // the thread is archived
];

/// The API, with the bot's token. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Api {
    outside: Outside,
    base: String,
    token: Secret,
    /// Not before this is it asked again: the last answer said that it was the last of its kind for now.
    rest: Option<Instant>,
}

impl Api {
    pub fn new(base: &str, token: Secret) -> Api {
        Api {
            outside: Outside::new(base, Some(token.clone())),
            base: base.to_owned(),
            token,
            rest: None,
        }
    }

    /// Asks once.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, Fault> {
        if let Some(rest) = self.rest.take() {
            sleep_until(rest).await;
        }
        let url = format!("{}{path}", self.base);
        let token = format!("Bot {}", self.token.shown());
        let answer = self
            .outside
            .ask(method, url, Some(token), body, ANSWER_WAIT)
            .await;
        let answer = answer.map_err(|why| Fault::Away(why, None))?;
        self.rest = answer.rest.map(|rest| Instant::now() + rest);
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let said = answer.body["message"].as_str().unwrap_or("no reason");
        let why = self.outside.hide(&format!("{} {said}", answer.status));
        let code = answer.body["code"].as_u64().unwrap_or_default();
        let wait = answer.body["retry_after"].as_f64();
        let wait = wait.and_then(|wait| Duration::try_from_secs_f64(wait).ok());
        Err(match answer.status {
            401 => Fault::Token,
            429 | 500.. => Fault::Away(why, wait.or(answer.wait)),
            _ if SHUT.contains(&code) => Fault::Shut(why),
            _ => Fault::Refused(why),
        })
    }

    /// Asks until there is an answer; meanwhile it says that the service is away.
    pub async fn insist(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
        tell: Tell<'_>,
    ) -> Result<Value, Fault> {
        insist(tell, async || {
            self.ask(method.clone(), path, body.clone()).await
        })
        .await
    }
}
