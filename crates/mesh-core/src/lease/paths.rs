//! Patterns of paths, and whether two of them have a path in common. Patterns are compared with patterns, so that two leases
//! that could meet are never both given.

use mesh_model::limits::LEASE_PATH_BYTES_MAX;
use mesh_model::{Effect, Refusal};

use crate::refuse;

/// Paths from a project's root: names between `/`, `*` and `?` for letters of one name, `**` for any names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`: any names, or none.
    Names,
    Name(Vec<Letter>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    /// `*`: any letters, or none.
    Any,
    /// `?`
    One,
    Is(char),
}

impl Pattern {
    /// Reads a path or pattern. A folder with `/` at its end is all that is in it.
    ///
    /// # Errors
    /// A refusal that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Pattern, Refusal> {
        let (text, folder) = match text.strip_suffix('/') {
            Some(folder) => (folder, true),
            None => (text, false),
        };
        let strange = text
            .chars()
            .any(|letter| letter.is_control() || letter == '\\');
        if text.len() > LEASE_PATH_BYTES_MAX || strange {
            return Err(bad(format!(
                "a path has at most {LEASE_PATH_BYTES_MAX} bytes, no control characters and no backslash"
            )));
        }
        let mut segments = Vec::new();
        for name in text.split('/') {
            match name {
                "" | "." | ".." => {
                    return Err(bad(format!(
                        "'{}' is no path from the project's root",
                        text.escape_debug()
                    )));
                }
                // Several in a row are one.
                "**" if segments.last() == Some(&Segment::Names) => {}
                "**" => segments.push(Segment::Names),
                name => segments.push(Segment::Name(letters(name))),
            }
        }
        if folder {
            segments.push(Segment::Names);
        }
        Ok(Pattern(segments))
    }

    /// Reads a path or pattern of a lease, which others are shown: it is no place for a sentence.
    pub(super) fn of_lease(text: &str) -> Result<Pattern, Refusal> {
        if text.chars().any(char::is_whitespace) {
            return Err(bad("the path of a lease has no blanks".into()));
        }
        Pattern::parse(text)
    }

    /// Whether there is a path that both mean.
    pub fn meets(&self, other: &Pattern) -> bool {
        meet(
            &self.0,
            &other.0,
            |segment| *segment == Segment::Names,
            |one, two| match (one, two) {
                (Segment::Name(one), Segment::Name(two)) => meet(
                    one,
                    two,
                    |letter| *letter == Letter::Any,
                    |one, two| one == two || *one == Letter::One || *two == Letter::One,
                ),
                (Segment::Names, _) | (_, Segment::Names) => true,
            },
        )
    }
}

fn letters(name: &str) -> Vec<Letter> {
    name.chars()
        .map(|letter| match letter {
            '*' => Letter::Any,
            '?' => Letter::One,
            letter => Letter::Is(letter),
        })
        .collect()
}

fn bad(what: String) -> Refusal {
    refuse::invalid(
        what,
        "write it with / between names, such as src/parser/** or docs/*.md, and ? for a blank",
    )
    .so(Effect::NothingChanged)
}

/// Whether two sequences in which some elements stand for any number of others can mean the same. `same` is asked of the
/// others only. The time is that of a table of both lengths, and mostly that of the first difference.
fn meet<T>(one: &[T], two: &[T], any: impl Fn(&T) -> bool, same: impl Fn(&T, &T) -> bool) -> bool {
    let mut from = 0;
    while let (Some(a), Some(b)) = (one.get(from), two.get(from)) {
        if any(a) || any(b) {
            break;
        }
        if !same(a, b) {
            return false;
        }
        from += 1;
    }
    let (one, two) = (&one[from..], &two[from..]);
    // `row[j]`: whether what is left of the first from here on, and of the second from j on, can mean the same.
    let mut row = vec![false; two.len() + 1];
    for i in (0..=one.len()).rev() {
        let mut next = vec![false; two.len() + 1];
        for j in (0..=two.len()).rev() {
            next[j] = match (one.get(i), two.get(j)) {
                (None, None) => true,
                (Some(a), b) if any(a) => row[j] || (b.is_some() && next[j + 1]),
                (a, Some(b)) if any(b) => next[j + 1] || (a.is_some() && row[j]),
                (Some(a), Some(b)) => row[j + 1] && same(a, b),
                (Some(_), None) | (None, Some(_)) => false,
            };
        }
        row = next;
    }
    row[0]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn meets(one: &str, two: &str) -> bool {
        let (one, two) = (Pattern::parse(one).unwrap(), Pattern::parse(two).unwrap());
        assert_eq!(one.meets(&two), two.meets(&one));
        one.meets(&two)
    }

    #[test]
    fn paths_are_met_by_what_means_them() {
        for (one, two) in [
            ("src/main.rs", "src/main.rs"),
            ("src/**", "src/parser/mod.rs"),
            ("src/", "src/parser/mod.rs"),
            ("**/mod.rs", "mod.rs"),
            ("*.toml", "Cargo.toml"),
            ("a?c", "abc"),
            ("my?notes.md", "my notes.md"),
            ("src/*/a.rs", "src/b/*.rs"),
            ("**", ".github/workflows/ci.yml"),
            ("a/**/b/**", "**/c/b"),
        ] {
            assert!(meets(one, two), "{one} {two}");
        }
        for (one, two) in [
            ("src/main.rs", "src/main.r"),
            ("src/*", "src/parser/mod.rs"),
            ("*.toml", "a/Cargo.toml"),
            ("src/**", "docs/a"),
            ("a*b", "a*c"),
            ("**/a", "**/b"),
            ("a?c", "ac"),
        ] {
            assert!(!meets(one, two), "{one} {two}");
        }
    }

    #[test]
    fn what_is_no_path_from_the_root_is_refused() {
        for text in [
            "",
            "/",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "./a",
            "a\\b",
            "a\nb",
        ] {
            assert!(Pattern::parse(text).is_err(), "{text:?}");
        }
        assert!(Pattern::parse(&"a".repeat(129)).is_err());
        assert!(Pattern::of_lease("please read this").is_err());
    }

    /// Every path of up to three names of up to two letters, out of two.
    fn paths() -> Vec<String> {
        let names: Vec<String> = ["a", "b", "aa", "ab", "ba", "bb"].map(String::from).into();
        let mut all = names.clone();
        let mut last = names.clone();
        for _ in 0..2 {
            last = last
                .iter()
                .flat_map(|path| names.iter().map(move |name| format!("{path}/{name}")))
                .collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    /// The same question by a regular expression.
    fn means(pattern: &str, path: &str) -> bool {
        let names: Vec<&str> = pattern.split('/').collect();
        fn go(names: &[&str], path: &[&str]) -> bool {
            match (names.first(), path.first()) {
                (None, None) => true,
                (Some(&"**"), _) => {
                    go(&names[1..], path) || (!path.is_empty() && go(names, &path[1..]))
                }
                (Some(name), Some(first)) => word(name, first) && go(&names[1..], &path[1..]),
                _ => false,
            }
        }
        fn word(name: &str, first: &str) -> bool {
            match (name.chars().next(), first.chars().next()) {
                (None, None) => true,
                (Some('*'), _) => {
                    word(&name[1..], first) || (!first.is_empty() && word(name, &first[1..]))
                }
                (Some(letter), Some(other)) => {
                    (letter == '?' || letter == other) && word(&name[1..], &first[1..])
                }
                _ => false,
            }
        }
        go(&names, &path.split('/').collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn two_patterns_that_mean_one_path_meet(
            one in "(\\*\\*|[ab?*]{1,2})(/(\\*\\*|[ab?]{1,2})){0,2}",
            two in "(\\*\\*|[ab?*]{1,2})(/(\\*\\*|[ab?]{1,2})){0,2}",
        ) {
            let both = paths().iter().any(|path| means(&one, path) && means(&two, path));
            prop_assert!(!both || meets(&one, &two), "{one} {two}");
        }

        /// Against a path that is written out, meeting is meaning it.
        #[test]
        fn a_pattern_meets_the_paths_that_it_means(
            pattern in "(\\*\\*|[ab?*]{1,2})(/(\\*\\*|[ab?*]{1,2})){0,2}",
            path in "[ab]{1,2}(/[ab]{1,2}){0,2}",
        ) {
            prop_assert_eq!(meets(&pattern, &path), means(&pattern, &path));
        }
    }
}
