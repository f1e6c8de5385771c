//! Signing in with a password or a one-time link, and ending that. Passwords and cookies stay in the vault.

mod browser_end;
mod browser_list;
mod link;
mod logout;
mod password_change;
mod sign_in;

use std::net::IpAddr;

use mesh_model::{Actor, Effect, ErrorCode, Millis, ParticipantId, Refusal, refuse};
use mesh_store::vault::{Attempt, Knock, SignedIn, password};

use crate::door::{Call, Cookie, Door};

/// A password check that was begun.
pub(crate) struct Begun {
    attempt: Attempt,
    account: String,
    network: String,
}

impl Call {
    /// Begins a check of an account's password, which counts as failed until it has succeeded.
    pub(crate) async fn begin_login(&self, door: &Door, account: &str) -> Result<Begun, Refusal> {
        let (account, network) = (account.to_owned(), network(self.options.address));
        let (page_key, now) = (self.options.page_key.clone(), self.now);
        let begun = door
            .vault(move |vault| {
                let knock = Knock {
                    account: &account,
                    network: &network,
                    page_key: page_key.as_deref(),
                };
                let begun = vault.begin_login(knock, now)?;
                Ok(begun.map(|attempt| Begun {
                    attempt,
                    account,
                    network,
                }))
            })
            .await?;
        begun.map_err(|blocked| {
            Refusal::new(
                ErrorCode::RateLimited,
                "too many failed attempts at this account from here",
                Effect::told("nobody was signed in, and the account is open elsewhere"),
                "wait as long as retry_after_ms says, then try again, or use a browser that you signed in with before",
            )
            .retry_after_ms(blocked.retry_after_ms)
        })
    }

    /// A code was given that opens nothing. So many of them from one network, and it waits as after wrong passwords. Names
    /// of accounts hold no blank, so nobody's account is meant.
    pub(crate) async fn wrong_code(&self, door: &Door) -> Result<(), Refusal> {
        let network = network(self.options.address);
        let now = self.now;
        let begun = door
            .vault(move |vault| {
                let account = format!("codes from {network}");
                let knock = Knock {
                    account: &account,
                    network: &network,
                    page_key: None,
                };
                vault.begin_login(knock, now)
            })
            .await?;
        begun.map(drop).map_err(|blocked| {
            Refusal::new(
                ErrorCode::RateLimited,
                "too many wrong codes came from here",
                Effect::NobodyRegistered,
                "wait as long as retry_after_ms says, and copy the whole link; a right code works meanwhile",
            )
            .retry_after_ms(blocked.retry_after_ms)
        })
    }

    /// The password was right. Where it was given is known to the account from here on, with the key of its page.
    pub(crate) async fn login_succeeded(
        &self,
        door: &Door,
        begun: Begun,
        page_key: Option<String>,
    ) -> Result<(), Refusal> {
        let now = self.now;
        door.vault(move |vault| {
            let knock = Knock {
                account: &begun.account,
                network: &begun.network,
                page_key: page_key.as_deref(),
            };
            vault.login_succeeded(begun.attempt, knock, now)
        })
        .await
    }

    /// Signs the calling browser in. Gives when its cookie ends, and what its page keeps.
    pub(crate) async fn sign_in(
        &self,
        door: &Door,
        participant: ParticipantId,
    ) -> Result<(Millis, String), Refusal> {
        let (agent, kept) = (self.options.agent.clone(), self.options.page_key.clone());
        let signed = door.sign_in(participant, agent, kept, self.now).await?;
        let (expires, page_key) = (signed.browser.expires, signed.page_key.clone());
        self.set_cookie(cookie(signed, self.now));
        Ok((expires, page_key))
    }

    /// Removes the calling browser's cookie.
    pub(crate) fn clear_cookie(&self) {
        self.set_cookie(Cookie::Clear);
    }
}

/// What is kept of a browser's description of itself.
const AGENT_CHARS_MAX: usize = 200;

/// Of IPv6 the network: a host has as many addresses in it as it likes.
fn network(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        None => "local".to_owned(),
        Some(IpAddr::V4(four)) => four.to_string(),
        Some(IpAddr::V6(six)) => format!("{:x?}", &six.segments()[..4]),
    }
}

fn cookie(signed: SignedIn, now: Millis) -> Cookie {
    Cookie::Set {
        lasts_ms: signed.browser.expires.since(now),
        secret: signed.secret,
        page_key: signed.page_key,
    }
}

/// What following a link comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Following {
    /// The browser is signed in.
    Done(Cookie),
    /// Somebody else is signed in with this browser, whose handle this is. The link is as good as before.
    Asks(String),
}

impl Door {
    async fn sign_in(
        &self,
        id: ParticipantId,
        agent: Option<String>,
        page_key: Option<String>,
        now: Millis,
    ) -> Result<SignedIn, Refusal> {
        let label: String = agent
            .unwrap_or_default()
            .chars()
            .take(AGENT_CHARS_MAX)
            .collect();
        self.vault(move |vault| vault.sign_in(id, &label, page_key.as_deref(), now))
            .await
    }

    /// Signs a browser in by a one-time link's secret (`/login?link=…`). A used or old link signs nobody in. Over a
    /// sign-in of somebody else, which its cookie shows, it asks first.
    pub async fn follow_link(
        &self,
        link: &str,
        agent: Option<String>,
        over: Option<&str>,
    ) -> Result<Following, Refusal> {
        let gone = || {
            Refusal::new(
                ErrorCode::Gone,
                "the link was used before or is older than ten minutes",
                Effect::NobodySignedIn,
                "make a new one on the machine of the node: mesh login",
            )
        };
        let (secret, now) = (link.to_owned(), self.node().now());
        if let Some(cookie) = over.map(str::to_owned) {
            let asked = secret.clone();
            let (holder, wanted) = self
                .vault(move |vault| Ok((vault.holder(&cookie, now)?, vault.link(&asked, now)?)))
                .await?;
            let wanted = wanted.ok_or_else(gone)?;
            if let Some(holder) = holder.filter(|holder| *holder != wanted) {
                let access = self.node().access();
                let handle = access.participant(holder).map(|found| found.handle.clone());
                return Ok(Following::Asks(handle.unwrap_or_default()));
            }
        }
        let participant = self
            .vault(move |vault| vault.use_link(&secret, now))
            .await?
            .ok_or_else(gone)?;
        self.check_may_sign_in(participant)?;
        let signed = self.sign_in(participant, agent, None, now).await?;
        Ok(Following::Done(cookie(signed, now)))
    }

    /// Whether a browser may act as the participant.
    pub(crate) fn check_may_sign_in(&self, participant: ParticipantId) -> Result<(), Refusal> {
        let access = self.node().access();
        let actor = if access.is_owner(participant) {
            Actor::Owner(participant)
        } else {
            Actor::User(participant)
        };
        access.standing(&actor, self.node().now()).map(drop)
    }

    /// Hashes a password, few at a time.
    pub(crate) async fn hash_password(&self, password: String) -> Result<String, Refusal> {
        let _turn = self
            .hashing()
            .acquire()
            .await
            .map_err(|_| refuse::internal("the node is going down"))?;
        self.vault(move |_| password::hash(&password)).await
    }

    /// Whether it is the participant's password. Takes as long if there is no such participant.
    pub(crate) async fn verify_password(
        &self,
        id: Option<ParticipantId>,
        given: String,
    ) -> Result<bool, Refusal> {
        let _turn = self
            .hashing()
            .acquire()
            .await
            .map_err(|_| refuse::internal("the node is going down"))?;
        self.vault(move |vault| {
            let hash = match id {
                Some(id) => vault.password(id)?,
                None => None,
            };
            password::verify(&given, hash.as_deref())
        })
        .await
    }
}
