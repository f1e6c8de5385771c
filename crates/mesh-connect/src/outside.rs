//! Asking a service outside: JSON there, JSON back, by https, with a token that no error tells.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
pub(crate) use ureq::http::Method;
use ureq::http::Uri;

use crate::secret::Secret;

/// An answer of a service is not read beyond this: a hundred updates are less.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The first wait for a service that is away, and the longest.
const WAIT_FIRST: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(60);
/// The longest that a service may ask to be left alone for at a time; then it is asked again.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60 * 60);

/// Why an address is not used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is none.
    #[error("'{0}' is no address such as https://api.example.org")]
    Form(String),
    /// Whoever is on the way would read token and words.
    #[error("'{0}' is not encrypted: whoever is on the way would read the token and what is said")]
    Plain(String),
}

/// A service's address as others are appended to it. Without TLS only on this machine, unless `plain` allows it.
pub fn base(text: &str, plain: bool) -> Result<String, BadAddress> {
    let trimmed = text.trim().trim_end_matches('/');
    let form = || BadAddress::Form(text.to_owned());
    let uri: Uri = trimmed.parse().map_err(|_| form())?;
    let host = uri
        .host()
        .filter(|host| !host.is_empty())
        .ok_or_else(form)?;
    let authority = uri.authority().map(|all| all.as_str()).unwrap_or_default();
    if uri.query().is_some() || authority.contains('@') {
        return Err(form());
    }
    match uri.scheme_str() {
        Some("https") => Ok(trimmed.to_owned()),
        Some("http") if plain || is_here(host) => Ok(trimmed.to_owned()),
        Some("http") => Err(BadAddress::Plain(text.to_owned())),
        _ => Err(form()),
    }
}

/// Whether that is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let numeric = bare.parse::<IpAddr>();
    bare == "localhost" || numeric.is_ok_and(|address| address.is_loopback())
}

/// What a service answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    /// For how long it wants to be left alone, by its header.
    pub wait: Option<Duration>,
    /// For how long nothing of this kind is to be asked, by its headers: it was the last for now.
    pub rest: Option<Duration>,
    /// `Null` if it was no JSON.
    pub body: Value,
}

/// A service. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Outside {
    agent: Agent,
    secret: Option<Secret>,
}

impl Outside {
    /// The service at this address.
    pub fn new(base: &str, secret: Option<Secret>) -> Outside {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("mesh-connect/", env!("CARGO_PKG_VERSION")));
        if base
            .parse::<Uri>()
            .is_ok_and(|uri| uri.host().is_some_and(is_here))
        {
            // A proxy of the environment has no business between two programs of one machine.
            config = config.proxy(None);
        }
        Outside {
            agent: config.build().into(),
            secret,
        }
    }

    /// Asks on a thread of its own. What went wrong is told without the token.
    pub async fn post(
        &self,
        url: String,
        bearer: bool,
        body: Value,
        wait: Duration,
    ) -> Result<Answer, String> {
        let authorization = self.bearer().filter(|_| bearer);
        self.ask(Method::POST, url, authorization, Some(body), wait)
            .await
    }

    /// What shows who asks, if there is a token.
    pub fn bearer(&self) -> Option<String> {
        let secret = self.secret.as_ref()?;
        Some(format!("Bearer {}", secret.shown()))
    }

    /// The same by whatever method, with what shows who asks, and a body or none.
    pub async fn ask(
        &self,
        method: Method,
        url: String,
        authorization: Option<String>,
        body: Option<Value>,
        wait: Duration,
    ) -> Result<Answer, String> {
        let outside = self.clone();
        let bare = matches!(method, Method::GET | Method::DELETE);
        let asked = tokio::task::spawn_blocking(move || {
            let mut request = ureq::http::Request::builder().method(method).uri(&url);
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            match body {
                Some(body) => {
                    let request = request.header("content-type", "application/json");
                    outside.send(request.body(body.to_string()), wait)
                }
                // A method that brings something says so even if that is nothing.
                None if bare => outside.send(request.body(()), wait),
                None => outside.send(request.body(String::new()), wait),
            }
        });
        asked.await.map_err(|why| why.to_string())?
    }

    /// The same with the fields of a form, and always with the token.
    pub async fn form(
        &self,
        url: String,
        fields: Vec<(&'static str, String)>,
        wait: Duration,
    ) -> Result<Answer, String> {
        let outside = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let mut request = outside.agent.post(&url);
            if let Some(secret) = &outside.secret {
                request = request.header("authorization", format!("Bearer {}", secret.shown()));
            }
            let request = request.config().timeout_global(Some(wait)).build();
            let sent = request.send_form(fields);
            outside.read(sent.map_err(|why| outside.hide(&why))?)
        });
        asked.await.map_err(|why| why.to_string())?
    }

    fn send(
        &self,
        request: Result<ureq::http::Request<impl ureq::AsSendBody>, ureq::http::Error>,
        wait: Duration,
    ) -> Result<Answer, String> {
        let request = request.map_err(|why| self.hide(&why))?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(Some(wait))
            .build();
        self.read(self.agent.run(request).map_err(|why| self.hide(&why))?)
    }

    fn read(&self, mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, String> {
        let named = |name: &str| {
            response
                .headers()
                .get(name)?
                .to_str()
                .ok()?
                .parse::<f64>()
                .ok()
        };
        let last = named("x-ratelimit-remaining") == Some(0.0);
        let rest = named("x-ratelimit-reset-after").filter(|_| last);
        let rest = rest.and_then(|rest| Duration::try_from_secs_f64(rest).ok());
        let after = response.headers().get("retry-after");
        let after = after.and_then(|after| after.to_str().ok()?.trim().parse().ok());
        let read = response
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec();
        let read = read.map_err(|why| self.hide(&why))?;
        Ok(Answer {
            status: response.status().as_u16(),
            wait: after.map(Duration::from_secs),
            rest: rest.map(Backoff::asked),
            body: serde_json::from_slice(&read).unwrap_or_default(),
        })
    }

    /// What a library says, without the token.
    pub fn hide(&self, why: &impl std::fmt::Display) -> String {
        let why = why.to_string();
        match &self.secret {
            Some(secret) => secret.hide(&why),
            None => why,
        }
    }
}

/// How long a service that does not answer is left alone: twice as long each time, and no two connectors as long.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff(WAIT_FIRST)
    }
}

impl Backoff {
    /// The next wait: half of it for sure, the rest by chance.
    pub fn next(&mut self) -> Duration {
        let whole = self.0;
        self.0 = (whole * 2).min(WAIT_MAX);
        // Without chance they all wait as long; that is all.
        let chance = getrandom::u32().unwrap_or(u32::MAX);
        whole / 2 + whole.mul_f64(f64::from(chance) / f64::from(u32::MAX) / 2.0)
    }

    /// For how long the service itself wants to be left alone.
    pub fn asked(wait: Duration) -> Duration {
        wait.clamp(Duration::from_millis(1), RETRY_AFTER_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_by_https_or_stay_on_this_machine() {
        for good in [
            "https://api.telegram.org",
            "https://api.example.org/bots/",
            "http://127.0.0.1:8081",
            "http://[::1]:8081",
            "http://localhost:8081/",
        ] {
            assert_eq!(base(good, false).unwrap(), good.trim_end_matches('/'));
        }
        assert!(matches!(
            base("http://192.168.1.5", false),
            Err(BadAddress::Plain(_))
        ));
        assert!(base("http://192.168.1.5", true).is_ok());
        for bad in [
            "api.telegram.org",
            "ftp://x",
            "https://",
            "https://u:p@x",
            "https://x?y",
            "file:///etc",
        ] {
            assert!(matches!(base(bad, true), Err(BadAddress::Form(_))), "{bad}");
        }
    }

    #[test]
    fn waits_grow_and_end_somewhere() {
        let mut backoff = Backoff::default();
        let mut most = WAIT_FIRST;
        for _ in 0..20 {
            let wait = backoff.next();
            assert!(wait >= most / 2 && wait <= most, "{wait:?}");
            most = (most * 2).min(WAIT_MAX);
        }
    }
}
