//! Targets of Makefiles and recipes of justfiles.

use super::{BuildCommand, BuildFindings, Origin, System, folder_of, purpose_of};
use crate::words;

/// A target and what its `##` comment says.
type Target = (String, Option<String>);

pub(super) fn read(found: &mut BuildFindings, path: &str, text: &str) {
    add(
        found,
        path,
        "Make",
        "make",
        Origin::MakeTarget,
        targets(text),
    );
}

pub(super) fn read_just(found: &mut BuildFindings, path: &str, text: &str) {
    add(found, path, "Just", "just", Origin::Recipe, recipes(text));
}

fn add(
    found: &mut BuildFindings,
    path: &str,
    system: &str,
    tool: &str,
    origin: Origin,
    targets: Vec<Target>,
) {
    let about = Some(words::count(targets.len() as u64, "target"));
    found.systems.push(System {
        name: system.to_owned(),
        file: path.to_owned(),
        about,
    });
    for (target, about) in targets {
        found.commands.push(BuildCommand {
            purpose: purpose_of(&target),
            line: format!("{tool} {target}"),
            folder: folder_of(path).to_owned(),
            origin,
            file: path.to_owned(),
            about,
        });
    }
}

/// Explicit targets a person would type: no patterns, no variables, no special targets, no files with a path.
pub(super) fn targets(text: &str) -> Vec<Target> {
    let mut out: Vec<Target> = Vec::new();
    let mut in_define = false;
    let mut goes_on = false;
    for line in text.lines() {
        let continued = goes_on;
        goes_on = line.ends_with('\\');
        if line.starts_with("define ") {
            in_define = true;
        } else if line.trim() == "endef" {
            in_define = false;
        }
        if in_define || continued || line.starts_with(['\t', ' ', '#']) {
            continue;
        }
        let Some((left, right)) = line.split_once(':') else {
            continue;
        };
        // `name := value`, `name ::= value` and `export X = a:b` are variables.
        if right.trim_start_matches(':').starts_with('=') || left.contains('=') {
            continue;
        }
        // `target: NAME = value` sets a variable for one target.
        let prerequisites = right.split('#').next().unwrap_or_default();
        if prerequisites.contains('=') {
            continue;
        }
        let about = line
            .split_once("##")
            .map(|(_, about)| about.trim().to_owned())
            .filter(|about| !about.is_empty());
        for name in left.split_whitespace() {
            let plain = name
                .chars()
                .all(|c| c.is_alphanumeric() || "-_.".contains(c));
            if plain && !name.starts_with('.') && !looks_like_file(name) {
                note(&mut out, name, about.clone());
            }
        }
    }
    out
}

/// `main.o` is made by make, but nobody asks for it by name.
fn looks_like_file(name: &str) -> bool {
    name.contains('.')
}

fn note(out: &mut Vec<Target>, name: &str, about: Option<String>) {
    match out.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => {
            if known.is_none() {
                *known = about;
            }
        }
        None => out.push((name.to_owned(), about)),
    }
}

/// Public recipes of a justfile with the comment above them.
fn recipes(text: &str) -> Vec<Target> {
    let mut out = Vec::new();
    let mut comment = None;
    let mut private = false;
    for line in text.lines() {
        if let Some(about) = line.strip_prefix('#') {
            comment = Some(about.trim().to_owned()).filter(|about| !about.is_empty());
            continue;
        }
        if line.starts_with('[') {
            private |= line.contains("private");
            continue;
        }
        if !line.starts_with([' ', '\t']) && !line.contains(":=") {
            if let Some((left, _)) = line.split_once(':') {
                let name = left
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .trim_start_matches('@');
                let plain = name
                    .chars()
                    .all(|c| c.is_alphanumeric() || "-_".contains(c));
                if plain && !name.is_empty() && !name.starts_with('_') && !private {
                    note(&mut out, name, comment.take());
                }
            }
            private = false;
        }
        comment = None;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_what_a_person_types() {
        let text = "\
CC := gcc
VAR = a:b
.PHONY: all test
all: build ## Everything
build test: main.o
\techo a: b
test: EXTRA = 1
%.o: %.c
\tcc
main.o: main.c
$(OUT): x
define block
inner: y
endef
LIST = a \\
  b: c
deep::
test: more ## Run the tests
";
        let names: Vec<_> = targets(text);
        let flat: Vec<_> = names
            .iter()
            .map(|(name, about)| (name.as_str(), about.as_deref()))
            .collect();
        assert_eq!(
            flat,
            [
                ("all", Some("Everything")),
                ("build", None),
                ("test", Some("Run the tests")),
                ("deep", None)
            ]
        );
    }

    #[test]
    fn recipes_leave_out_private_ones_and_variables() {
        let text = "x := 'a'\n# Runs it\nrun arg='1': build\n  cargo run\n_hidden:\n[private]\nsecret:\nbuild:\n";
        let names: Vec<_> = recipes(text);
        assert_eq!(
            names,
            [
                ("run".to_owned(), Some("Runs it".to_owned())),
                ("build".to_owned(), None)
            ]
        );
    }
}
