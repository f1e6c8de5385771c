//! Short names, for readers who pay for each word: `#room`, `@handle`, and `t41` for the task that begins
//! at place 41 of the log. What a caller may not know of has none.

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_core::{Access, Action};
use mesh_model::events::RoomKind;
use mesh_model::ops::Declaration;
use mesh_model::{Actor, ParticipantId, Refusal, RoomId, Seq, TaskId};
use serde_json::Value;

use crate::describe::schema::{COMPONENTS, Schemas};
use crate::door::{Call, Caller, Door, Options, refuse};
use crate::ops::task;

/// What a caller calls rooms and participants.
pub struct Names {
    access: Arc<Access>,
    me: Option<ParticipantId>,
}

impl Names {
    /// `#name`, or `@handle` for the conversation with somebody.
    pub fn room(&self, id: RoomId) -> String {
        let seen = self
            .me
            .is_some_and(|me| self.access.may(me, Action::See, id).is_ok());
        let Some(room) = self.access.room(id).filter(|_| seen) else {
            return "a room you may not see".to_owned();
        };
        let other = room.members.keys().find(|member| Some(**member) != self.me);
        match (&room.name, other) {
            (Some(name), _) => format!("#{name}"),
            (None, Some(other)) if room.kind == RoomKind::Direct => {
                format!("@{}", self.participant(*other))
            }
            (None, _) => id.to_string(),
        }
    }

    /// A participant's handle.
    pub fn participant(&self, id: ParticipantId) -> String {
        let sees = self
            .me
            .is_some_and(|me| self.access.sees_participant(me, id));
        match self.access.participant(id).filter(|_| sees) {
            Some(found) => found.handle.to_string(),
            None => id.to_string(),
        }
    }
}

/// The place in a task's short name.
pub(crate) fn task_place(name: &str) -> Option<Seq> {
    let digits = name.strip_prefix('t')?;
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).map(Seq)
}

impl Door {
    /// What the caller calls rooms and participants.
    pub fn names(&self, caller: &Caller) -> Names {
        Names {
            access: self.node().access(),
            me: caller.actor.and_then(Actor::participant),
        }
    }

    /// Where tasks begin, by which they are called.
    pub async fn places(&self, tasks: Vec<TaskId>) -> Result<BTreeMap<TaskId, Seq>, Refusal> {
        if tasks.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.wait_view(self.node().head(), None).await?;
        let view = self.node().view().clone();
        self.blocking(move || view.task_places(&tasks))
            .await?
            .map_err(crate::door::store_failed)
    }

    /// An input in which tasks have their ids where they had short names.
    pub async fn long_names(
        &self,
        caller: &Caller,
        declaration: &'static Declaration,
        mut input: Value,
    ) -> Result<Value, Refusal> {
        let Some(fields) = input.as_object_mut() else {
            return Ok(input);
        };
        let schemas = Schemas::all().fields(declaration);
        for (name, value) in fields {
            let is_task = schemas.get(name).is_some_and(means_task);
            if let Some(place) = value.as_str().and_then(task_place).filter(|_| is_task) {
                let head = self.node().head();
                let call = self.begin(caller, declaration, Options::default(), None, head);
                *value = Value::String(self.task_at(&call, place).await?.to_string());
            }
        }
        Ok(input)
    }

    /// The task that begins at a place, if the caller may know of it.
    pub(crate) async fn task_at(&self, call: &Call, place: Seq) -> Result<TaskId, Refusal> {
        let found = self.view(call, move |view| view.task_at(place)).await?;
        let id = found.ok_or_else(refuse::no_task)?;
        task::readable(self, call, id).await.map(|_| id)
    }
}

/// Whether a schema is that of a task's id, or of one that may be absent.
fn means_task(schema: &Value) -> bool {
    let named = schema.get("$ref").and_then(Value::as_str);
    let is = named.and_then(|path| path.strip_prefix(COMPONENTS)) == Some("TaskId");
    is || schema
        .get("anyOf")
        .and_then(Value::as_array)
        .is_some_and(|parts| parts.iter().any(means_task))
}

#[cfg(test)]
mod tests {
    use mesh_model::ops;

    use super::*;

    #[test]
    fn a_short_name_has_one_spelling() {
        assert_eq!(task_place("t41"), Some(Seq(41)));
        for bad in [
            "",
            "t",
            "41",
            "t041",
            "t0",
            "t-1",
            "t4x",
            "m41",
            "t99999999999999999999999",
        ] {
            assert_eq!(task_place(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_field_that_names_a_task_takes_it() {
        let takes = |operation: &str, field: &str| {
            let declaration = ops::named(operation).unwrap();
            means_task(&Schemas::all().fields(declaration)[field])
        };
        assert!(takes("task.get", "task"));
        assert!(takes("approval.ask", "task"));
        assert!(takes("task.list", "graph"));
        assert!(!takes("task.list", "room"));
    }
}
