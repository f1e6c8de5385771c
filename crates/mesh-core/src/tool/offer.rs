//! Tools that participants offer: whose name it is, where it is offered, what is held until somebody has looked at it.

use std::collections::BTreeSet;

use mesh_model::command::{OfferTools, ToolOffered};
use mesh_model::events::{
    ToolPinned, ToolsAccepted, ToolsOffered, ToolsShown, ToolsWithdrawn, Trust,
};
use mesh_model::limits::{
    CONTENT_BYTES_MAX, TOOL_NAME_BYTES_MAX, TOOL_SERVER_ROOMS_MAX, TOOL_SERVER_TOOLS_MAX,
    TOOL_SERVERS_MAX, TOOL_SERVERS_OF_ONE_MAX,
};
use mesh_model::policy::GuardRules;
use mesh_model::tool::{BETWEEN, full_name};
use mesh_model::{Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId, Seq};

use super::decide::check_audience;
use super::{OfferedTool, ToolPin, ToolServer};
use crate::actor::Asker;
use crate::identity::reads_like;
use crate::{Access, Action, Decision, check, refuse};

/// A participant offers the tools of its server.
pub(super) fn offer(asker: &Asker<'_>, offered: &OfferTools) -> Decision {
    let me = asker.me()?;
    let (access, name) = (asker.access, offered.server.as_str());
    check::name("server", name)?;
    check_where(asker, me, offered)?;
    check_tools(offered)?;
    check::content_within("description of the tools", &offered.body, CONTENT_BYTES_MAX)?;
    let known = check_free(asker, me, name)?;
    let trusted = access.trust_of(me, false) >= Trust::Local;
    let tools: Vec<ToolPinned> = offered
        .tools
        .iter()
        .map(|tool| ToolPinned {
            name: tool.name.clone(),
            hash: tool.hash,
            score: tool.score,
            held: is_held(known, tool, trusted),
        })
        .collect();
    if known.is_some_and(|known| is_same(known, offered)) {
        return Ok(Vec::new());
    }
    let facts = ToolsOffered {
        server: name.to_owned(),
        by: me,
        audience: offered.audience.clone(),
        tools,
    };
    // As many as there are once it is so; the rooms that it was offered in before hear of it too.
    let held = facts.tools.iter().filter(|tool| tool.held).count();
    let before = known.filter(|known| !known.withdrawn);
    let left = before.into_iter().flat_map(|known| &known.audience.rooms);
    let left = left.filter(|room| !offered.audience.rooms.contains(room));
    let shown = shown(name, me, facts.tools.len() - held, held);
    let mut events: Vec<NewEvent> = offered
        .audience
        .rooms
        .iter()
        .map(|room| shown(*room))
        .collect();
    events.extend(left.map(|room| gone(name, me, *room)));
    let mut all = vec![NewEvent {
        content: offered.body.clone(),
        ..NewEvent::new(facts)
    }];
    all.append(&mut events);
    Ok(all)
}

/// What is new, what is not as it was accepted, and what the guard takes for an attack waits for somebody to look at it. A
/// server's first offer is taken as it is from those whom this mesh trusts.
fn is_held(known: Option<&ToolServer>, tool: &ToolOffered, trusted: bool) -> bool {
    let accepted = known.and_then(|known| known.tools.get(tool.name.as_str())?.accepted);
    match accepted {
        Some(accepted) if accepted.hash == tool.hash => false,
        Some(_) => true,
        None => known.is_some() || !trusted || tool.score >= GuardRules::default().quarantine,
    }
}

/// Whether the offer says what the last one said.
fn is_same(known: &ToolServer, offered: &OfferTools) -> bool {
    let now = |tool: &OfferedTool| tool.held.or(tool.accepted).map(|pin| pin.hash);
    !known.withdrawn
        && known.audience == offered.audience
        && known.here().count() == offered.tools.len()
        && offered.tools.iter().all(|tool| {
            let found = known.tools.get(tool.name.as_str());
            found.is_some_and(|found| found.here && now(found) == Some(tool.hash))
        })
}

/// It is offered where whoever offers it may speak, and to strangers by the owner alone.
fn check_where(asker: &Asker<'_>, me: ParticipantId, offered: &OfferTools) -> Result<(), Refusal> {
    let audience = &offered.audience;
    let rooms: BTreeSet<&RoomId> = audience.rooms.iter().collect();
    if rooms.is_empty()
        || audience.rooms.len() > TOOL_SERVER_ROOMS_MAX
        || rooms.len() < audience.rooms.len()
    {
        return Err(refuse::invalid(
            format!("tools are offered in 1 to {TOOL_SERVER_ROOMS_MAX} rooms, each named once"),
            "name the rooms whose members may use them",
        )
        .so(Effect::NothingChanged));
    }
    for room in &audience.rooms {
        asker.access.may(me, Action::Post, *room)?;
        if asker.access.member(*room, me).is_none() {
            return Err(refuse::no_room());
        }
    }
    check_audience(asker, audience)?;
    // Roles are words of those who lead the mesh: nobody else brings new ones.
    let known = |role: &String| {
        let mut all = asker.access.participants();
        all.any(|found| found.roles.contains(role))
    };
    if !audience.roles.iter().all(known) {
        return Err(
            refuse::not_found("role", "name one that somebody has").so(Effect::NothingChanged)
        );
    }
    if audience.trust.iter().any(|trust| *trust < Trust::Local) {
        return Err(Refusal::new(
            ErrorCode::PermissionDenied,
            "only the owner of the mesh opens tools to those who are trusted less than local",
            Effect::NothingChanged,
            "leave them out, and ask the owner: tool.audience",
        ));
    }
    Ok(())
}

fn check_tools(offered: &OfferTools) -> Result<(), Refusal> {
    if offered.tools.len() > TOOL_SERVER_TOOLS_MAX {
        return Err(refuse::invalid(
            format!("a server has at most {TOOL_SERVER_TOOLS_MAX} tools"),
            "offer those that are of use to others",
        )
        .so(Effect::NothingChanged));
    }
    let mut names = BTreeSet::new();
    for tool in &offered.tools {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let fits =
            (1..=TOOL_NAME_BYTES_MAX).contains(&tool.name.len()) && tool.name.chars().all(plain);
        if !fits || !names.insert(&tool.name) {
            return Err(refuse::invalid(
                format!(
                    "the name '{}' of a tool is there twice, or is none: it has 1 to {TOOL_NAME_BYTES_MAX} letters, digits, '_', '-' and '.'",
                    tool.name.escape_debug()
                ),
                "leave the tool out, or name it otherwise",
            )
            .so(Effect::NothingChanged));
        }
        check::label("name of the tool", &full_name(&offered.server, &tool.name))?;
    }
    Ok(())
}

/// What is known of the server, if it is the asker's; a refusal if the name is somebody else's or may be taken for one that is.
fn check_free<'a>(
    asker: &Asker<'a>,
    me: ParticipantId,
    name: &str,
) -> Result<Option<&'a ToolServer>, Refusal> {
    let access = asker.access;
    let known = access.tool_server(name).map(|known| &**known);
    if let Some(own) = known.filter(|known| known.by == me) {
        return Ok(Some(own));
    }
    let like = access.tool_servers().find(|(other, server)| {
        (*other == name || reads_like(other, name)) && !server.withdrawn && server.by != me
    });
    if let Some((other, _)) = like {
        return Err(taken(
            name,
            format!("is read like '{other}', which somebody else offers"),
        ));
    }
    // What the owner said of a name was meant for whoever had it then.
    let start = format!("{name}{BETWEEN}");
    let said = |audience: &str| audience == name || audience.starts_with(&start);
    if known.is_none() && !asker.is_owner() && access.audiences.keys().any(|key| said(key)) {
        return Err(taken(
            name,
            "is one for which the owner has said for whom it is".to_owned(),
        ));
    }
    let all = access.tool_servers().filter(|(other, _)| *other != name);
    let (mut count, mut own) = (0, 0);
    for (_, server) in all {
        count += 1;
        own += usize::from(server.by == me);
    }
    if own >= TOOL_SERVERS_OF_ONE_MAX || count >= TOOL_SERVERS_MAX {
        return Err(Refusal::new(
            ErrorCode::Overloaded,
            format!(
                "a mesh has at most {TOOL_SERVERS_MAX} servers of tools, {TOOL_SERVERS_OF_ONE_MAX} of one participant, withdrawn ones among them"
            ),
            Effect::NothingChanged,
            "whoever is above you, or the owner, makes room with tool.withdraw",
        ));
    }
    Ok(None)
}

fn taken(name: &str, how: String) -> Refusal {
    Refusal::new(
        ErrorCode::NameTaken,
        format!("the name '{name}' {how}"),
        Effect::NothingChanged,
        "choose another name for the server",
    )
}

/// The event that tells a room what is offered there.
fn shown(name: &str, by: ParticipantId, tools: usize, held: usize) -> impl Fn(RoomId) -> NewEvent {
    let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    move |room| {
        NewEvent::new(ToolsShown {
            room,
            server: name.to_owned(),
            by,
            tools: count(tools),
            held: count(held),
        })
    }
}

fn gone(name: &str, by: ParticipantId, room: RoomId) -> NewEvent {
    shown(name, by, 0, 0)(room)
}

/// Somebody who may has looked at what is held, as it was offered then.
pub(super) fn accept(asker: &Asker<'_>, name: &str, tool: Option<&str>, offer: Seq) -> Decision {
    let (access, me) = (asker.access, asker.me()?);
    let server = access.tool_server(name).filter(|server| !server.withdrawn);
    let Some(server) = server.filter(|server| may_know(access, server, me)) else {
        return Err(no_server());
    };
    if !(access.may_accept_tools(me, server.by)) {
        return Err(refuse::not_yours("let tools be used that are held").so(Effect::NothingChanged));
    }
    let wanted = |name: &str| tool.is_none_or(|tool| tool == name);
    let held: Vec<(&str, ToolPin)> = server
        .here()
        .filter(|(name, _)| wanted(name))
        .filter_map(|(name, tool)| Some((&**name, tool.held?)))
        .collect();
    if held.iter().any(|(_, pin)| pin.offer != offer) {
        return Err(refuse::conflict(
            "what is held was offered anew since you looked at it",
            "look at it again with tool.held",
        )
        .so(Effect::NothingChanged));
    }
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let (open, waits) = server.counts();
    let taken = held.len();
    let tell = shown(
        name,
        server.by,
        usize::from(open) + taken,
        usize::from(waits) - taken,
    );
    let accepted = NewEvent::new(ToolsAccepted {
        server: name.to_owned(),
        by: server.by,
        offer,
        tools: held.into_iter().map(|(name, _)| name.to_owned()).collect(),
    });
    let rooms = server.audience.rooms.iter().map(|room| tell(*room));
    Ok([accepted].into_iter().chain(rooms).collect())
}

/// Its own by whoever offers it; for good by the owner and those above.
pub(super) fn withdraw(asker: &Asker<'_>, name: &str) -> Decision {
    let (access, me) = (asker.access, asker.me()?);
    let Some(server) = access
        .tool_server(name)
        .filter(|server| may_know(access, server, me))
    else {
        return Err(no_server());
    };
    let above = access.is_owner(me) || access.descends(server.by, me);
    if server.by != me && !above {
        return Err(refuse::not_yours("withdraw somebody else's tools").so(Effect::NothingChanged));
    }
    let forgotten = server.by != me;
    if server.withdrawn && !forgotten {
        return Ok(Vec::new());
    }
    let withdrawn = NewEvent::new(ToolsWithdrawn {
        server: name.to_owned(),
        by: server.by,
        forgotten,
    });
    let rooms = server.audience.rooms.iter().filter(|_| !server.withdrawn);
    let rooms = rooms.map(|room| gone(name, server.by, *room));
    Ok([withdrawn].into_iter().chain(rooms).collect())
}

fn may_know(access: &Access, server: &ToolServer, me: ParticipantId) -> bool {
    server.by == me
        || access.is_owner(me)
        || access.descends(server.by, me)
        || !access.tool_rooms(server, me).is_empty()
}

fn no_server() -> Refusal {
    refuse::not_found("server of tools", "list the tools with tool.list").so(Effect::NothingChanged)
}
