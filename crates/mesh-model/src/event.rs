//! What an event declares about itself, beside its struct, and the macro that makes a noun's events.
//!
//! What must differ per event (name, room, who sees it, what its words are, how they are erased) has no
//! default: an event without it does not compile. What is the same for most has its default in
//! [`Event`], once.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::events::{BudgetScope, GuardMark, Relayed, Trust};
use crate::ids::{
    ActHash, ApprovalId, CredentialId, GroupId, InviteId, MemoryId, MessageId, ParticipantId,
    RoomId, Seq, TaskId,
};

/// To whom an event is shown, as far as the event itself knows. The core resolves it by its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Everybody on the mesh.
    Everyone,
    /// Those who lead the mesh.
    Admins,
    /// Something said or done in a room: whoever may listen there.
    Content(RoomId),
    /// Something done to a message: whoever may read that message.
    Message(RoomId, MessageId),
    /// A room's shared data: whoever may read data there.
    Data(RoomId),
    /// The room itself: everybody, if it is listed.
    Room(RoomId),
    /// A message that waits for the room's moderators, and its author.
    Waiting(RoomId, ParticipantId),
    /// Somebody in the room.
    Member(RoomId, ParticipantId),
    /// Somebody who is no longer in the room and should hear that.
    Gone(RoomId, ParticipantId),
    /// Those who know who is in a room, this participant, and those above it: what its own side answers.
    Side(RoomId, ParticipantId),
    /// A participant: whoever may know of it.
    Participant(ParticipantId),
    /// Somebody in a group: the group too.
    GroupMember(GroupId, ParticipantId),
    /// One participant's own affair, and the admins'.
    Concerned(ParticipantId),
    /// An act that waits for a person's word: whoever wants it, those above it, the admins, and whoever may release it.
    Act(ParticipantId, ActHash),
    /// A participant's affair: its own, that of those above it, and the admins'.
    Line(ParticipantId),
    /// What a participant notes of its own work: whoever may listen in this room, and of those whose affair it is (its own, that of
    /// those above it, the owner's) the people. A program asks for it, so that it is noted what it reads by that.
    Own(ParticipantId, Option<RoomId>),
    /// The affair of those who moderate a room, and the admins'.
    Moderators(RoomId),
    /// The affair of whoever holds the credential, and the admins'.
    CredentialHolder(CredentialId),
    /// The affair of whoever made the invite, and the admins'.
    InviteMaker(InviteId),
}

impl BudgetScope {
    pub(crate) fn room(self) -> Option<RoomId> {
        match self {
            BudgetScope::Room(room) => Some(room),
            BudgetScope::Mesh | BudgetScope::EachAgent | BudgetScope::Agent(_) => None,
        }
    }

    pub(crate) fn sees(self) -> Sees {
        match self {
            BudgetScope::Mesh | BudgetScope::EachAgent => Sees::Admins,
            BudgetScope::Agent(agent) => Sees::Concerned(agent),
            BudgetScope::Room(room) => Sees::Content(room),
        }
    }
}

/// What the content of an event is. In a declaration the type of the content follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// It has none.
    None,
    /// A message: text and payload.
    Message,
    /// A message that nobody has let out: programs get it in an envelope, whoever wrote it.
    Waiting,
    /// Words about work: title, prompt, output, question, reason.
    Work,
    /// Other data.
    Data,
    /// Sealed by the node: nobody gets it from the event.
    Sealed,
}

impl Words {
    /// Whether it is what somebody said, in the form of a message.
    pub fn is_message(self) -> bool {
        matches!(self, Words::Message | Words::Waiting)
    }
}

/// With what an event's words are erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// With nothing.
    Never,
    /// With this message, or with the message that the event is; and when its room's retention is over.
    WithMessage(Option<MessageId>),
    /// When its room's retention is over.
    WithRoom,
    /// With the task.
    WithTask(TaskId),
    /// With the approval's task, if it holds one up.
    WithApproval(ApprovalId),
    /// With the memory.
    WithMemory(MemoryId),
    /// With the lines of its author's journal up to a place.
    WithJournal,
}

/// Which words an event erases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erases<'a> {
    /// None.
    Nothing,
    /// A message's, at these places.
    Message(MessageId, &'a [Seq]),
    /// What was said in a room up to a place.
    Room(RoomId),
    /// A task's.
    Task(TaskId),
    /// Those of memories.
    Memories(&'a [MemoryId]),
    /// What somebody wrote into its journal between two places, both included.
    Journal(ParticipantId, Seq, Seq),
    /// What was put at these places: versions of files, with their bytes, and claims about things.
    Versions(&'a [Seq]),
}

/// The content of an event that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
pub enum NoContent {}

/// What every event says of itself. The macro `events!` implements it.
pub trait Event: Serialize + DeserializeOwned + JsonSchema {
    /// Its type, such as `message.posted`.
    const KIND: &'static str;
    /// The version that this program writes.
    const VERSION: u16;
    /// What its content is.
    const WORDS: Words;
    /// The type of its content; that of none is never read.
    type Content: DeserializeOwned + JsonSchema;
    /// Whether it may erase words.
    const ERASING: bool = false;
    /// Where times stand in its facts, as JSON pointers: the log stores bare numbers.
    const TIMES: &'static [&'static str] = &[];
    /// Where somebody's own words stand in its facts, as JSON pointers with `*` for each item of a list: programs get
    /// those of the untrusted in an envelope.
    const FREE: &'static [&'static str] = &[];
    /// The schema of what the stream tells of it, if that is not its facts and content side by side.
    const TOLD: Option<Schematic> = None;

    /// The room it happened in.
    fn room(&self) -> Option<RoomId>;
    /// To whom it is shown.
    fn sees(&self) -> Sees;
    /// With what its words are erased.
    fn erased(&self) -> Erased;
    /// Which words it erases.
    fn erases(&self) -> Erases<'_> {
        Erases::Nothing
    }
    /// Whether it was written with words, so that one without has lost them.
    fn has_words(&self) -> bool {
        false
    }
    /// Whose words it holds, if not those of whoever did it.
    fn written_by(&self) -> Option<ParticipantId> {
        None
    }
    /// How far its words are trusted, if that is fixed: otherwise as far as whoever did it is now.
    fn trust(&self) -> Option<Trust> {
        None
    }
    /// From where its words were brought.
    fn relayed(&self) -> Option<&Relayed> {
        None
    }
    /// What the guard found in its words.
    fn guard(&self) -> Option<&GuardMark> {
        None
    }

    /// [`Event::KIND`] of an event at hand.
    fn kind(&self) -> &'static str {
        Self::KIND
    }
    /// [`Event::VERSION`] of an event at hand.
    fn version(&self) -> u16 {
        Self::VERSION
    }
    /// [`Event::WORDS`] of an event at hand.
    fn words(&self) -> Words {
        Self::WORDS
    }
    /// [`Event::TIMES`] of an event at hand.
    fn times(&self) -> &'static [&'static str] {
        Self::TIMES
    }
    /// [`Event::FREE`] of an event at hand.
    fn free(&self) -> &'static [&'static str] {
        Self::FREE
    }
    /// The JSON that is stored.
    fn encode(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(self)
    }
}

/// What is known of a kind of event without one at hand.
#[derive(Debug, Clone, Copy)]
pub struct Declared {
    /// Its type.
    pub kind: &'static str,
    /// The version that this program writes.
    pub version: u16,
    /// Whether it may erase words.
    pub erasing: bool,
    /// [`Event::WORDS`].
    pub words: Words,
    /// [`Event::TIMES`].
    pub times: &'static [&'static str],
    /// [`Event::FREE`].
    pub free: &'static [&'static str],
    /// The schema of its facts as they are stored.
    pub facts: Schematic,
    /// The schema of its content.
    pub content: Schematic,
    /// [`Event::TOLD`].
    pub told: Option<Schematic>,
}

/// What makes the schema of a type.
pub type Schematic = fn(&mut SchemaGenerator) -> Schema;

impl Declared {
    pub(crate) const fn of<E: Event>() -> Declared {
        Declared {
            kind: E::KIND,
            version: E::VERSION,
            erasing: E::ERASING,
            words: E::WORDS,
            times: E::TIMES,
            free: E::FREE,
            facts: SchemaGenerator::subschema_for::<E>,
            content: SchemaGenerator::subschema_for::<E::Content>,
            told: E::TOLD,
        }
    }
}

/// Declares the events of a noun: its enum, and [`Event`] for each struct.
macro_rules! events {
    ($noun:ident $facts:ident $($variant:ident($it:ident: $event:ident) $kind:literal / $version:literal {
        room: $room:expr,
        sees: $sees:ident $(($($seen:expr),+))?,
        words: $words:ident $(($content:ident))?,
        erased: $erased:expr,
        $(erases: $erases:expr,)?
        $(has_words: $has_words:expr,)?
        $(written_by: $written_by:expr,)?
        $(trust: $trust:expr,)?
        $(relayed: $relayed:expr,)?
        $(guard: $guard:expr,)?
        $(times: $times:expr,)?
        $(free: $free:expr,)?
        $(told: $told:ident,)?
    })+) => {
        #[doc = concat!("The facts of one event of the noun ", stringify!($noun), ".")]
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each variant holds the struct that is documented there")]
        #[allow(
            clippy::large_enum_variant,
            reason = "most events are messages, the largest kind: a box would cost each of them an allocation"
        )]
        pub enum $facts {
            $($variant($event),)+
        }

        $(
            #[allow(unused_variables, reason = "not every event is looked at for every answer")]
            impl $crate::event::Event for $event {
                const KIND: &'static str = $kind;
                const VERSION: u16 = $version;
                const WORDS: $crate::event::Words = $crate::event::Words::$words;
                type Content = $crate::event::content!($($content)?);
                $(
                    const ERASING: bool = true;
                    fn erases(&self) -> $crate::event::Erases<'_> {
                        let $it = self;
                        $erases
                    }
                )?
                $(const TIMES: &'static [&'static str] = &$times;)?
                $(const FREE: &'static [&'static str] = &$free;)?
                $(const TOLD: Option<$crate::event::Schematic> =
                    Some(schemars::SchemaGenerator::subschema_for::<$crate::api::$told>);)?

                fn room(&self) -> Option<$crate::ids::RoomId> {
                    let $it = self;
                    $room
                }
                fn sees(&self) -> $crate::event::Sees {
                    let $it = self;
                    $crate::event::sees!($sees $(($($seen),+))?)
                }
                fn erased(&self) -> $crate::event::Erased {
                    let $it = self;
                    $erased
                }
                $(fn has_words(&self) -> bool {
                    let $it = self;
                    $has_words
                })?
                $(fn written_by(&self) -> Option<$crate::ids::ParticipantId> {
                    let $it = self;
                    $written_by
                })?
                $(fn trust(&self) -> Option<$crate::events::Trust> {
                    let $it = self;
                    $trust
                })?
                $(fn relayed(&self) -> Option<&$crate::events::Relayed> {
                    let $it = self;
                    $relayed
                })?
                $(fn guard(&self) -> Option<&$crate::events::GuardMark> {
                    let $it = self;
                    $guard
                })?
            }

            impl From<$event> for $crate::events::Facts {
                fn from(facts: $event) -> $crate::events::Facts {
                    $crate::events::Facts::$noun($facts::$variant(facts))
                }
            }
        )+

        impl $facts {
            /// The noun's kinds of events.
            pub const DECLARED: &'static [$crate::event::Declared] =
                &[$($crate::event::Declared::of::<$event>(),)+];

            /// Reads stored facts; `None` if they are another noun's.
            fn decode_own(
                kind: &str,
                version: u16,
                json: &str,
            ) -> Option<Result<$facts, serde_json::Error>> {
                match (kind, version) {
                    $(($kind, $version) => Some(serde_json::from_str(json).map($facts::$variant)),)+
                    _ => None,
                }
            }

            /// Reads what a stream tells; `None` if that is another noun's.
            pub(crate) fn told(item: &$crate::api::StreamItem) -> Option<Option<$crate::events::Facts>> {
                match item.kind.as_str() {
                    $($kind => Some(item.facts::<$event>().map(Into::into)),)+
                    _ => None,
                }
            }

            pub(crate) fn decode(
                kind: &str,
                version: u16,
                json: &str,
            ) -> Option<Result<$crate::events::Facts, serde_json::Error>> {
                Some($facts::decode_own(kind, version, json)?.map($crate::events::Facts::$noun))
            }
        }

        $crate::event::answers! { $facts $($variant($event))+ }
    };
}
pub(crate) use events;

/// The type of an event's content.
macro_rules! content {
    () => {
        $crate::event::NoContent
    };
    ($content:ident) => {
        $crate::api::$content
    };
}
pub(crate) use content;

/// A budget is seen as its scope says, an alert as its cause says, everything else as it is declared.
macro_rules! sees {
    (Alert ($cause:expr)) => {
        $cause.sees()
    };
    (Budget ($scope:expr)) => {
        $scope.sees()
    };
    ($sees:ident $(($($seen:expr),+))?) => {
        $crate::event::Sees::$sees $(($($seen),+))?
    };
}
pub(crate) use sees;

/// Lets an enum of events answer as the event that it holds: a noun's enum asks its structs, and
/// [`Facts`](crate::events::Facts) the nouns' enums.
macro_rules! answers {
    ($facts:ident $($variant:ident($held:ident))+) => {
        $crate::event::answers! { @ $facts [$($variant)+]
            /// The event's type, such as `message.posted`.
            kind: &'static str;
            /// The version this program writes.
            version: u16;
            /// What its content is.
            words: $crate::event::Words;
            /// Where times stand in its facts, as JSON pointers.
            times: &'static [&'static str];
            /// Where somebody's own words stand in its facts.
            free: &'static [&'static str];
            /// The room it happened in.
            room: Option<$crate::ids::RoomId>;
            /// To whom it is shown.
            sees: $crate::event::Sees;
            /// With what its words are erased.
            erased: $crate::event::Erased;
            /// Which words it erases.
            erases: $crate::event::Erases<'_>;
            /// Whether it was written with words, so that one without has lost them.
            has_words: bool;
            /// Whose words it holds, if not those of whoever did it.
            written_by: Option<$crate::ids::ParticipantId>;
            /// How far its words are trusted, if that is fixed.
            trust: Option<$crate::events::Trust>;
            /// From where its words were brought.
            relayed: Option<&$crate::events::Relayed>;
            /// What the guard found in its words.
            guard: Option<&$crate::events::GuardMark>;
            /// The JSON that is stored.
            encode: Result<Box<serde_json::value::RawValue>, serde_json::Error>;
        }
    };
    (@ $facts:ident $variants:tt $(#[doc = $doc:literal] $ask:ident: $answer:ty;)+) => {
        impl $facts {
            $($crate::event::answers! { @ask $facts $variants $doc $ask $answer })+
        }
    };
    (@ask $facts:ident [$($variant:ident)+] $doc:literal $ask:ident $answer:ty) => {
        #[doc = $doc]
        pub fn $ask(&self) -> $answer {
            #[allow(unused_imports, reason = "structs answer by the trait, enums by themselves")]
            use $crate::event::Event;
            match self { $($facts::$variant(it) => it.$ask(),)+ }
        }
    };
}
pub(crate) use answers;
