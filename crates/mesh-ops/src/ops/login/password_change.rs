//! `password.change`

use crate::prelude::*;
use mesh_model::command::UserCommand;

impl Run for PasswordChange {
    async fn run(door: &Door, call: &Call, input: PasswordChangeInput) -> Result<Done, Refusal> {
        let me = call.me()?;
        if call
            .access
            .participant(me)
            .is_none_or(|found| found.user.is_none())
        {
            return Err(Refusal::new(
                ErrorCode::Conflict,
                "you do not sign in with a password",
                Effect::NothingChanged,
                "the owner and agents have tokens; users have passwords",
            ));
        }
        check::password("new", &input.new)?;
        // Whoever found an open browser must not be able to guess here without end.
        let name = call
            .access
            .participant(me)
            .map(|found| found.handle.clone());
        let attempt = call.begin_login(door, &name.unwrap_or_default()).await?;
        if !door.verify_password(Some(me), input.current).await? {
            return Err(Refusal::new(
                ErrorCode::LoginFailed,
                "the present password is another one",
                Effect::NothingChanged,
                "try again, or ask an administrator to set a new one",
            ));
        }
        let kept = call.options.page_key.clone();
        call.login_succeeded(door, attempt, kept).await?;
        let hash = door.hash_password(input.new).await?;
        let done = call
            .done(
                door,
                Command::User(UserCommand::ChangePassword { participant: me }),
            )
            .await?;
        let keep = call.browser;
        door.vault(move |vault| {
            vault.set_password(me, &hash)?;
            vault.sign_out_all(me, keep)
        })
        .await?;
        Ok(done)
    }
}
