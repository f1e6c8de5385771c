//! Waking an idle session. The mod in the program starts `watch`, which rings when something comes; when the session is
//! idle it asks for words, which the node notes as a wake, and gives them to the program. The messages themselves are handed
//! by the hook of the prompt that these words are.

use std::io::{Write, stdout};
use std::thread;
use std::time::Duration;

use mesh_model::Seq;
use mesh_model::api::{ClientInfo, DeliveryReportInput, DeliveryWakeInput, InboxListInput};
use mesh_model::ops::{DeliveryReport, DeliveryWake, InboxList};
use mesh_sdk::{Client, Filter};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::Event;
use super::record::Record;
use crate::commands::mcp::nobody_reads;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::line;

/// What can bring a message for somebody into its inbox: that it was said, also after it was held back, or changed.
const KINDS: [&str; 2] = ["message.posted", "message.edited"];
/// How soon a node that is away is looked for again.
const AWAY_FIRST: Duration = Duration::from_secs(1);
const AWAY_MAX: Duration = Duration::from_secs(60);

/// What the mod tells.
#[derive(Debug, Deserialize)]
struct Told {
    session_id: String,
    /// Whether it must not be woken by those who are trusted less than `local`.
    #[serde(default)]
    not_for_strangers: bool,
    /// Whether the program has just started.
    #[serde(default)]
    restarted: bool,
    /// The tags in a request that a model has answered.
    #[serde(default)]
    tags: Vec<String>,
    /// The turn in which it did.
    #[serde(default)]
    turn: String,
}

/// Rings, which is an empty line, at once and whenever a message comes that addresses the participant; until the program is
/// gone.
pub fn watch(context: &Context) -> Outcome<()> {
    let (gone, is_gone) = oneshot::channel();
    thread::spawn(move || {
        if nobody_reads() {
            let _ = gone.send(());
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|why| Failure::here(why.to_string(), ""))?;
    runtime.block_on(async {
        tokio::select! {
            // Standard output may be a file, which nobody ever leaves.
            Ok(()) = is_gone => {}
            () = listen_on(context) => {}
        }
    });
    Ok(())
}

async fn listen_on(context: &Context) {
    let mut away = AWAY_FIRST;
    loop {
        if let Err(why) = listen(context, &mut away).await {
            eprintln!("mesh: nobody is woken just now: {}", why.what());
        }
        tokio::time::sleep(away).await;
        away = (away * 2).min(AWAY_MAX);
    }
}

async fn listen(context: &Context, away: &mut Duration) -> Outcome<()> {
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some("claude-code".to_owned()),
        channel: Some("wake".to_owned()),
        ..ClientInfo::default()
    };
    let client = Client::connect(options).await?;
    let filter = Filter {
        types: KINDS.map(str::to_owned).to_vec(),
        ..Filter::default()
    };
    let mut items = client.subscribe(filter).await?;
    *away = AWAY_FIRST;
    let mut known = None;
    loop {
        // Others speak in its rooms as well, and each ring starts a program.
        let newest = newest(&client).await?;
        if newest != known {
            known = newest;
            if newest.is_some() {
                // It goes into a pipe whose reader is watched.
                let _ = writeln!(stdout()).and_then(|()| stdout().flush());
            }
        }
        if items.next().await.is_none() {
            return Ok(());
        }
    }
}

/// The newest message that addresses the participant and waits.
async fn newest(client: &Client) -> Outcome<Option<Seq>> {
    let input = InboxListInput {
        limit: Some(500),
        mentions_only: true,
    };
    let inbox = client.call::<InboxList>(input).await?;
    Ok(inbox.items.iter().map(|message| message.seq).max())
}

/// What the mod tells: that the session is idle, that the words of a wake were not taken, that a model has read messages.
pub fn told(context: &Context, event: Event, text: &str) -> Outcome<()> {
    let told: Told = serde_json::from_str(text).map_err(|why| {
        Failure::usage(format!("what the mod tells is not understood: {why}"), "")
            .so(Effect::NothingSent)
    })?;
    match event {
        Event::Wake => return wake(context, told),
        Event::Read => return read(context, told),
        _ => {}
    }
    context
        .http()?
        .call::<DeliveryReport>(DeliveryReportInput {
            session: told.session_id,
            unwoken: true,
            ..DeliveryReportInput::default()
        })?;
    Ok(())
}

fn wake(context: &Context, told: Told) -> Outcome<()> {
    let wake = context.http()?.call::<DeliveryWake>(DeliveryWakeInput {
        session: told.session_id,
        not_for_strangers: told.not_for_strangers,
        restarted: told.restarted,
    })?;
    let wake = serde_json::to_string(&wake).map_err(|why| Failure::here(why.to_string(), ""))?;
    line(&wake);
    Ok(())
}

/// The program writes its record down some time after a turn; the mod has seen the request itself.
fn read(context: &Context, told: Told) -> Outcome<()> {
    let mut record = Record::open(context, &told.session_id)?;
    context
        .http()?
        .call::<DeliveryReport>(DeliveryReportInput {
            session: told.session_id,
            read: told.tags.clone(),
            turn: Some(told.turn),
            ..DeliveryReportInput::default()
        })?;
    record.settle(&told.tags.into_iter().collect())
}
