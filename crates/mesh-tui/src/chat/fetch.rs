//! The messages that a room's screen fetches: its newest, those before them, and as far back as somebody wants to see.

use mesh_model::api::{Message, MessageListInput, Page};
use mesh_model::ops::MessageList;
use mesh_model::{RoomId, Seq};

use super::state::{Chat, Tag};
use super::{draw, message};
use crate::screen::{Ask, Trouble};

/// The first piece of a room.
const PAGE: u32 = 60;
/// Whoever goes back reads on: fewer questions. The node's limit is 500.
const OLDER: u32 = 200;
/// How often it is gone back for one message: 2,000 messages.
const REACH_MAX: u8 = 10;

impl Chat {
    /// Asks for a room's newest messages, at least as far as they are unread.
    pub(super) fn load(&mut self, room: RoomId) -> Option<Ask<Tag>> {
        let unread = self.rooms.get(&room).map_or(0, |room| room.unread);
        let head = self.head;
        let timeline = self.timelines.entry(room).or_default();
        timeline.loading = true;
        timeline.trouble = None;
        let input = MessageListInput {
            room: room.to_string(),
            after: None,
            before: None,
            limit: Some((unread + PAGE / 2).clamp(PAGE, 500)),
            min_seq: (head > Seq(0)).then_some(head),
        };
        Some(Ask::of::<MessageList>(input, Tag::Piece(room)))
    }

    /// Asks for what was said before what is at hand.
    pub(super) fn load_older(&mut self, room: RoomId) -> Option<Ask<Tag>> {
        let timeline = self.timelines.get_mut(&room)?;
        if !timeline.older || timeline.loading || !timeline.ready {
            return None;
        }
        timeline.loading = true;
        let input = MessageListInput {
            room: room.to_string(),
            after: None,
            before: timeline.first().map(|message| message.seq),
            limit: Some(OLDER),
            min_seq: None,
        };
        Some(Ask::of::<MessageList>(input, Tag::Piece(room)))
    }

    /// Messages came.
    pub(super) fn piece(
        &mut self,
        room: RoomId,
        page: Result<Page<Message>, Trouble>,
    ) -> Vec<Ask<Tag>> {
        let (me, rows) = (self.me.id, self.rows());
        let unread = self.rooms.get(&room).map_or(0, |room| room.unread);
        let room_columns = self.columns();
        let Some(timeline) = self.timelines.get_mut(&room) else {
            return Vec::new();
        };
        let page = match page {
            Ok(page) => page,
            Err(why) => {
                timeline.loading = false;
                timeline.trouble = Some(why.words);
                return Vec::new();
            }
        };
        let first_piece = !timeline.ready;
        timeline.older = page.prev.is_some();
        timeline.piece(page.items, me);
        timeline.ready = true;
        if first_piece {
            // What is unread are the last ones of others.
            let unread = unread as usize;
            let all: Vec<Seq> = timeline
                .unread_after(Seq(0), me)
                .map(|one| one.id.0)
                .collect();
            let first = all.len().saturating_sub(unread);
            timeline.first_unread = (unread > 0).then(|| all.get(first).copied()).flatten();
            timeline.told = match timeline.first_unread {
                Some(first) => Seq(first.0.saturating_sub(1)),
                None => timeline.last().map_or(Seq(0), |last| last.id.0),
            };
            if let Some(first) = timeline.first_unread {
                let style = draw::style(room_columns, &self.zone, Some(first), false);
                timeline.top(first, rows, |all, one| {
                    message::lines(all, one, &style).len()
                });
            }
        }
        self.reach(room)
    }

    /// Goes back on to a message that the reader wants to see.
    pub(super) fn reach(&mut self, room: RoomId) -> Vec<Ask<Tag>> {
        let (rows, columns) = (self.rows(), self.columns());
        let Some(timeline) = self.timelines.get_mut(&room) else {
            return Vec::new();
        };
        let Some((seq, tries)) = timeline.reach else {
            return Vec::new();
        };
        if timeline.get(seq).is_some() {
            timeline.reach = None;
            timeline.chosen = Some(seq);
            let style = draw::style(columns, &self.zone, timeline.first_unread, false);
            timeline.top(seq, rows, |all, one| message::lines(all, one, &style).len());
            return Vec::new();
        }
        let gone = tries >= REACH_MAX || !timeline.older;
        timeline.reach = (!gone).then_some((seq, tries + 1));
        self.load_older(room).into_iter().collect()
    }
}
