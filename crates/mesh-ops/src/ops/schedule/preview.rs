//! `schedule.preview`

use super::when;
use crate::prelude::*;

use mesh_core::schedule::calendar::{self, Zone};

impl Run for SchedulePreview {
    async fn run(
        _: &Door,
        call: &Call,
        input: SchedulePreviewInput,
    ) -> Result<ScheduleTimes, Refusal> {
        let (when, name) = when!(input).read(call.now)?;
        let zone = Zone::named(&name)?;
        // Whether they are too close for the asker is said when it is made.
        let times = calendar::check(&when, &name, call.now, 0)?;
        let moment = |at| ScheduleMoment {
            at,
            local: zone.local(at),
        };
        Ok(ScheduleTimes {
            zone: name,
            times: times.into_iter().map(moment).collect(),
        })
    }
}
