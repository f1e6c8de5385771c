//! Inlets: programs outside that knock, and what becomes of it.

use std::collections::BTreeMap;
use std::io::{Read, stdin};

use clap::{Subcommand, ValueEnum};
use mesh_model::InletId;
use mesh_model::api::{
    Inlet, InletCreateInput, InletDelivery, InletOutcome, InletPreview, InletRedeliverInput,
    InletRefInput, InletRotateInput, InletSecret, InletState, InletTestInput, NoInput,
};
use mesh_model::events::{InletKind, InletMakes};
use mesh_model::ops::{
    InletCreate, InletDelete, InletDeliveries, InletGet, InletList, InletPause, InletRedeliver,
    InletResume, InletRotate, InletTest,
};
use mesh_sdk::http::Http;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Inlets: let programs outside knock, and have what they tell in a room
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh inlet add --room ops --kind github")]
pub enum InletVerb {
    /// Add an inlet; its secret is shown once
    #[command(
        after_help = "Examples: mesh inlet add --room ops --kind github --events push,pull_request.opened\n          mesh inlet add --room ops --kind uptime-kuma --mention ada\n          mesh inlet add --room ops --kind sentry --secret-stdin < client-secret\n          mesh inlet add --room ops --kind github --make task --events issues.opened --title 'Triage #{{issue.number}}' --text 'Read {{issue.html_url}}.'"
    )]
    Add(Box<AddArgs>),
    /// List the inlets
    #[command(after_help = "Example: mesh inlet list")]
    List,
    /// Show an inlet
    #[command(after_help = "Example: mesh inlet show last")]
    Show(InletRef),
    /// Show the last deliveries, and what came of each
    #[command(after_help = "Example: mesh inlet deliveries last")]
    Deliveries(InletRef),
    /// Carry out a delivery once more
    #[command(after_help = "Example: mesh inlet redeliver 7 --inlet last")]
    Redeliver {
        /// Its number: mesh inlet deliveries
        number: u32,
        /// The inlet: its id, the end of it, or 'last'
        #[arg(long, default_value = "last")]
        inlet: String,
    },
    /// See what a sample becomes, or a payload on standard input; nothing is stored without --deliver
    #[command(
        after_help = "Examples: mesh inlet test last --event push\n          mesh inlet test last --event issues --stdin < payload.json"
    )]
    Test {
        #[command(flatten)]
        inlet: InletRef,
        /// Which event of the sender's
        #[arg(long)]
        event: Option<String>,
        /// Take the payload from standard input
        #[arg(long)]
        stdin: bool,
        /// Carry it out as if it had come
        #[arg(long)]
        deliver: bool,
    },
    /// Let it take nothing for a while
    #[command(after_help = "Example: mesh inlet pause last")]
    Pause(InletRef),
    /// Let it take deliveries again
    #[command(after_help = "Example: mesh inlet resume last")]
    Resume(InletRef),
    /// Draw a new secret; the old one holds beside it for a day
    #[command(after_help = "Example: mesh inlet rotate last")]
    Rotate {
        #[command(flatten)]
        inlet: InletRef,
        /// Take the sender's secret from standard input
        #[arg(long)]
        secret_stdin: bool,
    },
    /// Remove it for good, its secrets too
    #[command(after_help = "Example: mesh inlet remove last")]
    Remove(InletRef),
}

#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The room in which deliveries appear
    #[arg(long)]
    room: String,
    /// Who knocks
    #[arg(long, value_enum, default_value = "generic")]
    kind: KindArg,
    /// The handle of the bridge as which deliveries appear; that of the kind if absent
    #[arg(long, value_name = "HANDLE")]
    name: Option<String>,
    /// What becomes of a delivery
    #[arg(
        long = "make",
        value_name = "WHAT",
        value_enum,
        default_value = "message"
    )]
    makes: MakesArg,
    /// Only these events, such as push or issues.opened
    #[arg(long, value_name = "EVENT", value_delimiter = ',')]
    events: Vec<String>,
    /// The title of its tasks, with {{path}} for what stands there in the delivery
    #[arg(long, default_value = "", hide_default_value = true)]
    title: String,
    /// The text of its messages or the prompt of its tasks; a sentence of ours if absent
    #[arg(long, default_value = "", hide_default_value = true)]
    text: String,
    /// What stands in a blank of the template or a field of the event
    #[arg(long = "set", value_name = "NAME=TEXT")]
    values: Vec<String>,
    /// Whom its messages name; what is delivered names nobody
    #[arg(long = "mention", value_name = "HANDLE")]
    mentions: Vec<String>,
    /// Let what was delivered go along as data
    #[arg(long)]
    data: bool,
    /// Of which registered type its events are
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// From which template its tasks are
    #[arg(long)]
    template: Option<String>,
    /// What a worker of its tasks must be able to do
    #[arg(long)]
    capability: Option<String>,
    /// Who is to do its tasks
    #[arg(long, value_name = "HANDLE")]
    assign: Option<String>,
    /// Take the sender's secret from standard input: on the command line others would see it
    #[arg(long)]
    secret_stdin: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum KindArg {
    Generic,
    Github,
    Gitlab,
    UptimeKuma,
    Sentry,
    Stripe,
    Standard,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MakesArg {
    Message,
    Event,
    Task,
    Template,
}

impl From<KindArg> for InletKind {
    fn from(kind: KindArg) -> InletKind {
        match kind {
            KindArg::Generic => InletKind::Generic,
            KindArg::Github => InletKind::Github,
            KindArg::Gitlab => InletKind::Gitlab,
            KindArg::UptimeKuma => InletKind::UptimeKuma,
            KindArg::Sentry => InletKind::Sentry,
            KindArg::Stripe => InletKind::Stripe,
            KindArg::Standard => InletKind::Standard,
        }
    }
}

impl From<MakesArg> for InletMakes {
    fn from(makes: MakesArg) -> InletMakes {
        match makes {
            MakesArg::Message => InletMakes::Message,
            MakesArg::Event => InletMakes::Event,
            MakesArg::Task => InletMakes::Task,
            MakesArg::Template => InletMakes::Template,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct InletRef {
    /// The inlet: its id, the end of it, or 'last'
    #[arg(default_value = "last")]
    pub inlet: String,
}

/// `mesh inlet …`
pub fn inlet(context: &Context, verb: InletVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        InletVerb::Add(args) => add(context, &http, *args),
        InletVerb::List => list(context, &http),
        InletVerb::Show(wanted) => {
            let inlet = find(&http, &wanted.inlet)?;
            let found = http.call::<InletGet>(InletRefInput { inlet })?;
            if !printed_json(context, &found)? {
                show(context, &found)?;
            }
            Ok(())
        }
        InletVerb::Deliveries(wanted) => {
            let inlet = find(&http, &wanted.inlet)?;
            let list = http.call::<InletDeliveries>(InletRefInput { inlet })?;
            if !printed_json(context, &list)? {
                deliveries(&list.items);
            }
            Ok(())
        }
        InletVerb::Redeliver { number, inlet } => {
            let inlet = find(&http, &inlet)?;
            let came = http.call::<InletRedeliver>(InletRedeliverInput { inlet, number })?;
            if !printed_json(context, &came)? {
                line(&outcome(&came));
            }
            Ok(())
        }
        InletVerb::Test {
            inlet,
            event,
            stdin,
            deliver,
        } => {
            let payload = stdin.then(payload).transpose()?;
            let input = InletTestInput {
                inlet: find(&http, &inlet.inlet)?,
                event,
                payload,
                deliver,
            };
            let made = http.call::<InletTest>(input)?;
            if !printed_json(context, &made)? {
                preview(&made);
            }
            Ok(())
        }
        InletVerb::Pause(wanted) => {
            let inlet = find(&http, &wanted.inlet)?;
            let done = http.call::<InletPause>(InletRefInput { inlet })?;
            said(
                context,
                &done,
                "it takes nothing; mesh inlet resume lets it go on",
            )
        }
        InletVerb::Resume(wanted) => {
            let inlet = find(&http, &wanted.inlet)?;
            let done = http.call::<InletResume>(InletRefInput { inlet })?;
            said(context, &done, "it takes deliveries again")
        }
        InletVerb::Rotate {
            inlet,
            secret_stdin,
        } => {
            let inlet = find(&http, &inlet.inlet)?;
            let secret = secret_stdin.then(given_secret).transpose()?;
            let made = http.call::<InletRotate>(InletRotateInput { inlet, secret })?;
            if printed_json(context, &made)? {
                return Ok(());
            }
            secret_line(&made);
            line(&paint(
                Colour::Quiet,
                "Enter it at the sender's within a day: so long the old one holds too.",
            ));
            Ok(())
        }
        InletVerb::Remove(wanted) => {
            let inlet = find(&http, &wanted.inlet)?;
            let done = http.call::<InletDelete>(InletRefInput { inlet })?;
            said(context, &done, "it is gone for good")
        }
    }
}

fn said(context: &Context, done: &impl serde::Serialize, text: &str) -> Outcome<()> {
    if !printed_json(context, done)? {
        line(text);
    }
    Ok(())
}

fn add(context: &Context, http: &Http, args: AddArgs) -> Outcome<()> {
    let secret = args.secret_stdin.then(given_secret).transpose()?;
    let kind = InletKind::from(args.kind);
    let makes = InletMakes::from(args.makes);
    let made = http.call::<InletCreate>(InletCreateInput {
        room: args.room,
        name: args.name,
        kind,
        makes,
        events: args.events,
        title: args.title,
        text: args.text,
        values: values(&args.values)?,
        mentions: args.mentions,
        data: args.data,
        event_type: args.event_type,
        template: args.template,
        capability: args.capability,
        assigned: args.assign,
        secret,
    })?;
    if printed_json(context, &made)? {
        return Ok(());
    }
    line(&format!("inlet {}", made.id));
    line(&format!("  address  {}", address(context, &made.endpoint)?));
    secret_line(&made);
    line(&paint(Colour::Quiet, how(kind)));
    if matches!(makes, InletMakes::Task | InletMakes::Template) {
        line(&paint(
            Colour::Quiet,
            "Its tasks are refused until the room's creator names its bridge under execution.peers in the room's policy.",
        ));
    }
    line(&paint(
        Colour::Quiet,
        "See what a delivery becomes: mesh inlet test",
    ));
    Ok(())
}

/// How the secret gets to the sender.
fn how(kind: InletKind) -> &'static str {
    match kind {
        InletKind::Github => {
            "At GitHub: Settings, Webhooks, Add webhook; content type application/json. The secret is not shown again."
        }
        InletKind::Gitlab => {
            "At GitLab: Settings, Webhooks, Add new webhook; the secret is the secret token. It is not shown again."
        }
        InletKind::UptimeKuma => {
            "At Uptime Kuma: a notification of the type Webhook, with the header X-Webhook-Secret. The secret is not shown again."
        }
        InletKind::Sentry | InletKind::Stripe | InletKind::Standard => {
            "The sender signs with the secret. It is not shown again."
        }
        InletKind::Generic => {
            "The sender shows the secret in the header X-Webhook-Secret. It is not shown again."
        }
    }
}

/// As this program knows the node; senders may know it by another name.
fn address(context: &Context, path: &str) -> Outcome<String> {
    Ok(format!("{}{path}", context.url()?.trim_end_matches('/')))
}

fn secret_line(made: &InletSecret) {
    if let Some(secret) = &made.secret {
        line(&format!("  secret   {secret}"));
    }
}

fn values(given: &[String]) -> Outcome<BTreeMap<String, String>> {
    let pairs = given.iter().map(|pair| {
        let (name, text) = pair.split_once('=').ok_or_else(|| {
            Failure::usage(
                format!("'{pair}' is no NAME=TEXT"),
                "write --set report='{{issue.html_url}}'",
            )
            .so(Effect::NothingChanged)
        })?;
        Ok((name.to_owned(), text.to_owned()))
    });
    pairs.collect()
}

fn read_stdin() -> Outcome<String> {
    let mut text = String::new();
    stdin().read_to_string(&mut text).map_err(|why| {
        Failure::usage(
            format!("standard input cannot be read: {why}"),
            "give it as UTF-8",
        )
        .so(Effect::NothingChanged)
    })?;
    Ok(text)
}

fn given_secret() -> Outcome<String> {
    Ok(read_stdin()?.trim().to_owned())
}

/// The inlet that is meant.
fn find(http: &Http, wanted: &str) -> Outcome<InletId> {
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    let all = http.call::<InletList>(NoInput {})?.items;
    let mut found = all
        .iter()
        .map(|inlet| inlet.id)
        .filter(|id| wanted == "last" || id.to_string().ends_with(wanted));
    let last = found.next_back();
    match (last, found.next_back()) {
        (Some(id), None) => Ok(id),
        (Some(id), Some(_)) if wanted == "last" => Ok(id),
        (Some(_), Some(_)) => Err(Failure::usage(
            format!("several inlets end in '{wanted}'"),
            "write more of the id: mesh inlet list",
        )
        .so(Effect::NothingChanged)),
        (None, _) => Err(Failure::usage(
            format!("there is no inlet '{wanted}'"),
            "mesh inlet list shows those that there are",
        )
        .so(Effect::NothingChanged)),
    }
}

fn short(id: InletId) -> String {
    let id = id.to_string();
    id[id.len() - 6..].to_owned()
}

fn state(inlet: &Inlet) -> &'static str {
    match inlet.state {
        InletState::Active => "active",
        InletState::Paused => "paused",
        InletState::Over => "over: a right that it stands on has ended",
    }
}

fn list(context: &Context, http: &Http) -> Outcome<()> {
    let list = http.call::<InletList>(NoInput {})?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("No inlets yet. Add one: mesh inlet add --room ROOM --kind github");
        return Ok(());
    }
    let rows = list.items.iter().map(|inlet| {
        vec![
            short(inlet.id),
            inlet.kind.name().to_owned(),
            format!("@{}", inlet.participant.handle),
            makes(inlet.makes).to_owned(),
            state(inlet).to_owned(),
            inlet.came.to_string(),
            inlet.wrong.to_string(),
        ]
    });
    table(
        &["inlet", "kind", "as", "makes", "state", "came", "wrong"],
        &rows.collect::<Vec<_>>(),
    );
    Ok(())
}

fn makes(makes: InletMakes) -> &'static str {
    match makes {
        InletMakes::Message => "messages",
        InletMakes::Event => "events",
        InletMakes::Task => "tasks",
        InletMakes::Template => "tasks from a template",
    }
}

fn show(context: &Context, inlet: &Inlet) -> Outcome<()> {
    line(&format!("inlet {}", inlet.id));
    line(&format!(
        "  address  {}",
        address(context, &inlet.endpoint)?
    ));
    line(&format!("  kind     {}", inlet.kind.name()));
    line(&format!("  as       @{}", inlet.participant.handle));
    line(&format!("  room     {}", inlet.room));
    line(&format!("  makes    {}", makes(inlet.makes)));
    line(&format!("  state    {}", state(inlet)));
    let events: Vec<String> = inlet.events.iter().map(|event| clean(event)).collect();
    let events = if events.is_empty() {
        "all".to_owned()
    } else {
        events.join(", ")
    };
    line(&format!("  events   {events}"));
    for (what, text) in [("title", &inlet.title), ("text", &inlet.text)] {
        if !text.is_empty() {
            line(&format!("  {what:<8} {}", clean(text)));
        }
    }
    for value in &inlet.values {
        line(&format!(
            "  set      {}={}",
            clean(&value.name),
            clean(&value.from)
        ));
    }
    line(&format!(
        "  came     {} since the node was started, {} not proved",
        inlet.came, inlet.wrong
    ));
    if let Some(until) = inlet.old_secret_until {
        line(&format!(
            "  old secret holds until {}",
            times::relative(until)
        ));
    }
    Ok(())
}

fn outcome(came: &InletDelivery) -> String {
    let seq = came.seq.map(|seq| format!(" ({seq})")).unwrap_or_default();
    match came.outcome {
        InletOutcome::Accepted => format!("accepted{seq}"),
        InletOutcome::Held => format!("held for a moderator{seq}"),
        InletOutcome::Refused => format!(
            "refused: {}",
            came.why.as_deref().map(clean).unwrap_or_default()
        ),
        InletOutcome::Duplicate => "came before".to_owned(),
        InletOutcome::Filtered => "not wanted".to_owned(),
    }
}

fn deliveries(items: &[InletDelivery]) {
    if items.is_empty() {
        line("Nothing came since the node was started.");
        return;
    }
    let rows = items.iter().map(|one| {
        let again = one.again.map(|of| format!(" (again: {of})"));
        vec![
            format!("{}{}", one.number, again.unwrap_or_default()),
            times::relative(one.at),
            clean(&one.event),
            outcome(one),
            format!("{} ms", one.took_ms),
        ]
    });
    table(
        &["number", "at", "event", "outcome", "took"],
        &rows.collect::<Vec<_>>(),
    );
}

fn payload() -> Outcome<Map<String, Value>> {
    serde_json::from_str(&read_stdin()?).map_err(|why| {
        Failure::usage(
            format!("standard input is no JSON object: {why}"),
            "give the payload as the sender sends it",
        )
        .so(Effect::NothingChanged)
    })
}

fn preview(made: &InletPreview) {
    let wanted = if made.wanted { "" } else { " (not wanted)" };
    line(&format!("event   {}{wanted}", clean(&made.event)));
    line(&format!(
        "from    {}, by {}",
        clean(&made.origin),
        clean(&made.sender)
    ));
    if !made.title.is_empty() {
        line(&format!("title   {}", clean(&made.title)));
    }
    line("");
    made.text.lines().for_each(|text| line(&clean(text)));
    if let Some(data) = &made.data {
        let json = serde_json::to_string_pretty(&**data).unwrap_or_default();
        line("");
        json.lines().for_each(|text| line(&clean(text)));
    }
    if let Some(came) = &made.delivery {
        line("");
        line(&outcome(came));
    }
}
