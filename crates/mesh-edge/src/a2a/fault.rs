//! What goes wrong, in A2A's words: its own errors, and what the mesh refuses. Both bindings tell the same.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use mesh_model::{Effect, ErrorCode, Refusal, refuse};
use serde_json::{Map, Value, json};

/// Which error of A2A it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    TaskNotFound,
    TaskNotCancelable,
    Unsupported,
    ContentType,
    Version,
    Params,
    Request,
    Json,
    Method,
    Internal,
    /// A refusal that A2A has no name for.
    Mesh,
}

/// How each is told: JSON-RPC's code, HTTP's status, the reason.
const TABLE: [(Kind, i32, u16, &str); 10] = [
    (Kind::TaskNotFound, -32001, 404, "TASK_NOT_FOUND"),
    (Kind::TaskNotCancelable, -32002, 400, "TASK_NOT_CANCELABLE"),
    (Kind::Unsupported, -32004, 400, "UNSUPPORTED_OPERATION"),
    (Kind::ContentType, -32005, 400, "CONTENT_TYPE_NOT_SUPPORTED"),
    (Kind::Version, -32009, 400, "VERSION_NOT_SUPPORTED"),
    (Kind::Params, -32602, 400, "INVALID_PARAMS"),
    (Kind::Request, -32600, 400, "INVALID_REQUEST"),
    (Kind::Json, -32700, 400, "JSON_PARSE"),
    (Kind::Method, -32601, 404, "METHOD_NOT_FOUND"),
    (Kind::Internal, -32603, 500, "INTERNAL"),
];
/// JSON-RPC's code for what only the mesh knows.
const MESH: i32 = -32000;

/// Something that cannot be done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub kind: Kind,
    why: Box<Refusal>,
}

impl From<Refusal> for Fault {
    fn from(why: Refusal) -> Fault {
        use ErrorCode::*;
        let kind = match why.code {
            InvalidInput | BadCursor | IdempotencyMismatch | SchemaMismatch | DependencyCycle => {
                Kind::Params
            }
            UnsupportedMediaType => Kind::ContentType,
            Internal => Kind::Internal,
            _ => Kind::Mesh,
        };
        Fault {
            kind,
            why: Box::new(why),
        }
    }
}

impl Fault {
    /// An error of A2A's own.
    pub fn new(
        kind: Kind,
        what: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Fault {
        let code = if kind == Kind::TaskNotCancelable {
            ErrorCode::Conflict
        } else {
            ErrorCode::InvalidInput
        };
        let why = Refusal::new(code, what, Effect::NothingDone, hint);
        Fault {
            kind,
            why: Box::new(why),
        }
    }

    /// A field of the input is not as it should be.
    pub fn field(
        name: &'static str,
        what: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Fault {
        let mut fault = Fault::new(Kind::Params, what, hint);
        *fault.why = fault.why.clone().within(name);
        fault
    }

    /// There is no such task, or not for the asker: both look the same.
    pub fn no_task() -> Fault {
        Fault {
            kind: Kind::TaskNotFound,
            why: Box::new(refuse::no_task()),
        }
    }

    /// The same refusal as an error about a task: one that the asker may not know of is not there.
    pub fn of_task(why: Refusal) -> Fault {
        match why.code {
            ErrorCode::NotFound => Fault::no_task(),
            _ => why.into(),
        }
    }

    /// The refusal in it.
    pub fn refusal(&self) -> &Refusal {
        &self.why
    }

    fn row(&self) -> (i32, u16, Cow<'static, str>) {
        let found = TABLE.iter().find(|(kind, ..)| *kind == self.kind);
        match found {
            Some((_, code, status, reason)) => (*code, *status, Cow::Borrowed(*reason)),
            None => {
                let reason = self.why.code.code().to_ascii_uppercase();
                (MESH, self.why.code.status(), reason.into())
            }
        }
    }

    /// The status of HTTP. A body of a media type that is not taken has HTTP's own, which a part of a message has not.
    pub fn status(&self) -> u16 {
        match self.why.code {
            ErrorCode::UnsupportedMediaType => ErrorCode::UnsupportedMediaType.status(),
            _ => self.row().1,
        }
    }

    fn details(&self) -> Value {
        let (_, _, reason) = self.row();
        let ours = matches!(self.kind, Kind::Mesh);
        let mut metadata = Map::new();
        metadata.insert("hint".to_owned(), self.why.hint.as_ref().into());
        if let Some(ms) = self.why.retry_after_ms {
            metadata.insert("retryAfterMs".to_owned(), ms.to_string().into());
        }
        let mut details = vec![json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": if ours { "themesh" } else { "a2a-protocol.org" },
            "metadata": metadata,
        })];
        if let Some(at) = self.why.at.as_deref().filter(|_| self.kind == Kind::Params) {
            details.push(json!({
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{"field": at, "description": self.why.what}],
            }));
        }
        Value::Array(details)
    }

    /// JSON-RPC's error object.
    pub fn rpc(&self) -> Value {
        json!({"code": self.row().0, "message": self.why.detail(), "data": self.details()})
    }

    /// The body of the binding over plain HTTP.
    pub fn http(&self) -> Value {
        let status = self.status();
        json!({"error": {
            "code": status,
            "status": grpc(self.kind, status),
            "message": self.why.detail(),
            "details": self.details(),
        }})
    }

    /// An answer with this status and body, and what HTTP itself says of the fault.
    pub fn answer(&self, status: u16, media: &'static str, body: &Value) -> Response {
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = self.why.retry_after_ms {
            headers.insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000).max(1)));
        }
        if status == 401 {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"mesh\""),
            );
        }
        response
    }
}

/// The name that gRPC has for it.
fn grpc(kind: Kind, status: u16) -> &'static str {
    match (kind, status) {
        (Kind::TaskNotCancelable | Kind::Unsupported | Kind::Version, _) | (_, 409 | 410) => {
            "FAILED_PRECONDITION"
        }
        (_, 401) => "UNAUTHENTICATED",
        (_, 403) => "PERMISSION_DENIED",
        (_, 404) => "NOT_FOUND",
        (_, 429) => "RESOURCE_EXHAUSTED",
        (_, 503 | 504) => "UNAVAILABLE",
        (_, 500) => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bindings_tell_an_error_by_its_name() {
        let fault = Fault::no_task();
        assert_eq!(fault.rpc()["code"], -32001);
        assert_eq!(fault.rpc()["data"][0]["reason"], "TASK_NOT_FOUND");
        assert_eq!(fault.rpc()["data"][0]["domain"], "a2a-protocol.org");
        let http = fault.http();
        assert_eq!(http["error"]["code"], 404);
        assert_eq!(http["error"]["status"], "NOT_FOUND");
        assert_eq!(http["error"]["details"], fault.rpc()["data"]);
    }

    #[test]
    fn what_a2a_has_no_name_for_keeps_the_code_of_the_mesh() {
        let refusal = Refusal::new(ErrorCode::RateLimited, "a", Effect::NothingDone, "b");
        let fault = Fault::from(refusal.retry_after_ms(1500));
        assert_eq!(fault.status(), 429);
        assert_eq!(fault.rpc()["code"], MESH);
        let info = &fault.rpc()["data"][0];
        assert_eq!(
            (
                &info["reason"],
                &info["domain"],
                &info["metadata"]["retryAfterMs"]
            ),
            (&json!("RATE_LIMITED"), &json!("themesh"), &json!("1500"))
        );
        let answer = fault.answer(fault.status(), "application/json", &fault.http());
        assert_eq!(answer.headers()[RETRY_AFTER], "2");
    }

    #[test]
    fn a_field_is_named() {
        let fault = Fault::field("message.parts", "it is empty", "say something");
        let bad = &fault.rpc()["data"][1]["fieldViolations"][0];
        assert_eq!(
            bad,
            &json!({"field": "message.parts", "description": "it is empty"})
        );
        assert_eq!(fault.http()["error"]["status"], "INVALID_ARGUMENT");
    }

    #[test]
    fn a_task_that_may_not_be_known_is_told_like_one_that_there_is_not() {
        let hidden = Fault::of_task(refuse::no_room());
        assert_eq!(hidden, Fault::no_task());
        assert_eq!(Fault::of_task(refuse::unauthenticated()).kind, Kind::Mesh);
    }
}
