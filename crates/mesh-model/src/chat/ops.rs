//! Chat commands: lines that begin with a slash, and spoken sentences; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::{self, MessagesWrite};

operations! { LIST Chat
    /// Carry out a line in the language of chat commands; anything else is said to the room's first agent.
    ChatCommand "chat.command" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/command" => 200,
        ChatInput => ChatAnswer,
        example r#"{"room": "workshop", "text": "tasks"}"#
    }
    /// Carry out a sentence, spoken or typed, in English, German or Spanish; the answer is one sentence to be spoken. What is not clear
    /// is asked back, and what cannot be taken back waits for a yes.
    VoiceDispatch "voice.dispatch" {
        Command Needs::Permission(Permission::VoiceDispatch), Post "/api/voice/dispatch" => 200,
        VoiceInput => VoiceAnswer,
        example r#"{"text": "what is running", "room": "workshop"}"#
    }
}
