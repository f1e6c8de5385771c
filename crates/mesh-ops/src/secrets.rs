//! Issuing credentials and signing in: what is secret goes into the vault, what it means into the log.

use mesh_model::api::Label;
use mesh_model::events::CredentialKind;
use mesh_model::permission::Preset;
use mesh_model::{
    Actor, Command, CredentialId, ErrorCode, Facts, Millis, ParticipantId, PermissionSet, Refusal,
    Seq,
};
use mesh_store::vault::secret::{self, SecretHash, draw};
use mesh_store::vault::{Attempt, password};
use uuid::Uuid;

use crate::call::{Call, Cookie, content};
use crate::door::Door;
use crate::refuse;

/// A credential that is to be issued.
pub(crate) struct Issue {
    pub kind: CredentialKind,
    pub participant: ParticipantId,
    pub permissions: PermissionSet,
    pub expires: Option<Millis>,
    pub per_minute: Option<u32>,
    pub per_day: Option<u32>,
    pub label: String,
}

/// A credential that was issued.
pub(crate) struct Issued {
    pub credential: CredentialId,
    pub participant: ParticipantId,
    /// Absent if it was issued by an earlier request of the same key.
    pub secret: Option<String>,
    pub seq: Seq,
}

impl Issue {
    /// A token without end or limits.
    pub fn token(participant: ParticipantId, permissions: PermissionSet, label: String) -> Issue {
        let kind = CredentialKind::Token;
        Issue {
            kind,
            participant,
            permissions,
            expires: None,
            per_minute: None,
            per_day: None,
            label,
        }
    }
}

impl Call {
    /// What is to be granted: a preset or a list. Nobody grants a permission they lack, and only the
    /// owner grants those over the mesh itself; checked here so that nothing is begun in vain.
    pub(crate) fn grant(
        &self,
        preset: Option<Preset>,
        permissions: Option<PermissionSet>,
        otherwise: Preset,
    ) -> Result<PermissionSet, Refusal> {
        let wanted = match (preset, permissions) {
            (Some(_), Some(_)) => {
                return Err(refuse::invalid(
                    "both 'preset' and 'permissions' are given",
                    "give one of them",
                ));
            }
            (Some(preset), None) => preset.permissions(),
            (None, Some(permissions)) => permissions,
            (None, None) => otherwise.permissions(),
        };
        let held = self.access.permissions(&self.actor);
        let lacking = wanted.iter().find(|permission| !held.has(*permission));
        let admin = wanted
            .iter()
            .find(|permission| permission.name().starts_with("admin:"));
        let why = match (lacking, admin) {
            (Some(lacking), _) => format!("you cannot grant {lacking}, which you do not hold"),
            (None, Some(admin)) if !matches!(self.actor, Actor::Owner(_)) => {
                format!("only the owner grants {admin}")
            }
            _ => return Ok(wanted),
        };
        Err(Refusal::new(
            ErrorCode::PermissionDenied,
            format!("{why}; nothing was issued"),
            "name fewer permissions; me.get shows which you hold",
        ))
    }

    /// Issues a credential: the vault first, so that no event speaks of a secret that nobody has.
    pub(crate) async fn issue(
        &self,
        door: &Door,
        issue: Issue,
        part: u32,
    ) -> Result<Issued, Refusal> {
        let credential = CredentialId(Uuid::now_v7());
        let prefix = match issue.kind {
            CredentialKind::Token => secret::TOKEN,
            CredentialKind::ApiKey => secret::API_KEY,
        };
        let secret = door
            .vault(move |vault| {
                let secret = draw(prefix)?;
                vault.put_credential(SecretHash::of(&secret), credential)?;
                Ok(secret)
            })
            .await?;
        let command = Command::IssueCredential {
            credential,
            kind: issue.kind,
            participant: issue.participant,
            permissions: issue.permissions,
            expires: issue.expires,
            per_minute: issue.per_minute,
            per_day: issue.per_day,
            label: content(&Label { label: issue.label })?,
        };
        let outcome = match self.submit_part(door, part, command).await {
            Ok(outcome) => outcome,
            Err(refusal) => return Err(door.withdraw(credential, refusal).await),
        };
        if !outcome.replayed {
            let participant = issue.participant;
            return Ok(Issued {
                credential,
                participant,
                secret: Some(secret),
                seq: outcome.last(),
            });
        }
        door.vault(move |vault| vault.forget_credential(credential))
            .await?;
        match door.facts(&outcome).await?.into_iter().next() {
            Some(Facts::CredentialIssued(issued)) => Ok(Issued {
                credential: issued.credential,
                participant: issued.participant,
                secret: None,
                seq: outcome.last(),
            }),
            _ => Err(refuse::internal(
                "the credential's own event cannot be read",
            )),
        }
    }

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
                "make a new one with `mesh login` or login.link",
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

    /// Forgets the secret of a credential that was refused. If it is unknown whether it was stored, the
    /// secret stays: nobody was given it, so it opens nothing.
    pub(crate) async fn withdraw(&self, credential: CredentialId, refusal: Refusal) -> Refusal {
        if refusal.code != ErrorCode::OutcomeUnknown {
            let forgotten = self
                .vault(move |vault| vault.forget_credential(credential))
                .await;
            if let Err(why) = forgotten {
                tracing::warn!(%why, "the secret of a refused credential is still in the vault");
            }
        }
        refusal
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
