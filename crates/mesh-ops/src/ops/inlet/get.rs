//! `inlet.get`

use super::describe;
use crate::prelude::*;

impl Run for InletGet {
    async fn run(door: &Door, call: &Call, input: InletRefInput) -> Result<Inlet, Refusal> {
        describe(door, call, call.inlet(input.inlet)?).await
    }
}
