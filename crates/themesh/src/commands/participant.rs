//! Who is here, and registering somebody new.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use mesh_model::api::{
    AgentRegisterInput, FoundIn, NoInput, ParentProof, ParticipantListInput, ParticipantRefInput,
    ParticipantUpdateInput, PresenceState, Profile, Reachability, Registered, Standing, StandingIn,
};
use mesh_model::events::{AddedBy, Kind, Visibility};
use mesh_model::ops::{
    AgentRegister, ParticipantGet, ParticipantList, ParticipantStanding, ParticipantUpdate,
    StatusGet,
};
use mesh_sdk::{Error, Signer};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::parse;
use crate::output::{Colour, line, paint, printed_json, table};

/// List who is here
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh who rust\n          mesh who --role reviewer --state idle\n\nThe nearest come first; the last column says where the words were found."
)]
pub struct WhoArgs {
    /// Only those whose handle, name, skills, roles, groups, kinds of work or summary have these words
    pub query: Vec<String>,
    /// Only those with this role
    #[arg(long)]
    pub role: Option<String>,
    /// Only those in this group
    #[arg(long)]
    pub group: Option<String>,
    /// Only those who name this skill
    #[arg(long)]
    pub skill: Option<String>,
    /// Only those who take work of this kind
    #[arg(long)]
    pub capability: Option<String>,
    /// Only those whose presence is this
    #[arg(long, value_parser = ["idle", "busy", "dnd", "away", "offline"])]
    pub state: Option<String>,
}

/// Register an agent and keep its token for --as
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh register rex && mesh --as rex say general 'hello'\n          mesh register cub --parent rex --parent-key ~/.mesh/keys/rex.key"
)]
pub struct RegisterArgs {
    /// Its handle: a-z, 0-9 and '-'
    pub handle: String,
    /// What kind of participant it is
    #[arg(long, value_enum, default_value = "agent")]
    pub kind: KindArg,
    /// What it may ask for: worker, mobile, commander, admin or viewer
    #[arg(long, default_value = "worker")]
    pub preset: String,
    /// Who answers for it (default: the one who acts)
    #[arg(long, value_name = "HANDLE")]
    pub parent: Option<String>,
    /// The file of the parent's key, by which it agrees (default: the one kept here, if any)
    #[arg(long, value_name = "FILE", requires = "parent")]
    pub parent_key: Option<PathBuf>,
}

/// Show who stands behind a participant, and say who may bring it into rooms
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh participant show rex")]
pub enum ParticipantVerb {
    /// Show who stands behind a participant, where it is, and what it may do there
    #[command(after_help = "Example: mesh participant show rex")]
    Show {
        /// The participant
        handle: String,
    },
    /// Say who may bring a participant into rooms without an invitation
    #[command(
        after_help = "Example: mesh participant added-by rex people\n\nAgents begin with above, people with people. Anybody else who moderates a room invites."
    )]
    AddedBy {
        /// The participant: yourself, or one below you
        handle: String,
        /// nobody: itself alone; above: those above it too; people: people of this mesh too
        whom: AddedByArg,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AddedByArg {
    Nobody,
    Above,
    People,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    Human,
    Agent,
    Bot,
    Bridge,
}

/// `mesh who`
pub fn who(context: &Context, args: WhoArgs) -> Outcome<()> {
    let q = (!args.query.is_empty()).then(|| args.query.join(" "));
    let people = context
        .http()?
        .call::<ParticipantList>(ParticipantListInput {
            q,
            role: args.role,
            group: args.group,
            skill: args.skill,
            capability: args.capability,
            state: args.state.as_deref().and_then(state_named),
            ..ParticipantListInput::default()
        })?;
    if printed_json(context, &people)? {
        return Ok(());
    }
    let searched = people.items.iter().any(|who| !who.found_in.is_empty());
    let rows: Vec<_> = people
        .items
        .iter()
        .map(|who| {
            let state = serde_json::to_value(who.presence.state).unwrap_or_default();
            let mut row = vec![
                format!("@{}", who.handle),
                who.kind.name().to_owned(),
                who.trust.name().to_owned(),
                state.as_str().unwrap_or_default().to_owned(),
                who.presence.reach.map_or("", reached).to_owned(),
                who.presence
                    .summary
                    .as_ref()
                    .unwrap_or(&who.profile.about)
                    .to_string(),
            ];
            if searched {
                row.push(places(&who.found_in));
            }
            row
        })
        .collect();
    let mut heads = vec!["who", "kind", "trust", "state", "reached", "doing"];
    if searched {
        heads.push("found in");
    }
    table(&heads, &rows);
    Ok(())
}

/// Where the searched words were found.
fn places(found: &[FoundIn]) -> String {
    let names = found.iter().map(|place| match place {
        FoundIn::Handle => "handle",
        FoundIn::Name => "name",
        FoundIn::Role => "role",
        FoundIn::Group => "group",
        FoundIn::Skill => "skill",
        FoundIn::Capability => "kind of work",
        FoundIn::Summary => "doing",
        FoundIn::About => "about",
    });
    names.collect::<Vec<_>>().join(", ")
}

fn state_named(name: &str) -> Option<PresenceState> {
    serde_json::from_value(name.into()).ok()
}

fn reached(reach: Reachability) -> &'static str {
    match reach {
        Reachability::AtOnce => "at once",
        Reachability::NextTurn => "at its next turn",
        Reachability::WhenAsked => "when it asks",
    }
}

/// `mesh participant …`
pub fn participant(context: &Context, verb: ParticipantVerb) -> Outcome<()> {
    match verb {
        ParticipantVerb::Show { handle } => show(context, handle),
        ParticipantVerb::AddedBy { handle, whom } => {
            let added_by = match whom {
                AddedByArg::Nobody => AddedBy::Nobody,
                AddedByArg::Above => AddedBy::Above,
                AddedByArg::People => AddedBy::People,
            };
            let done = context
                .http()?
                .call::<ParticipantUpdate>(ParticipantUpdateInput {
                    participant: handle.clone(),
                    visibility: None,
                    added_by: Some(added_by),
                    profile: None,
                })?;
            if !printed_json(context, &done)? {
                let handle = handle.trim_start_matches('@');
                line(&format!("@{handle} comes into rooms {}", brought(added_by)));
            }
            Ok(())
        }
    }
}

fn brought(by: AddedBy) -> &'static str {
    match by {
        AddedBy::Nobody => "by its own act or an invitation that it accepts",
        AddedBy::Above => "by its own act, by those above it, or by an invitation",
        AddedBy::People => "by its own act, by people of this mesh, or by an invitation",
    }
}

fn show(context: &Context, participant: String) -> Outcome<()> {
    let found = context
        .http()?
        .call::<ParticipantStanding>(ParticipantRefInput { participant })?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    line(&who_answers(&found));
    line(&format!("comes into rooms {}", brought(found.added_by)));
    if found.rooms.is_empty() {
        line("is in no room that you may know of");
        return Ok(());
    }
    let rows: Vec<_> = found.rooms.iter().map(standing_row).collect();
    table(&["room", "may", "its own side"], &rows);
    Ok(())
}

fn who_answers(found: &Standing) -> String {
    let who = &found.participant;
    let behind = match &found.behind {
        Some(person) if person.id == who.id => "answers for itself".to_owned(),
        Some(person) => format!("@{} stands behind it", person.handle),
        None => "you do not see who stands behind it".to_owned(),
    };
    let above: Vec<_> = found
        .above
        .iter()
        .map(|one| format!("@{}", one.handle))
        .collect();
    let above = if above.is_empty() {
        String::new()
    } else {
        format!("; above it: {}", above.join(", "))
    };
    let (kind, trust) = (who.kind.name(), who.trust.name());
    format!("@{}: {kind}, {trust}; {behind}{above}", who.handle)
}

fn standing_row(one: &StandingIn) -> Vec<String> {
    let name = one.name.clone().unwrap_or_else(|| one.room.to_string());
    let may: Vec<_> = one.capabilities.iter().map(|it| it.name()).collect();
    let side = match one.agreed {
        None => String::new(),
        Some(agreed) => {
            let runs = if agreed { "runs" } else { "does not run" };
            let by = one.agreed_by.as_ref();
            let by = by.map_or_else(|| "the node".to_owned(), |by| format!("@{}", by.handle));
            let answering: Vec<_> = one
                .answered_by
                .iter()
                .map(|who| format!("@{}", who.handle))
                .collect();
            if answering.is_empty() {
                format!("{runs} what is asked, said {by}")
            } else {
                format!(
                    "{runs} what is asked, said {by}; answered by {}",
                    answering.join(", ")
                )
            }
        }
    };
    let may = if one.member {
        may.join(" ")
    } else {
        "not a member".to_owned()
    };
    vec![name, may, side]
}

/// `mesh register`
pub fn register(context: &Context, args: RegisterArgs) -> Outcome<()> {
    let kind = args.kind;
    let registered = bring_in(context, args)?;
    if !printed_json(context, &registered)? {
        let name = paint(
            Colour::of_kind(Kind::from(kind).name()),
            &format!("@{}", registered.handle),
        );
        line(&format!(
            "{name} is registered; act as it with --as {}",
            registered.handle
        ));
    }
    Ok(())
}

/// Registers somebody and keeps key and token.
pub fn bring_in(context: &Context, args: RegisterArgs) -> Outcome<Registered> {
    let RegisterArgs { handle, kind, .. } = args;
    let parent_proof = match &args.parent {
        Some(parent) => agreement(context, parent, args.parent_key.as_deref(), &handle)?,
        None => None,
    };
    let preset = parse(
        &args.preset,
        "presets: worker, mobile, commander, admin, viewer",
    )?;
    let (key, fresh) = context.key_for(&handle)?;
    let input = AgentRegisterInput {
        agent: handle.clone(),
        kind: Some(kind.into()),
        key: Some(key),
        parent: args.parent,
        parent_proof,
        preset: Some(preset),
        permissions: None,
        visibility: Visibility::default(),
        profile: Profile::default(),
    };
    let registered = match context.http()?.call::<AgentRegister>(input) {
        Err(Error::Refused(refusal)) => {
            if fresh {
                // A key that belongs to nobody is of no use.
                let _ = std::fs::remove_file(context.key_path(&handle)?);
            }
            return Err(refusal.into());
        }
        answer => answer?,
    };
    context.rename_key(&handle, &registered.handle)?;
    let token = registered.token.clone().unwrap_or_default();
    context.keep_identity(&registered.handle, token)?;
    Ok(registered)
}

/// What the parent signs: that it answers for a participant of this handle. Without a key at hand
/// the node decides whether the one who acts may speak for the parent.
fn agreement(
    context: &Context,
    parent: &str,
    key: Option<&Path>,
    handle: &str,
) -> Outcome<Option<ParentProof>> {
    let http = context.http()?;
    let found = http.call::<ParticipantGet>(ParticipantRefInput {
        participant: parent.to_owned(),
    })?;
    let kept = context.key_path(&found.handle)?;
    let signer = match (Signer::load(key.unwrap_or(&kept))?, key) {
        (Some(signer), _) => signer,
        (None, None) => return Ok(None),
        (None, Some(file)) => {
            return Err(Failure::here(
                format!("there is no key in {}", file.display()),
                format!("name the file of @{}'s key", found.handle),
            )
            .so(Effect::NobodyRegistered));
        }
    };
    let mesh = http.call::<StatusGet>(NoInput {})?.mesh;
    Ok(Some(signer.agree(mesh, found.id, handle)))
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Kind {
        match kind {
            KindArg::Human => Kind::Human,
            KindArg::Agent => Kind::Agent,
            KindArg::Bot => Kind::Bot,
            KindArg::Bridge => Kind::Bridge,
        }
    }
}
