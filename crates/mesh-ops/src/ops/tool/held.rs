//! `tool.held`: as it was accepted, beside as it is offered now

use super::found::Texts;
use crate::ops::present;
use crate::prelude::*;

use mesh_core::ToolPin;
use mesh_node::machine::{Reader, Whose};

/// A tool that waits: its server, its name, who offers it, what was accepted, what is offered.
struct Waiting {
    server: String,
    tool: String,
    by: ParticipantId,
    was: Option<ToolPin>,
    now: ToolPin,
}

impl Run for ToolHeld {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<HeldTool>, Refusal> {
        let (access, me) = (&call.access, call.me()?);
        let mine = access
            .tool_servers()
            .filter(|(_, server)| access.may_accept_tools(me, server.by));
        let held = mine.flat_map(|(name, server)| {
            server.here().filter_map(|(tool, pins)| {
                Some(Waiting {
                    server: name.to_owned(),
                    tool: tool.to_string(),
                    by: server.by,
                    was: pins.accepted,
                    now: pins.held?,
                })
            })
        });
        let held: Vec<Waiting> = held.collect();
        let offers = held
            .iter()
            .flat_map(|one| [Some(one.now.offer), one.was.map(|was| was.offer)]);
        let texts = Texts::read(door, offers.flatten().collect()).await?;
        let reader = present::reader(door, call);
        if !held.is_empty() {
            // Nobody has looked at it yet.
            reader.note_outside();
        }
        let items = held.into_iter().map(|one| HeldTool {
            was: one.was.map(|was| text(access, reader, &texts, &one, was)),
            now: text(access, reader, &texts, &one, one.now),
            by: present::participant(access, one.by),
            offer: one.now.offer,
            score: one.now.score,
            server: one.server,
            tool: one.tool,
        });
        Ok(List {
            items: items.collect(),
        })
    }
}

/// Whoever wrote it: it is here to be judged, not followed.
fn text(
    access: &Access,
    reader: Reader<'_>,
    texts: &Texts,
    one: &Waiting,
    pin: ToolPin,
) -> ToolText {
    let whose = Whose::of(access, one.by, pin.offer).as_data();
    let said = texts.of(pin.offer, &one.tool);
    let heard = reader.hear(access, &whose, said.about, Some(said.input));
    ToolText {
        about: heard.text,
        input: heard.data.unwrap_or_default(),
    }
}
