//! Messages, tasks and memories are found by the words that people see in them, all three alike.

use crate::house::House;
use serde_json::{Value, json};

/// What is said, and the words somebody looks for.
const SEEN: [(&str, &[&str]); 9] = [
    ("发现了三条悬空引用，需要修复", &["悬空", "引用"]),
    ("昨日しりとりをした", &["しりとり"]),
    ("请看API配置", &["配置", "api"]),
    ("运行gen-itgc脚本", &["gen-itgc", "脚本"]),
    ("in der Straße dort", &["strasse", "STRASSE"]),
    ("Hauptstrasse hinab", &["hauptstraße"]),
    ("call getUserById there", &["ById", "getuserbyid", "user"]),
    ("a cat or ox in max_open_files", &["ox", "open"]),
    ("ไปโรงเรียนทุกวัน", &["โรงเรียน"]),
];

/// Numbers of the texts in [`SEEN`] that an answer holds.
fn told(answer: &Value) -> Vec<usize> {
    let all = answer.to_string().replace(['⟦', '⟧'], "");
    (0..SEEN.len())
        .filter(|no| all.contains(&format!("{} no{no}end", SEEN[*no].0)))
        .collect()
}

#[tokio::test]
async fn what_people_see_is_found_in_messages_tasks_and_memories() {
    let house = House::start().await;
    house
        .ok(&house.owner, "room.create", json!({"name": "workshop"}))
        .await;
    for (no, (text, _)) in SEEN.iter().enumerate() {
        let text = format!("{text} no{no}end");
        let said = json!({"room": "workshop", "text": text});
        house.ok(&house.owner, "message.post", said).await;
        let task = json!({"title": text, "prompt": "As it says."});
        let tasks = json!({"room": "workshop", "tasks": [task]});
        house.ok(&house.owner, "task.create", tasks).await;
        let memory = json!({"key": format!("m{no}"), "text": text});
        house.ok(&house.owner, "memory.set", memory).await;
    }
    for (no, (text, queries)) in SEEN.iter().enumerate() {
        for query in *queries {
            let asked = json!({"q": query});
            for name in ["message.search", "task.list", "memory.search"] {
                let found = told(&house.ok(&house.owner, name, asked.clone()).await);
                assert!(found.contains(&no), "{name}: {query} in {text}");
                assert!(found.len() < 4, "{name}: {query} in {found:?}");
            }
        }
    }
    for name in ["message.search", "task.list"] {
        let nothing = house.ok(&house.owner, name, json!({"q": "空悬"})).await;
        assert_eq!(nothing["items"], json!([]), "{name}");
        let long = json!({"q": "x".repeat(20_000)});
        assert_eq!(
            house.refused(&house.owner, name, long).await,
            "invalid_input"
        );
    }
}

#[tokio::test]
async fn words_of_a_task_that_is_erased_find_nothing() {
    let house = House::start().await;
    let stranger = house.agent("stranger", &["tasks:read"]).await;
    house
        .ok(&house.owner, "room.create", json!({"name": "workshop"}))
        .await;
    let task = json!({"title": "find the xylophone", "prompt": "It is in getUserById."});
    let tasks = json!({"room": "workshop", "tasks": [task]});
    let made = house.ok(&house.owner, "task.create", tasks).await;
    let asked = json!({"q": "xylo"});
    let found = house.ok(&house.owner, "task.list", asked.clone()).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let found = house.ok(&stranger, "task.list", asked.clone()).await;
    assert_eq!(
        found["items"],
        json!([]),
        "it is not in the stranger's rooms"
    );
    let id = &made["tasks"][0]["id"];
    house
        .ok(&house.owner, "task.cancel", json!({"task": id}))
        .await;
    house
        .ok(&house.owner, "task.redact", json!({"task": id}))
        .await;
    let found = house.ok(&house.owner, "task.list", asked).await;
    assert_eq!(found["items"], json!([]));
}
