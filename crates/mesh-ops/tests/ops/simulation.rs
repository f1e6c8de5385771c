//! Simulation clocks and positions on a real node: what follows a clock, what a restart leaves of it, and that nobody sees
//! beyond a room's radius, however it asks.

use mesh_core::Work;
use mesh_model::{Millis, ParticipantId};
use mesh_node::machine::Taken;
use mesh_node::{Filter, Subscribe, Subscription};
use serde_json::{Value, json};

use crate::house::House;

async fn until(house: &House, is_so: impl Fn(&Work) -> bool) {
    let node = house.door.node();
    let mut changed = node.work_changed();
    while !is_so(&node.work()) {
        changed.changed().await.unwrap();
    }
}

async fn shop(house: &House, policy: Value) {
    let room = json!({"name": "shop", "access": "private"});
    house.ok(&house.owner, "room.create", room).await;
    let set = json!({"room": "shop", "policy": policy});
    house.ok(&house.owner, "room.policy_set", set).await;
}

async fn member(house: &House, handle: &str) -> String {
    let token = house.talker(handle).await;
    let member = json!({"room": "shop", "participant": handle});
    house.ok(&house.owner, "member.add", member).await;
    token
}

async fn stands(house: &House, token: &str, x: f64, y: f64) -> Value {
    let input = json!({"room": "shop", "x": x, "y": y});
    house.ok(token, "position.set", input).await
}

/// The handles of those whom somebody sees.
async fn sees(house: &House, token: &str) -> Vec<String> {
    let list = house
        .ok(token, "position.list", json!({"room": "shop"}))
        .await;
    let items = list["items"].as_array().unwrap().iter();
    let handles = items.map(|it| it["participant"]["handle"].as_str().unwrap().to_owned());
    let mut handles: Vec<_> = handles.collect();
    handles.sort();
    handles
}

#[tokio::test]
async fn a_schedule_follows_the_clock_of_its_room_and_the_clock_outlives_a_restart() {
    let house = House::start().await;
    shop(&house, json!({})).await;
    tokio::spawn(house.door.clone().keep_schedules());
    let clock = json!({"room": "shop", "at": "2026-12-24 08:00", "paused": true});
    let started = house.ok(&house.owner, "clock.start", clock).await;
    assert_eq!(started["now"], "2026-12-24T08:00:00.000Z");
    let opens = json!({"to": "shop", "text": "We open", "at": "2026-12-24 09:00", "clock": "shop"});
    let made = house.ok(&house.owner, "schedule.create", opens).await;
    assert_eq!(made["next"], "2026-12-24T09:00:00.000Z");
    let step = json!({"room": "shop", "seconds": 3_600});
    let stepped = house.ok(&house.owner, "clock.step", step).await;
    assert_eq!(stepped["now"], "2026-12-24T09:00:00.000Z");
    until(&house, |work| work.schedules().is_empty()).await;
    let room = json!({"room": "shop"});
    let told = house.ok(&house.owner, "message.list", room.clone()).await;
    let said = &told["items"][0];
    assert_eq!(said["text"], "We open");
    assert_eq!(said["scheduled"]["clock"], "2026-12-24T09:00:00.000Z");
    // By the node's clock it is not late, whatever the simulated one says.
    let at = |value: &Value| Millis::parse(value.as_str().unwrap()).unwrap();
    assert!(at(&said["at"]).since(at(&said["scheduled"]["due"])) < 60_000);

    let rate = json!({"room": "shop", "rate": 100});
    house.ok(&house.owner, "clock.rate", rate).await;
    let before = house.ok(&house.owner, "clock.resume", room.clone()).await;
    let house = house.restart().await;
    let after = house.ok(&house.owner, "clock.get", room).await;
    let passed = at(&after["real"]).since(at(&before["real"]));
    assert_eq!(at(&after["now"]).since(at(&before["now"])), passed * 100);
    assert_eq!(after["since"], before["since"]);
    let all = house.ok(&house.owner, "clock.list", json!({})).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_moves_the_clocks_of_others_or_hears_of_those_it_does_not_read() {
    let house = House::start().await;
    shop(&house, json!({})).await;
    let rex = house.talker("rex").await;
    let clock = json!({"room": "shop"});
    house.ok(&house.owner, "clock.start", clock.clone()).await;
    for (name, input) in [
        ("clock.start", clock.clone()),
        ("clock.get", clock.clone()),
        (
            "clock.set",
            json!({"room": "shop", "at": "2030-01-01 00:00"}),
        ),
        ("clock.stop", clock.clone()),
    ] {
        assert_eq!(
            house.refused(&rex, name, input).await,
            "not_found",
            "{name}"
        );
    }
    let none = house.ok(&rex, "clock.list", json!({})).await;
    assert_eq!(none["items"], json!([]));
    // A guest that moderates does not move it either.
    let member = json!({"room": "shop", "participant": "rex"});
    house.ok(&house.owner, "member.add", member).await;
    let may = json!({"room": "shop", "participant": "rex", "capabilities": ["listen", "speak", "moderate"]});
    house.ok(&house.owner, "member.capabilities", may).await;
    house.ok(&rex, "clock.pause", clock.clone()).await;
    let trust = json!({"participant": "rex", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", trust).await;
    for name in ["clock.pause", "clock.resume", "clock.stop"] {
        assert_eq!(
            house.refused(&rex, name, clock.clone()).await,
            "capability_denied"
        );
    }
    let follows = json!({"to": "shop", "text": "x", "in_seconds": 9, "clock": "shop"});
    assert_eq!(
        house.refused(&rex, "schedule.create", follows).await,
        "capability_denied"
    );
    let bad = json!({"room": "shop", "at": "noon"});
    assert_eq!(
        house.refused(&house.owner, "clock.set", bad).await,
        "invalid_input"
    );
}

#[tokio::test]
async fn one_sees_those_in_range_and_those_who_govern_see_all() {
    let house = House::start().await;
    shop(&house, json!({"space": {"radius": 20}})).await;
    let ada = member(&house, "ada").await;
    let bo = member(&house, "bo").await;
    let cy = member(&house, "cy").await;
    let dee = member(&house, "dee").await;
    let eve = house.talker("eve").await;
    stands(&house, &ada, 0.0, 0.0).await;
    stands(&house, &bo, 15.0, 0.0).await;
    stands(&house, &cy, 40.0, 0.0).await;
    assert_eq!(sees(&house, &ada).await, ["ada", "bo"]);
    assert_eq!(sees(&house, &bo).await, ["ada", "bo"]);
    assert_eq!(sees(&house, &cy).await, ["cy"]);
    assert_eq!(sees(&house, &house.owner).await, ["ada", "bo", "cy"]);
    // Whoever stands nowhere sees nobody, and who is not in the room nothing.
    assert!(sees(&house, &dee).await.is_empty());
    let room = json!({"room": "shop"});
    assert_eq!(
        house.refused(&eve, "position.list", room.clone()).await,
        "not_found"
    );
    let place = json!({"room": "shop", "x": 0, "y": 0});
    assert_eq!(
        house.refused(&eve, "position.set", place).await,
        "not_found"
    );
    // Nobody moves others; those above one do.
    let bo_away = json!({"room": "shop", "x": 900, "y": 0, "participant": "bo"});
    assert_eq!(
        house.refused(&ada, "position.set", bo_away.clone()).await,
        "permission_denied"
    );
    house.ok(&house.owner, "position.set", bo_away).await;
    assert_eq!(sees(&house, &ada).await, ["ada"]);
    for (x, y) in [(1000.5, 0.0), (0.0, -1001.0)] {
        let off = json!({"room": "shop", "x": x, "y": y});
        assert_eq!(
            house.refused(&ada, "position.set", off).await,
            "invalid_input"
        );
    }
    let turned = json!({"room": "shop", "x": 0, "y": 0, "facing": 360});
    assert_eq!(
        house.refused(&ada, "position.set", turned).await,
        "invalid_input"
    );
    let walk = json!({"room": "shop", "x": 5, "y": 0});
    assert_eq!(house.refused(&ada, "position.walk", walk).await, "conflict");
    // Whoever left stands there no more.
    house.ok(&cy, "room.leave", room).await;
    assert_eq!(sees(&house, &house.owner).await, ["ada", "bo"]);
}

#[tokio::test]
async fn whoever_walks_goes_by_the_clock_of_the_room() {
    let house = House::start().await;
    shop(&house, json!({"space": {"radius": 20, "speed": 2}})).await;
    let clock = json!({"room": "shop", "at": "2026-12-24 08:00", "paused": true});
    house.ok(&house.owner, "clock.start", clock).await;
    let ada = member(&house, "ada").await;
    let bo = member(&house, "bo").await;
    let walk = json!({"room": "shop", "x": 30, "y": 40});
    assert_eq!(
        house.refused(&ada, "position.walk", walk.clone()).await,
        "conflict"
    );
    stands(&house, &ada, 0.0, 0.0).await;
    stands(&house, &bo, 30.0, 40.0).await;
    let set_out = house.ok(&ada, "position.walk", walk).await;
    assert_eq!(
        (&set_out["x"], &set_out["facing"], &set_out["walking"]),
        (&json!(0.0), &json!(37), &json!(true))
    );
    assert_eq!(sees(&house, &bo).await, ["bo"]);
    let step = json!({"room": "shop", "seconds": 10});
    house.ok(&house.owner, "clock.step", step.clone()).await;
    let room = json!({"room": "shop"});
    let list = house.ok(&ada, "position.list", room).await;
    let here = &list["items"][0];
    assert_eq!((&here["x"], &here["y"]), (&json!(12.0), &json!(16.0)));
    assert_eq!(sees(&house, &bo).await, ["bo"]);
    house.ok(&house.owner, "clock.step", step).await;
    assert_eq!(sees(&house, &bo).await, ["ada", "bo"]);
    // Nobody is elsewhere at once, but whom a moderator above it puts there.
    let leap = json!({"room": "shop", "x": -500, "y": 0});
    assert_eq!(house.refused(&ada, "position.set", leap).await, "conflict");
    let put = json!({"room": "shop", "x": -500, "y": 0, "participant": "ada"});
    house.ok(&house.owner, "position.set", put).await;
    assert_eq!(sees(&house, &bo).await, ["bo"]);
}

/// What comes to somebody, up to a message.
async fn frames(lane: &mut Subscription, upto: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    loop {
        let Taken::Frames(frames, _) = lane.next().await else {
            panic!("cut off");
        };
        for frame in frames {
            let text = String::from_utf8(frame.to_vec()).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            if text.contains(upto) {
                return seen;
            }
            seen.extend(value.get("ephemeral").cloned());
        }
    }
}

/// What the lane of what is never stored told of others in the room, as `kind handle`.
fn told(frames: &[Value]) -> Vec<String> {
    let in_room = frames.iter().filter(|it| it.get("room").is_some());
    let named = in_room.map(|it| {
        let who = it.pointer("/position/participant/handle");
        let who = who.or(it.pointer("/participant/handle"));
        let kind = it["type"].as_str().unwrap();
        format!("{kind} {}", who.unwrap().as_str().unwrap())
    });
    named.collect()
}

fn lane(house: &House, token_of: &str) -> Subscription {
    let node = house.door.node();
    let id: ParticipantId = node.access().by_handle(token_of).unwrap().id;
    node.subscribe(id, Filter::default(), None)
}

#[tokio::test]
async fn the_lane_tells_of_those_in_range_alone() {
    let house = House::start().await;
    shop(&house, json!({"space": {"radius": 20}})).await;
    let ada = member(&house, "ada").await;
    let bo = member(&house, "bo").await;
    member(&house, "dee").await;
    stands(&house, &bo, 0.0, 0.0).await;
    let (mut near, mut owner, mut nowhere) = (
        lane(&house, "bo"),
        lane(&house, "owner"),
        lane(&house, "dee"),
    );
    let types = json!({"room": "shop", "typing": true});
    stands(&house, &ada, 500.0, 0.0).await;
    house.ok(&ada, "room.typing", types.clone()).await;
    let mark = json!({"room": "shop", "text": "the first part"});
    house.ok(&house.owner, "message.post", mark).await;
    assert!(told(&frames(&mut near, "the first part").await).is_empty());
    assert!(told(&frames(&mut nowhere, "the first part").await).is_empty());
    assert_eq!(
        told(&frames(&mut owner, "the first part").await),
        ["position ada", "typing ada"]
    );

    // A flood of moves: the node answers each, and others hear of few; where one is at last they hear in any case.
    for metre in 0..60 {
        stands(&house, &ada, f64::from(metre) / 10.0, 0.0).await;
    }
    house.ok(&ada, "room.typing", types).await;
    let last = loop {
        let Taken::Frames(frames, _) = near.next().await else {
            panic!("cut off");
        };
        let texts = frames
            .iter()
            .map(|frame| String::from_utf8(frame.to_vec()).unwrap());
        let all: Vec<_> = texts.collect();
        if let Some(found) = all.into_iter().find(|text| text.contains("\"x\":5.9")) {
            break found;
        }
    };
    assert!(last.contains("ada"));
    stands(&house, &bo, 900.0, 0.0).await;
    let unseen = loop {
        let Taken::Frames(frames, _) = near.next().await else {
            panic!("cut off");
        };
        let texts = frames
            .iter()
            .map(|frame| String::from_utf8(frame.to_vec()).unwrap());
        let all: Vec<_> = texts.collect();
        if let Some(found) = all.into_iter().find(|text| text.contains("unseen")) {
            break found;
        }
    };
    assert!(unseen.contains("ada"), "{unseen}");
}
