//! Commands about templates.

use crate::command::Content;
use crate::events::Variable;
use crate::ids::TemplateId;

/// What somebody wants of templates.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum TemplateCommand {
    Create {
        template: TemplateId,
        name: String,
        variables: Vec<Variable>,
        body: Content,
    },
    Delete {
        template: TemplateId,
    },
}
