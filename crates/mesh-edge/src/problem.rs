//! Refusals as RFC 9457 problem documents.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use mesh_model::{Effect, ErrorCode, Refusal};

/// A refusal on its way out over HTTP.
#[derive(Debug)]
pub(crate) struct Refused(pub Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused(refusal)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        let problem = self.0.problem();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A problem document is plain text and numbers: it always serialises.
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = problem.retry_after_ms {
            headers.insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000).max(1)));
        }
        if problem.code == ErrorCode::Unauthenticated {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"mesh\""),
            );
        }
        response
    }
}

/// No operation or page at that address.
pub(crate) fn unknown_address() -> Refusal {
    Refusal::new(
        ErrorCode::UnknownOperation,
        "there is nothing at this address",
        Effect::NothingDone,
        "GET /api/operations or /openapi.json list every operation with its path",
    )
}

/// The address takes other methods.
pub(crate) fn wrong_method() -> Refusal {
    Refusal::new(
        ErrorCode::MethodNotAllowed,
        "this address does not take that method",
        Effect::NothingDone,
        "the header Allow names the methods it takes",
    )
}
