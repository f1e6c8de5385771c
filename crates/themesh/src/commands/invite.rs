//! Invites.

use clap::{Args, Subcommand};
use mesh_model::Millis;
use mesh_model::api::{InviteCreateInput, InviteRefInput, NoInput};
use mesh_model::ops::{InviteCreate, InviteList, InviteRevoke};

use crate::commands::participant::KindArg;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::parse;
use crate::link;
use crate::output::{Colour, line, paint, printed_json, table};

/// Make, list and revoke invites
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh invite create --uses 5 --room general")]
pub enum InviteVerb {
    /// Make an invite; its address is shown once
    #[command(
        after_help = "Examples: mesh invite create --uses 5 --room general\n          mesh invite create --person --qr --at https://mesh.example.org"
    )]
    Create(CreateArgs),
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

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// For a person: the link opens a page on which they choose a name and a password
    #[arg(long, conflicts_with_all = ["kind", "preset"])]
    person: bool,
    /// What a person may: user, or viewer who only looks
    #[arg(long, default_value = "user", requires = "person")]
    role: String,
    /// How many may come
    #[arg(long, default_value_t = 1)]
    uses: u32,
    /// What kind of participant comes, with a key and a token
    #[arg(long, value_enum, default_value = "agent")]
    kind: KindArg,
    /// What its token may: worker, mobile, commander or viewer
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
    /// Draw the link too, for the camera of a phone
    #[arg(long)]
    qr: bool,
    /// The node's address as newcomers reach it; without it, as this machine does
    #[arg(long, value_name = "URL")]
    at: Option<String>,
}

fn create(context: &Context, args: CreateArgs) -> Outcome<()> {
    let expires = args.expires.map(|time| {
        Millis::parse(&time).ok_or_else(|| {
            Failure::usage(
                format!("'{time}' is no time"),
                "for example 2026-12-31T18:00:00Z",
            )
            .so(Effect::NothingSent)
        })
    });
    let mut input = InviteCreateInput {
        uses: Some(args.uses),
        expires: expires.transpose()?,
        room: args.room,
        guest: args.guest,
        ..InviteCreateInput::default()
    };
    if args.person {
        input.role = Some(parse(&args.role, "roles: user, viewer")?);
    } else {
        input.kind = Some(args.kind.into());
        let known = "presets: worker, mobile, commander, viewer";
        input.preset = Some(parse(&args.preset, known)?);
    }
    let url = match args.at {
        Some(url) => url,
        None => context.url()?,
    };
    let made = context.http()?.call::<InviteCreate>(input)?;
    if printed_json(context, &made)? {
        return Ok(());
    }
    let whole = link::whole(&url, &made.path.unwrap_or_default());
    line(&whole);
    line(&paint(
        Colour::Quiet,
        if args.person {
            "This is the only time it is shown. Whoever opens it chooses a name and a password, and is in."
        } else {
            "This is the only time it is shown. Come in with: mesh join ADDRESS --as NAME"
        },
    ));
    if args.qr {
        link::draw(&url, &whole)?;
    }
    Ok(())
}

/// `mesh invite …`
pub fn invite(context: &Context, verb: InviteVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        InviteVerb::Create(args) => return create(context, args),
        InviteVerb::List => {
            let invites = http.call::<InviteList>(NoInput {})?;
            if printed_json(context, &invites)? {
                return Ok(());
            }
            let rows: Vec<_> = invites
                .items
                .iter()
                .map(|invite| {
                    let state = match invite {
                        _ if invite.revoked => "revoked",
                        _ if invite.used >= invite.uses => "used up",
                        _ => "open",
                    };
                    let used = format!("{} of {}", invite.used, invite.uses);
                    let who = match invite.role {
                        Some(role) => format!("person, {}", role.name()),
                        None => invite.kind.name().to_owned(),
                    };
                    vec![invite.id.to_string(), who, used, state.to_owned()]
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
