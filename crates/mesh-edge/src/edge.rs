//! What all handlers share.

use std::sync::Arc;

use mesh_ops::{Door, Node};
use tokio::sync::watch;

use crate::config::EdgeConfig;
use crate::hosts::Hosts;
use crate::link::Gate;
use crate::metrics::Metrics;
use crate::proxies::Proxy;
use crate::public::Public;
use crate::serve::Alive;

/// The edge of one node.
pub(crate) struct Edge {
    /// The way in.
    pub door: Door,
    /// The node behind it.
    pub node: Arc<Node>,
    /// The names it answers to.
    pub hosts: Hosts,
    /// The proxies that it believes.
    pub proxies: Vec<Proxy>,
    /// The address by which others reach it, if that was configured, without a slash at its end.
    pub public_url: Option<String>,
    /// Where channels of other nodes come in.
    pub links: Gate,
    /// What everybody may look at.
    pub public: Public,
    /// What is counted.
    pub metrics: Metrics,
    /// Turns true when the node goes down.
    pub stopping: watch::Receiver<bool>,
    /// Cloned by everything that serves a client.
    pub alive: Alive,
}

impl Edge {
    pub fn new(
        door: Door,
        config: &EdgeConfig,
        stopping: watch::Receiver<bool>,
        alive: Alive,
    ) -> Edge {
        let public_url = config.public_url.as_deref();
        Edge {
            node: Arc::clone(door.node()),
            hosts: Hosts::new(public_url, &config.allowed_hosts, config.dev),
            proxies: config.trusted_proxies.clone(),
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            links: Gate::new(config.links.clone()),
            public: Public::default(),
            metrics: Metrics::default(),
            door,
            stopping,
            alive,
        }
    }
}

/// Waits until the node goes down.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender goes away only with the node.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
