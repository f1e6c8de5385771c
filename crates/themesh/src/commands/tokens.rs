//! Tokens.

use mesh_model::api::{CredentialRefInput, NoInput, TokenCreateInput};
use mesh_model::ops::{TokenCreate, TokenList, TokenRevoke};

use crate::cli::Token;
use crate::commands::{parse, printed_json};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, table};

/// `mesh token …`
pub fn token(context: &Context, verb: Token) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        Token::Create {
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
        Token::List => {
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
                        token.label.clone(),
                    ]
                })
                .collect();
            table(&["token", "of", "state", "label"], &rows);
        }
        Token::Revoke { credential } => {
            let credential = parse(&credential, "`mesh token list` shows the ids")?;
            let done = http.call::<TokenRevoke>(CredentialRefInput { credential })?;
            if !printed_json(context, &done)? {
                line("revoked; its sessions have ended");
            }
        }
    }
    Ok(())
}
