//! `log.verify`: everything, from the first line on, and then the bytes of shared files

use crate::ops::log::keys::{node_keys, turns};
use crate::ops::log::signatures::{Signatures, check_signatures};
use crate::prelude::*;

use std::sync::Arc;

use mesh_log::{LogReader, VerifyError};
use mesh_model::BlobHash;
use mesh_node::Damage;

/// Bytes of files that are looked up at a time.
const FILES_AT_ONCE: usize = 256;

impl Run for LogVerify {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<LogVerified, Refusal> {
        // One at a time: it reads the whole log.
        let _turn = door.verify_turn().await;
        let reader = door.node().log_reader();
        let mut found = door.blocking(move || verify(&reader)).await??;
        let files = files(door, call).await?;
        (found.files, found.files_damaged) = (files.checked, files.damaged);
        if let (None, Some((hash, damage))) = (&found.problem, files.first) {
            found.sound = false;
            found.problem = Some(format!(
                "the bytes {hash} of a shared file are {}; the log is whole: bring that file of the folder 'files' back from a copy, or put it again",
                damage.name()
            ));
        }
        Ok(found)
    }
}

/// What was found of the bytes of shared files.
#[derive(Default)]
struct Files {
    checked: u64,
    damaged: u64,
    first: Option<(BlobHash, Damage)>,
}

async fn files(door: &Door, call: &Call) -> Result<Files, Refusal> {
    let (mut found, mut after) = (Files::default(), None);
    loop {
        let page = door
            .view(call, move |view| view.blobs(after, FILES_AT_ONCE))
            .await?;
        let Some((last, _)) = page.last() else {
            return Ok(found);
        };
        after = Some(*last);
        for (hash, _) in page {
            let blobs = Arc::clone(door.node().blobs());
            let damage = door.blocking(move || blobs.check(hash)).await?;
            let damage = damage.map_err(|why| unreadable(&why))?;
            // What was erased meanwhile is needed by nobody.
            let is_needed = door.view(call, move |view| view.has_blob(hash)).await?;
            found.checked += 1;
            if let Some(damage) = damage.filter(|_| is_needed) {
                found.damaged += 1;
                found.first.get_or_insert((hash, damage));
            }
        }
    }
}

fn verify(reader: &LogReader) -> Result<LogVerified, Refusal> {
    // What cannot be read has no keys, and the check says where it breaks.
    let keys = node_keys(reader).unwrap_or_default();
    match reader.verify(&turns(&keys), &mut |_| {}) {
        Ok(verified) => {
            let signed = check_signatures(reader).map_err(|why| unreadable(&why))?;
            let problem = problem(&signed);
            Ok(LogVerified {
                sound: problem.is_none(),
                upto: Seq(verified.tail.seq),
                erased: verified.erased,
                signatures_good: signed.good + signed.results_good,
                signatures_bad: signed.unknown
                    + (signed.bad.len() + signed.results_bad.len()) as u64,
                files: 0,
                files_damaged: 0,
                problem,
            })
        }
        Err(VerifyError::Problem(problem)) => Ok(LogVerified {
            sound: false,
            upto: Seq(problem.seq.map_or(0, |seq| seq.saturating_sub(1))),
            erased: 0,
            signatures_good: 0,
            signatures_bad: 0,
            files: 0,
            files_damaged: 0,
            problem: Some(format!(
                "{problem}. Everything before it is intact: restore that segment from a copy, or ask who changed it"
            )),
        }),
        Err(why) => Err(unreadable(&why)),
    }
}

/// What is wrong with what participants signed, for people.
fn problem(signed: &Signatures) -> Option<String> {
    let message = signed.bad.first().map(|seq| {
        format!("the message at {seq} claims a signature that its author's key did not make")
    });
    let result = signed.results_bad.first().map(|seq| {
        format!(
            "the result at {seq} claims a signature that its worker's key did not make, or one of what it was built on"
        )
    });
    let what = message.or(result)?;
    Some(format!(
        "{what}; the chain holds, so it was stored like this: ask who ran the node then"
    ))
}

fn unreadable(why: &dyn std::error::Error) -> Refusal {
    tracing::error!(%why, "the log could not be verified");
    refuse::internal("the log could not be read to its end")
}
