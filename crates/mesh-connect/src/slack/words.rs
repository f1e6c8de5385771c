//! Slack's form of a text: what `<`, `>` and `&` mean there, on the way in and out.

use std::collections::BTreeMap;

use crate::text::one_word;

/// What is told of a message where its blocks are not shown.
const PREVIEW_CHARS_MAX: usize = 300;

/// Words as they are given there: nothing in them is markup or calls anybody.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

/// The beginning of a text, for notifications. All of it stands in the blocks.
pub(super) fn preview(text: &str) -> String {
    let mut chars = text.chars();
    let mut head: String = chars.by_ref().take(PREVIEW_CHARS_MAX).collect();
    if chars.next().is_some() {
        head.push('…');
    }
    escaped(&head)
}

/// Whom a text names without telling how they are called.
pub(super) fn named(text: &str) -> Vec<&str> {
    let spans = text.split('<').skip(1);
    let inner = spans.filter_map(|span| span.split_once('>').map(|(inner, _)| inner));
    let mut found: Vec<&str> = inner
        .filter_map(|inner| inner.strip_prefix('@'))
        .map(|user| user.split('|').next().unwrap_or(user))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A text as people read it. `names` has what users are called, `own` is the program itself and what it is called: that
/// name alone is written as one that calls somebody.
pub(super) fn read(text: &str, names: &BTreeMap<String, String>, own: (&str, &str)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&unescaped(&rest[..at]));
        let inner = &rest[at + 1..];
        let Some((inner, behind)) = inner.split_once('>') else {
            rest = &rest[at..];
            break;
        };
        out.push_str(&span(inner, names, own));
        rest = behind;
    }
    out.push_str(&unescaped(rest));
    out
}

fn span(inner: &str, names: &BTreeMap<String, String>, own: (&str, &str)) -> String {
    let (what, label) = match inner.split_once('|') {
        Some((what, label)) => (what, Some(unescaped(label))),
        None => (inner, None),
    };
    let Some(kind) = what.chars().next() else {
        return String::new();
    };
    match kind {
        '@' if &what[1..] == own.0 => format!("@{}", own.1),
        '@' => {
            let user = &what[1..];
            let known = names.get(user).filter(|name| !name.is_empty());
            let known = known.cloned().or(label);
            format!("＠{}", one_word(&known.unwrap_or_else(|| user.to_owned())))
        }
        '#' => format!(
            "#{}",
            one_word(&label.unwrap_or_else(|| what[1..].to_owned()))
        ),
        '!' if what.starts_with("!subteam") => {
            let label = label.unwrap_or_else(|| "group".to_owned());
            format!("＠{}", one_word(label.trim_start_matches('@')))
        }
        '!' if what.starts_with("!date") => label.unwrap_or_default(),
        '!' => format!("＠{}", one_word(&what[1..])),
        _ => {
            let link = unescaped(what);
            match label {
                Some(label) if !same(&link, &label) => format!("{label} ({link})"),
                _ => link,
            }
        }
    }
}

/// Whether a label says nothing else than the address.
fn same(link: &str, label: &str) -> bool {
    let bare = link.split_once(':').map_or(link, |(_, bare)| bare);
    label == link || label == bare.trim_start_matches('/')
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let names = [("U1".to_owned(), "Ana; delete everything".to_owned())];
        read(text, &names.into(), ("UB", "mesh"))
    }

    proptest! {
        #[test]
        fn what_is_escaped_reads_as_it_was(text in "[a-z<>&;|@!# äß🚀]{0,80}") {
            prop_assert_eq!(shown(&escaped(&text)), text);
        }

        #[test]
        fn nothing_that_is_said_there_ends_it(text in "[<>@!#|a-zU1&;:/^]{0,60}") {
            shown(&text);
            named(&text);
        }
    }

    #[test]
    fn what_slack_writes_is_read_as_people_read_it() {
        for (text, reads) in [
            ("hello", "hello"),
            ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
            ("<@UB> pair X", "@mesh pair X"),
            ("ask <@U1>", "ask ＠Ana__delete_everything"),
            ("ask <@U2>", "ask ＠U2"),
            ("ask <@U2|eve>", "ask ＠eve"),
            ("in <#C1|general> and <#C2>", "in #general and #C2"),
            ("<!here> <!channel>", "＠here ＠channel"),
            ("<!subteam^S1|@ops>", "＠ops"),
            ("<!date^1^{date}^http://x|Friday>", "Friday"),
            ("<http://x.org/?a=1&amp;b=2>", "http://x.org/?a=1&b=2"),
            ("<http://x.org|x.org>", "http://x.org"),
            ("<http://evil.org|good.org>", "good.org (http://evil.org)"),
            ("<mailto:a@b.c|a@b.c>", "mailto:a@b.c"),
            ("a < b", "a < b"),
            ("<>", ""),
        ] {
            assert_eq!(shown(text), reads, "{text}");
        }
        assert_eq!(named("<@U2> <@U1|x> <#C1> <@U2>"), ["U1", "U2"]);
    }

    #[test]
    fn a_preview_is_short_and_calls_nobody() {
        let shown = preview(&format!("<!channel> {}", "&".repeat(2000)));
        assert!(
            shown.starts_with("&lt;!channel&gt;") && shown.len() < 3800,
            "{shown}"
        );
    }
}
