//! What a screen is: pure state that takes in what came, says what to ask, and is drawn on cells.

use mesh_model::api::{Ephemeral, StreamItem};
use mesh_model::ops::Operation;
use mesh_model::{ErrorCode, Millis};
use mesh_sdk::Error;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::text;

/// Something came.
#[derive(Debug)]
pub enum Arrived<Tag> {
    /// The subscription stands from here on: at the beginning, and again after it was lost.
    Subscribed,
    /// An event of the stream.
    Item(Box<StreamItem>),
    /// Something that passes by.
    Passing(Ephemeral),
    /// How it stands with the node.
    Link(Standing),
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Pasted(String),
    /// The terminal has so many columns and rows.
    Size(u16, u16),
    /// Somebody looks at the terminal, or does not.
    Looked(bool),
    /// The node answered.
    Answer(Tag, Result<Value, Trouble>),
    /// The time came that [`Screen::due`] named.
    Due,
}

/// How it stands with the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Connected.
    Live,
    /// Not connected since then.
    Lost(Millis),
}

impl Standing {
    /// Whether what is asked now reaches the node now.
    pub fn is_live(&self) -> bool {
        *self == Standing::Live
    }
}

/// Why the node did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The code of a refusal.
    pub code: Option<ErrorCode>,
    /// What happened, what it means, what to do.
    pub words: String,
}

impl From<Error> for Trouble {
    fn from(why: Error) -> Trouble {
        match why {
            Error::Refused(refusal) => {
                let hint = refusal.hint.as_ref();
                let hint = if hint.is_empty() {
                    String::new()
                } else {
                    format!(" ({hint})")
                };
                Trouble {
                    code: Some(refusal.code),
                    words: text::one_line(&format!("{}{hint}", refusal.detail())),
                }
            }
            other => Trouble {
                code: None,
                words: text::one_line(&other.to_string()),
            },
        }
    }
}

/// Something to ask the node.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask<Tag> {
    /// The operation.
    pub name: &'static str,
    /// Its input.
    pub input: Value,
    /// By what the answer is known.
    pub tag: Tag,
    /// Asked only once those before it are answered: what somebody says keeps its order.
    pub in_turn: bool,
}

impl<Tag> Ask<Tag> {
    /// Asks an operation by its type.
    pub fn of<O: Operation>(input: O::Input, tag: Tag) -> Ask<Tag> {
        Ask {
            name: O::DECLARATION.name,
            // Inputs are plain data; one that has no JSON does not exist.
            input: serde_json::to_value(input).unwrap_or_default(),
            tag,
            in_turn: false,
        }
    }

    /// The same, behind those before it.
    pub fn in_turn(mut self) -> Ask<Tag> {
        self.in_turn = true;
        self
    }
}

/// Reads an answer; a node of another release may say something that this program does not know.
pub fn read<T: DeserializeOwned>(answer: Result<Value, Trouble>) -> Result<T, Trouble> {
    answer.and_then(|value| {
        serde_json::from_value(value).map_err(|why| Trouble {
            code: None,
            words: format!("the node answered in a form that this program does not know: {why}"),
        })
    })
}

/// A screen. No IO, no clock: what is the case comes in by `arrived`, and `now` with it.
pub trait Screen {
    /// By what it knows its answers.
    type Tag: Clone + Send + std::fmt::Debug + 'static;

    /// Takes in what came; gives what is to be asked.
    fn arrived(&mut self, what: Arrived<Self::Tag>, now: Millis) -> Vec<Ask<Self::Tag>>;

    /// When something has to be done or drawn although nothing comes.
    fn due(&self, now: Millis) -> Option<Millis>;

    /// Draws all of it. Gives where the cursor stands, if one is shown.
    fn draw(&self, cells: &mut Buffer, now: Millis) -> Option<(u16, u16)>;

    /// Whether its user has ended it.
    fn is_over(&self) -> bool;

    /// What its user should still see once the screen is gone: words that were not sent.
    fn last_words(&self) -> Option<String>;
}

/// A key as people name it: `q`, `ctrl-c`, `alt-up`.
pub fn named(key: &KeyEvent) -> String {
    let mut name = String::new();
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        name.push_str("ctrl-");
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        name.push_str("alt-");
    }
    match key.code {
        KeyCode::Char(' ') => name.push_str("space"),
        KeyCode::Char(c) if name.starts_with("ctrl-") => name.extend(c.to_lowercase()),
        KeyCode::Char(c) => name.push(c),
        KeyCode::F(number) => name.push_str(&format!("f{number}")),
        KeyCode::BackTab => name.push_str("shift-tab"),
        other => name.push_str(&format!("{other:?}").to_lowercase()),
    }
    name
}

/// Asks again after something happened, at most so often, and never twice at once.
#[derive(Debug, Default, Clone)]
pub struct Gather {
    wanted: Option<Millis>,
    last: Option<Millis>,
    asking: bool,
}

/// However much happens, a list is asked for at most once in this time.
const PAUSE_MS: u64 = 1_000;

impl Gather {
    /// Something happened.
    pub fn soon(&mut self, now: Millis) {
        let at = self.last.map_or(now, |last| last.plus(PAUSE_MS)).max(now);
        self.wanted.get_or_insert(at);
    }

    /// Something happened that a person waits for.
    pub fn at_once(&mut self, now: Millis) {
        self.wanted = Some(now);
    }

    /// When it wants to ask.
    pub fn due(&self) -> Option<Millis> {
        self.wanted.filter(|_| !self.asking)
    }

    /// Whether to ask now; from here on it is being asked.
    pub fn begin(&mut self, now: Millis) -> bool {
        let begins = self.due().is_some_and(|at| at <= now);
        if begins {
            (self.wanted, self.last, self.asking) = (None, Some(now), true);
        }
        begins
    }

    /// It was answered.
    pub fn ended(&mut self) {
        self.asking = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_asked_about_once_a_second_and_its_end_is_not_missed() {
        let (mut gather, start) = (Gather::default(), Millis(10_000));
        gather.soon(start);
        assert!(gather.begin(start) && !gather.begin(start));
        gather.soon(start.plus(10));
        assert_eq!(gather.due(), None, "it is being asked");
        gather.ended();
        assert_eq!(gather.due(), Some(start.plus(PAUSE_MS)));
        assert!(!gather.begin(start.plus(10)) && gather.begin(start.plus(PAUSE_MS)));
    }

    #[test]
    fn keys_have_names() {
        let key = |code, modifiers| named(&KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('C'), KeyModifiers::CONTROL), "ctrl-c");
        assert_eq!(key(KeyCode::Up, KeyModifiers::ALT), "alt-up");
        assert_eq!(key(KeyCode::PageUp, KeyModifiers::NONE), "pageup");
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
    }
}
