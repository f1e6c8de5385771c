//! The protocol of Connect, in JSON: one message asked and answered, or a stream of messages that end with one more.

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::Stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Refused, answer, whole};
use crate::sandbox::kept::wire::{Fault, FaultKind};

/// The content type of a stream.
const STREAM: &str = "application/connect+json";
/// What marks the last message of a stream.
const LAST: u8 = 2;

/// An error as Connect tells it.
#[derive(Debug)]
pub(super) struct Error(pub &'static str, pub String);

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        let code = match fault.kind {
            FaultKind::NotFound => "not_found",
            FaultKind::Exists => "already_exists",
            FaultKind::Invalid => "invalid_argument",
            FaultKind::Full => "resource_exhausted",
            FaultKind::Gone => "unavailable",
        };
        // By this the client knows that it is the sandbox that has ended.
        let gone = fault.kind == FaultKind::Gone;
        let why = if gone {
            "The sandbox was not found".to_owned()
        } else {
            fault.why
        };
        Error(code, why)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        let code = match refused.0 {
            StatusCode::BAD_GATEWAY => "unavailable",
            StatusCode::NOT_FOUND => "not_found",
            _ => "invalid_argument",
        };
        Error(code, refused.1)
    }
}

impl Error {
    fn json(&self) -> Value {
        json!({"code": self.0, "message": self.1})
    }

    fn status(&self) -> StatusCode {
        match self.0 {
            "not_found" => StatusCode::NOT_FOUND,
            "already_exists" => StatusCode::CONFLICT,
            "resource_exhausted" => StatusCode::TOO_MANY_REQUESTS,
            "unimplemented" => StatusCode::NOT_IMPLEMENTED,
            "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// One answer.
pub(super) fn unary(answered: Result<Value, Error>) -> Answer {
    match answered {
        Ok(value) => answer(StatusCode::OK, &value),
        Err(error) => answer(error.status(), &error.json()),
    }
}

/// A message of a stream.
pub(super) fn message(value: &Value) -> Bytes {
    framed(0, value)
}

/// The last message of a stream.
pub(super) fn last(error: Option<&Error>) -> Bytes {
    framed(
        LAST,
        &error.map_or_else(|| json!({}), |error| json!({"error": error.json()})),
    )
}

fn framed(flags: u8, value: &Value) -> Bytes {
    let text = value.to_string();
    let mut bytes = BytesMut::with_capacity(5 + text.len());
    bytes.put_u8(flags);
    bytes.put_u32(u32::try_from(text.len()).unwrap_or(u32::MAX));
    bytes.put_slice(text.as_bytes());
    bytes.freeze()
}

/// The messages of a body.
pub(super) fn messages(mut bytes: &[u8]) -> Result<Vec<Value>, Error> {
    let bad = || {
        Error(
            "invalid_argument",
            "the body is no stream of Connect in JSON".to_owned(),
        )
    };
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(5).ok_or_else(bad)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let length = usize::try_from(length).map_err(|_| bad())?;
        let (text, rest) = rest.split_at_checked(length).ok_or_else(bad)?;
        // Compressed messages were not offered.
        if head[0] == 0 {
            messages.push(serde_json::from_slice(text).map_err(|_| bad())?);
        }
        bytes = rest;
    }
    Ok(messages)
}

/// An answer that is a stream.
pub(super) fn stream(messages: impl Stream<Item = Bytes> + Send + 'static) -> Answer {
    use futures_util::StreamExt as _;
    let frames = messages.map(|bytes| Ok(Frame::data(bytes)));
    streamed(Response::new(StreamBody::new(frames).boxed_unsync()))
}

/// A stream that is an error alone.
pub(super) fn failed(error: &Error) -> Answer {
    streamed(Response::new(whole(last(Some(error)))))
}

/// A stream of one message.
pub(super) fn one(value: &Value) -> Answer {
    let mut bytes = BytesMut::from(&message(value)[..]);
    bytes.extend_from_slice(&last(None));
    streamed(Response::new(whole(bytes.freeze())))
}

fn streamed(mut answer: Answer) -> Answer {
    let json = HeaderValue::from_static(STREAM);
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_as_it_is_written() {
        let mut bytes = BytesMut::from(&message(&json!({"a": 1}))[..]);
        bytes.extend_from_slice(&message(&json!({"b": 2})));
        bytes.extend_from_slice(&last(None));
        let read = messages(&bytes).unwrap();
        assert_eq!(read, [json!({"a": 1}), json!({"b": 2})]);
        assert!(messages(&bytes[..bytes.len() - 1]).is_err());
        assert!(messages(&[0, 255, 255, 255, 255, 1]).is_err());
    }
}
