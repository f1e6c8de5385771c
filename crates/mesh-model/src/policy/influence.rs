//! What a room lets programs do that are influenced by what they have read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What follows if a program's context has read what stands against its act.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// It is done all the same, as far as whoever set the policy may read what stands against it.
    Allow,
    /// It waits until a person releases exactly this act.
    #[default]
    Ask,
    /// It is refused for good.
    Refuse,
}

/// What a program does, as far as influence matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doing {
    /// It says something.
    Speak,
    /// It brings words from elsewhere.
    Bridge,
    /// It asks others to run a command, uses a tool that reaches out of the mesh, or answers an approval.
    Execute,
    /// It changes shared data.
    DataWrite,
    /// It creates a task, or says something about one.
    Tasks,
    /// It asks for approval.
    Approvals,
    /// It changes a rule, or who may do what. No policy allows it.
    Rule,
}

impl Doing {
    /// All of them.
    pub const ALL: [Doing; 7] = [
        Doing::Speak,
        Doing::Bridge,
        Doing::Execute,
        Doing::DataWrite,
        Doing::Tasks,
        Doing::Approvals,
        Doing::Rule,
    ];

    /// Its name in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Doing::Speak => "influence.speak",
            Doing::Bridge => "influence.bridge",
            Doing::Execute => "influence.execute",
            Doing::DataWrite => "influence.data_write",
            Doing::Tasks => "influence.tasks",
            Doing::Approvals => "influence.approvals",
            Doing::Rule => "influence.rule",
        }
    }
}

/// What programs may do in the room although they have read what others in it may not read, strangers' words
/// among it; or, for `execute`, although they have read strangers' words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InfluenceRules {
    /// Judge acts here even if no stranger's words are among what was read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// Say something.
    pub speak: Then,
    /// Bring words from elsewhere.
    pub bridge: Then,
    /// Ask others to run a command, and answer approvals.
    pub execute: Then,
    /// Change shared data.
    pub data_write: Then,
    /// Create tasks, and say something about them.
    pub tasks: Then,
    /// Ask for approval.
    pub approvals: Then,
}

impl InfluenceRules {
    /// Whether it is the ordinary one.
    pub fn is_default(&self) -> bool {
        *self == InfluenceRules::default()
    }

    /// What follows for one kind of act.
    pub fn then(&self, doing: Doing) -> Then {
        match doing {
            Doing::Speak => self.speak,
            Doing::Bridge => self.bridge,
            Doing::Execute => self.execute,
            Doing::DataWrite => self.data_write,
            Doing::Tasks => self.tasks,
            Doing::Approvals => self.approvals,
            Doing::Rule => Then::Ask,
        }
    }
}
