//! Making, opening and setting aside the vault's file.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, RwLock};

use mesh_model::{CredentialId, VaultId};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::secret::{SecretHash, random};
use super::{NodeSeed, Vault, schema};
use crate::{StoreError, sql};

const FILE: &str = "vault.db";
const NEW: &str = "vault.db.new";

impl Vault {
    /// Whether there is a vault in `dir`.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE).exists()
    }

    /// Makes a vault with the id `id` and a fresh node key in `dir`, and opens it.
    ///
    /// # Errors
    /// If there is one already.
    pub fn create(dir: &Path, id: VaultId) -> Result<Vault, StoreError> {
        private_dir(dir)?;
        let path = dir.join(FILE);
        if path.exists() {
            return Err(StoreError::VaultExists(path));
        }
        // It appears under its name when it is complete: a crash leaves no vault rather than half of one.
        let new = dir.join(NEW);
        match fs::remove_file(&new) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file(&new)(error));
            }
            _ => {}
        }
        private_file(&new)?;
        let db = Connection::open(&new)?;
        db.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN")?;
        db.execute_batch(schema::TABLES)?;
        let seed = random::<32>()?;
        db.execute(
            "INSERT INTO identity VALUES (1, ?1, ?2)",
            (id.0.as_bytes(), seed),
        )?;
        db.pragma_update(None, "user_version", schema::VERSION)?;
        db.execute_batch("COMMIT")?;
        db.close().map_err(|(_, error)| error)?;
        fs::rename(&new, &path).map_err(StoreError::file(&path))?;
        sync_dir(dir)?;
        Vault::open(dir)
    }

    /// Opens the vault in `dir`.
    ///
    /// # Errors
    /// [`StoreError::NoVault`] if there is none; [`StoreError::VaultVersion`] if another program made it.
    pub fn open(dir: &Path) -> Result<Vault, StoreError> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Err(StoreError::NoVault(path));
        }
        private_dir(dir)?;
        private_file(&path)?;
        let writer = connect(&path)?;
        let reader = connect(&path)?;
        let found: i64 = writer.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found != schema::VERSION {
            return Err(StoreError::VaultVersion {
                path,
                found,
                known: schema::VERSION,
            });
        }
        let (id, seed) = writer.query_row("SELECT vault, seed FROM identity", [], |row| {
            Ok((VaultId(sql::uuid(row, 0)?), NodeSeed(row.get(1)?)))
        })?;
        let credentials = RwLock::new(credentials(&writer)?);
        Ok(Vault {
            path,
            id,
            seed,
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            credentials,
        })
    }

    /// Moves the vault in `dir` out of the way, so that another can be made: under a new name that holds its id.
    /// Gives the new name, or `None` if there was no vault. Nobody may have it open.
    pub fn set_aside(dir: &Path) -> Result<Option<PathBuf>, StoreError> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        // Whatever is in the write-ahead log has to be in the file before it moves.
        let id = match Vault::open(dir) {
            Ok(vault) => {
                vault
                    .write()
                    .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
                vault.id
            }
            Err(_) => VaultId(Uuid::from_bytes(random::<16>()?)),
        };
        let aside = dir.join(format!("vault-{id}.db"));
        fs::rename(&path, &aside).map_err(StoreError::file(&path))?;
        for suffix in ["-wal", "-shm"] {
            let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
            match fs::rename(with(&path), with(&aside)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::file(with(&path))(error));
                }
                _ => {}
            }
        }
        sync_dir(dir)?;
        Ok(Some(aside))
    }

    /// Where the vault's file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    // In WAL mode FULL syncs each commit. Removed secrets are overwritten.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
    )?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

fn credentials(db: &Connection) -> Result<HashMap<SecretHash, CredentialId>, StoreError> {
    let mut statement = db.prepare("SELECT hash, id FROM credentials")?;
    let rows = statement.query_map([], |row| {
        Ok((SecretHash(row.get(0)?), CredentialId(sql::uuid(row, 1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(StoreError::file(dir))
}

/// Makes the folder if it is missing; only its owner may look into it.
fn private_dir(dir: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(dir).map_err(StoreError::file(dir))?;
    only_owner(dir, 0o700)
}

/// Makes the file if it is missing; only its owner may read it. SQLite gives its helper files the same mode.
fn private_file(path: &Path) -> Result<(), StoreError> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::file(path))?;
    only_owner(path, 0o600)
}

#[cfg(unix)]
fn only_owner(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(StoreError::file(path))
}

#[cfg(not(unix))]
fn only_owner(_: &Path, _: u32) -> Result<(), StoreError> {
    Ok(())
}
