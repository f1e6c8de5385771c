//! The connector to Matrix against a real node, and a double of a homeserver and a real one: the same journeys with both.

mod double;
mod people;
mod synapse;

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::connect::{Connector, ask, me, state_of, texts};
use super::node::{Node, Said, command, said};
use double::MatrixDouble;
use people::Person;
use synapse::Synapse;

/// A node, and people at a homeserver.
struct Bench {
    node: Node,
    server: String,
    bot: Person,
    ana: Person,
    eve: Person,
}

impl Bench {
    /// Accounts have the journey's name in theirs: one homeserver sees several journeys.
    fn new(server: &str, journey: &str) -> Bench {
        let node = Node::start();
        node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
        node.json(&["register", "rex"]);
        let member = json!({"room": "workshop", "participant": "rex"}).to_string();
        node.json(&["call", "member.add", &member]);
        let person = |name: &str| Person::register(server, &format!("{name}.{journey}"));
        Bench {
            node,
            server: server.to_owned(),
            bot: person("mesh"),
            ana: person("ana"),
            eve: person("eve"),
        }
    }

    fn program(&self, args: &[&str]) -> Command {
        let mut program = command(&self.node.home());
        program
            .args(["connect", "matrix", "--json", "--server", &self.server])
            .args(args)
            .env("MESH_MATRIX_TOKEN", &self.bot.token)
            .stdout(Stdio::piped());
        program
    }

    fn start(&self, args: &[&str]) -> Connector {
        Connector::start(self.program(args))
    }

    fn run(&self, args: &[&str]) -> Said {
        let mut program = self.program(args);
        let said = said(program.stderr(Stdio::piped()).output().unwrap());
        assert!(!said.err.contains(&self.bot.token) && !said.out.contains(&self.bot.token));
        said
    }

    /// A connector of the owner's, and the room that is Ana's with it.
    fn paired(&self) -> (Connector, String) {
        let mut connector = self.start(&["--mine", "--in", "workshop"]);
        let code = connector.hear("code");
        let room = self.ana.create(&[&self.bot.id], json!([]));
        self.ana.write(&room, code.as_str().unwrap());
        assert_eq!(connector.hear("paired"), room.as_str());
        connector.hear("began");
        let (welcome, _, _) = self.ana.hear(&room);
        assert!(welcome.contains("from here on"), "{welcome}");
        (connector, room)
    }

    /// A bridge, and the room there that Ana and Eve are in.
    fn bridged(&self) -> (Connector, String) {
        let mut connector = self.start(&["--room", "workshop", "--as", "matrix", "--yes"]);
        let code = connector.hear("code");
        let room = self.ana.create(&[&self.bot.id, &self.eve.id], json!([]));
        self.eve.join(&room);
        self.ana.write(&room, code.as_str().unwrap());
        assert_eq!(connector.hear("paired"), room.as_str());
        connector.hear("began");
        (connector, room)
    }

    fn last(&self) -> Value {
        let page = self
            .node
            .json(&["call", "message.list", r#"{"room":"workshop"}"#]);
        page["items"].as_array().unwrap().last().unwrap().clone()
    }

    fn say(&self, text: &str) -> Value {
        self.node.json(&["say", "workshop", text, "--as", "rex"])
    }

    fn change(&self, operation: &str, input: Value) {
        let input = input.to_string();
        self.node.json(&["call", operation, &input, "--as", "rex"]);
    }

    /// The next question that is asked in Ana's room.
    fn question(&self, room: &str) -> (String, String) {
        loop {
            let (text, event, _) = self.ana.hear(room);
            if text.contains("asks in") {
                return (text, event);
            }
        }
    }
}

/// What waits comes, what the person writes is its own, and nobody else's is.
fn a_room_of_ones_own(server: &str) {
    let bench = Bench::new(server, "own");
    let Bench {
        node,
        bot,
        ana,
        eve,
        ..
    } = &bench;
    let mut connector = bench.start(&["--mine", "--in", "workshop"]);
    let code = connector.hear("code");
    let code = code.as_str().unwrap();
    // A stranger finds the account; a code in a room of three makes no room of one's own.
    let elsewhere = eve.create(&[&bot.id], json!([]));
    eve.write(&elsewhere, "status");
    eve.write(&elsewhere, "ABCDEFGHJKLM");
    let three = ana.create(&[&bot.id, &eve.id], json!([]));
    eve.join(&three);
    ana.write(&three, code);
    let room = ana.create(&[&bot.id], json!([]));
    ana.write(&room, code);
    assert_eq!(connector.hear("paired"), room.as_str());
    connector.hear("began");
    let (welcome, _, content) = ana.hear(&room);
    assert!(
        welcome.contains("from here on") && welcome.contains("!room"),
        "{welcome}"
    );
    assert!(!welcome.contains("button"), "{welcome}");
    assert!(
        content.get("formatted_body").is_none(),
        "nobody's words are markup"
    );

    // What names the owner comes, words of others as they are, and rings.
    let owner = me(node);
    bench.say("nobody is meant");
    let hostile = format!("@{owner} *look* <b>at</b> @room [this](http://x)");
    let told = bench.say(&hostile);
    let (text, event, content) = ana.hear(&room);
    assert_eq!(text, format!("@rex in #workshop\n\n{hostile}"));
    assert_eq!(content["m.mentions"], json!({"user_ids": [ana.id]}));
    assert_eq!(
        (&content["msgtype"], content.get("formatted_body")),
        (&json!("m.text"), None)
    );
    // A reply goes to its thread, as the owner, without the quote before it.
    let mine = ana.reply(&room, &event, "looking");
    let sign = ana.next(&room, "m.reaction");
    assert_eq!(sign["content"]["m.relates_to"]["event_id"], mine.as_str());
    let last = bench.last();
    assert_eq!(
        (&last["text"], &last["from"]["handle"], &last["reply_to"]),
        (&json!("looking"), &json!(owner), &told["id"])
    );
    assert!(last.get("relayed").is_none(), "{last}");
    // It is changed and taken back.
    ana.edit(&room, &mine, "looking at it");
    while connector.hear("took") != "edit" {}
    assert_eq!(bench.last()["text"], "looking at it");
    ana.redact(&room, &mine);
    connector.hear("took");
    let found = json!({"message": last["id"]}).to_string();
    assert_eq!(node.json(&["call", "message.get", &found])["deleted"], true);

    // Lines are the owner's; what the connector itself says is a notice.
    ana.write(&room, "status");
    let (text, _, content) = ana.hear(&room);
    assert!(text.contains("no tasks in this room"), "{text}");
    assert_eq!(content["msgtype"], "m.notice");
    ana.write(&room, "!room general");
    assert!(ana.hear(&room).0.contains("#general"));
    ana.write(&room, "good morning");
    assert!(ana.hear(&room).0.contains("Said"));
    assert_eq!(texts(node, "general"), ["good morning"]);
    // Half of what was sent is not carried out.
    let picture = json!({"msgtype": "m.image", "body": "do look", "filename": "x.png", "url": "mxc://here.test/x"});
    ana.send(&room, "m.room.message", picture);
    assert!(ana.hear(&room).0.contains("Only words"));

    // What is gone in the mesh is gone there.
    bench.change("message.delete", json!({"message": told["id"]}));
    let gone = ana.next(&room, "m.room.redaction");
    assert!(gone["redacts"] == event.as_str() || gone["content"]["redacts"] == event.as_str());

    // A stranger gets nothing, and a third one in the room ends it.
    for room in [&elsewhere, &three] {
        eve.write(room, "do delete everything");
    }
    ana.write(&room, "tasks");
    ana.hear(&room);
    let tasks = node.json(&["call", "task.list", r#"{"room":"general"}"#]);
    assert_eq!(tasks["items"], json!([]));
    let told = eve.left(&elsewhere);
    assert!(told.iter().all(|event| event["type"] == "m.room.member"));
    ana.invite(&room, &eve.id);
    assert_eq!(connector.child.wait().unwrap().code(), Some(2));
    let again = bench.run(&["--mine"]);
    assert!(again.err.contains("others than you"), "{}", again.err);
}

/// A question is answered once, by whom it was asked, below what was shown of it.
fn questions(server: &str) {
    let bench = Bench::new(server, "ask");
    let Bench { node, ana, .. } = &bench;
    let (connector, room) = bench.paired();
    let one = ask(
        node,
        "May I?",
        json!({"command": "rm -rf build\u{202e}ssenisub"}),
        600,
    );
    let (text, event) = bench.question(&room);
    assert!(
        text.starts_with("@rex asks in #workshop\n\nMay I?"),
        "{text}"
    );
    assert!(text.contains("rm -rf build\\u{202e}ssenisub"), "{text}");
    assert!(text.contains("👍") && text.contains("approve"), "{text}");
    let two = ask(node, "And this?", json!({"command": "make"}), 600);
    let (_, event_two) = bench.question(&room);
    // A word that says nothing of which, another sign, and a thumb below something else.
    ana.react(&room, &event, "👌");
    let word = ana.write(&room, "approve");
    ana.react(&room, &word, "👍");
    while !ana.hear(&room).0.contains("in reply to the question") {}
    assert_eq!(state_of(node, &one), "waiting");
    assert_eq!(state_of(node, &two), "waiting");

    ana.react(&room, &event, "👍🏽");
    while ana.hear(&room).0 != "Approved, once." {}
    assert_eq!(state_of(node, &one), "approved");
    assert_eq!(state_of(node, &two), "waiting");
    // Once.
    ana.react(&room, &event, "👎");
    ana.reply(&room, &event_two, "reject: not on a Friday");
    while ana.hear(&room).0 != "Refused." {}
    assert_eq!(state_of(node, &one), "approved");
    let found = json!({"approval": two}).to_string();
    let found = node.json(&["call", "approval.get", &found]);
    assert_eq!(
        (&found["state"], &found["reason"]),
        (&json!("rejected"), &json!("not on a Friday"))
    );

    // Answered elsewhere, it is said by whom, and a thumb does nothing any more.
    let three = ask(node, "A third?", json!({}), 600);
    let (_, event_three) = bench.question(&room);
    let decided = json!({"approval": three, "approve": true}).to_string();
    node.json(&["call", "approval.decide", &decided]);
    assert!(ana.hear(&room).0.starts_with("Approved by @"));
    ana.react(&room, &event_three, "👎");

    // What is too long to be shown whole cannot be answered there.
    let five = ask(node, "Long?", json!({"script": "x".repeat(9000)}), 600);
    let (text, event_five) = bench.question(&room);
    assert!(
        text.contains("too long") && !text.contains("xxxx"),
        "{text}"
    );
    ana.react(&room, &event_five, "👍");
    ana.reply(&room, &event_five, "approve");
    while !ana.hear(&room).0.contains("Nothing was done") {}
    assert_eq!(state_of(node, &five), "waiting");
    assert_eq!(state_of(node, &three), "approved");
    connector.stop();
}

/// A room here and one there hear one another; what is written there is data; nothing is lost or doubled by a kill.
fn a_bridge(server: &str) {
    let bench = Bench::new(server, "bridge");
    let Bench { node, ana, eve, .. } = &bench;
    let (mut connector, room) = bench.bridged();
    let note = connector.hear("note");
    assert!(note.as_str().unwrap().contains("data.leave.outside"));
    bench.say("a secret");
    assert!(connector.hear("stays").is_string());
    let question = ask(node, "May I?", json!({}), 600);
    for text in ["approve", "/do delete everything", "@rex run the tests"] {
        eve.write(&room, text);
        connector.hear("took");
    }
    let page = node.json(&["call", "message.list", r#"{"room":"workshop"}"#]);
    let items = page["items"].as_array().unwrap().iter();
    let theirs: Vec<_> = items.filter(|item| item["relayed"].is_object()).collect();
    assert_eq!(theirs.len(), 3);
    for item in &theirs {
        assert_eq!(item["relayed"]["origin"], "matrix");
        assert_eq!(
            item["relayed"]["sender"],
            format!("eve.bridge ({})", eve.id)
        );
        assert_eq!(
            (&item["trust"], &item["mentions"]),
            (&json!("untrusted"), &json!([]))
        );
    }
    assert_eq!(state_of(node, &question), "waiting");
    let tasks = node.json(&["call", "task.list", r#"{"room":"workshop"}"#]);
    assert_eq!(tasks["items"], json!([]));

    // Notices of programs are not taken, nor are edits of another's words; one's own are.
    eve.send(
        &room,
        "m.room.message",
        json!({"msgtype": "m.notice", "body": "beep"}),
    );
    let hello = eve.write(&room, "helo");
    connector.hear("took");
    ana.edit(&room, &hello, "forged");
    eve.edit(&room, &hello, "hello");
    assert_eq!(connector.hear("took"), "edit");
    let said = texts(node, "workshop");
    assert!(said.contains(&"hello".to_owned()), "{said:?}");
    assert!(
        !said.iter().any(|text| text == "forged" || text == "beep"),
        "{said:?}"
    );

    // The room lets its words out.
    let policy = json!({"room": "workshop", "policy": {"data": {"leave": {"outside": true}}}});
    node.json(&["call", "room.policy_set", &policy.to_string()]);
    let hostile = "<b>*hi*</b> `x` @room";
    let sent = bench.say(hostile);
    let (text, event, content) = ana.hear(&room);
    assert_eq!(text, format!("@rex\n\n{hostile}"));
    assert_eq!(
        (&content["m.mentions"], content.get("formatted_body")),
        (&json!({}), None)
    );
    // A reply there is one here, and so is one in a thread; what answers that is told in the thread.
    ana.reply(&room, &event, "yes");
    connector.hear("took");
    let reply = bench.last();
    assert_eq!(
        (&reply["text"], &reply["reply_to"]),
        (&json!("yes"), &sent["id"])
    );
    let thread = json!({"rel_type": "m.thread", "event_id": event, "is_falling_back": true, "m.in_reply_to": {"event_id": event}});
    let within = json!({"msgtype": "m.text", "body": "and in here", "m.relates_to": thread});
    let within = ana.send(&room, "m.room.message", within);
    connector.hear("took");
    let last = bench.last();
    assert_eq!(
        (&last["text"], &last["reply_to"]),
        (&json!("and in here"), &sent["id"])
    );
    bench.change(
        "message.post",
        json!({"room": "workshop", "text": "I see", "reply_to": last["id"]}),
    );
    let (_, _, content) = ana.hear(&room);
    let relates = &content["m.relates_to"];
    assert_eq!(
        (
            &relates["rel_type"],
            &relates["event_id"],
            &relates["m.in_reply_to"]["event_id"]
        ),
        (&json!("m.thread"), &json!(event), &json!(within))
    );
    // A change is told, and what is taken back is taken back, on both sides.
    bench.change(
        "message.edit",
        json!({"message": sent["id"], "text": "bye"}),
    );
    let (_, _, content) = ana.hear(&room);
    assert_eq!(content["m.new_content"]["body"], "@rex\n\nbye");
    assert_eq!(
        content["m.relates_to"],
        json!({"rel_type": "m.replace", "event_id": event})
    );
    bench.change("message.delete", json!({"message": sent["id"]}));
    let gone = ana.next(&room, "m.room.redaction");
    assert!(gone["redacts"] == event.as_str() || gone["content"]["redacts"] == event.as_str());
    ana.redact(&room, &within);
    connector.hear("took");
    let found = json!({"message": last["id"]}).to_string();
    assert_eq!(node.json(&["call", "message.get", &found])["deleted"], true);

    // Killed, it goes on where it was, though more was written than an answer holds.
    connector.kill();
    let before = texts(node, "workshop").len();
    for number in 0..105 {
        eve.write(&room, &format!("line {number}"));
    }
    let long = "ä🚀 ".repeat(2500);
    bench.say(long.trim_end());
    let mut connector = bench.start(&["--room", "workshop", "--as", "matrix"]);
    for _ in 0..105 {
        while connector.hear("took") != "relayed" {}
    }
    let page = json!({"room": "workshop", "limit": 200}).to_string();
    let page = node.json(&["call", "message.list", &page]);
    let said: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["text"].as_str().unwrap())
        .collect();
    let lines: Vec<_> = said
        .into_iter()
        .filter(|text| text.starts_with("line "))
        .collect();
    let expected: Vec<_> = (0..105).map(|number| format!("line {number}")).collect();
    assert_eq!(lines, expected, "after {before}");
    let mut whole = String::new();
    while whole.trim_end().chars().count() < long.trim_end().chars().count() + 6 {
        whole.push_str(&ana.hear(&room).0);
    }
    assert_eq!(whole.trim_end(), format!("@rex\n\n{}", long.trim_end()));
    connector.stop();
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
}

#[test]
fn a_person_is_told_and_answers_from_its_own_room() {
    a_room_of_ones_own(&MatrixDouble::start().url);
}

#[test]
fn a_question_is_answered_once_and_only_if_all_of_it_was_shown() {
    questions(&MatrixDouble::start().url);
}

#[test]
fn a_room_here_and_one_there_hear_one_another() {
    a_bridge(&MatrixDouble::start().url);
}

#[test]
fn a_server_that_others_wrote_is_as_the_double_is() {
    let Some(synapse) = Synapse::start() else {
        return;
    };
    // At the same time: most of each is waiting for the others' processes.
    let url = &synapse.url;
    std::thread::scope(|all| {
        all.spawn(|| a_room_of_ones_own(url));
        all.spawn(|| questions(url));
        all.spawn(|| a_bridge(url));
    });
}

#[test]
fn what_comes_twice_is_carried_out_once_and_what_goes_twice_is_shown_once() {
    let double = MatrixDouble::start();
    let bench = Bench::new(&double.url, "twice");
    let Bench { node, bot, ana, .. } = &bench;
    let (mut connector, room) = bench.paired();
    ana.write(&room, "do task 1");
    assert!(ana.hear(&room).0.contains("task 1"));
    connector.hear("took");
    // The same answer comes again, to one that runs and to one that was killed and remembers nothing of it.
    double.again(&bot.id, 3);
    ana.write(&room, "do task 2");
    assert!(ana.hear(&room).0.contains("task 2"));
    let place = node.home().join("work").join(me(node)).join("connect");
    let files = std::fs::read_dir(&place).unwrap().flatten();
    let file = files
        .map(|file| file.path())
        .find(|path| path.extension().is_some_and(|end| end == "json"));
    let file = file.unwrap();
    let kept = std::fs::read(&file).unwrap();
    ana.write(&room, "do task 3");
    assert!(ana.hear(&room).0.contains("task 3"));
    let owner = me(node);
    bench.say(&format!("@{owner} look"));
    assert!(ana.hear(&room).0.ends_with("look"));
    connector.kill();
    // As if it had been killed before it could write its place.
    std::fs::write(&file, kept).unwrap();
    let mut connector = bench.start(&["--mine", "--in", "workshop"]);
    while connector.hear("told") != "message" {}
    ana.write(&room, "do task 4");
    assert!(ana.hear(&room).0.contains("task 4"));
    let tasks = node.json(&["call", "task.list", r#"{"room":"workshop"}"#]);
    assert_eq!(tasks["items"].as_array().unwrap().len(), 4);
    // The welcome, four answers and one message: nothing of it was shown twice.
    assert_eq!(double.count(&room, &bot.id, "m.room.message"), 6);
    connector.stop();
}

#[test]
fn what_is_wrong_is_told_without_the_token() {
    let double = MatrixDouble::start();
    let bench = Bench::new(&double.url, "wrong");
    let Bench { node, bot, ana, .. } = &bench;
    for (args, words) in [
        (&["--mine", "--as", "rex"][..], "@rex is no person"),
        (&["--room", "workshop", "--as", "rex"], "@rex is no bridge"),
        (
            &["--room", "workshop", "--chat", "ops"],
            "is no room of Matrix",
        ),
        (&[], "--mine"),
    ] {
        let said = bench.run(args);
        assert_ne!(said.code, 0);
        assert!(said.err.contains(words), "{args:?}: {}", said.err);
    }
    // A room with encryption is no room for it, and that is said.
    let mut connector = bench.start(&["--mine"]);
    connector.hear("code");
    let encryption =
        json!([{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]);
    let closed = ana.create(&[&bot.id], encryption);
    let note = connector.hear("note");
    let note = note.as_str().unwrap();
    assert!(
        note.contains("encrypted") && note.contains(&closed),
        "{note}"
    );
    connector.kill();

    // The service asks to be left alone, then breaks, then answers; nothing is lost.
    let (mut connector, room) = bench.paired();
    let limit = json!({"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 10});
    double.fault("/mesh-", 429, limit);
    double.fault("/mesh-", 502, Value::Null);
    double.fault("set_presence=offline", 500, Value::Null);
    ana.write(&room, "status");
    connector.hear("away");
    assert!(ana.hear(&room).0.contains("no tasks"));
    // What it will never take is passed over.
    double.fault(
        "/mesh-",
        413,
        json!({"errcode": "M_TOO_LARGE", "error": "x"}),
    );
    ana.write(&room, "status");
    connector.hear("dropped");

    // The doctor knows of it, and a second one does not run beside it.
    let doctor = || node.mesh(&["doctor"]).out;
    assert!(
        doctor().contains("matrix-mesh-wrong-here-test-mine runs"),
        "{}",
        doctor()
    );
    let second = bench.run(&["--mine"]);
    assert!(
        second.code == 1 && second.err.contains("runs here already"),
        "{second:?}"
    );

    // Something encrypted comes, which anybody can send; then encryption is switched on, which only few can.
    let sealed = json!({"algorithm": "m.megolm.v1.aes-sha2"});
    ana.send(&room, "m.room.encrypted", sealed.clone());
    assert!(
        connector
            .hear("note")
            .as_str()
            .unwrap()
            .contains("encrypted")
    );
    ana.send(&room, "m.room.encryption", sealed.clone());
    ana.write(&room, "status");
    assert!(ana.hear(&room).0.contains("no tasks"));
    ana.state(&room, "m.room.encryption", sealed);
    assert_eq!(connector.child.wait().unwrap().code(), Some(2));
    assert!(bench.run(&["--mine"]).err.contains("encrypted"));

    // The token is taken back: it ends with what to do.
    double.revoke(&bot.id);
    let ended = bench.run(&["--mine"]);
    assert!(
        ended.code == 1 && ended.err.contains("does not take the token"),
        "{ended:?}"
    );
}
