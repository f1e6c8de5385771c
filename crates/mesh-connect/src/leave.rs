//! Whether words of a room may leave the mesh with a connector: the rule by which webhooks carry words, read by a client.
//!
//! Who rules a room takes its words anywhere; others where its policy lets them (`data.leave.outside`) and means them as
//! carriers. What a client cannot know for sure is a no.

use mesh_model::api::{NoInput, Participant, ParticipantRefInput, Room, RoomRefInput};
use mesh_model::events::RoomKind;
use mesh_model::ops::{MeGet, ParticipantGet, RoomGet, RoomPolicyGet};
use mesh_model::policy::Who;
use mesh_model::{ParticipantId, RoomId};
use mesh_sdk::{Client, Error};

use crate::mesh::seen;

/// Whose connector it is.
#[derive(Debug, Clone)]
pub(crate) struct Carrier {
    pub me: Participant,
    pub owner: bool,
    /// Whether words of direct conversations go out: their person's choice. Those with its own agents do anyway.
    pub direct: bool,
}

impl Carrier {
    /// Whoever the connection's token says.
    pub async fn of(client: &Client, direct: bool) -> Result<Carrier, Error> {
        let me = client.call::<MeGet>(NoInput {}).await?;
        Ok(Carrier {
            me: me.participant,
            owner: me.owner,
            direct,
        })
    }

    /// Whether words of all these rooms may go out now.
    pub async fn may_take_out(
        &self,
        client: &Client,
        rooms: impl IntoIterator<Item = RoomId>,
    ) -> Result<bool, Error> {
        for room in rooms {
            let asked = RoomRefInput {
                room: room.to_string(),
            };
            let Some(found) = seen(client.call::<RoomGet>(asked).await)? else {
                return Ok(false);
            };
            if !self.may_take(client, &found).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn may_take(&self, client: &Client, room: &Room) -> Result<bool, Error> {
        if room.kind == RoomKind::Direct {
            let with = room.with.as_ref().map(|with| with.id);
            return Ok(self.direct || self.is_mine(client, with).await?);
        }
        if room.member && self.rules(room) {
            return Ok(true);
        }
        let asked = RoomRefInput {
            room: room.id.to_string(),
        };
        let policy = seen(client.call::<RoomPolicyGet>(asked).await)?;
        Ok(policy.is_some_and(|view| {
            let leave = view.policy.data.leave;
            leave.outside && self.is_meant(&leave.carriers)
        }))
    }

    fn rules(&self, room: &Room) -> bool {
        self.owner
            || room
                .creator
                .as_ref()
                .is_some_and(|creator| creator.id == self.me.id)
    }

    fn is_meant(&self, who: &Who) -> bool {
        let me = &self.me;
        let handle = |named: &String| named.trim_start_matches('@') == me.handle;
        (who.participants.is_empty() || who.participants.iter().any(handle))
            && (who.kinds.is_empty() || who.kinds.contains(&me.kind))
            && (who.trust.is_empty() || who.trust.contains(&me.trust))
            && (who.roles.is_empty() || who.roles.iter().any(|role| me.roles.contains(role)))
            && (who.groups.is_empty() || who.groups.iter().any(|group| me.groups.contains(group)))
    }

    /// A conversation with an agent of one's own is nobody else's.
    async fn is_mine(&self, client: &Client, with: Option<ParticipantId>) -> Result<bool, Error> {
        let Some(with) = with else {
            return Ok(false);
        };
        let asked = ParticipantRefInput {
            participant: with.to_string(),
        };
        let found = seen(client.call::<ParticipantGet>(asked).await)?;
        let behind = found.and_then(|found| found.behind);
        Ok(behind.is_some_and(|behind| behind.id == self.me.id))
    }
}
