//! Reading a request's body within its limits.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use mesh_model::limits::REQUEST_BYTES_MAX;
use mesh_model::refuse::invalid;
use mesh_model::{Effect, ErrorCode, Refusal};

/// A body that takes longer is somebody holding connections open.
const BODY_WAIT: Duration = Duration::from_secs(20);
/// What is read and thrown away of a body that is too large, so that its sender gets to read why.
const DISCARDED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The whole body, at most [`REQUEST_BYTES_MAX`] of it.
pub(crate) async fn read(body: Body) -> Result<Bytes, Refusal> {
    read_within(body, REQUEST_BYTES_MAX, |_| too_large()).await
}

/// The whole body, at most so many bytes of it.
pub(crate) async fn read_within(
    body: Body,
    most: usize,
    refused: impl FnOnce(usize) -> Refusal,
) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(BODY_WAIT, gather(body, most, refused)).await {
        Ok(read) => read,
        Err(_) => Err(invalid(
            format!(
                "the body did not come within {} seconds",
                BODY_WAIT.as_secs()
            ),
            "send it again; if the line is slow, send less at a time",
        )),
    }
}

async fn gather(
    body: Body,
    most: usize,
    refused: impl FnOnce(usize) -> Refusal,
) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut bytes = BytesMut::new();
    let mut count = 0;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| invalid("the body ended before its end", "send it again"))?;
        count += piece.len();
        if count <= most {
            bytes.extend_from_slice(&piece);
        } else if count > DISCARDED_BYTES_MAX {
            break;
        } else {
            bytes.clear();
        }
    }
    if count > most {
        return Err(refused(count));
    }
    Ok(bytes.freeze())
}

/// More bytes than a request may have.
pub(crate) fn too_large() -> Refusal {
    Refusal::new(
        ErrorCode::TooLarge,
        format!("the request is larger than {REQUEST_BYTES_MAX} bytes"),
        Effect::NothingDone,
        "send less at a time",
    )
}

/// Refuses a body that does not say that it is JSON. An empty one needs to say nothing.
pub(crate) fn check_media_type(headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let given = headers
        .get(CONTENT_TYPE)
        .map(|value| value.to_str().unwrap_or_default());
    let essence = |value: &str| {
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    };
    match given.map(essence).as_deref() {
        _ if body.is_empty() => Ok(()),
        Some("application/json") => Ok(()),
        Some(other) if other.starts_with("application/") && other.ends_with("+json") => Ok(()),
        _ => Err(Refusal::new(
            ErrorCode::UnsupportedMediaType,
            "the body does not say that it is JSON",
            Effect::NothingDone,
            "send the header `Content-Type: application/json`",
        )),
    }
}
