//! `template.delete`

use crate::ops::template;
use crate::prelude::*;

use mesh_model::command::TemplateCommand;

impl Run for TemplateDelete {
    async fn run(door: &Door, call: &Call, input: TemplateRefInput) -> Result<Done, Refusal> {
        let template = template::named(door, &input.template)?.id;
        let command = Command::Template(TemplateCommand::Delete { template });
        call.done(door, command).await
    }
}
