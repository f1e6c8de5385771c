//! The verbs of stories about webhooks.

use mesh_model::command::{CreateWebhook, WebhookCommand};
use mesh_model::events::WebhookBody;
use mesh_model::{Command, Seq, WebhookId};

use super::script::{Args, enum_of, person, room};
use super::world::{World, uuid};

/// `hook NAME WHO room=ROOM kinds=TYPE,TYPE to=ORIGIN`, and by its name `stop NAME WHY`, `dead NAME EVENT`, `settle NAME EVENT`.
pub fn command(_: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let webhook = || WebhookId(uuid(args.word(0)));
    let seq = || Seq(args.word(1).parse().unwrap());
    let seqs = || {
        args.words
            .iter()
            .skip(1)
            .map(|seq| Seq(seq.parse().unwrap()))
    };
    let command = match verb {
        "hook" => WebhookCommand::Create(CreateWebhook {
            webhook: webhook(),
            participant: person(args.word(1)),
            origin: args
                .named("to")
                .unwrap_or("https://hooks.example")
                .to_owned(),
            room: args.named("room").map(room),
            kinds: args
                .named("kinds")
                .into_iter()
                .flat_map(|kinds| kinds.split(','))
                .map(str::to_owned)
                .collect(),
            addressed: args.named("addressed").is_some(),
            body: WebhookBody::Pointer,
            task: args.named("task").map(crate::work::task),
            after: args.named("after").map(|seq| Seq(seq.parse().unwrap())),
        }),
        "halt" => WebhookCommand::Pause { webhook: webhook() },
        "go-on" => WebhookCommand::Resume {
            webhook: webhook(),
            skip: args.named("skip").is_some(),
        },
        "rotate" => WebhookCommand::Rotate {
            webhook: webhook(),
            version: args.word(1).parse().unwrap(),
        },
        "unhook" => WebhookCommand::Delete { webhook: webhook() },
        "retry-dead" => WebhookCommand::Retry {
            webhook: webhook(),
            seqs: seqs().collect(),
        },
        "drop-dead" => WebhookCommand::Drop {
            webhook: webhook(),
            seqs: seqs().collect(),
        },
        "stop" => WebhookCommand::Stop {
            webhook: webhook(),
            why: enum_of(args.word(1)),
        },
        "dead" => WebhookCommand::GiveUp {
            webhook: webhook(),
            seq: seq(),
            attempts: 5,
            status: Some(400),
        },
        "settle" => WebhookCommand::Settle {
            webhook: webhook(),
            seq: seq(),
            delivered: true,
        },
        _ => return None,
    };
    Some(Command::Webhook(command))
}

/// `told NAME`: whether it may be told anything now. `letters NAME`: its dead letters, `!` behind those that are sent again.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    let access = &world.state.access;
    let found = || {
        access
            .webhook(WebhookId(uuid(args.word(0))))
            .expect("a webhook")
    };
    Some(match verb {
        "hooked" => match access.check_webhook(found(), world.now) {
            Ok(()) => "yes".to_owned(),
            Err(refusal) => refusal.code.code().to_owned(),
        },
        "letters" => {
            let dead = found().dead.iter();
            let dead =
                dead.map(|(seq, letter)| format!("{seq}{}", if letter.again { "!" } else { "" }));
            let dead: Vec<String> = dead.collect();
            if dead.is_empty() {
                "none".to_owned()
            } else {
                dead.join(",")
            }
        }
        _ => return None,
    })
}
