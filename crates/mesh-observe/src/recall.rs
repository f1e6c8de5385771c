//! The context of a session that is over, from the log alone: what it was to do, what it decided, what is open, what it touched,
//! and its last words. Whoever goes on from there gets it within a budget of tokens.
//!
//! All that others or the session wrote is data. Whoever shows it to a model puts it into an envelope.

use std::collections::BTreeMap;

use mesh_model::api::{StreamItem, TaskDetail};
use mesh_model::events::{
    ApprovalFacts, ContextFacts, Event, Facts, FileFacts, LeaseFacts, MessageFacts,
    ParticipantFacts, Resolution, SessionFacts, TaskFacts,
};
use mesh_model::stream::ReceivedContent;
use mesh_model::{ApprovalId, MessageId, Millis, ParticipantId, Seq, SessionId, TaskId};
use serde::Serialize;

use crate::claim::short;
use crate::conflicts::{decides, sentences};

/// Characters that are taken for a token: a little less than English has, so that a budget holds.
const CHARS_PER_TOKEN: usize = 4;
/// Messages that are kept of its words.
const WORDS_MAX: usize = 12;
/// Characters of one line.
const LINE_CHARS_MAX: usize = 600;

/// The events from which a session is recalled, from the place where it began.
pub const INPUTS: &[&str] = &[
    "approval.decided",
    "approval.requested",
    "context.set",
    "file.put",
    "lease.released",
    "lease.taken",
    "message.posted",
    "participant.registered",
    "session.closed",
    "session.opened",
    "task.attempt_failed",
    "task.cancelled",
    "task.created",
    "task.finished",
    "task.handed_off",
    "task.paused",
    "task.progressed",
    "task.resolved",
    "task.taken",
];

/// Part of what is recalled, the most needed first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// What it is.
    pub title: &'static str,
    /// One thing a line.
    pub lines: Vec<String>,
    /// Lines that the budget left out.
    pub left_out: usize,
}

#[derive(Debug, Default)]
struct Work {
    title: String,
    prompt: String,
    progress: Option<(Seq, String)>,
    /// Where it was taken by the session.
    taken: Option<Seq>,
    /// Created by the session for others.
    given: bool,
    /// How it ended.
    ended: Option<&'static str>,
}

#[derive(Debug)]
struct Asked {
    seq: Seq,
    by: String,
    text: String,
    answered: bool,
}

/// What is gathered while the log is read.
#[derive(Debug)]
pub struct Recall {
    session: SessionId,
    who: ParticipantId,
    began: bool,
    ended: Option<Seq>,
    back: bool,
    work: BTreeMap<TaskId, Work>,
    asked: BTreeMap<MessageId, Asked>,
    questions: BTreeMap<ApprovalId, (Seq, String, Option<String>)>,
    decisions: Vec<(Seq, String)>,
    words: Vec<(Seq, String)>,
    first_words: Option<(Seq, String)>,
    files: BTreeMap<String, (Seq, u32)>,
    leases: BTreeMap<Seq, (Vec<String>, u64)>,
    made: Vec<(Seq, String)>,
}

impl Recall {
    /// Of a session and its participant. Give it the log from the session's beginning on, with [`INPUTS`].
    pub fn new(session: SessionId, who: ParticipantId) -> Recall {
        Recall {
            session,
            who,
            began: false,
            ended: None,
            back: false,
            work: BTreeMap::new(),
            asked: BTreeMap::new(),
            questions: BTreeMap::new(),
            decisions: Vec::new(),
            words: Vec::new(),
            first_words: None,
            files: BTreeMap::new(),
            leases: BTreeMap::new(),
            made: Vec::new(),
        }
    }

    /// Takes one event in.
    pub fn take(&mut self, item: &StreamItem) {
        match item.event() {
            Some(Facts::Session(facts)) => self.session(item, &facts),
            _ if !self.began => {}
            Some(Facts::Message(MessageFacts::Posted(_))) => self.message(item),
            Some(Facts::Task(facts)) => self.task(item, &facts),
            Some(Facts::Lease(LeaseFacts::Taken(taken)))
                if taken.holder == self.who && self.open() =>
            {
                self.leases.insert(item.seq, (taken.paths, taken.until));
            }
            Some(Facts::Lease(LeaseFacts::Released(released))) => {
                self.leases.remove(&released.lease);
            }
            Some(Facts::File(FileFacts::Put(put))) if self.own(item) => {
                if let Some(body) = item.said(&put).plain() {
                    self.files.insert(body.path, (item.seq, put.version));
                }
            }
            Some(Facts::Context(ContextFacts::Set(set))) if self.own(item) => {
                let value = words(item, &set, |body| body.value.to_string());
                self.decisions
                    .push((item.seq, format!("set {} = {value}", set.key)));
            }
            Some(Facts::Approval(facts)) => self.approval(item, &facts),
            Some(Facts::Participant(ParticipantFacts::Registered(made)))
                if made.parent == Some(self.who) && self.open() =>
            {
                self.made.push((item.seq, made.handle));
            }
            _ => {}
        }
    }

    fn open(&self) -> bool {
        self.began && self.ended.is_none()
    }

    /// Whether the session did it, as far as the log tells: its participant, while it was there.
    fn own(&self, item: &StreamItem) -> bool {
        self.open() && item.from.as_ref().is_some_and(|from| from.id == self.who)
    }

    fn session(&mut self, item: &StreamItem, facts: &SessionFacts) {
        match facts {
            SessionFacts::Opened(opened) if opened.session == self.session => self.began = true,
            SessionFacts::Opened(opened) => {
                self.back |= self.ended.is_some() && opened.participant == self.who
            }
            SessionFacts::Closed(closed) if closed.session == self.session => {
                self.ended = Some(item.seq)
            }
            SessionFacts::Closed(_) => {}
        }
    }

    fn message(&mut self, item: &StreamItem) {
        let Some(message) = item.message().filter(|message| !message.redacted) else {
            return;
        };
        let text = message.text.to_string();
        if self.own(item) {
            if let Some(asked) = message.reply_to.and_then(|to| self.asked.get_mut(&to)) {
                asked.answered = true;
            }
            let decided = sentences(&text).filter(|sentence| decides(sentence));
            self.decisions
                .extend(decided.map(|sentence| (item.seq, sentence.to_owned())));
            self.first_words
                .get_or_insert_with(|| (item.seq, text.clone()));
            if self.words.len() == WORDS_MAX {
                self.words.remove(0);
            }
            self.words.push((item.seq, text));
        } else if message.mentions.contains(&self.who) {
            let asked = Asked {
                seq: item.seq,
                by: message.from.handle.clone(),
                text,
                answered: false,
            };
            self.asked.insert(message.id, asked);
        }
    }

    fn approval(&mut self, item: &StreamItem, facts: &ApprovalFacts) {
        match facts {
            ApprovalFacts::Requested(asked) if asked.from == self.who && self.open() => {
                let question = words(item, asked, |body| body.question);
                self.questions
                    .insert(asked.approval, (item.seq, question, None));
            }
            ApprovalFacts::Decided(decided) => {
                if let Some((_, _, answer)) = self.questions.get_mut(&decided.approval) {
                    let reason = words(item, decided, |body| body.reason);
                    let word = if decided.approved { "yes" } else { "no" };
                    *answer = Some(format!("{word} {reason}").trim().to_owned());
                }
            }
            _ => {}
        }
    }

    fn task(&mut self, item: &StreamItem, facts: &TaskFacts) {
        let own = self.own(item);
        let (open, who) = (self.open(), self.who);
        let mut end = |task: TaskId, how| {
            if let Some(work) = self.work.get_mut(&task) {
                work.ended = how;
            }
        };
        match facts {
            TaskFacts::Created(created) if own => {
                let work = self.work.entry(created.task).or_default();
                work.given = true;
                work.title = words(item, created, |body| body.title);
            }
            TaskFacts::Taken(taken) if taken.worker == who && open => {
                let work = self.work.entry(taken.task).or_default();
                (work.taken, work.ended) = (Some(item.seq), None);
            }
            TaskFacts::Progressed(progressed) if own => {
                let text = words(item, progressed, |output| output.text);
                if let Some(work) = self.work.get_mut(&progressed.task) {
                    work.progress = Some((item.seq, text));
                }
            }
            TaskFacts::HandedOff(handed) if own => {
                let text = words(item, handed, |output| output.text);
                if let Some(work) = self.work.get_mut(&handed.task) {
                    work.progress = Some((item.seq, text));
                }
            }
            TaskFacts::Finished(finished) => end(finished.task, Some("finished")),
            TaskFacts::Cancelled(cancelled) => end(cancelled.task, Some("cancelled")),
            TaskFacts::Resolved(resolved) => {
                let again = resolved.resolution == Resolution::Retry;
                end(resolved.task, (!again).then_some("resolved"));
            }
            _ => {}
        }
    }

    /// The tasks of which the words are still needed: those that the session took and that were created before it began.
    pub fn wanted(&self) -> Vec<TaskId> {
        let taken = self.work.iter().filter(|(_, work)| work.taken.is_some());
        taken.map(|(task, _)| *task).collect()
    }

    /// What a task asks for.
    pub fn learn(&mut self, detail: &TaskDetail) {
        if let Some(work) = self.work.get_mut(&detail.task.id) {
            let told =
                |words: &Option<mesh_model::Told>| words.as_deref().unwrap_or_default().to_owned();
            work.title = told(&detail.task.title);
            work.prompt = told(&detail.prompt);
        }
    }

    /// Whether its participant has been back since.
    pub fn is_back(&self) -> bool {
        self.back
    }

    /// Where the session ended.
    pub fn ended(&self) -> Option<Seq> {
        self.ended
    }

    /// All of it, the most needed first, within a budget. What each part may have is bounded, so that a long prompt does not
    /// push out what is open.
    pub fn sections(&self, now: Millis, tokens: usize) -> Vec<Section> {
        let mut left = tokens * CHARS_PER_TOKEN;
        let parts = [
            ("Goal", self.goal(), 35),
            ("Open work", self.open_work(), 40),
            ("Decisions", newest(&self.decisions), 50),
            ("Questions", self.open_questions(), 60),
            ("Files and leases", self.touched(now), 60),
            ("Last words", newest(&self.words), 90),
            ("What it set going", self.set_going(), 100),
        ];
        let mut sections = Vec::new();
        for (title, lines, percent) in parts {
            let mut share = left * percent / 100;
            let mut section = Section {
                title,
                lines: Vec::new(),
                left_out: 0,
            };
            for line in lines {
                let line = clipped(&line, LINE_CHARS_MAX.min(share.saturating_sub(1)));
                let cost = line.chars().count() + 1;
                if line.is_empty() || cost > share {
                    section.left_out += 1;
                    continue;
                }
                share -= cost;
                left -= cost;
                section.lines.push(line);
            }
            if !section.lines.is_empty() || section.left_out > 0 {
                left = left.saturating_sub(title.len() + 2);
                sections.push(section);
            }
        }
        sections
    }

    /// What it was to do: its tasks, those that are open first; without one, who asked it first, or its own first words.
    fn goal(&self) -> Vec<String> {
        let mut taken: Vec<(&TaskId, &Work)> = self
            .work
            .iter()
            .filter(|(_, work)| work.taken.is_some())
            .collect();
        taken.sort_by_key(|(_, work)| (work.ended.is_some(), std::cmp::Reverse(work.taken)));
        if !taken.is_empty() {
            let line = |(task, work): &(&TaskId, &Work)| {
                let state = work.ended.unwrap_or("open");
                format!(
                    "task {} ({state}): {}. {}",
                    short(**task),
                    work.title,
                    work.prompt
                )
            };
            return taken.iter().map(line).collect();
        }
        let asked = self
            .asked
            .values()
            .next()
            .map(|asked| (asked.seq, format!("@{} asked: {}", asked.by, asked.text)));
        let first = asked.or_else(|| self.first_words.clone());
        first
            .iter()
            .map(|(seq, text)| format!("[{seq}] {text}"))
            .collect()
    }

    fn open_work(&self) -> Vec<String> {
        let open = self
            .work
            .iter()
            .filter(|(_, work)| work.taken.is_some() && work.ended.is_none());
        let line = |(task, work): (&TaskId, &Work)| {
            let last = match &work.progress {
                Some((seq, text)) => format!("last told at {seq}: {text}"),
                None => "nothing told of it yet".to_owned(),
            };
            format!("task {} {}: {last}", short(*task), work.title)
        };
        open.map(line).collect()
    }

    fn open_questions(&self) -> Vec<String> {
        let approvals = self.questions.values().map(|(seq, question, answer)| {
            let answer = answer.as_deref().unwrap_or("no answer yet");
            format!("[{seq}] it asked: {question} ({answer})")
        });
        let asked = self.asked.values().filter(|asked| !asked.answered);
        let asked =
            asked.map(|asked| format!("[{}] @{} asked it: {}", asked.seq, asked.by, asked.text));
        approvals.chain(asked.rev_collected()).collect()
    }

    fn touched(&self, now: Millis) -> Vec<String> {
        let leases = self.leases.iter().map(|(seq, (paths, until))| {
            let over = if *until <= now.0 { "over" } else { "holds" };
            format!("[{seq}] lease, {over}: {}", paths.join(", "))
        });
        let files = self
            .files
            .iter()
            .map(|(path, (seq, version))| format!("[{seq}] put {path}, version {version}"));
        leases.chain(files).collect()
    }

    fn set_going(&self) -> Vec<String> {
        let made = self
            .made
            .iter()
            .map(|(seq, handle)| format!("[{seq}] registered @{handle}"));
        let given = self.work.iter().filter(|(_, work)| work.given);
        let given = given.map(|(task, work)| {
            let state = work.ended.unwrap_or("open");
            format!("asked for task {} ({state}): {}", short(*task), work.title)
        });
        made.chain(given).collect()
    }
}

trait RevCollected: Iterator + Sized {
    /// The newest first: what the budget leaves out is old.
    fn rev_collected(self) -> std::iter::Rev<std::vec::IntoIter<Self::Item>> {
        self.collect::<Vec<_>>().into_iter().rev()
    }
}

impl<I: Iterator> RevCollected for I {}

fn newest(all: &[(Seq, String)]) -> Vec<String> {
    all.iter()
        .rev()
        .map(|(seq, text)| format!("[{seq}] {text}"))
        .collect()
}

fn words<E: Event>(item: &StreamItem, event: &E, of: impl FnOnce(E::Content) -> String) -> String {
    match item.said(event) {
        ReceivedContent::Plain(content) => of(content),
        ReceivedContent::Enveloped(text) => text,
        ReceivedContent::Erased => "(erased)".to_owned(),
        ReceivedContent::Nothing => String::new(),
    }
}

/// A line of at most so many characters, on one line.
fn clipped(text: &str, most: usize) -> String {
    let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one.chars().count() <= most {
        return one;
    }
    if most < 40 {
        return String::new();
    }
    let cut: String = one.chars().take(most - 2).collect();
    format!("{cut} …")
}
