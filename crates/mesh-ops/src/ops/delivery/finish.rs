//! `delivery.finish`: whether the end of a turn is a reply is decided by what the log and the ledger say, not by who calls

use mesh_core::delivery::finish::{Asked, Ending, judge};

use super::check_session;
use crate::ops::message::{self, Draft, post, told_posted};
use crate::prelude::*;

impl Run for DeliveryFinish {
    async fn run(
        door: &Door,
        call: &Call,
        input: DeliveryFinishInput,
    ) -> Result<Finished, Refusal> {
        check_session(&input.session)?;
        let answers = match judge(&asked(door, call, input.session).await?) {
            Ending::Answers(asked) => asked,
            Ending::Rest => return Ok(Finished::default()),
            Ending::Unclear(seqs) => {
                return Ok(Finished {
                    unanswered: seqs.into_iter().map(MessageId).collect(),
                    ..Finished::default()
                });
            }
        };
        let said = Draft {
            text: input.text.trim().to_owned(),
            reply_to: Some(MessageId(answers.seq)),
            closing: true,
            ..Draft::default()
        };
        said.check(call)?;
        let posted = post(door, call, answers.room, said).await?;
        Ok(Finished {
            posted: Some(posted),
            ..Finished::default()
        })
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<Finished> {
        Some(Finished {
            posted: Some(told_posted(outcome, facts)?),
            ..Finished::default()
        })
    }
}

/// What woke the session last and was read there, as far as it can still be read.
async fn asked(door: &Door, call: &Call, session: String) -> Result<Vec<Asked>, Refusal> {
    let me = call.me()?;
    let woken = door
        .vault(move |vault| vault.read_when_woken(me, &session))
        .await?;
    let mut asked = Vec::with_capacity(woken.len());
    for seq in woken {
        // It is gone, or was in a room that one has left: nobody waits there.
        let Ok(row) = message::readable(door, call, MessageId(seq)).await else {
            continue;
        };
        if row.is_gone() {
            continue;
        }
        let room = row.facts.room;
        let is_answered = door
            .view(call, move |view| view.has_spoken(room, me, seq))
            .await?;
        asked.push(Asked {
            seq,
            room,
            is_of_person: call.access.is_person(row.author) && row.facts.relayed.is_none(),
            is_answered,
        });
    }
    Ok(asked)
}
