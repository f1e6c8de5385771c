//! A damaged folder: every byte flipped, cut at every length, lines and files removed, added and swapped.
//!
//! Opening and verifying report each change and never panic. What may pass is exactly this: padding cut off, and a log
//! that ends early between two batches, which is an intact, shorter log; only a head noted elsewhere can tell.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use mesh_log::conformance::{append, read_all, samples};
use mesh_log::{
    FileLog, FileOptions, Log, OpenError, OpenReport, Problem, ProblemKind, SimDisk, Trust,
    Verified, VerifyError, import, open_reader, verify_folder,
};

const DIR: &str = "/srv/log";
const FIRST: &str = "/srv/log/00000000000000000001.jsonl";

fn options() -> FileOptions {
    let key = SigningKey::from_bytes(&[3; 32]);
    FileOptions {
        key: Some(key),
        chunk_bytes_min: 5500,
        chunk_bytes_max: 5500,
        ..FileOptions::default()
    }
}

/// Room for two or three batches in a segment.
fn small_segments() -> FileOptions {
    FileOptions {
        segment_bytes_max: 3000,
        ..options()
    }
}

fn trust() -> Trust {
    Trust::Keys(vec![
        options().key.expect("it signs").verifying_key().to_bytes(),
    ])
}

/// A log with these batches, closed; one body is erased.
fn log(sizes: &[u64], options: FileOptions) -> SimDisk {
    let disk = SimDisk::new(1);
    let (mut log, _) = FileLog::open(Arc::new(disk.clone()), DIR, options).expect("the log opens");
    for size in sizes {
        let next = log.tail().seq + 1;
        append(&mut log, &samples(next..next + size)).expect("the batch is stored");
    }
    log.erase(&[2]).expect("erasing works");
    drop(log);
    disk
}

fn open(disk: &SimDisk) -> Result<(FileLog, OpenReport), OpenError> {
    FileLog::open(Arc::new(disk.clone()), DIR, options())
}

fn verify(disk: &SimDisk) -> Result<Verified, Problem> {
    match verify_folder(Arc::new(disk.clone()), DIR, &trust(), &mut |_| {}) {
        Ok(verified) => Ok(verified),
        Err(VerifyError::Problem(problem)) => Err(problem),
        Err(VerifyError::Read(error)) => panic!("{error}"),
    }
}

/// The bytes of the first segment and the length of its lines.
fn first_segment(disk: &SimDisk) -> (Vec<u8>, usize) {
    let bytes = disk.contents(FIRST).expect("the segment is there");
    let used = bytes
        .iter()
        .rposition(|byte| *byte != b'\n')
        .map_or(0, |last| last + 2);
    (bytes, used)
}

#[test]
fn every_flipped_byte_is_reported() {
    let disk = log(&[2, 1, 3], options());
    let (bytes, used) = first_segment(&disk);
    assert!(bytes.len() > used, "there is padding");
    for at in 0..bytes.len() {
        for flip in [0x01, 0x20, 0xff] {
            let mut flipped = bytes.clone();
            flipped[at] ^= flip;
            let disk = disk.fork(0);
            disk.tamper(FIRST, flipped);
            let context = format!("byte {at} flipped by {flip:#x}");
            let problem = verify(&disk).expect_err(&context);
            match open(&disk) {
                Ok((log, report)) => {
                    assert_eq!(problem.kind, ProblemKind::TornTail, "{context}: {problem}");
                    let torn = report
                        .torn
                        .unwrap_or_else(|| panic!("{context}: the torn batch is reported"));
                    assert_eq!(torn.seq, log.tail().seq + 1, "{context}");
                    assert!(
                        disk.contents(&torn.saved_as).is_some(),
                        "{context}: its bytes are kept"
                    );
                    log.verify(&trust())
                        .unwrap_or_else(|error| panic!("{context}: {error}"));
                }
                Err(OpenError::Damaged { problem: found }) => {
                    assert_eq!(found.line, problem.line, "{context}")
                }
                Err(error) => panic!("{context}: {error}"),
            }
        }
    }
}

#[test]
fn every_cut_is_reported_but_one_between_batches() {
    let disk = log(&[2, 1, 3], options());
    let (bytes, used) = first_segment(&disk);
    let ends = commit_ends(&bytes);
    for len in 0..bytes.len() {
        let disk = disk.fork(0);
        disk.tamper(FIRST, bytes[..len].to_vec());
        let context = format!("cut to {len} bytes");
        // A batch is whole with its commit line; the newline after it may be missing.
        let between =
            len == 0 || len >= used - 1 || ends.contains(&len) || ends.contains(&(len + 1));
        let verified = verify(&disk);
        assert_eq!(verified.is_ok(), between, "{context}");
        let (mut log, report) = open(&disk).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(report.torn.is_none(), between, "{context}");
        let next = log.tail().seq + 1;
        append(&mut log, &samples(next..=next))
            .unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(
            log.verify(&trust())
                .unwrap_or_else(|error| panic!("{context}: {error}"))
                .events,
            next
        );
        if let Ok(verified) = verified {
            assert_eq!(verified.tail.seq + 1, next, "{context}");
        }
    }
}

#[test]
fn a_cut_below_a_snapshot_is_refused() {
    let disk = log(&[2, 1, 3], options());
    let (log, _) = open(&disk).expect("the log opens");
    log.snapshots()
        .save(log.tail(), "state/1", &mut |to| to.write_all(b"state"))
        .expect("saving works");
    drop(log);
    let (bytes, _) = first_segment(&disk);
    let shorter = commit_ends(&bytes)[1];
    disk.tamper(FIRST, bytes[..shorter].to_vec());
    let refused = open(&disk).map(|_| ());
    assert!(matches!(
        refused,
        Err(OpenError::ShorterThanSnapshot {
            tail: 3,
            snapshot: 6,
            ..
        })
    ));
}

#[test]
fn a_removed_added_or_moved_line_is_named() {
    let disk = log(&[2, 1, 3, 1], options());
    let (bytes, used) = first_segment(&disk);
    let lines: Vec<&[u8]> = bytes[..used - 1].split(|byte| *byte == b'\n').collect();
    let tampered = |change: &dyn Fn(&mut Vec<&[u8]>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        let disk = disk.fork(0);
        disk.tamper(FIRST, [lines.join(&b'\n'), b"\n\n\n".to_vec()].concat());
        let problem = verify(&disk).expect_err("the change is noticed");
        (problem.kind, problem.line)
    };
    for at in 0..lines.len() - 1 {
        let line = at as u64 + 1;
        assert_eq!(
            tampered(&|lines| _ = lines.remove(at)),
            (ProblemKind::Missing, line)
        );
        assert_eq!(
            tampered(&|lines| lines.swap(at, at + 1)),
            (ProblemKind::Reordered, line)
        );
        assert_eq!(
            tampered(&|lines| lines.insert(at, b"{\"x\":0}")),
            (ProblemKind::Inserted, line)
        );
        assert_eq!(
            tampered(&|lines| lines.insert(at + 2, lines[at])),
            (ProblemKind::Inserted, line + 2)
        );
    }
}

#[test]
fn damage_far_from_the_end_is_found_by_verifying() {
    let disk = log(&[40; 40], options());
    let (bytes, _) = first_segment(&disk);
    assert!(
        bytes.len() > 2 * 256 * 1024,
        "longer than what opening checks: {}",
        bytes.len()
    );
    let at = bytes
        .windows(7)
        .position(|part| part == b"word 40")
        .expect("event 40 has content");
    let mut altered = bytes.clone();
    altered[at..at + 7].copy_from_slice(b"word 41");
    disk.tamper(FIRST, altered);
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let (log, _) = open(&disk).expect("opening checks the end only");
    let Err(VerifyError::Problem(problem)) = log.verify(&trust()) else {
        panic!("the change is noticed")
    };
    assert_eq!(
        (problem.kind, problem.line, problem.seq),
        (ProblemKind::Altered, line, Some(40))
    );
    let checked = log.reader().read_checked(mesh_log::Tail::EMPTY, |_| {
        std::ops::ControlFlow::Continue(())
    });
    let Err(mesh_log::ReadError::Damaged { problem }) = checked else {
        panic!("the change is noticed")
    };
    assert_eq!(problem.seq, Some(40));
    assert_eq!(
        problem.line,
        line - 1,
        "reading names the event by its header's line"
    );
}

#[test]
fn damaged_segments_are_named() {
    let disk = log(&[2, 1, 3, 2, 4, 1, 2], small_segments());
    let names: Vec<String> = segment_paths(&disk);
    assert!(names.len() >= 3, "{names:?}");
    assert!(verify(&disk).is_ok());
    assert!(open(&disk).is_ok());
    for (index, path) in names.iter().enumerate() {
        let (is_last, bytes) = (
            index + 1 == names.len(),
            disk.contents(path).expect("the segment is there"),
        );
        // Gone.
        let gone = disk.fork(0);
        mesh_log::Disk::remove(&gone, path.as_ref()).expect("the file goes");
        mesh_log::Disk::sync_dir(&gone, DIR.as_ref()).expect("the folder syncs");
        assert_eq!(
            verify(&gone).is_ok(),
            is_last,
            "the end of a log may be cut off between batches"
        );
        if !is_last && index + 2 >= names.len() || index == 0 {
            assert!(matches!(open(&gone), Err(OpenError::Damaged { .. })));
        }
        // Cut short inside a batch.
        let cut = disk.fork(0);
        cut.tamper(path, bytes[..commit_ends(&bytes)[0] - 30].to_vec());
        let problem = verify(&cut).expect_err("the cut is noticed");
        let expected = if is_last {
            ProblemKind::TornTail
        } else {
            ProblemKind::Missing
        };
        assert!(
            problem.kind == expected || problem.kind == ProblemKind::Altered,
            "{problem}"
        );
        assert!(path.ends_with(&*problem.segment), "{problem}");
    }
}

#[test]
fn an_unfinished_erasure_is_finished() {
    let disk = log(&[2, 1, 3], options());
    let erased_before = verify(&disk).expect("the log verifies").erased;
    let (bytes, _) = first_segment(&disk);
    let at = bytes
        .windows(6)
        .position(|part| part == b"{\"b\":5")
        .expect("event 5 has a body");
    let mut half = bytes.clone();
    half[at + 1..at + 40].copy_from_slice(&[b' '; 39]);
    disk.tamper(FIRST, half);
    assert!(verify(&disk).is_err());
    disk.tamper("/srv/log/erasing.json", br#"{"erase":[5]}"#.to_vec());
    let (log, report) = open(&disk).expect("the erasure is finished");
    assert_eq!(report.erased, [5]);
    assert_eq!(
        log.verify(&trust()).expect("the log verifies").erased,
        erased_before + 1
    );
    assert_eq!(disk.contents("/srv/log/erasing.json"), None);
}

#[test]
fn snapshots_that_cannot_be_read_are_as_if_they_were_not_there() {
    let disk = log(&[2, 1, 3], options());
    let (log, _) = open(&disk).expect("the log opens");
    let snapshots = log.snapshots();
    let head = log
        .reader()
        .head_at(3)
        .expect("the log reads")
        .expect("event 3 is there");
    snapshots
        .save(mesh_log::Tail { seq: 3, head }, "state/1", &mut |to| {
            to.write_all(b"older")
        })
        .expect("saving works");
    snapshots
        .save(log.tail(), "state/1", &mut |to| to.write_all(b"newer"))
        .expect("saving works");
    let path = "/srv/log/snapshot-00000000000000000006.bin";
    let bytes = disk.contents(path).expect("the snapshot is there");
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x01;
        disk.tamper(path, flipped);
        let found = snapshots
            .load("state/1")
            .expect("looking works")
            .expect("the older one is there");
        assert_eq!(
            found.bytes, b"older",
            "byte {at} of the newer one is flipped"
        );
    }
}

#[test]
fn readers_beside_the_writer_see_what_is_stored() {
    let disk = log(&[2, 1, 3], options());
    let (mut log, _) = open(&disk).expect("the log opens");
    let reader = open_reader(Arc::new(disk.clone()), DIR).expect("the folder opens for reading");
    assert_eq!(reader.tail(), log.tail());
    assert_eq!(read_all(&reader, 3), samples(3..=6));
    append(&mut log, &samples(7..=8)).expect("the batch is stored");
    assert_eq!(
        reader.tail().seq,
        6,
        "it sees what was there when it was opened"
    );
    let later = open_reader(Arc::new(disk.clone()), DIR).expect("the folder opens for reading");
    assert_eq!(read_all(&later, 3), samples(3..=8));
}

#[test]
fn exports_import_byte_for_byte() {
    let disk = log(&[2, 1, 3, 2, 4, 1, 2], small_segments());
    let export = export(&disk);
    for options in [options(), small_segments()] {
        let copy = SimDisk::new(1);
        let verified = import(
            Arc::new(copy.clone()),
            DIR,
            &options,
            &trust(),
            &mut &export[..],
        )
        .expect("it imports");
        assert_eq!(verified, verify(&disk).expect("the log verifies"));
        assert_eq!(verify(&copy).expect("the copy verifies"), verified);
        assert_eq!(self::export(&copy), export);
        copy.power_off();
        copy.power_on();
        let (mut log, _) =
            FileLog::open(Arc::new(copy.clone()), DIR, options.clone()).expect("the copy opens");
        append(&mut log, &samples(16..=17)).expect("the copy goes on");
        drop(log);
        let again = import(Arc::new(copy), DIR, &options, &trust(), &mut &export[..]);
        assert!(matches!(again, Err(mesh_log::ImportError::NotEmpty { .. })));
    }
}

#[test]
fn damaged_exports_are_not_imported() {
    let export = export(&log(&[2, 1, 3], small_segments()));
    for at in (0..export.len()).step_by(7) {
        let mut flipped = export.clone();
        flipped[at] ^= 0x01;
        let copy = SimDisk::new(1);
        let refused = import(
            Arc::new(copy.clone()),
            DIR,
            &small_segments(),
            &trust(),
            &mut &flipped[..],
        );
        assert!(
            matches!(refused, Err(mesh_log::ImportError::Problem(_))),
            "byte {at}: {refused:?}"
        );
        assert_eq!(
            segment_paths(&copy),
            Vec::<String>::new(),
            "nothing is left"
        );
        assert!(
            import(
                Arc::new(copy),
                DIR,
                &small_segments(),
                &trust(),
                &mut &export[..]
            )
            .is_ok()
        );
    }
}

#[test]
fn an_import_cut_at_any_point_leaves_no_half_log() {
    let export = export(&log(&[2, 1, 3, 2, 4], small_segments()));
    let run = |disk: &SimDisk| {
        import(
            Arc::new(disk.clone()),
            DIR,
            &small_segments(),
            &trust(),
            &mut &export[..],
        )
    };
    let undisturbed = SimDisk::new(1);
    run(&undisturbed).expect("it imports");
    for point in 1..=undisturbed.io_points() {
        for seed in 0..6 {
            let disk = SimDisk::new(seed);
            disk.fail_at(point, mesh_log::Fault::PowerCut);
            assert!(run(&disk).is_err());
            disk.power_on();
            match open(&disk) {
                Ok((log, _)) => assert!(
                    [0, 12].contains(&log.tail().seq),
                    "point {point}: {}",
                    log.tail().seq
                ),
                Err(OpenError::ImportUnfinished { .. }) => {}
                Err(error) => panic!("point {point}, seed {seed}: {error}"),
            }
        }
    }
}

fn export(disk: &SimDisk) -> Vec<u8> {
    let mut bytes = Vec::new();
    let reader = open_reader(Arc::new(disk.clone()), DIR).expect("the folder opens for reading");
    reader.export(&mut bytes).expect("the log exports");
    bytes
}

fn segment_paths(disk: &SimDisk) -> Vec<String> {
    let names = mesh_log::Disk::list(disk, DIR.as_ref()).expect("the folder lists");
    names
        .into_iter()
        .filter(|name| name.starts_with('0'))
        .map(|name| format!("{DIR}/{name}"))
        .collect()
}

/// Offsets at which commit lines end, newline included.
fn commit_ends(bytes: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut start = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        let end = start + line.len() + 1;
        if line.starts_with(b"{\"c\":") {
            ends.push(end);
        }
        start = end;
    }
    ends
}
