//! `invite.preview`

use super::code;
use crate::ops::present;
use crate::prelude::*;

use mesh_model::events::Trust;
use mesh_node::machine::Whose;

impl Run for InvitePreview {
    async fn run(
        door: &Door,
        call: &Call,
        input: InvitePreviewInput,
    ) -> Result<InviteOffer, Refusal> {
        let id = code::invite(door, call, &input.code).await?;
        let (found, creator) = code::open(&call.access, id, call.now)?;
        let row = door.view(call, move |view| view.profile(creator)).await?;
        let room = found.room.and_then(|room| call.access.room(room));
        let room = room.filter(|room| !room.archived);
        let whose = Whose::of_itself(&call.access, creator);
        let name = row.map(|row| row.profile.display_name);
        let reader = present::reader(door, call);
        Ok(InviteOffer {
            mesh: call
                .access
                .mesh()
                .map(|mesh| mesh.name.clone())
                .unwrap_or_default(),
            from: present::participant(&call.access, creator),
            from_name: reader.tell(&call.access, &whose, name.unwrap_or_default()),
            kind: found.kind,
            role: found.role,
            guest: found.trust == Trust::Untrusted,
            room: room.and_then(|room| room.name.clone()),
            uses_left: found.uses_left(),
            expires: found.expires,
        })
    }
}
