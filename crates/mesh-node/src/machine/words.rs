//! The words of tasks, approvals, templates and shared context, as they go into an envelope.

use std::borrow::Cow;

use mesh_model::events::{Facts, GuardMark};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::item::Body;

/// What the guard found in an event's words.
pub(super) fn guard_of(facts: &Facts) -> Option<&GuardMark> {
    match facts {
        Facts::MessagePosted(facts) => facts.guard.as_ref(),
        Facts::MessageQuarantined(facts) => facts.message.guard.as_ref(),
        Facts::MessageEdited(facts) => facts.guard.as_ref(),
        Facts::TaskCreated(facts) => facts.guard.as_ref(),
        Facts::TaskProgressed(facts) => facts.guard.as_ref(),
        Facts::TaskHandedOff(facts) => facts.guard.as_ref(),
        Facts::TaskFinished(facts) => facts.guard.as_ref(),
        Facts::ApprovalRequested(facts) => facts.guard.as_ref(),
        _ => None,
    }
}

/// Whether such an event about work always has words, so that one without has lost them.
pub(super) fn always(facts: &Facts) -> bool {
    match facts {
        // The hub itself asks for second opinions, without words.
        Facts::TaskCreated(facts) => facts.plan.about.is_none(),
        // And for approval before a task begins.
        Facts::ApprovalRequested(facts) => facts.holds.is_none_or(|holds| holds.fence.is_some()),
        Facts::TaskProgressed(_) | Facts::TaskFinished(_) => true,
        Facts::MemoryKept(_) | Facts::ContextSet(_) | Facts::TemplateCreated(_) => true,
        _ => false,
    }
}

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

/// The words of an event about work; nothing for any other.
pub(super) fn of_work<'a>(facts: &Facts, content: &'a str) -> Option<Body<'a>> {
    let work = matches!(
        facts,
        Facts::TaskCreated(_)
            | Facts::TaskProgressed(_)
            | Facts::TaskHandedOff(_)
            | Facts::TaskAttemptFailed(_)
            | Facts::TaskFinished(_)
            | Facts::TaskCancelled(_)
            | Facts::TaskResolved(_)
            | Facts::TaskRedacted(_)
            | Facts::ApprovalRequested(_)
            | Facts::ApprovalDecided(_)
            | Facts::TemplateCreated(_)
            | Facts::ContextSet(_)
    );
    let words: Words<'a> = work.then(|| serde_json::from_str(content).ok()).flatten()?;
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
