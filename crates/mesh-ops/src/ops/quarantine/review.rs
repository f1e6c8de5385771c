//! `quarantine.review`: what waits is read in the log, where it cannot have changed

use crate::evidence;
use crate::prelude::*;
use mesh_model::command::QuarantineCommand;
use mesh_model::events::{MessageFacts, QuarantineFacts};

impl Run for QuarantineReview {
    async fn run(door: &Door, call: &Call, input: ReviewInput) -> Result<Reviewed, Refusal> {
        let reason = check::reason(input.reason)?;
        let stored = evidence::stored(door, input.message).await?;
        let (waiting, author, body) =
            match stored.map(|stored| (stored.facts, stored.by, stored.content)) {
                Some((Facts::Quarantine(QuarantineFacts::Waits(found)), Some(author), body)) => {
                    (found.message, author, body)
                }
                _ => return Err(refuse::no_message()),
            };
        let moderates = call.access.may(call.me()?, Action::Moderate, waiting.room);
        if moderates.is_err() {
            // Its author knows that it waits; to all others there is no such message.
            return if author == call.me()? {
                moderates.and(Err(refuse::no_message()))
            } else {
                Err(refuse::no_message())
            };
        }
        let command = Command::Quarantine(QuarantineCommand::Review {
            message: input.message,
            author,
            waiting: Box::new(waiting),
            release: input.release,
            reason,
            body,
        });
        let outcome = call.submit(door, command).await?;
        told::<QuarantineReview>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<Reviewed> {
        let reviewed = facts
            .iter()
            .any(|facts| matches!(facts, Facts::Quarantine(QuarantineFacts::Reviewed(_))));
        let posted = facts
            .iter()
            .position(|facts| matches!(facts, Facts::Message(MessageFacts::Posted(_))));
        let place = |at: usize| MessageId(Seq(outcome.first.0 + at as u64));
        reviewed.then(|| Reviewed {
            posted: posted.map(place),
            seq: outcome.last(),
        })
    }
}
