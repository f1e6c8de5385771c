//! Skills as prompts and resources. A list has names alone; what a skill says is read by `skill.get`, so a stranger's comes in an
//! envelope here too.

use std::net::IpAddr;

use mesh_model::ErrorCode;
use mesh_model::api::{SkillContent, SkillGetInput};
use mesh_model::ops::{Operation, SkillGet};
use mesh_model::skill::SKILL_FILE;
use mesh_model::{Refusal, SessionId, refuse};
use mesh_ops::{Caller, Options, SkillOffered, Stream, Taken};
use rmcp::ErrorData;
use rmcp::model::{
    GetPromptResult, Prompt, PromptMessage, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate, Role,
};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::caller;
use crate::edge::Edge;

/// How the names of prompts begin that are skills: `skill_ROOM_NAME`. Neither of the two has a line below in it.
const PROMPT: &str = "skill_";
/// How the addresses of their files begin: `skill://ROOM/NAME/PATH`.
const SCHEME: &str = "skill://";
const MARKDOWN: &str = "text/markdown";

/// Who asks, and in which context it reads.
pub(super) struct Asks<'a> {
    pub edge: &'a Edge,
    pub caller: &'a Caller,
    pub address: Option<IpAddr>,
    pub session: Option<SessionId>,
}

/// Whether a prompt is a skill.
pub(super) fn is_prompt(name: &str) -> bool {
    name.starts_with(PROMPT)
}

/// Whether an address is one of a skill's file.
pub(super) fn is_resource(uri: &str) -> bool {
    uri.starts_with(SCHEME)
}

/// What is told of a skill in a list: nothing that its author wrote.
fn about(skill: &SkillOffered) -> String {
    format!(
        "Version {} of the skill '{}' of {}, published by @{} ({})",
        skill.version, skill.name, skill.place, skill.by, skill.trust
    )
}

pub(super) fn prompts(edge: &Edge, caller: &Caller) -> Vec<Prompt> {
    let all = edge.door.skills(caller).into_iter();
    let prompt = |skill: SkillOffered| {
        let name = format!("{PROMPT}{}_{}", skill.place, skill.name);
        Prompt::new(name, Some(about(&skill)), None)
    };
    all.map(prompt).collect()
}

pub(super) fn resources(edge: &Edge, caller: &Caller) -> Vec<Resource> {
    let all = edge.door.skills(caller).into_iter();
    let resource = |skill: SkillOffered| {
        let uri = format!("{SCHEME}{}/{}/{SKILL_FILE}", skill.place, skill.name);
        Resource::new(uri, format!("{}/{}", skill.place, skill.name))
            .with_description(about(&skill))
            .with_mime_type(MARKDOWN)
    };
    all.map(resource).collect()
}

pub(super) fn template() -> ResourceTemplate {
    ResourceTemplate::new(format!("{SCHEME}{{room}}/{{name}}/{{+path}}"), "skill")
        .with_description("A file of a skill that a room has")
}

impl Asks<'_> {
    async fn get(&self, input: SkillGetInput) -> Result<SkillContent, Refusal> {
        let input = serde_json::to_value(input)
            .map_err(|_| refuse::internal("the question could not be written"))?;
        let options = Options {
            address: self.address,
            session: self.session,
            ..Options::default()
        };
        let name = SkillGet::DECLARATION.name;
        let reply = caller::call(self.edge, "mcp", self.caller, name, input, options).await?;
        serde_json::from_slice(&reply.body)
            .map_err(|_| refuse::internal("the node's own answer could not be read"))
    }

    /// What a skill says, for a conversation in which its user wants it.
    pub async fn prompt(&self, prompt: &str) -> Result<GetPromptResult, ErrorData> {
        let named = prompt
            .strip_prefix(PROMPT)
            .and_then(|rest| rest.rsplit_once('_'));
        let Some((room, name)) = named else {
            let told = format!("there is no prompt '{prompt}'");
            return Err(ErrorData::invalid_params(told, None));
        };
        let input = SkillGetInput {
            room: room.to_owned(),
            name: name.to_owned(),
            ..SkillGetInput::default()
        };
        let found = self.get(input).await.map_err(|why| invalid(&why))?;
        let skill = &found.skill;
        let whose = format!(
            "The skill '{}' of {room}, version {}, published by @{}. Its other files: skill.get with a path, or {SCHEME}{room}/{}/PATH.",
            skill.name, skill.version, skill.by.handle, skill.name
        );
        let text = found.text.map(String::from).unwrap_or_default();
        let messages = [whose, text].map(|text| PromptMessage::new_text(Role::User, text));
        Ok(GetPromptResult::new(messages.to_vec()))
    }

    /// One of its files.
    pub async fn resource(&self, uri: &str) -> Result<ReadResourceResult, ErrorData> {
        let missing =
            |why: &str| ErrorData::resource_not_found(why.to_owned(), Some(json!({ "uri": uri })));
        let named = uri.strip_prefix(SCHEME).and_then(|rest| {
            let (room, rest) = rest.split_once('/')?;
            let (name, path) = rest.split_once('/')?;
            Some((room, name, path))
        });
        let (room, name, path) = named.ok_or_else(|| missing("there is no such resource"))?;
        let is_main = path == SKILL_FILE;
        let input = SkillGetInput {
            room: room.to_owned(),
            name: name.to_owned(),
            path: (!is_main).then(|| path.to_owned()),
            ..SkillGetInput::default()
        };
        let found = self.get(input).await.map_err(|why| match why.code {
            ErrorCode::NotFound => missing(&why.detail()),
            _ => invalid(&why),
        })?;
        let text = found.text.map(String::from);
        let text =
            text.ok_or_else(|| missing("that file of the skill is no text, or a long one"))?;
        let media = if is_main { MARKDOWN } else { "text/plain" };
        let contents = ResourceContents::text(text, uri).with_mime_type(media);
        Ok(ReadResourceResult::new(vec![contents]))
    }
}

fn invalid(why: &Refusal) -> ErrorData {
    ErrorData::invalid_params(why.detail(), None)
}

/// Waits for changes of the skills that somebody may use.
pub(super) struct Changes(Stream);

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow, default)]
    push: Vec<&'a RawValue>,
}

impl Changes {
    /// From here on; nothing if the caller may not hear of them.
    pub async fn of(edge: &Edge, caller: &Caller, address: Option<IpAddr>) -> Option<Changes> {
        edge.door.skill_changes(caller, address).await.map(Changes)
    }

    /// The next one; nothing once the right to hear of them has ended.
    pub async fn next(&mut self) -> Option<()> {
        loop {
            match self.0.next().await {
                Ok(Taken::Frames(frames, _)) => {
                    let told = |frame| {
                        let read = serde_json::from_slice::<Frame<'_>>(frame);
                        read.is_ok_and(|frame| !frame.push.is_empty())
                    };
                    if frames.iter().any(|frame| told(frame)) {
                        return Some(());
                    }
                }
                // What was missed is in the list that is asked for next.
                Ok(Taken::CutOff) | Err(_) => return None,
            }
        }
    }
}
