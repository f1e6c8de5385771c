//! Opening the view. Whatever is wrong with the file, the answer is a new one.

use std::path::Path;
use std::sync::{Arc, RwLock};

use mesh_model::{MeshId, Seq};
use rusqlite::{Connection, OptionalExtension};

use super::{Numbers, Pool, Projector, View, schema};
use crate::StoreError;
use crate::sql::number;

const FILE: &str = "view.db";
/// In place of a boot id: everything was synced and nothing was written since.
const CLEAN: &str = "clean";
/// Where the system does not tell its boots apart, only a clean view is trusted.
const SOME_BOOT: &str = "some boot";

impl View {
    /// Opens the view in `dir`, or makes an empty one if there is none, it is of another version of this
    /// program, belongs to another mesh or cannot be read. [`Projector::upto`] says where to go on.
    ///
    /// `mesh` names the log: its id, or anything else that tells one log from another.
    pub fn open(dir: &Path, mesh: &str) -> Result<(Projector, View), StoreError> {
        std::fs::create_dir_all(dir).map_err(StoreError::file(dir))?;
        let path = dir.join(FILE);
        let db = match open_known(&path, mesh) {
            Ok(Some(db)) => db,
            Ok(None) | Err(_) => {
                delete(&path)?;
                create(&path, mesh)?
            }
        };
        // What was erased before a stop may be in the journal still.
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        mark(&db, boot().as_deref().unwrap_or(SOME_BOOT))?;
        let numbers = Arc::new(RwLock::new(Numbers::load(&db)?));
        let view = View {
            pool: Arc::new(Pool::new(path)),
            numbers: numbers.clone(),
        };
        Ok((Projector::new(db, numbers)?, view))
    }

    /// The same, named by the mesh's id.
    pub fn open_for(dir: &Path, mesh: MeshId) -> Result<(Projector, View), StoreError> {
        View::open(dir, &mesh.to_string())
    }

    /// Deletes the view in `dir`. No process may have it open.
    pub fn delete(dir: &Path) -> Result<(), StoreError> {
        delete(&dir.join(FILE))
    }

    /// How far in the log the view is.
    pub fn upto(&self) -> Result<Seq, StoreError> {
        self.read(|db, _| upto(db))
    }
}

pub(super) fn upto(db: &Connection) -> Result<Seq, StoreError> {
    let upto = db
        .prepare_cached("SELECT value FROM meta WHERE name = 'upto'")?
        .query_row([], |row| row.get(0))?;
    Ok(Seq(number(upto)))
}

fn delete(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file(path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Opens the file if it is a view of this version and mesh that can be trusted.
fn open_known(path: &Path, mesh: &str) -> Result<Option<Connection>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let db = connect(path)?;
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != schema::VERSION || meta(&db, "mesh")?.as_deref() != Some(mesh) {
        return Ok(None);
    }
    let written = meta(&db, "written")?;
    if written.is_none() || (written.as_deref() != Some(CLEAN) && written != boot()) {
        return Ok(None);
    }
    Ok(Some(db))
}

fn meta(db: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(db
        .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()?)
}

/// Marks the file as being written in this boot of the machine. The view is written without syncs, so after a
/// power cut it may lack pages in ways no check finds. The system keeps what a killed process wrote, but not
/// what it had not yet sent to the disk: a view that was not closed is trusted within the same boot only.
fn mark(db: &Connection, written: &str) -> Result<(), StoreError> {
    db.execute(
        "INSERT OR REPLACE INTO meta VALUES ('written', ?1)",
        [written],
    )?;
    Ok(())
}

fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// Sends everything to the disk, then says so in the file.
pub(super) fn close(db: &Connection) -> Result<(), StoreError> {
    let Some(path) = db.path().map(Path::new).map(Path::to_owned) else {
        return Ok(());
    };
    let sync = || {
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        std::fs::File::open(&path)
            .and_then(|file| file.sync_all())
            .map_err(StoreError::file(&path))
    };
    sync()?;
    mark(db, CLEAN)?;
    sync()
}

fn create(path: &Path, mesh: &str) -> Result<Connection, StoreError> {
    let db = connect(path)?;
    db.execute_batch("BEGIN")?;
    for noun in schema::NOUNS {
        db.execute_batch(noun)?;
    }
    db.execute_batch(schema::TABLES)?;
    db.execute(
        "INSERT INTO meta VALUES ('mesh', ?1), ('upto', 0), ('written', '')",
        [mesh],
    )?;
    db.pragma_update(None, "user_version", schema::VERSION)?;
    db.execute_batch("COMMIT")?;
    Ok(db)
}

/// Connects for writing. No syncs: what is lost in a power cut comes back from the log. Erased text
/// is overwritten in the file, not just unlinked.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;
         PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;",
    )?;
    db.set_prepared_statement_cache_capacity(128);
    Ok(db)
}
