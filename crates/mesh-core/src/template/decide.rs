//! Templates: names and blanks. The door fills in the words; here it is only judged whether what was
//! given fits.

use std::collections::BTreeSet;

use mesh_model::command::{Content, TemplateCommand};
use mesh_model::events::{TemplateCreated, TemplateDeleted, Variable, VariableKind};
use mesh_model::limits::{TEMPLATE_VARIABLES_MAX, TEMPLATES_MAX};
use mesh_model::{Effect, NewEvent, Refusal, TemplateId};

use crate::desk::Desk;
use crate::{Decision, Work, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &TemplateCommand) -> Decision {
    match command {
        TemplateCommand::Create {
            template,
            name,
            variables,
            body,
        } => create(desk, *template, name, variables, body),
        TemplateCommand::Delete { template } => {
            let found = desk
                .work
                .template(*template)
                .ok_or_else(refuse::no_template)?;
            if desk.asker.actor.participant() != found.creator {
                desk.check_operator("delete somebody else's template")?;
            }
            Ok(vec![NewEvent::new(TemplateDeleted {
                template: *template,
            })])
        }
    }
}

fn create(
    desk: &Desk<'_>,
    id: TemplateId,
    name: &str,
    variables: &[Variable],
    body: &Content,
) -> Decision {
    check::name("name of the template", name)?;
    check::some_content("template", body)?;
    if desk.work.templates.contains_key(&id) {
        return Err(refuse::id_taken("template"));
    }
    if desk.work.template_named(name).is_some() {
        return Err(refuse::name_taken("template name", name));
    }
    if desk.work.templates.len() >= TEMPLATES_MAX || variables.len() > TEMPLATE_VARIABLES_MAX {
        return Err(refuse::invalid(
            format!(
                "a mesh has at most {TEMPLATES_MAX} templates, each with at most {TEMPLATE_VARIABLES_MAX} variables"
            ),
            "delete one that nobody uses, or leave out variables",
        ).so(Effect::NothingCreated));
    }
    let mut seen = BTreeSet::new();
    for variable in variables {
        check::name("name of the variable", &variable.name)?;
        if !seen.insert(&variable.name) {
            return Err(refuse::invalid(
                format!("two variables are called '{}'", variable.name),
                "give each its own name",
            )
            .so(Effect::NothingCreated));
        }
    }
    let reports = variables
        .iter()
        .filter(|variable| variable.kind == VariableKind::Report);
    if reports.count() > 1 {
        return Err(refuse::invalid(
            "a task takes one report along, and the template asks for several",
            "leave one of them, of the longest time",
        )
        .so(Effect::NothingCreated));
    }
    let created = TemplateCreated {
        template: id,
        name: name.to_owned(),
        variables: variables.to_vec(),
    };
    Ok(vec![NewEvent::with(created, body.clone())])
}

/// Whether every blank got what it takes, and nothing else was given.
pub(crate) fn check_template(
    work: &Work,
    id: TemplateId,
    given: &[(String, VariableKind)],
) -> Result<(), Refusal> {
    let template = work.template(id).ok_or_else(refuse::no_template)?;
    let bad = |what: String| {
        let refusal = refuse::invalid(what, "look at the template's variables");
        Err(refusal.so(Effect::NothingCreated))
    };
    for (name, kind) in given {
        match template.variables.iter().find(|it| it.name == *name) {
            None => {
                return bad(format!(
                    "the template '{}' has no variable '{name}'",
                    template.name
                ));
            }
            Some(known) if known.kind != *kind => {
                return bad(format!(
                    "the variable '{name}' takes a {}, not a {}",
                    known.kind.name(),
                    kind.name()
                ));
            }
            Some(_) => {}
        }
    }
    for variable in template.variables.iter().filter(|it| !it.optional) {
        if !given.iter().any(|(name, _)| *name == variable.name) {
            return bad(format!(
                "the variable '{}' of the template '{}' is missing",
                variable.name, template.name
            ));
        }
    }
    Ok(())
}
