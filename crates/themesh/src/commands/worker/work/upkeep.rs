//! What an idle worker may give itself to do, as it is said on the command line.

use std::time::Duration;

use clap::Args;
use mesh_work::upkeep::Upkeep;

#[derive(Debug, Args)]
pub struct UpkeepArgs {
    /// When it has nothing to do, look after things in this room: tidy its memories, propose what could be better after failures
    #[arg(long, value_name = "ROOM")]
    pub upkeep: Option<String>,
    /// Minutes that it has nothing to do before that
    #[arg(
        long,
        value_name = "MINUTES",
        default_value_t = 15,
        requires = "upkeep"
    )]
    pub upkeep_after: u32,
    /// Hours that each kind of it rests
    #[arg(long, value_name = "HOURS", default_value_t = 24, requires = "upkeep")]
    pub upkeep_rest: u32,
    /// Tasks of that kind that it gives itself in 24 hours at most
    #[arg(long, value_name = "N", default_value_t = 2, requires = "upkeep", value_parser = clap::value_parser!(u16).range(1..=48))]
    pub upkeep_a_day: u16,
}

impl UpkeepArgs {
    /// What is allowed; absent if nothing is.
    pub fn allowed(&self) -> Option<Upkeep> {
        Some(Upkeep {
            room: self.upkeep.clone()?,
            after: Duration::from_secs(u64::from(self.upkeep_after) * 60),
            rest: Duration::from_secs(u64::from(self.upkeep_rest) * 3600),
            per_day: self.upkeep_a_day,
        })
    }
}
