//! A credential does what it may and no more, and only as long as it is good.

use crate::house::House;
use mesh_model::limits::{LOGIN_FAILURES_MAX, SUBSCRIBED_ROOMS_MAX};
use mesh_model::ops::{self, Needs};
use mesh_ops::Wanted;
use serde_json::json;

#[tokio::test]
async fn nobody_and_those_without_a_permission_are_refused_everywhere() {
    let house = House::start().await;
    let bare = house.agent("bare", &[]).await;
    for declaration in ops::all() {
        let input: serde_json::Value = serde_json::from_str(declaration.example).unwrap();
        if declaration.needs != Needs::Nothing {
            for token in ["", "mesh_ag_wrong", "mesh_owner_wrong", "rubbish"] {
                let code = house.refused(token, declaration.name, input.clone()).await;
                assert_eq!(code, "unauthenticated", "{}", declaration.name);
            }
        }
        if matches!(declaration.needs, Needs::Permission(_) | Needs::Owner) {
            let code = house.refused(&bare, declaration.name, input.clone()).await;
            assert_eq!(code, "permission_denied", "{}", declaration.name);
        }
    }
}

#[tokio::test]
async fn subscribing_is_refused_and_counted_like_a_call() {
    let house = House::start().await;
    let bare = house.agent("bare", &[]).await;
    let rex = house.talker("rex").await;
    let room = json!({"name": "den", "access": "private"});
    house.ok(&house.owner, "room.create", room).await;
    let code = async |token: &str, wanted: Wanted| {
        let caller = house.door.authenticate(Some(token), None).await.unwrap();
        match house.door.subscribe(&caller, None, wanted).await {
            Ok(_) => "subscribed",
            Err(refusal) => refusal.code.code(),
        }
    };
    let of = |rooms: &[&str], after| Wanted {
        after,
        rooms: rooms.iter().map(|room| (*room).to_owned()).collect(),
        types: Vec::new(),
        session: None,
    };
    assert_eq!(code("rubbish", of(&[], None)).await, "unauthenticated");
    assert_eq!(code(&bare, of(&[], None)).await, "permission_denied");
    for unknown in ["den", "nowhere"] {
        assert_eq!(code(&rex, of(&[unknown], None)).await, "not_found");
    }
    assert_eq!(code(&house.owner, of(&["#den"], None)).await, "subscribed");
    let beyond = house.door.node().head().0 + 1;
    let beyond = of(&[], Some(mesh_model::Seq(beyond)));
    assert_eq!(code(&rex, beyond).await, "bad_cursor");
    let many = vec!["den"; SUBSCRIBED_ROOMS_MAX + 1];
    assert_eq!(code(&house.owner, of(&many, None)).await, "invalid_input");
    let most = &many[1..];
    assert_eq!(code(&house.owner, of(most, None)).await, "subscribed");

    let limited = json!({"name": "listener", "permissions": ["messages:read"], "per_minute": 2});
    let limited = house.ok(&house.owner, "key.create", limited).await;
    let limited = limited["token"].as_str().unwrap();
    for expected in ["subscribed", "subscribed", "rate_limited"] {
        assert_eq!(code(limited, of(&[], None)).await, expected);
    }
}

#[tokio::test]
async fn nobody_grants_what_they_lack() {
    let house = House::start().await;
    let lead = house
        .agent("lead", &["agents:write", "messages:read"])
        .await;
    let register = |permissions: &[&str]| json!({"agent": "child", "permissions": permissions});
    let head = house.door.node().head();
    assert_eq!(
        house
            .refused(&lead, "agent.register", register(&["messages:write"]))
            .await,
        "permission_denied"
    );
    assert_eq!(
        house
            .refused(&lead, "agent.register", json!({"agent": "child"}))
            .await,
        "permission_denied"
    );
    assert_eq!(
        house.door.node().head(),
        head,
        "half a registration is in the log"
    );
    house
        .ok(&lead, "agent.register", register(&["messages:read"]))
        .await;
    // Only the owner's own hand gives power over the mesh.
    let admin = house
        .agent("admin", &["admin:tokens", "admin:users", "messages:read"])
        .await;
    let token = json!({"participant": "admin", "permissions": ["admin:tokens"]});
    assert_eq!(
        house.refused(&admin, "token.create", token.clone()).await,
        "permission_denied"
    );
    house.ok(&house.owner, "token.create", token).await;
    let token = json!({"participant": "owner", "permissions": ["messages:read"]});
    assert_eq!(
        house.refused(&admin, "token.create", token).await,
        "permission_denied"
    );
}

#[tokio::test]
async fn revoked_and_disabled_end_at_once() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    let extra = house
        .ok(
            &house.owner,
            "token.create",
            json!({"participant": "rex", "preset": "mobile"}),
        )
        .await;
    let token = extra["token"].as_str().unwrap();
    house.ok(token, "me.get", json!({})).await;
    house
        .ok(
            &house.owner,
            "token.revoke",
            json!({"credential": extra["id"]}),
        )
        .await;
    assert_eq!(
        house.refused(token, "me.get", json!({})).await,
        "unauthenticated"
    );
    house.ok(&rex, "me.get", json!({})).await;
    house
        .ok(
            &house.owner,
            "participant.disable",
            json!({"participant": "rex"}),
        )
        .await;
    assert_eq!(
        house.refused(&rex, "me.get", json!({})).await,
        "permission_denied"
    );
    house
        .ok(
            &house.owner,
            "participant.enable",
            json!({"participant": "rex"}),
        )
        .await;
    house.ok(&rex, "me.get", json!({})).await;
}

#[tokio::test]
async fn a_key_has_its_limit() {
    let house = House::start().await;
    let key = house
        .ok(
            &house.owner,
            "key.create",
            json!({"name": "grafana", "per_day": 3}),
        )
        .await;
    let key = key["token"].as_str().unwrap();
    for _ in 0..3 {
        house.ok(key, "room.list", json!({})).await;
    }
    let refusal = house
        .reply(key, "room.list", json!({}), None)
        .await
        .unwrap_err();
    assert_eq!(refusal.code.code(), "rate_limited");
    assert!(refusal.retry_after_ms.is_some_and(|ms| ms > 0));
    assert_eq!(
        house
            .refused(key, "message.send", json!({"to": "@owner", "text": "x"}))
            .await,
        "permission_denied"
    );
}

#[tokio::test]
async fn guessing_passwords_has_an_end_that_outlives_a_restart() {
    let house = House::start().await;
    let user = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
    house.ok(&house.owner, "user.create", user).await;
    let wrong = |name: &str| json!({"username": name, "password": "wrong horse battery"});
    for attempt in 0..LOGIN_FAILURES_MAX {
        // Names that nobody has are counted alike, so that the limit tells nobody which exist.
        for name in ["ana", "nobody"] {
            let refused = house.refused("", "login", wrong(name)).await;
            assert_eq!(refused, "login_failed", "{attempt}");
        }
    }
    assert_eq!(
        house.refused("", "login", wrong("nobody")).await,
        "rate_limited"
    );
    let house = house.restart().await;
    let right = json!({"username": "ana", "password": "correct horse battery"});
    let refusal = house.reply("", "login", right, None).await.unwrap_err();
    assert_eq!(refusal.code.code(), "rate_limited");
    assert!(refusal.retry_after_ms.is_some());
}

#[tokio::test]
async fn browsers_sign_in_and_out() {
    let house = House::start().await;
    let user = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
    house.ok(&house.owner, "user.create", user).await;
    let right = json!({"username": "ana", "password": "correct horse battery"});
    let reply = house.reply("", "login", right, None).await.unwrap();
    let Some(mesh_ops::Cookie::Set {
        secret, page_key, ..
    }) = reply.cookie
    else {
        panic!("no cookie")
    };
    let shown = mesh_ops::PageCookie {
        cookie: &secret,
        page_key: &page_key,
    };
    let caller = house.door.authenticate(None, Some(shown)).await.unwrap();
    let me = house
        .door
        .call(&caller, "me.get", json!({}), Default::default())
        .await
        .unwrap();
    let me: serde_json::Value = serde_json::from_slice(&me.body).unwrap();
    assert_eq!(
        (&me["participant"]["handle"], &me["owner"]),
        (&json!("ana"), &json!(false))
    );
    let out = house
        .door
        .call(&caller, "logout", json!({}), Default::default())
        .await
        .unwrap();
    assert_eq!(out.cookie, Some(mesh_ops::Cookie::Clear));
    assert!(
        house
            .door
            .authenticate(None, Some(shown))
            .await
            .unwrap()
            .actor
            .is_none()
    );
    // A token is less than its owner's browser and cannot become one.
    let token = house
        .ok(
            &house.owner,
            "token.create",
            json!({"participant": "owner", "permissions": ["messages:read"]}),
        )
        .await;
    assert_eq!(
        house
            .refused(token["token"].as_str().unwrap(), "login.link", json!({}))
            .await,
        "permission_denied"
    );
    let link = house.ok(&house.owner, "login.link", json!({})).await;
    let link = link["path"]
        .as_str()
        .unwrap()
        .rsplit('=')
        .next()
        .unwrap()
        .to_owned();
    let followed = house.door.follow_link(&link, None, None).await.unwrap();
    let mesh_ops::Following::Done(mesh_ops::Cookie::Set {
        secret, page_key, ..
    }) = followed
    else {
        panic!("{followed:?}")
    };
    let shown = mesh_ops::PageCookie {
        cookie: &secret,
        page_key: &page_key,
    };
    let caller = house.door.authenticate(None, Some(shown)).await.unwrap();
    assert!(matches!(caller.actor, Some(mesh_model::Actor::Owner(_))));
    assert_eq!(
        house
            .door
            .follow_link(&link, None, None)
            .await
            .unwrap_err()
            .code
            .code(),
        "gone"
    );
}

#[tokio::test]
async fn refusals_are_counted_into_the_log() {
    let house = House::start().await;
    let rex = house.agent("rex", &["messages:read"]).await;
    for _ in 0..3 {
        house
            .refused(&rex, "room.create", json!({"name": "den"}))
            .await;
    }
    house
        .refused(
            "",
            "login",
            json!({"username": "rex", "password": "wrong horse battery"}),
        )
        .await;
    house
        .refused(&rex, "message.get", json!({"message": "nonsense"}))
        .await;
    let house = house.restart().await;
    let log = house
        .ok(&house.owner, "log.list", json!({"limit": 500}))
        .await;
    let items = log["items"].as_array().unwrap().iter();
    let noted: Vec<_> = items
        .filter(|item| item["type"] == "note.refused")
        .map(|item| &item["facts"])
        .collect();
    let counts: Vec<_> = noted
        .iter()
        .map(|facts| (&facts["operation"], &facts["code"], &facts["count"]))
        .collect();
    let expected = [
        ("login", "login_failed", 1),
        ("room.create", "permission_denied", 3),
    ];
    for (operation, code, count) in expected {
        assert!(
            counts.contains(&(&json!(operation), &json!(code), &json!(count))),
            "{counts:?}"
        );
    }
    assert_eq!(counts.len(), expected.len(), "{counts:?}");
}

#[tokio::test]
async fn a_refused_change_of_a_user_changes_nothing() {
    let house = House::start().await;
    let user = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
    house.ok(&house.owner, "user.create", user).await;
    let clerk = house.agent("clerk", &["admin:users", "agents:read"]).await;
    let head = house.door.node().head();
    for input in [
        json!({"user": "ana", "role": "admin"}),
        json!({"user": "ana", "role": "viewer", "disabled": true}),
        json!({"user": "ana", "password": "another horse battery"}),
    ] {
        assert_eq!(
            house.refused(&clerk, "user.update", input).await,
            "permission_denied"
        );
    }
    assert_eq!(house.door.node().head(), head);
    house
        .ok(
            "",
            "login",
            json!({"username": "ana", "password": "correct horse battery"}),
        )
        .await;
}
