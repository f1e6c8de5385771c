//! What follows from a room's claims: things, what they are called, how they are related, what contradicts what. Put together
//! anew for each question, so that nothing stands that no claim says any more. The rules:
//!
//! * Things of the same kind with the same name, or with a name that is another name of the other, are one. Case, blanks, `-`
//!   and `_` make no difference. What a claim from across a trust boundary calls something else joins nothing.
//! * A relation that names no kind means the one thing of that name; without one, something of the kind `thing`.
//! * Claims about the same make it surer, but relatives count once, and so does one source. What comes from across a trust
//!   boundary makes nothing surer, and never counts more than a third.
//! * Two relations of a kind that has one target at a time contradict one another if both may hold at one moment. Both stay.

mod build;
mod search;
mod trust;
mod walk;

use std::collections::HashMap;
use std::fmt;

use mesh_model::events::Trust;
use mesh_model::{Millis, Seq};
use mesh_store::view::ClaimRow;
use unicode_normalization::UnicodeNormalization;

pub(super) use trust::sure;
pub(crate) use walk::Part;

/// The kind of a thing of which nobody says what it is.
pub(super) const THING: &str = "thing";

/// Kinds of relations of which it is known that they have one target at a time.
const SINGLE: [&str; 7] = [
    "assigned_to",
    "has_status",
    "has_version",
    "led_by",
    "located_in",
    "owned_by",
    "reports_to",
];

/// Where claims speak of a thing: a claim, and whether it is the other end of what that says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place(pub Seq, pub bool);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place(claim, other) = self;
        write!(f, "{claim}{}", if *other { ".2" } else { "" })
    }
}

impl Place {
    fn parse(text: &str) -> Option<Place> {
        let (claim, other) = match text.strip_suffix(".2") {
            Some(claim) => (claim, true),
            None => (text, false),
        };
        Some(Place(Seq(claim.parse().ok()?), other))
    }
}

/// A thing.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    /// Where the claims first speak of it.
    pub id: Place,
    /// The claim by which it is called what it is called.
    pub naming: usize,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// What else it is called, with the claim that says so.
    pub aliases: Vec<(usize, String)>,
    /// What is said about it, with the claim that says so.
    pub description: Option<(usize, String)>,
    /// The claims that it is there.
    pub claims: Vec<usize>,
    /// The claims that names of it mean one thing.
    pub sames: Vec<usize>,
    /// Its relations, either way.
    pub links: Vec<usize>,
    /// Relations of it that cannot all hold: their kind and their places among the relations.
    pub contradictions: Vec<(String, Vec<usize>)>,
    /// In percent.
    pub confidence: u8,
}

/// A relation between two things.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub from: usize,
    pub to: usize,
    /// Its kind, as the claim has it that counts most.
    pub kind: String,
    /// The claims that say so, the one that counts most first.
    pub claims: Vec<usize>,
    /// In percent.
    pub confidence: u8,
    /// Whether anybody on this side of the trust boundary says so.
    pub ours: bool,
    pub contradicted: bool,
}

/// A room's claims and what follows from them.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub rows: Vec<ClaimRow>,
    pub things: Vec<Thing>,
    pub links: Vec<Link>,
    /// The things that have a name, folded.
    names: HashMap<String, Vec<usize>>,
    /// The things that claims speak of.
    places: HashMap<Place, usize>,
}

/// How a name is compared: case, width, blanks, `-` and `_` make no difference.
pub(crate) fn folded(name: &str) -> String {
    let mut all = String::with_capacity(name.len());
    let letters = name.nfkc().flat_map(char::to_lowercase);
    for letter in letters.nfkc() {
        let blank = letter.is_whitespace() || matches!(letter, '-' | '_');
        if !blank {
            all.push(letter);
        } else if !all.is_empty() && !all.ends_with(' ') {
            all.push(' ');
        }
    }
    let length = all.trim_end().len();
    all.truncate(length);
    if all.is_empty() {
        // A name of nothing but dashes is one all the same.
        name.to_lowercase()
    } else {
        all
    }
}

/// Whether somebody on this side of the trust boundary claims it.
pub(super) fn is_ours(row: &ClaimRow) -> bool {
    row.facts.trust >= Trust::Local
}

/// Whether a claim holds at a moment.
fn holds(row: &ClaimRow, at: Millis) -> bool {
    row.facts.since.is_none_or(|since| since <= at.0)
        && row.facts.until.is_none_or(|until| at.0 < until)
}

/// Whether two claims may hold at one moment.
fn meet(one: &ClaimRow, two: &ClaimRow) -> bool {
    let begins = |row: &ClaimRow| row.facts.since.unwrap_or(0);
    let ends = |row: &ClaimRow| row.facts.until.unwrap_or(u64::MAX);
    begins(one) < ends(two) && begins(two) < ends(one)
}

impl World {
    /// The things that a name means, of a kind if one is told. Those that are ours come first.
    pub fn named(&self, name: &str, kind: Option<&str>) -> Vec<usize> {
        if let Some(place) = name.strip_prefix('#').and_then(Place::parse)
            && let Some(found) = self.places.get(&place)
        {
            return vec![*found];
        }
        let known = self.names.get(&folded(name)).cloned().unwrap_or_default();
        let kind = kind.map(folded);
        let mut known: Vec<usize> = known
            .into_iter()
            .filter(|at| {
                kind.as_ref()
                    .is_none_or(|kind| folded(&self.things[*at].kind) == *kind)
            })
            .collect();
        let ours = |at: &usize| self.thing_is_ours(*at);
        if kind.is_none() && known.iter().filter(|at| ours(at)).count() == 1 {
            // A stranger does not make a name mean several things.
            known.retain(ours);
        }
        known
    }

    /// Whether somebody on this side of the trust boundary claims that it is there, or something of it.
    pub fn thing_is_ours(&self, at: usize) -> bool {
        let thing = &self.things[at];
        thing.claims.iter().any(|row| is_ours(&self.rows[*row]))
            || thing.links.iter().any(|link| self.links[*link].ours)
    }

    /// All claims about a thing: that it is there, what is one with it, and its relations.
    pub fn all_claims(&self, at: usize) -> Vec<Seq> {
        let thing = &self.things[at];
        let links = thing.links.iter();
        let mut all: Vec<Seq> = (thing.claims.iter())
            .chain(&thing.sames)
            .chain(links.flat_map(|link| &self.links[*link].claims))
            .map(|row| self.rows[*row].seq)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests;
