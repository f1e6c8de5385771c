//! `operation.list`

use crate::prelude::*;

impl Run for OperationList {
    async fn run(_: &Door, _: &Call, _: NoInput) -> Result<List<OperationInfo>, Refusal> {
        Ok(List {
            items: mesh_model::ops::all().map(crate::describe).collect(),
        })
    }
}
