//! Messages: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Message
    /// Post a message to a room. It is durable when the answer comes.
    MessagePost "message.post" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/messages" => 201,
        MessagePostInput => Posted,
        example r#"{"room": "workshop", "text": "The build is green, @rex."}"#
    }
    /// Post to a person, a room, a group or everyone. The first direct message opens the conversation.
    MessageSend "message.send" {
        Command Needs::Permission(MessagesWrite), Post "/api/messages" => 201,
        MessageSendInput => Posted,
        tool "mesh_say",
        example r#"{"to": "@rex", "text": "Can you look at the parser?"}"#
    }
    /// Read a room's history, ascending; without bounds the newest messages.
    MessageList "message.list" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/messages" => 200,
        MessageListInput => Page<Message>,
        tool "mesh_read",
        example r#"{"room": "workshop", "limit": 20}"#
    }
    /// Read one message.
    MessageGet "message.get" {
        Query Needs::Permission(MessagesRead), Get "/api/messages/{message}" => 200,
        MessageRefInput => Message,
        example r#"{"message": "$message"}"#
    }
    /// Read a thread: its first message and all answers.
    MessageThread "message.thread" {
        Query Needs::Permission(MessagesRead), Get "/api/messages/{message}/thread" => 200,
        MessageRefInput => List<Message>,
        example r#"{"message": "$message"}"#
    }
    /// See how far a message has come with each recipient.
    MessageReceipts "message.receipts" {
        Query Needs::Permission(MessagesRead), Get "/api/messages/{message}/receipts" => 200,
        MessageRefInput => List<Receipt>,
        example r#"{"message": "$message"}"#
    }
    /// Change the text of one's own message.
    MessageEdit "message.edit" {
        Command Needs::Permission(MessagesWrite), Patch "/api/messages/{message}" => 200,
        MessageEditInput => Done,
        example r#"{"message": "$message", "text": "The build is green again."}"#
    }
    /// Read what a message said before it was changed: its newest 100 versions, the oldest first.
    MessageHistory "message.history" {
        Query Needs::Permission(MessagesRead), Get "/api/messages/{message}/history" => 200,
        MessageRefInput => List<MessageVersion>,
        example r#"{"message": "$message"}"#
    }
    /// React to a message with an emoji. It is no message: nobody is woken, nothing is unread.
    MessageReact "message.react" {
        Command Needs::Permission(MessagesWrite), Post "/api/messages/{message}/reactions" => 200,
        MessageReactInput => Done,
        example r#"{"message": "$message", "reaction": "👍"}"#
    }
    /// Take back one's own reaction to a message.
    MessageUnreact "message.unreact" {
        Command Needs::Permission(MessagesWrite), Delete "/api/messages/{message}/reactions" => 200,
        MessageReactInput => Done,
        example r#"{"message": "$message", "reaction": "thumbsup"}"#
    }
    /// Pin a message at its room's head, with the capability moderate; in a direct conversation either may.
    MessagePin "message.pin" {
        Command Needs::Permission(MessagesWrite), Put "/api/messages/{message}/pin" => 200,
        MessageRefInput => Done,
        example r#"{"message": "$message"}"#
    }
    /// Read a room's pinned messages, the first one pinned first.
    MessagePins "message.pins" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/pins" => 200,
        RoomRefInput => List<Pinned>,
        example r#"{"room": "workshop"}"#
    }
    /// Unpin a message.
    MessageUnpin "message.unpin" {
        Command Needs::Permission(MessagesWrite), Delete "/api/messages/{message}/pin" => 200,
        MessageRefInput => Done,
        example r#"{"message": "$message"}"#
    }
    /// Take back one's own message, or another's with the capability moderate.
    MessageDelete "message.delete" {
        Command Needs::Permission(MessagesWrite), Delete "/api/messages/{message}" => 200,
        MessageReasonInput => Done,
        example r#"{"message": "$message"}"#
    }
    /// Search the messages one may read, newest first.
    MessageSearch "message.search" {
        Query Needs::Permission(MessagesRead), Get "/api/search" => 200,
        MessageSearchInput => List<SearchHit>,
        tool "mesh_search",
        example r#"{"q": "build green", "room": "workshop"}"#
    }
    /// Erase a message for good: log, view, search and snapshots. Its author may, whoever moderates
    /// the room, and the owner of the mesh. The chain still verifies.
    MessageRedact "message.redact" {
        Command Needs::Permission(MessagesWrite), Post "/api/messages/{message}/redact" => 200,
        MessageReasonInput => Done,
        example r#"{"message": "$message", "reason": "holds a password"}"#
    }
}
