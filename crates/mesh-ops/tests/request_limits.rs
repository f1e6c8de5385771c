//! How often the node answers whom, and that it says when to come back.

mod house;

use std::net::IpAddr;

use house::House;
use mesh_model::{ErrorCode, Refusal};
use mesh_ops::{Caller, Options};
use serde_json::json;

async fn knock(house: &House, token: Option<&str>, from: &str) -> Result<(), Refusal> {
    let caller = match token {
        Some(token) => house.door.authenticate(Some(token), None).await.unwrap(),
        None => Caller::nobody(),
    };
    let options = Options {
        address: Some(from.parse::<IpAddr>().unwrap()),
        ..Options::default()
    };
    let answer = house
        .door
        .call(&caller, "operation.list", json!({}), options)
        .await;
    answer.map(drop)
}

#[tokio::test]
async fn an_address_without_credentials_has_its_limit() {
    let house = House::start().await;
    let limits = json!({"address": {"per_second": 1, "burst": 3}});
    house.ok(&house.owner, "limits.set", limits).await;
    let held = house.ok(&house.owner, "limits.get", json!({})).await;
    assert_eq!(held["address"], json!({"per_second": 1, "burst": 3}));
    let mut refused = Vec::new();
    for _ in 0..10 {
        refused.extend(knock(&house, None, "192.0.2.1").await.err());
    }
    // One more may have come in while the clock went on.
    assert!(refused.len() >= 5, "{refused:?}");
    assert!(
        refused
            .iter()
            .all(|refusal| refusal.code == ErrorCode::RateLimited)
    );
    assert!(refused.iter().all(|refusal| {
        refusal
            .retry_after_ms
            .is_some_and(|ms| (1..=1000).contains(&ms))
    }));
    assert!(knock(&house, None, "192.0.2.2").await.is_ok());
    // A wrong token is no credential; the owner is never limited, wherever it comes from.
    assert!(
        knock(&house, Some("mesh_ag_wrong"), "192.0.2.1")
            .await
            .is_err()
    );
    let owner = house.owner.clone();
    for _ in 0..20 {
        knock(&house, Some(&owner), "192.0.2.1").await.unwrap();
    }
}

#[tokio::test]
async fn a_participant_is_limited_by_its_trust() {
    let house = House::start().await;
    let mole = house.talker("mole").await;
    let limits = json!({"untrusted": {"per_second": 1, "burst": 2}});
    house.ok(&house.owner, "limits.set", limits).await;
    for _ in 0..10 {
        house.ok(&mole, "me.get", json!({})).await;
    }
    let trust = json!({"participant": "mole", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", trust).await;
    let mut refused = 0;
    for _ in 0..10 {
        refused += usize::from(house.reply(&mole, "me.get", json!({}), None).await.is_err());
    }
    assert!(refused >= 5, "{refused}");
}

#[tokio::test]
async fn everybody_together_has_a_limit() {
    let house = House::start().await;
    let (rex, milo) = (house.talker("rex").await, house.talker("milo").await);
    let limits = json!({"instance": {"per_second": 1, "burst": 4}});
    house.ok(&house.owner, "limits.set", limits).await;
    let mut refused = 0;
    for token in [&rex, &milo].into_iter().cycle().take(20) {
        refused += usize::from(house.reply(token, "me.get", json!({}), None).await.is_err());
    }
    assert!(refused >= 10, "{refused}");
    house.ok(&house.owner, "me.get", json!({})).await;
}

#[tokio::test]
async fn limits_that_make_no_sense_are_refused() {
    let house = House::start().await;
    for limits in [
        json!({"address": {"per_second": 1, "burst": 0}}),
        json!({"local": {"per_second": 1_000_001, "burst": 1}}),
    ] {
        assert_eq!(
            house.refused(&house.owner, "limits.set", limits).await,
            "invalid_input"
        );
    }
    let rex = house.talker("rex").await;
    assert_eq!(
        house.refused(&rex, "limits.set", json!({})).await,
        "permission_denied"
    );
}
