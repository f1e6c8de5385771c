//! For whom a tool is: every participant against every audience, compared with the words of the rule.

use mesh_model::api::ToolAudience;
use mesh_model::events::Trust;

use super::script::{person, room, world_after};

/// Who, its trust, its role and the room it is in.
const EVERYBODY: [(&str, Trust, &str, &str); 6] = [
    ("owner", Trust::Owner, "", ""),
    ("rex", Trust::Local, "scout", "ops"),
    ("tom", Trust::Local, "", "lab"),
    ("fay", Trust::Federated, "scout", "lab"),
    ("mole", Trust::Untrusted, "scout", "ops"),
    ("eve", Trust::Untrusted, "", ""),
];

const SETTING: &str = "owner room ops
    owner room lab
    owner agent rex
    owner agent tom
    owner agent fay
    owner agent mole
    owner agent eve
    owner roles rex scout
    owner roles fay scout
    owner roles mole scout
    owner add ops rex
    owner add lab tom
    owner add lab fay
    owner add ops mole
    owner trust fay federated
    owner trust mole untrusted
    owner trust eve untrusted
    owner leave ops
    owner leave lab";

fn audiences() -> Vec<ToolAudience> {
    let mut all = Vec::new();
    for participants in [&[][..], &["mole"], &["tom", "eve"]] {
        for roles in [&[][..], &["scout"], &["cook"]] {
            for trust in [
                vec![],
                vec![Trust::Untrusted],
                vec![Trust::Local, Trust::Federated],
            ] {
                for rooms in [&[][..], &["ops"], &["ops", "lab"]] {
                    let texts = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
                    all.push(ToolAudience {
                        participants: texts(participants),
                        roles: texts(roles),
                        trust: trust.clone(),
                        rooms: rooms.iter().map(|name| room(name)).collect(),
                    });
                }
            }
        }
    }
    all
}

#[test]
fn a_tool_is_for_whoever_fits_all_that_is_said_and_for_the_owner() {
    let world = world_after(SETTING);
    let access = &world.state.access;
    let mut for_guests = 0;
    for audience in audiences() {
        for (who, trust, role, inside) in EVERYBODY {
            let mut fits = true;
            if !audience.participants.is_empty() {
                fits &= audience.participants.iter().any(|it| it == who);
            }
            if !audience.roles.is_empty() {
                fits &= audience.roles.iter().any(|it| it == role);
            }
            if !audience.rooms.is_empty() {
                fits &= !inside.is_empty() && audience.rooms.contains(&room(inside));
            }
            if !audience.trust.is_empty() {
                fits &= audience.trust.contains(&trust);
            } else if audience.participants.is_empty() {
                fits &= matches!(trust, Trust::Owner | Trust::Local);
            }
            fits |= who == "owner";
            let told = access.is_tool_for(&audience, person(who));
            assert_eq!(told, fits, "{who}: {audience:?}");
            for_guests += u32::from(told && trust == Trust::Untrusted);
        }
    }
    // The test would say nothing if guests fitted nowhere.
    assert!(for_guests > 0);
}
