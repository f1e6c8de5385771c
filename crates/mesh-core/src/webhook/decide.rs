//! Webhooks: who lets the node tell whom outside what, and what the node says of its deliveries.
//!
//! What makes the node connect somewhere needs `admin:webhooks`, which the operations declare, and power over the one whose eyes
//! the webhook has: so much could be had by a token for it, too. Whoever has `admin:webhooks` may look at all and end all.

use mesh_model::command::{CreateWebhook, WebhookCommand};
use mesh_model::events::{
    Event as _, MessagePosted, WebhookCreated, WebhookDeleted, WebhookGaveUp, WebhookPause,
    WebhookPaused, WebhookResumed, WebhookRetried, WebhookRotated, WebhookSettled,
};
use mesh_model::limits::{
    EVENT_TYPES_MAX, WEBHOOK_DEAD_MAX, WEBHOOK_OVERLAP_MS, WEBHOOKS_MAX, WEBHOOKS_OF_ONE_MAX,
};
use mesh_model::webhook::Address;
use mesh_model::{Effect, NewEvent, Permission, Refusal, RoomId, Seq, TaskId, WebhookId};

use super::Webhook;
use crate::actor::Asker;
use crate::desk::Desk;
use crate::{Action, Decision, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &WebhookCommand) -> Decision {
    let asker = desk.asker;
    match command {
        WebhookCommand::Create(wanted) => create(desk, wanted),
        WebhookCommand::Pause { webhook } => pause(known(asker, *webhook)?, WebhookPause::Asked),
        WebhookCommand::Resume { webhook, skip } => resume(own(asker, *webhook)?, *skip),
        WebhookCommand::Rotate { webhook, version } => {
            rotate(asker, own(asker, *webhook)?, *version)
        }
        WebhookCommand::Delete { webhook } => {
            let found = known(asker, *webhook)?;
            Ok(vec![NewEvent::new(WebhookDeleted {
                webhook: found.id,
                participant: found.participant,
            })])
        }
        WebhookCommand::Retry { webhook, seqs } => retry(own(asker, *webhook)?, seqs),
        WebhookCommand::Drop { webhook, seqs } => {
            let found = known(asker, *webhook)?;
            let seqs = letters(found, seqs, |_| true)?;
            Ok(settled(found, seqs, false))
        }
        WebhookCommand::Stop { webhook, why } => {
            asker.node_only()?;
            pause(known(asker, *webhook)?, *why)
        }
        WebhookCommand::GiveUp {
            webhook,
            seq,
            attempts,
            status,
        } => {
            asker.node_only()?;
            give_up(known(asker, *webhook)?, *seq, *attempts, *status)
        }
        WebhookCommand::Settle {
            webhook,
            seq,
            delivered,
        } => {
            asker.node_only()?;
            let found = known(asker, *webhook)?;
            let seqs = found.dead.contains_key(seq).then_some(*seq);
            Ok(settled(found, seqs.into_iter().collect(), *delivered))
        }
    }
}

fn create(desk: &Desk<'_>, wanted: &CreateWebhook) -> Decision {
    let asker = desk.asker;
    let found = asker.participant(wanted.participant)?;
    if !asker.is_mine(found.id) {
        return Err(refuse::not_yours(
            "give a webhook the eyes of somebody who is not below you",
        ));
    }
    asker.access.check_enabled(found.id)?;
    check_form(wanted)?;
    let room = match wanted.task {
        Some(task) => Some(room_of_task(desk, task, wanted.after)?),
        None => wanted.room,
    };
    if let Some(room) = room {
        asker.room(room)?;
        asker.access.may(found.id, Action::Read, room)?;
    }
    if asker.access.webhook(wanted.webhook).is_some() {
        return Err(refuse::id_taken("webhook"));
    }
    let own = |webhook: &&Webhook| webhook.participant == found.id;
    if asker.access.webhooks.len() >= WEBHOOKS_MAX
        || asker.access.webhooks().filter(own).count() >= WEBHOOKS_OF_ONE_MAX
    {
        return Err(refuse::conflict(
            format!(
                "a node has at most {WEBHOOKS_MAX} webhooks, {WEBHOOKS_OF_ONE_MAX} with the eyes of one participant"
            ),
            "remove one that is not needed any more",
        )
        .so(Effect::NothingStored));
    }
    asker.access.check_line(&asker.actor)?;
    Ok(vec![NewEvent::new(WebhookCreated {
        webhook: wanted.webhook,
        participant: found.id,
        origin: wanted.origin.clone(),
        room,
        kinds: wanted.kinds.clone(),
        addressed: wanted.addressed,
        body: wanted.body,
        task: wanted.task,
        after: wanted.after,
    })])
}

/// The room of a task of which something is still to be told.
fn room_of_task(desk: &Desk<'_>, task: TaskId, after: Option<Seq>) -> Result<RoomId, Refusal> {
    let (task, room) = desk.task(task)?;
    let told = task
        .ended
        .is_some_and(|ended| after.is_none_or(|after| after >= ended));
    if told {
        return Err(
            refuse::conflict("the task has ended", "read it with task.get")
                .so(Effect::NothingStored),
        );
    }
    if after.is_some_and(|after| after < task.created) {
        return Err(refuse::invalid(
            "the place is before the task",
            "begin where it was created, or later",
        )
        .so(Effect::NothingStored));
    }
    Ok(room.id)
}

fn check_form(wanted: &CreateWebhook) -> Result<(), Refusal> {
    // An origin is written as it is printed; anything more may be a secret.
    let is_origin =
        Address::parse(&wanted.origin).is_ok_and(|address| address.to_string() == wanted.origin);
    if !is_origin {
        return Err(refuse::invalid(
            "the origin is no origin",
            "the door makes it of the address",
        ));
    }
    let narrowed = wanted.room.is_some() || !wanted.kinds.is_empty() || wanted.addressed;
    if wanted.task.is_some() && narrowed {
        return Err(refuse::invalid(
            "a webhook of a task goes without room, types and 'addressed'",
            "name the task alone",
        )
        .so(Effect::NothingStored));
    }
    if wanted.task.is_none() && wanted.after.is_some() {
        return Err(refuse::invalid(
            "'after' goes with a task",
            "read what was before with event.list",
        )
        .so(Effect::NothingStored));
    }
    if wanted.kinds.len() > EVENT_TYPES_MAX {
        return Err(refuse::invalid(
            format!("a webhook names at most {EVENT_TYPES_MAX} types"),
            "name fewer, or none for all",
        )
        .so(Effect::NothingStored));
    }
    for kind in &wanted.kinds {
        check::label("type", kind)?;
        if kind.starts_with("webhook.") {
            return Err(refuse::invalid(
                "webhooks are told nothing of webhooks: one that fails would tell others, and they it",
                "look at them with webhook.list",
            )
            .so(Effect::NothingStored));
        }
    }
    let more = wanted.kinds.iter().any(|kind| kind != MessagePosted::KIND);
    if wanted.addressed && more {
        return Err(refuse::invalid(
            "'addressed' means messages, and other types are named",
            "make two webhooks",
        )
        .so(Effect::NothingStored));
    }
    Ok(())
}

fn pause(found: &Webhook, why: WebhookPause) -> Decision {
    if found.paused.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(WebhookPaused {
        webhook: found.id,
        participant: found.participant,
        why,
    })])
}

fn resume(found: &Webhook, skip: bool) -> Decision {
    if found.paused.is_none() && !skip {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(WebhookResumed {
        webhook: found.id,
        participant: found.participant,
        skip,
    })])
}

/// The door has sealed the new secret under this version.
fn rotate(asker: &Asker<'_>, found: &Webhook, version: u32) -> Decision {
    if Some(version) != found.version.checked_add(1) {
        return Err(refuse::conflict(
            "the secret was changed meanwhile",
            "ask again, if another one is still needed",
        )
        .so(Effect::NothingChanged));
    }
    Ok(vec![NewEvent::new(WebhookRotated {
        webhook: found.id,
        participant: found.participant,
        version,
        old_until: asker.now.plus(WEBHOOK_OVERLAP_MS).0,
    })])
}

fn retry(found: &Webhook, seqs: &[Seq]) -> Decision {
    let seqs = letters(found, seqs, |again| !again)?;
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(WebhookRetried {
        webhook: found.id,
        participant: found.participant,
        seqs,
    })])
}

fn give_up(found: &Webhook, seq: Seq, attempts: u32, status: Option<u16>) -> Decision {
    if !found.dead.contains_key(&seq) && found.dead.len() >= WEBHOOK_DEAD_MAX {
        return pause(found, WebhookPause::Full);
    }
    Ok(vec![NewEvent::new(WebhookGaveUp {
        webhook: found.id,
        participant: found.participant,
        seq,
        attempts,
        status,
    })])
}

fn settled(found: &Webhook, seqs: Vec<Seq>, delivered: bool) -> Vec<NewEvent> {
    if seqs.is_empty() {
        return Vec::new();
    }
    vec![NewEvent::new(WebhookSettled {
        webhook: found.id,
        participant: found.participant,
        seqs,
        delivered,
    })]
}

/// The dead letters that are meant: those that are named, or all.
fn letters(
    found: &Webhook,
    named: &[Seq],
    fits: impl Fn(bool) -> bool,
) -> Result<Vec<Seq>, Refusal> {
    if named.iter().any(|seq| !found.dead.contains_key(seq)) {
        return Err(
            refuse::not_found("dead letter", "webhook.dead lists those that there are")
                .so(Effect::NothingChanged),
        );
    }
    let meant = found
        .dead
        .iter()
        .filter(|(seq, letter)| fits(letter.again) && (named.is_empty() || named.contains(seq)));
    Ok(meant.map(|(seq, _)| *seq).collect())
}

/// A webhook that the asker may know of and end.
fn known<'a>(asker: &Asker<'a>, id: WebhookId) -> Result<&'a Webhook, Refusal> {
    let found = asker.access.webhook(id);
    let found = found.filter(|found| {
        asker.is_node() || asker.is_mine(found.participant) || asker.has(Permission::AdminWebhooks)
    });
    found.ok_or_else(refuse::no_webhook)
}

/// A webhook that the asker might have made: it makes the node connect.
fn own<'a>(asker: &Asker<'a>, id: WebhookId) -> Result<&'a Webhook, Refusal> {
    let found = known(asker, id)?;
    if asker.is_mine(found.participant) {
        return Ok(found);
    }
    Err(refuse::not_yours(
        "do that with a webhook whose eyes are those of somebody who is not below you",
    ))
}
