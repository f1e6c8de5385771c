//! The steps of the demo's pipeline: survey a folder, test what can be tested without running anything of it, sum up what
//! the two found. Each writes what it finds as it goes and ends with one JSON object.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::builds::{self, Purpose};
use crate::error::SurveyError;
use crate::findings::Findings;
use crate::progress::Limits;
use crate::walk::{self, Seen, file_name, folders_above};
use crate::words::{bytes, count, list, shown};
use crate::{content, git, sizes};

/// Files larger than this are not read for the checks.
const CHECKED_BYTES_MAX: u64 = 1 << 20;
/// Findings of one check that are named; the others are counted.
const NAMED_MAX: usize = 20;
/// Languages of a survey that go into its result.
const LANGUAGES_MAX: usize = 20;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Languages and sizes.
    Survey,
    /// Whether files hold together, and how the tests are run.
    Test,
    /// What the other two found, in a few lines.
    Summarise,
}

/// Why a step has no result.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The folder could not be surveyed.
    #[error("{0}")]
    Survey(#[from] SurveyError),
    /// Nobody takes what it writes.
    #[error("the output could not be written: {0}")]
    Output(#[from] io::Error),
    /// A summary without anything to sum up.
    #[error(
        "no result of a survey and of a test came with the task; let the task need both of them"
    )]
    NothingToSumUp,
}

impl Step {
    /// All steps, in their order.
    pub const ALL: [Step; 3] = [Step::Survey, Step::Test, Step::Summarise];

    /// Its name, which is what a worker must be able to do.
    pub fn name(self) -> &'static str {
        match self {
            Step::Survey => "survey",
            Step::Test => "test",
            Step::Summarise => "summarise",
        }
    }

    /// The step with this name.
    pub fn from_name(name: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.name() == name)
    }

    /// What its JSON object has to look like.
    pub fn schema(self) -> Map<String, Value> {
        let (fields, required) = match self {
            Step::Survey => (
                json!({"files": {"type": "integer"}, "lines": {"type": "integer"}, "bytes": {"type": "integer"},
                       "languages": {"type": "array"}}),
                vec!["step", "files", "lines", "bytes", "languages"],
            ),
            Step::Test => (
                json!({"command": {"type": ["string", "null"]}, "checks": {"type": "array"}, "good": {"type": "boolean"}}),
                vec!["step", "command", "checks", "good"],
            ),
            Step::Summarise => (
                json!({"files": {"type": "integer"}, "lines": {"type": "integer"}, "good": {"type": "boolean"}}),
                vec!["step", "files", "lines", "good"],
            ),
        };
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), fields);
        schema.insert("required".to_owned(), json!(required));
        schema
    }

    /// Does it. `prompt` is what the worker was given, with the results that the task is built on.
    ///
    /// # Errors
    /// If there is nothing to survey or to sum up, or nobody takes the output.
    pub fn run(self, dir: &Path, prompt: &str, out: &mut dyn Write) -> Result<(), StepError> {
        let found = match self {
            Step::Survey => survey(dir, out)?,
            Step::Test => test(dir, out)?,
            Step::Summarise => summarise(prompt, out)?,
        };
        writeln!(out, "{found}")?;
        Ok(out.flush()?)
    }
}

fn survey(dir: &Path, out: &mut dyn Write) -> Result<Value, StepError> {
    // A line that nobody reads any more is told by the next one.
    let mut tell = |seen: crate::Progress| drop(writeln!(out, "{seen}").and_then(|()| out.flush()));
    let found = sizes::survey(dir, &Limits::default(), &mut tell)?;
    let languages: Vec<Value> = (found.languages_by_lines().into_iter().take(LANGUAGES_MAX))
        .map(|(name, sizes)| json!({"name": name, "files": sizes.files, "lines": sizes.lines}))
        .collect();
    let data = json!({"step": Step::Survey, "files": found.all.files, "lines": found.all.lines,
                      "bytes": found.all.bytes, "languages": languages});
    for line in Findings::Surveyor(found).report() {
        writeln!(out, "{line}")?;
    }
    Ok(data)
}

/// What one check looked at, and where it found fault.
#[derive(Debug, Serialize, Deserialize)]
struct Check {
    name: String,
    looked_at: u64,
    faults: u64,
    named: Vec<String>,
}

impl Check {
    fn new(name: &str) -> Check {
        Check {
            name: name.to_owned(),
            looked_at: 0,
            faults: 0,
            named: Vec::new(),
        }
    }

    fn look(&mut self, fault: Option<String>) {
        self.looked_at += 1;
        if let Some(fault) = fault {
            self.faults += 1;
            if self.named.len() < NAMED_MAX {
                self.named.push(fault);
            }
        }
    }

    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let verdict = match self.faults {
            0 => "good".to_owned(),
            n => count(n, "fault"),
        };
        writeln!(
            out,
            "{}: {} of {}.",
            self.name,
            verdict,
            count(self.looked_at, "place")
        )?;
        self.named
            .iter()
            .try_for_each(|fault| writeln!(out, "  {fault}"))?;
        out.flush()
    }
}

fn test(dir: &Path, out: &mut dyn Write) -> Result<Value, StepError> {
    let dir = walk::open_folder(dir)?;
    let found = builds::survey(&dir, &Limits::default(), &mut |_| {})?;
    let command = found.commands_for(Purpose::Test).next();
    match command {
        Some(command) => writeln!(
            out,
            "The tests are run with `{}`, says {}. Nothing was run.",
            shown(&command.line),
            shown(&command.file)
        )?,
        None => writeln!(out, "No file says how the tests are run.")?,
    }
    let command = command.map(|command| command.line.clone());
    let mut checks = files_checks(&dir);
    checks.extend(git_check(&dir));
    for check in &checks {
        check.tell(out)?;
    }
    let good = checks.iter().all(|check| check.faults == 0);
    Ok(json!({"step": Step::Test, "command": command, "checks": checks, "good": good}))
}

/// Files that a program can read, and links that lead somewhere.
fn files_checks(dir: &Path) -> Vec<Check> {
    let mut files = Vec::new();
    let limit = Limits::default().files_max as usize;
    walk::files(dir, &mut |seen| {
        files.push(seen);
        if files.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    let mut places: BTreeSet<&str> = files.iter().map(|seen| &*seen.path).collect();
    let folders: BTreeSet<&str> = places.iter().flat_map(|path| folders_above(path)).collect();
    places.extend(folders);
    let mut checks = [
        Check::new("JSON files that can be read"),
        Check::new("TOML files that can be read"),
        Check::new("Links in Markdown that lead to a file"),
    ];
    for seen in files.iter().filter(|seen| seen.bytes <= CHECKED_BYTES_MAX) {
        let [json, toml, links] = &mut checks;
        let ending = file_name(&seen.path)
            .rsplit_once('.')
            .map_or("", |(_, ending)| ending);
        let fault = |why: String| Some(format!("{}: {}", shown(&seen.path), shown(&why)));
        match (ending, read(seen)) {
            ("json", Some(text)) => {
                let read = serde_json::from_str::<serde::de::IgnoredAny>(&text);
                json.look(read.err().and_then(|why| fault(why.to_string())));
            }
            ("toml", Some(text)) => {
                let read = toml::from_str::<toml::Table>(&text);
                toml.look(read.err().and_then(|why| fault(why.message().to_owned())));
            }
            ("md", Some(text)) => {
                for link in links_in(&text) {
                    let missing = target(&seen.path, link).filter(|path| !places.contains(&**path));
                    links.look(missing.and_then(|_| fault(format!("({link}) leads nowhere"))));
                }
            }
            _ => {}
        }
    }
    checks.into()
}

fn read(seen: &Seen) -> Option<String> {
    let ending = seen.path.rsplit_once('.')?.1;
    let wanted = ["json", "toml", "md"].contains(&ending);
    wanted.then(|| content::head(&seen.place, CHECKED_BYTES_MAX).ok())?
}

/// Links to files, not to other places on the network or within the same page; what stands in blocks of code is none.
fn links_in(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    let lines = text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    lines.flat_map(|line| {
        line.match_indices("](").filter_map(|(at, _)| {
            // An odd number of marks before it: it stands in code within the line.
            let coded = line[..at].matches('`').count() % 2 == 1;
            let link = line[at + 2..].split(')').next()?;
            let outside = link.contains(':') || link.starts_with(['#', '/', '<']);
            let strange = link.is_empty()
                || link.contains(|c: char| c.is_whitespace() || c == '%' || c == '{');
            (!coded && !outside && !strange).then_some(link)
        })
    })
}

/// Where a link leads, from the folder; nothing if that is outside it.
fn target(from: &str, link: &str) -> Option<String> {
    let link = link.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = match from.rsplit_once('/') {
        Some((folder, _)) => folder.split('/').collect(),
        None => Vec::new(),
    };
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Files that differ from the last commit; nothing where there is no git.
fn git_check(dir: &Path) -> Option<Check> {
    let status = git::ask(
        dir,
        &["status", "--porcelain", "--untracked-files=all", "--", "."],
    );
    let status = status.ok().filter(|said| said.ok)?;
    let mut check = Check::new("Work that is committed");
    let changed: Vec<&str> = status.out.lines().collect();
    if changed.is_empty() {
        check.look(None)
    } else {
        changed
            .into_iter()
            .for_each(|line| check.look(Some(shown(line.trim()))))
    }
    Some(check)
}

fn summarise(prompt: &str, out: &mut dyn Write) -> Result<Value, StepError> {
    let of = |step: Step| {
        objects(prompt)
            .into_iter()
            .rev()
            .find(|found| found["step"] == json!(step))
    };
    let (Some(survey), Some(test)) = (of(Step::Survey), of(Step::Test)) else {
        return Err(StepError::NothingToSumUp);
    };
    let number = |name: &str| survey[name].as_u64().unwrap_or_default();
    let (files, lines) = (number("files"), number("lines"));
    let languages: Vec<String> = (survey["languages"].as_array().into_iter().flatten())
        .filter_map(|language| language["name"].as_str().map(shown))
        .take(3)
        .collect();
    let size = bytes(number("bytes"));
    let mostly = if languages.is_empty() {
        String::new()
    } else {
        format!(", most of them {}", list(&languages))
    };
    writeln!(
        out,
        "{} with {}, {size}{mostly}.",
        count(files, "file"),
        count(lines, "line")
    )?;
    match test["command"].as_str() {
        Some(command) => writeln!(out, "Its tests are run with `{}`.", shown(command))?,
        None => writeln!(out, "Nothing says how its tests are run.")?,
    }
    let checks: Vec<Check> = serde_json::from_value(test["checks"].clone()).unwrap_or_default();
    let faults: Vec<String> = checks
        .iter()
        .filter(|check| check.faults > 0)
        .map(|check| format!("{} ({})", shown(&check.name), count(check.faults, "fault")))
        .collect();
    if faults.is_empty() {
        writeln!(out, "All {} held.", count(checks.len() as u64, "check"))?
    } else {
        writeln!(out, "To look at: {}.", list(&faults))?
    }
    Ok(json!({"step": Step::Summarise, "files": files, "lines": lines, "good": faults.is_empty()}))
}

/// The JSON objects that begin a line. They are data: nothing of them is obeyed or run.
fn objects(text: &str) -> Vec<Value> {
    let starts = text.match_indices('{').map(|(at, _)| at);
    let starts = starts.filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n');
    let objects = starts.filter_map(|at| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        values.next()?.ok().filter(Value::is_object)
    });
    objects.collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn run(step: Step, dir: &Path, prompt: &str) -> (String, Value) {
        let mut out = Vec::new();
        step.run(dir, prompt, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let last = objects(&out).pop().unwrap();
        for name in step.schema()["required"].as_array().unwrap() {
            assert!(
                !last[name.as_str().unwrap()].is_null() || name == "command",
                "{name}"
            );
        }
        (out, last)
    }

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(dir.path().join(path), text).unwrap();
        fs::create_dir_all(dir.path().join("docs")).unwrap();
        write("Makefile", "test:\n\ttrue\n");
        write("good.json", "{\"a\": [1]}");
        write("bad.json", "{\"a\": [1}");
        write("good.toml", "a = 1\n");
        write(
            "docs/a.md",
            "[up](../good.toml) [gone](gone.md) [web](https://x.example/y) `[code](no.md)`\n",
        );
        write(
            "docs/b.md",
            "```\n[code](no.md)\n```\n[a](a.md#part) [folder](../docs) [out](../../else.md)\n",
        );
        dir
    }

    #[test]
    fn faults_are_found_and_named() {
        let dir = folder();
        let (out, found) = run(Step::Test, dir.path(), "");
        assert_eq!(
            (&found["command"], &found["good"]),
            (&json!("make test"), &json!(false))
        );
        let faults: Vec<u64> = (found["checks"].as_array().unwrap().iter())
            .map(|check| check["faults"].as_u64().unwrap())
            .collect();
        assert_eq!(faults, [1, 0, 1], "{out}");
        assert!(
            out.contains("bad.json") && out.contains("(gone.md) leads nowhere"),
            "{out}"
        );
    }

    #[test]
    fn a_summary_merges_what_came_with_the_task() {
        let dir = folder();
        let (survey, sizes) = run(Step::Survey, dir.path(), "");
        let (test, _) = run(Step::Test, dir.path(), "");
        let prompt = format!("Sum it up.\n\nRESULT:\n{survey}\n\nRESULT:\n{test}\n");
        let (out, found) = run(Step::Summarise, dir.path(), &prompt);
        assert_eq!(
            (&found["files"], &found["lines"]),
            (&sizes["files"], &sizes["lines"])
        );
        assert!(
            out.contains("make test") && out.contains("To look at"),
            "{out}"
        );
        let mut out = Vec::new();
        let alone = Step::Summarise.run(dir.path(), &survey, &mut out);
        assert!(matches!(alone, Err(StepError::NothingToSumUp)));
    }
}
