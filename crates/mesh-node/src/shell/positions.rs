//! Where members stand on their rooms' planes: in memory alone, and gone with the node. A room's radius says who sees whom;
//! whoever walks is where speed and the room's clock say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mesh_core::Access;
use mesh_model::api::Position;
use mesh_model::limits::{POSITION_TOLD_MS_MIN, POSITIONS_MAX, POSITIONS_OF_ROOM_MAX};
use mesh_model::{Capability, Effect, ErrorCode, Millis, ParticipantId, Refusal, RoomId};

use super::node::Node;
use crate::machine::reference;

/// A place on a plane, in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// To the east.
    pub x: f64,
    /// To the north.
    pub y: f64,
}

impl Point {
    fn to(self, other: Point) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    /// So far on the way to another one.
    fn on_the_way(self, other: Point, metres: f64) -> Point {
        let whole = self.to(other);
        if metres >= whole {
            return other;
        }
        let part = metres / whole;
        Point {
            x: self.x + (other.x - self.x) * part,
            y: self.y + (other.y - self.y) * part,
        }
    }

    /// Where one looks who goes there, degrees from north over east.
    fn facing(self, other: Point) -> u16 {
        let degrees = (other.x - self.x)
            .atan2(other.y - self.y)
            .to_degrees()
            .rem_euclid(360.0)
            .round();
        degrees as u16 % 360
    }
}

/// The moment, by the node's clock and by the room's.
#[derive(Debug, Clone, Copy)]
struct Now {
    real: Millis,
    clock: Option<Millis>,
}

#[derive(Debug, Clone, Copy)]
struct Way {
    to: Point,
    began: Millis,
    by_clock: bool,
    speed: f64,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    /// Where, or from where it set out.
    at: Point,
    /// Where it was last seen on its way.
    last: Point,
    facing: u16,
    way: Option<Way>,
    /// When others were told last, and whether something has changed since.
    told: Millis,
    stale: bool,
}

impl Standing {
    fn is(&self, now: Now) -> Point {
        let Some(way) = self.way else { return self.at };
        let moment = match (way.by_clock, now.clock) {
            (false, _) => now.real,
            (true, Some(clock)) => clock,
            // The clock is gone that it walked by.
            (true, None) => return self.last,
        };
        let seconds = moment.since(way.began) as f64 / 1000.0;
        self.at.on_the_way(way.to, seconds * way.speed)
    }

    /// What it is from here on, whatever becomes of the clock.
    fn settle(&mut self, now: Now) {
        let Some(way) = self.way else { return };
        self.last = self.is(now);
        let lost = way.by_clock && now.clock.is_none();
        if lost || self.last == way.to {
            (self.at, self.way) = (self.last, None);
        }
    }
}

#[derive(Debug, Default)]
struct Plane {
    radius: Option<u32>,
    standing: BTreeMap<ParticipantId, Standing>,
    /// Who was in range of whom when that was told last: pairs, the smaller id first.
    near: BTreeSet<(ParticipantId, ParticipantId)>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Positions(Mutex<BTreeMap<RoomId, Plane>>);

/// The positions of a node's rooms.
#[derive(Debug, Clone, Copy)]
pub struct Planes<'a> {
    pub(super) node: &'a Node,
}

/// What has to be told to whom.
enum News {
    /// Where one stands: to these, and to those who always see it.
    Seen(Position, Vec<ParticipantId>),
    /// Where one stands, to one who sees it from now on.
    Came(Position, ParticipantId),
    /// That one is seen no longer.
    Gone(ParticipantId, ParticipantId),
}

fn pair(one: ParticipantId, other: ParticipantId) -> (ParticipantId, ParticipantId) {
    (one.min(other), one.max(other))
}

/// Whether somebody sees another one wherever both stand: itself, those below it, and everybody where it moderates.
fn always(access: &Access, room: RoomId, viewer: ParticipantId, who: ParticipantId) -> bool {
    viewer == who
        || access.descends(who, viewer)
        || access.capabilities(room, viewer).has(Capability::Moderate)
}

fn radius(access: &Access, room: RoomId) -> Option<u32> {
    access.policy(room)?.policy.space.radius
}

impl Planes<'_> {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<RoomId, Plane>> {
        let positions = &self.node.positions.0;
        positions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self, room: RoomId) -> Now {
        let real = self.node.now();
        let work = self.node.work();
        Now {
            real,
            clock: work.clock(room).map(|clock| clock.shows(real)),
        }
    }

    /// Whether somebody stands there already.
    pub fn stands(&self, room: RoomId, who: ParticipantId) -> bool {
        let planes = self.lock();
        planes
            .get(&room)
            .is_some_and(|plane| plane.standing.contains_key(&who))
    }

    /// Somebody stands there from now on.
    ///
    /// # Errors
    /// A refusal, if too many stand there already.
    pub fn stand(
        &self,
        room: RoomId,
        who: ParticipantId,
        at: Point,
        facing: Option<u16>,
    ) -> Result<Position, Refusal> {
        self.change(room, who, |before, _| {
            Some(Standing {
                at,
                last: at,
                facing: facing.or(before.map(|it| it.facing)).unwrap_or_default(),
                way: None,
                told: before.map_or(Millis(0), |it| it.told),
                stale: true,
            })
        })
    }

    /// Somebody who stands there walks from now on, metres in a second.
    ///
    /// # Errors
    /// A refusal, if it stands nowhere.
    pub fn walk(
        &self,
        room: RoomId,
        who: ParticipantId,
        to: Point,
        speed: u32,
    ) -> Result<Position, Refusal> {
        self.change(room, who, |before, now| {
            let before = before?;
            let at = before.is(now);
            let way = Way {
                to,
                began: now.clock.unwrap_or(now.real),
                by_clock: now.clock.is_some(),
                speed: f64::from(speed),
            };
            Some(Standing {
                at,
                last: at,
                facing: at.facing(to),
                way: (at != to).then_some(way),
                stale: true,
                ..*before
            })
        })
    }

    fn change(
        &self,
        room: RoomId,
        who: ParticipantId,
        change: impl FnOnce(Option<&Standing>, Now) -> Option<Standing>,
    ) -> Result<Position, Refusal> {
        let (access, now) = (self.node.access(), self.now(room));
        let mut planes = self.lock();
        let all: usize = planes.values().map(|plane| plane.standing.len()).sum();
        let plane = planes.entry(room).or_insert_with(|| Plane {
            radius: radius(&access, room),
            ..Plane::default()
        });
        let known = plane.standing.get(&who);
        if known.is_none()
            && (plane.standing.len() >= POSITIONS_OF_ROOM_MAX || all >= POSITIONS_MAX)
        {
            return Err(Refusal::new(
                ErrorCode::Overloaded,
                format!(
                    "at most {POSITIONS_OF_ROOM_MAX} stand in a room, {POSITIONS_MAX} on a node"
                ),
                Effect::NothingChanged,
                "wait until somebody has left the room",
            ));
        }
        let Some(standing) = change(known, now) else {
            return Err(mesh_model::refuse::conflict(
                "whoever walks stands somewhere first",
                "take a place with position.set",
            )
            .so(Effect::NothingChanged));
        };
        plane.standing.insert(who, standing);
        let news = plane.news(&access, room, who, now);
        let told = plane.position(&access, who, now);
        drop(planes);
        self.tell(&access, room, news);
        told.ok_or_else(mesh_model::refuse::no_participant)
    }

    /// Whom somebody sees in a room, and where.
    pub fn seen_by(&self, room: RoomId, viewer: ParticipantId) -> Vec<Position> {
        let (access, now) = (self.node.access(), self.now(room));
        let planes = self.lock();
        let Some(plane) = planes.get(&room) else {
            return Vec::new();
        };
        let seen = plane.standing.keys().copied();
        seen.filter(|who| stays(&access, room, *who))
            .filter(|who| plane.sees(&access, room, viewer, *who, now))
            .filter_map(|who| plane.position(&access, who, now))
            .collect()
    }

    /// Whether what somebody does there is seen by another one, who is known to listen in the room.
    pub fn sees(&self, room: RoomId, viewer: ParticipantId, who: ParticipantId) -> bool {
        let access = self.node.access();
        if radius(&access, room).is_none() {
            return true;
        }
        let now = self.now(room);
        let planes = self.lock();
        match planes.get(&room) {
            Some(plane) => plane.sees(&access, room, viewer, who, now),
            None => always(&access, room, viewer, who),
        }
    }

    /// Every second: tells where those are who walk, and of what came too fast before.
    pub(super) fn tick(&self) {
        let access = self.node.access();
        let mut planes = self.lock();
        let mut all = Vec::new();
        planes.retain(|room, plane| {
            plane.standing.retain(|who, _| stays(&access, *room, *who));
            !plane.standing.is_empty()
        });
        for (room, plane) in planes.iter_mut() {
            let now = self.now(*room);
            let standing = &plane.standing;
            plane
                .near
                .retain(|(one, other)| standing.contains_key(one) && standing.contains_key(other));
            let new_rules = plane.radius != radius(&access, *room);
            let moved: Vec<_> = plane
                .standing
                .iter()
                .filter(|(_, it)| it.way.is_some() || it.stale || new_rules)
                .map(|(who, _)| *who)
                .collect();
            for who in moved {
                if let Some(standing) = plane.standing.get_mut(&who) {
                    standing.settle(now);
                    (standing.stale, standing.told) = (true, Millis(0));
                }
                all.push((*room, plane.news(&access, *room, who, now)));
            }
            plane.radius = radius(&access, *room);
        }
        drop(planes);
        for (room, news) in all {
            self.tell(&access, room, news);
        }
    }

    fn tell(&self, access: &Access, room: RoomId, news: Vec<News>) {
        let lane = self.node.ephemeral();
        let listens =
            |other: ParticipantId| access.capabilities(room, other).has(Capability::Listen);
        for news in news {
            match news {
                News::Seen(position, near) => {
                    let who = position.participant.id;
                    lane.position(room, position, |other| {
                        listens(other)
                            && (near.binary_search(&other).is_ok()
                                || always(access, room, other, who)
                                || radius(access, room).is_none())
                    });
                }
                News::Came(position, to) => {
                    lane.position(room, position, |other| other == to && listens(other));
                }
                News::Gone(who, to) => lane.unseen(room, who, |other| other == to),
            }
        }
    }
}

/// Whether somebody may stand in a room at all.
fn stays(access: &Access, room: RoomId, who: ParticipantId) -> bool {
    access.room(room).is_some_and(|found| !found.archived)
        && access.capabilities(room, who).has(Capability::Listen)
}

impl Plane {
    fn position(&self, access: &Access, who: ParticipantId, now: Now) -> Option<Position> {
        let standing = self.standing.get(&who)?;
        let at = standing.is(now);
        let centimetres = |metres: f64| (metres * 100.0).round() / 100.0;
        Some(Position {
            participant: reference(access, who)?,
            x: centimetres(at.x),
            y: centimetres(at.y),
            facing: standing.facing,
            walking: standing.way.is_some_and(|way| way.to != at),
        })
    }

    fn sees(
        &self,
        access: &Access,
        room: RoomId,
        viewer: ParticipantId,
        who: ParticipantId,
        now: Now,
    ) -> bool {
        let Some(radius) = radius(access, room) else {
            return true;
        };
        always(access, room, viewer, who) || self.in_range(radius, viewer, who, now)
    }

    fn in_range(&self, radius: u32, one: ParticipantId, other: ParticipantId, now: Now) -> bool {
        let stands = |who| self.standing.get(&who).map(|it: &Standing| it.is(now));
        match (stands(one), stands(other)) {
            (Some(one), Some(other)) => one.to(other) <= f64::from(radius),
            _ => false,
        }
    }

    /// What others have to hear of one who moved, unless they heard of it a moment ago: then the next tick says it.
    fn news(&mut self, access: &Access, room: RoomId, who: ParticipantId, now: Now) -> Vec<News> {
        let Some(standing) = self.standing.get_mut(&who) else {
            return Vec::new();
        };
        if now.real.since(standing.told) < POSITION_TOLD_MS_MIN {
            return Vec::new();
        }
        (standing.told, standing.stale) = (now.real, false);
        let Some(here) = self.position(access, who, now) else {
            return Vec::new();
        };
        let Some(radius) = radius(access, room) else {
            return vec![News::Seen(here, Vec::new())];
        };
        let everybody_saw = self.radius.is_none();
        let others: Vec<_> = self
            .standing
            .keys()
            .copied()
            .filter(|it| *it != who)
            .collect();
        let (mut near, mut news) = (Vec::new(), Vec::new());
        for other in others {
            let key = pair(who, other);
            let was = everybody_saw || self.near.contains(&key);
            let is = self.in_range(radius, who, other, now);
            if is {
                near.push(other);
                self.near.insert(key);
            } else {
                self.near.remove(&key);
            }
            match (was, is) {
                (false, true) if !always(access, room, who, other) => {
                    let there = self.position(access, other, now);
                    news.extend(there.map(|there| News::Came(there, who)));
                }
                (true, false) => {
                    let lost = [(who, other), (other, who)];
                    let lost = lost
                        .into_iter()
                        .filter(|(gone, of)| !always(access, room, *of, *gone));
                    news.extend(lost.map(|(gone, of)| News::Gone(gone, of)));
                }
                _ => {}
            }
        }
        news.push(News::Seen(here, near));
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_walks_is_where_speed_and_clock_say() {
        let (from, to) = (Point { x: 0.0, y: 0.0 }, Point { x: 30.0, y: 40.0 });
        let way = Way {
            to,
            began: Millis(1_000),
            by_clock: true,
            speed: 5.0,
        };
        let mut walker = Standing {
            at: from,
            last: from,
            facing: 0,
            way: Some(way),
            told: Millis(0),
            stale: false,
        };
        let now = |clock: Option<u64>| Now {
            real: Millis(0),
            clock: clock.map(Millis),
        };
        assert_eq!(walker.is(now(Some(1_000))), from);
        assert_eq!(walker.is(now(Some(6_000))), Point { x: 15.0, y: 20.0 });
        assert_eq!(walker.is(now(Some(60_000))), to);
        // A clock that is set back goes back on the way, and no further than to its beginning.
        assert_eq!(walker.is(now(Some(0))), from);
        walker.settle(now(Some(6_000)));
        assert_eq!(walker.is(now(None)), Point { x: 15.0, y: 20.0 });
        walker.settle(now(None));
        assert!(walker.way.is_none());
        assert_eq!(walker.is(now(Some(60_000))), Point { x: 15.0, y: 20.0 });
    }

    #[test]
    fn one_looks_where_one_goes() {
        let from = Point { x: 1.0, y: 1.0 };
        for (x, y, facing) in [
            (1.0, 2.0, 0),
            (2.0, 1.0, 90),
            (1.0, 0.0, 180),
            (0.0, 1.0, 270),
        ] {
            assert_eq!(from.facing(Point { x, y }), facing);
        }
    }
}
