//! The binding over plain HTTP: methods and addresses, JSON in and out.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::asking::Asking;
use super::calls::{self, Answer, Ask};
use super::fault::{Fault, Kind};
use super::rpc::read;
use super::wire::{PushConfig, PushNamed, PushOf};
use super::{push, streams, versions};
use crate::body;

const A2A: &str = "application/a2a+json";

/// The media type to answer in: A2A's own for whoever sends it or asks for it.
pub(super) fn media(headers: &HeaderMap) -> &'static str {
    let says = |name| {
        let mut values = headers.get_all(name).iter();
        values.any(|value| value.to_str().is_ok_and(|value| value.contains(A2A)))
    };
    if says(CONTENT_TYPE) || says(ACCEPT) {
        A2A
    } else {
        "application/json"
    }
}

/// One request: what its method and address say, and what came with them.
pub(super) struct Given<'a> {
    pub method: &'a Method,
    pub path: &'a [&'a str],
    pub query: Vec<(String, String)>,
    pub headers: &'a HeaderMap,
    pub body: Bytes,
}

/// Answers it.
pub(super) async fn answer(asking: Asking, version: &str, given: Given<'_>) -> Response {
    let media = media(given.headers);
    let done = async {
        versions::check(version)?;
        calls::answer(asking, ask(given)?).await
    };
    match done.await {
        Ok(Answer::One(value)) => super::json_answer(media, &value),
        Ok(Answer::Many(follow)) => streams::answer(*follow, |update| match update {
            Ok(update) => {
                // What we wrote ourselves always becomes JSON.
                let text = serde_json::to_string(&update).unwrap_or_default();
                Bytes::from(format!("data: {text}\n\n"))
            }
            Err(fault) => Bytes::from(format!("event: error\ndata: {}\n\n", fault.http())),
        }),
        Err(fault) => failed(media, &fault),
    }
}

/// A fault as this binding tells it.
pub(super) fn failed(media: &'static str, fault: &Fault) -> Response {
    fault.answer(fault.status(), media, &fault.http())
}

fn ask(given: Given<'_>) -> Result<Ask, Fault> {
    let get = given.method == Method::GET;
    let post = given.method == Method::POST;
    match given.path {
        ["message:send"] if post => Ok(Ask::Send(Box::new(read(sent(&given)?)?))),
        ["message:stream"] if post => Ok(Ask::Stream(Box::new(read(sent(&given)?)?))),
        ["tasks"] if get => Ok(Ask::List(read(asked(given.query)?)?)),
        ["extendedAgentCard"] if get => Ok(Ask::Card),
        ["tasks", task, "pushNotificationConfigs", rest @ ..] => {
            let task = *task;
            push_ask(given, task, rest.first().copied(), rest.len() < 2)
        }
        ["tasks", task] => match task.split_once(':') {
            None if get => Ok(Ask::Get(read(named(task, asked(given.query)?))?)),
            Some((task, "cancel")) if post => {
                sent(&given)?;
                Ok(Ask::Cancel(read(named(task, Map::new().into()))?))
            }
            // The specification's text says POST, its interface definition GET.
            Some((task, "subscribe")) if get || post => {
                Ok(Ask::Subscribe(read(named(task, Map::new().into()))?))
            }
            _ => Err(nowhere()),
        },
        _ => Err(nowhere()),
    }
}

/// What is asked about the configurations of a task.
fn push_ask(given: Given<'_>, task: &str, id: Option<&str>, is_place: bool) -> Result<Ask, Fault> {
    let of = |id: &str| PushNamed {
        task_id: task.to_owned(),
        id: id.to_owned(),
    };
    let ask = match (given.method.as_str(), id) {
        _ if !is_place => return Err(nowhere()),
        ("POST", None) => {
            let mut config: PushConfig = read(sent(&given)?)?;
            task.clone_into(&mut config.task_id);
            push::Ask::Create(Box::new(config))
        }
        ("GET", None) => push::Ask::List(PushOf {
            task_id: task.to_owned(),
        }),
        ("GET", Some(id)) => push::Ask::Get(of(id)),
        ("DELETE", Some(id)) => push::Ask::Delete(of(id)),
        _ => return Err(nowhere()),
    };
    Ok(Ask::Push(ask))
}

fn nowhere() -> Fault {
    Fault::new(
        Kind::Method,
        "there is nothing at this address for this method",
        "the addresses are those of A2A 1.0, such as POST message:send",
    )
}

/// What came in the body.
fn sent(given: &Given<'_>) -> Result<Value, Fault> {
    body::check_media_type(given.headers, &given.body)?;
    let read = mesh_ops::parse_json(&given.body);
    read.map_err(|refusal| Fault::new(Kind::Json, refusal.what, "send one JSON object"))
}

/// What the path names, among the rest.
fn named(task: &str, rest: Value) -> Value {
    let mut fields = match rest {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.insert("id".to_owned(), task.into());
    Value::Object(fields)
}

/// What came in the query: numbers, truths and texts by the names that A2A has for them.
fn asked(query: Vec<(String, String)>) -> Result<Value, Fault> {
    let mut fields = Map::new();
    for (name, text) in query {
        let value = match name.as_str() {
            "historyLength" | "pageSize" => text.parse::<i64>().ok().map(Value::from),
            "includeArtifacts" => text.parse::<bool>().ok().map(Value::from),
            _ if text.is_empty() => continue,
            _ => Some(text.into()),
        };
        let Some(value) = value else {
            return Err(Fault::new(
                Kind::Params,
                "a number or a truth of the query is none",
                "send numbers in digits, and true or false",
            ));
        };
        fields.insert(name, value);
    }
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn given<'a>(method: &'a Method, path: &'a [&'a str], headers: &'a HeaderMap) -> Given<'a> {
        Given {
            method,
            path,
            query: vec![("historyLength".to_owned(), "0".to_owned())],
            headers,
            body: Bytes::new(),
        }
    }

    #[test]
    fn addresses_lead_to_methods() {
        let none = HeaderMap::new();
        let asks = |method: &Method, path: &[&str]| ask(given(method, path, &none));
        let (get, post) = (Method::GET, Method::POST);
        assert!(
            matches!(asks(&get, &["tasks", "7"]), Ok(Ask::Get(named)) if named.id == "7" && named.history_length == Some(0))
        );
        assert!(matches!(asks(&get, &["tasks"]), Ok(Ask::List(_))));
        assert!(
            matches!(asks(&post, &["tasks", "7:cancel"]), Ok(Ask::Cancel(named)) if named.id == "7")
        );
        for method in [&get, &post] {
            assert!(matches!(
                asks(method, &["tasks", "7:subscribe"]),
                Ok(Ask::Subscribe(_))
            ));
        }
        assert!(matches!(
            asks(
                &Method::DELETE,
                &["tasks", "7", "pushNotificationConfigs", "1"]
            ),
            Ok(Ask::Push(push::Ask::Delete(named))) if named.task_id == "7" && named.id == "1"
        ));
        for (method, path) in [
            (&get, ["message:send"].as_slice()),
            (&get, &["tasks", "7:cancel"]),
            (&post, &["tasks", "7"]),
            (&post, &["tasks", "7:burn"]),
            (&get, &[]),
        ] {
            assert!(asks(method, path).is_err_and(|fault| fault.kind == Kind::Method));
        }
    }

    #[test]
    fn whoever_speaks_a2a_s_media_type_is_answered_in_it() {
        let mut headers = HeaderMap::new();
        assert_eq!(media(&headers), "application/json");
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("text/html, application/a2a+json"),
        );
        assert_eq!(media(&headers), A2A);
    }
}
