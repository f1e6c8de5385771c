//! Connections that only read. A call takes one, and gives it back when it is done.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction};

use super::{Numbers, View, Visible, numbers, schema};
use crate::StoreError;
use crate::sql::int;

/// Connections kept for the next call. More are opened when more calls come at once.
const KEPT_MAX: usize = 8;
/// Statements that a connection keeps prepared: about as many as this crate has.
const STATEMENTS_MAX: usize = 128;

#[derive(Debug)]
pub(super) struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
}

#[derive(Debug)]
pub(super) struct Reader {
    db: Connection,
    /// What the table `allowed` holds.
    allowed: Vec<Visible>,
}

impl Pool {
    pub(super) fn new(path: PathBuf) -> Pool {
        Pool {
            path,
            idle: Mutex::new(Vec::new()),
        }
    }

    fn take(&self) -> Result<Reader, StoreError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(reader) => Ok(reader),
            None => Reader::open(&self.path),
        }
    }

    fn give_back(&self, reader: Reader) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT_MAX {
            idle.push(reader);
        }
    }
}

impl Reader {
    fn open(path: &std::path::Path) -> Result<Reader, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456;")?;
        db.execute_batch(schema::ALLOWED)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        Ok(Reader {
            db,
            allowed: Vec::new(),
        })
    }

    /// Puts the rooms into `temp.allowed`, for statements that span rooms.
    fn allow(&mut self, numbers: &Numbers, rooms: &[Visible]) -> Result<(), StoreError> {
        // A room that is in no row yet has no number; it is looked up again as long as that lasts.
        let all_numbered = rooms.iter().all(|(room, _)| numbers.room(*room).is_some());
        if all_numbered && self.allowed == rooms {
            return Ok(());
        }
        self.allowed.clear();
        let tx = self.db.transaction()?;
        {
            tx.execute("DELETE FROM temp.allowed", [])?;
            let mut insert =
                tx.prepare_cached("INSERT OR REPLACE INTO temp.allowed VALUES (?1, ?2)")?;
            for (room, first) in rooms {
                if let Some(room) = numbers.room(*room) {
                    insert.execute((room, int(first.0)))?;
                }
            }
        }
        tx.commit()?;
        if all_numbered {
            self.allowed = rooms.to_vec();
        }
        Ok(())
    }
}

impl View {
    /// Runs one read against one snapshot.
    pub(super) fn read<T>(
        &self,
        ask: impl FnOnce(&Transaction<'_>, &Numbers) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read_in(&[], ask)
    }

    /// Runs one read against one snapshot, with `rooms` in the table `temp.allowed`.
    pub(super) fn read_in<T>(
        &self,
        rooms: &[Visible],
        ask: impl FnOnce(&Transaction<'_>, &Numbers) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut reader = self.pool.take()?;
        if !rooms.is_empty() {
            reader.allow(&numbers::read(&self.numbers), rooms)?;
        }
        // The snapshot begins at the first statement. Numbers read later than that may know more
        // than the snapshot, never less: the projector publishes them before it commits.
        let tx = reader.db.transaction()?;
        tx.query_row("SELECT 1 FROM meta LIMIT 1", [], |_| Ok(()))?;
        let answer = ask(&tx, &numbers::read(&self.numbers));
        drop(tx);
        self.pool.give_back(reader);
        answer
    }
}
