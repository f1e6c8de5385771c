//! What a room knows, for people to read. Names and kinds are words of others: they are cleaned.

use mesh_model::api::{ClaimView, EntityDetail, EntityGraph, EntityPage, EntityView, RelationView};
use mesh_model::events::{EntitySource, Trust};

use crate::commands::task::short;
use crate::output::{Colour, clean, line, paint};
use crate::times;

fn one_line(text: &str) -> String {
    clean(text).replace('\n', " ")
}

/// Its name and what it is; a program's envelope has no name outside.
fn titled(entity: &EntityView) -> String {
    let name = if entity.name.is_empty() {
        format!("#{}", entity.thing)
    } else {
        one_line(&entity.name)
    };
    let mut notes = vec![format!("{} %", entity.confidence)];
    if entity.contradictions > 0 {
        notes.push("contradicted".to_owned());
    }
    format!(
        "{}  {}",
        paint(Colour::Agent, &name),
        paint(
            Colour::Quiet,
            &format!("{}, {}", one_line(&entity.kind), notes.join(", "))
        )
    )
}

fn about(entity: &EntityView) {
    if !entity.aliases.is_empty() {
        let aliases: Vec<String> = entity.aliases.iter().map(|it| one_line(it)).collect();
        line(&format!("  also called {}", aliases.join(", ")));
    }
    for text in entity.description.iter().chain(&entity.words) {
        clean(text)
            .lines()
            .for_each(|part| line(&format!("  {part}")));
    }
}

pub fn list(page: &EntityPage) {
    if page.items.is_empty() {
        line("The room knows of nothing that fits.");
    }
    for entity in &page.items {
        line(&titled(entity));
        about(entity);
    }
    let shown = page.items.len();
    if page.total as usize > shown {
        line(&paint(
            Colour::Quiet,
            &format!("{shown} of {}; see more with --limit", page.total),
        ));
    }
}

pub fn detail(found: &EntityDetail) {
    line(&titled(&found.entity));
    about(&found.entity);
    for contradiction in &found.contradictions {
        line(&paint(
            Colour::Bad,
            &format!(
                "  contradiction: {} has {} targets at one moment",
                one_line(&contradiction.kind),
                contradiction.targets.len()
            ),
        ));
    }
    for relation in &found.relations {
        line(&format!("  {}", related(relation)));
        for claim in &relation.claims {
            line(&paint(Colour::Quiet, &format!("    {}", claimed(claim))));
        }
    }
    for claim in &found.claims {
        line(&paint(Colour::Quiet, &format!("  {}", claimed(claim))));
    }
}

fn related(relation: &RelationView) -> String {
    let against = if relation.contradicted {
        paint(Colour::Bad, " contradicted")
    } else {
        String::new()
    };
    match &relation.words {
        Some(words) => one_line(words),
        None => format!(
            "{} {} {}  {}{against}",
            one_line(&relation.from.name),
            paint(Colour::Quiet, &one_line(&relation.kind)),
            one_line(&relation.to.name),
            paint(Colour::Quiet, &format!("{} %", relation.confidence))
        ),
    }
}

fn claimed(claim: &ClaimView) -> String {
    let source = match claim.source {
        EntitySource::Said => String::new(),
        EntitySource::Message { message } => format!(" by message {message}"),
        EntitySource::Task { task } => format!(" by task {}", short(task)),
        EntitySource::Memory { .. } => " by a memory".to_owned(),
        EntitySource::File { version, .. } => format!(" by version {version} of a file"),
    };
    let mut notes = vec![
        format!("claim {}", claim.seq),
        format!("@{}{source}", claim.by.handle),
        format!("{} %", claim.confidence),
        times::relative(claim.at),
    ];
    notes.extend(claim.since.map(|since| format!("since {since}")));
    notes.extend(claim.until.map(|until| format!("until {until}")));
    if claim.trust < Trust::Local {
        notes.push(claim.trust.name().to_owned());
    }
    notes.join(", ")
}

pub fn graph(found: &EntityGraph) {
    for entity in &found.entities {
        line(&titled(entity));
    }
    for relation in &found.relations {
        line(&format!("  {}", related(relation)));
    }
    if found.more {
        line(&paint(Colour::Quiet, "there is more around than is shown"));
    }
}

pub fn path(found: &EntityGraph) {
    if found.entities.is_empty() {
        line("There is no way between them in what the room knows.");
        return;
    }
    line(&titled(&found.entities[0]));
    for (at, relation) in found.relations.iter().enumerate() {
        line(&format!("  {}", related(relation)));
        if let Some(next) = found.entities.get(at + 1) {
            line(&titled(next));
        }
    }
}
