//! Skills: whose name it is, what is held until somebody has looked at it, and who that may be.

use mesh_model::command::{ContentEvidence, PublishSkill, SkillCommand};
use mesh_model::events::{SkillOpened, SkillPublished, SkillWithdrawn, Trust};
use mesh_model::limits::{
    SKILL_BYTES_MAX, SKILL_VERSIONS_ALL_MAX, SKILL_VERSIONS_MAX, SKILLS_ALL_BYTES_MAX,
    SKILLS_HELD_OF_ONE_MAX, SKILLS_ROOM_BYTES_MAX, SKILLS_ROOM_MAX,
};
use mesh_model::policy::GuardRules;
use mesh_model::{Capability, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId, Seq};

use super::front::check_name;
use super::record::bytes_of;
use super::{Skill, SkillVersion};
use crate::desk::Desk;
use crate::identity::reads_like;
use crate::policy::{Form, Judged, Saying, check_labels, mark_of};
use crate::room::check_in_use;
use crate::{Decision, Room, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &SkillCommand) -> Decision {
    match command {
        SkillCommand::Publish(wanted) => {
            publish(desk, wanted).map_err(|refusal| refusal.so(Effect::NothingStored))
        }
        SkillCommand::Accept {
            room,
            name,
            version,
        } => accept(desk, *room, name, *version),
        SkillCommand::Withdraw {
            room,
            name,
            version,
        } => withdraw(desk, *room, name, *version),
    }
}

fn publish(desk: &Desk<'_>, wanted: &PublishSkill) -> Decision {
    let me = desk.asker.me()?;
    let access = desk.asker.access;
    let room = desk.asker.room(wanted.room)?;
    desk.asker.check_capability(room, Capability::DataWrite)?;
    check_in_use(room)?;
    check_name(&wanted.name)?;
    check::some_content("skill", &wanted.body)?;
    let known = desk.work.skill(wanted.room, &wanted.name);
    check_free(desk, room, me, &wanted.name, known)?;
    check_space(desk, wanted, known)?;
    let who = access.participant(me).ok_or_else(refuse::no_participant)?;
    let labels = check_labels(desk.asker, room, who, wanted.labels.clone())?;
    let trust = access.trust_of(me, false);
    let evidence = ContentEvidence {
        guard: Some(wanted.guard.clone()),
        ..ContentEvidence::default()
    };
    let saying = Saying {
        room,
        who,
        form: Form::Given,
        trust,
        asked: &[],
        evidence: &evidence,
    };
    let judged = saying.judged(desk.asker, desk.recent)?;
    let held = is_held(trust, &judged, wanted);
    if held {
        check_held(desk, me)?;
    }
    let published = SkillPublished {
        room: wanted.room,
        name: wanted.name.clone(),
        by: me,
        version: known.map_or(0, |known| known.newest) + 1,
        bytes: wanted.bytes,
        file_count: wanted.files,
        trust,
        labels,
        // What the guard found where the room does not ask it is told too: whoever looks at the skill wants to know.
        guard: judged
            .guard
            .unwrap_or_else(|| mark_of(access, room, &wanted.guard)),
        held,
    };
    let opened = (!held).then(|| opened(wanted.room, &wanted.name, published.version, None));
    let published = NewEvent::with(published, wanted.body.clone());
    Ok([published].into_iter().chain(opened).collect())
}

/// What comes from across a trust boundary, and what the guard takes for an attack, waits for a person: whatever its rooms say
/// of messages, for a skill is read as instructions, again and again.
fn is_held(trust: Trust, judged: &Judged, wanted: &PublishSkill) -> bool {
    trust < Trust::Local || judged.waits || wanted.guard.score >= GuardRules::default().quarantine
}

fn opened(room: RoomId, name: &str, version: u32, accepted_by: Option<ParticipantId>) -> NewEvent {
    NewEvent::new(SkillOpened {
        room,
        name: name.to_owned(),
        version,
        accepted_by,
    })
}

/// The name of a skill is whose it is; moderators go on with it. Nobody takes one that is read like somebody else's.
fn check_free(
    desk: &Desk<'_>,
    room: &Room,
    me: ParticipantId,
    name: &str,
    known: Option<&Skill>,
) -> Result<(), Refusal> {
    let access = desk.asker.access;
    let own = |skill: &Skill| skill.by == me || access.descends(skill.by, me);
    if known.is_some_and(own) {
        return Ok(());
    }
    let taken = |what: String| {
        Refusal::new(
            ErrorCode::NameTaken,
            what,
            Effect::NothingStored,
            "choose another name for the skill",
        )
    };
    if known.is_some() {
        if access.capabilities(room.id, me).has(Capability::Moderate) {
            return Ok(());
        }
        return Err(taken(format!(
            "the skill '{name}' is somebody else's in this room"
        )));
    }
    let mut others = desk.work.skills(room.id);
    let like = others.find(|(other, skill)| !own(skill) && reads_like(other, name));
    match like {
        Some((other, _)) => Err(taken(format!(
            "the name '{name}' is read like '{other}', which is somebody else's"
        ))),
        None => Ok(()),
    }
}

fn check_space(
    desk: &Desk<'_>,
    wanted: &PublishSkill,
    known: Option<&Skill>,
) -> Result<(), Refusal> {
    if wanted.bytes > SKILL_BYTES_MAX {
        return Err(super::bundle::too_large(wanted.bytes));
    }
    let skills = &desk.work.skills;
    let here = desk.work.skills(wanted.room);
    let bytes: u64 = here.map(|(_, skill)| bytes_of(skill)).sum();
    let full = if known.is_none() && desk.work.skills(wanted.room).count() >= SKILLS_ROOM_MAX {
        format!("a room keeps at most {SKILLS_ROOM_MAX} skills")
    } else if known.is_some_and(|known| known.versions.len() >= SKILL_VERSIONS_MAX) {
        format!("a skill keeps at most {SKILL_VERSIONS_MAX} versions")
    } else if bytes.saturating_add(wanted.bytes) > SKILLS_ROOM_BYTES_MAX {
        format!(
            "a room keeps at most {} MiB of skills, all versions counted",
            SKILLS_ROOM_BYTES_MAX >> 20
        )
    } else if skills.versions >= SKILL_VERSIONS_ALL_MAX
        || skills.bytes.saturating_add(wanted.bytes) > SKILLS_ALL_BYTES_MAX
    {
        format!(
            "a mesh keeps at most {SKILL_VERSIONS_ALL_MAX} versions of skills and {} MiB of them",
            SKILLS_ALL_BYTES_MAX >> 20
        )
    } else {
        return Ok(());
    };
    Err(refuse::conflict(
        full,
        "withdraw versions that nobody needs: skill.withdraw",
    ))
}

/// Nobody heaps up what others have to look through.
fn check_held(desk: &Desk<'_>, me: ParticipantId) -> Result<(), Refusal> {
    let rooms = desk.work.skills.rooms.values();
    let versions = rooms.flat_map(|skills| skills.values().flat_map(|it| it.versions.values()));
    let waiting = versions.filter(|version| version.held && version.by == me);
    if waiting.count() < SKILLS_HELD_OF_ONE_MAX {
        return Ok(());
    }
    Err(refuse::conflict(
        format!(
            "{SKILLS_HELD_OF_ONE_MAX} versions of skills of yours wait already until somebody has looked at them"
        ),
        "wait until they are accepted, or withdraw some: skill.withdraw",
    ))
}

/// A version of a skill that the asker may know of, with its number.
fn found<'a>(desk: &Desk<'a>, room: RoomId, name: &str) -> Result<(&'a Room, &'a Skill), Refusal> {
    let found = desk.asker.room(room)?;
    let skill = desk.work.skill(room, name).ok_or_else(no_skill)?;
    Ok((found, skill))
}

/// Somebody who may has looked at a version. It never changes, so its place names what was looked at.
fn accept(desk: &Desk<'_>, room: RoomId, name: &str, place: Seq) -> Decision {
    let (me, access) = (desk.asker.me()?, desk.asker.access);
    let (_, skill) = found(desk, room, name)?;
    let (number, version) = skill.at(place).ok_or_else(no_skill)?;
    if !access.may_accept_skill(me, room, version.by) {
        return Err(
            refuse::not_yours("let skills be used that are held").so(Effect::NothingChanged)
        );
    }
    if !version.held {
        return Ok(Vec::new());
    }
    Ok(vec![opened(room, name, number, Some(me))])
}

/// By whoever published the versions, those above, and moderators.
fn withdraw(desk: &Desk<'_>, room: RoomId, name: &str, place: Option<Seq>) -> Decision {
    let (me, access) = (desk.asker.me()?, desk.asker.access);
    let (found, skill) = found(desk, room, name)?;
    let gone: Vec<&SkillVersion> = match place {
        None => skill.versions.values().collect(),
        Some(place) => vec![skill.at(place).ok_or_else(no_skill)?.1],
    };
    let own = |by: ParticipantId| by == me || access.is_owner(me) || access.descends(by, me);
    if !gone.iter().all(|version| own(version.by)) {
        desk.asker.check_capability(found, Capability::Moderate)?;
    }
    refuse::check_not_held(found)?;
    let mut erased: Vec<Seq> = gone.iter().map(|version| version.seq).collect();
    erased.sort_unstable();
    Ok(vec![NewEvent::new(SkillWithdrawn {
        room,
        name: name.to_owned(),
        erased,
    })])
}

fn no_skill() -> Refusal {
    refuse::not_found(
        "skill, or version of it",
        "list the room's skills with skill.list",
    )
    .so(Effect::NothingChanged)
}
