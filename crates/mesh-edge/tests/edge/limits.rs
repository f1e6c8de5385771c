//! Limits at every way in: whoever asks too often is told when to come back, and leaves no trace but one line a minute.

use serde_json::json;

use crate::house::House;
use crate::http::{Request, read};
use crate::ws::Client;

/// How often each way in is tried. Far more than the limit lets in, however slow the machine.
const TRIES: usize = 30;

async fn strict() -> (House, String) {
    let house = House::start().await;
    let (mole, _) = house.stranger("mole").await;
    let limits = Request::new("PUT", "/api/limits")
        .token(&house.owner)
        .json(&json!({"untrusted": {"per_second": 1, "burst": 3}}));
    assert_eq!(limits.send(house.at).await.status, 200);
    (house, mole)
}

#[tokio::test]
async fn requests_and_streams_are_refused_with_retry_after() {
    let (house, mole) = strict().await;
    for path in ["/api/me", "/api/stream"] {
        let mut refused = 0;
        for _ in 0..TRIES {
            let request = Request::new("GET", path).token(&mole);
            let mut head = [0; 12];
            let stream = request.begin(house.at).await;
            stream.readable().await.unwrap();
            while stream.peek(&mut head).await.unwrap() < head.len() {}
            if !head.ends_with(b"429") {
                continue;
            }
            let answer = read(stream).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (429, "rate_limited")
            );
            assert!(answer.header("retry-after").is_some());
            refused += 1;
        }
        assert!(refused > 0, "{path}");
    }
}

#[tokio::test]
async fn sessions_that_are_refused_are_not_in_the_log() {
    let (house, mole) = strict().await;
    let (mut opened, mut refused) = (0, 0);
    for _ in 0..TRIES {
        let mut client = Client::connect(house.at, &[]).await;
        client.send(json!({"hello": {"token": mole}})).await;
        let answer = client.frame().await;
        match answer["problem"]["code"].as_str() {
            None => opened += 1,
            Some(code) => {
                assert_eq!(code, "rate_limited");
                assert!(answer["problem"]["retry_after_ms"].is_u64());
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
    let listed = house
        .get("/api/log?types=session.opened&actor=mole")
        .await
        .json();
    assert!(
        listed["items"].as_array().unwrap().len() <= opened + 1,
        "{listed}"
    );
}
