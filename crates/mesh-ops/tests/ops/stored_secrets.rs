//! Secrets are stored and used, and never shown: not in an answer, not in the log, not in the vault.

use crate::house::{House, holding};
use serde_json::json;

const FIRST: &str = "a-secret-of-the-first-day";
const SECOND: &str = "a-secret-of-the-second-day";

#[tokio::test]
async fn values_stay_in_the_vault_and_nowhere_else() {
    let house = House::start().await;
    let mut shown = String::new();
    let mut keep = |reply: Result<mesh_ops::Reply, mesh_model::Refusal>| match reply {
        Ok(reply) => shown.push_str(&String::from_utf8_lossy(&reply.body)),
        Err(refusal) => shown.push_str(&serde_json::to_string(&refusal.problem()).unwrap()),
    };
    let set = |value: &str| json!({"name": "searx", "value": value});
    keep(
        house
            .reply(&house.owner, "secret.set", set(FIRST), Some("one"))
            .await,
    );
    keep(
        house
            .reply(&house.owner, "secret.set", set(FIRST), Some("one"))
            .await,
    );
    keep(
        house
            .reply(&house.owner, "secret.set", set(SECOND), Some("one"))
            .await,
    );
    keep(
        house
            .reply(&house.owner, "secret.set", set(SECOND), Some("two"))
            .await,
    );
    keep(
        house
            .reply(
                &house.owner,
                "secret.set",
                json!({"name": "No Name", "value": FIRST}),
                None,
            )
            .await,
    );
    keep(
        house
            .reply(&house.owner, "secret.list", json!({}), None)
            .await,
    );
    keep(
        house
            .reply(
                &house.owner,
                "log.list",
                json!({"types": ["secret.*"]}),
                None,
            )
            .await,
    );
    assert!(
        shown.contains("idempotency_mismatch") && shown.contains("secret.set"),
        "{shown}"
    );

    let listed = house.ok(&house.owner, "secret.list", json!({})).await;
    assert_eq!(
        (&listed["items"][0]["name"], &listed["items"][0]["version"]),
        (&json!("searx"), &json!(2))
    );
    let value =
        |house: &House, version| house.door.node().vault().secret("searx", version).unwrap();
    assert_eq!(
        (value(&house, 1), value(&house, 2).as_deref()),
        (None, Some(SECOND))
    );
    assert_eq!(value(&house, 3), None);

    let house = house.restart().await;
    assert_eq!(value(&house, 2).as_deref(), Some(SECOND));
    house
        .ok(
            &house.owner,
            "secret.set",
            json!({"name": "other", "value": FIRST}),
        )
        .await;
    house
        .ok(&house.owner, "secret.remove", json!({"name": "searx"}))
        .await;
    assert_eq!(value(&house, 2), None);
    assert_eq!(
        house
            .refused(&house.owner, "secret.remove", json!({"name": "searx"}))
            .await,
        "not_found"
    );
    let rex = house.talker("rex").await;
    assert_eq!(
        house.refused(&rex, "secret.list", json!({})).await,
        "permission_denied"
    );
    for value in [FIRST, SECOND] {
        assert!(!shown.contains(value), "{shown}");
    }
    let home = house.stop().await;
    for value in [FIRST, SECOND] {
        assert!(holding(home.path(), value.as_bytes()).is_empty());
    }
}

#[tokio::test]
async fn values_have_a_size() {
    let house = House::start().await;
    for value in [String::new(), "x".repeat(4097)] {
        let set = json!({"name": "searx", "value": value});
        assert_eq!(
            house.refused(&house.owner, "secret.set", set).await,
            "invalid_input"
        );
    }
}
