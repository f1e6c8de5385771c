//! Templates: recurring tasks with blanks to fill in, and pipelines; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::TaskSpec;
use crate::events::Variable;
use crate::ids::{Seq, TemplateId};
use crate::told::Told;

/// A template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateView {
    /// Its id.
    pub id: TemplateId,
    /// Its unique name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Its blanks.
    pub variables: Vec<Variable>,
    /// What it is for, and its words; absent if they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<TemplateTold>,
}

/// Make a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateCreateInput {
    /// Its unique name: a-z, 0-9 and '-'.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub about: String,
    /// The title of its tasks, with `{variable}` where a blank is.
    #[serde(default)]
    pub title: String,
    /// The prompt, with `{variable}` where a blank is.
    pub prompt: String,
    /// Its blanks; absent: every `{name}` in title and prompt is a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Vec<Variable>>,
}

/// It exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateMade {
    /// Its id.
    pub id: TemplateId,
    /// The place in the log.
    pub seq: Seq,
}

/// A template by its id or name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRefInput {
    /// The template: id or name.
    pub template: String,
}

/// Create a task from a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDispatchInput {
    /// The template: id or name.
    pub template: String,
    /// The room: id or name.
    pub room: String,
    /// Values by the names of its variables.
    #[serde(default)]
    pub values: std::collections::BTreeMap<String, Value>,
    /// What a worker must be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Who is to do it: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
    /// 0 to 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
}

/// Tasks, each of which waits for the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineCreateInput {
    /// The room: id or name.
    pub room: String,
    /// The steps in their order, at most 1000.
    pub steps: Vec<TaskSpec>,
}

/// The words of a template; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateBody {
    /// What it is for.
    pub about: String,
    /// The title of its tasks, with `{variable}` where a blank is.
    pub title: String,
    /// The prompt, with `{variable}` where a blank is.
    pub prompt: String,
}

/// The same as its reader gets it. In an envelope all of it stands in `prompt`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateTold {
    /// What it is for.
    pub about: Told,
    /// The title of its tasks, with `{variable}` where a blank is.
    pub title: Told,
    /// The prompt, with `{variable}` where a blank is.
    pub prompt: Told,
}
