//! What can go wrong in the store.

use std::path::PathBuf;

/// Why the view or the vault could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("the database reported: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A file or folder could not be used.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no vault where one was expected.
    #[error("there is no vault at {0}")]
    NoVault(PathBuf),
    /// A vault is there where a new one was to be made.
    #[error("there is already a vault at {0}")]
    VaultExists(PathBuf),
    /// The vault's tables are of another version of this program.
    #[error("the vault at {path} has version {found}; this program knows version {known}")]
    VaultVersion {
        /// The vault's file.
        path: PathBuf,
        /// What the file says.
        found: i64,
        /// What this program reads and writes.
        known: i64,
    },
    /// The file with the vault's key is missing or is not what it was.
    #[error(
        "the vault's key {0} is missing or cannot be read; put back the file that belongs to the vault"
    )]
    VaultKey(PathBuf),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {0}")]
    Chance(getrandom::Error),
    /// A password could not be hashed, or a stored hash could not be read.
    #[error("the password could not be hashed: {0}")]
    Password(String),
    /// Something stored does not have the shape it was stored in.
    #[error("the database holds something unreadable: {0}")]
    Unreadable(String),
}

impl StoreError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> StoreError {
        let path = path.into();
        move |source| StoreError::File { path, source }
    }
}
