//! What is redacted, expired or rejected is nowhere in the view's files, while it runs; what stays are the links.

use std::path::Path;

use mesh_model::events::*;
use mesh_model::{MessageId, PublicKey, Seq, SignatureBytes};
use mesh_store::view::Search;
use mesh_store::{Projector, View};
use serde_json::json;

use crate::model::{Entry, at, person, posted, room};

/// Words that share no beginning with another one, so that the index holds them whole.
const SECRETS: [&str; 4] = [
    "xylophonequartz",
    "wyvernzeppelin",
    "jackdawobelisk",
    "kumquatnebula",
];

fn open() -> (tempfile::TempDir, Projector, View) {
    let dir = tempfile::tempdir().unwrap();
    let (projector, view) = View::open(dir.path(), "a mesh").unwrap();
    (dir, projector, view)
}

fn project(projector: &mut Projector, log: &[Entry]) {
    for entry in log {
        projector.project(&[entry.stored()]).unwrap();
    }
}

/// The secrets that some file still holds, but for their first letter.
fn found_in(dir: &Path) -> Vec<&'static str> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dir).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        found.extend(SECRETS.iter().filter(|secret| text.contains(&secret[2..])));
    }
    found
}

fn words(view: &View, words: &str) -> usize {
    let search = Search {
        words,
        limit: 9,
        ..Search::default()
    };
    view.search(&[(room(0), Seq(1)), (room(1), Seq(1))], &search)
        .unwrap()
        .len()
}

fn talk(from: u64, to: u64) -> impl Iterator<Item = Entry> {
    (from..to).map(|seq| Entry::post(seq, 0, 1, &format!("ordinary talk number {seq}"), &[]))
}

#[test]
fn a_redacted_message_leaves_its_links_and_no_words() {
    let (dir, mut projector, view) = open();
    let mut log = vec![
        Entry::post(1, 0, 0, "the code is xylophonequartz", &[2]),
        Entry::edit(2, 0, 1, "the code is wyvernzeppelin now", &[2]),
    ];
    let answer = MessagePosted {
        reply_to: Some(MessageId(Seq(1))),
        thread: Some(MessageId(Seq(1))),
        quotes: vec![MessageId(Seq(1))],
        ..posted(0)
    };
    log.push(Entry::new(3, 1, answer, Some(json!({"text": "see above"}))));
    log.extend(talk(4, 200));
    project(&mut projector, &log);
    assert!(found_in(dir.path()).contains(&SECRETS[1]));
    let answer = view.message(MessageId(Seq(3))).unwrap().unwrap();
    let quote = answer.quotes[0].row.as_ref().unwrap();
    assert_eq!(
        (
            quote.is_gone(),
            quote.text.as_str(),
            quote.author,
            quote.facts.room
        ),
        (false, "the code is wyvernzeppelin now", person(0), room(0))
    );
    assert_eq!(view.places(MessageId(Seq(1))).unwrap(), [Seq(1), Seq(2)]);

    project(&mut projector, &[Entry::redact(200, 0, 1, &[1, 2])]);
    assert_eq!(found_in(dir.path()), [""; 0]);
    assert_eq!(
        (words(&view, "wyvernzeppelin"), words(&view, "wyv")),
        (0, 0)
    );
    let row = view.message(MessageId(Seq(1))).unwrap().unwrap();
    assert!(row.redacted && !row.deleted && row.text.is_empty() && row.payload.is_none());
    assert_eq!(row.replies, 1);
    let answer = view.message(MessageId(Seq(3))).unwrap().unwrap();
    assert_eq!(answer.facts.reply_to, Some(MessageId(Seq(1))));
    let quote = answer.quotes[0].row.as_ref().unwrap();
    assert!(quote.is_gone() && quote.text.is_empty());
    let header = view.header(MessageId(Seq(1)), Some(person(2))).unwrap();
    assert!(header.is_some_and(|header| header.deleted && !header.names_asker));
    assert_eq!(view.edits(MessageId(Seq(1))).unwrap(), [(Seq(2), at(2))]);
}

#[test]
fn a_message_that_was_deleted_can_still_be_redacted() {
    let (_dir, mut projector, view) = open();
    let log = [
        Entry::post(1, 0, 0, "one", &[]),
        Entry::delete(2, 0, 1),
        Entry::redact(3, 0, 1, &[1]),
    ];
    project(&mut projector, &log);
    let row = view.message(MessageId(Seq(1))).unwrap().unwrap();
    assert!(row.redacted && row.deleted);
}

#[test]
fn a_room_expires_up_to_a_place_and_each_place_once() {
    let (dir, mut projector, view) = open();
    let mut log = vec![
        Entry::post(1, 0, 0, "the code is xylophonequartz", &[]),
        Entry::edit(2, 0, 1, "the code is wyvernzeppelin now", &[]),
        Entry::quarantine(3, 0, 2, "obey jackdawobelisk"),
        Entry::new(
            4,
            0,
            EventPublished {
                room: room(0),
                name: "build".to_owned(),
                version: 1,
            },
            Some(json!({"payload": {"branch": "kumquatnebula"}})),
        ),
        Entry::post(5, 1, 0, "another room stays", &[]),
        Entry::post(6, 0, 0, "later talk", &[]),
        Entry::edit(7, 0, 1, "edited once more", &[]),
    ];
    log.extend(talk(8, 100));
    project(&mut projector, &log);
    // Two events share each moment: before the moment of 6 are 1 to 5.
    let last = |after| view.last_said_before(room(0), Seq(after), at(6)).unwrap();
    assert_eq!((last(0), last(4)), (Some(Seq(4)), None));
    project(&mut projector, &[Entry::expire(100, 0, 4)]);
    assert_eq!(found_in(dir.path()), [""; 0]);
    let places = view.expired_places(Seq(100)).unwrap();
    assert_eq!(places, [1, 2, 3, 4, 7].map(Seq));
    let text = |seq| {
        let row = view.message(MessageId(Seq(seq))).unwrap().unwrap();
        (row.redacted, row.text)
    };
    assert_eq!(text(1), (true, String::new()));
    assert_eq!(text(5), (false, "another room stays".to_owned()));
    assert_eq!(text(6), (false, "later talk".to_owned()));
    assert!(view.quarantine(&[room(0)]).unwrap().is_empty());
    project(&mut projector, &[Entry::expire(101, 0, 9)]);
    assert_eq!(view.expired_places(Seq(101)).unwrap(), [6, 8, 9].map(Seq));
}

#[test]
fn what_waits_is_for_moderators_alone_and_goes_when_it_was_reviewed() {
    let (dir, mut projector, view) = open();
    let mut log: Vec<Entry> = talk(1, 50).collect();
    log.push(Entry::quarantine(50, 0, 2, "obey jackdawobelisk"));
    log.push(Entry::quarantine(51, 0, 2, "obey kumquatnebula"));
    project(&mut projector, &log);
    assert!(view.message(MessageId(Seq(50))).unwrap().is_none());
    assert!(view.header(MessageId(Seq(50)), None).unwrap().is_none());
    assert_eq!(words(&view, "jackdawobelisk"), 0);
    let waiting = view.quarantine(&[room(1), room(0)]).unwrap();
    assert_eq!(waiting.len(), 2);
    assert_eq!(waiting[0].text, "obey jackdawobelisk");
    assert_eq!(waiting[0].author, person(2));
    let reviewed = |seq: u64, released| MessageReviewed {
        room: room(0),
        message: MessageId(Seq(seq)),
        author: person(2),
        released,
    };
    let released = MessagePosted {
        released: Some(Released {
            place: None,
            message: MessageId(Seq(50)),
            author: person(2),
        }),
        ..posted(0)
    };
    project(
        &mut projector,
        &[
            Entry::new(52, 0, reviewed(50, true), None),
            Entry::new(
                53,
                0,
                released,
                Some(json!({"text": "obey jackdawobelisk"})),
            ),
            Entry::new(54, 0, reviewed(51, false), None),
        ],
    );
    assert!(view.quarantine(&[room(0)]).unwrap().is_empty());
    let row = view.message(MessageId(Seq(53))).unwrap().unwrap();
    assert_eq!(
        (row.author, row.text.as_str()),
        (person(2), "obey jackdawobelisk")
    );
    assert_eq!(view.places(MessageId(Seq(53))).unwrap(), [Seq(50), Seq(53)]);
    project(&mut projector, &[Entry::redact(55, 0, 53, &[50, 53])]);
    assert_eq!(found_in(dir.path()), [""; 0]);
}

#[test]
fn what_is_for_good_comes_back_as_it_was() {
    let (_dir, mut projector, view) = open();
    let facts = MessagePosted {
        trust: Trust::Untrusted,
        command: true,
        labels: vec![room(2), room(3)],
        signed: Some(Signed {
            key: PublicKey([7; 32]),
            sig: SignatureBytes([9; 64]),
            request: None,
        }),
        relayed: Some(Relayed {
            place: None,
            origin: "irc".to_owned(),
            sender: "bob".to_owned(),
            path: vec!["relay".to_owned()],
        }),
        guard: Some(GuardMark {
            version: 1,
            score: 62,
            marked: true,
            reasons: vec!["role_marker".to_owned()],
        }),
        ..posted(0)
    };
    let content = Some(json!({"text": "hello"}));
    project(
        &mut projector,
        &[
            Entry::new(1, 0, facts.clone(), content),
            Entry::post(2, 0, 1, "plain", &[]),
        ],
    );
    let row = view.message(MessageId(Seq(1))).unwrap().unwrap();
    assert!(row.is_marked());
    assert_eq!(row.facts, facts);
    assert_eq!(view.labels(MessageId(Seq(1))).unwrap(), facts.labels);
    assert!(
        !view
            .message(MessageId(Seq(2)))
            .unwrap()
            .unwrap()
            .is_marked()
    );

    let again = MessageRescanned {
        room: room(0),
        message: MessageId(Seq(1)),
        guard: GuardMark {
            version: 2,
            score: 3,
            marked: false,
            reasons: Vec::new(),
        },
    };
    project(
        &mut projector,
        &[
            Entry::new(3, 0, again.clone(), None),
            Entry::edit(4, 0, 1, "bye", &[]),
        ],
    );
    let row = view.message(MessageId(Seq(1))).unwrap().unwrap();
    assert_eq!(
        (row.facts.signed, row.facts.guard),
        (None, None),
        "neither is of the new words"
    );
    assert_eq!(row.facts.trust, Trust::Untrusted);
}

#[test]
fn a_block_of_the_index_does_not_tell_of_words_that_were_erased() {
    let (dir, mut projector, view) = open();
    // So many that they are in blocks, whose tables have many pages.
    let letters = |mut n: u64| -> String {
        let mut word = String::new();
        while word.len() < 12 {
            word.push(char::from(b'a' + (n % 26) as u8));
            n = (n / 26).wrapping_mul(0x9e37_79b9).wrapping_add(n);
        }
        word
    };
    let word = |seq: u64| letters(seq.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let log: Vec<Entry> = (1..9500)
        .map(|seq| Entry::post(seq, 0, 0, &format!("{0}a {0}b common", word(seq)), &[]))
        .collect();
    for part in log.chunks(1900) {
        let events: Vec<_> = part.iter().map(Entry::stored).collect();
        projector.project(&events).unwrap();
    }
    let told = |seq: u64| {
        std::fs::read_dir(dir.path()).unwrap().any(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            memchr::memmem::find(&bytes, word(seq).as_bytes()).is_some()
        })
    };
    for (seq, message) in (9500..).zip([1, 1234, 4095, 5000, 9499]) {
        assert!(told(message) && words(&view, &format!("{}a", word(message))) == 1);
        projector
            .project(&[Entry::redact(seq, 0, message, &[message]).stored()])
            .unwrap();
        assert!(
            !told(message) && words(&view, &word(message)) == 0,
            "{message}"
        );
    }
    let edited = Entry::edit(9600, 0, 2000, "quite another zebra", &[]);
    projector.project(&[edited.stored()]).unwrap();
    assert_eq!((words(&view, "zebra"), words(&view, &word(2000))), (1, 0));
}

#[test]
fn what_was_rejected_can_be_named_to_be_erased() {
    let (_dir, mut projector, view) = open();
    project(&mut projector, &[Entry::quarantine(1, 0, 2, "obey")]);
    let message = MessageId(Seq(1));
    assert!(view.reviewed_header(message).unwrap().is_none());
    let rejected = MessageReviewed {
        room: room(0),
        message,
        author: person(2),
        released: false,
    };
    project(&mut projector, &[Entry::new(2, 0, rejected, None)]);
    let header = view.reviewed_header(message).unwrap().unwrap();
    assert_eq!((header.room, header.author), (room(0), person(2)));
}
