//! The verbs of skills.

use mesh_model::command::{PublishSkill, SkillCommand};
use mesh_model::*;

use crate::governance;
use crate::script::{Args, content, room};
use crate::world::World;

/// The place of the version that is named, or of none.
fn place(world: &World, args: &Args<'_>) -> Option<Seq> {
    let number = args.number("version")?;
    let skill = world.state.work.skill(room(args.word(0)), args.word(1));
    let version = skill.and_then(|skill| skill.versions.get(&(number as u32)));
    Some(version.map_or(Seq::ZERO, |version| version.seq))
}

pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let (room, name) = (|| room(args.word(0)), || args.word(1).to_owned());
    let command = match verb {
        // publish-skill ROOM NAME size=100 score=90 labels=ROOM,ROOM
        "publish-skill" => SkillCommand::Publish(PublishSkill {
            room: room(),
            name: name(),
            bytes: args.number("size").unwrap_or(100),
            files: 1,
            labels: args
                .named("labels")
                .into_iter()
                .flat_map(|list| list.split(','))
                .map(crate::script::room)
                .collect(),
            guard: governance::scanned_evidence(world, args).guard.unwrap(),
            body: content(50),
        }),
        "accept-skill" => SkillCommand::Accept {
            room: room(),
            name: name(),
            version: place(world, args).unwrap_or(Seq::ZERO),
        },
        "withdraw-skill" => SkillCommand::Withdraw {
            room: room(),
            name: name(),
            version: place(world, args),
        },
        _ => return None,
    };
    Some(Command::Skill(command))
}

/// `skill ROOM NAME`: `NEWEST:KEPT,KEPT`, with `?` behind what is held.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    if verb != "skill" {
        return None;
    }
    let Some(skill) = world.state.work.skill(room(args.word(0)), args.word(1)) else {
        return Some("none".to_owned());
    };
    let kept = skill.versions.iter().map(|(number, version)| {
        let held = if version.held { "?" } else { "" };
        format!("{number}{held}")
    });
    Some(format!(
        "{}:{}",
        skill.newest,
        kept.collect::<Vec<_>>().join(",")
    ))
}
