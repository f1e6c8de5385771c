//! A service's token. It is shown to the service and to nobody else: not on the command line, in no log and in no error.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is put where it would have stood.
const HIDDEN: &str = "(token)";
/// Longer than any service's.
const BYTES_MAX: usize = 4096;

/// A token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why a text is no token. It never tells the text.
#[derive(Debug, thiserror::Error)]
pub enum BadSecret {
    /// The file cannot be read.
    #[error("the token's file {} cannot be read: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// There is nothing in it.
    #[error("the token is empty")]
    Empty,
    /// It has blanks or signs in it that no token has.
    #[error(
        "what was given as the token is none: a token is one word of letters, digits and signs"
    )]
    Form,
}

impl Secret {
    /// A token as it was given, without the line's end.
    pub fn new(text: &str) -> Result<Secret, BadSecret> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadSecret::Empty);
        }
        // It stands in an address and in a header: nothing may be in it that means something there.
        let plain = |c: char| {
            c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-' | '.' | '~' | '=' | '+')
        };
        if text.len() > BYTES_MAX || !text.chars().all(plain) {
            return Err(BadSecret::Form);
        }
        Ok(Secret(text.to_owned()))
    }

    /// A password, which people choose: one line of whatever letters.
    ///
    /// # Errors
    /// Where it is empty, longer than any, or has something in it that is no letter.
    pub fn password(text: &str) -> Result<Secret, BadSecret> {
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(BadSecret::Empty);
        }
        if text.len() > BYTES_MAX || text.chars().any(char::is_control) {
            return Err(BadSecret::Form);
        }
        Ok(Secret(text.to_owned()))
    }

    /// The token that a file holds.
    pub fn read(path: &Path) -> Result<Secret, BadSecret> {
        let text = std::fs::read_to_string(path).map_err(|why| BadSecret::File {
            path: path.to_owned(),
            why,
        })?;
        Secret::new(&text)
    }

    /// The password that a file holds.
    ///
    /// # Errors
    /// Where it cannot be read, or holds none.
    pub fn read_password(path: &Path) -> Result<Secret, BadSecret> {
        let text = std::fs::read_to_string(path).map_err(|why| BadSecret::File {
            path: path.to_owned(),
            why,
        })?;
        Secret::password(&text)
    }

    /// For the service alone.
    pub(crate) fn shown(&self) -> &str {
        &self.0
    }

    /// The text without the token, wherever it stands in it.
    pub(crate) fn hide(&self, text: &str) -> String {
        let text = text.replace(&self.0, HIDDEN);
        // What a library writes of an address may be escaped.
        text.replace(&self.0.replace(':', "%3A"), HIDDEN)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_and_is_not_shown() {
        let token = Secret::new(" 123:AA-b_C\n").unwrap();
        assert_eq!(format!("{token:?}"), "(token)");
        assert_eq!(
            token.hide("GET http://x/bot123:AA-b_C/getMe and bot123%3AAA-b_C"),
            "GET http://x/bot(token)/getMe and bot(token)"
        );
        for bad in ["", " \n", "a b", "a/b", "a\nb", "ä"] {
            let why = Secret::new(bad).unwrap_err().to_string();
            assert!(bad.trim().is_empty() || !why.contains(bad), "{why}");
        }
    }
}
