//! For whom a tool is: every participant against every audience, compared with the words of the rule. And the verbs of
//! stories about tools that participants offer.

use mesh_model::api::ToolAudience;
use mesh_model::command::{OfferTools, ToolCommand, ToolOffered};
use mesh_model::events::Trust;
use mesh_model::{Command, ToolHash};

use super::script::{Args, content, enum_of, person, room, world_after};
use super::world::World;

/// `offer SERVER ROOM,ROOM TOOL:TEXT:SCORE,…`, where a tool's text is a number that stands for its hash.
pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let list = |at: usize| {
        args.words
            .get(at)
            .into_iter()
            .flat_map(|list| list.split(','))
    };
    let tool = |text: &str| {
        let mut parts = text.split(':');
        ToolOffered {
            name: parts.next().unwrap().to_owned(),
            hash: ToolHash([parts.next().map_or(0, |text| text.parse().unwrap()); 32]),
            score: parts.next().map_or(0, |score| score.parse().unwrap()),
        }
    };
    let offer = |name: &str| world.state.access.tool_server(name).unwrap().offer;
    let command = match verb {
        "offer" => ToolCommand::Offer(OfferTools {
            server: args.word(0).to_owned(),
            audience: ToolAudience {
                rooms: list(1).map(room).collect(),
                trust: args.named("trust").into_iter().map(enum_of).collect(),
                roles: args.named("roles").map(str::to_owned).into_iter().collect(),
                ..ToolAudience::default()
            },
            tools: list(2).map(tool).collect(),
            body: content(10),
        }),
        // accept SERVER [TOOL] [offer=N]: N offers before the latest
        "accept-tools" => ToolCommand::Accept {
            server: args.word(0).to_owned(),
            tool: args.words.get(1).map(|tool| (*tool).to_owned()),
            offer: args
                .number("offer")
                .map_or_else(|| offer(args.word(0)), mesh_model::Seq),
        },
        "withdraw-tools" => ToolCommand::Withdraw {
            server: args.word(0).to_owned(),
        },
        _ => return None,
    };
    Some(Command::Tool(command))
}

/// `tools SERVER WHO`: what WHO may use of it, `?` behind what is held. `pinned SERVER`: what is remembered as accepted.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    let access = &world.state.access;
    let told = |names: Vec<String>| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(",")
        }
    };
    let server = || access.tool_server(args.word(0));
    Some(match verb {
        "tools" => {
            let (name, who) = (args.word(0), person(args.word(1)));
            let open = server().into_iter().flat_map(|server| {
                server
                    .here()
                    .filter(move |(tool, _)| access.is_offered_to(name, server, tool, who))
                    .map(|(tool, found)| match found.held {
                        Some(_) => format!("{tool}?"),
                        None => tool.to_string(),
                    })
            });
            told(open.collect())
        }
        "pinned" => {
            let pins = server().into_iter().flat_map(|server| server.tools.iter());
            let pins = pins
                .filter_map(|(name, tool)| Some(format!("{name}:{}", tool.accepted?.hash.0[0])));
            told(pins.collect())
        }
        _ => return None,
    })
}

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
