//! Something did not fit: what happened to the log? Later lines are the witnesses.

use super::{Place, ProblemKind, Seen};
use crate::{Digest, Line, LineKey, Rank};

/// Verdict on a suspicion: what, where, which event, and what was found.
pub(super) type Verdict = (ProblemKind, Place, Option<u64>, String);

/// What did not fit.
#[derive(Debug)]
pub(super) enum Suspicion {
    /// Another line stands where `expected` must be; `found` is `None` if it cannot be read.
    Order {
        expected: LineKey,
        found: Option<LineKey>,
        /// The header line before.
        last: Option<Seen>,
        /// Where the found line belongs, if it is a commit line that comes too late.
        belongs: Option<Place>,
    },
    /// The segment ends inside a batch.
    Cut { expected: LineKey },
    /// `here` does not follow from the header `before` it, which is `None` if that one has been committed.
    Link { before: Option<Seen>, here: Seen },
    /// The body is not the one its header names.
    Body { header: Seen, body: Place },
    /// An unsigned commit line names another head than the last header's hash.
    Head {
        header: Seen,
        commit: Place,
        head: Digest,
    },
}

/// A suspicion and what later lines said about it.
#[derive(Debug)]
pub(super) struct Suspect {
    suspicion: Suspicion,
    place: Place,
    /// First event of the batch in which it arose.
    batch_from: u64,
    /// Hash of the line found, if it is a header.
    pub(super) found_hash: Option<Digest>,
    /// The first later line that can be read.
    next: Option<LineKey>,
    /// `from` of the first later commit line.
    next_commit_from: Option<u64>,
    expected_seen: bool,
    found_seen: bool,
    found_passed: bool,
    /// The highest header's event.
    highest: u64,
    /// Whether the last line that can be read is the commit line of the highest event.
    ends_well: bool,
    /// Whether the header before which a late commit line belongs comes again.
    follower_seen: bool,
    /// What the line after the found one says its hash is.
    found_witness: Option<Digest>,
}

impl Suspect {
    pub(super) fn new(suspicion: Suspicion, place: Place, batch_from: u64) -> Self {
        Self {
            suspicion,
            place,
            batch_from,
            found_hash: None,
            next: None,
            next_commit_from: None,
            expected_seen: false,
            found_seen: false,
            found_passed: false,
            highest: 0,
            ends_well: false,
            follower_seen: false,
            found_witness: None,
        }
    }

    /// Hears a later line. Returns the verdict if no other line could change it.
    pub(super) fn learn(&mut self, line: &[u8]) -> Option<Verdict> {
        let line = Line::parse(line).ok()?;
        match &self.suspicion {
            Suspicion::Order { .. } | Suspicion::Cut { .. } => {
                self.learn_order(&line);
                None
            }
            _ => self.hear_witness(&line),
        }
    }

    /// The verdict on what is known.
    pub(super) fn verdict(&self) -> Verdict {
        match &self.suspicion {
            Suspicion::Order {
                expected,
                found: None,
                ..
            } => self.unreadable(*expected),
            Suspicion::Order {
                found: Some(found),
                belongs: Some(place),
                ..
            } => self.late_commit(*found, *place),
            Suspicion::Order {
                expected,
                found: Some(found),
                last,
                ..
            } if found < expected => self.repeated(*found, *last),
            Suspicion::Order {
                expected,
                found: Some(found),
                ..
            } => self.out_of_order(*expected, *found),
            Suspicion::Cut { expected } => self.cut(*expected),
            Suspicion::Link { before, here } => altered_header(before.unwrap_or(*here)),
            Suspicion::Body { body, header } => altered_body(*body, header.seq),
            Suspicion::Head { header, commit, .. } => altered_commit(*commit, header.seq),
        }
    }

    /// Whether the line found is one that stood in the log before.
    pub(super) fn is_repetition(&self) -> bool {
        match &self.suspicion {
            Suspicion::Order {
                expected,
                found: Some(found),
                belongs,
                ..
            } => found < expected && belongs.is_none(),
            _ => false,
        }
    }

    fn learn_order(&mut self, line: &Line<'_>) {
        let key = line.key();
        self.next.get_or_insert(key);
        if key.rank == Rank::Header {
            self.highest = self.highest.max(key.seq);
        }
        self.ends_well = key.rank == Rank::Commit && key.seq >= self.highest;
        if let Line::Commit(commit) = line {
            self.next_commit_from.get_or_insert(commit.from);
        }
        let Suspicion::Order {
            expected, found, ..
        } = &self.suspicion
        else {
            return;
        };
        self.expected_seen |= key == *expected;
        let Some(found) = found else { return };
        self.found_seen |= key == *found;
        self.follower_seen |= key.rank == Rank::Header && key.seq == found.seq + 1;
        self.found_passed |= key > *found;
        match line {
            Line::Header(header) if header.seq == found.seq + 1 => {
                _ = self.found_witness.get_or_insert(header.prev)
            }
            Line::Commit(commit) if commit.to == found.seq => {
                _ = self.found_witness.get_or_insert(commit.head)
            }
            _ => {}
        }
    }

    /// The next header or commit line names the hash of the header before it: so which of the two was altered?
    fn hear_witness(&self, line: &Line<'_>) -> Option<Verdict> {
        let (seq, says) = match line {
            Line::Header(header) => (header.seq, header.prev),
            Line::Commit(commit) => (commit.to + 1, commit.head),
            Line::Body(_) | Line::Erased(_) => return None,
        };
        match &self.suspicion {
            Suspicion::Link { here, .. } if seq == here.seq => {
                let detail = format!("event {seq} stands here twice");
                Some((ProblemKind::Inserted, here.place, Some(seq), detail))
            }
            Suspicion::Link {
                before: Some(before),
                here,
            } if says == here.hash => Some(altered_header(*before)),
            Suspicion::Link { here, .. } => Some(altered_header(*here)),
            Suspicion::Body { header, body } if says == header.hash => {
                Some(altered_body(*body, header.seq))
            }
            Suspicion::Body { header, .. } => Some(altered_header(*header)),
            Suspicion::Head { header, head, .. } if says == *head => Some(altered_header(*header)),
            Suspicion::Head { header, commit, .. } => Some(altered_commit(*commit, header.seq)),
            Suspicion::Order { .. } | Suspicion::Cut { .. } => None,
        }
    }

    fn unreadable(&self, expected: LineKey) -> Verdict {
        let commit_gone =
            expected.rank == Rank::Header && self.next_commit_from == Some(expected.seq);
        let in_batch = expected.seq > self.batch_from;
        let commit = LineKey {
            seq: expected.seq - 1,
            rank: Rank::Commit,
        };
        let ends_batch = in_batch && expected.rank == Rank::Header && self.next == Some(commit);
        if ends_batch || self.next == Some(expected) && !(in_batch && commit_gone) {
            let detail = "it is no line of a log and stands where none must be".to_owned();
            return (ProblemKind::Inserted, self.place, None, detail);
        }
        let seq = expected.seq - u64::from(self.next == Some(expected));
        (
            ProblemKind::Altered,
            self.place,
            Some(seq),
            "it cannot be read".to_owned(),
        )
    }

    fn repeated(&self, found: LineKey, last: Option<Seen>) -> Verdict {
        let detail = format!("{} stands here twice", name(found));
        let first = last.filter(|last| {
            // Two headers with one number: the one the next line follows from is the true one.
            found.rank == Rank::Header
                && last.seq == found.seq
                && self.found_witness.is_some_and(|says| says != last.hash)
        });
        let genuine = self.found_witness.is_some() && self.found_witness == self.found_hash;
        let place = match first {
            Some(first) if genuine => first.place,
            _ => self.place,
        };
        (ProblemKind::Inserted, place, Some(found.seq), detail)
    }

    fn out_of_order(&self, expected: LineKey, found: LineKey) -> Verdict {
        let detail = format!("{} stands where {} belongs", name(found), name(expected));
        if !self.expected_seen {
            return (
                ProblemKind::Missing,
                self.place,
                Some(expected.seq),
                format!("{} is gone", name(expected)),
            );
        }
        // An inserted line leaves no gap elsewhere; a moved one is passed by, or the log's last line was moved.
        let gap = self.found_passed || !self.ends_well || self.next != Some(expected);
        let moved = gap && !self.found_seen;
        let kind = if moved {
            ProblemKind::Reordered
        } else {
            ProblemKind::Inserted
        };
        (kind, self.place, Some(found.seq), detail)
    }

    /// A commit line after headers of the next batch: they came too early, by a move or as a copy.
    fn late_commit(&self, found: LineKey, place: Place) -> Verdict {
        let kind = if self.follower_seen {
            ProblemKind::Inserted
        } else {
            ProblemKind::Reordered
        };
        let detail = format!("{} comes only after this line", name(found));
        (kind, place, Some(found.seq + 1), detail)
    }

    fn cut(&self, expected: LineKey) -> Verdict {
        let (gone, seq) = if self.next == Some(expected) && expected.rank == Rank::Header {
            (
                "the commit line of the last batch".to_owned(),
                expected.seq - 1,
            )
        } else {
            (name(expected), expected.seq)
        };
        (
            ProblemKind::Missing,
            self.place,
            Some(seq),
            format!("{gone} is gone"),
        )
    }
}

fn name(key: LineKey) -> String {
    let rank = match key.rank {
        Rank::Header => "header",
        Rank::Body => "body",
        Rank::Commit => "commit line",
    };
    format!("the {rank} of event {}", key.seq)
}

fn altered_header(header: Seen) -> Verdict {
    let detail = "its hash is not the one the next line names".to_owned();
    (ProblemKind::Altered, header.place, Some(header.seq), detail)
}

fn altered_body(body: Place, seq: u64) -> Verdict {
    let detail = "the body's hash is not the one its header names".to_owned();
    (ProblemKind::Altered, body, Some(seq), detail)
}

fn altered_commit(commit: Place, to: u64) -> Verdict {
    let detail = "its head is not the hash of the last header line".to_owned();
    (ProblemKind::Altered, commit, Some(to), detail)
}
