//! Gemini CLI and opencode, both by the Agent Client Protocol.

use mesh_work::runner::{Done, Failed, Options};

use crate::harness::{Bench, Person, peers};

/// The program's own settings: without them it asks a person how to log in, or which provider to use.
async fn gemini() -> Option<(Bench, Options)> {
    let bench = Bench::new("gemini.toml", peers("gemini")?).await;
    let bench = bench.env("GEMINI_API_KEY", "scripted");
    let folder = bench.home().join(".gemini");
    std::fs::create_dir(&folder).unwrap();
    let settings = r#"{"security":{"auth":{"selectedType":"gemini-api-key"}}}"#;
    std::fs::write(folder.join("settings.json"), settings).unwrap();
    let options = Options {
        base_url: Some(bench.script.url()),
        model: Some("gemini-2.5-flash".into()),
        ..Options::default()
    };
    Some((bench, options))
}

async fn opencode() -> Option<(Bench, Options)> {
    let bench = Bench::new("opencode.toml", peers("opencode")?).await;
    let folder = bench.home().join(".config/opencode");
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("{}/v1", bench.script.url());
    let settings = serde_json::json!({
        "autoupdate": false, "share": "disabled",
        "model": "scripted/scripted", "small_model": "scripted/scripted",
        "permission": {"bash": "ask"},
        "provider": {"scripted": {
            "npm": "@ai-sdk/openai-compatible", "name": "scripted",
            "options": {"baseURL": url, "apiKey": "scripted"},
            "models": {"scripted": {"name": "scripted"}},
        }},
    });
    std::fs::write(folder.join("opencode.json"), settings.to_string()).unwrap();
    Some((bench, Options::default()))
}

async fn asks_before_it_runs_a_command(name: &str, bench: &Bench, options: Options) {
    let person = Person::who_allows();
    let job = bench.job("Please write the report.");
    let done = bench.turn(name, options, job, &person).await;
    let done = done.unwrap_or_else(|failed| {
        panic!(
            "{failed:?} {:?} {:?}",
            person.seen(),
            bench.script.unmatched()
        )
    });
    let seen = person.seen();
    assert_eq!(done.text, "The report is written.", "{seen:?}");
    assert!(bench.cwd().join("report.txt").exists());
    assert_eq!(seen.asked.len(), 1, "{:?}", seen.asked);
    // The worker tells everything again where a conversation cannot go on.
    assert_eq!(done.session.is_some(), name == "opencode");
    assert!(seen.asked[0].0.contains("report.txt"), "{:?}", seen.asked);
}

#[tokio::test]
async fn gemini_asks_before_it_runs_a_command() {
    let Some((bench, options)) = gemini().await else {
        return;
    };
    asks_before_it_runs_a_command("gemini", &bench, options).await;
}

#[tokio::test]
async fn opencode_asks_before_it_runs_a_command() {
    let Some((bench, options)) = opencode().await else {
        return;
    };
    asks_before_it_runs_a_command("opencode", &bench, options).await;
}

#[tokio::test]
async fn opencode_goes_on_with_a_conversation() {
    let Some((bench, options)) = opencode().await else {
        return;
    };
    let person = Person::default();
    let first = bench.job("First question.");
    let first = bench
        .turn("opencode", options.clone(), first, &person)
        .await
        .unwrap();
    let mut second = bench.job("Second question.");
    second.resume.clone_from(&first.session);
    let second = bench
        .turn("opencode", options, second, &person)
        .await
        .unwrap();
    assert_eq!(
        (first.text.as_str(), second.text.as_str()),
        ("First answer.", "Second answer.")
    );
    let asked = bench.script.asked();
    let goes_on = asked.iter().any(|asked| {
        let body = asked.body.to_string();
        body.contains("Second question.") && body.contains("First question.")
    });
    assert!(goes_on, "{:?}", person.seen());
}

#[tokio::test]
async fn gemini_without_a_key_fails_for_good_and_says_what_to_do() {
    let Some(peers) = peers("gemini") else { return };
    let bench = Bench::new("gemini.toml", peers).await;
    let job = bench.job("First question.");
    let failed = bench
        .turn("gemini", Options::default(), job, &Person::default())
        .await
        .unwrap_err();
    assert!(failed.last, "{failed:?}");
    assert!(
        failed.reason.contains("--env GEMINI_API_KEY"),
        "{}",
        failed.reason
    );
}

/// An agent that asks about `ls` and says `then`; each answer that it gets is kept in the file `got`.
async fn asking(call: &str, then: &str, person: &Person) -> (Bench, Result<Done, Failed>) {
    let first = r#"{"sessionUpdate":"plan"}"#;
    telling(first, call, then, person).await
}

/// The same, with what it says first of all.
async fn telling(
    first: &str,
    call: &str,
    then: &str,
    person: &Person,
) -> (Bench, Result<Done, Failed>) {
    let bench = Bench::new("gemini.toml", "/nowhere".into()).await;
    let agent = bench.home().join("agent.sh");
    let script = format!(
        r#"read line; echo '{{"jsonrpc":"2.0","id":1,"result":{{"agentCapabilities":{{}}}}}}'
read line; echo '{{"jsonrpc":"2.0","id":2,"result":{{"sessionId":"s"}}}}'
read line; echo '{{"jsonrpc":"2.0","method":"session/update","params":{{"update":{first}}}}}'
echo '{{"jsonrpc":"2.0","id":7,"method":"session/request_permission","params":{{"sessionId":"s","toolCall":{call},"options":[{{"optionId":"y","kind":"allow_once"}},{{"optionId":"n","kind":"reject_once"}}]}}}}'
read -r line; printf '%s' "$line" > got
echo '{{"jsonrpc":"2.0","method":"session/update","params":{{"update":{then}}}}}'
echo '{{"jsonrpc":"2.0","id":3,"result":{{"stopReason":"end_turn"}}}}'
read line
"#
    );
    std::fs::write(&agent, script).unwrap();
    let options = Options {
        command: vec!["sh".into(), agent.display().to_string()],
        ..Options::default()
    };
    let job = bench.job("Look.");
    let outcome = bench.turn("acp", options, job, person).await;
    (bench, outcome)
}

fn got(bench: &Bench) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(bench.cwd().join("got")).unwrap()).unwrap()
}

#[tokio::test]
async fn what_was_approved_goes_back_by_its_hash_and_may_be_carried_out() {
    let call = r#"{"toolCallId":"c","title":"Shell","rawInput":{"command":"ls"}}"#;
    let then = r#"{"sessionUpdate":"tool_call_update","toolCallId":"c","status":"in_progress","rawInput":{"command":"ls"}}"#;
    let person = Person::who_allows();
    let (bench, outcome) = asking(call, then, &person).await;
    outcome.unwrap();
    let (_, detail) = &person.seen().asked[0];
    assert_eq!(detail["input"], serde_json::json!({"command": "ls"}));
    let result = &got(&bench)["result"];
    assert_eq!(result["outcome"]["optionId"], "y");
    assert_eq!(
        result["_meta"]["mesh.approvedInputSha256"],
        detail["input_sha256"]
    );
}

#[tokio::test]
async fn an_agent_that_goes_on_with_another_input_is_stopped() {
    let call = r#"{"toolCallId":"c","title":"Shell","rawInput":{"command":"ls"}}"#;
    let then = r#"{"sessionUpdate":"tool_call_update","toolCallId":"c","status":"in_progress","rawInput":{"command":"rm -r ."}}"#;
    let (_, outcome) = asking(call, then, &Person::who_allows()).await;
    let failed = outcome.unwrap_err();
    assert!(failed.last, "{failed:?}");
    assert!(failed.reason.contains("another input"), "{failed:?}");
}

#[tokio::test]
async fn a_question_about_a_part_of_the_input_shows_all_of_it() {
    let first = r#"{"sessionUpdate":"tool_call_update","toolCallId":"c","rawInput":{"command":"ls","cwd":"/etc"}}"#;
    let call = r#"{"toolCallId":"c","title":"Shell","rawInput":{"command":"ls"}}"#;
    let person = Person::who_allows();
    let (_, outcome) = telling(first, call, first, &person).await;
    outcome.unwrap();
    let (_, detail) = &person.seen().asked[0];
    let all = serde_json::json!({"command": "ls", "cwd": "/etc"});
    assert_eq!(detail["input"], all);

    // What was shown is all that may run: neither more nor less.
    for other in [
        r#"{"command":"ls"}"#,
        r#"{"command":"ls","cwd":"/root"}"#,
        r#"{"command":"ls","cwd":"/etc","env":"x"}"#,
    ] {
        let then = format!(
            r#"{{"sessionUpdate":"tool_call_update","toolCallId":"c","rawInput":{other}}}"#
        );
        let (_, outcome) = telling(first, call, &then, &Person::who_allows()).await;
        assert!(outcome.is_err(), "{other}");
    }
}

#[tokio::test]
async fn a_question_that_does_not_say_what_would_run_is_refused_unasked() {
    let then = r#"{"sessionUpdate":"plan"}"#;
    let person = Person::who_allows();
    let (bench, outcome) = asking(r#"{"toolCallId":"c","rawInput":{}}"#, then, &person).await;
    outcome.unwrap();
    assert_eq!(person.seen().asked.len(), 0);
    assert_eq!(got(&bench)["result"]["outcome"]["optionId"], "n");
}
