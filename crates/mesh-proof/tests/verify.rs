//! The verifier accepts what was written and names the line of everything else.

use ed25519_dalek::SigningKey;
use mesh_proof::{
    Event, Problem, ProblemKind, Tail, Trust, Verified, Verifier, build_batch, erased_line,
};
use proptest::prelude::*;
use serde_json::value::RawValue;

type Lines = Vec<Vec<u8>>;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn trusted() -> Trust {
    Trust::Keys(vec![key().verifying_key().to_bytes()])
}

/// A log with batches of these sizes; every third event has no body.
fn log(sizes: &[u64], key: Option<&SigningKey>) -> Lines {
    let (mut bytes, mut tail) = (Vec::new(), Tail::EMPTY);
    for size in sizes {
        let contents: Vec<_> = (1..=*size)
            .map(|n| {
                let seq = tail.seq + n;
                let json = format!(r#"{{"text":"word {seq}"}}"#);
                (!seq.is_multiple_of(3)).then(|| RawValue::from_string(json).expect("it is JSON"))
            })
            .collect();
        let events: Vec<_> = contents
            .iter()
            .map(|content| Event {
                at: 1_763_705_000_123,
                kind: "message.posted",
                v: 1,
                by: RawValue::NULL,
                facts: RawValue::TRUE,
                content: content.as_deref(),
                salt: [7; 16],
            })
            .collect();
        tail = build_batch(tail, &events, key, &mut bytes).expect("the batch is well formed");
    }
    split(&bytes)
}

fn split(bytes: &[u8]) -> Lines {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn verify(lines: &Lines, trust: Trust) -> Result<Verified, Problem> {
    let mut verifier = Verifier::new(trust);
    verifier.start_segment("log");
    for line in lines {
        verifier.feed(line);
    }
    verifier.finish()
}

fn problem(lines: &Lines) -> Problem {
    verify(lines, trusted()).expect_err("the change is noticed")
}

fn is_commit(line: &[u8]) -> bool {
    line.starts_with(b"{\"c\":")
}

const SIZES: [u64; 5] = [3, 1, 4, 2, 5];

#[test]
fn an_intact_log_verifies() {
    let lines = log(&SIZES, Some(&key()));
    let verified = verify(&lines, trusted()).expect("the log verifies");
    assert_eq!(
        (verified.events, verified.batches, verified.signed),
        (15, 5, 5)
    );
    assert_eq!(verify(&lines, Trust::AnyKey), Ok(verified));
    assert_eq!(
        verify(&Vec::new(), trusted()).expect("an empty log verifies"),
        Verified::default()
    );
}

#[test]
fn an_unsigned_log_verifies_where_signatures_are_not_asked_for() {
    let lines = log(&SIZES, None);
    assert_eq!(
        verify(&lines, Trust::AnyKey)
            .expect("the log verifies")
            .signed,
        0
    );
    let problem = problem(&lines);
    assert_eq!((problem.kind, problem.line), (ProblemKind::BadSignature, 6));
}

#[test]
fn a_log_signed_by_somebody_else_is_named() {
    let lines = log(&SIZES, Some(&SigningKey::from_bytes(&[6; 32])));
    assert!(verify(&lines, Trust::AnyKey).is_ok());
    assert_eq!(problem(&lines).kind, ProblemKind::BadSignature);
}

#[test]
fn erased_bodies_still_verify() {
    let mut lines = log(&SIZES, Some(&key()));
    let bodies = lines.iter_mut().filter(|line| line.starts_with(b"{\"b\":"));
    let mut erased = 0;
    for body in bodies {
        let seq = body[5..].iter().take_while(|byte| byte.is_ascii_digit());
        let seq = seq.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        *body = erased_line(seq, body.len());
        erased += 1;
    }
    assert_eq!(erased, 10);
    assert_eq!(
        verify(&lines, trusted()).expect("the log verifies").erased,
        erased
    );
}

#[test]
fn every_deleted_line_is_named() {
    let lines = log(&SIZES, Some(&key()));
    for at in 0..lines.len() {
        let mut lines = lines.clone();
        lines.remove(at);
        let problem = problem(&lines);
        if at == lines.len() {
            assert_eq!(
                problem.kind,
                ProblemKind::TornTail,
                "the commit line of the last batch"
            );
        } else {
            assert_eq!(
                (problem.kind, problem.line),
                (ProblemKind::Missing, at as u64 + 1),
                "{problem}"
            );
        }
    }
}

#[test]
fn every_repeated_line_is_named_wherever_it_is_put() {
    let lines = log(&SIZES, Some(&key()));
    for from in 0..lines.len() {
        for to in 0..=lines.len() {
            let mut changed = lines.clone();
            changed.insert(to, lines[from].clone());
            let problem = problem(&changed);
            let places = if to == from || to == from + 1 {
                from as u64 + 1..=from as u64 + 2
            } else {
                to as u64 + 1..=to as u64 + 1
            };
            assert_eq!(
                problem.kind,
                ProblemKind::Inserted,
                "line {from} before line {to}: {problem}"
            );
            assert!(
                places.contains(&problem.line),
                "line {from} before line {to}: {problem}"
            );
        }
    }
}

#[test]
fn a_forged_line_is_told_from_the_true_one() {
    let lines = log(&[3, 4, 3], Some(&key()));
    let forged = |line: &[u8]| {
        String::from_utf8_lossy(line)
            .replace("true", "false")
            .into_bytes()
    };
    let headers = (0..lines.len()).filter(|at| lines[*at].starts_with(b"{\"h\":"));
    for at in headers {
        let mut before = lines.clone();
        before.insert(at, forged(&lines[at]));
        let problem = problem(&before);
        assert_eq!(
            (problem.kind, problem.line),
            (ProblemKind::Inserted, at as u64 + 1),
            "{problem}"
        );
        let mut after = lines.clone();
        after.insert(at + 1, forged(&lines[at]));
        let problem = self::problem(&after);
        assert_eq!(
            (problem.kind, problem.line),
            (ProblemKind::Inserted, at as u64 + 2),
            "{problem}"
        );
    }
}

#[test]
fn a_line_that_is_none_is_named_wherever_it_is_put() {
    let lines = log(&SIZES, Some(&key()));
    for at in 0..lines.len() {
        for junk in [b"{}".as_slice(), b"{\"x\":1}", b"  "] {
            let mut changed = lines.clone();
            changed.insert(at, junk.to_vec());
            let problem = problem(&changed);
            let kind = problem.kind;
            // A cut line in the last batch looks like a torn write, which says so.
            let torn = kind == ProblemKind::TornTail && junk == b"  " && at >= lines.len() - 9;
            assert!(
                torn || (kind, problem.line) == (ProblemKind::Inserted, at as u64 + 1),
                "{at}: {problem}"
            );
        }
    }
}

#[test]
fn every_swap_is_named() {
    let lines = log(&SIZES, Some(&key()));
    for first in 0..lines.len() {
        for second in first + 1..lines.len() {
            let mut lines = lines.clone();
            lines.swap(first, second);
            let problem = problem(&lines);
            assert_eq!(
                (problem.kind, problem.line),
                (ProblemKind::Reordered, first as u64 + 1),
                "lines {first} and {second}: {problem}"
            );
        }
    }
}

#[test]
fn every_altered_byte_is_named() {
    let lines = log(&SIZES, Some(&key()));
    for (at, line) in lines.iter().enumerate() {
        for byte in 0..line.len() {
            for flip in [0x01, 0x10, 0x20, 0x80] {
                let mut lines = lines.clone();
                lines[at][byte] ^= flip;
                let problem = problem(&lines);
                let context = format!("line {at}, byte {byte}, flip {flip:#x}: {problem}");
                let allowed = match problem.kind {
                    ProblemKind::Altered => problem.line == at as u64 + 1,
                    ProblemKind::BadSignature => problem.line == at as u64 + 1 && is_commit(line),
                    // The numbers at the beginning of a line say which line it is: another number is another line.
                    ProblemKind::Missing | ProblemKind::Inserted | ProblemKind::Reordered => {
                        byte < 30
                    }
                    ProblemKind::TornTail => at >= lines.len() - 9,
                };
                assert!(allowed, "{context}");
            }
        }
    }
}

#[test]
fn every_altered_byte_of_an_unsigned_log_is_noticed() {
    let lines = log(&SIZES, None);
    for (at, line) in lines.iter().enumerate() {
        for byte in 0..line.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut lines = lines.clone();
                lines[at][byte] ^= flip;
                let result = verify(&lines, Trust::AnyKey);
                assert!(result.is_err(), "line {at}, byte {byte}, flip {flip:#x}");
            }
        }
    }
}

#[test]
fn a_log_cut_between_batches_is_a_shorter_log_and_anywhere_else_torn() {
    let lines = log(&SIZES, Some(&key()));
    for len in 0..lines.len() {
        let cut = lines[..len].to_vec();
        let whole = len == 0 || is_commit(&lines[len - 1]);
        match verify(&cut, trusted()) {
            Ok(verified) => assert!(whole, "{} events at {len} lines", verified.events),
            Err(problem) => assert!(!whole && problem.kind == ProblemKind::TornTail, "{problem}"),
        }
    }
}

#[test]
fn a_segment_that_ends_inside_a_batch_is_named() {
    let lines = log(&SIZES, Some(&key()));
    let commit = lines
        .iter()
        .position(|line| is_commit(line))
        .expect("there is a commit line");
    for len in 1..=commit {
        let mut verifier = Verifier::new(trusted());
        verifier.start_segment("one");
        lines[..len].iter().for_each(|line| _ = verifier.feed(line));
        verifier.start_segment("two");
        lines[commit + 1..]
            .iter()
            .for_each(|line| _ = verifier.feed(line));
        let problem = verifier.finish().expect_err("the cut is noticed");
        assert_eq!(problem.kind, ProblemKind::Missing);
        assert_eq!((&*problem.segment, problem.line), ("one", len as u64 + 1));
    }
}

#[test]
fn blank_lines_between_batches_are_padding_and_inside_they_are_not() {
    let lines = log(&SIZES, Some(&key()));
    for at in 0..=lines.len() {
        let mut changed = lines.clone();
        changed.insert(at, Vec::new());
        let between = at == 0 || is_commit(&lines[at - 1]);
        assert_eq!(
            verify(&changed, trusted()).is_ok(),
            between,
            "before line {at}"
        );
    }
}

#[test]
fn verifying_can_start_in_the_middle() {
    let lines = log(&SIZES, Some(&key()));
    let second = lines
        .iter()
        .position(|line| is_commit(line))
        .expect("there is a commit line")
        + 1;
    let head = verify(&lines[..second].to_vec(), trusted())
        .expect("the first batch verifies")
        .tail;
    let mut verifier = Verifier::after(head, trusted());
    verifier.start_segment_at("log", second as u64 + 1);
    lines[second..]
        .iter()
        .for_each(|line| _ = verifier.feed(line));
    assert_eq!(verifier.finish().expect("the rest verifies").tail.seq, 15);
    let mut verifier = Verifier::after(head, trusted());
    verifier.start_segment_at("log", second as u64 + 2);
    lines[second + 1..]
        .iter()
        .for_each(|line| _ = verifier.feed(line));
    assert_eq!(
        verifier.finish().expect_err("a line is gone").line,
        second as u64 + 2
    );
}

/// Something that may happen to a log's lines.
#[derive(Debug, Clone)]
enum Change {
    Delete(usize),
    Copy(usize, usize),
    Swap(usize, usize),
    Byte(usize, usize, u8),
    Cut(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let n = any::<usize>;
    prop_oneof![
        n().prop_map(Change::Delete),
        (n(), n()).prop_map(|(from, to)| Change::Copy(from, to)),
        (n(), n()).prop_map(|(one, other)| Change::Swap(one, other)),
        (n(), n(), any::<u8>()).prop_map(|(line, at, byte)| Change::Byte(line, at, byte)),
        (n(), n()).prop_map(|(line, at)| Change::Cut(line, at)),
    ]
}

fn apply(lines: &mut Lines, change: &Change) {
    if lines.is_empty() {
        return;
    }
    let count = lines.len();
    match *change {
        Change::Delete(at) => _ = lines.remove(at % count),
        Change::Copy(from, to) => lines.insert(to % (count + 1), lines[from % count].clone()),
        Change::Swap(one, other) => lines.swap(one % count, other % count),
        Change::Byte(line, at, byte) => {
            let line = &mut lines[line % count];
            if !line.is_empty() {
                let at = at % line.len();
                line[at] = byte;
            }
        }
        Change::Cut(line, at) => {
            let line = &mut lines[line % count];
            let at = at % (line.len() + 1);
            line.truncate(at);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to the lines: what verifies is a beginning of what was written, and nothing panics.
    #[test]
    fn only_what_was_written_verifies(
        sizes in prop::collection::vec(1_u64..5, 1..5),
        signed in any::<bool>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let original = log(&sizes, signed.then(key).as_ref());
        let mut lines = original.clone();
        changes.iter().for_each(|change| apply(&mut lines, change));
        let text = lines.join(&b'\n');
        let lines = if lines.is_empty() { lines } else { split(&text) };
        if let Ok(verified) = verify(&lines, Trust::AnyKey) {
            let left: Lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
            prop_assert!(original.starts_with(&left), "{} events verify", verified.events);
        }
    }
}
