//! A2A 1.0 (Agent2Agent): whoever speaks it can give the agents of a mesh work.
//!
//! A message becomes a task, and a task is told in A2A's words. Whatever is done is an operation of the mesh, called with the
//! asker's own credential: nobody can do more by A2A than by REST.
//!
//! `asking` knows who asks whom, `calls` what each method does, `words` how messages and tasks are said, `files` what comes with them, `follow` what
//! happens meanwhile, `push` tells it to addresses. `rpc` and `http` are the two bindings.

mod asking;
mod calls;
mod card;
mod fault;
mod files;
mod follow;
mod http;
mod list;
mod push;
mod rpc;
pub(crate) mod sign;
mod streams;
mod versions;
mod wire;
mod words;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use mesh_model::Refusal;
use serde_json::Value;

use crate::edge::Edge;
use crate::problem::{Refused, unknown_address, wrong_method};
use crate::{body, caller, query, rest, router};
use asking::{Asking, Target};

/// Where cards of A2A are looked for.
pub(crate) const WELL_KNOWN: &str = "/.well-known/agent-card.json";
/// What begins all other addresses.
pub(crate) const BASE: &str = "/a2a";

/// What is asked at an address.
#[derive(Debug, PartialEq, Eq)]
enum What<'a> {
    Card,
    Rpc,
    Http(Vec<&'a str>),
}

/// The node's own card.
pub(crate) async fn node_card(State(edge): State<Arc<Edge>>, headers: HeaderMap) -> Response {
    let address = router::address(&edge, &headers);
    let card = sign::signed(&edge, &address, card::public(&address));
    card::answer(&card, &headers, true)
}

/// Everything below [`BASE`].
pub(crate) async fn serve(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = match query::decoded(parts.uri.path()) {
        Ok(path) => path,
        Err(refusal) => return Refused(refusal).into_response(),
    };
    let segments: Vec<&str> = path
        .strip_prefix(BASE)
        .unwrap_or_default()
        .split('/')
        .skip(1)
        .collect();
    let Some((target, what)) = place(&segments) else {
        return Refused(unknown_address()).into_response();
    };
    match what {
        What::Card if target == Target::Node => node_card(State(edge), parts.headers).await,
        What::Card => agent_card(edge, target, &parts).await,
        What::Rpc if parts.method != Method::POST => Refused(wrong_method()).into_response(),
        What::Rpc => match begin(edge, target, &parts, body).await {
            Ok((asking, version, _, body)) => match body::check_media_type(&parts.headers, &body) {
                Ok(()) => rpc::answer(asking, &version, &body).await,
                Err(refusal) => rpc::failed(&Value::Null, &refusal.into()),
            },
            Err(refusal) => rpc::failed(&Value::Null, &refusal.into()),
        },
        What::Http(path) => match begin(edge, target, &parts, body).await {
            Ok((asking, version, query, body)) => {
                let given = http::Given {
                    method: &parts.method,
                    path: &path,
                    query,
                    headers: &parts.headers,
                    body,
                };
                http::answer(asking, &version, given).await
            }
            Err(refusal) => http::failed(http::media(&parts.headers), &refusal.into()),
        },
    }
}

/// Whom an address means, and what is asked there.
fn place<'a>(segments: &[&'a str]) -> Option<(Target, What<'a>)> {
    let (target, rest) = match segments {
        ["agents", handle, rest @ ..] => (Target::Agent((*handle).to_owned()), rest),
        ["rooms", room, rest @ ..] => (Target::Room((*room).to_owned()), rest),
        rest => (Target::Node, rest),
    };
    let what = match rest {
        [] | [""] => What::Rpc,
        ["card"] | [".well-known", "agent-card.json"] => What::Card,
        ["v1", path @ ..] => What::Http(path.to_vec()),
        _ => return None,
    };
    Some((target, what))
}

/// Everything that is known of a request before it is understood.
type Begun = (Asking, String, Vec<(String, String)>, bytes::Bytes);

async fn begin(
    edge: Arc<Edge>,
    target: Target,
    parts: &Parts,
    body: Body,
) -> Result<Begun, Refusal> {
    let query = query::pairs(parts.uri.query())?;
    let version = versions::of(&parts.headers, &query);
    let query = versions::without(query);
    let body = body::read(body).await?;
    Ok((asking(edge, target, parts).await?, version, query, body))
}

async fn asking(edge: Arc<Edge>, target: Target, parts: &Parts) -> Result<Asking, Refusal> {
    edge.hosts.check_origin(&parts.headers)?;
    let from = caller::address(&parts.extensions);
    let caller = caller::signed_in(&edge, &parts.headers, from, "a2a").await?;
    Ok(Asking {
        address: router::address(&edge, &parts.headers),
        options: rest::options(parts)?,
        edge,
        caller,
        target,
    })
}

/// The card of an agent or a room, for whoever may know of it.
async fn agent_card(edge: Arc<Edge>, target: Target, parts: &Parts) -> Response {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Refused(wrong_method()).into_response();
    }
    let made = async {
        let asking = asking(edge, target, parts).await?;
        let whom = asking.whom().await?;
        card::extended(&asking, &whom).await
    };
    match made.await {
        Ok(card) => card::answer(&card, &parts.headers, false),
        Err(fault) => Refused(fault.refusal().clone()).into_response(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json_answer(media: &'static str, value: &Value) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, value.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_whom_and_what() {
        let rex = || Target::Agent("rex".to_owned());
        for (path, wanted) in [
            ("", Some((Target::Node, What::Rpc))),
            ("v1/tasks", Some((Target::Node, What::Http(vec!["tasks"])))),
            ("agents/rex", Some((rex(), What::Rpc))),
            ("agents/rex/", Some((rex(), What::Rpc))),
            ("agents/rex/card", Some((rex(), What::Card))),
            (
                "agents/rex/.well-known/agent-card.json",
                Some((rex(), What::Card)),
            ),
            (
                "agents/rex/v1/tasks/7:cancel",
                Some((rex(), What::Http(vec!["tasks", "7:cancel"]))),
            ),
            (
                "rooms/dev/card",
                Some((Target::Room("dev".to_owned()), What::Card)),
            ),
            ("agents/rex/other", None),
            ("elsewhere", None),
        ] {
            let segments: Vec<&str> = path.split('/').collect();
            assert_eq!(place(&segments), wanted, "{path}");
        }
    }
}
