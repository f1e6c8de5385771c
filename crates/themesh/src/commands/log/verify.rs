//! `mesh log verify`: chain and bodies, whose keys signed, and what witnesses kept.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mesh_log::{LogReader, Problem, ProblemKind, Verified};
use mesh_model::{Millis, PublicKey};
use mesh_ops::{NodeKey, Signatures};
use mesh_proof::{Checkpoint, Digest, Witnessed, Witnesses};
use serde_json::{Value, json};

use super::{check, reader, witness};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint};

/// What the log is compared with.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A node's key that one knows, or a file of them (`mesh log export --pin`): only these may have signed.
    /// A vault that was replaced has another key; give that one too
    #[arg(long, value_name = "KEY|FILE")]
    pub key: Vec<String>,
    /// A file of checkpoints that a witness kept (`mesh log witness`): each of them must fit
    #[arg(long, value_name = "FILE")]
    pub witness: Vec<PathBuf>,
}

/// Keys that one knows, and checkpoints that were kept.
#[derive(Default)]
struct Known {
    keys: Option<Vec<PublicKey>>,
    kept: Vec<Checkpoint>,
}

/// What a log proves besides that it fits together.
struct Proved {
    keys: Vec<NodeKey>,
    /// Whether they were compared with keys that one knows.
    pinned: bool,
    witnessed: Witnessed,
    /// What contradicts the log.
    foreign: Option<String>,
}

/// `mesh log verify`
pub fn verify(context: &Context, args: &VerifyArgs) -> Outcome<ExitCode> {
    let result = check(context)?;
    let sound = match &result {
        Ok(verified) => {
            let reader = reader(context)?;
            let proved = proved(context, args, &reader)?;
            let signatures = signatures(&reader)?;
            if context.json {
                line(&verified_json(verified, &signatures, &proved).to_string())
            } else {
                print(verified, &signatures, &proved)
            }
            signatures.is_sound() && proved.foreign.is_none()
        }
        Err(problem) => {
            // Whoever signed what, an altered log is no evidence of it.
            if context.json {
                line(&problem_json(problem).to_string())
            } else {
                line(&paint(Colour::Bad, &problem.to_string()));
                line(
                    "Everything before that line is intact. Restore the segment from a copy, or ask who changed it.",
                );
            }
            false
        }
    };
    Ok(ExitCode::from(u8::from(!sound)))
}

fn proved(context: &Context, args: &VerifyArgs, reader: &LogReader) -> Outcome<Proved> {
    let unreadable = |why: &dyn std::fmt::Display| {
        Failure::here(why.to_string(), "check the folder and the disk").so(Effect::NothingChanged)
    };
    let keys = mesh_ops::node_keys(reader).map_err(|why| unreadable(&why))?;
    let known = known(context, args, &keys)?;
    let mut proved = Proved {
        pinned: known.keys.is_some(),
        foreign: foreign(&keys, known.keys.as_deref()),
        keys,
        witnessed: Witnessed::default(),
    };
    match compare(reader, &proved.keys, &known.kept)? {
        Ok(witnessed) => proved.witnessed = witnessed,
        Err(why) => {
            proved.foreign.get_or_insert(why);
        }
    }
    Ok(proved)
}

/// What the caller gave, and what is kept in the folder of the nodes that the log names.
fn known(context: &Context, args: &VerifyArgs, named: &[NodeKey]) -> Outcome<Known> {
    let mut known = Known::default();
    for text in &args.key {
        let keys = known.keys.get_or_insert_default();
        match text.parse::<PublicKey>() {
            Ok(key) => keys.push(key),
            Err(_) => {
                let (found, kept) = key_file(text)?;
                keys.extend(found);
                known.kept.extend(kept);
            }
        }
    }
    for file in &args.witness {
        known.kept.extend(witness::read(file)?);
    }
    for one in named {
        let file = witness::own_file(context, one.key);
        if file.exists() {
            known.kept.extend(witness::read(&file)?);
        }
    }
    Ok(known)
}

/// A file of keys, one a line, or of checkpoints, which hold their keys.
fn key_file(path: &str) -> Outcome<(Vec<PublicKey>, Vec<Checkpoint>)> {
    let wrong = |why: String| {
        Failure::usage(
            format!("--key {path}: {why}"),
            "give a node's key, 64 hex digits, or a file that `mesh log export --pin` wrote",
        )
        .so(Effect::NothingChecked)
    };
    let text = fs::read_to_string(path).map_err(|why| wrong(why.to_string()))?;
    let (mut keys, mut kept) = (Vec::new(), Vec::new());
    for text in text.lines().map(str::trim).filter(|text| !text.is_empty()) {
        match (text.parse::<PublicKey>(), Checkpoint::parse(text)) {
            (Ok(key), _) => keys.push(key),
            (_, Some(checkpoint)) => {
                keys.push(PublicKey(checkpoint.seal.key));
                kept.push(checkpoint);
            }
            _ => return Err(wrong(format!("'{text}' is neither key nor checkpoint"))),
        }
    }
    if keys.is_empty() {
        Err(wrong("it holds no key".to_owned()))
    } else {
        Ok((keys, kept))
    }
}

/// The first key of the log that is none of those one knows.
fn foreign(named: &[NodeKey], known: Option<&[PublicKey]>) -> Option<String> {
    let known = known?;
    let Some(one) = named.iter().find(|one| !known.contains(&one.key)) else {
        return named
            .is_empty()
            .then(|| "the log names no node key at all".to_owned());
    };
    let what = match one.since {
        1 => "the log begins with",
        _ => "the vault was replaced, and from there on the log has",
    };
    Some(format!(
        "event {}: {what} the node key {}, which is none of those you gave",
        one.since, one.key
    ))
}

/// Goes through the log beside what was kept of it.
fn compare(
    reader: &LogReader,
    named: &[NodeKey],
    kept: &[Checkpoint],
) -> Outcome<Result<Witnessed, String>> {
    let keys: Vec<[u8; 32]> = named.iter().map(|one| one.key.0).collect();
    let mut witnesses = match Witnesses::new(kept, &keys) {
        Ok(witnesses) => witnesses,
        Err(why) => return Ok(Err(why.to_string())),
    };
    if kept.is_empty() {
        return Ok(Ok(Witnessed::default()));
    }
    let mut contradicted = None;
    let read = reader.read(1, |record| {
        match witnesses.see(record.seq, &Digest::of(record.header)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                contradicted = Some(why);
                ControlFlow::Break(())
            }
        }
    });
    read.map_err(|why| {
        Failure::here(why.to_string(), "check the folder and the disk").so(Effect::NothingChanged)
    })?;
    let verdict = match contradicted {
        Some(why) => Err(why),
        None => witnesses.finish(),
    };
    Ok(verdict.map_err(|why| why.to_string()))
}

fn print(verified: &Verified, signatures: &Signatures, proved: &Proved) {
    line(&paint(
        Colour::Good,
        &format!("{} events verified", verified.events),
    ));
    line(&format!(
        "batches {}, signed {}, erased bodies {}",
        verified.batches, verified.signed, verified.erased
    ));
    line(&format!(
        "head    {} {}",
        verified.tail.seq, verified.tail.head
    ));
    for one in &proved.keys {
        let what = match one.since {
            1 => "since the beginning",
            _ => "since the vault was replaced",
        };
        line(&format!("node key {} {what}, event {}", one.key, one.since));
    }
    if !proved.pinned {
        line(
            "The log names these keys itself: that it was not rewritten from end to end shows --key with a key that you know.",
        );
    }
    let seen = &proved.witnessed;
    match seen.checkpoints {
        0 => line("No witness kept anything of it (mesh log witness)."),
        count => line(&format!(
            "witnessed since {} up to event {}: {count} checkpoints fit",
            Millis(seen.since),
            seen.upto
        )),
    }
    print_signatures(signatures);
    if let Some(why) = &proved.foreign {
        line(&paint(Colour::Bad, why));
        line(
            "The log fits together, and it is not the one that was kept: do not trust it before you know why.",
        );
    }
}

/// Checks what participants signed, as far as the log has a beginning.
fn signatures(reader: &LogReader) -> Outcome<Signatures> {
    let checked = mesh_ops::check_signatures(reader);
    checked.map_err(|why| {
        Failure::here(why.to_string(), "check the folder's owner and the disk")
            .so(Effect::NothingChanged)
    })
}

fn print_signatures(found: &Signatures) {
    if found.good > 0 {
        line(&format!(
            "{} messages carry a signature by their author that holds",
            found.good
        ));
    }
    if found.unknown > 0 {
        line(&format!(
            "{} messages are signed, but the log lacks what their signatures cover",
            found.unknown
        ));
    }
    if found.results_good > 0 {
        line(&format!(
            "{} results carry a signature by their worker that holds, linked to what they were built on",
            found.results_good
        ));
    }
    if found.is_sound() {
        return;
    }
    let messages = found.bad.iter().map(|seq| format!("message m{seq}"));
    let results = found
        .results_bad
        .iter()
        .map(|seq| format!("result at {seq}"));
    let places: Vec<String> = messages.chain(results).collect();
    line(&paint(
        Colour::Bad,
        &format!("no signature by their author: {}", places.join(", ")),
    ));
    line(
        "Their authors did not sign these words here, though the node wrote that they did: do not trust this node's log.",
    );
}

fn verified_json(verified: &Verified, signatures: &Signatures, proved: &Proved) -> Value {
    let keys = proved.keys.iter();
    let keys: Vec<Value> = keys
        .map(|one| json!({"since": one.since, "key": one.key}))
        .collect();
    let seen = &proved.witnessed;
    let witnessed = (seen.checkpoints > 0).then(
        || json!({"checkpoints": seen.checkpoints, "since": Millis(seen.since), "upto": seen.upto}),
    );
    json!({
        "ok": signatures.is_sound() && proved.foreign.is_none(),
        "keys": keys,
        "pinned": proved.pinned,
        "witnessed": witnessed,
        "foreign": proved.foreign,
        "events": verified.events,
        "batches": verified.batches,
        "signed": verified.signed,
        "erased": verified.erased,
        "messages_signed": {
            "good": signatures.good,
            "unknown": signatures.unknown,
            "bad": signatures.bad,
        },
        "results_signed": {
            "good": signatures.results_good,
            "bad": signatures.results_bad,
        },
        "head": {"seq": verified.tail.seq, "hash": verified.tail.head.to_string()},
    })
}

fn problem_json(problem: &Problem) -> Value {
    let kind = match problem.kind {
        ProblemKind::Altered => "altered",
        ProblemKind::Missing => "missing",
        ProblemKind::Inserted => "inserted",
        ProblemKind::Reordered => "reordered",
        ProblemKind::BadSignature => "bad_signature",
        ProblemKind::TornTail => "torn_tail",
    };
    json!({
        "ok": false,
        "kind": kind,
        "segment": problem.segment.as_ref(),
        "line": problem.line,
        "seq": problem.seq,
        "detail": problem.detail,
    })
}
