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
    /// What the program's context has read stands against the act.
    Influenced = "influenced", 403, "What this context has read stands against it";
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

macro_rules! effects {
    ($($variant:ident = $code:literal, $words:literal;)*) => {
        /// What a refusal means for the reader's data. Not to be mixed up with what a rule of a policy does.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Effect {
            $(#[doc = $words] $variant,)*
            /// In words of its own; none if the refusal's own words say it.
            Told(Cow<'static, str>),
        }

        impl Effect {
            /// All that have a code.
            pub const CODED: &'static [Effect] = &[$(Effect::$variant,)*];

            /// The end of the sentence.
            pub fn words(&self) -> &str {
                match self {
                    $(Effect::$variant => $words,)*
                    Effect::Told(words) => words,
                }
            }

            /// The stable code that clients see; none for what is told in words only.
            pub fn code(&self) -> Option<&'static str> {
                match self {
                    $(Effect::$variant => Some($code),)*
                    Effect::Told(_) => None,
                }
            }
        }
    };
}

effects! {
    NothingDone = "nothing_done", "nothing was done";
    NothingCreated = "nothing_created", "nothing was created";
    NothingChanged = "nothing_changed", "nothing was changed";
    NothingPosted = "nothing_posted", "nothing was posted";
    NothingStored = "nothing_stored", "nothing was stored";
    NothingKept = "nothing_kept", "nothing was kept";
    NothingTaken = "nothing_taken", "nothing was taken";
    NothingIssued = "nothing_issued", "nothing was issued";
    NothingErased = "nothing_erased", "nothing was erased";
    NothingSent = "nothing_sent", "nothing was sent";
    NobodyRegistered = "nobody_registered", "nobody was registered";
    NobodySignedIn = "nobody_signed_in", "nobody was signed in";
}

impl Effect {
    /// An effect in words of its own.
    pub fn told(words: impl Into<Cow<'static, str>>) -> Effect {
        Effect::Told(words.into())
    }
}

/// A refusal as data. Its sentence is built in one place, by `Display`; nobody takes one apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The stable code.
    pub code: ErrorCode,
    /// The place in the input that is meant, if it is not all of it.
    pub at: Option<Box<str>>,
    /// What happened, for people, without what it means for their data.
    pub what: Cow<'static, str>,
    /// What it means for the asker's data.
    pub effect: Effect,
    /// What to do next, for people.
    pub hint: Cow<'static, str>,
    /// When trying again may help, in milliseconds from now.
    pub retry_after_ms: Option<u64>,
    /// The rule that decided, as far as the asker may know it.
    pub rule: Option<Box<Ruling>>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.what)?;
        match self.effect.words() {
            "" => Ok(()),
            words => write!(f, "; {words}"),
        }
    }
}

impl Refusal {
    /// A refusal: what happened, what it means for the asker's data, what to do next.
    pub fn new(
        code: ErrorCode,
        what: impl Into<Cow<'static, str>>,
        effect: Effect,
        hint: impl Into<Cow<'static, str>>,
    ) -> Refusal {
        Refusal {
            code,
            at: None,
            what: what.into(),
            effect,
            hint: hint.into(),
            retry_after_ms: None,
            rule: None,
        }
    }

    /// The same refusal, with this effect.
    pub fn so(mut self, effect: Effect) -> Refusal {
        self.effect = effect;
        self
    }

    /// The same refusal, about this place of the input. A place it has already is within this one.
    pub fn within(mut self, place: impl std::fmt::Display) -> Refusal {
        self.at = Some(match self.at {
            Some(at) => format!("{place}: {at}").into(),
            None => place.to_string().into(),
        });
        self
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

    /// The sentence: where, what happened and what it means for the asker's data.
    pub fn detail(&self) -> String {
        self.to_string()
    }

    /// The RFC 9457 document that clients receive.
    pub fn problem(&self) -> Problem {
        Problem {
            kind: format!("/docs/errors/{}", self.code.code()).into(),
            title: self.code.title().into(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail().into(),
            what: self.at.is_some().then(|| self.what.clone()),
            at: self.at.as_deref().map(|at| at.to_owned().into()),
            effect: self.effect.code().map(Cow::Borrowed),
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
    #[schemars(with = "crate::closed::Code")]
    pub kind: Cow<'static, str>,
    /// The same for every problem with this code.
    #[schemars(with = "crate::closed::Code")]
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: ErrorCode,
    /// What happened and what it means for the asker's data, for people.
    #[schemars(with = "crate::closed::Ours")]
    pub detail: Cow<'static, str>,
    /// The place in the input that is meant, such as `rules[2].name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub at: Option<Cow<'static, str>>,
    /// What is wrong there, beside `at`: `detail` is made of both and of `effect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub what: Option<Cow<'static, str>>,
    /// What it means for the asker's data, such as `nothing_posted`; absent where only `detail` says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Code>")]
    pub effect: Option<Cow<'static, str>>,
    /// What to do next, for people.
    #[schemars(with = "crate::closed::Ours")]
    pub hint: Cow<'static, str>,
    /// When trying again may help, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The rule that decided, as far as the asker may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Box<Ruling>>,
}

impl From<Problem> for Refusal {
    /// What `Refusal::problem` made becomes the same refusal again. A node of another version may build
    /// its sentence otherwise or know other effects: then all of it is `what`.
    fn from(problem: Problem) -> Refusal {
        let known = |effect: &&Effect| effect.code() == problem.effect.as_deref();
        let effect = Effect::CODED.iter().find(known);
        let end = effect.map_or(String::new(), |effect| format!("; {}", effect.words()));
        let whole = || problem.detail.strip_suffix(&end).map(str::to_owned);
        let (at, what, effect) = match (problem.at, problem.what, effect) {
            (Some(at), Some(what), Some(effect)) => {
                (Some(at.into_owned().into()), what, effect.clone())
            }
            (_, _, effect) => match (whole(), effect) {
                (Some(what), Some(effect)) => (None, what.into(), effect.clone()),
                _ => (None, problem.detail, Effect::told("")),
            },
        };
        Refusal {
            code: problem.code,
            at,
            what,
            effect,
            hint: problem.hint,
            retry_after_ms: problem.retry_after_ms,
            rule: problem.rule,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_built_of_its_parts_and_comes_back_from_the_wire() {
        for effect in Effect::CODED {
            let refusal = Refusal::new(ErrorCode::Conflict, "a: b; c", effect.clone(), "d")
                .within("rules[0]");
            assert_eq!(
                refusal.detail(),
                format!("rules[0]: a: b; c; {}", effect.words())
            );
            let wire = serde_json::to_string(&refusal.problem()).unwrap();
            let problem: Problem = serde_json::from_str(&wire).unwrap();
            assert_eq!(Refusal::from(problem), refusal);
        }
        let told = Refusal::new(ErrorCode::Internal, "a", Effect::told("b"), "c");
        assert_eq!(told.problem().effect, None);
        assert_eq!(Refusal::from(told.problem()).detail(), told.detail());
    }

    #[test]
    fn without_a_place_it_comes_back_too_and_one_of_another_version_is_taken_as_it_is() {
        let refusal = Refusal::new(ErrorCode::Conflict, "a", Effect::NothingDone, "b");
        let mut problem = refusal.problem();
        assert_eq!(problem.what, None);
        assert_eq!(Refusal::from(problem.clone()), refusal);
        for effect in ["nothing_new", "nothing_posted"] {
            problem.effect = Some(effect.into());
            problem.at = Some("elsewhere".into());
            let read = Refusal::from(problem.clone());
            assert_eq!(read.detail(), "a; nothing was done");
        }
    }

    #[test]
    fn a_place_is_within_the_next() {
        let refusal = Refusal::new(ErrorCode::InvalidInput, "a", Effect::NothingDone, "b");
        let refusal = refusal.within("the field 'check'").within("task 'x'");
        assert_eq!(refusal.at.as_deref(), Some("task 'x': the field 'check'"));
    }
}
