//! `approval.ask`

use crate::evidence;
use crate::evidence::Spoken;
use crate::prelude::*;

use mesh_model::ApprovalId;
use mesh_model::command::{ApprovalCommand, RequestApproval};
use mesh_model::events::{ApprovalFacts, Holds};

impl Run for ApprovalAsk {
    async fn run(
        door: &Door,
        call: &Call,
        input: ApprovalAskInput,
    ) -> Result<ApprovalAsked, Refusal> {
        let room = call.room(&input.room)?.id;
        let detail = input.detail.as_ref().map(serde_json::to_string);
        let bytes = detail.map(|json| json.map_or(0, |json| json.len()));
        check::message(&input.question, bytes, false)?;
        if input.question.trim().is_empty() {
            return Err(refuse::invalid(
                "the field 'question' is empty",
                "say what somebody is to approve",
            ));
        }
        if input.task.is_none() && input.fence.is_some() {
            return Err(refuse::invalid(
                "the field 'fence' stands there without a 'task'",
                "name the task whose attempt asks, or neither",
            ));
        }
        let to = match &input.to {
            Some(to) => Some(call.participant(to)?.id),
            None => None,
        };
        let holds = input.task.map(|task| Holds {
            task,
            fence: input.fence,
        });
        let until = input.seconds.map(|s| call.now.plus(u64::from(s) * 1000));
        let approval = ApprovalId(Uuid::now_v7());
        let body = content(&ApprovalBody {
            question: input.question.clone(),
            detail: input.detail.clone(),
        })?;
        // The room's schema is for payloads of messages, not for what is to be approved.
        let spoken = Spoken::new(input.question, input.detail, false).unformed();
        let outcome = evidence::submit(door, call, room, spoken, |evidence| {
            Command::Approval(ApprovalCommand::Request(RequestApproval {
                approval,
                room,
                to,
                holds,
                until,
                evidence,
                body: body.clone(),
            }))
        });
        let (outcome, _) = outcome.await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<ApprovalAsked> {
        match facts.into_iter().next()? {
            Facts::Approval(ApprovalFacts::Requested(asked)) => Some(ApprovalAsked {
                id: asked.approval,
                until: Millis(asked.until),
                seq: outcome.first,
            }),
            _ => None,
        }
    }
}
