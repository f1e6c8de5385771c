//! What was written while nothing was connected: the service's own history of the conversation.

use mesh_model::limits::LABEL_CHARS_MAX;
use serde_json::Value;

use super::api::Api;
use crate::fault::Fault;

/// Pages that are asked for at most, and what stands on one.
const PAGES_MAX: usize = 20;
const PAGE: usize = 200;
/// Threads that may have gone on meanwhile are looked for among so many messages.
const THREADS_AMONG: usize = 100;

/// The messages behind a time stamp, oldest first: those of the conversation, and those in its threads of late.
pub(super) async fn missed(api: Api, channel: String, after: String) -> Result<Vec<Value>, Fault> {
    let mut found = pages(&api, "conversations.history", &channel, &after, None).await?;
    let fields = vec![
        ("channel", channel.clone()),
        ("limit", THREADS_AMONG.to_string()),
    ];
    let recent = api.ask("conversations.history", fields).await?;
    for message in recent["messages"].as_array().into_iter().flatten() {
        let latest = message["latest_reply"].as_str().unwrap_or_default();
        if later(latest, &after)
            && let Some(thread) = message["ts"].as_str()
        {
            found.extend(
                pages(
                    &api,
                    "conversations.replies",
                    &channel,
                    &after,
                    Some(thread),
                )
                .await?,
            );
        }
    }
    let ts = |message: &Value| message["ts"].as_str().unwrap_or_default().to_owned();
    found.retain(|message| later(&ts(message), &after));
    found.sort_by_key(ts);
    found.dedup_by_key(|message| ts(message));
    Ok(found)
}

/// The time stamp of the latest message there; one before all if there is none.
pub(super) async fn latest(api: Api, channel: String) -> Result<String, Fault> {
    let fields = vec![("channel", channel), ("limit", "1".to_owned())];
    let found = api.ask("conversations.history", fields).await?;
    let ts = found["messages"][0]["ts"].as_str();
    Ok(ts.unwrap_or("0.000000").to_owned())
}

/// Whether one time stamp is later than another. They have as many digits behind the point, and before it for centuries.
pub(super) fn later(one: &str, other: &str) -> bool {
    (one.len(), one) > (other.len(), other)
}

async fn pages(
    api: &Api,
    method: &str,
    channel: &str,
    after: &str,
    thread: Option<&str>,
) -> Result<Vec<Value>, Fault> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..PAGES_MAX {
        let mut fields = vec![
            ("channel", channel.to_owned()),
            ("oldest", after.to_owned()),
            ("limit", PAGE.to_string()),
        ];
        if let Some(thread) = thread {
            fields.push(("ts", thread.to_owned()));
        }
        if !cursor.is_empty() {
            fields.push(("cursor", cursor));
        }
        let mut answer = api.ask(method, fields).await?;
        if let Value::Array(messages) = answer["messages"].take() {
            found.extend(messages);
        }
        let next = answer["response_metadata"]["next_cursor"].as_str();
        cursor = next.unwrap_or_default().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// What a user is called there, as far as it says; by its id alone if it says nothing.
pub(super) async fn name(api: Api, user: String) -> Result<String, Fault> {
    match api.ask("users.info", vec![("user", user)]).await {
        Ok(answer) => {
            let user = &answer["user"];
            let names = [
                &user["profile"]["display_name"],
                &user["profile"]["real_name"],
                &user["name"],
            ];
            let shown = names.iter().filter_map(|name| name.as_str());
            let mut shown = shown.map(|name| crate::text::name(name, LABEL_CHARS_MAX));
            Ok(shown.find(|name| !name.is_empty()).unwrap_or_default())
        }
        // Somebody of another workspace may not be looked up.
        Err(Fault::Refused(_)) => Ok(String::new()),
        Err(other) => Err(other),
    }
}
