//! One request to somebody outside. A name is looked up once, every address that it leads to is judged, and one of those is
//! connected to: a name that leads elsewhere a moment later gains nothing. Redirects are not followed, and of an answer nothing
//! but status and `Retry-After` is read.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use mesh_model::address::{Network, is_public};
use mesh_model::webhook::{Address, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOKEN_HEADER};
use mesh_ops::Sending;
use tokio::sync::{Semaphore, oneshot};
use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::sign;
use crate::air_gap;

/// Requests under way: each has a thread, for as long as the other side is waited for.
const SENDING_MAX: usize = 64;
/// The longest that the other side may ask to be left alone for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Post {
    /// A webhook's delivery; `at` in unix seconds.
    pub fn signed(sending: Sending, id: &str, at: u64, body: String) -> Post {
        let Sending {
            url,
            secrets,
            headers: own,
        } = sending;
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            (ID_HEADER, id.to_owned()),
            (TIMESTAMP_HEADER, at.to_string()),
            (SIGNATURE_HEADER, sign::header(&secrets, id, at, &body)),
        ];
        headers.extend(own.token.map(|token| (TOKEN_HEADER, token)));
        headers.extend(own.authorization.map(|value| ("authorization", value)));
        Post {
            url,
            headers,
            body: body.into_bytes(),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// A status, and for how long the other side wants to be left alone.
    Status(u16, Option<Duration>),
    /// None, and why: words of the node's own.
    None(String),
}

/// Sends. Cheap to clone.
#[derive(Clone)]
pub(super) struct Sender {
    agent: Agent,
    judge: Judge,
    free: Arc<Semaphore>,
    air_gapped: bool,
}

/// Where the node connects to.
#[derive(Debug, Clone)]
struct Judge {
    private: Arc<[Network]>,
}

/// Why the node does not connect somewhere.
#[derive(Debug)]
struct Forbidden(IpAddr, &'static str);

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Forbidden(address, why) = self;
        write!(f, "leads to {address}, {why}")
    }
}

impl std::error::Error for Forbidden {}

impl Judge {
    fn judge(&self, address: IpAddr, plain: bool) -> Result<(), Forbidden> {
        let address = address.to_canonical();
        if self.private.iter().any(|network| network.has(address)) {
            return Ok(());
        }
        match (is_public(address), plain) {
            (true, false) => Ok(()),
            (true, true) => Err(Forbidden(address, "which is reached by https:// only")),
            (false, _) => Err(Forbidden(
                address,
                "which is not of the open network, and plugins.toml does not open it under [webhooks] private",
            )),
        }
    }
}

/// The system's names, with every address judged.
#[derive(Debug)]
struct Judged(DefaultResolver, Judge);

impl Resolver for Judged {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let plain = uri.scheme_str() != Some("https");
        for address in found.iter() {
            // One that is not allowed spoils all: the name is not what it was named for.
            self.1
                .judge(address.ip(), plain)
                .map_err(|no| Error::Other(Box::new(no)))?;
        }
        Ok(found)
    }
}

impl Sender {
    pub fn new(private: Vec<Network>, wait: Duration, air_gapped: bool) -> Sender {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // A proxy would look names up itself, and connect wherever they lead.
            .proxy(None)
            .max_idle_connections(0)
            .timeout_global(Some(wait))
            .user_agent(concat!("mesh/", env!("CARGO_PKG_VERSION")));
        let judge = Judge {
            private: private.into(),
        };
        let resolver = Judged(DefaultResolver::default(), judge.clone());
        Sender {
            agent: Agent::with_parts(config.build(), DefaultConnector::default(), resolver),
            judge,
            free: Arc::new(Semaphore::new(SENDING_MAX)),
            air_gapped,
        }
    }

    /// Why nothing is sent, if so.
    pub fn rests(&self) -> Option<&'static str> {
        self.air_gapped.then_some(air_gap::WHY)
    }

    /// Whether the address may be connected to, as far as it tells itself; why not.
    pub fn check(&self, address: &Address) -> Result<(), String> {
        match address.host.parse() {
            Ok(ip) => self
                .judge
                .judge(ip, address.plain)
                .map_err(|no| no.to_string()),
            Err(_) if address.plain && self.judge.private.is_empty() => {
                Err("is not encrypted; write https://".to_owned())
            }
            // Where a name leads is found out with each delivery.
            Err(_) => Ok(()),
        }
    }

    /// Sends on a thread of its own, which keeps nobody from going down.
    pub async fn send(&self, post: Post) -> Answer {
        if let Some(why) = self.rests() {
            return Answer::None(why.to_owned());
        }
        let Ok(free) = Arc::clone(&self.free).acquire_owned().await else {
            return Answer::None("the node is going down".to_owned());
        };
        let (tell, told) = oneshot::channel();
        let agent = self.agent.clone();
        let thread = std::thread::Builder::new().name("mesh-outbox".to_owned());
        let started = thread.spawn(move || {
            let answer = send(&agent, post);
            // Whoever asked may be gone.
            let _ = tell.send(answer);
            drop(free);
        });
        let lost = || Answer::None("the sending broke off".to_owned());
        match started {
            Ok(_) => told.await.unwrap_or_else(|_| lost()),
            Err(_) => lost(),
        }
    }
}

fn send(agent: &Agent, post: Post) -> Answer {
    let mut request = ureq::http::Request::builder().method("POST").uri(&post.url);
    for (name, value) in &post.headers {
        request = request.header(*name, value);
    }
    let request = match request.body(post.body) {
        Ok(request) => request,
        Err(why) => return Answer::None(why.to_string()),
    };
    match agent.run(request) {
        Ok(answer) => Answer::Status(
            answer.status().as_u16(),
            retry_after(answer.headers(), Timestamp::now()),
        ),
        Err(Error::Other(why)) if why.is::<Forbidden>() => Answer::None(format!("its name {why}")),
        Err(why) => Answer::None(format!(
            "it cannot be reached: {}",
            crate::web::reason(&why)
        )),
    }
}

/// For how long the other side wants to be left alone: seconds, or until a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    let wanted = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
            Duration::try_from(at.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wanted.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", text.parse().unwrap());
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().unwrap();
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn whoever_asks_to_be_left_alone_is_believed_within_bounds() {
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("99999999999"), Some(86_400));
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:00 GMT"), Some(60));
        assert_eq!(asked("Wed, 21 Oct 2015 07:00:00 GMT"), Some(0));
        assert_eq!(asked("soon"), None);
    }

    #[test]
    fn only_the_open_network_is_reached_unless_the_owner_opens_more() {
        let check = |private: &[&str], url: &str| {
            let private = private.iter().map(|text| text.parse().unwrap()).collect();
            let sender = Sender::new(private, Duration::from_secs(1), false);
            sender.check(&Address::parse(url).unwrap()).is_ok()
        };
        let own: &[&str] = &["127.0.0.1", "10.1.0.0/16"];
        for (private, url, is) in [
            (&[] as &[&str], "https://93.184.216.34/", true),
            (&[], "http://93.184.216.34/", false),
            (&[], "http://hooks.example.org/", false),
            (&[], "https://127.0.0.1/", false),
            (&[], "https://169.254.169.254/latest", false),
            (&[], "https://[::ffff:127.0.0.1]/", false),
            (own, "http://127.0.0.1:9/", true),
            (own, "http://[::ffff:127.0.0.1]:9/", true),
            (own, "http://10.1.2.3/", true),
            (own, "http://10.2.2.3/", false),
            (own, "http://93.184.216.34/", false),
        ] {
            assert_eq!(check(private, url), is, "{url} with {private:?}");
        }
    }
}
