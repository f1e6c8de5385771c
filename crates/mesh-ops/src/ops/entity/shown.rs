//! Things and relations as their reader gets them: to programs, what comes from across a trust boundary is data in an envelope.

use std::collections::HashSet;

use mesh_core::Access;
use mesh_model::api::{ClaimView, Contradiction, EntityEnd, EntityGraph, EntityView, RelationView};
use mesh_model::{Millis, RoomId, Told};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::ClaimRow;

use super::world::{Part, World};
use crate::ops::present;

/// Relations that are shown of a thing at a time.
pub(super) const RELATIONS_SHOWN: usize = 500;

/// What shows a world to a reader.
pub(super) struct Showing<'a> {
    pub access: &'a Access,
    pub reader: Reader<'a>,
    pub world: &'a World,
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Showing<'_> {
    fn row(&self, at: usize) -> &ClaimRow {
        &self.world.rows[at]
    }

    fn whose<'b>(&self, row: &'b ClaimRow) -> Whose<'b> {
        let now = self.access.trust_of(row.author, false);
        Whose {
            trust: row.facts.trust.min(now),
            guard: row.facts.guard.as_ref(),
            ..Whose::of(self.access, row.author, row.seq).within(row.facts.room)
        }
    }

    /// Notes that a claim's words are read, with those of other rooms that are in what it stands on.
    fn note(&self, row: &ClaimRow) {
        self.reader.note(row.facts.room);
        row.facts
            .labels
            .iter()
            .for_each(|room| self.reader.note(*room));
    }

    pub fn claim(&self, at: usize) -> ClaimView {
        let row = self.row(at);
        ClaimView {
            seq: row.seq,
            about: row.facts.about,
            by: present::participant(self.access, row.author),
            at: row.at,
            source: row.facts.source,
            confidence: row.facts.confidence,
            trust: row.facts.trust,
            since: row.facts.since.map(Millis),
            until: row.facts.until.map(Millis),
        }
    }

    /// The name of a thing within a line: none for a program that may not obey it.
    fn name(&self, thing: usize) -> Told {
        let thing = &self.world.things[thing];
        let row = self.row(thing.naming);
        self.note(row);
        self.reader.glance(&self.whose(row), thing.name.as_str())
    }

    /// Its kind; none for a program that may not obey it.
    pub fn kind(&self, at: usize) -> Told {
        let thing = &self.world.things[at];
        let row = self.row(thing.naming);
        self.note(row);
        self.reader.glance(&self.whose(row), thing.kind.as_str())
    }

    pub fn thing(&self, at: usize, score: Option<u32>) -> EntityView {
        let thing = &self.world.things[at];
        let row = self.row(thing.naming);
        let whose = self.whose(row);
        let (name, kind) = (self.name(at), self.kind(at));
        let mut sealed = Vec::new();
        let mut aliases = Vec::new();
        for (claim, alias) in &thing.aliases {
            let row = self.row(*claim);
            self.note(row);
            if self.reader.seals(&self.whose(row)) {
                sealed.push(format!("also called: {alias}"));
            } else {
                aliases.push(
                    self.reader
                        .tell(self.access, &self.whose(row), alias.as_str()),
                );
            }
        }
        let mut description = None;
        if let Some((claim, text)) = &thing.description {
            let row = self.row(*claim);
            self.note(row);
            if self.reader.seals(&self.whose(row)) {
                sealed.push(text.clone());
            } else {
                description = Some(
                    self.reader
                        .tell(self.access, &self.whose(row), text.as_str()),
                );
            }
        }
        if self.reader.seals(&whose) {
            sealed.insert(0, format!("{} ({})", thing.name, thing.kind));
        }
        EntityView {
            thing: thing.id.to_string(),
            name,
            kind,
            aliases,
            description,
            words: self.sealed(at, &sealed),
            confidence: thing.confidence,
            claims: count(self.world.all_claims(at).len()),
            relations: count(thing.links.len()),
            contradictions: count(thing.contradictions.len()),
            score,
        }
    }

    /// What strangers say of a thing, in one envelope: that of the first claim that needs one.
    fn sealed(&self, at: usize, words: &[String]) -> Option<Told> {
        let thing = &self.world.things[at];
        let mut claims = std::iter::once(&thing.naming).chain(&thing.claims);
        let row = claims.find(|claim| self.reader.seals(&self.whose(self.row(**claim))));
        let row = self.row(*row.filter(|_| !words.is_empty())?);
        Some(
            self.reader
                .tell(self.access, &self.whose(row), words.join("\n")),
        )
    }

    fn end(&self, thing: usize) -> EntityEnd {
        EntityEnd {
            thing: self.world.things[thing].id.to_string(),
            name: self.name(thing),
        }
    }

    pub fn link(&self, at: usize) -> RelationView {
        let link = &self.world.links[at];
        let row = self.row(link.claims[0]);
        self.note(row);
        let whose = self.whose(row);
        let (from, to) = (&self.world.things[link.from], &self.world.things[link.to]);
        let words = self.reader.seals(&whose).then(|| {
            let text = format!("{} — {} → {}", from.name, link.kind, to.name);
            self.reader.tell(self.access, &whose, text)
        });
        RelationView {
            from: self.end(link.from),
            kind: self.reader.glance(&whose, link.kind.as_str()),
            to: self.end(link.to),
            words,
            confidence: link.confidence,
            contradicted: link.contradicted,
            claims: link.claims.iter().map(|row| self.claim(*row)).collect(),
        }
    }

    /// The relations of a thing, those of ours and the surest first.
    pub fn links_of(&self, at: usize) -> Vec<usize> {
        let mut links = self.world.things[at].links.clone();
        links.sort_by_key(|link| {
            let found = &self.world.links[*link];
            (!found.ours, std::cmp::Reverse(found.confidence), *link)
        });
        links.truncate(RELATIONS_SHOWN);
        links
    }

    pub fn contradictions(&self, at: usize) -> Vec<Contradiction> {
        let all = self.world.things[at].contradictions.iter();
        all.map(|(kind, links)| {
            // Its kind is told if anybody says it whose words need no envelope.
            let open = links.iter().find_map(|link| {
                let row = self.row(self.world.links[*link].claims[0]);
                let told = self.reader.glance(&self.whose(row), kind.as_str());
                (told != Told::default()).then_some(told)
            });
            Contradiction {
                kind: open.unwrap_or_default(),
                targets: (links.iter())
                    .map(|link| self.world.things[self.world.links[*link].to].id.to_string())
                    .collect(),
            }
        })
        .collect()
    }

    pub fn graph(&self, room: RoomId, part: &Part) -> EntityGraph {
        let links: HashSet<usize> = part.links.iter().copied().take(RELATIONS_SHOWN).collect();
        let shown = part.links.iter().filter(|link| links.contains(link));
        EntityGraph {
            room,
            entities: part.things.iter().map(|at| self.thing(*at, None)).collect(),
            relations: shown.map(|link| self.link(*link)).collect(),
            more: part.more || part.links.len() > links.len(),
        }
    }
}
