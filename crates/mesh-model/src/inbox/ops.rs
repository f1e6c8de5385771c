//! The inbox: what waits for a participant, taken in once by whichever session proves it; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Inbox
    /// Read what waits in the inbox: messages of one's rooms by others, not yet taken in.
    InboxList "inbox.list" {
        Query Needs::Permission(MessagesRead), Get "/api/inbox" => 200,
        InboxListInput => Inbox,
        tool "mesh_inbox",
        example r#"{"limit": 20}"#
    }
    /// Prove that messages were taken in, up to a place or one by one.
    InboxAck "inbox.ack" {
        Command Needs::Permission(MessagesRead), Post "/api/inbox/ack" => 200,
        InboxAckInput => InboxPosition,
        tool "mesh_ack",
        example r#"{"upto": 1}"#
    }
}
