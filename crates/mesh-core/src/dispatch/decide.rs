//! Dispatch as a whole: whether work is given out at all.

use mesh_model::NewEvent;
use mesh_model::command::DispatchCommand;
use mesh_model::events::{DispatchResumed, DispatchStopped};

use crate::Decision;
use crate::desk::Desk;

pub(crate) fn decide(desk: &Desk<'_>, command: &DispatchCommand) -> Decision {
    match command {
        DispatchCommand::Stop => stop(desk),
        DispatchCommand::Resume => resume(desk),
    }
}

fn stop(desk: &Desk<'_>) -> Decision {
    desk.check_operator("stop all dispatch")?;
    Ok(if desk.work.stopped {
        Vec::new()
    } else {
        vec![NewEvent::new(DispatchStopped {})]
    })
}

fn resume(desk: &Desk<'_>) -> Decision {
    desk.check_operator("let work be given out again")?;
    Ok(if desk.work.stopped {
        vec![NewEvent::new(DispatchResumed {})]
    } else {
        Vec::new()
    })
}
