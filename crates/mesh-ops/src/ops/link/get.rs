//! `link.get`

use super::describe;
use crate::prelude::*;

impl Run for LinkGet {
    async fn run(door: &Door, call: &Call, input: LinkRefInput) -> Result<Link, Refusal> {
        describe(door, call, call.link(&input.link)?)
    }
}
