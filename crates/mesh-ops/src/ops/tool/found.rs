//! A tool as a call finds it: one of the node's, or one that a participant offers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{NodeTool, own};
use crate::ops::present;
use crate::prelude::*;

use mesh_core::{OfferedTool, ToolServer};
use mesh_log::Content;
use mesh_model::Permission;
use mesh_model::events::GuardMark;
use mesh_model::policy::GuardRules;
use mesh_model::tool::{full_name, parts};
use mesh_node::machine::{Reader, Whose};
use serde_json::Map;

/// A tool, with where it comes from.
pub(super) struct Found {
    pub tool: NodeTool,
    pub offered: Option<Offered>,
}

/// Where a participant's tool comes from.
#[derive(Clone)]
pub(super) struct Offered {
    /// The server.
    pub server: String,
    /// The tool, as the server calls it.
    pub tool: String,
    /// What is known of the server.
    pub record: Arc<ToolServer>,
    /// What is known of the tool.
    pub pins: OfferedTool,
}

/// What servers said of their tools in offers, by the offer's place in the log.
pub(super) struct Texts(BTreeMap<Seq, ToolOfferBody>);

impl Texts {
    /// Reads them where they stand.
    pub async fn read(door: &Door, offers: Vec<Seq>) -> Result<Texts, Refusal> {
        let reader = door.node().log_reader();
        let read = move || {
            let mut texts = BTreeMap::new();
            for offer in offers {
                if texts.contains_key(&offer) {
                    continue;
                }
                let found = reader.get(offer.0, |record| match record.content {
                    Content::Json(json) => serde_json::from_str(json).ok(),
                    Content::None | Content::Erased => None,
                });
                match found {
                    Ok(body) => texts.insert(offer, body.flatten().unwrap_or_default()),
                    Err(why) => {
                        tracing::error!(%why, "the words of an offer could not be read");
                        None
                    }
                };
            }
            texts
        };
        Ok(Texts(door.blocking(read).await?))
    }

    /// What an offer says of a tool.
    pub fn of(&self, offer: Seq, tool: &str) -> ToolDescription {
        let body = self.0.get(&offer);
        let found = body.and_then(|body| body.said.iter().find(|found| found.name == tool));
        found.cloned().unwrap_or_else(|| ToolDescription {
            name: tool.to_owned(),
            about: String::new(),
            input: Map::new(),
        })
    }
}

/// The tools that the caller may use.
pub(super) async fn all(door: &Door, call: &Call) -> Result<Vec<Found>, Refusal> {
    let mut tools = own();
    tools.extend(door.tools().list().await);
    let nodes = tools.into_iter().map(|tool| Found {
        tool,
        offered: None,
    });
    let mut all: Vec<Found> = nodes.collect();
    let servers = call.access.tool_servers();
    let offered = servers.flat_map(|(name, record)| {
        let tools = record.here();
        tools.map(|(tool, pins)| offered(name, record, tool, *pins))
    });
    let offered: Vec<Offered> = offered.filter(|it| may_use_offered(call, it)).collect();
    all.extend(described(door, offered).await?);
    all.retain(|found| found.is_open(call));
    Ok(all)
}

/// The tool of that name, whoever may use it.
pub(super) async fn named(door: &Door, call: &Call, name: &str) -> Result<Option<Found>, Refusal> {
    let own = own().into_iter().find(|tool| tool.name == name);
    let offers = parts(name).and_then(|(server, tool)| {
        let record = call.access.tool_server(server)?;
        let (_, pins) = record.here().find(|(here, _)| &***here == tool)?;
        Some(offered(server, record, tool, *pins))
    });
    if let Some(offered) = offers {
        return Ok(described(door, vec![offered]).await?.pop());
    }
    let tool = match own {
        Some(own) => Some(own),
        None => door.tools().find(name.to_owned()).await,
    };
    Ok(tool.map(|tool| Found {
        tool,
        offered: None,
    }))
}

fn offered(server: &str, record: &Arc<ToolServer>, tool: &str, pins: OfferedTool) -> Offered {
    Offered {
        server: server.to_owned(),
        tool: tool.to_owned(),
        record: Arc::clone(record),
        pins,
    }
}

fn may_use_offered(call: &Call, offered: &Offered) -> bool {
    call.me().is_ok_and(|me| offered.is_for(&call.access, me))
}

/// With what their servers say of them. Of what is held nothing is told: nobody has looked at it.
async fn described(door: &Door, all: Vec<Offered>) -> Result<Vec<Found>, Refusal> {
    let offers = all.iter().filter(|offered| offered.pins.held.is_none());
    let offers = offers.filter_map(|offered| Some(offered.pins.accepted?.offer));
    let texts = Texts::read(door, offers.collect()).await?;
    let found = all.into_iter().map(|offered| {
        let accepted = offered
            .pins
            .accepted
            .filter(|_| offered.pins.held.is_none());
        let text = accepted.map(|pin| texts.of(pin.offer, &offered.tool));
        Found {
            tool: NodeTool {
                name: full_name(&offered.server, &offered.tool),
                about: text
                    .as_ref()
                    .map(|text| text.about.clone())
                    .unwrap_or_default(),
                input: text.map(|text| text.input).unwrap_or_default(),
                needs: Permission::TasksWrite,
                plugin: None,
                audience: None,
                off: offered.off(door),
            },
            offered: Some(offered),
        }
    });
    Ok(found.collect())
}

impl Offered {
    /// Whether somebody may use it, were it not held.
    pub fn is_for(&self, access: &Access, who: ParticipantId) -> bool {
        access.is_offered_to(&self.server, &self.record, &self.tool, who)
    }

    /// Why it cannot be used now.
    fn off(&self, door: &Door) -> Option<String> {
        if self.pins.held.is_some() {
            let how = if self.pins.accepted.is_some() {
                "has changed since it was looked at"
            } else {
                "is new"
            };
            return Some(format!(
                "it {how} and is held until the owner of the mesh, or a person above whoever offers it, accepts it: tool.held"
            ));
        }
        let online = door.seats().is_online(&self.server, self.record.by);
        (!online).then(|| "whoever offers it does not run its server now".to_owned())
    }

    /// What its server says of it, as a reader gets it.
    pub fn whose<'a>(&self, access: &Access, mark: Option<&'a GuardMark>) -> Whose<'a> {
        let pin = self.pins.accepted.or(self.pins.held);
        let offer = pin.map_or(self.record.offer, |pin| pin.offer);
        Whose::of(access, self.record.by, offer).doubted(mark)
    }

    fn mark(&self) -> Option<GuardMark> {
        let score = self.pins.accepted.or(self.pins.held)?.score;
        (score >= GuardRules::default().mark).then(|| GuardMark {
            version: mesh_guard::VERSION,
            score,
            marked: true,
            reasons: Vec::new(),
        })
    }
}

impl Found {
    /// For whom it is.
    pub fn audience(&self, access: &Access) -> ToolAudience {
        if let Some(offered) = &self.offered {
            return access.offered_audience(&offered.server, &offered.record, &offered.tool);
        }
        let said = |name: &str| access.tool_audience(name);
        said(&self.tool.name)
            .or_else(|| said(self.tool.plugin.as_deref()?))
            .or(self.tool.audience.as_ref())
            .cloned()
            .unwrap_or_default()
    }

    /// Whether the caller is among those for whom it is.
    pub fn is_open(&self, call: &Call) -> bool {
        match &self.offered {
            Some(offered) => may_use_offered(call, offered),
            None => call.me().is_ok_and(|me| {
                let audience = self.audience(&call.access);
                call.access.is_tool_for(&audience, me)
            }),
        }
    }

    /// The tool as its reader gets it.
    pub fn shown(self, door: &Door, call: &Call, owner: bool) -> ToolView {
        let access = &call.access;
        let reader = present::reader(door, call);
        let audience = owner.then(|| self.audience(access));
        let mark = self.offered.as_ref().and_then(Offered::mark);
        let (by, whose) = match &self.offered {
            Some(offered) => {
                note(reader, call, offered);
                let by = present::participant(access, offered.record.by);
                (Some(by), offered.whose(access, mark.as_ref()))
            }
            // Plugins are of whoever runs the node.
            None => {
                let owner = access.owner().unwrap_or(ParticipantId(Uuid::nil()));
                (None, Whose::of(access, owner, Seq::ZERO))
            }
        };
        let heard = reader.hear(access, &whose, self.tool.about, Some(self.tool.input));
        ToolView {
            name: self.tool.name,
            about: heard.text,
            input: heard.data.unwrap_or_default(),
            needs: self.tool.needs,
            plugin: self.tool.plugin,
            server: self.offered.map(|offered| offered.server),
            by,
            audience,
            off: self.tool.off,
        }
    }
}

/// What a server says of its tools are words of the rooms in which they are offered.
fn note(reader: Reader<'_>, call: &Call, offered: &Offered) {
    let rooms = call
        .me()
        .map(|me| call.access.tool_rooms(&offered.record, me));
    for room in rooms.unwrap_or_default() {
        reader.note(room);
    }
}
