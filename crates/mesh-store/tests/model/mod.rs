//! Random logs, and a model of the view that walks through all of them for each answer.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::command::Actor;
use mesh_model::events::*;
use mesh_model::events::{MessageFacts, RoomFacts, SessionFacts};
use mesh_model::{Facts, MessageId, Millis, ParticipantId, RoomId, Seq, SessionId};
use mesh_store::StoredEvent;
use mesh_store::view::{Inbox, Search, SessionFilter, StayFilter, Visible};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use uuid::Uuid;

pub fn room(n: u64) -> RoomId {
    RoomId(Uuid::from_u64_pair(1, n))
}

pub fn person(n: u64) -> ParticipantId {
    ParticipantId(Uuid::from_u64_pair(2, n))
}

/// The same logs each time, so that a failure is one of everybody's; `MESH_SEED` and `PROPTEST_CASES` give others.
pub fn config() -> ProptestConfig {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: number("PROPTEST_CASES").map_or(48, |cases| cases as u32),
        rng_seed: RngSeed::Fixed(number("MESH_SEED").unwrap_or(7)),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Two events share each moment.
pub fn at(seq: u64) -> Millis {
    Millis(1_763_705_000_000 + seq / 2)
}

const WORDS: &[&str] = &[
    "alpha",
    "alphabet",
    "Beta",
    "béta",
    "gamma",
    "x1",
    "the",
    "then",
    "GAMMA-ray",
];
pub const QUERIES: &[&str] = &[
    "alpha",
    "alph",
    "alphabet",
    "beta",
    "bet the",
    "the",
    "th",
    "gamma ray",
    "x",
    "",
    "zeta",
    "then alpha",
];

/// A message's facts with nothing particular in them.
pub fn posted(in_room: u64) -> MessagePosted {
    MessagePosted {
        room: room(in_room),
        mentions: Vec::new(),
        priority: Priority::Next,
        reply_to: None,
        thread: None,
        payload_type: None,
        trust: Trust::Local,
        command: false,
        quotes: Vec::new(),
        labels: Vec::new(),
        signed: None,
        relayed: None,
        guard: None,
        released: None,
        turn: None,
        closing: false,
        scheduled: None,
    }
}

/// An event of a random log.
#[derive(Debug, Clone)]
pub struct Entry {
    pub seq: Seq,
    by: By,
    facts: Facts,
    content: Option<String>,
}

impl Entry {
    pub fn new(
        seq: u64,
        author: u64,
        facts: impl Into<Facts>,
        content: Option<serde_json::Value>,
    ) -> Entry {
        let by = By {
            actor: Actor::User(person(author)),
            key: None,
        };
        Entry {
            seq: Seq(seq),
            by,
            facts: facts.into(),
            content: content.map(|json| json.to_string()),
        }
    }

    pub fn post(seq: u64, in_room: u64, author: u64, text: &str, mentions: &[u64]) -> Entry {
        let facts = MessagePosted {
            mentions: mentions.iter().copied().map(person).collect(),
            priority: match seq % 5 {
                0 => Priority::Now,
                1 => Priority::Low,
                _ => Priority::Next,
            },
            ..posted(in_room)
        };
        let content = serde_json::json!({"text": text, "payload": {"n": seq}});
        Entry::new(seq, author, facts, Some(content))
    }

    pub fn edit(seq: u64, in_room: u64, message: u64, text: &str, mentions: &[u64]) -> Entry {
        let mentions = mentions.iter().copied().map(person).collect();
        let facts = MessageEdited {
            room: room(in_room),
            message: MessageId(Seq(message)),
            mentions,
            trust: Some(Trust::Local),
            relayed: None,
            guard: None,
            author: None,
            place: None,
        };
        Entry::new(seq, 0, facts, Some(serde_json::json!({"text": text})))
    }

    pub fn delete(seq: u64, in_room: u64, message: u64) -> Entry {
        Entry::new(
            seq,
            0,
            MessageDeleted {
                room: room(in_room),
                message: MessageId(Seq(message)),
                place: None,
            },
            None,
        )
    }

    pub fn redact(seq: u64, in_room: u64, message: u64, erased: &[u64]) -> Entry {
        let facts = MessageRedacted {
            room: room(in_room),
            message: MessageId(Seq(message)),
            erased: erased.iter().copied().map(Seq).collect(),
            peers: Vec::new(),
            place: None,
        };
        Entry::new(seq, 0, facts, None)
    }

    pub fn react(seq: u64, in_room: u64, author: u64, message: u64, number: usize) -> Entry {
        let (room, message) = (room(in_room), MessageId(Seq(message)));
        let reaction = ["👍", "🎉", "🚀"][number % 3].to_owned();
        if number % 5 < 3 {
            let facts = MessageReacted {
                room,
                message,
                reaction,
                place: None,
            };
            Entry::new(seq, author, facts, None)
        } else {
            let facts = MessageUnreacted {
                room,
                message,
                reaction,
                who: None,
                place: None,
            };
            Entry::new(seq, author, facts, None)
        }
    }

    pub fn expire(seq: u64, in_room: u64, upto: u64) -> Entry {
        let facts = RoomExpired {
            room: room(in_room),
            upto: Seq(upto),
        };
        Entry::new(seq, 0, facts, None)
    }

    pub fn quarantine(seq: u64, in_room: u64, author: u64, text: &str) -> Entry {
        let facts = MessageQuarantined {
            home: false,
            author: person(author),
            message: posted(in_room),
        };
        Entry::new(seq, author, facts, Some(serde_json::json!({"text": text})))
    }

    pub fn stored(&self) -> StoredEvent<'_> {
        StoredEvent {
            seq: self.seq,
            at: at(self.seq.0),
            by: &self.by,
            facts: &self.facts,
            content: self.content.as_deref(),
        }
    }
}

/// A random event before it has a place: what kind, and numbers to choose by.
type Draft = (u8, u64, u64, Vec<usize>, BTreeSet<u64>, prop::sample::Index);

pub fn entries(most: usize) -> impl Strategy<Value = Vec<Entry>> {
    let draft = (
        0u8..100,
        0u64..4,
        0u64..5,
        prop::collection::vec(0..WORDS.len(), 0..5),
        prop::collection::btree_set(0u64..5, 0..3),
        any::<prop::sample::Index>(),
    );
    prop::collection::vec(draft, 1..most).prop_map(|drafts| {
        let mut log = Vec::new();
        for (draft, seq) in drafts.into_iter().zip(1..) {
            let entry = entry(draft, seq, &log);
            log.push(entry);
        }
        log
    })
}

fn entry((kind, in_room, who, words, mentions, index): Draft, seq: u64, log: &[Entry]) -> Entry {
    let text = words
        .iter()
        .map(|word| WORDS[*word])
        .collect::<Vec<_>>()
        .join(" ");
    let mentions: Vec<u64> = mentions.into_iter().collect();
    let older: Vec<&Entry> = log
        .iter()
        .filter(|e| matches!(e.facts, Facts::Message(MessageFacts::Posted(_))))
        .collect();
    let older = (!older.is_empty()).then(|| index.get(&older));
    let session = |n: u64| SessionId(Uuid::from_u64_pair(3, n));
    match (kind, older) {
        (0..10, Some(message)) => Entry::edit(seq, in_room, message.seq.0, &text, &mentions),
        (10..16, Some(message)) => Entry::delete(seq, in_room, message.seq.0),
        (16..20 | 90..100, Some(message)) => {
            let number = words.iter().sum::<usize>() + words.len();
            Entry::react(seq, in_room, who, message.seq.0, number)
        }
        (20..30, Some(message)) => {
            let mut answer = Entry::post(seq, in_room, who, &text, &mentions);
            let Facts::Message(MessageFacts::Posted(to)) = &message.facts else {
                return answer;
            };
            let root = to.thread.unwrap_or(MessageId(message.seq));
            if let Facts::Message(MessageFacts::Posted(facts)) = &mut answer.facts {
                *facts = MessagePosted {
                    room: to.room,
                    reply_to: Some(root),
                    thread: Some(root),
                    ..facts.clone()
                };
            }
            answer
        }
        (30..35, _) => Entry::new(
            seq,
            who,
            RoomMemberJoined {
                room: room(in_room),
                participant: person(who),
            },
            None,
        ),
        (35..40, _) => Entry::new(
            seq,
            who,
            RoomMemberLeft {
                room: room(in_room),
                participant: person(who),
            },
            None,
        ),
        (40..44, _) => {
            let opened = SessionOpened {
                session: session(seq),
                participant: person(who),
            };
            Entry::new(seq, who, opened, Some(serde_json::json!({"name": "test"})))
        }
        (44..48, _) => {
            let open = log.iter().rev().find_map(|e| match &e.facts {
                Facts::Session(SessionFacts::Opened(opened))
                    if opened.participant == person(who) =>
                {
                    Some(opened.session)
                }
                _ => None,
            });
            let session = open.unwrap_or(session(0));
            let closed = SessionClosed {
                session,
                participant: person(who),
                reason: SessionEnd::Closed,
            };
            Entry::new(seq, who, closed, None)
        }
        (48, _) => {
            let registered = ParticipantRegistered {
                participant: person(who),
                kind: Kind::Agent,
                handle: format!("p{who}"),
                parent: None,
                key: None,
                trust: Trust::Local,
                visibility: Visibility::Public,
            };
            Entry::new(
                seq,
                who,
                registered,
                Some(serde_json::json!({"display_name": text})),
            )
        }
        (49, _) => {
            let refused = Refused {
                participant: Some(person(who)),
                operation: "message.post".to_owned(),
                code: "rate_limited".to_owned(),
                count: 3,
                minute: Some(at(seq)),
            };
            Entry::new(seq, who, refused, None)
        }
        (50..52, _) => {
            let published = EventPublished {
                room: room(in_room),
                name: "build".to_owned(),
                version: 1,
            };
            Entry::new(
                seq,
                who,
                published,
                Some(serde_json::json!({"payload": {"ok": true}})),
            )
        }
        (53, Some(message)) => Entry::redact(seq, in_room, message.seq.0, &[message.seq.0]),
        (54, _) => Entry::expire(seq, in_room, index.index(seq as usize) as u64),
        (55..58, _) => Entry::quarantine(seq, in_room, who, &text),
        (52, _) => Entry {
            content: None,
            ..Entry::post(seq, in_room, who, "", &mentions)
        },
        _ => Entry::post(seq, in_room, who, &text, &mentions),
    }
}

#[derive(Debug, Clone)]
pub struct Said {
    pub room: RoomId,
    pub author: ParticipantId,
    pub at: Millis,
    pub text: String,
    pub mentions: BTreeSet<ParticipantId>,
    pub thread: Option<MessageId>,
    pub priority: Priority,
    pub deleted: bool,
    pub redacted: bool,
    pub edited_at: Option<Millis>,
    /// With what, and who.
    pub reactions: Vec<(String, ParticipantId)>,
}

impl Said {
    pub fn is_gone(&self) -> bool {
        self.deleted || self.redacted
    }

    fn blank(&mut self) {
        self.text.clear();
        self.mentions.clear();
        self.reactions.clear();
    }
}

type Times = (ParticipantId, Millis, Option<Millis>);

#[derive(Debug, Default)]
pub struct Model {
    pub messages: BTreeMap<Seq, Said>,
    stays: Vec<(RoomId, Times)>,
    sessions: Vec<(SessionId, Times)>,
}

impl Model {
    pub fn of(log: &[Entry]) -> Model {
        let mut model = Model::default();
        log.iter().for_each(|entry| model.take(entry));
        model
    }

    fn take(&mut self, entry: &Entry) {
        let now = at(entry.seq.0);
        let text = || {
            let content: serde_json::Value =
                serde_json::from_str(entry.content.as_deref().unwrap_or("{}")).unwrap();
            content["text"].as_str().unwrap_or("").to_owned()
        };
        match &entry.facts {
            Facts::Message(MessageFacts::Posted(facts)) => {
                let said = Said {
                    room: facts.room,
                    author: entry.by.actor.participant().unwrap(),
                    at: now,
                    text: text(),
                    mentions: facts.mentions.iter().copied().collect(),
                    thread: facts.thread,
                    priority: facts.priority,
                    deleted: false,
                    redacted: false,
                    edited_at: None,
                    reactions: Vec::new(),
                };
                self.messages.insert(entry.seq, said);
            }
            Facts::Message(MessageFacts::Edited(facts)) => {
                if let Some(said) = self
                    .messages
                    .get_mut(&facts.message.0)
                    .filter(|said| !said.is_gone())
                {
                    said.text = text();
                    said.mentions = facts.mentions.iter().copied().collect();
                    said.edited_at = Some(now);
                }
            }
            Facts::Message(MessageFacts::Deleted(facts)) => {
                if let Some(said) = self.messages.get_mut(&facts.message.0) {
                    said.deleted = true;
                    said.blank();
                }
            }
            Facts::Message(MessageFacts::Redacted(facts)) => {
                if let Some(said) = self.messages.get_mut(&facts.message.0) {
                    said.redacted = true;
                    said.blank();
                }
            }
            Facts::Message(MessageFacts::Reacted(facts)) => {
                if let Some(said) = self
                    .messages
                    .get_mut(&facts.message.0)
                    .filter(|said| !said.is_gone())
                {
                    let sign = (
                        facts.reaction.clone(),
                        entry.by.actor.participant().unwrap(),
                    );
                    if !said.reactions.contains(&sign) {
                        said.reactions.push(sign);
                    }
                }
            }
            Facts::Message(MessageFacts::Unreacted(facts)) => {
                if let Some(said) = self.messages.get_mut(&facts.message.0) {
                    let sign = (
                        facts.reaction.clone(),
                        entry.by.actor.participant().unwrap(),
                    );
                    said.reactions.retain(|known| *known != sign);
                }
            }
            Facts::Room(RoomFacts::Expired(facts)) => {
                for (_, said) in self.messages.range_mut(..=facts.upto) {
                    if said.room == facts.room {
                        said.redacted = true;
                        said.blank();
                    }
                }
            }
            Facts::Room(RoomFacts::MemberJoined(facts)) => {
                let (room, who) = (facts.room, facts.participant);
                if !self
                    .stays
                    .iter()
                    .any(|(r, (p, _, left))| *r == room && *p == who && left.is_none())
                {
                    self.stays.push((room, (who, now, None)));
                }
            }
            Facts::Room(RoomFacts::MemberLeft(facts)) => {
                for (room, (who, _, left)) in &mut self.stays {
                    if *room == facts.room && *who == facts.participant && left.is_none() {
                        *left = Some(now);
                    }
                }
            }
            Facts::Session(SessionFacts::Opened(facts)) => self
                .sessions
                .push((facts.session, (facts.participant, now, None))),
            Facts::Session(SessionFacts::Closed(facts)) => {
                for (session, (_, _, closed)) in &mut self.sessions {
                    if *session == facts.session && closed.is_none() {
                        *closed = Some(now);
                    }
                }
            }
            _ => {}
        }
    }

    pub fn search(&self, rooms: &[Visible], search: &Search<'_>) -> Vec<Seq> {
        let plain = |text: &str| text.to_lowercase().replace('é', "e");
        let split = |text: &str| {
            let words = plain(text);
            let words = words
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let wanted = split(search.words);
        let Some((last, whole)) = wanted.split_last() else {
            return Vec::new();
        };
        let fits = |(seq, said): &(&Seq, &Said)| {
            let words = split(&said.text);
            !said.is_gone()
                && rooms
                    .iter()
                    .any(|(room, first)| *room == said.room && *seq >= first)
                && whole.iter().all(|word| words.contains(word))
                && words.iter().any(|word| word.starts_with(last))
                && search.room.is_none_or(|room| room == said.room)
                && search.from.is_none_or(|from| from == said.author)
                && search
                    .mentions
                    .is_none_or(|who| said.mentions.contains(&who))
                && search.since.is_none_or(|since| said.at > since)
                && search.until.is_none_or(|until| said.at < until)
        };
        self.messages
            .iter()
            .rev()
            .filter(fits)
            .map(|(seq, _)| *seq)
            .take(search.limit)
            .collect()
    }

    fn waits<'a>(&'a self, inbox: &'a Inbox<'_>) -> impl Iterator<Item = (&'a Seq, &'a Said)> {
        self.messages.iter().filter(|(seq, said)| {
            !said.is_gone()
                && said.author != inbox.participant
                && !inbox.position.has(**seq)
                && inbox
                    .rooms
                    .iter()
                    .any(|(room, first)| *room == said.room && *seq >= first)
        })
    }

    pub fn waiting(&self, inbox: &Inbox<'_>, direct: Option<&[RoomId]>) -> Vec<Seq> {
        let fits = |said: &Said| {
            direct.is_none_or(|direct| {
                direct.contains(&said.room) || said.mentions.contains(&inbox.participant)
            })
        };
        let mut waiting: Vec<_> = self.waits(inbox).filter(|(_, said)| fits(said)).collect();
        waiting.sort_by_key(|(seq, said)| (said.priority != Priority::Now, **seq));
        waiting.into_iter().map(|(seq, _)| *seq).collect()
    }

    pub fn unread(&self, inbox: &Inbox<'_>) -> Vec<(RoomId, u32, u32)> {
        let count = |room: RoomId, named: bool| {
            let fits = |said: &Said| {
                said.room == room && (!named || said.mentions.contains(&inbox.participant))
            };
            self.waits(inbox).filter(|(_, said)| fits(said)).count() as u32
        };
        let all = inbox
            .rooms
            .iter()
            .map(|(room, _)| (*room, count(*room, false), count(*room, true)));
        all.filter(|(_, messages, _)| *messages > 0).collect()
    }

    pub fn history(&self, room: RoomId, first: Seq) -> Vec<Seq> {
        let fits = |(seq, said): &(&Seq, &Said)| said.room == room && **seq >= first;
        self.messages
            .iter()
            .filter(fits)
            .map(|(seq, _)| *seq)
            .collect()
    }

    /// The answers in the thread of a first message.
    pub fn thread(&self, root: Seq) -> Vec<Seq> {
        let fits = |(_, said): &(&Seq, &Said)| said.thread == Some(MessageId(root));
        self.messages
            .iter()
            .filter(fits)
            .map(|(seq, _)| *seq)
            .collect()
    }

    pub fn stays(&self, filter: &StayFilter) -> Vec<Times> {
        let mut stays: Vec<Times> = self
            .stays
            .iter()
            .filter(|(room, (who, ..))| {
                filter.room.is_none_or(|only| only == *room)
                    && filter.participant.is_none_or(|only| only == *who)
            })
            .map(|(_, times)| *times)
            .filter(|(_, from, to)| touches(*from, *to, filter.since, filter.until))
            .collect();
        stays.sort();
        stays
    }

    /// Whether a stay in a room began at that moment.
    pub fn began(&self, room: RoomId, who: ParticipantId, at: Millis) -> bool {
        let mut stays = self.stays.iter();
        stays.any(|(there, (one, from, _))| *there == room && *one == who && *from == at)
    }

    pub fn sessions(&self, filter: &SessionFilter) -> Vec<(Millis, Option<Millis>)> {
        let mut sessions: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, (who, from, to))| {
                filter.participant == Some(*who) && touches(*from, *to, filter.since, filter.until)
            })
            .map(|(_, (_, from, to))| (*from, *to))
            .collect();
        sessions.sort();
        sessions
    }
}

fn touches(from: Millis, to: Option<Millis>, since: Option<Millis>, until: Option<Millis>) -> bool {
    to.is_none_or(|to| since.is_none_or(|since| to >= since))
        && until.is_none_or(|until| from <= until)
}
