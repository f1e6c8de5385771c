//! Strands: which acts belong together. A thread is one, a task with what is told of it is one, and what is said in a room
//! outside threads is one until a silence ends it: whoever speaks in one strand knows of what is said there.

use mesh_model::api::StreamItem;
use mesh_model::{Millis, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};

use crate::acts::What;
use crate::lately::Lately;

/// Where each room's talk and each task began.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Strands {
    talks: Lately<RoomId, (Seq, Millis), 1024>,
    tasks: Lately<TaskId, Seq, 4096>,
}

/// A strand: the place at which it begins, and whether it is a room's talk. A talk and a thread can begin at one message.
pub type Strand = (Seq, bool);

/// An act with words, and the strand that it belongs to.
#[derive(Debug)]
pub struct Note<'a> {
    /// The strand.
    pub strand: Strand,
    /// The words.
    pub text: &'a str,
}

impl Strands {
    /// The words of an act and where they belong. A silence of `pause_ms` ends a room's talk.
    pub fn note<'a>(
        &mut self,
        item: &StreamItem,
        what: &'a What,
        pause_ms: u64,
    ) -> Option<Note<'a>> {
        let room = item.room?;
        let (strand, text) = match what {
            What::Said(message) => {
                let thread = message.thread.or(message.reply_to);
                let strand = match thread {
                    Some(first) => (first.0, false),
                    None => (self.talk(room, item, pause_ms), true),
                };
                (strand, &*message.text)
            }
            What::Asked { task, text } => {
                self.tasks.put(*task, item.seq);
                ((item.seq, false), text.as_str())
            }
            What::Progressed { task, text } => ((*self.tasks.get(task)?, false), text.as_str()),
            _ => return None,
        };
        Some(Note { strand, text })
    }

    fn talk(&mut self, room: RoomId, item: &StreamItem, pause_ms: u64) -> Seq {
        let talk = self.talks.touch(room, || (item.seq, item.at));
        if item.at.since(talk.1) > pause_ms {
            talk.0 = item.seq;
        }
        talk.1 = item.at;
        talk.0
    }
}
