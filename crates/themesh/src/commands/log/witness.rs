//! `mesh log witness` keeps what a node signs of its log; `mesh log export --pin` writes the same for who gets an
//! export. `mesh log verify` compares with both.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use clap::Args;
use mesh_log::LogReader;
use mesh_model::PublicKey;
use mesh_model::api::NoInput;
use mesh_model::home;
use mesh_model::ops::LogCheckpoint;
use mesh_proof::{Checkpoint, Digest, Seal, Tail};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{line, printed_json};
use crate::times;

/// Keep what a node signs of its log: append its checkpoint to a file of one's own
#[derive(Debug, Args)]
pub struct WitnessArgs {
    /// The file; one for each node in the folder witness/ if absent
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Keep nothing, only print what is kept
    #[arg(long)]
    pub show: bool,
}

/// `mesh log witness`
pub fn witness(context: &Context, args: &WitnessArgs) -> Outcome<()> {
    let signed = context.http()?.call::<LogCheckpoint>(NoInput {})?;
    let file = match &args.file {
        Some(file) => file.clone(),
        None => own_file(context, signed.key),
    };
    if args.show {
        for checkpoint in read_if_there(&file)? {
            line(&checkpoint.to_string());
        }
        return Ok(());
    }
    let head = Digest::from_hex(signed.head.as_bytes());
    let head = head.map_err(|why| {
        Failure::here(why.to_string(), "ask another node").so(Effect::NothingKept)
    })?;
    let checkpoint = Checkpoint {
        at: times::now().0,
        tail: Tail {
            seq: signed.seq.0,
            head,
        },
        seal: Seal {
            key: signed.key.0,
            sig: signed.sig.0,
        },
    };
    checkpoint.check().map_err(|why| {
        Failure::here(
            format!("the node's checkpoint is false: {why}"),
            "do not trust this node's log",
        )
        .so(Effect::NothingKept)
    })?;
    check_continues(&read_if_there(&file)?, &checkpoint)?;
    append(&file, &checkpoint)?;
    let shown = serde_json::json!({"file": file, "seq": signed.seq, "head": signed.head, "key": signed.key});
    if !printed_json(context, &shown)? {
        line(&format!(
            "kept: event {} of node {} in {}",
            signed.seq,
            signed.key,
            file.display()
        ));
    }
    Ok(())
}

/// The file of what is kept of the node with this key.
pub fn own_file(context: &Context, key: PublicKey) -> PathBuf {
    home::witness(&context.home, key)
}

/// A node that signs another history than the one it signed before is caught here.
fn check_continues(kept: &[Checkpoint], new: &Checkpoint) -> Outcome<()> {
    let mut same_node = kept.iter().filter(|known| known.seal.key == new.seal.key);
    let broken = same_node.find(|known| {
        known.tail.seq > new.tail.seq
            || (known.tail.seq == new.tail.seq && known.tail.head != new.tail.head)
    });
    match broken {
        Some(known) => Err(Failure::here(
            format!(
                "the node signed event {} with another history before; now it is at event {}",
                known.tail.seq, new.tail.seq
            ),
            "its log was cut off, restored from an old copy or rewritten: ask who runs the node",
        )
        .so(Effect::NothingKept)),
        None => Ok(()),
    }
}

fn append(file: &Path, checkpoint: &Checkpoint) -> Outcome<()> {
    let write = || {
        if let Some(folder) = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            let mut builder = fs::DirBuilder::new();
            builder
                .recursive(true)
                .mode(home::FOLDER_MODE)
                .create(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut out = options
            .append(true)
            .create(true)
            .mode(home::FILE_MODE)
            .open(file)?;
        out.write_all(format!("{checkpoint}\n").as_bytes())?;
        out.sync_all()
    };
    write().map_err(|why: std::io::Error| {
        Failure::here(
            format!("{} cannot be written: {why}", file.display()),
            "name another file with --file",
        )
        .so(Effect::NothingKept)
    })
}

fn read_if_there(file: &Path) -> Outcome<Vec<Checkpoint>> {
    if file.exists() {
        read(file)
    } else {
        Ok(Vec::new())
    }
}

/// What a file of a witness holds. A line that is no checkpoint is an error: it may have been one.
pub fn read(file: &Path) -> Outcome<Vec<Checkpoint>> {
    let text = fs::read_to_string(file).map_err(|why| {
        Failure::here(format!("{} cannot be read: {why}", file.display()), "")
            .so(Effect::NothingChanged)
    })?;
    let lines = text.lines().filter(|text| !text.trim().is_empty());
    lines
        .map(|text| {
            Checkpoint::parse(text).ok_or_else(|| {
                Failure::here(
                    format!(
                        "{} holds a line that is no checkpoint: {text}",
                        file.display()
                    ),
                    "each line is what `mesh log witness` or `mesh log export --pin` wrote",
                )
                .so(Effect::NothingChanged)
            })
        })
        .collect()
}

/// Says with which keys the exported log is signed, and writes what its last batches were signed as.
pub fn pin(reader: &LogReader, file: Option<&Path>) -> Outcome<()> {
    let keys = mesh_ops::node_keys(reader).map_err(|why| {
        Failure::here(why.to_string(), "`mesh log verify` names the line")
            .so(Effect::NothingChanged)
    })?;
    for one in &keys {
        eprintln!("signed by node key {} from event {} on", one.key, one.since);
    }
    let Some(file) = file else { return Ok(()) };
    let signed = last_seals(reader, &keys)?;
    for checkpoint in &signed {
        append(file, checkpoint)?;
    }
    eprintln!(
        "{} checkpoints in {}; check a copy with: mesh log verify --key {}",
        signed.len(),
        file.display(),
        file.display()
    );
    Ok(())
}

/// What each key signed last.
fn last_seals(reader: &LogReader, keys: &[mesh_ops::NodeKey]) -> Outcome<Vec<Checkpoint>> {
    let unreadable = |why: String| {
        Failure::here(why, "`mesh log verify` names the line").so(Effect::NothingChanged)
    };
    let mut lines = Vec::new();
    reader
        .export(&mut lines)
        .map_err(|why| unreadable(why.to_string()))?;
    let mut last: Vec<Option<Checkpoint>> = vec![None; keys.len()];
    for commit in lines.split(|byte| *byte == b'\n') {
        let Ok(mesh_proof::Line::Commit(commit)) = mesh_proof::Line::parse(commit) else {
            continue;
        };
        let Some(seal) = commit.seal else { continue };
        if let Some(place) = keys.iter().position(|one| one.key.0 == seal.key) {
            last[place] = Some(Checkpoint {
                at: times::now().0,
                tail: Tail {
                    seq: commit.to,
                    head: commit.head,
                },
                seal,
            });
        }
    }
    Ok(last.into_iter().flatten().collect())
}
