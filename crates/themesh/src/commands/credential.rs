//! Tokens.

use clap::Subcommand;
use mesh_model::api::{CredentialRefInput, NoInput, TokenCreateInput};
use mesh_model::ops::{TokenCreate, TokenList, TokenRevoke};

use crate::context::Context;
use crate::failure::Outcome;
use crate::input::parse;
use crate::output::{Colour, line, paint, printed_json, table};

/// Issue, list and revoke tokens
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh token create rex --preset mobile")]
pub enum TokenVerb {
    /// Issue a token; it is shown once
    #[command(after_help = "Example: mesh token create rex --preset mobile --label phone")]
    Create {
        /// The participant
        participant: String,
        /// worker, mobile, commander, admin, user or viewer
        #[arg(long, default_value = "worker")]
        preset: String,
        /// What it is called
        #[arg(long, default_value = "")]
        label: String,
    },
    /// List tokens
    #[command(after_help = "Example: mesh token list")]
    List,
    /// Revoke a token; its sessions end at once
    #[command(after_help = "Example: mesh token revoke 0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b")]
    Revoke {
        /// The token's id
        credential: String,
    },
}

/// `mesh token …`
pub fn token(context: &Context, verb: TokenVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        TokenVerb::Create {
            participant,
            preset,
            label,
        } => {
            let preset = parse(
                &preset,
                "presets: worker, mobile, commander, admin, user, viewer",
            )?;
            let input = TokenCreateInput {
                participant,
                preset: Some(preset),
                permissions: None,
                expires: None,
                label,
            };
            let made = http.call::<TokenCreate>(input)?;
            if !printed_json(context, &made)? {
                line(&made.token.unwrap_or_default());
                line(&paint(Colour::Quiet, "This is the only time it is shown."));
            }
        }
        TokenVerb::List => {
            let tokens = http.call::<TokenList>(NoInput {})?;
            if printed_json(context, &tokens)? {
                return Ok(());
            }
            let rows: Vec<_> = tokens
                .items
                .iter()
                .map(|token| {
                    let state = if token.revoked { "revoked" } else { "valid" };
                    vec![
                        token.id.to_string(),
                        format!("@{}", token.participant.handle),
                        state.to_owned(),
                        token.label.to_string(),
                    ]
                })
                .collect();
            table(&["token", "of", "state", "label"], &rows);
        }
        TokenVerb::Revoke { credential } => {
            let credential = parse(&credential, "`mesh token list` shows the ids")?;
            let done = http.call::<TokenRevoke>(CredentialRefInput { credential })?;
            if !printed_json(context, &done)? {
                line("revoked; its sessions have ended");
            }
        }
    }
    Ok(())
}
