//! Keys that participants sign with: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Identity
    /// List the keys that a participant signs or signed with.
    IdentityList "identity.list" {
        Query Needs::Permission(AgentsRead), Get "/api/participants/{participant}/keys" => 200,
        ParticipantNameInput => List<SigningKey>,
        example r#"{"participant": "rex"}"#
    }
    /// Add a key that the caller signs with, made on its own side; or put it in place of another.
    IdentityAdd "identity.add" {
        Command Needs::Permission(MessagesWrite), Post "/api/me/keys" => 201,
        IdentityAddInput => Done,
        example r#"{"key": "$identity", "proof": "$proof"}"#
    }
    /// Revoke a key. What it signed before says so. The participant itself may, those above it, and
    /// `agents:admin`.
    IdentityRevoke "identity.revoke" {
        Command Needs::Permission(MessagesWrite), Delete "/api/participants/{participant}/keys/{key}" => 200,
        IdentityRevokeInput => Done,
        example r#"{"participant": "rex", "key": "$held"}"#
    }
}
