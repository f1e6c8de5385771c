//! Signing in, users, tokens, API keys, invites.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST access_operations
    /// Sign in with user name and password; sets a cookie for 24 hours. Five failures in five minutes block an address.
    Login "login" {
        Command Needs::Nothing, Post "/api/login" => 200,
        LoginInput => LoggedIn,
        example r#"{"username": "ana", "password": "correct horse battery"}"#
    }
    /// Sign this browser out.
    Logout "logout" {
        Command Needs::Credential, Post "/api/logout" => 200,
        NoInput => Done,
        example "{}"
    }
    /// Make a link that signs the caller into a browser, once, within ten minutes.
    LoginLinkCreate "login.link" {
        Command Needs::Credential, Post "/api/login/links" => 201,
        NoInput => LoginLink,
        example "{}"
    }
    /// List the browsers the caller is signed in with.
    BrowserList "browser.list" {
        Query Needs::Credential, Get "/api/browsers" => 200,
        NoInput => List<Browser>,
        example "{}"
    }
    /// Sign one of the caller's browsers out.
    BrowserEnd "browser.end" {
        Command Needs::Credential, Delete "/api/browsers/{browser}" => 200,
        BrowserRefInput => Done,
        example r#"{"browser": "$browser"}"#
    }
    /// Change the caller's own password. Signs it out everywhere else.
    PasswordChange "password.change" {
        Command Needs::Credential, Put "/api/me/password" => 200,
        PasswordChangeInput => Done,
        example r#"{"current": "correct horse battery", "new": "battery horse correct"}"#
    }
    /// List users.
    UserList "user.list" {
        Query Needs::Permission(AdminUsers), Get "/api/admin/users" => 200,
        NoInput => List<User>,
        example "{}"
    }
    /// Create a user: a human who signs in with a password.
    UserCreate "user.create" {
        Command Needs::Permission(AdminUsers), Post "/api/admin/users" => 201,
        UserCreateInput => UserCreated,
        example r#"{"username": "bea", "password": "correct horse battery", "role": "user"}"#
    }
    /// Change a user's role, reset its password, disable or enable it.
    UserUpdate "user.update" {
        Command Needs::Permission(AdminUsers), Put "/api/admin/users/{user}" => 200,
        UserUpdateInput => Done,
        example r#"{"user": "bea", "role": "viewer"}"#
    }
    /// Disable a user. What it said stays.
    UserDisable "user.disable" {
        Command Needs::Permission(AdminUsers), Delete "/api/admin/users/{user}" => 200,
        UserRefInput => Done,
        example r#"{"user": "bea"}"#
    }
    /// List tokens.
    TokenList "token.list" {
        Query Needs::Permission(AdminTokens), Get "/api/admin/tokens" => 200,
        NoInput => List<Credential>,
        example "{}"
    }
    /// Issue a token for a participant. Nobody grants a permission they lack; only the owner grants admin permissions.
    TokenCreate "token.create" {
        Command Needs::Permission(AdminTokens), Post "/api/admin/tokens" => 201,
        TokenCreateInput => CredentialCreated,
        example r#"{"participant": "rex", "preset": "mobile", "label": "phone"}"#
    }
    /// Revoke a token. Its sessions end at once.
    TokenRevoke "token.revoke" {
        Command Needs::Permission(AdminTokens), Delete "/api/admin/tokens/{credential}" => 200,
        CredentialRefInput => Done,
        example r#"{"credential": "$credential"}"#
    }
    /// List API keys.
    KeyList "key.list" {
        Query Needs::Permission(AdminTokens), Get "/api/admin/keys" => 200,
        NoInput => List<Credential>,
        example "{}"
    }
    /// Issue an API key: a bot of its own for a third party, with limits a minute and a day.
    KeyCreate "key.create" {
        Command Needs::Permission(AdminTokens), Post "/api/admin/keys" => 201,
        KeyCreateInput => CredentialCreated,
        example r#"{"name": "grafana", "preset": "viewer", "per_minute": 30}"#
    }
    /// Revoke an API key.
    KeyRevoke "key.revoke" {
        Command Needs::Permission(AdminTokens), Delete "/api/admin/keys/{credential}" => 200,
        CredentialRefInput => Done,
        example r#"{"credential": "$key"}"#
    }
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
    /// Come in by an invite's code. A retry with the same key gets the same participant and a fresh token.
    InviteRedeem "invite.redeem" {
        Command Needs::Nothing, Post "/api/invites/redeem" => 201,
        InviteRedeemInput => Registered,
        example r#"{"code": "$code", "handle": "newcomer", "key": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"}"#
    }
}
