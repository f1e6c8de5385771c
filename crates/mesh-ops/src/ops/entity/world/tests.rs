//! The rules by which claims become things, told claim by claim.

use mesh_model::api::{EntityBody, EntityName};
use mesh_model::events::{Claimed, EntityNoted, EntitySource, Trust};
use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq};
use mesh_store::view::ClaimRow;
use uuid::Uuid;

use super::{Link, World, folded};

/// Claims that are told one after the other.
#[derive(Default)]
struct Told(Vec<ClaimRow>);

fn named(name: &str) -> EntityName {
    match name.split_once(':') {
        Some((kind, name)) => EntityName {
            name: name.to_owned(),
            kind: Some(kind.to_owned()),
        },
        None => EntityName {
            name: name.to_owned(),
            kind: None,
        },
    }
}

impl Told {
    fn push(&mut self, about: Claimed, body: EntityBody) -> &mut ClaimRow {
        let seq = Seq(self.0.len() as u64 + 1);
        self.0.push(ClaimRow {
            seq,
            at: Millis(seq.0),
            author: ParticipantId(Uuid::from_u128(1)),
            facts: EntityNoted {
                room: RoomId(Uuid::from_u128(9)),
                about,
                source: EntitySource::Said,
                confidence: 80,
                since: None,
                until: None,
                bytes: 10,
                trust: Trust::Local,
                labels: Vec::new(),
                guard: None,
            },
            body,
        });
        self.0.last_mut().unwrap()
    }

    fn thing(&mut self, name: &str, aliases: &[&str]) -> &mut ClaimRow {
        let body = EntityBody {
            subject: named(name),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            ..EntityBody::default()
        };
        self.push(Claimed::Entity, body)
    }

    fn link(&mut self, from: &str, kind: &str, to: &str) -> &mut ClaimRow {
        let body = EntityBody {
            subject: named(from),
            relation: Some(kind.to_owned()),
            object: Some(named(to)),
            ..EntityBody::default()
        };
        self.push(Claimed::Relation, body)
    }

    fn same(&mut self, one: &str, two: &str) -> &mut ClaimRow {
        let body = EntityBody {
            subject: named(one),
            object: Some(named(two)),
            ..EntityBody::default()
        };
        self.push(Claimed::Same, body)
    }

    /// Participants whose numbers differ by ten are kin.
    fn world(&self) -> World {
        let kin =
            |one: ParticipantId, two: ParticipantId| one.0.as_u128() % 10 == two.0.as_u128() % 10;
        World::of(self.0.clone(), None, &kin)
    }

    fn world_at(&self, at: u64) -> World {
        World::of(self.0.clone(), Some(Millis(at)), &|one, two| one == two)
    }
}

fn by(row: &mut ClaimRow, author: u128) -> &mut ClaimRow {
    row.author = ParticipantId(Uuid::from_u128(author));
    row
}

fn strange(row: &mut ClaimRow) -> &mut ClaimRow {
    row.facts.trust = Trust::Untrusted;
    by(row, 7)
}

fn one(world: &World, name: &str) -> usize {
    let found = world.named(name, None);
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0]
}

fn link<'a>(world: &'a World, from: &str, to: &str) -> &'a Link {
    let (from, to) = (one(world, from), one(world, to));
    let mut links = world.links.iter();
    links.find(|it| it.from == from && it.to == to).unwrap()
}

#[test]
fn names_are_compared_without_case_and_dashes() {
    for (one, two) in [
        ("Billing Service", "billing-service"),
        ("a  b", "A_B"),
        ("ＡＰＩ", "api"),
        (" x ", "x"),
    ] {
        assert_eq!(folded(one), folded(two));
    }
    assert_ne!(folded("C"), folded("C++"));
    assert_eq!(folded("--"), "--");
}

#[test]
fn the_same_kind_and_name_is_one_thing() {
    let mut told = Told::default();
    told.thing("service:Billing", &["invoicing"]);
    told.thing("service:invoicing", &["charges"]);
    told.thing("person:Billing", &[]);
    let world = told.world();
    assert_eq!(world.things.len(), 2);
    let service = world.named("charges", None);
    assert_eq!(service, world.named("billing", Some("SERVICE")));
    // Two kinds of one name are told apart by whoever asks.
    assert_eq!(world.named("billing", None).len(), 2);
    assert_eq!(
        world.named("#3", None),
        world.named("billing", Some("person"))
    );
}

#[test]
fn a_relation_means_the_one_thing_of_its_name_in_whatever_order() {
    let mut told = Told::default();
    told.link("billing", "uses", "ledger");
    told.thing("service:billing", &[]);
    let world = told.world();
    assert_eq!(world.things.len(), 2);
    assert_eq!(world.things[one(&world, "billing")].kind, "service");
    assert_eq!(world.things[one(&world, "ledger")].kind, "thing");
}

#[test]
fn a_merge_is_a_claim_and_goes_as_one() {
    let mut told = Told::default();
    told.thing("service:billing", &[]);
    told.thing("service:charging", &[]);
    told.link("charging", "uses", "ledger");
    assert_eq!(told.world().things.len(), 3);
    told.same("service:billing", "service:charging");
    let world = told.world();
    assert_eq!(one(&world, "billing"), one(&world, "charging"));
    assert_eq!(world.things[one(&world, "billing")].links.len(), 1);
    told.0.pop();
    assert_eq!(told.world().things.len(), 3);
}

#[test]
fn what_contradicts_is_kept_and_shown() {
    let mut told = Told::default();
    told.link("billing", "owned_by", "ana");
    told.link("billing", "owned by", "bob");
    told.link("billing", "uses", "ledger");
    told.link("billing", "uses", "mail");
    let world = told.world();
    assert_eq!(world.links.len(), 4);
    assert!(link(&world, "billing", "ana").contradicted);
    assert!(link(&world, "billing", "bob").contradicted);
    assert!(!link(&world, "billing", "ledger").contradicted);
    assert_eq!(world.things[one(&world, "billing")].contradictions.len(), 1);
    // One after the other is no contradiction.
    told.0[0].facts.until = Some(100);
    told.0[1].facts.since = Some(100);
    let world = told.world();
    assert!(!link(&world, "billing", "ana").contradicted);
    // A kind that somebody declares to have one target is one for all its relations.
    told.0[2].body.single = true;
    assert!(link(&told.world(), "billing", "mail").contradicted);
    // Unless it is a stranger who says so.
    strange(&mut told.0[2]);
    assert!(!link(&told.world(), "billing", "mail").contradicted);
}

#[test]
fn a_moment_shows_what_held_then() {
    let mut told = Told::default();
    told.link("billing", "owned_by", "ana").facts.until = Some(100);
    told.link("billing", "owned_by", "bob").facts.since = Some(100);
    assert_eq!(told.world_at(99).named("bob", None).len(), 0);
    assert_eq!(told.world_at(100).named("ana", None).len(), 0);
    assert_eq!(told.world_at(100).links.len(), 1);
}

#[test]
fn several_make_it_surer_but_relatives_and_one_source_count_once() {
    let sure = |change: &dyn Fn(&mut ClaimRow)| {
        let mut told = Told::default();
        told.link("a", "uses", "b").facts.confidence = 50;
        let second = told.link("a", "uses", "b");
        second.facts.confidence = 50;
        change(second);
        told.world().links[0].confidence
    };
    assert_eq!(
        sure(&|row| {
            let _ = by(row, 2);
        }),
        75
    );
    // The same voice, and one of its side.
    assert_eq!(sure(&|_| {}), 50);
    assert_eq!(
        sure(&|row| {
            let _ = by(row, 11);
        }),
        50
    );
    // A stranger makes nothing surer, and counts a third alone.
    assert_eq!(
        sure(&|row| {
            let _ = strange(row);
        }),
        50
    );
    let mut told = Told::default();
    strange(told.link("a", "uses", "b")).facts.confidence = 100;
    assert_eq!(told.world().links[0].confidence, 30);
    // Two who quote one message.
    let quoted = EntitySource::Message {
        message: MessageId(Seq(5)),
    };
    let mut told = Told::default();
    told.link("a", "uses", "b").facts.source = quoted;
    by(told.link("a", "uses", "b"), 2).facts.source = quoted;
    assert_eq!(told.world().links[0].confidence, 80);
    // And never certain by number.
    let mut told = Told::default();
    for author in 1..9 {
        by(told.link("a", "uses", "b"), author);
    }
    assert_eq!(told.world().links[0].confidence, 99);
}

#[test]
fn a_stranger_joins_nothing_and_takes_no_name() {
    let mut told = Told::default();
    told.thing("service:billing", &[]);
    told.thing("service:ledger", &[]);
    strange(told.thing("service:billing", &["ledger", "treasury"]));
    strange(told.thing("trap:billing", &[]));
    told.link("billing", "uses", "ledger");
    let world = told.world();
    assert_eq!(world.things.len(), 3);
    assert_ne!(one(&world, "billing"), one(&world, "ledger"));
    // Ours is meant, in a question and in a relation.
    assert_eq!(world.things[one(&world, "billing")].kind, "service");
    assert!(link(&world, "billing", "ledger").ours);
    // What it says is kept beside.
    let aliases = &world.things[one(&world, "billing")].aliases;
    assert_eq!(aliases.len(), 2);
    assert!(world.named("treasury", None).is_empty());
}

#[test]
fn the_way_goes_by_what_ours_say_if_it_can() {
    let mut told = Told::default();
    strange(told.link("a", "knows", "z"));
    told.link("a", "uses", "b");
    told.link("z", "uses", "b");
    let world = told.world();
    let (a, z) = (one(&world, "a"), one(&world, "z"));
    let way = world.path(a, z, 8).unwrap();
    assert_eq!(way.things.len(), 3);
    assert_eq!(world.path(a, z, 1).unwrap().things.len(), 2);
    assert_eq!(world.path(a, a, 8).unwrap().things, [a]);
    let mut told = Told::default();
    for at in 0..10 {
        told.link(&format!("n{at}"), "next", &format!("n{}", at + 1));
    }
    let world = told.world();
    let (from, to) = (one(&world, "n0"), one(&world, "n9"));
    assert!(world.path(from, to, 8).is_none());
    assert_eq!(world.path(from, to, 9).unwrap().links.len(), 9);
}

#[test]
fn a_neighbourhood_is_bounded() {
    let mut told = Told::default();
    for at in 0..100 {
        told.link("hub", "has", &format!("leaf {at}"));
        told.link(&format!("leaf {at}"), "has", &format!("bud {at}"));
    }
    let world = told.world();
    let near = world.near(one(&world, "hub"), 1, 60);
    assert_eq!(near.things.len(), 60);
    assert!(near.more);
    assert_eq!(near.links.len(), 59);
    let near = world.near(one(&world, "bud 1"), 2, 60);
    assert_eq!(near.things.len(), 3);
    assert!(!near.more);
}

#[test]
fn words_find_names_first() {
    let mut told = Told::default();
    told.thing("service:ledger", &["books"]);
    told.thing("service:billing", &[]).body.description = Some("Writes into the ledger".into());
    told.thing("person:ana", &[]);
    let world = told.world();
    let found = world.search("what does the Ledger do?");
    assert_eq!(found[0], (one(&world, "ledger"), 1000));
    assert_eq!(found.len(), 2);
    assert_eq!(world.search("books")[0].0, one(&world, "ledger"));
    assert!(world.search("").is_empty() && world.search("treasury").is_empty());
}

mod never_fails {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is claimed, each claim is of one thing, and what it says is found again.
        #[test]
        fn whatever_is_claimed(
            claims in prop::collection::vec((0_u8..3, 0_usize..6, 0_usize..6, 0_u8..4, any::<bool>()), 1..40)
        ) {
            let names = ["a", "kind:a", "b", "kind:b", "other:b", "c d"];
            let mut told = Told::default();
            for (about, one, two, kind, strange_too) in claims {
                let row = match about {
                    0 => told.thing(names[one], &[names[two].rsplit(':').next().unwrap()]),
                    1 => told.link(names[one], ["uses", "owned_by", "x", "y"][usize::from(kind)], names[two]),
                    _ => told.same(names[one], names[two]),
                };
                if strange_too {
                    strange(row);
                }
            }
            let world = told.world();
            let claims: usize = world.things.iter().map(|it| it.claims.len() + it.sames.len()).sum();
            let links: usize = world.links.iter().map(|it| it.claims.len()).sum();
            prop_assert_eq!(claims + links, told.0.len());
            for (at, thing) in world.things.iter().enumerate() {
                prop_assert_eq!(world.named(&format!("#{}", thing.id), None), vec![at]);
                prop_assert!(world.named(&thing.name, Some(&thing.kind)).contains(&at));
                prop_assert!(thing.confidence <= 100);
                world.near(at, 2, 5);
                world.path(at, 0, 8);
            }
        }
    }
}
