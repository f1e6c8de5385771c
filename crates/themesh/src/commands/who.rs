//! Who is here, and registering somebody new.

use mesh_model::api::{AgentRegisterInput, ParticipantListInput, Profile};
use mesh_model::events::{Kind, Visibility};
use mesh_model::ops::{AgentRegister, ParticipantList};

use crate::cli::KindArg;
use crate::commands::{parse, printed_json};
use crate::context::{Context, Identity};
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, table};

/// `mesh who`
pub fn who(context: &Context, query: &[String]) -> Outcome<()> {
    let q = (!query.is_empty()).then(|| query.join(" "));
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
pub fn register(context: &Context, handle: String, kind: KindArg, preset: &str) -> Outcome<()> {
    let preset = parse(preset, "presets: worker, mobile, commander, admin, viewer")?;
    let input = AgentRegisterInput {
        agent: handle,
        kind: Some(kind.into()),
        key: None,
        preset: Some(preset),
        permissions: None,
        visibility: Visibility::default(),
        profile: Profile::default(),
    };
    let registered = context.http()?.call::<AgentRegister>(input)?;
    context.save_identity(&Identity {
        handle: registered.handle.clone(),
        url: context.url()?,
        token: registered.token.clone().unwrap_or_default(),
        key: None,
    })?;
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
