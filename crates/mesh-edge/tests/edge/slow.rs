//! A reader that does not read is cut off, and nobody else notices.

use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_reader_is_cut_off_and_resumes() {
    let house = House::start().await;
    let rex = house.agent("rex", &["general"]).await;
    let ana = house.agent("ana", &["general"]).await;
    let types = json!({"types": ["message.posted"]});
    let mut stalled = house.hello(&rex).await;
    let begun = stalled.subscribe(types.clone()).await["ok"]["head"]
        .as_u64()
        .unwrap();
    let mut reading = house.hello(&ana).await;
    let mut place = reading.subscribe(types).await["ok"]["head"]
        .as_u64()
        .unwrap();
    let mut writer = house.hello(&house.owner).await;
    // More than the kernel's buffers, the connection's and the subscriber's queue hold together.
    let text = "x".repeat(48 * 1024);
    let mut last = 0;
    for _ in 0..400 {
        let posted = writer
            .call("message.post", json!({"room": "general", "text": text}))
            .await;
        last = posted["ok"]["seq"].as_u64().unwrap();
        while place < last {
            let push = reading.push().await;
            assert_eq!(push["prev"].as_u64(), Some(place));
            place = push["seq"].as_u64().unwrap();
        }
    }
    // What the stalled one finds when it looks: some pushes without a gap, then the end.
    let mut place = begun;
    let code = loop {
        match stalled.socket.next().await {
            Some(Ok(Message::Text(text))) => {
                let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
                if frame.get("push").is_some() {
                    assert_eq!(frame["prev"].as_u64(), Some(place));
                    place = frame["seq"].as_u64().unwrap();
                }
            }
            Some(Ok(Message::Close(close))) => break close.map(|close| u16::from(close.code)),
            Some(Ok(_)) => {}
            // The goodbye does not wait for ever either.
            Some(Err(_)) | None => break None,
        }
    };
    assert!(code.is_none_or(|code| code == 4408), "{code:?}");
    assert!(place < last);
    let mut again = house.hello(&rex).await;
    again
        .subscribe(json!({"after": place, "types": ["message.posted"]}))
        .await;
    while place < last {
        let push = again.push().await;
        assert_eq!(push["prev"].as_u64(), Some(place));
        place = push["seq"].as_u64().unwrap();
    }
}
