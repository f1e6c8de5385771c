//! Checking a log line by line, and naming the first line that is wrong.
//!
//! The [`Verifier`] walks along the chain. At the first thing that does not fit it stops trusting and starts asking
//! what happened (`suspect`): was a line altered, removed, added or moved? Often only later lines tell, so the verdict
//! falls at the end of the log or as soon as nothing could change it.

mod suspect;

use std::fmt;
use std::sync::Arc;

use crate::{Body, Commit, Digest, Header, Line, LineKey, Rank, Tail, Trust};
use suspect::{Suspect, Suspicion};

/// What is wrong with a log, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What was done to the line.
    pub kind: ProblemKind,
    /// Name of the segment, as it was given to [`Verifier::start_segment`].
    pub segment: Arc<str>,
    /// Line in the segment, counted from 1 and counting blank lines; for a missing line the one that stands in its place.
    pub line: u64,
    /// The event concerned, if that is known.
    pub seq: Option<u64>,
    /// One fragment that says what was found.
    pub detail: String,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A line's bytes are not those that were written.
    Altered,
    /// A line that must be there is not.
    Missing,
    /// A line that was never written stands in the log.
    Inserted,
    /// Lines are not in their order.
    Reordered,
    /// A commit line is unsigned where it must not be, signed by a key that is not trusted, or its signature is false.
    BadSignature,
    /// The last batch is unfinished: writing it was interrupted, and nobody was told that it was stored.
    TornTail,
}

/// What an intact log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// The last event and the head of the chain. Compare it with a head noted earlier: a log that was cut off between
    /// two batches is intact in itself.
    pub tail: Tail,
    /// Number of events checked.
    pub events: u64,
    /// Number of events whose body has been erased.
    pub erased: u64,
    /// Number of batches.
    pub batches: u64,
    /// Number of batches that carry a valid signature.
    pub signed: u64,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::BadSignature => "bad signature",
            Self::TornTail => "torn tail",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.segment, self.line)?;
        if let Some(seq) = self.seq {
            write!(f, ", event {seq}")?;
        }
        write!(f, ": {}: {}", self.kind, self.detail)
    }
}

impl std::error::Error for Problem {}

/// Checks lines as they are fed, in the order in which they are stored.
#[derive(Debug)]
pub struct Verifier {
    trust: Trust,
    segments: Vec<Arc<str>>,
    at: Place,
    /// Bytes fed so far, a newline for each line included.
    bytes: u64,
    /// Bytes up to and with the last good commit line.
    committed_bytes: u64,
    /// Counts of what has been committed.
    done: Verified,
    /// Counts with the open batch.
    open: Verified,
    /// Where the open batch's header lines stand.
    headers: Vec<Place>,
    /// The last of them.
    last: Option<Seen>,
    /// The last header announced a body that has not come yet.
    wants_body: Option<Digest>,
    /// Where the first line after the last good commit line stands.
    torn_at: Option<Place>,
    tears: Tears,
    state: State,
}

/// A line: which segment (an index) and which line in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    segment: usize,
    line: u64,
}

/// A header line that has been read.
#[derive(Debug, Clone, Copy)]
struct Seen {
    place: Place,
    seq: u64,
    hash: Digest,
}

/// Signs that the lines after the last good commit line are a write cut short by a power failure.
#[derive(Debug, Clone, Copy, Default)]
struct Tears {
    /// A blank line was seen; if another line follows in the batch, that is a hole.
    blank: bool,
    /// A blank or cut line: bytes of the padding where bytes of the batch never arrived.
    hole: bool,
    /// Commit lines seen since the last good one.
    commits: u64,
    /// Where the batch of the last line begins, if that is a commit line.
    commit_from: Option<u64>,
}

#[derive(Debug)]
enum State {
    Sound,
    Suspect(Box<Suspect>),
    Settled(Box<Problem>),
}

impl Verifier {
    /// Starts at the beginning of a log.
    pub fn new(trust: Trust) -> Self {
        Self::after(Tail::EMPTY, trust)
    }

    /// Starts in the middle: the next line must be the header after `tail`, which the caller trusts.
    pub fn after(tail: Tail, trust: Trust) -> Self {
        let done = Verified {
            tail,
            ..Verified::default()
        };
        Self {
            trust,
            segments: Vec::new(),
            at: Place::default(),
            bytes: 0,
            committed_bytes: 0,
            done,
            open: done,
            headers: Vec::new(),
            last: None,
            wants_body: None,
            torn_at: None,
            tears: Tears::default(),
            state: State::Sound,
        }
    }

    /// Names the segment the next lines come from. Call it before the first line.
    pub fn start_segment(&mut self, name: &str) {
        self.start_segment_at(name, 1);
    }

    /// As [`Verifier::start_segment`], but the next line is number `line` of the segment.
    pub fn start_segment_at(&mut self, name: &str, line: u64) {
        let cut = self.last.is_some() && matches!(self.state, State::Sound);
        if cut {
            // A batch never spans segments, so the rest of this one and its commit line are gone.
            self.at.line += 1;
            let expected = self.expected();
            self.suspect(Suspicion::Cut { expected });
        }
        self.segments.push(name.into());
        self.at = Place {
            segment: self.segments.len() - 1,
            line: line - 1,
        };
    }

    /// Takes the next line, without its newline. Returns true if the verdict has fallen and no line could change it.
    pub fn feed(&mut self, line: &[u8]) -> bool {
        self.at.line += 1;
        self.bytes += line.len() as u64 + 1;
        self.note_tears(line);
        match &mut self.state {
            State::Sound => self.check(line),
            State::Suspect(suspect) => {
                if let Some((kind, place, seq, detail)) = suspect.learn(line) {
                    self.settle(kind, place, seq, detail);
                }
            }
            State::Settled(_) => {}
        }
        matches!(self.state, State::Settled(_))
    }

    /// What has been committed so far.
    pub fn verified(&self) -> &Verified {
        &self.done
    }

    /// Number of bytes up to and with the newline of the last good commit line, counted from the first line fed.
    pub fn committed_bytes(&self) -> u64 {
        self.committed_bytes
    }

    /// The verdict, after the last line.
    pub fn finish(self) -> Result<Verified, Problem> {
        if self.is_torn() {
            let place = self.torn_at.unwrap_or(self.at);
            let seq = Some(self.done.tail.seq + 1);
            let detail = "the last batch is unfinished; it was never acknowledged".to_owned();
            return Err(self.problem(ProblemKind::TornTail, place, seq, detail));
        }
        match self.state {
            State::Sound => Ok(self.done),
            State::Settled(problem) => Err(*problem),
            State::Suspect(ref suspect) => {
                let (kind, place, seq, detail) = suspect.verdict();
                Err(self.problem(kind, place, seq, detail))
            }
        }
    }

    /// Whether everything after the last good commit line looks like one write that was cut short.
    fn is_torn(&self) -> bool {
        // A settled verdict rests on whole lines, and a cut write leaves none that says something else.
        let broken = match self.state {
            State::Sound => self.last.is_some(),
            State::Suspect(ref suspect) => self.tears.hole || !suspect.is_repetition(),
            State::Settled(_) => false,
        };
        // A commit line may have reached the disk before other parts of its batch.
        let commit_came_first = self.tears.commit_from == Some(self.done.tail.seq + 1);
        let one_torn_batch = self.tears.hole && self.tears.commits == 1 && commit_came_first;
        broken && (self.tears.commits == 0 || one_torn_batch)
    }

    fn note_tears(&mut self, line: &[u8]) {
        if line.is_empty() {
            self.tears.blank = true;
            return;
        }
        self.torn_at.get_or_insert(self.at);
        // A commit line is the last of its batch: nothing after it would tell that its own last byte is missing.
        let is_commit = line.starts_with(b"{\"c\":");
        let end: &[u8] = if is_commit { b"\"}}" } else { b"}" };
        let whole =
            line.starts_with(b"{") && line.trim_ascii_end().ends_with(end) && !line.contains(&0);
        self.tears.hole |= self.tears.blank || !whole;
        self.tears.commits += u64::from(is_commit && whole);
        self.tears.commit_from = Commit::parse(line).map(|commit| commit.from);
    }

    fn check(&mut self, line: &[u8]) {
        if line.is_empty() {
            if self.last.is_some() {
                self.suspect_order(None);
            }
            return;
        }
        let Ok(parsed) = Line::parse(line) else {
            self.suspect_order(None);
            return;
        };
        if !self.is_next(&parsed) {
            let hash = matches!(parsed, Line::Header(_)).then(|| Digest::of(line));
            self.suspect_order(Some(parsed.key()));
            if let (State::Suspect(suspect), Some(hash)) = (&mut self.state, hash) {
                suspect.found_hash = Some(hash);
            }
            return;
        }
        match parsed {
            Line::Header(header) => self.check_header(&header, Digest::of(line)),
            Line::Body(body) => self.check_body(&body),
            Line::Erased(_) => {
                self.wants_body = None;
                self.open.erased += 1;
            }
            Line::Commit(commit) => self.check_commit(&commit),
        }
    }

    /// The line that must come next if the open batch goes on.
    fn expected(&self) -> LineKey {
        let rank = if self.wants_body.is_some() {
            Rank::Body
        } else {
            Rank::Header
        };
        let seq = self.open.tail.seq + u64::from(rank == Rank::Header);
        LineKey { seq, rank }
    }

    fn is_next(&self, line: &Line<'_>) -> bool {
        let key = line.key();
        let ends_batch =
            key == LineKey {
                seq: self.open.tail.seq,
                rank: Rank::Commit,
            } && self.last.is_some()
                && self.wants_body.is_none();
        key == self.expected() || ends_batch
    }

    fn check_header(&mut self, header: &Header<'_>, hash: Digest) {
        let seen = Seen {
            place: self.at,
            seq: header.seq,
            hash,
        };
        if header.prev != self.open.tail.head {
            // A line before that was committed has a second witness to its hash, so it is not suspected.
            return self.suspect(Suspicion::Link {
                before: self.last,
                here: seen,
            });
        }
        self.headers.push(self.at);
        self.last = Some(seen);
        self.wants_body = header.body;
        self.open.tail = Tail {
            seq: header.seq,
            head: hash,
        };
        self.open.events += 1;
    }

    fn check_body(&mut self, body: &Body<'_>) {
        if self.wants_body.take() != Some(body.hash()) {
            let header = self.last.expect("a body is expected only after a header");
            self.suspect(Suspicion::Body {
                header,
                body: self.at,
            });
        }
    }

    fn check_commit(&mut self, commit: &Commit) {
        let last = self
            .last
            .expect("a commit line is expected only after a header");
        let batch_from = self.done.tail.seq + 1;
        if commit.from > batch_from && commit.from <= commit.to {
            let detail = format!(
                "the commit line of the batch before event {} is gone",
                commit.from
            );
            let place = self.headers[(commit.from - batch_from) as usize];
            return self.settle(ProblemKind::Missing, place, Some(commit.from - 1), detail);
        }
        if commit.from != batch_from {
            let detail = format!(
                "it says the batch began with event {}, not {batch_from}",
                commit.from
            );
            return self.settle(ProblemKind::Altered, self.at, Some(commit.to), detail);
        }
        if commit.head != last.hash {
            return self.check_false_head(commit, last);
        }
        match self
            .trust
            .check(commit.seal.as_ref(), commit.to, &commit.head)
        {
            Ok(()) => self.close_batch(commit),
            Err(error) => self.settle(
                ProblemKind::BadSignature,
                self.at,
                Some(commit.to),
                error.to_string(),
            ),
        }
    }

    /// The head on the commit line is not the hash of the last header: which of the two lines was altered?
    fn check_false_head(&mut self, commit: &Commit, last: Seen) {
        let signed = |head: &Digest| {
            commit
                .seal
                .is_some_and(|seal| seal.verify(commit.to, head).is_ok())
        };
        if signed(&commit.head) {
            let detail = "its hash is not the one that was signed".to_owned();
            self.settle(ProblemKind::Altered, last.place, Some(last.seq), detail);
        } else if commit.seal.is_some() {
            let detail = "its head is not the hash of the last header line".to_owned();
            self.settle(ProblemKind::Altered, self.at, Some(commit.to), detail);
        } else {
            self.suspect(Suspicion::Head {
                header: last,
                commit: self.at,
                head: commit.head,
            });
        }
    }

    fn close_batch(&mut self, commit: &Commit) {
        self.open.batches += 1;
        self.open.signed += u64::from(commit.seal.is_some());
        self.done = self.open;
        self.committed_bytes = self.bytes;
        self.headers.clear();
        self.last = None;
        self.torn_at = None;
        self.tears = Tears::default();
    }

    fn suspect_order(&mut self, found: Option<LineKey>) {
        let suspicion = Suspicion::Order {
            expected: self.expected(),
            found,
            last: self.last,
            belongs: found.and_then(|found| self.slot_of_commit(found)),
        };
        self.suspect(suspicion);
    }

    /// Where a commit line that comes too late belongs: before a header of the open batch.
    fn slot_of_commit(&self, found: LineKey) -> Option<Place> {
        let later_headers = found.seq.checked_sub(self.done.tail.seq)?;
        let slot = self.headers.get(usize::try_from(later_headers).ok()?)?;
        (found.rank == Rank::Commit && later_headers > 0).then_some(*slot)
    }

    fn suspect(&mut self, suspicion: Suspicion) {
        let batch_from = self.done.tail.seq + 1;
        self.state = State::Suspect(Box::new(Suspect::new(suspicion, self.at, batch_from)));
    }

    fn settle(&mut self, kind: ProblemKind, place: Place, seq: Option<u64>, detail: String) {
        self.state = State::Settled(Box::new(self.problem(kind, place, seq, detail)));
    }

    fn problem(
        &self,
        kind: ProblemKind,
        place: Place,
        seq: Option<u64>,
        detail: String,
    ) -> Problem {
        let segment = self
            .segments
            .get(place.segment)
            .cloned()
            .unwrap_or_else(|| "log".into());
        Problem {
            kind,
            segment,
            line: place.line,
            seq,
            detail,
        }
    }
}
