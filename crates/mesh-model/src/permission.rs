//! What a credential may ask for: 17 permissions, presets for agents and for people.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)*) => {
        /// One of the 17 permissions. A credential without any has no access.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Permission {
            $($(#[doc = $doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Permission {
            /// All 17, in the order they are listed everywhere.
            pub const ALL: [Permission; 17] = [$(Permission::$variant,)*];

            /// Its name in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Permission::$variant => $name,)* }
            }
        }
    };
}

permissions! {
    /// See tasks and their results.
    TasksRead = "tasks:read",
    /// Create, change and cancel tasks.
    TasksWrite = "tasks:write",
    /// Stream partial output of a task.
    TasksStream = "tasks:stream",
    /// See participants, presence and groups.
    AgentsRead = "agents:read",
    /// Register participants and change one's own.
    AgentsWrite = "agents:write",
    /// Change any participant, roles and groups; disable participants.
    AgentsAdmin = "agents:admin",
    /// Read rooms one may listen to; inbox, search, streams.
    MessagesRead = "messages:read",
    /// Post messages and events; create, join and leave rooms.
    MessagesWrite = "messages:write",
    /// Read memories and shared context.
    MemoryRead = "memory:read",
    /// Change memories and shared context.
    MemoryWrite = "memory:write",
    /// Read the log, figures and refusals of the whole mesh.
    AdminAnalytics = "admin:analytics",
    /// Manage webhooks.
    AdminWebhooks = "admin:webhooks",
    /// Manage users.
    AdminUsers = "admin:users",
    /// Issue and revoke tokens, API keys and invites.
    AdminTokens = "admin:tokens",
    /// Manage plugins and event types.
    AdminPlugins = "admin:plugins",
    /// Manage links to other meshes.
    AdminFederation = "admin:federation",
    /// Dispatch by voice.
    VoiceDispatch = "voice:dispatch",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Permission {
    type Err = crate::BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Permission::ALL.into_iter().find(|p| p.name() == text);
        found.ok_or_else(|| crate::BadId {
            what: "permission",
            given: text.to_owned(),
        })
    }
}

/// A set of permissions; a list of names in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
#[schemars(with = "Vec<Permission>")]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// No access.
    pub const NONE: PermissionSet = PermissionSet(0);
    /// All 17.
    pub const ALL: PermissionSet = PermissionSet((1 << 17) - 1);

    /// Whether `permission` is in the set.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// The set with `permission` added.
    pub fn with(self, permission: Permission) -> PermissionSet {
        PermissionSet(self.0 | (1 << permission as u32))
    }

    /// What is in both sets.
    pub fn and(self, other: PermissionSet) -> PermissionSet {
        PermissionSet(self.0 & other.0)
    }

    /// Whether every member of this set is in `other`.
    pub fn within(self, other: PermissionSet) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.has(*p))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions
            .into_iter()
            .fold(PermissionSet::NONE, PermissionSet::with)
    }
}

impl From<Vec<Permission>> for PermissionSet {
    fn from(list: Vec<Permission>) -> Self {
        list.into_iter().collect()
    }
}

impl From<PermissionSet> for Vec<Permission> {
    fn from(set: PermissionSet) -> Self {
        set.iter().collect()
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(Permission::name))
            .finish()
    }
}

/// A named set of permissions: four for tokens, three for users.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// An agent that works: 9 permissions.
    Worker,
    /// An agent on a phone: `worker` without `voice:dispatch`, 8 permissions.
    Mobile,
    /// A person or agent that leads: `worker` with `agents:write` and `admin:analytics`, 11 permissions.
    Commander,
    /// All 17.
    Admin,
    /// An ordinary user account: what `commander` has.
    User,
    /// A user account that only looks.
    Viewer,
}

impl Preset {
    /// All presets, in the order they are listed everywhere.
    pub const ALL: [Preset; 6] = [
        Preset::Worker,
        Preset::Mobile,
        Preset::Commander,
        Preset::Admin,
        Preset::User,
        Preset::Viewer,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Worker => "worker",
            Preset::Mobile => "mobile",
            Preset::Commander => "commander",
            Preset::Admin => "admin",
            Preset::User => "user",
            Preset::Viewer => "viewer",
        }
    }

    /// The permissions it stands for.
    pub fn permissions(self) -> PermissionSet {
        use Permission::*;
        let mobile = [
            TasksRead,
            TasksWrite,
            TasksStream,
            AgentsRead,
            MessagesRead,
            MessagesWrite,
            MemoryRead,
            MemoryWrite,
        ];
        let mobile: PermissionSet = mobile.into_iter().collect();
        let worker = mobile.with(VoiceDispatch);
        let commander = worker.with(AgentsWrite).with(AdminAnalytics);
        match self {
            Preset::Mobile => mobile,
            Preset::Worker => worker,
            Preset::Commander | Preset::User => commander,
            Preset::Admin => PermissionSet::ALL,
            Preset::Viewer => [TasksRead, AgentsRead, MessagesRead, MemoryRead]
                .into_iter()
                .collect(),
        }
    }
}

impl FromStr for Preset {
    type Err = crate::BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Preset::ALL.into_iter().find(|p| p.name() == text);
        found.ok_or_else(|| crate::BadId {
            what: "preset",
            given: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_have_the_published_sizes() {
        let sizes: Vec<_> = Preset::ALL
            .iter()
            .map(|p| (p.name(), p.permissions().iter().count()))
            .collect();
        let expected = [
            ("worker", 9),
            ("mobile", 8),
            ("commander", 11),
            ("admin", 17),
            ("user", 11),
            ("viewer", 4),
        ];
        assert_eq!(sizes, expected);
    }

    #[test]
    fn a_set_is_a_list_of_names_in_json() {
        let set = Preset::Viewer.permissions();
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(
            json,
            r#"["tasks:read","agents:read","messages:read","memory:read"]"#
        );
        assert_eq!(serde_json::from_str::<PermissionSet>(&json).unwrap(), set);
        assert!(serde_json::from_str::<PermissionSet>(r#"["root"]"#).is_err());
    }
}
