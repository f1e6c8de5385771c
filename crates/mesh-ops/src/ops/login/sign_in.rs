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
        // With and without `@` it is one account, whose failures count together.
        let username = input.username.trim_start_matches('@');
        let attempt = call.begin_login(door, username).await?;
        let found = call
            .access
            .by_handle(username)
            .filter(|found| found.user.is_some());
        let id = found.map(|found| found.id);
        if !door.verify_password(id, input.password).await? {
            return Err(failed());
        }
        let id = id.ok_or_else(failed)?;
        door.check_may_sign_in(id)?;
        let (expires, page_key) = call.sign_in(door, id).await?;
        call.login_succeeded(door, attempt, Some(page_key.clone()))
            .await?;
        Ok(LoggedIn {
            participant: present::participant(&call.access, id),
            expires,
            page_key,
        })
    }
}

/// The same words whichever of the two was wrong, so that nobody learns which names exist.
fn failed() -> Refusal {
    Refusal::new(
        ErrorCode::LoginFailed,
        "user name or password is wrong",
        Effect::NobodySignedIn,
        "try again; after five failures in five minutes this account has to wait here",
    )
}
