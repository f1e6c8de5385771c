//! Finding an event by its number without an index: a binary search over a segment's bytes. Every line says its number.

use std::ops::ControlFlow;

use mesh_proof::{LineKey, Problem, ProblemKind, Rank};

use super::folder::{Folder, read_range, segment_name};
use crate::disk::{Access, DiskFile};
use crate::error::{FileError, ReadError};
use crate::reader::Position;

/// Below this the search goes line by line: a read this long costs about as much as one probe.
const LINEAR_BYTES: u64 = 8 * 1024;

/// Where the header of event `seq` stands. The event must be durable.
pub(super) fn find(folder: &Folder, seq: u64) -> Result<Position, ReadError> {
    let Some(segment) = folder.segment_of(seq) else {
        return Err(missing(segment_name(1), seq));
    };
    let name = segment_name(segment.first);
    let file = folder.open(&name, Access::Read)?;
    let search = Search {
        file: &*file,
        end: segment.end,
        folder,
        name: &name,
    };
    match search.find(seq)? {
        Some(offset) => Ok(Position {
            segment: segment.first,
            offset,
        }),
        None => Err(missing(name, seq)),
    }
}

fn missing(segment: String, seq: u64) -> ReadError {
    let detail = "its header is not where it must be".to_owned();
    ReadError::Damaged {
        problem: Problem {
            kind: ProblemKind::Missing,
            segment: segment.into(),
            line: 0,
            seq: Some(seq),
            detail,
        },
    }
}

/// The most that is read at once.
const BLOCK_BYTES_MAX: u64 = 256 * 1024;

struct Search<'a> {
    file: &'a dyn DiskFile,
    end: u64,
    folder: &'a Folder,
    name: &'a str,
}

impl Search<'_> {
    /// Offset of the header line of `seq`.
    fn find(&self, seq: u64) -> Result<Option<u64>, FileError> {
        let target = LineKey {
            seq,
            rank: Rank::Header,
        };
        // The line searched for starts in `low..=high`, and a line starts at `low`.
        let (mut low, mut high) = (0, self.end);
        while high - low > LINEAR_BYTES {
            let middle = low + (high - low) / 2;
            match self.first_key_after(middle, high)? {
                Some((offset, key)) if key == target => return Ok(Some(offset)),
                Some((offset, key)) if key < target => low = offset,
                // The line that holds the middle byte may be the one.
                _ => high = middle,
            }
        }
        let mut found = None;
        self.lines(low, &mut |offset, prefix| match LineKey::peek(prefix) {
            Some(key) if key == target => {
                found = Some(offset);
                ControlFlow::Break(())
            }
            // Lines rise, so it will not come any more.
            Some(key) if key > target => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })?;
        Ok(found)
    }

    /// The first line that starts after `offset` and not after `limit` and says its number.
    fn first_key_after(
        &self,
        offset: u64,
        limit: u64,
    ) -> Result<Option<(u64, LineKey)>, FileError> {
        let mut found = None;
        self.lines(offset, &mut |start, prefix| {
            if start > limit {
                return ControlFlow::Break(());
            }
            found = LineKey::peek(prefix)
                .filter(|_| start > offset)
                .map(|key| (start, key));
            if found.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(found)
    }

    /// Visits `from` and every line start after it, with the first bytes that stand there.
    fn lines(
        &self,
        from: u64,
        visit: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), FileError> {
        let mut buf = Vec::new();
        let mut block = LINEAR_BYTES / 2;
        let mut start = from;
        // Whether `start` begins a line; if not, its newline is still looked for.
        let mut at_line = true;
        while start < self.end {
            let len = block.min(self.end - start) as usize;
            // Most lines are short; after a long one longer pieces cost fewer calls.
            block = (block * 2).min(BLOCK_BYTES_MAX);
            buf.clear();
            read_range(self.file, start, len, &mut buf)
                .map_err(|error| self.folder.error("read", self.name, error))?;
            if buf.is_empty() {
                return Ok(());
            }
            let last = start + buf.len() as u64 >= self.end;
            let mut used = 0;
            while used < buf.len() {
                // The prefix must be whole, unless the file ends here.
                if at_line && buf.len() - used < LineKey::PREFIX_BYTES && !last && used > 0 {
                    break;
                }
                if at_line {
                    let prefix = &buf[used..buf.len().min(used + LineKey::PREFIX_BYTES)];
                    if visit(start + used as u64, prefix).is_break() {
                        return Ok(());
                    }
                }
                let newline = memchr::memchr(b'\n', &buf[used..]);
                at_line = newline.is_some();
                used = newline.map_or(buf.len(), |at| used + at + 1);
            }
            start += used as u64;
        }
        Ok(())
    }
}
