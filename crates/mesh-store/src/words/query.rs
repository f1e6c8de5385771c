//! What is looked up in an index for a query.

use super::runs::{Run, runs};
use super::terms::{cut, inner, pair};

/// Pairs of letters that are looked up for a long run of a script without spaces. The text itself decides after that.
const PAIRS_MAX: usize = 24;

/// A term that is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sought {
    pub term: String,
    /// Terms that begin so will do as well.
    pub beginning: bool,
}

/// A query, taken apart. All of its words must occur.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(super) words: Vec<Word>,
}

/// A word of a query.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub folded: String,
    pub parts: Vec<String>,
    pub spaceless: bool,
    /// It may be the beginning of a longer word.
    pub beginning: bool,
    /// Of any of these all must be in the index; the text itself decides after that.
    lookups: Vec<Vec<Sought>>,
}

impl Query {
    /// The words of a query, at most `max`; the last one may be a beginning.
    pub fn new(text: &str, max: usize) -> Query {
        let mut words = Vec::new();
        runs(text, |run| {
            if words.len() < max {
                words.push(Word {
                    folded: run.folded.to_owned(),
                    parts: (0..run.parts.len())
                        .map(|i| run.part(i).to_owned())
                        .collect(),
                    spaceless: run.spaceless,
                    beginning: false,
                    lookups: lookups(&run),
                });
            }
        });
        if let Some(last) = words.last_mut() {
            last.beginning = true;
            for all in &mut last.lookups {
                if let Some(sought) = all.last_mut().filter(|_| !last.spaceless) {
                    sought.beginning = true;
                }
            }
        }
        Query { words }
    }

    /// Without a word nothing is found.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// For each word what is looked up: of any of these lists all must be there.
    pub fn lookups(&self) -> impl Iterator<Item = &[Vec<Sought>]> {
        self.words.iter().map(|word| &word.lookups[..])
    }
}

fn lookups(run: &Run<'_>) -> Vec<Vec<Sought>> {
    let exact = |term: &str| Sought {
        term: term.to_owned(),
        beginning: false,
    };
    if run.spaceless {
        let pairs = run.parts.len() - 1;
        if pairs == 0 {
            return vec![vec![Sought {
                term: run.folded.to_owned(),
                beginning: true,
            }]];
        }
        return vec![
            (0..pairs.min(PAIRS_MAX))
                .map(|i| exact(pair(run, i)))
                .collect(),
        ];
    }
    let mut any = vec![vec![exact(cut(run.folded))]];
    let parts: Vec<(usize, Sought)> = inner(run)
        .map(|(i, _, part)| (i, exact(cut(part))))
        .collect();
    // One part alone is in too many texts; and the last one must be looked up, for it may be a beginning.
    if parts.len() > 1 && parts.last().is_some_and(|(i, _)| i + 1 == run.parts.len()) {
        any.push(parts.into_iter().map(|(_, sought)| sought).collect());
    }
    any
}
