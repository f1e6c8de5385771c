//! What an installation is about to do, for people and for programs.

use serde_json::json;
use similar::{ChangeTag, TextDiff};

use super::programs::Program;
use crate::context::Context;
use crate::edit::book::Change;
use crate::failure::Outcome;
use crate::output::{Colour, clean, line, paint, printed_json};

/// Some programs keep everything on one line.
const LINE_CHARS_MAX: usize = 160;

/// The differences, file by file, with three lines around each.
pub fn differences(plan: &[Change], newcomer: Option<&str>) {
    for change in plan {
        let path = change.path.display().to_string();
        match (&change.before, &change.after) {
            _ if change.is_theirs => line(&format!(
                "{path}: was edited since, and stays; delete it if nobody needs it"
            )),
            (before, after) if before == after => line(&format!("{path}: stays as it is")),
            (before, after) => {
                let said = match (before, after) {
                    (None, _) => "is made",
                    (_, None) => "goes",
                    _ => "is changed",
                };
                line(&format!("{path}: {said}"));
                let (before, after) = (
                    before.as_deref().unwrap_or_default(),
                    after.as_deref().unwrap_or_default(),
                );
                difference(before, after);
            }
        }
    }
    if let Some(handle) = newcomer {
        line(&format!("@{handle}: is registered as an agent of yours"));
    }
}

/// Lines of a text that are others, with three around each.
pub fn difference(before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    for group in diff.grouped_ops(3) {
        line(&paint(Colour::Quiet, "  ..."));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, colour) = match change.tag() {
                ChangeTag::Delete => ('-', Some(Colour::Bad)),
                ChangeTag::Insert => ('+', Some(Colour::Good)),
                ChangeTag::Equal => (' ', None),
            };
            let text = clean(change.value().trim_end_matches(['\r', '\n']));
            let cut: String = text.chars().take(LINE_CHARS_MAX).collect();
            let more = if cut.len() < text.len() { " ..." } else { "" };
            let shown = format!("  {sign} {cut}{more}");
            line(&colour.map_or(shown.clone(), |colour| paint(colour, &shown)));
        }
    }
}

/// The same for programs.
pub fn as_json(context: &Context, plan: &[Change], newcomer: Option<&str>) -> Outcome<()> {
    let file = |change: &Change| {
        let what = match (&change.before, &change.after) {
            (before, after) if before == after => "unchanged",
            (None, _) => "created",
            (_, None) => "removed",
            _ => "changed",
        };
        json!({"path": change.path, "change": what, "text": change.after})
    };
    let files: Vec<_> = plan.iter().map(file).collect();
    printed_json(context, &json!({"files": files, "registers": newcomer})).map(drop)
}

/// What was done, and what to do next.
pub fn installed(program: Program, handle: &str, plan: &[Change], plugin: bool) {
    let name = program.name();
    if plan.iter().all(|change| change.before == change.after) {
        line(&format!("{name} has the mesh already, as @{handle}"));
        return;
    }
    line(&format!(
        "{name} has the mesh's tools, as @{handle}; start it again"
    ));
    if plugin {
        line("      claude --plugin-dir DIR loads the folder");
    }
    if program.is_untried() {
        line(
            "      where it looks was read in its makers' documents, and not tried with the program",
        );
    }
    let program_option = if plugin { " --plugin DIR" } else { "" };
    line(&format!(
        "      mesh uninstall {name}{program_option} takes it out again"
    ));
}
