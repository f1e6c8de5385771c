//! The verbs of stories about inlets.

use mesh_model::command::InletCommand;
use mesh_model::events::{InletCreated, InletKind};
use mesh_model::{Command, CredentialId, InletId, ParticipantId};

use super::script::{Args, enum_of, person, room};
use super::world::{World, uuid};

/// `inlet NAME ROOM HANDLE makes=WHAT assigned=WHO mentions=WHO`, and by its name `shut`, `let-in`, `new-secret VERSION`, `wall`.
pub fn command(_: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let inlet = InletId(uuid(args.words.first()?));
    let command = match verb {
        "inlet" => {
            let body = serde_json::value::to_raw_value(&serde_json::json!({}));
            InletCommand::Create {
                wanted: InletCreated {
                    inlet,
                    room: room(args.word(1)),
                    participant: ParticipantId(person(args.word(2)).0),
                    credential: CredentialId(uuid(&format!("{}-credential", args.word(0)))),
                    kind: InletKind::Github,
                    makes: args.named("makes").map(enum_of).unwrap_or_default(),
                    events: vec!["push".to_owned()],
                    mentions: args.people("mentions"),
                    data: false,
                    event_type: None,
                    template: None,
                    capability: None,
                    assigned: args.named("assigned").map(person),
                },
                handle: args.word(2).to_owned(),
                profile: None,
                label: None,
                body: body.ok(),
            }
        }
        "shut" => InletCommand::Pause { inlet },
        "let-in" => InletCommand::Resume { inlet },
        "new-secret" => InletCommand::Rotate {
            inlet,
            version: args.word(1).parse().unwrap(),
        },
        "wall" => InletCommand::Delete { inlet },
        _ => return None,
    };
    Some(Command::Inlet(command))
}

/// `knows NAME`: how far its bridge is trusted, and whether it may say anything now.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    if verb != "knows" {
        return None;
    }
    let access = &world.state.access;
    let found = access.inlet(InletId(uuid(args.word(0)))).expect("an inlet");
    let trust = access.trust_of(found.set.participant, false).name();
    Some(match access.check_inlet(found, world.now) {
        Ok(()) => format!("{trust} yes"),
        Err(refusal) => format!("{trust} {}", refusal.code.code()),
    })
}
