//! What every log must do, whatever keeps it. Each implementation runs [`run`] in its tests.

use std::ops::ControlFlow;
use std::thread;

use mesh_proof::{Digest, Event, Tail, Trust, Verifier};
use serde_json::value::RawValue;

use crate::{AppendError, Content, EraseError, Log, LogReader, OpenError, SnapshotError};

/// A place where a log lives: opened, dropped and opened again, the same events are in it.
pub trait Place {
    /// Opens the log.
    fn open(&self) -> Result<Box<dyn Log>, OpenError>;
}

/// An event of the suite, as the test states it and as it must read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Unix milliseconds.
    pub at: u64,
    /// Type of the event.
    pub kind: String,
    /// JSON of the actor.
    pub by: String,
    /// JSON of the facts.
    pub facts: String,
    /// JSON of the content, if any.
    pub content: Option<String>,
}

impl Sample {
    /// The sample numbered `n`: every third has no content, and the sizes differ.
    pub fn numbered(n: u64) -> Self {
        let content = (!n.is_multiple_of(3)).then(|| {
            format!(
                r#"{{"text":"word {n} – {}"}}"#,
                "é\\n".repeat((n % 7) as usize)
            )
        });
        Self {
            at: 1_763_705_000_000 + n,
            kind: "message.posted".to_owned(),
            by: format!(r#"{{"participant":{n}}}"#),
            facts: format!(r#"{{"room":"r{n}","labels":["a","b"]}}"#),
            content,
        }
    }
}

/// Appends `samples` as one batch at the log's tail.
pub fn append(log: &mut dyn Log, samples: &[Sample]) -> Result<Tail, AppendError> {
    let raw = |json: &str| RawValue::from_string(json.to_owned()).expect("samples are JSON");
    let parts: Vec<_> = samples
        .iter()
        .map(|sample| {
            (
                raw(&sample.by),
                raw(&sample.facts),
                sample.content.as_deref().map(raw),
            )
        })
        .collect();
    let events: Vec<Event<'_>> = samples
        .iter()
        .zip(&parts)
        .map(|(sample, (by, facts, content))| Event {
            at: sample.at,
            kind: &sample.kind,
            v: 1,
            by,
            facts,
            content: content.as_deref(),
            salt: [7; 16],
        })
        .collect();
    log.append(log.tail(), &events)
}

/// Reads all events from `from` on; an erased content reads as `erased`.
pub fn read_all(reader: &LogReader, from: u64) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut next = from.max(1);
    reader
        .read(from, |record| {
            assert_eq!(record.seq, next, "events come in order and without gaps");
            next += 1;
            samples.push(Sample {
                at: record.at,
                kind: record.kind.to_owned(),
                by: record.by.get().to_owned(),
                facts: record.facts.get().to_owned(),
                content: match record.content {
                    Content::None => None,
                    Content::Erased => Some("erased".to_owned()),
                    Content::Json(json) => Some(json.to_owned()),
                },
            });
            ControlFlow::Continue(())
        })
        .expect("the log reads");
    samples
}

/// The samples numbered so.
pub fn samples(numbers: impl IntoIterator<Item = u64>) -> Vec<Sample> {
    numbers.into_iter().map(Sample::numbered).collect()
}

/// Runs the suite. `fresh` makes a new, empty place each time.
pub fn run<P: Place>(fresh: impl Fn() -> P) {
    a_new_log_is_empty(&fresh());
    batches_read_back(&fresh());
    a_stale_writer_is_refused(&fresh());
    bad_events_are_refused(&fresh());
    readers_start_anywhere(&fresh());
    single_events_are_found(&fresh());
    readers_follow_from_other_threads(&fresh());
    checked_reads_follow_the_chain(&fresh());
    erased_contents_are_gone(&fresh());
    snapshots_are_a_cache(&fresh());
    everything_is_there_after_reopening(&fresh());
    only_one_writer(&fresh());
    exports_verify(&fresh());
}

fn open(place: &impl Place) -> Box<dyn Log> {
    place.open().expect("the log opens")
}

fn filled(place: &impl Place, batches: u64, size: u64) -> Box<dyn Log> {
    let mut log = open(place);
    for batch in 0..batches {
        append(&mut *log, &samples(batch * size + 1..=(batch + 1) * size))
            .expect("the batch is stored");
    }
    log
}

fn a_new_log_is_empty(place: &impl Place) {
    let log = open(place);
    assert_eq!(log.tail(), Tail::EMPTY);
    assert!(!log.is_read_only());
    assert!(read_all(&log.reader(), 1).is_empty());
    assert!(
        log.reader()
            .get(1, |_| ())
            .expect("the log reads")
            .is_none()
    );
    assert_eq!(
        log.verify(&Trust::AnyKey)
            .expect("an empty log verifies")
            .events,
        0
    );
}

fn batches_read_back(place: &impl Place) {
    let log = filled(place, 4, 5);
    assert_eq!(log.tail().seq, 20);
    assert_eq!(log.reader().tail(), log.tail());
    assert_eq!(read_all(&log.reader(), 1), samples(1..=20));
    let verified = log.verify(&Trust::AnyKey).expect("the log verifies");
    assert_eq!(
        (verified.events, verified.batches, verified.tail),
        (20, 4, log.tail())
    );
}

fn a_stale_writer_is_refused(place: &impl Place) {
    let mut log = filled(place, 2, 2);
    let (tail, stale) = (log.tail(), Tail::EMPTY);
    let null = RawValue::NULL;
    let event = Event {
        at: 1,
        kind: "note",
        v: 1,
        by: null,
        facts: null,
        content: None,
        salt: [0; 16],
    };
    let refused = log.append(stale, &[event]);
    assert!(
        matches!(refused, Err(AppendError::Moved { expected, actual }) if expected == stale && actual == tail)
    );
    let other_chain = Tail {
        head: Digest::ZERO,
        ..tail
    };
    assert!(matches!(
        log.append(other_chain, &[event]),
        Err(AppendError::Moved { .. })
    ));
    assert_eq!(log.tail(), tail);
    assert_eq!(
        log.append(tail, &[event]).expect("the batch is stored").seq,
        5
    );
}

fn bad_events_are_refused(place: &impl Place) {
    let mut log = filled(place, 1, 3);
    let tail = log.tail();
    let null = RawValue::NULL;
    let good = Event {
        at: 1,
        kind: "note",
        v: 1,
        by: null,
        facts: null,
        content: None,
        salt: [0; 16],
    };
    let two_lines = RawValue::from_string("{\n}".to_owned()).expect("it is JSON");
    let bad: [&[Event<'_>]; 4] = [
        &[],
        &[good, Event { kind: "", ..good }],
        &[
            good,
            Event {
                kind: "Quote\"",
                ..good
            },
        ],
        &[
            good,
            Event {
                content: Some(&two_lines),
                ..good
            },
        ],
    ];
    for events in bad {
        assert!(matches!(
            log.append(tail, events),
            Err(AppendError::Encode(_))
        ));
        assert_eq!(log.tail(), tail);
    }
    append(&mut *log, &samples(4..=4)).expect("the batch is stored");
    assert_eq!(read_all(&log.reader(), 1), samples(1..=4));
}

fn readers_start_anywhere(place: &impl Place) {
    let log = filled(place, 5, 3);
    let reader = log.reader();
    for from in 1..=17 {
        assert_eq!(read_all(&reader, from), samples(from..=15));
    }
    assert_eq!(read_all(&reader, 0), samples(1..=15));
    let mut next = 1;
    for expected in 1..=15 {
        let mut seen = None;
        let one = |record: crate::Record<'_>| {
            seen = Some(record.seq);
            ControlFlow::Break(())
        };
        next = reader.read(next, one).expect("the log reads");
        assert_eq!(
            (seen, next),
            (Some(expected), expected + 1),
            "a broken read goes on where it stopped"
        );
    }
}

fn single_events_are_found(place: &impl Place) {
    let log = filled(place, 20, 7);
    let reader = log.reader();
    for seq in (1..=140).rev() {
        let at = reader
            .get(seq, |record| (record.seq, record.at))
            .expect("the log reads");
        assert_eq!(at, Some((seq, Sample::numbered(seq).at)));
    }
    assert_eq!(reader.get(0, |_| ()).expect("the log reads"), None);
    assert_eq!(reader.get(141, |_| ()).expect("the log reads"), None);
    assert_eq!(
        reader.head_at(140).expect("the log reads"),
        Some(log.tail().head)
    );
    assert_eq!(
        reader.head_at(0).expect("the log reads"),
        Some(Digest::ZERO)
    );
    assert_eq!(reader.head_at(141).expect("the log reads"), None);
}

fn readers_follow_from_other_threads(place: &impl Place) {
    let mut log = open(place);
    let reader = log.reader();
    let follower = thread::spawn(move || {
        let (mut seen, mut next) = (Vec::new(), 1);
        while next <= 200 {
            let tail = reader.tail().seq;
            assert_eq!(tail % 4, 0, "a batch becomes visible as a whole");
            let collect = |record: crate::Record<'_>| {
                seen.push(record.at);
                ControlFlow::Continue(())
            };
            next = reader.read(next, collect).expect("the log reads");
            assert!(next > tail, "a read reaches the tail known before it");
            thread::yield_now();
        }
        seen
    });
    for batch in 0..50 {
        append(&mut *log, &samples(batch * 4 + 1..=batch * 4 + 4)).expect("the batch is stored");
    }
    let expected: Vec<u64> = (1..=200).map(|n| Sample::numbered(n).at).collect();
    assert_eq!(
        follower.join().expect("the follower does not panic"),
        expected
    );
}

fn checked_reads_follow_the_chain(place: &impl Place) {
    let log = filled(place, 3, 4);
    let reader = log.reader();
    let pass = |_: crate::Record<'_>| ControlFlow::Continue(());
    assert_eq!(
        reader
            .read_checked(Tail::EMPTY, pass)
            .expect("the chain holds"),
        log.tail()
    );
    let head = reader
        .head_at(7)
        .expect("the log reads")
        .expect("event 7 is there");
    assert_eq!(
        reader
            .read_checked(Tail { seq: 7, head }, pass)
            .expect("the chain holds"),
        log.tail()
    );
    let wrong = Tail {
        seq: 7,
        head: Digest::of(b"another log"),
    };
    assert!(
        reader.read_checked(wrong, pass).is_err(),
        "a log that does not follow from the snapshot is refused"
    );
}

fn erased_contents_are_gone(place: &impl Place) {
    let mut log = filled(place, 4, 4);
    let secret = Sample::numbered(5).content.expect("event 5 has content");
    log.erase(&[5, 6, 11]).expect("erasing works");
    log.erase(&[5]).expect("erasing again is harmless");
    let mut expected = samples(1..=16);
    expected[4].content = Some("erased".to_owned());
    expected[10].content = Some("erased".to_owned());
    assert_eq!(expected[5].content, None, "event 6 had none");
    assert_eq!(read_all(&log.reader(), 1), expected);
    let verified = log
        .verify(&Trust::AnyKey)
        .expect("the chain holds without the bodies");
    assert_eq!((verified.events, verified.erased), (16, 2));
    let mut exported = Vec::new();
    log.reader().export(&mut exported).expect("the log exports");
    assert!(!String::from_utf8_lossy(&exported).contains(&secret));
    assert!(matches!(
        log.erase(&[17]),
        Err(EraseError::NoSuchEvent { seq: 17, tail: 16 })
    ));
    assert!(matches!(
        log.erase(&[0]),
        Err(EraseError::NoSuchEvent { seq: 0, .. })
    ));
    append(&mut *log, &samples(17..=17)).expect("the log goes on");
    drop(log);
    expected.push(Sample::numbered(17));
    assert_eq!(read_all(&open(place).reader(), 1), expected);
}

fn snapshots_are_a_cache(place: &impl Place) {
    let mut log = filled(place, 3, 2);
    let snapshots = log.snapshots();
    assert_eq!(snapshots.load("state/1").expect("looking works"), None);
    let middle = Tail {
        seq: 4,
        head: log
            .reader()
            .head_at(4)
            .expect("the log reads")
            .expect("event 4 is there"),
    };
    snapshots
        .save(middle, "state/1", &mut |to| to.write_all(b"older"))
        .expect("saving works");
    snapshots
        .save(log.tail(), "state/1", &mut |to| {
            to.write_all(b"newer")?;
            to.write_all(b"\nline")
        })
        .expect("saving works");
    let newest = snapshots
        .load("state/1")
        .expect("looking works")
        .expect("there is one");
    assert_eq!(
        (newest.tail, newest.bytes.as_slice()),
        (log.tail(), b"newer\nline".as_slice())
    );
    assert_eq!(
        snapshots.load("state/2").expect("looking works"),
        None,
        "another shape of state"
    );
    let foreign = Tail {
        head: Digest::of(b"another log"),
        ..log.tail()
    };
    assert!(matches!(
        snapshots.save(foreign, "state/1", &mut |_| Ok(())),
        Err(SnapshotError::NotInLog { seq: 6 })
    ));
    let future = Tail {
        seq: 7,
        head: Digest::ZERO,
    };
    assert!(matches!(
        snapshots.save(future, "state/1", &mut |_| Ok(())),
        Err(SnapshotError::NotInLog { seq: 7 })
    ));
    for n in 7..=12 {
        let tail = append(&mut *log, &samples(n..=n)).expect("the batch is stored");
        snapshots
            .save(tail, "state/1", &mut |to| to.write_all(&[n as u8]))
            .expect("saving works");
    }
    drop(log);
    let found = open(place)
        .snapshots()
        .load("state/1")
        .expect("looking works")
        .expect("there is one");
    assert_eq!((found.tail.seq, found.bytes), (12, vec![12]));
}

fn everything_is_there_after_reopening(place: &impl Place) {
    let mut tail = filled(place, 3, 3).tail();
    for n in 10..=20 {
        let mut log = open(place);
        assert_eq!(log.tail(), tail);
        tail = append(&mut *log, &samples(n..=n)).expect("the batch is stored");
        assert_eq!(read_all(&log.reader(), 1), samples(1..=n));
        log.verify(&Trust::AnyKey).expect("the log verifies");
    }
}

fn only_one_writer(place: &impl Place) {
    let first = filled(place, 1, 1);
    assert!(matches!(place.open(), Err(OpenError::InUse { .. })));
    assert_eq!(first.tail().seq, 1);
    drop(first);
    assert_eq!(open(place).tail().seq, 1);
}

fn exports_verify(place: &impl Place) {
    let mut log = filled(place, 3, 5);
    log.erase(&[4]).expect("erasing works");
    let mut exported = Vec::new();
    let tail = log.reader().export(&mut exported).expect("the log exports");
    assert_eq!(tail, log.tail());
    let mut verifier = Verifier::new(Trust::AnyKey);
    verifier.start_segment("the export");
    for line in exported
        .strip_suffix(b"\n")
        .expect("lines end in newlines")
        .split(|byte| *byte == b'\n')
    {
        assert!(!line.is_empty(), "an export has no padding");
        assert!(!verifier.feed(line));
    }
    let verified = verifier.finish().expect("the export verifies");
    assert_eq!(
        (verified.tail, verified.events, verified.erased),
        (tail, 15, 1)
    );
}
