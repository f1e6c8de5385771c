//! Rooms, participants, memories, approvals, the node, and what has no more of an answer than that it was done.

use mesh_model::api::{
    ApprovalAsked, Done, Guide, List, MemoryStored, MemoryView, Participant, PresenceState,
    PresenceTold, Room, Status,
};
use mesh_model::events::{RoomAccess, Trust};
use mesh_model::ops::{
    ApprovalAsk, EventPublish, MemorySearch, MemorySet, MeshGuide, ParticipantList, PresenceSet,
    RoomJoin, RoomList, StatusGet,
};
use mesh_model::{TaskId, Told};
use serde_json::Value;

use super::page::{Page, listed, moment, one_line, word};
use super::{Around, Compact};

impl Compact<RoomJoin> for Done {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        page.line("joined; mesh_read shows what was said");
    }
}

impl Compact<EventPublish> for Done {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        page.line(format!("published at {}", self.seq));
    }
}

impl Compact<RoomList> for List<Room> {
    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        if self.items.is_empty() {
            page.line("no rooms");
        }
        for room in &self.items {
            let unread = match (room.unread, room.unread_mentions) {
                (0, _) => String::new(),
                (unread, 0) => format!("{unread} unread"),
                (unread, named) => format!("{unread} unread, {named} of them for you"),
            };
            let members = match &room.with {
                Some(_) => "direct".to_owned(),
                None => format!("{} members", room.members),
            };
            let private = room.access == RoomAccess::Private && room.with.is_none();
            let facts = listed([
                members.as_str(),
                if private { "private" } else { "" },
                if room.member { "" } else { "you are not in it" },
                if room.archived { "archived" } else { "" },
                &unread,
            ]);
            let head = format!("{} {facts}", around.names.room(room.id));
            about(&head, &[&room.topic], page);
        }
    }
}

impl Compact<ParticipantList> for List<Participant> {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        if self.items.is_empty() {
            page.line("nobody");
        }
        for who in &self.items {
            let trust = Some(who.trust).filter(|trust| *trust != Trust::Local);
            let facts = listed([
                word(who.kind).as_str(),
                &trust.map(word).unwrap_or_default(),
                &present(&who.presence),
                if who.disabled { "disabled" } else { "" },
                &who.roles.join(" "),
                &groups(&who.groups),
            ]);
            let profile = &who.profile;
            let skills: Vec<&str> = profile.skills.iter().map(|skill| &**skill).collect();
            let skills = if skills.is_empty() {
                Told::default()
            } else {
                Told::composed(format!("can: {}", skills.join(", ")))
            };
            let summary = who.presence.summary.clone().unwrap_or_default();
            let head = format!("@{} {facts}", who.handle);
            let words = [&summary, &profile.display_name, &profile.about, &skills];
            about(&head, &words, page);
        }
    }
}

/// A line with what somebody says in it. An envelope does not fit into one: who wants it asks for the whole.
fn about(head: &str, words: &[&Told], page: &mut Page) {
    let said = words.iter().filter(|words| !words.is_empty());
    let (sealed, plain): (Vec<&Told>, Vec<&Told>) = said.partition(|words| words.is_enveloped());
    let left_out = if sealed.is_empty() {
        ""
    } else {
        " (a stranger's words about it are left out)"
    };
    let plain: Vec<String> = plain.into_iter().map(|words| one_line(words)).collect();
    if plain.is_empty() {
        page.line(format!("{head}{left_out}"));
    } else {
        page.said(&format!("{head}{left_out}"), &plain.join("; "));
    }
}

fn groups(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("group:{name}")).collect();
    names.join(" ")
}

fn present(presence: &PresenceTold) -> String {
    match (presence.state, presence.last_seen) {
        (PresenceState::Offline, Some(at)) => format!("offline since {}", moment(at)),
        (state, _) => word(state),
    }
}

impl Compact<PresenceSet> for PresenceTold {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        match &self.summary {
            Some(summary) => page.said(&present(self), &one_line(summary)),
            None => page.line(present(self)),
        }
    }
}

impl Compact<MemorySet> for MemoryStored {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        page.line("remembered");
    }
}

impl Compact<MemorySearch> for List<MemoryView> {
    fn tasks(&self) -> Vec<TaskId> {
        self.items.iter().filter_map(|memory| memory.task).collect()
    }

    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        if self.items.is_empty() {
            page.line("nothing found");
        }
        for memory in &self.items {
            let rooms: Vec<_> = memory
                .labels
                .iter()
                .map(|room| around.names.room(*room))
                .collect();
            let task = memory
                .task
                .map(|task| format!("from {}", around.task(task)));
            let labels = if rooms.is_empty() {
                String::new()
            } else {
                format!("holds words of {}", rooms.join(" "))
            };
            let facts = listed([
                word(memory.source).as_str(),
                &task.unwrap_or_default(),
                &labels,
            ]);
            page.line(format!("memory {} {facts}", moment(memory.at)));
            page.block(&format!("{}: {}", one_line(&memory.key), memory.text));
        }
    }
}

impl Compact<MeshGuide> for Guide {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        // The words of others in it have no lines of their own.
        self.text.lines().for_each(|line| page.line(line));
    }
}

impl Compact<StatusGet> for Status {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        let log = match (&self.log.problem, self.log.writable) {
            (None, true) => format!("log verified up to {} of {}", self.log.verified, self.head),
            (Some(_), _) => "log DAMAGED".to_owned(),
            (None, false) => "log takes nothing new".to_owned(),
        };
        page.said(
            &format!(
                "version {}, up since {}, {} present ({} agents) of {}, {} rooms, {log}, mesh",
                self.version,
                moment(self.started_at),
                self.present,
                self.agents_present,
                self.participants,
                self.rooms
            ),
            &one_line(&self.name),
        );
        if let Some(problem) = &self.log.problem {
            page.said("the log", &one_line(problem));
        }
    }
}

impl Compact<ApprovalAsk> for ApprovalAsked {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        page.line(format!(
            "asked until {}; the answer: mesh_call",
            moment(self.until)
        ));
        page.line(format!(
            r#"{{"operation":"approval.get","input":{{"approval":"{}","wait_ms":30000}}}}"#,
            self.id
        ));
    }
}
