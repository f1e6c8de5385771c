//! For whom the node's tools are.

use mesh_model::api::ToolAudience;
use mesh_model::events::Trust;
use mesh_model::{ParticipantId, RoomId};

use crate::Access;

impl Access {
    /// What the owner said of a tool, or of a plugin.
    pub fn tool_audience(&self, name: &str) -> Option<&ToolAudience> {
        self.audiences.get(name).map(|audience| &**audience)
    }

    /// Whether somebody is among those for whom a tool is.
    pub fn is_tool_for(&self, audience: &ToolAudience, who: ParticipantId) -> bool {
        let Some(found) = self.participant(who) else {
            return false;
        };
        let open = |trust| match (&audience.trust[..], &audience.participants[..]) {
            ([], []) => trust >= Trust::Local,
            ([], _) => true,
            (named, _) => named.contains(&trust),
        };
        let named = &audience.participants;
        let inside = |room: &RoomId| self.member(*room, who).is_some();
        self.is_owner(who)
            || ((named.is_empty() || named.contains(&found.handle))
                && (audience.roles.is_empty()
                    || audience.roles.iter().any(|role| found.roles.contains(role)))
                && open(self.trust_of(who, false))
                && (audience.rooms.is_empty() || audience.rooms.iter().any(inside)))
    }
}
