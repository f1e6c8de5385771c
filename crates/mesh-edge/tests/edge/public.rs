//! The public page from outside: what it shows, what it never shows, how it ends, how often it answers, and that nothing else is
//! reached by it.

use std::collections::BTreeSet;

use mesh_edge::EdgeConfig;
use mesh_model::limits::{PUBLIC_BURST, PUBLIC_STREAMS_OF_ONE_MAX};
use mesh_model::ops::{self, Needs};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

use crate::house::House;
use crate::http::{Answer, Request};

const ROOM: &str = "/public/api/rooms/square";

/// Without a token, from a network of its own: how often one asks is counted by it.
async fn look_from(house: &House, from: &str, path: &str) -> Answer {
    let request = Request::new("GET", path).header("x-forwarded-for", from);
    request.send(house.at).await
}

async fn look(house: &House, path: &str) -> Answer {
    look_from(house, "198.51.100.7", path).await
}

async fn put(house: &House, path: &str, body: Value) {
    let request = Request::new("PUT", path).token(&house.owner).json(&body);
    let answer = request.send(house.at).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
}

async fn rules(house: &House, room: &str, policy: Value) {
    let path = format!("/api/rooms/{room}/policy");
    put(house, &path, json!({ "policy": policy })).await;
}

fn open() -> Value {
    json!({"data": {"leave": {"outside": true}}})
}

/// A node behind a proxy, with `#square` on its public page.
async fn square() -> House {
    let house = House::with(EdgeConfig {
        trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
        ..EdgeConfig::default()
    })
    .await;
    house.room("square").await;
    house
        .say("square", "said before anybody published it")
        .await;
    rules(&house, "square", open()).await;
    put(&house, "/api/public-page", json!({"on": true})).await;
    let published = house.post("/api/rooms/square/publish", json!({})).await;
    assert_eq!(published.status, 200, "{published:?}");
    house
}

async fn said(house: &House) -> Vec<String> {
    let room = look(house, ROOM).await.json();
    let said = room["messages"].as_array().unwrap().iter();
    said.map(|one| one["text"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn without_the_owner_s_switch_there_is_nothing() {
    let house = House::start().await;
    house.room("square").await;
    rules(&house, "square", open()).await;
    for path in [
        "/public",
        "/public/",
        "/public/rooms/square",
        ROOM,
        "/public/api/rooms",
        "/public/api/stream",
        "/public/api/rooms/square/stream",
        "/public/style.css",
    ] {
        let answer = Request::new("GET", path).send(house.at).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("square"), "{path}");
    }
    let refused = house.post("/api/rooms/square/publish", json!({})).await;
    assert_eq!(refused.code(), "conflict");
    let robots = Request::new("GET", "/robots.txt").send(house.at).await;
    assert_eq!(robots.text(), "User-agent: *\nDisallow: /\n");
}

#[tokio::test]
async fn it_shows_what_is_said_from_then_on_as_it_stands_now() {
    let house = square().await;
    let first = house.say("square", "the first word").await;
    let second = house.say("square", "a slip").await;
    let third = house.say("square", "a secret").await;
    assert_eq!(said(&house).await, ["the first word", "a slip", "a secret"]);
    let edit = Request::new("PATCH", &format!("/api/messages/m{second}"))
        .token(&house.owner)
        .json(&json!({"text": "a better word"}));
    assert_eq!(edit.send(house.at).await.status, 200);
    assert_eq!(
        said(&house).await,
        ["the first word", "a better word", "a secret"]
    );
    // What is erased or taken back is gone with the answer.
    let erased = house
        .post(
            &format!("/api/messages/m{third}/redact"),
            json!({"reason": "it is one"}),
        )
        .await;
    assert_eq!(erased.status, 200, "{erased:?}");
    assert_eq!(said(&house).await, ["the first word", "a better word"]);
    let deleted = Request::new("DELETE", &format!("/api/messages/m{first}"))
        .token(&house.owner)
        .json(&json!({}));
    assert_eq!(deleted.send(house.at).await.status, 200);
    assert_eq!(said(&house).await, ["a better word"]);
    let page = look(&house, "/public/rooms/square").await;
    let text = page.text();
    assert!(
        text.contains("a better word") && text.contains("changed"),
        "{text}"
    );
    assert!(
        !text.contains("a secret") && !text.contains("before anybody"),
        "{text}"
    );
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("x-robots-tag"), Some("noindex, nofollow"));
    assert_eq!(page.header("set-cookie"), None);
}

#[tokio::test]
async fn strangers_marked_words_and_hidden_people_are_not_shown() {
    let house = square().await;
    let (mole, _) = house.stranger("mole").await;
    let shy = house.agent("shy", &["square"]).await;
    for who in ["mole"] {
        let path = format!("/api/rooms/square/members/{who}");
        put(&house, &path, json!({})).await;
    }
    let hide = Request::new("PATCH", "/api/participants/shy")
        .token(&shy)
        .json(&json!({"visibility": "hidden"}));
    assert_eq!(hide.send(house.at).await.status, 200);
    let speak = |token: &str, text: &str| {
        let request = Request::new("POST", "/api/rooms/square/messages").token(token);
        request.json(&json!({ "text": text })).send(house.at)
    };
    assert_eq!(speak(&mole, "buy my thing").await.status, 201);
    assert_eq!(speak(&shy, "hello from me").await.status, 201);
    house.say("square", "thank you @shy, not @shy-2").await;
    let titles = [json!({"title": "Paint the wall with @shy", "prompt": "A secret prompt"})];
    let made = house
        .post("/api/tasks", json!({"room": "square", "tasks": titles}))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let _shy = house.hello(&shy).await;
    let answer = look(&house, ROOM).await;
    let room = answer.json();
    assert_eq!(
        said(&house).await,
        ["hello from me", "thank you @somebody, not @shy-2"]
    );
    assert_eq!(room["messages"][0].get("from"), None, "{room}");
    assert_eq!(room["messages"][1]["from"]["kind"], "human");
    assert_eq!(room["others"], 1, "{room}");
    assert_eq!(
        room["tasks"][0],
        json!({"title": "Paint the wall with @somebody", "state": "queued"})
    );
    for never in ["mole", "buy my thing", "secret prompt", &shy, &house.owner] {
        assert!(!answer.text().contains(never), "{never}: {room}");
    }
    // Nothing but this: no ids, no places in the log.
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let all = [
        "mesh", "name", "topic", "present", "others", "messages", "tasks",
    ];
    assert_eq!(keys(&room), all.map(str::to_owned).into());
    assert_eq!(
        keys(&room["messages"][1]),
        ["at", "from", "text"].map(str::to_owned).into()
    );
    let list = look(&house, "/public/api/rooms").await.json();
    assert_eq!(keys(&list), ["mesh", "rooms"].map(str::to_owned).into());
    assert_eq!(list["rooms"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn rules_that_keep_words_in_take_the_room_from_the_page() {
    let house = square().await;
    house.say("square", "hello").await;
    let line = look(&house, "/public/api/rooms").await.json();
    assert_eq!(line["rooms"][0]["name"], "square");
    rules(&house, "square", json!({})).await;
    assert_eq!(look(&house, ROOM).await.code(), "not_found");
    let shown = house.get("/api/public-page").await.json();
    assert_eq!(shown["rooms"][0]["shown"], false);
    assert!(shown["rooms"][0]["why"].is_string(), "{shown}");
    // Like a room that there is not.
    let none = look(&house, "/public/api/rooms/nowhere").await;
    assert_eq!(
        none.json()["detail"],
        look(&house, ROOM).await.json()["detail"]
    );
    let general = look(&house, "/public/api/rooms/general").await;
    assert_eq!(general.json()["detail"], none.json()["detail"]);
}

/// A stream of the public page.
struct Stream(BufReader<TcpStream>);

impl Stream {
    async fn open(house: &House, from: &str, path: &str) -> Result<Stream, String> {
        let request = Request::new("GET", path).header("x-forwarded-for", from);
        let mut stream = Stream(BufReader::new(request.begin(house.at).await));
        let first = stream.line().await.unwrap_or_default();
        if first.starts_with("HTTP/1.1 200") {
            Ok(stream)
        } else {
            Err(first)
        }
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).await.unwrap();
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The name of the next event and what it says; nothing at the end.
    async fn event(&mut self) -> Option<(String, String)> {
        let mut kind = String::new();
        while let Some(line) = self.line().await {
            match line.split_once(": ") {
                Some(("event", name)) => kind = name.to_owned(),
                Some(("data", data)) if !kind.is_empty() => return Some((kind, data.to_owned())),
                _ => {}
            }
        }
        None
    }
}

#[tokio::test]
async fn a_stream_says_that_something_changed_and_ends_with_the_room() {
    let house = square().await;
    let path = format!("{ROOM}/stream");
    let mut stream = Stream::open(&house, "198.51.100.8", &path).await.unwrap();
    let (kind, first) = stream.event().await.unwrap();
    assert_eq!(kind, "shown");
    house.say("square", "something new").await;
    let (kind, second) = stream.event().await.unwrap();
    assert_eq!(kind, "shown");
    assert_ne!(first, second);
    assert!(!second.contains("something"), "{second}");
    let ended = house.post("/api/rooms/square/unpublish", json!({})).await;
    assert_eq!(ended.status, 200);
    let mut last = stream.event().await;
    // What was on its way when it ended.
    while last.as_ref().is_some_and(|(kind, _)| kind == "shown") {
        last = stream.event().await;
    }
    assert_eq!(last.unwrap().0, "over");
    assert_eq!(stream.event().await, None);
    assert_eq!(look(&house, ROOM).await.status, 404);
}

#[tokio::test]
async fn the_owner_s_switch_ends_every_stream() {
    let house = square().await;
    let room = format!("{ROOM}/stream");
    let mut streams = Vec::new();
    for (at, path) in [(1, "/public/api/stream"), (2, room.as_str())] {
        let from = format!("203.0.113.{at}");
        let mut stream = Stream::open(&house, &from, path).await.unwrap();
        assert_eq!(stream.event().await.unwrap().0, "shown");
        streams.push(stream);
    }
    put(&house, "/api/public-page", json!({"on": false})).await;
    for stream in &mut streams {
        let mut last = stream.event().await;
        while last.as_ref().is_some_and(|(kind, _)| kind == "shown") {
            last = stream.event().await;
        }
        assert_eq!(last.unwrap().0, "over");
    }
}

#[tokio::test]
async fn a_network_that_asks_too_often_is_turned_away_and_nobody_else() {
    let house = square().await;
    let mut refused = None;
    // One host has as many addresses of its network as it likes.
    for n in 0..PUBLIC_BURST * 4 {
        let answer = look_from(&house, &format!("2001:db8::{n:x}"), ROOM).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("so many at once are too many");
    assert_eq!(refused.code(), "rate_limited");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(look_from(&house, "2001:db8:0:1::1", ROOM).await.status, 200);
    assert_eq!(house.get("/api/rooms").await.status, 200);
    // Nor does it count for what is asked without a token elsewhere.
    assert_eq!(
        look_from(&house, "2001:db8::1", "/api/operations")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_network_holds_so_many_streams_and_no_more() {
    let house = square().await;
    let path = format!("{ROOM}/stream");
    let mut held = Vec::new();
    for _ in 0..PUBLIC_STREAMS_OF_ONE_MAX {
        held.push(Stream::open(&house, "198.51.100.9", &path).await.unwrap());
    }
    let refused = Stream::open(&house, "198.51.100.9", &path)
        .await
        .err()
        .unwrap();
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(Stream::open(&house, "198.51.100.10", &path).await.is_ok());
}

#[tokio::test]
async fn nothing_else_is_reached() {
    let house = square().await;
    house.say("square", "hello").await;
    let freely = json!({"address": {"per_second": 0, "burst": 1}});
    put(&house, "/api/limits", freely).await;
    // All that the page gives away, shown as if it were a credential.
    let mut given = BTreeSet::from([String::new()]);
    words(&look(&house, ROOM).await.json(), &mut given);
    words(&look(&house, "/public/api/rooms").await.json(), &mut given);
    let anonymous = |declaration: &ops::Declaration| declaration.needs == Needs::Nothing;
    for declaration in ops::all().filter(|it| !anonymous(it)) {
        let path = declaration
            .path
            .split('/')
            .map(|part| {
                if part.starts_with('{') {
                    "square"
                } else {
                    part
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        for shown in &given {
            let mut request = Request::new(declaration.method.name(), &path)
                .header("referer", "http://localhost/public");
            if !shown.is_empty() && shown.is_ascii() {
                request = request
                    .token(shown)
                    .header("cookie", &format!("mesh_session={shown}"))
                    .header("mesh-page-key", shown);
            }
            if declaration.method != ops::Method::Get {
                request = request.json(&json!({}));
            }
            let answer = request.send(house.at).await;
            assert!(
                matches!(answer.status, 401 | 400 | 404 | 422),
                "{} with {shown:?}: {answer:?}",
                declaration.name
            );
            assert_ne!(answer.status / 100, 2, "{}", declaration.name);
        }
    }
    for path in [
        "/api/stream",
        "/mcp",
        "/a2a",
        "/ws",
        "/api/files/square",
        "/public/api",
        "/public/rooms",
        "/public/../api/rooms",
        "/public/rooms/..%2f..%2fapi%2frooms",
        "/public/rooms/general",
        "/public/rooms/broadcast",
        "/public/api/rooms/square/messages",
        "/public/api/rooms/%23square",
    ] {
        let answer = look_from(&house, "192.0.2.77", path).await;
        assert!(answer.status >= 400, "{path}: {answer:?}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for path in ["/public", "/public/rooms/square", ROOM] {
            let answer = Request::new(method, path)
                .json(&json!({"text": "x"}))
                .send(house.at)
                .await;
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
}

fn words(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(all) => all.iter().for_each(|one| words(one, into)),
        Value::Object(all) => all.values().for_each(|one| words(one, into)),
        _ => {}
    }
}

#[tokio::test]
async fn caches_and_search_engines_do_as_the_owner_says() {
    let house = square().await;
    put(
        &house,
        "/api/public-page",
        json!({"on": true, "indexed": true, "cache_seconds": 10}),
    )
    .await;
    let page = look(&house, "/public").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("cache-control"), Some("public, max-age=10"));
    assert_eq!(page.header("x-robots-tag"), None);
    assert!(!page.text().contains("noindex"));
    let robots = Request::new("GET", "/robots.txt").send(house.at).await;
    assert!(robots.text().contains("Allow: /public"));
    for (path, media) in [
        ("/public/style.css", "text/css; charset=utf-8"),
        ("/public/live.js", "text/javascript; charset=utf-8"),
    ] {
        assert_eq!(look(&house, path).await.header("content-type"), Some(media));
    }
}
