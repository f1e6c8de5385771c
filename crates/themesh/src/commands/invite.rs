//! Invites.

use clap::Subcommand;
use mesh_model::Millis;
use mesh_model::api::{InviteCreateInput, InviteRefInput, NoInput};
use mesh_model::ops::{InviteCreate, InviteList, InviteRevoke};

use crate::commands::participant::KindArg;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::parse;
use crate::output::{Colour, line, paint, printed_json, table};

/// Make, list and revoke invites
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh invite create --uses 5 --room general")]
pub enum InviteVerb {
    /// Make an invite; its address is shown once
    #[command(after_help = "Example: mesh invite create --uses 5 --room general")]
    Create {
        /// How many may come
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// What kind of participant comes
        #[arg(long, value_enum, default_value = "agent")]
        kind: KindArg,
        /// worker, mobile, commander or viewer
        #[arg(long, default_value = "worker")]
        preset: String,
        /// The room newcomers are in at once
        #[arg(long)]
        room: Option<String>,
        /// Newcomers are guests: untrusted, so agents read what they say as data
        #[arg(long)]
        guest: bool,
        /// When it ends, RFC 3339
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List invites
    #[command(after_help = "Example: mesh invite list")]
    List,
    /// Revoke an invite; those who came stay
    #[command(after_help = "Example: mesh invite revoke 0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b")]
    Revoke {
        /// The invite's id
        invite: String,
    },
}

/// `mesh invite …`
pub fn invite(context: &Context, verb: InviteVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        InviteVerb::Create {
            uses,
            kind,
            preset,
            room,
            guest,
            expires,
        } => {
            let expires = expires.map(|time| {
                Millis::parse(&time).ok_or_else(|| {
                    Failure::usage(
                        format!("'{time}' is no time"),
                        "for example 2026-12-31T18:00:00Z",
                    )
                    .so(Effect::NothingSent)
                })
            });
            let made = http.call::<InviteCreate>(InviteCreateInput {
                kind: Some(kind.into()),
                preset: Some(parse(
                    &preset,
                    "presets: worker, mobile, commander, viewer",
                )?),
                permissions: None,
                uses: Some(uses),
                expires: expires.transpose()?,
                room,
                guest,
                label: String::new(),
            })?;
            if !printed_json(context, &made)? {
                line(&format!(
                    "{}{}",
                    context.url()?,
                    made.path.unwrap_or_default()
                ));
                line(&paint(
                    Colour::Quiet,
                    "This is the only time it is shown. Come in with: mesh join ADDRESS --as NAME",
                ));
            }
        }
        InviteVerb::List => {
            let invites = http.call::<InviteList>(NoInput {})?;
            if printed_json(context, &invites)? {
                return Ok(());
            }
            let rows: Vec<_> = invites
                .items
                .iter()
                .map(|invite| {
                    let state = if invite.revoked { "revoked" } else { "open" };
                    let used = format!("{} of {}", invite.used, invite.uses);
                    vec![
                        invite.id.to_string(),
                        invite.kind.name().to_owned(),
                        used,
                        state.to_owned(),
                    ]
                })
                .collect();
            table(&["invite", "for", "used", "state"], &rows);
        }
        InviteVerb::Revoke { invite } => {
            let invite = parse(&invite, "`mesh invite list` shows the ids")?;
            let done = http.call::<InviteRevoke>(InviteRefInput { invite })?;
            if !printed_json(context, &done)? {
                line("revoked; those who came stay");
            }
        }
    }
    Ok(())
}
