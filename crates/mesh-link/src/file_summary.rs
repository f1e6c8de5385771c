//! `file_summary`: what kind of a file it is, without a model: size, lines, headings, how it begins and ends.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use mesh_ops::Told;
use serde_json::{Map, Value, json};

use crate::folder;
use crate::settings::FileSummary;

pub(crate) const NAME: &str = "file_summary";
/// What is read of a file.
const READ_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Lines shown at the beginning and at the end.
const LINES_SHOWN: usize = 12;
/// Headings shown.
const HEADINGS_MAX: usize = 60;
/// Characters of a line that is shown.
const LINE_CHARS_MAX: usize = 300;

pub(crate) fn schema(settings: Option<&FileSummary>) -> Value {
    let folders: Vec<&String> = settings.iter().flat_map(|set| set.folders.keys()).collect();
    let mut folder = json!({"type": "string", "maxLength": 200});
    if !folders.is_empty() {
        folder["enum"] = json!(folders);
    }
    json!({
        "type": "object",
        "properties": {
            "folder": folder,
            "path": {"type": "string", "minLength": 1, "maxLength": 1000},
        },
        "required": ["folder", "path"],
        "additionalProperties": false,
    })
}

pub(crate) async fn summary(
    settings: &FileSummary,
    input: &Map<String, Value>,
) -> Result<Told, String> {
    let text = |name: &str| {
        input
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (name, path) = (text("folder"), text("path"));
    let folder = settings.folders.get(&name);
    let folder = folder
        .ok_or_else(|| format!("there is no folder '{name}'"))?
        .clone();
    let looked = tokio::task::spawn_blocking(move || look(folder, &path));
    looked
        .await
        .unwrap_or_else(|_| Err("reading broke off".to_owned()))
}

/// Whoever asks learns nothing of the node's other paths.
fn look(folder: PathBuf, path: &str) -> Result<Told, String> {
    let file = folder::open(&folder, path).map_err(|why| match why.raw_os_error() {
        Some(_) => format!("'{path}' cannot be opened: {}", why.kind()),
        None => format!("'{path}' cannot be opened: {why}"),
    })?;
    let bytes = file.metadata().map_err(|why| why.kind().to_string())?.len();
    let mut found = Outline::default();
    let mut reader = BufReader::new(file.take(READ_BYTES_MAX));
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        match read.map_err(|why| format!("'{path}' cannot be read: {}", why.kind()))? {
            0 => break,
            _ => found.take(&line),
        }
    }
    Ok(found.told(path, bytes))
}

#[derive(Default)]
struct Outline {
    lines: usize,
    binary: bool,
    fenced: bool,
    headings: Vec<String>,
    first: Vec<String>,
    last: std::collections::VecDeque<String>,
}

impl Outline {
    fn take(&mut self, line: &[u8]) {
        self.lines += 1;
        self.binary |= line.contains(&0);
        let text = String::from_utf8_lossy(line);
        let text: String = text.trim_end().chars().take(LINE_CHARS_MAX).collect();
        self.fenced ^= text.trim_start().starts_with("```");
        if !self.fenced && is_heading(&text) && self.headings.len() < HEADINGS_MAX {
            self.headings.push(text.clone());
        }
        if self.first.len() < LINES_SHOWN {
            self.first.push(text);
            return;
        }
        self.last.push_back(text);
        if self.last.len() > LINES_SHOWN {
            self.last.pop_front();
        }
    }

    fn told(self, path: &str, bytes: u64) -> Told {
        let mut text = format!("{path}: {bytes} bytes, {} lines", self.lines);
        if bytes > READ_BYTES_MAX {
            text.push_str(&format!(" in the first {READ_BYTES_MAX} bytes"));
        }
        let data =
            json!({"path": path, "bytes": bytes, "lines": self.lines, "headings": self.headings});
        let data = data.as_object().cloned();
        if self.binary {
            text.push_str("; it is no text");
            return Told { text, data };
        }
        let mut part = |title: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                text.push_str(&format!("\n\n{title}:\n{}", lines.join("\n")));
            }
        };
        part("Headings", self.headings);
        part("It begins", self.first);
        part("It ends", self.last.into());
        Told { text, data }
    }
}

/// Headings of Markdown.
fn is_heading(line: &str) -> bool {
    let marks = line.chars().take_while(|c| *c == '#').count();
    (1..=6).contains(&marks) && line[marks..].starts_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_outline() {
        let home = tempfile::tempdir().unwrap();
        let mut text = "# Notes\n\n```sh\n# no heading\n```\n## Tools\n".to_owned();
        (0..40).for_each(|number| text.push_str(&format!("line {number}\n")));
        std::fs::write(home.path().join("a.md"), &text).unwrap();
        std::fs::write(home.path().join("b.bin"), [0, 1, 2, 10]).unwrap();
        let told = look(home.path().to_owned(), "a.md").unwrap();
        let data = told.data.unwrap();
        assert_eq!(data["headings"], json!(["# Notes", "## Tools"]));
        assert_eq!(data["lines"], 46);
        assert!(told.text.contains("It begins:\n# Notes") && told.text.ends_with("line 39"));
        let told = look(home.path().to_owned(), "b.bin").unwrap();
        assert!(told.text.ends_with("it is no text"), "{}", told.text);
        let why = look(home.path().to_owned(), "../x").unwrap_err();
        assert!(why.contains("out of the folder") && !why.contains(home.path().to_str().unwrap()));
    }
}
