//! Invites: once per key, as often as they are for, and no longer than they live.

use crate::house::House;
use mesh_ops::testing::redemption;
use serde_json::{Value, json};

/// What the holder of a key asks for, with a nonce of its own.
fn redeem(house: &House, code: &Value, handle: &str, key: u8) -> Value {
    let mesh = house.door.node().access().mesh().unwrap().id.to_string();
    let nonce = uuid::Uuid::now_v7().simple().to_string();
    redemption(&mesh, code.as_str().unwrap(), handle, key, &nonce)
}

#[tokio::test]
async fn a_retry_with_the_same_key_is_the_same_participant() {
    let house = House::start().await;
    house
        .ok(&house.owner, "room.create", json!({"name": "lab"}))
        .await;
    let invite = house
        .ok(
            &house.owner,
            "invite.create",
            json!({"uses": 1, "room": "lab"}),
        )
        .await;
    assert_eq!(
        invite["path"],
        format!("/i/{}", invite["code"].as_str().unwrap())
    );
    let first = house
        .ok(
            "",
            "invite.redeem",
            redeem(&house, &invite["code"], "milo", 7),
        )
        .await;
    let again = house
        .ok(
            "",
            "invite.redeem",
            redeem(&house, &invite["code"], "milo", 7),
        )
        .await;
    assert_eq!(
        (&first["id"], &first["handle"]),
        (&again["id"], &again["handle"])
    );
    assert_ne!(first["token"], again["token"]);
    for token in [&first["token"], &again["token"]] {
        let list = house
            .ok(
                token.as_str().unwrap(),
                "message.list",
                json!({"room": "lab"}),
            )
            .await;
        assert_eq!(list["items"], json!([]));
    }
    assert_eq!(
        house
            .refused(
                "",
                "invite.redeem",
                redeem(&house, &invite["code"], "other", 8)
            )
            .await,
        "gone"
    );
    let list = house.ok(&house.owner, "invite.list", json!({})).await;
    assert_eq!(
        (&list["items"][0]["uses"], &list["items"][0]["used"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn revoked_invites_and_taken_handles_let_nobody_in() {
    let house = House::start().await;
    house.talker("rex").await;
    let invite = house
        .ok(&house.owner, "invite.create", json!({"uses": 5}))
        .await;
    let head = house.door.node().head();
    assert_eq!(
        house
            .refused(
                "",
                "invite.redeem",
                redeem(&house, &invite["code"], "rex", 1)
            )
            .await,
        "name_taken"
    );
    assert_eq!(
        house
            .refused(
                "",
                "invite.redeem",
                redeem(&house, &invite["code"], "Rex!", 1)
            )
            .await,
        "invalid_input"
    );
    assert_eq!(house.door.node().head(), head);
    house
        .ok(
            &house.owner,
            "invite.revoke",
            json!({"invite": invite["id"]}),
        )
        .await;
    assert_eq!(
        house
            .refused(
                "",
                "invite.redeem",
                redeem(&house, &invite["code"], "milo", 1)
            )
            .await,
        "gone"
    );
    let house = house.restart().await;
    assert_eq!(
        house
            .refused(
                "",
                "invite.redeem",
                redeem(&house, &invite["code"], "milo", 1)
            )
            .await,
        "gone"
    );
}

#[tokio::test]
async fn a_session_belongs_to_one() {
    let house = House::start().await;
    let (rex, ana) = (house.talker("rex").await, house.talker("ana").await);
    let opened = house
        .ok(&rex, "session.open", json!({"client": {"name": "test"}}))
        .await;
    assert_eq!(
        (&opened["resumed"], &opened["welcome"]["missed"]),
        (&json!(false), &json!(0))
    );
    let again = house
        .ok(&rex, "session.open", json!({"session": opened["session"]}))
        .await;
    assert_eq!(
        (&again["session"], &again["resumed"]),
        (&opened["session"], &json!(true))
    );
    let input = json!({"session": opened["session"]});
    assert_eq!(
        house.refused(&ana, "session.open", input.clone()).await,
        "session_conflict"
    );
    assert_eq!(
        house.refused(&ana, "session.close", input.clone()).await,
        "not_found"
    );
    house.ok(&rex, "session.close", input.clone()).await;
    assert_eq!(
        house.refused(&rex, "session.close", input).await,
        "not_found"
    );
    house
        .ok(
            &ana,
            "message.send",
            json!({"to": "@rex", "text": "are you there?"}),
        )
        .await;
    let back = house.ok(&rex, "session.open", json!({})).await;
    let welcome = &back["welcome"];
    assert_eq!(
        (&welcome["missed"], &welcome["missed_mentions"]),
        (&json!(1), &json!(1))
    );
    assert!(
        welcome["greeting"]
            .as_str()
            .unwrap()
            .starts_with("Welcome back, @rex"),
        "{welcome}"
    );
}

#[tokio::test]
async fn a_key_is_its_holder_s_alone() {
    let house = House::start().await;
    let owner = house.owner.clone();
    let invite = house.ok(&owner, "invite.create", json!({"uses": 2})).await;
    let rightly = redeem(&house, &invite["code"], "milo", 7);
    let milo = house.ok("", "invite.redeem", rightly.clone()).await;
    let told = house
        .ok(&owner, "participant.get", json!({"participant": "milo"}))
        .await;
    assert_eq!(told["key"], rightly["key"]);
    // Everybody knows the key; nobody else signs with it. What was signed for another invite, name or request, or was
    // heard and is said again, is worth nothing.
    let other = house.ok(&owner, "invite.create", json!({"uses": 2})).await;
    let with = |field: &str, value: Value| {
        let mut forged = redeem(&house, &invite["code"], "milo", 7);
        forged[field] = value;
        forged
    };
    for forged in [
        rightly.clone(),
        with("proof", json!("00".repeat(64))),
        with("proof", rightly["proof"].clone()),
        with(
            "proof",
            redeem(&house, &invite["code"], "milo", 8)["proof"].clone(),
        ),
        with("handle", json!("other")),
        with("nonce", json!("m".repeat(32))),
        with("code", other["code"].clone()),
    ] {
        let refused = house.refused("", "invite.redeem", forged.clone()).await;
        assert_eq!(refused, "bad_signature", "{forged}");
    }
    for nonce in ["", "short", "not-plain-letters-and-digits", &"n".repeat(65)] {
        let bad = with("nonce", json!(nonce));
        assert_eq!(
            house.refused("", "invite.redeem", bad).await,
            "invalid_input"
        );
    }
    // A nonce stays used when the node was started anew, and a token that was revoked stays revoked.
    let house = house.restart().await;
    assert_eq!(
        house.refused("", "invite.redeem", rightly).await,
        "bad_signature"
    );
    let revoked = json!({"credential": milo["credential"]});
    house.ok(&owner, "token.revoke", revoked).await;
    let back = redeem(&house, &invite["code"], "milo", 7);
    assert_eq!(house.refused("", "invite.redeem", back).await, "gone");
    house
        .ok(
            &owner,
            "participant.disable",
            json!({"participant": "milo"}),
        )
        .await;
    let back = redeem(&house, &invite["code"], "milo", 7);
    assert_eq!(
        house.refused("", "invite.redeem", back).await,
        "permission_denied"
    );
}

/// What somebody sends who opened a person's invite.
fn accept(code: &Value, handle: &str, password: &str) -> Value {
    json!({"code": code, "handle": handle, "password": password, "display_name": "A person"})
}

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn a_person_s_invite_makes_a_user_who_is_signed_in_and_stands_in_the_room() {
    let house = House::start().await;
    let owner = house.owner.clone();
    house
        .ok(&owner, "room.create", json!({"name": "lab"}))
        .await;
    let wanted = json!({"role": "viewer", "room": "lab", "label": "for Cleo"});
    let invite = house.ok(&owner, "invite.create", wanted).await;
    let offer = json!({"code": invite["code"]});
    let offer = house.ok("", "invite.preview", offer).await;
    assert_eq!(
        (&offer["role"], &offer["room"], &offer["from"]["handle"]),
        (&json!("viewer"), &json!("lab"), &json!("owner"))
    );
    let came = accept(&invite["code"], "cleo", PASSWORD);
    let reply = house.reply("", "invite.accept", came, None).await.unwrap();
    assert!(matches!(reply.cookie, Some(mesh_ops::Cookie::Set { .. })));
    let users = house.ok(&owner, "user.list", json!({})).await;
    assert_eq!(
        (&users["items"][0]["role"], &users["items"][0]["browsers"]),
        (&json!("viewer"), &json!(1))
    );
    let members = house
        .ok(&owner, "member.list", json!({"room": "lab"}))
        .await;
    let members = members["items"].as_array().unwrap();
    let mut handles = members.iter().map(|one| &one["participant"]["handle"]);
    assert!(handles.any(|handle| handle == "cleo"));
    let signed = json!({"username": "cleo", "password": PASSWORD});
    house.ok("", "login", signed).await;
    let list = house.ok(&owner, "invite.list", json!({})).await;
    assert_eq!(
        (&list["items"][0]["used"], &list["items"][0]["role"]),
        (&json!(1), &json!("viewer"))
    );
}

#[tokio::test]
async fn a_repeated_request_leads_to_one_user() {
    let house = House::start().await;
    let owner = house.owner.clone();
    let invite = house
        .ok(&owner, "invite.create", json!({"role": "user"}))
        .await;
    let came = || {
        house.ok(
            "",
            "invite.accept",
            accept(&invite["code"], "cleo", PASSWORD),
        )
    };
    let (first, second) = tokio::join!(came(), came());
    let third = came().await;
    assert_eq!(first["participant"], second["participant"]);
    assert_eq!(first["participant"], third["participant"]);
    let users = house.ok(&owner, "user.list", json!({})).await;
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
    // Another password is somebody else, for whom the handle is taken; and so often as at any sign-in.
    for _ in 0..5 {
        let other = accept(&invite["code"], "cleo", "another horse battery");
        let refused = house.refused("", "invite.accept", other).await;
        assert_eq!(refused, "name_taken");
    }
    let right = accept(&invite["code"], "cleo", PASSWORD);
    let refused = house.refused("", "invite.accept", right).await;
    assert_eq!(refused, "rate_limited");
}

#[tokio::test]
async fn whoever_has_no_good_code_is_told_so_and_nothing_else() {
    let house = House::start().await;
    let owner = house.owner.clone();
    house.talker("rex").await;
    let make = |more: Value| {
        let mut wanted = json!({"role": "user"});
        wanted
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        house.ok(&owner, "invite.create", wanted)
    };
    let open = make(json!({"uses": 9})).await;
    for (handle, password, code) in [
        ("rex", PASSWORD, "name_taken"),
        ("Cleo!", PASSWORD, "invalid_input"),
        ("@cleo", PASSWORD, "invalid_input"),
        ("cleo", "short", "invalid_input"),
    ] {
        let refused = accept(&open["code"], handle, password);
        let refused = house.refused("", "invite.accept", refused).await;
        assert_eq!(refused, code, "{handle}");
    }
    let used = make(json!({})).await;
    house
        .ok("", "invite.accept", accept(&used["code"], "cleo", PASSWORD))
        .await;
    let revoked = make(json!({})).await;
    house
        .ok(&owner, "invite.revoke", json!({"invite": revoked["id"]}))
        .await;
    let program = house.ok(&owner, "invite.create", json!({})).await;
    for (code, preview, accepted) in [
        (&used["code"], "gone", "gone"),
        (&revoked["code"], "gone", "gone"),
        (&program["code"], "", "conflict"),
    ] {
        if !preview.is_empty() {
            let refused = house
                .refused("", "invite.preview", json!({"code": code}))
                .await;
            assert_eq!(refused, preview);
        }
        let refused = house
            .refused("", "invite.accept", accept(code, "dora", PASSWORD))
            .await;
        assert_eq!(refused, accepted);
    }
    // Nobody who was refused left anything behind: the name is free.
    house
        .ok("", "invite.accept", accept(&open["code"], "dora", PASSWORD))
        .await;
    for attempt in 0..6 {
        let refused = house
            .refused("", "invite.preview", json!({"code": "guess"}))
            .await;
        let told = if attempt < 5 {
            "not_found"
        } else {
            "rate_limited"
        };
        assert_eq!(refused, told, "{attempt}");
    }
    // Whoever has a right one is not kept waiting for others' guesses.
    house
        .ok("", "invite.preview", json!({"code": open["code"]}))
        .await;
}

#[tokio::test]
async fn an_invite_for_people_gives_no_token_and_is_made_by_whom_users_are_made() {
    let house = House::start().await;
    let owner = house.owner.clone();
    for wanted in [
        json!({"role": "user", "preset": "worker"}),
        json!({"role": "user", "permissions": ["messages:read"]}),
        json!({"role": "admin"}),
        json!({"role": "user", "kind": "agent"}),
    ] {
        let refused = house.refused(&owner, "invite.create", wanted.clone()).await;
        assert_eq!(refused, "invalid_input", "{wanted}");
    }
    let invite = house
        .ok(&owner, "invite.create", json!({"role": "user"}))
        .await;
    let byhand = redeem(&house, &invite["code"], "milo", 7);
    assert_eq!(house.refused("", "invite.redeem", byhand).await, "conflict");
}
