//! What is said of something that waits, and which buttons stand below it.

use super::desk::Say;
use super::meant::answers;
use super::{Button, Chat};
use crate::waits::{About, Notice, Words};

/// Where an answer is too long to be asked for here, or has words that stay in the mesh.
pub(super) const ELSEWHERE: &str = "Answer it on the page or with `mesh approvals`.";

/// What is said of something, and the buttons below it.
pub(super) fn shown<C: Chat>(notice: &Notice) -> (String, Vec<Button>, Option<&str>) {
    let mut words = match &notice.words {
        Words::Shown(words) => words.clone(),
        Words::Stay => {
            "Its words stay in the mesh: the room's rules do not let them out.".to_owned()
        }
        Words::Gone => "Its words were erased, or it has none of its own.".to_owned(),
    };
    let mut buttons = Vec::new();
    if let About::Approval(question) = &notice.about {
        words.push_str(&format!("\n\nIt waits until {}.", question.until));
        let all = matches!(notice.words, Words::Shown(_));
        let whole = Say {
            title: &notice.title,
            words: &words,
            ..Say::default()
        };
        // Nothing is approved here of which a part was not shown.
        if all && whole.is_whole::<C>() {
            buttons = answers(question.id);
        } else if all {
            words = format!(
                "What would be done is too long to be shown here in one piece ({} characters).\n\n{ELSEWHERE}",
                words.chars().count()
            );
        } else {
            words.push_str(&format!("\n\n{ELSEWHERE}"));
        }
    }
    let link = notice.link.as_deref().filter(|_| buttons.is_empty());
    (words, buttons, link)
}
