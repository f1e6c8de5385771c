//! The messages of a room or thread that are at hand, what changes them, and which of them are in sight.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::{Message, MessageBody, Reactions, ReceivedContent, StreamItem};
use mesh_model::events::{Facts, MessageFacts};
use mesh_model::{MessageId, ParticipantId, Seq, Told};

/// Those of a kind of reaction who are known by name.
const BY_MAX: usize = 20;

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// At the end: what comes is in sight.
    #[default]
    End,
    /// The last message in sight, and how many of its lines are below the edge.
    At(Seq, usize),
}

/// Messages without a gap between them, up to the end.
#[derive(Debug, Default, Clone)]
pub struct Timeline {
    messages: BTreeMap<Seq, Message>,
    /// Those that wait for a moderator or for the room's home.
    held: BTreeSet<Seq>,
    /// There is more before the first one.
    pub older: bool,
    /// What was asked for and has not come.
    pub loading: bool,
    /// The first piece is there.
    pub ready: bool,
    /// Why it could not be loaded.
    pub trouble: Option<String>,
    /// What changed while messages were being loaded, and from which place on it may not be in them.
    changes: Vec<StreamItem>,
    /// Where the reader is.
    pub place: Place,
    /// The message that is chosen.
    pub chosen: Option<Seq>,
    /// The first one that was unread when the room was opened.
    pub first_unread: Option<Seq>,
    /// Everything up to here was told to the node as read.
    pub told: Seq,
    /// A message that the reader wants to see and that is farther back.
    pub reach: Option<(Seq, u8)>,
}

impl Timeline {
    /// One that was asked for.
    pub fn asked() -> Timeline {
        Timeline {
            loading: true,
            ..Timeline::default()
        }
    }

    /// A message.
    pub fn get(&self, id: Seq) -> Option<&Message> {
        self.messages.get(&id)
    }

    /// The one before.
    pub fn before(&self, seq: Seq) -> Option<&Message> {
        self.messages
            .range(..seq)
            .next_back()
            .map(|(_, message)| message)
    }

    /// The one after.
    pub fn after(&self, seq: Seq) -> Option<&Message> {
        let next = Seq(seq.0.saturating_add(1));
        self.messages
            .range(next..)
            .next()
            .map(|(_, message)| message)
    }

    /// The oldest that is at hand.
    pub fn first(&self) -> Option<&Message> {
        self.messages.values().next()
    }

    /// The newest.
    pub fn last(&self) -> Option<&Message> {
        self.messages.values().next_back()
    }

    /// Whether nobody else reads it yet.
    pub fn is_held(&self, message: &Message) -> bool {
        self.held.contains(&message.id.0)
    }

    /// Somebody posted it.
    pub fn post(&mut self, message: Message, held: bool) {
        if let Some(released) = &message.released {
            self.messages.remove(&released.message.0);
            self.held.remove(&released.message.0);
        }
        if held {
            self.held.insert(message.id.0);
        }
        self.messages.insert(message.id.0, message);
    }

    /// A piece that was asked for. What the stream told of a message meanwhile stands.
    pub fn piece(&mut self, piece: Vec<Message>, me: ParticipantId) {
        for message in piece {
            self.messages.entry(message.id.0).or_insert(message);
        }
        self.loading = false;
        for change in std::mem::take(&mut self.changes) {
            self.change(&change, me);
        }
    }

    /// Something happened to a message. While a piece is on its way it may be in it, or not yet.
    pub fn change(&mut self, item: &StreamItem, me: ParticipantId) {
        if self.loading {
            self.changes.push(item.clone());
        }
        let Some(Facts::Message(facts)) = item.event() else {
            return;
        };
        match &facts {
            MessageFacts::Edited(it) => {
                let words = item.said(it).map(|body: MessageBody| body.text);
                if let Some(message) = self.messages.get_mut(&it.message.0) {
                    message.mentions = it.mentions.clone();
                    message.guard = it.guard.clone();
                    message.edited_at = Some(item.at);
                    reword(message, words);
                }
            }
            MessageFacts::Deleted(it) => self.end(it.message, |message| message.deleted = true),
            MessageFacts::Redacted(it) => self.end(it.message, |message| message.redacted = true),
            MessageFacts::Reacted(it) => {
                if let (Some(who), Some(message)) =
                    (&item.from, self.messages.get_mut(&it.message.0))
                {
                    react(message, &it.reaction, who.id, me);
                }
            }
            MessageFacts::Unreacted(it) => {
                let who = it.who.or(item.from.as_ref().map(|from| from.id));
                if let (Some(who), Some(message)) = (who, self.messages.get_mut(&it.message.0)) {
                    unreact(message, &it.reaction, who, me);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, id: MessageId, how: impl FnOnce(&mut Message)) {
        if let Some(message) = self.messages.get_mut(&id.0) {
            how(message);
            message.text = Told::default();
            message.files.clear();
            message.quotes.clear();
            message.reactions.clear();
        }
    }

    /// One more answer in a message's thread.
    pub fn replied(&mut self, thread: MessageId) {
        if let Some(message) = self.messages.get_mut(&thread.0) {
            message.replies += 1;
        }
    }

    /// Messages of others that can be read, after a place.
    pub fn unread_after(
        &self,
        seq: Seq,
        me: ParticipantId,
    ) -> impl DoubleEndedIterator<Item = &Message> {
        let from = Seq(seq.0.saturating_add(1));
        self.messages
            .range(from..)
            .map(|(_, message)| message)
            .filter(move |message| {
                message.from.id != me && !message.deleted && !self.is_held(message)
            })
    }

    /// The newest message of the reader's own that can be changed.
    pub fn own_last(&self, me: ParticipantId) -> Option<&Message> {
        self.messages.values().rev().find(|message| {
            message.from.id == me && !message.deleted && !message.redacted && !self.is_held(message)
        })
    }

    /// The last message in sight with all of its lines.
    pub fn seen_to(&self) -> Option<&Message> {
        match self.place {
            Place::End => self.last(),
            Place::At(seq, 0) => self.get(seq).or_else(|| self.before(seq)),
            Place::At(seq, _) => self.before(seq),
        }
    }

    /// How many messages are below those in sight.
    pub fn below(&self) -> usize {
        match self.place {
            Place::End => 0,
            Place::At(seq, _) => self.messages.range(Seq(seq.0.saturating_add(1))..).count(),
        }
    }

    /// Moves what is in sight by lines; `height` says how many lines a message takes, `rows` how many there are.
    pub fn scroll(
        &mut self,
        by: isize,
        rows: usize,
        height: impl Fn(&Timeline, &Message) -> usize,
    ) {
        let Some(last) = self.last().map(|message| message.id.0) else {
            return;
        };
        let (mut seq, mut hidden) = match self.place {
            Place::End => (last, 0),
            Place::At(seq, hidden) => (seq, hidden),
        };
        let mut left = by.unsigned_abs();
        if by < 0 {
            // As far as the first line is at the top.
            let mut above = self
                .lines_to(seq, rows + left + hidden, &height)
                .saturating_sub(hidden);
            while left > 0 && above > rows {
                hidden += 1;
                above -= 1;
                left -= 1;
                let Some(message) = self.get(seq) else { break };
                if hidden >= height(self, message) {
                    let Some(before) = self.before(seq) else {
                        break;
                    };
                    (seq, hidden) = (before.id.0, 0);
                }
            }
        } else {
            while left > 0 {
                if hidden > 0 {
                    hidden -= 1;
                } else {
                    let Some(after) = self.after(seq) else { break };
                    seq = after.id.0;
                    hidden = height(self, after).saturating_sub(1);
                }
                left -= 1;
            }
        }
        let end = seq == last && hidden == 0;
        self.place = if end {
            Place::End
        } else {
            Place::At(seq, hidden)
        };
    }

    /// How many lines there are up to a message, counted no farther than `most`.
    fn lines_to(
        &self,
        seq: Seq,
        most: usize,
        height: impl Fn(&Timeline, &Message) -> usize,
    ) -> usize {
        let mut lines = 0;
        for (_, message) in self.messages.range(..=seq).rev() {
            lines += height(self, message);
            if lines > most {
                break;
            }
        }
        lines
    }

    /// Puts a message to the top, unless everything behind it fits.
    pub fn top(&mut self, seq: Seq, rows: usize, height: impl Fn(&Timeline, &Message) -> usize) {
        let mut used = 0;
        let mut place = Place::End;
        for (at, message) in self.messages.range(seq..) {
            let lines = height(self, message);
            if used + lines > rows {
                place = Place::At(*at, (used + lines - rows).min(lines.saturating_sub(1)));
                break;
            }
            used += lines;
        }
        self.place = place;
    }

    /// The first message of which something is in sight.
    pub fn top_seen(
        &self,
        rows: usize,
        height: impl Fn(&Timeline, &Message) -> usize,
    ) -> Option<Seq> {
        let (from, hidden) = match self.place {
            Place::End => (self.last()?.id.0, 0),
            Place::At(seq, hidden) => (seq, hidden),
        };
        let mut room = rows + hidden;
        let mut top = None;
        for (at, message) in self.messages.range(..=from).rev() {
            if room == 0 {
                break;
            }
            top = Some(*at);
            room = room.saturating_sub(height(self, message));
        }
        top
    }
}

fn reword(message: &mut Message, words: ReceivedContent<String>) {
    match words {
        ReceivedContent::Plain(text) => message.text = Told::composed(text),
        ReceivedContent::Enveloped(text) => {
            message.text = Told::composed(text);
            message.enveloped = true;
        }
        ReceivedContent::Erased | ReceivedContent::Nothing => message.text = Told::default(),
    }
}

fn react(message: &mut Message, reaction: &str, who: ParticipantId, me: ParticipantId) {
    let index = message
        .reactions
        .iter()
        .position(|one| one.reaction == reaction);
    let index = index.unwrap_or_else(|| {
        message.reactions.push(Reactions {
            reaction: reaction.to_owned(),
            count: 0,
            own: false,
            by: Vec::new(),
        });
        message.reactions.len() - 1
    });
    let kind = &mut message.reactions[index];
    if kind.by.contains(&who) {
        return;
    }
    kind.count += 1;
    kind.own |= who == me;
    if kind.by.len() < BY_MAX {
        kind.by.push(who);
    }
}

fn unreact(message: &mut Message, reaction: &str, who: ParticipantId, me: ParticipantId) {
    for kind in &mut message.reactions {
        let known = kind.by.contains(&who) || kind.by.len() >= BY_MAX;
        if kind.reaction == reaction && known {
            kind.by.retain(|one| *one != who);
            kind.count = kind.count.saturating_sub(1);
            kind.own &= who != me;
        }
    }
    message.reactions.retain(|kind| kind.count > 0);
}
