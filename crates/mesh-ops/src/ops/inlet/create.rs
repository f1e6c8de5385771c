//! `inlet.create`: the secret is sealed in the vault before the event is in the log

use mesh_model::InletId;
use mesh_model::command::InletCommand;
use mesh_model::events::{InletCreated, InletFacts};
use mesh_model::limits::{INLET_VALUES_MAX, MESSAGE_BYTES_MAX};
use serde_json::{Map, Value};

use super::{fill, secret, secret_name};
use crate::ops::template;
use crate::prelude::*;

impl Run for InletCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: InletCreateInput,
    ) -> Result<InletSecret, Refusal> {
        let secret = secret(input.secret.as_deref(), input.kind)?;
        let body = words(&input)?;
        let inlet = InletId(Uuid::now_v7());
        let command = Command::Inlet(InletCommand::Create {
            wanted: wanted(door, call, inlet, &input)?,
            handle: input.name.unwrap_or_else(|| input.kind.name().to_owned()),
            profile: content(&Profile {
                about: format!("Brings what comes by a webhook ({})", input.kind.name()),
                ..Profile::default()
            })?,
            label: content(&Label {
                label: format!("inlet ({})", input.kind.name()),
            })?,
            body: content(&body)?,
        });
        let kept = secret.clone();
        door.vault(move |vault| vault.put_secret(&secret_name(inlet), 1, &kept))
            .await?;
        let outcome = call.submit(door, command).await;
        let made = match &outcome {
            Ok(outcome) => !outcome.replayed,
            // If it is unknown whether there is one, its secret stays: nobody was given it.
            Err(refusal) => refusal.code == ErrorCode::OutcomeUnknown,
        };
        if !made {
            super::delete::forget(door, inlet).await?;
        }
        let outcome = outcome?;
        let facts = door.facts(&outcome).await?;
        let created = facts.into_iter().find_map(|facts| match facts {
            Facts::Inlet(InletFacts::Created(created)) => Some(created.inlet),
            _ => None,
        });
        let id = created.ok_or_else(|| refuse::internal("the inlet's own event cannot be read"))?;
        Ok(InletSecret {
            id,
            endpoint: mesh_model::inlet::path(id),
            secret: Some(secret).filter(|_| made),
            seq: outcome.last(),
        })
    }
}

fn wanted(
    door: &Door,
    call: &Call,
    inlet: InletId,
    input: &InletCreateInput,
) -> Result<InletCreated, Refusal> {
    let named = |text: &String| call.participant(text).map(|found| found.id);
    Ok(InletCreated {
        inlet,
        room: call.room(&input.room)?.id,
        participant: ParticipantId(Uuid::now_v7()),
        credential: CredentialId(Uuid::now_v7()),
        kind: input.kind,
        makes: input.makes,
        events: input.events.clone(),
        mentions: input
            .mentions
            .iter()
            .map(named)
            .collect::<Result<Vec<_>, _>>()?,
        data: input.data,
        event_type: input.event_type.clone(),
        template: match &input.template {
            Some(name) => Some(template::named(door, name)?.id),
            None => None,
        },
        capability: input.capability.clone(),
        assigned: input.assigned.as_ref().map(named).transpose()?,
    })
}

/// The texts with their blanks, held to their limits.
fn words(input: &InletCreateInput) -> Result<InletBody, Refusal> {
    check::label("title", &input.title)?;
    check::message(&input.text, None, true)?;
    if input.values.len() > INLET_VALUES_MAX {
        return Err(refuse::invalid(
            format!("an inlet fills in at most {INLET_VALUES_MAX} values"),
            "name fewer",
        )
        .so(Effect::NothingCreated));
    }
    let mut bytes = input.text.len();
    for (name, from) in &input.values {
        check::label("values", name)?;
        bytes += name.len() + from.len();
    }
    if bytes > MESSAGE_BYTES_MAX {
        let hint = "shorten them";
        return Err(
            refuse::too_large("the texts", bytes, MESSAGE_BYTES_MAX, hint)
                .so(Effect::NothingCreated),
        );
    }
    for text in input.values.values().chain([&input.title, &input.text]) {
        fill::check(text)?;
    }
    let values = input.values.iter();
    let values: Map<String, Value> = values
        .map(|(name, from)| (name.clone(), Value::from(from.as_str())))
        .collect();
    Ok(InletBody {
        title: input.title.clone(),
        text: input.text.clone(),
        input: values,
    })
}
