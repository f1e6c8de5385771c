//! `log.verify`: everything, from the first line on

use crate::ops::log::keys::{node_keys, turns};
use crate::ops::log::signatures::{Signatures, check_signatures};
use crate::prelude::*;

use mesh_log::{LogReader, VerifyError};

impl Run for LogVerify {
    async fn run(door: &Door, _: &Call, _: NoInput) -> Result<LogVerified, Refusal> {
        // One at a time: it reads the whole log.
        let _turn = door.verify_turn().await;
        let reader = door.node().log_reader();
        door.blocking(move || verify(&reader)).await?
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
                problem,
            })
        }
        Err(VerifyError::Problem(problem)) => Ok(LogVerified {
            sound: false,
            upto: Seq(problem.seq.map_or(0, |seq| seq.saturating_sub(1))),
            erased: 0,
            signatures_good: 0,
            signatures_bad: 0,
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
