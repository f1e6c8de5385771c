//! The verbs of stories about tasks that go to peer meshes, and tasks that come from them.

use mesh_model::command::{LinkCommand, LinkHeard, TaskCommand, TaskResult};
use mesh_model::events::{History, Place, Relayed, RoomAccess};
use mesh_model::{Command, EventHash, LinkId, ParticipantId, PublicKey, Seq, TaskId};

use super::script::{Args, content, person, room};
use super::world::{World, uuid};
use crate::{governance, work};

/// The key of a peer: the same name is the same mesh.
fn key(name: &str) -> PublicKey {
    let mut bytes = [1; 32];
    bytes[..16].copy_from_slice(uuid(name).as_bytes());
    PublicKey(bytes)
}

fn kinds(args: &Args<'_>) -> Vec<String> {
    let names = args
        .named("can")
        .into_iter()
        .flat_map(|list| list.split(','));
    names.map(str::to_owned).collect()
}

/// `place=NUMBER` in the log of `mesh=NAME`.
fn place(args: &Args<'_>, mesh: &str) -> Place {
    Place {
        mesh: key(args.named("mesh").unwrap_or(mesh)),
        seq: Seq(args.number("place").unwrap_or(1)),
        hash: EventHash([3; 32]),
        message: None,
    }
}

fn brought(args: &Args<'_>, change: TaskCommand) -> LinkCommand {
    let mesh = args.named("of").unwrap_or("south");
    LinkCommand::Work {
        relayed: Relayed {
            origin: mesh.to_owned(),
            sender: "ada".to_owned(),
            path: Vec::new(),
            place: Some(place(args, mesh)),
        },
        change: Box::new(change),
    }
}

/// `open-to-strangers ROOM`, `close-to-strangers ROOM`, `tell-of AT NAME about=WORD agents=LIST`, `tell-nothing AT`, `join-there NAME ROOM`;
/// by the node `admit NAME ROOM`, `forget-mesh NAME` and `follows NAME ROOM place=N`; `links NAME`, `promote`, `unlink`, `lend NAME ROOM can=LIST at-once=N`, `borrow NAME ROOM can=LIST`; by the node `lent NAME can=LIST
/// at-once=N place=N` and `enlist NAME gone`; by `link:NAME` `take-for can=LIST`, `asks ROOM TASK can=KIND place=N`, `unwants TASK` and
/// `brings TASK place=N`.
pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let link = || LinkId(uuid(args.word(0)));
    let at_once = || args.number("at-once").unwrap_or(1) as u16;
    let command = match verb {
        "links" => LinkCommand::Add {
            link: link(),
            peer: key(args.word(0)),
            participant: ParticipantId(person(args.word(0)).0),
            name: args.word(0).to_owned(),
            address: None,
        },
        "promote" => LinkCommand::Promote { link: link() },
        "unlink" => LinkCommand::Remove { link: link() },
        "lend" => LinkCommand::Lend {
            link: link(),
            room: room(args.word(1)),
            capabilities: kinds(args),
            at_once: at_once(),
        },
        "borrow" => LinkCommand::Borrow {
            link: link(),
            room: room(args.word(1)),
            capabilities: kinds(args),
        },
        "lent" => LinkCommand::Heard {
            link: link(),
            place: place(args, args.word(0)),
            what: LinkHeard::Lent {
                capabilities: kinds(args),
                at_once: at_once(),
            },
        },
        "open-to-strangers" | "close-to-strangers" => LinkCommand::Open {
            room: room(args.word(0)),
            open: verb == "open-to-strangers",
        },
        "tell-of" => LinkCommand::Publish {
            at: args.word(0).to_owned(),
            name: args.word(1).to_owned(),
            about: args.named("about").unwrap_or_default().to_owned(),
            agents: args.people("agents"),
        },
        "tell-nothing" => LinkCommand::Unpublish {
            at: args.word(0).to_owned(),
        },
        "admit" => LinkCommand::Admit {
            link: link(),
            peer: key(args.word(0)),
            participant: ParticipantId(person(args.word(0)).0),
            name: args.word(0).to_owned(),
            room: room(args.word(1)),
        },
        "join-there" => LinkCommand::Join {
            link: link(),
            peer: key(args.word(0)),
            participant: ParticipantId(person(args.word(0)).0),
            name: args.word(0).to_owned(),
            address: "open+https://there.example".to_owned(),
            there: room("there"),
            room: room(args.word(1)),
            called: args.word(1).to_owned(),
            access: RoomAccess::Listed,
            history: History::All,
        },
        "forget-mesh" => LinkCommand::Forget { link: link() },
        "follows" => LinkCommand::Heard {
            link: link(),
            place: place(args, args.word(0)),
            what: LinkHeard::Follower {
                room: room(args.word(1)),
                follows: true,
            },
        },
        "enlist" => LinkCommand::Enlist {
            link: link(),
            here: !args.has("gone"),
        },
        "take-for" => LinkCommand::Take {
            capabilities: kinds(args),
        },
        "asks" => {
            let create = TaskCommand::Create {
                room: room(args.word(0)),
                tasks: vec![work::new_task(world, args.word(1), args)],
            };
            brought(args, create)
        }
        "brings" => {
            let id = work::task(args.word(0));
            let finish = TaskCommand::Finish {
                task: id,
                fence: work::fence(world, args),
                result: Box::new(TaskResult::default()),
                spare: TaskId(uuid("spare")),
                evidence: governance::evidence(world, args),
                body: content(20),
            };
            brought(args, finish)
        }
        "unwants" => {
            let task = work::task(args.word(0));
            return Some(Command::Task(TaskCommand::Cancel { task, reason: None }));
        }
        _ => return None,
    };
    Some(Command::Link(command))
}

/// `spare-hands NAME`: for whom a peer would find something to do now.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    if verb != "spare-hands" {
        return None;
    }
    let state = &world.state;
    let found = state
        .access
        .link(LinkId(uuid(args.word(0))))
        .expect("a link");
    let free = mesh_core::free_for(&state.access, &state.work, found, world.now);
    let free: Vec<String> = free
        .iter()
        .map(|(name, slots)| format!("{name}:{slots}"))
        .collect();
    Some(if free.is_empty() {
        "none".to_owned()
    } else {
        free.join(",")
    })
}
