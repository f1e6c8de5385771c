//! `skill.get`

use super::{bundle, may_look, readable, shown, version, whose};
use crate::ops::present;
use crate::prelude::*;

use mesh_core::skill::bundle::unpack;
use mesh_model::limits::FILE_TEXT_BYTES_MAX;
use mesh_store::view::SkillRow;
use serde_json::{Map, Value};

impl Run for SkillGet {
    async fn run(door: &Door, call: &Call, input: SkillGetInput) -> Result<SkillContent, Refusal> {
        let (me, room) = (call.me()?, readable(call, &input.room)?);
        let row = version(door, call, room, &input.name, input.version).await?;
        let text = match &input.path {
            None => Some(row.body.text.clone()),
            Some(path) => file(door, &row, path).await?,
        };
        let name = input.name;
        let all = door
            .view(call, move |view| view.skill_versions(room, &name))
            .await?;
        let (access, reader) = (door.node().access(), present::reader(door, call));
        let heard = reader.hear(
            &access,
            &whose(&row),
            text.clone().unwrap_or_default(),
            Some(data(&row)),
        );
        let versions = all.iter().filter(|row| may_look(&access, me, row));
        Ok(SkillContent {
            skill: shown(&access, reader, &row),
            text: (text.is_some() || heard.enveloped).then_some(heard.text),
            data: heard.data,
            enveloped: heard.enveloped,
            versions: versions.map(|row| shown(&access, reader, row)).collect(),
        })
    }
}

/// One of its files, if it is a text of a size that goes through a call.
async fn file(door: &Door, row: &SkillRow, path: &str) -> Result<Option<String>, Refusal> {
    let bundle = bundle(door, row.body.sha256).await?;
    let files = unpack(&bundle)?;
    let found = files.iter().find(|file| file.path == path);
    let found = found.ok_or_else(|| {
        refuse::not_found(
            "file in the skill",
            "skill.get without a path lists its files",
        )
    })?;
    let text = std::str::from_utf8(found.bytes).ok();
    let text = text.filter(|text| text.len() <= FILE_TEXT_BYTES_MAX);
    Ok(text.map(str::to_owned))
}

/// What stands in its front matter beside name and description, what was said about the version, and its files.
fn data(row: &SkillRow) -> Map<String, Value> {
    let front = &row.body.front;
    let mut data = Map::new();
    let texts = [
        ("license", front.license.as_deref()),
        ("compatibility", front.compatibility.as_deref()),
        ("allowed-tools", front.allowed_tools.as_deref()),
        (
            "note",
            Some(row.body.note.as_str()).filter(|note| !note.is_empty()),
        ),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            data.insert(name.to_owned(), Value::from(text));
        }
    }
    if !front.metadata.is_empty() {
        let metadata = front.metadata.iter();
        let metadata: Map<String, Value> = metadata
            .map(|(name, text)| (name.clone(), Value::from(text.as_str())))
            .collect();
        data.insert("metadata".to_owned(), Value::Object(metadata));
    }
    let files = serde_json::to_value(&row.body.files).unwrap_or_default();
    data.insert("files".to_owned(), files);
    data
}
