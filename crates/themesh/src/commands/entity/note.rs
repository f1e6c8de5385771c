//! `mesh entity note` and `mesh entity relate`

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use mesh_model::api::{
    EntitiesNoted, EntityClaim, EntityClaims, EntityNoteInput, EntitySourceInput, RelationClaim,
    TaskRefInput,
};
use mesh_model::ops::{EntityNote, TaskGet};
use mesh_sdk::http::Http;

use crate::commands::task::{TaskRef, find};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::message_id;
use crate::output::{line, printed_json};
use crate::times;

#[derive(Debug, Args)]
pub struct GroundArgs {
    /// The message on which it stands
    #[arg(long, value_name = "ID", conflicts_with_all = ["task", "memory", "file"])]
    message: Option<String>,
    /// The task on whose words it stands: the id, the end of it, or 'last'
    #[arg(long, conflicts_with_all = ["memory", "file"])]
    task: Option<String>,
    /// The memory on which it stands: its name
    #[arg(long, value_name = "KEY", conflicts_with = "file")]
    memory: Option<String>,
    /// The file of the room on which it stands
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// How sure it is, 1 to 100 percent; 80 unless told
    #[arg(long, value_name = "PERCENT")]
    sure: Option<u8>,
    /// Since when it holds: a day, a time, or so long ago
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Until when it holds
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

/// Note that there is something, or what a task found
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh entity note workshop billing --kind service --alias invoicing --about 'Writes bills'\n          mesh entity note workshop billing --kind service --message m12\n          mesh entity note --from-task last\n          mesh entity note workshop --claims claims.json"
)]
pub struct NoteArgs {
    /// The room; with --from-task that of the task
    #[arg(required_unless_present = "from_task")]
    room: Option<String>,
    /// Its name
    #[arg(required_unless_present_any = ["from_task", "claims"])]
    name: Option<String>,
    /// What kind of thing it is
    #[arg(long)]
    kind: Option<String>,
    /// What else it is called; may be told several times
    #[arg(long = "alias", value_name = "NAME")]
    aliases: Vec<String>,
    /// What is to be said about it
    #[arg(long, value_name = "TEXT")]
    about: Option<String>,
    /// Note the claims that this task put out, which stand on it: the id, the end of it, or 'last'
    #[arg(long, value_name = "TASK", conflicts_with_all = ["claims", "name", "kind", "aliases", "about", "message", "task", "memory", "file"])]
    from_task: Option<String>,
    /// Note the 'entities' and 'relations' of a JSON file; '-' is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "kind", "aliases", "about"])]
    claims: Option<PathBuf>,
    #[command(flatten)]
    ground: GroundArgs,
}

/// Note how two things are related
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh entity relate workshop billing uses ledger\n          mesh entity relate workshop billing owned_by ana --since 2026-01-01 --message m12"
)]
pub struct RelateArgs {
    /// The room
    room: String,
    /// The one
    from: String,
    /// How it is related, such as uses or owned_by
    kind: String,
    /// The other
    to: String,
    /// There is one such other at a time
    #[arg(long)]
    single: bool,
    #[command(flatten)]
    ground: GroundArgs,
}

impl GroundArgs {
    fn source(&self, http: &Http) -> Outcome<EntitySourceInput> {
        let task = self.task.clone().map(|task| find(http, &TaskRef { task }));
        Ok(EntitySourceInput {
            message: self.message.as_deref().map(message_id).transpose()?,
            task: task.transpose()?,
            memory: self.memory.clone(),
            file: self.file.clone(),
            version: None,
        })
    }
}

pub fn note(context: &Context, args: NoteArgs) -> Outcome<()> {
    let http = context.http()?;
    if let Some(task) = args.from_task {
        let task = find(&http, &TaskRef { task })?;
        let found = http.call::<TaskGet>(TaskRefInput { task })?;
        let input = EntityNoteInput {
            room: found.task.room.to_string(),
            source: EntitySourceInput {
                task: Some(task),
                ..EntitySourceInput::default()
            },
            from_result: true,
            ..EntityNoteInput::default()
        };
        return noted(context, &http.call::<EntityNote>(input)?);
    }
    let claims = match &args.claims {
        Some(path) => read(path)?,
        None => EntityClaims {
            entities: vec![EntityClaim {
                name: args.name.unwrap_or_default(),
                kind: args.kind,
                aliases: args.aliases,
                description: args.about,
                confidence: args.ground.sure,
                since: moment(args.ground.since.as_deref())?,
                until: moment(args.ground.until.as_deref())?,
            }],
            relations: Vec::new(),
        },
    };
    let input = EntityNoteInput {
        room: args.room.unwrap_or_default(),
        source: args.ground.source(&http)?,
        entities: claims.entities,
        relations: claims.relations,
        from_result: false,
    };
    noted(context, &http.call::<EntityNote>(input)?)
}

pub fn relate(context: &Context, args: RelateArgs) -> Outcome<()> {
    let http = context.http()?;
    let relation = RelationClaim {
        from: args.from,
        from_kind: None,
        kind: args.kind,
        to: args.to,
        to_kind: None,
        single: args.single,
        confidence: args.ground.sure,
        since: moment(args.ground.since.as_deref())?,
        until: moment(args.ground.until.as_deref())?,
    };
    let input = EntityNoteInput {
        room: args.room,
        source: args.ground.source(&http)?,
        relations: vec![relation],
        ..EntityNoteInput::default()
    };
    noted(context, &http.call::<EntityNote>(input)?)
}

fn moment(text: Option<&str>) -> Outcome<Option<mesh_model::Millis>> {
    text.map(|text| times::moment(text, times::DAY_BEGINS))
        .transpose()
}

fn read(path: &std::path::Path) -> Outcome<EntityClaims> {
    let failed = |why: String| {
        Failure::usage(
            why,
            "a JSON object with 'entities' and 'relations', as the guide to entities shows it",
        )
        .so(Effect::NothingSent)
    };
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    read.map_err(|why| failed(format!("{}: {why}", path.display())))?;
    serde_json::from_str(&text).map_err(|why| failed(format!("{}: {why}", path.display())))
}

fn noted(context: &Context, noted: &EntitiesNoted) -> Outcome<()> {
    if !printed_json(context, noted)? {
        let again = match noted.replaced {
            0 => String::new(),
            replaced => format!(", in place of {replaced} that you had noted before"),
        };
        line(&format!("{} noted{again}", claims(noted.noted)));
    }
    Ok(())
}

fn claims(count: u32) -> String {
    match count {
        1 => "1 claim is".to_owned(),
        count => format!("{count} claims are"),
    }
}
