//! Every error a client can meet: a stable code, its HTTP status and what it means.
//! Each code has a page in `docs/errors/`.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::Ruling;

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// A stable code. Clients may branch on it; the detail is for people.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum ErrorCode {
            $($(#[doc = $doc])* #[serde(rename = $code)] $variant,)*
        }

        impl ErrorCode {
            /// All codes.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The code as clients see it.
            pub fn code(self) -> &'static str {
                match self { $(ErrorCode::$variant => $code,)* }
            }

            /// The HTTP status it travels with.
            pub fn status(self) -> u16 {
                match self { $(ErrorCode::$variant => $status,)* }
            }

            /// A title that is the same every time.
            pub fn title(self) -> &'static str {
                match self { $(ErrorCode::$variant => $title,)* }
            }
        }
    };
}

error_codes! {
    /// The request is not of the form the operation takes.
    InvalidInput = "invalid_input", 400, "The request is not well formed";
    /// A cursor was not one the server gave out.
    BadCursor = "bad_cursor", 400, "The page cursor is not valid";
    /// A WebSocket frame that does not fit the moment, such as a call before hello.
    OutOfTurn = "out_of_turn", 400, "The frame came out of turn";
    /// No credential, or one that is unknown, expired or revoked.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// User name or password is wrong.
    LoginFailed = "login_failed", 401, "User name or password is wrong";
    /// The credential lacks the permission the operation needs.
    PermissionDenied = "permission_denied", 403, "This credential may not do that";
    /// The room does not allow it.
    CapabilityDenied = "capability_denied", 403, "The room does not allow that";
    /// The guard against prompt injection refused the content.
    ContentRefused = "content_refused", 403, "The guard refused the content";
    /// A signature does not fit what it is said to sign, or its key does not hold.
    BadSignature = "bad_signature", 403, "The signature does not hold";
    /// What a policy may not be: the detail names the place.
    InvalidPolicy = "invalid_policy", 422, "The policy is not valid";
    /// The Host or Origin of the request is not this node's.
    ForeignOrigin = "foreign_origin", 403, "The request came from a foreign page or name";
    /// There is no such thing, or the asker may not know of it.
    NotFound = "not_found", 404, "There is no such thing";
    /// No operation or page at that address.
    UnknownOperation = "unknown_operation", 404, "There is no such operation";
    /// The path exists, but not for this method.
    MethodNotAllowed = "method_not_allowed", 405, "That method is not for this address";
    /// The name is taken.
    NameTaken = "name_taken", 409, "The name is taken";
    /// The thing is not in a state that allows it.
    Conflict = "conflict", 409, "That does not fit the present state";
    /// The same idempotency key came with another request.
    IdempotencyMismatch = "idempotency_mismatch", 409, "The idempotency key was used for another request";
    /// The attempt's lease is over or somebody else holds the task now.
    StaleFence = "stale_fence", 409, "That attempt no longer holds the task";
    /// A task would wait for itself.
    DependencyCycle = "dependency_cycle", 409, "The tasks would wait for one another";
    /// The tokens or the money of an agent, a room or the day are used up.
    BudgetExceeded = "budget_exceeded", 403, "The budget is used up";
    /// The session belongs to somebody else.
    SessionConflict = "session_conflict", 409, "The session is somebody else's";
    /// It existed and is gone for good: an expired or used-up invite, a closed session.
    Gone = "gone", 410, "It is no longer there";
    /// More bytes than the limit.
    TooLarge = "too_large", 413, "The request is too large";
    /// The body's media type is not one the operation takes.
    UnsupportedMediaType = "unsupported_media_type", 415, "That media type is not accepted here";
    /// A payload does not match the schema that was registered for it.
    SchemaMismatch = "schema_mismatch", 422, "The payload does not match its schema";
    /// Too many requests.
    RateLimited = "rate_limited", 429, "Too many requests";
    /// A bug on our side.
    Internal = "internal", 500, "Something broke in the node";
    /// The log could not store it; nothing was kept.
    NotStored = "not_stored", 503, "Nothing was stored";
    /// The disk failed at a moment that leaves it unknown whether the command was stored.
    OutcomeUnknown = "outcome_unknown", 503, "It is unknown whether it was stored";
    /// The node does not write at present.
    ReadOnly = "read_only", 503, "The node is read-only";
    /// Too much work is waiting.
    Overloaded = "overloaded", 503, "The node is overloaded";
    /// The node is going down.
    ShuttingDown = "shutting_down", 503, "The node is shutting down";
    /// A read waited for a position that did not come in time.
    NotYet = "not_yet", 504, "The node has not got that far yet";
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A refusal: what happened (`detail`) and what to do next (`hint`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// The stable code.
    pub code: ErrorCode,
    /// What happened and what it means for the asker's data, for people.
    pub detail: Cow<'static, str>,
    /// What to do next, for people.
    pub hint: Cow<'static, str>,
    /// When trying again may help, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The rule that decided, as far as the asker may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Box<Ruling>>,
}

impl Refusal {
    /// A refusal with a detail and a hint.
    pub fn new(
        code: ErrorCode,
        detail: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Refusal {
        Refusal {
            code,
            detail: detail.into(),
            hint: hint.into(),
            retry_after_ms: None,
            rule: None,
        }
    }

    /// The same refusal, naming the rule that decided.
    pub fn ruled(mut self, rule: Ruling) -> Refusal {
        self.rule = Some(Box::new(rule));
        self
    }

    /// The same refusal, saying when to try again.
    pub fn retry_after_ms(mut self, ms: u64) -> Refusal {
        self.retry_after_ms = Some(ms);
        self
    }

    /// The RFC 9457 document that clients receive.
    pub fn problem(&self) -> Problem {
        Problem {
            kind: format!("/docs/errors/{}", self.code.code()).into(),
            title: self.code.title().into(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.clone(),
            hint: self.hint.clone(),
            retry_after_ms: self.retry_after_ms,
            rule: self.rule.clone(),
        }
    }
}

/// A problem document (RFC 9457), media type `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// A page that explains the code.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// The same for every problem with this code.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: ErrorCode,
    /// What happened, for people.
    pub detail: Cow<'static, str>,
    /// What to do next, for people.
    pub hint: Cow<'static, str>,
    /// When trying again may help, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The rule that decided, as far as the asker may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Box<Ruling>>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal {
            code: problem.code,
            detail: problem.detail,
            hint: problem.hint,
            retry_after_ms: problem.retry_after_ms,
            rule: problem.rule,
        }
    }
}
