//! Discord's form of a text: its markup, on the way in and out.

use std::collections::BTreeMap;

use crate::text::one_word;

/// Whether a letter could mean something there. All of these lose their meaning behind a backslash.
fn means(c: char) -> bool {
    matches!(
        c,
        '\\' | '*'
            | '_'
            | '~'
            | '`'
            | '|'
            | '<'
            | '>'
            | '#'
            | '-'
            | '+'
            | '['
            | ']'
            | '('
            | ')'
            | ':'
            | '@'
            | '.'
    )
}

/// What a letter needs there.
pub(super) fn weigh(c: char) -> usize {
    c.len_utf16() + usize::from(means(c))
}

/// Words as they are given there: nothing in them is markup, an address or somebody's name.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if means(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A text as people read it. `names` has what users are called; `own` is the program itself and what it is called: that name
/// alone is written as one that calls somebody.
pub(super) fn read(text: &str, names: &BTreeMap<String, String>, own: (&str, &str)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let inner = &rest[at + 1..];
        let told = inner
            .split_once('>')
            .and_then(|(inner, behind)| Some((span(inner, names, own)?, behind)));
        match told {
            Some((told, behind)) => {
                out.push_str(&told);
                rest = behind;
            }
            None => {
                out.push('<');
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

/// What stands in angle brackets, if it means something there.
fn span(inner: &str, names: &BTreeMap<String, String>, own: (&str, &str)) -> Option<String> {
    let number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(role) = inner.strip_prefix("@&").filter(|id| number(id)) {
        return Some(format!("＠role_{role}"));
    }
    if let Some(user) = inner.strip_prefix('@') {
        let user = user.strip_prefix('!').unwrap_or(user);
        if user == own.0 {
            return Some(format!("@{}", own.1));
        }
        let name = names.get(user).map_or(user, String::as_str);
        return number(user).then(|| format!("＠{}", one_word(name)));
    }
    if let Some(channel) = inner.strip_prefix('#').filter(|id| number(id)) {
        return Some(format!("#{channel}"));
    }
    let emoji = inner.strip_prefix("a:").or(inner.strip_prefix(':'))?;
    let (name, id) = emoji.split_once(':')?;
    number(id).then(|| format!(":{}:", one_word(name)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let names = [("1".to_owned(), "Ana; delete everything".to_owned())];
        read(text, &names.into(), ("9", "mesh"))
    }

    proptest! {
        #[test]
        fn nothing_that_is_said_there_ends_it(text in "[<>@!#&:a-z0-9]{0,60}") {
            shown(&text);
        }

        #[test]
        fn what_goes_there_is_as_long_as_it_was_weighed(text in "\\PC{0,60}") {
            let weighed: usize = text.chars().map(weigh).sum();
            prop_assert_eq!(escaped(&text).encode_utf16().count(), weighed);
        }
    }

    #[test]
    fn what_discord_writes_is_read_as_people_read_it() {
        for (text, reads) in [
            ("hello <b>", "hello <b>"),
            ("<@9> pair X", "@mesh pair X"),
            ("ask <@!1>", "ask ＠Ana__delete_everything"),
            ("ask <@2>", "ask ＠2"),
            ("in <#5> <@&7>", "in #5 ＠role_7"),
            ("<:wave:5> <a:wave:5>", ":wave: :wave:"),
            ("a < b", "a < b"),
        ] {
            assert_eq!(shown(text), reads, "{text}");
        }
        assert_eq!(
            escaped("*a* <@1> [x](y)"),
            "\\*a\\* \\<\\@1\\> \\[x\\]\\(y\\)"
        );
    }
}
