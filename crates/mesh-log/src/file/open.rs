//! Opening a folder: take the lock, finish what was interrupted, find the end, set a torn batch aside.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesh_proof::{Problem, ProblemKind, Tail, Trust, Verified};

use super::append::{Active, SegmentWriter};
use super::folder::{
    ERASING, Folder, IMPORTING, LOCK, Layout, Segment, TORN, UNFINISHED, parse_segment_name,
    parse_snapshot_name, segment_name, write_all,
};
use super::recover::{self, Ending};
use super::{Eraser, FileLog, FileOptions, OpenReport, Torn, erase};
use crate::disk::{Access, Disk, DiskLock};
use crate::error::{EraseError, FileError, OpenError, ReadError, VerifyError};
use crate::reader::LogReader;

pub(super) fn open(
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    options: FileOptions,
) -> Result<(FileLog, OpenReport), OpenError> {
    let folder = Arc::new(Folder::new(disk, dir));
    let lock = take(&folder)?;
    let names = folder.list()?;
    if names.iter().any(|name| name == IMPORTING) {
        return Err(OpenError::ImportUnfinished {
            dir: folder.dir.clone(),
        });
    }
    let mut firsts = segments(&names);
    first_is_one(&firsts)?;
    let erased = finish_erasure(&folder, &names, &firsts)?;
    let tidied = remove_leftovers(&folder, &names, &mut firsts)?;
    let (active, tail, torn) = match firsts.pop() {
        None => {
            not_shorter_than_snapshots(&folder, &names, 0)?;
            (None, Tail::EMPTY, None)
        }
        Some(last) => {
            let before = tail_before(&folder, &firsts, last)?;
            let ending = recover::ending(&folder, last, before, &options.trust)?;
            not_shorter_than_snapshots(&folder, &names, ending.tail.seq)?;
            let torn = set_torn_aside(&folder, last, &ending)?;
            (Some(settle(&folder, last, &ending)?), ending.tail, torn)
        }
    };
    if tidied {
        folder.sync_dir()?;
    }
    let mut layout = Layout {
        segments: sealed(&folder, &firsts)?,
        tail,
    };
    let writer = SegmentWriter::new(&folder, &options);
    let mut active = match active {
        Some(active) => active,
        None => writer.create(tail.seq + 1)?,
    };
    // Also writes the last newline, should the file have been cut right before it.
    writer.extend(&mut active, 0)?;
    layout.segments.push(Segment {
        first: active.first,
        end: active.end,
    });
    let report = OpenReport {
        tail,
        segments: layout.segments.len(),
        torn,
        erased,
    };
    folder.with_layout(|shared| *shared = layout);
    let eraser = Eraser {
        folder: Arc::clone(&folder),
        busy: Arc::default(),
        _lock: Arc::from(lock),
    };
    let log = FileLog {
        folder,
        options,
        active,
        tail,
        read_only: false,
        batch: Vec::new(),
        eraser,
    };
    Ok((log, report))
}

/// Opens a folder for reading only, beside whoever writes it. Sees what is stored now; nothing is repaired.
pub fn open_reader(disk: Arc<dyn Disk>, dir: impl Into<PathBuf>) -> Result<LogReader, OpenError> {
    let folder = Folder::new(disk, dir.into());
    let mut firsts = segments(&folder.list()?);
    first_is_one(&firsts)?;
    firsts.retain_ok(|first| Ok(!recover::is_blank(&folder, first)?))?;
    let layout = match firsts.pop() {
        None => Layout::default(),
        Some(last) => {
            let before = tail_before(&folder, &firsts, last)?;
            let ending = recover::ending(&folder, last, before, &Trust::AnyKey)?;
            let mut segments = sealed(&folder, &firsts)?;
            segments.push(Segment {
                first: last,
                end: ending.end,
            });
            Layout {
                segments,
                tail: ending.tail,
            }
        }
    };
    folder.with_layout(|shared| *shared = layout);
    Ok(LogReader::new(Arc::new(folder)))
}

/// Checks every line in a folder, also one that does not open. `progress` hears the number of events checked so far.
///
/// A node may be writing at the same time; the batch it is writing then shows as [`ProblemKind::TornTail`].
pub fn verify_folder(
    disk: Arc<dyn Disk>,
    dir: impl Into<PathBuf>,
    trust: &Trust,
    progress: &mut dyn FnMut(u64),
) -> Result<Verified, VerifyError> {
    let folder = Folder::new(disk, dir.into());
    let names = folder.list().map_err(ReadError::Io)?;
    let segments = sealed(&folder, &segments(&names)).map_err(ReadError::Io)?;
    folder.with_layout(|shared| shared.segments = segments);
    LogReader::new(Arc::new(folder)).verify_stored(trust, progress)
}

/// Makes the folder, durably, and takes its lock.
pub(crate) fn take(folder: &Folder) -> Result<Box<dyn DiskLock>, OpenError> {
    let Folder { disk, dir, .. } = folder;
    disk.create_dir(dir)
        .map_err(|error| folder.error("make", "", error))?;
    let parent = dir
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    disk.sync_dir(parent).map_err(|source| FileError {
        what: "sync",
        path: parent.to_owned(),
        source,
    })?;
    let lock = disk
        .lock(&folder.path(LOCK))
        .map_err(|error| folder.error("lock", LOCK, error))?;
    lock.ok_or_else(|| OpenError::InUse { dir: dir.clone() })
}

/// First events of the segments, in order.
fn segments(names: &[String]) -> Vec<u64> {
    let mut firsts: Vec<u64> = names
        .iter()
        .filter_map(|name| parse_segment_name(name))
        .collect();
    firsts.sort_unstable();
    firsts
}

fn first_is_one(firsts: &[u64]) -> Result<(), OpenError> {
    match firsts.first() {
        None | Some(1) => Ok(()),
        Some(_) => Err(missing_before(1, "the log's first segment is gone")),
    }
}

fn missing_before(first: u64, detail: &str) -> OpenError {
    let segment = segment_name(first).into();
    let detail = detail.to_owned();
    OpenError::Damaged {
        problem: Problem {
            kind: ProblemKind::Missing,
            segment,
            line: 1,
            seq: Some(first),
            detail,
        },
    }
}

/// Before anything is checked: a half overwritten body would look like damage.
fn finish_erasure(
    folder: &Folder,
    names: &[String],
    firsts: &[u64],
) -> Result<Vec<u64>, OpenError> {
    if !names.iter().any(|name| name == ERASING) {
        return Ok(Vec::new());
    }
    let segments = sealed(folder, firsts)?;
    folder.with_layout(|layout| layout.segments = segments);
    erase::finish(folder).map_err(|error| match error {
        EraseError::Io(error) => OpenError::Io(error),
        EraseError::Read(error) => OpenError::Read(error),
        EraseError::NoSuchEvent { .. } | EraseError::ReadOnly => {
            unreachable!("finishing asks for neither")
        }
    })
}

/// Removes files that were never finished, and segments that were made but not written to before the next one was.
fn remove_leftovers(
    folder: &Folder,
    names: &[String],
    firsts: &mut Vec<u64>,
) -> Result<bool, OpenError> {
    let mut removed = false;
    for name in names.iter().filter(|name| name.ends_with(UNFINISHED)) {
        folder.remove(name)?;
        removed = true;
    }
    firsts.retain_ok(|first| {
        let blank = recover::is_blank(folder, first)?;
        if blank {
            folder.remove(&segment_name(first))?;
            removed = true;
        }
        Ok(!blank)
    })?;
    Ok(removed)
}

/// The tail that the last segment follows.
fn tail_before(folder: &Folder, firsts: &[u64], last: u64) -> Result<Tail, OpenError> {
    let Some(previous) = firsts.last() else {
        return Ok(Tail::EMPTY);
    };
    let tail = recover::sealed_tail(folder, *previous)?;
    if tail.seq + 1 == last {
        return Ok(tail);
    }
    Err(missing_before(
        tail.seq + 1,
        "the segment with this event is gone, or another one bears a wrong name",
    ))
}

/// Full segments: durable to their last byte.
fn sealed(folder: &Folder, firsts: &[u64]) -> Result<Vec<Segment>, FileError> {
    let len = |first: &u64| {
        let name = segment_name(*first);
        let len = folder.open(&name, Access::Read)?.len();
        Ok(Segment {
            first: *first,
            end: len.map_err(|error| folder.error("read", &name, error))?,
        })
    };
    firsts.iter().map(len).collect()
}

/// A snapshot is only taken of durable events. So if one lies beyond the end, durable events are gone.
fn not_shorter_than_snapshots(
    folder: &Folder,
    names: &[String],
    tail: u64,
) -> Result<(), OpenError> {
    for name in names {
        if let Some(snapshot) = parse_snapshot_name(name).filter(|seq| *seq > tail) {
            return Err(OpenError::ShorterThanSnapshot {
                tail,
                snapshot,
                path: folder.path(name),
            });
        }
    }
    Ok(())
}

/// Copies the bytes after the last good batch to a file of their own.
fn set_torn_aside(folder: &Folder, first: u64, ending: &Ending) -> Result<Option<Torn>, OpenError> {
    if ending.used <= ending.end {
        return Ok(None);
    }
    let segment = segment_name(first);
    let mut bytes = Vec::new();
    let file = folder.open(&segment, Access::Read)?;
    super::folder::read_range(
        &*file,
        ending.end,
        (ending.used - ending.end) as usize,
        &mut bytes,
    )
    .map_err(|error| folder.error("read", &segment, error))?;
    let seq = ending.tail.seq + 1;
    let names = folder.list()?;
    // An earlier torn batch of the same number is kept.
    let name = (1_u32..)
        .map(|nth| match nth {
            1 => format!("{TORN}{seq:020}.jsonl"),
            _ => format!("{TORN}{seq:020}-{nth}.jsonl"),
        })
        .find(|name| !names.contains(name))
        .expect("the numbers do not run out");
    folder.write_whole(&name, &bytes)?;
    Ok(Some(Torn {
        saved_as: folder.path(&name),
        bytes: bytes.len() as u64,
        seq,
    }))
}

/// Makes the last good batch durable and what follows it padding.
///
/// A process that was killed between write and sync leaves a good batch that no disk has yet; from now on it counts.
/// After a sync that failed the page cache may hold bytes that no later sync writes, so they are written once more.
fn settle(folder: &Folder, first: u64, ending: &Ending) -> Result<Active, OpenError> {
    let name = segment_name(first);
    let file = folder.open(&name, Access::Write)?;
    let mut filled = ending.len;
    if ending.used > ending.end || ending.zeros {
        file.set_len(ending.end)
            .map_err(folder.failed_in("cut", first))?;
        filled = ending.end;
    }
    let (start, batch) = &ending.batch;
    write_all(&*file, batch, *start).map_err(folder.failed_in("write", first))?;
    file.sync_data().map_err(folder.failed_in("sync", first))?;
    folder.sync_dir()?;
    Ok(Active {
        first,
        file,
        end: ending.end,
        filled,
    })
}

/// `retain` for a test that can fail.
trait RetainOk {
    fn retain_ok(
        &mut self,
        keep: impl FnMut(u64) -> Result<bool, FileError>,
    ) -> Result<(), FileError>;
}

impl RetainOk for Vec<u64> {
    fn retain_ok(
        &mut self,
        mut keep: impl FnMut(u64) -> Result<bool, FileError>,
    ) -> Result<(), FileError> {
        let mut kept = Vec::with_capacity(self.len());
        for first in self.drain(..) {
            if keep(first)? {
                kept.push(first);
            }
        }
        *self = kept;
        Ok(())
    }
}
