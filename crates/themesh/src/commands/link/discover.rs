//! Finding other meshes at an interchange, telling of one's own there, and following a room that is open to strangers.

use clap::Args;
use mesh_model::api::{
    LinkDiscoverInput, LinkFoundAt, LinkFoundMesh, LinkJoinInput, LinkPublishInput,
    LinkUnpublishInput, NoInput,
};
use mesh_model::events::RoomAccess;
use mesh_model::ops::{LinkDiscover, LinkJoin, LinkPublish, LinkPublished, LinkUnpublish};
use mesh_sdk::http::Http;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json};
use crate::times;

/// Find other meshes at an interchange, with their open rooms and their agents
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh discover rust --interchange https://interchange.example.org\n          mesh join mesh://8a88e3dd…@interchange.example.org/0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b\n\nWithout --interchange those are asked that links and cards of this mesh name. What is shown is the word of whoever\nholds the key, and of nobody else."
)]
pub struct DiscoverArgs {
    /// Words that all have to stand in what a mesh says of itself
    pub words: Vec<String>,
    /// The interchange
    #[arg(long, value_name = "URL")]
    pub interchange: Option<String>,
}

/// Tell others of this mesh at an interchange; without an address: what it tells, and where
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh publish https://interchange.example.org --name acme --about 'We make things.' --agent rex\n          mesh publish --withdraw https://interchange.example.org\n          mesh link open workshop\n\nNothing is told unless it is said here: the name, these words, rooms that are open to strangers (mesh link open)\nand the agents that are named."
)]
pub struct PublishArgs {
    /// The interchange
    #[arg(value_name = "URL", requires = "name")]
    pub at: Option<String>,
    /// What this mesh is called there: a name belongs to the key that claimed it first
    #[arg(long, requires = "at")]
    pub name: Option<String>,
    /// Words about it
    #[arg(long, default_value = "")]
    pub about: String,
    /// An agent that is told of, with what it can do; may be repeated
    #[arg(long = "agent", value_name = "AGENT")]
    pub agents: Vec<String>,
    /// Tell nothing there any more
    #[arg(long, value_name = "URL", conflicts_with = "at")]
    pub withdraw: Option<String>,
}

/// `mesh discover`
pub fn discover(context: &Context, args: DiscoverArgs) -> Outcome<()> {
    let words = args.words.join(" ");
    let found = context.http()?.call::<LinkDiscover>(LinkDiscoverInput {
        at: args.interchange,
        words: Some(words).filter(|words| !words.is_empty()),
    })?;
    if !printed_json(context, &found)? {
        found.found.iter().for_each(show);
    }
    Ok(())
}

fn show(found: &LinkFoundAt) {
    line(&format!("at {}", clean(&found.at)));
    if let Some(trouble) = &found.trouble {
        line(&format!("  nobody could be asked: {}", clean(trouble)));
        return;
    }
    if found.meshes.is_empty() {
        line("  nobody tells of itself with these words");
    }
    found.meshes.iter().for_each(show_mesh);
    if found.unproved > 0 {
        line(&paint(
            Colour::Warning,
            &format!(
                "  {} left out: not signed by the key that they name, or too old",
                found.unproved
            ),
        ));
    }
    if found.more {
        line("  there are more: name words");
    }
}

fn show_mesh(mesh: &LinkFoundMesh) {
    let here = if mesh.here { "" } else { ", not there now" };
    let known = match (&mesh.link, mesh.own) {
        (_, true) => ", this mesh".to_owned(),
        (Some(link), _) => format!(", known here as {link}"),
        (None, _) => String::new(),
    };
    line(&format!("  {}{here}{known}", mesh.name));
    line(&format!("    key       {}", mesh.key));
    if !mesh.about.is_empty() {
        line(&format!("    it says   {}", clean(&mesh.about)));
    }
    line(&format!("    told      {}", times::relative(mesh.told_at)));
    for agent in &mesh.agents {
        line(&format!("    @{}  {}", agent.name, agent.can.join(", ")));
    }
    for room in &mesh.rooms {
        line(&format!("    #{}  {}", room.name, clean(&room.about)));
        line(&format!("      mesh join {}", room.address));
    }
}

/// `mesh publish`
pub fn publish(context: &Context, args: PublishArgs) -> Outcome<()> {
    let http = context.http()?;
    if let Some(at) = args.withdraw {
        return withdraw(context, &http, at);
    }
    let (Some(at), Some(name)) = (args.at, args.name) else {
        return published(context, &http);
    };
    let done = http.call::<LinkPublish>(LinkPublishInput {
        at,
        name,
        about: args.about,
        agents: args.agents,
    })?;
    if !printed_json(context, &done)? {
        line(
            "it is told there, with the rooms that are open to strangers: mesh link open; mesh publish shows how it stands",
        );
    }
    Ok(())
}

fn withdraw(context: &Context, http: &Http, at: String) -> Outcome<()> {
    let done = http.call::<LinkUnpublish>(LinkUnpublishInput { at })?;
    if printed_json(context, &done)? {
        return Ok(());
    }
    match &done.trouble {
        None => line("nothing is told there any more"),
        Some(why) => line(&format!(
            "nothing more is told there, but the interchange could not be asked to forget it: {}. In a week nobody shows it any more; \
             the same command asks again.",
            clean(why)
        )),
    }
    Ok(())
}

fn published(context: &Context, http: &Http) -> Outcome<()> {
    let all = http.call::<LinkPublished>(NoInput {})?;
    if printed_json(context, &all)? {
        return Ok(());
    }
    if all.cards.is_empty() {
        line("Nothing is told of this mesh. mesh publish URL --name NAME tells of it.");
    }
    for card in &all.cards {
        line(&format!("at {} as {}", clean(&card.at), card.name));
        let stands = match (&card.trouble, card.shown) {
            (_, true) => "it stands there".to_owned(),
            (Some(why), _) => format!("it does not stand there: {}", clean(why)),
            (None, _) => "the interchange has not answered yet".to_owned(),
        };
        line(&format!("  {stands}"));
        if !card.about.is_empty() {
            line(&format!("  says    {}", clean(&card.about)));
        }
        for agent in &card.agents {
            line(&format!("  agent   @{}", agent.handle));
        }
    }
    for room in &all.rooms {
        let name = room.name.as_deref().unwrap_or_default();
        line(&format!("open to strangers: #{name}"));
    }
    Ok(())
}

/// `mesh join mesh://…`
pub fn join(
    context: &Context,
    address: String,
    name: Option<String>,
    mesh: Option<String>,
) -> Outcome<()> {
    let room = match name {
        Some(name) => name,
        None => found_name(&address).ok_or_else(|| {
            Failure::usage(
                "that is no address of a room of another mesh",
                "mesh://KEY@INTERCHANGE/ROOM, as mesh discover shows it",
            )
            .so(Effect::NothingDone)
        })?,
    };
    let followed = context.http()?.call::<LinkJoin>(LinkJoinInput {
        address,
        name: mesh,
        room: room.clone(),
        access: RoomAccess::Listed,
    })?;
    if !printed_json(context, &followed)? {
        line(&format!(
            "#{room} follows it as soon as its home has let this mesh in: mesh link list shows how that stands"
        ));
    }
    Ok(())
}

/// What a room is called that nobody has named: by the end of its id.
fn found_name(address: &str) -> Option<String> {
    let id = address.trim_end_matches('/').rsplit('/').next()?;
    let end = id.get(id.len().checked_sub(8)?..)?;
    Some(format!("found-{end}"))
}
