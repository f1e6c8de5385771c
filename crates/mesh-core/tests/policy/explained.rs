//! What `explain` says against what is decided, in random worlds: whatever is told to be allowed is not
//! refused, and whatever is told to be refused is, in the same words and by the same rule.

use mesh_model::command::{MessageCommand, PolicyCommand, PostMessage, RoomCommand};
use std::collections::BTreeMap;

use mesh_model::{api, *};
use serde_json::json;

use crate::model::{Deed, PEOPLE};
use crate::random::{self, Random};
use crate::{Core, MONDAY_MS, ROOM, actor, command, id, uuid, worlds};

/// Worlds that are looked at.
const WORLDS: usize = 300;
const DIRECT: RoomId = RoomId(uuid::Uuid::from_u128(2 << 64 | 8));

/// A conversation, bans, a room out of use or out of sight, and rules.
fn disturb(core: &mut Core, random: &mut Random) {
    let talk = Command::Room(RoomCommand::Create {
        room: DIRECT,
        kind: events::RoomKind::Direct,
        name: None,
        access: events::RoomAccess::Private,
        history: None,
        defaults: None,
        members: vec![id(1)],
        text: None,
    });
    core.run(actor(2), &talk).ok();
    for number in 1..PEOPLE {
        if random.chance(6) {
            let ban = Command::Room(RoomCommand::Ban {
                room: ROOM,
                participant: id(number),
                reason: None,
            });
            // Whoever made the room cannot be banned from it.
            core.run(
                actor(0),
                &Command::Room(RoomCommand::Add {
                    room: ROOM,
                    participant: id(0),
                }),
            )
            .ok();
            core.run(actor(0), &ban).ok();
        }
    }
    let mut policy = json!({"rules": random::policy(random)["rules"]});
    if random.chance(3) {
        policy["visibility"] = json!("private");
    }
    let set = Command::Policy(PolicyCommand::Set {
        room: ROOM,
        policy: Box::new(serde_json::from_value(policy).expect("a policy")),
        expected: None,
        force: true,
    });
    core.run(actor(0), &set).ok();
    if random.chance(2) {
        let away = Command::Room(RoomCommand::Leave { room: ROOM });
        core.run(actor(0), &away).ok();
    }
    if random.chance(3) {
        for number in 0..PEOPLE {
            core.run(
                actor(number),
                &Command::Room(RoomCommand::Archive { room: ROOM }),
            )
            .ok();
        }
    }
}

/// Whether the core does it, or its refusal. What is only read is asked as readers ask.
fn does(
    core: &Core,
    now: Millis,
    who: usize,
    room: RoomId,
    deed: api::Deed,
) -> Result<(), Refusal> {
    let done = match deed {
        api::Deed::Listen => {
            let access = &core.state.access;
            let listens = || access.may(id(who), mesh_core::Action::Read, room);
            return access.check_enabled(id(who)).and_then(|()| listens());
        }
        api::Deed::Speak => {
            let deed = Deed {
                who,
                minute: 0,
                payload: false,
                bytes: 1,
                answers: false,
                named: false,
                asks: None,
                score: 0,
            };
            let mut said = command(core, &deed);
            if let Command::Message(MessageCommand::Post(PostMessage { room: place, .. })) =
                &mut said
            {
                *place = room;
            }
            said
        }
        api::Deed::Join => Command::Room(RoomCommand::Join { room }),
        api::Deed::SetPolicy => Command::Policy(PolicyCommand::Set {
            room,
            policy: Box::default(),
            expected: None,
            force: true,
        }),
        // Lifting a ban that there is not needs the right and changes nothing.
        _ => Command::Room(RoomCommand::Unban {
            room,
            participant: id(PEOPLE + 1),
        }),
    };
    core.would(now, who, &done).map(drop)
}

#[test]
fn what_is_explained_is_what_is_decided() {
    let mut random = Random::new(0x6578_706c);
    let mut told: BTreeMap<(String, bool), usize> = BTreeMap::new();
    let rooms = [
        ROOM,
        DIRECT,
        RoomId(uuid(2, 1)),
        RoomId(uuid(2, 2)),
        RoomId(uuid(2, 10)),
    ];
    let deeds = [
        api::Deed::Speak,
        api::Deed::Listen,
        api::Deed::Join,
        api::Deed::SetPolicy,
        api::Deed::Moderate,
    ];
    for _ in 0..WORLDS {
        let (mut core, _) = worlds(&mut random);
        disturb(&mut core, &mut random);
        let now = Millis(MONDAY_MS + random.below(7 * 1440) as u64 * 60_000);
        for who in 0..PEOPLE {
            for (room, deed) in rooms
                .iter()
                .flat_map(|room| deeds.map(|deed| (*room, deed)))
            {
                let says = core.state.access.explain(room, id(who), deed, now);
                let done = does(&core, now, who, room, deed);
                *told.entry((format!("{deed:?}"), says.is_ok())).or_default() += 1;
                assert_eq!(
                    says.map(drop),
                    done,
                    "{deed:?} of {who} in {:?}",
                    core.state.access.room(room)
                );
            }
        }
    }
    // A test that refuses everything, or nothing, compares nothing.
    assert_eq!(told.len(), 2 * deeds.len(), "{told:?}");
}
