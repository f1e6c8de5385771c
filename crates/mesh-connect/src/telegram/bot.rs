//! The Bot API, as far as it is used: asking, fetching by long poll, and what its errors mean.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::types::{Me, Reply, Update, WebhookInfo};
use crate::fault::{Fault, Tell, insist};
use crate::outside::{Backoff, Outside};
use crate::said::{Said, Trouble};
use crate::secret::Secret;

/// The service's name in errors.
pub(crate) const SERVICE: &str = "Telegram";
/// Longer than the service takes to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// A bot. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Bot {
    outside: Outside,
    base: String,
    token: Secret,
}

impl Bot {
    pub fn new(base: &str, token: Secret) -> Bot {
        Bot {
            outside: Outside::new(base, Some(token.clone())),
            base: base.to_owned(),
            token,
        }
    }

    /// Asks once.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        body: Value,
        wait: Duration,
    ) -> Result<T, Fault> {
        let url = format!("{}/bot{}/{method}", self.base, self.token.shown());
        let answer = self.outside.post(url, false, body, wait).await;
        let answer = answer.map_err(|why| Fault::Away(why, None))?;
        let read: Reply<T> = serde_json::from_value(answer.body).map_err(|why| {
            let status = answer.status;
            let why = format!("status {status}, and an answer that is none of the Bot API: {why}");
            match status {
                401 | 404 => Fault::Token,
                _ => Fault::Away(self.outside.hide(&why), answer.wait),
            }
        })?;
        match read.result {
            Some(result) if read.ok => Ok(result),
            _ => {
                let code = read.error_code.unwrap_or(answer.status);
                let why = self.outside.hide(&format!("{code} {}", read.description));
                let wait = read.parameters.retry_after.map(Duration::from_secs);
                Err(match (code, read.parameters.migrate_to_chat_id) {
                    (_, Some(chat)) => Fault::Moved(chat),
                    // An address without such a bot is answered like one without such a method.
                    (401 | 404, _) => Fault::Token,
                    (403, _) => Fault::Shut(why),
                    (409 | 429 | 500.., _) => Fault::Away(why, wait.or(answer.wait)),
                    _ => Fault::Refused(why),
                })
            }
        }
    }

    /// Asks until there is an answer; meanwhile it says that the service is away.
    pub async fn insist<T: DeserializeOwned>(
        &self,
        method: &str,
        body: Value,
        tell: Tell<'_>,
    ) -> Result<T, Fault> {
        insist(tell, async || {
            self.ask(method, body.clone(), ANSWER_WAIT).await
        })
        .await
    }

    /// Who the bot is; what keeps it from being used ends here.
    pub async fn begin(&self, tell: Tell<'_>) -> Result<Me, Trouble> {
        let me: Me = self
            .insist("getMe", json!({}), tell)
            .await
            .map_err(|why| why.ends(SERVICE))?;
        let hook: WebhookInfo = self
            .insist("getWebhookInfo", json!({}), tell)
            .await
            .map_err(|why| why.ends(SERVICE))?;
        if hook.url.is_empty() {
            Ok(me)
        } else {
            Err(Trouble::Webhook)
        }
    }
}

/// An update; of one that cannot be read its number is left, so that it does not come again.
fn readable(update: Value) -> Option<Update> {
    let id = update["update_id"].as_i64()?;
    let unread = Update {
        update_id: id,
        message: None,
        edited_message: None,
        callback_query: None,
    };
    Some(serde_json::from_value(update).unwrap_or(unread))
}

/// What is written to the bot, fetched by long poll. Dropping a call of [`Poll::next`] loses nothing.
#[derive(Debug)]
pub(crate) struct Poll {
    bot: Bot,
    kinds: &'static [&'static str],
    hold: Duration,
    asked: Option<JoinHandle<Result<Vec<Value>, Fault>>>,
    backoff: Backoff,
    again: Option<Instant>,
    away: bool,
}

impl Poll {
    pub fn new(bot: &Bot, kinds: &'static [&'static str], hold: Duration) -> Poll {
        Poll {
            bot: bot.clone(),
            kinds,
            hold,
            asked: None,
            backoff: Backoff::default(),
            again: None,
            away: false,
        }
    }

    /// The updates from `offset` on; what is before it the service forgets.
    pub async fn next(&mut self, offset: i64, tell: Tell<'_>) -> Result<Vec<Update>, Trouble> {
        loop {
            if let Some(again) = self.again {
                sleep_until(again).await;
                self.again = None;
            }
            let (bot, hold) = (self.bot.clone(), self.hold);
            let body = json!({
                "offset": offset,
                "timeout": hold.as_secs(),
                "allowed_updates": self.kinds,
            });
            let asked = self.asked.get_or_insert_with(|| {
                tokio::spawn(async move { bot.ask("getUpdates", body, hold + ANSWER_WAIT).await })
            });
            let answer = asked.await;
            self.asked = None;
            let lost = |why: tokio::task::JoinError| Err(Fault::Away(why.to_string(), None));
            match answer.unwrap_or_else(lost) {
                Ok(updates) => {
                    self.backoff = Backoff::default();
                    if std::mem::take(&mut self.away) {
                        tell(Said::Back);
                    }
                    return Ok(updates.into_iter().filter_map(readable).collect());
                }
                Err(Fault::Away(why, asked)) => {
                    let wait = asked.map_or_else(|| self.backoff.next(), Backoff::asked);
                    self.again = Some(Instant::now() + wait);
                    self.away = true;
                    tell(Said::Away { why, wait });
                }
                Err(other) => return Err(other.ends(SERVICE)),
            }
        }
    }
}
