//! Pages and documents: health, metrics, OpenAPI, invites, errors, the web page.

use mesh_model::ErrorCode;
use serde_json::json;

use crate::house::House;
use crate::http::Request;

#[tokio::test]
async fn the_node_says_how_it_is() {
    let house = House::start().await;
    for path in ["/healthz", "/api/health"] {
        let answer = Request::new("GET", path).send(house.at).await;
        assert_eq!(
            (answer.status, &answer.json()["status"]),
            (200, &json!("ok"))
        );
    }
    let ready = Request::new("GET", "/readyz").send(house.at).await;
    assert_eq!(
        (ready.status, &ready.json()["status"]),
        (200, &json!("ready"))
    );
    house.room("workshop").await;
    let metrics = Request::new("GET", "/metrics").send(house.at).await;
    let text = metrics.text();
    assert!(
        text.contains("mesh_commands_total") && text.contains("mesh_edge_call_seconds_count"),
        "{text}"
    );
    assert_eq!(text.matches("# EOF").count(), 1);
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn every_error_has_its_page() {
    let house = House::start().await;
    for code in ErrorCode::ALL {
        let page = Request::new("GET", &format!("/docs/errors/{code}"))
            .send(house.at)
            .await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(code.code()), "{code}");
    }
}

#[tokio::test]
async fn an_invite_is_explained_without_script_or_style_of_its_own() {
    let house = House::start().await;
    let made = house.post("/api/invites", json!({})).await.json();
    let path = made["path"].as_str().unwrap();
    let page = Request::new("GET", path).send(house.at).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    let text = page.text();
    assert!(
        text.contains(&format!("{path} --as"))
            && !text.contains("<script")
            && !text.contains("style="),
        "{text}"
    );
    assert!(text.contains(&format!("http://{}/mcp", house.at)));
    let style = Request::new("GET", "/plain.css").send(house.at).await;
    assert_eq!(
        (style.status, style.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );
}

#[tokio::test]
async fn a_person_s_invite_opens_the_web_page_and_a_program_s_says_how_it_comes_in() {
    let house = House::start().await;
    let made = async |body| house.post("/api/invites", body).await.json()["path"].clone();
    let person = made(json!({"role": "user"})).await;
    let program = made(json!({})).await;
    let open = |path: &str, accept: &'static str| {
        Request::new("GET", path)
            .header("accept", accept)
            .send(house.at)
    };
    let first = open("/", "text/html").await;
    let (person, program) = (person.as_str().unwrap(), program.as_str().unwrap());
    for people in [person, "/i/no-such-code"] {
        assert_eq!(open(people, "text/html").await.body, first.body);
        let told = open(people, "*/*").await;
        assert!(told.text().contains("in a browser"), "{}", told.text());
    }
    for accept in ["text/html", "*/*"] {
        let told = open(program, accept).await;
        assert!(told.text().contains("mesh join"), "{}", told.text());
    }
}

#[tokio::test]
async fn the_web_page_answers_what_a_person_opens() {
    let house = House::start().await;
    let open = |path: &str| {
        Request::new("GET", path)
            .header("accept", "text/html")
            .send(house.at)
    };
    let first = open("/").await;
    assert_eq!(
        (first.status, first.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    let deep = open("/rooms/general").await;
    assert_eq!(deep.body, first.body);
    // A program that asks for something that is not there learns that.
    let machine = Request::new("GET", "/rooms/general")
        .header("accept", "application/json")
        .send(house.at)
        .await;
    assert_eq!(machine.code(), "unknown_operation");
    assert_eq!(open("/api/none").await.code(), "unknown_operation");
    let posted = Request::new("POST", "/")
        .header("accept", "text/html")
        .send(house.at)
        .await;
    assert_eq!(posted.code(), "unknown_operation");
    if let Some(tag) = first.header("etag") {
        let again = Request::new("GET", "/")
            .header("if-none-match", tag)
            .send(house.at)
            .await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        let packed = Request::new("GET", "/")
            .header("accept-encoding", "gzip")
            .send(house.at)
            .await;
        assert!(
            packed
                .header("content-encoding")
                .is_none_or(|how| how == "gzip")
        );
    } else {
        assert!(first.text().contains("make web"));
    }
}

#[tokio::test]
async fn an_agent_with_the_address_alone_hears_how_to_come_in() {
    let house = House::start().await;
    let url = format!("http://{}", house.at);
    for (path, accept) in [("/", "text/markdown"), ("/llms.txt", "*/*")] {
        let answer = Request::new("GET", path)
            .header("accept", accept)
            .send(house.at)
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/markdown; charset=utf-8")
        );
        assert!(answer.text().contains(&format!("GET {url}/api/guide")));
    }
    let links = Request::new("GET", "/")
        .header("accept", "application/json")
        .send(house.at)
        .await
        .json();
    assert_eq!(links["mcp"], format!("{url}/mcp"));
    let page = Request::new("GET", "/")
        .header("accept", "text/html")
        .send(house.at)
        .await;
    assert!(
        page.header("content-type")
            .is_some_and(|media| media.starts_with("text/html")),
        "{page:?}"
    );
}
