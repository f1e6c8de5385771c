//! Importing an exported log into an empty folder. [`crate::LogReader::export`] is the other direction.

use std::io::{BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;

use mesh_proof::{Trust, Verified, Verifier};

use crate::disk::Disk;
use crate::error::{FileError, ImportError, OpenError};
use crate::file::{
    Active, FileOptions, Folder, IMPORTING, SegmentWriter, parse_segment_name, segment_name, take,
    write_all,
};

/// Reads an export and stores its lines byte for byte as the log in `dir`, verifying as it goes.
///
/// The folder must hold no log. If anything is wrong the folder is left without one. Afterwards
/// [`crate::FileLog::open`] opens it. Only the sizes in `options` matter: what was signed stays as it was signed.
pub fn import(
    disk: Arc<dyn Disk>,
    dir: impl Into<PathBuf>,
    options: &FileOptions,
    trust: &Trust,
    input: &mut dyn BufRead,
) -> Result<Verified, ImportError> {
    let folder = Folder::new(disk, dir.into());
    let _lock = take(&folder)?;
    let names = folder.list()?;
    if names.iter().any(|name| name == IMPORTING) {
        return Err(OpenError::ImportUnfinished {
            dir: folder.dir.clone(),
        }
        .into());
    }
    if names.iter().any(|name| parse_segment_name(name).is_some()) {
        return Err(ImportError::NotEmpty {
            dir: folder.dir.clone(),
        });
    }
    folder.write_whole(IMPORTING, b"")?;
    let mut import = Import {
        folder: &folder,
        options,
        active: None,
        made: Vec::new(),
        batch: Vec::new(),
        verifier: Verifier::new(trust.clone()),
    };
    let result = import.run(input);
    if result.is_err() {
        // The first error is the one to tell; if cleaning up fails too, the note says that the folder is not whole.
        for first in &import.made {
            let _ = folder.remove(&segment_name(*first));
        }
    }
    folder.sync_dir()?;
    folder.remove(IMPORTING)?;
    folder.sync_dir()?;
    result
}

struct Import<'a> {
    folder: &'a Folder,
    options: &'a FileOptions,
    active: Option<Active>,
    /// First events of the segments made so far.
    made: Vec<u64>,
    /// Lines after the last commit line.
    batch: Vec<u8>,
    verifier: Verifier,
}

impl Import<'_> {
    fn run(&mut self, input: &mut dyn BufRead) -> Result<Verified, ImportError> {
        self.verifier.start_segment("the export");
        let bytes_max = self.options.segment_bytes_max;
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = input
                .take(bytes_max + 1)
                .read_until(b'\n', &mut line)
                .map_err(ImportError::Read)?;
            if read == 0 {
                break;
            }
            let bytes = (self.batch.len() + line.len()) as u64;
            if bytes > bytes_max {
                return Err(ImportError::TooLarge { bytes, bytes_max });
            }
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            if self.take_line(&line)? {
                break;
            }
        }
        let verifier = std::mem::replace(&mut self.verifier, Verifier::new(Trust::AnyKey));
        let verified = verifier.finish().map_err(ImportError::Problem)?;
        if let Some(active) = &self.active {
            self.writer().seal(active)?;
        }
        Ok(verified)
    }

    /// Returns true if the export is known to be damaged.
    fn take_line(&mut self, line: &[u8]) -> Result<bool, FileError> {
        let before = *self.verifier.verified();
        if self.verifier.feed(line) {
            return Ok(true);
        }
        if !line.is_empty() {
            self.batch.extend_from_slice(line);
            self.batch.push(b'\n');
        }
        if self.verifier.verified().batches > before.batches {
            self.store_batch(before.tail.seq + 1)?;
        }
        Ok(false)
    }

    fn store_batch(&mut self, first: u64) -> Result<(), FileError> {
        let bytes = self.batch.len() as u64;
        let full = |active: &Active| active.end + bytes > self.options.segment_bytes_max;
        if let Some(active) = self.active.take_if(|active| full(active)) {
            self.writer().seal(&active)?;
        }
        let mut active = match self.active.take() {
            Some(active) => active,
            None => {
                self.made.push(first);
                self.writer().create(first)?
            }
        };
        self.writer().extend(&mut active, bytes)?;
        write_all(&*active.file, &self.batch, active.end).map_err(|error| {
            self.folder
                .error("write", &segment_name(active.first), error)
        })?;
        active.end += bytes;
        self.active = Some(active);
        self.batch.clear();
        Ok(())
    }

    fn writer(&self) -> SegmentWriter<'_> {
        SegmentWriter::new(self.folder, self.options)
    }
}
