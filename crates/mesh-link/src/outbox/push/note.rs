//! What a browser is told: who wants something of its person, and where. Words only if the person chose so and the room lets them
//! out; what is behind it is read in the page.

use mesh_model::api::{AlertRoutes, Attention, Hears, StreamItem};
use mesh_model::events::{
    AfterFailure, AlertCause, AlertEscalated, AlertFacts, AlertRaised, AlertSeverity,
    ApprovalFacts, ApprovalRequested, Event as _, Facts, MessagePosted, Priority, RoomKind,
    TaskAttemptFailed, TaskFacts, Trust,
};
use mesh_model::{ApprovalId, Millis, ParticipantId, RoomId, Seq, TaskId};
use mesh_ops::{Access, Door, Gathered};
use serde_json::{Value, json};

/// The events of which something may be told.
pub(super) const KINDS: [&str; 5] = [
    AlertRaised::KIND,
    AlertEscalated::KIND,
    MessagePosted::KIND,
    ApprovalRequested::KIND,
    TaskAttemptFailed::KIND,
];
/// As much of somebody's words as a notification shows.
const WORDS_MAX: usize = 140;
/// What nobody answered or read for so long is not told any more, seconds.
const STALE_SECS: u64 = 12 * 60 * 60;

/// What has to be true still for a note to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A message is unread.
    Message(Seq),
    /// A question waits for an answer, and how long.
    Approval(ApprovalId, Millis),
    /// A task waits for a person, or has failed.
    Task(TaskId),
    /// An alert is open, and nobody knows of it.
    Alert(Seq),
    /// Alerts that were gathered are open, and nobody knows of them.
    Gathered,
    /// Somebody tries whether it works.
    Test,
}

/// One notification. A later one with the same tag takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub tag: String,
    pub about: About,
    pub title: String,
    pub body: String,
    /// Where in the page it leads.
    pub path: String,
    /// How many it stands for.
    pub count: u32,
    /// It comes in quiet hours too, if its person wants that of what is urgent.
    pub urgent: bool,
}

/// Who is told.
#[derive(Debug)]
pub(super) struct For {
    pub who: ParticipantId,
    /// Whether that person wants words to be shown.
    pub words: bool,
    /// What it wants to hear.
    pub attention: Attention,
    /// By which ways it is told of alerts.
    pub routes: AlertRoutes,
}

impl Note {
    /// What to tell of an event, if anything.
    pub fn of(door: &Door, to: &For, item: &StreamItem) -> Option<Note> {
        let access = door.node().access();
        if let Some(Facts::Alert(facts)) = item.event() {
            return alert(door, to, item.seq, &facts);
        }
        if item.from.as_ref().is_some_and(|from| from.id == to.who) {
            return None;
        }
        match item.event()? {
            Facts::Approval(ApprovalFacts::Requested(asked)) => {
                question(door, &access, to, item, &asked)
            }
            Facts::Task(TaskFacts::AttemptFailed(failed)) => task(door, &access, to, &failed),
            _ => message(&access, to, item),
        }
    }

    /// What was gathered, told together.
    pub fn gathered(found: &Gathered) -> Note {
        let title = match found.count {
            1 => "1 alert waits for you".to_owned(),
            count => format!("{count} alerts wait for you"),
        };
        Note {
            tag: "alerts".to_owned(),
            about: About::Gathered,
            title,
            body: "None of them is critical".to_owned(),
            path: "/inbox".to_owned(),
            count: 1,
            urgent: false,
        }
    }

    pub fn test() -> Note {
        Note {
            tag: "test".to_owned(),
            about: About::Test,
            title: "The Mesh reaches this browser".to_owned(),
            body: "What waits for you is told here, also while no page is open.".to_owned(),
            path: "/settings/notifications".to_owned(),
            count: 1,
            urgent: true,
        }
    }

    /// Takes the place of an earlier one that was not told yet.
    pub fn after(mut self, earlier: &Note) -> Note {
        self.count = earlier.count.saturating_add(1);
        self.urgent |= earlier.urgent;
        self
    }

    /// How soon it has to be there, as RFC 8030 has it.
    pub fn urgency(&self) -> &'static str {
        match self.about {
            About::Approval(..) | About::Test => "high",
            About::Alert(_) if self.urgent => "high",
            About::Message(_) | About::Task(_) | About::Alert(_) | About::Gathered => "normal",
        }
    }

    /// For how long its service keeps it for a browser that is away, seconds; nothing if its time is over.
    pub fn keeps(&self, now: Millis) -> Option<u64> {
        match self.about {
            About::Approval(_, until) => Some(until.since(now) / 1000).filter(|left| *left > 0),
            About::Message(_) | About::Task(_) | About::Alert(_) | About::Gathered => {
                Some(STALE_SECS)
            }
            About::Test => Some(60),
        }
    }

    /// What the page's worker gets.
    pub fn payload(&self) -> Value {
        let mut payload = json!({
            "tag": self.tag,
            "title": self.title,
            "body": self.body,
            "path": self.path,
        });
        if self.count > 1 {
            payload["body"] = json!(format!("{} (and {} more)", self.body, self.count - 1));
        }
        if let About::Approval(id, until) = self.about {
            payload["approval"] = json!({"id": id, "until": until});
        }
        payload
    }
}

fn message(access: &Access, to: &For, item: &StreamItem) -> Option<Note> {
    let message = item.message()?;
    let room = access.room(message.room)?;
    let direct = room.kind == RoomKind::Direct;
    let named = direct || message.mentions.contains(&to.who);
    let hears = to
        .attention
        .rooms
        .iter()
        .find(|one| one.room == message.room);
    let wanted = match hears.map(|one| one.hears) {
        Some(Hears::All) => true,
        Some(Hears::Nothing) => false,
        Some(Hears::Mentions) | None => named,
    };
    if !wanted {
        return None;
    }
    let from = &message.from.handle;
    let (title, place) = match &room.name {
        Some(name) if !direct => (format!("{from} in #{name}"), format!("/r/{name}")),
        _ => (from.clone(), format!("/dm/{from}")),
    };
    let plain = match (direct, named) {
        (true, _) => "wrote to you",
        (false, true) => "mentions you",
        (false, false) => "wrote something",
    };
    let labels = message.labels.iter().copied();
    let shown = may_show(access, to, labels.chain([message.room]), message.trust);
    let words = shown.then(|| line(&message.text)).flatten();
    Some(Note {
        tag: format!("room {}", message.room),
        about: About::Message(item.seq),
        title,
        body: words.unwrap_or_else(|| plain.to_owned()),
        path: format!("{place}/m/{}", message.id),
        count: 1,
        urgent: message.priority == Priority::Now,
    })
}

fn question(
    door: &Door,
    access: &Access,
    to: &For,
    item: &StreamItem,
    asked: &ApprovalRequested,
) -> Option<Note> {
    if !door.waits_for_answer(to.who, asked.approval) {
        return None;
    }
    let from = access.participant(asked.from)?;
    let trust = access.trust_of(asked.from, false);
    let shown = may_show(access, to, [asked.room], trust);
    let words = item
        .said(asked)
        .plain()
        .filter(|_| shown)
        .and_then(|body| line(&body.question));
    Some(Note {
        tag: format!("approval {}", asked.approval),
        about: About::Approval(asked.approval, Millis(asked.until)),
        title: format!("{} asks{}", from.handle, within(access, asked.room)),
        body: words.unwrap_or_else(|| "Work waits for your answer".to_owned()),
        path: format!("/approvals?ask={}", asked.approval),
        count: 1,
        urgent: true,
    })
}

fn task(door: &Door, access: &Access, to: &For, failed: &TaskAttemptFailed) -> Option<Note> {
    let what = match failed.next {
        AfterFailure::Person => "A task waits for a person",
        AfterFailure::Fail => "A task of yours has failed",
        AfterFailure::Retry { .. } | AfterFailure::Escalate { .. } => return None,
    };
    if !door.task_waits_for(to.who, failed.task) {
        return None;
    }
    Some(Note {
        tag: format!("task {}", failed.task),
        about: About::Task(failed.task),
        title: format!("{what}{}", within(access, failed.room)),
        body: "Its page says what happened and what can be done".to_owned(),
        path: format!("/task/{}", failed.task),
        count: 1,
        urgent: false,
    })
}

/// Of a person's own matter, or of one for which it leads and that nobody has acknowledged in time.
fn alert(door: &Door, to: &For, seq: Seq, facts: &AlertFacts) -> Option<Note> {
    let (alert, cause, severity) = match facts {
        AlertFacts::Raised(it) if it.push => (seq, it.cause, it.severity),
        AlertFacts::Escalated(it) if it.push => (it.alert, it.cause, it.severity),
        _ => return None,
    };
    let gathered = to.routes.digest.is_some() && severity < AlertSeverity::Critical;
    if gathered || !to.routes.push.takes(severity) || !door.alert_tells(to.who, alert) {
        return None;
    }
    Some(Note {
        tag: format!("alert {alert}"),
        about: About::Alert(alert),
        title: door.alert_title(cause),
        body: match cause {
            AlertCause::Test { .. } => "Alerts reach you here".to_owned(),
            _ => "Say that you know of it, and nobody else is told".to_owned(),
        },
        path: "/inbox".to_owned(),
        count: 1,
        urgent: severity == AlertSeverity::Critical,
    })
}

fn within(access: &Access, room: RoomId) -> String {
    let name = access.room(room).and_then(|room| room.name.clone());
    name.map(|name| format!(" in #{name}")).unwrap_or_default()
}

/// Whether words of these rooms may stand in a notification. Strangers' may not: nobody looks twice at those.
fn may_show(
    access: &Access,
    to: &For,
    rooms: impl IntoIterator<Item = RoomId>,
    trust: Trust,
) -> bool {
    let mut rooms = rooms.into_iter();
    to.words && trust >= Trust::Local && rooms.all(|room| access.may_take_out(room, to.who))
}

/// The first line of a text that says something, cut where it gets long.
fn line(text: &str) -> Option<String> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut cut: String = first
        .chars()
        .filter(|c| !c.is_control())
        .take(WORDS_MAX)
        .collect();
    if first.chars().count() > WORDS_MAX {
        cut.push('…');
    }
    Some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_shown_and_no_more() {
        assert_eq!(line("\n  \n hello \nworld").unwrap(), "hello");
        assert_eq!(line(" \n"), None);
        let long = line(&"ä".repeat(500)).unwrap();
        assert_eq!(long.chars().count(), WORDS_MAX + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_question_is_kept_for_as_long_as_it_waits() {
        let id = ApprovalId(Default::default());
        let note = Note {
            about: About::Approval(id, Millis(90_000)),
            ..Note::test()
        };
        assert_eq!(note.keeps(Millis(30_000)), Some(60));
        assert_eq!(note.keeps(Millis(90_000)), None);
        let twice = note.clone().after(&note);
        assert_eq!(twice.count, 2);
        let body = twice.payload()["body"].as_str().unwrap().to_owned();
        assert!(body.ends_with("(and 1 more)"), "{body}");
    }
}
