//! `mesh observe`: watches the stream as an agent and publishes what no single session sees.

use clap::Args;
use mesh_model::api::{
    AgentRegisterInput, EventTypeRegisterInput, MemberRefInput, NoInput, Profile, TokenCreateInput,
};
use mesh_model::events::{Kind, Visibility};
use mesh_model::home::{Entry, Identity};
use mesh_model::ops::{AgentRegister, EventTypeList, EventTypeRegister, MemberAdd, TokenCreate};
use mesh_model::permission::{Permission, PermissionSet};
use mesh_model::{ErrorCode, Seq};
use mesh_observe::{About, OBSERVERS, Said, Settings, Since, Thresholds, Trouble, named};
use mesh_sdk::{Error, Options};
use tokio::signal::unix::{SignalKind, signal};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Watch the stream as an agent and publish what no single session sees
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh observe --list\n          mesh observe conflicts --as lookout --yes --join workshop\n          mesh observe conflicts --dry-run --since 7d        (what it would have said)"
)]
pub struct ObserveArgs {
    /// The observer
    #[arg(required_unless_present = "list")]
    pub name: Option<String>,
    /// List the observers, what they look at and publish, and what they can be tuned by
    #[arg(long, conflicts_with = "name")]
    pub list: bool,
    /// Begin again at the log's beginning and publish what is found from here on: a place in the log, a day, RFC 3339, or so long ago: 90m, 7d
    #[arg(long, value_name = "PLACE|TIME")]
    pub since: Option<String>,
    /// Print what it would publish up to now, and end
    #[arg(long)]
    pub dry_run: bool,
    /// Tune it
    #[arg(long = "set", value_name = "THRESHOLD=NUMBER")]
    pub set: Vec<String>,
    /// Say claims as messages that name whom they concern, instead of events
    #[arg(long)]
    pub tell: bool,
    /// Look at this room only
    #[arg(long, value_name = "ROOM")]
    pub room: Vec<String>,
    /// By the owner's token: let it into this room first
    #[arg(long, value_name = "ROOM", requires = "yes")]
    pub join: Vec<String>,
    /// By the owner's token: register the agent if it is not known here, and the event types that it publishes
    #[arg(long)]
    pub yes: bool,
}

/// `mesh observe`
pub fn observe(context: &Context, args: &ObserveArgs) -> Outcome<()> {
    let Some(name) = &args.name else {
        return list(context);
    };
    let about = named(name).ok_or_else(|| {
        let known: Vec<&str> = OBSERVERS.iter().map(|about| about.name).collect();
        Failure::usage(
            format!("there is no observer '{}'", clean(name)),
            format!("there are {}: mesh observe --list", known.join(", ")),
        )
        .so(Effect::NothingDone)
    })?;
    let settings = settings(context, about, args)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingDone))?;
    let json = context.json;
    let run = mesh_observe::run(about, settings, stopped(), |said| {
        print(json, about, &said);
    });
    runtime.block_on(run).map(drop).map_err(failure)
}

/// Somebody asks the program to end.
pub(super) async fn stopped() {
    let ended = async |kind| match signal(kind) {
        Ok(mut signals) => drop(signals.recv().await),
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = ended(SignalKind::interrupt()) => {}
        () = ended(SignalKind::terminate()) => {}
    }
}

fn settings(context: &Context, about: &'static About, args: &ObserveArgs) -> Outcome<Settings> {
    let thresholds = Thresholds::read(about.thresholds, &args.set).map_err(|why| {
        Failure::usage(why.to_string(), "mesh observe --list shows them").so(Effect::NothingDone)
    })?;
    let since = args.since.as_deref().map(since).transpose()?;
    let (options, handle) = identity(context, about, args)?;
    let folder = Entry::Work.of(&context.home).join(handle).join("observe");
    Ok(Settings {
        options,
        thresholds,
        since,
        dry_run: args.dry_run,
        tell: args.tell,
        rooms: args.room.clone(),
        kept: folder.join(format!("{}.json", about.name)),
    })
}

fn since(text: &str) -> Outcome<Since> {
    match text.parse() {
        Ok(place) => Ok(Since::Place(Seq(place))),
        Err(_) => Ok(Since::Moment(times::moment(text, times::DAY_BEGINS)?)),
    }
}

/// As whom it observes. A dry run publishes nothing and may be anybody; whatever is published has an agent of its own as its
/// author, so that claims are told from words and an observer is told from whom it observes.
fn identity(context: &Context, about: &About, args: &ObserveArgs) -> Outcome<(Options, String)> {
    let Some(handle) = context.identity() else {
        if args.dry_run {
            return Ok((context.options()?, String::new()));
        }
        return Err(Failure::usage(
            "nobody is named who is to observe",
            format!(
                "name an agent: mesh observe {} --as lookout --yes",
                about.name
            ),
        )
        .so(Effect::NothingDone));
    };
    let handle = handle.trim_start_matches('@').to_owned();
    if args.yes {
        let newcomer = Newcomer {
            kind: Kind::Agent,
            permissions: MAY.into_iter().collect(),
            label: "mesh observe",
        };
        register(context, &handle, &newcomer)?;
        prepare(&context.owner(), about, &handle, &args.join)?;
    }
    Ok((context.options()?, handle))
}

/// What an observer may: read what its rooms let it, and speak there. It creates no work and changes nobody.
const MAY: [Permission; 4] = [
    Permission::MessagesRead,
    Permission::MessagesWrite,
    Permission::TasksRead,
    Permission::AgentsRead,
];

/// A client that comes in by the owner's leave.
pub(super) struct Newcomer {
    /// What it is.
    pub kind: Kind,
    /// What its token may ask for.
    pub permissions: PermissionSet,
    /// What its token is called.
    pub label: &'static str,
}

/// The client's own token: the one kept here, or a new one by the owner's leave.
pub(super) fn register(
    context: &Context,
    handle: &str,
    newcomer: &Newcomer,
) -> Outcome<Option<Identity>> {
    if context.load_identity(handle).is_ok() {
        return Ok(None);
    }
    let owner = context.owner();
    let http = owner.http()?;
    let permissions = Some(newcomer.permissions);
    let (key, _) = context.key_for(handle)?;
    let registered = http.call::<AgentRegister>(AgentRegisterInput {
        agent: handle.to_owned(),
        kind: Some(newcomer.kind),
        key: Some(key),
        parent: None,
        parent_proof: None,
        preset: None,
        permissions,
        visibility: Visibility::Public,
        profile: Profile::default(),
    });
    let token = match registered {
        Ok(registered) => registered.token,
        // Registered before, but its token is not on this machine.
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::NameTaken => {
            let input = TokenCreateInput {
                participant: handle.to_owned(),
                preset: None,
                permissions,
                expires: None,
                label: newcomer.label.to_owned(),
            };
            http.call::<TokenCreate>(input)?.token
        }
        Err(other) => return Err(other.into()),
    };
    owner
        .keep_identity(handle, token.unwrap_or_default())
        .map(Some)
}

/// The event types that it publishes and the rooms it is to be in, by the owner's leave.
fn prepare(owner: &Context, about: &About, handle: &str, rooms: &[String]) -> Outcome<()> {
    let http = owner.http()?;
    let known = http.call::<EventTypeList>(NoInput {})?.items;
    for published in about.published {
        let there = known.iter().find(|known| known.name == published.kind);
        let schema = published.schema();
        if there.is_some_and(|there| *there.schema == schema) {
            continue;
        }
        http.call::<EventTypeRegister>(EventTypeRegisterInput {
            name: published.kind.to_owned(),
            schema,
            about: published.about.to_owned(),
        })?;
    }
    for room in rooms {
        let member = MemberRefInput {
            room: room.clone(),
            participant: handle.to_owned(),
        };
        match http.call::<MemberAdd>(member) {
            Err(Error::Refused(refusal)) if refusal.code == ErrorCode::Conflict => {}
            added => {
                added?;
            }
        }
    }
    Ok(())
}

fn failure(why: Trouble) -> Failure {
    match why {
        Trouble::Sdk(Error::Refused(refusal)) if refusal.code == ErrorCode::NotFound => {
            Failure::here(
                refusal.to_string(),
                "what it publishes has to be registered once: run it with --yes",
            )
        }
        Trouble::Sdk(why) => why.into(),
        Trouble::Keep { .. } => {
            Failure::here(why.to_string(), "check the folder's owner and free space")
        }
    }
}

fn list(context: &Context) -> Outcome<()> {
    let told: Vec<_> = OBSERVERS.iter().map(About::told).collect();
    if printed_json(context, &told)? {
        return Ok(());
    }
    for about in OBSERVERS {
        let published: Vec<&str> = about.published.iter().map(|one| one.kind).collect();
        line(&format!(
            "{}: {}",
            paint(Colour::Agent, about.name),
            about.says
        ));
        line(&format!("  publishes {}", published.join(", ")));
        line(&format!("  looks at {}", about.inputs.join(", ")));
        let rows = about.thresholds.iter().map(|one| {
            vec![
                format!("  {}", one.name),
                format!("{} {}", one.default, one.unit),
                format!("{} to {}", one.least, one.most),
                format!("{} ({})", one.about, one.why),
            ]
        });
        table(
            &["  threshold", "is", "may be", "what it does"],
            &rows.collect::<Vec<_>>(),
        );
    }
    Ok(())
}

fn print(json: bool, about: &About, said: &Said<'_>) {
    if json {
        line(&said.told().to_string());
        return;
    }
    match said {
        Said::Began { after } => line(&paint(
            Colour::Quiet,
            &format!(
                "{} observes from place {after} on. Ctrl-C ends it; it goes on from there.",
                about.name
            ),
        )),
        Said::Claimed { claim, published } => {
            let places: Vec<String> = claim
                .evidence
                .iter()
                .map(|one| one.seq.to_string())
                .collect();
            let word = if *published { "said" } else { "would say" };
            line(&format!(
                "{} {} ({}, {} % sure; places {})",
                paint(Colour::Warning, word),
                clean(&claim.says),
                claim.rule,
                claim.confidence,
                places.join(", ")
            ));
        }
        Said::Refused { claim, why } => line(&format!(
            "{} {}: {why}",
            paint(Colour::Bad, "not let say"),
            clean(&claim.says)
        )),
        Said::Withheld => line(&paint(
            Colour::Quiet,
            "withheld: this hour has had its claims",
        )),
        Said::CaughtUp(outcome) => line(&paint(
            Colour::Quiet,
            &format!(
                "{} events looked at up to place {} in {} ms; claims: {}",
                outcome.events, outcome.position, outcome.caught_up_ms, outcome.claims
            ),
        )),
    }
}
