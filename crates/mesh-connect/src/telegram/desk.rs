//! What both modes have in common: the chat, what is remembered of it, and saying something there.

use std::path::PathBuf;

use mesh_model::{MeshId, Seq};
use serde_json::{Value, json};

use super::bot::{Bot, Fault, Poll, Tell};
use super::kept::Kept;
use super::types::{Button, Me, Message, Sent};
use super::{Mode, Settings};
use crate::kept::{Held, hold, load, save};
use crate::said::{Said, Trouble};
use crate::text::{pieces, units};

/// What one message there holds, in UTF-16 units.
pub(crate) const UNITS_MAX: usize = 4096;
/// Letters of a code, none of which looks like another. There are 32, so that each is five bits of chance.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// As long as nobody guesses: 60 bits.
const CODE_LETTERS: usize = 12;

/// A connector's side there.
pub(crate) struct Desk<'a> {
    pub bot: Bot,
    pub me: Me,
    pub kept: Kept,
    pub tell: Tell<'a>,
    path: PathBuf,
    _held: Held,
}

/// Something to say there.
#[derive(Debug, Default)]
pub(crate) struct Say<'a> {
    /// Shown in bold, before all else.
    pub title: &'a str,
    pub words: &'a str,
    /// The message there that it answers.
    pub answers: Option<i64>,
    pub buttons: &'a [Button],
    /// Without a sound.
    pub quiet: bool,
}

impl Say<'_> {
    fn whole(&self) -> String {
        match (self.title, self.words) {
            ("", words) => words.to_owned(),
            (title, "") => title.to_owned(),
            (title, words) => format!("{title}\n\n{words}"),
        }
    }

    /// Whether it is shown in one piece.
    pub fn is_whole(&self) -> bool {
        units(&self.whole()) <= UNITS_MAX
    }
}

impl<'a> Desk<'a> {
    /// What is remembered of this bot, or the beginning.
    pub fn open(
        bot: Bot,
        me: Me,
        settings: &Settings,
        mesh: MeshId,
        tell: Tell<'a>,
    ) -> Result<Desk<'a>, Trouble> {
        let path = settings.folder.join(settings.mode.file(me.id));
        let held = hold(&path)?;
        let known = load::<Kept>(&path)?.filter(|kept| kept.is_of(mesh));
        let mut kept = known.unwrap_or_else(|| Kept::new(mesh));
        if settings.pair {
            kept.unpair();
        }
        if let Mode::Room {
            chat: Some(chat), ..
        } = settings.mode
            && kept.named != Some(chat)
        {
            kept.unpair();
            (kept.chat, kept.named) = (Some(chat), Some(chat));
        }
        Ok(Desk {
            bot,
            me,
            kept,
            tell,
            path,
            _held: held,
        })
    }

    pub fn keep(&self) -> Result<(), Trouble> {
        save(&self.path, &self.kept)
    }

    /// Something at this place of the log was told there, and is not told again.
    pub fn told(&mut self, what: &'static str, seq: Seq) -> Result<(), Trouble> {
        self.kept.position = self.kept.position.max(Some(seq));
        self.keep()?;
        (self.tell)(Said::Told { what, seq });
        Ok(())
    }

    /// Somebody wrote who is not meant. Told when it has happened twice as often.
    pub fn ignore(&mut self) {
        self.kept.ignored = self.kept.ignored.saturating_add(1);
        let total = self.kept.ignored;
        if total.is_power_of_two() {
            (self.tell)(Said::Ignored { total });
        }
    }

    /// Waits until somebody sends the code that the terminal shows. Of everybody else nothing is taken and nobody is answered.
    pub async fn pair(&mut self, poll: &mut Poll, own: bool) -> Result<(), Trouble> {
        let code = code()?;
        let there = self.me.username.clone();
        (self.tell)(Said::Code {
            code: &code,
            there: &there,
        });
        loop {
            for update in poll.next(self.kept.offset, self.tell).await? {
                let id = update.update_id;
                if self.kept.was_handled(id) {
                    continue;
                }
                self.kept.handled(id);
                let found = update
                    .message
                    .filter(|message| is_code(message, &code, &there));
                // A person's own chat is one in which nobody else reads.
                let fits = |message: &Message| !own || message.chat.kind == "private";
                let Some(message) = found.filter(fits) else {
                    self.ignore();
                    continue;
                };
                self.kept.chat = Some(message.chat.id);
                self.kept.user = message.from.map(|user| user.id);
                self.keep()?;
                (self.tell)(Said::Paired {
                    chat: &message.chat.id.to_string(),
                });
                // What came behind it is fetched again.
                return Ok(());
            }
            self.keep()?;
        }
    }

    /// Says something, in as many messages as it takes. `None` if the service does not take it.
    pub async fn say(&mut self, say: Say<'_>) -> Result<Option<Vec<i64>>, Trouble> {
        let whole = say.whole();
        let parts: Vec<&str> = pieces(&whole, UNITS_MAX)
            .into_iter()
            // Blanks alone are no message there.
            .filter(|piece| !piece.trim().is_empty())
            .collect();
        let mut there = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let mut body = json!({
                "text": part,
                // A preview would have others' servers asked for whatever is named here.
                "link_preview_options": {"is_disabled": true},
                "disable_notification": say.quiet || index > 0,
            });
            if index == 0 && !say.title.is_empty() {
                let bold = json!({"type": "bold", "offset": 0, "length": units(say.title)});
                body["entities"] = json!([bold]);
            }
            if let Some(answers) = there.last().or(say.answers.as_ref()) {
                body["reply_parameters"] =
                    json!({"message_id": answers, "allow_sending_without_reply": true});
            }
            if index + 1 == parts.len() && !say.buttons.is_empty() {
                body["reply_markup"] = json!({"inline_keyboard": [say.buttons]});
            }
            match self.ask::<Sent>("sendMessage", body).await? {
                Some(sent) => there.push(sent.message_id),
                None => return Ok(None),
            }
        }
        Ok(Some(there))
    }

    /// Answers a message there in a few words.
    pub async fn answer(&mut self, message: i64, words: &str) -> Result<(), Trouble> {
        let say = Say {
            words,
            answers: Some(message),
            ..Say::default()
        };
        self.say(say).await.map(drop)
    }

    /// Asks something about the chat. What the service does not take is told and passed over.
    pub async fn ask<T: serde::de::DeserializeOwned>(
        &mut self,
        method: &str,
        mut body: Value,
    ) -> Result<Option<T>, Trouble> {
        loop {
            body["chat_id"] = json!(self.kept.chat);
            match self.bot.insist(method, body.clone(), self.tell).await {
                Ok(answer) => return Ok(Some(answer)),
                Err(Fault::Moved(chat)) if self.kept.chat != Some(chat) => self.moved(chat)?,
                Err(Fault::Refused(why)) => {
                    (self.tell)(Said::Dropped {
                        why: format!("{method}: {why}"),
                    });
                    return Ok(None);
                }
                Err(other) => return Err(other.ends()),
            }
        }
    }

    /// The group became another kind of group: it has another id from here on.
    pub fn moved(&mut self, chat: i64) -> Result<(), Trouble> {
        self.kept.chat = Some(chat);
        self.keep()
    }

    /// Takes the buttons from a message.
    pub async fn unbutton(&mut self, message: i64) -> Result<(), Trouble> {
        let none: [Button; 0] = [];
        let body = json!({"message_id": message, "reply_markup": {"inline_keyboard": none}});
        self.ask::<Value>("editMessageReplyMarkup", body)
            .await
            .map(drop)
    }

    /// Deletes messages there, as far as the service lets the bot.
    pub async fn erase(&mut self, there: &[i64]) -> Result<(), Trouble> {
        for message in there {
            self.ask::<Value>("deleteMessage", json!({"message_id": message}))
                .await?;
        }
        Ok(())
    }

    /// A key for what a message there becomes here. Messages are numbered in their chat for good; updates are not.
    pub fn key(&self, message: i64, what: &str) -> String {
        let chat = self.kept.chat.unwrap_or_default();
        format!("telegram-{}-{chat}-{message}{what}", self.me.id)
    }
}

/// Whether somebody sent the code: alone, or as Telegram's own links and groups have it.
fn is_code(message: &Message, code: &str, bot: &str) -> bool {
    let Some(text) = &message.text else {
        return false;
    };
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let command = first.strip_suffix(&format!("@{bot}")).unwrap_or(first);
    let shown = match command {
        "/start" | "/pair" => words.next().unwrap_or_default(),
        _ => first,
    };
    words.next().is_none() && shown.eq_ignore_ascii_case(code)
}

fn code() -> Result<String, Trouble> {
    let mut bytes = [0; CODE_LETTERS];
    getrandom::fill(&mut bytes).map_err(Trouble::Chance)?;
    let letters = bytes.iter().map(|byte| LETTERS[usize::from(byte % 32)]);
    Ok(letters.map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sends(text: &str) -> bool {
        let message = json!({"message_id": 1, "chat": {"id": 1, "type": "private"}, "text": text});
        is_code(
            &serde_json::from_value(message).unwrap(),
            "ABCD23",
            "mesh_bot",
        )
    }

    #[test]
    fn a_code_is_sent_alone() {
        for good in [
            "ABCD23",
            " abcd23 ",
            "/start ABCD23",
            "/pair@mesh_bot ABCD23",
        ] {
            assert!(sends(good), "{good}");
        }
        for bad in [
            "",
            "/start",
            "ABCD24",
            "is it ABCD23",
            "ABCD23 x",
            "/pair@other ABCD23",
            "/start ABCD23 x",
        ] {
            assert!(!sends(bad), "{bad}");
        }
    }

    #[test]
    fn codes_are_of_letters_that_nobody_mistakes() {
        let code = code().unwrap();
        assert_eq!(code.len(), CODE_LETTERS);
        assert!(code.bytes().all(|letter| LETTERS.contains(&letter)));
    }
}
