//! A deed carried out, by the operations that everybody has and as whoever asked.

use std::collections::BTreeMap;

use mesh_model::TaskId;
use mesh_model::events::{VariableKind, WorkerMode};
use serde_json::Value;

use crate::ops::chat;
use crate::ops::chat::act::task;
use crate::ops::chat::parse::Line;
use crate::prelude::*;

use super::dispatch::Voice;
use super::phrases::Want;
use super::yes::Deed;

/// What came of a deed.
pub(super) struct Came {
    pub task: Option<TaskId>,
    pub seq: Seq,
}

impl From<Done> for Came {
    fn from(done: Done) -> Came {
        Came {
            task: None,
            seq: done.seq,
        }
    }
}

impl From<TasksCreated> for Came {
    fn from(created: TasksCreated) -> Came {
        Came {
            task: created.tasks.first().map(|task| task.id),
            seq: created.seq,
        }
    }
}

impl Voice<'_> {
    /// Does it.
    pub(super) async fn perform(&self, deed: Deed) -> Result<Came, Refusal> {
        match deed {
            Deed::Decide {
                approval,
                approve,
                reason,
            } => {
                let input = ApprovalDecideInput {
                    approval,
                    approve,
                    reason,
                };
                Ok(self.ask::<ApprovalDecide>(input).await?.into())
            }
            Deed::Cancel { task } => {
                let input = TaskReasonInput {
                    task,
                    reason: String::new(),
                };
                Ok(self.ask::<TaskCancel>(input).await?.into())
            }
            Deed::Dispatch { on: true } => Ok(self.ask::<DispatchResume>(NoInput {}).await?.into()),
            Deed::Dispatch { on: false } => Ok(self.ask::<DispatchStop>(NoInput {}).await?.into()),
            Deed::Mode { who, want } => {
                let mode = match want {
                    Want::Pause => WorkerMode::Paused,
                    Want::Drain => WorkerMode::Draining,
                    _ => WorkerMode::Open,
                };
                let input = WorkerModeInput {
                    worker: who.to_string(),
                    mode,
                };
                Ok(self.ask::<mesh_model::ops::WorkerMode>(input).await?.into())
            }
            Deed::Task { room, who, text } => {
                let spec = TaskSpec {
                    assigned: Some(who.to_string()),
                    ..task(&text)
                };
                let input = TaskCreateInput {
                    room: room.to_string(),
                    tasks: vec![spec],
                };
                Ok(self.ask::<TaskCreate>(input).await?.into())
            }
            Deed::Open { room, want, text } => self.open(room, want, text).await,
            Deed::Template {
                room,
                template,
                values,
            } => self.template(room, template.to_string(), values).await,
        }
    }

    /// What chat does with `do` and `auto`.
    async fn open(&self, room: RoomId, want: Want, text: String) -> Result<Came, Refusal> {
        let line = match want {
            Want::Auto => Line::Auto { goal: text },
            _ => Line::Do { text },
        };
        let answer = chat::carry(self.door, self.call, room, line, "").await?;
        Ok(Came {
            task: answer.tasks.first().copied(),
            seq: answer.seq,
        })
    }

    async fn template(
        &self,
        room: RoomId,
        template: String,
        values: Vec<(String, String)>,
    ) -> Result<Came, Refusal> {
        let form = self
            .world
            .forms
            .iter()
            .find(|form| form.id.to_string() == template);
        let kind = |blank: &str| {
            let variables = form.map_or(&[][..], |form| &form.variables);
            let found = variables.iter().find(|variable| variable.name == blank);
            found.map_or(VariableKind::Text, |variable| variable.kind)
        };
        let typed = |(blank, text): (String, String)| {
            let value = match kind(&blank) {
                VariableKind::Text => Value::from(text),
                VariableKind::Flag => Value::from(text == "true"),
                VariableKind::Number | VariableKind::Report => {
                    serde_json::from_str(&text).unwrap_or(Value::from(text))
                }
            };
            (blank, value)
        };
        let input = TemplateDispatchInput {
            template,
            room: room.to_string(),
            values: values.into_iter().map(typed).collect::<BTreeMap<_, _>>(),
            capability: None,
            assigned: None,
            priority: None,
        };
        Ok(self.ask::<TemplateDispatch>(input).await?.into())
    }
}
