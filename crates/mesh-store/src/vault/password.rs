//! Passwords: Argon2id with 19 MiB, two passes, one lane (the first of OWASP's settings).
//!
//! Each call takes tens of milliseconds of a core: the caller limits how many run at once.

use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::secret::random;
use crate::StoreError;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

fn argon2() -> Result<Argon2<'static>, StoreError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Password(error.to_string())
}

/// Hashes a password with a fresh salt. The result names the method and its settings.
pub fn hash(password: &str) -> Result<String, StoreError> {
    let salt = random::<16>()?;
    let hash = argon2()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(failed)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that was hashed.
///
/// Without a hash (there is no such user) it works as long and says no, so that the time it takes
/// does not tell which names exist.
pub fn verify(password: &str, hash: Option<&str>) -> Result<bool, StoreError> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = match NOBODY.get() {
        Some(nobody) => nobody,
        None => {
            let drawn = self::hash(&super::secret::draw("")?)?;
            NOBODY.get_or_init(|| drawn)
        }
    };
    let parsed = PasswordHash::new(hash.unwrap_or(nobody)).map_err(failed)?;
    let matches = argon2()?
        .verify_password(password.as_bytes(), &parsed)
        .is_ok();
    Ok(matches && hash.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches() {
        let stored = hash("correct horse battery").unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(verify("correct horse battery", Some(&stored)).unwrap());
        assert!(!verify("correct horse batterz", Some(&stored)).unwrap());
        assert!(!verify("correct horse battery", None).unwrap());
        assert_ne!(
            hash("correct horse battery").unwrap(),
            stored,
            "the salt is fresh each time"
        );
    }
}
