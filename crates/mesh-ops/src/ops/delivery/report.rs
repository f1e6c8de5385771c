//! `delivery.report`: a word that was said before changes nothing, so an idempotency key does not either

use mesh_core::delivery::Word;
use mesh_model::limits::PAGE_ITEMS_MAX;
use mesh_store::vault::Heard;

use super::{check_session, standing};
use crate::prelude::*;

impl Run for DeliveryReport {
    async fn run(
        door: &Door,
        call: &Call,
        input: DeliveryReportInput,
    ) -> Result<List<DeliveryStanding>, Refusal> {
        let me = call.me()?;
        check_session(&input.session)?;
        check(&input)?;
        let now = call.now;
        let told = door
            .vault(move |vault| {
                let own = |tag: &String| {
                    let seq = seq(tag)?;
                    (vault.delivery_tag(me, seq) == *tag).then_some(seq)
                };
                let turn = input.turn.as_deref().unwrap_or_default();
                let why = input.why.unwrap_or(DropReason::Ended);
                let said = [
                    (&input.read, Word::Read(turn)),
                    (&input.placed, Word::Placed),
                    (&input.dropped, Word::Dropped(why)),
                ];
                let words: Vec<_> = said
                    .iter()
                    .flat_map(|(tags, word)| tags.iter().filter_map(own).map(|seq| (seq, *word)))
                    .collect();
                vault.hear(Heard {
                    participant: me,
                    session: &input.session,
                    words: &words,
                    lost: input.lost.map(|lost| (lost, why)),
                    unwoken: input.unwoken,
                    now,
                })
            })
            .await?;
        let told = told.map_err(|too_many| {
            refuse::conflict(
                too_many.to_string(),
                "acknowledge up to a place with inbox.ack, and report again",
            )
        })?;
        let items = told.into_iter();
        Ok(List {
            items: items.map(|(seq, found)| standing(seq, found)).collect(),
        })
    }
}

/// The message that a tag names, if it is one.
fn seq(tag: &str) -> Option<Seq> {
    let (id, _) = tag.split_once('.')?;
    let id: MessageId = id.parse().ok()?;
    Some(id.0)
}

fn check(input: &DeliveryReportInput) -> Result<(), Refusal> {
    let tags = input.placed.len() + input.read.len() + input.dropped.len();
    if tags > PAGE_ITEMS_MAX {
        return Err(refuse::invalid(
            format!("more than {PAGE_ITEMS_MAX} tags are given"),
            "report in several steps",
        ));
    }
    check::label("turn", input.turn.as_deref().unwrap_or_default())?;
    if !input.read.is_empty() && input.turn.as_deref().unwrap_or_default().is_empty() {
        return Err(refuse::invalid(
            "the field 'turn' is missing, so nothing proves that a model read these messages",
            "give the turn in which a model answered a request that held them",
        ));
    }
    if input.why.is_none() && (input.lost.is_some() || !input.dropped.is_empty()) {
        return Err(refuse::invalid(
            "the field 'why' is missing",
            "say why the messages did not arrive",
        ));
    }
    Ok(())
}
