//! Every declaration's example over REST, WebSocket and MCP: the same answers, the same mesh.

use std::collections::BTreeMap;

use mesh_model::ops::{self, OpKind};
use mesh_ops::testing::{Fixture, Normal, Surface};
use serde_json::{Map, Value, json};

use crate::house::House;
use crate::http::Request;
use crate::mcp::Session;
use crate::ws::Client;

struct Rest<'a>(&'a House);

impl<'a> Surface for Rest<'a> {
    type Beside = Rest<'a>;

    fn beside(&self) -> Rest<'a> {
        Rest(self.0)
    }

    async fn call(&mut self, token: &str, name: &str, input: Value) -> (u16, Value) {
        let declaration = ops::named(name).unwrap();
        let Value::Object(mut fields) = input else {
            panic!("{name}: the input is no object")
        };
        let mut path = fill(declaration.path, &mut fields);
        let query = declaration.kind == OpKind::Query;
        if query {
            let pairs: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}={}", plain(value)))
                .collect();
            path = format!("{path}?{}", pairs.join("&"));
        }
        let mut request = Request::new(declaration.method.name(), &path);
        if !token.is_empty() {
            request = request.token(token);
        }
        if !query {
            request = request.json(&Value::Object(fields));
        }
        let answer = request.send(self.0.at).await;
        (answer.status, answer.json())
    }
}

fn fill(path: &str, fields: &mut Map<String, Value>) -> String {
    let part = |part: &str| match part
        .strip_prefix('{')
        .and_then(|part| part.strip_suffix('}'))
    {
        Some(name) => plain(&fields.remove(name).unwrap()),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace(' ', "%20").replace('#', "%23"),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

struct Socket<'a> {
    house: &'a House,
    open: Vec<(String, Client)>,
}

impl<'a> Surface for Socket<'a> {
    type Beside = Rest<'a>;

    fn beside(&self) -> Rest<'a> {
        Rest(self.house)
    }

    async fn call(&mut self, token: &str, name: &str, input: Value) -> (u16, Value) {
        let declaration = ops::named(name).unwrap();
        // What is asked without a token is asked here with the owner's: a socket is always somebody's.
        let token = if token.is_empty() {
            &self.house.owner
        } else {
            token
        };
        let at = match self.open.iter().position(|(known, _)| known == token) {
            Some(at) => at,
            None => {
                self.open
                    .push((token.to_owned(), self.house.hello(token).await));
                self.open.len() - 1
            }
        };
        let answer = self.open[at].1.call(name, input).await;
        outcome(declaration.status, answer.get("ok"), answer.get("problem"))
    }
}

fn outcome(status: u16, ok: Option<&Value>, problem: Option<&Value>) -> (u16, Value) {
    match (ok, problem) {
        (Some(ok), None) => (status, ok.clone()),
        (None, Some(problem)) => (problem["status"].as_u64().unwrap() as u16, problem.clone()),
        other => panic!("{other:?}"),
    }
}

struct Mcp<'a> {
    house: &'a House,
    /// One for each token.
    sessions: BTreeMap<String, Session>,
}

impl<'a> Surface for Mcp<'a> {
    type Beside = Rest<'a>;

    fn beside(&self) -> Rest<'a> {
        Rest(self.house)
    }

    async fn call(&mut self, token: &str, name: &str, input: Value) -> (u16, Value) {
        let token = if token.is_empty() {
            &self.house.owner
        } else {
            token
        };
        let declaration = ops::named(name).unwrap();
        if !self.sessions.contains_key(token) {
            let session = Session::open(self.house, token).await.0;
            self.sessions.insert(token.to_owned(), session);
        }
        let result = self.sessions[token]
            .tool(
                token,
                "mesh_call",
                json!({"operation": name, "input": input}),
            )
            .await;
        let text = result["content"][0]["text"].as_str().unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        if result["isError"] == true {
            outcome(declaration.status, None, Some(&value))
        } else {
            assert_eq!(result["structuredContent"], value, "{name}");
            (declaration.status, value)
        }
    }
}

/// The walk's answers and the mesh afterwards, in normal form. A socket opens sessions of its own, so
/// what depends on who is connected is left out.
async fn walk<S: Surface>(
    house: &House,
    surface: &mut S,
) -> (Vec<(&'static str, u16, Value)>, Vec<Value>) {
    let fixture = Fixture::prepare(surface, &house.owner).await;
    let mut normal = Normal::default();
    let steps = fixture.walk(surface).await;
    let mut form = |step: mesh_ops::testing::Step| {
        // Ids are numbered as they are seen, so what is not compared must not be looked at.
        let body = if OF_CONNECTIONS.contains(&step.name) {
            Value::Null
        } else {
            normal.form(&without_presence(step.body))
        };
        (step.name, step.status, body)
    };
    let steps = steps.into_iter().map(&mut form).collect();
    let log = house.get("/api/events?after=0&limit=500").await.json();
    let mut normal = Normal::default();
    let kept = log["items"].as_array().unwrap().iter().filter(|item| {
        let kind = item["type"].as_str().unwrap();
        !kind.starts_with("session.") && !kind.starts_with("note.")
    });
    (steps, kept.map(|item| normal.form(item)).collect())
}

/// Leaves out what depends on connections.
fn without_presence(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.retain(|name, _| {
                ![
                    "presence",
                    "present",
                    "agents_present",
                    "sessions",
                    "contexts",
                    "state",
                    "last_seen",
                    "greeting",
                ]
                .contains(&name.as_str())
            });
            fields
                .values_mut()
                .for_each(|field| *field = without_presence(field.take()));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| *item = without_presence(item.take())),
        _ => {}
    }
    value
}

/// Sessions and the log's headers hold what connections leave behind; the guide says in words who is here.
const OF_CONNECTIONS: [&str; 7] = [
    "session.list",
    "presence.list",
    "log.list",
    "log.moment",
    "mesh.guide",
    "influence.get",
    // It sums up how long things took.
    "report.get",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_surface_gives_the_same_answers_and_the_same_mesh() {
    let house = House::start().await;
    let (rest, rest_log) = walk(&house, &mut Rest(&house)).await;
    for ((name, status, body), declaration) in rest.iter().zip(ops::all()) {
        assert_eq!(*status, declaration.status, "{name}: {body}");
    }
    let house = House::start().await;
    let (socket, socket_log) = walk(
        &house,
        &mut Socket {
            house: &house,
            open: Vec::new(),
        },
    )
    .await;
    let house = House::start().await;
    let (mcp, mcp_log) = walk(
        &house,
        &mut Mcp {
            house: &house,
            sessions: BTreeMap::new(),
        },
    )
    .await;
    for ((by_rest, by_socket), by_mcp) in rest.iter().zip(&socket).zip(&mcp) {
        assert_eq!(by_rest, by_socket, "REST and WebSocket");
        assert_eq!(by_rest, by_mcp, "REST and MCP");
    }
    assert_eq!(rest.len(), ops::all().count());
    assert_eq!(rest_log, socket_log);
    assert_eq!(rest_log, mcp_log);
    assert!(rest_log.len() > 30, "{}", rest_log.len());
}
