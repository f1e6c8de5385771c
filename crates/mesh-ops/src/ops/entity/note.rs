//! `entity.note`

use super::claims::{self, Words};
use super::source::{Ground, ground};
use super::world::folded;
use crate::evidence;
use crate::evidence::Spoken;
use crate::prelude::*;

use mesh_model::command::{EntityCommand, NewClaim};
use mesh_model::events::{Claimed, EntityFacts, EntitySource};
use mesh_store::view::ClaimRow;

impl Run for EntityNote {
    async fn run(
        door: &Door,
        call: &Call,
        input: EntityNoteInput,
    ) -> Result<EntitiesNoted, Refusal> {
        let room = call.room(&input.room)?.id;
        let ground = ground(door, call, room, &input.source).await?;
        let given = EntityClaims {
            entities: input.entities,
            relations: input.relations,
        };
        let given = if input.from_result {
            of_result(&ground, &given)?
        } else {
            given
        };
        let words = claims::all(given)?;
        let outcome = note(door, call, room, &ground, &words).await?;
        stands_still(door, call, room, &input.source, &outcome).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<EntitiesNoted> {
        let (mut noted, mut replaced) = (0, 0);
        for facts in facts {
            match facts {
                Facts::Entity(EntityFacts::Noted(_)) => noted += 1,
                Facts::Entity(EntityFacts::Forgotten(gone)) => {
                    replaced += u32::try_from(gone.erased.len()).unwrap_or(u32::MAX);
                }
                _ => {}
            }
        }
        (noted > 0).then(|| EntitiesNoted {
            noted,
            replaced,
            seq: outcome.last(),
        })
    }
}

/// The claims that stand in what the task put out.
fn of_result(ground: &Ground, given: &EntityClaims) -> Result<EntityClaims, Refusal> {
    let refused = |what: &'static str, hint: &'static str| {
        refuse::invalid(what, hint).so(Effect::NothingKept)
    };
    let Some(row) = &ground.task else {
        return Err(refused(
            "claims of a result need the task as their source",
            "name it: source.task",
        ));
    };
    if *given != EntityClaims::default() {
        return Err(refused(
            "claims come with the call or stand in the task's result, not both",
            "note the others by another call",
        ));
    }
    let output = row.result.as_ref().and_then(|it| it.output.as_ref());
    let data = output.and_then(|output| output.data.clone());
    let claims = data.and_then(|data| {
        serde_json::from_value::<EntityClaims>(serde_json::Value::Object(data)).ok()
    });
    claims.ok_or_else(|| {
        refused(
            "the task has no result that is a list of 'entities' and 'relations'",
            "let it be done by the template 'extract', and wait until it is done",
        )
    })
}

/// Submits claims with what the room asks for. What the caller noted before with the same words and source makes room.
pub(super) async fn note(
    door: &Door,
    call: &Call,
    room: RoomId,
    ground: &Ground,
    words: &[Words],
) -> Result<Outcome, Refusal> {
    let (me, head) = (call.me()?, door.node().head());
    door.wait_view(head, Some(head)).await?;
    let rows = door
        .view(call, move |view| view.claims((room, Seq::ZERO)))
        .await?;
    let own = rows.iter().filter(|row| row.author == me);
    let again = own.filter(|row| {
        words
            .iter()
            .any(|words| is_again(row, words, ground.source))
    });
    let replaces: Vec<Seq> = again.map(|row| row.seq).collect();
    let claims: Vec<NewClaim> = words
        .iter()
        .map(|words| words.on(ground))
        .collect::<Result<_, _>>()?;
    let text: Vec<String> = words.iter().map(Words::text).collect();
    let spoken = Spoken::new(text.join("\n\n"), None, false).unformed();
    let outcome = evidence::submit(door, call, room, spoken, |evidence| {
        Command::Entity(EntityCommand::Note {
            room,
            claims: claims.clone(),
            replaces: replaces.clone(),
            evidence,
        })
    });
    Ok(outcome.await?.0)
}

/// Whether it is the same statement by the same source: how sure it is and when it holds may have changed.
fn is_again(row: &ClaimRow, words: &Words, source: EntitySource) -> bool {
    let name = |name: &EntityName| (folded(&name.name), name.kind.as_deref().map(folded));
    let (old, new) = (&row.body, &words.body);
    row.facts.source == source
        && row.facts.about == words.about
        && name(&old.subject) == name(&new.subject)
        && old.object.as_ref().map(name) == new.object.as_ref().map(name)
        && old.relation.as_deref().map(folded) == new.relation.as_deref().map(folded)
        && (words.about != Claimed::Relation || row.facts.since == words.since_ms())
}

/// What was erased between the look at it and the claim is stood on by nobody.
async fn stands_still(
    door: &Door,
    call: &Call,
    room: RoomId,
    source: &EntitySourceInput,
    outcome: &Outcome,
) -> Result<(), Refusal> {
    if source.message.is_none() && source.task.is_none() {
        return Ok(());
    }
    let last = outcome.last();
    door.wait_view(last, Some(last)).await?;
    let Err(refusal) = ground(door, call, room, source).await else {
        return Ok(());
    };
    let facts = door.facts(outcome).await?;
    let noted = (outcome.first.0..).map(Seq).zip(facts);
    let claims = noted
        .filter(|(_, facts)| matches!(facts, Facts::Entity(EntityFacts::Noted(_))))
        .map(|(seq, _)| seq);
    let claims = claims.collect();
    let forget = Command::Entity(EntityCommand::Forget { room, claims });
    call.submit_unkeyed(door, forget).await?;
    Err(refusal)
}
