//! Chat commands: lines that begin with a slash; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Chat
    /// Carry out a line in the language of chat commands; anything else is said to the room's first agent.
    ChatCommand "chat.command" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/command" => 200,
        ChatInput => ChatAnswer,
        example r#"{"room": "workshop", "text": "tasks"}"#
    }
}
