//! Answers in Markdown. Words of others are put on one line, without what Markdown would make of them.

use mesh_model::Told;
use mesh_model::api::{CostView, TaskView, WorkerView};
use mesh_model::events::{Spend, TaskState, WorkerMode};

/// Characters of somebody's words in a table.
const CELL_CHARS_MAX: usize = 80;

/// The answer to a line that begins like a command and is none. Said to a room it would be there for good, with its typing error.
pub(crate) fn unknown(word: &str) -> String {
    format!(
        "There is no command `/{}`, and the line is not said. There are `/status`, `/tasks`, `/pending`, `/costs`, \
         `/escalations`, `/summary`, `/@context`, `/do`, `/auto`, `/approve`, `/reject` and `/@NAME`; what begins with a space is said as it stands.",
        plain(word, CELL_CHARS_MAX)
    )
}

/// Words of others on one line.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, c) in text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .enumerate()
    {
        if count == most {
            out.push('…');
            break;
        }
        match c {
            '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '\\' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A task's title, or what stands for one.
pub(crate) fn title(title: Option<&Told>) -> String {
    match title {
        Some(title) if !title.trim().is_empty() => plain(title, CELL_CHARS_MAX),
        Some(_) => "(no title)".to_owned(),
        None => "(erased)".to_owned(),
    }
}

/// A state as a sign.
pub(crate) fn sign(state: TaskState) -> &'static str {
    match state {
        TaskState::Waiting | TaskState::Retrying => "⏳",
        TaskState::Queued => "▫️",
        TaskState::Leased | TaskState::Running => "🔄",
        TaskState::Paused => "⏸️",
        TaskState::Blocked => "✋",
        TaskState::Verifying => "🔎",
        TaskState::Done => "✅",
        TaskState::Failed => "❌",
        TaskState::Cancelled => "🚫",
        TaskState::Skipped => "⏭️",
    }
}

/// A table of Markdown.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = vec![
        line(heading.iter().map(|cell| (*cell).to_owned()).collect()),
        line(vec!["---".to_owned(); heading.len()]),
    ];
    lines.extend(rows.iter().map(|row| line(row.clone())));
    lines.join("\n")
}

/// Tasks, one a row.
pub(crate) fn tasks(items: &[TaskView], who: impl Fn(&TaskView) -> Option<String>) -> String {
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|task| {
            vec![
                format!("{} {}", sign(task.state), task.state.name()),
                title(task.title.as_ref()),
                who(task).map(|who| format!("@{who}")).unwrap_or_default(),
            ]
        })
        .collect();
    table(&["state", "task", "who"], &rows)
}

/// Workers, one a row.
pub(crate) fn workers(items: &[WorkerView]) -> String {
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|worker| {
            let state = match (worker.here, worker.mode) {
                (false, _) => "⚪ offline",
                (true, WorkerMode::Open) => "🟢 online",
                (true, WorkerMode::Paused) => "⏸️ paused",
                (true, WorkerMode::Draining) => "🟡 draining",
            };
            vec![
                format!("@{}", worker.worker.handle),
                state.to_owned(),
                format!("{} of {}", worker.running.len(), worker.slots),
                plain(&worker.capabilities.join(", "), CELL_CHARS_MAX),
            ]
        })
        .collect();
    table(&["agent", "state", "tasks", "can"], &rows)
}

/// What was spent, one line of sums each, and all together.
pub(crate) fn costs(items: &[CostView]) -> String {
    let mut all = Spend::default();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for cost in items {
        all.tokens = all.tokens.saturating_add(cost.spend.tokens);
        all.micros = all.micros.saturating_add(cost.spend.micros);
        rows.push(vec![
            plain(&cost.name, CELL_CHARS_MAX),
            cost.attempts.to_string(),
            cost.spend.tokens.to_string(),
            money(cost.spend.micros),
        ]);
    }
    let attempts: u64 = items.iter().map(|cost| u64::from(cost.attempts)).sum();
    rows.push(vec![
        "together".to_owned(),
        attempts.to_string(),
        all.tokens.to_string(),
        money(all.micros),
    ]);
    table(&["agent", "attempts", "tokens", "cost"], &rows)
}

/// Millionths as a sum with four places.
pub(crate) fn money(micros: u64) -> String {
    format!("{}.{:04}", micros / 1_000_000, micros % 1_000_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_stay_words() {
        assert_eq!(
            plain("a\n| b | [x](y) `z`", 80),
            "a \\| b \\| \\[x\\](y) \\`z\\`"
        );
        assert_eq!(plain(&"x".repeat(100), 3), "xxx…");
        assert_eq!(title(None), "(erased)");
        assert_eq!(money(1_230_450), "1.2304");
        assert_eq!(
            table(&["a"], &[vec!["b".to_owned()]]),
            "| a |\n| --- |\n| b |"
        );
    }
}
