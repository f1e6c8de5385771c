//! `skill.publish`: the bundle is read as whoever installs it will read it, and all its texts are looked at by the guard

use super::bundle;
use super::readable::readable;
use crate::evidence::scan;
use crate::ops::file::media::told_by;
use crate::prelude::*;

use mesh_core::skill::bundle::{Entry, main_text, pack, too_large, unpack};
use mesh_core::skill::front;
use mesh_model::command::{PublishSkill, Scanned, SkillCommand};
use mesh_model::events::{SkillFacts, Trust};
use mesh_model::limits::{GUARD_CHECK_KIB_BURST, SKILL_BYTES_MAX};
use mesh_model::skill::SKILL_FILE;
use mesh_node::Received;
use serde_json::{Map, Value};

impl Run for SkillPublish {
    async fn run(
        door: &Door,
        call: &Call,
        input: SkillPublishInput,
    ) -> Result<SkillStored, Refusal> {
        let room = call.room(&input.room)?.id;
        check::text("note", &input.note)?;
        let mut labels = Vec::new();
        for label in &input.labels {
            labels.push(call.readable_room(label)?.0);
        }
        let received = received(door, call, &input).await?;
        if received.bytes > SKILL_BYTES_MAX {
            return Err(too_large(received.bytes));
        }
        let sha256 = received.pin.hash();
        let bytes = bundle(door, sha256).await?;
        let files = unpack(&bytes)?;
        let text = main_text(&files)?;
        let front = front::read(text)?;
        let guard = scanned(door, call, &files, &input.note).await?;
        let body = content(&SkillBody {
            sha256,
            text: text.to_owned(),
            files: files.iter().map(listed).collect(),
            note: input.note.clone(),
            front: front.clone(),
        })?;
        let command = Command::Skill(SkillCommand::Publish(PublishSkill {
            room,
            name: front.name,
            bytes: received.bytes,
            files: u32::try_from(files.len()).unwrap_or(u32::MAX),
            labels,
            guard,
            body,
        }));
        let outcome = call.submit_pinned(door, command, received.pin).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<SkillStored> {
        match facts.into_iter().next()? {
            Facts::Skill(SkillFacts::Published(skill)) => Some(SkillStored {
                name: skill.name,
                version: skill.version,
                bytes: skill.bytes,
                held: skill.held,
                seq: outcome.first,
            }),
            _ => None,
        }
    }
}

fn listed(file: &Entry<'_>) -> SkillFile {
    SkillFile {
        path: file.path.to_owned(),
        bytes: file.bytes.len() as u64,
        run: file.run,
        media: Some(told_by(file.bytes, true).to_owned()),
    }
}

/// The bundle of the call: the one that came beside it, or that of its files.
async fn received(
    door: &Door,
    call: &Call,
    input: &SkillPublishInput,
) -> Result<Received, Refusal> {
    let beside = call.options.upload.as_ref();
    let received = match (beside.and_then(|upload| upload.take()), &input.files[..]) {
        (Some(received), []) => received,
        (Some(_), _) => {
            return Err(refuse::invalid(
                "the field 'files' stands there beside a bundle",
                "send one of them",
            ));
        }
        (None, files) => {
            let entries = files.iter().map(|file| Entry {
                path: &file.path,
                bytes: file.text.as_bytes(),
                run: file.run,
            });
            let bundle = pack(entries.collect())?;
            let mut upload = door.begin_upload().await?;
            upload.write(bundle).await?;
            upload.keep().await?
        }
    };
    match input.sha256 {
        Some(wanted) if wanted != received.pin.hash() => Err(refuse::invalid(
            format!(
                "the bundle has the hash {}, not {wanted}",
                received.pin.hash()
            ),
            "something was lost or changed on the way: send it again",
        )
        .so(Effect::NothingStored)),
        _ => Ok(received),
    }
}

/// What the guard finds in all that can be read. It looks at every skill, whatever the room lets pass: a skill is read as
/// instructions by whoever installs it.
async fn scanned(
    door: &Door,
    call: &Call,
    files: &[Entry<'_>],
    note: &str,
) -> Result<Scanned, Refusal> {
    let mut texts = Map::new();
    let mut main = note.to_owned();
    for file in files {
        // One byte that is no text does not take a file from the guard's eyes.
        let text = readable(file.bytes);
        if file.path == SKILL_FILE {
            main.push('\n');
            main.push_str(&text);
        } else if !text.is_empty() {
            texts.insert(file.path.to_owned(), Value::from(text));
        }
    }
    let me = call.me()?;
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    // Whoever is trusted less pays for the guard's time as for its opinion.
    let trust = call.access.trust_of(me, false);
    if trust < Trust::Local {
        door.limit_check(me, bytes.min(GUARD_CHECK_KIB_BURST as usize * 1024))?;
    }
    let _turn = door.checking().acquire().await;
    let origin = scan::Origin::said(&call.access, me, trust);
    scan::scan(door, &main, Some(&texts), origin).await
}
