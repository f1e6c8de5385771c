//! Messages: a heading a room and day, a line a message. Who somebody is stands where it speaks first.

use std::collections::BTreeSet;

use mesh_model::api::{
    Attachment, Inbox, InboxAckInput, InboxPosition, List, Message, Page as Pages, Posted,
    SearchHit,
};
use mesh_model::events::{Priority, Trust};
use mesh_model::ops::{InboxAck, InboxList, MessageList, MessageSearch, MessageSend};
use mesh_model::{MessageId, ParticipantId, Seq};
use serde_json::{Value, json};

use super::page::{Page, clock, day, listed, one_line, word};
use super::{Around, Compact};

impl Compact<InboxList> for Inbox {
    fn write(&self, input: &Value, around: &Around, page: &mut Page) {
        if self.items.is_empty() {
            page.line("nothing waits");
            return;
        }
        write_all(&self.items, around, page);
        let shown = self.items.len();
        match self.waiting {
            all if all as usize == shown => {}
            all => page.line(format!("{shown} shown of {all} that wait")),
        }
        let only = input["mentions_only"] == true;
        let ack = serde_json::to_string(&json!(taken_by(self, only))).unwrap_or_default();
        page.line(format!("taken in: mesh_ack {ack}"));
    }
}

/// What acknowledges what is shown and nothing else. Urgent messages come first, whatever their age, so the
/// newest place may lie beyond messages that are not shown.
fn taken_by(inbox: &Inbox, only_mentions: bool) -> InboxAckInput {
    let whole = inbox.waiting as usize == inbox.items.len();
    let in_order = inbox
        .items
        .iter()
        .filter(|message| whole || message.priority != Priority::Now);
    match in_order
        .map(|message| message.seq)
        .max()
        .filter(|_| !only_mentions)
    {
        Some(upto) => InboxAckInput {
            upto: Some(upto),
            seqs: Vec::new(),
        },
        None => InboxAckInput {
            upto: None,
            seqs: inbox.items.iter().map(|message| message.seq).collect(),
        },
    }
}

impl Compact<InboxAck> for InboxPosition {
    fn write(&self, _: &Value, _: &Around, page: &mut Page) {
        match self.above {
            0 => page.line(format!("taken in up to {}", self.position)),
            above => page.line(format!(
                "taken in up to {} and {above} later ones",
                self.position
            )),
        }
    }
}

impl Compact<MessageSend> for Posted {
    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        let room = around.names.room(self.room);
        if self.quarantined {
            page.line(format!(
                "{} waits for a moderator of {room}: the guard takes it for an attack on agents; nobody else sees it yet",
                self.id
            ))
        } else {
            page.line(format!("{} posted in {room}", self.id))
        }
    }
}

impl Compact<MessageList> for Pages<Message> {
    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        if self.items.is_empty() {
            page.line("no messages");
        }
        write_all(&self.items, around, page);
        bounds(self.prev, self.next, page);
    }
}

/// How to get what comes before and after a page.
pub(super) fn bounds(prev: Option<Seq>, next: Option<Seq>, page: &mut Page) {
    let older = prev
        .map(|at| format!("older: before={at}"))
        .unwrap_or_default();
    let newer = next
        .map(|at| format!("newer: after={at}"))
        .unwrap_or_default();
    let line = listed([older.as_str(), newer.as_str()]);
    if !line.is_empty() {
        page.line(line);
    }
}

impl Compact<MessageSearch> for List<SearchHit> {
    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        if self.items.is_empty() {
            page.line("nothing found");
            return;
        }
        let messages: Vec<_> = self.items.iter().map(|found| &found.message).collect();
        let mut met = BTreeSet::new();
        for group in grouped(&messages) {
            heading(group[0], around, page);
            for message in group {
                let found = self
                    .items
                    .iter()
                    .find(|found| found.message.seq == message.seq);
                // Of what comes in an envelope there are no pieces.
                match found.filter(|found| !found.snippet.is_empty() && !message.enveloped) {
                    Some(found) => {
                        page.said(&head(message, around, &mut met), &one_line(&found.snippet))
                    }
                    None => write(message, around, &mut met, page),
                }
            }
        }
        page.line(
            r#"a whole message: mesh_call {"operation":"message.get","input":{"message":"m1"}}"#,
        );
    }
}

fn write_all(messages: &[Message], around: &Around, page: &mut Page) {
    let messages: Vec<_> = messages.iter().collect();
    let mut met = BTreeSet::new();
    for group in grouped(&messages) {
        heading(group[0], around, page);
        for message in group {
            write(message, around, &mut met, page);
        }
    }
}

/// The messages of one room and day together, in the order in which they came.
fn grouped<'a>(messages: &[&'a Message]) -> Vec<Vec<&'a Message>> {
    let mut groups: Vec<Vec<&Message>> = Vec::new();
    for message in messages {
        let same = |group: &&mut Vec<&Message>| {
            group[0].room == message.room && day(group[0].at) == day(message.at)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(message),
            None => groups.push(vec![message]),
        }
    }
    groups
}

fn heading(message: &Message, around: &Around, page: &mut Page) {
    page.line(format!(
        "{} {}",
        around.names.room(message.room),
        day(message.at)
    ));
}

/// `m38 06:12 ana (human, owner; to m12)`: what there is besides the words.
fn head(message: &Message, around: &Around, met: &mut BTreeSet<ParticipantId>) -> String {
    let from = &message.from;
    let who = if met.insert(from.id) {
        // That somebody is of this node is the rule and goes without saying.
        let trust = Some(from.trust).filter(|trust| *trust != Trust::Local);
        listed([
            word(from.kind).as_str(),
            &trust.map(word).unwrap_or_default(),
        ])
    } else {
        String::new()
    };
    let mut facts = vec![who];
    facts.extend(besides(message, around));
    facts.retain(|fact| !fact.is_empty());
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!(" ({})", facts.join("; "))
    };
    format!(
        "{} {} {}{facts}",
        message.id,
        clock(message.at),
        from.handle
    )
}

/// What is not so with most messages.
fn besides(message: &Message, around: &Around) -> Vec<String> {
    let named =
        |what: &str, id: Option<MessageId>| id.map(|id| format!("{what} {id}")).unwrap_or_default();
    let flag = |set: bool, what: &str| if set { what.to_owned() } else { String::new() };
    let thread = message
        .thread
        .filter(|first| *first != message.id && Some(*first) != message.reply_to);
    let signed = match &message.signed {
        None => "",
        Some(signed) if signed.revoked.is_some() => "signed with a key that was revoked since",
        Some(_) => "signed",
    };
    let guard = message
        .guard
        .as_ref()
        .filter(|found| found.marked && !message.enveloped);
    let rooms: Vec<_> = message
        .labels
        .iter()
        .map(|room| around.names.room(*room))
        .collect();
    let relayed = message.relayed.as_ref().map(|relayed| {
        format!(
            "relayed, said to be by {} at {}",
            quoted(&relayed.sender),
            quoted(&relayed.origin)
        )
    });
    vec![
        match message.priority {
            Priority::Next => String::new(),
            other => word(other),
        },
        named("to", message.reply_to),
        named("thread", thread),
        flag(message.command, "command"),
        flag(message.closing, "end of its turn"),
        message.scheduled.as_ref().map_or_else(String::new, |by| {
            format!("by schedule {}, due {}", by.name, by.due)
        }),
        signed.to_owned(),
        relayed.unwrap_or_default(),
        if rooms.is_empty() {
            String::new()
        } else {
            format!("holds words of {}", rooms.join(" "))
        },
        match guard {
            Some(found) => format!("the guard doubts it: {}", found.reasons.join(" ")),
            None => String::new(),
        },
        match &message.released {
            Some(released) => format!(
                "a moderator released it; by {}",
                around.names.participant(released.author)
            ),
            None => String::new(),
        },
        match message.replies {
            0 => String::new(),
            replies => format!("{replies} in its thread"),
        },
        flag(message.edited_at.is_some(), "edited"),
        reactions(message),
    ]
}

/// `👍2 🎉1`
fn reactions(message: &Message) -> String {
    let kinds = message.reactions.iter();
    let kinds = kinds.map(|kind| format!("{}{}", kind.reaction, kind.count));
    kinds.collect::<Vec<_>>().join(" ")
}

/// Somebody's words among facts of ours: what would end them is left out.
fn quoted(words: &str) -> String {
    let plain: String = one_line(words)
        .chars()
        .filter(|c| !['"', '(', ')', ';'].contains(c))
        .collect();
    format!("\"{plain}\"")
}

/// What a file is, and how it is read. A stranger's name for it stands in an envelope below.
fn write_file(message: &Message, file: &Attachment, page: &mut Page) {
    let about = file.about.as_ref();
    if about.is_none_or(|about| about.redacted) {
        return page.line(format!("  file {file}"));
    }
    let input = json!({"room": message.room, "path": file.file, "version": file.version});
    page.line(format!(
        "  file {}: mesh_call file.get {input}",
        one_line(&file.to_string())
    ));
    if let Some(told) = about.and_then(|about| about.told.as_ref()) {
        page.block(told);
    }
}

fn write(message: &Message, around: &Around, met: &mut BTreeSet<ParticipantId>, page: &mut Page) {
    let head = head(message, around, met);
    if message.redacted || message.deleted {
        let how = if message.redacted {
            "erased"
        } else {
            "deleted"
        };
        page.line(format!("{head} [{how}]"));
        return;
    }
    if message.enveloped {
        page.line(head);
        page.block(&message.text);
    } else {
        page.said(&head, &message.text)
    }
    for quote in &message.quotes {
        let by = quote
            .from
            .map(|id| around.names.participant(id))
            .unwrap_or_default();
        if quote.gone {
            page.line(format!("  quotes {} [erased or deleted]", quote.message))
        } else {
            page.block(&format!("quotes {} {by}: {}", quote.message, quote.text))
        }
    }
    for file in &message.files {
        write_file(message, file, page);
    }
    if let Some(payload) = &message.payload {
        let kind = message.payload_type.as_deref().unwrap_or("payload");
        let json = serde_json::to_string(payload).unwrap_or_default();
        page.block(&format!("{kind}: {json}"));
    }
}
