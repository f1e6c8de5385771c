//! What tools of daily use answer: text with what is needed to go on, each fact once, ids that the tools
//! take back. Whoever wants the whole as JSON asks with `mesh_call`.

mod message;
mod other;
mod page;
mod task;

use std::collections::BTreeMap;

use mesh_model::ops::*;
use mesh_model::{Effect, ErrorCode, Refusal, Seq, TaskId};
use mesh_ops::{Caller, Door, Names};
use serde_json::Value;

use page::Page;

/// What a text is written with besides the answer itself.
pub(super) struct Around {
    /// What the reader calls rooms and participants.
    names: Names,
    /// Where tasks begin in the log: what they are called.
    places: BTreeMap<TaskId, Seq>,
}

impl Around {
    fn task(&self, id: TaskId) -> String {
        match self.places.get(&id) {
            Some(place) => format!("t{place}"),
            None => id.to_string(),
        }
    }

    fn tasks(&self, ids: &[TaskId]) -> String {
        let names: Vec<_> = ids.iter().map(|id| self.task(*id)).collect();
        names.join(" ")
    }
}

/// An answer that has a form for models.
trait Compact<O: Operation> {
    /// The tasks it speaks of.
    fn tasks(&self) -> Vec<TaskId> {
        Vec::new()
    }

    /// Writes it.
    fn write(&self, input: &Value, around: &Around, page: &mut Page);
}

/// Calls a macro with the operations that have a form.
macro_rules! with_form {
    ($callback:ident) => {
        $callback! {
            InboxList InboxAck MessageSend MessageList MessageSearch EventPublish RoomList RoomJoin ParticipantList
            PresenceSet TaskCreate TaskGet TaskList MemorySet MemorySearch MeshGuide StatusGet
            ApprovalAsk
        }
    };
}

/// The text for an answer; nothing if the operation is no tool of daily use.
pub(super) async fn text(
    door: &Door,
    caller: &Caller,
    operation: &str,
    input: &Value,
    body: &[u8],
) -> Option<Result<String, Refusal>> {
    macro_rules! form_of {
        ($($op:ident)*) => {
            match operation {
                $(name if name == $op::DECLARATION.name => {
                    Some(of::<$op>(door, caller, input, body).await)
                })*
                _ => None,
            }
        };
    }
    with_form!(form_of)
}

async fn of<O: Operation>(
    door: &Door,
    caller: &Caller,
    input: &Value,
    body: &[u8],
) -> Result<String, Refusal>
where
    O::Output: Compact<O>,
{
    let answer: O::Output = serde_json::from_slice(body).map_err(|why| {
        tracing::error!(%why, "an answer is not what its declaration says");
        Refusal::new(
            ErrorCode::Internal,
            "the answer could not be written as text",
            Effect::told("what was asked for was done"),
            "ask for the same with mesh_call, which answers JSON",
        )
    })?;
    let around = Around {
        names: door.names(caller),
        places: door.places(answer.tasks()).await?,
    };
    let mut page = Page::default();
    answer.write(input, &around, &mut page);
    Ok(page.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_of_daily_use_has_a_form() {
        macro_rules! names {
            ($($op:ident)*) => { [$($op::DECLARATION.name),*] };
        }
        let formed = with_form!(names);
        for declaration in all() {
            assert_eq!(
                declaration.tool.is_some(),
                formed.contains(&declaration.name),
                "{}",
                declaration.name
            );
        }
    }
}
