//! Sessions: one connected run of a client; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ParticipantRef, PresenceTold, ProfileTold};
use crate::events::Visibility;
use crate::ids::{Seq, SessionId};
use crate::time::Millis;
use crate::told::Told;

/// The header by which a single request names the open session of the caller's by whose context it comes.
pub const SESSION_HEADER: &str = "mesh-session";

/// The entry of `_meta` by which an MCP client learns at `initialize` which session it got, and names the one that it goes on
/// with when it has to say `initialize` again.
pub const SESSION_META: &str = "mesh/session";

/// What a client states about itself. Not proven; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientInfo {
    /// The program, such as `mesh-cli`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The program's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The channel it comes by, such as `terminal` or `browser`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The language model behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The kind of machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// The machine's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The folder it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The branch of the repository that it works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// What a client states about itself, as its reader gets it. In an envelope all of it stands in `name`. Where it runs
/// (`hostname`, `cwd`, `branch`) is told to those behind whom the same person stands, and to the mesh's owner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClientTold {
    /// The program, such as `mesh-cli`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Told>,
    /// The program's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Told>,
    /// The channel it comes by, such as `terminal` or `browser`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Told>,
    /// The language model behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Told>,
    /// The kind of machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Told>,
    /// The machine's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<Told>,
    /// The folder it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<Told>,
    /// The branch of the repository that it works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Told>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// Whose.
    pub participant: ParticipantRef,
    /// What the client states about itself.
    pub client: ClientTold,
    /// Who made the participant whose session it is, as far as the reader sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParticipantRef>,
    /// Whether it says that it runs on the same machine as an open session of the reader's; absent if either says nothing of
    /// that, or it is not for the reader to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_machine: Option<bool>,
    /// When it began.
    pub opened_at: Millis,
    /// When it ended.
    pub closed_at: Option<Millis>,
}

/// Open a session without a WebSocket. It needs heartbeats to stay open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionOpenInput {
    /// A session of one's own to go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// What the client states about itself.
    #[serde(default, deserialize_with = "crate::common::object")]
    pub client: ClientInfo,
}

/// The session is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionOpened {
    /// The session.
    pub session: SessionId,
    /// Whether it went on rather than began.
    pub resumed: bool,
    /// What was restored and what was missed.
    pub welcome: Welcome,
    /// The place in the log.
    pub seq: Seq,
}

/// What was restored and what was missed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Welcome {
    /// When the participant was last connected; absent the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Millis>,
    /// Its groups' names.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub groups: Vec<String>,
    /// Its roles.
    #[schemars(with = "Vec<crate::closed::Led>")]
    pub roles: Vec<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// What it says of itself.
    pub profile: ProfileTold,
    /// Its presence as it left it.
    pub presence: PresenceTold,
    /// Messages that wait in its inbox.
    pub missed: u32,
    /// Those among them that name it or are direct.
    pub missed_mentions: u32,
    /// A sentence that says the above.
    #[schemars(with = "crate::closed::Ours")]
    pub greeting: String,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRefInput {
    /// The session.
    pub session: SessionId,
}

/// List sessions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionListInput {
    /// Only this participant's: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Ended ones too.
    #[serde(default)]
    pub ended: bool,
}
