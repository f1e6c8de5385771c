//! Where does a log end? Looks only at the last batches, however long the log is.

use mesh_proof::{Commit, Problem, ProblemKind, Tail, Trust, Verifier};

use super::folder::{Folder, read_range, segment_name};
use crate::disk::{Access, DiskFile};
use crate::error::{FileError, OpenError};

/// At least this much of the log's end is checked against hashes and signatures, if it is there.
const WINDOW_BYTES: u64 = 256 * 1024;

/// How a segment ends.
#[derive(Debug)]
pub(super) struct Ending {
    /// The last good batch's event.
    pub tail: Tail,
    /// Where the last good batch begins, and its lines; empty if there is none.
    pub batch: (u64, Vec<u8>),
    /// Where the last good batch ends.
    pub end: u64,
    /// Where the last byte that is not padding ends; beyond `end` if a batch was torn.
    pub used: u64,
    /// Length of the file.
    pub len: u64,
    /// The padding holds zeros: extending the file was interrupted.
    pub zeros: bool,
}

/// Whether a segment holds nothing but padding.
pub(super) fn is_blank(folder: &Folder, first: u64) -> Result<bool, FileError> {
    let (file, len) = open(folder, first)?;
    Ok(Segment {
        folder,
        first,
        file: &*file,
        len,
    }
    .used()?
    .0 == 0)
}

/// Checks the end of segment `first`. `before` is the tail of the segments before it.
///
/// A torn batch is no error here; a complete batch that is not what was written is.
pub(super) fn ending(
    folder: &Folder,
    first: u64,
    before: Tail,
    trust: &Trust,
) -> Result<Ending, OpenError> {
    let (file, len) = open(folder, first)?;
    let segment = Segment {
        folder,
        first,
        file: &*file,
        len,
    };
    let (used, zeros) = segment.used()?;
    let (base, base_tail, bytes) = segment.window(used, before)?;

    let mut verifier = Verifier::after(base_tail, trust.clone());
    verifier.start_segment(&segment_name(first));
    let lines = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    if !lines.is_empty() {
        for line in lines.split(|byte| *byte == b'\n') {
            verifier.feed(line);
        }
    }
    let tail = verifier.verified().tail;
    let end = base + verifier.committed_bytes();
    match verifier.finish() {
        Ok(_) => {}
        Err(problem) if problem.kind == ProblemKind::TornTail => {}
        Err(mut problem) => {
            problem.line += segment.lines_before(base)?;
            return Err(OpenError::Damaged { problem });
        }
    }
    // The file may have been cut right before the last newline.
    let good = &bytes[..((end - base) as usize).min(bytes.len())];
    let batch = last_batch(good);
    Ok(Ending {
        tail,
        batch: (base + batch as u64, good[batch..].to_vec()),
        end,
        used,
        len,
        zeros,
    })
}

/// The tail that the last commit line of a full segment names.
pub(super) fn sealed_tail(folder: &Folder, first: u64) -> Result<Tail, OpenError> {
    let (file, len) = open(folder, first)?;
    let segment = Segment {
        folder,
        first,
        file: &*file,
        len,
    };
    let (used, _) = segment.used()?;
    let mut window = LAST_LINE_BYTES;
    loop {
        let start = used.saturating_sub(window);
        let bytes = segment.read(start, used)?;
        let lines = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = memchr::memrchr(b'\n', lines).map(|newline| &lines[newline + 1..]);
        if let Some(commit) = line.or((start == 0).then_some(lines)).map(Commit::parse) {
            let commit = commit.ok_or_else(|| segment.no_commit())?;
            return Ok(Tail {
                seq: commit.to,
                head: commit.head,
            });
        }
        window *= 2;
    }
}

/// A commit line with a signature takes some 400 bytes.
const LAST_LINE_BYTES: u64 = 4096;

struct Segment<'a> {
    folder: &'a Folder,
    first: u64,
    file: &'a dyn DiskFile,
    len: u64,
}

fn open(folder: &Folder, first: u64) -> Result<(std::sync::Arc<dyn DiskFile>, u64), FileError> {
    let name = segment_name(first);
    let file = folder.open(&name, Access::Read)?;
    let len = file
        .len()
        .map_err(|error| folder.error("read", &name, error))?;
    Ok((file, len))
}

impl Segment<'_> {
    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, FileError> {
        let mut bytes = Vec::new();
        read_range(self.file, from, (to - from) as usize, &mut bytes)
            .map_err(|error| self.folder.error("read", &segment_name(self.first), error))?;
        Ok(bytes)
    }

    /// Where the last byte that is not padding ends, with the newline after it, and whether the padding holds zeros.
    ///
    /// All padding is looked at: a torn batch may have left bytes beyond a hole, where a binary search would miss them.
    fn used(&self) -> Result<(u64, bool), FileError> {
        const BLOCK_BYTES: u64 = 16 * 1024;
        let (mut end, mut zeros) = (self.len, false);
        while end > 0 {
            let start = end.saturating_sub(BLOCK_BYTES);
            let block = self.read(start, end)?;
            let last = block.iter().rposition(|byte| !matches!(byte, b'\n' | 0));
            let padding = last.map_or(0, |last| last + 1);
            zeros |= block[padding..].contains(&0);
            if last.is_some() {
                let after = u64::from(
                    block
                        .get(padding)
                        .map_or(end < self.len, |byte| *byte == b'\n'),
                );
                return Ok((start + padding as u64 + after, zeros));
            }
            end = start;
        }
        Ok((0, zeros))
    }

    /// The bytes to check: from after some commit line, whose tail is believed, to the end of what is used.
    fn window(&self, used: u64, before: Tail) -> Result<(u64, Tail, Vec<u8>), FileError> {
        let mut window = WINDOW_BYTES;
        loop {
            let start = used.saturating_sub(window);
            let bytes = self.read(start, used)?;
            if start == 0 {
                return Ok((0, before, bytes));
            }
            if let Some((from, tail)) = base(&bytes) {
                return Ok((start + from as u64, tail, bytes[from..].to_vec()));
            }
            window *= 2;
        }
    }

    fn lines_before(&self, offset: u64) -> Result<u64, FileError> {
        Ok(memchr::memchr_iter(b'\n', &self.read(0, offset)?).count() as u64)
    }

    fn no_commit(&self) -> OpenError {
        let detail =
            "the segment does not end in a commit line although another follows it".to_owned();
        let segment = segment_name(self.first).into();
        OpenError::Damaged {
            problem: Problem {
                kind: ProblemKind::Missing,
                segment,
                line: 0,
                seq: None,
                detail,
            },
        }
    }
}

/// Where the last batch begins in lines that end in a commit line.
fn last_batch(lines: &[u8]) -> usize {
    let mut end = lines.strip_suffix(b"\n").unwrap_or(lines).len();
    let mut start = line_start(lines, end);
    while start > 0 {
        end = start - 1;
        start = line_start(lines, end);
        if Commit::parse(&lines[start..end]).is_some() {
            return end + 1;
        }
    }
    0
}

fn line_start(lines: &[u8], end: usize) -> usize {
    memchr::memrchr(b'\n', &lines[..end]).map_or(0, |newline| newline + 1)
}

/// The first commit line in `bytes` that another one follows: where it ends, and its tail.
fn base(bytes: &[u8]) -> Option<(usize, Tail)> {
    let mut found = None;
    let mut start = memchr::memchr(b'\n', bytes)? + 1;
    while let Some(len) = memchr::memchr(b'\n', &bytes[start..]) {
        if let Some(commit) = Commit::parse(&bytes[start..start + len]) {
            if found.is_some() {
                return found;
            }
            found = Some((
                start + len + 1,
                Tail {
                    seq: commit.to,
                    head: commit.head,
                },
            ));
        }
        start += len + 1;
    }
    None
}
