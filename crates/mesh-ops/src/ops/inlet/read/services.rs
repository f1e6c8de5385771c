//! Sentry, Uptime Kuma and every other program in words.

use mesh_model::events::InletKind;
use serde_json::Value;

use super::{Letter, Reading, Tale, first, lines, name, quoted, said, words};

pub(super) fn sentry(letter: &Letter) -> Reading {
    let payload = &letter.payload;
    let project = first(
        payload,
        &[
            "data.issue.project.slug",
            "data.event.project_name",
            "data.error.project",
            "data.project_slug",
            "data.event.project",
        ],
    );
    let title = first(
        payload,
        &[
            "data.issue.title",
            "data.event.title",
            "data.error.title",
            "data.description_title",
            "data.metric_alert.title",
        ],
    );
    let rule = first(
        payload,
        &["data.triggered_rule", "data.metric_alert.alert_rule.name"],
    );
    let (family, action) = letter.event.split_once('.').unwrap_or((&letter.event, ""));
    let what = match (family, action) {
        ("event_alert", _) if !rule.is_empty() => format!("The alert {rule} was triggered"),
        ("metric_alert", action) => format!("The alert {rule} is {}", words(action)),
        ("issue", action) => format!("The issue was {}", words(action)),
        ("error", _) => "An error happened".to_owned(),
        (family, "") => format!("Sentry tells of {}", words(family)),
        (family, action) => format!("Sentry tells of {} ({})", words(family), words(action)),
    };
    let place = if project.is_empty() {
        String::new()
    } else {
        format!(" in {project}")
    };
    let about = if title.is_empty() {
        title
    } else {
        format!(": {title}")
    };
    let culprit = first(
        payload,
        &[
            "data.issue.culprit",
            "data.event.culprit",
            "data.error.culprit",
        ],
    );
    let mut tale = Tale::of(format!("{what}{place}{about}"));
    if !culprit.is_empty() {
        tale = tale.more(vec![format!("in {culprit}")]);
    }
    let links = [
        "data.issue.web_url",
        "data.issue.permalink",
        "data.event.web_url",
        "data.error.web_url",
        "data.web_url",
    ];
    let link = links.into_iter().find(|path| said(payload, path).is_some());
    let who = first(payload, &["actor.name"]);
    let who = if who.is_empty() {
        "Sentry".to_owned()
    } else {
        who
    };
    let tale = tale.link(payload, link.unwrap_or_default());
    tale.read(&format!("Sentry {project}"), &who)
}

pub(super) fn kuma(letter: &Letter) -> Reading {
    let payload = &letter.payload;
    let monitor = name(payload, "monitor.name");
    let sentence = match (letter.event.as_str(), monitor.as_str()) {
        ("down", monitor) => format!("{monitor} is down"),
        ("up", monitor) => format!("{monitor} is up again"),
        ("pending", monitor) => format!("{monitor} may be down"),
        ("maintenance", monitor) => format!("{monitor} is under maintenance"),
        _ => "Uptime Kuma says something".to_owned(),
    };
    let why = first(payload, &["heartbeat.msg", "msg"]);
    let mut tale = Tale::of(sentence).link(payload, "monitor.url");
    tale.quote = quoted(&why);
    let sender = if monitor.is_empty() {
        "Uptime Kuma"
    } else {
        &monitor
    };
    tale.read("Uptime Kuma", sender)
}

/// What a program says by itself, or what it sent.
pub(super) fn any(kind: InletKind, letter: &Letter) -> Reading {
    let payload = &letter.payload;
    let own = first(payload, &["title", "subject", "summary", "name"]);
    let body = ["text", "message", "content", "body", "description"]
        .into_iter()
        .find_map(|path| said(payload, path))
        .unwrap_or_default();
    let origin = first(payload, &["source", "service", "origin"]);
    let origin = match (origin.is_empty(), kind) {
        (false, _) => origin,
        (true, InletKind::Stripe) => "Stripe".to_owned(),
        (true, _) => "webhook".to_owned(),
    };
    let sender = first(payload, &["sender", "user.name", "user", "actor", "from"]);
    let sender = if sender.is_empty() {
        origin.clone()
    } else {
        sender
    };
    let about = if own.is_empty() {
        own
    } else {
        format!(": {own}")
    };
    let mut tale = Tale::of(format!("{}{about}", letter.event)).link(payload, "url");
    tale.quote = match (body.is_empty(), payload) {
        (false, _) => quoted(body),
        (true, Value::Null) => String::new(),
        (true, payload) => quoted(&lines(&payload.to_string(), super::QUOTE_CHARS_MAX)),
    };
    tale.read(&origin, &sender)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_say_what_is_the_matter() {
        let down = json!({"heartbeat": {"status": 0, "msg": "timeout"}, "monitor": {"name": "shop", "url": "https://shop.example"}});
        let read = kuma(&Letter::of(InletKind::UptimeKuma, "", down));
        assert_eq!(read.text, "shop is down\nhttps://shop.example\n> timeout");
        let created = json!({"action": "created", "data": {"issue": {
            "title": "TypeError: x", "culprit": "app/main.py", "project": {"slug": "web"},
            "web_url": "https://sentry.io/i/1"}}, "actor": {"name": "Sentry"}});
        let read = sentry(&Letter::of(InletKind::Sentry, "issue", created));
        assert_eq!(
            read.text,
            "The issue was created in web: TypeError: x\nin app/main.py\nhttps://sentry.io/i/1"
        );
        let paid = json!({"id": "evt_1", "type": "invoice.paid", "data": {"n": 1}});
        let read = any(InletKind::Stripe, &Letter::of(InletKind::Stripe, "", paid));
        assert!(read.text.starts_with("invoice.paid\n> {"), "{}", read.text);
        assert_eq!(read.origin, "Stripe");
        let told = json!({"title": "Backup", "text": "It is done.\nAll of it."});
        let read = any(
            InletKind::Generic,
            &Letter::of(InletKind::Generic, "", told),
        );
        assert_eq!(read.text, "delivery: Backup\n> It is done.\n> All of it.");
    }
}
