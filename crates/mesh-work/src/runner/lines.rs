//! Programs that speak JSON line by line: reading, writing, keeping the answer within its limit.

use std::time::Duration;

use mesh_model::events::Spend;
use mesh_proof::Digest;
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::ChildStdout;

use super::{Failed, Progress, Usage};
use crate::child::{Child, Ended, too_much};
use crate::text::head;

/// The longest line that is read: a tool's result with a large file fits, a program gone astray does not.
const LINE_BYTES_MAX: u64 = 32 << 20;

/// How long a program may take to leave once its answer is there and its input has ended.
const LEAVE: Duration = Duration::from_secs(10);

/// One line that a program printed.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// As agreed.
    Json(Value),
    /// Something else: a warning, mostly.
    Words(String),
}

/// Standard output, line by line.
pub struct Lines {
    from: Option<BufReader<ChildStdout>>,
    buffer: Vec<u8>,
}

impl Lines {
    /// Of a program that has just been started.
    pub fn of(child: &mut Child) -> Lines {
        Lines {
            from: child.stdout.take().map(BufReader::new),
            buffer: Vec::new(),
        }
    }

    /// The next line that is not empty; none when the program has closed its output. May be dropped and called again:
    /// what was read of a line is kept.
    pub async fn next(&mut self) -> Result<Option<Line>, Failed> {
        let Some(from) = &mut self.from else {
            return Ok(None);
        };
        loop {
            let room = (LINE_BYTES_MAX + 1).saturating_sub(self.buffer.len() as u64);
            let read = from.take(room).read_until(b'\n', &mut self.buffer).await;
            let ended = matches!(read, Ok(0) | Err(_));
            if self.buffer.len() as u64 > LINE_BYTES_MAX {
                return Err(Failed::new(too_much(LINE_BYTES_MAX as usize)));
            }
            if !ended && !self.buffer.ends_with(b"\n") {
                continue;
            }
            let bytes = std::mem::take(&mut self.buffer);
            let text = bytes.trim_ascii();
            if !text.is_empty() {
                let words = || Line::Words(String::from_utf8_lossy(text).into_owned());
                return Ok(Some(
                    serde_json::from_slice(text).map_or_else(|_| words(), Line::Json),
                ));
            }
            if ended {
                return Ok(None);
            }
        }
    }
}

/// Writes a line. A program that has gone is noticed by whoever reads from it.
pub async fn tell(child: &mut Child, line: &Value) {
    if let Some(stdin) = &mut child.stdin {
        let mut bytes = line.to_string().into_bytes();
        bytes.push(b'\n');
        if stdin.write_all(&bytes).await.is_ok() {
            let _ = stdin.flush().await;
        }
    }
}

/// Writes a text and ends the input. Meant for a program that reads all of it before it says much.
pub async fn tell_all(child: &mut Child, text: &str) {
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input to the end has its reasons.
        let _ = stdin.write_all(text.as_bytes()).await;
    }
}

/// Ends the input and waits for the program; one that stays although it has answered is ended.
pub async fn leave(child: &mut Child, lines: &mut Lines) -> Ended {
    drop(child.stdin.take());
    let closed = async { while let Ok(Some(_)) = lines.next().await {} };
    if tokio::time::timeout(LEAVE, closed).await.is_err() {
        child.stop();
    }
    child.ended().await
}

/// An answer as it grows, told piece by piece and bounded.
pub struct GrowingText<'a> {
    io: &'a dyn Progress,
    bytes_max: usize,
    told: usize,
    /// The message that is being said now.
    pub text: String,
}

impl<'a> GrowingText<'a> {
    /// An empty one.
    pub fn new(io: &'a dyn Progress, bytes_max: usize) -> GrowingText<'a> {
        GrowingText {
            io,
            bytes_max,
            told: 0,
            text: String::new(),
        }
    }

    /// A piece came.
    pub fn push(&mut self, piece: &str) -> Result<(), Failed> {
        if piece.is_empty() {
            return Ok(());
        }
        self.told += piece.len();
        if self.told > self.bytes_max {
            return Err(Failed::new(too_much(self.bytes_max)));
        }
        self.io.output(piece);
        self.text.push_str(piece);
        Ok(())
    }

    /// Another message begins: the last one of a turn is its answer.
    pub fn next_message(&mut self) -> Result<(), Failed> {
        if !self.text.is_empty() {
            self.push("\n\n")?;
            self.text.clear();
        }
        Ok(())
    }
}

/// What is told while a turn runs; money is known at its end or priced by the worker.
pub fn spend(usage: Usage) -> Spend {
    Spend {
        tokens: usage.tokens_in + usage.tokens_out,
        micros: usage.micros.unwrap_or(0),
    }
}

/// Rounded up: nothing that costs is free.
pub fn micros(dollars: f64) -> u64 {
    // A float's noise in the last digits must not add a millionth.
    (dollars * 1e6 - 1e-6).ceil().max(0.0) as u64
}

/// A count in what a program reports.
pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

/// One line for people of text that may hold anything.
pub fn one_line(text: &str, bytes_max: usize) -> String {
    let clean: String = head(text, bytes_max * 2)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let short = head(clean.trim(), bytes_max);
    if short.len() < clean.trim().len() {
        format!("{short}…")
    } else {
        short.to_owned()
    }
}

/// What an agent asks a person before it does something. The input is shown whole, with its hash: what is
/// approved is what runs. One that is larger than an approval takes cannot be asked about, so it does not run.
pub fn question(agent: &str, tool: &str, input: &Value) -> (String, Map<String, Value>) {
    let named = ["command", "cmd", "file_path", "path", "url", "title"];
    let about = named.iter().find_map(|name| input[*name].as_str());
    let question = match about {
        Some(about) => format!("{agent} wants to use {tool}: {}", one_line(about, 300)),
        None => format!("{agent} wants to use {tool}"),
    };
    let mut detail = Map::new();
    detail.insert("tool".to_owned(), tool.into());
    detail.insert("input".to_owned(), input.clone());
    let hash = Digest::of(input.to_string().as_bytes());
    detail.insert("input_sha256".to_owned(), hash.to_string().into());
    (one_line(&question, 500), detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_question_names_what_is_wanted_and_stays_short() {
        let (words, detail) = question("claude", "Bash", &json!({"command": "ls\n-l"}));
        assert_eq!(words, "claude wants to use Bash: ls -l");
        assert_eq!(detail["input"], json!({"command": "ls\n-l"}));
        let long = "x".repeat(100_000);
        let (words, detail) = question(
            "claude",
            "Write",
            &json!({"content": long, "file_path": long}),
        );
        assert!(words.len() < 600);
        // Nothing is cut that would then be carried out whole.
        assert_eq!(detail["input"]["content"], long);
    }

    #[test]
    fn lines_for_people_hold_no_control_characters() {
        assert_eq!(one_line("a\u{1b}[31m\nb", 100), "a [31m b");
        assert_eq!(one_line("ääää", 5), "ää…");
    }

    #[test]
    fn money_is_rounded_up_but_not_by_noise() {
        assert_eq!(micros(0.0), 0);
        assert_eq!(micros(0.000_810_000_000_000_000_1), 810);
        assert_eq!(micros(0.000_000_4), 1);
    }
}
