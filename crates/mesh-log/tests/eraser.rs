//! Erasing beside the writer.

use std::sync::Arc;

use mesh_log::{Content, FileLog, FileOptions, Log, LogEvent, OpenError, SimDisk, Trust};
use serde_json::value::RawValue;

const DIR: &str = "/log";

fn open(disk: &SimDisk) -> Result<FileLog, OpenError> {
    let options = FileOptions {
        segment_bytes_max: 16 << 10,
        ..FileOptions::default()
    };
    FileLog::open(Arc::new(disk.clone()), DIR, options).map(|(log, _)| log)
}

fn append(log: &mut FileLog, text: &str) -> u64 {
    let (by, facts) = (RawValue::NULL, RawValue::NULL);
    let content = RawValue::from_string(format!("{{\"text\":\"{text}\"}}")).unwrap();
    let event = LogEvent {
        at: 1,
        kind: "note",
        v: 1,
        by,
        facts,
        content: Some(&content),
        salt: [7; 16],
    };
    log.append(log.tail(), &[event]).unwrap().seq
}

fn is_erased(log: &FileLog, seq: u64) -> bool {
    let content = |record: mesh_log::Record<'_>| matches!(record.content, Content::Erased);
    log.reader().get(seq, content).unwrap().unwrap()
}

#[test]
fn bodies_are_erased_while_others_are_appended() {
    let disk = SimDisk::new(1);
    let mut log = open(&disk).unwrap();
    for number in 0..300 {
        append(&mut log, &format!("before {number}"));
    }
    let eraser = log.eraser();
    let erasing = std::thread::spawn(move || {
        for seq in (1..=300).step_by(3) {
            eraser.erase(&[seq, seq + 1]).unwrap();
        }
    });
    for number in 0..300 {
        append(&mut log, &format!("meanwhile {number}"));
    }
    erasing.join().unwrap();
    for seq in 1..=600 {
        assert_eq!(
            is_erased(&log, seq),
            seq <= 300 && seq % 3 != 0,
            "event {seq}"
        );
    }
    log.verify(&Trust::AnyKey).unwrap();
    assert!(log.eraser().erase(&[601]).is_err());
    drop(log);
    open(&disk).unwrap().verify(&Trust::AnyKey).unwrap();
}

#[test]
fn the_folder_stays_locked_as_long_as_somebody_may_erase() {
    let disk = SimDisk::new(2);
    let mut log = open(&disk).unwrap();
    let seq = append(&mut log, "secret");
    let eraser = log.eraser();
    drop(log);
    assert!(matches!(open(&disk), Err(OpenError::InUse { .. })));
    eraser.erase(&[seq]).unwrap();
    drop(eraser);
    assert!(is_erased(&open(&disk).unwrap(), seq));
}
