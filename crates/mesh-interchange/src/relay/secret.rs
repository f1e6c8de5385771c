//! The secret of a self-hosted interchange: kept as an Argon2id hash of 19 MiB and two passes, as the vault keeps passwords.
//!
//! Each call takes tens of milliseconds of a core: the caller limits how many run at once.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

fn argon2() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|why| why.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a secret with a fresh salt. The result names the method and its settings.
pub(crate) fn hash(secret: &str) -> Result<String, String> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|why| why.to_string())?;
    let hash = argon2()?.hash_password_with_salt(secret.as_bytes(), &salt);
    Ok(hash.map_err(|why| why.to_string())?.to_string())
}

/// Whether it is one that [`matches`] can compare with.
pub(crate) fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok()
}

/// Whether `secret` is the one that was hashed.
pub(crate) fn matches(secret: &str, hash: &str) -> bool {
    let (Ok(hash), Ok(argon2)) = (PasswordHash::new(hash), argon2()) else {
        return false;
    };
    argon2.verify_password(secret.as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_matches() {
        let kept = hash("correct horse battery").unwrap();
        assert!(is_hash(&kept) && !kept.contains("horse"));
        assert!(matches("correct horse battery", &kept));
        assert!(!matches("correct horse batterz", &kept));
        assert!(!matches("anything", "no hash"));
    }
}
