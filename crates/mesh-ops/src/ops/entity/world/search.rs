//! Which things fit words.

use std::collections::{BTreeSet, HashMap};

use mesh_store::recall::{sought, terms_of};

use super::World;

/// How much a word in a name counts, against one in what is said about a thing or in its relations.
const IN_NAME: f64 = 4.0;

impl World {
    /// The things that hold any of the words, the closest first, with how well they fit, thousandths of the best.
    pub fn search(&self, text: &str) -> Vec<(usize, u32)> {
        let wanted = sought(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let held: Vec<(BTreeSet<String>, BTreeSet<String>)> =
            (0..self.things.len()).map(|at| self.terms(at)).collect();
        let mut rare: HashMap<&str, f64> = HashMap::new();
        for term in &wanted {
            let with = held
                .iter()
                .filter(|(names, rest)| names.contains(term) || rest.contains(term))
                .count();
            // Some thousands of things are far from what a float cannot hold.
            let rarity = (1.0 + self.things.len() as f64 / (1.0 + with as f64)).ln();
            rare.insert(term, rarity);
        }
        let score = |(names, rest): &(BTreeSet<String>, BTreeSet<String>)| -> f64 {
            let one = |term: &String| {
                let rarity = rare.get(term.as_str()).copied().unwrap_or_default();
                match (names.contains(term), rest.contains(term)) {
                    (true, _) => IN_NAME * rarity,
                    (false, true) => rarity,
                    (false, false) => 0.0,
                }
            };
            wanted.iter().map(one).sum()
        };
        let mut found: Vec<(usize, f64)> = held
            .iter()
            .map(score)
            .enumerate()
            .filter(|(_, score)| *score > 0.0)
            .collect();
        found.sort_by(|one, two| {
            two.1
                .total_cmp(&one.1)
                .then_with(|| {
                    self.things[two.0]
                        .confidence
                        .cmp(&self.things[one.0].confidence)
                })
                .then_with(|| self.things[one.0].id.cmp(&self.things[two.0].id))
        });
        let best = found.first().map_or(1.0, |(_, score)| *score);
        found
            .into_iter()
            .map(|(at, score)| (at, (score / best * 1000.0).round() as u32))
            .collect()
    }

    fn terms(&self, at: usize) -> (BTreeSet<String>, BTreeSet<String>) {
        let thing = &self.things[at];
        let mut names = terms_of(&thing.name);
        for (_, alias) in &thing.aliases {
            names.extend(terms_of(alias));
        }
        let mut rest = terms_of(&thing.kind);
        if let Some((_, text)) = &thing.description {
            rest.extend(terms_of(text));
        }
        for link in &thing.links {
            rest.extend(terms_of(&self.links[*link].kind));
        }
        (names, rest)
    }
}
