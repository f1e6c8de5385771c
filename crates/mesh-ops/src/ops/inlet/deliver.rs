//! From a knock to what stands in the room. Before anything of a delivery is read it is proved; then it goes the way that
//! everybody's words go: as its bridge, through the guard and the room's rules, by the functions that post and create.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use mesh_core::Inlet as Record;
use mesh_model::InletId;
use mesh_model::events::{CommandKey, InletMakes, Relayed};
use mesh_model::ops::{Declaration, Operation as _};
use mesh_node::machine::Whose;
use serde_json::value::RawValue;

use super::book::{Entry, Opened};
use super::fill::Made;
use super::letter::{Knock, Letter};
use super::read::Reading;
use super::{fill, proof, read, secret_name};
use crate::door::{Caller, Options};
use crate::evidence;
use crate::ops::event_type::publish;
use crate::ops::message::{Draft, post};
use crate::ops::{present, task};
use crate::prelude::*;

/// When senders are asked to come again to an inlet that waits, milliseconds.
const PAUSED_MS: u64 = 60_000;

/// A delivery that somebody wants once more.
pub(crate) struct Again {
    pub number: u32,
}

/// What the sender of a delivery is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// What came of it.
    pub outcome: InletOutcome,
    /// Its number among the inlet's deliveries.
    pub number: u32,
}

/// One answer for all that is not proved, whatever is wrong with it.
fn unproved() -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        "nothing here takes this delivery: there is no such inlet, or what proves it is missing, wrong or too old",
        Effect::NothingStored,
        "compare address and secret with what was shown when the inlet was made; inlet.rotate draws a new secret",
    )
}

impl Door {
    /// Whether anybody may knock here now, before a body is read.
    pub fn approach(&self, inlet: &str, address: Option<IpAddr>) -> Result<InletId, Refusal> {
        self.limit(&Caller::nobody(), address)?;
        let id: InletId = inlet.parse().map_err(|_| unproved())?;
        let access = self.node().access();
        access.inlet(id).map(|_| id).ok_or_else(unproved)
    }

    /// Takes a delivery.
    pub async fn knock(&self, inlet: InletId, knock: Knock) -> Result<Delivered, Refusal> {
        let taken = self.take(inlet, knock).await;
        match taken {
            Ok((entry, None)) => Ok(Delivered {
                outcome: entry.outcome,
                number: entry.number,
            }),
            Ok((_, Some(refusal))) => Err(refusal),
            Err(refusal) => {
                self.report(None, "inlet.deliver", &refusal);
                Err(refusal)
            }
        }
    }

    async fn take(
        &self,
        inlet: InletId,
        knock: Knock,
    ) -> Result<(Entry, Option<Refusal>), Refusal> {
        let (access, now) = (self.node().access(), self.node().now());
        let found = access.inlet(inlet).ok_or_else(unproved)?;
        let opened = self.inlet_opened(found).await?;
        let live: Vec<u32> = found.live_versions(now).collect();
        let secrets = opened.secrets.iter();
        let secrets = secrets.filter(|(version, _)| live.contains(version));
        let secrets = secrets.map(|(_, secret)| secret.as_str());
        if !proof::holds(found.set.kind, secrets, &knock, now.0 / 1000) {
            self.inlets().wrong(inlet);
            return Err(unproved());
        }
        if found.paused {
            return Err(Refusal::new(
                ErrorCode::Overloaded,
                "this inlet takes nothing at present",
                Effect::NothingStored,
                "send it again later; inlet.resume lets it go on",
            )
            .retry_after_ms(PAUSED_MS));
        }
        self.limit_inlet(found.set.participant)?;
        let letter = Letter::open(found.set.kind, &knock);
        let key = letter
            .as_ref()
            .ok()
            .and_then(|letter| letter.key(found.set.kind, inlet, &knock));
        deliver(self, found, Arc::new(knock), key, None).await
    }

    /// Secrets and words of an inlet, as they are read once.
    async fn inlet_opened(&self, found: &Record) -> Result<Arc<Opened>, Refusal> {
        let id = found.set.inlet;
        let kept = self.inlets().opened(id);
        if let Some(kept) = kept.filter(|kept| kept.version == found.version) {
            return Ok(kept);
        }
        let words = self.inlet_words(found).await?;
        let newest = found.version;
        let secrets = self
            .vault(move |vault| {
                let mut secrets = Vec::new();
                for version in [newest, newest.saturating_sub(1)] {
                    let secret = vault.secret(&secret_name(id), version)?;
                    secrets.extend(secret.map(|secret| (version, secret)));
                }
                Ok(secrets)
            })
            .await?;
        let opened = Arc::new(Opened {
            version: newest,
            secrets,
            words,
        });
        self.inlets().open(id, Arc::clone(&opened));
        Ok(opened)
    }

    /// The texts of an inlet, as the log has them.
    pub(crate) async fn inlet_words(&self, found: &Record) -> Result<InletBody, Refusal> {
        let stored = evidence::stored(self, MessageId(found.since)).await?;
        let content = stored.and_then(|stored| stored.content);
        let read = content.and_then(|json: Box<RawValue>| serde_json::from_str(json.get()).ok());
        Ok(read.unwrap_or_default())
    }
}

/// Carries out a delivery that was proved, and writes it down; with the refusal if there is one.
pub(super) async fn deliver(
    door: &Door,
    found: &Record,
    knock: Arc<Knock>,
    key: Option<CommandKey>,
    again: Option<Again>,
) -> Result<(Entry, Option<Refusal>), Refusal> {
    let (began, at) = (Instant::now(), door.node().now());
    let words = &door.inlet_opened(found).await?.words;
    let letter = Letter::open(found.set.kind, &knock);
    let (id, event) = match &letter {
        Ok(letter) => (letter.id.clone(), letter.event.clone()),
        Err(_) => Default::default(),
    };
    let came = match letter {
        Err(refusal) => Err(refusal),
        Ok(letter) if !letter.is_wanted(&found.set.events) => Ok((InletOutcome::Filtered, None)),
        Ok(letter) => {
            let reading = read::read(found.set.kind, &letter);
            let made = fill::made(&found.set, words, &letter, &reading);
            say(door, found, reading, made, key).await
        }
    };
    let refused = match &came {
        Err(refusal) => Some(refusal.clone()),
        Ok(_) => None,
    };
    let (outcome, seq) = came.unwrap_or((InletOutcome::Refused, None));
    let keeps = matches!(
        outcome,
        InletOutcome::Accepted
            | InletOutcome::Held
            | InletOutcome::Refused
            | InletOutcome::Filtered
    );
    let entry = Entry {
        number: 0,
        at,
        id,
        event,
        outcome,
        why: refused.clone(),
        seq,
        bytes: u32::try_from(knock.body.len()).unwrap_or(u32::MAX),
        took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        again: again.map(|again| again.number),
        knock: Some(knock).filter(|_| keeps),
    };
    Ok((door.inlets().add(found.set.inlet, entry), refused))
}

/// Says it as the bridge.
async fn say(
    door: &Door,
    found: &Record,
    reading: Reading,
    made: Made,
    key: Option<CommandKey>,
) -> Result<(InletOutcome, Option<Seq>), Refusal> {
    let set = &found.set;
    let (declaration, doing): (&'static Declaration, _) = match set.makes {
        InletMakes::Message => (&MessagePost::DECLARATION, "message.post"),
        InletMakes::Event => (&EventPublish::DECLARATION, "event.publish"),
        InletMakes::Task | InletMakes::Template => (&TaskCreate::DECLARATION, "task.create"),
    };
    let caller = Caller::known(found.actor());
    let head = door.node().head();
    let call = door.begin(&caller, declaration, Options::default(), key, head);
    let came = match set.makes {
        InletMakes::Message => message(door, &call, found, reading, made).await,
        InletMakes::Event => event(door, &call, found, made).await,
        InletMakes::Task | InletMakes::Template => task(door, &call, found, made).await,
    };
    match came {
        Ok(_) if call.notes().replayed => Ok((InletOutcome::Duplicate, None)),
        Ok(came) => Ok(came),
        Err(mut refusal) => {
            door.refused(Some(set.participant), doing, &mut refusal)
                .await;
            Err(refusal)
        }
    }
}

async fn message(
    door: &Door,
    call: &Call,
    found: &Record,
    reading: Reading,
    made: Made,
) -> Result<(InletOutcome, Option<Seq>), Refusal> {
    let said = Draft {
        text: made.text,
        payload: made.data,
        relayed: Some(Relayed {
            place: None,
            origin: reading.origin,
            sender: reading.sender,
            path: Vec::new(),
        }),
        names: Some(found.set.mentions.clone()),
        ..Draft::default()
    };
    said.check(call)?;
    let posted = post(door, call, found.set.room, said).await?;
    let outcome = if posted.quarantined {
        InletOutcome::Held
    } else {
        InletOutcome::Accepted
    };
    Ok((outcome, Some(posted.seq)))
}

async fn event(
    door: &Door,
    call: &Call,
    found: &Record,
    made: Made,
) -> Result<(InletOutcome, Option<Seq>), Refusal> {
    let payload = made.data.ok_or_else(|| {
        refuse::invalid(
            "the delivery is no JSON object, or is nested too deep for an event",
            "name the fields of the event with 'values'",
        )
    })?;
    let json = serde_json::to_string(&payload).map_or(usize::MAX, |json| json.len());
    check::message("", Some(json), false)?;
    let kind = found.set.event_type.as_deref().unwrap_or_default();
    let seq = publish(door, call, found.set.room, kind, payload).await?;
    Ok((InletOutcome::Accepted, Some(seq)))
}

async fn task(
    door: &Door,
    call: &Call,
    found: &Record,
    made: Made,
) -> Result<(InletOutcome, Option<Seq>), Refusal> {
    let set = &found.set;
    let mut spec = TaskSpec {
        capability: set.capability.clone(),
        assigned: set.assigned.map(|id| id.to_string()),
        ..TaskSpec::default()
    };
    match set.template {
        Some(template) => {
            spec.template = Some(TemplateUse {
                template: template.to_string(),
                values: made.data.unwrap_or_default().into_iter().collect(),
            });
        }
        None => {
            (spec.title, spec.prompt, spec.input) = (made.title, made.text, made.data);
        }
    }
    let created = task::create::create(door, call, &set.room.to_string(), vec![spec]).await?;
    Ok((InletOutcome::Accepted, Some(created.seq)))
}

/// Whose words a delivery is.
pub(super) fn whose<'a>(access: &Access, found: &Record) -> Whose<'a> {
    let set = &found.set;
    Whose {
        room: Some(set.room),
        trust: access.trust_of(set.participant, true),
        ..Whose::of(access, set.participant, found.since)
    }
}

/// A delivery as its reader gets it.
pub(super) fn show(door: &Door, call: &Call, found: &Record, entry: &Entry) -> InletDelivery {
    let reader = present::reader(door, call);
    let whose = whose(&call.access, found);
    let glance = |text: &str| reader.glance(&whose, text);
    InletDelivery {
        number: entry.number,
        at: entry.at,
        delivery: glance(&entry.id),
        event: glance(&entry.event),
        outcome: entry.outcome,
        why: entry
            .why
            .as_ref()
            .map(|refusal| glance(&refusal.to_string())),
        seq: entry.seq,
        bytes: entry.bytes,
        took_ms: entry.took_ms,
        again: entry.again,
        kept: entry.knock.is_some(),
    }
}

/// Whether the words at a place were erased.
pub(super) async fn is_erased(door: &Door, seq: Seq) -> Result<bool, Refusal> {
    let stored = evidence::stored(door, MessageId(seq)).await?;
    Ok(stored.is_none_or(|stored| stored.content.is_none()))
}
