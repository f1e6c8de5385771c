//! What is wished in plain language: planned by an agent, read and carried out by the person who asked.

use serde_json::{Value, json};

use crate::house::House;

const WORKER: &[&str] = &["tasks:read", "tasks:write", "agents:read", "messages:read"];

/// The agent rex in `#workshop`, which may work there.
async fn workshop() -> (House, String) {
    let house = House::start().await;
    let rex = house.agent("rex", WORKER).await;
    let owner = &house.owner;
    house
        .ok(owner, "room.create", json!({"name": "workshop"}))
        .await;
    let member = json!({"room": "workshop", "participant": "rex"});
    house.ok(owner, "member.add", member).await;
    let may = json!({"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
    house.ok(owner, "member.capabilities", may).await;
    house.ok(&rex, "worker.enrol", json!({"slots": 4})).await;
    (house, rex)
}

/// Somebody who is a person and no more than a user.
async fn person(house: &House, name: &str) -> String {
    let user = json!({"username": name, "password": "correct horse battery", "role": "user"});
    house.ok(&house.owner, "user.create", user).await;
    let token = json!({"participant": name, "permissions": ["tasks:read", "tasks:write", "messages:read", "messages:write"]});
    let token = house.ok(&house.owner, "token.create", token).await;
    token["token"].as_str().unwrap().to_owned()
}

/// What `who` wishes, planned by rex as these steps; gives the task.
async fn planned(house: &House, who: &str, rex: &str, steps: Value) -> Value {
    let wish =
        json!({"room": "workshop", "wish": "Let rex rest, and tell everybody", "assigned": "rex"});
    let made = house.ok(who, "plan.ask", wish).await;
    let task = made["tasks"][0]["id"].clone();
    let taken = house.ok(rex, "task.take", json!({"count": 1})).await;
    let taken = &taken["items"][0];
    assert_eq!(taken["task"]["id"], task);
    let data = json!({"answer": "I would do this.", "steps": steps});
    let result =
        json!({"task": task, "fence": taken["fence"], "output": {"text": "A plan.", "data": data}});
    house.ok(rex, "task.finish", result).await;
    task
}

fn post(text: &str, room: &str) -> Value {
    json!({"operation": "message.post", "input": {"room": room, "text": text}, "why": "it was wished"})
}

async fn texts(house: &House) -> Vec<String> {
    let list = json!({"room": "workshop", "limit": 50});
    let list = house.ok(&house.owner, "message.list", list).await;
    let items = list["items"].as_array().unwrap().iter();
    let text = |item: &Value| item["text"].as_str().unwrap_or_default().to_owned();
    items.map(text).collect()
}

#[tokio::test]
async fn a_plan_is_read_and_carried_out_once_by_whoever_asked() {
    let (house, rex) = workshop().await;
    let owner = &house.owner;
    let rest = json!({"operation": "worker.mode", "input": {"worker": "rex", "mode": "paused"}});
    let task = planned(
        &house,
        owner,
        &rex,
        json!([rest, post("rex rests", "workshop")]),
    )
    .await;
    let asked = house.ok(owner, "task.get", json!({"task": task})).await;
    let may = &asked["input"]["operations"];
    let cancel = may["task.cancel"].as_str().unwrap();
    assert!(cancel.ends_with(" Fields: reason?, task."), "{cancel}");
    assert_eq!(may["token.create"], Value::Null);

    let read = house.ok(owner, "plan.get", json!({"task": task})).await;
    assert_eq!(read["ready"], true, "{read}");
    assert_eq!(read["steps"][1]["input"]["text"], "rex rests");
    assert!(read["steps"][0]["does"].is_string(), "{read}");
    assert!(texts(&house).await.is_empty(), "nothing is done by reading");

    let carry = json!({"task": task, "plan": read["plan"]});
    let mut places = Vec::new();
    for _ in 0..2 {
        let carried = house.ok(owner, "plan.carry", carry.clone()).await;
        assert_eq!(carried["done"], true, "{carried}");
        places.push(carried["steps"].clone());
    }
    assert_eq!(places[0], places[1]);
    assert_eq!(texts(&house).await, ["rex rests"]);
    let workers = house.ok(owner, "worker.list", json!({})).await;
    assert_eq!(workers["items"][0]["mode"], "paused", "{workers}");
    house.stop().await;
}

#[tokio::test]
async fn nobody_else_carries_it_out_and_no_program_reads_it() {
    let (house, rex) = workshop().await;
    let ana = person(&house, "ana").await;
    let member = json!({"room": "workshop", "participant": "ana"});
    house.ok(&house.owner, "member.add", member).await;
    let steps = json!([post("rex rests", "workshop")]);
    let task = planned(&house, &house.owner, &rex, steps).await;
    let of = json!({"task": task});
    let read = house.ok(&house.owner, "plan.get", of.clone()).await;
    let carry = json!({"task": task, "plan": read["plan"]});
    for name in ["plan.get", "plan.carry"] {
        let input = if name == "plan.get" { &of } else { &carry };
        let code = house.refused(&rex, name, input.clone()).await;
        assert_eq!(code, "permission_denied", "{name}");
    }
    let read = house.ok(&ana, "plan.get", of).await;
    assert_eq!(read["ready"], false, "{read}");
    let code = house.refused(&ana, "plan.carry", carry).await;
    assert_eq!(code, "permission_denied");
    let other = json!({"task": task, "plan": "0".repeat(64)});
    let code = house.refused(&house.owner, "plan.carry", other).await;
    assert_eq!(code, "conflict");
    assert!(texts(&house).await.is_empty());
    house.stop().await;
}

#[tokio::test]
async fn what_cannot_be_done_is_said_before_anything_is() {
    let (house, rex) = workshop().await;
    let ana = person(&house, "ana").await;
    let member = json!({"room": "workshop", "participant": "ana"});
    house.ok(&house.owner, "member.add", member).await;
    let step = |operation: &str, input: Value| json!({"operation": operation, "input": input});
    let steps = json!([
        post("first", "workshop"),
        step("dispatch.stop", json!({})),
        step(
            "token.create",
            json!({"participant": "rex", "preset": "admin"})
        ),
        step("room.burn", json!({})),
        step("message.post", json!({"text": "x"})),
        step(
            "message.post",
            json!({"room": "workshop", "text": "x", "idempotency_key": "mine"})
        ),
    ]);
    let task = planned(&house, &ana, &rex, steps).await;
    let read = house.ok(&ana, "plan.get", json!({"task": task})).await;
    let troubles: Vec<&Value> = read["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["trouble"])
        .collect();
    assert_eq!(
        troubles,
        [
            &Value::Null,
            &json!("you may not do this"),
            &json!("this may not stand in a plan: do it yourself"),
            &json!("there is no operation of this name"),
            &json!("the field 'room' is missing"),
            &json!("it names a field that the operation does not have"),
        ]
    );
    assert_eq!(read["ready"], false);
    let carry = json!({"task": task, "plan": read["plan"]});
    assert_eq!(
        house.refused(&ana, "plan.carry", carry).await,
        "invalid_input"
    );
    assert!(texts(&house).await.is_empty());
    house.stop().await;
}

#[tokio::test]
async fn a_plan_stops_where_it_is_refused_and_goes_on_from_there() {
    let (house, rex) = workshop().await;
    let owner = &house.owner;
    let steps = json!([
        post("first", "workshop"),
        post("second", "hall"),
        post("third", "workshop")
    ]);
    let task = planned(&house, owner, &rex, steps).await;
    let read = house.ok(owner, "plan.get", json!({"task": task})).await;
    let carry = json!({"task": task, "plan": read["plan"]});
    let states = |carried: &Value| -> Vec<String> {
        let steps = carried["steps"].as_array().unwrap().iter();
        steps
            .map(|step| step["state"].as_str().unwrap().to_owned())
            .collect()
    };
    let carried = house.ok(owner, "plan.carry", carry.clone()).await;
    assert_eq!(states(&carried), ["done", "refused", "left"]);
    assert_eq!(carried["steps"][1]["problem"]["code"], "not_found");
    house
        .ok(owner, "room.create", json!({"name": "hall"}))
        .await;
    let house = house.restart().await;
    let carried = house.ok(&house.owner, "plan.carry", carry).await;
    assert_eq!(states(&carried), ["done", "done", "done"]);
    assert_eq!(texts(&house).await, ["first", "third"]);
    house.stop().await;
}

#[tokio::test]
async fn a_wish_is_bounded_and_a_result_without_a_plan_is_none() {
    let (house, rex) = workshop().await;
    let owner = &house.owner;
    for wish in [String::new(), "  ".to_owned(), "x".repeat(2001)] {
        let ask = json!({"room": "workshop", "wish": wish});
        assert_eq!(house.refused(owner, "plan.ask", ask).await, "invalid_input");
    }
    let wish = json!({"room": "workshop", "wish": "x".repeat(2000), "assigned": "rex"});
    let made = house.ok(owner, "plan.ask", wish).await;
    let of = json!({"task": made["tasks"][0]["id"]});
    assert_eq!(
        house.refused(owner, "plan.get", of).await,
        "conflict",
        "it has no result yet"
    );
    let long: Vec<Value> = (0..21).map(|n| post(&n.to_string(), "workshop")).collect();
    house
        .ok(
            owner,
            "task.cancel",
            json!({"task": made["tasks"][0]["id"]}),
        )
        .await;
    let task = planned(&house, owner, &rex, json!(long)).await;
    let of = json!({"task": task});
    assert_eq!(house.refused(owner, "plan.get", of).await, "invalid_input");
    house.stop().await;
}
