//! What a scenario says, and which of its steps answers a conversation.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::talk::{End, Talk};

/// A list of steps; the first that fits answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// In the order in which they are tried.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// What is answered to what.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Fits when something was said last and these words are in it.
    pub user: Option<String>,
    /// Fits when the result of this tool came last; `*` stands for any number of letters.
    pub tool: Option<String>,
    /// Together with `tool`: these words are in the result.
    pub result: Option<String>,
    /// These words are in the instructions.
    pub system: Option<String>,
    /// This model is asked.
    pub model: Option<String>,
    /// A tool of this name is offered.
    pub offers: Option<String>,
    /// How often this step may be used; always, if nothing is said.
    pub times: Option<u32>,
    /// The answer in pieces.
    #[serde(default)]
    pub text: Vec<String>,
    /// The tools the answer calls.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// What the answer is said to have used.
    #[serde(default)]
    pub usage: Usage,
    /// An HTTP status instead of an answer.
    pub status: Option<u16>,
    /// Seconds after which to ask again, told with that status.
    pub retry_after: Option<u64>,
    /// The words of that error.
    pub error: Option<String>,
    /// The text is sent and the answer never ends.
    #[serde(default)]
    pub hold: bool,
}

/// A call of a tool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its name as the program offers it; `*` stands for any number of letters, and the first that fits is called.
    pub tool: String,
    /// What it is called with.
    #[serde(default)]
    pub input: Value,
}

/// Tokens.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Read, without those that were cached.
    #[serde(default = "ten")]
    pub input: u64,
    /// Written.
    #[serde(default = "ten")]
    pub output: u64,
    /// Read from a cache.
    #[serde(default)]
    pub cached: u64,
}

fn ten() -> u64 {
    10
}

impl Default for Usage {
    fn default() -> Self {
        Usage {
            input: ten(),
            output: ten(),
            cached: 0,
        }
    }
}

/// Why a scenario could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// No such file, or not a text.
    #[error("{0} could not be read: {1}")]
    File(String, std::io::Error),
    /// Not a scenario.
    #[error("{0} is no scenario: {1}")]
    Form(String, String),
}

impl Scenario {
    /// Reads a scenario.
    pub fn parse(text: &str) -> Result<Scenario, Unreadable> {
        toml::from_str(text).map_err(|why| Unreadable::Form("the text".into(), why.to_string()))
    }

    /// Reads a scenario from a file.
    pub fn read(path: &Path) -> Result<Scenario, Unreadable> {
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|why| Unreadable::File(name.clone(), why))?;
        toml::from_str(&text).map_err(|why| Unreadable::Form(name, why.to_string()))
    }

    /// The place of the step that answers a conversation; `used` says how often each was used.
    pub fn find(&self, talk: &Talk, used: &[u32]) -> Option<usize> {
        let left = |i: usize| self.steps[i].times.is_none_or(|times| used[i] < times);
        (0..self.steps.len()).find(|i| left(*i) && self.steps[*i].fits(talk))
    }
}

impl Step {
    fn fits(&self, talk: &Talk) -> bool {
        let about_user = self.user.as_ref().is_none_or(|words| match &talk.end {
            End::Said(text) => holds(text, words),
            End::Result { .. } => false,
        });
        let about_tool = match (&talk.end, &self.tool, &self.result) {
            (_, None, None) => true,
            (End::Said(_), ..) => false,
            (End::Result { tool, text }, wanted, words) => {
                wanted.as_ref().is_none_or(|wanted| named(tool, wanted))
                    && words.as_ref().is_none_or(|words| holds(text, words))
            }
        };
        let about_rest = self
            .system
            .as_ref()
            .is_none_or(|words| holds(&talk.system, words))
            && self.model.as_ref().is_none_or(|model| *model == talk.model)
            && self
                .offers
                .as_ref()
                .is_none_or(|tool| talk.tools.iter().any(|offered| named(offered, tool)));
        about_user && about_tool && about_rest
    }
}

fn holds(text: &str, words: &str) -> bool {
    text.to_lowercase().contains(&words.to_lowercase())
}

/// Whether a name fits a pattern in which `*` stands for any number of letters.
pub(crate) fn named(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(i, _)| i)
                .chain([rest.len()])
                .any(|i| named(&rest[i..], after))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Talk {
        Talk::ending(End::Said(text.into()))
    }

    #[test]
    fn the_first_step_that_fits_answers_as_often_as_it_may() {
        let scenario = Scenario::parse(
            "[[step]]\nuser = 'hello'\ntimes = 1\nstatus = 429\n[[step]]\nuser = 'HELLO'\ntext = ['hi']",
        )
        .unwrap();
        assert_eq!(scenario.find(&said("oh, Hello"), &[0, 0]), Some(0));
        assert_eq!(scenario.find(&said("oh, Hello"), &[1, 0]), Some(1));
        assert_eq!(scenario.find(&said("bye"), &[0, 0]), None);
    }

    #[test]
    fn results_are_told_from_words() {
        let scenario = Scenario::parse("[[step]]\ntool = 'mcp__*__post'\nresult = 'done'").unwrap();
        let result = |tool: &str, text: &str| {
            Talk::ending(End::Result {
                tool: tool.into(),
                text: text.into(),
            })
        };
        assert_eq!(
            scenario.find(&result("mcp__mesh__post", "all done"), &[0]),
            Some(0)
        );
        assert_eq!(scenario.find(&result("mcp__mesh__post", "no"), &[0]), None);
        assert_eq!(scenario.find(&result("Bash", "done"), &[0]), None);
        assert_eq!(scenario.find(&said("done"), &[0]), None);
    }

    #[test]
    fn a_word_that_is_not_known_is_refused() {
        assert!(Scenario::parse("[[step]]\nusr = 'x'").is_err());
    }
}
