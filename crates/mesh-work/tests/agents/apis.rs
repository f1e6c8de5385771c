//! The runners that ask models themselves; they need nothing but the scripted server.

use mesh_work::runner::Options;

use crate::harness::{Bench, Person};

const RUNNERS: [&str; 2] = ["anthropic", "openai"];

async fn bench() -> Bench {
    Bench::new("api.toml", "/no/programs".into()).await
}

fn options(bench: &Bench) -> Options {
    Options {
        base_url: Some(bench.script.url()),
        model: Some("scripted".into()),
        api_key: Some("scripted".into()),
        ..Options::default()
    }
}

#[tokio::test]
async fn an_answer_comes_in_pieces_and_tells_its_tokens() {
    for name in RUNNERS {
        let bench = bench().await;
        let person = Person::default();
        let job = bench.job("First question.");
        let done = bench
            .turn(name, options(&bench), job, &person)
            .await
            .unwrap();
        assert_eq!(done.text, "First answer.", "{name}");
        assert_eq!(person.seen().output, ["First ", "answer."], "{name}");
        assert_eq!(
            (done.usage.tokens_in, done.usage.tokens_out),
            (150, 20),
            "{name}"
        );
        assert_eq!(done.model.as_deref(), Some("scripted"), "{name}");
        assert!(bench.script.asked()[0].key, "{name}");
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again() {
    for name in RUNNERS {
        let bench = bench().await;
        let person = Person::default();
        let job = bench.job("Be patient.");
        let done = bench
            .turn(name, options(&bench), job, &person)
            .await
            .unwrap();
        assert_eq!(done.text, "Now.", "{name}");
        assert_eq!(bench.script.asked().len(), 3, "{name}");
        assert_eq!(person.seen().notes.len(), 2, "{name}");
    }
}

#[tokio::test]
async fn what_would_be_refused_again_fails_for_good() {
    for name in RUNNERS {
        let bench = bench().await;
        let person = Person::default();
        for (question, words) in [
            ("Locked out.", "_API_KEY"),
            ("Fall over.", "the scenario says no"),
        ] {
            let job = bench.job(question);
            let failed = bench
                .turn(name, options(&bench), job, &person)
                .await
                .unwrap_err();
            assert!(
                failed.last && failed.reason.contains(words),
                "{name}: {failed:?}"
            );
        }
        let nameless = Options {
            model: None,
            ..options(&bench)
        };
        let failed = bench
            .turn(name, nameless, bench.job("x"), &person)
            .await
            .unwrap_err();
        assert!(
            failed.last && failed.reason.contains("--model"),
            "{name}: {failed:?}"
        );
        let keyless = Options {
            model: Some("m".into()),
            ..Options::default()
        };
        let failed = bench
            .turn(name, keyless, bench.job("x"), &person)
            .await
            .unwrap_err();
        assert!(
            failed.last && failed.reason.contains("_API_KEY"),
            "{name}: {failed:?}"
        );
    }
}

#[tokio::test]
async fn a_turn_may_be_dropped_while_the_answer_comes() {
    for name in RUNNERS {
        let bench = bench().await;
        let person = Person::default();
        let turn = bench.turn(name, options(&bench), bench.job("Never end."), &person);
        tokio::select! {
            outcome = turn => panic!("{name} cannot have ended: {outcome:?}"),
            () = bench.script.answered(5) => {}
        }
    }
}
