//! One question over HTTP, without a runtime: what a command line needs.

mod files;

use std::net::IpAddr;
use std::time::Duration;

use mesh_model::api::{NoInput, ParticipantNameInput, Registered, RoomRefInput};
use mesh_model::error::Problem;
use mesh_model::ops::{
    Declaration, IdentityAdd, IdentityList, InviteRedeem, MeGet, MessagePost, Method, OpKind,
    Operation, RoomGet, RoomList, StatusGet,
};
use mesh_model::session::api::SESSION_HEADER;
use mesh_model::{PublicKey, Refusal, RoomId, SessionId, refuse};
use mesh_proof::node::{CHALLENGE, PROOF};
use serde_json::{Map, Value};
use ureq::Agent;
use ureq::http::{Response, Uri};

use crate::node::Challenge;
use crate::signer::Signer;
use crate::signing::{self, Signing, Unsigned};
use crate::{Error, Seat};

pub use files::FileBytes;

/// Longer than any operation takes; a node that hangs is reported as unreachable.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Longer than a node takes to sign a line.
const PROOF_WAIT: Duration = Duration::from_secs(10);

/// A node's address and a token.
#[derive(Debug, Clone)]
pub struct Http {
    url: String,
    token: Option<String>,
    node: Option<PublicKey>,
    session: Option<SessionId>,
    agent: Agent,
    signing: Option<Signing>,
}

/// An answer: the body and how it came.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Value,
}

impl Http {
    /// Talks to `url` with `token`, if there is one.
    pub fn new(url: &str, token: Option<String>) -> Http {
        let url = url.trim_end_matches('/');
        Http {
            url: url.to_owned(),
            token,
            node: None,
            session: None,
            agent: agent(url, Some(ANSWER_WAIT)),
            signing: None,
        }
    }

    /// Talks to the node with this key alone: it is proved before each request.
    pub fn only(mut self, node: PublicKey) -> Http {
        self.node = Some(node);
        self
    }

    /// Comes by the context of this open session: what is answered counts as read there. Without one, a
    /// program counts as having read all that it may read.
    pub fn within(mut self, session: SessionId) -> Http {
        self.session = Some(session);
        self
    }

    /// The key of the node that listens there. Nothing is sent but a challenge.
    pub fn identify(&self) -> Result<PublicKey, Error> {
        let challenge = Challenge::fresh()?;
        let proof = proof(&self.agent, &self.url, &challenge)?;
        challenge.answered(&self.url, proof.as_deref())
    }

    /// Comes in by an invite as the holder of the key.
    pub fn redeem(&self, signer: &Signer, code: &str, handle: &str) -> Result<Registered, Error> {
        let challenge = Challenge::fresh()?;
        let (proof, health) = health(&self.agent, &self.url, &challenge)?;
        if let Some(node) = self.node {
            challenge.check(&self.url, node, proof.as_deref())?;
        }
        let mesh = health["mesh"].as_str().and_then(|mesh| mesh.parse().ok());
        let mesh =
            mesh.ok_or_else(|| Error::Protocol("the node does not name its mesh".to_owned()))?;
        self.call::<InviteRedeem>(signer.redeem(mesh, code, handle)?)
    }

    /// Signs from here on what is posted. A key that the node does not know yet is added to the
    /// participant's first.
    pub fn sign_with(&mut self, signer: Signer) -> Result<Seat, Error> {
        let me = self.call::<MeGet>(NoInput {})?.participant;
        let mesh = self.call::<StatusGet>(NoInput {})?.mesh;
        let mut seat = Seat::Known;
        if me.key != Some(signer.public()) {
            let who = ParticipantNameInput {
                participant: me.id.to_string(),
            };
            let keys = self.call::<IdentityList>(who)?;
            seat = signing::standing(signer.public(), &keys.items)?;
        }
        if seat == Seat::New {
            self.call::<IdentityAdd>(signing::addition(&signer, mesh, me.id, None))?;
        }
        self.signing = Some(Signing::new(signer, mesh));
        Ok(seat)
    }

    /// Puts a new key in the place of an old one, which is revoked at once.
    pub fn replace_key(&self, signer: &Signer, old: PublicKey) -> Result<(), Error> {
        let me = self.call::<MeGet>(NoInput {})?.participant;
        let mesh = self.call::<StatusGet>(NoInput {})?.mesh;
        self.call::<IdentityAdd>(signing::addition(signer, mesh, me.id, Some(old)))?;
        Ok(())
    }

    /// Calls an operation by its type.
    pub fn call<O: Operation>(&self, input: O::Input) -> Result<O::Output, Error> {
        let output = self.call_declared(&O::DECLARATION, serde_json::to_value(input)?)?;
        Ok(serde_json::from_value(output.body)?)
    }

    /// Calls an operation by its declaration. With a key, what is posted is signed.
    pub fn call_declared(
        &self,
        declaration: &Declaration,
        input: Value,
    ) -> Result<HttpResponse, Error> {
        if let Some(signing) = &self.signing
            && let Some(unsigned) = Unsigned::of(declaration.name, &input)
        {
            return self.post_signed(signing, unsigned, declaration, input);
        }
        self.carry(declaration, input)
    }

    fn post_signed(
        &self,
        signing: &Signing,
        unsigned: Unsigned,
        declaration: &Declaration,
        input: Value,
    ) -> Result<HttpResponse, Error> {
        let place = unsigned.place().to_owned();
        let Some(room) = self.room_of(signing, &unsigned)? else {
            // A conversation that is not open yet has no id to sign for: its first message opens it.
            return self.carry(declaration, unsigned.keyed(input));
        };
        let unsigned = unsigned.in_room(room);
        let post = &MessagePost::DECLARATION;
        match self.carry(post, signing.sign(&unsigned, room)?) {
            Err(error) if signing::may_be_stale(&error) && signing.forget(&place) => {
                let again = unsigned.again();
                match self.room_of(signing, &again)? {
                    Some(room) => self.carry(post, signing.sign(&again, room)?),
                    None => Err(error),
                }
            }
            answer => answer,
        }
    }

    /// The conversation that `@handle`, `group:NAME` or `everyone` stands for, if it is open.
    pub fn conversation(&self, to: &str) -> Result<Option<RoomId>, Error> {
        let rooms = self.call::<RoomList>(NoInput {})?;
        Ok(signing::conversation(to, &rooms))
    }

    fn room_of(&self, signing: &Signing, unsigned: &Unsigned) -> Result<Option<RoomId>, Error> {
        let place = unsigned.place();
        if let Some(known) = signing.known(place) {
            return Ok(Some(known));
        }
        let found = if unsigned.is_conversation() {
            self.conversation(place)?
        } else {
            let room = place.to_owned();
            Some(self.call::<RoomGet>(RoomRefInput { room })?.id)
        };
        if let Some(id) = found {
            signing.learn(place, id);
        }
        Ok(found)
    }

    fn carry(&self, declaration: &Declaration, input: Value) -> Result<HttpResponse, Error> {
        let Value::Object(mut fields) = input else {
            return Err(Error::Protocol("an input is a JSON object".to_owned()));
        };
        let mut target = fill_path(declaration.path, &mut fields)?;
        let body = if declaration.kind == OpKind::Query {
            target.push_str(&query(&fields));
            None
        } else {
            Some(Value::Object(fields).to_string())
        };
        self.request(declaration.method.name(), &target, body)
    }

    /// Fetches a path that is no operation.
    pub fn get(&self, path: &str) -> Result<HttpResponse, Error> {
        self.request(Method::Get.name(), path, None)
    }

    fn request(
        &self,
        method: &str,
        target: &str,
        body: Option<String>,
    ) -> Result<HttpResponse, Error> {
        if let Some(node) = self.node {
            prove(&self.agent, &self.url, node)?;
        }
        let uri: Uri = format!("{}{target}", self.url)
            .parse()
            .map_err(|why| self.unreachable(why))?;
        let mut request = ureq::http::Request::builder().method(method).uri(uri);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
            if let Some(session) = self.session {
                request = request.header(SESSION_HEADER, session.to_string());
            }
        }
        let sent = match body {
            Some(body) => {
                let request = request
                    .header("content-type", "application/json")
                    .body(body);
                self.agent
                    .run(request.map_err(|why| self.unreachable(why))?)
            }
            None => self
                .agent
                .run(request.body(()).map_err(|why| self.unreachable(why))?),
        };
        read(sent.map_err(|why| self.unreachable(why))?)
    }

    fn unreachable(&self, why: impl std::fmt::Display) -> Error {
        Error::Unreachable {
            url: self.url.clone(),
            why: why.to_string(),
        }
    }
}

/// What carries requests to a node: straight to the address that was named. A proxy of the environment
/// has no business between two programs of one machine, and a node sends nobody elsewhere.
pub fn agent(url: &str, wait: Option<Duration>) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(wait)
        .user_agent(concat!("mesh-sdk/", env!("CARGO_PKG_VERSION")));
    if url.parse().is_ok_and(|uri: Uri| is_loopback(&uri)) {
        config = config.proxy(None);
    }
    config.build().into()
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let numeric = bare.parse::<IpAddr>();
    bare == "localhost" || numeric.is_ok_and(|address| address.is_loopback())
}

/// Asks whoever listens at `url` to show that it is the node with this key. A request with a token
/// follows right behind, on the connection that stays open.
pub fn prove(agent: &Agent, url: &str, node: PublicKey) -> Result<(), Error> {
    let challenge = Challenge::fresh()?;
    let proof = proof(agent, url, &challenge)?;
    challenge.check(url, node, proof.as_deref())
}

/// What is answered to a challenge.
fn proof(agent: &Agent, url: &str, challenge: &Challenge) -> Result<Option<String>, Error> {
    Ok(health(agent, url, challenge)?.0)
}

/// What a node proves and what it says of itself to everybody.
fn health(
    agent: &Agent,
    url: &str,
    challenge: &Challenge,
) -> Result<(Option<String>, Value), Error> {
    let unreachable = |why: &dyn std::fmt::Display| Error::Unreachable {
        url: url.to_owned(),
        why: format!("{why}; nothing was sent"),
    };
    let request = ureq::http::Request::get(format!("{url}/api/health"))
        .header(CHALLENGE, challenge.text())
        .body(())
        .map_err(|why| unreachable(&why))?;
    let request = agent
        .configure_request(request)
        .timeout_global(Some(PROOF_WAIT))
        .build();
    let mut response = agent.run(request).map_err(|why| unreachable(&why))?;
    let proof = response.headers().get(PROOF);
    let proof = proof
        .and_then(|proof| proof.to_str().ok())
        .map(str::to_owned);
    let mut said = Value::Null;
    if proof.is_some()
        // Read to its end the connection can be used again; mostly what it says does not matter.
        && let Ok(body) = response.body_mut().read_to_vec()
    {
        said = serde_json::from_slice(&body).unwrap_or_default();
    }
    Ok((proof, said))
}

fn read(mut response: Response<ureq::Body>) -> Result<HttpResponse, Error> {
    let status = response.status().as_u16();
    if status >= 400 {
        return Err(refused(response));
    }
    let text = response
        .body_mut()
        .read_to_string()
        .map_err(|why| Error::Protocol(why.to_string()))?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(HttpResponse { status, body })
}

fn refused(mut response: Response<ureq::Body>) -> Error {
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().unwrap_or_default();
    match serde_json::from_str::<Problem>(&text) {
        Ok(problem) => Error::Refused(problem.into()),
        Err(_) => Error::Protocol(format!("status {status} without a problem document")),
    }
}

/// Moves the fields that the path names out of the input and into the path.
fn fill_path(path: &str, fields: &mut Map<String, Value>) -> Result<String, Error> {
    let mut filled = String::new();
    for part in path.split('/').skip(1) {
        filled.push('/');
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            None => filled.push_str(part),
            Some(name) => {
                let value = fields.remove(name);
                let value = value.ok_or_else(|| Error::Refused(missing(name)))?;
                filled.push_str(&percent(&plain(&value)));
            }
        }
    }
    Ok(filled)
}

/// What the path needs and the input lacks: it is refused as the node would.
fn missing(name: &str) -> Refusal {
    refuse::invalid(
        format!("missing field `{name}`"),
        "see the operation's page or /openapi.json for what it takes",
    )
}

fn query(fields: &Map<String, Value>) -> String {
    let mut query = String::new();
    for (name, value) in fields {
        let values = match value {
            Value::Null => continue,
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.push_str(&percent(&plain(value)));
        }
    }
    query
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn path_and_query_take_what_is_theirs() {
        let Value::Object(mut fields) =
            json!({"room": "a/b", "limit": 5, "types": ["x", "y z"], "none": null})
        else {
            unreachable!()
        };
        let path = fill_path("/api/rooms/{room}/messages", &mut fields).unwrap();
        assert_eq!(path, "/api/rooms/a%2Fb/messages");
        assert_eq!(query(&fields), "?limit=5&types=x&types=y%20z");
        assert!(fill_path("/api/rooms/{room}", &mut fields).is_err());
    }
}
