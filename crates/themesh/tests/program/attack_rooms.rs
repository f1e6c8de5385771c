//! An attacker at every door who goes by way of a room of its own: over other people's machines, by children
//! called people, by changing what was said.

use serde_json::{Value, json};

use super::attack::{House, SURFACES, Surface, refused_by};

/// The worker that is worth having: the owner's, enrolled, asked by nobody yet.
fn worker(house: &House) {
    house.unhurried();
    let enrol = json!({"slots": 2, "capabilities": []});
    house.rex.rest("worker.enrol", enrol).unwrap();
}

#[test]
fn a_room_of_ones_own_is_no_way_to_anothers_machine() {
    let house = House::new();
    worker(&house);
    for (number, surface) in SURFACES.into_iter().enumerate() {
        let guest = |operation: &str, input: Value| house.guest.call(surface, operation, input);
        let den = format!("den-{number}");
        let rex = json!({"room": den, "participant": "rex"});
        let with_rex = json!({"name": format!("{den}-x"), "members": ["rex"]});
        refused_by(
            &guest("room.create", with_rex),
            "capability_denied",
            "consent",
        );
        guest(
            "room.create",
            json!({"name": den, "defaults": ["speak", "listen", "execute"]}),
        )
        .unwrap();
        refused_by(
            &guest("member.add", rex.clone()),
            "capability_denied",
            "consent",
        );
        let invited = guest("member.invite", rex.clone()).unwrap_err();
        assert_eq!(invited["code"], "permission_denied", "{invited}");
        for loose in [
            json!({"execution": {"peers": ["visitor"]}}),
            json!({"guard": {"mark": 100, "quarantine": 101, "refuse": 101}}),
        ] {
            let set = guest("room.policy_set", json!({"room": den, "policy": loose}));
            refused_by(&set, "capability_denied", "floor");
        }
        let task = json!({"title": "Shell", "prompt": "Run what I say.", "assigned": "rex"});
        let created = guest("task.create", json!({"room": den, "tasks": [task]}));
        refused_by(&created, "capability_denied", "execution");
        // Even where the worker was talked into coming, its machine stays its own side's.
        house.rex.rest("room.join", json!({"room": den})).unwrap();
        let all = json!({"room": den, "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
        refused_by(
            &guest("member.capabilities", all),
            "capability_denied",
            "consent",
        );
        let why = json!({"room": den, "participant": "rex", "action": "execute"});
        let told = guest("room.explain", why).unwrap();
        assert_eq!(told["items"][0]["allowed"], false, "{told}");
        assert_eq!(told["items"][0]["rule"]["by"], "consent", "{told}");
        let agree = json!({"room": den, "participant": "rex", "agreed": true});
        refused_by(
            &guest("member.execution", agree),
            "permission_denied",
            "consent",
        );
        let empty = house.rex.call(surface, "task.take", json!({})).unwrap();
        assert_eq!(empty["items"], json!([]));
    }
}

#[test]
fn what_a_machine_is_asked_is_answered_by_its_own_side() {
    let house = House::new();
    worker(&house);
    let ask = |operation: &str, input: Value| house.owner.rest(operation, input).unwrap();
    // A local agent of the house rules a room, and the owner lets rex run commands there.
    let made = ask("agent.register", json!({"agent": "boss"}));
    let boss = super::attack::Somebody {
        url: house.owner.url.clone(),
        token: made["token"].as_str().unwrap().to_owned(),
    };
    boss.rest("room.create", json!({"name": "pit"})).unwrap();
    house.rex.rest("room.join", json!({"room": "pit"})).unwrap();
    ask(
        "member.execution",
        json!({"room": "pit", "participant": "rex", "agreed": true}),
    );
    let capable = json!({"room": "pit", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
    boss.rest("member.capabilities", capable).unwrap();
    for surface in SURFACES {
        let task = json!({"title": "Clean", "prompt": "Clean up.", "assigned": "rex"});
        let input = json!({"room": "pit", "tasks": [task]});
        let task = boss.call(surface, "task.create", input).unwrap()["tasks"][0]["id"].take();
        let taken = house.rex.rest("task.take", json!({})).unwrap()["items"][0].take();
        assert_eq!(taken["task"]["id"], task, "{taken}");
        let question =
            json!({"room": "pit", "question": "rm -rf?", "task": task, "fence": taken["fence"]});
        let mut to_boss = question.clone();
        to_boss["to"] = json!("boss");
        let named = house.rex.call(surface, "approval.ask", to_boss);
        refused_by(&named, "permission_denied", "consent");
        let asked = house.rex.call(surface, "approval.ask", question).unwrap();
        let yes = json!({"approval": asked["id"], "approve": true});
        // The room's ruler, who is the task's author, and a stranger do not answer; the owner of the machine does.
        refused_by(
            &boss.call(surface, "approval.decide", yes.clone()),
            "permission_denied",
            "consent",
        );
        house
            .guest
            .call(surface, "approval.decide", yes.clone())
            .unwrap_err();
        ask("approval.decide", yes);
        let done = json!({"task": task, "fence": taken["fence"], "output": {"text": "done"}});
        house.rex.rest("task.finish", done).unwrap();
    }
}

#[test]
fn nobody_is_a_person_because_an_agent_says_so() {
    let house = House::new();
    house.unhurried();
    let made = house.owner.rest(
        "agent.register",
        json!({"agent": "boss", "preset": "commander"}),
    );
    let boss = super::attack::Somebody {
        url: house.owner.url.clone(),
        token: made.unwrap()["token"].as_str().unwrap().to_owned(),
    };
    for surface in SURFACES {
        let child = json!({"agent": "eve", "kind": "human"});
        refused_by(
            &boss.call(surface, "agent.register", child.clone()),
            "permission_denied",
            "standing",
        );
        refused_by(
            &house.owner.call(surface, "agent.register", child),
            "permission_denied",
            "standing",
        );
    }
    boss.rest("agent.register", json!({"agent": "imp"}))
        .unwrap();
    let imp = house
        .owner
        .rest("participant.get", json!({"participant": "imp"}))
        .unwrap();
    let owner = house.owner.rest("me.get", json!({})).unwrap()["participant"]["handle"].clone();
    assert_eq!(
        imp["behind"]["handle"], owner,
        "who stands behind it is shown"
    );
}

#[test]
fn a_change_says_nothing_that_might_not_be_said() {
    let house = House::new();
    house.unhurried();
    for surface in SURFACES {
        let rules = |policy: Value| {
            let input = json!({"room": "ops", "policy": policy});
            house.owner.rest("room.policy_set", input).unwrap();
        };
        let said = house.guest.call(
            surface,
            "message.post",
            json!({"room": "ops", "text": "hello"}),
        );
        let message = said.unwrap()["id"].clone();
        let edit = |text: &str| {
            let input = json!({"message": message, "text": text});
            house.guest.call(surface, "message.edit", input)
        };
        rules(json!({"limits": [{"name": "short", "bytes": 10}]}));
        refused_by(&edit("much longer than that"), "too_large", "limit");
        rules(json!({"limits": [{"name": "pace", "rate": {"count": 1, "seconds": 600}}]}));
        edit("hello 2").unwrap();
        refused_by(&edit("hello 3"), "rate_limited", "limit");
        rules(json!({}));
        house
            .owner
            .rest("room.slow_mode", json!({"room": "ops", "seconds": 600}))
            .unwrap();
        edit("hello 4").unwrap();
        refused_by(&edit("hello 5"), "rate_limited", "slow_mode");
        house
            .owner
            .rest("room.slow_mode", json!({"room": "ops", "seconds": 0}))
            .unwrap();
        // What was taken stays taken, however often one leaves and comes again.
        let listens = json!({"room": "ops", "participant": "rex", "capabilities": ["listen"]});
        house.owner.rest("member.capabilities", listens).unwrap();
        house
            .rex
            .call(surface, "room.leave", json!({"room": "ops"}))
            .unwrap();
        house
            .rex
            .call(surface, "room.join", json!({"room": "ops"}))
            .unwrap();
        let back = house.rex.call(
            surface,
            "message.post",
            json!({"room": "ops", "text": "I am back"}),
        );
        assert_eq!(back.unwrap_err()["code"], "capability_denied");
    }
    let input = json!({"tool": "web_search", "input": {"query": "x"}});
    let tool = house.guest.call(Surface::Rest, "tool.call", input);
    assert_eq!(tool.unwrap_err()["code"], "permission_denied");
}

#[test]
fn a_guest_steers_nothing_and_learns_of_nothing_that_is_not_its_own() {
    let house = House::new();
    house.unhurried();
    let ask = |operation: &str, input: Value| house.owner.rest(operation, input).unwrap();
    ask("agent.register", json!({"agent": "boss"}));
    ask(
        "member.invite",
        json!({"room": "ops", "participant": "boss"}),
    );
    ask("member.add", json!({"room": "vault", "participant": "rex"}));
    for surface in SURFACES {
        let guest = |operation: &str, input: Value| house.guest.call(surface, operation, input);
        let denied = |operation: &str, input: Value| {
            let problem = guest(operation, input).expect_err(operation);
            let code = problem["code"].as_str().unwrap().to_owned();
            assert!(
                ["permission_denied", "capability_denied", "not_found"].contains(&code.as_str()),
                "{operation}: {problem}"
            );
        };
        denied(
            "room.primary",
            json!({"room": "ops", "participant": "visitor"}),
        );
        denied(
            "tool.audience",
            json!({"tool": "web_search", "audience": {"trust": ["untrusted"]}}),
        );
        denied("floor.set", json!({"quarantine": 101}));
        denied(
            "member.decline",
            json!({"room": "ops", "participant": "boss"}),
        );
        denied(
            "member.accept",
            json!({"room": "ops", "participant": "boss"}),
        );
        denied(
            "member.execution",
            json!({"room": "ops", "participant": "rex", "agreed": false}),
        );
        denied(
            "participant.update",
            json!({"participant": "rex", "added_by": "people"}),
        );
        denied("member.invitations", json!({"room": "vault"}));
        let waiting = guest("member.invitations", json!({"room": "ops"})).unwrap();
        assert_eq!(waiting["items"], json!([]));
        // It shares `ops` with rex, and does not hear that rex is in `vault` too.
        let told = guest("participant.standing", json!({"participant": "rex"})).unwrap();
        let names = |told: &Value| -> Vec<String> {
            let rooms = told["rooms"].as_array().unwrap().iter();
            rooms
                .map(|one| one["name"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names(&told), ["ops"], "{told}");
        let whole = ask("participant.standing", json!({"participant": "rex"}));
        assert_eq!(names(&whole), ["ops", "vault"], "{whole}");
    }
    // A value of the shared context that once steered the room is a value and no more.
    let value = json!({"room": "ops", "key": "primary-agent", "value": "visitor"});
    ask("context.set", value);
    let said = ask(
        "chat.command",
        json!({"room": "ops", "text": "how is it going?"}),
    );
    assert_ne!(said["to"]["handle"], "visitor", "{said}");
}
