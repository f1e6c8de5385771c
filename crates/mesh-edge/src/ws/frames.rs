//! The JSON of the frames.

use bytes::Bytes;
use mesh_model::api::{ClientInfo, Participant, Welcome};
use mesh_model::refuse::{internal, invalid};
use mesh_model::{Refusal, Seq, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a client may send.
#[derive(Debug)]
pub(super) enum FrameIn {
    /// Who it is.
    Hello(Hello),
    /// A call of an operation.
    Call { id: u64, call: String, input: Value },
    /// The wish to be sent events.
    Subscribe { id: u64, subscribe: Subscribe },
}

/// The first frame.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hello {
    /// A token, if none came with the upgrade.
    #[serde(default)]
    pub token: Option<String>,
    /// What the node's own page shows beside the cookie that came with the upgrade.
    #[serde(default)]
    pub page_key: Option<String>,
    /// The session to go on with.
    #[serde(default)]
    pub session: Option<SessionId>,
    /// What the client states about itself.
    #[serde(default)]
    pub client: ClientInfo,
}

/// What a subscriber wants.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscribe {
    /// Everything later than this place; from now on if absent.
    #[serde(default)]
    pub after: Option<Seq>,
    /// Only these rooms: ids or names.
    #[serde(default)]
    pub rooms: Vec<String>,
    /// Only these types.
    #[serde(default)]
    pub types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    hello: Option<Hello>,
    id: Option<u64>,
    call: Option<String>,
    input: Option<Value>,
    subscribe: Option<Subscribe>,
}

/// A frame that makes no sense, and the number of the call it seems to be.
#[derive(Debug)]
pub(super) struct Senseless {
    pub id: Option<u64>,
    pub refusal: Box<Refusal>,
    /// Whether it is not even JSON: the client and we do not speak the same language.
    pub fatal: bool,
}

/// Reads a frame.
pub(super) fn read(text: &str) -> Result<FrameIn, Senseless> {
    const HINT: &str = "a frame is {\"hello\":{…}}, {\"id\":1,\"call\":\"NAME\",\"input\":{…}} or {\"id\":1,\"subscribe\":{…}}";
    // A list of values in the order of the fields would be read as well.
    if text.trim_start().starts_with('[') {
        let refusal = invalid("the frame is a list", HINT);
        return Err(Senseless {
            id: None,
            refusal: refusal.into(),
            fatal: false,
        });
    }
    let raw: Raw = serde_json::from_str(text).map_err(|why| {
        let fatal = !why.is_data();
        let id = number(text).filter(|_| !fatal);
        Senseless {
            id,
            refusal: invalid(format!("the frame cannot be read: {why}"), HINT).into(),
            fatal,
        }
    })?;
    match raw {
        Raw {
            hello: Some(hello),
            id: None,
            call: None,
            input: None,
            subscribe: None,
        } => Ok(FrameIn::Hello(hello)),
        Raw {
            hello: None,
            id: Some(id),
            call: Some(call),
            input,
            subscribe: None,
        } => Ok(FrameIn::Call {
            id,
            call,
            input: input.unwrap_or(Value::Null),
        }),
        Raw {
            hello: None,
            id: Some(id),
            call: None,
            input: None,
            subscribe: Some(subscribe),
        } => Ok(FrameIn::Subscribe { id, subscribe }),
        other => Err(Senseless {
            id: other.id,
            refusal: invalid("the frame is none of the three kinds", HINT).into(),
            fatal: false,
        }),
    }
}

/// The `id` of a frame that is JSON but not what it should be.
fn number(text: &str) -> Option<u64> {
    serde_json::from_str::<Value>(text)
        .ok()?
        .get("id")?
        .as_u64()
}

/// The answer to hello.
#[derive(Debug, Serialize)]
pub(super) struct Welcomed<'a> {
    pub session: SessionId,
    pub participant: &'a Participant,
    pub head: Seq,
    pub resumed: bool,
    pub welcome: &'a Welcome,
}

#[derive(Serialize)]
struct HelloOut<'a> {
    hello: &'a Welcomed<'a>,
}

/// The answer to hello as it is sent.
pub(super) fn welcomed(welcomed: &Welcomed<'_>) -> Result<Bytes, Refusal> {
    let json = serde_json::to_vec(&HelloOut { hello: welcomed });
    json.map(Bytes::from)
        .map_err(|_| internal("the answer could not be written"))
}

/// A call's answer in three pieces; the output is not copied.
pub(super) fn ok(id: u64, body: Vec<u8>) -> [Bytes; 3] {
    [
        Bytes::from(format!("{{\"id\":{id},\"ok\":")),
        Bytes::from(body),
        Bytes::from_static(b"}"),
    ]
}

/// A refusal, of a call if `id` is given and of a frame otherwise.
pub(super) fn problem(id: Option<u64>, refusal: &Refusal) -> [Bytes; 1] {
    // A problem document is plain text and numbers: it always serialises.
    let problem = serde_json::to_string(&refusal.problem()).unwrap_or_default();
    let frame = match id {
        Some(id) => format!("{{\"id\":{id},\"problem\":{problem}}}"),
        None => format!("{{\"problem\":{problem}}}"),
    };
    [Bytes::from(frame)]
}

/// The close code of a fatal refusal: 4000 and the status, or the code that says to try again later.
pub(super) fn close_code(refusal: &Refusal) -> u16 {
    match refusal.code.status() {
        status @ 400..=499 => 4000 + status,
        500 => 1011,
        _ => 1013,
    }
}

#[cfg(test)]
mod tests {
    use mesh_model::ErrorCode;

    use super::*;

    #[test]
    fn the_three_kinds_are_told_apart() {
        assert!(matches!(
            read(r#"{"hello":{"token":"x","client":{"name":"t"}}}"#),
            Ok(FrameIn::Hello(_))
        ));
        assert!(matches!(
            read(r#"{"id":1,"call":"me.get"}"#),
            Ok(FrameIn::Call {
                id: 1,
                input: Value::Null,
                ..
            })
        ));
        let subscribe = r#"{"id":2,"subscribe":{"after":null,"types":["message.posted"]}}"#;
        assert!(matches!(
            read(subscribe),
            Ok(FrameIn::Subscribe { id: 2, .. })
        ));
    }

    #[test]
    fn senseless_frames_keep_their_number() {
        for (text, id, fatal) in [
            ("{", None, true),
            ("", None, true),
            ("[]", None, false),
            (r#"[null,1,"me.get",null,null]"#, None, false),
            (r#"{"id":7}"#, Some(7), false),
            (r#"{"id":7,"call":8}"#, Some(7), false),
            (r#"{"id":7,"call":"me.get","colour":1}"#, Some(7), false),
            (r#"{"id":7,"call":"me.get","subscribe":{}}"#, Some(7), false),
            (r#"{"id":-1,"call":"me.get"}"#, None, false),
            (r#"{"id":3,"subscribe":{"after":"x"}}"#, Some(3), false),
        ] {
            let bad = read(text).unwrap_err();
            assert_eq!((bad.id, bad.fatal), (id, fatal), "{text}");
            assert_eq!(bad.refusal.code, ErrorCode::InvalidInput);
        }
    }

    #[test]
    fn answers_are_json() {
        let joined: Vec<u8> = ok(3, br#"{"seq":1}"#.to_vec()).concat();
        assert_eq!(joined, br#"{"id":3,"ok":{"seq":1}}"#);
        let refusal = invalid("no", "none");
        let value: Value = serde_json::from_slice(&problem(Some(3), &refusal)[0]).unwrap();
        assert_eq!(value["problem"]["code"], "invalid_input");
        assert_eq!(close_code(&refusal), 4400);
    }
}
