//! Many tasks in one call: results, pieces of output, and the next tasks behind them.

use serde_json::{Value, json};

use crate::house::House;

struct Shop {
    house: House,
    rex: String,
}

impl Shop {
    /// A room with an agent that works there.
    async fn open() -> Shop {
        let house = House::start().await;
        let owner = house.owner.clone();
        house
            .ok(&owner, "room.create", json!({"name": "workshop"}))
            .await;
        let input = json!({"agent": "rex", "preset": "worker"});
        let rex = house.ok(&owner, "agent.register", input).await;
        let rex = rex["token"].as_str().unwrap().to_owned();
        let member = json!({"room": "workshop", "participant": "rex"});
        house.ok(&owner, "member.add", member).await;
        let may = json!({"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
        house.ok(&owner, "member.capabilities", may).await;
        let shop = Shop { house, rex };
        shop.rex("worker.enrol", json!({"slots": 8})).await;
        shop
    }

    async fn rex(&self, name: &str, input: Value) -> Value {
        self.house.ok(&self.rex, name, input).await
    }

    async fn owner(&self, name: &str, input: Value) -> Value {
        self.house.ok(&self.house.owner, name, input).await
    }

    async fn create(&self, tasks: Value) {
        let input = json!({"room": "workshop", "tasks": tasks});
        self.owner("task.create", input).await;
    }

    /// Takes so many: each with its fence, as every update names it.
    async fn take(&self, count: usize) -> Vec<Value> {
        let taken = self.rex("task.take", json!({ "count": count })).await;
        let items = taken["items"].as_array().unwrap();
        assert_eq!(items.len(), count, "{taken}");
        let held = |item: &Value| json!({"task": item["task"]["id"], "fence": item["fence"]});
        items.iter().map(held).collect()
    }

    async fn state(&self, held: &Value) -> Value {
        let task = json!({"task": held["task"]});
        self.owner("task.get", task).await["state"].clone()
    }
}

/// The same with more fields.
fn with(held: &Value, more: Value) -> Value {
    let mut all = held.clone();
    let fields = all.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    all
}

fn done(held: &Value, text: &str) -> Value {
    with(held, json!({"output": {"text": text}, "confidence": 90}))
}

#[tokio::test]
async fn each_result_is_answered_for_itself_and_what_follows_is_taken_behind_them() {
    let shop = Shop::open().await;
    shop.create(json!([
        {"key": "a", "prompt": "Count the files."},
        {"key": "b", "prompt": "Count the lines."},
        {"prompt": "Add it up.", "needs": ["a", "b"]},
    ]))
    .await;
    let held = shop.take(2).await;
    let old = with(&held[1], json!({"fence": 1}));
    let input = json!({
        "results": [done(&held[0], "Nine."), done(&old, "Six."), done(&held[1], "Seven.")],
        "take": {"count": 4, "start": true},
    });
    let ask = || {
        let (name, input) = ("task.finish_many", input.clone());
        shop.house.reply(&shop.rex, name, input, Some("all-1"))
    };
    let first = ask().await.unwrap();
    let told: Value = serde_json::from_slice(&first.body).unwrap();
    let results = &told["results"];
    assert_eq!(results[0]["ok"]["state"], "done");
    assert_eq!(results[1]["problem"]["code"], "stale_fence");
    assert_eq!(results[2]["ok"]["state"], "done");
    let items = told["taken"]["ok"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{told}");
    let next = &items[0];
    assert_eq!(
        (&next["prompt"], &next["task"]["state"]),
        (&json!("Add it up."), &json!("running"))
    );
    let needs = next["needs"].as_array().unwrap().iter();
    let needs: Vec<String> = needs
        .map(|need| need["result"]["output"]["text"].to_string())
        .collect();
    assert!(needs[0].contains("Nine.") && needs[1].contains("Seven."));
    assert_eq!(told["seq"], next["fence"]);
    // The same call again hears the same, and takes nothing more.
    shop.create(json!([{"prompt": "Something else."}])).await;
    let again = ask().await.unwrap();
    assert!(again.replayed);
    let again: Value = serde_json::from_slice(&again.body).unwrap();
    for at in [0, 2] {
        assert_eq!(again["results"][at], results[at]);
    }
    assert_eq!(again["results"][1]["problem"]["code"], "stale_fence");
    let items = again["taken"]["ok"]["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["fence"]), (1, &next["fence"]));
}

#[tokio::test]
async fn results_count_whatever_becomes_of_the_question_behind_them() {
    let shop = Shop::open().await;
    shop.create(json!([{"prompt": "One."}, {"prompt": "Two."}]))
        .await;
    let held = shop.take(2).await;
    let nothing = json!({"results": [done(&held[0], "1")], "take": {}});
    let told = shop.rex("task.finish_many", nothing).await;
    assert_eq!(told["results"][0]["ok"]["state"], "done");
    assert_eq!(told["taken"]["ok"]["items"], json!([]));
    shop.rex("worker.leave", json!({"worker": "rex"})).await;
    let left = json!({"results": [done(&held[1], "2")], "take": {}});
    let told = shop.rex("task.finish_many", left).await;
    assert_eq!(told["results"][0]["ok"]["state"], "done");
    assert_eq!(told["taken"]["problem"]["code"], "conflict");
}

#[tokio::test]
async fn a_call_that_is_wrong_as_a_whole_hands_in_nothing() {
    let shop = Shop::open().await;
    shop.create(json!([{"prompt": "Count."}])).await;
    let held = shop.take(1).await;
    let results = |count: usize| json!(vec![done(&held[0], "Nine."); count]);
    let waits = json!({"results": results(1), "take": {"wait_ms": 1000}});
    let none = json!({"results": [], "take": {"count": 1}});
    let many = json!({ "results": results(65) });
    for wrong in [waits, none, many] {
        let code = shop
            .house
            .refused(&shop.rex, "task.finish_many", wrong)
            .await;
        assert_eq!(code, "invalid_input");
    }
    assert_eq!(shop.state(&held[0]).await, "leased");
    // As many as there may be; a result that comes again is no other one.
    let all = json!({ "results": results(64) });
    let told = shop.rex("task.finish_many", all).await;
    let told = told["results"].as_array().unwrap();
    assert_eq!(told.len(), 64);
    assert!(told.iter().all(|result| result["ok"]["state"] == "done"));
}

#[tokio::test]
async fn pieces_of_many_tasks_are_stored_in_their_order() {
    let shop = Shop::open().await;
    shop.create(json!([{"prompt": "One."}, {"prompt": "Two."}]))
        .await;
    let held = shop.take(2).await;
    let piece = |at: usize, more: Value| with(&held[at], more);
    let input = json!({"pieces": [
        piece(0, json!({"text": "a"})),
        piece(1, json!({"text": "b"})),
        piece(1, json!({"text": "now", "live": true})),
        piece(1, json!({"text": "c", "fence": 1})),
        piece(0, json!({"text": "d"})),
    ]});
    let told = shop.rex("task.progress_many", input).await;
    let pieces = told["pieces"].as_array().unwrap();
    let refused: Vec<bool> = pieces
        .iter()
        .map(|it| it.get("problem").is_some())
        .collect();
    assert_eq!(refused, [false, false, false, true, false]);
    assert_eq!(pieces[3]["problem"]["code"], "stale_fence");
    assert_eq!(told["seq"], pieces[4]["ok"]["seq"]);
    for (held, texts) in held.iter().zip([vec!["a", "d"], vec!["b"]]) {
        assert_eq!(shop.state(held).await, "running");
        let output = shop
            .owner("task.output", json!({"task": held["task"]}))
            .await;
        let stored = output["items"].as_array().unwrap().iter();
        let stored: Vec<&str> = stored
            .map(|item| item["output"]["text"].as_str().unwrap())
            .collect();
        assert_eq!(stored, texts);
    }
}
