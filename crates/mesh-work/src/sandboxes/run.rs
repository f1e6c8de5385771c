//! One run: a sandbox is started, gets its files, runs a program, tells what came of it, and is gone.

use std::time::{Duration, Instant};

use mesh_model::api::{SandboxFile, SandboxLanguage, SandboxRunInput};
use mesh_model::limits::TOOL_ANSWER_BYTES_MAX;
use serde_json::{Map, Value, json};

use super::House;
use crate::awake::Moment;
use crate::sandbox::kept::wire::{Answer, Ask, Bytes, Fault, Start, base64, of_base64};
use crate::sandbox::kept::{Event, Events, Kept};

/// What is told of standard output, as it stands in JSON: a quarter of what a tool may answer.
const STDOUT_BYTES_MAX: usize = TOOL_ANSWER_BYTES_MAX / 4;
/// What is told of standard error.
const STDERR_BYTES_MAX: usize = TOOL_ANSWER_BYTES_MAX / 8;
/// What is told of all files that were asked for.
const FILES_BYTES_MAX: usize = TOOL_ANSWER_BYTES_MAX / 2;
/// Files in, and files out: more is an archive's work.
const FILES_MAX: usize = 64;
/// Where code lies while it runs: not in the home, where it would be among the files.
const CODE: &str = "/tmp/code";
/// Between a run's end and that of its sandbox, for its files to be told.
const AFTER: Duration = Duration::from_secs(3);

/// What came of a run, as a tool tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// Whether it was run.
    pub ok: bool,
    /// In a sentence.
    pub text: String,
    /// All of it.
    pub data: Option<Map<String, Value>>,
}

impl Ran {
    /// It was not run.
    pub fn not(why: impl Into<String>) -> Ran {
        Ran {
            ok: false,
            text: why.into(),
            data: None,
        }
    }
}

/// Runs it.
pub async fn run(house: &House, input: SandboxRunInput) -> Ran {
    let asked = input.wall_ms.map(|ms| Duration::from_millis(ms.into()));
    let wall = asked.map_or(house.terms().wall, |asked| asked.min(house.terms().wall));
    let start = match start(&input) {
        Ok(start) => start,
        Err(why) => return Ran::not(why),
    };
    // Its keeper ends it by itself then, whatever becomes of this process.
    let ends = Moment::now().plus(wall + AFTER);
    let lodged = match house.lodge(ends, false).await {
        Ok(lodged) => lodged,
        Err(why) => return Ran::not(format!("no sandbox was started: {why}")),
    };
    let ran = within(&lodged.kept, &input, start, wall).await;
    lodged.kept.end().await;
    ran.unwrap_or_else(|fault| Ran::not(format!("it was not run to its end: {}", fault.why)))
}

fn start(input: &SandboxRunInput) -> Result<Start, String> {
    if input.files.len() > FILES_MAX || input.out.len() > FILES_MAX {
        return Err(format!(
            "more than {FILES_MAX} files; put them into an archive"
        ));
    }
    let argv = match &input.code {
        None => input.argv.clone(),
        Some(_) => {
            let program = match input.language.unwrap_or(SandboxLanguage::Python) {
                SandboxLanguage::Python => "python3",
                SandboxLanguage::JavaScript => "node",
                SandboxLanguage::Shell => "sh",
            };
            vec![program.to_owned(), CODE.to_owned()]
        }
    };
    if argv.is_empty() {
        return Err("it is not said what to run: code or argv".to_owned());
    }
    Ok(Start {
        argv,
        env: input.env.clone(),
        cwd: None,
        stdin: input.stdin.is_some(),
    })
}

fn bytes(file: &SandboxFile) -> Option<Vec<u8>> {
    match (&file.text, &file.base64) {
        (Some(text), None) => Some(text.clone().into_bytes()),
        (None, Some(base64)) => of_base64(base64),
        (None, None) => Some(Vec::new()),
        (Some(_), Some(_)) => None,
    }
}

async fn within(
    kept: &Kept,
    input: &SandboxRunInput,
    start: Start,
    wall: Duration,
) -> Result<Ran, Fault> {
    if let Some(code) = &input.code {
        let bytes = Bytes(code.clone().into_bytes());
        let path = CODE.to_owned();
        kept.ask(Ask::Write { path, bytes }).await?;
    }
    for file in &input.files {
        let Some(bytes) = bytes(file) else {
            return Ok(Ran::not(format!(
                "the file '{}' is neither text nor Base64",
                file.path.escape_debug()
            )));
        };
        let (path, bytes) = (file.path.clone(), Bytes(bytes));
        kept.ask(Ask::Write { path, bytes }).await?;
    }
    let began = Instant::now();
    let (pid, events) = kept.run(start).await?;
    if let Some(stdin) = &input.stdin {
        let bytes = Bytes(stdin.clone().into_bytes());
        // A program that does not read its input to the end has its reasons, and its output is what counts.
        let give = async {
            let _ = kept.ask(Ask::Input { pid, bytes }).await;
            let _ = kept.ask(Ask::CloseInput { pid }).await;
        };
        let (said, ()) = tokio::join!(said(events, wall), async {
            let _ = tokio::time::timeout(wall, give).await;
        });
        return Ok(tell(kept, input, said, began).await);
    }
    let said = said(events, wall).await;
    Ok(tell(kept, input, said, began).await)
}

/// What a program said and how it ended.
#[derive(Default)]
struct Said {
    out: Cut,
    err: Cut,
    exit: Option<i32>,
    late: bool,
}

/// The beginning of an output.
#[derive(Default)]
struct Cut {
    bytes: Vec<u8>,
    cut: bool,
}

impl Cut {
    fn push(&mut self, bytes: &[u8], most: usize) {
        let room = most - self.bytes.len();
        self.cut |= bytes.len() > room;
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// As text that takes at most so many bytes in JSON.
    fn text(&self, most: usize) -> (String, bool) {
        let whole = String::from_utf8_lossy(&self.bytes);
        let mut left = most;
        let mut end = 0;
        for (place, c) in whole.char_indices() {
            let takes = match c {
                '"' | '\\' | '\n' | '\r' | '\t' => 2,
                c if c < ' ' || c == '\u{7f}' => 6,
                c => c.len_utf8(),
            };
            if takes > left {
                return (whole[..end].to_owned(), true);
            }
            left -= takes;
            end = place + c.len_utf8();
        }
        (whole.into_owned(), self.cut)
    }
}

async fn said(mut events: Events, wall: Duration) -> Said {
    let mut said = Said::default();
    let read = async {
        while let Some(event) = events.next().await {
            match event {
                Event::Out(false, bytes) => said.out.push(&bytes, STDOUT_BYTES_MAX),
                Event::Out(true, bytes) => said.err.push(&bytes, STDERR_BYTES_MAX),
                Event::Ended { code, .. } => said.exit = Some(code),
            }
        }
    };
    let over = tokio::time::timeout(wall, read).await.is_err();
    said.late = over && said.exit.is_none();
    said
}

async fn tell(kept: &Kept, input: &SandboxRunInput, said: Said, began: Instant) -> Ran {
    let took = began.elapsed();
    let (files, left_out) = files(kept, &input.out).await;
    let (stdout, stdout_cut) = said.out.text(STDOUT_BYTES_MAX);
    let (stderr, stderr_cut) = said.err.text(STDERR_BYTES_MAX);
    let text = match said.exit {
        Some(code) => format!("It ended with code {code} after {} ms.", took.as_millis()),
        None if said.late => format!("It ran for {} ms and was ended.", took.as_millis()),
        None => "Its sandbox ended with it.".to_owned(),
    };
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    if let Some(code) = said.exit {
        put("exit", code.into());
    }
    put("late", said.late.into());
    put("stdout", stdout.into());
    put("stdout_cut", stdout_cut.into());
    put("stderr", stderr.into());
    put("stderr_cut", stderr_cut.into());
    put("files", files.into());
    put("files_left_out", left_out.into());
    Ran {
        ok: true,
        text,
        data: Some(data),
    }
}

/// The files that were asked for, and whether some are left out.
async fn files(kept: &Kept, paths: &[String]) -> (Vec<Value>, bool) {
    let (mut files, mut left_out) = (Vec::new(), false);
    let mut room = FILES_BYTES_MAX;
    for path in paths {
        let ask = Ask::Read { path: path.clone() };
        let Ok(Answer::File(Bytes(bytes))) = kept.ask(ask).await else {
            left_out = true;
            continue;
        };
        let file = match String::from_utf8(bytes) {
            Ok(text) => json!({"path": path, "text": text}),
            Err(no_text) => json!({"path": path, "base64": base64(no_text.as_bytes())}),
        };
        match room.checked_sub(file.to_string().len()) {
            Some(rest) => {
                room = rest;
                files.push(file);
            }
            None => left_out = true,
        }
    }
    (files, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_cut_at_a_whole_character_and_says_so() {
        let mut cut = Cut::default();
        cut.push("ää\n".as_bytes(), 100);
        assert_eq!(cut.text(100), ("ää\n".to_owned(), false));
        assert_eq!(cut.text(5), ("ää".to_owned(), true));
        cut.push(&[b'x'; 200], 100);
        assert!(cut.cut);
        assert_eq!(cut.bytes.len(), 100);
    }

    #[test]
    fn what_is_not_said_is_not_run() {
        assert!(start(&SandboxRunInput::default()).is_err());
        let code = SandboxRunInput {
            code: Some("echo 1".into()),
            language: Some(SandboxLanguage::Shell),
            ..SandboxRunInput::default()
        };
        assert_eq!(start(&code).unwrap().argv, ["sh", CODE]);
    }
}
