//! What ends an attempt is on disk before it is sent: a worker that is killed, or a node that cannot be
//! reached, loses no result.
//!
//! One file for each attempt. The same attempt is told once, however often it is sent: the key goes
//! with the fence.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use mesh_model::ErrorCode;
use mesh_sdk::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A folder of what is to be sent.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

/// What ends an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// The operation: `task.finish`, `task.fail` or `task.hand_off`.
    pub operation: String,
    /// Its input with its idempotency key.
    pub input: Value,
}

/// What to do with a letter after it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was taken in, now or before.
    Taken,
    /// Nobody waits for it any more: why.
    Stale(String),
    /// It can never be taken in as it is: why.
    Dropped(String),
    /// It has to be sent again: why.
    Later(String),
}

impl Letter {
    /// A letter for an attempt.
    pub fn new(operation: &str, fence: u64, mut input: Value) -> Letter {
        input["idempotency_key"] = format!("{operation}:{fence}").into();
        Letter {
            operation: operation.to_owned(),
            input,
        }
    }

    /// The attempt.
    fn name(&self) -> String {
        let word = |field: &str| match &self.input[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let name = format!("{}-{}", word("fence"), word("task"));
        let kept = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        format!("{}.json", name.chars().filter(kept).collect::<String>())
    }
}

/// What an answer means for a letter.
pub fn sent(answer: &Result<Value, Error>) -> Sent {
    let refusal = match answer {
        Ok(_) => return Sent::Taken,
        Err(Error::Refused(refusal)) => refusal,
        Err(why) => return Sent::Later(why.to_string()),
    };
    match refusal.code {
        ErrorCode::StaleFence | ErrorCode::NotFound => Sent::Stale(format!(
            "somebody else has the task by now, or it is over ({})",
            refusal
        )),
        code if code.status() >= 500 => Sent::Later(refusal.detail()),
        ErrorCode::RateLimited | ErrorCode::Unauthenticated => Sent::Later(refusal.detail()),
        _ => Sent::Dropped(refusal.detail()),
    }
}

impl Outbox {
    /// Opens the folder.
    pub fn open(folder: PathBuf) -> io::Result<Outbox> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&folder)?;
        Ok(Outbox { folder })
    }

    /// Keeps a letter. When this returns it survives a loss of power.
    pub fn put(&self, letter: &Letter) -> io::Result<()> {
        let path = self.folder.join(letter.name());
        let part = path.with_extension("part");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(&serde_json::to_vec(letter)?)?;
        file.sync_all()?;
        fs::rename(&part, &path)?;
        sync(&self.folder)
    }

    /// Lets go of a letter.
    pub fn remove(&self, letter: &Letter) -> io::Result<()> {
        match fs::remove_file(self.folder.join(letter.name())) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// All letters, the oldest attempt first, and the files that are none.
    pub fn letters(&self) -> io::Result<(Vec<Letter>, Vec<PathBuf>)> {
        let (mut letters, mut odd) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|kind| kind != "json") {
                continue;
            }
            let read = fs::read(&path)
                .map_err(|_| ())
                .and_then(|bytes| serde_json::from_slice::<Letter>(&bytes).map_err(|_| ()));
            match read {
                Ok(letter) => letters.push(letter),
                Err(()) => odd.push(path),
            }
        }
        letters.sort_by_key(|letter| letter.input["fence"].as_u64());
        Ok((letters, odd))
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use mesh_model::{Effect, Refusal};
    use serde_json::json;

    use super::*;

    fn letter(fence: u64) -> Letter {
        let input =
            json!({"task": "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b", "fence": fence, "text": "x"});
        Letter::new("task.hand_off", fence, input)
    }

    #[test]
    fn letters_survive_in_order_and_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox");
        let outbox = Outbox::open(path.clone()).unwrap();
        for fence in [812, 9] {
            outbox.put(&letter(fence)).unwrap();
        }
        outbox.put(&letter(9)).unwrap();
        fs::write(path.join("half.json"), "{").unwrap();
        fs::write(path.join("9.part"), "{").unwrap();
        let (letters, odd) = Outbox::open(path.clone()).unwrap().letters().unwrap();
        assert_eq!(letters, [letter(9), letter(812)]);
        assert_eq!(odd, [path.join("half.json")]);
        let name = path.join(letter(9).name());
        assert_eq!(fs::metadata(name).unwrap().mode() & 0o777, 0o600);
        outbox.remove(&letter(9)).unwrap();
        outbox.remove(&letter(9)).unwrap();
        assert_eq!(outbox.letters().unwrap().0, [letter(812)]);
        assert_eq!(letter(9).input["idempotency_key"], "task.hand_off:9");
    }

    #[test]
    fn only_what_may_be_taken_in_later_is_kept() {
        let refused = |code| {
            Err(Error::Refused(Refusal::new(
                code,
                "no",
                Effect::NothingDone,
                "",
            )))
        };
        assert_eq!(sent(&Ok(json!({}))), Sent::Taken);
        assert!(matches!(
            sent(&refused(ErrorCode::StaleFence)),
            Sent::Stale(_)
        ));
        assert!(matches!(
            sent(&refused(ErrorCode::InvalidInput)),
            Sent::Dropped(_)
        ));
        assert!(matches!(
            sent(&refused(ErrorCode::NotStored)),
            Sent::Later(_)
        ));
        assert!(matches!(
            sent(&refused(ErrorCode::RateLimited)),
            Sent::Later(_)
        ));
        let broken = Err(Error::Protocol("closed".into()));
        assert!(matches!(sent(&broken), Sent::Later(_)));
    }
}
