//! The keys by which participants sign what they say. The secret half never leaves its file.

use std::fs;
use std::path::Path;

use clap::Subcommand;
use mesh_model::PublicKey;
use mesh_model::api::{IdentityRevokeInput, ParticipantNameInput, SigningKey};
use mesh_model::ops::{IdentityList, IdentityRevoke};
use mesh_sdk::http::Http;
use mesh_sdk::{Seat, Signer};
use serde_json::json;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint, printed_json, table};

/// The keys by which participants sign what they say
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh identity show")]
pub enum IdentityVerb {
    /// Show the key that is kept here and what the node knows of it
    #[command(after_help = "Example: mesh identity show --as rex")]
    Show,
    /// Make a key for this machine and add it
    #[command(after_help = "Example: mesh identity new --as rex")]
    New,
    /// Put a new key in the place of the one kept here, which is revoked at once
    #[command(after_help = "Example: mesh identity rotate --as rex")]
    Rotate,
    /// Revoke a key; what it signed before says so
    #[command(
        after_help = "Example: mesh identity revoke 03a1… --of rex   (`mesh identity list rex` shows the keys)"
    )]
    Revoke {
        /// The key, or its first digits
        key: String,
        /// Whose it is (default: the one who acts)
        #[arg(long, value_name = "HANDLE")]
        of: Option<String>,
    },
    /// List the keys somebody signs or signed with
    #[command(after_help = "Example: mesh identity list rex")]
    List {
        /// Who (default: the one who acts)
        handle: Option<String>,
    },
}

/// `mesh identity …`
pub fn identity(context: &Context, verb: IdentityVerb) -> Outcome<()> {
    let mut http = context.http()?;
    match verb {
        IdentityVerb::Show => show(context, &http),
        IdentityVerb::New => new(context, &mut http),
        IdentityVerb::Rotate => rotate(context, &mut http),
        IdentityVerb::Revoke { key, of } => revoke(context, &http, &key, of),
        IdentityVerb::List { handle } => list(context, &http, handle),
    }
}

fn keys(http: &Http, participant: String) -> Outcome<Vec<SigningKey>> {
    Ok(http
        .call::<IdentityList>(ParticipantNameInput { participant })?
        .items)
}

fn show(context: &Context, http: &Http) -> Outcome<()> {
    let handle = context.acting(http)?;
    let path = context.key_path(&handle)?;
    let Some(signer) = Signer::load(&path)? else {
        return Err(Failure::here(
            format!(
                "no key of @{handle} is kept here; {} is not there",
                path.display()
            ),
            "make one with `mesh identity new`; `mesh say` makes one too",
        )
        .so(Effect::NothingChanged));
    };
    let known = keys(http, handle.clone())?;
    let known = known.iter().find(|known| known.key == signer.public());
    let state = known.map_or("not added yet; `mesh say` adds it".to_owned(), state);
    let answer = json!({
        "handle": handle,
        "key": signer.public(),
        "file": path,
        "since": known.map(|key| key.since),
        "revoked": known.and_then(|key| key.revoked),
    });
    if !printed_json(context, &answer)? {
        line(&format!("@{handle} signs with {}", signer.public()));
        line(&format!("  state  {state}"));
        line(&format!("  file   {}", path.display()));
    }
    Ok(())
}

fn state(key: &SigningKey) -> String {
    match key.revoked {
        None => format!("holds since {}", key.since),
        Some(seq) => format!("held from {} to {seq}, revoked", key.since),
    }
}

fn new(context: &Context, http: &mut Http) -> Outcome<()> {
    let handle = context.acting(http)?;
    let path = context.key_path(&handle)?;
    let signer = Signer::load_or_make(&path)?;
    let seat = http.sign_with(signer.clone())?;
    told(
        context,
        &handle,
        &signer,
        &path,
        match seat {
            Seat::New => "made and added",
            Seat::Known => "here already and holds",
        },
    )
}

/// The new key is kept beside the old one before the node is asked, so that an answer that is lost
/// costs nothing: the next try goes on with the same key.
fn rotate(context: &Context, http: &mut Http) -> Outcome<()> {
    let handle = context.acting(http)?;
    let path = context.key_path(&handle)?;
    let next = path.with_extension("key.next");
    let signer = Signer::load_or_make(&next)?;
    let known = keys(http, handle.clone())?;
    let holds = |key: PublicKey| {
        let mut known = known.iter();
        known.any(|known| known.key == key && known.revoked.is_none())
    };
    match Signer::load(&path)? {
        _ if holds(signer.public()) => {}
        Some(old) if holds(old.public()) => http.replace_key(&signer, old.public())?,
        Some(_) | None => {
            http.sign_with(signer.clone())?;
        }
    }
    fs::rename(&next, &path).map_err(|why| {
        Failure::here(
            format!(
                "the new key holds, but {} cannot take its place: {why}",
                next.display()
            ),
            format!("rename it to {} yourself", path.display()),
        )
    })?;
    told(
        context,
        &handle,
        &signer,
        &path,
        "in place; the old one is revoked",
    )
}

fn told(context: &Context, handle: &str, signer: &Signer, path: &Path, what: &str) -> Outcome<()> {
    let answer = json!({"handle": handle, "key": signer.public(), "file": path});
    if !printed_json(context, &answer)? {
        line(&format!(
            "the key {} of @{handle} is {what}",
            signer.public()
        ));
        line(&paint(
            Colour::Quiet,
            &format!("its secret half is in {} and nowhere else", path.display()),
        ));
    }
    Ok(())
}

fn revoke(context: &Context, http: &Http, key: &str, of: Option<String>) -> Outcome<()> {
    let participant = match of {
        Some(handle) => handle,
        None => context.acting(http)?,
    };
    let known = keys(http, participant.clone())?;
    let mut fitting = known
        .iter()
        .filter(|known| known.key.to_string().starts_with(key));
    let (Some(found), None) = (fitting.next(), fitting.next()) else {
        return Err(Failure::usage(
            format!("'{key}' is not the beginning of exactly one key of {participant}"),
            format!("`mesh identity list {participant}` shows them"),
        )
        .so(Effect::NothingChanged));
    };
    let input = IdentityRevokeInput {
        participant,
        key: found.key,
    };
    let done = http.call::<IdentityRevoke>(input)?;
    if !printed_json(context, &done)? {
        line("revoked; what it signed before says so");
    }
    Ok(())
}

fn list(context: &Context, http: &Http, handle: Option<String>) -> Outcome<()> {
    let participant = match handle {
        Some(handle) => handle,
        None => context.acting(http)?,
    };
    let items = keys(http, participant)?;
    if printed_json(context, &json!({"items": items}))? {
        return Ok(());
    }
    if items.is_empty() {
        line("No keys: the node attests what is said by this participant.");
        return Ok(());
    }
    let rows: Vec<_> = items
        .iter()
        .map(|key| vec![state(key), key.key.to_string()])
        .collect();
    table(&["state", "key"], &rows);
    Ok(())
}
