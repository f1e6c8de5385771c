//! Power fails, or the disk does, at every single IO point: nothing acknowledged is lost, nothing is there twice.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use mesh_log::conformance::{append, read_all, samples};
use mesh_log::{
    AppendError, Fault, FileLog, FileOptions, Log, OpenError, SimDisk, Tail, Trust, verify_folder,
};

const DIR: &str = "/srv/log";

/// Small segments and paddings, so that a short workload passes every kind of IO point several times.
fn options() -> FileOptions {
    FileOptions {
        key: Some(SigningKey::from_bytes(&[3; 32])),
        segment_bytes_max: 5000,
        chunk_bytes_min: 700,
        chunk_bytes_max: 1500,
        ..FileOptions::default()
    }
}

fn open(disk: &SimDisk) -> Result<(FileLog, mesh_log::OpenReport), OpenError> {
    FileLog::open(Arc::new(disk.clone()), DIR, options())
}

/// What the world was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Told {
    /// Events whose batches were acknowledged.
    stored: u64,
    /// Batches whose writer was told that they are certainly not stored: the number their first event would have had.
    refused: BTreeSet<u64>,
    /// Events after the last acknowledged one that may or may not be stored: their batch ends here.
    perhaps: u64,
    /// Contents whose erasure was acknowledged.
    erased: BTreeSet<u64>,
    /// Contents whose erasure was asked for.
    erasing: BTreeSet<u64>,
    /// The newest snapshot that was acknowledged.
    snapshot: u64,
}

/// Sizes of the workload's batches.
const BATCHES: [u64; 12] = [1, 3, 1, 2, 6, 1, 1, 4, 2, 1, 5, 1];

/// Runs the workload until something fails.
fn work(disk: &SimDisk, told: &mut Told) {
    let Ok((mut log, _)) = open(disk) else { return };
    for (index, size) in BATCHES.iter().enumerate() {
        let first = log.tail().seq + 1;
        let last = first + size - 1;
        match append(&mut log, &samples(first..=last)) {
            Ok(tail) => {
                assert_eq!(tail.seq, last);
                told.stored = last;
            }
            Err(AppendError::OutcomeUnknown { .. }) => {
                told.perhaps = last;
                return;
            }
            Err(error) => {
                assert!(error.is_not_stored());
                told.refused.insert(first);
                if log.is_read_only() {
                    return;
                }
                continue;
            }
        }
        if index % 3 == 2 {
            let seqs: Vec<u64> = (first..=last).filter(|seq| seq % 3 != 0).collect();
            told.erasing.extend(&seqs);
            if log.erase(&seqs).is_err() {
                return;
            }
            told.erased.extend(seqs);
        }
        if index % 4 == 3 {
            if log
                .snapshots()
                .save(log.tail(), "state/1", &mut |to| {
                    to.write_all(&[index as u8; 900])
                })
                .is_err()
            {
                return;
            }
            told.snapshot = log.tail().seq;
        }
    }
}

/// Opens after the failure and compares what is there with what the world was told. Returns the tail.
fn examine(disk: &SimDisk, told: &Told, context: &str) -> Tail {
    let (mut log, _) = open(disk).unwrap_or_else(|error| panic!("{context}: {error}"));
    let tail = log.tail();
    assert!(
        tail.seq >= told.stored,
        "{context}: event {} was acknowledged, the log ends at {}",
        told.stored,
        tail.seq
    );
    let batch_ends = tail.seq == told.stored || tail.seq == told.perhaps;
    assert!(
        batch_ends,
        "{context}: a batch is stored in part, or one that was refused is stored"
    );
    let mut expected = samples(1..=tail.seq);
    let found = read_all(&log.reader(), 1);
    for (sample, found) in expected.iter_mut().zip(&found) {
        let seq = sample.at - 1_763_705_000_000;
        let may_be_erased =
            told.erasing.contains(&seq) && found.content.as_deref() == Some("erased");
        if told.erased.contains(&seq) || may_be_erased {
            sample.content = Some("erased".to_owned());
        }
    }
    assert_eq!(found, expected, "{context}");
    let verified = log.verify(&Trust::Keys(vec![
        options().key.expect("it signs").verifying_key().to_bytes(),
    ]));
    assert_eq!(
        verified
            .unwrap_or_else(|error| panic!("{context}: {error}"))
            .tail,
        tail,
        "{context}"
    );
    let stored = verify_folder(Arc::new(disk.clone()), DIR, &Trust::AnyKey, &mut |_| {});
    let stored = stored.unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_eq!(
        stored.tail, tail,
        "{context}: nothing is stored beyond the tail"
    );
    let snapshot = log
        .snapshots()
        .load("state/1")
        .unwrap_or_else(|error| panic!("{context}: {error}"));
    assert!(
        snapshot.map_or(0, |snapshot| snapshot.tail.seq) >= told.snapshot,
        "{context}: the snapshot is gone"
    );
    // The log goes on, and what it found at the start is durable from then on.
    let more = append(&mut log, &samples(tail.seq + 1..=tail.seq + 3))
        .unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_eq!(
        read_all(&log.reader(), tail.seq + 1),
        samples(tail.seq + 1..=more.seq),
        "{context}"
    );
    tail
}

/// What the world was told if the whole workload went through, and the number of IO points it took.
fn undisturbed() -> (Told, u64) {
    let disk = SimDisk::new(0);
    let mut told = Told::default();
    work(&disk, &mut told);
    assert_eq!(told.stored, BATCHES.iter().sum::<u64>());
    disk.kill_process();
    examine(&disk, &told, "undisturbed");
    let disk = SimDisk::new(0);
    work(&disk, &mut Told::default());
    (told, disk.io_points())
}

#[test]
fn power_cuts_at_every_io_point_lose_nothing() {
    let (_, points) = undisturbed();
    assert!(points > 100, "the workload passes {points} IO points");
    let mut hit = BTreeSet::new();
    for point in 1..=points {
        let disk = SimDisk::new(point);
        disk.fail_at(point, Fault::PowerCut);
        let mut told = Told::default();
        work(&disk, &mut told);
        assert!(disk.is_off(), "the workload reaches point {point}");
        assert_eq!(disk.io_points(), point);
        hit.insert(disk.io_points());
        // Whatever was being written when the power went may be there.
        told.perhaps = told.perhaps.max(next_end(told.stored));
        for seed in 0..12 {
            let after = disk.fork(seed);
            after.power_off();
            after.power_on();
            let context = format!("power cut at point {point}, seed {seed}");
            let tail = examine(&after, &told, &context);
            after.power_off();
            after.power_on();
            let more = Told {
                stored: tail.seq + 3,
                ..told.clone()
            };
            examine(
                &after,
                &more,
                &format!("{context}, and again after the repair"),
            );
        }
    }
    assert_eq!(hit, (1..=points).collect(), "every IO point was cut");
}

#[test]
fn power_cuts_at_every_io_point_of_the_repair_lose_nothing() {
    let (_, points) = undisturbed();
    let mut repairs = 0;
    for point in (1..=points).step_by(3) {
        let disk = SimDisk::new(point);
        disk.fail_at(point, Fault::PowerCut);
        let mut told = Told::default();
        work(&disk, &mut told);
        told.perhaps = told.perhaps.max(next_end(told.stored));
        disk.power_on();
        for step in 1.. {
            let again = disk.fork(step);
            again.fail_at(again.io_points() + step, Fault::PowerCut);
            let opened = open(&again);
            if !again.is_off() {
                assert!(opened.is_ok());
                break;
            }
            drop(opened);
            again.power_on();
            repairs += 1;
            examine(
                &again,
                &told,
                &format!("power cut at point {point} and at step {step} of the repair"),
            );
        }
    }
    assert!(repairs > 100, "{repairs} repairs were cut");
}

#[test]
fn a_batch_found_after_a_killed_process_survives_a_power_cut() {
    let (_, points) = undisturbed();
    for point in 1..=points {
        let disk = SimDisk::new(point);
        // The call fails for good and the process is killed before it can repair anything.
        disk.fail_at(point, Fault::PowerCut);
        let mut told = Told::default();
        work(&disk, &mut told);
        disk.kill_process();
        told.perhaps = told.perhaps.max(next_end(told.stored));
        let context = format!("killed at point {point}");
        let (log, _) = open(&disk).unwrap_or_else(|error| panic!("{context}: {error}"));
        let seen = log.tail().seq;
        drop(log);
        disk.power_off();
        disk.power_on();
        told.stored = seen;
        examine(&disk, &told, &format!("{context}, then a power cut"));
    }
}

#[test]
fn failures_at_every_io_point_are_told_truthfully() {
    let (_, points) = undisturbed();
    for fault in [
        Fault::Error,
        Fault::ShortWrite,
        Fault::FailedSync,
        Fault::DiskFull,
    ] {
        let (mut not_stored, mut closed) = (0, 0);
        for point in 1..=points {
            let disk = SimDisk::new(point);
            disk.fail_at(point, fault);
            let mut told = Told::default();
            work(&disk, &mut told);
            assert_eq!(
                disk.faults_hit() >= 1,
                disk.io_points() >= point,
                "{fault:?} at point {point}"
            );
            not_stored += u64::from(!told.refused.is_empty());
            closed += u64::from(told.perhaps > 0);
            disk.kill_process();
            let kept = disk.fork(1);
            examine(&kept, &told, &format!("{fault:?} at point {point}"));
            disk.power_off();
            disk.power_on();
            examine(
                &disk,
                &told,
                &format!("{fault:?} at point {point}, then a power cut"),
            );
        }
        assert!(not_stored > 0, "{fault:?} made a batch fail");
        assert_eq!(closed, 0, "one failure can always be repaired");
    }
}

#[test]
fn two_failures_in_a_row_close_the_log() {
    let (_, points) = undisturbed();
    let mut unknown = 0;
    for fault in [Fault::Error, Fault::FailedSync] {
        for point in 1..=points {
            let disk = SimDisk::new(point);
            disk.fail_at(point, fault);
            disk.fail_at(point + 1, Fault::Error);
            disk.fail_at(point + 2, Fault::Error);
            let mut told = Told::default();
            work(&disk, &mut told);
            unknown += u64::from(told.perhaps > 0);
            disk.power_off();
            disk.power_on();
            examine(
                &disk,
                &told,
                &format!("{fault:?} at point {point} and at the next two"),
            );
        }
    }
    assert!(unknown > 0, "some outcome could not be known");
}

#[test]
fn a_full_disk_refuses_batches_until_there_is_space() {
    let disk = SimDisk::new(1);
    let (mut log, _) = open(&disk).expect("the log opens");
    disk.fail_at(disk.io_points() + 1, Fault::DiskFull);
    let mut refused = 0;
    for _ in 0..20 {
        let next = log.tail().seq + 1;
        match append(&mut log, &samples(next..=next)) {
            Ok(_) => assert_eq!(refused, 0, "padding is used up, then nothing fits"),
            Err(error) => {
                assert!(matches!(error, AppendError::NotStored { .. }), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
    assert!(!log.is_read_only());
    let before = log.tail().seq;
    disk.make_space();
    append(&mut log, &samples(before + 1..=before + 2)).expect("there is space again");
    assert_eq!(read_all(&log.reader(), 1), samples(1..=before + 2));
    drop(log);
    disk.power_off();
    disk.power_on();
    examine(
        &disk,
        &Told {
            stored: before + 2,
            ..Told::default()
        },
        "after the full disk",
    );
}

#[test]
fn a_torn_batch_is_set_aside_and_reported() {
    let disk = SimDisk::new(1);
    let (mut log, _) = open(&disk).expect("the log opens");
    append(&mut log, &samples(1..=3)).expect("the batch is stored");
    drop(log);
    let segment = Path::new(DIR).join("00000000000000000001.jsonl");
    let mut bytes = disk.contents(&segment).expect("the segment is there");
    let end = bytes
        .iter()
        .rposition(|byte| *byte != b'\n')
        .expect("there are lines")
        + 2;
    let torn = br#"{"h":{"seq":4,"at":1,"type":"note","v":1,"by":null,"fa"#;
    bytes[end..end + torn.len()].copy_from_slice(torn);
    disk.tamper(&segment, bytes);
    let (log, report) = open(&disk).expect("the log opens");
    let found = report.torn.expect("the torn batch is reported");
    assert_eq!(
        (found.seq, found.bytes, log.tail().seq),
        (4, torn.len() as u64 + 1, 3)
    );
    let saved = disk
        .contents(&found.saved_as)
        .expect("the torn bytes are kept");
    assert_eq!(saved.trim_ascii_end(), torn);
    drop(log);
    let (_, report) = open(&disk).expect("the log opens");
    assert_eq!(report.torn, None, "it is reported once");
}

/// Where the batch after event `stored` ends in the workload.
fn next_end(stored: u64) -> u64 {
    let mut end = 0;
    for size in BATCHES {
        end += size;
        if end > stored {
            return end;
        }
    }
    end
}
