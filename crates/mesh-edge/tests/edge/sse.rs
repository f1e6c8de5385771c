//! Events over SSE: live, resumed, filtered.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

use crate::house::House;
use crate::http::Request;

struct Stream(BufReader<TcpStream>);

struct Event {
    id: u64,
    kind: String,
    data: Value,
}

impl Stream {
    async fn open(house: &House, query: &str, last: Option<u64>) -> Stream {
        Stream::open_as(house, &house.owner, query, last).await
    }

    async fn open_as(house: &House, token: &str, query: &str, last: Option<u64>) -> Stream {
        let mut request = Request::new("GET", &format!("/api/stream{query}")).token(token);
        if let Some(last) = last {
            request = request.header("last-event-id", &last.to_string());
        }
        let mut stream = Stream(BufReader::new(request.begin(house.at).await));
        assert!(stream.line().await.starts_with("HTTP/1.1 200"));
        let mut media = false;
        loop {
            let line = stream.line().await;
            media |= line.eq_ignore_ascii_case("content-type: text/event-stream");
            if line.is_empty() {
                break;
            }
        }
        assert!(media);
        stream
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(
            self.0.read_line(&mut line).await.unwrap() > 0,
            "the stream ended"
        );
        line.trim_end().to_owned()
    }

    async fn event(&mut self) -> Event {
        let mut event = Event {
            id: 0,
            kind: String::new(),
            data: Value::Null,
        };
        loop {
            // Lines of the chunked transfer have no colon.
            let line = self.line().await;
            match line.split_once(": ") {
                Some(("id", id)) => event.id = id.parse().unwrap(),
                Some(("event", kind)) => event.kind = kind.to_owned(),
                Some(("data", data)) => event.data = serde_json::from_str(data).unwrap(),
                _ if line.is_empty() && !event.kind.is_empty() => return event,
                _ => {}
            }
        }
    }

    async fn message(&mut self) -> Event {
        loop {
            let event = self.event().await;
            if event.kind == "message.posted" {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn events_come_once_and_resume_where_they_stopped() {
    let house = House::start().await;
    let mut stream = Stream::open(&house, "", None).await;
    let one = house.say("general", "one").await;
    let event = stream.message().await;
    assert_eq!(
        (event.id, &event.data["data"]["text"]),
        (one, &json!("one"))
    );
    assert_eq!(event.data["seq"], one);
    drop(stream);
    let two = house.say("general", "two").await;
    let three = house.say("general", "three").await;
    // The header counts more than the query that a browser repeats.
    let mut stream = Stream::open(&house, "?after=0", Some(one)).await;
    assert_eq!(stream.message().await.id, two);
    assert_eq!(stream.message().await.id, three);
    let mut all = Stream::open(&house, "?after=0", None).await;
    assert_eq!(all.message().await.id, one);
}

#[tokio::test]
async fn rooms_and_types_are_chosen() {
    let house = House::start().await;
    house.room("quiet").await;
    let mut quiet = Stream::open(&house, "?room=quiet&types=message.posted", None).await;
    let other = house.say("general", "not for this stream").await;
    let mine = house.say("quiet", "for this stream").await;
    let event = quiet.event().await;
    let event = if event.kind == "tail" {
        quiet.event().await
    } else {
        event
    };
    assert_eq!((event.kind.as_str(), event.id), ("message.posted", mine));
    assert!(other < mine);
    // One that asked for the past is told where the past ends.
    let head = house.node.head().0;
    let mut past = Stream::open(&house, "?room=quiet&types=room.archived&after=0", None).await;
    let tail = past.event().await;
    assert_eq!(tail.kind, "tail");
    assert!(tail.data["tail"].as_u64().unwrap() >= head);
}

#[tokio::test]
async fn what_cannot_be_streamed_is_refused() {
    let house = House::start().await;
    for (query, status, code) in [
        ("?after=x", 400, "bad_cursor"),
        ("?after=999999", 400, "bad_cursor"),
        ("?room=nowhere", 404, "not_found"),
        ("?colour=red", 400, "invalid_input"),
    ] {
        let answer = house.get(&format!("/api/stream{query}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{query}"
        );
    }
    let nobody = Request::new("GET", "/api/stream").send(house.at).await;
    assert_eq!(nobody.code(), "unauthenticated");
}

#[tokio::test]
async fn a_stream_ends_with_the_node() {
    let mut house = House::start().await;
    let mut stream = Stream::open(&house, "", None).await;
    house.say("general", "one").await;
    stream.message().await;
    house.stop().await;
    let mut rest = String::new();
    while stream.0.read_line(&mut rest).await.unwrap() > 0 {}
    assert!(rest.ends_with("0\r\n\r\n"), "{rest}");
}

#[tokio::test]
async fn an_agent_hears_a_stranger_s_words_in_an_envelope() {
    let house = House::start().await;
    let rex = house.agent("rex", &["general"]).await;
    let (guest, words) = house.stranger("guest").await;
    let mut live = Stream::open_as(&house, &rex, "", None).await;
    let said = Request::new("POST", "/api/rooms/general/messages")
        .token(&guest)
        .json(&json!({ "text": words }))
        .send(house.at)
        .await;
    assert_eq!(said.status, 201, "{said:?}");
    let mut late = Stream::open_as(&house, &rex, "?after=0", None).await;
    for stream in [&mut live, &mut late] {
        let data = stream.message().await.data["data"].clone();
        let text = data["text"].as_str().unwrap();
        assert!(text.starts_with("----- BEGIN UNTRUSTED MESSAGE ") && text.contains(words));
        assert_eq!(data["enveloped"], true);
    }
    let mut person = Stream::open(&house, "?after=0", None).await;
    assert_eq!(person.message().await.data["data"]["text"], words);
}
