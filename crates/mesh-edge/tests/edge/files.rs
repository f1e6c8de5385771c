//! The bytes of shared files over HTTP: in and out whole and in parts, and what is left of an upload that breaks off.

use std::path::PathBuf;

use mesh_model::limits::FILE_BYTES_MAX;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::house::House;
use crate::http::{Answer, Request};

const BYTES: &str = "/api/rooms/workshop/file/bytes";

struct Stage {
    house: House,
}

impl Stage {
    async fn new() -> Stage {
        let house = House::start().await;
        house.room("workshop").await;
        Stage { house }
    }

    async fn put(&self, query: &str, bytes: Vec<u8>) -> Answer {
        let request = Request::new("PUT", &format!("{BYTES}?{query}"));
        let request = request.token(&self.house.owner).body(bytes);
        request.send(self.house.at).await
    }

    async fn part(&self, query: &str, range: &str) -> Answer {
        let request = Request::new("GET", &format!("{BYTES}?{query}"));
        let request = request.token(&self.house.owner).header("range", range);
        request.send(self.house.at).await
    }

    /// What lies in the folder of bytes.
    fn kept(&self) -> Vec<PathBuf> {
        let folder = self.house.node.home().join("files");
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at * 31 % 251) as u8).collect()
}

#[tokio::test]
async fn bytes_come_out_as_they_went_in_and_in_parts() {
    let stage = Stage::new().await;
    let sent = bytes(700_000);
    let put = stage.put("path=build/a.bin", sent.clone()).await;
    assert_eq!((put.status, put.json()["version"].as_u64()), (201, Some(1)));
    let got = stage.house.get(&format!("{BYTES}?path=build/a.bin")).await;
    assert_eq!((got.status, &got.body), (200, &sent));
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        (
            "content-disposition",
            "attachment; filename=\"a.bin\"; filename*=UTF-8''a.bin",
        ),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(got.header(name), Some(value), "{name}");
    }
    let part = stage.part("path=build/a.bin", "bytes=1000-1999").await;
    assert_eq!((part.status, &part.body[..]), (206, &sent[1000..2000]));
    assert_eq!(part.header("content-range"), Some("bytes 1000-1999/700000"));
    let beyond = stage.part("path=build/a.bin", "bytes=700000-").await;
    assert_eq!(
        (beyond.status, beyond.header("content-range")),
        (416, Some("bytes */700000"))
    );
}

#[tokio::test]
async fn a_page_is_a_text_that_is_saved() {
    let stage = Stage::new().await;
    let page = b"<!doctype html><script>alert(1)</script>".to_vec();
    stage.put("path=x.html", page).await;
    let got = stage.house.get(&format!("{BYTES}?path=x.html")).await;
    assert_eq!(
        got.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(
        got.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
}

#[tokio::test]
async fn the_largest_file_goes_in_and_one_byte_more_does_not() {
    let stage = Stage::new().await;
    let most = usize::try_from(FILE_BYTES_MAX).unwrap();
    assert_eq!(stage.put("path=most", bytes(most)).await.status, 201);
    let more = stage.put("path=more", bytes(most + 1)).await;
    assert_eq!((more.status, more.code().as_str()), (413, "too_large"));
    assert_eq!(stage.kept().len(), 1);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let stage = Stage::new().await;
    assert_eq!(stage.put("path=a", bytes(10)).await.status, 201);
    for (query, code) in [
        ("path=a", "conflict"),
        ("path=a&base=7", "conflict"),
        ("path=../a", "invalid_input"),
        ("path=b&text=x", "invalid_input"),
        (
            "path=b&sha256=0000000000000000000000000000000000000000000000000000000000000000",
            "invalid_input",
        ),
    ] {
        let refused = stage.put(query, bytes(20)).await;
        assert_eq!(refused.code(), code, "{query}");
    }
    let nobody = Request::new("PUT", &format!("{BYTES}?path=b")).body(bytes(20));
    assert_eq!(nobody.send(stage.house.at).await.code(), "unauthenticated");
    let stranger = stage.house.agent("tom", &[]).await;
    let stranger = Request::new("GET", &format!("{BYTES}?path=a")).token(&stranger);
    assert!(stranger.send(stage.house.at).await.status >= 400);
    // Bytes whose event was refused go when that is known, which is after the answer.
    while stage.kept().len() > 1 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let stage = Stage::new().await;
    let head = format!(
        "PUT {BYTES}?path=half HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-length: 1000000\r\n\r\n",
        stage.house.at, stage.house.owner
    );
    let mut stream = tokio::net::TcpStream::connect(stage.house.at)
        .await
        .unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&bytes(400_000)).await.unwrap();
    while stage.kept().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    while !stage.kept().is_empty() {
        tokio::task::yield_now().await;
    }
    let list = stage.house.get("/api/rooms/workshop/files").await.json();
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn erased_bytes_are_gone_with_the_answer() {
    let stage = Stage::new().await;
    stage.put("path=a", bytes(10)).await;
    // The same bytes under another name are still needed.
    stage.put("path=b", bytes(10)).await;
    assert_eq!(stage.kept().len(), 1);
    for (path, left) in [("a", 1), ("b", 0)] {
        let done = stage
            .house
            .post("/api/rooms/workshop/file/redact", json!({ "path": path }))
            .await;
        assert_eq!((done.status, stage.kept().len()), (200, left), "{path}");
    }
}

#[tokio::test]
async fn altered_bytes_are_not_taken_for_whole() {
    let stage = Stage::new().await;
    stage.put("path=a.txt", b"as it was".to_vec()).await;
    let kept = stage.kept().remove(0);
    std::fs::write(&kept, b"as it is.").unwrap();
    let text = stage.house.get("/api/rooms/workshop/file?path=a.txt").await;
    assert_eq!(text.code(), "internal");
}

#[tokio::test]
async fn bytes_that_were_changed_on_the_disk_are_found() {
    let stage = Stage::new().await;
    for name in ["a", "b"] {
        let put = stage
            .put(&format!("path={name}.txt"), name.as_bytes().to_vec())
            .await;
        assert_eq!(put.status, 201);
    }
    let verify = async || stage.house.get("/api/log/verify").await.json();
    let sound = verify().await;
    assert_eq!(
        (&sound["sound"], &sound["files"], &sound["files_damaged"]),
        (&json!(true), &json!(2), &json!(0)),
        "{sound}"
    );
    let kept = stage.kept();
    std::fs::write(&kept[0], "other").unwrap();
    let altered = verify().await;
    assert_eq!(
        (&altered["sound"], &altered["files_damaged"]),
        (&json!(false), &json!(1))
    );
    let problem = altered["problem"].as_str().unwrap();
    assert!(problem.contains("altered"), "{problem}");
    std::fs::remove_file(&kept[0]).unwrap();
    let missing = verify().await["problem"].as_str().unwrap().to_owned();
    assert!(missing.contains("missing"), "{missing}");
}
