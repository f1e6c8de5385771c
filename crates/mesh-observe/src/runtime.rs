//! What carries every observer: the stream with a place that survives, and the publishing of claims.
//!
//! One event is observed and its claims are published before the next is looked at. The stream waits meanwhile, so whoever
//! publishes slowly reads slowly. What an observer published itself is not shown to it; what another one found that runs as the
//! same agent is.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mesh_model::api::{NoInput, RoomRefInput, StreamItem};
use mesh_model::events::{EventTypeFacts, Facts};
use mesh_model::ops::{EventPublish, MemberList, MessagePost, MessageSend, Operation, StatusGet};
use mesh_model::{Capability, ErrorCode, Millis, ParticipantId, Refusal, RoomId, Seq};
use mesh_sdk::{Client, Error, Filter, Items, Options};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::breaker::Leave;
use crate::claim::Claim;
use crate::kept::Kept;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, is_claim};
use crate::thresholds::Thresholds;

/// Refusals in a row after which an observer ends: it is not wanted, or something is wrong with it.
const REFUSALS_MAX: u32 = 5;
/// Events after which the place is kept even if nothing was said.
const KEEP_EVERY: u64 = 1000;
/// How often a claim is tried that the node asks to try again later.
const TRIES_MAX: u32 = 5;
/// The longest wait before that.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// From where on claims are published. What came before is observed all the same, for later claims may rest on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Behind a place in the log.
    Place(Seq),
    /// From a moment.
    Moment(Millis),
}

impl Since {
    fn holds(self, item: &StreamItem) -> bool {
        match self {
            Since::Place(place) => item.seq > place,
            Since::Moment(at) => item.at >= at,
        }
    }
}

/// How an observer runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The node, and as whom.
    pub options: Options,
    /// What its rules are tuned to.
    pub thresholds: Thresholds,
    /// Begin again at the log's beginning, and publish what is found from here on. Otherwise it goes on where it was; the
    /// first time it publishes what is found from now on.
    pub since: Option<Since>,
    /// Publish nothing and end at the head of the log.
    pub dry_run: bool,
    /// Say claims as messages that name whom they concern, instead of events.
    pub tell: bool,
    /// Only in these rooms: ids or names.
    pub rooms: Vec<String>,
    /// Where its place is kept.
    pub kept: PathBuf,
}

/// What a run tells whoever runs it.
#[derive(Debug)]
pub enum Said<'a> {
    /// It has begun.
    Began {
        /// Behind this place.
        after: Seq,
    },
    /// It found something.
    Claimed {
        /// What.
        claim: &'a Claim,
        /// Whether it was published.
        published: bool,
    },
    /// The node did not want a claim.
    Refused {
        /// Which.
        claim: &'a Claim,
        /// Why.
        why: &'a Refusal,
    },
    /// The hour has had enough claims.
    Withheld,
    /// It has seen all that there was.
    CaughtUp(&'a Outcome),
}

impl Said<'_> {
    /// The same as JSON.
    pub fn told(&self) -> serde_json::Value {
        match self {
            Said::Began { after } => json!({"began": {"after": after}}),
            Said::Claimed { claim, published } => json!({"claim": claim, "published": published}),
            Said::Refused { claim, why } => json!({"claim": claim, "refused": why.to_string()}),
            Said::Withheld => json!({"withheld": 1}),
            Said::CaughtUp(outcome) => json!({"caught_up": outcome}),
        }
    }
}

/// How far a run got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Events observed.
    pub events: u64,
    /// Claims found since where claims count.
    pub claims: u64,
    /// Milliseconds until all that there was had been seen.
    pub caught_up_ms: u64,
    /// The place.
    pub position: Seq,
}

/// Why a run ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The node or the connection.
    #[error(transparent)]
    Sdk(#[from] Error),
    /// The place cannot be kept.
    #[error("its place cannot be kept in {}: {why}", path.display())]
    Keep {
        /// Where.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
}

/// Runs an observer until `stop`, or with a dry run to the head of the log.
///
/// # Errors
/// Where the node refuses to let it in or to take its claims, or its place cannot be kept.
pub async fn run(
    about: &'static About,
    settings: Settings,
    stop: impl Future<Output = ()>,
    mut tell: impl FnMut(Said<'_>),
) -> Result<Outcome, Trouble> {
    let (mut run, mut items) = Run::begin(about, settings, &mut tell).await?;
    let head = run.head;
    let mut stop = std::pin::pin!(stop);
    let began = Instant::now();
    let mut caught_up = false;
    loop {
        if !caught_up && items.position() >= head {
            caught_up = true;
            run.outcome.caught_up_ms = began.elapsed().as_millis() as u64;
            run.keep(items.position())?;
            tell(Said::CaughtUp(&run.outcome));
            if run.settings.dry_run {
                return Ok(run.outcome);
            }
        }
        let next = async {
            if caught_up {
                items.next().await.map(Some)
            } else {
                Some(items.next_upto(head).await)
            }
        };
        let next = tokio::select! {
            biased;
            () = &mut stop => None,
            next = next => next,
        };
        match next {
            None => {
                run.keep(run.outcome.position)?;
                return Ok(run.outcome);
            }
            Some(None) => {}
            Some(Some(item)) => run.take(&item, &mut tell).await?,
        }
    }
}

/// A run under way.
struct Run {
    client: Client,
    about: &'static About,
    me: ParticipantId,
    head: Seq,
    settings: Settings,
    most_per_hour: u64,
    observer: Box<dyn Observer>,
    kept: Kept,
    refused: u32,
    /// Rooms that do not let it speak; they are not asked again in this run.
    silent: BTreeSet<RoomId>,
    outcome: Outcome,
}

impl Run {
    async fn begin(
        about: &'static About,
        settings: Settings,
        tell: &mut impl FnMut(Said<'_>),
    ) -> Result<(Run, Items), Trouble> {
        let client = Client::connect(settings.options.clone()).await?;
        let welcomed = client.welcomed();
        let mesh = client.call::<StatusGet>(NoInput {}).await?.mesh;
        let head = welcomed.head;
        let first = if settings.dry_run { Seq::ZERO } else { head };
        let since = settings.since.unwrap_or(Since::Place(first));
        let fresh = settings.dry_run || settings.since.is_some();
        let known = (!fresh)
            .then(|| Kept::load(&settings.kept, mesh, about.name))
            .flatten();
        let mut kept = known.unwrap_or_else(|| Kept::new(mesh, about.name, since));
        let memory = kept.memory.take();
        let observer = match (about.start)(settings.thresholds.clone(), memory) {
            Ok(observer) => observer,
            // What another release remembered: the log tells it again.
            Err(_) => {
                kept.position = Seq::ZERO;
                (about.start)(settings.thresholds.clone(), None).map_err(Error::from)?
            }
        };
        tell(Said::Began {
            after: kept.position,
        });
        let filter = Filter {
            after: Some(kept.position),
            rooms: settings.rooms.clone(),
            types: about.inputs.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        let items = client.subscribe(filter).await?;
        let run = Run {
            client,
            about,
            me: welcomed.participant.id,
            head,
            most_per_hour: settings.thresholds.get(&CLAIMS_PER_HOUR),
            settings,
            observer,
            outcome: Outcome {
                position: kept.position,
                ..Outcome::default()
            },
            kept,
            refused: 0,
            silent: BTreeSet::new(),
        };
        Ok((run, items))
    }

    async fn take(
        &mut self,
        item: &StreamItem,
        tell: &mut impl FnMut(Said<'_>),
    ) -> Result<(), Trouble> {
        self.outcome.events += 1;
        // What it says itself is no news to it. A dry run says nothing, and is done by people who act themselves.
        let me = (item.from.as_ref()).is_some_and(|from| from.id == self.me);
        let own = me && !self.settings.dry_run && !of_another(item, self.about);
        let mut claims = if own {
            Vec::new()
        } else {
            self.observer.observe(item)
        };
        claims.retain(|_| self.kept.since.holds(item));
        let said = !claims.is_empty();
        for mut claim in claims {
            self.outcome.claims += 1;
            match self.kept.breaker.ask(item.at, self.most_per_hour) {
                Leave::Withhold => tell(Said::Withheld),
                Leave::Say { withheld } => {
                    if withheld > 0 {
                        claim
                            .figures
                            .insert("withheld_before".to_owned(), json!(withheld));
                    }
                    self.say(&claim, tell).await?;
                }
            }
        }
        self.outcome.position = item.seq;
        if said || self.outcome.events.is_multiple_of(KEEP_EVERY) {
            self.keep(item.seq)?;
        }
        Ok(())
    }

    async fn say(&mut self, claim: &Claim, tell: &mut impl FnMut(Said<'_>)) -> Result<(), Trouble> {
        if self.settings.dry_run || self.silent.contains(&claim.room) {
            tell(Said::Claimed {
                claim,
                published: false,
            });
            return Ok(());
        }
        match self.publish(claim).await {
            Ok(()) => {
                self.refused = 0;
                tell(Said::Claimed {
                    claim,
                    published: true,
                });
                Ok(())
            }
            Err(Error::Refused(why)) => {
                tell(Said::Refused { claim, why: &why });
                if why.code == ErrorCode::CapabilityDenied {
                    self.silent.insert(claim.room);
                    return Ok(());
                }
                self.refused += 1;
                if self.refused == REFUSALS_MAX {
                    return Err(Error::Refused(why).into());
                }
                Ok(())
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Publishes a claim, and waits where the node asks to. A claim that was published before a crash is not published again:
    /// its key is that of its evidence.
    async fn publish(&self, claim: &Claim) -> Result<(), Error> {
        if !claim.across.is_empty() {
            return self.tell_readers(claim).await;
        }
        let (name, input) = if self.settings.tell {
            (MessagePost::DECLARATION.name, message(claim))
        } else {
            let input = json!({
                "room": claim.room,
                "type": claim.kind,
                "payload": claim.payload(),
                "idempotency_key": claim.key(),
            });
            (EventPublish::DECLARATION.name, input)
        };
        self.patiently(name, input).await
    }

    /// What rests on several rooms is told in none of them: those whom it concerns get it as a direct message, if they read
    /// all of it; if none does, others who do.
    async fn tell_readers(&self, claim: &Claim) -> Result<(), Error> {
        for handle in readers(&self.client, self.me, claim).await? {
            let input = json!({
                "to": format!("@{handle}"),
                "text": sentence(claim),
                "priority": "low",
                "payload": claim.payload(),
                "idempotency_key": format!("{}:{handle}", claim.key()),
            });
            match self.patiently(MessageSend::DECLARATION.name, input).await {
                // Some may not be written to by everybody.
                Err(Error::Refused(why)) if why.code == ErrorCode::CapabilityDenied => {}
                sent => sent?,
            }
        }
        Ok(())
    }

    async fn patiently(&self, name: &str, input: serde_json::Value) -> Result<(), Error> {
        for _ in 1..TRIES_MAX {
            match self.client.call_raw(name, input.clone()).await {
                Err(Error::Refused(why)) if why.code == ErrorCode::IdempotencyMismatch => {
                    return Ok(());
                }
                Err(Error::Refused(Refusal {
                    retry_after_ms: Some(ms),
                    ..
                })) => tokio::time::sleep(Duration::from_millis(ms).min(WAIT_MAX)).await,
                other => return other.map(drop),
            }
        }
        self.client.call_raw(name, input).await.map(drop)
    }

    fn keep(&mut self, position: Seq) -> Result<(), Trouble> {
        if self.settings.dry_run {
            return Ok(());
        }
        self.kept.position = self.kept.position.max(position);
        self.kept.memory = Some(self.observer.memory().map_err(Error::from)?);
        self.kept
            .save(&self.settings.kept)
            .map_err(|why| Trouble::Keep {
                path: self.settings.kept.clone(),
                why,
            })
    }
}

/// Whether it is a claim of another observer that runs as the same agent.
fn of_another(item: &StreamItem, about: &About) -> bool {
    let Some(Facts::EventType(EventTypeFacts::Published(published))) = item.event() else {
        return false;
    };
    let mut own = about.published.iter();
    is_claim(&published.name) && !own.any(|one| one.kind == published.name)
}

/// How many are told of what rests on several rooms.
const READERS_MAX: usize = 4;

/// Who reads all that a claim rests on, by what the node says now: members of each room that may listen there and were in it
/// before what the claim names. Those whom it concerns come first, and others only if none of them does.
async fn readers(client: &Client, me: ParticipantId, claim: &Claim) -> Result<Vec<String>, Error> {
    let mut all: Option<BTreeSet<String>> = None;
    for room in &claim.across {
        let input = RoomRefInput {
            room: room.to_string(),
        };
        let first = claim.evidence.iter().find(|one| one.room == Some(*room));
        let first = first.map_or(Seq::ZERO, |one| one.seq);
        let members = client.call::<MemberList>(input).await?.items.into_iter();
        let reads = members.filter(|member| {
            let listens = member.capabilities.has(Capability::Listen);
            listens && member.since < first && member.participant.id != me
        });
        let here: BTreeSet<String> = reads.map(|member| member.participant.handle).collect();
        all = Some(match all {
            Some(there) => there.intersection(&here).cloned().collect(),
            None => here,
        });
    }
    let (concerned, others): (Vec<String>, Vec<String>) = all
        .unwrap_or_default()
        .into_iter()
        .partition(|handle| claim.concerns.contains(handle));
    let mut told = if concerned.is_empty() {
        others
    } else {
        concerned
    };
    told.truncate(READERS_MAX);
    Ok(told)
}

/// A claim as a sentence with its evidence.
fn sentence(claim: &Claim) -> String {
    let mut text = format!(
        "{} (rule {}, {} % sure; ",
        claim.says, claim.rule, claim.confidence
    );
    let places: Vec<String> = claim
        .evidence
        .iter()
        .map(|one| one.seq.to_string())
        .collect();
    text.push_str(&format!("places {})", places.join(", ")));
    text
}

/// A claim as a message that names whom it concerns.
fn message(claim: &Claim) -> serde_json::Value {
    json!({
        "room": claim.room,
        "text": sentence(claim),
        "payload": claim.payload(),
        "payload_type": claim.kind,
        "idempotency_key": claim.key(),
    })
}
