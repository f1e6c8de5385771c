//! Writing batches: one write and one sync each, into padding that is already there.
//!
//! After a failed write or sync nothing in the page cache is believed. The segment is cut back to the last durable byte
//! and synced; if that works the batch is certainly not stored and the log goes on, else the log takes no more events.

use std::sync::Arc;

use mesh_proof::{Event, Tail, build_batch};

use super::folder::{Folder, Segment, segment_name, write_all};
use super::{FileLog, FileOptions};
use crate::disk::DiskFile;
use crate::error::{AppendError, FileError};

/// Padding is written in pieces of this size.
static PADDING: [u8; 64 * 1024] = [b'\n'; 64 * 1024];

/// The segment that batches go to.
pub(crate) struct Active {
    pub first: u64,
    pub file: Arc<dyn DiskFile>,
    /// Length of the durable batches.
    pub end: u64,
    /// Length of the file, padding included.
    pub filled: u64,
}

/// Writes segments: used for batches one by one, and for whole imports.
pub(crate) struct SegmentWriter<'a> {
    folder: &'a Folder,
    options: &'a FileOptions,
}

impl FileLog {
    pub(super) fn append_batch(
        &mut self,
        expected: Tail,
        events: &[Event<'_>],
    ) -> Result<Tail, AppendError> {
        if self.read_only {
            return Err(AppendError::ReadOnly);
        }
        if expected != self.tail {
            return Err(AppendError::Moved {
                expected,
                actual: self.tail,
            });
        }
        self.batch.clear();
        let tail = build_batch(
            self.tail,
            events,
            self.options.key.as_ref(),
            &mut self.batch,
        )?;
        let (bytes, bytes_max) = (self.batch.len() as u64, self.options.segment_bytes_max);
        if bytes > bytes_max {
            return Err(AppendError::TooLarge { bytes, bytes_max });
        }
        if let Err(source) = self.make_room(bytes) {
            // Not a byte of the batch has been written yet.
            self.read_only = self.repair().is_err();
            return Err(AppendError::NotStored { source });
        }
        if let Err(source) = self.write_batch() {
            self.read_only = self.repair().is_err();
            return Err(if self.read_only {
                AppendError::OutcomeUnknown { source }
            } else {
                AppendError::NotStored { source }
            });
        }
        self.active.end += bytes;
        self.tail = tail;
        let segment = Segment {
            first: self.active.first,
            end: self.active.end,
        };
        self.folder.with_layout(|layout| {
            match layout.segments.last_mut() {
                Some(last) if last.first == segment.first => *last = segment,
                _ => layout.segments.push(segment),
            }
            layout.tail = tail;
        });
        Ok(tail)
    }

    fn make_room(&mut self, bytes: u64) -> Result<(), FileError> {
        let writer = SegmentWriter {
            folder: &self.folder,
            options: &self.options,
        };
        if self.active.end > 0 && self.active.end + bytes > self.options.segment_bytes_max {
            writer.seal(&self.active)?;
            // What was padding is gone; should the rest fail, the log goes on here.
            self.active.filled = self.active.end;
            self.active = writer.create(self.tail.seq + 1)?;
        }
        writer.extend(&mut self.active, bytes)
    }

    fn write_batch(&self) -> Result<(), FileError> {
        let Active {
            first, file, end, ..
        } = &self.active;
        write_all(&**file, &self.batch, *end).map_err(self.folder.failed_in("write", *first))?;
        file.sync_data()
            .map_err(self.folder.failed_in("sync", *first))
    }

    /// Removes every trace of what was written after the last durable batch.
    fn repair(&mut self) -> Result<(), FileError> {
        let Active {
            first,
            file,
            end,
            filled,
        } = &mut self.active;
        file.set_len(*end)
            .map_err(self.folder.failed_in("cut", *first))?;
        file.sync_data()
            .map_err(self.folder.failed_in("sync", *first))?;
        *filled = *end;
        Ok(())
    }
}

impl<'a> SegmentWriter<'a> {
    pub fn new(folder: &'a Folder, options: &'a FileOptions) -> Self {
        Self { folder, options }
    }

    /// Cuts the padding off a segment that takes no more batches.
    pub fn seal(&self, active: &Active) -> Result<(), FileError> {
        active
            .file
            .set_len(active.end)
            .map_err(self.folder.failed_in("cut", active.first))?;
        active
            .file
            .sync_data()
            .map_err(self.folder.failed_in("sync", active.first))
    }

    /// Makes a segment with its first padding. Its name is durable, or it is not there.
    pub fn create(&self, first: u64) -> Result<Active, FileError> {
        let name = segment_name(first);
        let file = self
            .folder
            .disk
            .create(&self.folder.path(&name))
            .map_err(|error| self.folder.error("create", &name, error))?;
        let mut active = Active {
            first,
            file,
            end: 0,
            filled: 0,
        };
        let made = self
            .extend(&mut active, 1)
            .and_then(|()| self.folder.sync_dir());
        match made {
            Ok(()) => Ok(active),
            Err(error) => {
                // Left behind it would be an empty segment, which opening removes; so a failure here harms nothing.
                let _ = self.folder.remove(&name);
                Err(error)
            }
        }
    }

    /// Sees that `bytes` more fit into the padding.
    ///
    /// The padding becomes durable with the batch that needed it: one slow sync now and then, and never two. If power
    /// fails before, zeros or nothing may be there instead, which opening cuts off.
    pub fn extend(&self, active: &mut Active, bytes: u64) -> Result<(), FileError> {
        let needed = active.end + bytes;
        if needed <= active.filled {
            return Ok(());
        }
        let FileOptions {
            segment_bytes_max,
            chunk_bytes_min,
            chunk_bytes_max,
            ..
        } = *self.options;
        let chunk = active.filled.clamp(chunk_bytes_min, chunk_bytes_max);
        let target = (active.filled + chunk).min(segment_bytes_max).max(needed);
        let mut offset = active.filled;
        while offset < target {
            let len = (target - offset).min(PADDING.len() as u64);
            write_all(&*active.file, &PADDING[..len as usize], offset)
                .map_err(self.folder.failed_in("extend", active.first))?;
            offset += len;
        }
        active.filled = target;
        Ok(())
    }
}
