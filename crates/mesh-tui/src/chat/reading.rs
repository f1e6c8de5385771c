//! What the reader has taken in: everything of a room up to the last message that was in sight, as on the page.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::{InboxAckInput, Room};
use mesh_model::ops::InboxAck;
use mesh_model::{Millis, ParticipantId, Seq};

use super::state::Tag;
use super::timeline::Timeline;
use crate::screen::Ask;

/// Places are told together: a reader who scrolls passes many.
const PAUSE_MS: u64 = 250;
/// The node's limit of one acknowledgement.
const SEQS_MAX: usize = 500;

/// What was read and is not told yet.
#[derive(Debug, Default)]
pub struct Reading {
    waiting: BTreeSet<Seq>,
    sent: BTreeMap<u64, Vec<Seq>>,
    next: u64,
    due: Option<Millis>,
}

impl Reading {
    /// Everything of the room up to what is in sight was read.
    pub fn up_to_sight(
        &mut self,
        room: &mut Room,
        timeline: &mut Timeline,
        me: ParticipantId,
        now: Millis,
    ) {
        let Some(seq) = timeline.seen_to().map(|message| message.id.0) else {
            return;
        };
        if !room.member || seq <= timeline.told {
            return;
        }
        let read = timeline.unread_after(timeline.told, me);
        let read: Vec<Seq> = read
            .map(|message| message.seq)
            .filter(|at| *at <= seq)
            .collect();
        timeline.told = seq;
        if !read.is_empty() {
            self.waiting.extend(read);
            self.due.get_or_insert(now.plus(PAUSE_MS));
        }
        let left = timeline.unread_after(seq, me);
        let (mut unread, mut named) = (0, 0);
        for message in left {
            unread += 1;
            named += u32::from(message.mentions.contains(&me));
        }
        (room.unread, room.unread_mentions) = (unread, named);
    }

    /// When it has something to tell.
    pub fn due(&self) -> Option<Millis> {
        self.due
    }

    /// Tells what waits, if it is time or the screen ends.
    pub fn asks(&mut self, now: Millis, ends: bool) -> Vec<Ask<Tag>> {
        if !ends && self.due.is_none_or(|at| at > now) {
            return Vec::new();
        }
        self.due = None;
        let all: Vec<Seq> = std::mem::take(&mut self.waiting).into_iter().collect();
        let pieces = all.chunks(SEQS_MAX).map(|seqs| {
            self.next += 1;
            self.sent.insert(self.next, seqs.to_vec());
            let input = InboxAckInput {
                upto: None,
                seqs: seqs.to_vec(),
            };
            Ask::of::<InboxAck>(input, Tag::Read(self.next))
        });
        pieces.collect()
    }

    /// The node knows it, or it is told again.
    pub fn answered(&mut self, piece: u64, well: bool, now: Millis) {
        let seqs = self.sent.remove(&piece).unwrap_or_default();
        if !well {
            self.waiting.extend(seqs);
            self.due = Some(now.plus(PAUSE_MS * 20));
        }
    }
}
