//! A SHA-256 hash and its lowercase hexadecimal form.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// A SHA-256 hash. Prints as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Digest(pub [u8; 32]);

/// The text is not 64 lowercase hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lowercase hexadecimal digits")]
pub struct DigestError;

impl Digest {
    /// What stands before the first header.
    pub const ZERO: Self = Self([0; 32]);

    /// Hashes `bytes`, for example a header line without its newline.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Hashes a body: the salt, then the content's bytes as they are stored.
    pub fn of_body(salt: &[u8], content: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(salt);
        hasher.update(content);
        Self(hasher.finalize().into())
    }

    /// Reads 64 lowercase hexadecimal digits.
    pub fn from_hex(text: &[u8]) -> Result<Self, DigestError> {
        let mut out = [0; 32];
        read_hex(text, &mut out).ok_or(DigestError)?;
        Ok(Self(out))
    }
}

/// Hashes what comes piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Hashing(Sha256);

impl Hashing {
    /// Takes in the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all pieces as one.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 64];
        write_hex(&self.0, &mut text);
        f.write_str(std::str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Digest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("64 lowercase hexadecimal digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Digest, E> {
                Digest::from_hex(text.as_bytes()).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Writes `bytes` as lowercase hexadecimal digits into `out`, which is exactly twice as long.
pub(crate) fn write_hex(bytes: &[u8], out: &mut [u8]) {
    hex::encode_to_slice(bytes, out).expect("the text is twice as long as the bytes");
}

/// Appends `bytes` as lowercase hexadecimal digits.
pub(crate) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len() * 2, 0);
    write_hex(bytes, &mut out[start..]);
}

/// Reads exactly `out.len()` bytes of lowercase hexadecimal digits.
///
/// Uppercase digits are refused: if they were equal to lowercase ones, a changed byte in a line could go unnoticed.
pub(crate) fn read_hex(text: &[u8], out: &mut [u8]) -> Option<()> {
    let lower = text
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (lower && hex::decode_to_slice(text, out).is_ok()).then_some(())
}
