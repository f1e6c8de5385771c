//! What `mesh top` knows, and how that changes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::tz::TimeZone;
use mesh_model::api::{
    Alert, AlertListInput, Alerts, ApprovalListInput, ApprovalView, Ephemeral, List, NoInput, Page,
    Participant, ParticipantRef, PresenceOf, PresenceState, PresenceTold, Room, StreamItem,
    TaskDetail, TaskListInput, TaskStats, TaskStatsInput, TaskView,
};
use mesh_model::events::{ApprovalFacts, Facts, Kind, TaskFacts, TaskState};
use mesh_model::ops::{AlertList, ApprovalList, PresenceList, RoomList, TaskList, TaskStatistics};
use mesh_model::{ApprovalId, Millis, ParticipantId, RoomId, Seq, TaskId};
use ratatui::buffer::Buffer;
use serde_json::Value;

use super::decision::Decision;
use crate::screen::{Arrived, Ask, Gather, Screen, Standing, Trouble, read};
use crate::text;

/// Tasks that are asked for; those that are longest under way come first.
const TASKS_MAX: u32 = 500;
/// How long the pace of messages looks back.
const PACE_MS: u64 = 60_000;
/// What is kept of a task's last line.
const LINE_MAX: usize = 300;
/// How long what came of an act is shown.
const NOTICE_MS: u64 = 8_000;

/// By what `mesh top` knows its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// Who is here.
    Presence,
    /// The rooms.
    Rooms,
    /// The tasks that are not over.
    Tasks,
    /// The figures of today.
    Stats,
    /// What waits for the reader's answer.
    Approvals,
    /// What is wrong.
    Alerts,
    /// All of a task that somebody asks about.
    Task(TaskId),
    /// An approval was answered: whether it was given.
    Decided(ApprovalId, bool),
    /// An alert was acknowledged.
    Acknowledged(Seq),
}

/// The lists of the screen, in the order in which Tab goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    /// What waits for the reader.
    Waits,
    /// Tasks under way.
    Tasks,
    /// Who is here.
    Agents,
    /// Rooms by activity.
    Rooms,
}

impl Panel {
    /// All of them.
    pub const ALL: [Panel; 4] = [Panel::Waits, Panel::Tasks, Panel::Agents, Panel::Rooms];
}

/// Something that waits for the reader.
#[derive(Debug, Clone, Copy)]
pub enum Wait<'a> {
    /// A question.
    Approval(&'a ApprovalView),
    /// Something is wrong.
    Alert(&'a Alert),
}

/// How lively a room is, counted from the stream.
#[derive(Debug, Default, Clone)]
pub struct Pace(VecDeque<Millis>);

impl Pace {
    fn count(&mut self, now: Millis) {
        self.0.push_back(now);
        while self
            .0
            .front()
            .is_some_and(|first| now.since(*first) >= PACE_MS)
        {
            self.0.pop_front();
        }
    }

    /// Messages in the last minute.
    pub fn per_minute(&self, now: Millis) -> usize {
        let old = self.0.partition_point(|at| now.since(*at) >= PACE_MS);
        self.0.len() - old
    }

    /// When the number falls although nothing comes.
    fn falls(&self, now: Millis) -> Option<Millis> {
        let old = self.0.partition_point(|at| now.since(*at) >= PACE_MS);
        self.0.get(old).map(|at| at.plus(PACE_MS))
    }
}

#[derive(Debug, Default, Clone)]
struct Gathers {
    presence: Gather,
    rooms: Gather,
    tasks: Gather,
    stats: Gather,
    approvals: Gather,
    alerts: Gather,
}

impl Gathers {
    fn all(&mut self) -> [&mut Gather; 6] {
        [
            &mut self.presence,
            &mut self.rooms,
            &mut self.tasks,
            &mut self.stats,
            &mut self.approvals,
            &mut self.alerts,
        ]
    }
}

/// `mesh top`.
pub struct Top {
    pub(super) me: Participant,
    pub(super) zone: TimeZone,
    pub(super) colours: bool,
    pub(super) size: (u16, u16),
    pub(super) standing: Standing,
    pub(super) here: BTreeMap<ParticipantId, PresenceOf>,
    /// Everybody, here or not.
    pub(super) names: BTreeMap<ParticipantId, ParticipantRef>,
    pub(super) rooms: BTreeMap<RoomId, Room>,
    pub(super) paces: BTreeMap<RoomId, Pace>,
    pub(super) pace: Pace,
    pub(super) tasks: Vec<TaskView>,
    pub(super) lines: BTreeMap<TaskId, String>,
    pub(super) approvals: Vec<ApprovalView>,
    pub(super) alerts: Vec<Alert>,
    pub(super) stats: Option<TaskStats>,
    /// Why a list is not there, list by list.
    pub(super) troubles: BTreeMap<Panel, String>,
    pub(super) panel: Panel,
    pub(super) chosen: BTreeMap<Panel, usize>,
    pub(super) decision: Option<Decision>,
    pub(super) help: bool,
    pub(super) notice: Option<(String, bool, Millis)>,
    pub(super) over: bool,
    gathers: Gathers,
}

impl Top {
    /// Nothing is known yet.
    pub fn new(me: Participant, zone: TimeZone, colours: bool) -> Top {
        Top {
            me,
            zone,
            colours,
            size: (80, 24),
            standing: Standing::Live,
            here: BTreeMap::new(),
            names: BTreeMap::new(),
            rooms: BTreeMap::new(),
            paces: BTreeMap::new(),
            pace: Pace::default(),
            tasks: Vec::new(),
            lines: BTreeMap::new(),
            approvals: Vec::new(),
            alerts: Vec::new(),
            stats: None,
            troubles: BTreeMap::new(),
            panel: Panel::Waits,
            chosen: BTreeMap::new(),
            decision: None,
            help: false,
            notice: None,
            over: false,
            gathers: Gathers::default(),
        }
    }

    /// What waits for the reader: questions first, the one that ends soonest before the others.
    pub fn waits(&self) -> Vec<Wait<'_>> {
        let questions = self.approvals.iter().map(Wait::Approval);
        let alerts = self.alerts.iter().map(Wait::Alert);
        questions.chain(alerts).collect()
    }

    /// How long a list is.
    pub(super) fn length(&self, panel: Panel) -> usize {
        match panel {
            Panel::Waits => self.approvals.len() + self.alerts.len(),
            Panel::Tasks => self.tasks.len(),
            Panel::Agents => self.agents().count(),
            Panel::Rooms => self.rooms.len(),
        }
    }

    /// Who is here, without the people.
    pub(super) fn agents(&self) -> impl Iterator<Item = &PresenceOf> {
        let program = |one: &&PresenceOf| one.participant.kind != Kind::Human;
        self.here.values().filter(program)
    }

    /// Rooms, the liveliest first.
    pub(super) fn liveliest(&self, now: Millis) -> Vec<(&Room, usize)> {
        let pace = |room: &Room| {
            self.paces
                .get(&room.id)
                .map_or(0, |pace| pace.per_minute(now))
        };
        let mut rooms: Vec<_> = self.rooms.values().map(|room| (room, pace(room))).collect();
        rooms.sort_by_key(|(room, pace)| std::cmp::Reverse((*pace, room.last_seq)));
        rooms
    }

    pub(super) fn tell(&mut self, words: impl Into<String>, bad: bool, now: Millis) {
        self.notice = Some((words.into(), bad, now.plus(NOTICE_MS)));
    }

    fn ask_all(&mut self, now: Millis) {
        for gather in self.gathers.all() {
            // What was being asked when the connection broke is answered or refused by now.
            *gather = Gather::default();
            gather.at_once(now);
        }
    }

    fn asks(&mut self, now: Millis) -> Vec<Ask<Tag>> {
        let mut asks = Vec::new();
        if self.gathers.presence.begin(now) {
            asks.push(Ask::of::<PresenceList>(NoInput {}, Tag::Presence));
        }
        if self.gathers.rooms.begin(now) {
            asks.push(Ask::of::<RoomList>(NoInput {}, Tag::Rooms));
        }
        if self.gathers.tasks.begin(now) {
            let states = TaskState::ALL.into_iter().filter(|state| !state.is_ended());
            let input = TaskListInput {
                states: states.collect(),
                limit: Some(TASKS_MAX),
                ..TaskListInput::default()
            };
            asks.push(Ask::of::<TaskList>(input, Tag::Tasks));
        }
        if self.gathers.stats.begin(now) {
            let input = TaskStatsInput {
                room: None,
                days: Some(1),
            };
            asks.push(Ask::of::<TaskStatistics>(input, Tag::Stats));
        }
        if self.gathers.approvals.begin(now) {
            let input = ApprovalListInput {
                room: None,
                mine: true,
            };
            asks.push(Ask::of::<ApprovalList>(input, Tag::Approvals));
        }
        if self.gathers.alerts.begin(now) {
            let input = AlertListInput {
                mine: true,
                ..AlertListInput::default()
            };
            asks.push(Ask::of::<AlertList>(input, Tag::Alerts));
        }
        asks
    }

    fn item(&mut self, item: &StreamItem, now: Millis) {
        if let Some(message) = item.message() {
            if item.kind == "message.posted" {
                self.pace.count(now);
                self.paces.entry(message.room).or_default().count(now);
                self.posted(message.room, item.seq, message.from.id);
            }
            return;
        }
        let family = item.kind.split('.').next().unwrap_or_default();
        match family {
            "task" => self.task(item, now),
            "approval" => self.approval(item, now),
            "alert" => self.gathers.alerts.at_once(now),
            "room" => self.gathers.rooms.soon(now),
            "session" | "participant" => self.gathers.presence.soon(now),
            _ => {}
        }
    }

    fn posted(&mut self, room: RoomId, seq: Seq, from: ParticipantId) {
        let mine = from == self.me.id;
        if let Some(room) = self.rooms.get_mut(&room).filter(|room| seq > room.last_seq) {
            room.last_seq = seq;
            room.unread += u32::from(!mine && room.member);
        }
    }

    fn task(&mut self, item: &StreamItem, now: Millis) {
        match item.event() {
            Some(Facts::Task(TaskFacts::Progressed(facts))) => {
                let said = item.said(&facts).plain();
                if let Some(output) = said {
                    self.output(facts.task, &output.text);
                }
            }
            Some(Facts::Task(TaskFacts::LeaseExtended(_))) => {}
            _ => {
                self.gathers.tasks.soon(now);
                self.gathers.stats.soon(now);
            }
        }
    }

    /// The last line of what a task puts out.
    fn output(&mut self, task: TaskId, text: &str) {
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        if let Some(line) = last {
            let line: String = line.trim().chars().take(LINE_MAX).collect();
            self.lines.insert(task, text::one_line(&line));
        }
    }

    /// A question to the reader is not kept waiting; one that somebody else answered is told.
    fn approval(&mut self, item: &StreamItem, now: Millis) {
        self.gathers.approvals.at_once(now);
        self.gathers.tasks.soon(now);
        let (id, how) = match item.event() {
            Some(Facts::Approval(ApprovalFacts::Decided(facts))) => {
                let by = item
                    .from
                    .as_ref()
                    .map_or("the node", |from| from.handle.as_str());
                let how = if facts.approved {
                    "approved"
                } else {
                    "refused"
                };
                (facts.approval, format!("@{by} {how} this"))
            }
            Some(Facts::Approval(ApprovalFacts::Expired(facts))) => (
                facts.approval,
                "Nobody waits for this answer any more".to_owned(),
            ),
            _ => return,
        };
        if let Some(decision) = &mut self.decision
            && decision.id() == Some(id)
        {
            decision.close(how);
        }
    }

    fn passing(&mut self, event: Ephemeral) {
        match event {
            Ephemeral::Presence {
                participant,
                state,
                summary,
                reach,
            } => {
                if state == PresenceState::Offline {
                    self.here.remove(&participant.id);
                    return;
                }
                let presence = PresenceTold {
                    state,
                    summary,
                    reach,
                    last_seen: None,
                };
                let id = participant.id;
                self.here.insert(
                    id,
                    PresenceOf {
                        participant,
                        presence,
                    },
                );
            }
            Ephemeral::Output { task, text, .. } => self.output(task, &text),
            _ => {}
        }
    }

    fn link(&mut self, standing: Standing, now: Millis) {
        match (&self.standing, &standing) {
            // Since when it is away stays as it is while it is tried again.
            (Standing::Lost(_), Standing::Lost(_)) => return,
            (Standing::Lost(_), Standing::Live) => self.ask_all(now),
            _ => {}
        }
        self.standing = standing;
    }

    fn answer(&mut self, tag: Tag, answer: Result<Value, Trouble>, now: Millis) {
        match tag {
            Tag::Presence => {
                self.gathers.presence.ended();
                if let Some(list) = self.listed::<List<PresenceOf>>(Panel::Agents, answer) {
                    let names = list.items.iter().map(|one| &one.participant);
                    self.names = names.map(|who| (who.id, who.clone())).collect();
                    let here = list.items.into_iter();
                    let here = here.filter(|one| one.presence.state != PresenceState::Offline);
                    self.here = here.map(|one| (one.participant.id, one)).collect();
                }
            }
            Tag::Rooms => {
                self.gathers.rooms.ended();
                if let Some(list) = self.listed::<List<Room>>(Panel::Rooms, answer) {
                    let open = list.items.into_iter().filter(|room| !room.archived);
                    self.rooms = open.map(|room| (room.id, room)).collect();
                    self.paces.retain(|room, _| self.rooms.contains_key(room));
                }
            }
            Tag::Tasks => {
                self.gathers.tasks.ended();
                if let Some(page) = self.listed::<Page<TaskView>>(Panel::Tasks, answer) {
                    self.tasks = page.items;
                    self.tasks.sort_by_key(|task| (rank(task.state), task.seq));
                    let tasks: BTreeSet<_> = self.tasks.iter().map(|task| task.id).collect();
                    self.lines.retain(|task, _| tasks.contains(task));
                }
            }
            Tag::Stats => {
                self.gathers.stats.ended();
                self.stats = read(answer).ok().or(self.stats.take());
            }
            Tag::Approvals => {
                self.gathers.approvals.ended();
                if let Some(list) = self.listed::<List<ApprovalView>>(Panel::Waits, answer) {
                    self.approvals = list.items;
                    self.approvals.sort_by_key(|one| (one.until, one.id));
                }
            }
            Tag::Alerts => {
                self.gathers.alerts.ended();
                if let Some(alerts) = self.listed::<Alerts>(Panel::Waits, answer) {
                    self.alerts = alerts.items;
                }
            }
            Tag::Task(task) => {
                let found = read::<TaskDetail>(answer);
                if let Some(decision) = &mut self.decision {
                    decision.learn(task, found, self.size);
                }
            }
            Tag::Decided(id, given) => self.decided(id, given, read::<Value>(answer), now),
            Tag::Acknowledged(alert) => match answer {
                Ok(_) => {
                    self.alerts.retain(|one| one.alert != alert);
                    self.decision = None;
                    self.tell(
                        "You know of it; nobody else is told. It ends when its cause is gone.",
                        false,
                        now,
                    );
                }
                Err(why) => self.tell(why.words, true, now),
            },
        }
    }

    fn decided(
        &mut self,
        id: ApprovalId,
        given: bool,
        answer: Result<Value, Trouble>,
        now: Millis,
    ) {
        match answer {
            Ok(_) => {
                let asked = self.approvals.iter().find(|one| one.id == id);
                let who = asked.map_or("whoever asked".to_owned(), |one| {
                    format!("@{}", one.from.handle)
                });
                let words = if given {
                    format!("Approved, once. {who} goes on.")
                } else {
                    format!("Refused. {who} is told.")
                };
                self.approvals.retain(|one| one.id != id);
                self.decision = None;
                self.tell(words, false, now);
            }
            Err(why) => {
                if let Some(decision) = &mut self.decision {
                    decision.asking = false;
                }
                self.tell(why.words, true, now);
            }
        }
    }

    /// A list that was asked for. One that may not be asked for says so in its place; a break keeps what was known.
    fn listed<T: serde::de::DeserializeOwned>(
        &mut self,
        panel: Panel,
        answer: Result<Value, Trouble>,
    ) -> Option<T> {
        match read(answer) {
            Ok(list) => {
                self.troubles.remove(&panel);
                Some(list)
            }
            Err(why) => {
                self.troubles.insert(panel, why.words);
                None
            }
        }
    }
}

/// What runs comes first, then what holds it up.
fn rank(state: TaskState) -> u8 {
    match state {
        TaskState::Running | TaskState::Leased => 0,
        TaskState::Blocked => 1,
        TaskState::Verifying => 2,
        TaskState::Retrying => 3,
        TaskState::Queued => 4,
        TaskState::Paused => 5,
        _ => 6,
    }
}

impl Screen for Top {
    type Tag = Tag;

    fn arrived(&mut self, what: Arrived<Tag>, now: Millis) -> Vec<Ask<Tag>> {
        let mut asks = Vec::new();
        match what {
            Arrived::Subscribed => self.ask_all(now),
            Arrived::Item(item) => self.item(&item, now),
            Arrived::Passing(event) => self.passing(event),
            Arrived::Link(standing) => self.link(standing, now),
            Arrived::Key(key) => asks = self.key(&key, now),
            Arrived::Size(width, height) => {
                self.size = (width, height);
                if let Some(decision) = &mut self.decision {
                    decision.resized(self.size);
                }
            }
            Arrived::Answer(tag, answer) => self.answer(tag, answer, now),
            Arrived::Pasted(_) | Arrived::Looked(_) | Arrived::Due => {}
        }
        if self
            .notice
            .as_ref()
            .is_some_and(|(_, _, until)| *until <= now)
        {
            self.notice = None;
        }
        if self.standing.is_live() {
            asks.extend(self.asks(now));
        }
        asks
    }

    fn due(&self, now: Millis) -> Option<Millis> {
        let gathers = &self.gathers;
        let asked = [
            &gathers.presence,
            &gathers.rooms,
            &gathers.tasks,
            &gathers.stats,
            &gathers.approvals,
            &gathers.alerts,
        ];
        let live = self.standing.is_live();
        let asked = asked.into_iter().filter(|_| live).filter_map(Gather::due);
        let notice = self.notice.as_ref().map(|(_, _, until)| *until);
        // Ages are shown in seconds.
        let ages = !self.tasks.is_empty() || self.length(Panel::Waits) > 0;
        let ages = ages.then(|| Millis(now.0 / 1000 * 1000).plus(1000));
        asked
            .chain(notice)
            .chain(self.pace.falls(now))
            .chain(ages)
            .min()
    }

    fn draw(&self, cells: &mut Buffer, now: Millis) -> Option<(u16, u16)> {
        self.paint(cells, now);
        None
    }

    fn is_over(&self) -> bool {
        self.over
    }

    fn last_words(&self) -> Option<String> {
        None
    }
}
