//! The view from outside, against a model of a few lines: what is found, what waits, what comes back.

mod erasure;
mod model;
mod past;

use std::collections::BTreeSet;

use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq};
use mesh_store::view::{Inbox, Search, SessionFilter, StayFilter, Visible};
use mesh_store::{Position, Projector, View};
use model::{Entry, Model, entries, person, room};
use proptest::prelude::*;

const MESH: &str = "a mesh";

fn filled(log: &[Entry], batch: usize) -> (tempfile::TempDir, Projector, View) {
    let dir = tempfile::tempdir().unwrap();
    let (mut projector, view) = View::open(dir.path(), MESH).unwrap();
    project(&mut projector, log, batch);
    (dir, projector, view)
}

fn project(projector: &mut Projector, log: &[Entry], batch: usize) {
    for batch in log.chunks(batch) {
        let events: Vec<_> = batch.iter().map(Entry::stored).collect();
        projector.project(&events).unwrap();
    }
}

fn visible() -> impl Strategy<Value = Vec<Visible>> {
    prop::collection::vec(prop::option::weighted(0.7, 1u64..120), 4).prop_map(|firsts| {
        let rooms = firsts.into_iter().zip(0..);
        rooms
            .filter_map(|(first, n)| Some((room(n), Seq(first?))))
            .collect()
    })
}

fn position() -> impl Strategy<Value = Position> {
    (0u64..80, prop::collection::vec(1u64..160, 0..12)).prop_map(|(upto, seqs)| {
        let seqs: Vec<Seq> = seqs.into_iter().map(Seq).collect();
        Position::default().take_in(Some(Seq(upto)), &seqs).unwrap()
    })
}

fn who() -> impl Strategy<Value = Option<ParticipantId>> {
    prop::option::weighted(0.3, (0u64..5).prop_map(person))
}

fn moment() -> impl Strategy<Value = Option<Millis>> {
    prop::option::weighted(0.3, (0u64..200).prop_map(model::at))
}

mod random {
    use super::*;

    proptest! {
        #![proptest_config(model::config())]

        #[test]
        fn batches_make_no_difference(log in entries(120), batch in 1usize..40) {
            let (_one, _p, whole) = filled(&log, usize::MAX);
            let (_two, _q, parts) = filled(&log, batch);
            prop_assert_eq!(whole.dump().unwrap(), parts.dump().unwrap());
        }

        #[test]
        fn a_deleted_view_comes_back_identical(log in entries(120), batch in 1usize..40) {
            let (dir, projector, view) = filled(&log, batch);
            let before = view.dump().unwrap();
            drop((projector, view));
            View::delete(dir.path()).unwrap();
            let (mut projector, view) = View::open(dir.path(), MESH).unwrap();
            prop_assert_eq!(projector.upto(), Seq::ZERO);
            project(&mut projector, &log, usize::MAX);
            prop_assert_eq!(view.dump().unwrap(), before);
        }

        #[test]
        fn stopping_and_repeating_make_no_difference(log in entries(120), stop in 0usize..120, back in 0usize..30) {
            let (_one, _p, whole) = filled(&log, usize::MAX);
            let (dir, projector, view) = filled(&log[..stop.min(log.len())], 7);
            drop((projector, view));
            let (mut projector, view) = View::open(dir.path(), MESH).unwrap();
            prop_assert_eq!(projector.upto().0 as usize, stop.min(log.len()));
            project(&mut projector, &log[stop.min(log.len()).saturating_sub(back)..], 11);
            prop_assert_eq!(whole.dump().unwrap(), view.dump().unwrap());
        }

        #[test]
        fn search_finds_what_the_model_finds(
            log in entries(160),
            rooms in visible(),
            words in prop::sample::select(model::QUERIES),
            only in prop::option::weighted(0.2, 0u64..4),
            (from, mentions) in (who(), who()),
            (since, until) in (moment(), moment()),
            limit in 1usize..30,
        ) {
            let (_dir, _projector, view) = filled(&log, 50);
            let search = Search { words, room: only.map(room), from, mentions, since, until, limit };
            let found = view.search(&rooms, &search).unwrap();
            let seqs: Vec<Seq> = found.iter().map(|f| f.message.seq).collect();
            prop_assert_eq!(seqs, Model::of(&log).search(&rooms, &search));
            for found in found {
                prop_assert!(found.snippet.contains('⟦'), "{:?}", found.snippet);
                prop_assert_eq!(found.snippet.replace(['⟦', '⟧'], ""), found.message.text);
            }
        }

        #[test]
        fn what_waits_is_what_the_model_says(
            log in entries(160),
            rooms in visible(),
            position in position(),
            me in 0u64..5,
            direct in prop::option::of(0u64..4),
            limit in 1usize..30,
        ) {
            let (_dir, _projector, view) = filled(&log, 50);
            let inbox = Inbox { participant: person(me), rooms: &rooms, position: &position };
            let model = Model::of(&log);
            let unread: Vec<_> = view.unread(inbox).unwrap().iter().map(|u| (u.room, u.messages, u.mentions)).collect();
            prop_assert_eq!(unread, model.unread(&inbox));
            let direct = direct.map(|n| [room(n)]);
            let direct = direct.as_ref().map(|rooms| &rooms[..]);
            let waiting: Vec<Seq> = view.waiting(inbox, direct, limit).unwrap().iter().map(|m| m.seq).collect();
            let mut expected = model.waiting(&inbox, direct);
            prop_assert_eq!(view.first_waiting(inbox).unwrap(), model.waiting(&inbox, None).iter().min().copied());
            expected.truncate(limit);
            prop_assert_eq!(waiting, expected);
        }

        #[test]
        fn history_is_whole_from_both_ends(log in entries(160), first in 1u64..80, limit in 1usize..9) {
            let (_dir, _projector, view) = filled(&log, 50);
            let model = Model::of(&log);
            for n in 0..4 {
                let expected = model.history(room(n), Seq(first));
                let mut forward = Vec::new();
                let mut after = Some(Seq::ZERO);
                while let Some(bound) = after {
                    let page = view.history(room(n), Seq(first), Some(bound), None, limit).unwrap();
                    prop_assert!(page.items.len() <= limit);
                    forward.extend(page.items.iter().map(|m| m.seq));
                    after = page.next;
                }
                prop_assert_eq!(&forward, &expected);
                let mut backward = Vec::new();
                let mut page = view.history(room(n), Seq(first), None, None, limit).unwrap();
                loop {
                    backward.extend(page.items.iter().rev().map(|m| m.seq));
                    let Some(before) = page.prev else { break };
                    page = view.history(room(n), Seq(first), None, Some(before), limit).unwrap();
                }
                backward.reverse();
                prop_assert_eq!(&backward, &expected);
            }
        }

        #[test]
        fn each_message_is_as_the_model_has_it(log in entries(160)) {
            let (_dir, _projector, view) = filled(&log, 50);
            let model = Model::of(&log);
            for entry in &log {
                let row = view.message(MessageId(entry.seq)).unwrap();
                let expected = model.messages.get(&entry.seq);
                prop_assert_eq!(row.is_some(), expected.is_some());
                let (Some(row), Some(message)) = (row, expected) else { continue };
                prop_assert_eq!((row.facts.room, row.author, &row.text), (message.room, message.author, &message.text));
                prop_assert_eq!((row.deleted, row.redacted), (message.deleted, message.redacted));
                prop_assert_eq!((row.edited_at, row.facts.priority), (message.edited_at, message.priority));
                let kinds = row.reactions.iter();
                let signs = kinds.flat_map(|kind| kind.by.iter().map(|by| (kind.reaction.clone(), *by)));
                let mut expected = Vec::new();
                for (kind, _) in &message.reactions {
                    let alike = message.reactions.iter().filter(|(one, _)| one == kind);
                    if !expected.iter().any(|(one, _)| one == kind) {
                        expected.extend(alike.cloned());
                    }
                }
                prop_assert_eq!(signs.collect::<Vec<_>>(), expected);
                prop_assert_eq!(row.facts.mentions.iter().copied().collect::<BTreeSet<_>>(), message.mentions.clone());
                prop_assert_eq!((row.facts.thread, row.facts.reply_to), (message.thread, message.thread));
                prop_assert_eq!(row.replies as usize, model.thread(row.seq).iter().filter(|seq| !model.messages[*seq].is_gone()).count());
                let header = view.header(MessageId(entry.seq), Some(person(1))).unwrap().unwrap();
                prop_assert_eq!(header.names_asker, message.mentions.contains(&person(1)));
                prop_assert_eq!((header.room, header.author, header.thread, header.deleted), (row.facts.room, row.author, row.facts.thread, row.is_gone()));
                prop_assert_eq!(header.as_of, Seq(log.len() as u64));
                let root = message.thread.map_or(entry.seq, |root| root.0);
                let thread: Vec<Seq> = view.thread(MessageId(entry.seq), Seq(1), 500).unwrap().iter().map(|m| m.seq).collect();
                let expected: Vec<Seq> = [root].into_iter().chain(model.thread(root)).collect();
                prop_assert_eq!(thread, expected);
            }
        }

        #[test]
        fn stays_and_sessions_are_as_the_model_has_them(log in entries(160), since in moment(), until in moment()) {
            let (_dir, _projector, view) = filled(&log, 50);
            let model = Model::of(&log);
            for (n, who) in (0..4).flat_map(|n| [(n, None), (n, Some(person(n)))]) {
                let filter = StayFilter { room: Some(room(n)), participant: who, since, until };
                let stays = view.stays(filter, |_| true, 500).unwrap();
                let mut stays: Vec<_> = stays.iter().map(|s| (s.participant, s.joined_at, s.left_at)).collect();
                stays.sort();
                prop_assert_eq!(stays, model.stays(&filter));
                let filter = SessionFilter { participant: Some(person(n)), ended: true, since, until };
                let sessions = view.sessions(filter, 500).unwrap();
                let mut sessions: Vec<_> = sessions.iter().map(|s| (s.opened_at, s.closed_at)).collect();
                sessions.sort();
                prop_assert_eq!(sessions, model.sessions(&filter));
            }
            prop_assert!(view.stays(StayFilter::default(), |_| false, 500).unwrap().is_empty());
        }
    }
}

fn one(text: &str) -> Vec<Entry> {
    vec![Entry::post(1, 0, 0, text, &[])]
}

#[test]
fn a_view_of_another_mesh_or_version_or_with_a_broken_file_is_made_anew() {
    let (dir, projector, view) = filled(&one("hello"), 1);
    drop((projector, view));
    let (projector, _view) = View::open(dir.path(), MESH).unwrap();
    assert_eq!(projector.upto(), Seq(1), "the same mesh goes on");
    drop(projector);
    let (projector, view) = View::open(dir.path(), "another mesh").unwrap();
    assert_eq!(
        (projector.upto(), view.upto().unwrap()),
        (Seq::ZERO, Seq::ZERO)
    );
    drop((projector, view));
    std::fs::write(
        dir.path().join("view.db"),
        "not a database, and longer than a header of one has to be",
    )
    .unwrap();
    let (mut projector, view) = View::open(dir.path(), MESH).unwrap();
    assert_eq!(projector.upto(), Seq::ZERO);
    project(&mut projector, &one("hello"), 1);
    assert_eq!(view.upto().unwrap(), Seq(1));
}

#[test]
fn a_view_that_was_not_closed_is_trusted_only_within_the_same_boot() {
    let (dir, projector, view) = filled(&one("hello"), 1);
    // Killed: nothing is closed, but the system still has all that was written.
    std::mem::forget(projector);
    let (projector, again) = View::open(dir.path(), MESH).unwrap();
    let same_boot = std::path::Path::new("/proc/sys/kernel/random/boot_id").exists();
    assert_eq!(projector.upto(), if same_boot { Seq(1) } else { Seq::ZERO });
    drop((projector, again, view));
    // Written in another boot and never closed: what the disk has may be any part of it.
    let db = rusqlite::Connection::open(dir.path().join("view.db")).unwrap();
    db.execute(
        "UPDATE meta SET value = 'another boot' WHERE name = 'written'",
        [],
    )
    .unwrap();
    drop(db);
    let (projector, _view) = View::open(dir.path(), MESH).unwrap();
    assert_eq!(projector.upto(), Seq::ZERO);
}

#[test]
fn what_was_deleted_or_replaced_is_nowhere_in_the_file() {
    let mut log = vec![Entry::post(
        1,
        0,
        0,
        "the code is xylophonequartz, keep it",
        &[],
    )];
    log.push(Entry::post(2, 0, 0, "and that is wyvernzeppelin too", &[]));
    log.extend((3..60).map(|seq| Entry::post(seq, 0, 1, "something else altogether", &[])));
    log.push(Entry::delete(60, 0, 1));
    log.push(Entry::edit(61, 0, 2, "never mind", &[]));
    let (dir, projector, view) = filled(&log, 4);
    let everywhere = [(room(0), Seq(1))];
    let search = |words| {
        view.search(
            &everywhere,
            &Search {
                words,
                limit: 9,
                ..Search::default()
            },
        )
        .unwrap()
        .len()
    };
    assert_eq!(
        (
            search("xylo"),
            search("xylophonequartz"),
            search("wyvern"),
            search("never mind")
        ),
        (0, 0, 0, 1)
    );
    drop((projector, view));
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("phonequartz") && !text.contains("vernzeppelin"));
    }
}

#[test]
fn no_query_breaks_out_of_its_quotes_or_names_a_hidden_word() {
    let (_dir, _projector, view) = filled(&one("plain words near here"), 1);
    let everywhere = [(room(0), Seq(1))];
    let search = |words| {
        view.search(
            &everywhere,
            &Search {
                words,
                limit: 9,
                ..Search::default()
            },
        )
        .unwrap()
        .len()
    };
    for hostile in [
        "\"",
        "a\" OR \"plain",
        "text:plain",
        "NEAR(plain here)",
        "plain*",
        "\u{E000}r1",
        "r1",
        "-",
        "^plain",
        "\0",
        "('",
    ] {
        search(hostile);
    }
    assert_eq!(
        (
            search("\u{E000}r1"),
            search("r1"),
            search(""),
            search("a\" OR \"plain")
        ),
        (0, 0, 0, 0)
    );
    assert_eq!(
        (search("plain*"), search("WORDS, \"plain\""), search("her")),
        (1, 1, 1)
    );
}

#[test]
fn a_text_cannot_put_itself_into_another_room() {
    let mut log = vec![
        Entry::post(1, 0, 0, "public", &[]),
        Entry::post(2, 1, 1, "secret \u{E000}r1 \u{E000}f1", &[]),
    ];
    log.push(Entry::post(3, 0, 0, "no such thing", &[]));
    let (_dir, _projector, view) = filled(&log, 9);
    let found = view
        .search(
            &[(room(0), Seq(1))],
            &Search {
                words: "secret",
                limit: 9,
                ..Search::default()
            },
        )
        .unwrap();
    assert!(found.is_empty());
    let from = Some(person(0));
    let search = Search {
        words: "secret",
        from,
        limit: 9,
        ..Search::default()
    };
    assert!(
        view.search(&[(room(1), Seq(1))], &search)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn with_many_rooms_the_same_is_found_as_with_few() {
    let log: Vec<Entry> = (1..=400)
        .map(|seq| Entry::post(seq, seq % 40, seq % 5, "common word", &[]))
        .collect();
    let (_dir, _projector, view) = filled(&log, 100);
    let rooms: Vec<Visible> = (0..30).map(|n| (room(n), Seq(1 + n * 5))).collect();
    let search = Search {
        words: "common wor",
        limit: 500,
        ..Search::default()
    };
    let found: Vec<Seq> = view
        .search(&rooms, &search)
        .unwrap()
        .iter()
        .map(|f| f.message.seq)
        .collect();
    assert_eq!(found, Model::of(&log).search(&rooms, &search));
    let unknown: Vec<Visible> = vec![(RoomId(uuid::Uuid::from_u64_pair(9, 9)), Seq(1))];
    assert!(view.search(&unknown, &search).unwrap().is_empty());
    assert!(view.search(&[], &search).unwrap().is_empty());
}

#[test]
fn reads_go_on_beside_the_projector() {
    let log: Vec<Entry> = (1..=2000)
        .map(|seq| Entry::post(seq, 0, 0, "word", &[]))
        .collect();
    let (_dir, mut projector, view) = filled(&[], 1);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = Seq::ZERO;
            while seen < Seq(2000) {
                let page = view.history(room(0), Seq(1), None, None, 500).unwrap();
                let newest = page.items.last().map_or(Seq::ZERO, |m| m.seq);
                assert!(
                    newest >= seen && newest.0 % 20 == 0,
                    "whole batches, in order: {newest}"
                );
                assert!(
                    page.items
                        .windows(2)
                        .all(|pair| pair[0].seq.next() == pair[1].seq)
                );
                seen = newest;
            }
        });
        project(&mut projector, &log, 20);
        reader.join().unwrap();
    });
}

/// What stands in a text and the words somebody looks for in it.
const SEEN: [(&str, &[&str]); 10] = [
    (
        "发现了三条悬空引用，需要修复",
        &["悬空", "悬空引用", "修复"],
    ),
    ("しりとりをしよう", &["しりとり", "とり"]),
    ("请看API配置", &["配置", "API", "api配置"]),
    ("运行gen-itgc脚本", &["gen-itgc", "itgc", "脚本"]),
    ("in der Straße", &["strasse", "STRASSE", "straße"]),
    ("in der Hauptstrasse 5", &["hauptstraße"]),
    (
        "call getUserById there",
        &["ById", "byid", "user", "getUserById"],
    ),
    (
        "set max_open_files to v2",
        &["open", "max_open", "v2", "to"],
    ),
    ("ไปโรงเรียนทุกวัน", &["โรงเรียน"]),
    ("ខ្ញុំទៅសាលារៀន", &["សាលា"]),
];

#[test]
fn what_people_see_is_found_before_and_after_it_is_in_a_block() {
    let mut log: Vec<Entry> = (1..)
        .zip(SEEN)
        .map(|(seq, (text, _))| Entry::post(seq, 0, 0, text, &[]))
        .collect();
    let (_dir, mut projector, view) = filled(&log, 100);
    let found = |words: &str| -> Vec<Seq> {
        let search = Search {
            words,
            limit: 500,
            ..Search::default()
        };
        let found = view.search(&[(room(0), Seq(1))], &search).unwrap();
        found.iter().map(|found| found.message.seq).collect()
    };
    let all_found = || {
        for (seq, (text, queries)) in (1..).zip(SEEN) {
            for query in queries {
                assert!(found(query).contains(&Seq(seq)), "{query} in {text}");
            }
        }
    };
    all_found();
    log = (11..6000)
        .map(|seq| Entry::post(seq, 0, 0, "something else", &[]))
        .collect();
    project(&mut projector, &log, 1000);
    all_found();
    assert_eq!(found("else something").len(), 500);
    assert_eq!(found("else something")[0], Seq(5999));
}
