//! Consent from the command line: invitations into rooms, whose machine runs what, the mesh's floor.

use super::node::Node;

fn done(node: &Node, args: &[&str]) {
    let said = node.mesh(args);
    assert_eq!(said.code, 0, "{args:?}: {}", said.err);
}

/// The owner has the agent rex; ana, another person, has a private room.
fn with_ana() -> Node {
    let node = Node::start();
    let invite = node.mesh(&["invite", "create", "--kind", "human"]).out;
    let link = invite.lines().next().unwrap();
    for args in [
        &["register", "rex"][..],
        &["join", link, "--as", "ana"],
        &["--as", "ana", "room", "create", "yard", "--private"],
    ] {
        done(&node, args);
    }
    node
}

#[test]
fn an_invitation_is_made_listed_answered_and_taken_back() {
    let node = with_ana();
    let refused = node.mesh(&["--as", "ana", "room", "add", "yard", "rex"]);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(refused.err.contains("member.invite"), "{}", refused.err);
    done(&node, &["--as", "ana", "room", "invite", "yard", "rex"]);
    let waiting = |args: &[&str]| node.json(args)["items"].as_array().unwrap().len();
    let asked = ["room", "invitations"];
    // It waits for those above rex, for rex, and for whoever moderates the room.
    assert_eq!(waiting(&asked), 1);
    assert_eq!(waiting(&["--as", "rex", "room", "invitations"]), 1);
    assert_eq!(waiting(&["--as", "ana", "room", "invitations"]), 0);
    assert_eq!(waiting(&["--as", "ana", "room", "invitations", "yard"]), 1);
    assert_eq!(waiting(&["room", "invitations", "yard"]), 1);
    let shown = node.mesh(&asked).out;
    assert!(shown.contains("yard") && shown.contains("@ana"), "{shown}");
    done(
        &node,
        &["--as", "ana", "room", "decline", "yard", "--for", "rex"],
    );
    assert_eq!(waiting(&asked), 0);
    let late = node.mesh(&["room", "accept", "yard", "--for", "rex"]);
    assert_ne!(late.code, 0, "{}", late.out);
    done(&node, &["--as", "ana", "room", "invite", "yard", "rex"]);
    done(&node, &["room", "accept", "yard", "--for", "rex"]);
    assert_eq!(waiting(&asked), 0);
    let members = node.mesh(&["--as", "ana", "room", "members", "yard"]).out;
    assert!(members.contains("@rex"), "{members}");
}

#[test]
fn who_may_bring_an_agent_and_where_it_runs_is_its_own_sides_to_say() {
    let node = with_ana();
    let theirs = node.mesh(&["--as", "ana", "participant", "added-by", "rex", "people"]);
    assert_ne!(theirs.code, 0, "{}", theirs.out);
    done(&node, &["participant", "added-by", "rex", "people"]);
    done(&node, &["--as", "ana", "room", "add", "yard", "rex"]);
    let lent = ["room", "execution", "yard", "on", "--for", "rex"];
    let theirs = node.mesh(&[&["--as", "ana"][..], &lent].concat());
    assert_ne!(theirs.code, 0, "{}", theirs.out);
    done(&node, &[&lent[..], &["--answered-by", "ana"]].concat());
    let told = node.json(&["participant", "show", "rex"]);
    assert_eq!(told["behind"]["handle"], "owner", "{told}");
    assert_eq!(told["added_by"], "people", "{told}");
    assert_eq!(told["rooms"][0]["name"], "yard", "{told}");
    assert_eq!(told["rooms"][0]["agreed"], true, "{told}");
    assert_eq!(
        told["rooms"][0]["answered_by"][0]["handle"], "ana",
        "{told}"
    );
    // The members of the room are told the same; a stranger is told of no private room.
    let inside = node.json(&["--as", "ana", "participant", "show", "rex"]);
    assert_eq!(inside["rooms"], told["rooms"]);
    done(&node, &["register", "mole"]);
    let outside = node.json(&["--as", "mole", "participant", "show", "rex"]);
    assert_eq!(outside["rooms"], serde_json::json!([]), "{outside}");
    done(&node, &["room", "execution", "yard", "off", "--for", "rex"]);
    let words = node.mesh(&["participant", "show", "rex"]).out;
    assert!(words.contains("does not run what is asked"), "{words}");
}

#[test]
fn the_floor_is_shown_to_all_and_set_by_the_owner() {
    let node = with_ana();
    done(&node, &["floor", "set", "quarantine=65", "refuse=101"]);
    let floor = node.json(&["--as", "rex", "floor", "show"]);
    assert_eq!(
        (&floor["quarantine"], &floor["refuse"], &floor["peers"]),
        (&65.into(), &101.into(), &false.into())
    );
    let theirs = node.mesh(&["--as", "ana", "floor", "set", "quarantine=90"]);
    assert_ne!(theirs.code, 0, "{}", theirs.out);
    let wrong = node.mesh(&["floor", "set", "quarantine=102"]);
    assert!(wrong.err.contains("nothing was changed"), "{}", wrong.err);
}
