//! One thing that waits for the reader, with everything that its answer would carry out. Nothing of it is cut, and a yes counts
//! only once its end was on the screen.

use mesh_model::api::{Alert, ApprovalView, TaskDetail};
use mesh_model::{ApprovalId, Millis, Seq, TaskId};
use serde_json::{Map, Value};

use crate::paint::{Line, Tone, trust_mark};
use crate::screen::Trouble;
use crate::text::{exact, folded, wrap};
use crate::words::span;

/// Rows of the dialog that are not its words: heading, end, keys, notice.
pub const FRAME_ROWS: u16 = 4;

/// What waits.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A question.
    Approval(Box<ApprovalView>),
    /// Something is wrong.
    Alert(Box<Alert>),
}

/// The task that a question is about.
#[derive(Debug, Clone)]
enum Task {
    /// It is about none.
    None,
    /// It was asked for.
    Asked,
    /// All of it.
    Known(Box<TaskDetail>),
    /// The node does not tell it.
    Untold(String),
}

/// What the reader looks at before answering.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What waits: as it was when it was opened, whatever the list shows by now.
    pub subject: Subject,
    task: Task,
    /// The first line in sight.
    pub first: usize,
    seen: bool,
    /// It waits no more, and why.
    pub closed: Option<String>,
    /// An answer is on its way.
    pub asking: bool,
    size: (u16, u16),
}

impl Decision {
    /// Opens it. Gives the task that has to be asked for.
    pub fn open(subject: Subject, size: (u16, u16)) -> (Decision, Option<TaskId>) {
        let task = match &subject {
            Subject::Approval(approval) => approval.task,
            Subject::Alert(_) => None,
        };
        let mut decision = Decision {
            subject,
            task: task.map_or(Task::None, |_| Task::Asked),
            first: 0,
            seen: false,
            closed: None,
            asking: false,
            size,
        };
        decision.look();
        (decision, task)
    }

    /// The approval that it is about.
    pub fn id(&self) -> Option<ApprovalId> {
        match &self.subject {
            Subject::Approval(approval) => Some(approval.id),
            Subject::Alert(_) => None,
        }
    }

    /// The alert that it is about.
    pub fn alert(&self) -> Option<Seq> {
        match &self.subject {
            Subject::Approval(_) => None,
            Subject::Alert(alert) => Some(alert.alert),
        }
    }

    /// It waits no more.
    pub fn close(&mut self, how: String) {
        self.closed = Some(how);
    }

    /// The task was told.
    pub fn learn(&mut self, task: TaskId, found: Result<TaskDetail, Trouble>, size: (u16, u16)) {
        let ours = matches!(&self.subject, Subject::Approval(one) if one.task == Some(task));
        if ours {
            self.task = match found {
                Ok(detail) => Task::Known(Box::new(detail)),
                Err(why) => Task::Untold(why.words),
            };
            // There is more to see than before.
            self.seen = false;
            self.resized(size);
        }
    }

    /// The terminal has another size.
    pub fn resized(&mut self, size: (u16, u16)) {
        self.size = size;
        self.scroll(0);
    }

    /// Moves what is in sight.
    pub fn scroll(&mut self, by: isize) {
        let most = self.lines(self.size.0).len().saturating_sub(self.rows());
        self.first = self.first.saturating_add_signed(by).min(most);
        self.look();
    }

    /// How many lines are in sight.
    pub fn rows(&self) -> usize {
        usize::from(self.size.1.saturating_sub(FRAME_ROWS))
    }

    fn look(&mut self) {
        let whole = self.first + self.rows() >= self.lines(self.size.0).len();
        self.seen |= whole && self.rows() > 0 && !matches!(self.task, Task::Asked);
    }

    /// How many lines are below those in sight.
    pub fn below(&self) -> usize {
        let lines = self.lines(self.size.0).len();
        lines.saturating_sub(self.first + self.rows())
    }

    /// Why a yes does not count yet.
    pub fn unseen(&self) -> Option<String> {
        match (&self.task, &self.closed) {
            (_, Some(closed)) => Some(format!("{closed}; nothing was answered.")),
            (Task::Asked, _) => {
                Some("The task is still being fetched; nothing was answered.".to_owned())
            }
            (Task::Untold(why), _) if self.is_gate() => {
                Some(format!("What would begin cannot be shown: {why}"))
            }
            _ if self.seen => None,
            _ => Some(format!(
                "{} more below. Scroll to the end first; nothing was answered.",
                crate::words::count(self.below(), "line", "lines")
            )),
        }
    }

    /// The node itself asks before a task begins, without words of its own: what would run is the task.
    fn is_gate(&self) -> bool {
        matches!(&self.subject, Subject::Approval(one) if one.question.is_none() && one.task.is_some())
    }

    /// The heading.
    pub fn heading(&self, now: Millis) -> String {
        match &self.subject {
            Subject::Approval(one) => {
                let left = one.until.since(now);
                let left = if left > 0 {
                    format!("{} left", span(left))
                } else {
                    "its time is over".to_owned()
                };
                format!("@{} asks · {left}", one.from.handle)
            }
            Subject::Alert(one) => format!("Since {}", span(now.since(one.since))),
        }
    }

    /// All of it, in lines of so many columns.
    pub fn lines(&self, columns: u16) -> Vec<Line> {
        let room = usize::from(columns).saturating_sub(4);
        let mut lines = Vec::new();
        match &self.subject {
            Subject::Approval(approval) => self.question(approval, room, &mut lines),
            Subject::Alert(alert) => told(alert, room, &mut lines),
        }
        lines
    }

    fn question(&self, approval: &ApprovalView, room: usize, lines: &mut Vec<Line>) {
        let from = &approval.from;
        let who = Line::of(Tone::of(from.kind), format!("@{}", from.handle));
        let mut who = who.and(Tone::Quiet, format!(" {}", from.kind.name()));
        if let Some(mark) = trust_mark(from.trust) {
            who = who.and(Tone::Warning, format!("  [{mark}]"));
        }
        lines.push(who);
        let question = match &approval.question {
            Some(question) => exact(question),
            None if self.is_gate() => "May this task begin?".to_owned(),
            None => "The words of this question were erased.".to_owned(),
        };
        for part in wrap(&question, room.saturating_sub(2)) {
            lines.push(Line::of(Tone::Quiet, "│ ").and(Tone::Strong, part));
        }
        if approval.enveloped || from.trust < mesh_model::events::Trust::Local {
            let words = "! From outside this mesh: these words are data. Judge what would be done, not what they say.";
            for (_, part) in folded(words, room) {
                lines.push(Line::of(Tone::Warning, part));
            }
        }
        if let Some(detail) = &approval.detail {
            lines.push(Line::default());
            lines.push(Line::of(Tone::Quiet, "What would be done, to the letter:"));
            fields(detail, room, lines);
        }
        self.about(room, lines);
    }

    fn about(&self, room: usize, lines: &mut Vec<Line>) {
        match &self.task {
            Task::None => {}
            Task::Asked => lines.push(Line::of(Tone::Quiet, "The task is being fetched …")),
            Task::Untold(why) => {
                for (_, part) in folded(&format!("The task is not shown: {why}"), room) {
                    lines.push(Line::of(Tone::Warning, part));
                }
            }
            Task::Known(detail) => {
                lines.push(Line::default());
                let title = detail.task.title.as_deref().unwrap_or("(erased)");
                lines.push(Line::of(Tone::Quiet, "The task, to the letter:"));
                verbatim(&exact(title), Tone::Strong, room, lines);
                let prompt = detail.prompt.as_deref().unwrap_or("(erased)");
                verbatim(&exact(prompt), Tone::Plain, room, lines);
                if let Some(model) = &detail.model {
                    verbatim(
                        &format!("model: {}", exact(model)),
                        Tone::Plain,
                        room,
                        lines,
                    );
                }
                if let Some(input) = &detail.input {
                    lines.push(Line::of(Tone::Quiet, "Data that goes with it:"));
                    fields(input, room, lines);
                }
            }
        }
    }
}

fn told(alert: &Alert, room: usize, lines: &mut Vec<Line>) {
    let sign = format!("{:?}: ", alert.severity).to_uppercase();
    verbatim(
        &format!("{sign}{}", exact(&alert.title)),
        Tone::Strong,
        room,
        lines,
    );
    lines.push(Line::default());
    lines.push(Line::of(
        Tone::Plain,
        format!(
            "It happened {}.",
            crate::words::count(alert.count as usize, "time", "times")
        ),
    ));
    let places: Vec<String> = alert.evidence.iter().map(|seq| seq.to_string()).collect();
    if !places.is_empty() {
        let words = format!("Places in the log that say so: {}", places.join(", "));
        verbatim(&words, Tone::Plain, room, lines);
    }
    if alert.escalated {
        lines.push(Line::of(
            Tone::Warning,
            "Nobody knew of it in time, so more people were told.",
        ));
    }
}

/// Each field under its name; texts as they are, everything else as JSON.
fn fields(object: &Map<String, Value>, room: usize, lines: &mut Vec<Line>) {
    for (name, value) in object {
        for (_, part) in folded(&format!("{}:", exact(name)), room) {
            lines.push(Line::of(Tone::Quiet, part));
        }
        let words = match value {
            Value::String(text) => exact(text),
            other => exact(&format!("{other:#}")),
        };
        verbatim(&words, Tone::Plain, room, lines);
    }
}

/// Words to the letter. A line that goes on because the screen ends has another edge than one that the words begin.
fn verbatim(words: &str, tone: Tone, room: usize, lines: &mut Vec<Line>) {
    for (more, part) in folded(words, room.saturating_sub(2)) {
        let edge = if more { "┆ " } else { "│ " };
        lines.push(Line::of(Tone::Quiet, edge).and(tone, part));
    }
}
