//! What the writer and the readers of one folder share: names, the list of segments, the durable tail.

use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use mesh_proof::{Digest, Hashing, Tail};

use super::find;
use crate::disk::{Access, Disk, DiskFile};
use crate::error::{FileError, ReadError, SnapshotError};
use crate::reader::{Position, Source};
use crate::snapshot::{SnapshotStore, WriteState};

/// The file whose lock makes the writer the only one.
pub(crate) const LOCK: &str = "lock";
/// Is there while an import has not finished.
pub(crate) const IMPORTING: &str = "importing";
/// Names the events whose bodies are being erased.
pub(super) const ERASING: &str = "erasing.json";
/// Begins the names of unfinished batches that were set aside.
pub(super) const TORN: &str = "torn-";
/// What a file is called until it is whole.
pub(super) const UNFINISHED: &str = ".tmp";

/// A log's folder.
pub(crate) struct Folder {
    pub disk: Arc<dyn Disk>,
    pub dir: PathBuf,
    pub layout: RwLock<Layout>,
    /// Held for writing while a body is overwritten, so that no reader sees half of it.
    pub overwriting: RwLock<()>,
}

/// The durable log.
#[derive(Clone, Default)]
pub(crate) struct Layout {
    /// In rising order.
    pub segments: Vec<Segment>,
    pub tail: Tail,
}

/// One segment's durable part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// First event; the file's name.
    pub first: u64,
    /// Length without padding.
    pub end: u64,
}

/// File name of the segment that begins with event `first`.
pub(crate) fn segment_name(first: u64) -> String {
    format!("{first:020}.jsonl")
}

/// The inverse of [`segment_name`].
pub(crate) fn parse_segment_name(name: &str) -> Option<u64> {
    let digits = name
        .strip_suffix(".jsonl")
        .filter(|digits| digits.len() == 20)?;
    digits.parse().ok().filter(|first| *first >= 1)
}

fn snapshot_name(seq: u64) -> String {
    format!("snapshot-{seq:020}.bin")
}

pub(super) fn parse_snapshot_name(name: &str) -> Option<u64> {
    name.strip_prefix("snapshot-")?
        .strip_suffix(".bin")?
        .parse()
        .ok()
}

impl Folder {
    pub fn new(disk: Arc<dyn Disk>, dir: PathBuf) -> Self {
        Self {
            disk,
            dir,
            layout: RwLock::default(),
            overwriting: RwLock::default(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// An error about a file of this folder; an empty name means the folder itself.
    pub fn error(&self, what: &'static str, name: &str, source: io::Error) -> FileError {
        let path = if name.is_empty() {
            self.dir.clone()
        } else {
            self.path(name)
        };
        FileError { what, path, source }
    }

    /// Turns an IO error about the file `name` into one that says so.
    pub fn failed<'a>(
        &'a self,
        what: &'static str,
        name: &'a str,
    ) -> impl FnOnce(io::Error) -> FileError + 'a {
        move |error| self.error(what, name, error)
    }

    /// As [`Folder::failed`], about the segment that begins with event `first`.
    pub fn failed_in(
        &self,
        what: &'static str,
        first: u64,
    ) -> impl FnOnce(io::Error) -> FileError + '_ {
        move |error| self.error(what, &segment_name(first), error)
    }

    pub fn list(&self) -> Result<Vec<String>, FileError> {
        self.disk
            .list(&self.dir)
            .map_err(|error| self.error("list", "", error))
    }

    pub fn open(&self, name: &str, access: Access) -> Result<Arc<dyn DiskFile>, FileError> {
        self.disk
            .open(&self.path(name), access)
            .map_err(|error| self.error("open", name, error))
    }

    pub fn remove(&self, name: &str) -> Result<(), FileError> {
        self.disk
            .remove(&self.path(name))
            .map_err(|error| self.error("remove", name, error))
    }

    pub fn sync_dir(&self) -> Result<(), FileError> {
        self.disk
            .sync_dir(&self.dir)
            .map_err(|error| self.error("sync", "", error))
    }

    /// Writes a file so that, whenever power fails, it is there whole or not at all.
    pub fn write_whole(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.write_by(name, |file| write_all(file, bytes, 0))
    }

    /// The same with whatever `fill` writes.
    fn write_by(
        &self,
        name: &str,
        fill: impl FnOnce(&dyn DiskFile) -> io::Result<()>,
    ) -> Result<(), FileError> {
        let unfinished = format!("{name}{UNFINISHED}");
        let file = self
            .disk
            .create(&self.path(&unfinished))
            .map_err(self.failed("create", name))?;
        fill(&*file).map_err(self.failed("write", name))?;
        file.sync_data().map_err(self.failed("sync", name))?;
        self.disk
            .rename(&self.path(&unfinished), &self.path(name))
            .map_err(self.failed("rename", name))?;
        self.sync_dir()
    }

    pub fn read_whole(&self, name: &str) -> Result<Vec<u8>, FileError> {
        let file = self.open(name, Access::Read)?;
        let len = file.len().map_err(self.failed("read", name))?;
        let mut bytes = Vec::new();
        read_range(&*file, 0, len as usize, &mut bytes).map_err(self.failed("read", name))?;
        Ok(bytes)
    }

    pub fn with_layout<T>(&self, change: impl FnOnce(&mut Layout) -> T) -> T {
        change(&mut self.layout.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// The segment that holds `seq`: the last that does not begin after it.
    pub fn segment_of(&self, seq: u64) -> Option<Segment> {
        let layout = self.layout.read().unwrap_or_else(PoisonError::into_inner);
        let after = layout
            .segments
            .partition_point(|segment| segment.first <= seq);
        after.checked_sub(1).map(|index| layout.segments[index])
    }

    /// The segment `first` and the one after it.
    fn segment_and_next(&self, first: u64) -> (Option<Segment>, Option<Segment>) {
        let layout = self.layout.read().unwrap_or_else(PoisonError::into_inner);
        let at = layout
            .segments
            .partition_point(|segment| segment.first < first);
        (
            layout.segments.get(at).copied(),
            layout.segments.get(at + 1).copied(),
        )
    }
}

impl Source for Folder {
    fn tail(&self) -> Tail {
        self.layout
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .tail
    }

    fn start(&self) -> Position {
        let layout = self.layout.read().unwrap_or_else(PoisonError::into_inner);
        Position {
            segment: layout.segments.first().map_or(1, |segment| segment.first),
            offset: 0,
        }
    }

    fn find(&self, seq: u64) -> Result<Position, ReadError> {
        find::find(self, seq)
    }

    fn fill(&self, at: Position, len: usize, buf: &mut Vec<u8>) -> Result<Position, ReadError> {
        buf.clear();
        let (mut segment, next) = self.segment_and_next(at.segment);
        let mut at = at;
        if segment.is_none_or(|segment| at.offset >= segment.end)
            && let Some(next) = next
        {
            segment = Some(next);
            at = Position {
                segment: next.first,
                offset: 0,
            };
        }
        let Some(segment) = segment else {
            return Ok(at);
        };
        let len = len.min(usize::try_from(segment.end.saturating_sub(at.offset)).unwrap_or(len));
        if len == 0 {
            return Ok(at);
        }
        let name = segment_name(segment.first);
        let file = self.open(&name, Access::Read)?;
        let _whole = self
            .overwriting
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        read_range(&*file, at.offset, len, buf)
            .map_err(|error| self.error("read", &name, error))?;
        Ok(at)
    }

    fn segment_name(&self, segment: u64) -> String {
        segment_name(segment)
    }
}

impl SnapshotStore for Folder {
    fn put(
        &self,
        seq: u64,
        line: &dyn Fn(Digest) -> Vec<u8>,
        write: WriteState<'_>,
    ) -> Result<(), SnapshotError> {
        let written = self.write_by(&snapshot_name(seq), |file| {
            let rest = Rest {
                file,
                offset: line(Digest::ZERO).len() as u64,
                hashing: Hashing::default(),
            };
            let mut rest = BufWriter::with_capacity(PIECE_BYTES, rest);
            write(&mut rest)?;
            let Rest { hashing, .. } = rest.into_inner().map_err(io::Error::from)?;
            write_all(file, &line(hashing.finish()), 0)
        });
        Ok(written?)
    }

    fn get(&self, seq: u64) -> Result<Option<Vec<u8>>, SnapshotError> {
        match self.read_whole(&snapshot_name(seq)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn remove(&self, seq: u64) -> Result<(), SnapshotError> {
        Ok(Folder::remove(self, &snapshot_name(seq))?)
    }

    fn list(&self) -> Result<Vec<u64>, SnapshotError> {
        Ok(Folder::list(self)?
            .iter()
            .filter_map(|name| parse_snapshot_name(name))
            .collect())
    }
}

/// Bytes of a snapshot that are written together.
const PIECE_BYTES: usize = 64 << 10;

/// What follows the first line of a file that is being written.
struct Rest<'a> {
    file: &'a dyn DiskFile,
    offset: u64,
    hashing: Hashing,
}

impl io::Write for Rest<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_all(self.file, bytes, self.offset)?;
        self.offset += bytes.len() as u64;
        self.hashing.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes everything: a short write is continued, and fails if it takes nothing.
pub(crate) fn write_all(file: &dyn DiskFile, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let taken = file.write_at(bytes, offset)?;
        if taken == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[taken..];
        offset += taken as u64;
    }
    Ok(())
}

/// Appends up to `len` bytes from `offset` to `buf`; fewer only at the end of the file.
pub(crate) fn read_range(
    file: &dyn DiskFile,
    offset: u64,
    len: usize,
    buf: &mut Vec<u8>,
) -> io::Result<()> {
    let start = buf.len();
    buf.resize(start + len, 0);
    let mut filled = 0;
    while filled < len {
        let taken = file.read_at(&mut buf[start + filled..], offset + filled as u64)?;
        if taken == 0 {
            break;
        }
        filled += taken;
    }
    buf.truncate(start + filled);
    Ok(())
}
