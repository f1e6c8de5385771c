//! Names people type: handles, room and group names. One rule for all of them.

use crate::limits::NAME_CHARS_MAX;

/// Why a name cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing in it.
    #[error("a name cannot be empty")]
    Empty,
    /// Longer than [`NAME_CHARS_MAX`].
    #[error("a name has at most {NAME_CHARS_MAX} characters")]
    TooLong,
    /// A character outside a–z, 0–9 and '-'.
    #[error("'{0}' is not allowed in a name: use a-z, 0-9 and '-'")]
    Character(char),
    /// Starts or ends with '-'.
    #[error("a name starts and ends with a letter or digit")]
    Edge,
    /// Looks like an id, so that it could be mistaken for one.
    #[error("a name cannot look like an id")]
    LooksLikeId,
}

/// Checks a handle, room name or group name: `[a-z0-9-]`, 1 to 40 characters.
///
/// ASCII only, so that no name can imitate another with look-alike letters.
pub fn check(name: &str) -> Result<(), BadName> {
    if name.is_empty() {
        return Err(BadName::Empty);
    }
    if let Some(bad) = name
        .chars()
        .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-'))
    {
        return Err(BadName::Character(bad));
    }
    if name.len() > NAME_CHARS_MAX {
        return Err(if uuid::Uuid::try_parse(name).is_ok() {
            BadName::LooksLikeId
        } else {
            BadName::TooLong
        });
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(BadName::Edge);
    }
    if uuid::Uuid::try_parse(name).is_ok() {
        return Err(BadName::LooksLikeId);
    }
    Ok(())
}

/// The handles a text mentions as `@handle`, in order, each once.
///
/// An `@` inside a word (an e-mail address) mentions nobody, and `@handle@mesh` nobody of this mesh.
pub fn mentions(text: &str) -> Vec<&str> {
    named(text, None)
}

/// The handles that a text mentions as `@handle@mesh`, in order, each once.
pub fn mentions_abroad<'a>(text: &'a str, mesh: &str) -> Vec<&'a str> {
    named(text, Some(mesh))
}

fn named<'a>(text: &'a str, mesh: Option<&str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let previous = rest[..at].chars().next_back().unwrap_or(before);
        before = '@';
        rest = &rest[at + 1..];
        let handle = first_name(rest);
        let end = handle.len();
        let abroad = rest[end..].strip_prefix('@').map(first_name);
        let abroad = abroad.filter(|abroad| check(abroad).is_ok());
        let meant = !previous.is_alphanumeric() && abroad == mesh;
        if meant && check(handle).is_ok() && !found.contains(&handle) {
            found.push(handle);
        }
    }
    found
}

/// The letters of a name that a text begins with.
fn first_name(text: &str) -> &str {
    let end = text.find(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '-'));
    text[..end.unwrap_or(text.len())].trim_end_matches('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "rex", "dev-team-2", "0"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(""), Err(BadName::Empty));
        assert_eq!(check("Rex"), Err(BadName::Character('R')));
        assert_eq!(check("réx"), Err(BadName::Character('é')));
        assert_eq!(check("-rex"), Err(BadName::Edge));
        assert_eq!(check(&"a".repeat(41)), Err(BadName::TooLong));
        assert_eq!(
            check("0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b"),
            Err(BadName::LooksLikeId)
        );
    }

    #[test]
    fn finds_mentions() {
        assert_eq!(
            mentions("@rex and (@ana), not me@example.com nor @@"),
            ["rex", "ana"]
        );
        assert_eq!(mentions("@rex- @rex @Rex é@rex"), ["rex"]);
        assert!(mentions("@a@b").is_empty());
        assert_eq!(mentions("@a@, @b@B @c-@d"), ["a", "b", "c", "d"]);
        assert_eq!(mentions_abroad("@a@b and @c@d, @e, x@f@b", "b"), ["a"]);
        assert!(mentions("nobody @ all").is_empty());
    }
}
