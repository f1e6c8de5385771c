//! What the state remembers of a template.

use mesh_model::events::Variable;
use mesh_model::{ParticipantId, TemplateId};
use serde::{Deserialize, Serialize};

/// A recurring task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Its name.
    pub name: String,
    /// Its blanks.
    pub variables: Vec<Variable>,
    /// Who made it.
    pub creator: Option<ParticipantId>,
}
