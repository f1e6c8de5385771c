//! The verbs of stories about alerts.

use mesh_core::Alert;
use mesh_model::command::AlertCommand;
use mesh_model::events::{AlertKind, AlertSeverity};
use mesh_model::{Command, LinkId, Seq};

use super::script::{Args, enum_of, person};
use super::world::{World, uuid};

fn open(world: &World, kind: AlertKind) -> Option<&Alert> {
    let mut all = world.state.work.alerts().all_open();
    all.find(|found| found.cause.kind() == kind)
}

/// `acknowledge KIND`, `alert-rule KIND threshold=N severity=S off`, `alert-test SEVERITY`; by the node `disk FREE of=TOTAL`,
/// `peer LINK` for one that is spoken with and `peer LINK down=SECONDS`.
pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let command = match verb {
        "acknowledge" => AlertCommand::Acknowledge {
            alert: open(world, enum_of(args.word(0)))
                .and_then(|found| found.raised)
                .unwrap_or(Seq(1)),
        },
        "alert-rule" => {
            let kind = enum_of(args.word(0));
            let mut rule = world.state.work.alerts().rule(kind);
            rule.on = !args.has("off");
            rule.threshold = args.number("threshold").or(rule.threshold);
            rule.severity = args.named("severity").map_or(rule.severity, enum_of);
            let seconds = args.number("escalates").map(|it| it as u32);
            rule.escalate_seconds = seconds.or(rule.escalate_seconds);
            AlertCommand::Set { kind, rule }
        }
        "alert-test" => AlertCommand::Test {
            severity: enum_of::<AlertSeverity>(args.word(0)),
        },
        "disk" => AlertCommand::Disk {
            free_bytes: args.word(0).parse().unwrap(),
            total_bytes: args.number("of").unwrap_or(100),
        },
        "peer" => AlertCommand::Link {
            link: LinkId(uuid(args.word(0))),
            down_seconds: args.number("down"),
        },
        _ => return None,
    };
    Some(Command::Alert(command))
}

/// `alert KIND`: how it stands. `alerted KIND WHO`: whether that one is told of it, and whether it may acknowledge it.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    if !matches!(verb, "alert" | "alerted") {
        return None;
    }
    let (access, work) = (&world.state.access, &world.state.work);
    let Some(found) = open(world, enum_of(args.word(0))) else {
        return Some("none".to_owned());
    };
    if verb == "alerted" {
        let who = person(args.word(1));
        let told = found.tells(access, work, who);
        let may = found.may_be_acknowledged(access, work, who);
        return Some(
            match (told, may) {
                (true, true) => "yes",
                (true, false) => "told",
                (false, true) => "later",
                (false, false) => "no",
            }
            .to_owned(),
        );
    }
    let mut words = vec![format!("{:?}", found.severity).to_lowercase()];
    words.push(found.count.to_string());
    if found.acknowledged.is_some() {
        words.push("known".to_owned());
    }
    if found.escalated {
        words.push("escalated".to_owned());
    }
    Some(words.join(" "))
}
