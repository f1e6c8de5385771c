//! The invite that a code stands for, and whether it lets anybody in still.
//!
//! A wrong code counts as a wrong password does, by the network it comes from: nobody guesses 256 random bits, but nobody
//! needs to try without end either.

use mesh_core::Invite;

use crate::prelude::*;

/// The invite. Whether it lets anybody in is another matter.
pub(super) async fn invite(door: &Door, call: &Call, code: &str) -> Result<InviteId, Refusal> {
    let given = code.trim().to_owned();
    match door.vault(move |vault| vault.invite(&given)).await? {
        Some(invite) => Ok(invite),
        None => {
            call.wrong_code(door).await?;
            Err(unknown())
        }
    }
}

fn unknown() -> Refusal {
    Refusal::new(
        ErrorCode::NotFound,
        "there is no invite with that code",
        Effect::NobodyRegistered,
        "ask whoever sent it for a new one",
    )
}

/// The invite, if it lets somebody in as things stand, and who made it. The core looks again when it decides.
pub(super) fn open(
    access: &Access,
    id: InviteId,
    now: Millis,
) -> Result<(&Invite, ParticipantId), Refusal> {
    let over = |how: &'static str| {
        refuse::gone(how, "ask whoever sent it for a new one").so(Effect::NobodyRegistered)
    };
    let found = access.invite(id).ok_or_else(unknown)?;
    access
        .standing(&Actor::Invite(id), now)
        .map_err(|refusal| match refusal.code {
            ErrorCode::Gone => refusal,
            _ => over("the invite ended with what it was made with"),
        })?;
    let creator = found
        .creator
        .filter(|creator| access.check_enabled(*creator).is_ok())
        .ok_or_else(|| over("the invite came from somebody who is disabled now"))?;
    if found.uses_left() == 0 {
        return Err(over("the invite is used up"));
    }
    Ok((found, creator))
}

impl Door {
    /// Whether a link with that code is one for people: it is an invite that makes users, or no invite.
    pub async fn leads_people(&self, code: &str) -> bool {
        let given = code.to_owned();
        let invite = self.vault(move |vault| vault.invite(&given)).await;
        match invite {
            Ok(Some(id)) => {
                let access = self.node().access();
                access.invite(id).is_none_or(|found| found.role.is_some())
            }
            Ok(None) => true,
            Err(_) => false,
        }
    }
}
