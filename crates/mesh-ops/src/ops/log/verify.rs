//! `log.verify`: everything, from the first line on

use crate::ops::log::signatures::{Signatures, check_signatures};
use crate::prelude::*;
use mesh_model::events::MeshFacts;

use std::ops::ControlFlow;

use mesh_log::{LogReader, Trust, VerifyError};

impl Run for LogVerify {
    async fn run(door: &Door, _: &Call, _: NoInput) -> Result<LogVerified, Refusal> {
        // One at a time: it reads the whole log.
        let _turn = door.verify_turn().await;
        let reader = door.node().log_reader();
        door.blocking(move || verify(&reader)).await?
    }
}

fn verify(reader: &LogReader) -> Result<LogVerified, Refusal> {
    match reader.verify(&trust(reader), &mut |_| {}) {
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

/// The keys that the log itself names. If it cannot be read, the check says where.
fn trust(reader: &LogReader) -> Trust {
    let mut keys = Vec::new();
    let read = reader.read(1, |record| {
        if matches!(record.kind, "mesh.created" | "vault.replaced") {
            keys.extend(
                match Facts::decode(record.kind, record.v, record.facts.get()) {
                    Ok(Facts::Mesh(MeshFacts::Created(made))) => Some(made.node_key.0),
                    Ok(Facts::Mesh(MeshFacts::VaultReplaced(replaced))) => {
                        Some(replaced.node_key.0)
                    }
                    _ => None,
                },
            );
        }
        ControlFlow::Continue(())
    });
    match read {
        Ok(_) if !keys.is_empty() => Trust::Keys(keys),
        _ => Trust::AnyKey,
    }
}
