//! Every declared example succeeds, and no secret of the walk is in the log or the view.

use std::path::Path;

use crate::house::{ByDoor, House};
use mesh_model::ops;
use mesh_ops::testing::{Fixture, Normal, PASSWORD};
use serde_json::Value;

#[tokio::test]
async fn every_example_succeeds_with_its_declared_status() {
    let house = House::start().await;
    let mut surface = ByDoor(&house);
    let fixture = Fixture::prepare(&mut surface, &house.owner).await;
    let steps = fixture.walk(&mut surface).await;
    for (step, declaration) in steps.iter().zip(ops::all()) {
        assert_eq!(
            step.status, declaration.status,
            "{}: {}",
            step.name, step.body
        );
    }
    assert_eq!(steps.len(), ops::all().count());
}

#[tokio::test]
async fn every_answer_is_what_the_openapi_document_says() {
    let house = House::start().await;
    let mut surface = ByDoor(&house);
    let fixture = Fixture::prepare(&mut surface, &house.owner).await;
    let steps = fixture.walk(&mut surface).await;
    let document = mesh_ops::openapi();
    for (step, declaration) in steps.iter().zip(ops::all()) {
        let method = declaration.method.name().to_ascii_lowercase();
        let operation = &document["paths"][declaration.path][method];
        let answer =
            &operation["responses"][step.status.to_string()]["content"]["application/json"];
        let mut schema = answer["schema"].clone();
        assert!(schema.is_object(), "{}", step.name);
        schema["components"] = document["components"].clone();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<_> = validator
            .iter_errors(&step.body)
            .map(|fault| fault.to_string())
            .collect();
        assert!(
            faults.is_empty(),
            "{}: {faults:?} in {}",
            step.name,
            step.body
        );
    }
}

#[tokio::test]
async fn two_runs_give_the_same_answers() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let house = House::start().await;
        let mut surface = ByDoor(&house);
        let fixture = Fixture::prepare(&mut surface, &house.owner).await;
        let mut normal = Normal::default();
        let steps = fixture.walk(&mut surface).await;
        runs.push(
            steps
                .iter()
                // A report sums up how long things took.
                .filter(|step| step.name != "report.get")
                .map(|step| (step.name, normal.form(&step.body)))
                .collect::<Vec<_>>(),
        );
    }
    for (first, second) in runs[0].iter().zip(&runs[1]) {
        assert_eq!(first, second);
    }
}

#[tokio::test]
async fn secrets_are_in_no_log_and_no_view() {
    let house = House::start().await;
    let mut surface = ByDoor(&house);
    let fixture = Fixture::prepare(&mut surface, &house.owner).await;
    let steps = fixture.walk(&mut surface).await;
    let mut secrets = vec![
        house.owner.clone(),
        fixture.ana.clone(),
        fixture.rex.clone(),
    ];
    secrets.extend([PASSWORD.to_owned(), "battery horse correct".to_owned()]);
    secrets.extend(fixture.names["$code"].as_str().map(str::to_owned));
    for step in &steps {
        let found = ["token", "code", "secret", "url"]
            .iter()
            .filter_map(|field| step.body.get(field)?.as_str());
        secrets.extend(found.map(str::to_owned));
        if let Some(link) = step.body.get("path").and_then(Value::as_str) {
            secrets.extend(link.rsplit(['=', '/']).next().map(str::to_owned));
        }
    }
    assert!(
        secrets.len() > 8 && secrets.iter().all(|secret| secret.len() >= 20),
        "{secrets:?}"
    );
    // Started once more, so that what a start writes is looked at too; then stopped, so that nothing
    // appears or goes while it is read.
    let home = house.restart().await.stop().await;
    let mut read = 0;
    files(home.path(), &mut |path| {
        if path.ends_with("owner.token")
            || path.extension().is_none_or(|end| end == "sock") && path.ends_with("lock")
        {
            return;
        }
        let bytes = std::fs::read(path).unwrap();
        read += bytes.len();
        for secret in &secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", path.display());
        }
    });
    assert!(read > 10_000, "the walk left only {read} bytes");
}

fn files(dir: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, visit)
        } else {
            visit(&path)
        }
    }
}
