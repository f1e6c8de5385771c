//! The client-server API, as far as it is used, and what its errors mean.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::Method;

use super::events::{Batch, Event, Page};
use crate::fault::{Fault, Tell, insist};
use crate::outside::{Answer, Outside};
use crate::said::Trouble;
use crate::secret::Secret;

/// The service's name in errors.
pub(super) const SERVICE: &str = "Matrix";
/// Longer than the service takes to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// How long the service holds a question for what is new.
const HOLD: Duration = Duration::from_secs(45);
/// Events of a room in an answer; what is behind them is fetched in pages of as many.
const EVENTS: u32 = 100;
/// So many pages of what was written while the connector was away are taken, the newest of it.
const GAP_PAGES_MAX: u32 = 20;
/// What may stand in a part of a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A homeserver, as one account. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Server {
    outside: Outside,
    base: String,
}

/// A part of a path, whatever is in it.
pub(super) fn part(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

impl Server {
    pub fn new(base: &str, token: Secret) -> Server {
        Server {
            outside: Outside::new(base, Some(token)),
            base: base.to_owned(),
        }
    }

    /// Asks once. The path is what comes behind `/_matrix/client/v3/`.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, Fault> {
        self.hold(method, path, body, ANSWER_WAIT).await
    }

    async fn hold<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        wait: Duration,
    ) -> Result<T, Fault> {
        let url = format!("{}/_matrix/client/v3/{path}", self.base);
        let answer = self
            .outside
            .ask(method, url, self.outside.bearer(), body, wait)
            .await;
        let answer = answer.map_err(|why| Fault::Away(why, None))?;
        if !(200..300).contains(&answer.status) {
            return Err(self.fault(&answer));
        }
        serde_json::from_value(answer.body).map_err(|why| {
            let why = format!("an answer that is none of Matrix: {why}");
            Fault::Away(self.outside.hide(&why), None)
        })
    }

    fn fault(&self, answer: &Answer) -> Fault {
        let said = |field: &str| answer.body[field].as_str().unwrap_or_default();
        let (status, code) = (answer.status, said("errcode"));
        let why = format!("{status} {code} {}", said("error"));
        let why = crate::text::name(&self.outside.hide(&why), 300);
        let asked = answer.body["retry_after_ms"].as_u64();
        let asked = asked.map(Duration::from_millis).or(answer.wait);
        match (status, code) {
            (_, "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN" | "M_USER_DEACTIVATED") => Fault::Token,
            (_, "M_LIMIT_EXCEEDED") | (408 | 425 | 429 | 500.., _) => Fault::Away(why, asked),
            (_, "M_FORBIDDEN" | "M_GUEST_ACCESS_FORBIDDEN") => Fault::Shut(why),
            // A server that does not speak Matrix names no code.
            (401, "") => Fault::Token,
            _ => Fault::Refused(why),
        }
    }

    /// Asks until there is an answer; meanwhile it says that the service is away.
    pub async fn insist<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        tell: Tell<'_>,
    ) -> Result<T, Fault> {
        insist(tell, async || {
            self.ask(method.clone(), path, body.clone()).await
        })
        .await
    }

    /// Who the token is.
    pub async fn whoami(&self, tell: Tell<'_>) -> Result<String, Trouble> {
        let me = self.insist::<Value>(Method::GET, "account/whoami", None, tell);
        let me = me.await.map_err(|fault| fault.ends(SERVICE))?;
        me["user_id"].as_str().map(str::to_owned).ok_or_else(|| {
            let why = "it does not say whose token that is".to_owned();
            Fault::Refused(why).ends(SERVICE)
        })
    }

    /// What is new since a place, as soon as there is something; without a place, where everything is now.
    pub async fn sync(&self, since: Option<&str>) -> Result<Batch, Fault> {
        let hold = since.map_or(Duration::ZERO, |_| HOLD);
        let mut path = format!(
            "sync?set_presence=offline&timeout={}&filter={}",
            hold.as_millis(),
            part(&filter())
        );
        if let Some(since) = since {
            path.push_str(&format!("&since={}", part(since)));
        }
        self.hold(Method::GET, &path, None, hold + ANSWER_WAIT)
            .await
    }

    /// What was written between two places, the oldest first, and whether that is all of it.
    pub async fn gap(&self, room: &str, from: &str, to: &str) -> Result<(Vec<Event>, bool), Fault> {
        let mut events = Vec::new();
        let mut from = from.to_owned();
        let filter = part(&kinds().to_string());
        for _ in 0..GAP_PAGES_MAX {
            let path = format!(
                "rooms/{}/messages?dir=b&limit={EVENTS}&filter={filter}&from={}&to={}",
                part(room),
                part(&from),
                part(to)
            );
            let page: Page = self.ask(Method::GET, &path, None).await?;
            let empty = page.chunk.is_empty();
            events.extend(page.chunk.into_iter().filter_map(Event::read));
            match page.end.filter(|end| !empty && *end != from && end != to) {
                Some(end) => from = end,
                None => {
                    events.reverse();
                    return Ok((events, true));
                }
            }
        }
        events.reverse();
        Ok((events, false))
    }

    /// An event of a room; nothing if it is not there for this account.
    pub async fn event(&self, room: &str, event: &str) -> Result<Option<Value>, Fault> {
        let path = format!("rooms/{}/event/{}", part(room), part(event));
        match self.ask(Method::GET, &path, None).await {
            Err(Fault::Shut(_)) => Ok(None),
            answer => found(answer),
        }
    }

    /// What a room has as its state of a kind; nothing if it has none.
    pub async fn state(&self, room: &str, kind: &str, key: &str) -> Result<Option<Value>, Fault> {
        let mut path = format!("rooms/{}/state/{kind}", part(room));
        if !key.is_empty() {
            path.push_str(&format!("/{}", part(key)));
        }
        found(self.ask(Method::GET, &path, None).await)
    }

    /// Who is in a room besides this account, if that is one and nobody else was asked to come, comes unasked or reads there.
    pub async fn only_other(&self, room: &str, me: &str) -> Result<Option<String>, Fault> {
        let of = |state: Option<Value>, field: &str| {
            let state = state.unwrap_or_default();
            state[field].as_str().unwrap_or_default().to_owned()
        };
        let rules = self.state(room, "m.room.join_rules", "").await?;
        let reads = self.state(room, "m.room.history_visibility", "").await?;
        if of(rules, "join_rule") == "public" || of(reads, "history_visibility") == "world_readable"
        {
            return Ok(None);
        }
        let path = format!("rooms/{}/members?not_membership=leave", part(room));
        let members: Page = self.ask(Method::GET, &path, None).await?;
        let mut others = members.chunk.iter().filter(|member| {
            let membership = member["content"]["membership"].as_str();
            matches!(membership, Some("join" | "invite")) && member["state_key"] != me
        });
        let other = others.next().and_then(|other| other["state_key"].as_str());
        Ok(other.filter(|_| others.next().is_none()).map(str::to_owned))
    }

    /// Whether a room's words are for those with its keys alone.
    pub async fn is_encrypted(&self, room: &str) -> Result<bool, Fault> {
        let state = self.state(room, "m.room.encryption", "").await?;
        Ok(state.is_some())
    }

    /// Comes to a room, by its id or its name; its id.
    pub async fn join(&self, room: &str) -> Result<String, Fault> {
        let path = format!("join/{}", part(room));
        let joined: Value = self.ask(Method::POST, &path, Some(json!({}))).await?;
        Ok(joined["room_id"].as_str().unwrap_or(room).to_owned())
    }

    /// Leaves a room. If that does not succeed it stays, which harms nobody.
    pub async fn leave(&self, room: &str) {
        let path = format!("rooms/{}/leave", part(room));
        let _ = self
            .ask::<Value>(Method::POST, &path, Some(json!({})))
            .await;
    }
}

/// Nothing where the service says that there is no such thing.
fn found(asked: Result<Value, Fault>) -> Result<Option<Value>, Fault> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(Fault::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The kinds of events that are looked at.
fn kinds() -> Value {
    json!({"types": [
        "m.room.message", "m.room.encrypted", "m.room.encryption", "m.room.member", "m.room.redaction", "m.room.tombstone",
        "m.reaction", "m.sticker",
    ]})
}

/// What is asked for: the rooms' timelines, and nothing of who is there or reads or writes just now.
fn filter() -> String {
    let none = json!({"types": []});
    let mut timeline = kinds();
    timeline["limit"] = json!(EVENTS);
    json!({
        "account_data": none,
        "presence": none,
        "room": {"account_data": none, "ephemeral": none, "state": none, "timeline": timeline},
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(status: u16, body: Value) -> Fault {
        let server = Server::new("http://127.0.0.1:1", Secret::new("syt_x").unwrap());
        server.fault(&Answer {
            status,
            wait: None,
            rest: None,
            body,
        })
    }

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        let limit = json!({"errcode": "M_LIMIT_EXCEEDED", "error": "x", "retry_after_ms": 1500});
        let Fault::Away(_, wait) = fault(429, limit) else {
            panic!("it passes");
        };
        assert_eq!(wait, Some(Duration::from_millis(1500)));
        assert!(matches!(fault(502, Value::Null), Fault::Away(_, None)));
        let code = |code: &str| json!({"errcode": code, "error": "x"});
        assert!(matches!(fault(401, code("M_UNKNOWN_TOKEN")), Fault::Token));
        assert!(matches!(fault(403, code("M_FORBIDDEN")), Fault::Shut(_)));
        assert!(matches!(fault(404, code("M_NOT_FOUND")), Fault::Refused(_)));
        assert!(matches!(fault(413, code("M_TOO_LARGE")), Fault::Refused(_)));
        assert!(matches!(fault(404, Value::Null), Fault::Refused(_)));
    }

    #[test]
    fn a_part_of_a_path_is_one_part() {
        assert_eq!(part("!a/../b?c#d:e.org"), "%21a%2F..%2Fb%3Fc%23d%3Ae.org");
    }
}
