//! Tokens and API keys. Secrets are in no event: the vault maps a secret's hash to the id; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Credential
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
}
