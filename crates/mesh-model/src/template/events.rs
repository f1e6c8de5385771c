//! Templates: recurring tasks with blanks to fill in, and pipelines; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::TemplateId;

events! { Template TemplateFacts
    Created(it: TemplateCreated) "template.created" / 1 {
        room: None,
        sees: Everyone,
        words: Work(TemplateBody),
        erased: Erased::Never,
        has_words: true,
    }
    Deleted(it: TemplateDeleted) "template.deleted" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
}

/// What a variable takes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum VariableKind {
    /// Words.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// So many days, whose report of the task's room goes along as data.
    Report,
}

impl VariableKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            VariableKind::Text => "text",
            VariableKind::Number => "number",
            VariableKind::Flag => "flag",
            VariableKind::Report => "report",
        }
    }
}

/// A blank in a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name, as it stands between braces in the text.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// What it takes.
    pub kind: VariableKind,
    /// Whether it may be left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// A template exists from here on. Content: [`crate::api::TemplateBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateCreated {
    /// The template.
    pub template: TemplateId,
    /// Its unique name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Its blanks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
}

/// A template is gone; tasks made from it stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDeleted {
    /// The template.
    pub template: TemplateId,
}
