//! Who asks, and the one way a surface calls an operation.

use std::net::IpAddr;
use std::time::Instant;

use axum::http::header::{AUTHORIZATION, COOKIE, USER_AGENT};
use axum::http::{Extensions, HeaderMap, HeaderName};
use mesh_model::refuse::invalid;
use mesh_model::session::api::SESSION_HEADER;
use mesh_model::{ErrorCode, Refusal, SessionId};
use mesh_ops::{Caller, Options, PageCookie, Reply};
use serde_json::Value;

use crate::edge::Edge;

/// The browser's cookie.
pub(crate) const COOKIE_NAME: &str = "mesh_session";

/// What the node's own page shows beside the cookie, from the storage of its origin.
pub(crate) const PAGE_KEY: HeaderName = HeaderName::from_static("mesh-page-key");

/// The open session by whose context a single request comes.
const SESSION: HeaderName = HeaderName::from_static(SESSION_HEADER);

/// The address a connection came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PeerAddress(pub IpAddr);

/// The address that a request came from.
pub(crate) fn address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<PeerAddress>().map(|from| from.0)
}

/// The credentials of a request.
pub(crate) struct Credentials<'a> {
    pub token: Option<&'a str>,
    pub cookie: Option<&'a str>,
    pub page_key: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// Those in the headers.
    pub fn of(headers: &'a HeaderMap) -> Credentials<'a> {
        Credentials {
            token: bearer(headers),
            cookie: session_cookie(headers),
            page_key: page_key(headers),
        }
    }

    /// The cookie with its page's key: alone it lets nobody in.
    pub fn page(&self) -> Option<PageCookie<'a>> {
        Some(PageCookie {
            cookie: self.cookie?,
            page_key: self.page_key?,
        })
    }
}

/// The key of the page that asks.
pub(crate) fn page_key(headers: &HeaderMap) -> Option<&str> {
    headers.get(PAGE_KEY)?.to_str().ok()
}

/// The open session of the caller's by whose context a single request comes.
pub(crate) fn session(headers: &HeaderMap) -> Result<Option<SessionId>, Refusal> {
    let mut values = headers.get_all(SESSION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let session = value.to_str().ok().and_then(|text| text.parse().ok());
    match session {
        Some(session) if values.next().is_none() => Ok(Some(session)),
        _ => Err(invalid(
            "the header Mesh-Session is not one session's id",
            "send it once, with the id of an open session of yours, or leave it out",
        )),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = values
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

/// What the browser calls itself, shortened.
pub(crate) fn agent(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(
        value
            .chars()
            .take(mesh_model::limits::METADATA_CHARS_MAX)
            .collect(),
    )
}

/// Who made a request; nobody if it shows no credential that opens anything.
pub(crate) async fn of(edge: &Edge, credentials: &Credentials<'_>) -> Result<Caller, Refusal> {
    edge.door
        .authenticate(credentials.token, credentials.page())
        .await
}

/// Who made a request, for surfaces that serve nobody else. It counts as a request.
pub(crate) async fn signed_in(
    edge: &Edge,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    surface: &'static str,
) -> Result<Caller, Refusal> {
    let caller = of(edge, &Credentials::of(headers)).await?;
    edge.door.admit(&caller, address, surface).await?;
    Ok(caller)
}

/// Calls an operation, and counts it.
pub(crate) async fn call(
    edge: &Edge,
    surface: &'static str,
    caller: &Caller,
    operation: &str,
    input: Value,
    options: Options,
) -> Result<Reply, Refusal> {
    let began = Instant::now();
    let answer = edge.door.call(caller, operation, input, options).await;
    edge.metrics
        .call_seconds
        .observe(began.elapsed().as_secs_f64());
    let status = match &answer {
        Ok(reply) => reply.status,
        Err(refusal) => refusal.code.status(),
    };
    if surface != "http" {
        edge.node.metrics().request(surface, status);
    }
    if let Err(refusal) = &answer
        && refusal.code == ErrorCode::Internal
    {
        tracing::error!(operation, detail = %refusal, "an operation broke");
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=b; mesh_session=one; c=d".parse().unwrap());
        assert_eq!(Credentials::of(&headers).cookie, Some("one"));
        headers.insert(AUTHORIZATION, "bearer  mesh_ag_x".parse().unwrap());
        assert_eq!(Credentials::of(&headers).token, Some("mesh_ag_x"));
        headers.insert(AUTHORIZATION, "Basic eA==".parse().unwrap());
        assert_eq!(Credentials::of(&headers).token, None);
    }
}
