//! A2A's own forms, as its JSON has them. What comes in may hold fields that are not known here; what goes out is whole.

use mesh_model::Millis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version that is spoken.
pub(super) const VERSION: &str = "1.0";

/// Where a task stands, in A2A's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// What clients send who write out what they leave open.
    #[serde(rename = "TASK_STATE_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "TASK_STATE_SUBMITTED")]
    Submitted,
    #[serde(rename = "TASK_STATE_WORKING")]
    Working,
    #[serde(rename = "TASK_STATE_COMPLETED")]
    Completed,
    #[serde(rename = "TASK_STATE_FAILED")]
    Failed,
    #[serde(rename = "TASK_STATE_CANCELED")]
    Canceled,
    #[serde(rename = "TASK_STATE_INPUT_REQUIRED")]
    InputRequired,
    /// Never answered: whoever does not want a task of the mesh leaves it to others or fails it.
    #[serde(rename = "TASK_STATE_REJECTED")]
    Rejected,
    /// Never answered: what waits for a person of the mesh does not wait for the asker.
    #[serde(rename = "TASK_STATE_AUTH_REQUIRED")]
    AuthRequired,
}

impl State {
    /// Nothing more happens.
    pub fn is_ended(self) -> bool {
        matches!(
            self,
            State::Completed | State::Failed | State::Canceled | State::Rejected
        )
    }

    /// Nothing more happens unless the asker does something.
    pub fn is_settled(self) -> bool {
        self.is_ended() || matches!(self, State::InputRequired | State::AuthRequired)
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Role {
    #[serde(rename = "ROLE_USER")]
    User,
    #[serde(rename = "ROLE_AGENT")]
    Agent,
}

/// A part of a message or of a result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Part {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

impl Part {
    pub fn text(text: impl Into<String>) -> Part {
        Part {
            text: Some(text.into()),
            media_type: Some("text/plain".to_owned()),
            ..Part::default()
        }
    }

    pub fn data(data: Value) -> Part {
        Part {
            data: Some(data),
            media_type: Some("application/json".to_owned()),
            ..Part::default()
        }
    }
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub message_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub context_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub task_id: String,
    pub role: Role,
    pub parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_task_ids: Vec<String>,
}

/// How a message is to be answered.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Configuration {
    pub accepted_output_modes: Vec<String>,
    pub task_push_notification_config: Option<PushConfig>,
    pub history_length: Option<i64>,
    pub return_immediately: bool,
}

/// `SendMessage` and `SendStreamingMessage`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Send {
    pub message: Message,
    #[serde(default)]
    pub configuration: Option<Configuration>,
}

/// A task by its id: `GetTask`, `CancelTask` and `SubscribeToTask`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    pub id: String,
    #[serde(default)]
    pub history_length: Option<i64>,
}

/// `ListTasks`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct List {
    pub context_id: String,
    pub status: Option<State>,
    pub page_size: Option<i64>,
    pub page_token: String,
    pub history_length: Option<i64>,
    pub status_timestamp_after: Option<Millis>,
    pub include_artifacts: bool,
}

/// Where what happens to a task is told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PushConfig {
    pub id: String,
    pub task_id: String,
    pub url: String,
    #[serde(skip_serializing)]
    pub token: String,
    #[serde(skip_serializing)]
    pub authentication: Option<Authentication>,
}

/// How a receiver knows whom a notification is from.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Authentication {
    pub scheme: String,
    pub credentials: String,
}

/// A configuration by its task and id.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PushNamed {
    pub task_id: String,
    pub id: String,
}

/// The configurations of a task. There are few: they make one page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PushOf {
    pub task_id: String,
}

/// Where a task stands, since when, and a word about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Status {
    pub state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    pub timestamp: Millis,
}

/// What a task has put out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    pub artifact_id: String,
    pub name: String,
    pub parts: Vec<Part>,
    pub metadata: Map<String, Value>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    pub id: String,
    pub context_id: String,
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Vec<Artifact>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Message>,
}

/// Its status changed, or there is a word about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusUpdate {
    pub task_id: String,
    pub context_id: String,
    pub status: Status,
}

/// It has put something out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactUpdate {
    pub task_id: String,
    pub context_id: String,
    pub artifact: Artifact,
    pub last_chunk: bool,
}

/// An item of a stream. The answer to a message has the form of its first one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Update {
    Task(Box<Task>),
    StatusUpdate(StatusUpdate),
    ArtifactUpdate(ArtifactUpdate),
}

/// A page of tasks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tasks {
    pub tasks: Vec<Task>,
    pub next_page_token: String,
    pub page_size: usize,
    pub total_size: usize,
}
