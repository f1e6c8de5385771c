//! Asking the guard what it thinks of a content.

use mesh_guard::Verdict;
use mesh_model::Refusal;
use mesh_model::api::{GuardReason, GuardVerdict};
use mesh_model::command::Scanned;
use serde_json::{Map, Value};

use crate::door::Door;

/// Longer texts are scanned where they keep no socket waiting.
const INLINE_BYTES_MAX: usize = 8 * 1024;
/// Reasons that are kept with a message; the heaviest come first.
const REASONS_MAX: usize = 8;

/// Every text of a content, one after the other: names and values of a payload are read by agents too.
pub(crate) fn texts(text: &str, payload: Option<&Map<String, Value>>) -> String {
    let mut all = text.to_owned();
    for (name, value) in payload.into_iter().flatten() {
        gather(&mut all, name, value);
    }
    all
}

fn gather(all: &mut String, name: &str, value: &Value) {
    let mut add = |text: &str| {
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(text);
    };
    if !name.is_empty() {
        add(name);
    }
    match value {
        Value::String(text) => add(text),
        Value::Array(items) => items.iter().for_each(|item| gather(all, "", item)),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| gather(all, name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

async fn ask(door: &Door, text: String) -> Result<Verdict, Refusal> {
    if text.len() <= INLINE_BYTES_MAX {
        return Ok(mesh_guard::check(&text));
    }
    door.blocking(move || mesh_guard::check(&text)).await
}

/// What the guard finds, as evidence for the core.
pub(crate) async fn scan(door: &Door, text: String) -> Result<Scanned, Refusal> {
    let verdict = ask(door, text).await?;
    let mut reasons: Vec<String> = Vec::new();
    for reason in &verdict.reasons {
        if reasons.len() < REASONS_MAX && !reasons.iter().any(|known| known == reason.rule) {
            reasons.push(reason.rule.to_owned());
        }
    }
    Ok(Scanned {
        version: mesh_guard::VERSION,
        score: percent(verdict.score),
        reasons,
    })
}

/// What the guard says to whoever asks it.
pub(crate) async fn verdict(door: &Door, text: String) -> Result<GuardVerdict, Refusal> {
    let verdict = ask(door, text).await?;
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let reasons = verdict.reasons.iter().map(|reason| GuardReason {
        rule: reason.rule.to_owned(),
        detail: reason.detail.clone().into_owned(),
        span: reason.span.map(|(from, to)| (place(from), place(to))),
    });
    let action = serde_json::to_value(verdict.action).unwrap_or_default();
    Ok(GuardVerdict {
        version: mesh_guard::VERSION,
        score: percent(verdict.score),
        action: action.as_str().unwrap_or_default().to_owned(),
        reasons: reasons.collect(),
    })
}

/// A score from 0 to 1 in percent.
fn percent(score: f32) -> u8 {
    // A float becomes the nearest number there is; what is none becomes 0.
    (score.clamp(0.0, 1.0) * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_of_a_payload_is_looked_at() {
        let payload = json!({"to": ["a", {"deep": "b"}], "n": 7, "ok": true});
        let all = texts("first", payload.as_object());
        let mut lines: Vec<_> = all.lines().collect();
        assert_eq!(lines.remove(0), "first");
        lines.sort_unstable();
        assert_eq!(lines, ["a", "b", "deep", "n", "ok", "to"]);
        assert_eq!(texts("", json!({"k": "v"}).as_object()), "k\nv");
        assert_eq!(
            (
                percent(0.5),
                percent(0.994),
                percent(7.0),
                percent(f32::NAN)
            ),
            (50, 99, 100, 0)
        );
    }
}
