//! CI files and their command steps, and Dockerfiles.

use super::{BuildCommand, BuildFindings, Origin, purpose_of};

const STEPS_MAX: usize = 200;
const LINE_CHARS_MAX: usize = 200;

/// Whether a path is a CI file of a known service.
pub(super) fn is_ci(path: &str) -> bool {
    let yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let services = [
        ".github/workflows/",
        ".gitea/workflows/",
        ".forgejo/workflows/",
        ".woodpecker/",
        ".buildkite/",
    ];
    (yaml && services.iter().any(|folder| path.starts_with(folder)))
        || matches!(
            path,
            ".gitlab-ci.yml"
                | ".circleci/config.yml"
                | ".travis.yml"
                | ".woodpecker.yml"
                | ".drone.yml"
                | ".cirrus.yml"
                | ".appveyor.yml"
                | "appveyor.yml"
                | "azure-pipelines.yml"
                | "bitbucket-pipelines.yml"
                | "Jenkinsfile"
        )
}

pub(super) fn read(found: &mut BuildFindings, path: &str, text: &str) {
    found.ci_files.push(path.to_owned());
    for line in steps(text).into_iter().take(STEPS_MAX) {
        found.commands.push(BuildCommand {
            purpose: purpose_of(&line),
            line,
            folder: String::new(),
            origin: Origin::Ci,
            file: path.to_owned(),
            about: None,
        });
    }
}

/// The lines of `run:` steps, one-line and block form, by indentation alone.
fn steps(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut block: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let rest = line.trim();
        if let Some(run_indent) = block {
            if rest.is_empty() {
                continue;
            }
            if indent > run_indent {
                push(&mut out, rest);
                continue;
            }
            block = None;
        }
        let (dash, key) = match rest.strip_prefix("- ") {
            Some(key) => (2, key.trim_start()),
            None => (0, rest),
        };
        let Some(value) = key.strip_prefix("run:") else {
            continue;
        };
        let value = value.trim();
        if value.is_empty() || value.starts_with(['|', '>']) {
            block = Some(indent + dash);
        } else {
            push(&mut out, value.trim_matches(['"', '\'']));
        }
    }
    out
}

fn push(out: &mut Vec<String>, line: &str) {
    let fits = line.chars().count() <= LINE_CHARS_MAX;
    if fits && !line.starts_with('#') && !line.is_empty() {
        out.push(line.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_steps_are_read_in_both_forms() {
        let text = "jobs:\n  a:\n    steps:\n      - run: cargo test\n      - name: x\n        run: |\n          npm ci\n\n          # note\n          npm test\n        env: {}\n      - run: \"make lint\"\n      - uses: y\n";
        assert_eq!(
            steps(text),
            ["cargo test", "npm ci", "npm test", "make lint"]
        );
    }
}
