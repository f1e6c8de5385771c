//! What the reader says: sent in its order, kept until the node has stored it, and given back if it refuses.

use mesh_model::api::{
    ChatAnswer, ChatInput, Message, MessageEditInput, MessagePostInput, MessageReactInput,
    MessageSearchInput, MessageSendInput, Posted, RoomRefInput, RoomTypingInput,
};
use mesh_model::events::Priority;
use mesh_model::ops::{
    ChatCommand, MessageEdit, MessagePost, MessageReact, MessageSearch, MessageSend,
    MessageUnreact, RoomJoin, RoomLeave, RoomTyping,
};
use mesh_model::{MessageId, Millis, RoomId, Seq};

use super::complete::NODE_COMMANDS;
use super::state::{Chat, Note, Tag, View, at_end};
use crate::screen::{Ask, Trouble};
use crate::top::name_of;
use crate::words::count;

/// How often others hear that somebody goes on typing.
const TYPING_MS: u64 = 3_000;
/// Answers of the node that are kept on the screen of a room.
const NOTES_MAX: usize = 20;
/// How many a search gives.
const FOUND_MAX: u32 = 100;

/// How far something has come that was said here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// On its way; while the node is away it waits.
    Waiting,
    /// Stored; the stream has not told of it yet.
    Stored(Seq),
    /// The node refused it.
    Refused(String),
}

/// Something that was said here.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// By what its answer is known.
    pub number: u64,
    /// Where; `None` for a conversation that is not open yet.
    pub room: Option<RoomId>,
    /// To whom, as its user sees it.
    pub to: String,
    /// In which thread.
    pub reply_to: Option<MessageId>,
    /// The words.
    pub text: String,
    /// How far it has come.
    pub way: Way,
}

impl Chat {
    /// The composer's words are meant as they are: said, carried out, or put in place of others.
    pub(super) fn submit(&mut self, now: Millis) -> Vec<Ask<Tag>> {
        let text = self.composer.text().trim_end().to_owned();
        if text.trim().is_empty() {
            return Vec::new();
        }
        if let Some(message) = self.editing.take() {
            self.composer.take();
            let input = MessageEditInput {
                message,
                text: text.clone(),
            };
            return vec![Ask::of::<MessageEdit>(input, Tag::Edited(message, text)).in_turn()];
        }
        if let Some(line) = command(&text) {
            return self.command(line.to_owned(), now);
        }
        let Some(room) = self.open else {
            self.tell("No room is open; your words are still here.", true, now);
            return Vec::new();
        };
        let mut asks = self.stop_typing();
        let reply_to = self.answers();
        self.composer.take();
        self.reply_to = None;
        if let Some(timeline) = self.timeline_mut() {
            at_end(timeline);
        }
        self.choosing = false;
        let number = self.outgo(Some(room), reply_to, &text);
        let input = MessagePostInput {
            room: room.to_string(),
            text,
            reply_to,
            priority: Priority::default(),
            payload: None,
            payload_type: None,
            command: false,
            quotes: Vec::new(),
            files: Vec::new(),
            signed: None,
            relayed: None,
        };
        asks.push(Ask::of::<MessagePost>(input, Tag::Said(number)).in_turn());
        asks
    }

    /// The message that is answered: the one that was chosen, in a thread its first.
    fn answers(&self) -> Option<MessageId> {
        let thread = match &self.view {
            View::Thread(root, _) => Some(*root),
            _ => None,
        };
        self.reply_to.or(thread)
    }

    fn outgo(&mut self, room: Option<RoomId>, reply_to: Option<MessageId>, text: &str) -> u64 {
        self.next_outgoing += 1;
        let to = room
            .and_then(|room| self.rooms.get(&room))
            .map_or(String::new(), name_of);
        self.outgoing.push(Outgoing {
            number: self.next_outgoing,
            room,
            to,
            reply_to,
            text: text.to_owned(),
            way: Way::Waiting,
        });
        self.next_outgoing
    }

    /// The stream tells of a message of the reader's own: it waits no more.
    pub(super) fn landed(&mut self, message: &Message) {
        let index = self.outgoing.iter().position(|one| match one.way {
            Way::Stored(seq) => seq == message.seq,
            Way::Waiting => one.room == Some(message.room) && one.text == *message.text,
            Way::Refused(_) => false,
        });
        if let Some(index) = index {
            self.outgoing.remove(index);
        }
    }

    pub(super) fn said(
        &mut self,
        number: u64,
        answer: Result<Posted, Trouble>,
        now: Millis,
    ) -> Vec<Ask<Tag>> {
        let index = self.outgoing.iter().position(|one| one.number == number);
        match answer {
            Ok(posted) => {
                if posted.for_home {
                    self.tell(
                        "It waits for the mesh where this room is at home.",
                        false,
                        now,
                    );
                } else if posted.quarantined {
                    self.tell(
                        "The guard holds it back: a moderator decides, and nobody else reads it until then.",
                        true,
                        now,
                    );
                }
                let Some(index) = index else {
                    return Vec::new();
                };
                let there = |chat: &Chat| {
                    let timeline = chat.timelines.get(&posted.room);
                    timeline.is_some_and(|all| all.get(posted.seq).is_some())
                };
                let opens = self.outgoing[index].room.is_none();
                if opens || there(self) {
                    self.outgoing.remove(index);
                } else {
                    self.outgoing[index].way = Way::Stored(posted.seq);
                }
                if opens {
                    self.wanted = Some(posted.room.to_string());
                    self.refresh_rooms(now);
                }
            }
            Err(why) => self.came_back(index, &why, now),
        }
        Vec::new()
    }

    /// The node refused: the words go back to where they were written, or stay marked where others are being written.
    fn came_back(&mut self, index: Option<usize>, why: &Trouble, now: Millis) {
        self.tell(format!("Not sent: {}", why.words), true, now);
        let Some(index) = index else { return };
        let here = self.outgoing[index].room.is_none() || self.outgoing[index].room == self.open;
        if here && self.composer.is_empty() && self.editing.is_none() {
            let one = self.outgoing.remove(index);
            self.write_again(&one);
        } else {
            self.outgoing[index].way = Way::Refused(why.words.clone());
        }
    }

    fn write_again(&mut self, one: &Outgoing) {
        let text = match one.room {
            Some(_) => one.text.clone(),
            None => format!("/dm {} {}", one.to, one.text),
        };
        self.composer.set(&text);
        self.reply_to = one.reply_to;
    }

    /// The last words of this room that were refused, to be written anew; false if there are none.
    pub(super) fn take_back_refused(&mut self) -> bool {
        let open = self.open;
        let index = self.outgoing.iter().rposition(|one| {
            matches!(one.way, Way::Refused(_)) && (one.room == open || one.room.is_none())
        });
        let Some(index) = index else { return false };
        let one = self.outgoing.remove(index);
        self.write_again(&one);
        true
    }

    /// Words that would be gone with the screen.
    pub(super) fn unsent(&self) -> Option<String> {
        let said = self
            .outgoing
            .iter()
            .filter(|one| !matches!(one.way, Way::Stored(_)));
        let mut words: Vec<String> = said
            .map(|one| format!("{}: {}", one.to, one.text))
            .collect();
        let open = self.open.map(|room| (room, self.composer.text()));
        let drafts = self
            .drafts
            .iter()
            .map(|(room, text)| (*room, text.as_str()));
        for (room, text) in drafts
            .chain(open)
            .filter(|(_, text)| !text.trim().is_empty())
        {
            let name = self.rooms.get(&room).map_or(String::new(), name_of);
            words.push(format!("{name}: {text}"));
        }
        (!words.is_empty()).then(|| {
            format!(
                "Not sent, so that your words are not lost:\n{}",
                words.join("\n")
            )
        })
    }

    /// Ends, or says once what would not be sent.
    pub(super) fn quit(&mut self, now: Millis) {
        let waiting = self
            .outgoing
            .iter()
            .filter(|one| !matches!(one.way, Way::Stored(_)))
            .count();
        if waiting == 0 || self.ending {
            self.over = true;
            return;
        }
        self.ending = true;
        let what = count(waiting, "message is", "messages are");
        let words = format!("{what} not sent yet. Once more ends; the words are printed then.");
        self.tell(words, true, now);
    }

    /// A line that begins with a slash: one of this screen's, or one that the node carries out.
    fn command(&mut self, line: String, now: Millis) -> Vec<Ask<Tag>> {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        let rest = rest.trim().to_owned();
        let needs = matches!(name, "join" | "room" | "search" | "dm" | "react") && rest.is_empty();
        if needs {
            self.tell(
                format!("/{name} needs a word behind it; Tab completes, /help shows how."),
                true,
                now,
            );
            return Vec::new();
        }
        match name {
            "help" => self.view = View::Help,
            "quit" => self.over = true,
            "edit" => {
                self.composer.take();
                self.edit_last(now);
                return Vec::new();
            }
            "react" => return self.react(&rest, now),
            "search" => {
                self.composer.take();
                return self.search(rest);
            }
            "room" => match self.room_called(&rest) {
                Some(room) => {
                    self.composer.take();
                    return self.enter(room);
                }
                None => {
                    self.tell(
                        format!("There is no {rest} here that you may know of."),
                        true,
                        now,
                    );
                    return Vec::new();
                }
            },
            "join" => {
                let room = rest.trim_start_matches('#').to_owned();
                self.composer.take();
                let input = RoomRefInput { room: room.clone() };
                return vec![Ask::of::<RoomJoin>(input, Tag::Joined(room))];
            }
            "leave" => {
                let Some(room) = self.open else {
                    return Vec::new();
                };
                self.composer.take();
                let input = RoomRefInput {
                    room: room.to_string(),
                };
                return vec![Ask::of::<RoomLeave>(input, Tag::Small)];
            }
            "dm" => return self.send_direct(&rest, now),
            _ if NODE_COMMANDS.contains(&name) || name.starts_with('@') => {
                let Some(room) = self.open else {
                    return Vec::new();
                };
                self.composer.take();
                let input = ChatInput {
                    room: room.to_string(),
                    text: line.clone(),
                };
                return vec![Ask::of::<ChatCommand>(input, Tag::Command(room, line)).in_turn()];
            }
            _ => {
                let words = format!(
                    "There is no command /{name}; nothing was said. Tab completes, /help shows all."
                );
                self.tell(words, true, now);
                return Vec::new();
            }
        }
        self.composer.take();
        Vec::new()
    }

    fn send_direct(&mut self, rest: &str, now: Millis) -> Vec<Ask<Tag>> {
        let (who, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let to = format!("@{}", who.trim_start_matches('@'));
        let text = text.trim().to_owned();
        if text.is_empty() {
            if let Some(room) = self.room_called(&to) {
                self.composer.take();
                return self.enter(room);
            }
            self.tell(
                format!("/dm {to} needs words: they open the conversation."),
                true,
                now,
            );
            return Vec::new();
        }
        self.composer.take();
        let number = self.outgo(None, None, &text);
        if let Some(one) = self.outgoing.last_mut() {
            one.to = to.clone();
        }
        let input = MessageSendInput {
            to,
            text,
            reply_to: None,
            priority: Priority::default(),
            payload: None,
            files: Vec::new(),
        };
        vec![Ask::of::<MessageSend>(input, Tag::Said(number)).in_turn()]
    }

    pub(super) fn commanded(
        &mut self,
        room: RoomId,
        asked: String,
        answer: Result<ChatAnswer, Trouble>,
        now: Millis,
    ) {
        match answer {
            Ok(answer) => {
                let notes = self.notes.entry(room).or_default();
                notes.push(Note {
                    asked,
                    words: answer.text,
                });
                let over = notes.len().saturating_sub(NOTES_MAX);
                notes.drain(..over);
            }
            Err(why) => {
                if self.composer.is_empty() && self.open == Some(room) {
                    self.composer.set(&format!("/{asked}"));
                }
                self.tell(why.words, true, now);
            }
        }
    }

    /// Looks for words everywhere that the reader may read.
    pub(super) fn search(&mut self, words: String) -> Vec<Ask<Tag>> {
        let input = MessageSearchInput {
            q: words.clone(),
            room: None,
            from: None,
            since: None,
            until: None,
            limit: Some(FOUND_MAX),
        };
        self.view = View::Found {
            words,
            hits: None,
            chosen: 0,
        };
        vec![Ask::of::<MessageSearch>(input, Tag::Found)]
    }

    /// The reader's last message is being changed.
    pub(super) fn edit_last(&mut self, now: Millis) {
        let me = self.me.id;
        let own = self.timeline().and_then(|all| all.own_last(me));
        let own = own.map(|message| (message.id, message.text.to_string()));
        match own {
            Some((id, text)) => self.edit(id, &text),
            None => self.tell("Nothing here is yours to change.", true, now),
        }
    }

    pub(super) fn edit(&mut self, message: MessageId, text: &str) {
        self.composer.set(text);
        self.editing = Some(message);
        self.choosing = false;
    }

    /// Reacts to the message that is chosen, else to the newest; takes a reaction back that is there.
    fn react(&mut self, reaction: &str, now: Millis) -> Vec<Ask<Tag>> {
        let timeline = self.timeline();
        let message =
            timeline.and_then(|all| all.chosen.and_then(|seq| all.get(seq)).or(all.last()));
        let Some(message) = message else {
            self.tell("There is no message here to react to.", true, now);
            return Vec::new();
        };
        let bare = reaction.trim_matches(':');
        let known = emojis::get(bare).or_else(|| emojis::get_by_shortcode(bare));
        let own = message
            .reactions
            .iter()
            .any(|kind| kind.own && known.is_some_and(|known| known.as_str() == kind.reaction));
        let input = MessageReactInput {
            message: message.id,
            reaction: bare.to_owned(),
        };
        self.composer.take();
        if own {
            vec![Ask::of::<MessageUnreact>(input, Tag::Small)]
        } else {
            vec![Ask::of::<MessageReact>(input, Tag::Small)]
        }
    }

    /// Others hear that somebody types: seldom, and nothing of a line for the node.
    pub(super) fn type_on(&mut self, now: Millis) -> Vec<Ask<Tag>> {
        let says_something = !self.composer.is_empty() && !self.composer.text().starts_with('/');
        if !says_something {
            return self.stop_typing();
        }
        let lately = self.typed_at.is_some_and(|at| now.since(at) < TYPING_MS);
        let member = self
            .open
            .and_then(|room| self.rooms.get(&room))
            .is_some_and(|room| room.member);
        if lately || !member || !self.standing.is_live() {
            return Vec::new();
        }
        self.typed_at = Some(now);
        self.typing_ask(true).into_iter().collect()
    }

    pub(super) fn stop_typing(&mut self) -> Vec<Ask<Tag>> {
        match self.typed_at.take() {
            Some(_) if self.standing.is_live() => self.typing_ask(false).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn typing_ask(&self, typing: bool) -> Option<Ask<Tag>> {
        let room = self.open?.to_string();
        Some(Ask::of::<RoomTyping>(
            RoomTypingInput { room, typing },
            Tag::Typed,
        ))
    }
}

/// The command in a line that begins with a slash. A path is none: `/etc/hosts is wrong` is said.
fn command(text: &str) -> Option<&str> {
    let line = text.strip_prefix('/')?;
    let first = line.split_whitespace().next()?;
    (!first.contains('/') && line.starts_with(first)).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn a_path_is_said_and_no_command() {
        assert_eq!(command("/tasks"), Some("tasks"));
        assert_eq!(command("/@rex look"), Some("@rex look"));
        for said in ["hello", "/etc/hosts is wrong", "/", "/ x"] {
            assert_eq!(command(said), None, "{said}");
        }
    }
}
