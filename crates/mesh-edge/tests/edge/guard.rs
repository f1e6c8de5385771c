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
    assert_eq!(first.status, 303);
    let (pair, page_key) = shown(&first);
    let cookie = first.header("set-cookie").unwrap();
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
    let me = page("GET", "/api/me", &pair, &page_key)
        .send(house.at)
        .await;
    assert_eq!((me.status, &me.json()["owner"]), (200, &json!(true)));
    // The second time it is a page that says what to do, and no cookie.
    let again = Request::new("GET", &path).send(house.at).await;
    assert_eq!((again.status, again.header("set-cookie")), (410, None));
    assert!(again.text().contains("no longer works"));
    // A page of another origin cannot use the cookie for anything that changes something.
    let foreign = Request::new("POST", "/api/rooms")
        .header("cookie", &pair)
        .header("origin", "http://evil.example");
    assert_eq!(
        foreign
            .json(&json!({"name": "a"}))
            .send(house.at)
            .await
            .code(),
        "foreign_origin"
    );
    // The socket is let in by the cookie and what the page shows in its hello, without a token.
    let mut socket = Client::connect(house.at, &[("cookie", &pair)]).await;
    socket.send(json!({"hello": {"page_key": page_key}})).await;
    assert_eq!(
        socket.frame().await["hello"]["participant"]["handle"],
        "owner"
    );
    let out = page("POST", "/api/logout", &pair, &page_key).json(&json!({}));
    let out = out.send(house.at).await;
    assert!(
        out.header("set-cookie")
            .unwrap()
            .starts_with("mesh_session=;")
    );
    let after = page("GET", "/api/me", &pair, &page_key)
        .send(house.at)
        .await;
    assert_eq!(after.code(), "unauthenticated");
}

/// What a browser and its page show after a sign-in by a link.
fn shown(followed: &Answer) -> (String, String) {
    let cookie = followed.header("set-cookie").expect("a cookie");
    let place = followed.header("location").unwrap();
    let page_key = place.strip_prefix("/#page-key=").expect("the page's key");
    (
        cookie.split(';').next().unwrap().to_owned(),
        page_key.to_owned(),
    )
}

fn page(method: &str, path: &str, cookie: &str, page_key: &str) -> Request {
    Request::new(method, path)
        .header("cookie", cookie)
        .header("mesh-page-key", page_key)
}

async fn link(house: &House) -> String {
    let made = house.post("/api/login/links", json!({})).await;
    made.json()["path"].as_str().unwrap().to_owned()
}

/// A page on another port of the same host gets the cookie, and so does its server. Neither has the key.
#[tokio::test]
async fn a_cookie_alone_opens_nothing() {
    let house = House::start().await;
    let followed = Request::new("GET", &link(&house).await)
        .send(house.at)
        .await;
    let (pair, page_key) = shown(&followed);
    let other = Request::new("GET", &link(&house).await)
        .send(house.at)
        .await;
    let (_, others) = shown(&other);
    for wrong in [None, Some(""), Some("x"), Some(others.as_str())] {
        let dress = |request: Request| match wrong {
            Some(key) => request.header("cookie", &pair).header("mesh-page-key", key),
            None => request.header("cookie", &pair),
        };
        for (method, path) in [
            ("GET", "/api/me"),
            ("GET", "/api/stream"),
            ("POST", "/api/rooms"),
            ("POST", "/mcp"),
        ] {
            let answer = dress(Request::new(method, path)).json(&json!({"name": "a"}));
            let answer = answer.send(house.at).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (401, "unauthenticated"),
                "{path}"
            );
        }
        let mut socket = Client::connect(house.at, &[("cookie", &pair)]).await;
        socket.send(json!({"hello": {"page_key": wrong}})).await;
        assert_eq!(socket.frame().await["problem"]["code"], "unauthenticated");
    }
    let me = page("GET", "/api/me", &pair, &page_key)
        .send(house.at)
        .await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn signing_in_over_somebody_asks_first() {
    let house = House::start().await;
    let user = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
    assert_eq!(house.post("/api/admin/users", user).await.status, 201);
    let login = json!({"username": "ana", "password": "correct horse battery"});
    let signed = Request::new("POST", "/api/login")
        .json(&login)
        .send(house.at)
        .await;
    let cookie = signed.header("set-cookie").unwrap();
    let ana = cookie.split(';').next().unwrap();
    let path = link(&house).await;
    let asked = Request::new("GET", &path)
        .header("cookie", ana)
        .send(house.at)
        .await;
    assert_eq!((asked.status, asked.header("set-cookie")), (200, None));
    assert!(asked.text().contains("@ana") && asked.text().contains("method=\"post\""));
    // A page of another site, or of another port, sends no cookie that would tell; so it is asked as well.
    for site in ["cross-site", "same-site"] {
        let sent = Request::new("GET", &path)
            .header("sec-fetch-site", site)
            .send(house.at)
            .await;
        assert_eq!(
            (sent.status, sent.header("set-cookie")),
            (200, None),
            "{site}"
        );
    }
    let body = path.split_once('?').unwrap().1;
    let wanted = |origin: String| {
        Request::new("POST", "/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", &origin)
            .header("cookie", ana)
            .body(body)
            .send(house.at)
    };
    let foreign = wanted("http://evil.example".to_owned()).await;
    assert_eq!(foreign.code(), "foreign_origin");
    // The link was not used up by all this.
    let done = wanted(format!("http://{}", house.at)).await;
    assert_eq!(done.status, 303);
    let (pair, page_key) = shown(&done);
    let me = page("GET", "/api/me", &pair, &page_key)
        .send(house.at)
        .await;
    assert_eq!(me.json()["owner"], true);
    // Over oneself nobody is asked.
    let path = link(&house).await;
    let again = Request::new("GET", &path)
        .header("cookie", &pair)
        .send(house.at)
        .await;
    assert_eq!(again.status, 303);
}

#[tokio::test]
async fn a_stranger_behind_the_same_proxy_locks_nobody_else_out() {
    let house = House::with(EdgeConfig {
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..EdgeConfig::default()
    })
    .await;
    for name in ["ana", "bob"] {
        let user = json!({"username": name, "password": "correct horse battery", "role": "user"});
        assert_eq!(house.post("/api/admin/users", user).await.status, 201);
    }
    let login = |name: &str, password: &str, from: &str, key: &str| {
        Request::new("POST", "/api/login")
            .header("x-forwarded-for", from)
            .header("mesh-page-key", key)
            .json(&json!({"username": name, "password": password}))
            .send(house.at)
    };
    let right = "correct horse battery";
    let (own, strange) = ("2001:db8:1::7", "2001:db8:2::7");
    let first = login("ana", right, strange, "").await;
    let kept = first.json()["page_key"].as_str().unwrap().to_owned();
    for host in 0..5 {
        let from = format!("2001:db8:2::{host}");
        let failed = login("ana", "wrong horse battery", &from, "").await;
        assert_eq!(failed.code(), "login_failed");
    }
    // The stranger's whole network is done with this account, her browser is not, and neither are others.
    assert_eq!(
        login("ana", right, strange, "").await.code(),
        "rate_limited"
    );
    assert_eq!(login("ana", right, strange, &kept).await.status, 200);
    assert_eq!(login("ana", right, own, "").await.status, 200);
    assert_eq!(login("bob", right, strange, "").await.status, 200);
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
