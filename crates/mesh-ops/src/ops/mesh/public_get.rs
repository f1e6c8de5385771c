//! `public.get`

use crate::prelude::*;

impl Run for PublicGet {
    async fn run(_: &Door, call: &Call, _: NoInput) -> Result<PublicView, Refusal> {
        let (me, access) = (call.me()?, &call.access);
        let known = access
            .published()
            .filter(|room| access.may(me, Action::See, room.id).is_ok());
        let rooms = known.filter_map(|room| {
            let why = access.check_shown(room).err();
            Some(PublishedRoom {
                room: room.id,
                name: room.name.clone(),
                since: room.published?.seq,
                shown: why.is_none(),
                why: why.map(|why| why.what.into_owned()),
            })
        });
        Ok(PublicView {
            page: access.public_page(),
            rooms: rooms.collect(),
        })
    }
}
