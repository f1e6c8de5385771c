//! `cost.list`

use crate::ops::{present, task};
use crate::prelude::*;

use mesh_model::limits::COST_DAYS_MAX;
use mesh_store::view::{CostKey, CostRow, days_back};

impl Run for CostList {
    async fn run(
        door: &Door,
        call: &Call,
        input: CostListInput,
    ) -> Result<List<CostView>, Refusal> {
        let days = task::days(input.days, 1, COST_DAYS_MAX)?;
        let since = days_back(call.now, days);
        let rows = door
            .view(call, move |view| view.costs(input.by, since))
            .await?;
        let items = rows.into_iter().map(|row| sum(&call.access, row)).collect();
        Ok(List { items })
    }
}

fn sum(access: &Access, row: CostRow) -> CostView {
    let name = match row.key {
        CostKey::Model(model) => model,
        CostKey::Agent(agent) => Some(present::participant(access, agent).handle),
        CostKey::Room(room) => access.room(room).map(|found| match &found.name {
            Some(name) => name.clone(),
            None => found.id.to_string(),
        }),
        CostKey::Day(day) => Some(task::day_name(day)),
    };
    CostView {
        name: name.unwrap_or_else(|| "?".to_owned()),
        attempts: row.attempts,
        spend: row.spend,
    }
}
