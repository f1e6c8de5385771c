//! All that goes out, behind the door's one trait.

use std::path::Path;
use std::sync::Arc;

use mesh_model::Permission;
use mesh_model::home::Entry;
use mesh_ops::{Node, NodeTool, Told, Tools, Using};
use serde_json::{Map, Value};

use crate::plugin::Host;
use crate::settings::Settings;
use crate::{air_gap, file_summary, notify, web_search};

/// The tools that are built in, and the plugins.
pub struct Link {
    settings: Settings,
    plugins: Vec<Host>,
    node: Arc<Node>,
}

impl Link {
    /// With these settings; no plugin starts before somebody asks.
    pub fn new(node: Arc<Node>, home: &Path, settings: Settings) -> Link {
        let plugins = settings.plugins.iter();
        Link {
            plugins: plugins
                .map(|plugin| Host::new(plugin.clone(), home))
                .collect(),
            settings,
            node,
        }
    }

    fn built_in(&self) -> [NodeTool; 3] {
        let view = |name: &str, about: &str, input: Value, needs, off| NodeTool {
            name: name.to_owned(),
            about: about.to_owned(),
            input: input.as_object().cloned().unwrap_or_default(),
            needs,
            plugin: None,
            audience: None,
            off,
        };
        let settings = &self.settings;
        let missing = |is_set: bool, key: &'static str| {
            let file = Entry::PluginsConfig.name();
            (!is_set).then(|| format!("nothing is set up for it: {file} has no {key}"))
        };
        let outside = |is_set: bool, key: &'static str| {
            let gap = settings.air_gapped.then(|| air_gap::WHY.to_owned());
            gap.or_else(|| missing(is_set, key))
        };
        [
            view(
                file_summary::NAME,
                "Tell of a file in one of the node's folders: size, lines, headings, how it begins and ends",
                file_summary::schema(settings.file_summary.as_ref()),
                Permission::TasksWrite,
                missing(settings.file_summary.is_some(), "[file_summary] folders"),
            ),
            view(
                notify::NAME,
                "Send a notification to the person who runs the node",
                notify::schema(),
                Permission::TasksWrite,
                outside(settings.notify.is_some(), "[notify] url"),
            ),
            view(
                web_search::NAME,
                "Search the web: titles, addresses and what stands there",
                web_search::schema(),
                Permission::TasksWrite,
                outside(settings.web_search.is_some(), "[web_search] url"),
            ),
        ]
    }

    async fn all(&self) -> Vec<NodeTool> {
        let mut tools: Vec<NodeTool> = self.built_in().into();
        for plugin in &self.plugins {
            tools.extend(plugin.tools().await);
        }
        tools.into_iter().map(|tool| self.declared(tool)).collect()
    }

    /// The tool with for whom it is: by its own name, else by its plugin's.
    fn declared(&self, mut tool: NodeTool) -> NodeTool {
        let all = &self.settings.audience;
        let own = all.get(&tool.name);
        tool.audience = own.or_else(|| all.get(tool.plugin.as_ref()?)).cloned();
        tool
    }

    async fn found(&self, tool: String) -> Option<NodeTool> {
        for plugin in &self.plugins {
            if plugin.own(&tool).is_some() {
                let mut tools = plugin.tools().await;
                let found = tools
                    .iter()
                    .position(|known| known.name == tool || known.off.is_some())?;
                return Some(self.declared(tools.swap_remove(found)));
            }
        }
        let found = self.built_in().into_iter().find(|known| known.name == tool);
        found.map(|found| self.declared(found))
    }

    async fn used(&self, tool: String, input: Map<String, Value>) -> Result<Told, String> {
        let off = || format!("the tool '{tool}' is not set up");
        match tool.as_str() {
            web_search::NAME => {
                let engine = self.settings.web_search.as_ref().ok_or_else(off)?;
                web_search::search(engine, &input).await
            }
            file_summary::NAME => {
                let folders = self.settings.file_summary.as_ref().ok_or_else(off)?;
                file_summary::summary(folders, &input).await
            }
            notify::NAME => {
                let service = self.settings.notify.as_ref().ok_or_else(off)?;
                let token = match &service.secret {
                    Some(name) => Some(self.secret(name.clone()).await?),
                    None => None,
                };
                notify::send(service, token, &input).await
            }
            _ => {
                for plugin in &self.plugins {
                    if let Some(own) = plugin.own(&tool) {
                        return plugin.call(own, input).await;
                    }
                }
                Err(format!("there is no tool '{tool}'"))
            }
        }
    }

    /// A secret's value. Who asks for a tool never learns it, nor its name.
    async fn secret(&self, name: String) -> Result<String, String> {
        let node = Arc::clone(&self.node);
        let read = tokio::task::spawn_blocking(move || {
            let version = node.access().secret(&name)?.version;
            node.vault().secret(&name, version).ok().flatten()
        });
        read.await
            .ok()
            .flatten()
            .ok_or_else(|| "the secret that its settings name is not there".to_owned())
    }
}

impl Tools for Link {
    fn list(&self) -> Using<'_, Vec<NodeTool>> {
        Box::pin(self.all())
    }

    fn names(&self) -> Vec<String> {
        let own = [file_summary::NAME, notify::NAME, web_search::NAME];
        let plugins = self.settings.plugins.iter();
        let plugins = plugins.map(|plugin| plugin.name.clone());
        plugins.chain(own.map(str::to_owned)).collect()
    }

    fn find(&self, tool: String) -> Using<'_, Option<NodeTool>> {
        Box::pin(self.found(tool))
    }

    fn call(&self, tool: String, input: Map<String, Value>) -> Using<'_, Result<Told, String>> {
        Box::pin(self.used(tool, input))
    }
}
