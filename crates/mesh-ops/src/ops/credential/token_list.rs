//! `token.list`

use crate::ops::present;
use crate::prelude::*;

use std::sync::Arc;

use mesh_core::Credential as Record;

impl Run for TokenList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Credential>, Refusal> {
        credentials(door, call, CredentialKind::Token).await
    }
}

/// All credentials of one kind, newest first.
pub(super) async fn credentials(
    door: &Door,
    call: &Call,
    kind: CredentialKind,
) -> Result<List<Credential>, Refusal> {
    let mut found: Vec<Arc<Record>> = call
        .access
        .credentials()
        .filter(|found| found.kind == kind)
        .cloned()
        .collect();
    found.reverse();
    let ids: Vec<_> = found.iter().map(|found| found.id).collect();
    let labels = door
        .view(call, move |view| {
            ids.iter()
                .map(|id| view.credential_label(*id))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let items = found.iter().zip(labels).map(|(found, label)| {
        let (label, issued_at) = label.map(|row| (row.label, row.at)).unwrap_or_default();
        Credential {
            id: found.id,
            kind: found.kind,
            participant: present::participant(&call.access, found.participant),
            label,
            permissions: found.permissions,
            issued_at,
            expires: found.expires,
            per_minute: found.per_minute,
            per_day: found.per_day,
            revoked: call.access.is_revoked(found.id),
            made_with: found.maker,
        }
    });
    Ok(List {
        items: items.collect(),
    })
}
