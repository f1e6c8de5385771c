//! GitLab's events in words.

use serde_json::Value;

use super::{LINE_CHARS_MAX, Letter, Reading, Tale, at, first, line, name, said, words};

/// Commits that are listed one by one.
const COMMITS_MAX: usize = 5;

pub(super) fn read(letter: &Letter) -> Reading {
    let payload = &letter.payload;
    let place = first(
        payload,
        &[
            "project.path_with_namespace",
            "project.name",
            "group_path",
            "project_path",
            "full_path",
        ],
    );
    let who = first(
        payload,
        &[
            "user.username",
            "user_username",
            "user.name",
            "user_name",
            "name",
        ],
    );
    let who = if who.is_empty() {
        "GitLab".to_owned()
    } else {
        who
    };
    tale(letter, &who, &place).read(&format!("GitLab {place}"), &who)
}

fn tale(letter: &Letter, who: &str, place: &str) -> Tale {
    let payload = &letter.payload;
    let part = |field: &str| name(payload, &format!("object_attributes.{field}"));
    let act = match part("action").as_str() {
        "open" => "opened".to_owned(),
        "close" => "closed".to_owned(),
        "reopen" => "reopened".to_owned(),
        "update" => "updated".to_owned(),
        "merge" => "merged".to_owned(),
        "approved" | "approval" => "approved".to_owned(),
        "unapproved" | "unapproval" => "took back the approval of".to_owned(),
        "" => "touched".to_owned(),
        other => words(other),
    };
    let new = matches!(part("action").as_str(), "open");
    match letter.event.split('.').next().unwrap_or_default() {
        "push" | "tag_push" => push(payload, who, place),
        "issue" | "work_item" | "merge_request" => {
            let request = letter.event.starts_with("merge_request");
            let (what, mark) = if request {
                ("merge request", '!')
            } else {
                ("issue", '#')
            };
            let (number, title) = (part("iid"), part("title"));
            let tale = Tale::of(format!(
                "{who} {act} {what} {mark}{number} of {place}: {title}"
            ))
            .link(payload, "object_attributes.url");
            if new {
                tale.quote(payload, "object_attributes.description")
            } else {
                tale
            }
        }
        "note" => {
            let on = words(&part("noteable_type")).to_lowercase();
            let title = first(
                payload,
                &[
                    "merge_request.title",
                    "issue.title",
                    "snippet.title",
                    "commit.title",
                ],
            );
            Tale::of(format!("{who} commented on a {on} of {place}: {title}"))
                .link(payload, "object_attributes.url")
                .quote(payload, "object_attributes.note")
        }
        "pipeline" => {
            let (state, on) = (part("status"), part("ref"));
            Tale::of(format!("The pipeline on {on} of {place} is {state}"))
                .link(payload, "object_attributes.url")
        }
        "build" => {
            let (job, state) = (name(payload, "build_name"), name(payload, "build_status"));
            Tale::of(format!("The job {job} of {place} is {state}"))
        }
        "release" => {
            let called = first(payload, &["name", "tag"]);
            let act = words(said(payload, "action").unwrap_or("touch"));
            Tale::of(format!(
                "GitLab tells of release {called} of {place} ({act})"
            ))
            .link(payload, "url")
            .quote(payload, "description")
        }
        "deployment" => {
            let (to, state) = (name(payload, "environment"), name(payload, "status"));
            Tale::of(format!("The deployment of {place} to {to} is {state}"))
                .link(payload, "deployable_url")
        }
        _ => {
            let called = first(
                payload,
                &["object_attributes.title", "object_attributes.name"],
            );
            let called = if called.is_empty() {
                called
            } else {
                format!(": {called}")
            };
            let what = words(&letter.event.replace('.', " "));
            Tale::of(format!(
                "GitLab tells of {what} in {place}, by {who}{called}"
            ))
            .link(payload, "object_attributes.url")
        }
    }
}

fn push(payload: &Value, who: &str, place: &str) -> Tale {
    let whole = name(payload, "ref");
    let branch = whole
        .strip_prefix("refs/heads/")
        .or_else(|| whole.strip_prefix("refs/tags/"))
        .unwrap_or(&whole);
    let kind = if whole.starts_with("refs/tags/") {
        "tag "
    } else {
        ""
    };
    let gone = said(payload, "after").is_some_and(|after| after.bytes().all(|byte| byte == b'0'));
    let count = at(payload, "total_commits_count")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let commits = at(payload, "commits").and_then(Value::as_array);
    let sentence = match count {
        _ if gone => format!("{who} deleted {kind}{branch} of {place}"),
        0 => format!("{who} created {kind}{branch} of {place}"),
        1 => format!("{who} pushed 1 commit to {kind}{branch} of {place}"),
        _ => format!("{who} pushed {count} commits to {kind}{branch} of {place}"),
    };
    let commits = commits.into_iter().flatten().rev().take(COMMITS_MAX);
    let lines = commits.map(|commit| {
        let title = first(commit, &["title", "message"]);
        let id: String = name(commit, "id").chars().take(7).collect();
        let author = line(&name(commit, "author.name"), LINE_CHARS_MAX);
        format!("- {id} {title} ({author})")
    });
    Tale::of(sentence)
        .more(lines.collect())
        .link(payload, "project.web_url")
}

#[cfg(test)]
mod tests {
    use mesh_model::events::InletKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_follow_is_a_sentence() {
        let text = |payload: Value| read(&Letter::of(InletKind::Gitlab, "", payload)).text;
        let project = json!({"path_with_namespace": "g/p", "web_url": "https://gitlab.com/g/p"});
        let said = text(json!({
            "object_kind": "merge_request", "user": {"username": "root"}, "project": project,
            "object_attributes": {"iid": 4, "title": "Doors", "action": "open",
                "url": "https://gitlab.com/g/p/-/merge_requests/4", "description": "Opens them."},
        }));
        assert_eq!(
            said,
            "root opened merge request !4 of g/p: Doors\nhttps://gitlab.com/g/p/-/merge_requests/4\n> Opens them."
        );
        let said = text(json!({
            "object_kind": "push", "user_username": "root", "project": project, "ref": "refs/heads/main",
            "after": "da1560886d4f", "total_commits_count": 1,
            "commits": [{"id": "da1560886d4f", "title": "Fix", "author": {"name": "R"}}],
        }));
        assert_eq!(
            said,
            "root pushed 1 commit to main of g/p\n- da15608 Fix (R)\nhttps://gitlab.com/g/p"
        );
        let said = text(json!({
            "object_kind": "pipeline", "user": {"username": "root"}, "project": project,
            "object_attributes": {"ref": "main", "status": "failed"},
        }));
        assert_eq!(said, "The pipeline on main of g/p is failed");
    }
}
