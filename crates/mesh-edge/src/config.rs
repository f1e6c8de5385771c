//! What the edge can be told.

use std::sync::Arc;

use mesh_interchange::Links;

use crate::proxies::Proxy;

/// Settings of [`crate::serve`].
#[derive(Debug, Clone, Default)]
pub struct EdgeConfig {
    /// The address by which others reach the node, such as `https://mesh.example.org`.
    pub public_url: Option<String>,
    /// Further host names the node answers to.
    pub allowed_hosts: Vec<String>,
    /// Proxies before the node: only these are believed when they say for whom they ask.
    pub trusted_proxies: Vec<Proxy>,
    /// Pages of other ports of this machine may use the node: for work on the web page itself.
    pub dev: bool,
    /// Who takes the channels of other nodes. Without anybody the node takes none.
    pub links: Option<Arc<dyn Links>>,
}
