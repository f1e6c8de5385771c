//! `tool.offer`: what is said of each tool is held to the rules of schemas, hashed, and looked at by the guard

use crate::door::request::tool_hash;
use crate::evidence::{payload, scan};
use crate::ops::tool::own;
use crate::prelude::*;

use mesh_core::reads_like;
use mesh_model::command::{OfferTools, ToolCommand, ToolOffered};
use mesh_model::limits::{TOOL_ABOUT_BYTES_MAX, TOOL_OFFER_BYTES_MAX, TOOL_SERVER_TOOLS_MAX};

impl Run for ToolOffer {
    async fn run(door: &Door, call: &Call, input: ToolOfferInput) -> Result<Done, Refusal> {
        check_name(door, &input.server)?;
        let rooms = input.rooms.iter();
        let rooms: Result<Vec<RoomId>, Refusal> =
            rooms.map(|room| Ok(call.room(room)?.id)).collect();
        let bare = |handle: String| handle.trim_start_matches('@').to_owned();
        let audience = ToolAudience {
            participants: input.participants.into_iter().map(bare).collect(),
            roles: input.roles,
            trust: input.trust,
            rooms: rooms?,
        };
        let tools = looked_at(door, call, &input.tools).await?;
        let body = content(&ToolOfferBody { said: input.tools })?;
        let bytes = body.as_ref().map_or(0, |body| body.get().len());
        if bytes > TOOL_OFFER_BYTES_MAX {
            let what = "all that is said of the server's tools";
            let hint = "offer fewer of them, or describe them in fewer words";
            return Err(refuse::too_large(what, bytes, TOOL_OFFER_BYTES_MAX, hint)
                .so(Effect::NothingStored));
        }
        let command = Command::Tool(ToolCommand::Offer(OfferTools {
            server: input.server,
            audience,
            tools,
            body,
        }));
        call.done(door, command).await
    }
}

/// No server is called like something that the node itself has.
fn check_name(door: &Door, server: &str) -> Result<(), Refusal> {
    let own = own().into_iter().map(|tool| tool.name);
    let all = own.chain(door.tools().names());
    let plain = |name: &str| name.replace('_', "-");
    let like = all
        .into_iter()
        .find(|name| reads_like(&plain(name), server));
    match like {
        None => Ok(()),
        Some(name) => Err(Refusal::new(
            ErrorCode::NameTaken,
            format!("the name '{server}' is read like '{name}', which is the node's own"),
            Effect::NothingChanged,
            "choose another name for the server",
        )),
    }
}

async fn looked_at(
    door: &Door,
    call: &Call,
    tools: &[ToolDescription],
) -> Result<Vec<ToolOffered>, Refusal> {
    if tools.len() > TOOL_SERVER_TOOLS_MAX {
        // The core tells how many there may be.
        return Ok(tools.iter().map(|tool| offered(tool, 0)).collect());
    }
    let me = call.me()?;
    let origin = scan::Origin::said(&call.access, me, call.access.trust_of(me, false));
    let mut looked_at = Vec::with_capacity(tools.len());
    for (place, tool) in tools.iter().enumerate() {
        let within = |refusal: Refusal| refusal.within(format_args!("/tools/{place}"));
        let bytes = tool.about.len();
        if bytes > TOOL_ABOUT_BYTES_MAX {
            let what = format!("what is said of the tool '{}'", tool.name.escape_debug());
            let hint = "say it in fewer words";
            return Err(within(refuse::too_large(
                what,
                bytes,
                TOOL_ABOUT_BYTES_MAX,
                hint,
            )));
        }
        let schema = tool.input.clone();
        door.blocking(move || payload::compile(&schema).map(drop))
            .await?
            .map_err(within)?;
        let scanned = scan::scan(door, &tool.about, Some(&tool.input), origin).await?;
        looked_at.push(offered(tool, scanned.score));
    }
    Ok(looked_at)
}

fn offered(tool: &ToolDescription, score: u8) -> ToolOffered {
    ToolOffered {
        name: tool.name.clone(),
        hash: tool_hash(tool),
        score,
    }
}
