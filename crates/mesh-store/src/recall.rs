//! The index of what agents remember. It is in memory alone: words of memories are never written to a disk.

use std::collections::{BTreeSet, HashMap};

use mesh_model::{MemoryId, ParticipantId, Seq};
use rusqlite::Connection;

use crate::StoreError;
use crate::sql::{int, number};
use crate::words::{loosely, terms};

/// Different terms of a query that count. A task's whole text may be one.
const TERMS_MAX: usize = 64;
/// Terms among which those are looked for.
const LOOKED_AT_MAX: usize = 1024;

/// `no` holds the mark of the owner, see [`mark`]; the other two hold terms, so that the tokenizer has only to divide them
/// at spaces.
const TABLES: &str = "
PRAGMA temp_store = MEMORY;
CREATE VIRTUAL TABLE memory_fts USING fts5 (
    no, key, text, content = '', contentless_delete = 1, tokenize = 'ascii');
";

/// The different terms of a text, as an index would hold them.
pub fn terms_of(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    terms(text, |term| {
        all.insert(term.to_owned());
    });
    all
}

/// The different terms that a text looks for, if any of its words will do; so many of them as count.
pub fn sought(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut looked_at = 0;
    loosely(text, |term, _| {
        looked_at += 1;
        if looked_at <= LOOKED_AT_MAX && all.len() < TERMS_MAX {
            all.insert(term.to_owned());
        }
    });
    all
}

/// A memory, opened.
#[derive(Debug, Clone)]
pub struct OpenMemory {
    /// Its id.
    pub id: MemoryId,
    /// Its place in the log.
    pub seq: Seq,
    /// Whose it is.
    pub owner: ParticipantId,
    /// Its name.
    pub key: String,
    /// Its text.
    pub text: String,
}

/// A memory that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryHit {
    /// Its place in the log.
    pub seq: Seq,
    /// How well it fits; more is better, and only of use to compare.
    pub score: f64,
}

/// Finds memories by their words, and by their names. Empty when it is made; filled with what the vault opened.
#[derive(Debug)]
pub struct MemoryIndex {
    db: Connection,
    upto: Seq,
    owners: HashMap<ParticipantId, i64>,
    known: HashMap<MemoryId, (Seq, ParticipantId, String)>,
    names: HashMap<(ParticipantId, String), MemoryId>,
}

impl MemoryIndex {
    /// An empty index.
    pub fn new() -> Result<MemoryIndex, StoreError> {
        let db = Connection::open_in_memory()?;
        db.execute_batch(TABLES)?;
        Ok(MemoryIndex {
            db,
            upto: Seq::ZERO,
            owners: HashMap::new(),
            known: HashMap::new(),
            names: HashMap::new(),
        })
    }

    /// How far in the log it is.
    pub fn upto(&self) -> Seq {
        self.upto
    }

    /// Takes in what came and lets go of what went, up to a place in the log.
    pub fn take_in(
        &mut self,
        came: Vec<OpenMemory>,
        gone: &[MemoryId],
        upto: Seq,
    ) -> Result<(), StoreError> {
        let tx = self.db.unchecked_transaction()?;
        for id in gone {
            let Some((seq, owner, key)) = self.known.remove(id) else {
                continue;
            };
            if self.names.get(&(owner, key.clone())) == Some(id) {
                self.names.remove(&(owner, key));
            }
            tx.prepare_cached("DELETE FROM memory_fts WHERE rowid = ?1")?
                .execute([int(seq.0)])?;
        }
        for memory in came {
            if self.known.contains_key(&memory.id) {
                continue;
            }
            let next = self.owners.len() as i64 + 1;
            let owner = *self.owners.entry(memory.owner).or_insert(next);
            tx.prepare_cached(
                "INSERT INTO memory_fts (rowid, no, key, text) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((
                int(memory.seq.0),
                mark(owner),
                spaced(&memory.key),
                spaced(&memory.text),
            ))?;
            self.names
                .insert((memory.owner, memory.key.clone()), memory.id);
            self.known
                .insert(memory.id, (memory.seq, memory.owner, memory.key));
        }
        tx.commit()?;
        self.upto = self.upto.max(upto);
        Ok(())
    }

    /// The memory of this name.
    pub fn named(&self, owner: ParticipantId, key: &str) -> Option<MemoryId> {
        self.names.get(&(owner, key.to_owned())).copied()
    }

    /// Memories of `owner` that hold any of the words in `text`, the closest first. A word in a name counts double.
    pub fn search(
        &self,
        owner: ParticipantId,
        text: &str,
        limit: usize,
    ) -> Result<Vec<MemoryHit>, StoreError> {
        let (Some(owner), Some(words)) = (self.owners.get(&owner), any_of(text)) else {
            return Ok(Vec::new());
        };
        let query = format!("no : {} AND {{key text}} : ({words})", mark(*owner));
        let mut statement = self.db.prepare_cached(
            "SELECT rowid, bm25(memory_fts, 0.0, 2.0, 1.0) AS rank FROM memory_fts WHERE memory_fts MATCH ?1
             ORDER BY rank, rowid DESC LIMIT ?2",
        )?;
        let rows = statement.query_map((query, int(limit as u64)), |row| {
            Ok(MemoryHit {
                seq: Seq(number(row.get(0)?)),
                score: -row.get::<_, f64>(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The word of an owner. It stands in a column of its own that no query's words are looked for in.
fn mark(owner: i64) -> String {
    format!("o{owner}")
}

/// The terms of a text with spaces between them.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    terms(text, |term| {
        spaced.push_str(term);
        spaced.push(' ');
    });
    spaced
}

/// A query that any of the terms answers, each a quoted string. `None` if there are none.
fn any_of(text: &str) -> Option<String> {
    let (mut quoted, mut looked_at) = (Vec::new(), 0);
    loosely(text, |term, beginning| {
        looked_at += 1;
        if quoted.len() < TERMS_MAX && looked_at <= LOOKED_AT_MAX {
            let sought = format!("\"{term}\"{}", if beginning { " *" } else { "" });
            if !quoted.contains(&sought) {
                quoted.push(sought);
            }
        }
    });
    (!quoted.is_empty()).then(|| quoted.join(" OR "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn owner(number: u128) -> ParticipantId {
        ParticipantId(Uuid::from_u128(number))
    }

    fn memory(seq: u64, of: u128, key: &str, text: &str) -> OpenMemory {
        OpenMemory {
            id: MemoryId(Uuid::from_u128(u128::from(seq))),
            seq: Seq(seq),
            owner: owner(of),
            key: key.to_owned(),
            text: text.to_owned(),
        }
    }

    fn filled() -> MemoryIndex {
        let mut index = MemoryIndex::new().unwrap();
        let came = vec![
            memory(3, 1, "build", "The build needs Node 20."),
            memory(4, 1, "parser", "The parser is slow; the build is not."),
            memory(5, 2, "build", "Another's build."),
        ];
        index.take_in(came, &[], Seq(5)).unwrap();
        index
    }

    fn found(index: &MemoryIndex, of: u128, text: &str) -> Vec<u64> {
        let found = index.search(owner(of), text, 10).unwrap();
        found.into_iter().map(|found| found.seq.0).collect()
    }

    #[test]
    fn each_finds_their_own_and_the_closest_first() {
        let index = filled();
        assert_eq!(found(&index, 1, "node build"), [3, 4]);
        assert_eq!(found(&index, 2, "node build"), [5]);
        assert_eq!(found(&index, 1, "PARSER"), [4]);
        assert_eq!(found(&index, 1, "o1 o2"), [0_u64; 0]);
        assert_eq!(found(&index, 3, "build"), [0_u64; 0]);
        assert_eq!(found(&index, 1, " ;- "), [0_u64; 0]);
    }

    #[test]
    fn what_went_is_found_no_more_and_its_name_is_free() {
        let mut index = filled();
        let old = index.named(owner(1), "build").unwrap();
        let came = vec![memory(7, 1, "build", "The build needs Node 22.")];
        index.take_in(came, &[old], Seq(7)).unwrap();
        assert_eq!(found(&index, 1, "20"), [0_u64; 0]);
        assert_eq!(found(&index, 1, "22"), [7]);
        let new = index.named(owner(1), "build").unwrap();
        assert_ne!(new, old);
        index.take_in(Vec::new(), &[new], Seq(8)).unwrap();
        assert_eq!(index.named(owner(1), "build"), None);
        assert_eq!((index.upto(), found(&index, 1, "needs")), (Seq(8), vec![]));
    }

    proptest! {
        #[test]
        fn no_query_is_wrong(text in "\\PC{0,200}", tail in any::<String>()) {
            let index = filled();
            prop_assert!(index.search(owner(1), &text, 10).is_ok(), "{text:?}");
            prop_assert!(index.search(owner(1), &tail, 10).is_ok(), "{tail:?}");
        }

        #[test]
        fn what_looks_like_a_query_is_words(text in "(build|NEAR|AND|OR|NOT|\"|\\(|\\)|\\*|\\^|:|-|\\{|\\}|no|key|²|ǅ| ){0,30}") {
            let index = filled();
            let found = index.search(owner(2), &text, 10);
            let found = found.unwrap();
            prop_assert_eq!(found.len(), usize::from(splits(&text)));
        }
    }

    /// Whether `build` is a term of it.
    fn splits(text: &str) -> bool {
        let mut found = false;
        loosely(text, |term, _| found |= term == "build");
        found
    }
}
