//! What senders deliver, in small: to see what an inlet makes of it before anything came.

use mesh_model::Refusal;
use mesh_model::events::InletKind;
use mesh_model::refuse::invalid;
use serde_json::{Value, json};

use super::letter::Knock;

/// The sample of this event; the first of the kind if none is named.
pub(super) fn of(kind: InletKind, event: Option<&str>) -> Result<Knock, Refusal> {
    let mut all = all(kind);
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    let place = match event {
        None => Some(0),
        Some(event) => names.iter().position(|name| *name == event),
    };
    let Some(place) = place else {
        return Err(invalid(
            format!(
                "there is no sample of this event; there are {}",
                names.join(", ")
            ),
            "name one of them, or send a payload of your own",
        ));
    };
    let (event, payload) = all.swap_remove(place);
    Ok(Knock::sample(kind, event, &payload))
}

fn all(kind: InletKind) -> Vec<(&'static str, Value)> {
    match kind {
        InletKind::Github => github(),
        InletKind::Gitlab => gitlab(),
        InletKind::UptimeKuma => {
            let monitor = json!({"name": "shop", "url": "https://shop.example.org"});
            let beat = |status, msg| json!({"heartbeat": {"status": status, "msg": msg}, "monitor": monitor, "msg": msg});
            vec![
                ("down", beat(0, "connect ETIMEDOUT")),
                ("up", beat(1, "200 - OK")),
            ]
        }
        InletKind::Sentry => vec![(
            "issue",
            json!({"action": "created", "actor": {"type": "application", "name": "Sentry"}, "data": {"issue": {
                "title": "TypeError: x is not a function", "culprit": "app/main.js",
                "web_url": "https://sentry.example.org/issues/1", "project": {"slug": "web"}}}}),
        )],
        InletKind::Stripe => vec![(
            "invoice.paid",
            json!({"id": "evt_1", "object": "event", "type": "invoice.paid",
                "data": {"object": {"id": "in_1", "amount_paid": 4200, "currency": "eur"}}}),
        )],
        InletKind::Standard | InletKind::Generic => vec![(
            "backup.finished",
            json!({"type": "backup.finished", "title": "The nightly backup", "text": "It took 4 minutes."}),
        )],
    }
}

fn github() -> Vec<(&'static str, Value)> {
    let repository =
        json!({"full_name": "octo/parser", "html_url": "https://github.com/octo/parser"});
    let sender = json!({"login": "octocat"});
    let with = |mut payload: Value| {
        payload["repository"] = repository.clone();
        payload["sender"] = sender.clone();
        payload
    };
    vec![
        (
            "push",
            with(json!({"ref": "refs/heads/main",
                "compare": "https://github.com/octo/parser/compare/1a2b3c4d5e6f...7a8b9c0d1e2f",
                "commits": [{"id": "7a8b9c0d1e2f", "message": "Read numbers with a sign",
                    "author": {"name": "Mona", "username": "octocat"}}]})),
        ),
        (
            "pull_request",
            with(
                json!({"action": "opened", "pull_request": {"number": 12, "title": "Numbers with a sign",
                "html_url": "https://github.com/octo/parser/pull/12", "body": "Closes #11."}}),
            ),
        ),
        (
            "issues",
            with(
                json!({"action": "opened", "issue": {"number": 11, "title": "-1 is refused",
                "html_url": "https://github.com/octo/parser/issues/11", "body": "It says: no number."}}),
            ),
        ),
        (
            "workflow_run",
            with(
                json!({"action": "completed", "workflow_run": {"name": "CI", "status": "completed",
                "conclusion": "failure", "head_branch": "main",
                "html_url": "https://github.com/octo/parser/actions/runs/1"}}),
            ),
        ),
    ]
}

fn gitlab() -> Vec<(&'static str, Value)> {
    let project = json!({"path_with_namespace": "group/parser", "web_url": "https://gitlab.example.org/group/parser"});
    vec![
        (
            "push",
            json!({"object_kind": "push", "ref": "refs/heads/main", "user_username": "root",
                "after": "7a8b9c0d1e2f", "project": project, "total_commits_count": 1,
                "commits": [{"id": "7a8b9c0d1e2f", "title": "Read numbers with a sign", "author": {"name": "Root"}}]}),
        ),
        (
            "merge_request",
            json!({"object_kind": "merge_request", "user": {"username": "root"}, "project": project,
                "object_attributes": {"iid": 12, "title": "Numbers with a sign", "action": "open",
                    "url": "https://gitlab.example.org/group/parser/-/merge_requests/12"}}),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::inlet::letter::Letter;
    use crate::ops::inlet::read::read;

    #[test]
    fn every_kind_has_a_sample_that_reads_well() {
        for kind in InletKind::ALL {
            for (event, _) in all(kind) {
                let letter = Letter::open(kind, &of(kind, Some(event)).unwrap()).unwrap();
                let reading = read(kind, &letter);
                assert!(letter.event.starts_with(event), "{event}: {}", letter.event);
                assert!(reading.text.len() > 12, "{event}: {}", reading.text);
                assert!(!reading.origin.is_empty() && !reading.sender.is_empty());
            }
            assert!(of(kind, None).is_ok());
            assert!(of(kind, Some("nothing-like-it")).is_err());
        }
    }
}
