//! What reached whom, word by word, and whom that may reach: a small model of its own.
//!
//! It knows nothing of sessions that count for others, of rooms that carry, or of what the core remembers; it follows
//! every single word to whatever was made of it.

use std::collections::{BTreeMap, BTreeSet};

/// Everybody; 0 is the owner, the last is a guest.
pub const PEOPLE: usize = 7;
pub const GUEST: usize = PEOPLE - 1;
pub const ROOMS: usize = 4;
/// Who made whom.
pub const PARENTS: [usize; PEOPLE] = [0, 0, 0, 0, 0, 2, 0];

/// A word: the room it stands in, and its place in the log.
pub type Word = (usize, u64);

/// What somebody has taken in, or what went into something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub words: BTreeSet<Word>,
    /// Whether a stranger's words are among it.
    pub strange: bool,
}

impl Taken {
    pub fn take(&mut self, other: &Taken) {
        self.words.extend(&other.words);
        self.strange |= other.strange;
    }
}

/// Something said in a room.
#[derive(Debug, Clone)]
pub struct Item {
    pub place: u64,
    /// What went into it, itself included.
    pub of: Taken,
}

#[derive(Debug, Clone, Default)]
pub struct Room {
    /// Since when each member is there.
    pub members: BTreeMap<usize, u64>,
    /// Whether newcomers read what was said before them.
    pub whole: bool,
    pub items: Vec<Item>,
    pub strict: bool,
    pub allows: bool,
    /// Whether somebody spoke here who may have read more than is known.
    pub vague: bool,
}

/// A context: what somebody has read by one session, or without any.
#[derive(Debug, Clone, Default)]
pub struct Context {
    pub taken: Taken,
    /// The rooms it was read in.
    pub rooms: BTreeSet<usize>,
    /// Whether anything else than rooms was read by it.
    pub more: bool,
    pub counted: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub rooms: Vec<Room>,
    /// What each has read, by whatever way.
    pub all: Vec<Taken>,
    pub minds: Vec<Vec<Taken>>,
    /// Whether a stranger has spoken, or a room is strict.
    pub counts: bool,
}

impl Model {
    pub fn new() -> Model {
        Model {
            rooms: vec![Room::default(); ROOMS],
            all: vec![Taken::default(); PEOPLE],
            minds: vec![Vec::new(); PEOPLE],
            counts: false,
        }
    }

    fn above(who: usize, other: usize) -> bool {
        let mut at = other;
        while at != 0 {
            at = PARENTS[at];
            if at == who {
                return true;
            }
        }
        false
    }

    /// Whether somebody may read a word that `reader` has read.
    pub fn may_read(&self, who: usize, word: Word, reader: usize) -> bool {
        let room = &self.rooms[word.0];
        let there = room
            .members
            .get(&who)
            .is_some_and(|since| room.whole || *since <= word.1);
        there || who == reader || Model::above(who, reader)
    }

    /// A flow that the rule forbids: a word, and somebody whom it would reach.
    pub fn leak(
        &self,
        taken: &Taken,
        into: Option<usize>,
        reached: &[usize],
        by: usize,
    ) -> Option<(Word, usize)> {
        let words = taken.words.iter().filter(|word| Some(word.0) != into);
        words
            .flat_map(|word| reached.iter().map(|who| (*word, *who)))
            .find(|(word, who)| !self.may_read(*who, *word, by))
    }

    /// Whom something said in a room reaches.
    pub fn listeners(&self, room: usize) -> Vec<usize> {
        self.rooms[room].members.keys().copied().collect()
    }

    /// What somebody reads who reads a room.
    pub fn read(&self, who: usize, room: usize) -> Option<Taken> {
        let found = &self.rooms[room];
        let since = *found.members.get(&who)?;
        let mut taken = Taken::default();
        for item in &found.items {
            if found.whole || since <= item.place {
                taken.take(&item.of);
            }
        }
        Some(taken)
    }

    /// Something stands in a room now. What was made of no stranger's word is taken at its word.
    pub fn said(&mut self, room: usize, place: u64, by: usize, taken: &Taken, free: bool) {
        let mut of = Taken {
            words: BTreeSet::from([(room, place)]),
            strange: by == GUEST,
        };
        if taken.strange && !free {
            of.take(taken);
        }
        self.rooms[room].items.push(Item { place, of });
    }

    /// Whether a room holds only words of its own.
    pub fn is_pure(&self, room: usize) -> bool {
        let items = &self.rooms[room].items;
        !self.rooms[room].vague
            && items
                .iter()
                .all(|item| item.of.words.iter().all(|word| word.0 == room))
    }
}
