//! A person's own chat with a program there: what waits for it comes there, its answers and lines are carried out as its own.

use mesh_model::api::{ChatAnswer, Posted, RoomRefInput, StreamItem};
use mesh_model::events::Kind;
use mesh_model::ops::{ChatCommand, MessageDelete, MessageEdit, MessagePost, Operation, RoomGet};
use mesh_model::{Refusal, Seq};
use mesh_sdk::{Client, Error, Filter};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::desk::{Desk, Place, Say};
use super::hold::{LOOK_AFTER, hold};
use super::kept::Pair;
use super::meant::{Meant, help, meant};
use super::shown::shown;
use super::{Carries, Chat, Heard, Id, Line};
use crate::leave::Carrier;
use crate::mesh::{Done, act, seen};
use crate::said::{Said, Trouble};
use crate::text::unmarked;
use crate::waits::{About, Eyes, KINDS, Looked, Notice, Words};

pub(super) struct Mine {
    eyes: Eyes,
    room: String,
    /// When it is looked again at what is held.
    look: Option<Instant>,
}

impl Mine {
    pub fn new(
        client: Client,
        carrier: Carrier,
        room: String,
        page: Option<String>,
    ) -> Result<Mine, Trouble> {
        if carrier.me.kind != Kind::Human {
            return Err(Trouble::Unfit {
                what: format!(
                    "@{} is no person, and --mine carries what waits for one",
                    carrier.me.handle
                ),
                todo:
                    "run it with a person's own token, or bridge a room with --room and --as BRIDGE"
                        .to_owned(),
            });
        }
        let eyes = Eyes {
            client,
            carrier,
            page,
        };
        Ok(Mine {
            eyes,
            room,
            look: None,
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.eyes.client
    }

    fn room<'a, C: Chat>(&'a self, desk: &'a Desk<'_, C>) -> &'a str {
        desk.place.kept.room.as_deref().unwrap_or(&self.room)
    }

    /// Tells of something, and remembers what an answer to it is about.
    async fn tell<C: Chat>(
        &self,
        desk: &mut Desk<'_, C>,
        notice: &Notice,
        seq: Seq,
    ) -> Result<(), Trouble> {
        let (words, buttons, link) = shown::<C>(notice);
        let say = Say {
            title: &notice.title,
            words: &words,
            link,
            buttons: &buttons,
            quiet: notice.quiet,
            key: Some(match &notice.about {
                About::Approval(question) => format!("ask-{}", question.id),
                _ => format!("told-{seq}"),
            }),
            ..Say::default()
        };
        let Some(there) = desk.say(say).await? else {
            return Ok(());
        };
        if notice.words == Words::Stay
            && let Some(room) = notice.room()
        {
            (desk.place.tell)(Said::Stays { room, seq });
        }
        let pair = match &notice.about {
            About::Message(message) => Pair {
                message: Some(message.id),
                room: Some(message.room),
                ..Pair::default()
            },
            About::Approval(question) => Pair {
                approval: Some(question.id).filter(|_| !buttons.is_empty()),
                ..Pair::default()
            },
            About::Alert(..) | About::Act(_) | About::Invitation(_) => Pair::default(),
        };
        desk.place.kept.remember(Pair { there, ..pair });
        desk.told(notice.about.word(), seq)
    }

    async fn written<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Line,
    ) -> Result<(), Trouble> {
        let Some(text) = message.text.clone() else {
            // Below a picture too: half of what was sent is not carried out.
            let what = message
                .words
                .as_ref()
                .map(|_| "Only words are taken here. Nothing was done.");
            return match what {
                Some(what) => desk.answer(&message.message, what).await,
                None => Ok(()),
            };
        };
        if message.passed_on {
            let what = "Those are somebody else's words, passed on. They are not carried out: write what you mean yourself. Nothing \
                        was done.";
            return desk.answer(&message.message, what).await;
        }
        let answered = message.answers.as_ref();
        let answered = answered.map(|answered| desk.place.kept.of_there(answered).cloned());
        match (meant(&text, desk.chat.name(), C::SIGN), answered) {
            (Meant::Help, _) => desk.answer(&message.message, &help::<C>()).await,
            (Meant::Room(room), _) => self.go(desk, message, room).await,
            (
                Meant::Decision(approve, reason),
                Some(Some(Pair {
                    approval: Some(id), ..
                })),
            ) => {
                let key = desk.key(&message.message, "");
                let said = self.decide(desk, id, approve, reason, key).await?;
                desk.answer(&message.message, &said).await
            }
            // The latest question may be one that was never shown here.
            (Meant::Decision(..), None) => {
                let how = "Say that in reply to the question you mean, or press its button. Nothing was answered.";
                desk.answer(&message.message, how).await
            }
            (
                _,
                Some(Some(Pair {
                    message: Some(_),
                    room: Some(_),
                    ..
                })),
            ) => self.reply(desk, message, &text).await,
            (
                _,
                Some(Some(Pair {
                    approval: Some(_), ..
                })),
            ) => {
                let how = "A question is answered with approve or reject: WHY, and nothing else. Nothing was answered.";
                desk.answer(&message.message, how).await
            }
            (_, Some(_)) => {
                let how = "There is nothing here any more to which that would be a reply: it is no message, it is answered, or it is too \
                           long ago. Nothing was done.";
                desk.answer(&message.message, how).await
            }
            (Meant::Line, None) => self.line(desk, message, text).await,
        }
    }

    /// Words for the thread of what is answered.
    async fn reply<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Line,
        text: &str,
    ) -> Result<(), Trouble> {
        let answered = message.answers.as_ref();
        let pair = answered.and_then(|answered| desk.place.kept.of_there(answered));
        let Some(pair) = pair.cloned() else {
            return Ok(());
        };
        let input = json!({"room": pair.room, "reply_to": pair.message, "text": text});
        let key = desk.key(&message.message, "");
        let name = MessagePost::DECLARATION.name;
        match act(self.client(), name, input, key).await? {
            Done::Yes(answer) => {
                let posted: Posted = serde_json::from_value(answer).map_err(Error::from)?;
                self.posted(desk, &message.message, &posted, "reply");
                if posted.quarantined {
                    let waits = "It waits for a moderator; nobody reads it yet.";
                    return desk.answer(&message.message, waits).await;
                }
                desk.chat.stored(&mut desk.place, &message.message).await
            }
            Done::Before => Ok(()),
            Done::No(why) => self.refused(desk, &message.message, &why).await,
        }
    }

    fn posted<C: Chat>(
        &self,
        desk: &mut Desk<'_, C>,
        there: &Id,
        posted: &Posted,
        what: &'static str,
    ) {
        desk.place.kept.remember(Pair {
            there: vec![there.clone()],
            message: Some(posted.id),
            room: Some(posted.room),
            theirs: true,
            ..Pair::default()
        });
        let message = Some(posted.id);
        (desk.place.tell)(Said::Took { what, message });
    }

    /// A line in the language of chat commands, as the person.
    async fn line<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Line,
        text: String,
    ) -> Result<(), Trouble> {
        let room = self.room(desk).to_owned();
        let key = desk.key(&message.message, "");
        let input = json!({"room": room, "text": text});
        let name = ChatCommand::DECLARATION.name;
        let answer: ChatAnswer = match act(self.client(), name, input, key).await? {
            Done::Yes(answer) => serde_json::from_value(answer).map_err(Error::from)?,
            Done::Before => return Ok(()),
            Done::No(why) => return self.refused(desk, &message.message, &why).await,
        };
        let asked = RoomRefInput { room };
        let found = seen(self.client().call::<RoomGet>(asked).await)?;
        let ids = found.iter().map(|found| found.id);
        let leaves = self.eyes.carrier.may_take_out(self.client(), ids).await?;
        if let (Some(id), Some(found)) = (answer.message, &found) {
            desk.place.kept.remember(Pair {
                there: vec![message.message.clone()],
                message: Some(id),
                room: Some(found.id),
                theirs: true,
                ..Pair::default()
            });
        }
        (desk.place.tell)(Said::Took {
            what: "line",
            message: answer.message,
        });
        let words = if leaves || answer.message.is_some() {
            unmarked(&answer.text)
        } else {
            "That is done. The answer has words of the room, and its rules do not let those out of the mesh.".to_owned()
        };
        desk.answer(&message.message, &crate::text::clean(&words))
            .await
    }

    /// Lines go to another room from here on.
    async fn go<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Line,
        room: String,
    ) -> Result<(), Trouble> {
        let name = room.trim_start_matches('#').to_owned();
        if name.is_empty() {
            let said = format!(
                "Lines go to #{}. {}room NAME changes that.",
                self.room(desk),
                C::SIGN
            );
            return desk.answer(&message.message, &said).await;
        }
        let asked = RoomRefInput { room: name.clone() };
        let said = match seen(self.client().call::<RoomGet>(asked).await)? {
            Some(found) if found.member => {
                let name = found.name.unwrap_or(name);
                let said = format!("Lines go to #{name} from here on.");
                desk.place.kept.room = Some(name);
                said
            }
            _ => format!(
                "There is no room '{}' that you are in. Lines go to #{} as before.",
                crate::text::name(&name, 60),
                self.room(desk)
            ),
        };
        desk.answer(&message.message, &said).await
    }

    /// A message of the person's own was changed there.
    async fn edited<C: Chat>(
        &mut self,
        desk: &mut Desk<'_, C>,
        message: &Line,
    ) -> Result<(), Trouble> {
        let pair = desk.place.kept.of_there(&message.message).cloned();
        let (Some(pair), Some(text)) = (pair, &message.words) else {
            return Ok(());
        };
        let Some(id) = pair.message.filter(|_| pair.theirs) else {
            return Ok(());
        };
        let key = desk.key(&message.message, &format!("-edit-{}", message.version));
        let input = json!({"message": id, "text": text});
        match act(self.client(), MessageEdit::DECLARATION.name, input, key).await? {
            Done::Yes(_) => {
                (desk.place.tell)(Said::Took {
                    what: "edit",
                    message: Some(id),
                });
                Ok(())
            }
            Done::Before => Ok(()),
            Done::No(why) => self.refused(desk, &message.message, &why).await,
        }
    }

    async fn refused<C: Chat>(
        &self,
        desk: &mut Desk<'_, C>,
        message: &Id,
        why: &Refusal,
    ) -> Result<(), Trouble> {
        (desk.place.tell)(Said::Refused {
            why: why.to_string(),
        });
        let said = format!("No: {why}.\n\n{}", why.hint);
        desk.answer(message, said.trim_end()).await
    }

    /// What the person wrote itself and took back there is deleted here.
    async fn gone<C: Chat>(&mut self, desk: &mut Desk<'_, C>, message: &Id) -> Result<(), Trouble> {
        let pair = desk.place.kept.of_there(message).cloned();
        let Some(id) = pair
            .filter(|pair| pair.theirs)
            .and_then(|pair| pair.message)
        else {
            return Ok(());
        };
        let key = desk.key(message, "-gone");
        let input = json!({"message": id});
        // It is gone there already: nothing is told back of it.
        desk.place.kept.take_message(id);
        match act(self.client(), MessageDelete::DECLARATION.name, input, key).await? {
            Done::Yes(_) => (desk.place.tell)(Said::Took {
                what: "deleted",
                message: Some(id),
            }),
            Done::Before => {}
            Done::No(why) => (desk.place.tell)(Said::Refused {
                why: why.to_string(),
            }),
        }
        Ok(())
    }
}

impl<C: Chat> Carries<C> for Mine {
    fn filter(&self, after: Seq) -> Filter {
        Filter {
            after: Some(after),
            rooms: Vec::new(),
            types: KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        }
    }

    async fn begin(&mut self, desk: &mut Desk<'_, C>, fresh: bool) -> Result<(), Trouble> {
        if fresh {
            let title = format!(
                "This chat is @{}'s from here on.",
                self.eyes.carrier.me.handle
            );
            let say = Say {
                title: &title,
                words: &help::<C>(),
                own: true,
                ..Say::default()
            };
            desk.say(say).await?;
            desk.place.keep()?;
        }
        // Questions that waited before there was a place in the log; those behind it come with it.
        let position = desk.place.kept.position.unwrap_or_default();
        for question in self.eyes.questions().await? {
            if fresh && !desk.place.kept.is_asked(question.id) {
                let notice = self.eyes.question(question).await?;
                self.tell(desk, &notice, position).await?;
                desk.place.keep()?;
            }
        }
        Ok(())
    }

    async fn heard(&mut self, desk: &mut Desk<'_, C>, heard: Heard) -> Result<bool, Trouble> {
        let kept = &desk.place.kept;
        let mine = |chat: &Id, user: &Option<Id>| {
            kept.chat.as_ref() == Some(chat) && user.is_some() && kept.user == *user
        };
        match heard {
            Heard::Pressed(pressed) => self.pressed(desk, pressed).await?,
            Heard::Gone {
                chat,
                message,
                user,
            } if mine(&chat, &user) || user.is_none() && kept.chat.as_ref() == Some(&chat) => {
                self.gone(desk, &message).await?
            }
            Heard::Written(line) if line.is_own(mine) => self.written(desk, &line).await?,
            Heard::Edited(line) if line.is_own(mine) => self.edited(desk, &line).await?,
            Heard::Written(_) | Heard::Edited(_) => {
                desk.ignore();
                return Ok(false);
            }
            Heard::Gone { .. } | Heard::Moved { .. } => return Ok(false),
        }
        Ok(true)
    }

    async fn rested(&self, place: &Place<'_>) {
        match self.look {
            _ if place.kept.held.is_empty() => std::future::pending().await,
            Some(look) => sleep_until(look).await,
            None => {}
        }
    }

    async fn release(&mut self, desk: &mut Desk<'_, C>) -> Result<(), Trouble> {
        while let Some(held) = desk.place.kept.held.front().copied() {
            let notice = self.eyes.again(held.what).await?;
            if notice.as_ref().is_some_and(|notice| notice.quiet) {
                self.look = Some(Instant::now() + LOOK_AFTER);
                return Ok(());
            }
            desk.place.kept.held.pop_front();
            if let Some(notice) = notice {
                self.tell(desk, &notice, held.seq).await?;
            }
            desk.place.keep()?;
        }
        Ok(())
    }

    async fn item(&mut self, desk: &mut Desk<'_, C>, item: &StreamItem) -> Result<bool, Trouble> {
        match self.eyes.look(item).await? {
            Looked::Nothing => Ok(false),
            Looked::Tell(notice) => {
                // A question that was told when the chat was chosen.
                if let About::Approval(question) = &notice.about
                    && desk.place.kept.is_asked(question.id)
                {
                    return Ok(false);
                }
                if hold(desk, &notice, item.seq) {
                    self.look = Some(Instant::now() + LOOK_AFTER);
                    return Ok(true);
                }
                self.tell(desk, &notice, item.seq).await?;
                Ok(true)
            }
            Looked::Settled(id, how) => {
                let Some(there) = desk.place.kept.take_question(id) else {
                    return Ok(false);
                };
                if let Some(last) = there.last() {
                    desk.unbutton(last).await?;
                    desk.answer(last, &how).await?;
                }
                Ok(true)
            }
            Looked::Erased(message) => {
                let Some(pair) = desk.place.kept.take_message(message) else {
                    return Ok(false);
                };
                desk.erase(&pair.there).await?;
                desk.told("erased", item.seq)?;
                Ok(true)
            }
        }
    }
}
