//! Acting in the mesh: once for each word from outside, whatever is repeated.

use std::time::Duration;

use mesh_model::{ErrorCode, Refusal};
use mesh_sdk::{Client, Error};
use serde_json::Value;

/// The wait where the node names none, and the longest at a time.
const WAIT: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What came of an act.
#[derive(Debug)]
pub(crate) enum Done {
    /// It was carried out, now or before.
    Yes(Value),
    /// Something else was carried out before under the same key.
    Before,
    /// No, and why.
    No(Refusal),
}

/// Carries out under a key: whatever is repeated with it is carried out once. A node that cannot now is asked until it can,
/// so that no word is lost; what it will not do it says.
pub(crate) async fn act(
    client: &Client,
    name: &str,
    mut input: Value,
    key: String,
) -> Result<Done, Error> {
    input["idempotency_key"] = Value::String(key);
    loop {
        let why = match client.call_raw(name, input.clone()).await {
            Ok(answer) => return Ok(Done::Yes(answer)),
            Err(Error::Refused(why)) => why,
            Err(other) => return Err(other),
        };
        match why.code {
            ErrorCode::IdempotencyMismatch => return Ok(Done::Before),
            ErrorCode::Unauthenticated => return Err(Error::Refused(why)),
            ErrorCode::RateLimited
            | ErrorCode::NotStored
            | ErrorCode::OutcomeUnknown
            | ErrorCode::ReadOnly
            | ErrorCode::Overloaded
            | ErrorCode::ShuttingDown
            | ErrorCode::NotYet => {
                let asked = why.retry_after_ms.map(Duration::from_millis);
                tokio::time::sleep(asked.unwrap_or(WAIT).clamp(WAIT, WAIT_MAX)).await;
            }
            _ => return Ok(Done::No(why)),
        }
    }
}

/// What the node refuses to tell is not there for this reader.
pub(crate) fn seen<T>(asked: Result<T, Error>) -> Result<Option<T>, Error> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(Error::Refused(why)) if why.code != ErrorCode::Unauthenticated => Ok(None),
        Err(other) => Err(other),
    }
}
