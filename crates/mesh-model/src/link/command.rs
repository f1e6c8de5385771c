//! Commands about links.

use crate::command::{Content, TaskCommand};
use crate::events::{
    History, LinkPause, MessageEdited, MessagePosted, MessageReacted, Place, Relayed, RoomAccess,
};
use crate::ids::{LinkId, MessageId, ParticipantId, PublicKey, RoomId, Seq};

/// What somebody, or the node that speaks with the peer, wants of links.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum LinkCommand {
    Add {
        link: LinkId,
        peer: PublicKey,
        participant: ParticipantId,
        name: String,
        address: Option<String>,
    },
    Promote {
        link: LinkId,
    },
    Pause {
        link: LinkId,
    },
    Resume {
        link: LinkId,
    },
    /// The peer's log ends at this place now, and speaks from there on.
    Reset {
        link: LinkId,
        place: Place,
    },
    Remove {
        link: LinkId,
    },
    Share {
        link: LinkId,
        room: RoomId,
    },
    Revoke {
        link: LinkId,
        room: RoomId,
    },
    Follow {
        link: LinkId,
        there: RoomId,
        room: RoomId,
        name: String,
        access: RoomAccess,
        history: History,
    },
    Unfollow {
        link: LinkId,
        room: RoomId,
    },
    /// All dead letters if none are named.
    Retry {
        link: LinkId,
        seqs: Vec<Seq>,
    },
    /// All dead letters if none are named.
    Drop {
        link: LinkId,
        seqs: Vec<Seq>,
    },
    /// The peer's tasks of these kinds are done in a room here, so many at once; none: no more.
    Lend {
        link: LinkId,
        room: RoomId,
        capabilities: Vec<String>,
        at_once: u16,
    },
    /// Tasks of these kinds of a room here may be done by the peer; no kinds: no more.
    Borrow {
        link: LinkId,
        room: RoomId,
        capabilities: Vec<String>,
    },
    /// A room is open to strangers, or not any more.
    Open {
        room: RoomId,
        open: bool,
    },
    /// The mesh tells of itself at an interchange.
    Publish {
        at: String,
        name: String,
        about: String,
        agents: Vec<ParticipantId>,
    },
    Unpublish {
        at: String,
    },
    /// Knows the mesh with this key, if it is not known yet, and follows a room of it that is open to strangers.
    Join {
        link: LinkId,
        peer: PublicKey,
        participant: ParticipantId,
        name: String,
        address: String,
        there: RoomId,
        room: RoomId,
        called: String,
        access: RoomAccess,
        history: History,
    },
    /// By the node: a mesh wants a room that is open to strangers. Nobody may know it yet; then this is how.
    Admit {
        link: LinkId,
        peer: PublicKey,
        participant: ParticipantId,
        name: String,
        room: RoomId,
    },
    /// By the node: a stranger makes room for another one.
    Forget {
        link: LinkId,
    },
    /// By the node: whether the peer is there to take tasks.
    Enlist {
        link: LinkId,
        here: bool,
    },
    /// By whoever speaks for a peer: it takes one task of these kinds for which nobody here is free.
    Take {
        capabilities: Vec<String>,
    },
    /// By whoever speaks for a peer: a task that the peer would have done here, or its result of one that it took.
    Work {
        relayed: Relayed,
        change: Box<TaskCommand>,
    },
    /// By the node: it does not go on by itself.
    Stop {
        link: LinkId,
        why: LinkPause,
    },
    /// By the node: the peer said something that is no message.
    Heard {
        link: LinkId,
        place: Place,
        what: LinkHeard,
    },
}

/// What a peer says of links. Whatever it says it says of its own mesh.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "see the events that it leads to")]
pub enum LinkHeard {
    /// A room of the peer may be followed.
    Offered { there: RoomId, name: String },
    /// A room of the peer may be followed no more.
    Withdrawn { there: RoomId },
    /// The peer follows a room of this mesh, or does not any more.
    Follower { room: RoomId, follows: bool },
    /// The peer took words of this mesh that wait here; they are what the door read in the log.
    Accepted {
        message: MessageId,
        author: ParticipantId,
        waiting: Box<MessagePosted>,
        body: Content,
    },
    /// The peer took new words of a message of this mesh, which wait here at `of`; they are what the door read in the log.
    EditAccepted {
        of: MessageId,
        author: ParticipantId,
        edit: Box<MessageEdited>,
        body: Content,
    },
    /// The peer has erased what the event at this place here erased.
    Erased { of: Seq },
    /// The peer did not take a reaction of this mesh.
    Unwanted {
        reaction: MessageReacted,
        who: ParticipantId,
    },
    /// The peer did not take what stands at this place here. Who said it, if it waits here, and where.
    Refused {
        of: Seq,
        code: String,
        rule: Option<String>,
        waiting: Option<(RoomId, ParticipantId)>,
        reason: Content,
    },
    /// The peer's workers do tasks of this mesh.
    Lent {
        capabilities: Vec<String>,
        at_once: u16,
    },
    /// What the peer says was not taken here.
    TurnedAway {
        of: Seq,
        code: String,
        rule: Option<String>,
    },
}
