//! What sessions cost, in each room where they work: tokens and money as workers report them with their attempts.

use std::collections::BTreeSet;

use mesh_model::api::StreamItem;
use mesh_model::events::Spend;
use mesh_model::{ParticipantId, RoomId, Seq, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{BEGINS, ENDS};
use crate::acts::What;
use crate::claim::{Claim, Evidence, handle};
use crate::lately::Lately;

/// Participants whose sessions are counted.
const PEOPLE_MAX: usize = 1024;
/// Rooms in which one of them works.
const ROOMS_MAX: usize = 32;
/// Sessions of one participant at once.
const SESSIONS_MAX: usize = 64;

/// What is spent while somebody is connected.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Economics {
    people: Lately<ParticipantId, Person, PEOPLE_MAX>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Person {
    handle: String,
    sessions: BTreeSet<SessionId>,
    rooms: Lately<RoomId, Account, ROOMS_MAX>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Account {
    began: Seq,
    last: Seq,
    attempts: u64,
    spend: Spend,
}

impl Economics {
    /// Takes an act in. A participant's sessions at once share what they cost: which of them did it is not in the log.
    pub fn take(&mut self, item: &StreamItem, what: &What, sats_per_unit: u64) -> Vec<Claim> {
        match what {
            What::Opened { who, session } => {
                let person = self.people.touch(*who, Person::default);
                person.handle = handle(item);
                if person.sessions.len() < SESSIONS_MAX {
                    person.sessions.insert(*session);
                }
                Vec::new()
            }
            What::Closed { who, session, .. } => {
                let Some(person) = self.people.get_mut(who) else {
                    return Vec::new();
                };
                person.sessions.remove(session);
                if !person.sessions.is_empty() {
                    return Vec::new();
                }
                let gone = self.people.remove(who);
                let accounts = gone.iter().flat_map(|person| {
                    let rooms = person.rooms.iter();
                    rooms.map(|(room, account)| ended(item, *room, person, account, sats_per_unit))
                });
                accounts.collect()
            }
            What::Taken { worker, .. } => self.begins(item, *worker).into_iter().collect(),
            What::Finished { worker, spend, .. }
            | What::Failed { worker, spend, .. }
            | What::HandedOff { worker, spend, .. } => {
                self.spent(item, *worker, *spend);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The first attempt of somebody's in a room while it is connected.
    fn begins(&mut self, item: &StreamItem, worker: ParticipantId) -> Option<Claim> {
        let room = item.room?;
        let person = self.people.get_mut(&worker)?;
        if let Some(account) = person.rooms.get_mut(&room) {
            account.attempts += 1;
            return None;
        }
        let account = Account {
            began: item.seq,
            last: item.seq,
            attempts: 1,
            spend: Spend::default(),
        };
        person.rooms.put(room, account);
        let says = format!(
            "@{} begins to work here; what it costs is counted",
            person.handle
        );
        let evidence = vec![Evidence::at(
            item.seq,
            &person.handle,
            "took its first task here",
        )];
        let claim = Claim::new((BEGINS, "economics-start"), room, says, evidence);
        Some(claim.concerning([person.handle.clone()]))
    }

    fn spent(&mut self, item: &StreamItem, worker: ParticipantId, spend: Spend) {
        let account = item.room.and_then(|room| {
            let person = self.people.get_mut(&worker)?;
            person.rooms.get_mut(&room)
        });
        if let Some(account) = account {
            account.spend = account.spend.plus(spend);
            account.last = item.seq;
        }
    }
}

fn ended(item: &StreamItem, room: RoomId, person: &Person, account: &Account, rate: u64) -> Claim {
    let Spend { tokens, micros } = account.spend;
    let by = &person.handle;
    let mut says = format!(
        "the session of @{by} cost {tokens} tokens and {}.{:06} here, in {} attempt(s)",
        micros / 1_000_000,
        micros % 1_000_000,
        account.attempts
    );
    let mut figures = json!({"tokens": tokens, "micros": micros, "attempts": account.attempts});
    if rate > 0 {
        let sats = u128::from(micros) * u128::from(rate) / 1_000_000;
        let sats = u64::try_from(sats).unwrap_or(u64::MAX);
        says.push_str(&format!("; that is {sats} sats"));
        figures["sats"] = json!(sats);
    }
    let evidence = vec![
        Evidence::at(account.began, by, "took its first task here"),
        Evidence::at(account.last, by, "ended its last attempt here"),
        Evidence::of(item, "ended its last session"),
    ];
    let mut claim = Claim::new((ENDS, "economics-end"), room, says, evidence)
        .concerning([by.clone()])
        .with_figures(figures);
    claim.about = format!("economics-end:{}:{room}", item.seq);
    claim
}
