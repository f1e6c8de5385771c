//! The runner for agents elsewhere, against a double that speaks A2A as its specification has it; the official server is driven by
//! `scripts/test-a2a.sh`, another mesh by `crates/themesh/tests/program/a2a.rs`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};

use mesh_work::runner::Options;
use serde_json::{Value, json};

use crate::harness::{Bench, Person};

/// What the double answers.
enum Reply {
    One(Value),
    /// A stream of these, which breaks off or stays open.
    Events(Vec<Value>, After),
}

#[derive(Clone, Copy, PartialEq)]
enum After {
    Ends,
    Stays,
}

type Script = dyn Fn(&str, &Value) -> Reply + Send + Sync;

/// An agent that says what a test tells it to say.
struct A2aDouble {
    url: String,
    asked: mpsc::Receiver<(String, Value)>,
}

impl A2aDouble {
    fn start(
        streams: bool,
        script: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static,
    ) -> A2aDouble {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let card = json!({"name": "Scout", "capabilities": {"streaming": streams},
            "supportedInterfaces": [{"url": format!("{url}/rpc"), "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}]});
        let (tell, asked) = mpsc::channel();
        let (script, tell): (Arc<Script>, _) = (Arc::new(script), Mutex::new(tell));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, card) = (Arc::clone(&script), card.clone());
                let tell = tell.lock().unwrap().clone();
                std::thread::spawn(move || serve(stream, &card, &*script, &tell));
            }
        });
        A2aDouble { url, asked }
    }

    fn options(&self) -> Options {
        Options {
            base_url: Some(self.url.clone()),
            api_key: Some("secret".into()),
            ..Options::default()
        }
    }

    /// The next call.
    fn next(&self) -> (String, Value) {
        self.asked.recv().unwrap()
    }
}

fn serve(
    mut stream: TcpStream,
    card: &Value,
    script: &Script,
    tell: &mpsc::Sender<(String, Value)>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length, mut key) = (String::new(), 0, false);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(("authorization", value)) => key = value == "bearer secret",
            Some(("a2a-version", value)) => assert_eq!(value, "1.0"),
            None if line.is_empty() => break,
            _ => {}
        }
    }
    assert!(key, "without its token");
    let mut answer = |kind: &str, body: &str| {
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(head.as_bytes())
    };
    if first.starts_with("GET") {
        return answer("application/json", &card.to_string()).unwrap();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let method = body["method"].as_str().unwrap().to_owned();
    let reply = script(&method, &body["params"]);
    // A test that has seen enough does not listen any more.
    let _ = tell.send((method, body["params"].clone()));
    let result = |result: &Value| json!({"jsonrpc": "2.0", "id": 1, "result": result});
    match reply {
        Reply::One(value) if value.get("error").is_some() => {
            answer("application/json", &value.to_string()).unwrap()
        }
        Reply::One(value) => answer("application/json", &result(&value).to_string()).unwrap(),
        Reply::Events(events, after) => {
            let lines: String = events
                .iter()
                .map(|event| format!("data: {}\n\n", result(event)))
                .collect();
            answer("text/event-stream", &lines).unwrap();
            if after == After::Stays {
                // Until the other side goes.
                let _ = reader.read(&mut [0]);
            }
        }
    }
}

fn task(state: &str) -> Value {
    json!({"task": {"id": "t-1", "contextId": "c-1", "status": {"state": state}}})
}

fn status(state: &str, word: &str) -> Value {
    json!({"statusUpdate": {"taskId": "t-1", "contextId": "c-1",
        "status": {"state": state, "message": {"messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": word}]}}}})
}

fn piece(text: &str, append: bool) -> Value {
    json!({"artifactUpdate": {"taskId": "t-1", "contextId": "c-1", "append": append,
        "artifact": {"artifactId": "a", "parts": [{"text": text}]}}})
}

async fn bench() -> Bench {
    Bench::new("api.toml", "/no/programs".into()).await
}

async fn turn(
    double: &A2aDouble,
    prompt: &str,
    person: &Person,
) -> Result<mesh_work::runner::Done, mesh_work::runner::Failed> {
    let bench = bench().await;
    bench
        .turn("a2a", double.options(), bench.job(prompt), person)
        .await
}

#[tokio::test]
async fn an_answer_comes_in_pieces_with_words_about_it_and_a_conversation_to_go_on_with() {
    let double = A2aDouble::start(true, |_, _| {
        let data = json!({"artifactUpdate": {"taskId": "t-1", "contextId": "c-1",
            "artifact": {"artifactId": "b", "parts": [{"data": {"count": 2}}, {"url": "http://x.example/file"}]}}});
        let events = vec![
            task("TASK_STATE_SUBMITTED"),
            status("TASK_STATE_WORKING", "looking"),
            piece("one ", false),
            piece("two", true),
            data,
            status("TASK_STATE_COMPLETED", ""),
        ];
        Reply::Events(events, After::Stays)
    });
    let person = Person::default();
    let done = turn(&double, "Count.", &person).await.unwrap();
    assert_eq!(
        (done.text.as_str(), done.session.as_deref()),
        ("one two", Some("c-1"))
    );
    assert_eq!(done.data.unwrap()["count"], 2);
    let seen = person.seen();
    assert_eq!(
        (seen.output, seen.sessions),
        (
            vec!["one ".to_owned(), "two".to_owned()],
            vec!["c-1".to_owned()]
        )
    );
    assert_eq!(
        seen.notes,
        ["looking", "1 files that came along were left out"]
    );
    let (method, asked) = double.next();
    assert_eq!(
        (method.as_str(), &asked["message"]["parts"][0]["text"]),
        ("SendStreamingMessage", &json!("Count."))
    );
    // What has ended is not cancelled.
    assert!(double.asked.try_recv().is_err());
}

#[tokio::test]
async fn a_broken_connection_is_taken_up_again_and_makes_no_second_task() {
    let calls = Mutex::new(0);
    let double = A2aDouble::start(true, move |method, _| {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        match (*calls, method) {
            // It broke before anything came: the same message again.
            (1, _) => Reply::Events(vec![], After::Ends),
            (2, _) => Reply::Events(
                vec![task("TASK_STATE_WORKING"), piece("one", false)],
                After::Ends,
            ),
            // It ended meanwhile, and what has ended is not followed.
            (3, "SubscribeToTask") => Reply::One(
                json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32004, "message": "it has ended"}}),
            ),
            (4, "GetTask") => {
                let mut whole = task("TASK_STATE_COMPLETED");
                whole["task"]["artifacts"] =
                    json!([{"artifactId": "a", "parts": [{"text": "one two"}]}]);
                Reply::One(whole["task"].take())
            }
            other => panic!("{other:?}"),
        }
    });
    let done = turn(&double, "Count.", &Person::default()).await.unwrap();
    assert_eq!(done.text, "one two");
    let (first, again) = (double.next(), double.next());
    assert_eq!(first, again);
    assert_eq!(
        double.next(),
        ("SubscribeToTask".to_owned(), json!({"id": "t-1"}))
    );
}

#[tokio::test]
async fn what_it_asks_a_person_answers() {
    for allows in [true, false] {
        let double = A2aDouble::start(true, |_, params| {
            match params["message"]["taskId"].as_str() {
                None => Reply::Events(
                    vec![
                        task("TASK_STATE_WORKING"),
                        status("TASK_STATE_INPUT_REQUIRED", "May I push?"),
                    ],
                    After::Ends,
                ),
                Some(_) => Reply::Events(
                    vec![piece("told", false), status("TASK_STATE_COMPLETED", "")],
                    After::Ends,
                ),
            }
        });
        let person = if allows {
            Person::who_allows()
        } else {
            Person::default()
        };
        assert_eq!(turn(&double, "Push.", &person).await.unwrap().text, "told");
        let (first, second) = (double.next().1, double.next().1);
        assert_ne!(
            first["message"]["messageId"],
            second["message"]["messageId"]
        );
        let said = if allows { "approve" } else { "reject" };
        assert_eq!(second["message"]["parts"][0]["text"], said);
        let asked = person.seen().asked;
        assert!(
            asked[0].0.starts_with("Scout asks: May I push?"),
            "{asked:?}"
        );
    }
}

#[tokio::test]
async fn a_turn_that_is_given_up_cancels_the_task_there() {
    let double = A2aDouble::start(true, |method, _| match method {
        "CancelTask" => Reply::One(task("TASK_STATE_CANCELED")["task"].clone()),
        _ => Reply::Events(
            vec![
                task("TASK_STATE_WORKING"),
                status("TASK_STATE_WORKING", "on it"),
            ],
            After::Stays,
        ),
    });
    let person = Person::default();
    let bench = bench().await;
    tokio::select! {
        ended = bench.turn("a2a", double.options(), bench.job("Never end."), &person) => panic!("{ended:?}"),
        () = person.noted() => {}
    }
    assert_eq!(double.next().0, "SendStreamingMessage");
    assert_eq!(
        double.next(),
        ("CancelTask".to_owned(), json!({"id": "t-1"}))
    );
}

#[tokio::test]
async fn an_agent_that_does_not_stream_is_looked_at_until_it_has_ended() {
    let looks = Mutex::new(0);
    let double = A2aDouble::start(false, move |method, _| {
        *looks.lock().unwrap() += 1;
        match (method, *looks.lock().unwrap()) {
            ("SendMessage", _) => Reply::One(task("TASK_STATE_WORKING")),
            (_, 2) => Reply::One(task("TASK_STATE_WORKING")["task"].clone()),
            _ => Reply::One(json!({"id": "t-1", "status": {"state": "TASK_STATE_FAILED",
                "message": {"parts": [{"text": "no such file"}]}}})),
        }
    });
    let person = Person::default();
    let failed = turn(&double, "Read it.", &person).await.unwrap_err();
    assert_eq!(
        (failed.reason.as_str(), failed.last),
        ("Scout failed: no such file", false)
    );
}

#[tokio::test]
async fn refusals_and_an_agent_without_a_task_are_told_as_they_are() {
    let says = |reply: fn() -> Reply| A2aDouble::start(true, move |_, _| reply());
    let message = says(|| {
        Reply::Events(
            vec![json!({"message": {"parts": [{"text": "Hello."}]}})],
            After::Ends,
        )
    });
    assert_eq!(
        turn(&message, "Hi.", &Person::default())
            .await
            .unwrap()
            .text,
        "Hello."
    );
    let refused = says(|| {
        Reply::One(
            json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "no\nparts"}}),
        )
    });
    let failed = turn(&refused, "Hi.", &Person::default()).await.unwrap_err();
    assert_eq!(
        (failed.reason.as_str(), failed.last),
        ("Scout refused: no parts", true)
    );
    let sign_in = says(|| {
        Reply::Events(
            vec![
                task("TASK_STATE_WORKING"),
                status("TASK_STATE_AUTH_REQUIRED", "at x"),
            ],
            After::Ends,
        )
    });
    let failed = turn(&sign_in, "Hi.", &Person::default()).await.unwrap_err();
    assert!(
        failed.last && failed.reason.contains("sign in"),
        "{failed:?}"
    );
    // Its task waits there for something that never comes.
    assert_eq!(sign_in.next().0, "SendStreamingMessage");
    assert_eq!(sign_in.next().0, "CancelTask");
    let silent = says(|| Reply::Events(vec![], After::Ends));
    let failed = turn(&silent, "Hi.", &Person::default()).await.unwrap_err();
    assert!(failed.reason.contains("says nothing"), "{failed:?}");
}
