//! The templates that a mesh begins with. They are the owner's; who deletes one does not get it back.

use mesh_model::api::TemplateBody;
use mesh_model::command::TemplateCommand;
use mesh_model::events::Variable;
use mesh_model::{Command, TemplateId};
use serde::Deserialize;
use serde_json::value::to_raw_value;
use uuid::Uuid;

const FILES: [&str; 7] = [
    include_str!("../../../../docs/templates/code-review.json"),
    include_str!("../../../../docs/templates/extract.json"),
    include_str!("../../../../docs/templates/improve.json"),
    include_str!("../../../../docs/templates/qa.json"),
    include_str!("../../../../docs/templates/research.json"),
    include_str!("../../../../docs/templates/summarize.json"),
    include_str!("../../../../docs/templates/write.json"),
];

/// What such a file says. The capability it names as well is a hint for whoever sends the task.
#[derive(Deserialize)]
struct File {
    name: String,
    variables: Vec<Variable>,
    about: String,
    title: String,
    prompt: String,
}

/// The commands that make them.
pub(super) fn all() -> Vec<Command> {
    let files = FILES.iter();
    let files = files.filter_map(|json| serde_json::from_str::<File>(json).ok());
    let made = files.map(|file| {
        let body = TemplateBody {
            about: file.about,
            title: file.title,
            prompt: file.prompt,
        };
        Command::Template(TemplateCommand::Create {
            template: TemplateId(Uuid::now_v7()),
            name: file.name,
            variables: file.variables,
            body: to_raw_value(&body).ok(),
        })
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_template() {
        assert_eq!(all().len(), FILES.len());
    }
}
