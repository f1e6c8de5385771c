//! Chat commands: lines that begin with a slash, and spoken sentences; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::ids::{MessageId, Seq, TaskId};

/// A line in the language of chat commands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatInput {
    /// The room: id or name.
    pub room: String,
    /// The line, such as `tasks`, `@rex survey the parser`, `auto write the release notes`.
    pub text: String,
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatAnswer {
    /// Which command it was: `status`, `tasks`, … or `chat` if it was none.
    #[schemars(with = "crate::closed::Code")]
    pub command: String,
    /// The answer, for people: Markdown.
    #[schemars(with = "crate::Told")]
    pub text: String,
    /// The tasks that were created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskId>,
    /// The message that was posted, if it was no command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Who is addressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ParticipantRef>,
    /// The place in the log.
    pub seq: Seq,
}

/// A sentence, spoken or typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceInput {
    /// The sentence, or the yes to what was asked.
    pub text: String,
    /// The room: id or name; absent: the only one that it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// The language of the answer; absent: that of the sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<VoiceLocale>,
    /// What an answer gave to be shown with a yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
}

/// A language that sentences are understood and answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VoiceLocale {
    /// English.
    En,
    /// German.
    De,
    /// Spanish.
    Es,
}

/// What a sentence was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VoiceKind {
    /// It steers: pause, approve, cancel.
    Command,
    /// A task from a template.
    Template,
    /// A task for an agent, or for whoever fits.
    Agent,
    /// It wants to know something.
    Report,
    /// It was not understood well enough; something is asked back.
    Question,
}

/// A blank of a template and what was said for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VoiceValue {
    /// The blank.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// What was said for it.
    #[schemars(with = "crate::closed::Ours")]
    pub value: String,
}

/// What was understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VoiceUnderstood {
    /// What the sentence was taken for.
    pub kind: VoiceKind,
    /// Which one: `running`, `pause`, `task`; of a question why: `unclear`, `missing`, `room`.
    #[schemars(with = "crate::closed::Code")]
    pub what: String,
    /// Who was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<ParticipantRef>,
    /// The template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub template: Option<String>,
    /// Its blanks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<VoiceValue>,
    /// What is to be done, in the words of whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub text: Option<String>,
    /// What may have been meant: at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Ours>")]
    pub candidates: Vec<String>,
}

/// What came of a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VoiceAnswer {
    /// One sentence to be spoken, without markup.
    #[schemars(with = "crate::Told")]
    pub spoken: String,
    /// Its language.
    pub locale: VoiceLocale,
    /// What was understood.
    pub understood: VoiceUnderstood,
    /// Whether it was understood without a doubt; otherwise nothing was done.
    pub sure: bool,
    /// Show this with a yes, and it is done; it lasts a minute and counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Secret>")]
    pub confirm: Option<String>,
    /// The task that was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The place in the log.
    pub seq: Seq,
}
