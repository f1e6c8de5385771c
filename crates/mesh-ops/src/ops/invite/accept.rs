//! `invite.accept`: handle and password make a repetition the same, so an idempotency key changes nothing

use super::code;
use crate::ops::present;
use crate::prelude::*;
use mesh_model::command::{AcceptInvite, InviteCommand};

impl Run for InviteAccept {
    async fn run(door: &Door, call: &Call, input: InviteAcceptInput) -> Result<LoggedIn, Refusal> {
        check::password("password", &input.password)?;
        let invite = code::invite(door, call, &input.code).await?;
        let id = person(door, call, invite, &input).await?;
        signed_in(door, call, id, &input.handle).await
    }
}

/// Makes the user, or finds whom the same request made before.
async fn person(
    door: &Door,
    call: &Call,
    invite: InviteId,
    input: &InviteAcceptInput,
) -> Result<ParticipantId, Refusal> {
    let known = || came(&door.node().access(), invite, &input.handle);
    if let Some(id) = known() {
        return prove(door, call, id, input).await;
    }
    match make(door, call, invite, input).await {
        Ok(id) => Ok(id),
        // Of two at once the second is refused, and finds the first.
        Err(refusal) => match known() {
            Some(id) => prove(door, call, id, input).await,
            None => Err(refusal),
        },
    }
}

/// Who came by the invite under that handle.
fn came(access: &Access, invite: InviteId, handle: &str) -> Option<ParticipantId> {
    let found = access.by_handle(handle)?;
    let came = access.invite(invite)?.users.contains(&found.id);
    (came && found.handle == handle).then_some(found.id)
}

async fn make(
    door: &Door,
    call: &Call,
    invite: InviteId,
    input: &InviteAcceptInput,
) -> Result<ParticipantId, Refusal> {
    let profile = Profile {
        display_name: input.display_name.clone(),
        ..Profile::default()
    };
    check::profile(&profile)?;
    // Hashing is dear, so what will be refused is refused before.
    let access = door.node().access();
    code::open(&access, invite, call.now)?;
    if access.by_handle(&input.handle).is_some() {
        return Err(taken(&input.handle));
    }
    let hash = door.hash_password(input.password.clone()).await?;
    let participant = ParticipantId(Uuid::now_v7());
    // Before the event: whoever is registered can sign in, even if the node dies in between.
    door.vault(move |vault| vault.set_password(participant, &hash))
        .await?;
    let command = Command::Invite(InviteCommand::Accept(AcceptInvite {
        invite,
        participant,
        handle: input.handle.clone(),
        profile: content(&profile)?,
    }));
    let outcome = call.submit_as(door, Actor::Invite(invite), command).await;
    match outcome {
        Ok(_) => Ok(participant),
        Err(refusal) => {
            // If it is unknown whether there is such a user, its password stays.
            if refusal.code != ErrorCode::OutcomeUnknown {
                door.vault(move |vault| vault.forget_password(participant))
                    .await?;
            }
            Err(refusal)
        }
    }
}

fn taken(handle: &str) -> Refusal {
    Refusal::new(
        ErrorCode::NameTaken,
        format!("the handle '{handle}' is taken"),
        Effect::NobodyRegistered,
        "choose another name",
    )
}

/// Who came before shows the password, as at any sign-in.
async fn prove(
    door: &Door,
    call: &Call,
    id: ParticipantId,
    input: &InviteAcceptInput,
) -> Result<ParticipantId, Refusal> {
    let attempt = call.begin_login(door, &input.handle).await?;
    let right = door.verify_password(Some(id), input.password.clone());
    if !right.await? {
        return Err(taken(&input.handle));
    }
    door.check_may_sign_in(id)?;
    let kept = call.options.page_key.clone();
    call.login_succeeded(door, attempt, kept).await?;
    Ok(id)
}

/// Signs the browser in. Where it is is known to the account from here on.
async fn signed_in(
    door: &Door,
    call: &Call,
    id: ParticipantId,
    handle: &str,
) -> Result<LoggedIn, Refusal> {
    let (expires, page_key) = call.sign_in(door, id).await?;
    // Strangers who guess at the name must not keep its holder out of the first sign-in.
    if let Ok(attempt) = call.begin_login(door, handle).await {
        call.login_succeeded(door, attempt, Some(page_key.clone()))
            .await?;
    }
    Ok(LoggedIn {
        participant: present::participant(&door.node().access(), id),
        expires,
        page_key,
    })
}
