//! Rooms that are open to strangers: found ones are joined in one step, and strangers get no further than that.

use std::sync::Arc;

use mesh_link::federation::wire::Frame;
use mesh_model::limits::STRANGERS_BURST;
use mesh_model::{ErrorCode, PublicKey, RoomId};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::meshes::{Line, Side, items};

/// North has a room that is open to strangers, and another one; by their ids.
async fn open() -> (Side, Arc<Line>, Value, Value) {
    let line = Line::new();
    let north = Side::start(&line).await;
    let room = north.ok("room.create", json!({"name": "workshop"})).await;
    let den = north.ok("room.create", json!({"name": "den"})).await;
    north.say("workshop", "before anybody came").await;
    opens(&north, "workshop", true).await;
    (north, line, room["id"].clone(), den["id"].clone())
}

async fn opens(side: &Side, room: &str, open: bool) {
    side.ok("link.open", json!({"room": room, "open": open}))
        .await;
}

async fn links(side: &Side) -> Vec<Value> {
    items(&side.ok("link.list", json!({})).await).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_open_is_joined_in_one_step_by_a_mesh_that_nobody_knew() {
    let (north, line, room, _) = open().await;
    let south = Side::start(&line).await;
    south.joins(&north, &room).await;
    let followed = |list: &Value| {
        let link = items(list).first();
        link.is_some_and(|link| link["shared"][0]["followed"] == json!(true))
    };
    let known = north.until("link.list", json!({}), followed).await;
    let link = &items(&known)[0];
    assert_eq!(link["stranger"], true, "{link}");
    assert_eq!(link["key"], json!(south.key.to_string()));
    assert_eq!(link["participant"]["trust"], "untrusted");

    north.say("workshop", "hello stranger").await;
    assert_eq!(south.until_texts("found", 1).await, ["hello stranger"]);
    south.say("found", "hello north").await;
    south.until_texts("found", 2).await;
    let told = north.told("workshop").await;
    let (who, text) = told.last().unwrap();
    assert_eq!(text, "hello north");
    assert!(who.starts_with("owner@guest-"), "{told:?}");

    // Closed, those who are in stay; both are started anew, and it goes on.
    opens(&north, "workshop", false).await;
    let (north, south) = (north.restart().await, south.restart().await);
    north.say("workshop", "still here").await;
    south.until_texts("found", 3).await;

    // Sent away, it does not come again by itself.
    opens(&north, "workshop", true).await;
    let gone = json!({"link": link["name"]});
    north.ok("link.remove", gone).await;
    let away = |link: &Value| link["state"] == json!("away");
    south.until("link.get", json!({"link": "home"}), away).await;
    assert!(!north.entrance().wants(&south.key));
    assert!(links(&north).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_open_room_is_joined_on_the_same_link() {
    let (north, line, room, den) = open().await;
    let south = Side::start(&line).await;
    south.joins(&north, &room).await;
    opens(&north, "den", true).await;
    let (key, den) = (north.key, den.as_str().unwrap());
    let den = format!("mesh://{key}@interchange.example.org/{den}");
    let join = json!({"address": den, "room": "second"});
    south.ok("link.join", join).await;
    let both = |link: &Value| {
        let offered = link["offered"].as_array().unwrap().iter();
        offered.filter(|room| room["open"] == json!(true)).count() == 2
    };
    south.until("link.get", json!({"link": "home"}), both).await;
    let followed = |list: &Value| {
        let shared = items(list)[0]["shared"].as_array().unwrap().iter();
        shared
            .filter(|room| room["followed"] == json!(true))
            .count()
            == 2
    };
    north.until("link.list", json!({}), followed).await;
    north.say("den", "in here").await;
    assert_eq!(south.until_texts("second", 1).await, ["in here"]);
    assert_eq!(links(&north).await.len(), 1);
}

/// A stranger by hand, with a key of its own: what it says and what it hears.
struct Stranger {
    says: mpsc::UnboundedSender<Vec<u8>>,
    hears: mpsc::UnboundedReceiver<Vec<u8>>,
}

impl Stranger {
    fn comes(side: &Side, line: &Line, key: PublicKey) -> Stranger {
        let (way, says, hears) = line.way();
        side.entrance().take(&key, Box::new(way));
        Stranger { says, hears }
    }

    fn say(&self, frame: &Frame) {
        // Whoever was sent away says it to nobody.
        let _ = self.says.send(serde_json::to_vec(frame).unwrap());
    }

    /// What it hears next; nothing once it was sent away.
    async fn hears(&mut self) -> Option<Frame> {
        let frame = self.hears.recv().await?;
        Some(serde_json::from_slice(&frame).unwrap())
    }

    /// Why it is not let into a room.
    async fn not_open(&mut self, wanted: RoomId) -> String {
        loop {
            let frame = self.hears().await.expect("it is spoken with");
            if let Frame::NotOpen { room, code } = frame {
                assert_eq!(room, wanted);
                return code;
            }
        }
    }
}

fn id(room: &Value) -> RoomId {
    room.as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_gets_into_open_rooms_alone_and_costs_nothing_before() {
    let (north, line, room, den) = open().await;
    let key = PublicKey([7; 32]);

    // A room that is not open, one that is not there, and no room at all.
    let nowhere = json!("0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b");
    for wanted in [id(&den), id(&nowhere)] {
        let mut stranger = Stranger::comes(&north, &line, key);
        stranger.say(&Frame::Knock { room: wanted });
        assert_eq!(stranger.not_open(wanted).await, "not_found");
    }
    let mut stranger = Stranger::comes(&north, &line, key);
    stranger.say(&Frame::Halt);
    assert_eq!(stranger.hears().await, None);
    assert!(links(&north).await.is_empty());

    // Let in, it asks for more than it may.
    let mut stranger = Stranger::comes(&north, &line, key);
    stranger.say(&Frame::Knock { room: id(&room) });
    let heard = stranger.hears().await;
    assert!(matches!(heard, Some(Frame::Hello { .. })), "{heard:?}");
    stranger.say(&Frame::Knock { room: id(&den) });
    assert_eq!(stranger.not_open(id(&den)).await, "not_found");

    // Nobody is heard whom nothing is open to.
    opens(&north, "workshop", false).await;
    assert!(!north.entrance().wants(&PublicKey([8; 32])));
    assert!(north.entrance().wants(&key));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_strangers_is_let_in_slowly_and_leaves_room_for_those_whom_the_owner_chooses() {
    let (north, line, room, _) = open().await;
    let mut turned_away = 0;
    for number in 0..STRANGERS_BURST + 8 {
        let mut key = [9; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        let mut stranger = Stranger::comes(&north, &line, PublicKey(key));
        stranger.say(&Frame::Knock { room: id(&room) });
        match stranger.hears().await {
            Some(Frame::NotOpen { code, .. }) => {
                assert_eq!(code, "rate_limited");
                turned_away += 1;
            }
            heard => assert!(matches!(heard, Some(Frame::Hello { .. })), "{heard:?}"),
        }
    }
    assert_eq!(turned_away, 8);
    assert_eq!(links(&north).await.len(), STRANGERS_BURST as usize);
    let other = json!({"name": "chosen", "key": PublicKey([3; 32]).to_string()});
    north.ok("link.add", other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_opens_publishes_and_joins_nothing() {
    let (north, ..) = open().await;
    let rex = north.ok("agent.register", json!({"agent": "rex"})).await;
    let rex = rex["token"].as_str().expect("a token");
    let key = "07".repeat(32);
    let address = format!("mesh://{key}@at.example/0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b");
    for (name, input) in [
        ("link.open", json!({"room": "workshop", "open": false})),
        (
            "link.publish",
            json!({"at": "https://at.example", "name": "acme"}),
        ),
        ("link.unpublish", json!({"at": "https://at.example"})),
        ("link.published", json!({})),
        ("link.discover", json!({"at": "http://127.0.0.1:1"})),
        ("link.join", json!({"address": address, "room": "found"})),
    ] {
        let refused = north.ask(rex, name, input).await.unwrap_err().code;
        let codes = [ErrorCode::PermissionDenied, ErrorCode::CapabilityDenied];
        assert!(codes.contains(&refused), "{name}: {refused:?}");
    }
}
