//! Webhooks: what the node tells addresses outside.

use std::io::{Read, stdin};

use clap::Subcommand;
use mesh_link::outbox::sign;
use mesh_model::api::{
    NoInput, Webhook, WebhookCreateInput, WebhookDeadInput, WebhookDelivery, WebhookRefInput,
    WebhookResumeInput, WebhookSecret, WebhookState,
};
use mesh_model::events::{WebhookBody, WebhookPause};
use mesh_model::ops::{
    WebhookCreate, WebhookDead, WebhookDelete, WebhookDeliveries, WebhookDrop, WebhookGet,
    WebhookList, WebhookPause as PauseOp, WebhookResume, WebhookRetry, WebhookRotate, WebhookTest,
};
use mesh_model::{Seq, WebhookId};
use mesh_sdk::http::Http;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Webhooks: tell addresses outside what happens, and wake who is offline
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example: mesh webhook add https://agents.example.org/wake --for rex --addressed"
)]
pub enum WebhookVerb {
    /// Add a webhook; its secret is shown once
    #[command(
        after_help = "Examples: mesh webhook add https://agents.example.org/wake --for rex --addressed\n          mesh webhook add https://ci.example.org/mesh --room ops --kinds task.finished,task.attempt_failed"
    )]
    Add {
        /// Where to
        #[arg(value_name = "URL")]
        address: String,
        /// Whose eyes it has: yourself, or somebody below you
        #[arg(long = "for", value_name = "HANDLE")]
        participant: Option<String>,
        /// Only what happens in this room
        #[arg(long)]
        room: Option<String>,
        /// Only these types of events
        #[arg(long, value_name = "TYPE", value_delimiter = ',')]
        kinds: Vec<String>,
        /// Only messages of others that name it or are direct
        #[arg(long, conflicts_with = "kinds")]
        addressed: bool,
        /// What is sent: pointer, or full where the room lets words out of the mesh
        #[arg(long, default_value = "pointer", value_parser = ["pointer", "full"])]
        body: String,
    },
    /// List the webhooks
    #[command(after_help = "Example: mesh webhook list")]
    List,
    /// Show a webhook
    #[command(after_help = "Example: mesh webhook show last")]
    Show(WebhookRef),
    /// Send a test now and say what came of it
    #[command(after_help = "Example: mesh webhook test last")]
    Test(WebhookRef),
    /// Let it wait; what happens meanwhile is told when it goes on
    #[command(after_help = "Example: mesh webhook pause last")]
    Pause(WebhookRef),
    /// Let it go on
    #[command(after_help = "Example: mesh webhook resume last --skip")]
    Resume {
        #[command(flatten)]
        webhook: WebhookRef,
        /// Leave out what it missed meanwhile
        #[arg(long)]
        skip: bool,
    },
    /// Draw a new secret; the old one signs beside it for a day
    #[command(after_help = "Example: mesh webhook rotate last")]
    Rotate(WebhookRef),
    /// Show the last attempts to deliver
    #[command(after_help = "Example: mesh webhook deliveries last")]
    Deliveries(WebhookRef),
    /// List what the other side did not take
    #[command(after_help = "Example: mesh webhook dead last")]
    Dead(WebhookRef),
    /// Send dead letters again
    #[command(after_help = "Example: mesh webhook retry last        # all of them")]
    Retry(Letters),
    /// Drop dead letters
    #[command(after_help = "Example: mesh webhook drop last 4711")]
    Drop(Letters),
    /// Remove it for good, its secrets too
    #[command(after_help = "Example: mesh webhook remove last")]
    Remove(WebhookRef),
    /// Check what a receiver got: the body on standard input, the secret in MESH_WEBHOOK_SECRET
    #[command(
        after_help = "Example: MESH_WEBHOOK_SECRET=whsec_… mesh webhook verify --id msg_… --timestamp 1764486000 --signature 'v1,…' < body"
    )]
    Verify {
        /// The header webhook-id
        #[arg(long)]
        id: String,
        /// The header webhook-timestamp
        #[arg(long)]
        timestamp: u64,
        /// The header webhook-signature
        #[arg(long)]
        signature: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct WebhookRef {
    /// The webhook: its id, the end of it, or 'last'
    #[arg(default_value = "last")]
    pub webhook: String,
}

#[derive(Debug, clap::Args)]
pub struct Letters {
    #[command(flatten)]
    pub webhook: WebhookRef,
    /// Which: the places of their events; all of them if none is named
    pub seqs: Vec<u64>,
}

/// `mesh webhook …`
pub fn webhook(context: &Context, verb: WebhookVerb) -> Outcome<()> {
    if let WebhookVerb::Verify {
        id,
        timestamp,
        signature,
    } = verb
    {
        return verify(context, &id, timestamp, &signature);
    }
    let http = context.http()?;
    match verb {
        WebhookVerb::Add {
            address,
            participant,
            room,
            kinds,
            addressed,
            body,
        } => {
            let made = http.call::<WebhookCreate>(WebhookCreateInput {
                url: address,
                participant,
                room,
                kinds,
                addressed,
                body: if body == "full" {
                    WebhookBody::Full
                } else {
                    WebhookBody::Pointer
                },
                ..WebhookCreateInput::default()
            })?;
            secret(context, &made)
        }
        WebhookVerb::Rotate(webhook) => {
            let webhook = find(&http, &webhook)?;
            let made = http.call::<WebhookRotate>(WebhookRefInput { webhook })?;
            secret(context, &made)
        }
        WebhookVerb::List => list(context, &http),
        WebhookVerb::Show(webhook) => {
            let webhook = find(&http, &webhook)?;
            let found = http.call::<WebhookGet>(WebhookRefInput { webhook })?;
            if !printed_json(context, &found)? {
                show(&found);
            }
            Ok(())
        }
        WebhookVerb::Test(webhook) => {
            let webhook = find(&http, &webhook)?;
            test(
                context,
                &http.call::<WebhookTest>(WebhookRefInput { webhook })?,
            )
        }
        WebhookVerb::Pause(webhook) => {
            let webhook = find(&http, &webhook)?;
            let done = http.call::<PauseOp>(WebhookRefInput { webhook })?;
            said(
                context,
                &done,
                "it waits; mesh webhook resume lets it go on",
            )
        }
        WebhookVerb::Resume { webhook, skip } => {
            let webhook = find(&http, &webhook)?;
            let done = http.call::<WebhookResume>(WebhookResumeInput { webhook, skip })?;
            let from = if skip { "from now on" } else { "where it was" };
            said(context, &done, &format!("it goes on {from}"))
        }
        WebhookVerb::Deliveries(webhook) => {
            let webhook = find(&http, &webhook)?;
            let list = http.call::<WebhookDeliveries>(WebhookRefInput { webhook })?;
            if !printed_json(context, &list)? {
                deliveries(&list.items);
            }
            Ok(())
        }
        WebhookVerb::Dead(webhook) => dead(context, &http, &webhook),
        WebhookVerb::Retry(letters) => {
            let done = http.call::<WebhookRetry>(named(&http, &letters)?)?;
            said(context, &done, "they are sent again, before anything new")
        }
        WebhookVerb::Drop(letters) => {
            let done = http.call::<WebhookDrop>(named(&http, &letters)?)?;
            said(context, &done, "they are dropped")
        }
        WebhookVerb::Remove(webhook) => {
            let webhook = find(&http, &webhook)?;
            let done = http.call::<WebhookDelete>(WebhookRefInput { webhook })?;
            said(context, &done, "it is gone for good")
        }
        WebhookVerb::Verify { .. } => Ok(()),
    }
}

fn said(context: &Context, done: &impl serde::Serialize, text: &str) -> Outcome<()> {
    if !printed_json(context, done)? {
        line(text);
    }
    Ok(())
}

fn secret(context: &Context, made: &WebhookSecret) -> Outcome<()> {
    if printed_json(context, made)? {
        return Ok(());
    }
    line(&format!("webhook {}", made.id));
    if let Some(secret) = &made.secret {
        line(&format!("  secret  {secret}"));
        line(&paint(
            Colour::Quiet,
            "Keep it where deliveries are checked: it is not shown again. Try it: mesh webhook test",
        ));
    }
    Ok(())
}

/// The webhook that is meant.
fn find(http: &Http, wanted: &WebhookRef) -> Outcome<WebhookId> {
    let wanted = wanted.webhook.as_str();
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    let all = http.call::<WebhookList>(NoInput {})?.items;
    let mut found = all
        .iter()
        .map(|webhook| webhook.id)
        .filter(|id| wanted == "last" || id.to_string().ends_with(wanted));
    let last = found.next_back();
    match (last, found.next_back()) {
        (Some(id), None) => Ok(id),
        (Some(id), Some(_)) if wanted == "last" => Ok(id),
        (Some(_), Some(_)) => Err(Failure::usage(
            format!("several webhooks end in '{wanted}'"),
            "write more of the id: mesh webhook list",
        )
        .so(Effect::NothingChanged)),
        (None, _) => Err(Failure::usage(
            format!("there is no webhook '{wanted}'"),
            "mesh webhook list shows those that there are",
        )
        .so(Effect::NothingChanged)),
    }
}

fn named(http: &Http, letters: &Letters) -> Outcome<WebhookDeadInput> {
    Ok(WebhookDeadInput {
        webhook: find(http, &letters.webhook)?,
        seqs: letters.seqs.iter().copied().map(Seq).collect(),
    })
}

fn short(id: WebhookId) -> String {
    let id = id.to_string();
    id[id.len() - 6..].to_owned()
}

fn list(context: &Context, http: &Http) -> Outcome<()> {
    let list = http.call::<WebhookList>(NoInput {})?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("No webhooks yet. Add one: mesh webhook add URL --for AGENT --addressed");
        return Ok(());
    }
    let rows = list.items.iter().map(|webhook| {
        vec![
            short(webhook.id),
            format!("@{}", webhook.participant.handle),
            clean(&webhook.origin),
            state(webhook),
            webhook.dead.to_string(),
        ]
    });
    table(
        &["webhook", "eyes of", "to", "state", "dead"],
        &rows.collect::<Vec<_>>(),
    );
    Ok(())
}

fn state(webhook: &Webhook) -> String {
    let why = match webhook.paused {
        None => "",
        Some(WebhookPause::Asked) => "paused",
        Some(WebhookPause::Gone) => "paused: it said that it is gone for good",
        Some(WebhookPause::Refusing) => "paused: it took nothing",
        Some(WebhookPause::Unreachable) => "paused: nobody answered for days",
        Some(WebhookPause::Full) => "paused: too many dead letters",
    };
    match webhook.state {
        WebhookState::Active => "active".to_owned(),
        WebhookState::Failing => format!(
            "failing: {}",
            webhook.trouble.as_deref().map(clean).unwrap_or_default()
        ),
        WebhookState::Paused => why.to_owned(),
        WebhookState::Over => "over: a right that it stands on has ended".to_owned(),
    }
}

fn show(webhook: &Webhook) {
    line(&format!("webhook {}", webhook.id));
    line(&format!("  eyes of  @{}", webhook.participant.handle));
    let url = webhook.url.as_deref().unwrap_or(&webhook.origin);
    line(&format!("  to       {}", clean(url)));
    line(&format!("  state    {}", state(webhook)));
    if let Some(at) = webhook.again_at {
        line(&format!("  again    {}", times::relative(at)));
    }
    let kinds: Vec<String> = webhook.kinds.iter().map(|kind| clean(kind)).collect();
    let what = match (webhook.addressed, kinds.is_empty()) {
        _ if webhook.task.is_some() => {
            let task = webhook.task.map(|task| task.to_string());
            format!("the task {}, and ends with it", task.unwrap_or_default())
        }
        (true, _) => "messages that name it or are direct".to_owned(),
        (false, true) => "all that it sees".to_owned(),
        (false, false) => kinds.join(", "),
    };
    line(&format!("  told     {what}"));
    line(&format!("  up to    {}", webhook.position));
    line(&format!("  dead     {}", webhook.dead));
    if let Some(until) = webhook.old_secret_until {
        line(&format!(
            "  old secret signs until {}",
            times::relative(until)
        ));
    }
}

fn test(context: &Context, tested: &WebhookDelivery) -> Outcome<()> {
    if !printed_json(context, tested)? && tested.ok {
        line(&format!(
            "taken: status {} after {} ms",
            tested.status.unwrap_or_default(),
            tested.took_ms
        ));
    }
    if tested.ok {
        return Ok(());
    }
    let why = tested.trouble.as_deref().unwrap_or_default();
    Err(Failure::here(
        format!("the test was not taken: {}", clean(why)),
        "what lies in a private network is opened in plugins.toml: [webhooks] private = [\"10.0.0.0/8\"]",
    )
    .so(Effect::NothingChanged))
}

fn deliveries(items: &[WebhookDelivery]) {
    if items.is_empty() {
        line("Nothing was sent since the node was started.");
        return;
    }
    let rows = items.iter().map(|one| {
        vec![
            times::relative(one.at),
            one.seq
                .map_or_else(|| "test".to_owned(), |seq| seq.to_string()),
            one.attempt.to_string(),
            match &one.trouble {
                None => format!("taken ({})", one.status.unwrap_or_default()),
                Some(why) => clean(why),
            },
            format!("{} ms", one.took_ms),
        ]
    });
    table(
        &["at", "event", "attempt", "outcome", "took"],
        &rows.collect::<Vec<_>>(),
    );
}

fn dead(context: &Context, http: &Http, webhook: &WebhookRef) -> Outcome<()> {
    let webhook = find(http, webhook)?;
    let list = http.call::<WebhookDead>(WebhookRefInput { webhook })?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("No dead letters.");
        return Ok(());
    }
    let rows = list.items.iter().map(|letter| {
        vec![
            letter.seq.to_string(),
            letter.attempts.to_string(),
            letter
                .status
                .map_or_else(String::new, |status| status.to_string()),
            (if letter.again { "is sent again" } else { "" }).to_owned(),
        ]
    });
    table(
        &["event", "attempts", "status", ""],
        &rows.collect::<Vec<_>>(),
    );
    line(&paint(
        Colour::Quiet,
        "mesh webhook retry sends them again, mesh webhook drop forgets them",
    ));
    Ok(())
}

fn verify(context: &Context, id: &str, at: u64, signature: &str) -> Outcome<()> {
    let usage =
        |what: String, hint: &'static str| Failure::usage(what, hint).so(Effect::NothingChanged);
    let secret = std::env::var("MESH_WEBHOOK_SECRET").map_err(|_| {
        usage(
            "MESH_WEBHOOK_SECRET is not set".to_owned(),
            "set it to the secret that webhook.create showed: on the command line others would see it",
        )
    })?;
    let mut body = String::new();
    stdin().read_to_string(&mut body).map_err(|why| {
        usage(
            format!("standard input cannot be read: {why}"),
            "give the body exactly as it came",
        )
    })?;
    let now = times::now().0 / 1000;
    match sign::verify(&secret, id, at, &body, signature, now) {
        Ok(()) => said(
            context,
            &serde_json::json!({"verified": true}),
            "the signature holds",
        ),
        Err(why) => Err(Failure::here(
            format!("not verified: {why}"),
            "take the body byte for byte as it came, and all three headers",
        )
        .so(Effect::NothingChanged)),
    }
}
