//! What the edge can be told.

/// Settings of [`crate::serve`].
#[derive(Debug, Clone, Default)]
pub struct EdgeConfig {
    /// The address by which others reach the node, such as `https://mesh.example.org`.
    pub public_url: Option<String>,
    /// Further host names the node answers to.
    pub allowed_hosts: Vec<String>,
    /// Pages of other ports of this machine may use the node: for work on the web page itself.
    pub dev: bool,
}
