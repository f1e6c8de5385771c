//! Who calls: from a token or a browser's cookie to an actor.

use std::net::IpAddr;

use mesh_model::{Actor, Millis, Refusal, refuse};
use mesh_store::vault::secret;

use crate::door::Door;

/// Who calls, as the transport's credentials say.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Who; absent for whoever showed no credential, or one that opens nothing.
    pub actor: Option<Actor>,
    /// The signed-in browser, if it is one.
    pub browser: Option<u64>,
    /// When its cookie ends.
    pub(crate) until: Option<Millis>,
}

/// What a browser shows. Its cookie goes to every port and path of the host; the key only the node's own page
/// has, in the storage of its origin.
#[derive(Debug, Clone, Copy)]
pub struct PageCookie<'a> {
    /// The cookie.
    pub cookie: &'a str,
    /// What the page keeps.
    pub page_key: &'a str,
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
        cookie: Option<PageCookie<'_>>,
    ) -> Result<Caller, Refusal> {
        match (token, cookie) {
            (Some(token), _) => self.by_token(token).await,
            (None, Some(shown)) => self.by_cookie(shown).await,
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

    async fn by_cookie(&self, shown: PageCookie<'_>) -> Result<Caller, Refusal> {
        let now = self.node().now();
        let (cookie, page_key) = (shown.cookie.to_owned(), shown.page_key.to_owned());
        let Some(browser) = self
            .vault(move |vault| vault.browser(&cookie, &page_key, now))
            .await?
        else {
            return Ok(Caller::nobody());
        };
        let actor = if self.node().access().is_owner(browser.participant) {
            Actor::Owner(browser.participant)
        } else {
            Actor::User(browser.participant)
        };
        Ok(Caller {
            actor: Some(actor),
            browser: Some(browser.id),
            until: Some(browser.expires),
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
            Ok(()) => self.check_alive(caller),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &admitted {
            self.report(caller.actor.and_then(Actor::participant), doing, refusal);
        }
        admitted
    }

    /// Whether the caller may still act at all.
    pub fn check_alive(&self, caller: &Caller) -> Result<Actor, Refusal> {
        let actor = caller.actor.ok_or_else(refuse::unauthenticated)?;
        let now = self.node().now();
        self.node().access().standing(&actor, now)?;
        let signed_in = |browser| self.node().vault().is_signed_in(browser);
        let over =
            caller.until.is_some_and(|until| until <= now) || !caller.browser.is_none_or(signed_in);
        if over {
            return Err(refuse::unauthenticated());
        }
        Ok(actor)
    }
}
