//! The file `plugins.toml` in the mesh's folder: which tools there are and what calls them by itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mesh_model::Permission;
use mesh_model::address::Network;
use mesh_model::api::ToolAudience;
use mesh_model::home::Entry;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Plugins at most: each is a process.
const PLUGINS_MAX: usize = 16;
/// Hooks at most.
const HOOKS_MAX: usize = 64;

/// What is set up. Without the file: nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// For whom tools are, by the tool's name or its plugin's; the others are for those trusted as `owner` or `local`.
    pub audience: BTreeMap<String, ToolAudience>,
    /// A search engine that speaks SearxNG's JSON.
    pub web_search: Option<WebSearch>,
    /// A place that takes notifications as ntfy does.
    pub notify: Option<Notify>,
    /// Folders of which files may be told about.
    pub file_summary: Option<FileSummary>,
    /// Programs that offer tools over the Model Context Protocol.
    #[serde(rename = "plugin")]
    pub plugins: Vec<Plugin>,
    /// Where webhooks lead.
    pub webhooks: Webhooks,
    /// Where browsers are told of what waits.
    pub push: Push,
    /// Tools that are called when something happens.
    #[serde(rename = "hook")]
    pub hooks: Vec<Hook>,
    /// Nothing goes out, whatever is set up: the file does not say so, whoever starts the node does.
    #[serde(skip)]
    pub air_gapped: bool,
}

/// A search engine that speaks SearxNG's JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSearch {
    /// Its address, up to but without `/search`.
    pub url: String,
}

/// A place that takes notifications as ntfy does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// The topic's address.
    pub url: String,
    /// The name of a secret (`mesh secret set NAME`) that is shown as a bearer token.
    #[serde(default)]
    pub secret: Option<String>,
}

/// Folders of which files may be told about.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSummary {
    /// The folders, by the names that are used in questions.
    pub folders: BTreeMap<String, PathBuf>,
}

/// A program that offers tools over the Model Context Protocol on its standard input and output.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugin {
    /// Its name: its tools are called NAME.TOOL.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Its whole environment, besides PATH.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Where it runs; the mesh's folder `plugins/NAME` unless named.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// What a credential needs to use its tools; `tasks:write` unless named.
    #[serde(default = "tasks_write")]
    pub needs: Permission,
}

fn tasks_write() -> Permission {
    Permission::TasksWrite
}

/// What a hook waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A task was created.
    TaskCreated,
    /// A task is done.
    TaskCompleted,
    /// A task has failed.
    TaskFailed,
    /// An agent opened its first session.
    AgentOnline,
    /// An agent's last session ended.
    AgentOffline,
    /// Somebody is asked for approval.
    ApprovalRequested,
    /// A budget is nearly used up.
    BudgetWarned,
}

/// A tool that is called when something happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// What happens.
    pub on: Event,
    /// The tool.
    pub tool: String,
    /// Its input; `{title}` and the like in texts are filled in.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// Only in this room, by its name.
    #[serde(default)]
    pub room: Option<String>,
}

/// Where webhooks lead.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// Addresses and networks that webhooks may lead to though they are not of the open network, such as `127.0.0.1` or
    /// `10.0.0.0/8`; with `http://` too.
    #[serde(deserialize_with = "networks")]
    pub private: Vec<Network>,
}

/// Where browsers are told of what waits.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Push {
    /// Names of push services besides those of the makers of browsers, such as one of one's own.
    pub services: Vec<String>,
    /// Whom a push service may write to about what this node sends: `mailto:` or `https://`.
    pub contact: Option<String>,
}

fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Network>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let networks = texts
        .iter()
        .map(|text| text.parse().map_err(D::Error::custom));
    networks.collect()
}

/// Why the file cannot be used.
#[derive(Debug)]
pub struct BadSettings {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl std::fmt::Display for BadSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for BadSettings {}

impl Settings {
    /// Reads the folder's file. An unknown key is an error that names its line.
    pub fn load(home: &Path) -> Result<Settings, BadSettings> {
        let path = Entry::PluginsConfig.of(home);
        let bad = |why: String| BadSettings {
            path: path.clone(),
            why,
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Settings::default());
            }
            Err(why) => return Err(bad(why.to_string())),
        };
        Settings::parse(&text).map_err(bad)
    }

    fn parse(text: &str) -> Result<Settings, String> {
        let settings: Settings =
            toml::from_str(text).map_err(|why| why.to_string().trim_end().to_owned())?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), String> {
        if self.plugins.len() > PLUGINS_MAX || self.hooks.len() > HOOKS_MAX {
            return Err(format!(
                "at most {PLUGINS_MAX} plugins and {HOOKS_MAX} hooks"
            ));
        }
        let urls = [
            self.web_search.as_ref().map(|search| &search.url),
            self.notify.as_ref().map(|notify| &notify.url),
        ];
        for url in urls.into_iter().flatten() {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return Err(format!("'{url}' does not begin with https:// or http://"));
            }
        }
        let contact = self.push.contact.as_deref();
        if contact.is_some_and(|to| !to.starts_with("mailto:") && !to.starts_with("https://")) {
            return Err(
                "the contact of [push] begins with neither mailto: nor https://".to_owned(),
            );
        }
        for (index, plugin) in self.plugins.iter().enumerate() {
            mesh_model::names::check(&plugin.name)
                .map_err(|why| format!("the plugin's name '{}': {why}", plugin.name))?;
            if plugin.command.is_empty() {
                return Err(format!("the plugin '{}' has no command", plugin.name));
            }
            if self.plugins[..index]
                .iter()
                .any(|other| other.name == plugin.name)
            {
                return Err(format!("two plugins are called '{}'", plugin.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_set_up_and_what_is_wrong_is_named() {
        let text = r#"
            [web_search]
            url = "http://127.0.0.1:8888"
            [notify]
            url = "https://ntfy.example/mesh"
            secret = "ntfy"
            [file_summary]
            folders = { notes = "/srv/notes" }
            [webhooks]
            private = ["127.0.0.1", "10.0.0.0/8"]
            [audience.web_search]
            roles = ["scout"]
            trust = ["local", "federated"]
            [[plugin]]
            name = "git"
            command = ["git-tools", "--stdio"]
            needs = "tasks:read"
            [[hook]]
            on = "task_failed"
            tool = "notify"
            input = { title = "{title} failed" }
        "#;
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.plugins[0].needs, Permission::TasksRead);
        assert_eq!(settings.audience["web_search"].roles, ["scout"]);
        assert_eq!(settings.hooks[0].on, Event::TaskFailed);
        for (wrong, names) in [
            ("[web_serach]\nurl = \"x\"", "web_serach"),
            ("[web_search]\nurl = \"ftp://x\"", "ftp://x"),
            ("[webhooks]\nprivate = [\"lan\"]", "lan"),
            ("[push]\ncontact = \"me\"", "contact"),
            ("[[plugin]]\nname = \"a\"\ncommand = []", "no command"),
            ("[[plugin]]\nname = \"A b\"\ncommand = [\"x\"]", "A b"),
            ("[audience.x]\nguests = true", "guests"),
            ("[audience.x]\nrooms = [\"ops\"]", "ops"),
            ("[[hook]]\non = \"noon\"\ntool = \"notify\"", "noon"),
        ] {
            let why = Settings::parse(wrong).unwrap_err();
            assert!(why.contains(names), "{wrong}: {why}");
        }
    }
}
