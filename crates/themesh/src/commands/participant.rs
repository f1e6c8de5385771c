//! Who is here, and registering somebody new.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mesh_model::api::{
    AgentRegisterInput, NoInput, ParentProof, ParticipantListInput, ParticipantRefInput, Profile,
};
use mesh_model::events::{Kind, Visibility};
use mesh_model::ops::{AgentRegister, ParticipantGet, ParticipantList, StatusGet};
use mesh_sdk::{Error, Signer};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::input::parse;
use crate::output::{Colour, line, paint, printed_json, table};

/// List who is here
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh who rust")]
pub struct WhoArgs {
    /// Only those whose handle, skills, roles or summary have these words
    pub query: Vec<String>,
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
            kind: None,
            present: false,
        })?;
    if printed_json(context, &people)? {
        return Ok(());
    }
    let rows: Vec<_> = people
        .items
        .iter()
        .map(|who| {
            let state = serde_json::to_value(who.presence.state).unwrap_or_default();
            vec![
                format!("@{}", who.handle),
                who.kind.name().to_owned(),
                who.trust.name().to_owned(),
                state.as_str().unwrap_or_default().to_owned(),
                who.presence
                    .summary
                    .clone()
                    .unwrap_or_else(|| who.profile.about.clone()),
            ]
        })
        .collect();
    table(&["who", "kind", "trust", "state", "doing"], &rows);
    Ok(())
}

/// `mesh register`
pub fn register(context: &Context, args: RegisterArgs) -> Outcome<()> {
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
                format!(
                    "there is no key in {}; nobody was registered",
                    file.display()
                ),
                format!("name the file of @{}'s key", found.handle),
            ));
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
