//! `login`: the cookie is the answer, so an idempotency key changes nothing

use crate::ops::present;
use crate::prelude::*;

use mesh_model::limits::PASSWORD_CHARS_MAX;

impl Run for Login {
    async fn run(door: &Door, call: &Call, input: LoginInput) -> Result<LoggedIn, Refusal> {
        if input.password.chars().count() > PASSWORD_CHARS_MAX {
            return Err(refuse::invalid(
                "the field 'password' is longer than any password",
                "check what was sent",
            ));
        }
        let attempt = call.begin_login(door).await?;
        let found = call
            .access
            .by_handle(&input.username)
            .filter(|found| found.user.is_some());
        let id = found.map(|found| found.id);
        if !door.verify_password(id, input.password).await? {
            return Err(failed());
        }
        let id = id.ok_or_else(failed)?;
        door.vault(move |vault| vault.login_succeeded(attempt))
            .await?;
        call.access.check_enabled(id)?;
        let expires = call.sign_in(door, id).await?;
        Ok(LoggedIn {
            participant: present::participant(&call.access, id),
            expires,
        })
    }
}

/// The same words whichever of the two was wrong, so that nobody learns which names exist.
fn failed() -> Refusal {
    Refusal::new(
        ErrorCode::LoginFailed,
        "user name or password is wrong; nobody was signed in",
        "try again; after five failures in five minutes an address has to wait",
    )
}
