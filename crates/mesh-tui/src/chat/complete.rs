//! What Tab completes: `@handles`, `#rooms`, `/commands` and `:emoji:`.

use std::collections::BTreeSet;

/// Offers that are shown at once.
const OFFERS_MAX: usize = 8;

/// The commands of this screen, with what they do.
pub const COMMANDS: &[(&str, &str)] = &[
    ("dm", "@NAME words: say something to one alone"),
    ("edit", "change the last message of yours"),
    ("help", "the keys"),
    ("join", "ROOM: enter it"),
    ("leave", "leave this room"),
    ("quit", "end"),
    (
        "react",
        "EMOJI: to the newest message, or the one that is chosen",
    ),
    ("room", "ROOM: open it"),
    ("search", "WORDS: find messages"),
];

/// The commands that the node carries out: the language of `mesh do`.
pub const NODE_COMMANDS: &[&str] = &[
    "status",
    "tasks",
    "pending",
    "approve",
    "reject",
    "escalations",
    "costs",
    "summary",
    "do",
    "auto",
    "pause",
    "resume",
    "drain",
    "set",
    "move",
    "stop",
    "which",
    "how",
];

/// What is offered in place of the word that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins.
    pub start: usize,
    /// What it may become, and how that is shown.
    pub offers: Vec<(String, String)>,
    /// The one that is written.
    pub at: usize,
}

impl Completion {
    /// Offers for the word that ends at the cursor.
    pub fn of<'a>(
        before: &str,
        handles: impl Iterator<Item = &'a str>,
        rooms: impl Iterator<Item = &'a str>,
    ) -> Option<Completion> {
        let start = before.rfind(char::is_whitespace).map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
        let word = &before[start..];
        let sign = word.chars().next()?;
        let begun = word[sign.len_utf8()..].to_lowercase();
        let offers = match sign {
            '@' => named(&begun, "@", handles),
            '#' => named(&begun, "#", rooms),
            '/' if start == 0 => {
                let own = COMMANDS.iter().map(|(name, _)| *name);
                named(&begun, "/", own.chain(NODE_COMMANDS.iter().copied()))
            }
            ':' if !begun.is_empty() => emoji(&begun),
            _ => Vec::new(),
        };
        (!offers.is_empty()).then_some(Completion {
            start,
            offers,
            at: 0,
        })
    }

    /// What is written now.
    pub fn words(&self) -> &str {
        &self.offers[self.at].0
    }

    /// The next one, or the one before.
    pub fn next(&mut self, back: bool) {
        let count = self.offers.len();
        self.at = (self.at + if back { count - 1 } else { 1 }) % count;
    }
}

/// Names that begin so; those that have it somewhere come behind them.
fn named<'a>(
    begun: &str,
    sign: &str,
    names: impl Iterator<Item = &'a str>,
) -> Vec<(String, String)> {
    let names: BTreeSet<&str> = names.filter(|name| name.contains(begun)).collect();
    let (first, rest): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| name.starts_with(begun));
    let both = first.into_iter().chain(rest).take(OFFERS_MAX);
    both.map(|name| (format!("{sign}{name} "), format!("{sign}{name}")))
        .collect()
}

fn emoji(begun: &str) -> Vec<(String, String)> {
    let begun = begun.trim_end_matches(':');
    let mut found: Vec<(&str, &str)> = emojis::iter()
        .flat_map(|one| one.shortcodes().map(move |name| (name, one.as_str())))
        .filter(|(name, _)| name.contains(begun))
        .collect();
    found.sort_by_key(|(name, _)| (!name.starts_with(begun), name.len(), *name));
    let first = found.into_iter().take(OFFERS_MAX);
    first
        .map(|(name, sign)| (format!("{sign} "), format!("{sign} :{name}:")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(before: &str) -> Vec<String> {
        let handles = ["ada", "rex", "rexa", "trex"];
        let rooms = ["general", "workshop"];
        let found = Completion::of(before, handles.into_iter(), rooms.into_iter());
        found.map_or(Vec::new(), |found| {
            found.offers.into_iter().map(|(words, _)| words).collect()
        })
    }

    #[test]
    fn words_that_were_begun_are_completed() {
        assert_eq!(offers("look, @re"), ["@rex ", "@rexa ", "@trex "]);
        assert_eq!(offers("in #w"), ["#workshop "]);
        assert_eq!(offers("/sea"), ["/search "]);
        assert_eq!(offers(":rocke")[0], "🚀 ");
        for nothing in ["", "plain", "a /sea", "@nobody", ":", "mail@re"] {
            assert!(offers(nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn tab_goes_round() {
        let rooms = std::iter::empty();
        let mut found = Completion::of("@a", ["ab", "ac"].into_iter(), rooms).unwrap();
        found.next(false);
        assert_eq!(found.words(), "@ac ");
        found.next(false);
        found.next(true);
        assert_eq!(found.words(), "@ac ");
    }
}
