//! What a worker says of many tasks in one call: decided in its order, stored by one sync, each part answered for
//! itself.

use mesh_model::command::{Content, ContentEvidence};
use mesh_model::limits::TASK_PARTS_MAX;

use crate::ops::task::holds::PutOut;
use crate::prelude::*;

/// Refuses calls without parts, and with too many.
pub(crate) fn check_count(count: usize, field: &str) -> Result<(), Refusal> {
    if (1..=TASK_PARTS_MAX).contains(&count) {
        return Ok(());
    }
    Err(refuse::invalid(
        format!("the field '{field}' has {count} entries"),
        format!("send 1 to {TASK_PARTS_MAX} at a time"),
    )
    .so(Effect::NothingStored))
}

/// Submits the parts that are fit for it, and `last` behind them. Each keeps its number, and with that its
/// idempotency key, whatever becomes of the others.
pub(crate) async fn submit<C>(
    door: &Door,
    call: &Call,
    parts: &[Result<PutOut<C>, Refusal>],
    last: Option<Command>,
) -> Result<
    (
        Vec<Result<Outcome, Refusal>>,
        Option<Result<Outcome, Refusal>>,
    ),
    Refusal,
>
where
    C: Fn(ContentEvidence, Content) -> Command + Send + Sync,
{
    let ready = (0..).zip(parts);
    let ready = ready.filter_map(|(part, put_out)| Some((part, put_out.as_ref().ok()?.command())));
    let mut commands: Vec<(u32, Command)> = ready.collect();
    let asks = last.is_some();
    let behind = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    commands.extend(last.map(|command| (behind, command)));
    let mut answers = call.submit_parts(door, commands).await?;
    let last = if asks { answers.pop() } else { None };
    let mut answers = answers.into_iter();
    let mut told = Vec::with_capacity(parts.len());
    for (part, put_out) in (0..).zip(parts) {
        told.push(match put_out {
            Err(refusal) => Err(refusal.clone()),
            Ok(put_out) => match answers.next() {
                Some(Err(refusal)) => put_out.again(door, call, part, refusal).await,
                Some(answer) => answer,
                None => Err(refuse::internal("a part of the call was not answered")),
            },
        });
    }
    Ok((told, last))
}

/// One part's answer. Its refusal is treated like that of a whole call.
pub(crate) async fn answer<T>(
    door: &Door,
    call: &Call,
    answer: Result<T, Refusal>,
) -> PartAnswer<T> {
    match answer {
        Ok(done) => PartAnswer::Ok(done),
        Err(mut refusal) => {
            let (me, doing) = (call.me().ok(), call.declaration.name);
            door.refused(me, doing, &mut refusal).await;
            PartAnswer::Problem(Box::new(refusal.problem()))
        }
    }
}
