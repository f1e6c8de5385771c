//! `token.list`

use crate::ops::present;
use crate::prelude::*;

use std::sync::Arc;

use mesh_core::Credential as Record;
use mesh_node::machine::Whose;

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
    let reader = present::reader(door, call);
    let items = found.iter().zip(labels).map(|(found, label)| {
        // Whoever issued it called it so; one that an invite gave is called so by its holder.
        let author = found.issuer.unwrap_or(found.participant);
        let whose = Whose::of_itself(&call.access, author);
        let (label, issued_at) = label.map(|row| (row.label, row.at)).unwrap_or_default();
        Credential {
            id: found.id,
            kind: found.kind,
            participant: present::participant(&call.access, found.participant),
            label: reader.tell(&call.access, &whose, label),
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
