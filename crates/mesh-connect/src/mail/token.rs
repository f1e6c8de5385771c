//! The reply token: what a mail of the connector's own carries, and what an answer to it brings back.
//!
//! Whoever wrote a mail can name any sender. So an answer counts by what only those know who had the mail that it answers: the
//! id of that mail, in which there is a code that nobody guesses. It is made by a key that lies here and nowhere else, so that
//! the same thing said again has the same id and nothing has to be remembered of what was said.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// How an id or a tag of the connector's own begins.
const MARK: &str = "mesh-";
/// What it is about, in bytes, and the code: 96 bits.
const ABOUT_BYTES: usize = 8;
const CODE_BYTES: usize = 12;

/// What an answer to it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Something of the mesh: the answer is one to that.
    Told,
    /// The connector itself: the answer is a line of its own.
    Own,
}

impl About {
    fn letter(self) -> char {
        match self {
            About::Told => 't',
            About::Own => 'o',
        }
    }
}

/// What makes and knows tokens.
#[derive(Debug, Clone)]
pub(super) struct Seal(Hmac<Sha256>);

impl Seal {
    /// By the key that is kept here. Without one nothing is ever known.
    pub fn new(seed: &str) -> Option<Seal> {
        if seed.is_empty() {
            return None;
        }
        Hmac::new_from_slice(seed.as_bytes()).ok().map(Seal)
    }

    /// The token of what has this key.
    pub fn token(&self, about: About, key: &str) -> String {
        let digest = Sha256::digest(key.as_bytes());
        let named = format!("{}{}", about.letter(), hex::encode(&digest[..ABOUT_BYTES]));
        let code = self.code(&named).finalize().into_bytes();
        format!("{MARK}{named}{}", hex::encode(&code[..CODE_BYTES]))
    }

    fn code(&self, named: &str) -> Hmac<Sha256> {
        let mut code = self.0.clone();
        code.update(named.as_bytes());
        code
    }

    /// The token that a text is, and what it is about. Servers may change the case of an address.
    pub fn known(&self, text: &str) -> Option<(About, String)> {
        let token = text.to_ascii_lowercase();
        let rest = token.strip_prefix(MARK)?;
        let about = match rest.as_bytes().first()? {
            b't' => About::Told,
            b'o' => About::Own,
            _ => return None,
        };
        let (named, code) = rest.split_at_checked(1 + 2 * ABOUT_BYTES)?;
        let given = hex::decode(code)
            .ok()
            .filter(|code| code.len() == CODE_BYTES)?;
        // In the same time whatever is wrong with it.
        let fits = self.code(named).verify_truncated_left(&given).is_ok();
        fits.then_some((about, token))
    }

    /// The same of a mail's id.
    pub fn known_id(&self, id: &str) -> Option<(About, String)> {
        self.known(id.split('@').next().unwrap_or_default())
    }

    /// The same of the address that a mail was sent to: `name+token@example.org`.
    pub fn known_tag(&self, address: &str) -> Option<(About, String)> {
        let local = address.split('@').next().unwrap_or_default();
        self.known(local.split_once('+')?.1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_is_known_where_it_was_made_and_nowhere_else() {
        let seal = Seal::new("secret").unwrap();
        let other = Seal::new("another").unwrap();
        let token = seal.token(About::Told, "ask-7");
        assert_eq!(seal.token(About::Told, "ask-7"), token);
        assert_ne!(seal.token(About::Told, "ask-8"), token);
        let known = Some((About::Told, token.clone()));
        assert_eq!(seal.known_id(&format!("{token}@example.org")), known);
        let tagged = format!("Bot+{}@Example.org", token.to_uppercase());
        assert_eq!(seal.known_tag(&tagged), known);
        assert_eq!(other.known(&token), None);
        // What is about one thing is not about another.
        let own = token.replacen("mesh-t", "mesh-o", 1);
        assert_eq!(seal.known(&own), None);
        assert!(Seal::new("").is_none());
        // A name before the `@` has at most 64 letters, the tag and a plus among them.
        assert!(token.len() <= 48, "{token}");
    }

    proptest! {
        #[test]
        fn nothing_else_is_a_token(text in "\\PC{0,80}", at in 6_usize..46, digit in 0_u32..16) {
            let seal = Seal::new("secret").unwrap();
            prop_assert!(seal.known(&text).is_none());
            let marked = format!("mesh-t{text}");
            prop_assert!(seal.known(&marked).is_none());
            let token = seal.token(About::Own, "x");
            let mut changed: Vec<char> = token.chars().collect();
            changed[at] = char::from_digit(digit, 16).unwrap();
            let changed: String = changed.into_iter().collect();
            prop_assert_eq!(seal.known(&changed).is_some(), changed == token);
        }
    }
}
