//! A person's own chat: what waits for it comes there, its answers and lines are carried out as its own.

use mesh_model::api::{
    ApprovalRefInput, ApprovalState, ChatAnswer, Posted, RoomRefInput, StreamItem,
};
use mesh_model::events::Kind;
use mesh_model::ops::{
    ApprovalDecide, ApprovalGet, ChatCommand, MessageEdit, MessagePost, Operation, RoomGet,
};
use mesh_model::{ApprovalId, Refusal, Seq};
use mesh_sdk::{Client, Error, Filter};
use serde_json::{Value, json};

use super::Carries;
use super::desk::{Desk, Say};
use super::kept::Pair;
use super::types::{Button, Message, Pressed, Update};
use crate::leave::Carrier;
use crate::mesh::{Done, act, seen};
use crate::said::{Said, Trouble};
use crate::text::unmarked;
use crate::waits::{About, Eyes, KINDS, Looked, Notice, Words};

/// What is told of how it is used.
const HELP: &str = "What waits for you comes here: messages that name you or are yours alone, questions, alerts. Reply to one and your \
words go to its thread; the buttons below a question answer it, and so does a reply of approve or reject: WHY.\n\nAnything else is a \
line as you: status, tasks, pending, costs, summary, @NAME what to do, do WHAT, auto GOAL, pause NAME, … What is no command is said \
to the room's agent.\n\n/room NAME: the room where lines go.";
/// Where an answer is too long to be asked for here, or has words that stay in the mesh.
const ELSEWHERE: &str = "Answer it on the page or with `mesh approvals`.";
/// What Telegram shows when a button was pressed.
const TOAST_CHARS_MAX: usize = 190;

pub(super) struct Mine {
    eyes: Eyes,
    room: String,
}

/// What somebody wrote, as it is meant.
#[derive(Debug, PartialEq, Eq)]
enum Meant {
    Help,
    Room(String),
    /// An answer to a question: whether it is given, and why.
    Decision(bool, String),
    Line,
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
        Ok(Mine { eyes, room })
    }

    fn client(&self) -> &Client {
        &self.eyes.client
    }

    fn room<'a>(&'a self, desk: &'a Desk<'_>) -> &'a str {
        desk.kept.room.as_deref().unwrap_or(&self.room)
    }

    /// Tells of something, and remembers what an answer to it is about.
    async fn tell(&self, desk: &mut Desk<'_>, notice: &Notice, seq: Seq) -> Result<(), Trouble> {
        let (words, buttons) = shown(notice);
        let say = Say {
            title: &notice.title,
            words: &words,
            buttons: &buttons,
            quiet: notice.quiet,
            ..Say::default()
        };
        let Some(there) = desk.say(say).await? else {
            return Ok(());
        };
        if notice.words == Words::Stay
            && let Some(room) = notice.room()
        {
            (desk.tell)(Said::Stays { room, seq });
        }
        let (what, pair) = match &notice.about {
            About::Message(message) => {
                let pair = Pair {
                    message: Some(message.id),
                    room: Some(message.room),
                    ..Pair::default()
                };
                ("message", pair)
            }
            About::Approval(question) => {
                let pair = Pair {
                    approval: Some(question.id).filter(|_| !buttons.is_empty()),
                    ..Pair::default()
                };
                ("approval", pair)
            }
            About::Alert(_) => ("alert", Pair::default()),
        };
        desk.kept.remember(Pair { there, ..pair });
        desk.told(what, seq)
    }

    async fn written(&mut self, desk: &mut Desk<'_>, message: &Message) -> Result<(), Trouble> {
        let Some(text) = message.text.clone() else {
            // Below a picture too: half of what was sent is not carried out.
            let what = message
                .words()
                .map(|_| "Only words are taken here. Nothing was done.");
            return match what {
                Some(what) => desk.answer(message.message_id, what).await,
                None => Ok(()),
            };
        };
        if message.is_passed_on() {
            let what = "Those are somebody else's words, passed on. They are not carried out: write what you mean yourself. Nothing \
                        was done.";
            return desk.answer(message.message_id, what).await;
        }
        let answered = message.reply_to_message.as_ref();
        let answered = answered.map(|answered| desk.kept.of_there(answered.message_id).cloned());
        match (meant(&text, &desk.me.username), answered) {
            (Meant::Help, _) => desk.answer(message.message_id, HELP).await,
            (Meant::Room(room), _) => self.go(desk, message, room).await,
            (
                Meant::Decision(approve, reason),
                Some(Some(Pair {
                    approval: Some(id), ..
                })),
            ) => {
                let key = desk.key(message.message_id, "");
                let said = self.decide(desk, id, approve, reason, key).await?;
                desk.answer(message.message_id, &said).await
            }
            // The latest question may be one that was never shown here.
            (Meant::Decision(..), None) => {
                let how = "Say that in reply to the question you mean, or press its button. Nothing was answered.";
                desk.answer(message.message_id, how).await
            }
            (
                _,
                Some(Some(Pair {
                    message: Some(_),
                    room: Some(_),
                    ..
                })),
            ) => self.reply(desk, message, &text).await,
            (_, Some(_)) => {
                let how = "There is nothing here any more to which that would be a reply: it is no message, it is answered, or it is too \
                           long ago. Nothing was done.";
                desk.answer(message.message_id, how).await
            }
            (Meant::Line, None) => self.line(desk, message, text).await,
        }
    }

    /// Words for the thread of what is answered.
    async fn reply(
        &mut self,
        desk: &mut Desk<'_>,
        message: &Message,
        text: &str,
    ) -> Result<(), Trouble> {
        let answered = message.reply_to_message.as_ref();
        let pair = answered.and_then(|answered| desk.kept.of_there(answered.message_id));
        let Some(pair) = pair.cloned() else {
            return Ok(());
        };
        let input = json!({"room": pair.room, "reply_to": pair.message, "text": text});
        let key = desk.key(message.message_id, "");
        let name = MessagePost::DECLARATION.name;
        match act(self.client(), name, input, key).await? {
            Done::Yes(answer) => {
                let posted: Posted = serde_json::from_value(answer).map_err(Error::from)?;
                self.posted(desk, message.message_id, &posted, "reply");
                if posted.quarantined {
                    let waits = "It waits for a moderator; nobody reads it yet.";
                    return desk.answer(message.message_id, waits).await;
                }
                // A sign that it is stored, without another message.
                let sign = json!([{"type": "emoji", "emoji": "👌"}]);
                let body = json!({"message_id": message.message_id, "reaction": sign});
                desk.ask::<Value>("setMessageReaction", body)
                    .await
                    .map(drop)
            }
            Done::Before => Ok(()),
            Done::No(why) => self.refused(desk, message.message_id, &why).await,
        }
    }

    fn posted(&self, desk: &mut Desk<'_>, there: i64, posted: &Posted, what: &'static str) {
        desk.kept.remember(Pair {
            there: vec![there],
            message: Some(posted.id),
            room: Some(posted.room),
            theirs: true,
            ..Pair::default()
        });
        let message = Some(posted.id);
        (desk.tell)(Said::Took { what, message });
    }

    /// A line in the language of chat commands, as the person.
    async fn line(
        &mut self,
        desk: &mut Desk<'_>,
        message: &Message,
        text: String,
    ) -> Result<(), Trouble> {
        let room = self.room(desk).to_owned();
        let key = desk.key(message.message_id, "");
        let input = json!({"room": room, "text": text});
        let name = ChatCommand::DECLARATION.name;
        let answer: ChatAnswer = match act(self.client(), name, input, key).await? {
            Done::Yes(answer) => serde_json::from_value(answer).map_err(Error::from)?,
            Done::Before => return Ok(()),
            Done::No(why) => return self.refused(desk, message.message_id, &why).await,
        };
        let asked = RoomRefInput { room };
        let found = seen(self.client().call::<RoomGet>(asked).await)?;
        let ids = found.iter().map(|found| found.id);
        let leaves = self.eyes.carrier.may_take_out(self.client(), ids).await?;
        if let (Some(id), Some(found)) = (answer.message, &found) {
            desk.kept.remember(Pair {
                there: vec![message.message_id],
                message: Some(id),
                room: Some(found.id),
                theirs: true,
                ..Pair::default()
            });
        }
        (desk.tell)(Said::Took {
            what: "line",
            message: answer.message,
        });
        let words = if leaves || answer.message.is_some() {
            unmarked(&answer.text)
        } else {
            "That is done. The answer has words of the room, and its rules do not let those out of the mesh.".to_owned()
        };
        desk.answer(message.message_id, &crate::text::clean(&words))
            .await
    }

    /// Lines go to another room from here on.
    async fn go(
        &mut self,
        desk: &mut Desk<'_>,
        message: &Message,
        room: String,
    ) -> Result<(), Trouble> {
        let name = room.trim_start_matches('#').to_owned();
        if name.is_empty() {
            let said = format!("Lines go to #{}. /room NAME changes that.", self.room(desk));
            return desk.answer(message.message_id, &said).await;
        }
        let asked = RoomRefInput { room: name.clone() };
        let said = match seen(self.client().call::<RoomGet>(asked).await)? {
            Some(found) if found.member => {
                let name = found.name.unwrap_or(name);
                let said = format!("Lines go to #{name} from here on.");
                desk.kept.room = Some(name);
                said
            }
            _ => format!(
                "There is no room '{}' that you are in. Lines go to #{} as before.",
                crate::text::name(&name, 60),
                self.room(desk)
            ),
        };
        desk.answer(message.message_id, &said).await
    }

    /// A message of the person's own was changed there.
    async fn edited(&mut self, desk: &mut Desk<'_>, message: &Message) -> Result<(), Trouble> {
        let pair = desk.kept.of_there(message.message_id).cloned();
        let (Some(pair), Some(text)) = (pair, message.words()) else {
            return Ok(());
        };
        let Some(id) = pair.message.filter(|_| pair.theirs) else {
            return Ok(());
        };
        let edit = message.edit_date.unwrap_or_default();
        let key = desk.key(message.message_id, &format!("-edit-{edit}"));
        let input = json!({"message": id, "text": text});
        match act(self.client(), MessageEdit::DECLARATION.name, input, key).await? {
            Done::Yes(_) => {
                (desk.tell)(Said::Took {
                    what: "edit",
                    message: Some(id),
                });
                Ok(())
            }
            Done::Before => Ok(()),
            Done::No(why) => self.refused(desk, message.message_id, &why).await,
        }
    }

    async fn refused(
        &self,
        desk: &mut Desk<'_>,
        message: i64,
        why: &Refusal,
    ) -> Result<(), Trouble> {
        (desk.tell)(Said::Refused {
            why: why.to_string(),
        });
        let said = format!("No: {why}.\n\n{}", why.hint);
        desk.answer(message, said.trim_end()).await
    }

    /// A button below a question was pressed. Only the person whom this chat was opened for may.
    async fn pressed(&mut self, desk: &mut Desk<'_>, pressed: Pressed) -> Result<(), Trouble> {
        let at = pressed.message.as_ref();
        let own = desk.kept.user == Some(pressed.from.id)
            && at.is_some_and(|at| desk.kept.chat == Some(at.chat.id));
        if !own {
            desk.ignore();
            return self
                .toast(desk, &pressed.id, "This is not yours to answer.")
                .await;
        }
        let shown = at.and_then(|at| desk.kept.of_there(at.message_id)).cloned();
        let decision = decision_of(&pressed.data);
        let said = match (decision, shown.and_then(|pair| pair.approval)) {
            // The question that is shown above the button, and no other.
            (Some((approve, id)), Some(asked)) if asked == id => {
                let key = format!("telegram-{}-press-{}", desk.me.id, pressed.id);
                self.decide(desk, id, approve, String::new(), key).await?
            }
            _ => format!(
                "This waits no more, or it is too long ago. Nothing was answered. {ELSEWHERE}"
            ),
        };
        self.toast(desk, &pressed.id, &said).await?;
        if let Some(at) = pressed.message {
            desk.answer(at.message_id, &said).await?;
        }
        Ok(())
    }

    /// What is shown to whoever pressed. The service takes it for a few minutes only; later it is nothing.
    async fn toast(&self, desk: &mut Desk<'_>, pressed: &str, said: &str) -> Result<(), Trouble> {
        let shown: String = said.chars().take(TOAST_CHARS_MAX).collect();
        let body = json!({"callback_query_id": pressed, "text": shown});
        match desk
            .bot
            .insist::<Value>("answerCallbackQuery", body, desk.tell)
            .await
        {
            Ok(_) | Err(super::bot::Fault::Refused(_)) => Ok(()),
            Err(other) => Err(other.ends()),
        }
    }

    /// Answers a question, if it waits still; says what came of it.
    async fn decide(
        &mut self,
        desk: &mut Desk<'_>,
        id: ApprovalId,
        approve: bool,
        reason: String,
        key: String,
    ) -> Result<String, Trouble> {
        let asked = ApprovalRefInput {
            approval: id,
            wait_ms: None,
        };
        let found = seen(self.client().call::<ApprovalGet>(asked).await)?;
        let by = found.as_ref().and_then(|found| found.by.as_ref());
        let by = by.map_or("somebody".to_owned(), |by| format!("@{}", by.handle));
        let said = match found.map(|found| found.state) {
            None => "It is not there any more, or not yours to answer.".to_owned(),
            Some(ApprovalState::Expired) => {
                "Its time is over: nobody waits for the answer any more. Nothing was answered."
                    .to_owned()
            }
            Some(ApprovalState::Approved) => format!("It was approved already, by {by}."),
            Some(ApprovalState::Rejected) => format!("It was refused already, by {by}."),
            Some(ApprovalState::Waiting) => {
                let input = json!({"approval": id, "approve": approve, "reason": reason});
                match act(self.client(), ApprovalDecide::DECLARATION.name, input, key).await? {
                    Done::Yes(_) => {
                        let (what, said) = if approve {
                            ("approved", "Approved, once.")
                        } else {
                            ("refused", "Refused.")
                        };
                        (desk.tell)(Said::Took {
                            what,
                            message: None,
                        });
                        said.to_owned()
                    }
                    Done::Before => "It was answered before.".to_owned(),
                    Done::No(why) => {
                        (desk.tell)(Said::Refused {
                            why: why.to_string(),
                        });
                        // It may be asked for once more.
                        return Ok(format!("No: {why}."));
                    }
                }
            }
        };
        if let Some(there) = desk.kept.take_question(id) {
            desk.keep()?;
            if let Some(last) = there.last() {
                desk.unbutton(*last).await?;
            }
        }
        Ok(said)
    }
}

impl Carries for Mine {
    const KINDS: &'static [&'static str] = &["message", "edited_message", "callback_query"];

    fn filter(&self, after: Seq) -> Filter {
        Filter {
            after: Some(after),
            rooms: Vec::new(),
            types: KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        }
    }

    async fn begin(&mut self, desk: &mut Desk<'_>, fresh: bool) -> Result<(), Trouble> {
        if fresh {
            let title = format!(
                "This chat is @{}'s from here on.",
                self.eyes.carrier.me.handle
            );
            let say = Say {
                title: &title,
                words: HELP,
                ..Say::default()
            };
            desk.say(say).await?;
            desk.keep()?;
        }
        // Questions that waited before there was a place in the log; those behind it come with it.
        let position = desk.kept.position.unwrap_or_default();
        for question in self.eyes.questions().await? {
            if fresh && !desk.kept.is_asked(question.id) {
                let notice = self.eyes.question(question).await?;
                self.tell(desk, &notice, position).await?;
                desk.keep()?;
            }
        }
        Ok(())
    }

    async fn update(&mut self, desk: &mut Desk<'_>, update: Update) -> Result<bool, Trouble> {
        if let Some(pressed) = update.callback_query {
            self.pressed(desk, pressed).await?;
            return Ok(true);
        }
        let (message, edited) = match (update.message, update.edited_message) {
            (Some(message), _) => (message, false),
            (None, Some(message)) => (message, true),
            (None, None) => return Ok(false),
        };
        let own = message.chat.kind == "private"
            && desk.kept.chat == Some(message.chat.id)
            && message
                .from
                .as_ref()
                .is_some_and(|from| !from.is_bot && desk.kept.user == Some(from.id));
        if !own {
            desk.ignore();
            return Ok(false);
        }
        if edited {
            self.edited(desk, &message).await?;
        } else {
            self.written(desk, &message).await?;
        }
        Ok(true)
    }

    async fn item(&mut self, desk: &mut Desk<'_>, item: &StreamItem) -> Result<bool, Trouble> {
        match self.eyes.look(item).await? {
            Looked::Nothing => Ok(false),
            Looked::Tell(notice) => {
                // A question that was told when the chat was chosen.
                if let About::Approval(question) = &notice.about
                    && desk.kept.is_asked(question.id)
                {
                    return Ok(false);
                }
                self.tell(desk, &notice, item.seq).await?;
                Ok(true)
            }
            Looked::Settled(id, how) => {
                let Some(there) = desk.kept.take_question(id) else {
                    return Ok(false);
                };
                if let Some(last) = there.last() {
                    desk.unbutton(*last).await?;
                    desk.answer(*last, &how).await?;
                }
                Ok(true)
            }
            Looked::Erased(message) => {
                let Some(pair) = desk.kept.take_message(message) else {
                    return Ok(false);
                };
                desk.erase(&pair.there).await?;
                desk.told("erased", item.seq)?;
                Ok(true)
            }
        }
    }
}

/// What is said of something, and the buttons below it.
fn shown(notice: &Notice) -> (String, Vec<Button>) {
    let mut words = match &notice.words {
        Words::Shown(words) => words.clone(),
        Words::Stay => {
            "Its words stay in the mesh: the room's rules do not let them out.".to_owned()
        }
        Words::Gone => "Its words were erased, or it has none of its own.".to_owned(),
    };
    let mut buttons = Vec::new();
    if let About::Approval(question) = &notice.about {
        words.push_str(&format!("\n\nIt waits until {}.", question.until));
        let all = matches!(notice.words, Words::Shown(_));
        let whole = Say {
            title: &notice.title,
            words: &words,
            ..Say::default()
        };
        // Nothing is approved here of which a part was not shown.
        if all && whole.is_whole() {
            buttons = answers(question.id);
        } else if all {
            words = format!(
                "What would be done is too long to be shown here in one piece ({} characters).\n\n{ELSEWHERE}",
                words.chars().count()
            );
        } else {
            words.push_str(&format!("\n\n{ELSEWHERE}"));
        }
    }
    if let Some(link) = notice.link.as_ref().filter(|_| buttons.is_empty()) {
        words.push_str(&format!("\n\n{link}"));
    }
    (words, buttons)
}

fn answers(id: ApprovalId) -> Vec<Button> {
    let button = |text, sign| Button {
        text,
        callback_data: format!("{sign}{id}"),
    };
    vec![button("Approve once", '+'), button("Refuse", '-')]
}

fn decision_of(data: &str) -> Option<(bool, ApprovalId)> {
    let approve = match data.chars().next()? {
        '+' => true,
        '-' => false,
        _ => return None,
    };
    Some((approve, data[1..].parse().ok()?))
}

/// What is meant, by the words that a line begins with. The language of chat commands takes a slash for none.
fn meant(text: &str, bot: &str) -> Meant {
    let text = text.trim();
    let bare = text.strip_prefix('/').unwrap_or(text).trim_start();
    let (first, rest) = match bare.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (bare, ""),
    };
    let first = first
        .strip_suffix(&format!("@{bot}"))
        .unwrap_or(first)
        .to_lowercase();
    let slash = text.starts_with('/');
    match first.as_str() {
        "start" | "help" if slash => return Meant::Help,
        "room" if slash => return Meant::Room(rest.to_owned()),
        "approve:" | "reject:" => return Meant::Decision(first == "approve:", rest.to_owned()),
        _ => {}
    }
    let alone = first.trim_end_matches(['.', '!', '?']);
    match alone {
        "approve" | "reject" if rest.trim_matches(['.', '!', '?', ' ']).is_empty() => {
            Meant::Decision(alone == "approve", String::new())
        }
        _ => Meant::Line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_never_taken_for_a_line() {
        let yes = |why: &str| Meant::Decision(true, why.to_owned());
        for (text, is) in [
            ("approve", yes("")),
            ("/approve@mesh_bot", yes("")),
            ("/ Approve!", yes("")),
            ("approve .", yes("")),
            ("approve: looks fine", yes("looks fine")),
            ("Reject: no", Meant::Decision(false, "no".to_owned())),
            ("reject", Meant::Decision(false, String::new())),
            ("approve of it", Meant::Line),
            ("/room #ops", Meant::Room("#ops".to_owned())),
            ("/start", Meant::Help),
            ("start dispatch", Meant::Line),
            ("status", Meant::Line),
        ] {
            assert_eq!(meant(text, "mesh_bot"), is, "{text}");
        }
    }

    #[test]
    fn a_button_says_what_and_of_what() {
        let id = ApprovalId(Default::default());
        let buttons = answers(id);
        assert!(
            buttons
                .iter()
                .all(|button| button.callback_data.len() <= 64)
        );
        assert_eq!(decision_of(&buttons[0].callback_data), Some((true, id)));
        assert_eq!(decision_of(&buttons[1].callback_data), Some((false, id)));
        for bad in ["", "+", "+x", "ü"] {
            assert_eq!(decision_of(bad), None);
        }
    }
}
