//! Secrets: stored, listed by name, removed. A value is never printed.

use std::io::{IsTerminal, Read, stdin};

use clap::Subcommand;
use mesh_model::api::{NoInput, SecretRefInput, SecretSetInput};
use mesh_model::ops::{SecretList, SecretRemove, SecretSet};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{line, printed_json, table};

/// Secrets for webhooks, connectors, peers and storage
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh secret set searx < key-file")]
pub enum SecretVerb {
    /// Store a secret, or a new value of it
    #[command(
        after_help = "Examples: mesh secret set searx < key-file\n          mesh secret set searx 's3cret'   (your shell may keep the value in its history)"
    )]
    Set {
        /// Its name: a-z, 0-9 and '-'
        name: String,
        /// The value; standard input if absent or '-'
        value: Option<String>,
    },
    /// List the names; values are never shown
    #[command(after_help = "Example: mesh secret list")]
    List,
    /// Remove a secret for good
    #[command(after_help = "Example: mesh secret rm searx")]
    Rm {
        /// Its name
        name: String,
    },
}

/// `mesh secret …`
pub fn secret(context: &Context, verb: SecretVerb) -> Outcome<()> {
    match verb {
        SecretVerb::Set { name, value } => {
            let value = match value.filter(|value| value != "-") {
                Some(value) => value,
                None => from_input(&name)?,
            };
            let input = SecretSetInput { name, value };
            let stored = context.http()?.call::<SecretSet>(input)?;
            if !printed_json(context, &stored)? {
                line(&format!(
                    "{} is stored, version {}",
                    stored.name, stored.version
                ));
            }
            Ok(())
        }
        SecretVerb::List => {
            let secrets = context.http()?.call::<SecretList>(NoInput {})?;
            if printed_json(context, &secrets)? {
                return Ok(());
            }
            if secrets.items.is_empty() {
                line("No secrets yet. Store one: mesh secret set NAME < FILE");
                return Ok(());
            }
            let rows = secrets.items.iter().map(|secret| {
                vec![
                    secret.name.clone(),
                    secret.version.to_string(),
                    secret.seq.to_string(),
                ]
            });
            table(&["secret", "version", "set at"], &rows.collect::<Vec<_>>());
            Ok(())
        }
        SecretVerb::Rm { name } => {
            let input = SecretRefInput { name: name.clone() };
            let done = context.http()?.call::<SecretRemove>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{name} is gone for good"));
            }
            Ok(())
        }
    }
}

/// The value from standard input without the line's end. A terminal would show it as it is typed.
fn from_input(name: &str) -> Outcome<String> {
    if stdin().is_terminal() {
        return Err(Failure::usage(
            "the value would be seen as you type it",
            format!("give it from a file or a program: mesh secret set {name} < FILE"),
        )
        .so(Effect::NothingKept));
    }
    let mut value = String::new();
    stdin().read_to_string(&mut value).map_err(|why| {
        Failure::usage(
            format!("standard input cannot be read: {why}"),
            "a secret is text",
        )
        .so(Effect::NothingKept)
    })?;
    let end = value.strip_suffix('\n').unwrap_or(&value);
    Ok(end.strip_suffix('\r').unwrap_or(end).to_owned())
}
