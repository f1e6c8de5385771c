//! Where programs outside knock. A request is turned away before its body is read, if its inlet is none, its address comes too
//! often or its body is too large; what proves it is looked at by the door.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mesh_model::limits::INLET_BODY_BYTES_MAX;
use mesh_model::refuse::too_large;
use mesh_model::{Effect, Refusal};
use mesh_ops::{INLET_HEADERS, Knock};
use serde_json::json;

use crate::edge::Edge;
use crate::problem::Refused;
use crate::router::json_answer;
use crate::{body, caller};

/// `POST`: a delivery.
pub(crate) async fn knock(
    State(edge): State<Arc<Edge>>,
    inlet: Path<String>,
    request: Request<Body>,
) -> Response {
    match take_in(&edge, &inlet.0, request).await {
        Ok(response) => response,
        Err(refusal) => {
            let mut response = Refused(refusal).into_response();
            // What was not read of the body is nobody's next request.
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

async fn take_in(edge: &Edge, inlet: &str, request: Request<Body>) -> Result<Response, Refusal> {
    let (parts, content) = request.into_parts();
    let id = edge
        .door
        .approach(inlet, caller::address(&parts.extensions))?;
    let told = parts.headers.get(CONTENT_LENGTH);
    let told = told.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if let Some(length) = told.filter(|length| *length > INLET_BODY_BYTES_MAX) {
        return Err(large(length));
    }
    let content = body::read_within(content, INLET_BODY_BYTES_MAX, large).await?;
    let knock = Knock {
        headers: headers(&parts.headers),
        body: content.to_vec().into(),
    };
    let delivered = edge.door.knock(id, knock).await?;
    let told = json!({"outcome": delivered.outcome, "number": delivered.number});
    Ok(json_answer(StatusCode::OK, &told))
}

fn large(bytes: usize) -> Refusal {
    let hint = "let the sender tell less of each event";
    too_large("the delivery", bytes, INLET_BODY_BYTES_MAX, hint).so(Effect::NothingStored)
}

/// The headers that mean something. One that comes twice means nothing: which of them is meant nobody knows.
fn headers(all: &HeaderMap) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for name in INLET_HEADERS {
        let mut values = all.get_all(name).iter();
        if let (Some(Ok(value)), None) = (values.next().map(HeaderValue::to_str), values.next()) {
            kept.insert(name.to_owned(), value.to_owned());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_comes_twice_means_nothing() {
        let mut all = HeaderMap::new();
        all.append("x-webhook-secret", "one".parse().unwrap());
        all.append("x-webhook-secret", "two".parse().unwrap());
        all.append("X-GitHub-Event", "push".parse().unwrap());
        all.append("cookie", "a=b".parse().unwrap());
        let kept = headers(&all);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept["x-github-event"], "push");
    }
}
