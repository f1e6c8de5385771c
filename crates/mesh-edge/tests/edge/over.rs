//! Whatever ends somebody's right ends all that stands open on it: every surface against every way to end.

use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::house::House;
use crate::http::{Request, read};
use crate::mcp;
use crate::ws::Client;

/// Said after the right has ended: nobody who lost it may hear it.
const AFTERWARDS: &str = "said afterwards";
/// Enough to stand open everywhere, and to make others.
const HELD: [&str; 6] = [
    "messages:read",
    "messages:write",
    "tasks:read",
    "tasks:write",
    "agents:read",
    "agents:write",
];
/// As long as a call may wait: then it would be answered, and not refused.
const WAIT_MS: u32 = 30_000;

/// Somebody who is let in, and by what headers.
struct Guest {
    headers: Vec<(&'static str, String)>,
}

impl Guest {
    fn by_token(token: &str) -> Guest {
        Guest {
            headers: vec![("authorization", format!("Bearer {token}"))],
        }
    }

    async fn signed_in(house: &House, name: &str) -> Guest {
        let login = json!({"username": name, "password": "correct horse battery"});
        let signed = Request::new("POST", "/api/login").json(&login);
        let signed = signed.send(house.at).await;
        let cookie = signed.header("set-cookie").expect("a cookie");
        let pair = cookie.split(';').next().unwrap().to_owned();
        let page_key = signed.json()["page_key"].as_str().unwrap().to_owned();
        Guest {
            headers: vec![("cookie", pair), ("mesh-page-key", page_key)],
        }
    }

    fn request(&self, method: &str, path: &str) -> Request {
        let request = Request::new(method, path);
        self.headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    /// A task for nobody in particular, which nobody takes.
    fn a2a(&self, how: &str) -> Request {
        let message = json!({"messageId": how, "role": "ROLE_USER", "parts": [{"text": "wait"}]});
        self.request("POST", &format!("/a2a/rooms/general/v1/{how}"))
            .header("a2a-version", "1.0")
            .json(&json!({ "message": message }))
    }

    async fn socket(&self, house: &House) -> Client {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut client = Client::connect(house.at, &headers).await;
        client.send(json!({"hello": {}})).await;
        assert!(client.frame().await["hello"].is_object());
        client
    }

    async fn mcp(&self, house: &House, session: Option<&str>, message: Value) -> TcpStream {
        let mut request = self
            .request("POST", "/mcp")
            .header("accept", "application/json, text/event-stream")
            .json(&message);
        if let Some(session) = session {
            request = request
                .header("mcp-session-id", session)
                .header("mcp-protocol-version", "2025-11-25");
        }
        request.begin(house.at).await
    }
}

/// A surface, and what comes when it has ended.
type Open = (&'static str, Pin<Box<dyn Future<Output = ()>>>);

/// Opens everything that can stand open.
async fn open_all(house: &House, guest: &Guest) -> Vec<Open> {
    let enrolled = guest
        .request("POST", "/api/workers/me")
        .json(&json!({"slots": 1}));
    assert_eq!(enrolled.send(house.at).await.status, 200);
    let asked = guest
        .request("POST", "/api/approvals")
        .json(&json!({"room": "general", "question": "May I?", "seconds": 600}));
    let asked = asked.send(house.at).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let approval = asked.json()["id"].as_str().unwrap().to_owned();

    let waits = format!("/api/approvals/{approval}?wait_ms={WAIT_MS}");
    let answer = guest.request("GET", &waits).begin(house.at).await;
    let take = json!({"count": 1, "wait_ms": WAIT_MS});
    let task = guest.request("POST", "/api/tasks/take").json(&take);
    let task = task.begin(house.at).await;
    let (listens, called) = open_mcp(house, guest, &take).await;
    let events = guest.request("GET", "/api/stream").begin(house.at).await;
    let events = head(events, 200).await;
    let followed = guest.a2a("message:stream").begin(house.at).await;
    let followed = head(followed, 200).await;
    let answered = guest.a2a("message:send").begin(house.at).await;
    let mut pushed = guest.socket(house).await;
    assert!(pushed.subscribe(json!({})).await["ok"].is_object());
    let mut calling = guest.socket(house).await;
    let call = json!({"id": 1000, "call": "task.take", "input": take});
    calling.send(call).await;
    assert!(calling.call("me.get", json!({})).await["ok"].is_object());
    vec![
        ("GET /api/stream", Box::pin(ends_silent(events))),
        ("GET /api/approvals", Box::pin(refused(answer))),
        ("POST /api/tasks/take", Box::pin(refused(task))),
        ("GET /mcp", Box::pin(ends_silent(listens))),
        ("POST /mcp", Box::pin(ends_silent(called))),
        ("POST /a2a, streamed", Box::pin(ends_silent(followed))),
        ("POST /a2a", Box::pin(refused(answered))),
        ("/ws, pushes", Box::pin(closes(pushed))),
        ("/ws, calls", Box::pin(closes(calling))),
    ]
}

/// A session's own stream, and a call of a tool that waits.
async fn open_mcp(house: &House, guest: &Guest, take: &Value) -> (TcpStream, TcpStream) {
    let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let begin = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
    let begun = read(guest.mcp(house, None, begin).await).await;
    assert!(mcp::message(&begun)["result"].is_object());
    let session = begun.header("mcp-session-id").unwrap().to_owned();
    let told = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let told = read(guest.mcp(house, Some(&session), told).await).await;
    assert_eq!(told.status, 202);
    let listens = guest
        .request("GET", "/mcp")
        .header("accept", "text/event-stream")
        .header("mcp-session-id", &session)
        .header("mcp-protocol-version", "2025-11-25")
        .begin(house.at)
        .await;
    let listens = head(listens, 200).await;
    let arguments = json!({"operation": "task.take", "input": take});
    let params = json!({"name": "mesh_call", "arguments": arguments});
    let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params});
    (listens, guest.mcp(house, Some(&session), call).await)
}

/// Reads the head of an answer.
async fn head(mut stream: TcpStream, status: u16) -> TcpStream {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a head"));
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    stream
}

async fn ends_silent(mut stream: TcpStream) {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    let rest = String::from_utf8_lossy(&rest);
    assert!(!rest.contains(AFTERWARDS), "{rest}");
}

async fn refused(stream: TcpStream) {
    let answer = read(stream).await;
    assert!(matches!(answer.status, 401 | 403), "{answer:?}");
}

async fn closes(mut client: Client) {
    while let Some(Ok(message)) = client.socket.next().await {
        if let Message::Text(text) = message {
            assert!(!text.contains(AFTERWARDS), "{text}");
        }
    }
}

async fn ended(house: &House, how: &str, open: Vec<Open>) {
    house.say("general", AFTERWARDS).await;
    for (surface, end) in open {
        println!("waits for {surface} to end by {how}");
        end.await;
    }
}

async fn done(request: Request, house: &House) {
    let answer = request.send(house.at).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Registers an agent below whoever has the token; gives its token and that one's id.
async fn register(house: &House, by: &str, handle: &str) -> (String, String) {
    let path = format!("/api/agents/{handle}/register");
    let made = Request::new("POST", &path)
        .token(by)
        .json(&json!({ "permissions": HELD }))
        .send(house.at)
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    let joined = Request::new("POST", "/api/rooms/general/join")
        .token(&text("token"))
        .json(&json!({}));
    done(joined, house).await;
    (text("token"), text("credential"))
}

#[tokio::test]
async fn tokens_end_everywhere() {
    for how in [
        "its revocation",
        "its maker's revocation",
        "disabling it",
        "disabling its parent",
    ] {
        let house = House::start().await;
        let (mother, mothers) = register(&house, &house.owner, "mother").await;
        let (token, own) = register(&house, &mother, "child").await;
        let open = open_all(&house, &Guest::by_token(&token)).await;
        let end = match how {
            "its revocation" => Request::new("DELETE", &format!("/api/admin/tokens/{own}")),
            "its maker's revocation" => {
                Request::new("DELETE", &format!("/api/admin/tokens/{mothers}"))
            }
            "disabling it" => Request::new("POST", "/api/participants/child/disable"),
            _ => Request::new("POST", "/api/participants/mother/disable"),
        };
        done(end.token(&house.owner).json(&json!({})), &house).await;
        ended(&house, how, open).await;
    }
}

#[tokio::test]
async fn tokens_end_by_themselves() {
    let house = House::start().await;
    register(&house, &house.owner, "child").await;
    let soon = house.node.now().plus(5_000);
    let asked = json!({"participant": "child", "permissions": HELD, "expires": soon});
    let made = house.post("/api/admin/tokens", asked).await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = made.json()["token"].as_str().unwrap().to_owned();
    for (surface, end) in open_all(&house, &Guest::by_token(&token)).await {
        println!("waits for {surface} to end by itself");
        end.await;
    }
}

#[tokio::test]
async fn browsers_end_everywhere() {
    for how in [
        "signing out",
        "signing out from elsewhere",
        "another password",
        "disabling the user",
        "the revocation of what made the user",
    ] {
        let house = House::start().await;
        let (maker, makers) = {
            // People are made by people: a token of the owner's, lesser than the owner's own.
            let token = json!({"participant": "owner", "preset": "admin"});
            let made = house.post("/api/admin/tokens", token).await.json();
            let text = |field: &str| made[field].as_str().unwrap().to_owned();
            (text("token"), text("id"))
        };
        let user = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
        let made = Request::new("POST", "/api/admin/users")
            .token(&maker)
            .json(&user);
        assert_eq!(made.send(house.at).await.status, 201);
        let guest = Guest::signed_in(&house, "ana").await;
        done(
            guest
                .request("POST", "/api/rooms/general/join")
                .json(&json!({})),
            &house,
        )
        .await;
        let open = open_all(&house, &guest).await;
        let end = match how {
            "signing out" => guest.request("POST", "/api/logout"),
            "signing out from elsewhere" => {
                let elsewhere = Guest::signed_in(&house, "ana").await;
                elsewhere.request("DELETE", "/api/browsers/1")
            }
            "another password" => Request::new("PUT", "/api/admin/users/ana").token(&house.owner),
            "disabling the user" => {
                Request::new("DELETE", "/api/admin/users/ana").token(&house.owner)
            }
            _ => {
                let path = format!("/api/admin/tokens/{makers}");
                Request::new("DELETE", &path).token(&house.owner)
            }
        };
        let body = match how {
            "another password" => json!({"password": "another horse battery"}),
            _ => json!({}),
        };
        done(end.json(&body), &house).await;
        ended(&house, how, open).await;
    }
}

#[tokio::test]
async fn who_is_put_out_of_a_room_hears_no_more_of_it() {
    for (how, method, path) in [
        ("a kick", "DELETE", "/api/rooms/den/members/child"),
        ("a ban", "PUT", "/api/rooms/den/banned/child"),
    ] {
        let house = House::start().await;
        let (token, _) = register(&house, &house.owner, "child").await;
        house.room("den").await;
        let joined = Request::new("POST", "/api/rooms/den/join").token(&token);
        done(joined.json(&json!({})), &house).await;
        let guest = Guest::by_token(&token);
        let events = guest.request("GET", "/api/stream?room=den");
        let events = head(events.begin(house.at).await, 200).await;
        let mut pushed = guest.socket(&house).await;
        let subscribed = pushed.subscribe(json!({"rooms": ["den"]})).await;
        assert!(subscribed["ok"].is_object());
        let out = Request::new(method, path)
            .token(&house.owner)
            .json(&json!({}));
        done(out, &house).await;
        house.say("den", AFTERWARDS).await;
        println!("waits for the stream to end by {how}");
        ends_silent(events).await;
        // The socket stays, for it may do other things; it is told that it hears nothing more.
        loop {
            let frame = pushed.frame().await;
            assert!(!frame.to_string().contains(AFTERWARDS), "{frame}");
            if frame["problem"].is_object() {
                break;
            }
        }
        assert!(pushed.call("me.get", json!({})).await["ok"].is_object());
    }
}
