//! Making, opening and setting aside the vault's file.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, RwLock};

use mesh_model::{CredentialId, VaultId};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::seal::Seal;
use super::secret::{SecretHash, random};
use super::{NodeSeed, Vault, browser, schema};
use crate::{StoreError, sql};

const FILE: &str = "vault.db";
const NEW: &str = "vault.db.new";
/// What the node's key is sealed for.
const NODE_KEY: &str = "node key";

impl Vault {
    /// Whether there is a vault in `dir`.
    pub fn exists(dir: &Path) -> bool {
        dir.join(FILE).exists()
    }

    /// Makes a vault with the id `id` and fresh keys in `dir`, and opens it.
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
        // Without a vault no key seals anything, so one that lies there is of no use.
        let seal = Seal::create(dir)?;
        let seed = seal.seal(NODE_KEY, &random::<32>()?)?;
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
    /// [`StoreError::NoVault`] if there is none; [`StoreError::VaultVersion`] if another program made it;
    /// [`StoreError::VaultKey`] if the file of its key is not beside it.
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
        let seal = match (found, Seal::open(dir)?) {
            (schema::VERSION, Some(seal)) => seal,
            (schema::VERSION, None) => return Err(StoreError::VaultKey(Seal::path(dir))),
            (2..=7, None) => return Err(StoreError::VaultKey(Seal::path(dir))),
            (2..=7, Some(seal)) => {
                bring_up(&writer, found)?;
                seal
            }
            (1, seal) => {
                let seal = seal.map_or_else(|| Seal::create(dir), Ok)?;
                let seal = seal_version_1(&writer, seal)?;
                bring_up(&writer, 2)?;
                seal
            }
            _ => {
                return Err(StoreError::VaultVersion {
                    path,
                    found,
                    known: schema::VERSION,
                });
            }
        };
        let (id, sealed) = writer.query_row("SELECT vault, seed FROM identity", [], |row| {
            Ok((VaultId(sql::uuid(row, 0)?), row.get::<_, Vec<u8>>(1)?))
        })?;
        let seed = seal.unseal(NODE_KEY, &sealed)?;
        let seed = NodeSeed(seed.try_into().map_err(|_| {
            StoreError::Unreadable("the node's key does not have 32 bytes".to_owned())
        })?);
        let credentials = RwLock::new(credentials(&writer)?);
        let browsers = RwLock::new(browser::signed_in(&writer)?);
        Ok(Vault {
            path,
            id,
            seed,
            seal,
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            credentials,
            browsers,
            sign_outs: AtomicU64::new(0),
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
        // What it sealed can be opened with its own key only.
        let (key, key_aside) = (Seal::path(dir), dir.join(format!("vault-{id}.key")));
        match fs::rename(&key, &key_aside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file(&key)(error));
            }
            _ => {}
        }
        sync_dir(dir)?;
        Ok(Some(aside))
    }

    /// Where the vault's file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Seals the node's key of a vault made before there was a seal.
fn seal_version_1(db: &Connection, seal: Seal) -> Result<Seal, StoreError> {
    let seed: Vec<u8> = db.query_row("SELECT seed FROM identity", [], |row| row.get(0))?;
    let step = db.unchecked_transaction()?;
    step.execute_batch(schema::SINCE_1)?;
    step.execute(
        "UPDATE identity SET seed = ?1",
        [seal.seal(NODE_KEY, &seed)?],
    )?;
    step.pragma_update(None, "user_version", 2)?;
    step.commit()?;
    // The key as it was is overwritten in the file, and must not stay in the write-ahead log either.
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(seal)
}

/// Brings a vault that is sealed up to the present version.
fn bring_up(db: &Connection, found: i64) -> Result<(), StoreError> {
    let step = db.unchecked_transaction()?;
    if found < 3 {
        step.execute_batch(schema::SINCE_2)?;
    }
    if found < 4 {
        step.execute_batch(schema::SINCE_3)?;
    }
    if found < 5 {
        step.execute_batch(schema::SINCE_4)?;
    }
    if found < 6 {
        step.execute_batch(schema::SINCE_5)?;
    }
    if found < 7 {
        step.execute_batch(schema::SINCE_6)?;
    }
    step.execute_batch(schema::SINCE_7)?;
    step.pragma_update(None, "user_version", schema::VERSION)?;
    Ok(step.commit()?)
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

pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
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
pub(super) fn private_file(path: &Path) -> Result<(), StoreError> {
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
