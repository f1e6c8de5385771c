//! `template.create`

use crate::evidence::scan;
use crate::ops::template;
use crate::prelude::*;

use mesh_model::TemplateId;
use mesh_model::command::TemplateCommand;
use mesh_model::events::{TemplateFacts, Trust};

impl Run for TemplateCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: TemplateCreateInput,
    ) -> Result<TemplateMade, Refusal> {
        let trust = call.access.trust_of(call.me()?, false);
        if trust < Trust::Local {
            return Err(Refusal::new(
                ErrorCode::PermissionDenied,
                "a template speaks for whoever uses it, so untrusted participants make none",
                Effect::NothingCreated,
                "create the task itself with task.create, or ask somebody who is trusted",
            ));
        }
        check::text("about", &input.about)?;
        check::label("title", &input.title)?;
        check::message(&input.prompt, None, false)?;
        let body = TemplateBody {
            about: input.about,
            title: input.title,
            prompt: input.prompt,
        };
        scan::refuse_attack(
            door,
            &format!("{}\n{}\n{}", body.about, body.title, body.prompt),
        )
        .await?;
        let command = Command::Template(TemplateCommand::Create {
            template: TemplateId(Uuid::now_v7()),
            name: input.name,
            variables: match input.variables {
                Some(variables) => variables,
                None => template::blanks_of(&body),
            },
            body: content(&body)?,
        });
        let outcome = call.submit(door, command).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TemplateMade> {
        match facts.into_iter().next()? {
            Facts::Template(TemplateFacts::Created(made)) => Some(TemplateMade {
                id: made.template,
                seq: outcome.first,
            }),
            _ => None,
        }
    }
}
