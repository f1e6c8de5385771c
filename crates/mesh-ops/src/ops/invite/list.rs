//! `invite.list`

use crate::ops::present;
use crate::prelude::*;

use mesh_model::events::Trust;
use mesh_node::machine::Whose;

impl Run for InviteList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Invite>, Refusal> {
        let mut found: Vec<_> = call.access.invites().cloned().collect();
        found.reverse();
        let ids: Vec<_> = found.iter().map(|found| found.id).collect();
        let labels = door
            .view(call, move |view| {
                ids.iter()
                    .map(|id| view.invite_label(*id))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        let (access, reader) = (&call.access, present::reader(door, call));
        let items = found.iter().zip(labels).filter_map(|(found, label)| {
            let whose = Whose::of_itself(access, found.creator?);
            let label = label.map(|row| row.label).unwrap_or_default();
            Some(Invite {
                id: found.id,
                label: reader.tell(access, &whose, label),
                kind: found.kind,
                permissions: found.permissions,
                role: found.role,
                guest: found.trust == Trust::Untrusted,
                uses: found.uses,
                used: found.uses - found.uses_left(),
                expires: found.expires,
                room: found
                    .room
                    .filter(|room| call.room(&room.to_string()).is_ok()),
                creator: present::participant(&call.access, found.creator?),
                revoked: found.revoked
                    || found
                        .maker
                        .is_some_and(|maker| call.access.is_revoked(maker)),
            })
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
