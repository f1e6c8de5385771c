//! Credentials and how they are issued: what is secret goes into the vault, what it means into the log.

mod key_create;
mod key_list;
mod key_revoke;
mod token_create;
mod token_list;
mod token_revoke;

use mesh_model::api::Label;
use mesh_model::command::{CredentialCommand, IssueCredential};
use mesh_model::events::{CredentialFacts, CredentialKind};
use mesh_model::permission::Preset;
use mesh_model::{
    Actor, Command, CredentialId, Effect, ErrorCode, Facts, Millis, ParticipantId, PermissionSet,
    Refusal, Seq, refuse,
};
use mesh_store::vault::secret::{self, SecretHash, draw};
use uuid::Uuid;

use crate::door::call::content;
use crate::door::{Call, Door};

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
            why,
            Effect::NothingIssued,
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
        let command = Command::Credential(CredentialCommand::Issue(IssueCredential {
            credential,
            kind: issue.kind,
            participant: issue.participant,
            permissions: issue.permissions,
            expires: issue.expires,
            per_minute: issue.per_minute,
            per_day: issue.per_day,
            label: content(&Label { label: issue.label })?,
        }));
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
            Some(Facts::Credential(CredentialFacts::Issued(issued))) => Ok(Issued {
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
}

impl Door {
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
}
