//! The connector to Slack against a real node and a double of Slack: who is answered, what is carried once, what a lost
//! connection, a killed process and a service in trouble change.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::connect::{Connector, ask, me, state_of, texts, workshop};
use super::node::{Node, Said, command, said};
use super::slack_double::{APP_TOKEN, BOT_TOKEN, BOT_USER, Person, SlackDouble};

const ANA: Person = Person {
    id: "U0ANA",
    name: "Ana",
};
const EVE: Person = Person {
    id: "U0EVE",
    name: "owner\n\u{202e}admin",
};
/// Ana's chat with the bot, Eve's, and a channel.
const OWN: &str = "D0ANA";
const EVES: &str = "D0EVE";
const OPS: &str = "C0OPS";

fn house() -> (Node, SlackDouble) {
    (workshop(), SlackDouble::start(&[ANA, EVE]))
}

fn slack(node: &Node, double: &SlackDouble, args: &[&str]) -> Command {
    slack_at(node, &double.url, args)
}

fn slack_at(node: &Node, url: &str, args: &[&str]) -> Command {
    let mut program = command(&node.home());
    program
        .args(["connect", "slack", "--json", "--api", url])
        .args(args)
        .env("MESH_SLACK_TOKEN", BOT_TOKEN)
        .env("MESH_SLACK_APP_TOKEN", APP_TOKEN)
        .stdout(Stdio::piped());
    program
}

/// A connector of the owner's, to whom Ana's chat belongs.
fn paired(node: &Node, double: &SlackDouble) -> Connector {
    let mut connector = Connector::start(slack(node, double, &["--mine", "--in", "workshop"]));
    let code = connector.hear("code");
    double.connected(1);
    double.write(ANA, OWN, code.as_str().unwrap());
    assert_eq!(connector.hear("paired"), OWN);
    connector.hear("began");
    assert!(double.said().0.starts_with("This chat is @"));
    connector
}

fn question(double: &SlackDouble) -> (String, String, Value) {
    loop {
        let said = double.said();
        if said.0.contains("asks in") {
            return said;
        }
    }
}

fn buttons(body: &Value) -> Vec<String> {
    let blocks = body["blocks"].as_array().unwrap().iter();
    let actions = blocks.filter(|block| block["type"] == "actions");
    let buttons = actions.flat_map(|block| block["elements"].as_array().unwrap());
    buttons
        .map(|button| button["value"].as_str().unwrap().to_owned())
        .collect()
}

fn tasks(node: &Node) -> usize {
    let list = node.json(&["call", "task.list", r#"{"room":"workshop"}"#]);
    list["items"].as_array().unwrap().len()
}

fn last(node: &Node) -> Value {
    let page = node.json(&["call", "message.list", r#"{"room":"workshop"}"#]);
    page["items"].as_array().unwrap().last().unwrap().clone()
}

#[test]
fn a_person_is_told_and_answers_from_slack_and_a_stranger_gets_nothing() {
    let (node, double) = house();
    let mut connector = Connector::start(slack(&node, &double, &["--mine", "--in", "workshop"]));
    let code = connector.hear("code");
    let code = code.as_str().unwrap();
    double.connected(1);
    // Before the code came nobody is answered, whatever they send; a code in a channel makes no own chat of it.
    double.write(EVE, EVES, "status");
    double.write(EVE, EVES, "ABCDEFGHJKLM");
    double.send(
        ANA,
        OPS,
        json!({"text": format!("<@{BOT_USER}> pair {code}")}),
    );
    double.write(ANA, OWN, code);
    assert_eq!(connector.hear("paired"), OWN);
    connector.hear("began");
    let (welcome, _, body) = double.said();
    assert!(
        welcome.contains("from here on") && welcome.contains("!room"),
        "{welcome}"
    );
    assert_eq!(body["channel"], OWN);

    // What names the owner comes, words of others as they are, and means nothing to Slack.
    let owner = me(&node);
    node.json(&["say", "workshop", "nobody is meant", "--as", "rex"]);
    let hostile =
        format!("@{owner} *look* <!channel> <@{BOT_USER}> &amp; <http://x|y> _now_ :tada:");
    node.json(&["say", "workshop", &hostile, "--as", "rex"]);
    let (text, there, body) = double.said();
    assert_eq!(text, format!("@rex in #workshop\n\n{hostile}"));
    let parts = &body["blocks"][0]["elements"][0]["elements"];
    assert_eq!(
        (&parts[0]["text"], &parts[0]["style"]["bold"]),
        (&json!("@rex in #workshop"), &json!(true))
    );
    assert_eq!(
        (&body["unfurl_links"], &body["unfurl_media"]),
        (&json!("false"), &json!("false"))
    );
    // An answer in its thread goes to its thread, as the owner, in plain words.
    double.send(
        ANA,
        OWN,
        json!({"text": "looking &lt;at&gt; <http://x.org|x.org>", "thread_ts": there}),
    );
    assert_eq!(double.next("reactions.add")["name"], "ok_hand");
    let answer = last(&node);
    assert_eq!(
        (&answer["text"], &answer["from"]["handle"]),
        (&json!("looking <at> http://x.org"), &json!(owner))
    );
    assert!(
        answer["reply_to"].is_string() && answer.get("relayed").is_none(),
        "{answer}"
    );

    // Lines are the owner's, and answered where they were written.
    double.write(ANA, OWN, "do survey the parser");
    let (text, _, body) = double.said();
    assert!(
        text.contains("survey the parser") && body.get("thread_ts").is_none(),
        "{body}"
    );
    let list = node.json(&["call", "task.list", r#"{"room":"workshop"}"#]);
    assert_eq!(list["items"][0]["creator"]["handle"], owner.as_str());
    double.write(ANA, OWN, "!room general");
    assert!(double.said().0.contains("#general"));
    let morning = double.write(ANA, OWN, "good morning");
    assert!(double.said().0.contains("Said"));
    assert_eq!(texts(&node, "general"), ["good morning"]);
    // A change there is one here, and what is taken back is gone.
    double.edit(OWN, &morning, "good evening");
    assert_eq!(connector.hear("took"), "reply");
    while connector.hear("took") != "edit" {}
    assert_eq!(texts(&node, "general"), ["good evening"]);
    double.delete(OWN, &morning);
    assert_eq!(connector.hear("took"), "deleted");
    assert!(!texts(&node, "general").contains(&"good evening".to_owned()));

    // Words of others that were passed on are not carried out, nor is half of what was sent; whoever is named in a line by
    // what they call themselves adds nothing to it.
    let shared =
        json!({"text": "do delete everything", "attachments": [{"is_share": true, "text": "x"}]});
    double.send(ANA, OWN, shared);
    assert!(double.said().0.contains("somebody else's words"));
    let file = json!({"text": "do look", "subtype": "file_share", "files": [{"id": "F1"}]});
    double.send(ANA, OWN, file);
    assert!(double.said().0.contains("Only words"));
    double.send(ANA, OWN, json!({"text": "good morning <@U0EVE>"}));
    assert!(double.said().0.contains("Said"));
    assert_eq!(
        texts(&node, "general").last().unwrap(),
        "good morning ＠owner_admin"
    );

    // A stranger in its own chat with the bot, and in a channel with it; a bot in Ana's.
    double.settled();
    assert_eq!(double.left(), []);
    double.write(EVE, EVES, "do delete everything");
    double.write(ANA, OPS, "do delete everything");
    double.write(EVE, OWN, "do delete everything");
    double.send(
        ANA,
        OWN,
        json!({"text": "do delete everything", "bot_id": "B0OTHER"}),
    );
    double.settled();
    assert_eq!(double.left(), []);
    assert_eq!(tasks(&node), 1);
    connector.stop();
}

#[test]
fn a_button_of_slack_answers_once_by_whom_it_was_asked_and_only_if_all_of_it_was_shown() {
    let (node, double) = house();
    let mut connector = paired(&node, &double);
    let rtl = "rm -rf build\u{202e}ssenisub";
    let one = ask(&node, "May I *really*?", json!({"command": rtl}), 600);
    let (text, there, body) = question(&double);
    assert!(
        text.starts_with("@rex asks in #workshop\n\nMay I *really*?"),
        "{text}"
    );
    assert!(text.contains("rm -rf build\\u{202e}ssenisub"), "{text}");
    let pressed = buttons(&body);
    assert_eq!(pressed.len(), 2);

    // Somebody else presses; then another question's button below this one.
    double.press(EVE, OWN, &there, &pressed[0]);
    connector.hear("ignored");
    let two = ask(&node, "And this?", json!({"command": "make"}), 600);
    let (_, there_two, body_two) = question(&double);
    double.press(ANA, OWN, &there, &buttons(&body_two)[0]);
    let (text, _, body) = double.said();
    assert!(text.contains("Nothing was answered"), "{text}");
    assert_eq!(body["thread_ts"], there.as_str());
    // A word that says nothing of which question answers none.
    double.write(ANA, OWN, "approve");
    assert!(double.said().0.contains("in reply to the question"));
    assert_eq!(
        (state_of(&node, &one), state_of(&node, &two)),
        ("waiting".into(), "waiting".into())
    );

    double.press(ANA, OWN, &there, &pressed[0]);
    let update = double.next("chat.update");
    assert_eq!((&update["ts"], buttons(&update).len()), (&json!(there), 0));
    assert_eq!(double.said().0, "Approved, once.");
    assert_eq!(state_of(&node, &one), "approved");
    // Once.
    double.press(ANA, OWN, &there, &pressed[1]);
    assert!(double.said().0.contains("waits no more"));
    assert_eq!(state_of(&node, &one), "approved");

    // The other one by an answer in its thread, with why.
    double.reply(ANA, OWN, &there_two, "reject: not on a Friday");
    let (text, _, body) = double.said();
    assert_eq!(
        (text.as_str(), &body["thread_ts"]),
        ("Refused.", &json!(there_two))
    );
    let asked = json!({"approval": two}).to_string();
    let found = node.json(&["call", "approval.get", &asked]);
    assert_eq!(
        (&found["state"], &found["reason"]),
        (&json!("rejected"), &json!("not on a Friday"))
    );

    // Answered elsewhere: the buttons go, and it is said by whom.
    let three = ask(&node, "A third?", json!({}), 600);
    let (_, there_three, _) = question(&double);
    let decide = json!({"approval": three, "approve": true}).to_string();
    node.json(&["call", "approval.decide", &decide]);
    assert_eq!(double.next("chat.update")["ts"], there_three.as_str());
    assert!(double.said().0.starts_with("Approved by @"));

    // What is too long to be shown whole cannot be answered there, by no way.
    let four = ask(&node, "Long?", json!({"script": "x".repeat(3000)}), 600);
    let (text, there_four, body) = question(&double);
    assert!(
        text.contains("too long") && !text.contains("xxxx"),
        "{text}"
    );
    assert!(buttons(&body).is_empty());
    double.press(ANA, OWN, &there_four, &format!("+{four}"));
    assert!(double.said().0.contains("Nothing was answered"));
    double.reply(ANA, OWN, &there_four, "approve");
    assert!(double.said().0.contains("Nothing was done"));
    assert_eq!(state_of(&node, &four), "waiting");
    connector.stop();
}

#[test]
fn whatever_happens_to_slacks_connection_lines_are_carried_out_once() {
    let (node, double) = house();
    let mut connector = paired(&node, &double);
    // Acknowledgements are lost, so it comes again, and again.
    double.set_deaf(true);
    double.write(ANA, OWN, "do task 1");
    assert!(double.said().0.contains("task 1"));
    double.again();
    double.set_deaf(false);
    double.again();
    double.settled();
    assert_eq!((tasks(&node), double.left()), (1, Vec::new()));

    // The service asks for another connection, before and when it ends this one; then it breaks.
    for (number, reason) in [(2, "warning"), (3, "refresh_requested")] {
        double.disconnect(reason);
        double.connections(number);
        double.connected(1);
        double.write(ANA, OWN, &format!("do task {number}"));
        assert!(double.said().0.contains(&format!("task {number}")));
    }
    double.settled();
    double.fault("apps.connections.open", 429, "ratelimited");
    double.cut();
    // What is written meanwhile only the history has.
    double.write(ANA, OWN, "do task 4");
    connector.hear("away");
    assert!(double.said().0.contains("task 4"));
    connector.hear("back");
    double.settled();
    assert_eq!(tasks(&node), 4);

    // Killed; things happen on both sides, also in a thread there.
    let owner = me(&node);
    node.json(&["say", "workshop", &format!("@{owner} 0"), "--as", "rex"]);
    let (_, thread, _) = double.said();
    connector.hear("told");
    connector.kill();
    double.connected(0);
    for number in 5..=9 {
        double.write(ANA, OWN, &format!("do task {number}"));
    }
    double.reply(ANA, OWN, &thread, "from the thread");
    node.json(&["say", "workshop", &format!("@{owner} 1"), "--as", "rex"]);
    let start = || Connector::start(slack(&node, &double, &["--mine", "--in", "workshop"]));
    let mut connector = start();
    connector.hear("began");
    let mut told = Vec::new();
    while told.len() < 6 {
        told.push(double.said().0);
    }
    for number in 5..=9 {
        let one = |text: &&String| text.contains(&format!("task {number}"));
        assert_eq!(told.iter().filter(one).count(), 1, "{told:?}");
    }
    while connector.hear("took") != "reply" {}
    assert!(texts(&node, "workshop").contains(&"from the thread".to_owned()));
    assert_eq!(tasks(&node), 9);

    // Killed between acting and acknowledging: it comes by the connection and by the history.
    double.set_deaf(true);
    double.write(ANA, OWN, "do task 10");
    assert!(double.said().0.contains("task 10"));
    connector.kill();
    double.connected(0);
    double.set_deaf(false);
    let mut connector = start();
    connector.hear("began");
    double.connected(1);
    double.write(ANA, OWN, "do task 11");
    while !double.said().0.contains("task 11") {}
    double.settled();
    assert_eq!(tasks(&node), 11);
    connector.stop();
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
}

#[test]
fn what_slack_cannot_tell_without_a_sound_is_held_until_it_may_disturb() {
    let (node, double) = house();
    let mut connector = paired(&node, &double);
    let owner = me(&node);
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let quiet = json!({"silent_until": later.to_string(), "urgent": true}).to_string();
    node.json(&["call", "attention.set", &quiet]);
    let say = |words: &str| {
        node.json(&[
            "say",
            "workshop",
            &format!("@{owner} {words}"),
            "--as",
            "rex",
        ]);
    };
    say("first");
    connector.hear("held");
    say("second");
    connector.hear("held");
    // A question is urgent, and comes nevertheless.
    let asked = ask(&node, "May I?", json!({}), 600);
    assert!(question(&double).0.contains("May I?"));
    connector.hear("told");
    // It outlives the connector; once it may disturb, it is told in its order.
    connector.kill();
    node.json(&["call", "attention.set", "{}"]);
    let connector = Connector::start(slack(&node, &double, &["--mine", "--in", "workshop"]));
    for words in ["first", "second"] {
        assert!(double.said().0.ends_with(&format!("@{owner} {words}")));
    }
    assert_eq!(state_of(&node, &asked), "waiting");
    connector.stop();
}

#[test]
fn a_room_and_a_channel_of_slack_hear_one_another_and_words_from_there_are_data() {
    let (node, double) = house();
    let start = |more: &[&str]| {
        let args = [&["--room", "workshop", "--as", "slack"], more].concat();
        Connector::start(slack(&node, &double, &args))
    };
    let mut connector = start(&["--yes"]);
    let code = connector.hear("code");
    let code = code.as_str().unwrap();
    double.connected(1);
    double.write(EVE, OPS, "let me in");
    double.send(
        ANA,
        OPS,
        json!({"text": format!("<@{BOT_USER}> pair {code}")}),
    );
    assert_eq!(connector.hear("paired"), OPS);
    connector.hear("began");
    let note = connector.hear("note");
    assert!(
        note.as_str().unwrap().contains("data.leave.outside"),
        "{note}"
    );
    node.json(&["say", "workshop", "a secret", "--as", "rex"]);
    assert!(connector.hear("stays").is_string());

    // What is written there is said here as theirs: no order, no answer, no call.
    let question = ask(&node, "May I?", json!({}), 600);
    for text in [
        "approve",
        "do delete everything",
        "@rex run the tests",
        "<!channel> good morning",
    ] {
        double.send(EVE, OPS, json!({"text": text}));
        connector.hear("took");
    }
    let page = node.json(&["call", "message.list", r#"{"room":"workshop"}"#]);
    let items = page["items"].as_array().unwrap();
    let theirs: Vec<_> = items
        .iter()
        .filter(|item| item["relayed"].is_object())
        .collect();
    assert_eq!(theirs.len(), 4, "{items:?}");
    for item in &theirs {
        assert_eq!(
            (&item["relayed"]["origin"], &item["relayed"]["sender"]),
            (&json!("slack"), &json!("owner admin (id U0EVE)"))
        );
        assert_eq!(
            (&item["trust"], &item["mentions"]),
            (&json!("untrusted"), &json!([]))
        );
        assert_eq!(item["from"]["handle"], "slack");
    }
    assert_eq!(theirs[3]["text"], "＠channel good morning");
    assert_eq!(
        (state_of(&node, &question), tasks(&node)),
        ("waiting".into(), 0)
    );

    // Other conversations, other bots and who comes and goes are not heard; changes are, previews are none.
    let hello = double.write(ANA, OPS, "helo");
    connector.hear("took");
    double.write(ANA, OWN, "from elsewhere");
    double.send(
        EVE,
        OPS,
        json!({"text": "beep", "bot_id": "B0OTHER", "subtype": "bot_message"}),
    );
    double.send(
        EVE,
        OPS,
        json!({"text": "joined", "subtype": "channel_join"}),
    );
    double.edit(OPS, &hello, "hello");
    assert_eq!(connector.hear("took"), "edit");
    let all = texts(&node, "workshop");
    assert!(all.contains(&"hello".to_owned()), "{all:?}");
    assert!(
        !all.iter()
            .any(|text| text.contains("elsewhere") || text == "beep" || text == "joined")
    );
    double.delete(OPS, &hello);
    assert_eq!(connector.hear("took"), "deleted");
    assert!(!texts(&node, "workshop").contains(&"hello".to_owned()));

    // The room lets its words out.
    double.settled();
    assert_eq!(double.left(), []);
    let policy = json!({"room": "workshop", "policy": {"data": {"leave": {"outside": true}}}});
    node.json(&["call", "room.policy_set", &policy.to_string()]);
    let hostile = "<!channel> *hi* &lt; <@U0ANA> `x`";
    let sent = node.json(&["say", "workshop", hostile, "--as", "rex"]);
    let (text, there, body) = double.said();
    assert_eq!(
        (text, &body["channel"]),
        (format!("@rex\n\n{hostile}"), &json!(OPS))
    );
    // An answer there is one here, and one to that is in its thread there.
    double.reply(ANA, OPS, &there, "yes");
    connector.hear("took");
    let answer = last(&node);
    assert_eq!(
        (&answer["text"], &answer["reply_to"]),
        (&json!("yes"), &sent["id"])
    );
    let input = json!({"room": "workshop", "reply_to": answer["id"], "text": "good"}).to_string();
    node.json(&["call", "message.post", &input, "--as", "rex"]);
    let (text, _, body) = double.said();
    assert_eq!(
        (text.as_str(), &body["thread_ts"]),
        ("@rex\n\ngood", &json!(there))
    );
    // A change is told, and what is taken back is deleted.
    let changed = json!({"message": sent["id"], "text": "bye"}).to_string();
    node.json(&["call", "message.edit", &changed, "--as", "rex"]);
    let edited = double.next("chat.update");
    assert_eq!(
        (&edited["ts"], super::slack_double::shown(&edited["blocks"])),
        (&json!(there), "@rex\n\nbye".to_owned())
    );
    let gone = json!({"message": sent["id"]}).to_string();
    node.json(&["call", "message.delete", &gone, "--as", "rex"]);
    assert_eq!(double.next("chat.delete")["ts"], there.as_str());

    // Long words come whole, in as many messages as it takes, though the connector was killed meanwhile.
    connector.kill();
    let long = "ä🚀 <&> ".repeat(1200);
    node.json(&["say", "workshop", long.trim_end(), "--as", "rex"]);
    let connector = start(&[]);
    let mut whole = String::new();
    while whole.trim_end().chars().count() < long.trim_end().chars().count() + 6 {
        let (text, _, body) = double.said();
        assert!(body.get("thread_ts").is_none(), "{body}");
        whole.push_str(&text);
    }
    assert_eq!(whole, format!("@rex\n\n{}", long.trim_end()));
    connector.stop();
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
}

#[test]
fn what_is_wrong_with_slack_is_told_without_its_tokens() {
    let (node, double) = house();
    let run = |args: &[&str], env: &[(&str, &str)]| -> Said {
        let mut program = slack(&node, &double, args);
        program.envs(env.iter().copied());
        let said = said(program.stderr(Stdio::piped()).output().unwrap());
        for token in [BOT_TOKEN, APP_TOKEN, "AbCdEfGh", "0123456789abcdef"] {
            assert!(
                !said.err.contains(token) && !said.out.contains(token),
                "{said:?}"
            );
        }
        said
    };
    for (args, words) in [
        (&["--mine", "--as", "rex"][..], "@rex is no person"),
        (
            &["--room", "workshop"],
            "mesh connect slack --room workshop",
        ),
        (&["--room", "workshop", "--as", "rex"], "@rex is no bridge"),
    ] {
        let said = run(args, &[]);
        assert!(
            said.code != 0 && said.err.contains(words),
            "{args:?}: {}",
            said.err
        );
    }
    let mut program = slack_at(&node, "http://slack.example.org/api", &["--mine"]);
    let refused = said(program.stderr(Stdio::piped()).output().unwrap());
    assert!(
        refused.code == 2 && refused.err.contains("not encrypted"),
        "{refused:?}"
    );
    // One token in the place of the other.
    let swapped = [
        ("MESH_SLACK_TOKEN", APP_TOKEN),
        ("MESH_SLACK_APP_TOKEN", BOT_TOKEN),
    ];
    let ended = run(&["--mine"], &swapped);
    assert!(
        ended.code != 0 && ended.err.contains("xapp-"),
        "{}",
        ended.err
    );
    let ended = run(&["--mine"], &[("MESH_SLACK_APP_TOKEN", "")]);
    assert!(
        ended.code != 0 && ended.err.contains("empty"),
        "{}",
        ended.err
    );

    // The service asks to be left alone, then breaks, then answers; nothing is lost.
    let mut connector = paired(&node, &double);
    double.fault("chat.postMessage", 429, "ratelimited");
    double.fault("chat.postMessage", 503, "service_unavailable");
    double.write(ANA, OWN, "status");
    let away = connector.hear("away");
    assert!(
        away.as_str().unwrap().contains("service_unavailable"),
        "{away}"
    );
    assert!(double.said().0.contains("no tasks"));
    connector.hear("back");
    // What it will never take is passed over.
    double.fault("chat.postMessage", 200, "msg_too_long");
    double.write(ANA, OWN, "status");
    let dropped = connector.hear("dropped");
    assert!(
        dropped.as_str().unwrap().contains("msg_too_long"),
        "{dropped}"
    );

    // The doctor knows of it, and a second one does not run beside it.
    let doctor = || node.mesh(&["doctor"]).out;
    assert!(
        doctor().contains("slack-T0000WORK-U0MESHBOT-mine runs"),
        "{}",
        doctor()
    );
    let second = run(&["--mine"], &[]);
    assert!(
        second.code == 1 && second.err.contains("runs here already"),
        "{second:?}"
    );

    // A scope is missing, Socket Mode is switched off, the token is revoked: it ends with what to do.
    double.fault("chat.postMessage", 200, "missing_scope");
    double.write(ANA, OWN, "status");
    assert_eq!(connector.child.wait().unwrap().code(), Some(2));
    assert!(doctor().contains("mine does not run"), "{}", doctor());
    let made = double.made();
    let mut connector = Connector::start(slack(&node, &double, &["--mine"]));
    connector.hear("began");
    double.connections(made + 1);
    double.disconnect("link_disabled");
    assert_eq!(connector.child.wait().unwrap().code(), Some(2));
    double.revoke();
    let ended = run(&["--mine"], &[]);
    assert!(
        ended.code == 1 && ended.err.contains("api.slack.com"),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("revoked"), "{}", ended.err);
}

/// Python with Slack's own SDK, if it is installed here.
fn python() -> Option<std::path::PathBuf> {
    let peers = std::env::var_os("MESH_PEERS").map(std::path::PathBuf::from);
    let python = peers.map_or("python3".into(), |peers| peers.join("bin/python"));
    let has = Command::new(&python)
        .args(["-c", "import slack_sdk"])
        .stderr(Stdio::null())
        .status();
    if has.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    if let Some(skips) = std::env::var_os("MESH_SKIPS") {
        use std::io::Write as _;
        let why = "slack-sdk: Slack's own client is not installed, so the double of Slack was not compared with it; `make test` installs it, or set MESH_PEERS to what tests/peers/install.sh prints last\n";
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(skips);
        file.unwrap().write_all(why.as_bytes()).unwrap();
    }
    None
}

#[test]
fn slacks_own_client_takes_the_double_for_slack() {
    let Some(python) = python() else {
        return;
    };
    let double = SlackDouble::start(&[ANA, EVE]);
    let earlier = double.write(ANA, OPS, "earlier");
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/peers/slack_client.py"
    );
    let mut program = Command::new(python);
    program
        .args([script, &double.url, OPS])
        .env("SLACK_TOKEN", BOT_TOKEN)
        .env("SLACK_APP_TOKEN", APP_TOKEN)
        .stdout(Stdio::piped());
    let mut client = Connector::start(program);
    let mut hear = |what: &str| loop {
        let line = client.line();
        if line["what"] == what {
            return line;
        }
    };
    assert_eq!(hear("me")["user"], BOT_USER);
    assert_eq!(hear("info")["member"], true);
    let sent = hear("sent")["ts"].as_str().unwrap().to_owned();
    assert_eq!(hear("name")["name"], "Ana");
    assert_eq!(hear("found")["types"], json!(["rich_text", "actions"]));
    assert_eq!(hear("refused")["error"], "channel_not_found");
    assert_eq!(hear("long")["error"], "msg_too_long");
    hear("connected");
    double.connected(1);
    double.write(ANA, OPS, "a <b> & c");
    let message = hear("message");
    assert_eq!(
        (&message["text"], &message["user"], &message["kind"]),
        (
            &json!("a &lt;b&gt; &amp; c"),
            &json!("U0ANA"),
            &json!("channel")
        )
    );
    double.press(ANA, OPS, &sent, "+1");
    assert_eq!(hear("pressed")["value"], "+1");
    double.edit(OPS, &earlier, "later");
    while hear("changed")["edited"] != true {}
    double.delete(OPS, &earlier);
    assert_eq!(hear("deleted")["ts"], earlier.as_str());
    assert_eq!(double.next("chat.delete")["ts"], sent.as_str());
    hear("over");
}
