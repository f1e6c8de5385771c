//! Where a text comes from, as far as whoever asks the guard knows.

use std::borrow::Cow;

use crate::verdict::Reason;

/// Who or what a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// Nobody says.
    #[default]
    Unknown,
    /// A person wrote it to whoever reads it. To ask for something is what people do.
    Person,
    /// An agent wrote it.
    Agent,
    /// A tool or a plugin answered it, or it was fetched. Data gives no orders.
    Tool,
}

/// What is known of where a text comes from. Nothing of it is needed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Provenance<'a> {
    /// Who or what it comes from.
    pub source: Source,
    /// Whether its sender is trusted as those of this mesh are: an order of theirs may well be meant.
    pub trusted: bool,
    /// Hosts, addresses and accounts that the reader's owner named. None, if nobody knows which they are.
    pub named: Option<&'a [&'a str]>,
}

/// What a plain order weighs more in a tool's answer, and less from a person or from whom one trusts.
const FROM_TOOL: f32 = 0.8;
const FROM_PERSON: f32 = -0.8;
const FROM_TRUSTED: f32 = -0.6;
/// What it weighs more if it names a host, address or account that the owner never did.
const UNNAMED: f32 = 0.9;

impl Provenance<'_> {
    /// The most that it can add.
    pub(crate) fn most(&self) -> f32 {
        let tool = if self.source == Source::Tool {
            FROM_TOOL
        } else {
            0.0
        };
        tool + if self.named.is_some() { UNNAMED } else { 0.0 }
    }

    /// What the provenance adds for this part of the text. Where a strong rule holds, it takes nothing away.
    pub(crate) fn reasons(&self, text: &str, span: (usize, usize), strong: bool) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let mut add = |rule, detail, span, weight: f32| {
            if weight > 0.0 || !strong {
                reasons.push(Reason {
                    rule,
                    detail: Cow::Borrowed(detail),
                    span,
                    weight,
                });
            }
        };
        match self.source {
            Source::Tool => add(
                "from_a_tool",
                "A tool answered it: data gives no orders.",
                None,
                FROM_TOOL,
            ),
            Source::Person => add("from_a_person", "A person wrote it.", None, FROM_PERSON),
            Source::Unknown | Source::Agent => {}
        }
        if self.trusted {
            add(
                "from_trusted",
                "Its sender is trusted here.",
                None,
                FROM_TRUSTED,
            );
        }
        if let Some(named) = self.named
            && let Some((start, end)) = unnamed(text.get(span.0..span.1).unwrap_or(""), named)
        {
            let place = (span.0 + start, span.0 + end);
            add(
                "unnamed_recipient",
                "It names a recipient that the owner never named.",
                Some(place),
                UNNAMED,
            );
        }
        reasons
    }
}

/// The first host, address or account in the text that is none of those named.
fn unnamed(text: &str, named: &[&str]) -> Option<(usize, usize)> {
    let mut at = 0;
    text.split([
        ' ', '\n', '\t', '"', '\'', '<', '>', '(', ')', '[', ']', ',', ';',
    ])
    .find_map(|word| {
        let start = at;
        at += word.len() + 1;
        let bare = word.trim_end_matches(['.', ':', '!', '?']);
        let known = || {
            named
                .iter()
                .any(|name| !name.is_empty() && bare.to_lowercase().contains(&name.to_lowercase()))
        };
        (is_recipient(bare) && !known()).then_some((start, start + bare.len()))
    })
}

fn is_recipient(word: &str) -> bool {
    let mail = word
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let account = word.len() >= 15
        && word.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && word
            .bytes()
            .skip(2)
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    mail || account || word.starts_with("http://") || word.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_that_nobody_named_is_found() {
        let found = |text: &str, named: &[&str]| {
            unnamed(text, named).map(|(from, to)| text[from..to].to_owned())
        };
        let text = "write to ana@ours.example and eve@else.example.";
        assert_eq!(
            found(text, &["ours.example"]).as_deref(),
            Some("eve@else.example")
        );
        assert_eq!(found(text, &["ours.example", "eve@else.example"]), None);
        assert_eq!(
            found("see https://a.example/x", &[]).as_deref(),
            Some("https://a.example/x")
        );
        assert_eq!(
            found("pay DE00123456781234567890 now", &[]).as_deref(),
            Some("DE00123456781234567890")
        );
        assert_eq!(found("nothing @here, NAMES", &[]), None);
    }
}
