//! The reference's rules of simulation clocks: what each shows is counted on from moment to moment.

use mesh_model::command::ClockCommand;
use mesh_model::{Actor, Capability, ErrorCode, RoomId};

use super::{Model, No, Sort, Verdict, event};

/// A room's clock.
#[derive(Debug, Clone)]
pub struct Face {
    pub room: RoomId,
    /// What it showed at the moment `seen`.
    pub shows: u64,
    pub seen: u64,
    pub rate: u64,
    pub stands: bool,
}

impl Face {
    /// What it shows at a moment that is not before the last one.
    pub fn at(&self, moment: u64) -> u64 {
        if self.stands {
            self.shows
        } else {
            self.shows + (moment - self.seen) * self.rate
        }
    }

    fn look(&mut self, moment: u64) {
        (self.shows, self.seen) = (self.at(moment), moment);
    }
}

fn is_rate(rate: u8) -> Result<(), No> {
    if rate == 0 || rate > 100 {
        return Err(No::Code(ErrorCode::InvalidInput));
    }
    Ok(())
}

impl Model {
    pub fn judge_clock(&mut self, actor: Actor, command: &ClockCommand) -> Verdict {
        if actor.participant().is_none() {
            return Err(No::Any);
        }
        match *command {
            ClockCommand::Start {
                room,
                at,
                rate,
                paused,
                ..
            } => {
                self.governed(actor, room)?;
                if self.room(room).is_some_and(|it| it.sort == Sort::Direct) {
                    return Err(No::Code(ErrorCode::InvalidInput));
                }
                is_rate(rate)?;
                if self.faces.iter().any(|face| face.room == room) {
                    return Err(No::Code(ErrorCode::Conflict));
                }
                self.faces.push(Face {
                    room,
                    shows: at.map_or(self.now, |at| at.0),
                    seen: self.now,
                    rate: u64::from(rate),
                    stands: paused,
                });
                Ok(vec![event("clock.started")])
            }
            ClockCommand::Set { room, at } => self.turn(actor, room, |face| {
                face.shows = at.0;
                Ok(true)
            }),
            ClockCommand::Rate { room, rate } => {
                is_rate(rate).map_err(|_| No::Any)?;
                self.turn(actor, room, |face| {
                    let before = std::mem::replace(&mut face.rate, u64::from(rate));
                    Ok(before != u64::from(rate))
                })
            }
            ClockCommand::Pause { room } => self.turn(actor, room, |face| {
                Ok(!std::mem::replace(&mut face.stands, true))
            }),
            ClockCommand::Resume { room } => self.turn(actor, room, |face| {
                Ok(std::mem::replace(&mut face.stands, false))
            }),
            ClockCommand::Step { room, seconds } => self.turn(actor, room, |face| {
                if !face.stands {
                    return Err(No::Code(ErrorCode::Conflict));
                }
                face.shows += u64::from(seconds) * 1000;
                Ok(true)
            }),
            ClockCommand::Stop { room } => {
                self.turn(actor, room, |_| Ok(true))?;
                self.faces.retain(|face| face.room != room);
                Ok(vec![event("clock.stopped")])
            }
        }
    }

    /// The room is one that the actor governs, and in use.
    fn governed(&self, actor: Actor, room: RoomId) -> Result<(), No> {
        let found = self.allowed(actor, room, Capability::Moderate)?;
        if found.archived {
            return Err(No::Code(ErrorCode::Conflict));
        }
        Ok(())
    }

    /// Changes a clock; whether anything is different is what `change` says.
    fn turn(
        &mut self,
        actor: Actor,
        room: RoomId,
        change: impl FnOnce(&mut Face) -> Result<bool, No>,
    ) -> Verdict {
        self.governed(actor, room)?;
        let now = self.now;
        let face = self.faces.iter_mut().find(|face| face.room == room);
        let face = face.ok_or(No::Code(ErrorCode::NotFound))?;
        face.look(now);
        let changed = change(face)?;
        Ok(Vec::from_iter(changed.then(|| event("clock.changed"))))
    }
}
