//! A declaration as JSON: for `operation.list` and `mesh ops`, with or without a node.

pub(crate) mod events;
pub(crate) mod openapi;
pub(crate) mod permissions;
pub(crate) mod schema;
pub(crate) mod tools;

use mesh_model::api::OperationInfo;
use mesh_model::ops::{Declaration, Needs, OpKind};

/// What there is to say about an operation.
pub fn describe(declaration: &'static Declaration) -> OperationInfo {
    OperationInfo {
        name: declaration.name.to_owned(),
        kind: if declaration.kind == OpKind::Query {
            "query"
        } else {
            "command"
        }
        .to_owned(),
        doc: declaration.doc.to_owned(),
        permission: match declaration.needs {
            Needs::Permission(permission) => Some(permission),
            Needs::Nothing | Needs::Credential | Needs::Owner => None,
        },
        method: declaration.method.name().to_owned(),
        path: declaration.path.to_owned(),
        example: serde_json::from_str(declaration.example).unwrap_or_default(),
    }
}
