//! Who is known here: names, whose they are, and what was published under them. A file of JSON lines, one a change.
//!
//! A name belongs to the key that claimed it first, for good. Nothing that goes through the interchange is ever written.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mesh_model::home::FILE_MODE;
use mesh_model::limits::{INTERCHANGE_LISTED_BYTES_MAX, INTERCHANGE_NAMES_MAX};
use mesh_model::{Effect, ErrorCode, PublicKey, Refusal};
use serde::{Deserialize, Serialize};

use crate::words::{Instance, Listed, Published, is_name};

const FILE: &str = "registry.jsonl";
/// Lines beyond twice the names before the file is written anew.
const SLACK_LINES: usize = 1000;

/// One line: what holds of this name from here on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    key: PublicKey,
    #[serde(default)]
    published: Published,
}

#[derive(Debug)]
struct Known {
    key: PublicKey,
    published: Published,
}

/// All names.
#[derive(Debug)]
pub(crate) struct Registry {
    path: PathBuf,
    file: File,
    names: BTreeMap<String, Known>,
    keys: HashMap<PublicKey, String>,
    /// Lines of the file.
    lines: usize,
}

impl Registry {
    /// Reads the file in this folder, or begins one.
    pub fn open(dir: &Path) -> io::Result<Registry> {
        let path = dir.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let file = append(&path)?;
        let mut registry = Registry {
            path,
            file,
            names: BTreeMap::new(),
            keys: HashMap::new(),
            lines: 0,
        };
        let end = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text[..end].lines() {
            registry.lines += 1;
            let line = serde_json::from_str(line);
            registry.know(line.map_err(|why| bad_line(registry.lines, &why))?);
        }
        // A crash leaves a torn line at most; what came of it was not answered.
        if end < text.len() || registry.is_long() {
            registry.write_anew()?;
        }
        Ok(registry)
    }

    fn is_long(&self) -> bool {
        self.lines > 2 * self.names.len() + SLACK_LINES
    }

    fn know(&mut self, line: Line) {
        self.keys.insert(line.key, line.name.clone());
        let known = Known {
            key: line.key,
            published: line.published,
        };
        self.names.insert(line.name, known);
    }

    fn write_anew(&mut self) -> io::Result<()> {
        let new = self.path.with_extension("jsonl.new");
        let _ = fs::remove_file(&new);
        let mut file = append(&new)?;
        for (name, known) in &self.names {
            file.write_all(line_of(name, known.key, &known.published).as_bytes())?;
        }
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        self.file = append(&self.path)?;
        self.lines = self.names.len();
        Ok(())
    }

    /// The name of a key.
    pub fn name_of(&self, key: PublicKey) -> Option<&str> {
        self.keys.get(&key).map(String::as_str)
    }

    /// How many names are taken.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether this claim would be a new one: those cost a place for good.
    pub fn is_new(&self, key: PublicKey) -> bool {
        !self.keys.contains_key(&key)
    }

    /// Gives the key this name, if it is nobody's or its own.
    pub fn claim(&mut self, name: &str, key: PublicKey) -> Result<(), Refusal> {
        if !is_name(name) {
            return Err(refused(
                ErrorCode::InvalidInput,
                "a name has lower-case letters, digits and single '-' between them, at most 40",
                "choose such a name",
            ));
        }
        if let Some(known) = self.names.get(name) {
            return if known.key == key {
                Ok(())
            } else {
                Err(refused(
                    ErrorCode::NameTaken,
                    "the name belongs to another key",
                    "choose another name; a mesh that lost its key asks the interchange's operator",
                ))
            };
        }
        if let Some(own) = self.name_of(key) {
            return Err(refused(
                ErrorCode::Conflict,
                format!("this key has the name {own}, and a key has one"),
                "come in by that name",
            ));
        }
        if self.names.len() >= INTERCHANGE_NAMES_MAX {
            return Err(refused(
                ErrorCode::Overloaded,
                "this interchange has no place for another name",
                "come in without one, or by another interchange",
            ));
        }
        self.keep(Line {
            name: name.to_owned(),
            key,
            published: Published::default(),
        })
    }

    /// What is published under the key's name from here on.
    pub fn publish(&mut self, key: PublicKey, published: Published) -> Result<(), Refusal> {
        if !published.fits() {
            return Err(refused(
                ErrorCode::InvalidInput,
                "that is more than an interchange takes, or has words that are longer",
                "publish fewer rooms and agents, with short descriptions",
            ));
        }
        let Some(name) = self.name_of(key).map(str::to_owned) else {
            return Err(refused(
                ErrorCode::Conflict,
                "a mesh without a name publishes nothing",
                "come in by a name first",
            ));
        };
        let known = self.names.get(&name);
        if known.is_some_and(|known| known.published == published) {
            return Ok(());
        }
        self.keep(Line {
            name,
            key,
            published,
        })
    }

    /// On the disk first, then in memory: what was answered is there after a crash.
    fn keep(&mut self, line: Line) -> Result<(), Refusal> {
        let text = line_of(&line.name, line.key, &line.published);
        let kept = self.file.write_all(text.as_bytes());
        kept.and_then(|()| self.file.sync_data()).map_err(|why| {
            tracing::error!(%why, "the registry cannot be written");
            refused(
                ErrorCode::Internal,
                "the interchange cannot write its registry",
                "try again later",
            )
        })?;
        self.know(line);
        self.lines += 1;
        if self.is_long()
            && let Err(why) = self.write_anew()
        {
            // It stays as it is, longer than it has to be.
            tracing::warn!(%why, "the registry cannot be written anew");
        }
        Ok(())
    }

    /// A page of the list, as long as a message may be.
    pub fn list(&self, after: Option<&str>, here: impl Fn(PublicKey) -> bool) -> Listed {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let mut listed = Listed {
            instances: Vec::new(),
            next: None,
        };
        let mut bytes = 0;
        for (name, known) in self.names.range::<str, _>((from, Unbounded)) {
            bytes += line_of(name, known.key, &known.published).len();
            if bytes > INTERCHANGE_LISTED_BYTES_MAX && !listed.instances.is_empty() {
                listed.next = listed.instances.last().map(|last| last.name.clone());
                break;
            }
            listed.instances.push(Instance {
                name: name.clone(),
                key: known.key,
                here: here(known.key),
                published: known.published.clone(),
            });
        }
        listed
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(FILE_MODE).open(path)
}

fn line_of(name: &str, key: PublicKey, published: &Published) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        name: &'a str,
        key: PublicKey,
        published: &'a Published,
    }
    let row = Row {
        name,
        key,
        published,
    };
    let mut line = crate::words::write(&row);
    line.push('\n');
    line
}

fn bad_line(number: usize, why: &serde_json::Error) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("line {number} of {FILE} is none of the registry: {why}"),
    )
}

fn refused(
    code: ErrorCode,
    what: impl Into<std::borrow::Cow<'static, str>>,
    hint: &'static str,
) -> Refusal {
    Refusal::new(code, what, Effect::NothingDone, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Entry;

    fn key(byte: u8) -> PublicKey {
        PublicKey([byte; 32])
    }

    fn rooms(count: usize) -> Published {
        let entry = |at| Entry {
            name: format!("room-{at}"),
            about: "x".repeat(100),
        };
        Published {
            rooms: (0..count).map(entry).collect(),
            agents: Vec::new(),
        }
    }

    #[test]
    fn a_name_is_the_first_key_s_for_good() {
        let dir = tempfile::tempdir().unwrap();
        let mut registry = Registry::open(dir.path()).unwrap();
        registry.claim("alice", key(1)).unwrap();
        registry.claim("alice", key(1)).unwrap();
        let stolen = registry.claim("alice", key(2)).unwrap_err();
        assert_eq!(stolen.code, ErrorCode::NameTaken);
        let second = registry.claim("other", key(1)).unwrap_err();
        assert_eq!(second.code, ErrorCode::Conflict);
        let bad = registry.claim("Alice", key(2)).unwrap_err();
        assert_eq!(bad.code, ErrorCode::InvalidInput);
        let nameless = registry.publish(key(2), rooms(1)).unwrap_err();
        assert_eq!(nameless.code, ErrorCode::Conflict);
        registry.publish(key(1), rooms(2)).unwrap();
        drop(registry);

        let mut registry = Registry::open(dir.path()).unwrap();
        assert_eq!(registry.name_of(key(1)), Some("alice"));
        let listed = registry.list(None, |known| known == key(1));
        assert_eq!(listed.instances[0].published, rooms(2));
        assert!(listed.instances[0].here && listed.next.is_none());
        assert!(registry.claim("alice", key(2)).is_err());
    }

    #[test]
    fn a_torn_line_is_forgotten_and_a_wrong_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let mut registry = Registry::open(dir.path()).unwrap();
        registry.claim("alice", key(1)).unwrap();
        drop(registry);
        let path = dir.path().join(FILE);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{{\"name\":\"bo")).unwrap();
        let mut registry = Registry::open(dir.path()).unwrap();
        registry.claim("bob", key(2)).unwrap();
        drop(registry);
        assert_eq!(Registry::open(dir.path()).unwrap().len(), 2);
        fs::write(&path, format!("{{\"message\":\"hello\"}}\n{whole}")).unwrap();
        let why = Registry::open(dir.path()).unwrap_err();
        assert!(why.to_string().contains("line 1"), "{why}");
    }

    #[test]
    fn a_long_list_comes_in_parts() {
        let dir = tempfile::tempdir().unwrap();
        let mut registry = Registry::open(dir.path()).unwrap();
        for number in 0..40_u8 {
            registry
                .claim(&format!("mesh-{number:02}"), key(number))
                .unwrap();
            registry.publish(key(number), rooms(20)).unwrap();
        }
        let (mut after, mut names) = (None, Vec::new());
        loop {
            let part = registry.list(after.as_deref(), |_| false);
            assert!(crate::words::write(&part).len() < 2 * INTERCHANGE_LISTED_BYTES_MAX);
            names.extend(part.instances.into_iter().map(|known| known.name));
            match part.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(names.len(), 40);
        assert!(names.is_sorted());
    }
}
