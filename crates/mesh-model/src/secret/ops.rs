//! Secrets of the node. Their values are in the vault alone, sealed: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};

operations! { LIST Secret
    /// List the secrets by name. Their values are never shown.
    SecretList "secret.list" {
        Query Needs::Owner, Get "/api/secrets" => 200,
        NoInput => List<SecretInfo>,
        example "{}"
    }
    /// Store a secret for webhooks, connectors, peers or storage, or a new value of it.
    SecretSet "secret.set" {
        Command Needs::Owner, Put "/api/secrets/{name}" => 200,
        SecretSetInput => SecretInfo,
        example r#"{"name": "searx", "value": "s3cret"}"#
    }
    /// Remove a secret for good.
    SecretRemove "secret.remove" {
        Command Needs::Owner, Delete "/api/secrets/{name}" => 200,
        SecretRefInput => Done,
        example r#"{"name": "searx"}"#
    }
}
