//! Mesh templates: what a file of one may say, and those that come along.

use std::collections::BTreeMap;
use std::path::Path;

use mesh_model::CapabilitySet;
use mesh_model::events::{History, RoomAccess};
use mesh_model::limits::{LABEL_CHARS_MAX, MESSAGE_BYTES_MAX, TEXT_CHARS_MAX};
use mesh_model::names;
use mesh_model::policy::Policy;
use serde::Deserialize;

use crate::failure::{Effect, Failure, Outcome};
use crate::source::Source;

/// The templates that come along.
pub const TEMPLATES: [(&str, &str); 5] = [
    (
        "dev-team",
        include_str!("../../../../templates/dev-team.toml"),
    ),
    (
        "research-lab",
        include_str!("../../../../templates/research-lab.toml"),
    ),
    (
        "incident-response",
        include_str!("../../../../templates/incident-response.toml"),
    ),
    (
        "open-source-project",
        include_str!("../../../../templates/open-source-project.toml"),
    ),
    (
        "social-plaza",
        include_str!("../../../../templates/social-plaza.toml"),
    ),
];

/// A mesh as a file says it should be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The mesh itself.
    pub mesh: Mesh,
    /// Its groups by name.
    #[serde(default)]
    pub groups: BTreeMap<String, Group>,
    /// The roles participants can have, by name.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// Its rooms by name.
    #[serde(default)]
    pub rooms: BTreeMap<String, Room>,
}

/// The mesh itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mesh {
    /// Its name; a mesh that is there already keeps its own.
    pub name: String,
    /// What it is, in a line.
    #[serde(default)]
    pub about: String,
    /// What everybody who comes should know, agents above all.
    #[serde(default)]
    pub guidance: String,
}

/// A group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What it is for.
    #[serde(default)]
    pub about: String,
}

/// A role.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What somebody with this role does.
    #[serde(default)]
    pub guidance: String,
}

/// A room.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// What it is about.
    #[serde(default)]
    pub topic: String,
    /// What those who come in should know; posted as the room's first message.
    #[serde(default)]
    pub guidance: String,
    /// Who can find and join it.
    #[serde(default)]
    pub visibility: RoomAccess,
    /// What newcomers may read.
    #[serde(default)]
    pub history: Option<History>,
    /// What members may do unless a rule says otherwise.
    #[serde(default)]
    pub defaults: Option<CapabilitySet>,
    /// Its rules.
    #[serde(default)]
    pub policy: Option<Policy>,
}

/// Reads a template by the name of one that comes along, else from a file.
pub fn source(name: &str) -> Outcome<Source> {
    let known = TEMPLATES.iter().find(|(known, _)| *known == name);
    match known {
        Some((known, text)) => Ok(Source::new(format!("{known}.toml"), *text)),
        None if name == "-" || Path::new(name).exists() => Source::read(name),
        None => Err(unknown(name)),
    }
}

/// The text of a template that comes along.
pub fn text(name: &str) -> Outcome<&'static str> {
    let known = TEMPLATES.iter().find(|(known, _)| *known == name);
    known.map(|(_, text)| *text).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Failure {
    let names: Vec<_> = TEMPLATES.iter().map(|(name, _)| *name).collect();
    Failure::usage(
        format!("'{name}' is neither a template that comes along nor a file"),
        format!("there are: {}", names.join(", ")),
    )
    .so(Effect::NothingChanged)
}

impl Template {
    /// Reads and checks a template; what only the node can know is checked when it is applied.
    pub fn read(source: &Source) -> Outcome<Template> {
        let template: Template = source.toml()?;
        template.check(source)?;
        Ok(template)
    }

    fn check(&self, source: &Source) -> Outcome<()> {
        let name = &self.mesh.name;
        if name.trim().is_empty() || name.chars().count() > LABEL_CHARS_MAX {
            let what = format!("a mesh's name has 1 to {LABEL_CHARS_MAX} characters");
            return Err(source.blame("mesh.name", &what));
        }
        let groups = self.groups.keys().map(|name| ("groups", name));
        let rooms = self.rooms.keys().map(|name| ("rooms", name));
        let roles = self.roles.keys().map(|name| ("roles", name));
        for (part, name) in groups.chain(rooms).chain(roles) {
            names::check(name)
                .map_err(|why| source.blame(&format!("{part}.{name}"), &why.to_string()))?;
        }
        if self.welcome().len() > MESSAGE_BYTES_MAX {
            let what = format!("guidance, groups and roles have at most {MESSAGE_BYTES_MAX} bytes");
            return Err(source.blame("mesh.guidance", &what));
        }
        for (name, room) in &self.rooms {
            if room.topic.chars().count() > TEXT_CHARS_MAX || room.topic.contains('\n') {
                let what = format!("a topic is one line of at most {TEXT_CHARS_MAX} characters");
                return Err(source.blame(&format!("rooms.{name}.topic"), &what));
            }
            if room.guidance.len() > MESSAGE_BYTES_MAX {
                let what = format!("guidance has at most {MESSAGE_BYTES_MAX} bytes");
                return Err(source.blame(&format!("rooms.{name}.guidance"), &what));
            }
        }
        Ok(())
    }

    /// What everybody should know, with the groups and roles there are.
    pub fn welcome(&self) -> String {
        let mut text = self.mesh.guidance.trim().to_owned();
        let groups = self.groups.iter();
        let groups = groups.map(|(name, group)| (name, &group.about));
        let roles = self.roles.iter();
        let roles = roles.map(|(name, role)| (name, &role.guidance));
        list(&mut text, "Groups", groups);
        list(&mut text, "Roles", roles);
        text
    }
}

fn list<'a>(
    text: &mut String,
    heading: &str,
    entries: impl Iterator<Item = (&'a String, &'a String)>,
) {
    let lines: Vec<_> = entries
        .map(|(name, about)| format!("- {name}: {}", about.trim()))
        .collect();
    if !lines.is_empty() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&format!("{heading}:\n{}", lines.join("\n")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_come_along_are_sound() {
        for (name, text) in TEMPLATES {
            let source = Source::new(name, text);
            let template = Template::read(&source).unwrap_or_else(|why| panic!("{name}: {why:?}"));
            assert!(template.rooms.contains_key("general"), "{name}");
            assert!(
                template.rooms.values().any(|room| room.policy.is_some()),
                "{name}"
            );
            assert!(
                !template.groups.is_empty() && !template.roles.is_empty(),
                "{name}"
            );
        }
    }

    #[test]
    fn an_error_names_line_and_remedy() {
        let wrong = |text: &str| match Template::read(&Source::new("t.toml", text)) {
            Err(Failure::Usage(reason)) => reason.what,
            other => panic!("{other:?}"),
        };
        let told = wrong("[mesh]\nname = \"x\"\n[rooms.ops]\ntopc = \"y\"\n");
        assert!(
            told.starts_with("t.toml:4:1: ") && told.contains("`topic`"),
            "{told}"
        );
        let told = wrong("[mesh]\nname = \"x\"\n[rooms.Ops]\n");
        assert!(
            told.starts_with("t.toml:3:") && told.contains("a-z"),
            "{told}"
        );
        let told = wrong("[mesh]\nabout = \"x\"\n");
        assert!(
            told.contains("t.toml:1:") && told.contains("add a line `name = …`"),
            "{told}"
        );
    }
}
