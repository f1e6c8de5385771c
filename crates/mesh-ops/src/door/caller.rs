//! Who calls: from a token or a browser's cookie to an actor.

use std::net::IpAddr;

use mesh_model::{Actor, Millis, Refusal};
use mesh_store::vault::secret;

use crate::door::{Door, refuse};

/// How long it takes at most until a browser that was signed out elsewhere is noticed, milliseconds.
const BROWSER_TRUST_MS: u64 = 1000;

/// Who calls, as the transport's credentials say.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Who; absent for whoever showed no credential, or one that opens nothing.
    pub actor: Option<Actor>,
    /// The signed-in browser, if it is one.
    pub browser: Option<u64>,
    /// When its cookie was last looked at.
    seen: Millis,
}

impl Caller {
    /// Somebody without a credential.
    pub fn nobody() -> Caller {
        Caller::default()
    }

    /// Whoever acts on this machine without a transport, such as the node itself.
    pub fn known(actor: Actor) -> Caller {
        Caller {
            actor: Some(actor),
            ..Caller::default()
        }
    }
}

impl Door {
    /// Finds out who calls. A token counts before a cookie. Whoever shows nothing, or something that
    /// opens nothing, is nobody: what needs no credential stays open to it.
    pub async fn authenticate(
        &self,
        token: Option<&str>,
        cookie: Option<&str>,
    ) -> Result<Caller, Refusal> {
        match (token, cookie) {
            (Some(token), _) => self.by_token(token).await,
            (None, Some(cookie)) => self.by_cookie(cookie).await,
            (None, None) => Ok(Caller::nobody()),
        }
    }

    async fn by_token(&self, token: &str) -> Result<Caller, Refusal> {
        let access = self.node().access();
        if token.starts_with(secret::OWNER) {
            let given = token.to_owned();
            let is_owner = self.vault(move |vault| vault.is_owner(&given)).await?;
            let owner = access.owner().filter(|_| is_owner);
            return Ok(
                owner.map_or_else(Caller::nobody, |owner| Caller::known(Actor::Owner(owner)))
            );
        }
        let known = self
            .node()
            .vault()
            .credential(token)
            .and_then(|id| access.credential(id));
        Ok(known.map_or_else(Caller::nobody, |known| {
            Caller::known(Actor::Credential(known.participant, known.id))
        }))
    }

    async fn by_cookie(&self, cookie: &str) -> Result<Caller, Refusal> {
        let (cookie, now) = (cookie.to_owned(), self.node().now());
        let Some(browser) = self.vault(move |vault| vault.browser(&cookie, now)).await? else {
            return Ok(Caller::nobody());
        };
        let actor = match self.node().access().is_owner(browser.participant) {
            true => Actor::Owner(browser.participant),
            false => Actor::User(browser.participant),
        };
        Ok(Caller {
            actor: Some(actor),
            browser: Some(browser.id),
            seen: now,
        })
    }

    /// Lets a caller begin something that stays open, such as a session or a stream: counted and refused
    /// as any call is.
    pub async fn admit(
        &self,
        caller: &Caller,
        address: Option<IpAddr>,
        doing: &'static str,
    ) -> Result<Actor, Refusal> {
        let admitted = match self.limit(caller, address) {
            Ok(()) => self.check_alive(caller).await,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &admitted {
            self.report(caller, doing, refusal);
        }
        admitted
    }

    /// Whether the caller may still act at all: surfaces with long connections ask now and then.
    pub async fn check_alive(&self, caller: &Caller) -> Result<Actor, Refusal> {
        let actor = caller.actor.ok_or_else(refuse::unauthenticated)?;
        let now = self.node().now();
        self.node().access().standing(&actor, now)?;
        if let (Some(browser), Some(participant)) = (caller.browser, actor.participant())
            && now.since(caller.seen) > BROWSER_TRUST_MS
        {
            let signed_in = self
                .vault(move |vault| vault.browsers(participant, now))
                .await?;
            if signed_in.iter().all(|found| found.id != browser) {
                return Err(refuse::unauthenticated());
            }
        }
        Ok(actor)
    }
}
