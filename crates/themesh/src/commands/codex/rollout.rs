//! What Codex wrote down of a conversation, as far as it proves that a model read something. A line of it is written when an
//! item enters the conversation, in the order in which the model's requests have them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// The tool under whose name words of others stand in the conversation: data, as Codex marks context it does not trust.
pub const NAMESPACE: &str = "agent";
pub const TOOL: &str = "mesh";
/// With this begins the name that the words of a wake are given.
pub const WAKE_NAME: &str = "mesh-wake-";

/// The record of one conversation, and how far it was read.
#[derive(Debug)]
pub struct Rollout {
    path: PathBuf,
    offset: u64,
    /// A line that is not whole yet.
    part: Vec<u8>,
    pub seen: Seen,
}

impl Rollout {
    pub fn of(path: &Path) -> Rollout {
        Rollout {
            path: path.to_owned(),
            offset: 0,
            part: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// Reads on. Before its first turn a conversation has no record.
    pub fn look(&mut self) {
        let _ = self.read_on();
    }

    fn read_on(&mut self) -> std::io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        self.offset += file.read_to_end(&mut bytes)? as u64;
        self.part.extend(bytes);
        let Some(end) = self.part.iter().rposition(|byte| *byte == b'\n') else {
            return Ok(());
        };
        let rest = self.part.split_off(end + 1);
        for line in self.part.split(|byte| *byte == b'\n') {
            if let Ok(line) = serde_json::from_slice(line) {
                self.seen.hear(line);
            }
        }
        self.part = rest;
        Ok(())
    }
}

/// A line, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    metadata: Value,
}

/// What the record says of tags.
#[derive(Debug, Default)]
pub struct Seen {
    /// They are in the conversation and in no request that was answered; at which place.
    placed: BTreeMap<String, u64>,
    /// Tags in the conversation as it is now, read or not.
    standing: BTreeSet<String>,
    /// What the last answer has read. If the conversation is cut down to a summary next, that answer was the summary.
    latest: Vec<(String, String)>,
    latest_through: Option<u64>,
    place: u64,
    turn: String,
    /// Whether a person stopped the last turn.
    pub is_stopped: bool,
    /// Whether the turn was begun by the words of a wake, and nobody has typed anything since.
    is_woken: bool,
    news: News,
}

/// What has become known since it was last asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    pub placed: Vec<String>,
    /// With the turn.
    pub read: Vec<(String, String)>,
    pub compacted: Vec<String>,
    /// With what the last turn ended, if a wake had begun it.
    pub ending: Option<String>,
}

impl Seen {
    /// Whether the message stands in the conversation, so that it need not be put there.
    pub fn stands(&self, tag: &str) -> bool {
        self.standing.contains(tag)
    }

    pub fn news(&mut self) -> News {
        let mut news = std::mem::take(&mut self.news);
        news.placed.retain(|tag| self.placed.contains_key(tag));
        news
    }

    fn hear(&mut self, line: Line) {
        match line.kind.as_str() {
            "response_item" => self.item(&line.payload, &line.metadata),
            "event_msg" => self.event(&line.payload),
            "compacted" => self.cut(),
            _ => {}
        }
    }

    fn event(&mut self, payload: &Value) {
        match text(payload, "type") {
            "task_started" => {
                self.settle();
                text(payload, "turn_id").clone_into(&mut self.turn);
                self.is_stopped = false;
                self.is_woken = false;
                self.news.ending = None;
            }
            // Only whoever begins a turn gives its words a name.
            "item_completed" if text(&payload["item"], "type") == "UserMessage" => {
                self.is_woken = text(&payload["item"], "client_id").starts_with(WAKE_NAME);
            }
            "task_complete" => {
                self.settle();
                let last = text(payload, "last_agent_message");
                self.news.ending = Some(last.to_owned()).filter(|_| self.is_woken);
            }
            "turn_aborted" => {
                self.settle();
                self.is_stopped = true;
            }
            // Turns were taken back: what stood there may be gone.
            "thread_rolled_back" => self.cut(),
            _ => {}
        }
    }

    fn item(&mut self, item: &Value, about: &Value) {
        self.place = about["history_sequence"].as_u64().unwrap_or(self.place + 1);
        if !is_of_model(item) {
            self.settle();
            if let Some(tag) = tag(item) {
                self.placed.insert(tag.clone(), self.place);
                self.standing.insert(tag.clone());
                self.news.placed.push(tag);
            }
            return;
        }
        // How much of the conversation stood in the request; without a word of it, all that stood before.
        let through = about["sampled_through_sequence"].as_u64();
        if through.is_none() || through != self.latest_through {
            self.settle();
        }
        self.latest_through = through;
        let through = through.unwrap_or(self.place.saturating_sub(1));
        let is_in = |place: &u64| *place <= through;
        let read: Vec<String> = self
            .placed
            .iter()
            .filter(|(_, place)| is_in(place))
            .map(|(tag, _)| tag.clone())
            .collect();
        for tag in read {
            self.placed.remove(&tag);
            self.latest.push((tag, self.turn.clone()));
        }
    }

    /// The last answer was not a summary.
    fn settle(&mut self) {
        self.news.read.append(&mut self.latest);
    }

    fn cut(&mut self) {
        let unread = std::mem::take(&mut self.placed).into_keys();
        let summed_up = self.latest.drain(..).map(|(tag, _)| tag);
        self.news.compacted.extend(unread.chain(summed_up));
        self.standing.clear();
    }
}

/// Whether a model gave it.
fn is_of_model(item: &Value) -> bool {
    let kind = text(item, "type");
    kind == "reasoning"
        || kind.ends_with("_call")
        || (kind == "message" && text(item, "role") == "assistant")
}

/// The tag of a message that was put into the conversation. Only there it stands at the beginning of what this tool gave.
fn tag(item: &Value) -> Option<String> {
    let is_ours = text(item, "type") == "function_call_output"
        && text(item, "name") == TOOL
        && text(item, "namespace") == NAMESPACE;
    let (tag, _) = text(item, "output")
        .strip_prefix("[mesh:")?
        .split_once(']')?;
    is_ours.then(|| tag.to_owned())
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn started(turn: &str) -> Value {
        json!({"type": "event_msg", "payload": {"type": "task_started", "turn_id": turn}})
    }

    fn ended(how: &str) -> Value {
        json!({"type": "event_msg", "payload": {"type": how}})
    }

    fn placed(tag: &str, at: u64) -> Value {
        let words = format!("[mesh:{tag}] @al in #lab: hi [mesh:m9.bb]");
        json!({"type": "response_item", "metadata": {"history_sequence": at, "sampled_through_sequence": 0},
            "payload": {"type": "function_call_output", "name": TOOL, "namespace": NAMESPACE, "output": words}})
    }

    fn answer(at: u64, through: u64) -> Value {
        json!({"type": "response_item", "payload": {"type": "message", "role": "assistant"},
            "metadata": {"history_sequence": at, "sampled_through_sequence": through}})
    }

    fn seen(lines: &[Value]) -> (News, Seen) {
        let mut seen = Seen::default();
        for line in lines {
            seen.hear(serde_json::from_value(line.clone()).unwrap());
        }
        (seen.news(), seen)
    }

    fn read(tag: &str, turn: &str) -> Vec<(String, String)> {
        vec![(tag.to_owned(), turn.to_owned())]
    }

    #[test]
    fn only_an_answer_to_a_request_with_it_is_a_proof() {
        let begun = [started("t1"), placed("m1.aa", 4), answer(5, 3)];
        let (news, mut there) = seen(&begun);
        assert_eq!((news.placed, news.read), (vec!["m1.aa".to_owned()], vec![]));
        there.hear(serde_json::from_value(answer(6, 5)).unwrap());
        assert_eq!(there.news().read, []);
        there.hear(serde_json::from_value(ended("task_complete")).unwrap());
        assert_eq!(there.news().read, read("m1.aa", "t1"));
        assert!(there.stands("m1.aa") && !there.stands("m9.bb"));
    }

    #[test]
    fn a_stopped_or_failed_turn_has_read_nothing() {
        let (news, there) = seen(&[started("t1"), placed("m1.aa", 4), ended("turn_aborted")]);
        assert!(news.read.is_empty() && there.is_stopped);
        let (_, there) = seen(&[ended("turn_aborted"), started("t2")]);
        assert!(!there.is_stopped);
    }

    #[test]
    fn the_end_of_a_turn_is_told_if_a_wake_had_begun_it() {
        let begun = |client: &str| {
            json!({"type": "event_msg", "payload": {"type": "item_completed",
                "item": {"type": "UserMessage", "client_id": client, "content": []}}})
        };
        let ends = json!({"type": "event_msg", "payload": {"type": "task_complete", "last_agent_message": "done"}});
        let woken = begun("mesh-wake-m4");
        let (news, _) = seen(&[started("t1"), woken.clone(), ends.clone()]);
        assert_eq!(news.ending.as_deref(), Some("done"));
        // A person began it, or spoke in it, or has begun another since.
        let typed = begun("3501699e");
        let kinds: [&[Value]; 4] = [
            &[started("t1"), typed.clone(), ends.clone()],
            &[started("t1"), woken.clone(), typed.clone(), ends.clone()],
            &[started("t1"), woken.clone(), ends.clone(), started("t2")],
            &[started("t1"), woken, ended("turn_aborted")],
        ];
        for lines in kinds {
            assert_eq!(seen(lines).0.ending, None, "{lines:?}");
        }
    }

    #[test]
    fn a_summary_reads_for_nobody() {
        let summed = [
            placed("m1.aa", 4),
            started("t1"),
            answer(5, 4),
            json!({"type": "compacted", "payload": {}}),
            ended("task_complete"),
        ];
        let (news, there) = seen(&summed);
        assert_eq!(
            (news.read, news.compacted),
            (vec![], vec!["m1.aa".to_owned()])
        );
        assert!(!there.stands("m1.aa"));
    }

    #[test]
    fn words_of_other_tools_and_people_place_nothing() {
        let said = json!({"type": "message", "role": "user", "content": "[mesh:m1.aa] hi"});
        let tool =
            json!({"type": "function_call_output", "call_id": "c", "output": "[mesh:m1.aa] hi"});
        for item in [said, tool] {
            let line = json!({"type": "response_item", "payload": item});
            let (news, there) = seen(&[started("t1"), line, answer(9, 8), ended("task_complete")]);
            assert_eq!(news, News::default());
            assert!(!there.stands("m1.aa"));
        }
    }
}
