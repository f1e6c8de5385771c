//! Sentences as they are spoken to a phone.

use clap::{Args, ValueEnum};
use mesh_model::api::{VoiceInput, VoiceLocale};
use mesh_model::ops::VoiceDispatch;

use crate::commands::task::short;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, clean, line, paint, printed_json};

/// Say a sentence as to a phone, and get the one that is spoken
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh voice \"what is running\"\n          mesh voice --room workshop \"ask rex to survey the parser\"\n          mesh voice --confirm TOKEN yes\n\nUnderstood: what chat commands do, said in English, German or Spanish; a task for an agent that is named; a template by its\ntitle or name. What is not plain is asked back. What cannot be taken back is done after --confirm, within a minute."
)]
pub struct VoiceArgs {
    /// The room; without one the only one that it can be
    #[arg(long)]
    pub room: Option<String>,
    /// The language of the answer; without one that of the sentence
    #[arg(long, value_enum)]
    pub locale: Option<Locale>,
    /// What the answer before gave to be shown with a yes
    #[arg(long, value_name = "TOKEN")]
    pub confirm: Option<String>,
    /// The sentence
    #[arg(required = true)]
    pub sentence: Vec<String>,
}

/// A language
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Locale {
    /// English
    En,
    /// German
    De,
    /// Spanish
    Es,
}

impl From<Locale> for VoiceLocale {
    fn from(locale: Locale) -> VoiceLocale {
        match locale {
            Locale::En => VoiceLocale::En,
            Locale::De => VoiceLocale::De,
            Locale::Es => VoiceLocale::Es,
        }
    }
}

/// `mesh voice`
pub fn voice(context: &Context, args: VoiceArgs) -> Outcome<()> {
    let answer = context.http()?.call::<VoiceDispatch>(VoiceInput {
        text: args.sentence.join(" "),
        room: args.room,
        locale: args.locale.map(VoiceLocale::from),
        confirm: args.confirm,
    })?;
    if printed_json(context, &answer)? {
        return Ok(());
    }
    line(&clean(&answer.spoken));
    if answer.understood.what == "unclear" {
        let plan = "an agent may know how: mesh plan ask '…' --room ROOM";
        line(&paint(Colour::Quiet, plan));
    }
    if let Some(task) = answer.task {
        let follow = format!("task {}   mesh task follow {}", short(task), short(task));
        line(&paint(Colour::Quiet, &follow));
    }
    if let Some(token) = answer.confirm {
        let yes = format!("mesh voice --confirm {token} yes");
        line(&paint(Colour::Quiet, &yes));
    }
    Ok(())
}
