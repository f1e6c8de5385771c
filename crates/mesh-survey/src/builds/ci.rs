//! CI files and their command steps, and Dockerfiles.

use super::{BuildCommand, BuildFindings, Container, Origin, purpose_of};

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

pub(super) fn read_dockerfile(found: &mut BuildFindings, path: &str, text: &str) {
    let mut container = Container {
        file: path.to_owned(),
        from: Vec::new(),
        starts: None,
        ports: Vec::new(),
    };
    let (mut entrypoint, mut cmd) = (None, None);
    for line in text.lines() {
        let Some((word, rest)) = line.trim().split_once(char::is_whitespace) else {
            continue;
        };
        let rest = rest.trim().to_owned();
        match word.to_ascii_uppercase().as_str() {
            "FROM" => {
                let image = rest.split_whitespace().find(|part| !part.starts_with("--"));
                container.from.extend(image.map(str::to_owned));
                // Only the last stage starts anything.
                (entrypoint, cmd) = (None, None);
            }
            "ENTRYPOINT" => entrypoint = Some(rest),
            "CMD" => cmd = Some(rest),
            "EXPOSE" => container
                .ports
                .extend(rest.split_whitespace().map(str::to_owned)),
            _ => {}
        }
    }
    container.starts = entrypoint.or(cmd);
    container.from.truncate(20);
    container.ports.truncate(20);
    found.containers.push(container);
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

    #[test]
    fn the_last_stage_of_a_dockerfile_starts() {
        let mut found = BuildFindings::default();
        read_dockerfile(
            &mut found,
            "Dockerfile",
            "FROM --platform=x rust:1 AS b\nCMD [\"no\"]\nFROM debian\nEXPOSE 80 81\nENTRYPOINT [\"/app\"]\nCMD [\"-v\"]\n",
        );
        assert_eq!(found.containers[0].from, ["rust:1", "debian"]);
        assert_eq!(found.containers[0].starts.as_deref(), Some("[\"/app\"]"));
        assert_eq!(found.containers[0].ports, ["80", "81"]);
    }
}
