//! What work cost: sums over the attempts at tasks.

use mesh_model::api::CostBy;
use mesh_model::events::Spend;
use mesh_model::{Millis, ParticipantId, RoomId};

use super::View;
use super::task::spend;
use crate::StoreError;
use crate::sql::{int, number};

/// What costs are added up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CostKey {
    /// A model; absent where it is not known.
    Model(Option<String>),
    /// An agent.
    Agent(ParticipantId),
    /// A room.
    Room(RoomId),
    /// Days since 1970.
    Day(u64),
}

/// A sum of costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostRow {
    /// Of what.
    pub key: CostKey,
    /// Attempts that are over.
    pub attempts: u32,
    /// What was spent.
    pub spend: Spend,
}

impl View {
    /// What attempts that ended since a moment cost: days in their order, all else the dearest first.
    pub fn costs(&self, by: CostBy, since: Millis) -> Result<Vec<CostRow>, StoreError> {
        let (column, order) = match by {
            CostBy::Model => ("model", "4 DESC, 3 DESC, 1"),
            CostBy::Agent => ("worker", "4 DESC, 3 DESC, 1"),
            CostBy::Room => ("room", "4 DESC, 3 DESC, 1"),
            CostBy::Day => ("ended_at / 86400000", "1"),
        };
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {column}, count(*), sum(tokens), sum(micros) FROM task_attempts
                 WHERE ended_at >= ?1 GROUP BY 1 ORDER BY {order}"
            ))?;
            let rows = statement.query_map([int(since.0)], |row| {
                Ok(CostRow {
                    key: match by {
                        CostBy::Model => CostKey::Model(row.get(0)?),
                        CostBy::Agent => CostKey::Agent(numbers.participant_id(row.get(0)?)),
                        CostBy::Room => CostKey::Room(numbers.room_id(row.get(0)?)),
                        CostBy::Day => CostKey::Day(number(row.get(0)?)),
                    },
                    attempts: row.get(1)?,
                    spend: spend(row, 2)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
