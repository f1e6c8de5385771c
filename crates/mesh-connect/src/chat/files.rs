//! Files that come with words from there: each is put into the room's files, once, under a path that the message has for itself.

use std::time::Duration;

use mesh_model::api::FilePutInput;
use mesh_model::limits::MESSAGE_FILES_MAX;
use mesh_model::{ErrorCode, RoomId};
use mesh_sdk::http::Http;
use mesh_sdk::{Error, Options};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use super::Attached;
use crate::said::Trouble;

/// Between two tries at a node that cannot take it now.
const WAIT: Duration = Duration::from_secs(1);

/// Puts them, and says how the message names them; or why the room takes one not. One that is there already was put before by
/// a connector that was killed: the path is made of what the message is.
pub(super) async fn put(
    options: &Options,
    room: RoomId,
    service: &str,
    key: &str,
    files: &[Attached],
) -> Result<Result<Vec<Value>, String>, Trouble> {
    let folder = hex::encode(&Sha256::digest(key.as_bytes())[..8]);
    let mut named = Vec::new();
    for (index, file) in files.iter().take(MESSAGE_FILES_MAX).enumerate() {
        // The number before it makes the name another than each device's, and than each other file's.
        let path = format!("{service}/{folder}/{}-{}", index + 1, file.name);
        let input = FilePutInput {
            room: room.to_string(),
            path: path.clone(),
            ..FilePutInput::default()
        };
        loop {
            match one(options, &input, &file.bytes).await {
                Ok(()) => break,
                Err(Error::Refused(why)) => match why.code {
                    ErrorCode::Conflict => break,
                    ErrorCode::RateLimited | ErrorCode::Overloaded | ErrorCode::NotYet => {
                        let asked = why.retry_after_ms.map(Duration::from_millis);
                        sleep(asked.unwrap_or(WAIT).max(WAIT)).await;
                    }
                    ErrorCode::Unauthenticated => return Err(Error::Refused(why).into()),
                    _ => return Ok(Err(format!("a file was not taken into the room: {why}"))),
                },
                // It is there again one day, as the connection is.
                Err(Error::Unreachable { .. }) => sleep(WAIT).await,
                Err(other) => return Err(other.into()),
            }
        }
        named.push(json!({"file": path}));
    }
    Ok(Ok(named))
}

async fn one(options: &Options, input: &FilePutInput, bytes: &[u8]) -> Result<(), Error> {
    let mut http = Http::new(&options.url, Some(options.token.clone()));
    if let Some(node) = options.node {
        http = http.only(node);
    }
    let (input, bytes) = (input.clone(), bytes.to_vec());
    let put = tokio::task::spawn_blocking(move || {
        let length = Some(bytes.len() as u64);
        http.put_file(&input, bytes.as_slice(), length).map(drop)
    });
    put.await.unwrap_or(Err(Error::Closed))
}
