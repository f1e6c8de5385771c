//! The bytes of shared files and the bundles of skills, in and out, as they are read and written.

use std::io::Read;

use mesh_model::api::{
    FileGetInput, FilePutInput, FileStored, SkillGetInput, SkillPublishInput, SkillStored,
};
use mesh_model::ops::Method;
use mesh_model::session::api::SESSION_HEADER;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::SendBody;
use ureq::http::{Request, Response, Uri};

use super::{Http, agent, percent, prove, query, read, refused};
use crate::Error;

/// Bytes on their way here.
pub struct FileBytes {
    /// How many there are.
    pub bytes: Option<u64>,
    /// They themselves.
    pub reader: Box<dyn Read + Send>,
}

impl Http {
    /// Puts bytes into a room's files; `bytes` says how many there are, if that is known.
    pub fn put_file(
        &self,
        input: &FilePutInput,
        from: impl Read,
        bytes: Option<u64>,
    ) -> Result<FileStored, Error> {
        self.put_bytes("file", serde_json::to_value(input)?, from, bytes)
    }

    /// Publishes a skill by its bundle.
    pub fn put_skill(
        &self,
        input: &SkillPublishInput,
        bundle: &[u8],
    ) -> Result<SkillStored, Error> {
        let bytes = Some(bundle.len() as u64);
        self.put_bytes("skill", serde_json::to_value(input)?, bundle, bytes)
    }

    fn put_bytes<T: DeserializeOwned>(
        &self,
        what: &str,
        input: Value,
        mut from: impl Read,
        bytes: Option<u64>,
    ) -> Result<T, Error> {
        let target = target(what, input)?;
        let mut request = self.about_file(Method::Put, &target)?;
        request = request.header("content-type", "application/octet-stream");
        if let Some(bytes) = bytes {
            request = request.header("content-length", bytes.to_string());
        }
        let body = SendBody::from_reader(&mut from);
        let request = request.body(body).map_err(|why| self.unreachable(why))?;
        let sent = self.patient().run(request);
        let answer = read(sent.map_err(|why| self.unreachable(why))?)?;
        Ok(serde_json::from_value(answer.body)?)
    }

    /// The bytes of a version of a file.
    pub fn file_bytes(&self, input: &FileGetInput) -> Result<FileBytes, Error> {
        self.bytes("file", serde_json::to_value(input)?)
    }

    /// The bundle of a version of a skill.
    pub fn skill_bytes(&self, input: &SkillGetInput) -> Result<FileBytes, Error> {
        self.bytes("skill", serde_json::to_value(input)?)
    }

    fn bytes(&self, what: &str, input: Value) -> Result<FileBytes, Error> {
        let target = target(what, input)?;
        let request = self.about_file(Method::Get, &target)?.body(());
        let request = request.map_err(|why| self.unreachable(why))?;
        let sent = self.patient().run(request);
        let response: Response<ureq::Body> = sent.map_err(|why| self.unreachable(why))?;
        let status = response.status().as_u16();
        if status >= 400 {
            return Err(refused(response));
        }
        let length = response.headers().get("content-length");
        let bytes = length.and_then(|length| length.to_str().ok()?.parse().ok());
        Ok(FileBytes {
            bytes,
            reader: Box::new(
                response
                    .into_body()
                    .into_with_config()
                    .limit(u64::MAX)
                    .reader(),
            ),
        })
    }

    fn about_file(
        &self,
        method: Method,
        target: &str,
    ) -> Result<ureq::http::request::Builder, Error> {
        if let Some(node) = self.node {
            prove(&self.agent, &self.url, node)?;
        }
        let uri: Uri = format!("{}{target}", self.url)
            .parse()
            .map_err(|why| self.unreachable(why))?;
        let mut request = Request::builder().method(method.name()).uri(uri);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
            if let Some(session) = self.session {
                request = request.header(SESSION_HEADER, session.to_string());
            }
        }
        Ok(request)
    }

    /// Waits for a node's answer as long as bytes go; how long that is, is the line's affair.
    fn patient(&self) -> ureq::Agent {
        agent(&self.url, None)
    }
}

/// Where the bytes of a file or skill are: the operation's input in the address.
fn target(what: &str, input: Value) -> Result<String, Error> {
    let Value::Object(mut fields) = input else {
        return Err(Error::Protocol("an input is a JSON object".to_owned()));
    };
    let room = fields.remove("room");
    let room = room.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(format!(
        "/api/rooms/{}/{what}/bytes{}",
        percent(room),
        query(&fields)
    ))
}
