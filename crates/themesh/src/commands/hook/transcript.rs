//! What Claude Code wrote down of a conversation, as far as it proves that a model read something.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// What a transcript says of tags.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// They are in the conversation, and no model has answered since.
    pub placed: BTreeSet<String>,
    /// A model answered with them in the conversation; in which answer.
    pub read: BTreeMap<String, String>,
    /// Whether a model has answered since the oldest was handed: what does not stand there then did not get in.
    pub answered: bool,
}

/// A line, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(default, rename = "type")]
    kind: String,
    /// Whether it belongs to a subagent, whose requests do not have the conversation.
    #[serde(default)]
    is_sidechain: bool,
    /// The program writes a failed request down as an answer.
    #[serde(default)]
    is_api_error_message: bool,
    attachment: Option<Attachment>,
    message: Option<Answer>,
}

#[derive(Debug, Deserialize)]
struct Attachment {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    content: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    id: String,
    #[serde(default)]
    model: String,
}

/// Looks for tags in a part of a transcript. An answer comes in several lines of one id, and tools run between them: only
/// an answer that began after a tag proves something of it. The first byte of the text is `before` ahead of where the oldest
/// was handed.
pub fn look(text: &str, before: usize, tags: &BTreeSet<String>) -> Seen {
    let mut seen = Seen::default();
    let mut answers = BTreeSet::new();
    let mut place = 0;
    for line in text.split_inclusive('\n') {
        let is_later = place >= before;
        place += line.len();
        // The last line may be half written, and other kinds have other shapes.
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            continue;
        };
        if line.is_sidechain {
            continue;
        }
        if let ("attachment", Some(attachment)) = (line.kind.as_str(), &line.attachment) {
            seen.placed.extend(standing(attachment, tags));
        } else if let ("assistant", Some(answer)) = (line.kind.as_str(), line.message)
            && !line.is_api_error_message
            && answer.model != "<synthetic>"
            && !answer.id.is_empty()
            && answers.insert(answer.id.clone())
        {
            seen.answered |= is_later;
            let placed = std::mem::take(&mut seen.placed);
            for tag in placed {
                seen.read.entry(tag).or_insert_with(|| answer.id.clone());
            }
        }
    }
    seen
}

/// The tags in what a hook put into the conversation.
fn standing(attachment: &Attachment, tags: &BTreeSet<String>) -> Vec<String> {
    if attachment.kind != "hook_additional_context" {
        return Vec::new();
    }
    let text = attachment.content.to_string();
    let stands = |tag: &&String| text.contains(&format!("[mesh:{tag}]"));
    tags.iter().filter(stands).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACED: &str = r#"{"type":"attachment","isSidechain":false,"attachment":{"type":"hook_additional_context","content":["[mesh:m1.aa] hi"]}}"#;

    fn answer(id: &str) -> String {
        format!(r#"{{"type":"assistant","message":{{"id":"{id}","model":"m"}}}}"#)
    }

    fn look_at(lines: &[&str]) -> Seen {
        look(&lines.join("\n"), 0, &BTreeSet::from(["m1.aa".to_owned()]))
    }

    #[test]
    fn only_an_answer_that_began_later_is_a_proof() {
        let (one, two) = (answer("one"), answer("two"));
        let seen = look_at(&[&one, PLACED, &one]);
        assert!(seen.placed.contains("m1.aa") && seen.read.is_empty());
        let seen = look_at(&[&one, PLACED, &one, &two]);
        assert_eq!(seen.read["m1.aa"], "two");
        assert!(seen.placed.is_empty());
    }

    #[test]
    fn failures_subagents_and_words_of_others_are_no_proof() {
        let failed = r#"{"type":"assistant","isApiErrorMessage":true,"message":{"id":"e","model":"<synthetic>"}}"#;
        let aside = r#"{"type":"assistant","isSidechain":true,"message":{"id":"s","model":"m"}}"#;
        let cut = r#"{"type":"assistant","message":{"id":"c","#;
        let seen = look_at(&[PLACED, failed, aside, cut]);
        assert!(seen.placed.contains("m1.aa") && seen.read.is_empty());
        // Standing in a result of a tool or in what the person wrote it is not what a hook put there.
        let said = r#"{"type":"user","message":{"content":"[mesh:m1.aa] hi"}}"#;
        let seen = look_at(&[said, &answer("one")]);
        assert!(seen.placed.is_empty() && seen.read.is_empty() && seen.answered);
    }

    #[test]
    fn an_answer_before_the_handing_says_nothing_of_it() {
        let text = format!("{}\n", answer("one"));
        let tags = BTreeSet::from(["m1.aa".to_owned()]);
        assert!(!look(&text, text.len(), &tags).answered);
        let both = text.clone() + &answer("two");
        assert!(look(&both, text.len(), &tags).answered);
    }
}
