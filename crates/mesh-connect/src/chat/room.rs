//! A room in a chat: a bridge brings what is written there into the room, as words of whoever wrote them there, and takes the
//! room's words to the chat where its rules let them out.
//!
//! What comes from there is data. It is never read as a line of chat commands, answers no question, and calls nobody unless
//! whoever runs the bridge lets it.

use mesh_model::api::MessageRefInput;
use mesh_model::api::{MessageBody, Posted, RoomRefInput, StreamItem};
use mesh_model::events::{
    Event as _, Facts, Kind, MessageDeleted, MessageEdited, MessageFacts, MessagePosted,
    MessageRedacted,
};
use mesh_model::ops::{MessageDelete, MessageEdit, MessageGet, MessagePost, Operation, RoomGet};
use mesh_model::{Capability, MessageId, RoomId, Seq};
use mesh_sdk::{Client, Error, Filter, Options};
use serde_json::{Value, json};

use super::desk::{Desk, Say};
use super::files::put;
use super::kept::Pair;
use super::{Carries, Chat, Heard, Id, Line, Post};
use crate::leave::Carrier;
use crate::mesh::{Done, act, seen};
use crate::said::{Said, Trouble};
use crate::text::{calls_nobody, clean, pieces, units};
use crate::waits::{author, said};

/// What a bridge needs in its room.
const NEEDS: [Capability; 3] = [Capability::Listen, Capability::Speak, Capability::Bridge];

pub(super) struct Bridge {
    client: Client,
    carrier: Carrier,
    room: RoomId,
    mentions: bool,
    /// How files are put into the room, if any come.
    options: Option<Options>,
}

impl Bridge {
    pub async fn new(
        client: Client,
        carrier: Carrier,
        room: String,
        mentions: bool,
        service: &'static str,
    ) -> Result<Bridge, Trouble> {
        let handle = &carrier.me.handle;
        let todo = || {
            format!(
                "by the owner's token: mesh connect {service} --room {room} --as {handle} --yes"
            )
        };
        if carrier.me.kind != Kind::Bridge {
            return Err(Trouble::Unfit {
                what: format!("@{handle} is no bridge, and a room is bridged by one"),
                todo: format!(
                    "name another with --as, and let it be registered: mesh connect {service} --room {room} --as NAME --yes"
                ),
            });
        }
        let asked = RoomRefInput { room: room.clone() };
        let found = seen(client.call::<RoomGet>(asked).await)?.filter(|found| found.member);
        let Some(found) = found else {
            return Err(Trouble::Unfit {
                what: format!(
                    "@{handle} is not in a room '{}'",
                    crate::text::name(&room, 60)
                ),
                todo: todo(),
            });
        };
        let lacks = NEEDS.iter().find(|one| !found.capabilities.has(**one));
        if let Some(lacks) = lacks {
            return Err(Trouble::Unfit {
                what: format!("@{handle} lacks the capability {lacks} in the room"),
                todo: todo(),
            });
        }
        Ok(Bridge {
            client,
            carrier,
            room: found.id,
            mentions,
            options: None,
        })
    }

    /// The same, which reaches the node for files by these.
    pub fn with(self, options: Options) -> Bridge {
        Bridge {
            options: Some(options),
            ..self
        }
    }

    fn words(&self, words: &str) -> String {
        if self.mentions {
            words.to_owned()
        } else {
            calls_nobody(words)
        }
    }

    /// Something was written there: it is said here as theirs.
    async fn bring<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Line,
    ) -> Result<bool, Trouble> {
        let Some(words) = &message.words else {
            return Ok(false);
        };
        let passed = if message.passed_on {
            "(passed on) "
        } else {
            ""
        };
        let answered = message.answers.as_ref();
        let answered = answered.and_then(|answered| desk.place.kept.of_there(answered));
        let mut input = json!({
            "room": self.room,
            "text": self.words(&format!("{passed}{words}")),
            "relayed": {"origin": C::SERVICE, "sender": message.sender},
        });
        if let Some(id) = answered.and_then(|pair| pair.message) {
            input["reply_to"] = json!(id);
        }
        let key = desk.key(&message.message, "");
        let files = self.store(desk, message, &key).await?;
        if !files.is_empty() {
            input["files"] = json!(files);
        }
        match act(&self.client, MessagePost::DECLARATION.name, input, key).await? {
            Done::Yes(answer) => {
                let posted: Posted = serde_json::from_value(answer).map_err(Error::from)?;
                desk.place.kept.remember(Pair {
                    there: vec![message.message.clone()],
                    message: Some(posted.id),
                    theirs: true,
                    ..Pair::default()
                });
                (desk.place.tell)(Said::Took {
                    what: "relayed",
                    message: Some(posted.id),
                });
                if posted.quarantined {
                    let waits =
                        "This waits for a moderator of the room; nobody reads it there yet.";
                    desk.answer(&message.message, waits).await?;
                }
            }
            Done::Before => {}
            Done::No(why) => {
                (desk.place.tell)(Said::Refused {
                    why: why.to_string(),
                });
                let no = format!("This was not taken into the room: {}.", why.code.title());
                desk.answer(&message.message, &no).await?;
            }
        }
        Ok(true)
    }

    /// Puts what came with it into the room's files. What the room does not take is said and stays there.
    async fn store<C: Chat>(
        &self,
        desk: &mut Desk<'_, C>,
        message: &Line,
        key: &str,
    ) -> Result<Vec<Value>, Trouble> {
        let mut stored = Vec::new();
        let Some(options) = self.options.as_ref().filter(|_| !message.files.is_empty()) else {
            return Ok(stored);
        };
        match put(options, self.room, C::SERVICE, key, &message.files).await? {
            Ok(files) => stored = files,
            Err(why) => (desk.place.tell)(Said::Refused { why }),
        }
        Ok(stored)
    }

    /// Something was changed there.
    async fn bring_change<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Line,
    ) -> Result<bool, Trouble> {
        let pair = desk.place.kept.of_there(&message.message).cloned();
        let (Some(pair), Some(words)) = (pair, &message.words) else {
            return Ok(false);
        };
        let Some(id) = pair.message.filter(|_| pair.theirs) else {
            return Ok(false);
        };
        let key = desk.key(&message.message, &format!("-edit-{}", message.version));
        let input = json!({"message": id, "text": self.words(words)});
        match act(&self.client, MessageEdit::DECLARATION.name, input, key).await? {
            Done::Yes(_) => (desk.place.tell)(Said::Took {
                what: "edit",
                message: Some(id),
            }),
            Done::Before => {}
            Done::No(why) => (desk.place.tell)(Said::Refused {
                why: why.to_string(),
            }),
        }
        Ok(true)
    }

    /// What somebody took back there is deleted here too.
    async fn bring_end<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Id,
    ) -> Result<bool, Trouble> {
        let pair = desk.place.kept.of_there(message).cloned();
        let Some(id) = pair
            .filter(|pair| pair.theirs)
            .and_then(|pair| pair.message)
        else {
            return Ok(false);
        };
        let key = desk.key(message, "-gone");
        let input = json!({"message": id});
        // It is gone there already: nothing is told back of it.
        desk.place.kept.take_message(id);
        match act(&self.client, MessageDelete::DECLARATION.name, input, key).await? {
            Done::Yes(_) => (desk.place.tell)(Said::Took {
                what: "deleted",
                message: Some(id),
            }),
            Done::Before => {}
            Done::No(why) => (desk.place.tell)(Said::Refused {
                why: why.to_string(),
            }),
        }
        Ok(true)
    }

    /// A message of the room, as it is now: what waited here is not told as it was.
    async fn now(&self, id: MessageId) -> Result<Option<mesh_model::api::Message>, Error> {
        let asked = MessageRefInput { message: id };
        seen(self.client.call::<MessageGet>(asked).await)
    }

    /// Something was said here: it is told there.
    async fn tell<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        item: &StreamItem,
    ) -> Result<bool, Trouble> {
        let Some(told) = item
            .message()
            .filter(|told| told.from.id != self.carrier.me.id)
        else {
            return Ok(false);
        };
        let labels = told.labels.iter().copied();
        let rooms = labels.chain([self.room]);
        if !self.carrier.may_take_out(&self.client, rooms).await? {
            (desk.place.tell)(Said::Stays {
                room: self.room,
                seq: item.seq,
            });
            return Ok(false);
        }
        // Between the event and now it may have been erased.
        let Some(message) = self
            .now(told.id)
            .await?
            .filter(|now| !now.deleted && !now.redacted)
        else {
            return Ok(false);
        };
        let answered = message
            .reply_to
            .and_then(|id| desk.place.kept.of_message(id));
        let say = Say {
            title: &author(&message),
            words: &said(&message),
            answers: answered.and_then(|pair| pair.there.first().cloned()),
            key: Some(format!("told-{}", item.seq)),
            ..Say::default()
        };
        let Some(there) = desk.say(say).await? else {
            return Ok(true);
        };
        desk.place.kept.remember(Pair {
            there,
            message: Some(message.id),
            ..Pair::default()
        });
        desk.told("message", item.seq)?;
        Ok(true)
    }

    /// A message that was told there was changed here.
    async fn tell_change<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        item: &StreamItem,
        edited: &MessageEdited,
    ) -> Result<bool, Trouble> {
        let pair = desk.place.kept.of_message(edited.message).cloned();
        let Some(pair) = pair.filter(|pair| !pair.theirs) else {
            return Ok(false);
        };
        if item
            .said(edited)
            .plain()
            .is_none_or(|body: MessageBody| body.text.is_empty())
            || !self.carrier.may_take_out(&self.client, [self.room]).await?
        {
            return Ok(false);
        }
        let Some(message) = self.now(edited.message).await? else {
            return Ok(false);
        };
        let title = author(&message);
        let whole = format!("{title}\n\n{}", said(&message));
        let parts: Vec<&str> = pieces(&whole, C::UNITS_MAX, C::weigh);
        if parts.len() == pair.there.len() {
            for (index, (part, there)) in parts.iter().zip(&pair.there).enumerate() {
                let key = desk.place.kept.key(&format!("told-{}-{index}", item.seq));
                let post = Post {
                    key: &key,
                    text: part,
                    bold: if index == 0 { units(&title) } else { 0 },
                    ..Post::default()
                };
                desk.chat.change(&mut desk.place, there, post).await?;
            }
        } else {
            // It has become another number of messages: the new text answers the old one.
            let title = format!("{title} changed this");
            let say = Say {
                title: &title,
                words: &clean(&message.text),
                answers: pair.there.first().cloned(),
                quiet: true,
                key: Some(format!("told-{}", item.seq)),
                ..Say::default()
            };
            if let Some(more) = desk.say(say).await? {
                desk.place.kept.take_message(edited.message);
                let there = pair.there.into_iter().chain(more).collect();
                desk.place.kept.remember(Pair { there, ..pair });
            }
        }
        desk.told("edit", item.seq)?;
        Ok(true)
    }

    /// Words are gone here: they are deleted there, as far as the service lets a bot.
    async fn erase<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: MessageId,
        seq: Seq,
    ) -> Result<bool, Trouble> {
        let Some(pair) = desk.place.kept.take_message(message) else {
            return Ok(false);
        };
        desk.erase(&pair.there).await?;
        desk.told("erased", seq)?;
        Ok(true)
    }
}

impl<C: Chat> Carries<C> for Bridge {
    fn filter(&self, after: Seq) -> Filter {
        let kinds = [
            MessagePosted::KIND,
            MessageEdited::KIND,
            MessageDeleted::KIND,
            MessageRedacted::KIND,
        ];
        Filter {
            after: Some(after),
            rooms: vec![self.room.to_string()],
            types: kinds.map(str::to_owned).to_vec(),
        }
    }

    async fn begin(&mut self, desk: &mut Desk<'_, C>, _: bool) -> Result<(), Trouble> {
        if !self.carrier.may_take_out(&self.client, [self.room]).await? {
            let what = "the room's rules do not let its words out (data.leave.outside), so it only takes in what is written in the chat";
            (desk.place.tell)(Said::Note { what });
        }
        Ok(())
    }

    async fn heard(&mut self, desk: &mut Desk<'_, C>, heard: Heard) -> Result<bool, Trouble> {
        let kept = &desk.place.kept;
        let here = |chat: &Id| kept.chat.as_ref() == Some(chat);
        match heard {
            // Of programs nothing is taken: two bridges would tell one another what they say.
            Heard::Written(line) | Heard::Edited(line) if here(&line.chat) && line.program => {
                Ok(false)
            }
            Heard::Written(line) if here(&line.chat) => self.bring(desk, &line).await,
            Heard::Edited(line) if here(&line.chat) => self.bring_change(desk, &line).await,
            Heard::Gone { chat, message, .. } if here(&chat) => {
                self.bring_end(desk, &message).await
            }
            Heard::Moved { chat, to } if here(&chat) => {
                desk.place.moved(to)?;
                Ok(true)
            }
            Heard::Written(_) | Heard::Edited(_) | Heard::Moved { .. } => {
                desk.ignore();
                Ok(false)
            }
            Heard::Gone { .. } | Heard::Pressed(_) => Ok(false),
        }
    }

    async fn item(&mut self, desk: &mut Desk<'_, C>, item: &StreamItem) -> Result<bool, Trouble> {
        match item.event() {
            Some(Facts::Message(MessageFacts::Posted(_))) => self.tell(desk, item).await,
            Some(Facts::Message(MessageFacts::Edited(it))) => {
                self.tell_change(desk, item, &it).await
            }
            Some(Facts::Message(MessageFacts::Deleted(it))) => {
                self.erase(desk, it.message, item.seq).await
            }
            Some(Facts::Message(MessageFacts::Redacted(it))) => {
                self.erase(desk, it.message, item.seq).await
            }
            _ => Ok(false),
        }
    }
}
