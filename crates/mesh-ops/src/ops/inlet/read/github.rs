//! GitHub's events in words. Those that people follow have sentences of their own; of every other its name, what was done, by whom
//! and to what is told as GitHub calls it.

use serde_json::Value;

use super::{LINE_CHARS_MAX, Letter, Reading, Tale, at, first, line, name, said, words};

/// Commits that are listed one by one.
const COMMITS_MAX: usize = 5;

pub(super) fn read(letter: &Letter) -> Reading {
    let payload = &letter.payload;
    let place = first(
        payload,
        &[
            "repository.full_name",
            "organization.login",
            "enterprise.slug",
            "installation.account.login",
            "sponsorship.sponsorable.login",
            "marketplace_purchase.account.login",
        ],
    );
    let who = first(payload, &["sender.login", "pusher.name"]);
    let who = if who.is_empty() {
        "GitHub".to_owned()
    } else {
        who
    };
    let origin = format!("GitHub {place}");
    tale(letter, &who, &place).read(&origin, &who)
}

fn tale(letter: &Letter, who: &str, place: &str) -> Tale {
    let payload = &letter.payload;
    let family = letter.event.split('.').next().unwrap_or_default();
    match family {
        "ping" => ping(payload, place),
        "push" => push(payload, who, place),
        "pull_request" => pull_request(payload, who, place),
        "issues" => numbered(payload, "issue", "issue", who, place),
        "discussion" => numbered(payload, "discussion", "discussion", who, place),
        "issue_comment" => {
            let on_pull = at(payload, "issue.pull_request").is_some();
            let what = if on_pull { "pull request" } else { "issue" };
            comment(payload, ("issue", what), who, place)
        }
        "discussion_comment" => comment(payload, ("discussion", "discussion"), who, place),
        "pull_request_review_comment" => {
            comment(payload, ("pull_request", "pull request"), who, place)
        }
        "commit_comment" => {
            let commit = short(payload, "comment.commit_id");
            Tale::of(format!("{who} commented on commit {commit} of {place}"))
                .link(payload, "comment.html_url")
                .quote(payload, "comment.body")
        }
        "pull_request_review" => review(payload, who, place),
        "workflow_run" | "workflow_job" | "check_run" | "check_suite" => {
            run(payload, family, place)
        }
        "status" => {
            let (state, of) = (name(payload, "state"), short(payload, "sha"));
            let context = name(payload, "context");
            Tale::of(format!("{context} is {state} for commit {of} of {place}"))
                .link(payload, "target_url")
                .quote(payload, "description")
        }
        "deployment_status" => {
            let state = name(payload, "deployment_status.state");
            let to = name(payload, "deployment.environment");
            Tale::of(format!("The deployment of {place} to {to} is {state}"))
                .link(payload, "deployment_status.target_url")
                .quote(payload, "deployment_status.description")
        }
        "release" => {
            let called = first(payload, &["release.name", "release.tag_name"]);
            let act = did(payload);
            Tale::of(format!("{who} {act} release {called} of {place}"))
                .link(payload, "release.html_url")
                .quote(payload, "release.body")
        }
        "create" | "delete" => {
            let (kind, called) = (name(payload, "ref_type"), name(payload, "ref"));
            let act = if family == "create" {
                "created"
            } else {
                "deleted"
            };
            Tale::of(format!("{who} {act} {kind} {called} of {place}"))
                .link(payload, "repository.html_url")
        }
        "fork" => {
            let made = name(payload, "forkee.full_name");
            Tale::of(format!("{who} forked {place} to {made}")).link(payload, "forkee.html_url")
        }
        "star" => {
            let gone = said(payload, "action") == Some("deleted");
            let act = if gone {
                "took a star from"
            } else {
                "gave a star to"
            };
            Tale::of(format!("{who} {act} {place}")).link(payload, "repository.html_url")
        }
        _ => other(letter, who, place),
    }
}

/// What was done, as it stands between who and what.
fn did(payload: &Value) -> String {
    match said(payload, "action").unwrap_or_default() {
        "" => "touched".to_owned(),
        "synchronize" => "updated".to_owned(),
        "ready_for_review" => "marked as ready for review".to_owned(),
        "converted_to_draft" => "turned back into a draft".to_owned(),
        "review_requested" => "asked for a review of".to_owned(),
        "review_request_removed" => "no longer asks for a review of".to_owned(),
        "auto_merge_enabled" => "set to merge by itself".to_owned(),
        "auto_merge_disabled" => "no longer lets merge by itself".to_owned(),
        "enqueued" => "queued".to_owned(),
        "dequeued" => "took from the queue".to_owned(),
        other => words(other),
    }
}

fn short(payload: &Value, path: &str) -> String {
    name(payload, path).chars().take(7).collect()
}

fn ping(payload: &Value, place: &str) -> Tale {
    let to = if place.is_empty() {
        "this inlet"
    } else {
        place
    };
    Tale::of(format!("GitHub knocked for the first time, for {to}")).quote(payload, "zen")
}

fn push(payload: &Value, who: &str, place: &str) -> Tale {
    let whole = name(payload, "ref");
    let (kind, branch) = match whole.strip_prefix("refs/tags/") {
        Some(tag) => ("tag", tag),
        None => ("", whole.strip_prefix("refs/heads/").unwrap_or(&whole)),
    };
    let label = format!("{kind} {branch}");
    let label = label.trim();
    let flag = |name: &str| {
        at(payload, name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    };
    let commits = at(payload, "commits").and_then(Value::as_array);
    let count = commits.map_or(0, Vec::len);
    let sentence = match count {
        _ if flag("deleted") => format!("{who} deleted {label} of {place}"),
        0 if flag("created") => format!("{who} created {label} of {place}"),
        0 => format!("{who} moved {label} of {place}"),
        1 => format!("{who} pushed 1 commit to {label} of {place}"),
        _ => format!("{who} pushed {count} commits to {label} of {place}"),
    };
    let forced = if flag("forced") { ", by force" } else { "" };
    let mut lines: Vec<String> = commits
        .into_iter()
        .flatten()
        .take(COMMITS_MAX)
        .map(|commit| {
            let message = said(commit, "message").unwrap_or_default();
            let message = line(message.lines().next().unwrap_or_default(), LINE_CHARS_MAX);
            let author = first(commit, &["author.username", "author.name"]);
            format!("- {} {message} ({author})", short(commit, "id"))
        })
        .collect();
    if count > COMMITS_MAX {
        lines.push(format!("- and {} more", count - COMMITS_MAX));
    }
    Tale::of(format!("{sentence}{forced}"))
        .more(lines)
        .link(payload, "compare")
}

fn pull_request(payload: &Value, who: &str, place: &str) -> Tale {
    let merged = at(payload, "pull_request.merged") == Some(&Value::Bool(true));
    let closed = said(payload, "action") == Some("closed");
    let mut tale = numbered(payload, "pull_request", "pull request", who, place);
    if merged && closed {
        tale.sentence = tale.sentence.replacen(" closed ", " merged ", 1);
    }
    tale
}

/// Something that has a number and a title. What it says is quoted when that is new.
fn numbered(payload: &Value, key: &str, what: &str, who: &str, place: &str) -> Tale {
    let (number, title) = (
        name(payload, &format!("{key}.number")),
        name(payload, &format!("{key}.title")),
    );
    let act = did(payload);
    let with = first(
        payload,
        &[
            "label.name",
            "assignee.login",
            "requested_reviewer.login",
            "requested_team.name",
            "milestone.title",
        ],
    );
    let with = if with.is_empty() {
        with
    } else {
        format!(" ({with})")
    };
    let tale = Tale::of(format!(
        "{who} {act} {what} #{number} of {place}{with}: {title}"
    ))
    .link(payload, &format!("{key}.html_url"));
    match said(payload, "action") {
        Some("opened" | "edited" | "created") => tale.quote(payload, &format!("{key}.body")),
        _ => tale,
    }
}

fn comment(payload: &Value, (key, what): (&str, &str), who: &str, place: &str) -> Tale {
    let number = name(payload, &format!("{key}.number"));
    let title = name(payload, &format!("{key}.title"));
    let act = match said(payload, "action").unwrap_or("created") {
        "created" => "commented on".to_owned(),
        other => format!("{} a comment on", words(other)),
    };
    Tale::of(format!("{who} {act} {what} #{number} of {place}: {title}"))
        .link(payload, "comment.html_url")
        .quote(payload, "comment.body")
}

fn review(payload: &Value, who: &str, place: &str) -> Tale {
    let (number, title) = (
        name(payload, "pull_request.number"),
        name(payload, "pull_request.title"),
    );
    let act = match (said(payload, "action"), said(payload, "review.state")) {
        (Some("submitted"), Some("approved")) => "approved",
        (Some("submitted"), Some("changes_requested")) => "wants changes in",
        (Some("dismissed"), _) => "dismissed a review of",
        (Some("edited"), _) => "edited a review of",
        _ => "reviewed",
    };
    Tale::of(format!(
        "{who} {act} pull request #{number} of {place}: {title}"
    ))
    .link(payload, "review.html_url")
    .quote(payload, "review.body")
}

/// A run of something that has a state and, at its end, a conclusion.
fn run(payload: &Value, family: &str, place: &str) -> Tale {
    let field = |part: &str| name(payload, &format!("{family}.{part}"));
    let called = first(
        payload,
        &[
            &format!("{family}.name"),
            &format!("{family}.app.name"),
            "workflow.name",
        ],
    );
    let (state, end) = (field("status"), field("conclusion"));
    let action = words(said(payload, "action").unwrap_or_default());
    let state = match (end.is_empty(), state.is_empty()) {
        (false, _) => format!("ended: {}", words(&end)),
        (true, false) => words(&state),
        (true, true) => action,
    };
    let branch = first(
        payload,
        &[
            &format!("{family}.head_branch"),
            "check_run.check_suite.head_branch",
        ],
    );
    let on = if branch.is_empty() {
        branch
    } else {
        format!(" on {branch}")
    };
    let what = words(family);
    Tale::of(format!(
        "The {what} {called}{on} of {place} {}",
        verb(&state)
    ))
    .link(payload, &format!("{family}.html_url"))
}

fn verb(state: &str) -> String {
    if state.starts_with("ended") {
        state.to_owned()
    } else {
        format!("is {state}")
    }
}

/// As GitHub calls it.
fn other(letter: &Letter, who: &str, place: &str) -> Tale {
    let payload = &letter.payload;
    let (family, action) = letter.event.split_once('.').unwrap_or((&letter.event, ""));
    let action = if action.is_empty() {
        String::new()
    } else {
        format!(" ({})", words(action))
    };
    let within = if place.is_empty() {
        String::new()
    } else {
        format!(" in {place}")
    };
    let parts = [
        "name",
        "title",
        "full_name",
        "login",
        "slug",
        "key",
        "summary",
        "tag_name",
        "number",
        "state",
    ];
    let paths: Vec<String> = parts
        .iter()
        .map(|part| format!("{family}.{part}"))
        .collect();
    let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    paths.extend([
        "alert.rule.description",
        "alert.number",
        "member.login",
        "team.name",
        "forkee.full_name",
    ]);
    let called = first(payload, &paths);
    let called = if called.is_empty() {
        called
    } else {
        format!(": {called}")
    };
    let what = words(family);
    Tale::of(format!(
        "GitHub tells of {what}{action}{within}, by {who}{called}"
    ))
    .link(payload, &format!("{family}.html_url"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use mesh_model::events::InletKind;

    fn text(event: &str, payload: Value) -> String {
        read(&Letter::of(InletKind::Github, event, payload)).text
    }

    #[test]
    fn what_people_follow_is_a_sentence() {
        let repository =
            json!({"full_name": "octo/repo", "html_url": "https://github.com/octo/repo"});
        let sender = json!({"login": "octocat"});
        let said = text(
            "push",
            json!({
                "ref": "refs/heads/main", "repository": repository, "sender": sender, "forced": true,
                "compare": "https://github.com/octo/repo/compare/a...b",
                "commits": [{"id": "0123456789", "message": "Fix it\n\nreally", "author": {"username": "octocat"}}],
            }),
        );
        assert_eq!(
            said,
            "octocat pushed 1 commit to main of octo/repo, by force\n- 0123456 Fix it (octocat)\nhttps://github.com/octo/repo/compare/a...b"
        );
        let said = text(
            "pull_request",
            json!({
                "action": "closed", "repository": repository, "sender": sender,
                "pull_request": {"number": 7, "title": "A closed door", "merged": true, "body": "long"},
            }),
        );
        assert_eq!(
            said,
            "octocat merged pull request #7 of octo/repo: A closed door"
        );
        let said = text(
            "issues",
            json!({
                "action": "opened", "repository": repository, "sender": sender,
                "issue": {"number": 8, "title": "<img src=x>\n@everyone", "body": "line\n> quote",
                    "html_url": "javascript:alert(1)"},
            }),
        );
        assert_eq!(
            said,
            "octocat opened issue #8 of octo/repo: <img src=x> @everyone\n> line\n> > quote"
        );
        let said = text(
            "workflow_run",
            json!({
                "action": "completed", "repository": repository, "sender": sender,
                "workflow_run": {"name": "CI", "status": "completed", "conclusion": "failure", "head_branch": "main"},
            }),
        );
        assert_eq!(
            said,
            "The workflow run CI on main of octo/repo ended: failure"
        );
        let said = text(
            "label",
            json!({
                "action": "created", "repository": repository, "sender": sender, "label": {"name": "bug"},
            }),
        );
        assert_eq!(
            said,
            "GitHub tells of label (created) in octo/repo, by octocat: bug"
        );
    }
}
