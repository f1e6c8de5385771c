//! What stands around a thing, and the way from one to another.

use std::collections::{HashMap, HashSet, VecDeque};

use super::World;

/// Things and the relations between them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    pub things: Vec<usize>,
    pub links: Vec<usize>,
    /// Whether there is more around.
    pub more: bool,
}

impl World {
    /// What a thing is related to, those that are surer first.
    fn beside(&self, at: usize) -> Vec<(usize, usize)> {
        let mut beside: Vec<(usize, usize)> = (self.things[at].links.iter())
            .map(|link| {
                let found = &self.links[*link];
                let other = if found.from == at {
                    found.to
                } else {
                    found.from
                };
                (*link, other)
            })
            .collect();
        beside.sort_by_key(|(link, _)| {
            let found = &self.links[*link];
            (!found.ours, std::cmp::Reverse(found.confidence), *link)
        });
        beside
    }

    /// The things at most `depth` relations away, at most `most` of them, and the relations between those.
    pub fn near(&self, from: usize, depth: u32, most: usize) -> Part {
        let mut part = Part {
            things: vec![from],
            ..Part::default()
        };
        let mut seen: HashSet<usize> = HashSet::from([from]);
        let mut edge = vec![from];
        for _ in 0..depth {
            let mut next = Vec::new();
            for at in edge {
                for (_, other) in self.beside(at) {
                    if seen.contains(&other) {
                        continue;
                    }
                    if seen.len() >= most {
                        part.more = true;
                        continue;
                    }
                    seen.insert(other);
                    part.things.push(other);
                    next.push(other);
                }
            }
            edge = next;
        }
        let within = |link: &usize| {
            let found = &self.links[*link];
            seen.contains(&found.from) && seen.contains(&found.to)
        };
        part.links = (0..self.links.len()).filter(within).collect();
        part
    }

    /// The shortest way by at most `most` relations, whatever their direction. What only a stranger claims is gone by if there
    /// is no other way.
    pub fn path(&self, from: usize, to: usize, most: usize) -> Option<Part> {
        self.way(from, to, most, true)
            .or_else(|| self.way(from, to, most, false))
    }

    fn way(&self, from: usize, to: usize, most: usize, ours: bool) -> Option<Part> {
        let mut before: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut queue = VecDeque::from([(from, 0)]);
        while let Some((at, steps)) = queue.pop_front() {
            if at == to {
                return Some(walked(&before, from, to));
            }
            if steps == most {
                continue;
            }
            for (link, other) in self.beside(at) {
                let passable = self.links[link].ours || !ours;
                if passable && other != from && !before.contains_key(&other) {
                    before.insert(other, (at, link));
                    queue.push_back((other, steps + 1));
                }
            }
        }
        None
    }
}

fn walked(before: &HashMap<usize, (usize, usize)>, from: usize, to: usize) -> Part {
    let mut part = Part {
        things: vec![to],
        ..Part::default()
    };
    let mut at = to;
    while at != from {
        let Some((earlier, link)) = before.get(&at) else {
            break;
        };
        part.things.push(*earlier);
        part.links.push(*link);
        at = *earlier;
    }
    part.things.reverse();
    part.links.reverse();
    part
}
