//! The connector to Discord against a real node and a double of Discord: who is answered, what is carried once, what a lost
//! connection, a killed process and a service in trouble change.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::connect::{Connector, ask, me, state_of, texts, workshop};
use super::discord_double::{BOT_USER, DiscordDouble, Person, TOKEN, shown};
use super::node::{Node, Said, command, said};

const ANA: Person = Person {
    id: "2001",
    name: "Ana",
    username: "ana",
};
const EVE: Person = Person {
    id: "6666",
    name: "owner\n\u{202e}admin",
    username: "eve",
};
const ROBOT: Person = Person {
    id: "7777",
    name: "Robot",
    username: "other_bot",
};
/// Ana's chat with the bot, Eve's, and a channel.
const OWN: &str = "3001";
const EVES: &str = "3002";
const OPS: &str = "5001";

fn house() -> (Node, DiscordDouble) {
    (workshop(), DiscordDouble::start())
}

fn discord(node: &Node, double: &DiscordDouble, args: &[&str]) -> Command {
    let mut program = command(&node.home());
    program
        .args(["connect", "discord", "--json", "--api", &double.url])
        .args(args)
        .env("MESH_DISCORD_TOKEN", TOKEN)
        .stdout(Stdio::piped());
    program
}

/// A connector of the owner's, to whom Ana's chat belongs.
fn paired(node: &Node, double: &DiscordDouble) -> Connector {
    let mut connector = Connector::start(discord(node, double, &["--mine", "--in", "workshop"]));
    let code = connector.hear("code");
    double.sessions(1, 0);
    double.write(ANA, OWN, code.as_str().unwrap());
    assert_eq!(connector.hear("paired"), OWN);
    connector.hear("began");
    assert!(double.said().0.starts_with("This chat is @"));
    connector
}

fn question(double: &DiscordDouble) -> (String, String, Value) {
    loop {
        let said = double.said();
        if said.0.contains("asks in") {
            return said;
        }
    }
}

fn buttons(body: &Value) -> Vec<String> {
    let rows = body["components"].as_array().into_iter().flatten();
    let buttons = rows.flat_map(|row| row["components"].as_array().unwrap());
    buttons
        .map(|button| button["custom_id"].as_str().unwrap().to_owned())
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

fn toast(double: &DiscordDouble) -> String {
    let body = double.next("POST callback");
    assert_eq!(body["data"]["flags"], 64);
    shown(body["data"]["content"].as_str().unwrap())
}

#[test]
fn a_person_is_told_and_answers_from_discord_and_a_stranger_gets_nothing() {
    let (node, double) = house();
    let mut connector = Connector::start(discord(&node, &double, &["--mine", "--in", "workshop"]));
    let code = connector.hear("code");
    let code = code.as_str().unwrap();
    double.sessions(1, 0);
    // Before the code came nobody is answered, whatever they send.
    double.write(EVE, EVES, "status");
    double.write(ANA, OPS, &format!("<@{BOT_USER}> pair {code}"));
    double.write(ANA, OWN, code);
    assert_eq!(connector.hear("paired"), OWN);
    connector.hear("began");
    assert!(double.said().0.contains("!room"));

    // What names the owner comes, words of others as they are, and means nothing to Discord.
    let owner = me(&node);
    let hostile =
        format!("@{owner} *look* @everyone <@2001> ||x|| [a](http://b) `c` _d_\n# e\n1. f");
    node.json(&["say", "workshop", &hostile, "--as", "rex"]);
    let (text, there, body) = double.said();
    assert_eq!(text, format!("@rex in #workshop\n\n{hostile}"));
    assert_eq!(
        (&body["channel_id"], &body["flags"]),
        (&json!(OWN), &json!(4))
    );
    // An answer goes to its thread, as the owner.
    double.reply(ANA, OWN, &there, "looking");
    double.next("PUT reaction");
    let answer = last(&node);
    assert_eq!(
        (&answer["text"], &answer["from"]["handle"]),
        (&json!("looking"), &json!(owner))
    );
    assert!(
        answer["reply_to"].is_string() && answer.get("relayed").is_none(),
        "{answer}"
    );

    // Lines are the owner's; a change there is one here, and what is taken back is gone.
    double.write(ANA, OWN, "do survey the parser");
    assert!(double.said().0.contains("survey the parser"));
    let list = node.json(&["call", "task.list", r#"{"room":"workshop"}"#]);
    assert_eq!(list["items"][0]["creator"]["handle"], owner.as_str());
    double.write(ANA, OWN, "!room general");
    assert!(double.said().0.contains("#general"));
    let morning = double.write(ANA, OWN, "good morning");
    assert!(double.said().0.contains("Said"));
    double.edit(OWN, &morning, "good evening");
    while connector.hear("took") != "edit" {}
    assert_eq!(texts(&node, "general"), ["good evening"]);
    double.delete(OWN, &morning);
    assert_eq!(connector.hear("took"), "deleted");
    assert!(!texts(&node, "general").contains(&"good evening".to_owned()));

    // Words of others that were passed on are not carried out, nor is half of what was sent; whoever is named adds nothing.
    let reference = json!({"type": 1, "message_id": "1", "channel_id": EVES});
    double.send(
        ANA,
        OWN,
        json!({"content": "do delete everything", "message_reference": reference}),
    );
    assert!(double.said().0.contains("somebody else's words"));
    double.send(
        ANA,
        OWN,
        json!({"content": "do look", "attachments": [{"id": "1"}]}),
    );
    assert!(double.said().0.contains("Only words"));
    let named = json!({"content": "good morning <@6666>", "mentions": [
        {"id": "6666", "username": "eve", "global_name": "owner; do delete"}]});
    double.send(ANA, OWN, named);
    assert!(double.said().0.contains("Said"));
    assert_eq!(
        texts(&node, "general").last().unwrap(),
        "good morning ＠owner__do_delete"
    );

    // A stranger, and a bot; what comes last shows that the others were heard.
    double.write(EVE, EVES, "do delete everything");
    double.write(EVE, OWN, "do delete everything");
    double.write(ROBOT, OWN, "do delete everything");
    double.write(ANA, OWN, "!room");
    assert!(double.said().0.starts_with("Lines go to"));
    assert_eq!((double.left(), tasks(&node)), (Vec::new(), 1));
    connector.stop();
}

#[test]
fn a_button_of_discord_answers_once_by_whom_it_was_asked_and_only_if_all_of_it_was_shown() {
    let (node, double) = house();
    let connector = paired(&node, &double);
    let one = ask(
        &node,
        "May I *really*?",
        json!({"command": "rm -rf build\u{202e}x"}),
        600,
    );
    let (text, there, body) = question(&double);
    assert!(
        text.starts_with("@rex asks in #workshop\n\nMay I *really*?"),
        "{text}"
    );
    assert!(text.contains("rm -rf build\\u{202e}x"), "{text}");
    let pressed = buttons(&body);
    assert_eq!(pressed.len(), 2);

    // Somebody else presses; then another question's button below this one; then a word that says nothing of which.
    double.press(EVE, OWN, &there, &pressed[0]);
    assert!(toast(&double).contains("not yours"));
    let two = ask(&node, "And this?", json!({"command": "make"}), 600);
    let (_, there_two, body_two) = question(&double);
    double.press(ANA, OWN, &there, &buttons(&body_two)[0]);
    assert!(toast(&double).contains("Nothing was answered"));
    double.write(ANA, OWN, "approve");
    while !double.said().0.contains("in reply to the question") {}
    assert_eq!(
        (state_of(&node, &one), state_of(&node, &two)),
        ("waiting".into(), "waiting".into())
    );

    double.press(ANA, OWN, &there, &pressed[0]);
    let update = double.next("PATCH message");
    assert_eq!(
        (&update["id"], &update["components"]),
        (&json!(there), &json!([]))
    );
    assert_eq!(toast(&double), "Approved, once.");
    assert_eq!(state_of(&node, &one), "approved");
    // Once.
    double.press(ANA, OWN, &there, &pressed[1]);
    assert!(toast(&double).contains("waits no more"));
    assert_eq!(state_of(&node, &one), "approved");

    // The other one by an answer, with why.
    double.reply(ANA, OWN, &there_two, "reject: not on a Friday");
    while double.said().0 != "Refused." {}
    let found = node.json(&[
        "call",
        "approval.get",
        &json!({"approval": two}).to_string(),
    ]);
    assert_eq!(
        (&found["state"], &found["reason"]),
        (&json!("rejected"), &json!("not on a Friday"))
    );

    // What is too long to be shown whole cannot be answered there, by no way.
    let three = ask(&node, "Long?", json!({"script": "x".repeat(2000)}), 600);
    let (text, there_three, body) = question(&double);
    assert!(
        text.contains("too long") && !text.contains("xxxx"),
        "{text}"
    );
    assert!(buttons(&body).is_empty());
    double.press(ANA, OWN, &there_three, &format!("+{three}"));
    assert!(toast(&double).contains("Nothing was answered"));
    assert_eq!(state_of(&node, &three), "waiting");
    connector.stop();
}

#[test]
fn whatever_happens_to_discords_connection_lines_are_carried_out_once() {
    let (node, double) = house();
    let mut connector = paired(&node, &double);
    let line = |number: usize| {
        double.write(ANA, OWN, &format!("do task {number}"));
    };
    let done = |number: usize| while !double.said().0.contains(&format!("task {number}")) {};
    line(1);
    done(1);
    // The service wants another connection: it is resumed, with what happened meanwhile.
    double.reconnect();
    line(2);
    double.sessions(1, 1);
    done(2);
    // It breaks.
    double.cut();
    line(3);
    double.sessions(1, 2);
    done(3);
    connector.hear("back");
    // The session is forgotten: another one begins, and the history has the rest.
    double.cut();
    double.forget();
    line(4);
    double.sessions(2, 2);
    done(4);
    // So is one that the service calls too old.
    double.close(4009);
    line(5);
    double.sessions(3, 2);
    done(5);
    assert_eq!(tasks(&node), 5);

    // Killed; things happen on both sides.
    connector.kill();
    let owner = me(&node);
    for number in 6..=10 {
        line(number);
    }
    node.json(&["say", "workshop", &format!("@{owner} hello"), "--as", "rex"]);
    let mut connector = Connector::start(discord(&node, &double, &["--mine", "--in", "workshop"]));
    connector.hear("began");
    let mut told = Vec::new();
    while told.len() < 6 {
        told.push(double.said().0);
    }
    for number in 6..=10 {
        let one = |text: &&String| text.contains(&format!("task {number}"));
        assert_eq!(told.iter().filter(one).count(), 1, "{told:?}");
    }
    line(11);
    done(11);
    assert_eq!(tasks(&node), 11);
    connector.stop();
}

#[test]
fn a_room_and_a_channel_of_discord_hear_one_another_and_words_from_there_are_data() {
    let (node, double) = house();
    let start = |more: &[&str]| {
        let args = [&["--room", "workshop", "--as", "discord"], more].concat();
        Connector::start(discord(&node, &double, &args))
    };
    let mut connector = start(&["--yes"]);
    let code = connector.hear("code");
    double.sessions(1, 0);
    double.write(
        ANA,
        OPS,
        &format!("<@{BOT_USER}> pair {}", code.as_str().unwrap()),
    );
    assert_eq!(connector.hear("paired"), OPS);
    connector.hear("note");
    node.json(&["say", "workshop", "a secret", "--as", "rex"]);
    assert!(connector.hear("stays").is_string());

    // What is written there is said here as theirs: no order, no answer, no call.
    for text in ["approve", "@rex run the tests", "@everyone good morning"] {
        double.write(EVE, OPS, text);
        connector.hear("took");
    }
    let page = node.json(&["call", "message.list", r#"{"room":"workshop"}"#]);
    let items = page["items"].as_array().unwrap();
    let theirs: Vec<_> = items
        .iter()
        .filter(|item| item["relayed"].is_object())
        .collect();
    assert_eq!(theirs.len(), 3, "{items:?}");
    for item in &theirs {
        assert_eq!(
            (&item["relayed"]["origin"], &item["relayed"]["sender"]),
            (&json!("discord"), &json!("owner admin (@eve)"))
        );
        assert_eq!(
            (&item["trust"], &item["mentions"]),
            (&json!("untrusted"), &json!([]))
        );
    }
    // Other channels and other bots are not heard; changes and ends are.
    let hello = double.write(ANA, OPS, "helo");
    connector.hear("took");
    double.write(ANA, "5002", "from elsewhere");
    double.write(ROBOT, OPS, "beep");
    double.edit(OPS, &hello, "hello");
    assert_eq!(connector.hear("took"), "edit");
    let all = texts(&node, "workshop");
    assert!(all.contains(&"hello".to_owned()), "{all:?}");
    assert!(
        !all.iter()
            .any(|text| text.contains("elsewhere") || text == "beep")
    );
    double.delete(OPS, &hello);
    assert_eq!(connector.hear("took"), "deleted");
    assert!(!texts(&node, "workshop").contains(&"hello".to_owned()));

    // The room lets its words out.
    assert_eq!(double.left(), []);
    let policy = json!({"room": "workshop", "policy": {"data": {"leave": {"outside": true}}}});
    node.json(&["call", "room.policy_set", &policy.to_string()]);
    let hostile = "@everyone *hi* <@2001> `x`";
    let sent = node.json(&["say", "workshop", hostile, "--as", "rex"]);
    let (text, there, _) = double.said();
    assert_eq!(text, format!("@rex\n\n{hostile}"));
    double.reply(ANA, OPS, &there, "yes");
    connector.hear("took");
    let answer = last(&node);
    assert_eq!(
        (&answer["text"], &answer["reply_to"]),
        (&json!("yes"), &sent["id"])
    );
    let changed = json!({"message": sent["id"], "text": "bye"}).to_string();
    node.json(&["call", "message.edit", &changed, "--as", "rex"]);
    let edited = double.next("PATCH message");
    assert_eq!(
        (&edited["id"], shown(edited["content"].as_str().unwrap())),
        (&json!(there), "@rex\n\nbye".to_owned())
    );
    let gone = json!({"message": sent["id"]}).to_string();
    node.json(&["call", "message.delete", &gone, "--as", "rex"]);
    assert_eq!(double.next("DELETE message")["id"], there.as_str());

    // Long words come whole, in as many messages as it takes, though the connector was killed meanwhile.
    connector.kill();
    let long = "ä🚀*<&>* ".repeat(900);
    node.json(&["say", "workshop", long.trim_end(), "--as", "rex"]);
    let connector = start(&[]);
    // Discord keeps no blanks at the ends of a message.
    let packed = |text: &str| text.split_whitespace().collect::<String>();
    let wanted = packed(&format!("@rex {long}"));
    let mut whole = String::new();
    while whole.len() < wanted.len() {
        whole.push_str(&packed(&double.said().0));
    }
    assert_eq!(whole, wanted);
    connector.stop();
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
}

#[test]
fn what_is_wrong_with_discord_is_told_without_its_token() {
    let (node, double) = house();
    let run = |args: &[&str]| -> Said {
        let mut program = discord(&node, &double, args);
        let said = said(program.stderr(Stdio::piped()).output().unwrap());
        assert!(
            !said.err.contains(TOKEN) && !said.out.contains(TOKEN),
            "{said:?}"
        );
        said
    };
    // The service asks to be left alone, then breaks, then answers; nothing is lost.
    let mut connector = paired(&node, &double);
    let limited =
        json!({"message": "You are being rate limited.", "retry_after": 0.1, "global": false});
    double.fault("POST messages", 429, limited);
    double.fault("POST messages", 502, json!({}));
    double.write(ANA, OWN, "status");
    assert!(connector.hear("away").as_str().unwrap().contains("502"));
    assert!(double.said().0.contains("no tasks"));
    // What it will never take is passed over.
    double.fault(
        "POST messages",
        400,
        json!({"code": 50_035, "message": "Invalid Form Body"}),
    );
    double.write(ANA, OWN, "status");
    assert!(
        connector
            .hear("dropped")
            .as_str()
            .unwrap()
            .contains("Invalid Form Body")
    );

    // The doctor knows of it, and a second one does not run beside it.
    let name = format!("discord-{BOT_USER}-mine");
    let doctor = || node.mesh(&["doctor"]).out;
    assert!(doctor().contains(&format!("{name} runs")), "{}", doctor());
    let second = run(&["--mine"]);
    assert!(
        second.code == 1 && second.err.contains("runs here already"),
        "{second:?}"
    );

    // It may not read what is written, nobody takes what it says, the token is revoked: it ends with what to do.
    double.fault(
        "POST messages",
        403,
        json!({"code": 50_007, "message": "Cannot send messages to this user"}),
    );
    double.write(ANA, OWN, "status");
    assert_eq!(connector.child.wait().unwrap().code(), Some(1));
    double.refuse(4014);
    let ended = run(&["--mine"]);
    assert!(
        ended.code == 2 && ended.err.contains("Message Content Intent"),
        "{}",
        ended.err
    );
    double.revoke();
    let ended = run(&["--mine"]);
    assert!(
        ended.code == 1 && ended.err.contains("discord.com/developers"),
        "{}",
        ended.err
    );
}
