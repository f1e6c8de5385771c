//! Tokens and API keys: who may issue what to whom.

use mesh_model::command::{CredentialCommand, IssueCredential};
use mesh_model::events::{CredentialIssued, CredentialKind, CredentialRevoked};
use mesh_model::limits::{API_KEY_PER_DAY_DEFAULT, API_KEY_PER_MINUTE_DEFAULT};
use mesh_model::{CredentialId, Effect, NewEvent, ParticipantId, Permission, Refusal};

use crate::actor::Asker;
use crate::{Decision, check, refuse, session};

pub fn decide(asker: &Asker<'_>, command: &CredentialCommand) -> Decision {
    match command {
        CredentialCommand::Issue(wanted) => issue(asker, wanted),
        CredentialCommand::Revoke { credential } => revoke(asker, *credential),
    }
}

fn issue(asker: &Asker<'_>, wanted: &IssueCredential) -> Decision {
    let IssueCredential {
        credential,
        kind,
        participant,
        permissions,
        expires,
        per_minute,
        per_day,
        label,
    } = wanted;
    let found = asker.participant(*participant)?;
    if !found.is_enabled() {
        return Err(refuse::conflict(
            format!("@{} is disabled", found.handle),
            "enable the participant first",
        )
        .so(Effect::NothingIssued));
    }
    check_may_issue_for(asker, *participant)?;
    asker.check_grant(*permissions)?;
    asker.check_admin_grant(*permissions)?;
    check::expiry(*expires, asker.now)?;
    check::content("label", label)?;
    if *per_minute == Some(0) || *per_day == Some(0) {
        return Err(refuse::invalid(
            "a limit of no requests at all is no credential",
            "name a limit of at least 1, or none",
        )
        .so(Effect::NothingIssued));
    }
    if asker.access.credential(*credential).is_some() {
        return Err(refuse::id_taken("credential"));
    }
    asker.access.check_line(&asker.actor)?;
    let (per_minute, per_day) = match kind {
        CredentialKind::Token => (*per_minute, *per_day),
        CredentialKind::ApiKey => (
            Some(per_minute.unwrap_or(API_KEY_PER_MINUTE_DEFAULT)),
            Some(per_day.unwrap_or(API_KEY_PER_DAY_DEFAULT)),
        ),
    };
    let issued = CredentialIssued {
        credential: *credential,
        kind: *kind,
        participant: *participant,
        permissions: *permissions,
        expires: asker.no_later(*expires),
        per_minute,
        per_day,
    };
    Ok(vec![NewEvent::with(issued, label.clone())])
}

/// For oneself and what one made; for others with `admin:tokens`; for the owner only as the owner.
fn check_may_issue_for(asker: &Asker<'_>, participant: ParticipantId) -> Result<(), Refusal> {
    if asker.access.is_owner(participant) && !asker.is_owner() {
        return Err(refuse::owner_only("issue a credential for the owner"));
    }
    if asker.is_mine(participant) || asker.has(Permission::AdminTokens) {
        return Ok(());
    }
    // Whoever registered it with its parent's consent hands over its first token.
    let found = asker.access.participant(participant);
    let registrar = found.and_then(|found| found.registrar);
    let holds_one = || {
        let mut all = asker.access.credentials();
        all.any(|credential| credential.participant == participant)
    };
    if registrar.is_some() && registrar == asker.actor.participant() && !holds_one() {
        return Ok(());
    }
    Err(refuse::permission(Permission::AdminTokens))
}

/// A participant's own credentials, those of what it made and those it issued; any other with
/// `admin:tokens`; the owner's only as the owner or with the credential itself.
fn revoke(asker: &Asker<'_>, id: CredentialId) -> Decision {
    let unknown = || refuse::no_credential();
    let found = asker.access.credential(id).ok_or_else(unknown)?;
    let me = asker.actor.participant();
    let mine = asker.is_mine(found.participant) || (me.is_some() && found.issuer == me);
    if !mine && !asker.has(Permission::AdminTokens) {
        return Err(unknown());
    }
    if !mine && asker.access.is_owner(found.participant) {
        return Err(refuse::owner_only("revoke the owner's credentials"));
    }
    if found.revoked {
        return Ok(Vec::new());
    }
    let mut events = vec![NewEvent::new(CredentialRevoked { credential: id })];
    events.extend(session::revoked(asker.access, |session| {
        asker.access.stems_from(session, id)
    }));
    Ok(events)
}
