//! What the state remembers of the tools that participants offer.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::api::ToolAudience;
use mesh_model::events::Trust;
use mesh_model::tool::full_name;
use mesh_model::{ParticipantId, RoomId, Seq, ToolHash};
use serde::{Deserialize, Serialize};

use crate::{Access, Action};

/// A participant's server of tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolServer {
    /// Who offers it.
    pub by: ParticipantId,
    /// For whom its tools are.
    pub audience: ToolAudience,
    /// The latest offer.
    pub offer: Seq,
    /// Whether it is offered no more. What was accepted of it is remembered, so that it does not change meanwhile.
    pub withdrawn: bool,
    /// Its tools, by name.
    pub tools: OrdMap<Arc<str>, OfferedTool>,
}

/// A tool of a participant's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedTool {
    /// As it may be used.
    pub accepted: Option<ToolPin>,
    /// As it is offered, if nobody has looked at that yet.
    pub held: Option<ToolPin>,
    /// Whether the latest offer has it.
    pub here: bool,
}

/// What is said of a tool, by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolPin {
    /// The hash.
    pub hash: ToolHash,
    /// The offer whose words say it.
    pub offer: Seq,
    /// What the guard made of it, in percent.
    pub score: u8,
}

impl ToolServer {
    /// The tools of the latest offer.
    pub fn here(&self) -> impl Iterator<Item = (&Arc<str>, &OfferedTool)> {
        self.tools
            .iter()
            .filter(|(_, tool)| tool.here && !self.withdrawn)
    }

    /// How many of them may be used, and how many are held.
    pub(super) fn counts(&self) -> (u16, u16) {
        let count = |held: bool| {
            let found = self.here().filter(|(_, tool)| tool.held.is_some() == held);
            u16::try_from(found.count()).unwrap_or(u16::MAX)
        };
        (count(false), count(true))
    }
}

impl Access {
    /// A participant's server of tools, withdrawn ones included.
    pub fn tool_server(&self, name: &str) -> Option<&Arc<ToolServer>> {
        self.tool_servers.get(name)
    }

    /// All of them, in the order of their names.
    pub fn tool_servers(&self) -> impl Iterator<Item = (&str, &Arc<ToolServer>)> {
        self.tool_servers
            .iter()
            .map(|(name, server)| (&**name, server))
    }

    /// For whom a tool of a participant's server is: what the owner said of it, or of its server, else what whoever offers it
    /// said, in the rooms in which that one may speak now.
    pub fn offered_audience(&self, name: &str, server: &ToolServer, tool: &str) -> ToolAudience {
        let said = self
            .tool_audience(&full_name(name, tool))
            .or_else(|| self.tool_audience(name));
        if let Some(said) = said {
            return said.clone();
        }
        let mut audience = server.audience.clone();
        audience
            .rooms
            .retain(|room| self.may(server.by, Action::Post, *room).is_ok());
        audience
    }

    /// Whether somebody may use a tool of a participant's server, were it not held. Those who are trusted less than `local`
    /// may if the owner of the mesh says so.
    pub fn is_offered_to(
        &self,
        name: &str,
        server: &ToolServer,
        tool: &str,
        who: ParticipantId,
    ) -> bool {
        let said = self.tool_audience(&full_name(name, tool)).is_some()
            || self.tool_audience(name).is_some();
        let audience = self.offered_audience(name, server, tool);
        let open =
            said || (!audience.rooms.is_empty() && self.trust_of(who, false) >= Trust::Local);
        let offers = self.participant(server.by);
        !server.withdrawn
            && open
            && offers.is_some_and(|by| by.is_enabled())
            && self.is_tool_for(&audience, who)
    }

    /// Whether somebody may use any tool of a participant's server, were it not held.
    pub fn is_server_for(&self, name: &str, server: &ToolServer, who: ParticipantId) -> bool {
        server
            .here()
            .any(|(tool, _)| self.is_offered_to(name, server, tool, who))
    }

    /// The rooms in which somebody meets a server: whose words its tools are there.
    pub fn tool_rooms(&self, server: &ToolServer, who: ParticipantId) -> Vec<RoomId> {
        let rooms = server.audience.rooms.iter();
        rooms
            .filter(|room| self.member(**room, who).is_some())
            .copied()
            .collect()
    }

    /// Whether somebody may say that held tools of this participant may be used: the owner of the mesh, or a person of this
    /// mesh who offers them or stands above whoever does.
    pub fn may_accept_tools(&self, who: ParticipantId, by: ParticipantId) -> bool {
        self.is_owner(who)
            || (self.is_person(who)
                && self.trust_of(who, false) >= Trust::Local
                && (who == by || self.descends(by, who)))
    }
}
