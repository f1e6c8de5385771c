//! Signing in with a password or a one-time link, and ending that. Passwords and cookies stay in the vault.

mod browser_end;
mod browser_list;
mod link;
mod logout;
mod password_change;
mod sign_in;

use mesh_model::{ErrorCode, Millis, ParticipantId, Refusal};
use mesh_store::vault::{Attempt, password};

use crate::door::{Call, Cookie, Door, refuse};

impl Call {
    /// Begins a password check, which counts as failed until it has succeeded.
    pub(crate) async fn begin_login(&self, door: &Door) -> Result<Attempt, Refusal> {
        let address = self
            .options
            .address
            .map_or_else(|| "local".to_owned(), |address| address.to_string());
        let now = self.now;
        let begun = door
            .vault(move |vault| vault.begin_login(&address, now))
            .await?;
        begun.map_err(|blocked| {
            Refusal::new(
                ErrorCode::RateLimited,
                "too many failed attempts from this address; nobody was signed in",
                "wait as long as retry_after_ms says, then try again",
            )
            .retry_after_ms(blocked.retry_after_ms)
        })
    }

    /// Signs the calling browser in. Gives when its cookie ends.
    pub(crate) async fn sign_in(
        &self,
        door: &Door,
        participant: ParticipantId,
    ) -> Result<Millis, Refusal> {
        let signed = door
            .sign_in(participant, self.options.agent.clone(), self.now)
            .await?;
        self.set_cookie(signed.0);
        Ok(signed.1)
    }

    /// Removes the calling browser's cookie.
    pub(crate) fn clear_cookie(&self) {
        self.set_cookie(Cookie::Clear);
    }
}

/// What is kept of a browser's description of itself.
const AGENT_CHARS_MAX: usize = 200;

impl Door {
    async fn sign_in(
        &self,
        id: ParticipantId,
        agent: Option<String>,
        now: Millis,
    ) -> Result<(Cookie, Millis), Refusal> {
        let label: String = agent
            .unwrap_or_default()
            .chars()
            .take(AGENT_CHARS_MAX)
            .collect();
        let (secret, browser) = self
            .vault(move |vault| vault.sign_in(id, &label, now))
            .await?;
        Ok((
            Cookie::Set {
                secret,
                lasts_ms: browser.expires.since(now),
            },
            browser.expires,
        ))
    }

    /// Signs a browser in by a one-time link's secret (`/login?link=…`). A used or old link signs
    /// nobody in.
    pub async fn follow_link(&self, link: &str, agent: Option<String>) -> Result<Cookie, Refusal> {
        let gone = || {
            Refusal::new(
                ErrorCode::Gone,
                "the link was used before or is older than ten minutes; nobody was signed in",
                "make a new one on the machine of the node: mesh call login.link",
            )
        };
        let (secret, now) = (link.to_owned(), self.node().now());
        let participant = self
            .vault(move |vault| vault.use_link(&secret, now))
            .await?
            .ok_or_else(gone)?;
        self.node().access().check_enabled(participant)?;
        Ok(self.sign_in(participant, agent, now).await?.0)
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
