//! Reading what is durable: in order from a place, one event by number, or everything to check it.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use mesh_proof::{
    Body, Digest, Header, Line, Problem, ProblemKind, Tail, Trust, Verified, Verifier,
};
use serde_json::value::RawValue;

use crate::error::{ExportError, ReadError, VerifyError};

/// One event as it is stored. Everything borrows from the reader's buffer.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Place in the log.
    pub seq: u64,
    /// Unix milliseconds.
    pub at: u64,
    /// The event's type.
    pub kind: &'a str,
    /// Version of the type.
    pub v: u16,
    /// Who did it.
    pub by: &'a RawValue,
    /// What is for good.
    pub facts: &'a RawValue,
    /// What may be erased.
    pub content: Content<'a>,
    /// The header line's bytes, without the newline. Their hash is what the next header names.
    pub header: &'a [u8],
}

/// The erasable part of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// The event was written without content.
    None,
    /// There was content and it has been erased.
    Erased,
    /// The content's JSON as it was stored.
    Json(&'a str),
}

/// A place in the stored bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// The segment, by its first event.
    pub segment: u64,
    pub offset: u64,
}

/// Where stored lines come from.
pub(crate) trait Source: Send + Sync {
    fn tail(&self) -> Tail;

    /// Where the first line stands.
    fn start(&self) -> Position;

    /// Where the header of event `seq` stands. The event must be durable.
    fn find(&self, seq: u64) -> Result<Position, ReadError>;

    /// Fills `buf` with at most `len` durable bytes from `at`, or from the next segment if `at` is a segment's end.
    /// Returns where they start. An empty buffer is the end of the log.
    fn fill(&self, at: Position, len: usize, buf: &mut Vec<u8>) -> Result<Position, ReadError>;

    /// Name of a segment, for messages.
    fn segment_name(&self, segment: u64) -> String;
}

/// Reads the durable part of a log. Cheap to clone, independent of the writer, usable from any thread.
///
/// A clone remembers where its last [`LogReader::read`] ended, so following the log costs no search.
pub struct LogReader {
    source: Arc<dyn Source>,
    /// Event after the last one read, and where its lines stand.
    next: Mutex<Option<(u64, Position)>>,
}

/// Bytes read at first: often one event is all that is asked for.
const FIRST_CHUNK_BYTES: usize = 8 * 1024;
/// Bytes read at a time in a long read.
const CHUNK_BYTES: usize = 256 * 1024;

impl Clone for LogReader {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.source))
    }
}

impl std::fmt::Debug for LogReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogReader")
            .field("tail", &self.tail())
            .finish_non_exhaustive()
    }
}

impl LogReader {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        Self {
            source,
            next: Mutex::new(None),
        }
    }

    /// The last durable event.
    pub fn tail(&self) -> Tail {
        self.source.tail()
    }

    /// Visits the events from `from` on, in order, until the visitor breaks or the tail known at the call is reached.
    ///
    /// Returns the number to ask from next time. Events are read but not checked against their hashes; the first call
    /// after start-up that must trust the disk uses [`LogReader::read_checked`].
    pub fn read(
        &self,
        from: u64,
        mut visit: impl FnMut(Record<'_>) -> ControlFlow<()>,
    ) -> Result<u64, ReadError> {
        self.scan(from, &mut |record, _| Ok(visit(record)))
    }

    /// As [`LogReader::read`] after `tail`, but checks the chain and the bodies' hashes on the way.
    ///
    /// `tail` is what the caller already trusts: [`Tail::EMPTY`], or the one of a snapshot. Signatures are not checked.
    pub fn read_checked(
        &self,
        tail: Tail,
        mut visit: impl FnMut(Record<'_>) -> ControlFlow<()>,
    ) -> Result<Tail, ReadError> {
        let mut last = tail;
        self.scan(tail.seq + 1, &mut |record, stored| {
            if stored.prev != last.head {
                return Err("it does not follow from the line before");
            }
            if stored
                .body
                .is_some_and(|body| Some(body.hash()) != stored.body_hash)
            {
                return Err("the body's hash is not the one its header names");
            }
            last = Tail {
                seq: record.seq,
                head: Digest::of(record.header),
            };
            Ok(visit(record))
        })?;
        Ok(last)
    }

    /// Hands event `seq` to `take`; `None` if there is no such event (yet). Needs no index: a binary search.
    pub fn get<T>(
        &self,
        seq: u64,
        take: impl FnOnce(Record<'_>) -> T,
    ) -> Result<Option<T>, ReadError> {
        let mut take = Some(take);
        let mut taken = None;
        if seq >= 1 {
            // A clone, so that a lookup does not move the place where this reader continues.
            self.clone().read(seq, |record| {
                taken = take.take().map(|take| take(record));
                ControlFlow::Break(())
            })?;
        }
        Ok(taken)
    }

    /// The hash of event `seq`'s header line; `None` if there is no such event. Event 0 is the start of the chain.
    pub fn head_at(&self, seq: u64) -> Result<Option<Digest>, ReadError> {
        if seq == 0 {
            return Ok(Some(Digest::ZERO));
        }
        self.get(seq, |record| Digest::of(record.header))
    }

    /// Checks everything durable, from the first line on. `progress` hears the number of events checked so far.
    pub fn verify(
        &self,
        trust: &Trust,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Verified, VerifyError> {
        let end = self.tail();
        let (verified, last) = self.check(end, trust, progress)?;
        if verified.tail == end {
            return Ok(verified);
        }
        Err(VerifyError::Problem(Problem {
            kind: ProblemKind::Missing,
            segment: self.source.segment_name(last).into(),
            line: 0,
            seq: Some(verified.tail.seq + 1),
            detail: format!("the log ends before event {}, which was stored", end.seq),
        }))
    }

    /// Checks every stored line, whether or not it is known to be durable.
    pub(crate) fn verify_stored(
        &self,
        trust: &Trust,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Verified, VerifyError> {
        let no_end = Tail {
            seq: u64::MAX,
            head: Digest::ZERO,
        };
        Ok(self.check(no_end, trust, progress)?.0)
    }

    /// Checks up to the batch of `end`. Also returns the last segment looked at.
    fn check(
        &self,
        end: Tail,
        trust: &Trust,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(Verified, u64), VerifyError> {
        let mut verifier = Verifier::new(trust.clone());
        let mut segment = 0;
        self.lines(end, &mut |at, line| {
            if segment != at.segment {
                segment = at.segment;
                verifier.start_segment(&self.source.segment_name(segment));
            }
            let settled = verifier.feed(line);
            let verified = verifier.verified();
            progress(verified.events);
            if settled || verified.tail.seq >= end.seq {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        let verified = verifier.finish().map_err(VerifyError::Problem)?;
        Ok((verified, segment))
    }

    /// Writes all durable lines without padding: valid JSON Lines that [`crate::import`] takes and anyone can verify.
    pub fn export(&self, out: &mut dyn Write) -> Result<Tail, ExportError> {
        let end = self.tail();
        let mut failed = None;
        self.lines(end, &mut |_, line| {
            if line.is_empty() {
                return ControlFlow::Continue(());
            }
            if let Err(error) = out.write_all(line).and_then(|()| out.write_all(b"\n")) {
                failed = Some(error);
                return ControlFlow::Break(());
            }
            match mesh_proof::LineKey::peek(line) {
                Some(key) if key.seq >= end.seq && key.rank == mesh_proof::Rank::Commit => {
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            }
        })?;
        match failed.map_or_else(|| out.flush(), Err) {
            Ok(()) => Ok(end),
            Err(error) => Err(ExportError::Write(error)),
        }
    }

    fn scan(&self, from: u64, visit: Visit<'_>) -> Result<u64, ReadError> {
        let end = self.tail().seq;
        let mut next = from.max(1);
        if next > end {
            return Ok(next);
        }
        let mut at = match self.remembered() {
            Some((seq, at)) if seq == next => at,
            _ => self.source.find(next)?,
        };
        let mut buf = Vec::new();
        let mut len = FIRST_CHUNK_BYTES;
        while next <= end {
            at = self.source.fill(at, len, &mut buf)?;
            let mut chunk = Chunk {
                bytes: &buf,
                used: 0,
            };
            let mut flow = ControlFlow::Continue(());
            while flow.is_continue() && next <= end {
                match chunk.next_event(next) {
                    Ok(None) => break,
                    Ok(Some(stored)) => {
                        flow = visit(stored.record(), &stored)
                            .map_err(|detail| self.damaged(at, stored.start, next, detail))?;
                        next += 1;
                    }
                    Err(detail) => return Err(self.damaged(at, chunk.used, next, &detail)),
                }
            }
            if flow.is_continue() && next <= end && chunk.used == 0 {
                if buf.len() < len {
                    return Err(self.damaged(at, 0, next, "the log ends before it"));
                }
                len *= 2;
            }
            at.offset += chunk.used as u64;
            if chunk.used > 0 {
                len = (len * 2).min(CHUNK_BYTES);
            }
            self.remember(next, at);
            if flow.is_break() {
                break;
            }
        }
        Ok(next)
    }

    fn remembered(&self) -> Option<(u64, Position)> {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock is never held while a visitor runs: the visitor may use this reader too.
    fn remember(&self, next: u64, at: Position) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some((next, at));
    }

    /// Visits every line up to the one of the batch that holds `end`, blank ones included.
    fn lines(
        &self,
        end: Tail,
        visit: &mut dyn FnMut(Position, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        if end.seq == 0 {
            return Ok(());
        }
        let mut at = self.source.start();
        let mut buf = Vec::new();
        let mut len = CHUNK_BYTES;
        loop {
            at = self.source.fill(at, len, &mut buf)?;
            if buf.is_empty() {
                return Ok(());
            }
            let whole = match memchr::memrchr(b'\n', &buf) {
                Some(last) => last + 1,
                None if buf.len() < len => buf.len(),
                None => {
                    len *= 2;
                    continue;
                }
            };
            let mut used = 0;
            while used < whole {
                let line_end =
                    memchr::memchr(b'\n', &buf[used..whole]).map_or(whole, |at| used + at);
                let place = Position {
                    offset: at.offset + used as u64,
                    ..at
                };
                if visit(place, &buf[used..line_end]).is_break() {
                    return Ok(());
                }
                used = line_end + 1;
            }
            at.offset += whole as u64;
        }
    }

    /// Counts lines only now that somebody must be told the number.
    fn damaged(&self, chunk: Position, used: usize, seq: u64, detail: &str) -> ReadError {
        let target = chunk.offset + used as u64;
        let mut at = Position { offset: 0, ..chunk };
        let mut line = 1;
        let mut buf = Vec::new();
        while at.offset < target {
            let len = CHUNK_BYTES.min(usize::try_from(target - at.offset).unwrap_or(CHUNK_BYTES));
            match self.source.fill(at, len, &mut buf) {
                Ok(filled) if filled == at && !buf.is_empty() => {}
                Ok(_) => break,
                Err(error) => return error,
            }
            line += memchr::memchr_iter(b'\n', &buf).count() as u64;
            at.offset += buf.len() as u64;
        }
        let problem = Problem {
            kind: ProblemKind::Altered,
            segment: self.source.segment_name(chunk.segment).into(),
            line,
            seq: Some(seq),
            detail: detail.to_owned(),
        };
        ReadError::Damaged { problem }
    }
}

/// Sees one event after the other, and may say what is wrong with it.
type Visit<'v> =
    &'v mut dyn FnMut(Record<'_>, &Stored<'_>) -> Result<ControlFlow<()>, &'static str>;

/// The lines of one event.
struct Stored<'a> {
    /// Where the header line starts in the chunk.
    start: usize,
    line: &'a [u8],
    header: Header<'a>,
    prev: Digest,
    body_hash: Option<Digest>,
    body: Option<Body<'a>>,
}

impl<'a> Stored<'a> {
    fn record(&self) -> Record<'a> {
        let Header {
            seq,
            at,
            kind,
            v,
            by,
            facts,
            body,
            ..
        } = self.header;
        let content = match (&body, &self.body) {
            (None, _) => Content::None,
            (Some(_), None) => Content::Erased,
            (Some(_), Some(body)) => Content::Json(body.content),
        };
        Record {
            seq,
            at,
            kind,
            v,
            by,
            facts,
            content,
            header: self.line,
        }
    }
}

/// Whole and cut lines as they were read.
struct Chunk<'a> {
    bytes: &'a [u8],
    used: usize,
}

impl<'a> Chunk<'a> {
    /// Takes the lines of event `seq`, skipping commit and blank lines. `None` if they are not all here.
    fn next_event(&mut self, seq: u64) -> Result<Option<Stored<'a>>, String> {
        loop {
            let Some((line, after)) = self.line(self.used) else {
                return Ok(None);
            };
            if line.is_empty() || line.starts_with(b"{\"c\":") {
                self.used = after;
                continue;
            }
            let header = Header::parse(line).map_err(|error| error.to_string())?;
            if header.seq != seq {
                return Err(format!(
                    "event {} stands where event {seq} belongs",
                    header.seq
                ));
            }
            let (body, after) = match header.body {
                None => (None, after),
                Some(_) => {
                    let Some((body, after)) = self.line(after) else {
                        return Ok(None);
                    };
                    (Self::body(body, seq)?, after)
                }
            };
            let start = std::mem::replace(&mut self.used, after);
            return Ok(Some(Stored {
                start,
                line,
                prev: header.prev,
                body_hash: header.body,
                header,
                body,
            }));
        }
    }

    fn body(line: &'a [u8], seq: u64) -> Result<Option<Body<'a>>, String> {
        match Line::parse(line) {
            Ok(Line::Body(body)) if body.seq == seq => Ok(Some(body)),
            Ok(Line::Erased(erased)) if erased == seq => Ok(None),
            _ => Err("its body line cannot be read".to_owned()),
        }
    }

    /// The line that starts at `start` and where the next one starts, if the newline is here.
    fn line(&self, start: usize) -> Option<(&'a [u8], usize)> {
        let bytes = self.bytes.get(start..)?;
        let end = memchr::memchr(b'\n', bytes)?;
        Some((&bytes[..end], start + end + 1))
    }
}
