//! Asking the guard what it thinks of a content.

use mesh_core::Access;
use mesh_guard::{Provenance, Source, Verdict};
use mesh_model::api::{GuardReason, GuardVerdict};
use mesh_model::command::Scanned;
use mesh_model::events::{Kind, Trust};
use mesh_model::policy::GuardRules;
use mesh_model::{ParticipantId, Refusal, refuse};
use serde_json::{Map, Value};

use crate::door::Door;

/// Longer texts are scanned where they keep no socket waiting.
const INLINE_BYTES_MAX: usize = 8 * 1024;
/// Reasons that are kept with a message; the heaviest come first.
const REASONS_MAX: usize = 8;
/// Shorter texts tell nobody to do anything.
const PART_BYTES_MIN: usize = 16;

/// Where a content comes from, as far as the door knows. By default nobody knows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Origin {
    source: Source,
    trusted: bool,
}

impl Origin {
    /// A tool's answer.
    pub fn tool() -> Origin {
        Origin {
            source: Source::Tool,
            trusted: false,
        }
    }

    /// What a participant says with this trust. Below that of this node nothing counts in its favour: who somebody is was not
    /// proved here.
    pub fn said(access: &Access, who: ParticipantId, trust: Trust) -> Origin {
        let trusted = trust >= Trust::Local;
        let source = match access.participant(who).map(|found| found.kind) {
            Some(Kind::Human) if trusted => Source::Person,
            Some(Kind::Agent | Kind::Bot) => Source::Agent,
            _ => Source::Unknown,
        };
        Origin { source, trusted }
    }

    fn provenance(self) -> Provenance<'static> {
        Provenance {
            source: self.source,
            trusted: self.trusted,
            named: None,
        }
    }
}

/// The texts of a content. Names and values of a payload are read by agents too.
pub(crate) struct Texts {
    /// All of them, one after the other: an attack may be spread over several.
    whole: String,
    /// Each that is long enough to be an attack by itself: harmless ones around it must not hide it.
    parts: Vec<String>,
}

impl Texts {
    pub fn of(text: &str, payload: Option<&Map<String, Value>>) -> Texts {
        let mut texts = Texts {
            whole: text.to_owned(),
            parts: Vec::new(),
        };
        let Some(payload) = payload else {
            return texts;
        };
        texts.parts.push(text.to_owned());
        for (name, value) in payload {
            texts.gather(name, value);
        }
        texts.parts.retain(|part| part.len() >= PART_BYTES_MIN);
        texts
    }

    fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.whole.is_empty() {
            self.whole.push('\n');
        }
        self.whole.push_str(text);
        self.parts.push(text.to_owned());
    }

    fn gather(&mut self, name: &str, value: &Value) {
        self.add(name);
        match value {
            Value::String(text) => self.add(text),
            Value::Array(items) => items.iter().for_each(|item| self.gather("", item)),
            Value::Object(fields) => {
                fields
                    .iter()
                    .for_each(|(name, value)| self.gather(name, value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn bytes(&self) -> usize {
        self.whole.len() + self.parts.iter().map(String::len).sum::<usize>()
    }

    /// The worst that there is to say.
    fn check(&self, origin: Origin) -> Verdict {
        let provenance = origin.provenance();
        let mut worst = mesh_guard::check_from(&self.whole, &provenance);
        for part in &self.parts {
            let verdict = mesh_guard::check_from(part, &provenance);
            if verdict.score > worst.score {
                worst = verdict;
            }
        }
        worst
    }
}

async fn ask(door: &Door, texts: Texts, origin: Origin) -> Result<Verdict, Refusal> {
    if texts.bytes() <= INLINE_BYTES_MAX {
        return Ok(texts.check(origin));
    }
    door.blocking(move || texts.check(origin)).await
}

/// What the guard finds, as evidence for the core.
pub(crate) async fn scan(
    door: &Door,
    text: &str,
    payload: Option<&Map<String, Value>>,
    origin: Origin,
) -> Result<Scanned, Refusal> {
    let verdict = ask(door, Texts::of(text, payload), origin).await?;
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

/// Refuses a text that would wait for a moderator elsewhere, for what no moderator looks through.
pub(crate) async fn refuse_attack(door: &Door, text: &str) -> Result<(), Refusal> {
    let scanned = scan(door, text, None, Origin::default()).await?;
    if scanned.score >= GuardRules::default().quarantine {
        Err(refuse::attack(scanned.score, &scanned.reasons))
    } else {
        Ok(())
    }
}

/// What the guard says to whoever asks it.
pub(crate) async fn verdict(
    door: &Door,
    text: String,
    origin: Origin,
) -> Result<GuardVerdict, Refusal> {
    let verdict = ask(door, Texts::of(&text, None), origin).await?;
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
        let texts = Texts::of("first", payload.as_object());
        let mut lines: Vec<_> = texts.whole.lines().collect();
        assert_eq!(lines.remove(0), "first");
        lines.sort_unstable();
        assert_eq!(lines, ["a", "b", "deep", "n", "ok", "to"]);
        assert_eq!(texts.parts, Vec::<String>::new());
        let long = json!({"k": "a text that could be one"});
        let texts = Texts::of("", long.as_object());
        assert_eq!(
            (texts.whole.as_str(), texts.parts.len()),
            ("k\na text that could be one", 1)
        );
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
