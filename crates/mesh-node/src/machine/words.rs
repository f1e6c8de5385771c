//! The words of tasks, approvals, templates and shared context, as they go into an envelope.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::item::Body;

/// What people read of any of these, and the data that goes with it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Words<'a> {
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    about: Cow<'a, str>,
    #[serde(borrow)]
    prompt: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    question: Cow<'a, str>,
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// The words of an event about work, if they can be read.
pub(super) fn of_work(content: &str) -> Option<Body<'_>> {
    let words: Words<'_> = serde_json::from_str(content).ok()?;
    let parts = [
        words.title,
        words.about,
        words.prompt,
        words.text,
        words.question,
        words.reason,
    ];
    let mut parts = parts.into_iter().filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default();
    let text = parts.fold(first, |mut text, part| {
        let whole = text.to_mut();
        whole.push_str("\n\n");
        whole.push_str(&part);
        text
    });
    let payload = words.input.or(words.data).or(words.detail).or(words.value);
    Some(Body { text, payload })
}
