//! Slack's Web API, as far as it is used: asking, and what its errors mean.

use std::time::Duration;

use serde_json::Value;

use super::SERVICE;
use crate::fault::{Fault, Tell, insist};
use crate::outside::Outside;
use crate::secret::Secret;

/// Longer than the service takes to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// What a question has in it.
pub(super) type Fields = Vec<(&'static str, String)>;

/// The methods, with one of the app's tokens. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Api {
    outside: Outside,
    base: String,
}

impl Api {
    pub fn new(base: &str, token: &Secret) -> Api {
        Api {
            outside: Outside::new(base, Some(token.clone())),
            base: base.to_owned(),
        }
    }

    /// Asks once.
    pub async fn ask(&self, method: &str, fields: Fields) -> Result<Value, Fault> {
        let url = format!("{}/{method}", self.base);
        // Methods that read take no JSON; all take a form.
        let answer = self.outside.form(url, fields, ANSWER_WAIT).await;
        let answer = answer.map_err(|why| Fault::Away(why, None))?;
        if answer.body["ok"] == true {
            return Ok(answer.body);
        }
        let status = answer.status;
        let Some(error) = answer.body["error"].as_str() else {
            let why = format!("status {status}, and an answer that is none of {SERVICE}'s");
            return Err(match status {
                400..429 => Fault::Refused(why),
                _ => Fault::Away(why, answer.wait),
            });
        };
        let error = self.outside.hide(&error);
        let needed = answer.body["needed"].as_str();
        Err(fault(method, status, &error, needed, answer.wait))
    }

    /// Asks until there is an answer; meanwhile it says that the service is away.
    pub async fn insist(
        &self,
        method: &str,
        fields: Fields,
        tell: Tell<'_>,
    ) -> Result<Value, Fault> {
        insist(tell, async || self.ask(method, fields.clone()).await).await
    }
}

fn fault(
    method: &str,
    status: u16,
    error: &str,
    needed: Option<&str>,
    wait: Option<Duration>,
) -> Fault {
    let why = format!("{method}: {error}");
    match error {
        "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" | "token_expired" => {
            Fault::Token
        }
        "not_allowed_token_type" => Fault::Unfit(
            format!("{SERVICE} does not take this kind of token for {method}"),
            "the bot's token begins with xoxb-, the app's with xapp-: look whether one stands in the place of the other"
                .to_owned(),
        ),
        "missing_scope" => Fault::Unfit(
            format!("the app lacks the scope {} for {method}", needed.unwrap_or("that is needed")),
            "add it at api.slack.com/apps, under OAuth & Permissions, and install the app again".to_owned(),
        ),
        "channel_not_found" | "not_in_channel" | "is_archived" | "user_disabled"
        | "messages_tab_disabled" | "restricted_action" | "team_access_not_granted" => {
            Fault::Shut(why)
        }
        "ratelimited" | "rate_limited" | "internal_error" | "fatal_error" | "service_unavailable"
        | "request_timeout" | "team_added_to_org" => Fault::Away(why, wait),
        _ if status == 429 || status >= 500 => Fault::Away(why, wait),
        _ => Fault::Refused(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart_by_what_can_be_done() {
        let of = |status, error| fault("chat.postMessage", status, error, Some("chat:write"), None);
        assert!(matches!(of(200, "token_revoked"), Fault::Token));
        assert!(matches!(of(200, "is_archived"), Fault::Shut(_)));
        assert!(matches!(of(429, "ratelimited"), Fault::Away(..)));
        assert!(matches!(of(503, "anything"), Fault::Away(..)));
        assert!(matches!(of(200, "msg_too_long"), Fault::Refused(_)));
        let Fault::Unfit(what, todo) = of(200, "missing_scope") else {
            panic!("a missing scope is told");
        };
        assert!(what.contains("chat:write") && todo.contains("install"));
    }
}
