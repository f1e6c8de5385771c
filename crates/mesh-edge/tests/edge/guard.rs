//! Headers on every answer, names the node answers to, pages that may speak to it, cookies.

use mesh_edge::EdgeConfig;
use serde_json::json;

use crate::house::House;
use crate::http::{Answer, Request};
use crate::ws::Client;

fn assert_secure(answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=()",
        ),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer:?}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let house = House::start().await;
    for path in [
        "/",
        "/healthz",
        "/api/rooms",
        "/api/none",
        "/openapi.json",
        "/i/x",
        "/login?link=x",
        "/ws",
        "/mcp",
    ] {
        let answer = Request::new("GET", path).send(house.at).await;
        assert_secure(&answer);
        assert_eq!(answer.header("strict-transport-security"), None);
    }
    assert_secure(
        &Request::new("GET", "/")
            .header("host", "evil.example")
            .send(house.at)
            .await,
    );
    let config = EdgeConfig {
        public_url: Some("https://mesh.example.org".to_owned()),
        ..EdgeConfig::default()
    };
    let public = House::with(config).await;
    let answer = Request::new("GET", "/healthz")
        .header("host", "mesh.example.org")
        .send(public.at)
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("strict-transport-security"),
        Some("max-age=31536000; includeSubDomains")
    );
}

#[tokio::test]
async fn foreign_names_are_refused() {
    let house = House::start().await;
    for path in ["/", "/healthz", "/api/status", "/ws", "/mcp"] {
        let answer = Request::new("GET", path)
            .header("host", "evil.example")
            .send(house.at)
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "foreign_origin"),
            "{path}"
        );
    }
    let port = house.at.port();
    for host in [format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(
            Request::new("GET", "/healthz")
                .header("host", &host)
                .send(house.at)
                .await
                .status,
            200
        );
    }
}

#[tokio::test]
async fn foreign_pages_change_nothing() {
    let house = House::start().await;
    let ours = format!("http://{}", house.at);
    let make = |name: &str, origin: &str| {
        let request = Request::new("POST", "/api/rooms")
            .token(&house.owner)
            .header("origin", origin);
        request.json(&json!({ "name": name })).send(house.at)
    };
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(
            make("bad", origin).await.code(),
            "foreign_origin",
            "{origin}"
        );
        let stream = Request::new("GET", "/api/stream")
            .token(&house.owner)
            .header("origin", origin);
        assert_eq!(stream.send(house.at).await.code(), "foreign_origin");
        let mcp = Request::new("POST", "/mcp")
            .token(&house.owner)
            .header("origin", origin)
            .json(&json!({}));
        assert_eq!(mcp.send(house.at).await.status, 403);
        assert_eq!(
            Client::try_connect(house.at, &[("origin", origin)])
                .await
                .err(),
            Some(403)
        );
    }
    assert_eq!(make("good", &ours).await.status, 201);
    assert!(
        Client::try_connect(house.at, &[("origin", &ours)])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_link_signs_a_browser_in_once() {
    let house = House::start().await;
    let made = house.post("/api/login/links", json!({})).await;
    let path = made.json()["path"].as_str().unwrap().to_owned();
    // Who only looks does not use it up.
    let looked = Request::new("HEAD", &path).send(house.at).await;
    assert_eq!((looked.status, looked.header("set-cookie")), (303, None));
    let first = Request::new("GET", &path).send(house.at).await;
    assert_eq!((first.status, first.header("location")), (303, Some("/")));
    let cookie = first.header("set-cookie").unwrap().to_owned();
    for part in [
        "mesh_session=",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
        "Max-Age=86400",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let pair = cookie.split(';').next().unwrap();
    let me = Request::new("GET", "/api/me")
        .header("cookie", pair)
        .send(house.at)
        .await;
    assert_eq!((me.status, &me.json()["owner"]), (200, &json!(true)));
    // The second time it is a page that says what to do, and no cookie.
    let again = Request::new("GET", &path).send(house.at).await;
    assert_eq!((again.status, again.header("set-cookie")), (410, None));
    assert!(again.text().contains("no longer works"));
    // A page of another origin cannot use the cookie for anything that changes something.
    let foreign = Request::new("POST", "/api/rooms")
        .header("cookie", pair)
        .header("origin", "http://evil.example");
    assert_eq!(
        foreign
            .json(&json!({"name": "a"}))
            .send(house.at)
            .await
            .code(),
        "foreign_origin"
    );
    // The socket is let in by the cookie, without a token.
    let mut socket = Client::connect(house.at, &[("cookie", pair)]).await;
    socket.send(json!({"hello": {}})).await;
    assert_eq!(
        socket.frame().await["hello"]["participant"]["handle"],
        "owner"
    );
    let out = Request::new("POST", "/api/logout")
        .header("cookie", pair)
        .json(&json!({}))
        .send(house.at)
        .await;
    assert!(
        out.header("set-cookie")
            .unwrap()
            .starts_with("mesh_session=;")
    );
    let after = Request::new("GET", "/api/me")
        .header("cookie", pair)
        .send(house.at)
        .await;
    assert_eq!(after.code(), "unauthenticated");
}

#[tokio::test]
async fn passwords_sign_in_and_are_not_guessed() {
    let house = House::start().await;
    let user = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
    assert_eq!(house.post("/api/admin/users", user).await.status, 201);
    let login = |password: &str| {
        Request::new("POST", "/api/login")
            .json(&json!({"username": "ana", "password": password}))
            .send(house.at)
    };
    let signed = login("correct horse battery").await;
    assert_eq!(signed.status, 200);
    assert!(signed.header("set-cookie").is_some());
    for _ in 0..5 {
        assert_eq!(login("wrong horse battery").await.code(), "login_failed");
    }
    let blocked = login("correct horse battery").await;
    assert_eq!(
        (blocked.status, blocked.code().as_str()),
        (429, "rate_limited")
    );
    assert!(blocked.header("retry-after").is_some());
}
