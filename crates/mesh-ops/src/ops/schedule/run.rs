//! `schedule.run`

use super::{act, as_run};
use crate::door::Caller;
use crate::prelude::*;

use mesh_model::events::ScheduleFacts;

impl Run for ScheduleRun {
    async fn run(
        door: &Door,
        call: &Call,
        input: ScheduleRefInput,
    ) -> Result<ScheduleDone, Refusal> {
        let id = call.schedule_id(door, &input.schedule)?;
        let (caller, options) = (Caller::known(call.actor), call.options.clone());
        let mut inner = door.begin(&caller, call.declaration, options, call.key, call.head);
        (inner.schedule, inner.act) = (Some((id, None)), call.act);
        let acted = act::act(door, &inner).await;
        let ran = {
            let (mut notes, inner) = (call.notes(), inner.notes());
            notes.asked |= inner.asked;
            notes.seq = notes.seq.max(inner.seq);
            notes.replayed |= inner.replayed;
            inner.ran
        };
        acted?;
        let ran = ran.ok_or_else(|| refuse::internal("a run that was not submitted"))?;
        told::<Self>(door, call, &ran).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<ScheduleDone> {
        match facts.into_iter().next()? {
            Facts::Schedule(ScheduleFacts::Ran(ran)) => {
                Some(as_run(outcome.first, outcome.at, ran))
            }
            _ => None,
        }
    }
}
