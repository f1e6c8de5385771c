//! Invites.

use mesh_model::Millis;
use mesh_model::api::{InviteCreateInput, InviteRefInput, NoInput};
use mesh_model::ops::{InviteCreate, InviteList, InviteRevoke};

use crate::cli::Invite;
use crate::commands::{parse, printed_json};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Colour, line, paint, table};

/// `mesh invite …`
pub fn invite(context: &Context, verb: Invite) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        Invite::Create {
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
        Invite::List => {
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
        Invite::Revoke { invite } => {
            let invite = parse(&invite, "`mesh invite list` shows the ids")?;
            let done = http.call::<InviteRevoke>(InviteRefInput { invite })?;
            if !printed_json(context, &done)? {
                line("revoked; those who came stay");
            }
        }
    }
    Ok(())
}
