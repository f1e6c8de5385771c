//! A room's policy: the rules its creator sets, as data.
//!
//! People and agents write these in files and in the browser, so everything is named by the names
//! people use: `rex` is a participant, `#ops` a room. The core resolves names when a policy is set;
//! a group or room that takes an old name later is not meant by an old policy.

pub mod api;
pub mod command;
pub mod events;
mod influence;
pub mod ops;

pub use influence::{Doing, InfluenceRules, Then};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::capability::CapabilitySet;
use crate::events::{Kind, RoomAccess, Trust};

/// The rules of one room. What is left out is as in a room without a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Who may do what beyond, or less than, the room's defaults. A deny goes before every allow.
    /// At most 128.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// The form messages must have.
    #[serde(skip_serializing_if = "MessageRules::is_default")]
    pub messages: MessageRules,
    /// How much and how often. Every limit that names somebody holds. At most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// Where words from here may be quoted, and from where words may be quoted here.
    #[serde(skip_serializing_if = "DataRules::is_default")]
    pub data: DataRules,
    /// Who may ask others to run commands.
    #[serde(skip_serializing_if = "ExecutionRules::is_default")]
    pub execution: ExecutionRules,
    /// What is scanned for prompt injection, and what follows.
    #[serde(skip_serializing_if = "GuardRules::is_default")]
    pub guard: GuardRules,
    /// What programs may do here after they have read what others here may not read.
    #[serde(skip_serializing_if = "InfluenceRules::is_default")]
    pub influence: InfluenceRules,
    /// How far members see each other on the room's plane, and how fast they walk.
    #[serde(skip_serializing_if = "SpaceRules::is_default")]
    pub space: SpaceRules,
    /// Who can find the room and join it without being added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<RoomAccess>,
    /// Days after which what was said here is erased; absent: never. 1 to 36500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
}

/// Allow or deny.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Effect")]
pub enum RuleEffect {
    /// The capabilities are granted.
    Allow,
    /// The capabilities are taken, whatever else grants them.
    Deny,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, unique in the policy: a-z, 0-9 and '-', at most 40.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Allow or deny.
    pub effect: RuleEffect,
    /// Whom it names; absent: every member.
    #[serde(default, skip_serializing_if = "Who::is_everyone")]
    pub to: Who,
    /// What it allows or denies.
    pub capabilities: CapabilitySet,
    /// When it holds. Rules about `listen` and `data-read` hold always.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// The reason that those whom it denies are told. At most 200 characters; kept for good.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("format" = "told"))]
    pub why: String,
}

/// Whom a rule names: whoever fits every field that is given. A field left out does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Who {
    /// One of these participants: handles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub participants: Vec<String>,
    /// A member of one of these groups: names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub groups: Vec<String>,
    /// Somebody with one of these roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::Told>")]
    pub roles: Vec<String>,
    /// One of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// Trusted as one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<Trust>,
}

impl Who {
    /// Whether it narrows nothing.
    pub fn is_everyone(&self) -> bool {
        *self == Who::default()
    }
}

/// When a rule holds: every field that is given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Only what is of one of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<MessageKind>,
    /// Only in one of these spans of the week.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
}

impl When {
    /// Whether it narrows nothing.
    pub fn is_always(&self) -> bool {
        *self == When::default()
    }
}

/// What kind of thing is said.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// Text alone.
    Text,
    /// A message with a structured payload.
    Payload,
    /// A published event of a registered kind.
    Event,
    /// A message that asks others to run a command.
    Command,
    /// A reaction to a message: one emoji.
    Reaction,
}

impl MessageKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            MessageKind::Text => "text",
            MessageKind::Payload => "payload",
            MessageKind::Event => "event",
            MessageKind::Command => "command",
            MessageKind::Reaction => "reaction",
        }
    }
}

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "they are the days of the week")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// All of them, Monday first.
    pub const ALL: [Day; 7] = [
        Day::Mon,
        Day::Tue,
        Day::Wed,
        Day::Thu,
        Day::Fri,
        Day::Sat,
        Day::Sun,
    ];
}

/// A span of the day on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// On these days; absent: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// From, `HH:MM`.
    #[schemars(with = "crate::closed::Code")]
    pub from: String,
    /// Until, `HH:MM`, not included. Earlier than `from` means until the next day; `24:00` is the
    /// day's end.
    #[schemars(with = "crate::closed::Code")]
    pub to: String,
    /// Minutes that local time is ahead of UTC, -840 to 840.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub utc_offset: i16,
}

fn is_zero(minutes: &i16) -> bool {
    *minutes == 0
}

/// The form of messages. It binds everybody, the creator too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MessageRules {
    /// The kinds that are taken; empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<MessageKind>,
    /// The registered types payloads and events may have; empty: any, and none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub types: Vec<String>,
    /// A JSON Schema that every payload must match. At most 16 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::ToldData>")]
    pub schema: Option<Map<String, Value>>,
    /// How messages may answer one another.
    #[serde(skip_serializing_if = "Replies::is_free")]
    pub replies: Replies,
    /// Whether agents and bots speak only in answer to a message that names them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub agents_when_named: bool,
    /// How many messages agents and bots pass among themselves, each in answer to one before, until a person is
    /// asked; absent: 12. 1 to 1000; above 12 only if whoever set it is trusted as `local` or above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turns: Option<u16>,
}

impl MessageRules {
    /// Whether it asks for nothing.
    pub fn is_default(&self) -> bool {
        *self == MessageRules::default()
    }
}

/// How messages may answer one another.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Replies {
    /// As everybody likes.
    #[default]
    Free,
    /// Only those who moderate begin threads; everybody else answers in them.
    ThreadsOnly,
    /// Nobody answers anything.
    None,
}

impl Replies {
    /// Whether it asks for nothing.
    pub fn is_free(&self) -> bool {
        *self == Replies::Free
    }
}

/// A limit on how much and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Its name, unique among the limits: a-z, 0-9 and '-', at most 40.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Whom it binds; absent: every member, the creator too.
    #[serde(default, skip_serializing_if = "Who::is_everyone")]
    pub to: Who,
    /// At most so many bytes in one message, text and payload together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u32>,
    /// At most so often, each participant for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}

/// So many in so many seconds, spread evenly, with all of them at once after a pause.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many: 1 to 1000000.
    pub count: u32,
    /// In how many seconds: 1 to 86400.
    pub seconds: u32,
}

/// What may be quoted where. Labels follow quotes and declared inputs; text that somebody copies
/// by hand is not followed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DataRules {
    /// Where words from here may go. Absent: nowhere else.
    #[serde(skip_serializing_if = "Reach::is_nowhere")]
    pub leave: Reach,
    /// From where words may come in. Absent: from wherever they may leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enter: Option<Reach>,
}

impl DataRules {
    /// Whether it says nothing.
    pub fn is_default(&self) -> bool {
        *self == DataRules::default()
    }
}

/// A set of rooms and meshes, and of those who may carry words to or from them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Reach {
    /// Every room of this mesh.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub anywhere: bool,
    /// Out of this mesh, whole: to webhooks that carry words. Means nothing where words come in.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// These rooms: names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub rooms: Vec<String>,
    /// These other meshes: ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Code>")]
    pub meshes: Vec<String>,
    /// Who may carry them; absent: whoever may read the one place and speak in the other.
    #[serde(skip_serializing_if = "Who::is_everyone")]
    pub carriers: Who,
}

impl Reach {
    /// Whether it reaches nothing.
    pub fn is_nowhere(&self) -> bool {
        *self == Reach::default()
    }
}

/// Who may ask others to run commands. Those who are asked need the capability `execute`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExecutionRules {
    /// Which members may ask; absent: all whose trust is `local` or `owner`. Whoever is trusted
    /// less is never meant here.
    #[serde(skip_serializing_if = "Who::is_everyone")]
    pub triggers: Who,
    /// Federated and untrusted participants that may ask all the same: handles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub peers: Vec<String>,
}

impl ExecutionRules {
    /// Whether it says nothing.
    pub fn is_default(&self) -> bool {
        *self == ExecutionRules::default()
    }
}

/// What is scanned.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Scan {
    /// What crosses a trust boundary: words of the federated and the untrusted.
    #[default]
    Boundary,
    /// Everything.
    All,
}

/// The score that nothing reaches.
pub const NEVER: u8 = 101;

/// What is scanned for prompt injection and what follows from the score, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GuardRules {
    /// What is scanned.
    pub scan: Scan,
    /// From this score on a message is marked: agents get it in an envelope that says so.
    pub mark: u8,
    /// From this score on it waits for a moderator; over 100: never.
    pub quarantine: u8,
    /// From this score on it is refused; over 100: never.
    pub refuse: u8,
}

impl Default for GuardRules {
    fn default() -> GuardRules {
        GuardRules {
            scan: Scan::Boundary,
            mark: 50,
            quarantine: 80,
            refuse: 101,
        }
    }
}

impl GuardRules {
    /// Whether it is the ordinary one.
    pub fn is_default(&self) -> bool {
        *self == GuardRules::default()
    }
}

/// The plane that members of a room may stand on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SpaceRules {
    /// A member sees where others stand, and that they type, only within so many metres, 1 to 2829; absent: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius: Option<u32>,
    /// How many metres a member walks in a second, 1 to 100, by the room's simulation clock if it has one; absent: nobody
    /// walks, and everybody takes any place at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<u32>,
}

impl SpaceRules {
    /// Whether it says nothing.
    pub fn is_default(&self) -> bool {
        *self == SpaceRules::default()
    }
}

/// What decided, as whoever asks may know it. It comes with refusals and explanations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ruling {
    /// What kind of thing decided.
    pub by: RulingBy,
    /// The rule's or limit's own name, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// The reason its author gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::Told>")]
    pub why: Option<String>,
    /// The version of the room's policy it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who set it: a handle. Absent for what holds in every room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub set_by: Option<String>,
    /// The place in the log where it was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_seq: Option<crate::Seq>,
    /// When it was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_at: Option<crate::Millis>,
    /// Where the act would have happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<crate::RoomId>,
    /// Whether a person may release the act.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// The act, once it waits for a person's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<crate::ActHash>,
    /// What the context has read that stands against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<crate::events::Source>,
}

impl Ruling {
    /// A ruling of this kind and no more.
    pub fn by(by: RulingBy) -> Ruling {
        Ruling {
            by,
            name: None,
            why: None,
            version: None,
            set_by: None,
            set_seq: None,
            set_at: None,
            room: None,
            asks: false,
            act: None,
            read: Vec::new(),
        }
    }
}

/// What kind of thing decided.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RulingBy {
    /// The owner of the mesh holds every capability where it is a member.
    Owner,
    /// The creator of the room holds every capability in it.
    Creator,
    /// Whoever asks is no member.
    Membership,
    /// A permission of the credential or of its participant.
    Permission,
    /// The participant is disabled, or one it depends on is.
    Standing,
    /// A rule of the policy.
    Rule,
    /// What was set for this member.
    Member,
    /// The room's defaults.
    Defaults,
    /// Nothing allows it.
    NothingAllows,
    /// The participant is muted.
    Mute,
    /// The participant is banned.
    Ban,
    /// The room is archived.
    Archived,
    /// The form of messages.
    Messages,
    /// A limit of the policy.
    Limit,
    /// The room's slow mode.
    SlowMode,
    /// What may be quoted where.
    Data,
    /// Who may ask others to run commands.
    Execution,
    /// The guard against prompt injection.
    Guard,
    /// A legal hold.
    Hold,
    /// The side of whoever it is about, which has not agreed.
    Consent,
    /// How loose the owner lets those make a room who are trusted less than `local`.
    Floor,
    /// Others than those who rule the room would be locked out of it; `force` does it all the same.
    Lockout,
    /// What the program's context has read.
    Influence,
    /// How often programs answer one another before a person is asked.
    Turns,
}
