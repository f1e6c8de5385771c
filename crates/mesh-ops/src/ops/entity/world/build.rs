//! Claims become things and relations.

use std::collections::{BTreeMap, HashMap, HashSet};

use mesh_model::api::EntityName;
use mesh_model::events::Claimed;
use mesh_model::{Millis, ParticipantId};
use mesh_store::view::ClaimRow;

use super::{Link, Place, SINGLE, THING, Thing, World, folded, holds, is_ours, meet, sure};

/// Names that are being put together: each is a kind and a name, and belongs with others.
#[derive(Default)]
struct Names {
    known: HashMap<(String, String), usize>,
    names: Vec<String>,
    above: Vec<usize>,
    /// Whether one of us claims the name.
    ours: Vec<bool>,
    /// All of one name, whatever their kinds.
    alike: HashMap<String, Vec<usize>>,
}

impl Names {
    fn add(&mut self, kind: &str, name: &str, ours: bool) -> usize {
        let (kind, name) = (folded(kind), folded(name));
        let at = match self.known.get(&(kind.clone(), name.clone())) {
            Some(at) => *at,
            None => {
                let at = self.names.len();
                self.known.insert((kind, name.clone()), at);
                self.names.push(name.clone());
                self.above.push(at);
                self.ours.push(false);
                self.alike.entry(name).or_default().push(at);
                at
            }
        };
        self.ours[at] |= ours;
        at
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.above[at] != at {
            self.above[at] = self.above[self.above[at]];
            at = self.above[at];
        }
        at
    }

    /// The earlier name stands for both.
    fn join(&mut self, one: usize, two: usize) {
        let (one, two) = (self.root(one), self.root(two));
        self.above[one.max(two)] = one.min(two);
    }

    /// What is meant: of the kind that is told, else the one thing of the name, one of ours first.
    fn meant(&mut self, end: &EntityName, ours: bool) -> usize {
        if let Some(kind) = &end.kind {
            return self.add(kind, &end.name, ours);
        }
        let alike = self.alike.get(&folded(&end.name));
        let alike = alike.cloned().unwrap_or_default();
        let roots = |names: &mut Names, only_ours: bool| {
            let mut roots: Vec<usize> = Vec::new();
            for at in &alike {
                // Two are as many as any number.
                if roots.len() > 1 {
                    break;
                }
                let root = names.root(*at);
                if (!only_ours || names.ours[*at]) && !roots.contains(&root) {
                    roots.push(root);
                }
            }
            roots
        };
        // One of us never means what only a stranger speaks of.
        let scopes: &[bool] = if ours { &[true] } else { &[true, false] };
        for only_ours in scopes {
            let found = roots(self, *only_ours);
            if let [one] = found[..] {
                return one;
            }
            if !found.is_empty() {
                break;
            }
        }
        self.add(THING, &end.name, ours)
    }
}

/// What a claim is about, as places among the names.
struct Ends {
    subject: usize,
    object: Option<usize>,
}

impl World {
    /// What follows from claims, in the log's order; of those that hold at a moment, if one is told.
    pub fn of(
        rows: Vec<ClaimRow>,
        at: Option<Millis>,
        kin: &impl Fn(ParticipantId, ParticipantId) -> bool,
    ) -> World {
        let mut rows = rows;
        rows.retain(|row| !row.body.subject.name.is_empty() && at.is_none_or(|at| holds(row, at)));
        let (mut names, ends) = joined(&rows);
        let mut world = World {
            rows,
            ..World::default()
        };
        let mut of_root: BTreeMap<usize, usize> = BTreeMap::new();
        let mut links: HashMap<(usize, usize, String), usize> = HashMap::new();
        for (row, ends) in ends.iter().enumerate() {
            let subject = world.thing(&mut names, &mut of_root, (ends.subject, false), row);
            let object = ends
                .object
                .map(|end| world.thing(&mut names, &mut of_root, (end, true), row));
            match (world.rows[row].facts.about, object) {
                (Claimed::Relation, Some(object)) => {
                    world.link(&mut links, subject, object, row);
                }
                (Claimed::Same, _) => world.things[subject].sames.push(row),
                _ => world.things[subject].claims.push(row),
            }
        }
        for name in 0..names.names.len() {
            let root = names.root(name);
            if let Some(thing) = of_root.get(&root) {
                let known = world.names.entry(names.names[name].clone()).or_default();
                if !known.contains(thing) {
                    known.push(*thing);
                }
            }
        }
        world.describe(kin);
        world.contradict();
        world
    }

    fn thing(
        &mut self,
        names: &mut Names,
        of_root: &mut BTreeMap<usize, usize>,
        (name, second): (usize, bool),
        row: usize,
    ) -> usize {
        let root = names.root(name);
        let place = Place(self.rows[row].seq, second);
        let at = *of_root.entry(root).or_insert_with(|| {
            self.things.push(Thing {
                id: place,
                naming: row,
                name: String::new(),
                kind: THING.to_owned(),
                aliases: Vec::new(),
                description: None,
                claims: Vec::new(),
                sames: Vec::new(),
                links: Vec::new(),
                contradictions: Vec::new(),
                confidence: 0,
            });
            self.things.len() - 1
        });
        self.places.insert(place, at);
        // What only relations name is called as the first of them has it, and is of the kind that the first tells.
        if self.things[at].name.is_empty() || self.things[at].kind == THING {
            let body = &self.rows[row].body;
            let object = body.object.as_ref().filter(|_| second);
            let meant = object.unwrap_or(&body.subject);
            let thing = &mut self.things[at];
            if thing.name.is_empty() {
                thing.name.clone_from(&meant.name);
            }
            if let Some(kind) = &meant.kind {
                thing.kind.clone_from(kind);
            }
        }
        at
    }

    fn link(
        &mut self,
        links: &mut HashMap<(usize, usize, String), usize>,
        from: usize,
        to: usize,
        row: usize,
    ) {
        let kind = self.rows[row].body.relation.clone().unwrap_or_default();
        let mut fresh = false;
        let at = *links.entry((from, to, folded(&kind))).or_insert_with(|| {
            fresh = true;
            self.links.push(Link {
                from,
                to,
                kind,
                claims: Vec::new(),
                confidence: 0,
                ours: false,
                contradicted: false,
            });
            self.links.len() - 1
        });
        self.links[at].claims.push(row);
        self.links[at].ours |= is_ours(&self.rows[row]);
        if fresh {
            self.things[from].links.push(at);
            if to != from {
                self.things[to].links.push(at);
            }
        }
    }

    /// Names, descriptions and how sure everything is.
    fn describe(&mut self, kin: &impl Fn(ParticipantId, ParticipantId) -> bool) {
        let rows = &self.rows;
        // One of ours first, then the surest, then the newest.
        let weight = |row: &usize| {
            (
                is_ours(&rows[*row]),
                rows[*row].facts.confidence,
                rows[*row].seq,
            )
        };
        for link in &mut self.links {
            link.claims
                .sort_by_key(|row| std::cmp::Reverse(weight(row)));
            if let Some(kind) = &rows[link.claims[0]].body.relation {
                link.kind.clone_from(kind);
            }
            let all: Vec<&ClaimRow> = link.claims.iter().map(|row| &rows[*row]).collect();
            link.confidence = sure(&all, kin);
        }
        for thing in &mut self.things {
            thing
                .claims
                .sort_by_key(|row| std::cmp::Reverse(weight(row)));
            let mut said: HashSet<String> = HashSet::new();
            let links = &self.links;
            let mut mentions = thing.links.iter().flat_map(|link| &links[*link].claims);
            let ours = mentions.find(|row| is_ours(&rows[**row]));
            let first = thing.claims.first().copied();
            if let Some(first) = first.filter(|row| is_ours(&rows[*row]) || ours.is_none()) {
                let subject = &rows[first].body.subject;
                thing.naming = first;
                thing.name.clone_from(&subject.name);
                thing.kind = subject.kind.clone().unwrap_or_else(|| THING.to_owned());
            } else if let Some(row) = ours {
                // Only strangers say what it is; that it is there one of us says too.
                thing.naming = *row;
            }
            said.insert(folded(&thing.name));
            for row in &thing.claims {
                let body = &rows[*row].body;
                for name in std::iter::once(&body.subject.name).chain(&body.aliases) {
                    if said.insert(folded(name)) {
                        thing.aliases.push((*row, name.clone()));
                    }
                }
                if thing.description.is_none()
                    && let Some(text) = &body.description
                {
                    thing.description = Some((*row, text.clone()));
                }
            }
            let links = thing
                .links
                .iter()
                .flat_map(|link| &self.links[*link].claims);
            let all: Vec<&ClaimRow> = if thing.claims.is_empty() {
                links.map(|row| &rows[*row]).collect()
            } else {
                thing.claims.iter().map(|row| &rows[*row]).collect()
            };
            thing.confidence = sure(&all, kin);
        }
    }

    /// Finds the relations of kinds with one target that have several at one moment.
    fn contradict(&mut self) {
        let mut single: HashSet<String> = SINGLE.iter().map(|kind| folded(kind)).collect();
        let declared = self
            .rows
            .iter()
            .filter(|row| row.body.single && is_ours(row));
        single.extend(declared.filter_map(|row| row.body.relation.as_deref().map(folded)));
        let mut groups: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
        for (at, link) in self.links.iter().enumerate() {
            let kind = folded(&link.kind);
            if single.contains(&kind) {
                groups.entry((link.from, kind)).or_default().push(at);
            }
        }
        for ((from, _), all) in groups {
            let against = |one: usize| {
                all.iter()
                    .any(|two| *two != one && self.links_meet(one, *two))
            };
            let fighting: Vec<usize> = all.iter().copied().filter(|one| against(*one)).collect();
            for at in &fighting {
                self.links[*at].contradicted = true;
            }
            if let Some(first) = fighting.first() {
                let kind = self.links[*first].kind.clone();
                self.things[from].contradictions.push((kind, fighting));
            }
        }
    }

    fn links_meet(&self, one: usize, two: usize) -> bool {
        let (one, two) = (&self.links[one].claims, &self.links[two].claims);
        one.iter()
            .any(|a| two.iter().any(|b| meet(&self.rows[*a], &self.rows[*b])))
    }
}

/// All names, joined as the claims say, and what each claim is about.
fn joined(rows: &[ClaimRow]) -> (Names, Vec<Ends>) {
    let mut names = Names::default();
    // What says its kind first: only then is it known what a name alone means.
    for row in rows {
        let (body, ours) = (&row.body, is_ours(row));
        if row.facts.about == Claimed::Entity {
            let kind = body.subject.kind.as_deref().unwrap_or(THING);
            let named = names.add(kind, &body.subject.name, ours);
            if ours {
                for alias in &body.aliases {
                    let alias = names.add(kind, alias, ours);
                    names.join(named, alias);
                }
            }
        } else {
            for end in std::iter::once(&body.subject).chain(&body.object) {
                if let Some(kind) = &end.kind {
                    names.add(kind, &end.name, ours);
                }
            }
        }
    }
    for row in rows.iter().filter(|row| row.facts.about == Claimed::Same) {
        if let Some(object) = row.body.object.as_ref().filter(|_| is_ours(row)) {
            let one = names.meant(&row.body.subject, true);
            let two = names.meant(object, true);
            names.join(one, two);
        }
    }
    let ends = rows
        .iter()
        .map(|row| {
            let ours = is_ours(row);
            let (subject, object) = (&row.body.subject, &row.body.object);
            if row.facts.about == Claimed::Entity {
                let kind = subject.kind.as_deref().unwrap_or(THING);
                Ends {
                    subject: names.add(kind, &subject.name, ours),
                    object: None,
                }
            } else {
                Ends {
                    subject: names.meant(subject, ours),
                    object: object.as_ref().map(|object| names.meant(object, ours)),
                }
            }
        })
        .collect();
    (names, ends)
}
