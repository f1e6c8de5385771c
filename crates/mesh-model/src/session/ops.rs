//! Sessions: one connected run of a client; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Session
    /// Open a session, or go on with one's own.
    SessionOpen "session.open" {
        Command Needs::Credential, Post "/api/sessions" => 201,
        SessionOpenInput => SessionOpened,
        example r#"{"client": {"name": "example", "cwd": "/src"}}"#
    }
    /// Close one of one's own sessions.
    SessionClose "session.close" {
        Command Needs::Credential, Delete "/api/sessions/{session}" => 200,
        SessionRefInput => Done,
        example r#"{"session": "$session"}"#
    }
    /// List sessions of participants one may see.
    SessionList "session.list" {
        Query Needs::Permission(AgentsRead), Get "/api/sessions" => 200,
        SessionListInput => List<Session>,
        example r#"{"ended": true}"#
    }
}
