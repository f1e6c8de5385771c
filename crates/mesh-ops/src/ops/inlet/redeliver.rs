//! `inlet.redeliver`: the body as it came goes the whole way once more, by today's rules

use mesh_model::limits::INLET_KEPT_MS;

use super::deliver;
use crate::prelude::*;

impl Run for InletRedeliver {
    async fn run(
        door: &Door,
        call: &Call,
        input: InletRedeliverInput,
    ) -> Result<InletDelivery, Refusal> {
        let found = call.own_inlet(input.inlet)?;
        let entries = door.inlets().entries(input.inlet, call.now);
        let entry = entries.iter().find(|entry| entry.number == input.number);
        let entry = entry.ok_or_else(|| {
            refuse::not_found("delivery", "inlet.deliveries lists the last ones")
                .so(Effect::NothingDone)
        })?;
        let knock = entry.knock.clone().ok_or_else(|| {
            refuse::gone(
                format!(
                    "the body of this delivery is not kept any more: it is for {} hours, as long as there is room",
                    INLET_KEPT_MS / 3_600_000
                ),
                "let the sender deliver it again",
            )
        })?;
        if let Some(seq) = entry.seq
            && deliver::is_erased(door, seq).await?
        {
            door.inlets().erase(seq);
            return Err(refuse::gone(
                "what came of this delivery was erased, and so was its body",
                "let the sender deliver it again",
            ));
        }
        if found.paused {
            return Err(refuse::conflict(
                "the inlet waits",
                "let it go on with inlet.resume",
            ));
        }
        call.pass_turn();
        let again = deliver::Again {
            number: input.number,
        };
        let entry = deliver::deliver(door, found, knock, None, Some(again)).await?;
        Ok(deliver::show(door, call, found, &entry.0))
    }
}
