//! `/api/v1/link`: channels that other nodes open.
//!
//! Until a node has proved its key it is somebody from an address: what such cost is bounded in all and for each, in number, in
//! time and in bytes. Who is wanted and what is said on a channel is not for this crate.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use mesh_interchange::{Links, accept};
use mesh_model::address::whose;
use mesh_model::limits::{LINK_HANDSHAKES_MAX, LINK_HANDSHAKES_OF_ONE_MAX};
use mesh_model::refuse::not_found;
use mesh_model::{Effect, ErrorCode, Refusal};

use crate::caller;
use crate::edge::{Edge, stopped};
use crate::problem::Refused;
use crate::ws;

/// A handshake that could not be begun is tried again after so long, milliseconds.
const AGAIN_MS: u64 = 1000;

/// Where channels come in, and how many are on their way in.
pub(crate) struct Gate {
    links: Option<Arc<dyn Links>>,
    begun: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Gate {
    pub fn new(links: Option<Arc<dyn Links>>) -> Gate {
        Gate {
            links,
            begun: Arc::default(),
        }
    }

    fn begin(&self, from: IpAddr) -> Result<Begun, Refusal> {
        let from = whose(from);
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = begun.values().sum();
        let own = begun.get(&from).copied().unwrap_or_default();
        if all >= LINK_HANDSHAKES_MAX || own >= LINK_HANDSHAKES_OF_ONE_MAX {
            return Err(crowded());
        }
        begun.insert(from, own + 1);
        Ok(Begun {
            all: Arc::clone(&self.begun),
            from,
        })
    }
}

/// A handshake that is under way, for as long as it is.
struct Begun {
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
    from: IpAddr,
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.from);
            }
        }
    }
}

/// Turns a request into a channel with another node.
pub(crate) async fn upgrade(State(edge): State<Arc<Edge>>, mut request: Request) -> Response {
    match begin(&edge, &mut request) {
        Ok((links, begun, key, upgrade)) => {
            tokio::spawn(take(edge, links, begun, upgrade));
            ws::switching(&key)
        }
        Err(refusal) => Refused(refusal).into_response(),
    }
}

fn begin(
    edge: &Edge,
    request: &mut Request,
) -> Result<(Arc<dyn Links>, Begun, String, OnUpgrade), Refusal> {
    let from = caller::address(request.extensions());
    edge.door.admit_node(from)?;
    let links = edge.links.links.clone().ok_or_else(no_links)?;
    let (key, upgrade) = ws::asked(edge, request)?;
    let from = from.unwrap_or(IpAddr::from([0; 4]));
    Ok((links, edge.links.begin(from)?, key, upgrade))
}

async fn take(edge: Arc<Edge>, links: Arc<dyn Links>, begun: Begun, upgrade: OnUpgrade) {
    let mut stopping = edge.stopping.clone();
    let key = edge.node.signing_key();
    let opened = async {
        let (stream, read) = ws::taken(upgrade).await?;
        let judge = |peer| links.judge(peer);
        Some(accept(stream, read.into(), &key, judge).await)
    };
    let opened = tokio::select! {
        opened = opened => opened,
        () = stopped(&mut stopping) => return,
    };
    drop(begun);
    match opened {
        Some(Ok(channel)) => links.take(channel),
        Some(Err(why)) => tracing::debug!(%why, "another node opened no channel"),
        None => tracing::debug!("a connection ended before it became a channel"),
    }
}

fn no_links() -> Refusal {
    not_found(
        "address",
        "this node takes no channels of other nodes; its owner links meshes",
    )
}

fn crowded() -> Refusal {
    Refusal::new(
        ErrorCode::Overloaded,
        "as many channels are being opened as this node opens at a time",
        Effect::NothingDone,
        "try again a little later",
    )
    .retry_after_ms(AGAIN_MS)
}
