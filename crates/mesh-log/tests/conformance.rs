//! Both logs keep the promises of the trait, the file log on the real and on the simulated disk.

use std::path::PathBuf;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use mesh_log::conformance::{self, Place};
use mesh_log::{
    Disk, FileLog, FileOptions, Log, MemoryLog, MemoryStore, OpenError, RealDisk, SimDisk,
};

struct Memory(MemoryStore);

impl Place for Memory {
    fn open(&self) -> Result<Box<dyn Log>, OpenError> {
        Ok(Box::new(MemoryLog::open(&self.0, None)?))
    }
}

struct Folder {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    options: FileOptions,
    _dir: Option<tempfile::TempDir>,
}

impl Place for Folder {
    fn open(&self) -> Result<Box<dyn Log>, OpenError> {
        let (log, report) = FileLog::open(self.disk.clone(), &self.dir, self.options.clone())?;
        assert_eq!(
            (report.torn, report.erased.as_slice()),
            (None, [].as_slice())
        );
        assert_eq!(report.tail, log.tail());
        Ok(Box::new(log))
    }
}

fn simulated(options: FileOptions) -> Folder {
    Folder {
        disk: Arc::new(SimDisk::new(1)),
        dir: "/log".into(),
        options,
        _dir: None,
    }
}

#[test]
fn the_memory_log_conforms() {
    conformance::run(|| Memory(MemoryStore::default()));
}

#[test]
fn the_file_log_conforms_on_the_real_disk() {
    conformance::run(|| {
        let dir = tempfile::tempdir().expect("a folder for the test");
        let options = FileOptions {
            key: Some(SigningKey::from_bytes(&[3; 32])),
            ..FileOptions::default()
        };
        Folder {
            disk: Arc::new(RealDisk),
            dir: dir.path().join("log"),
            options,
            _dir: Some(dir),
        }
    });
}

#[test]
fn the_file_log_conforms_on_the_simulated_disk() {
    conformance::run(|| simulated(FileOptions::default()));
}

#[test]
fn the_file_log_conforms_with_segments_of_a_few_batches() {
    let options = FileOptions {
        key: Some(SigningKey::from_bytes(&[3; 32])),
        segment_bytes_max: 6000,
        chunk_bytes_min: 512,
        chunk_bytes_max: 2048,
        ..FileOptions::default()
    };
    conformance::run(|| simulated(options.clone()));
}
