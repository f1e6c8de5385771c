//! Answers questions from findings, in plain words.

mod builds;
mod history;
mod lookup;
mod sizes;

pub(crate) use builds::command_row;
pub(crate) use history::commit_sentence;
pub(crate) use sizes::file_row;

use crate::ask::{self, Ask, Topic};
use crate::findings::Findings;
use crate::role::Role;

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyAnswer {
    /// What to post. Never empty.
    pub text: String,
    /// Whether the question was understood and answered; `false` also when another role is named.
    pub answered: bool,
    /// The role that can answer instead.
    pub better: Option<Role>,
}

impl SurveyAnswer {
    fn yes(text: String) -> SurveyAnswer {
        SurveyAnswer {
            text,
            answered: true,
            better: None,
        }
    }

    fn no(text: String) -> SurveyAnswer {
        SurveyAnswer {
            text,
            answered: false,
            better: None,
        }
    }
}

pub(crate) fn answer(findings: &Findings, question: &str) -> SurveyAnswer {
    let ask = ask::parse(question);
    let me = findings.role();
    let Some(topic) = ask.topic else {
        return not_understood(me);
    };
    if let Some(role) = topic.role().filter(|role| *role != me) {
        return SurveyAnswer {
            text: format!(
                "That is a question for {role}: ask \"{role} {}\".",
                said_again(question)
            ),
            answered: false,
            better: Some(role),
        };
    }
    match (topic, findings) {
        (Topic::Help, _) => SurveyAnswer::yes(help(me)),
        (Topic::Overview, _) => SurveyAnswer::yes(findings.report().join("\n")),
        (_, Findings::Surveyor(found)) => with_limits(
            sizes::answer(found, topic, &ask),
            found.cut_short.as_deref(),
        ),
        (_, Findings::Historian(found)) => with_limits(
            history::answer(found, topic, &ask),
            found.cut_short.as_deref(),
        ),
        (_, Findings::Builder(found)) => with_limits(
            builds::answer(found, topic, &ask),
            found.cut_short.as_deref(),
        ),
    }
}

/// A figure from a survey that stopped early must not look whole.
fn with_limits(mut answer: SurveyAnswer, cut_short: Option<&str>) -> SurveyAnswer {
    if let Some(why) = cut_short.filter(|_| answer.answered) {
        answer
            .text
            .push_str(&format!("\nMy survey is not complete: {why}."));
    }
    answer
}

/// The question on one line without mentions, for asking somebody else.
fn said_again(question: &str) -> String {
    let words: Vec<&str> = question
        .split_whitespace()
        .filter(|word| !word.starts_with('@'))
        .collect();
    words
        .join(" ")
        .chars()
        .filter(|c| *c != '"' && *c != '@' && !c.is_control())
        .take(200)
        .collect()
}

fn help(me: Role) -> String {
    let others: Vec<String> = Role::ALL
        .into_iter()
        .filter(|role| *role != me)
        .map(|role| format!("{role} knows {}", role.knows()))
        .collect();
    format!(
        "{}\nAsk me, for example:\n{}\n{}.",
        me.about(),
        examples(me),
        others.join("; ")
    )
}

fn examples(role: Role) -> String {
    role.examples()
        .iter()
        .map(|example| format!("- {example}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn not_understood(me: Role) -> SurveyAnswer {
    SurveyAnswer::no(format!(
        "I did not understand that. I am a program with fixed rules, and these are questions I can answer:\n{}",
        examples(me)
    ))
}

/// A numbered list under a heading.
fn numbered(heading: &str, rows: &[String]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| format!("{}. {row}", at + 1))
        .collect();
    format!("{heading}\n{}", rows.join("\n"))
}

/// How many entries a list answer has: what was asked for, else five.
fn top(ask: &Ask) -> usize {
    ask.top.unwrap_or(5).min(ask::TOP_MAX)
}
