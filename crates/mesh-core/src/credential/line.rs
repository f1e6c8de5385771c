//! What a credential hands on to all that is made with it: its end, its revocation, its permissions and its
//! request limits.
//!
//! Nothing is copied. Everything that lets somebody act remembers the credential it was made with, that
//! one the credential before it, and so on; whoever asks what somebody may do walks that line. So no rule
//! that is added later can forget what was made long ago.

use std::sync::Arc;

use mesh_model::limits::CREDENTIAL_LINE_MAX;
use mesh_model::{Actor, CredentialId, Effect, Millis, PermissionSet, Refusal};

use crate::{Access, Credential, Session, refuse};

impl Access {
    /// The credential that bounds the actor, and with it everything that the actor makes; none for the
    /// owner's hand, the node's and that of users whom no credential made.
    pub(crate) fn bound_by(&self, actor: &Actor) -> Option<CredentialId> {
        match *actor {
            Actor::Credential(_, id) => Some(id),
            Actor::User(id) => self.participants.get(&id)?.maker,
            Actor::Invite(id) => self.invites.get(&id)?.maker,
            Actor::Owner(_) | Actor::Node | Actor::Link(_) => None,
        }
    }

    fn line_from(&self, first: Option<CredentialId>) -> impl Iterator<Item = &Arc<Credential>> {
        let found = move |id: CredentialId| self.credentials.get(&id);
        // What made it was there before it, so this ends.
        std::iter::successors(first.and_then(found), move |credential| {
            credential.maker.and_then(found)
        })
    }

    /// The credentials on which the actor depends: its own first, then the one that was made with, and so on.
    pub fn line(&self, actor: &Actor) -> impl Iterator<Item = &Arc<Credential>> {
        self.line_from(self.bound_by(actor))
    }

    /// When the actor's time is over by itself, if it ever is. An invite's own end is its own: those who
    /// came in time stay.
    pub fn ends(&self, actor: &Actor) -> Option<Millis> {
        let line = self.line(actor);
        line.filter_map(|credential| credential.expires).min()
    }

    /// Whether the credential, or one that it was made with, was revoked.
    pub fn is_revoked(&self, id: CredentialId) -> bool {
        self.line_from(Some(id))
            .any(|credential| credential.revoked)
    }

    /// What the credentials that bound the actor allow at `now`, or why they allow nothing any more.
    pub(crate) fn bounds(&self, actor: &Actor, now: Millis) -> Result<PermissionSet, Refusal> {
        let mut held = PermissionSet::ALL;
        let own = match *actor {
            Actor::Credential(_, id) => Some(id),
            _ => None,
        };
        for credential in self.line(actor) {
            let over = match (credential.revoked, credential.is_expired(now)) {
                (true, _) => "was revoked",
                (false, true) => "has expired",
                (false, false) => {
                    held = held.and(credential.permissions);
                    continue;
                }
            };
            return Err(if own == Some(credential.id) {
                refuse::credential_over(over)
            } else {
                refuse::maker_over(over)
            });
        }
        Ok(held)
    }

    /// Whether the session was opened by the credential or by something that was made with it.
    pub(crate) fn stems_from(&self, session: &Session, credential: CredentialId) -> bool {
        let user = || self.participants.get(&session.participant)?.maker;
        let mut line = self.line_from(session.credential.or_else(user));
        line.any(|found| found.id == credential)
    }

    /// Lines are walked whenever somebody acts, so they are short.
    pub(crate) fn check_line(&self, actor: &Actor) -> Result<(), Refusal> {
        if self.line(actor).count() < CREDENTIAL_LINE_MAX {
            return Ok(());
        }
        Err(refuse::conflict(
            format!(
                "credentials made with credentials go {CREDENTIAL_LINE_MAX} deep and no deeper"
            ),
            "issue it with a credential that is nearer to the owner",
        )
        .so(Effect::NothingIssued))
    }
}
