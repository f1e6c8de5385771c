//! Declared operations over HTTP. What a path, a query and a body hold becomes one input.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mesh_model::ops::{Declaration, OpKind};
use mesh_model::refuse::invalid;
use mesh_model::{Effect, ErrorCode, Refusal};
use mesh_ops::{Cookie, Options, Reply};
use serde_json::Value;

use crate::caller::{self, COOKIE_NAME, Credentials, PeerAddress};
use crate::edge::Edge;
use crate::problem::Refused;
use crate::{body, query};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What axum took out of the path.
type PathParams = Result<RawPathParams, RawPathParamsRejection>;

/// Answers a request for a declared operation.
pub(crate) async fn answer(
    edge: Arc<Edge>,
    declaration: &'static Declaration,
    path: PathParams,
    request: Request,
) -> Response {
    match carry_out(&edge, declaration, path, request).await {
        Ok(reply) => success(reply, edge.hosts.https),
        Err(refusal) => Refused(refusal).into_response(),
    }
}

async fn carry_out(
    edge: &Edge,
    declaration: &'static Declaration,
    path: PathParams,
    request: Request,
) -> Result<Reply, Refusal> {
    let (parts, body) = request.into_parts();
    if declaration.kind == OpKind::Command {
        edge.hosts.check_origin(&parts.headers)?;
    }
    let path = path.map_err(|_| {
        invalid(
            "the path is not UTF-8",
            "percent-encode names in the path as UTF-8",
        )
    })?;
    let path: Vec<_> = path
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let query = query::pairs(parts.uri.query())?;
    let input = match declaration.kind {
        OpKind::Query => from_query(declaration, path, query)?,
        OpKind::Command => {
            if let Some((name, _)) = query.first() {
                let shown: String = name.chars().take(60).collect();
                return Err(invalid(
                    format!(
                        "the query holds '{shown}', but this operation takes its input in the body"
                    ),
                    "send it as a field of the JSON body",
                ));
            }
            let body = body::read(body).await?;
            body::check_media_type(&parts.headers, &body)?;
            merge(declaration, mesh_ops::parse_json(&body)?, &path)?
        }
    };
    let caller = caller::of(edge, &Credentials::of(&parts.headers)).await?;
    let options = options(&parts)?;
    caller::call(edge, "http", &caller, declaration.name, input, options).await
}

/// What a request says beside its input.
pub(crate) fn options(parts: &Parts) -> Result<Options, Refusal> {
    Ok(Options {
        key: idempotency_key(&parts.headers)?,
        address: parts.extensions.get::<PeerAddress>().map(|from| from.0),
        agent: caller::agent(&parts.headers),
        session: caller::session(&parts.headers)?,
        page_key: caller::page_key(&parts.headers).map(str::to_owned),
        ..Options::default()
    })
}

fn from_query(
    declaration: &Declaration,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
) -> Result<Value, Refusal> {
    // A name given in both is refused as given twice.
    let pairs: Vec<_> = path.into_iter().chain(query).collect();
    mesh_ops::coerce_query(declaration, &pairs)
}

/// Puts the path's fields into the body. The body may repeat them, but not differ.
fn merge(
    declaration: &Declaration,
    body: Value,
    path: &[(String, String)],
) -> Result<Value, Refusal> {
    let Value::Object(mut fields) = body else {
        return Err(invalid(
            "the body is not a JSON object",
            "send an object, {} if there is nothing to say",
        ));
    };
    let Value::Object(named) = mesh_ops::coerce_query(declaration, path)? else {
        return Ok(Value::Object(fields));
    };
    for (name, value) in named {
        if fields.get(&name).is_some_and(|given| *given != value) {
            return Err(invalid(
                format!("the field '{name}' differs from what the path names"),
                "leave it out of the body: the path says it",
            ));
        }
        fields.insert(name, value);
    }
    Ok(Value::Object(fields))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if values.next().is_none() => Ok(Some(key.to_owned())),
        _ => Err(invalid(
            "the header Idempotency-Key is not one printable text",
            "send it once; a UUID is a good one",
        )),
    }
}

pub(crate) fn success(reply: Reply, https: bool) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if reply.replayed {
        headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    if let Some(cookie) = reply.cookie {
        match cookie_header(&cookie, https) {
            Some(value) => headers.insert(SET_COOKIE, value),
            None => return Refused(no_cookie()).into_response(),
        };
    }
    response
}

/// The header that sets or removes the browser's cookie.
pub(crate) fn cookie_header(cookie: &Cookie, https: bool) -> Option<HeaderValue> {
    let (value, seconds) = match cookie {
        Cookie::Set {
            secret, lasts_ms, ..
        } => (secret.as_str(), lasts_ms / 1000),
        Cookie::Clear => ("", 0),
    };
    let secure = if https { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE_NAME}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}"
    );
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(crate) fn no_cookie() -> Refusal {
    Refusal::new(
        ErrorCode::Internal,
        "the cookie could not be written",
        Effect::told("you were not signed in"),
        "the node's own log says more; please report it",
    )
}

#[cfg(test)]
mod tests {
    use mesh_model::ops;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_path_wins_and_the_body_may_only_agree() {
        let post = ops::named("message.post").unwrap();
        let path = [("room".to_owned(), "general".to_owned())];
        let merged = merge(post, json!({"text": "x"}), &path).unwrap();
        assert_eq!(merged, json!({"room": "general", "text": "x"}));
        assert!(merge(post, json!({"room": "general", "text": "x"}), &path).is_ok());
        assert!(merge(post, json!({"room": "other", "text": "x"}), &path).is_err());
        assert!(merge(post, json!(["x"]), &path).is_err());
        let end = ops::named("browser.end").unwrap();
        assert_eq!(
            merge(end, json!({}), &[("browser".to_owned(), "7".to_owned())]).unwrap(),
            json!({"browser": 7})
        );
    }

    #[test]
    fn the_cookie_is_for_this_node_alone() {
        let set = Cookie::Set {
            secret: "abc".to_owned(),
            page_key: "def".to_owned(),
            lasts_ms: 86_400_000,
        };
        let text = cookie_header(&set, true).unwrap();
        assert_eq!(
            text,
            "mesh_session=abc; HttpOnly; SameSite=Strict; Path=/; Max-Age=86400; Secure"
        );
        let text = cookie_header(&Cookie::Clear, false).unwrap();
        assert_eq!(
            text,
            "mesh_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
        );
    }
}
