//! Whatever comes in: a problem with a code, and a node that goes on.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::house::House;
use crate::http::Request;

const ROOMS: &str = "/api/rooms";

async fn refused(house: &House, request: Request) -> (u16, String) {
    let answer = request.token(&house.owner).send(house.at).await;
    (answer.status, answer.code())
}

#[tokio::test]
async fn bodies_that_are_not_what_they_should_be() {
    let house = House::start().await;
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let deep_payload = (0..40).fold(json!(1), |inner, _| json!({ "in": inner }));
    let head = house.node.head();
    for (body, status, code) in [
        (&b"{"[..], 400, "invalid_input"),
        (b"[]", 400, "invalid_input"),
        (b"\"x\"", 400, "invalid_input"),
        (b"{\"name\":\"\xff\xfe\"}", 400, "invalid_input"),
        (b"{\"name\":7}", 400, "invalid_input"),
        (b"{}", 400, "invalid_input"),
        (b"{\"name\":\"a\",\"colour\":1}", 400, "invalid_input"),
        (b"{\"name\":\"Not A Name\"}", 400, "invalid_input"),
        (deep.as_bytes(), 400, "invalid_input"),
        (&vec![b' '; 300 * 1024], 413, "too_large"),
    ] {
        let request = Request::new("POST", ROOMS)
            .header("content-type", "application/json")
            .body(body);
        let found = refused(&house, request).await;
        let shown: String = String::from_utf8_lossy(body).chars().take(60).collect();
        assert_eq!(found, (status, code.to_owned()), "{shown}");
    }
    let payload = json!({"text": "x", "payload": deep_payload});
    let found = refused(
        &house,
        Request::new("POST", "/api/rooms/general/messages").json(&payload),
    )
    .await;
    assert_eq!(found, (400, "invalid_input".to_owned()));
    let large = json!({"text": "x".repeat(60 * 1024)});
    let found = refused(
        &house,
        Request::new("POST", "/api/rooms/general/messages").json(&large),
    )
    .await;
    assert_eq!(found, (413, "too_large".to_owned()));
    assert_eq!(house.node.head(), head, "something was written");
    house.room("still-works").await;
}

#[tokio::test]
async fn media_types_methods_and_addresses() {
    let house = House::start().await;
    let text = Request::new("POST", ROOMS)
        .header("content-type", "text/plain")
        .body("{\"name\":\"a\"}");
    assert_eq!(
        refused(&house, text).await,
        (415, "unsupported_media_type".to_owned())
    );
    let form = Request::new("POST", ROOMS)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=a");
    assert_eq!(
        refused(&house, form).await,
        (415, "unsupported_media_type".to_owned())
    );
    for path in [
        "/api/nothing",
        "/api",
        "/api/rooms/a/b/c/d",
        "/assets/none.js",
        "/docs/errors/none",
    ] {
        assert_eq!(
            refused(&house, Request::new("GET", path)).await,
            (404, "unknown_operation".to_owned()),
            "{path}"
        );
    }
    let wrong = Request::new("DELETE", ROOMS)
        .token(&house.owner)
        .send(house.at)
        .await;
    assert_eq!(
        (wrong.status, wrong.code().as_str()),
        (405, "method_not_allowed")
    );
    let allowed = wrong.header("allow").unwrap();
    assert!(
        allowed.contains("GET") && allowed.contains("POST"),
        "{allowed}"
    );
}

#[tokio::test]
async fn queries_and_cursors() {
    let house = House::start().await;
    for (query, code) in [
        ("?limit=ten", "invalid_input"),
        ("?limit=0", "invalid_input"),
        ("?limit=501", "invalid_input"),
        ("?limit=1&limit=2", "invalid_input"),
        ("?colour=red", "invalid_input"),
        ("?after=-1", "invalid_input"),
        ("?after=99999999999999999999999", "invalid_input"),
        ("?after=%ff", "invalid_input"),
        ("?after=%4", "invalid_input"),
        ("?after=999999", "bad_cursor"),
    ] {
        let request = Request::new("GET", &format!("/api/rooms/general/messages{query}"));
        assert_eq!(
            refused(&house, request).await,
            (400, code.to_owned()),
            "{query}"
        );
    }
    let found = refused(&house, Request::new("GET", "/api/rooms/%ff/messages")).await;
    assert_eq!(found, (400, "invalid_input".to_owned()));
    let found = refused(
        &house,
        Request::new("POST", "/api/rooms?name=a").json(&json!({"name": "a"})),
    )
    .await;
    assert_eq!(found, (400, "invalid_input".to_owned()));
    let found = refused(&house, Request::new("GET", "/api/rooms/nowhere/messages")).await;
    assert_eq!(found, (404, "not_found".to_owned()));
    let both = json!({"room": "broadcast", "text": "x"});
    let found = refused(
        &house,
        Request::new("POST", "/api/rooms/general/messages").json(&both),
    )
    .await;
    assert_eq!(found, (400, "invalid_input".to_owned()));
}

#[tokio::test]
async fn credentials_and_invites() {
    let house = House::start().await;
    for token in [
        "",
        "nonsense",
        "mesh_owner_nonsense",
        "mesh_ag_nonsense",
        "mesh_key_nonsense",
    ] {
        let answer = Request::new("GET", ROOMS).token(token).send(house.at).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "unauthenticated"),
            "{token}"
        );
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"mesh\"")
        );
    }
    let mesh = house.node.access().mesh().unwrap().id.to_string();
    let redeem = |code: Value| {
        let code = code.as_str().unwrap();
        mesh_ops::testing::redemption(&mesh, code, "somebody", 3, &"n".repeat(16))
    };
    let unknown = Request::new("POST", "/api/invites/redeem")
        .json(&redeem(json!("nonsense")))
        .send(house.at)
        .await;
    assert!([404, 410].contains(&unknown.status), "{unknown:?}");
    unknown.code();
    let expired = json!({"expires": "2020-01-01T00:00:00.000Z"});
    let made = house.post("/api/invites", expired).await;
    if made.status == 201 {
        let code = made.json()["code"].clone();
        let gone = Request::new("POST", "/api/invites/redeem")
            .json(&redeem(code))
            .send(house.at)
            .await;
        assert_eq!((gone.status, gone.code().as_str()), (410, "gone"));
    } else {
        assert_eq!(made.code(), "invalid_input");
    }
    for key in ["", "a\tb", &"k".repeat(129)] {
        let request = Request::new("POST", ROOMS)
            .header("idempotency-key", key)
            .json(&json!({"name": "a"}));
        assert_eq!(
            refused(&house, request).await,
            (400, "invalid_input".to_owned()),
            "{key:?}"
        );
    }
}

#[tokio::test]
async fn what_is_hardly_http() {
    let house = House::start().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nbroken\r\n\r\n",
        b"POST /api/rooms HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    ] {
        let mut stream = TcpStream::connect(house.at).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // A reset is as good an answer as a 400.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"), "{:?}", String::from_utf8_lossy(&answer));
    }
    let many = (0..100).fold(Request::new("GET", "/healthz"), |request, at| {
        request.header(&format!("x-{at}"), "y")
    });
    assert_eq!(many.send(house.at).await.status, 431);
    let long = Request::new("GET", "/healthz").header("x-long", &"y".repeat(60_000));
    assert_eq!(long.send(house.at).await.status, 431);
    assert_eq!(house.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_body_that_breaks_off_writes_nothing() {
    let house = House::start().await;
    let head = house.node.head();
    let mut stream = TcpStream::connect(house.at).await.unwrap();
    let request = format!(
        "POST /api/rooms HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: 15\r\n\r\n{{\"name\":\"half",
        house.at, house.owner
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(
        !answer.starts_with(b"HTTP/1.1 2"),
        "{:?}",
        String::from_utf8_lossy(&answer)
    );
    assert_eq!(house.node.head(), head);
}

#[tokio::test]
async fn whoever_holds_a_connection_open_loses_it() {
    let house = House::start().await;
    // Three at once, since each takes as long as the node's patience.
    let head = async {
        let mut stream = TcpStream::connect(house.at).await.unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: local")
            .await
            .unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 200"));
    };
    let body = async {
        let mut stream = TcpStream::connect(house.at).await.unwrap();
        let begun = format!(
            "POST /api/rooms HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\nconnection: close\r\ncontent-length: 15\r\n\r\n{{\"name\"",
            house.at, house.owner
        );
        stream.write_all(begun.as_bytes()).await.unwrap();
        assert_eq!(crate::http::read(stream).await.code(), "invalid_input");
    };
    let hello = async {
        let mut silent = crate::ws::Client::connect(house.at, &[]).await;
        assert_eq!(silent.frame().await["problem"]["code"], "out_of_turn");
        assert_eq!(silent.closed().await, 4400);
    };
    futures_util::future::join3(head, body, hello).await;
    assert_eq!(house.get("/healthz").await.status, 200);
}
