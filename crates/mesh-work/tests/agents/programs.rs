//! Claude Code and Codex: a whole turn with a tool, a question, a conversation that goes on, and what goes wrong.

use mesh_work::runner::Options;

use crate::harness::{Bench, Person, peers};

fn scripted(bench: &Bench, path: &str) -> Options {
    Options {
        base_url: Some(format!("{}{path}", bench.script.url())),
        api_key: Some("scripted".into()),
        ..Options::default()
    }
}

/// Codex offers other tools to models that it knows, and those change with its versions.
fn scripted_model(bench: &Bench) -> Options {
    Options {
        model: Some("scripted".into()),
        ..scripted(bench, "/v1")
    }
}

async fn claude() -> Option<Bench> {
    let bench = Bench::new("claude.toml", peers("claude")?).await;
    Some(bench.env("ANTHROPIC_API_KEY", "scripted"))
}

async fn codex() -> Option<Bench> {
    let bench = Bench::new("codex.toml", peers("codex")?).await;
    Some(bench.env("OPENAI_API_KEY", "scripted"))
}

#[tokio::test]
async fn claude_asks_before_it_runs_a_command_and_tells_what_it_cost() {
    let Some(bench) = claude().await else { return };
    let person = Person::who_allows();
    let job = bench.job("Please write the report.");
    let done = bench
        .turn("claude", scripted(&bench, ""), job, &person)
        .await
        .unwrap();
    assert_eq!(done.text, "The report is written.");
    assert!(bench.cwd().join("report.txt").exists());
    let seen = person.seen();
    assert_eq!(seen.asked.len(), 1, "{:?}", seen.asked);
    assert_eq!(
        seen.asked[0].0,
        "Claude Code wants to use Bash: echo made > report.txt && cat report.txt"
    );
    assert_eq!(
        seen.output.concat(),
        "I will write it.\n\nThe report is written."
    );
    assert!(
        seen.output.len() > 3,
        "the answer comes in pieces: {:?}",
        seen.output
    );
    // 100 + 50 from a cache + 20 + 10, as the scenario says, and 20 + 40 out.
    assert_eq!((done.usage.tokens_in, done.usage.tokens_out), (180, 60));
    assert!(done.usage.micros.is_some_and(|micros| micros > 0));
    assert_eq!(bench.script.unmatched(), [""; 0]);
}

#[tokio::test]
async fn claude_asks_whatever_the_settings_in_the_folder_allow() {
    let Some(bench) = claude().await else { return };
    let folder = bench.cwd().join(".claude");
    std::fs::create_dir(&folder).unwrap();
    let hook = serde_json::json!({"type": "command", "command": "touch hooked"});
    let settings = serde_json::json!({
        "permissions": {"allow": ["Bash"]}, "hooks": {"SessionStart": [{"hooks": [hook]}]},
    });
    std::fs::write(folder.join("settings.json"), settings.to_string()).unwrap();
    let person = Person::default();
    let job = bench.job("Please write the report.");
    let done = bench
        .turn("claude", scripted(&bench, ""), job, &person)
        .await
        .unwrap();
    assert_eq!(done.text, "I was not allowed to.");
    assert_eq!(person.seen().asked.len(), 1);
    assert!(!bench.cwd().join("hooked").exists());
}

#[tokio::test]
async fn claude_goes_without_what_was_not_allowed() {
    let Some(bench) = claude().await else { return };
    let person = Person::default();
    let job = bench.job("Please write the report.");
    let done = bench
        .turn("claude", scripted(&bench, ""), job, &person)
        .await
        .unwrap();
    assert_eq!(done.text, "I was not allowed to.");
    assert!(!bench.cwd().join("report.txt").exists());
}

#[tokio::test]
async fn claude_goes_on_with_a_conversation_and_each_turn_costs_its_own() {
    let Some(bench) = claude().await else { return };
    let person = Person::default();
    let first = bench.job("First question.");
    let first = bench
        .turn("claude", scripted(&bench, ""), first, &person)
        .await
        .unwrap();
    let mut second = bench.job("Second question.");
    second.resume.clone_from(&first.session);
    let second = bench
        .turn("claude", scripted(&bench, ""), second, &person)
        .await
        .unwrap();
    assert_eq!(
        (first.text.as_str(), second.text.as_str()),
        ("First answer.", "Second answer.")
    );
    assert_eq!(first.session, second.session);
    assert_eq!(first.usage, second.usage);
    let asked = bench.script.asked();
    let last = asked.last().unwrap().body.to_string();
    assert!(last.contains("First answer."), "the conversation goes on");
    // One that was held elsewhere begins anew.
    let mut third = bench.job("First question.");
    third.resume = Some("11111111-1111-4111-8111-111111111111".into());
    let third = bench
        .turn("claude", scripted(&bench, ""), third, &person)
        .await
        .unwrap();
    assert_eq!(third.text, "First answer.");
}

#[tokio::test]
async fn claude_that_is_not_logged_in_or_not_there_fails_for_good_and_says_what_to_do() {
    let Some(peers) = peers("claude") else { return };
    let bench = Bench::new("claude.toml", peers).await;
    let person = Person::default();
    let job = bench.job("First question.");
    let failed = bench
        .turn("claude", scripted(&bench, ""), job, &person)
        .await
        .unwrap_err();
    assert!(failed.last, "{failed:?}");
    assert!(
        failed.reason.contains("--env ANTHROPIC_API_KEY"),
        "{}",
        failed.reason
    );
    let missing = Options {
        command: vec!["no-such-claude".into()],
        ..Options::default()
    };
    let failed = bench
        .turn("claude", missing, bench.job("x"), &person)
        .await
        .unwrap_err();
    assert!(failed.last, "{failed:?}");
    assert!(
        failed
            .reason
            .contains("npm install -g @anthropic-ai/claude-code"),
        "{}",
        failed.reason
    );
}

#[tokio::test]
async fn claude_tells_an_error_of_the_api() {
    let Some(bench) = claude().await else { return };
    let job = bench.job("Fall over.");
    let failed = bench
        .turn("claude", scripted(&bench, ""), job, &Person::default())
        .await
        .unwrap_err();
    assert!(!failed.last, "{failed:?}");
    assert!(
        failed.reason.contains("the scenario says no"),
        "{}",
        failed.reason
    );
}

#[tokio::test]
async fn claude_gives_structured_answers_where_they_are_declared() {
    let Some(bench) = claude().await else { return };
    let mut job = bench.job("Count them.");
    let schema = serde_json::json!({"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]});
    job.schema = schema.as_object().cloned();
    let done = bench
        .turn("claude", scripted(&bench, ""), job, &Person::default())
        .await
        .unwrap();
    assert_eq!(
        serde_json::Value::from(done.data.unwrap()),
        serde_json::json!({"count": 3})
    );
}

#[tokio::test]
async fn a_turn_that_is_dropped_leaves_no_process() {
    let Some(bench) = claude().await else { return };
    let person = Person::default();
    let job = bench.job("Never end.");
    let keep = job.keep.clone();
    let turn = bench.turn("claude", scripted(&bench, ""), job, &person);
    tokio::select! {
        outcome = turn => panic!("it cannot have ended: {outcome:?}"),
        () = bench.script.answered(5) => {}
    }
    keep.settled().await;
}

#[tokio::test]
async fn codex_runs_a_command_in_its_sandbox_and_tells_its_tokens() {
    let Some(bench) = codex().await else { return };
    let person = Person::default();
    let job = bench.job("Please write the report.");
    let done = bench
        .turn("codex", scripted_model(&bench), job, &person)
        .await
        .unwrap();
    assert_eq!(done.text, "The report is written.");
    assert!(
        bench.cwd().join("report.txt").exists(),
        "{:?}",
        person.seen()
    );
    assert_eq!((done.usage.tokens_in, done.usage.tokens_out), (180, 60));
    assert_eq!(
        person.seen().output.concat(),
        "I will write it.\n\nThe report is written."
    );
    assert_eq!(bench.script.unmatched(), [""; 0]);
}

#[tokio::test]
async fn codex_goes_on_with_a_conversation_and_each_turn_costs_its_own() {
    let Some(bench) = codex().await else { return };
    let person = Person::default();
    let options = || scripted_model(&bench);
    let first = bench
        .turn("codex", options(), bench.job("First question."), &person)
        .await
        .unwrap();
    let mut second = bench.job("Second question.");
    second.resume.clone_from(&first.session);
    let second = bench
        .turn("codex", options(), second, &person)
        .await
        .unwrap();
    assert_eq!(
        (first.text.as_str(), second.text.as_str()),
        ("First answer.", "Second answer.")
    );
    assert_eq!(first.usage, second.usage);
    let mut third = bench.job("First question.");
    third.resume = Some("01a1fe45-87af-7013-b70f-f990d7f4dfff+1+1".into());
    let third = bench
        .turn("codex", options(), third, &person)
        .await
        .unwrap();
    assert_eq!(third.text, "First answer.");
}

#[tokio::test]
async fn codex_tells_what_went_wrong_and_what_to_do() {
    let Some(bench) = codex().await else { return };
    let person = Person::default();
    for (question, last, words) in [
        ("Locked out.", true, "--env OPENAI_API_KEY"),
        ("Fall over.", false, "the scenario says no"),
    ] {
        let job = bench.job(question);
        let failed = bench
            .turn("codex", scripted_model(&bench), job, &person)
            .await
            .unwrap_err();
        assert!(
            failed.last == last && failed.reason.contains(words),
            "{failed:?}"
        );
    }
}
