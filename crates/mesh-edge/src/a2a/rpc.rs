//! The binding by JSON-RPC 2.0: one address, the method in the body.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::asking::Asking;
use super::calls::{self, Answer, Ask};
use super::fault::{Fault, Kind};
use super::{push, streams, versions};

/// The media type of requests and answers.
pub(super) const MEDIA: &str = "application/json";

/// Answers a request. What is wrong with it is told with its id, if it has one.
pub(super) async fn answer(asking: Asking, version: &str, body: &[u8]) -> Response {
    let (id, call) = match parse(body) {
        Ok(parsed) => parsed,
        Err(fault) => return failed(&Value::Null, &fault),
    };
    let done = async {
        versions::check(version)?;
        let (method, params) = call?;
        calls::answer(asking, ask(&method, params)?).await
    };
    match done.await {
        Ok(Answer::One(result)) => super::json_answer(
            MEDIA,
            &json!({"jsonrpc": "2.0", "id": id, "result": result}),
        ),
        Ok(Answer::Many(follow)) => streams::answer(*follow, move |update| match update {
            Ok(update) => data(&json!({"jsonrpc": "2.0", "id": id, "result": update})),
            Err(fault) => data(&error(&id, &fault)),
        })
        .into_response(),
        Err(fault) => failed(&id, &fault),
    }
}

/// A fault that came up before the request was read.
pub(super) fn failed(id: &Value, fault: &Fault) -> Response {
    // JSON-RPC tells its errors in the body; only who asks without a credential is told by HTTP, which has the challenge.
    let status = if fault.status() == 401 { 401 } else { 200 };
    fault.answer(status, MEDIA, &error(id, fault))
}

fn error(id: &Value, fault: &Fault) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": fault.rpc()})
}

fn data(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}

/// The method with its parameters.
type Call = Result<(String, Value), Fault>;

/// The id, and the method with its parameters as far as the rest of the request is in order.
fn parse(body: &[u8]) -> Result<(Value, Call), Fault> {
    let read = mesh_ops::parse_json(body)
        .map_err(|refusal| Fault::new(Kind::Json, refusal.what, "send one JSON object"))?;
    let Value::Object(mut fields) = read else {
        return Err(bad("it is not a JSON object"));
    };
    let id = fields.remove("id").unwrap_or_default();
    if !matches!(id, Value::String(_) | Value::Number(_)) {
        return Err(bad("its id is neither text nor a number"));
    }
    Ok((id, method(fields)))
}

fn method(mut fields: Map<String, Value>) -> Call {
    if fields.get("jsonrpc") != Some(&json!("2.0")) {
        return Err(bad("it does not say that it is JSON-RPC 2.0"));
    }
    let Some(Value::String(method)) = fields.remove("method") else {
        return Err(bad("it names no method"));
    };
    match fields.remove("params") {
        None | Some(Value::Null) => Ok((method, Value::Object(Map::new()))),
        Some(params @ Value::Object(_)) => Ok((method, params)),
        Some(_) => Err(Fault::new(
            Kind::Params,
            "the parameters are not an object",
            "send them by their names",
        )),
    }
}

fn bad(what: &'static str) -> Fault {
    Fault::new(
        Kind::Request,
        what,
        "send {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": …, \"params\": {…}}",
    )
}

fn ask(method: &str, params: Value) -> Result<Ask, Fault> {
    Ok(match method {
        "SendMessage" => Ask::Send(Box::new(read(params)?)),
        "SendStreamingMessage" => Ask::Stream(Box::new(read(params)?)),
        "GetTask" => Ask::Get(read(params)?),
        "ListTasks" => Ask::List(read(params)?),
        "CancelTask" => Ask::Cancel(read(params)?),
        "SubscribeToTask" => Ask::Subscribe(read(params)?),
        "GetExtendedAgentCard" => Ask::Card,
        "CreateTaskPushNotificationConfig" => Ask::Push(push::Ask::Create(Box::new(read(params)?))),
        "GetTaskPushNotificationConfig" => Ask::Push(push::Ask::Get(read(params)?)),
        "ListTaskPushNotificationConfigs" => Ask::Push(push::Ask::List(read(params)?)),
        "DeleteTaskPushNotificationConfig" => Ask::Push(push::Ask::Delete(read(params)?)),
        _ => {
            return Err(Fault::new(
                Kind::Method,
                "there is no such method",
                "the methods are those of A2A 1.0, such as SendMessage",
            ));
        }
    })
}

/// The parameters in their form.
pub(super) fn read<T: DeserializeOwned>(params: Value) -> Result<T, Fault> {
    serde_json::from_value(params).map_err(|why| {
        Fault::new(
            Kind::Params,
            format!("the parameters are not in A2A's form: {why}"),
            "see the specification of A2A 1.0",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &str) -> Value {
        let fault = match parse(body.as_bytes()) {
            Err(fault) => fault,
            Ok((_, call)) => match call.and_then(|(method, params)| ask(&method, params)) {
                Err(fault) => fault,
                Ok(_) => return Value::Null,
            },
        };
        fault.rpc()["code"].clone()
    }

    #[test]
    fn what_is_no_request_is_told_by_json_rpc_s_own_codes() {
        for (body, wanted) in [
            ("{", -32700),
            ("[]", -32600),
            (r#"{"jsonrpc":"2.0","method":"GetTask"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":{},"method":"GetTask"}"#, -32600),
            (r#"{"jsonrpc":"1.0","id":1,"method":"GetTask"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"GetTask","params":[]}"#,
                -32602,
            ),
            (r#"{"jsonrpc":"2.0","id":1,"method":"GetTask"}"#, -32602),
            (r#"{"jsonrpc":"2.0","id":1,"method":"tasks/get"}"#, -32601),
        ] {
            assert_eq!(code(body), wanted, "{body}");
        }
        let fine = r#"{"jsonrpc":"2.0","id":"a","method":"GetTask","params":{"id":"x","new":1}}"#;
        assert_eq!(code(fine), Value::Null);
    }
}
