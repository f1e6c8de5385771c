//! What waits for a person: messages that name it or are direct, questions that it may answer, acts that it may release, invitations
//! that it may accept, alerts that are its own.

use mesh_model::api::{
    ActListInput, ActView, Alert, AlertListInput, ApprovalListInput, ApprovalView, Attention,
    Hears, Invitation, InvitationListInput, Message, MessageRefInput, NoInput, Room, RoomRefInput,
    StreamItem, TaskDetail, TaskRefInput,
};
use mesh_model::events::{
    ActHeld, AlertEscalated, AlertFacts, AlertRaised, AlertSeverity, ApprovalDecided,
    ApprovalExpired, ApprovalFacts, ApprovalRequested, Event as _, Facts, InfluenceFacts,
    MessageDeleted, MessageFacts, MessagePosted, MessageRedacted, Priority, RoomFacts, RoomKind,
    RoomMemberInvited, Trust,
};
use mesh_model::ops::{
    ActList, AlertList, AlertRoutesGet, ApprovalList, AttentionGet, MemberInvitations, MessageGet,
    RoomGet, TaskGet,
};
use mesh_model::{ActHash, ApprovalId, MessageId, ParticipantId, RoomId, Seq};
use mesh_sdk::{Client, Error};
use serde_json::Value;

use crate::chat::hold::What;
use crate::leave::Carrier;
use crate::mesh::seen;
use crate::text::{clean, spelled};

/// The events of which something may be told.
pub(crate) const KINDS: [&str; 10] = [
    ActHeld::KIND,
    AlertEscalated::KIND,
    AlertRaised::KIND,
    ApprovalDecided::KIND,
    ApprovalExpired::KIND,
    ApprovalRequested::KIND,
    MessageDeleted::KIND,
    MessagePosted::KIND,
    MessageRedacted::KIND,
    RoomMemberInvited::KIND,
];

/// Digits of an act's hash that are shown, as `mesh act` takes them.
const ACT_DIGITS: usize = 12;

/// A person's eyes: what the connector looks at and for whom.
#[derive(Debug, Clone)]
pub(crate) struct Eyes {
    pub client: Client,
    pub carrier: Carrier,
    /// The page's address, if a phone reaches it.
    pub page: Option<String>,
}

/// Something to tell.
#[derive(Debug)]
pub(crate) struct Notice {
    pub about: About,
    /// Who wants what, where.
    pub title: String,
    pub words: Words,
    /// Where in the page it is.
    pub link: Option<String>,
    /// It is told although nothing is to disturb.
    pub urgent: bool,
    /// Nothing is to disturb now.
    pub quiet: bool,
}

/// What it is about.
#[derive(Debug)]
pub(crate) enum About {
    Message(Box<Message>),
    Approval(Box<ApprovalView>),
    /// How bad it is, and which.
    Alert(AlertSeverity, Seq),
    /// A program wants something that takes a person's word, because of what it has read.
    Act(Box<ActView>),
    Invitation(Box<Invitation>),
}

impl About {
    /// In one word.
    pub fn word(&self) -> &'static str {
        match self {
            About::Message(_) => "message",
            About::Approval(_) => "approval",
            About::Alert(..) => "alert",
            About::Act(_) => "act",
            About::Invitation(_) => "invitation",
        }
    }
}

/// Words that go with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// They may leave the mesh.
    Shown(String),
    /// They stay: a room's rules say so.
    Stay,
    /// There are none any more.
    Gone,
}

/// What an event means for whoever was told of something before.
#[derive(Debug)]
pub(crate) enum Looked {
    Nothing,
    Tell(Box<Notice>),
    /// A question waits no more: whether it was given, by whom.
    Settled(ApprovalId, String),
    /// Words are gone.
    Erased(MessageId),
}

impl Notice {
    /// Where it is.
    pub fn room(&self) -> Option<RoomId> {
        match &self.about {
            About::Message(message) => Some(message.room),
            About::Approval(question) => Some(question.room),
            About::Act(act) => act.room,
            About::Invitation(invitation) => Some(invitation.room),
            About::Alert(..) => None,
        }
    }
}

impl Eyes {
    /// What of an event is to be told.
    pub async fn look(&self, item: &StreamItem) -> Result<Looked, Error> {
        let tell = |notice: Option<Notice>| {
            notice.map_or(Looked::Nothing, |notice| Looked::Tell(Box::new(notice)))
        };
        match item.event() {
            Some(Facts::Message(MessageFacts::Posted(_))) => self.message(item).await.map(tell),
            Some(Facts::Message(MessageFacts::Redacted(it))) => Ok(Looked::Erased(it.message)),
            Some(Facts::Message(MessageFacts::Deleted(it))) => Ok(Looked::Erased(it.message)),
            Some(Facts::Approval(ApprovalFacts::Requested(it))) => {
                let mut mine = self.questions().await?;
                mine.retain(|question| question.id == it.approval);
                match mine.pop() {
                    Some(question) => self.question(question).await.map(Some).map(tell),
                    None => Ok(Looked::Nothing),
                }
            }
            Some(Facts::Approval(ApprovalFacts::Decided(it))) => {
                let by = item.from.as_ref().map_or("the node", |from| &from.handle);
                let how = if it.approved { "Approved" } else { "Refused" };
                Ok(Looked::Settled(it.approval, format!("{how} by @{by}.")))
            }
            Some(Facts::Approval(ApprovalFacts::Expired(it))) => {
                let how = "Nobody waits for the answer any more.".to_owned();
                Ok(Looked::Settled(it.approval, how))
            }
            Some(Facts::Alert(AlertFacts::Raised(_))) => self.alert(item.seq).await.map(tell),
            Some(Facts::Alert(AlertFacts::Escalated(it))) => self.alert(it.alert).await.map(tell),
            Some(Facts::Influence(InfluenceFacts::Held(it))) => {
                self.act(it.act, it.participant).await.map(tell)
            }
            Some(Facts::Room(RoomFacts::MemberInvited(it))) => {
                self.invitation(it.room, it.participant).await.map(tell)
            }
            _ => Ok(Looked::Nothing),
        }
    }

    async fn attention(&self) -> Result<Attention, Error> {
        let asked = self.client.call::<AttentionGet>(NoInput {}).await;
        // Without the right to ask it is disturbed by everything that it may read.
        Ok(seen(asked)?.unwrap_or(Attention {
            rooms: Vec::new(),
            quiet: None,
            silent_until: None,
            urgent: false,
            held_until: None,
        }))
    }

    fn notice(&self, about: About, title: String, words: Words, path: &str) -> Notice {
        Notice {
            about,
            title,
            words,
            link: self.page.as_ref().map(|page| format!("{page}{path}")),
            urgent: false,
            quiet: false,
        }
    }

    fn within(notice: Notice, attention: &Attention) -> Notice {
        Notice {
            quiet: attention.held_until.is_some() && !(attention.urgent && notice.urgent),
            ..notice
        }
    }

    async fn message(&self, item: &StreamItem) -> Result<Option<Notice>, Error> {
        let me = self.carrier.me.id;
        match item.message().filter(|message| message.from.id != me) {
            Some(message) => self.said(message).await,
            None => Ok(None),
        }
    }

    /// Something that was held, as it is now; nothing if it waits no more.
    pub async fn again(&self, held: What) -> Result<Option<Notice>, Error> {
        match held {
            What::Message(message) => {
                let asked = self.client.call::<MessageGet>(MessageRefInput { message });
                match seen(asked.await)?.filter(|message| !message.deleted) {
                    Some(message) => self.said(message).await,
                    None => Ok(None),
                }
            }
            What::Approval(id) => {
                let mut mine = self.questions().await?;
                mine.retain(|question| question.id == id);
                match mine.pop() {
                    Some(question) => self.question(question).await.map(Some),
                    None => Ok(None),
                }
            }
            What::Alert(id) => self.alert(id).await,
            What::Act(act, participant) => self.act(act, participant).await,
            What::Invitation(room, participant) => self.invitation(room, participant).await,
        }
    }

    async fn said(&self, message: Message) -> Result<Option<Notice>, Error> {
        let me = self.carrier.me.id;
        let attention = self.attention().await?;
        let heard = attention.rooms.iter().find(|one| one.room == message.room);
        let heard = heard.map_or(Hears::Mentions, |one| one.hears);
        let named = message.mentions.contains(&me);
        if heard == Hears::Nothing {
            return Ok(None);
        }
        let asked = RoomRefInput {
            room: message.room.to_string(),
        };
        let Some(room) = seen(self.client.call::<RoomGet>(asked).await)? else {
            return Ok(None);
        };
        let direct = room.kind == RoomKind::Direct;
        if !direct && !named && heard != Hears::All {
            return Ok(None);
        }
        let labels = message.labels.iter().copied();
        let rooms = labels.chain([message.room]);
        let leaves = self.carrier.may_take_out(&self.client, rooms).await?;
        let words = if message.redacted {
            Words::Gone
        } else if leaves {
            Words::Shown(said(&message))
        } else {
            Words::Stay
        };
        let title = format!("{}{}", author(&message), within(&room));
        let path = match &room.name {
            Some(name) if !direct => format!("/r/{name}/m/{}", message.id),
            _ => format!("/dm/{}/m/{}", message.from.handle, message.id),
        };
        let urgent = message.priority == Priority::Now;
        let notice = self.notice(About::Message(Box::new(message)), title, words, &path);
        Ok(Some(Eyes::within(Notice { urgent, ..notice }, &attention)))
    }

    /// The questions that wait for this person.
    pub async fn questions(&self) -> Result<Vec<ApprovalView>, Error> {
        let input = ApprovalListInput {
            room: None,
            mine: true,
        };
        let listed = seen(self.client.call::<ApprovalList>(input).await)?;
        let mut items = listed.map(|list| list.items).unwrap_or_default();
        items.sort_by_key(|question| question.id);
        Ok(items)
    }

    /// A question, with all that would be done.
    pub async fn question(&self, question: ApprovalView) -> Result<Notice, Error> {
        let attention = self.attention().await?;
        let words = if self
            .carrier
            .may_take_out(&self.client, [question.room])
            .await?
        {
            self.would_be_done(&question).await?
        } else {
            Words::Stay
        };
        let asked = RoomRefInput {
            room: question.room.to_string(),
        };
        let room = seen(self.client.call::<RoomGet>(asked).await)?;
        let place = room.map(|room| within(&room)).unwrap_or_default();
        let stranger = stranger(question.from.trust);
        let title = format!("@{}{stranger} asks{place}", question.from.handle);
        let path = format!("/approvals?ask={}", question.id);
        let notice = self.notice(About::Approval(Box::new(question)), title, words, &path);
        let notice = Notice {
            urgent: true,
            ..notice
        };
        Ok(Eyes::within(notice, &attention))
    }

    /// Everything on which the answer rests, spelled out; nothing if a part of it is gone.
    async fn would_be_done(&self, question: &ApprovalView) -> Result<Words, Error> {
        let mut parts = Vec::new();
        match (&question.question, question.task) {
            (Some(words), _) => parts.push(spelled(words)),
            // A task that nobody may begin before the answer asks without words of its own.
            (None, Some(task)) => {
                let found = seen(self.client.call::<TaskGet>(TaskRefInput { task }).await)?;
                match found.and_then(|found| task_words(&found)) {
                    Some(words) => parts.push(words),
                    None => return Ok(Words::Gone),
                }
            }
            (None, None) => return Ok(Words::Gone),
        }
        if let Some(detail) = &question.detail {
            let detail = Value::Object(detail.clone().into_inner());
            parts.push(spelled(&format!("{detail:#}")));
        }
        Ok(Words::Shown(parts.join("\n\n")))
    }

    /// An act that waits for this person's word. What it is of stays in the mesh: what it was made of is what stands against it.
    async fn act(&self, act: ActHash, who: ParticipantId) -> Result<Option<Notice>, Error> {
        let listed = seen(self.client.call::<ActList>(ActListInput {}).await)?;
        let mut items = listed.map(|acts| acts.items).unwrap_or_default();
        items.retain(|one| {
            let open = one.released_by.is_none() && one.declined_by.is_none();
            one.act == act && one.participant.id == who && one.yours && open
        });
        let Some(found) = items.pop() else {
            return Ok(None);
        };
        let room = match found.room {
            Some(room) => {
                let asked = RoomRefInput {
                    room: room.to_string(),
                };
                seen(self.client.call::<RoomGet>(asked).await)?
            }
            None => None,
        };
        let place = room.map(|room| within(&room)).unwrap_or_default();
        let title = format!(
            "@{} wants what takes your word{place}",
            found.participant.handle
        );
        let operation = crate::text::name(&found.operation, 60);
        let hash: String = found.act.to_string().chars().take(ACT_DIGITS).collect();
        let words = format!(
            "{operation}, held because of what it has read. Look at it, and release or decline it, in the page's inbox or with \
             `mesh act show {hash}`."
        );
        let attention = self.attention().await?;
        let about = About::Act(Box::new(found));
        let notice = self.notice(about, title, Words::Shown(words), "/inbox");
        let notice = Notice {
            urgent: true,
            ..notice
        };
        Ok(Some(Eyes::within(notice, &attention)))
    }

    /// An invitation that this person may accept, for itself or for one of its own.
    async fn invitation(&self, room: RoomId, who: ParticipantId) -> Result<Option<Notice>, Error> {
        let input = InvitationListInput { room: None };
        let listed = seen(self.client.call::<MemberInvitations>(input).await)?;
        let items = listed.map(|list| list.items).unwrap_or_default();
        let found = items
            .into_iter()
            .find(|one| one.room == room && one.participant.id == who);
        let Some(found) = found else {
            return Ok(None);
        };
        let by = found
            .by
            .as_ref()
            .map_or("somebody".to_owned(), |by| format!("@{}", by.handle));
        let whom = if who == self.carrier.me.id {
            "you".to_owned()
        } else {
            format!("@{}", found.participant.handle)
        };
        let name = found.name.as_deref().unwrap_or("a room");
        let title = format!("{by} invites {whom} into #{name}");
        let words = "Accept or decline it in the page's inbox or with `mesh room invitations`.";
        let attention = self.attention().await?;
        let about = About::Invitation(Box::new(found));
        let notice = self.notice(about, title, Words::Shown(words.to_owned()), "/inbox");
        Ok(Some(Eyes::within(notice, &attention)))
    }

    async fn alert(&self, id: Seq) -> Result<Option<Notice>, Error> {
        let listed = seen(
            self.client
                .call::<AlertList>(AlertListInput::default())
                .await,
        )?;
        let items = listed.map(|alerts| alerts.items).unwrap_or_default();
        let mut own = items.into_iter().filter(|alert| alert.yours);
        let Some(alert) = own.find(|alert| alert.alert == id) else {
            return Ok(None);
        };
        let routes = seen(self.client.call::<AlertRoutesGet>(NoInput {}).await)?;
        if !routes.unwrap_or_default().connector.takes(alert.severity) {
            return Ok(None);
        }
        let attention = self.attention().await?;
        let urgent = alert.severity == AlertSeverity::Critical;
        let words = Words::Shown(alert_words(&alert));
        let about = About::Alert(alert.severity, id);
        let notice = self.notice(about, clean(&alert.title), words, "/inbox");
        Ok(Some(Eyes::within(Notice { urgent, ..notice }, &attention)))
    }
}

fn task_words(found: &TaskDetail) -> Option<String> {
    let title = found.task.title.as_ref()?;
    let prompt = found.prompt.as_ref()?;
    let mut words = format!("May this begin: {}\n\n{}", spelled(title), spelled(prompt));
    if let Some(assigned) = &found.task.assigned {
        words.push_str(&format!("\n\nfor @{}", assigned.handle));
    }
    if let Some(model) = &found.model {
        words.push_str(&format!("\n\nmodel {}", spelled(model)));
    }
    if let Some(input) = &found.input {
        let input = Value::Object(input.clone().into_inner());
        words.push_str(&format!("\n\n{}", spelled(&format!("{input:#}"))));
    }
    Some(words)
}

fn alert_words(alert: &Alert) -> String {
    let severity = match alert.severity {
        AlertSeverity::Critical => "critical",
        AlertSeverity::Warning => "warning",
        AlertSeverity::Info => "info",
    };
    let times = match alert.count {
        0 | 1 => String::new(),
        count => format!(", {count} times"),
    };
    format!("{severity}, since {}{times}", alert.since)
}

/// The words of a message as they are shown outside.
pub(crate) fn said(message: &Message) -> String {
    let mut words = clean(&message.text);
    let files = match message.files.len() {
        0 => return words,
        1 => "(a file goes with it, which stays in the mesh)".to_owned(),
        count => format!("({count} files go with it, which stay in the mesh)"),
    };
    if !words.is_empty() {
        words.push('\n');
    }
    words.push_str(&files);
    words
}

/// Who wrote it, and for whom if it was only brought.
pub(crate) fn author(message: &Message) -> String {
    let from = &message.from.handle;
    match &message.relayed {
        Some(relayed) => {
            let sender = crate::text::name(&relayed.sender, 80);
            let origin = crate::text::name(&relayed.origin, 80);
            format!("@{from} brings words of {sender} ({origin})")
        }
        None => format!("@{from}{}", stranger(message.trust)),
    }
}

fn stranger(trust: Trust) -> &'static str {
    if trust < Trust::Local {
        " (from outside)"
    } else {
        ""
    }
}

fn within(room: &Room) -> String {
    match &room.name {
        Some(name) if room.kind != RoomKind::Direct => format!(" in #{name}"),
        _ => " to you".to_owned(),
    }
}
