//! What both modes have in common: the chat, what is remembered of it, and saying something there.

use std::path::PathBuf;

use mesh_model::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use mesh_model::{MeshId, Seq};
use sha2::{Digest, Sha256};

use super::kept::Kept;
use super::{Button, Chat, Heard, Id, Line, Mode, Post, Purpose};
use crate::fault::Tell;
use crate::kept::{Held, hold, load, save};
use crate::said::{Said, Trouble};
use crate::text::{pieces, units, weight};

/// Letters of a code, none of which looks like another. There are 32, so that each is five bits of chance.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// As long as nobody guesses: 60 bits.
const CODE_LETTERS: usize = 12;

/// What is remembered, and where.
pub(crate) struct Place<'a> {
    pub kept: Kept,
    pub tell: Tell<'a>,
    path: PathBuf,
    _held: Held,
}

impl Place<'_> {
    pub fn keep(&self) -> Result<(), Trouble> {
        save(&self.path, &self.kept)
    }

    /// The chat has another id from here on.
    pub fn moved(&mut self, chat: Id) -> Result<(), Trouble> {
        self.kept.chat = Some(chat);
        self.keep()
    }
}

/// A connector's side there.
pub(crate) struct Desk<'a, C> {
    pub chat: C,
    pub place: Place<'a>,
}

/// Something to say there.
#[derive(Debug, Default)]
pub(crate) struct Say<'a> {
    /// Shown in bold, before all else.
    pub title: &'a str,
    pub words: &'a str,
    /// An address below them that leads somewhere.
    pub link: Option<&'a str>,
    /// The message there that it answers.
    pub answers: Option<Id>,
    pub buttons: &'a [Button],
    /// Without a sound.
    pub quiet: bool,
    /// The connector itself says it.
    pub own: bool,
    /// What it is, the same whenever it is said again. Without one that is made of what it says and answers.
    pub key: Option<String>,
}

impl Say<'_> {
    fn whole(&self) -> String {
        let mut whole = match (self.title, self.words) {
            ("", words) => words.to_owned(),
            (title, "") => title.to_owned(),
            (title, words) => format!("{title}\n\n{words}"),
        };
        if let Some(link) = self.link {
            whole.push_str(&format!("\n\n{link}"));
        }
        whole
    }

    /// Whether it is shown in one piece.
    pub fn is_whole<C: Chat>(&self) -> bool {
        weight(&self.whole(), C::weigh) <= C::UNITS_MAX
    }
}

impl<'a, C: Chat> Desk<'a, C> {
    /// What is remembered of this account, or the beginning.
    pub fn open(
        chat: C,
        purpose: &Purpose,
        mesh: MeshId,
        tell: Tell<'a>,
    ) -> Result<Desk<'a, C>, Trouble> {
        let file = purpose.mode.file(C::SERVICE, &chat.account());
        let path = purpose.folder.join(file);
        let held = hold(&path)?;
        let known = load::<Kept>(&path)?.filter(|kept| kept.is_of(mesh));
        let mut kept = known.unwrap_or_else(|| Kept::new(mesh));
        if purpose.pair {
            kept.unpair();
        }
        if let Mode::Room {
            chat: Some(named), ..
        } = &purpose.mode
        {
            let named = Some(Id::from(named.as_str()));
            if kept.named != named {
                kept.unpair();
                (kept.chat, kept.named) = (named.clone(), named);
            }
        }
        if C::SEALED && kept.seed.is_none() {
            kept.seed = Some(seed()?);
        }
        let place = Place {
            kept,
            tell,
            path,
            _held: held,
        };
        Ok(Desk { chat, place })
    }

    /// Something at this place of the log was told there, and is not told again.
    pub fn told(&mut self, what: &'static str, seq: Seq) -> Result<(), Trouble> {
        self.place.kept.position = self.place.kept.position.max(Some(seq));
        self.place.keep()?;
        (self.place.tell)(Said::Told { what, seq });
        Ok(())
    }

    /// Somebody wrote who is not meant. Told when it has happened twice as often.
    pub fn ignore(&mut self) {
        self.place.kept.ignored = self.place.kept.ignored.saturating_add(1);
        let total = self.place.kept.ignored;
        if total.is_power_of_two() {
            (self.place.tell)(Said::Ignored { total });
        }
    }

    /// Waits until somebody sends the code that the terminal shows. Of everybody else nothing is taken and nobody is answered.
    pub async fn pair(&mut self, own: bool) -> Result<(), Trouble> {
        let code = code()?;
        (self.place.tell)(Said::Code {
            code: &code,
            there: self.chat.name(),
        });
        loop {
            for update in self.chat.next(&self.place).await? {
                let mark = update.mark;
                if self.place.kept.was_handled(&mark) {
                    self.chat.confirm(&mark);
                    continue;
                }
                self.place.kept.handled(Some(mark.clone()), update.offset);
                let found = match update.heard {
                    Some(Heard::Written(line)) => Some(line),
                    Some(_) => None,
                    None => {
                        self.chat.confirm(&mark);
                        continue;
                    }
                };
                // A person's own chat is one in which nobody else reads.
                let fits =
                    |line: &Line| is_code(line, &code, self.chat.name()) && (!own || line.private);
                let Some(line) = found.filter(fits) else {
                    self.ignore();
                    self.chat.confirm(&mark);
                    continue;
                };
                let chat = line.chat;
                self.place.kept.user = line.user;
                self.place.moved(chat.clone())?;
                self.chat.confirm(&mark);
                (self.place.tell)(Said::Paired {
                    chat: chat.as_str(),
                });
                // What came behind it is fetched again.
                return Ok(());
            }
            self.place.keep()?;
        }
    }

    /// Says something, in as many messages as it takes. `None` if the service does not take it.
    pub async fn say(&mut self, say: Say<'_>) -> Result<Option<Vec<Id>>, Trouble> {
        let whole = say.whole();
        let parts: Vec<&str> = pieces(&whole, C::UNITS_MAX, C::weigh)
            .into_iter()
            // Blanks alone are no message there.
            .filter(|piece| !piece.trim().is_empty())
            .collect();
        let key = say.key.clone().unwrap_or_else(|| {
            let answered = say.answers.clone().unwrap_or_default();
            digest(&format!("{answered}\n{whole}"))
        });
        let mut there: Vec<Id> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let last = index + 1 == parts.len();
            let key = self.place.kept.key(&format!("{key}-{index}"));
            let post = Post {
                key: &key,
                own: say.own,
                text: part,
                bold: if index == 0 { units(say.title) } else { 0 },
                link: say.link.filter(|link| last && part.ends_with(link)),
                answers: there.last().or(say.answers.as_ref()),
                buttons: if last { say.buttons } else { &[] },
                continues: index > 0,
                quiet: say.quiet || index > 0,
            };
            match self.chat.post(&mut self.place, post).await? {
                Some(sent) => there.push(sent),
                None => return Ok(None),
            }
        }
        Ok(Some(there))
    }

    /// Answers a message there in a few words.
    pub async fn answer(&mut self, message: &Id, words: &str) -> Result<(), Trouble> {
        let say = Say {
            words,
            answers: Some(message.clone()),
            own: true,
            ..Say::default()
        };
        self.say(say).await.map(drop)
    }

    /// Takes the buttons from a message.
    pub async fn unbutton(&mut self, message: &Id) -> Result<(), Trouble> {
        self.chat.unbutton(&mut self.place, message).await
    }

    /// Deletes messages there, as far as the service lets the program.
    pub async fn erase(&mut self, there: &[Id]) -> Result<(), Trouble> {
        for message in there {
            self.chat.delete(&mut self.place, message).await?;
        }
        Ok(())
    }

    /// A key for what a message there becomes here. Messages are numbered in their chat for good; updates are not.
    pub fn key(&self, message: &Id, what: &str) -> String {
        let chat = self.place.kept.chat.clone().unwrap_or_default();
        let account = self.chat.account();
        let key = format!("{}-{account}-{chat}-{message}{what}", C::SERVICE);
        if key.chars().count() <= IDEMPOTENCY_KEY_CHARS_MAX {
            return key;
        }
        format!("{}-{}", C::SERVICE, digest(&key))
    }
}

/// A text of always the same length that stands for another one.
fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Whether somebody sent the code: alone, or as links and groups have it, to the program by its name.
fn is_code(line: &Line, code: &str, bot: &str) -> bool {
    let Some(text) = &line.text else {
        return false;
    };
    let called = format!("@{bot}");
    let mut words = text.split_whitespace().peekable();
    words.next_if(|first| *first == called);
    let first = words.next().unwrap_or_default();
    let command = first.strip_suffix(&called).unwrap_or(first);
    let shown = match command {
        "/start" | "/pair" | "pair" => words.next().unwrap_or_default(),
        _ => first,
    };
    words.next().is_none() && shown.eq_ignore_ascii_case(code)
}

/// What nobody guesses and what is kept here alone.
fn seed() -> Result<String, Trouble> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Trouble::Chance)?;
    Ok(hex::encode(bytes))
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
        let line = Line {
            chat: 1.into(),
            message: 1.into(),
            private: true,
            text: Some(text.to_owned()),
            ..Line::default()
        };
        is_code(&line, "ABCD23", "mesh_bot")
    }

    #[test]
    fn a_code_is_sent_alone() {
        for good in [
            "ABCD23",
            " abcd23 ",
            "/start ABCD23",
            "/pair@mesh_bot ABCD23",
            "@mesh_bot pair ABCD23",
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
