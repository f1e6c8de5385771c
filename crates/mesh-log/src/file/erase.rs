//! Erasing bodies in place.
//!
//! Power may fail while a body is half overwritten, so what will be erased is noted durably first and the note removed
//! last. Whoever finds the note finishes the work; doing it twice changes nothing.
//!
//! An unfinished batch that was set aside may hold the same words: whoever was not answered said them again. Such files go
//! with the first erasure.

use std::collections::BTreeSet;
use std::io;
use std::sync::PoisonError;

use mesh_proof::{Header, LineKey, Problem, ProblemKind, Rank, erased_line};
use serde::{Deserialize, Serialize};

use super::folder::{ERASING, Folder, TORN, segment_name, write_all};
use crate::disk::Access;
use crate::error::{EraseError, ReadError};
use crate::reader::{Position, Source};

/// The note.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Erasing {
    erase: Vec<u64>,
}

/// Erases the bodies of events that are in the log.
pub(super) fn erase(folder: &Folder, seqs: &[u64]) -> Result<(), EraseError> {
    let note = Erasing {
        erase: seqs.to_vec(),
    };
    let note = serde_json::to_vec(&note).expect("numbers always serialise");
    folder.write_whole(ERASING, &note)?;
    overwrite(folder, seqs, false)?;
    remove_torn(folder)?;
    forget(folder)
}

/// Finishes an erasure that was interrupted, and says which events it was of.
pub(super) fn finish(folder: &Folder) -> Result<Vec<u64>, EraseError> {
    let note = match folder.read_whole(ERASING) {
        Ok(note) => note,
        Err(error) if error.source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let note: Erasing = serde_json::from_slice(&note)
        .map_err(|error| folder.error("understand", ERASING, error.into()))?;
    overwrite(folder, &note.erase, true)?;
    remove_torn(folder)?;
    forget(folder)?;
    Ok(note.erase)
}

fn remove_torn(folder: &Folder) -> Result<(), EraseError> {
    for name in folder.list()?.iter().filter(|name| name.starts_with(TORN)) {
        folder.remove(name)?;
    }
    Ok(())
}

fn forget(folder: &Folder) -> Result<(), EraseError> {
    folder.remove(ERASING)?;
    Ok(folder.sync_dir()?)
}

/// Overwrites and syncs. `resumed`: a body may be half overwritten already.
///
/// A body that looks erased is written again all the same: after a failed sync what is read need not be on the disk.
fn overwrite(folder: &Folder, seqs: &[u64], resumed: bool) -> Result<(), EraseError> {
    let mut touched = BTreeSet::new();
    for seq in seqs {
        let Some((at, len)) = body_place(folder, *seq, resumed)? else {
            continue;
        };
        let name = segment_name(at.segment);
        let file = folder.open(&name, Access::Write)?;
        let _nobody_reads = folder
            .overwriting
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        write_all(&*file, &erased_line(*seq, len), at.offset)
            .map_err(|error| folder.error("write", &name, error))?;
        touched.insert(at.segment);
    }
    for segment in touched {
        let name = segment_name(segment);
        let file = folder.open(&name, Access::Write)?;
        file.sync_data()
            .map_err(|error| folder.error("sync", &name, error))?;
    }
    Ok(())
}

/// Where the body line of event `seq` stands and how long it is; `None` if the event has none.
fn body_place(
    folder: &Folder,
    seq: u64,
    resumed: bool,
) -> Result<Option<(Position, usize)>, ReadError> {
    let at = folder.find(seq)?;
    let mut len = 64 * 1024;
    loop {
        let mut buf = Vec::new();
        folder.fill(at, len, &mut buf)?;
        let mut ends = memchr::memchr_iter(b'\n', &buf);
        let (header_end, body_end) = (ends.next(), ends.next());
        if let Some(header_end) = header_end {
            let header = Header::parse(&buf[..header_end])
                .map_err(|error| damaged(at, seq, error.to_string()))?;
            if header.body.is_none() {
                return Ok(None);
            }
            if let Some(body_end) = body_end {
                let body = &buf[header_end + 1..body_end];
                let known = LineKey::peek(body)
                    == Some(LineKey {
                        seq,
                        rank: Rank::Body,
                    });
                if !known && !resumed {
                    return Err(damaged(
                        at,
                        seq,
                        "its body is not where it must be".to_owned(),
                    ));
                }
                let place = Position {
                    offset: at.offset + header_end as u64 + 1,
                    ..at
                };
                return Ok(Some((place, body.len())));
            }
        }
        if buf.len() < len {
            return Err(damaged(at, seq, "the segment ends inside it".to_owned()));
        }
        len *= 2;
    }
}

fn damaged(at: Position, seq: u64, detail: String) -> ReadError {
    let segment = segment_name(at.segment).into();
    ReadError::Damaged {
        problem: Problem {
            kind: ProblemKind::Altered,
            segment,
            line: 0,
            seq: Some(seq),
            detail,
        },
    }
}
