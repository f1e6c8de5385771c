//! Where somebody's programs run is told to those behind whom the same person stands; and who is found by what.

use serde_json::{Value, json};

use crate::house::House;

const PLACE: [&str; 3] = ["cwd", "hostname", "branch"];

async fn opened(house: &House, token: &str, host: &str) -> Value {
    let client = json!({
        "name": "crane-cli", "cwd": "/src/secret-crane", "hostname": host, "branch": "feature/secret",
    });
    let opened = house.ok(token, "session.open", json!({ "client": client }));
    opened.await["session"].clone()
}

async fn shown(house: &House, token: &str, session: &Value) -> Value {
    let list = house.ok(token, "session.list", json!({})).await;
    let mut items = list["items"].as_array().unwrap().clone().into_iter();
    items.find(|item| item["id"] == *session).unwrap()
}

#[tokio::test]
async fn strangers_learn_of_a_session_and_not_where_it_runs() {
    let house = House::start().await;
    // Rex and tom are the owner's; ann is another person.
    let (rex, tom) = (house.talker("rex").await, house.talker("tom").await);
    let user = json!({"username": "ann", "password": "correct horse battery", "role": "user"});
    house.ok(&house.owner, "user.create", user).await;
    let token = json!({"participant": "ann", "permissions": ["agents:read"]});
    let ann = house.ok(&house.owner, "token.create", token).await;
    let ann = ann["token"].as_str().unwrap();
    let session = opened(&house, &rex, "forge").await;
    let own = shown(&house, &rex, &session).await;
    assert_eq!(own["client"]["cwd"], "/src/secret-crane", "{own}");
    assert_eq!(own["same_machine"], true);
    assert_eq!(own["parent"]["handle"], "owner");
    // Tom's person is the same; it has said nothing of where it runs itself.
    let near = shown(&house, &tom, &session).await;
    assert_eq!(near["client"]["branch"], "feature/secret", "{near}");
    assert_eq!(near["same_machine"], Value::Null);
    opened(&house, &tom, "anvil").await;
    let near = shown(&house, &tom, &session).await;
    assert_eq!(near["same_machine"], false);
    // A stranger on the same machine cannot ask whether it is the same, either.
    let named = json!({"client": {"hostname": "forge"}});
    house.ok(ann, "session.open", named).await;
    let far = shown(&house, ann, &session).await;
    assert_eq!(far["client"]["name"], "crane-cli", "{far}");
    for place in PLACE {
        assert_eq!(far["client"][place], Value::Null, "{far}");
    }
    assert_eq!(far["same_machine"], Value::Null);
    // In the log it stands for nobody.
    let events = json!({"types": ["session.opened"]});
    for token in [&rex, &house.owner] {
        let told = house
            .ok(token, "event.list", events.clone())
            .await
            .to_string();
        assert!(
            told.contains("crane-cli") && !told.contains("secret"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn people_are_found_by_what_they_are_and_it_is_said_by_what() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    house.talker("crane").await;
    let profile = json!({"display_name": "Rex", "skills": ["Crane"], "about": "oils things"});
    let update = json!({"participant": "rex", "profile": profile});
    house.ok(&rex, "participant.update", update).await;
    let roles = json!({"participant": "rex", "roles": ["reviewer"]});
    house.ok(&house.owner, "participant.roles", roles).await;
    let found = async |asked: Value| {
        let list = house.ok(&house.owner, "participant.list", asked).await;
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|who| (who["handle"].clone(), who["found_in"].clone()))
            .collect::<Vec<_>>()
    };
    // A handle says more than a skill.
    assert_eq!(
        found(json!({"q": "crane"})).await,
        [
            (json!("crane"), json!(["handle"])),
            (json!("rex"), json!(["skill"]))
        ]
    );
    assert_eq!(
        found(json!({"q": "review oils"})).await,
        [(json!("rex"), json!(["role", "about"]))]
    );
    let rex_alone = [(json!("rex"), Value::Null)];
    for asked in [
        json!({"role": "reviewer"}),
        json!({"skill": "crane"}),
        json!({"role": "reviewer", "state": "offline", "kind": "agent"}),
    ] {
        assert_eq!(found(asked.clone()).await, rex_alone, "{asked}");
    }
    for asked in [
        json!({"role": "reviewer", "state": "busy"}),
        json!({"role": "painter"}),
        json!({"capability": "rust"}),
    ] {
        assert_eq!(found(asked.clone()).await, [], "{asked}");
    }
    assert_eq!(
        house
            .refused(&house.owner, "participant.list", json!({"group": "nobody"}))
            .await,
        "not_found"
    );
}
