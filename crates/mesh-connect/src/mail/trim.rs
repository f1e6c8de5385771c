//! What somebody wrote in a mail, without what the program that it was written with puts around it: the mail that it answers,
//! and a signature.
//!
//! It is a guess by nature. It cuts at the end of a mail alone, so that an answer between two quotes stays whole, and what it
//! leaves too much is shown. Nothing is decided by what was cut: a question is answered by a word that stands alone.

/// How lines begin by which telephones sign.
const SIGNED: [&str; 6] = [
    "sent from my ",
    "sent from outlook",
    "sent from mail for ",
    "get outlook for ",
    "von meinem ",
    "envoyé de mon ",
];
/// Pairs of lines with which programs begin the mail that is answered, where they mark it by nothing else.
const HEADS: [(&str, &str); 8] = [
    ("from:", "sent:"),
    ("from:", "date:"),
    ("von:", "gesendet:"),
    ("von:", "datum:"),
    ("de :", "envoyé :"),
    ("de:", "enviado:"),
    ("da:", "inviato:"),
    ("van:", "verzonden:"),
];
/// Lines further down that still belong to such a pair.
const HEAD_LINES: usize = 3;
/// A line before a quote that says whose it is may have been broken into so many.
const INTRO_LINES: usize = 3;

/// The words alone. Empty if there are none.
pub(super) fn trimmed(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut kept = &lines[..end(&lines)];
    loop {
        kept = without_blanks(kept);
        let before = kept.len();
        kept = without_quote(kept);
        if let Some((last, rest)) = kept.split_last()
            && is_signed(last)
        {
            kept = rest;
        }
        if kept.len() == before {
            break;
        }
    }
    let first = kept.iter().position(|line| !line.is_empty());
    kept[first.unwrap_or_default()..].join("\n")
}

/// Where something begins that goes to the end of the mail.
fn end(lines: &[&str]) -> usize {
    let begins = |at: usize| {
        let line = lines[at].trim_start();
        // The signature's sign is `-- `; the blank is lost on many ways.
        line == "--" || is_marked(line) || is_head(lines, at)
    };
    (0..lines.len())
        .find(|at| begins(*at))
        .unwrap_or(lines.len())
}

/// `-----Original Message-----`, in whatever language.
fn is_marked(line: &str) -> bool {
    let words = line.trim_matches('-');
    let signs = line.len() - words.len();
    signs >= 10
        && line.starts_with("----")
        && line.ends_with("----")
        && words.chars().any(char::is_alphabetic)
        && words.chars().count() <= 60
}

fn is_head(lines: &[&str], at: usize) -> bool {
    let bare = |line: &str| {
        let line = line.trim_start().trim_start_matches('*').to_lowercase();
        line.replace("*", "")
    };
    let first = bare(lines[at]);
    let next = &lines[at + 1..lines.len().min(at + 1 + HEAD_LINES)];
    HEADS.iter().any(|(from, sent)| {
        first.starts_with(from) && next.iter().any(|line| bare(line).starts_with(sent))
    })
}

fn without_blanks<'a, 'b>(lines: &'a [&'b str]) -> &'a [&'b str] {
    let last = lines.iter().rposition(|line| {
        let rule = line.len() >= 10 && line.chars().all(|c| matches!(c, '_' | '─'));
        !line.is_empty() && !rule
    });
    &lines[..last.map_or(0, |last| last + 1)]
}

/// Without the quote at the end, and the line before it that says whose it is.
fn without_quote<'a, 'b>(lines: &'a [&'b str]) -> &'a [&'b str] {
    let own = lines
        .iter()
        .rposition(|line| !line.is_empty() && !line.trim_start().starts_with('>'));
    let quoted = lines.len() - own.map_or(0, |own| own + 1);
    if quoted == 0 {
        return lines;
    }
    let Some(own) = own else {
        return &lines[..0];
    };
    let rest = &lines[..=own];
    if !rest[own].ends_with(':') {
        return rest;
    }
    // It ends in a colon. Where it is broken, it begins with the line that has a date in it.
    let blank = rest.iter().rposition(|line| line.is_empty());
    let first = blank
        .map_or(0, |blank| blank + 1)
        .max((own + 1).saturating_sub(INTRO_LINES));
    let dated = |line: &&str| line.chars().any(|c| c.is_ascii_digit());
    let begin = rest[first..].iter().position(dated).map(|at| first + at);
    // Without a date it may be somebody's own words.
    begin.map_or(rest, |begin| &rest[..begin])
}

fn is_signed(line: &str) -> bool {
    let line = line.trim_start().to_lowercase();
    line.chars().count() <= 80 && SIGNED.iter().any(|begin| line.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_stands_alone() {
        for text in [
            "approve",
            "approve\r\n\r\nOn Mon, 1 Dec 2026 at 10:00, Mesh <bot@x.org> wrote:\r\n> May I?\r\n>\r\n> rm -rf build\r\n",
            "approve\n\nOn Mon, 1 Dec 2026 at 10:00, The Mesh of all meshes\n<bot-with-a-long-name@example.org> wrote:\n\n> May I?\n",
            "approve\n\nAm 01.12.26 um 10:00 schrieb Mesh:\n> May I?\n> -- \n> Mesh",
            "approve\n\nSent from my iPhone\n\n> On 1 Dec 2026, at 10:00, Mesh <bot@x.org> wrote:\n> \n> May I?",
            "approve\n-- \nAna\n+49 30 123\n",
            "\n\napprove\n\n-----Ursprüngliche Nachricht-----\nVon: Mesh\nGesendet: Montag\n\nMay I?",
            "approve\n\n________________________________\nFrom: Mesh <bot@x.org>\nSent: Monday\nTo: Ana\nSubject: x\n\nMay I?",
            "approve\n\n*From:* Mesh\n*Sent:* Monday\n\nMay I?",
        ] {
            assert_eq!(trimmed(text), "approve", "{text}");
        }
    }

    #[test]
    fn what_somebody_wrote_stays() {
        for text in [
            "approve\n\nbut not on a Friday",
            "> May I?\n\nYes.\n\n> And this?\n\nNo.",
            "a list:\n- one\n- two",
            "From: Berlin\nto Rome",
            "a -- b\n--- x",
        ] {
            assert_eq!(trimmed(text), text);
        }
        assert_eq!(trimmed("> only\n> a quote"), "");
        assert_eq!(trimmed(""), "");
    }

    proptest! {
        #[test]
        fn only_something_at_the_ends_is_cut(text in "((>|--|From:|Sent:|On 1 x:|approve|\\PC{0,6})\n?){0,30}") {
            let left = trimmed(&text);
            let whole: Vec<&str> = text.lines().map(str::trim_end).collect();
            let kept: Vec<&str> = left.lines().collect();
            prop_assert!(left.is_empty() || whole.windows(kept.len()).any(|lines| lines == kept));
            prop_assert_eq!(trimmed(&left), left);
        }
    }
}
