//! Acts that wait for a person's word because of what their context has read.

use clap::Subcommand;
use mesh_model::ActHash;
use mesh_model::api::{
    ActDeclineInput, ActListInput, ActReleaseInput, ActView, ParticipantRef, SourceView,
};
use mesh_model::events::Trust;
use mesh_model::ops::{ActDecline, ActList, ActRelease};
use mesh_sdk::http::Http;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json};

/// So many digits of an act's hash are shown; with 32 acts a participant they do not meet by chance.
const SHORT_DIGITS: usize = 12;
/// Fewer digits are a slip of the finger rather than a choice.
const GIVEN_DIGITS_MIN: usize = 4;

/// Acts that wait for your word because of what an agent has read
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example: mesh act list   (then: mesh act show last; mesh act release last)"
)]
pub enum ActVerb {
    /// List the acts that wait, and those that are released and not done yet
    #[command(after_help = "Example: mesh act list")]
    List,
    /// Show an act whole: what would be done, who wants it, what it has read, whom it would reach
    #[command(after_help = "Example: mesh act show last")]
    Show {
        /// The act: the beginning of its hash, or 'last', the newest that is yours to release
        #[arg(default_value = "last")]
        act: String,
    },
    /// Let exactly this act happen, once: whoever wants it asks for it again
    #[command(after_help = "Example: mesh act release 3f9c01d2ab44")]
    Release {
        /// The act: the beginning of its hash, or 'last', the newest that is yours to release
        act: String,
    },
    /// Say that an act is not to happen: whoever wants it is told so
    #[command(after_help = "Example: mesh act decline last")]
    Decline {
        /// The act: the beginning of its hash, or 'last', the newest that is yours to decline
        act: String,
    },
}

/// `mesh act …`
pub fn act(context: &Context, verb: ActVerb) -> Outcome<()> {
    match verb {
        ActVerb::List => list(context),
        ActVerb::Show { act } => {
            let found = find(&context.http()?, &act)?;
            if !printed_json(context, &found)? {
                show(&found);
            }
            Ok(())
        }
        ActVerb::Release { act } => release(context, &act),
        ActVerb::Decline { act } => decline(context, &act),
    }
}

fn list(context: &Context) -> Outcome<()> {
    let acts = context.http()?.call::<ActList>(ActListInput {})?;
    if printed_json(context, &acts)? {
        return Ok(());
    }
    if acts.items.is_empty() {
        line("No act waits for a person's word.");
        return Ok(());
    }
    for act in &acts.items {
        let stands = match (&act.released_by, &act.declined_by, act.yours) {
            (Some(by), _, _) => format!("released by @{}, not done yet", by.handle),
            (None, Some(by), _) => format!("declined by @{}", by.handle),
            (None, None, true) => "waits for you".to_owned(),
            (None, None, false) => "waits for a person above it".to_owned(),
        };
        line(&format!(
            "{}  {}  {}",
            short(act.act),
            paint(Colour::of_kind(act.participant.kind.name()), &head(act)),
            paint(Colour::Quiet, &stands)
        ));
    }
    line(&paint(
        Colour::Quiet,
        "mesh act show ID shows it whole; mesh act release ID lets it happen once, mesh act decline ID does not",
    ));
    Ok(())
}

fn head(act: &ActView) -> String {
    let what = match act.operation.as_str() {
        "" => "something whose words were erased",
        operation => operation,
    };
    format!("@{} wants {what}", act.participant.handle)
}

fn show(act: &ActView) {
    line(&format!("{}  {}", act.act, head(act)));
    let input = format!(
        "{:#}",
        serde_json::Value::Object(act.input.clone().into_inner())
    );
    for part in clean(&input).lines() {
        line(&format!("  {part}"));
    }
    line("What stands against it:");
    for source in &act.sources {
        line(&format!("  {}", told(source)));
    }
    match (act.reaches, act.strangers.as_slice()) {
        (0, _) => line("Whom it would reach stands in its input."),
        (all, []) => line(&format!("It would reach {all}.")),
        (all, strangers) => line(&format!(
            "It would reach {all}; among them, without a right to read that: {}",
            handles(strangers)
        )),
    }
    if let Some(by) = &act.released_by {
        line(&format!("Released by @{}; it is not done yet.", by.handle));
    }
    if let Some(by) = &act.declined_by {
        line(&format!("Declined by @{}; it is not done.", by.handle));
    }
}

fn handles(list: &[ParticipantRef]) -> String {
    let handles: Vec<_> = list.iter().map(|who| format!("@{}", who.handle)).collect();
    handles.join(" ")
}

/// A room whose words were read, in one line.
pub fn told(source: &SourceView) -> String {
    let room = match &source.name {
        Some(name) => format!("#{}", clean(name)),
        None => format!("room {}", source.room),
    };
    let words = match source.trust {
        Trust::Untrusted => "strangers' words among it",
        Trust::Federated => "words from another mesh among it",
        Trust::Local | Trust::Owner => "words of this mesh only",
    };
    match source.since {
        Some(since) => format!("{room}  {words}, read since {since}"),
        None => format!("{room}  {words}"),
    }
}

fn release(context: &Context, text: &str) -> Outcome<()> {
    let http = context.http()?;
    let found = find(&http, text)?;
    let input = ActReleaseInput {
        participant: found.participant.id.to_string(),
        act: found.act,
    };
    let done = http.call::<ActRelease>(input)?;
    if !printed_json(context, &done)? {
        show(&found);
        line(&format!(
            "{} is released, once. @{} has to ask for it again.",
            short(found.act),
            found.participant.handle
        ));
    }
    Ok(())
}

fn decline(context: &Context, text: &str) -> Outcome<()> {
    let http = context.http()?;
    let found = find(&http, text)?;
    let input = ActDeclineInput {
        participant: found.participant.id.to_string(),
        act: found.act,
    };
    let done = http.call::<ActDecline>(input)?;
    if !printed_json(context, &done)? {
        line(&format!(
            "{} is declined. @{} is told so when it asks for it again.",
            short(found.act),
            found.participant.handle
        ));
    }
    Ok(())
}

fn short(act: ActHash) -> String {
    act.to_string().chars().take(SHORT_DIGITS).collect()
}

/// The act that somebody means. What is released is looked at first, so there is no way around the list.
fn find(http: &Http, text: &str) -> Outcome<ActView> {
    let text = text.trim().to_lowercase();
    let mut items = http.call::<ActList>(ActListInput {})?.items;
    if text == "last" {
        items.retain(|act| act.yours && act.released_by.is_none() && act.declined_by.is_none());
        return items.pop().ok_or_else(|| {
            Failure::here(
                "no act waits for your word",
                "`mesh act list` lists what waits for others",
            )
            .so(Effect::NothingDone)
        });
    }
    items.retain(|act| text.len() >= GIVEN_DIGITS_MIN && act.act.to_string().starts_with(&text));
    match items.pop() {
        Some(one) if items.is_empty() => Ok(one),
        Some(_) => Err(Failure::usage(
            format!("'{text}' is the beginning of several acts"),
            "give more of it",
        )
        .so(Effect::NothingDone)),
        None => Err(Failure::usage(
            format!("'{text}' is no act that waits"),
            "`mesh act list` lists them; 'last' is the newest that is yours",
        )
        .so(Effect::NothingDone)),
    }
}
