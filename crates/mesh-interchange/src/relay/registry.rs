//! Who is known here: names, whose they are, and what was published under them. A file of JSON lines, one a change.
//!
//! A name belongs to the key that claimed it first, for good. Nothing that goes through the interchange is ever written.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mesh_model::home::FILE_MODE;
use mesh_model::limits::{CARDS_SOUGHT_MAX, INTERCHANGE_LISTED_BYTES_MAX, INTERCHANGE_NAMES_MAX};
use mesh_model::{Effect, ErrorCode, PublicKey, Refusal};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::card::Signed;
use crate::words::{Instance, Listed, is_name};

const FILE: &str = "registry.jsonl";
/// Lines beyond twice the names before the file is written anew.
const SLACK_LINES: usize = 1000;

/// One line: what holds of this name from here on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    key: PublicKey,
    #[serde(default)]
    signed: Option<Signed>,
    /// What earlier versions wrote, unsigned: nobody believes it.
    #[serde(default, rename = "published")]
    _unsigned: Option<IgnoredAny>,
}

#[derive(Debug)]
struct Known {
    key: PublicKey,
    signed: Option<Signed>,
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
            signed: line.signed,
        };
        self.names.insert(line.name, known);
    }

    fn write_anew(&mut self) -> io::Result<()> {
        let new = self.path.with_extension("jsonl.new");
        let _ = fs::remove_file(&new);
        let mut file = append(&new)?;
        for (name, known) in &self.names {
            file.write_all(line_of(name, known.key, known.signed.as_ref()).as_bytes())?;
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
            signed: None,
            _unsigned: None,
        })
    }

    /// What is published under the key's name from here on; nothing, if it was withdrawn.
    pub fn publish(
        &mut self,
        interchange: PublicKey,
        key: PublicKey,
        signed: Option<Signed>,
    ) -> Result<(), Refusal> {
        let Some(name) = self.name_of(key).map(str::to_owned) else {
            return match signed {
                // There is nothing that could be withdrawn.
                None => Ok(()),
                Some(_) => Err(refused(
                    ErrorCode::Conflict,
                    "a mesh without a name publishes nothing",
                    "come in by a name first",
                )),
            };
        };
        if let Some(signed) = &signed {
            if signed.read().is_none() {
                return Err(refused(
                    ErrorCode::InvalidInput,
                    "that is more than an interchange takes, or has words that are longer or other fields",
                    "publish fewer rooms and agents, with short descriptions",
                ));
            }
            if signed.proven(interchange, key, &name).is_none() {
                return Err(refused(
                    ErrorCode::BadSignature,
                    "the card is not signed by this key for this interchange and this name",
                    "sign the statement mesh-card/1 with the node's key",
                ));
            }
        }
        let known = self.names.get(&name);
        if known.is_some_and(|known| known.signed == signed) {
            return Ok(());
        }
        self.keep(Line {
            name,
            key,
            signed,
            _unsigned: None,
        })
    }

    /// On the disk first, then in memory: what was answered is there after a crash.
    fn keep(&mut self, line: Line) -> Result<(), Refusal> {
        let text = line_of(&line.name, line.key, line.signed.as_ref());
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

    /// A page of the list, as long as a message may be; with words only of those that publish something in which all of them stand.
    /// So much of it is looked through at a time that nobody else waits for long.
    pub fn list(
        &self,
        after: Option<&str>,
        words: Option<&str>,
        here: impl Fn(PublicKey) -> bool,
    ) -> Listed {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let mut listed = Listed {
            instances: Vec::new(),
            next: None,
        };
        let words: Option<Vec<String>> =
            words.map(|words| words.split_whitespace().map(str::to_lowercase).collect());
        let (mut bytes, mut sought) = (0, 0);
        for (name, known) in self.names.range::<str, _>((from, Unbounded)) {
            if let Some(words) = &words {
                let Some(signed) = &known.signed else {
                    continue;
                };
                sought += 1;
                if sought > CARDS_SOUGHT_MAX {
                    listed.next = self.before(name);
                    break;
                }
                if !signed.read().is_some_and(|card| card.has(name, words)) {
                    continue;
                }
            }
            bytes += line_of(name, known.key, known.signed.as_ref()).len();
            if bytes > INTERCHANGE_LISTED_BYTES_MAX && !listed.instances.is_empty() {
                listed.next = self.before(name);
                break;
            }
            listed.instances.push(Instance {
                name: name.clone(),
                key: known.key,
                here: here(known.key),
                signed: known.signed.clone(),
            });
        }
        listed
    }

    /// The name before this one: behind it the list goes on.
    fn before(&self, name: &str) -> Option<String> {
        use std::ops::Bound::{Excluded, Unbounded};
        let before = self
            .names
            .range::<str, _>((Unbounded, Excluded(name)))
            .next_back();
        before.map(|(name, _)| name.clone())
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(FILE_MODE).open(path)
}

fn line_of(name: &str, key: PublicKey, signed: Option<&Signed>) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        name: &'a str,
        key: PublicKey,
        #[serde(skip_serializing_if = "Option::is_none")]
        signed: Option<&'a Signed>,
    }
    let row = Row { name, key, signed };
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
    use ed25519_dalek::SigningKey;

    use crate::card::{Card, CardRoom};
    use crate::seal::Prover;

    const AT: PublicKey = PublicKey([9; 32]);

    fn own(byte: u8) -> SigningKey {
        SigningKey::from_bytes(&[byte; 32])
    }

    fn key(byte: u8) -> PublicKey {
        own(byte).key()
    }

    fn rooms(byte: u8, name: &str, count: usize) -> Option<Signed> {
        let room = |at| CardRoom {
            id: "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b".parse().unwrap(),
            name: format!("room-{at}"),
            about: "x".repeat(100),
        };
        let card = Card {
            rooms: (0..count).map(room).collect(),
            ..Card::default()
        };
        Some(card.sign(&own(byte), AT, name))
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
        let nameless = registry
            .publish(AT, key(2), rooms(2, "bob", 1))
            .unwrap_err();
        assert_eq!(nameless.code, ErrorCode::Conflict);
        registry.publish(AT, key(1), rooms(1, "alice", 2)).unwrap();
        let forged = registry
            .publish(AT, key(1), rooms(2, "alice", 1))
            .unwrap_err();
        assert_eq!(forged.code, ErrorCode::BadSignature);
        drop(registry);

        let mut registry = Registry::open(dir.path()).unwrap();
        assert_eq!(registry.name_of(key(1)), Some("alice"));
        let listed = registry.list(None, None, |known| known == key(1));
        assert_eq!(listed.instances[0].signed, rooms(1, "alice", 2));
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
            let name = format!("mesh-{number:02}");
            registry
                .publish(AT, key(number), rooms(number, &name, 20))
                .unwrap();
        }
        let (mut after, mut names) = (None, Vec::new());
        loop {
            let part = registry.list(after.as_deref(), None, |_| false);
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

    #[test]
    fn those_that_publish_are_sought_by_words_and_what_is_withdrawn_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let mut registry = Registry::open(dir.path()).unwrap();
        for number in 0..3_u8 {
            let name = format!("mesh-{number}");
            registry.claim(&name, key(number)).unwrap();
            if number > 0 {
                let rooms = rooms(number, &name, number.into());
                registry.publish(AT, key(number), rooms).unwrap();
            }
        }
        let names = |registry: &Registry, words| -> Vec<String> {
            let listed = registry.list(None, Some(words), |_| false);
            assert_eq!(listed.next, None);
            listed.instances.into_iter().map(|it| it.name).collect()
        };
        assert_eq!(names(&registry, ""), ["mesh-1", "mesh-2"]);
        assert_eq!(names(&registry, "ROOM-1 mesh"), ["mesh-2"]);
        registry.publish(AT, key(2), None).unwrap();
        assert_eq!(names(&registry, ""), ["mesh-1"]);
        drop(registry);
        let kept = Registry::open(dir.path()).unwrap();
        assert_eq!(names(&kept, ""), ["mesh-1"]);
    }

    #[test]
    fn what_an_earlier_version_wrote_is_read_without_what_nobody_signed() {
        let dir = tempfile::tempdir().unwrap();
        let line = format!(
            r#"{{"name":"alice","key":"{}","published":{{"rooms":[{{"name":"a"}}]}}}}"#,
            key(1)
        );
        fs::write(dir.path().join(FILE), format!("{line}\n")).unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        assert_eq!(registry.name_of(key(1)), Some("alice"));
        assert_eq!(
            registry.list(None, None, |_| false).instances[0].signed,
            None
        );
    }
}
