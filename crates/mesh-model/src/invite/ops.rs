//! Invites: codes by which somebody becomes a participant; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Invite
    /// List invites.
    InviteList "invite.list" {
        Query Needs::Permission(AdminTokens), Get "/api/invites" => 200,
        NoInput => List<Invite>,
        example "{}"
    }
    /// Make an invite: a code by which somebody becomes a participant.
    InviteCreate "invite.create" {
        Command Needs::Permission(AdminTokens), Post "/api/invites" => 201,
        InviteCreateInput => InviteCreated,
        example r#"{"kind": "agent", "uses": 2, "room": "workshop"}"#
    }
    /// Revoke an invite. Those who came by it stay.
    InviteRevoke "invite.revoke" {
        Command Needs::Permission(AdminTokens), Delete "/api/invites/{invite}" => 200,
        InviteRefInput => Done,
        example r#"{"invite": "$invite"}"#
    }
    /// Come in by an invite's code and a key that signs for it. A retry with the same key gets the same participant and a
    /// fresh token.
    InviteRedeem "invite.redeem" {
        Command Needs::Nothing, Post "/api/invites/redeem" => 201,
        InviteRedeemInput => Registered,
        example r#"{"code": "$code", "handle": "newcomer", "key": "$newcomer_key", "nonce": "$nonce", "proof": "$redeem_proof"}"#
    }    /// What an invite offers: who made it, to which mesh and room, and what a newcomer becomes.
    InvitePreview "invite.preview" {
        Query Needs::Nothing, Get "/api/invites/preview" => 200,
        InvitePreviewInput => InviteOffer,
        example r#"{"code": "$person_code"}"#
    }
    /// Come in by a person's invite: makes a user with a password and signs the browser in. The same handle and password
    /// again are the same user.
    InviteAccept "invite.accept" {
        Command Needs::Nothing, Post "/api/invites/accept" => 201,
        InviteAcceptInput => LoggedIn,
        example r#"{"code": "$person_code", "handle": "cleo", "password": "correct horse battery"}"#
    }
}
