//! What a template asks for, carried out: groups, rooms, members, and when all of them are there,
//! the rules that name them.

use mesh_model::ErrorCode;
use mesh_model::api::{
    GroupCreateInput, MessageSendInput, NoInput, PolicySetInput, PolicyTryInput, Room,
    RoomCreateInput, RoomDefaultsInput, RoomRefInput, RoomUpdateInput,
};
use mesh_model::events::{Priority, RoomKind};
use mesh_model::ops::{
    GroupCreate, GroupList, MeGet, MessageSend, RoomCreate, RoomDefaults, RoomGet, RoomPolicyGet,
    RoomPolicySet, RoomPolicyTry, RoomUpdate,
};
use mesh_model::policy::Policy;

use super::template::{Room as RoomPart, Template};
use super::way::Way;
use crate::failure::{Failure, Outcome};
use crate::source::Source;

/// What was done.
#[derive(Debug, Default)]
pub struct Report {
    /// What is there now and was not.
    pub made: Vec<String>,
    /// What was there and is changed.
    pub changed: Vec<String>,
    /// What was there and is as it was.
    pub same: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// A group to put somebody into.
    pub group: Option<String>,
    /// A room to ask about.
    pub room: Option<String>,
}

/// A room before its rules are set.
struct Prepared<'a> {
    name: &'a str,
    part: &'a RoomPart,
    created: bool,
    /// The rules, if they are to be set.
    policy: Option<Policy>,
    /// What newcomers should know, if nobody told them yet.
    guidance: Option<String>,
}

/// Carries a template out. Rules are set when all groups and rooms are there and all rules were
/// tried, so that a mistake in one leaves none half set.
pub fn apply(way: &Way, source: &Source, template: &Template, overwrite: bool) -> Outcome<Report> {
    let mut work = Setup {
        way,
        source,
        overwrite,
        report: Report {
            group: template.groups.keys().next().cloned(),
            room: template.rooms.keys().next().cloned(),
            ..Report::default()
        },
    };
    work.groups(template)?;
    let mut rooms = Vec::new();
    for (name, part) in &template.rooms {
        let mut prepared = work.room(name, part)?;
        if let Some(guidance) = prepared.guidance.as_mut().filter(|_| name == GENERAL) {
            *guidance = format!("{}\n\n{guidance}", template.welcome());
        }
        rooms.push(prepared);
    }
    for room in &rooms {
        work.try_rules(room)?;
    }
    for room in rooms {
        work.finish(room)?;
    }
    Ok(work.report)
}

/// The room that every mesh begins with: what everybody should know is said there.
const GENERAL: &str = "general";

struct Setup<'a> {
    way: &'a Way,
    source: &'a Source,
    overwrite: bool,
    report: Report,
}

/// Nothing instead of a refusal because there is no such thing.
fn if_found<T>(answer: Outcome<T>) -> Outcome<Option<T>> {
    match answer {
        Err(Failure::Refused(refusal)) if refusal.code == ErrorCode::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}

impl Setup<'_> {
    fn groups(&mut self, template: &Template) -> Outcome<()> {
        let known = self.way.call::<GroupList>(NoInput {})?.items;
        for name in template.groups.keys() {
            let label = format!("group {name}");
            if known.iter().any(|group| group.name == *name) {
                self.report.same.push(label);
                continue;
            }
            let made = self
                .way
                .call::<GroupCreate>(GroupCreateInput { name: name.clone() });
            made.map_err(|why| self.taken(&format!("groups.{name}"), why))?;
            self.report.made.push(label);
        }
        Ok(())
    }

    /// A name that something else has is told with its line.
    fn taken(&self, place: &str, why: Failure) -> Failure {
        match &why {
            Failure::Refused(refusal) if refusal.code == ErrorCode::NameTaken => {
                self.source.blame(place, &refusal.what)
            }
            _ => why,
        }
    }

    /// Makes a room, or looks at the one that is there.
    fn room<'a>(&mut self, name: &'a str, part: &'a RoomPart) -> Outcome<Prepared<'a>> {
        let room = name.to_owned();
        let found = if_found(self.way.call::<RoomGet>(RoomRefInput { room }))?;
        let place = format!("rooms.{name}");
        if found
            .as_ref()
            .is_some_and(|room| room.kind != RoomKind::Room)
        {
            let what = "a group has its conversation by this name; give the room another";
            return Err(self.source.blame(&place, what));
        }
        // With its visibility every room of a template has rules, so the next run knows it was here.
        let mut policy = part.policy.clone().unwrap_or_default();
        policy.visibility.get_or_insert(part.visibility);
        let created = found.is_none();
        let (policy, untold) = match &found {
            None => {
                let made = self.way.call::<RoomCreate>(RoomCreateInput {
                    name: name.to_owned(),
                    topic: part.topic.clone(),
                    access: part.visibility,
                    history: part.history,
                    members: Vec::new(),
                    defaults: part.defaults,
                });
                made.map_err(|why| self.taken(&place, why))?;
                (Some(policy), true)
            }
            Some(room) => self.differs(room, name, part, policy)?,
        };
        let guidance = part.guidance.trim().to_owned();
        Ok(Prepared {
            name,
            part,
            created,
            policy,
            guidance: untold.then_some(guidance),
        })
    }

    /// The rules, if a room that is there is to get them: it never had any, or the caller wants those
    /// it has replaced. And whether it never had any.
    fn differs(
        &mut self,
        room: &Room,
        name: &str,
        part: &RoomPart,
        policy: Policy,
    ) -> Outcome<(Option<Policy>, bool)> {
        let input = RoomRefInput {
            room: name.to_owned(),
        };
        let present = self.way.call::<RoomPolicyGet>(input)?;
        let fresh = present.version == 0;
        let same = present.policy == policy && room.topic == part.topic;
        if part.history.is_some_and(|history| history != room.history) {
            self.report.notes.push(format!(
                "room {name}: what newcomers may read is fixed when a room is made, and stays as it is"
            ));
        }
        if !fresh && !same && !self.overwrite {
            self.report.notes.push(format!(
                "room {name}: its topic or rules were changed since and stay (version {}); --overwrite sets those of the template",
                present.version
            ));
        }
        let wanted = fresh || (!same && self.overwrite);
        Ok((Some(policy).filter(|_| wanted), fresh))
    }

    fn try_rules(&self, room: &Prepared<'_>) -> Outcome<()> {
        let Some(policy) = room.policy.clone() else {
            return Ok(());
        };
        let me = self.way.call::<MeGet>(NoInput {})?.participant;
        let input = PolicyTryInput {
            room: room.name.to_owned(),
            policy,
            participant: me.id.to_string(),
        };
        self.located(self.way.call::<RoomPolicyTry>(input), room.name)?;
        Ok(())
    }

    fn located<T>(&self, answer: Outcome<T>, room: &str) -> Outcome<T> {
        let within = format!("rooms.{room}.policy");
        answer.map_err(|why| self.source.explain(&within, why))
    }

    /// Topic, defaults, guidance; the rules last, so that a run that was cut off is taken up again.
    fn finish(&mut self, prepared: Prepared<'_>) -> Outcome<()> {
        let label = format!("room {}", prepared.name);
        let Some(policy) = prepared.policy else {
            self.report.same.push(label);
            return Ok(());
        };
        let room = || prepared.name.to_owned();
        if !prepared.created {
            self.way.call::<RoomUpdate>(RoomUpdateInput {
                room: room(),
                name: None,
                topic: Some(prepared.part.topic.clone()),
            })?;
            if let Some(capabilities) = prepared.part.defaults {
                self.way.call::<RoomDefaults>(RoomDefaultsInput {
                    room: room(),
                    capabilities,
                })?;
            }
        }
        let guidance = prepared.guidance.as_deref().map(str::trim);
        if let Some(text) = guidance.filter(|text| !text.is_empty()) {
            self.way.call::<MessageSend>(MessageSendInput {
                files: Vec::new(),
                to: room(),
                text: text.to_owned(),
                reply_to: None,
                priority: Priority::Next,
                payload: None,
            })?;
        }
        let set = self.way.call::<RoomPolicySet>(PolicySetInput {
            room: room(),
            policy,
            expected_version: None,
            force: false,
        });
        self.located(set, prepared.name)?;
        if prepared.created {
            self.report.made.push(label)
        } else {
            self.report.changed.push(label)
        }
        Ok(())
    }
}
