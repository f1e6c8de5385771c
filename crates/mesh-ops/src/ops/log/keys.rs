//! The node's keys as the log names them: the first with the mesh, another with each vault that was replaced.

use std::ops::ControlFlow;

use mesh_log::{LogReader, ReadError, Trust};
use mesh_model::events::MeshFacts;
use mesh_model::{Facts, PublicKey};

/// A key with which the node signs its log, from an event on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeKey {
    /// The event that names it.
    pub since: u64,
    /// The key.
    pub key: PublicKey,
}

/// The keys that a log names, the oldest first. Whoever writes a log names them: they prove nothing by themselves.
pub fn node_keys(reader: &LogReader) -> Result<Vec<NodeKey>, ReadError> {
    let mut keys = Vec::new();
    reader.read(1, |record| {
        if matches!(record.kind, "mesh.created" | "vault.replaced") {
            let key = match Facts::decode(record.kind, record.v, record.facts.get()) {
                Ok(Facts::Mesh(MeshFacts::Created(made))) => Some(made.node_key),
                Ok(Facts::Mesh(MeshFacts::VaultReplaced(replaced))) => Some(replaced.node_key),
                _ => None,
            };
            keys.extend(key.map(|key| NodeKey {
                since: record.seq,
                key,
            }));
        }
        ControlFlow::Continue(())
    })?;
    Ok(keys)
}

/// Each key in its turn. Without a readable first event any valid signature counts.
pub fn turns(keys: &[NodeKey]) -> Trust {
    match keys {
        [] => Trust::AnyKey,
        keys => Trust::Turns(keys.iter().map(|one| (one.since, one.key.0)).collect()),
    }
}
