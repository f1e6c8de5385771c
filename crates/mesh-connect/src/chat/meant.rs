//! What somebody means by a line in its own chat, and by a button.

use mesh_model::ApprovalId;

use super::{Button, Chat};

/// What is told of how it is used.
pub(super) fn help<C: Chat>() -> String {
    let (answered, sign, lines) = (C::ANSWERED, C::SIGN, C::LINES);
    format!(
        "What waits for you comes here: messages that name you or are yours alone, questions, alerts. Reply to one and your \
         words go to its thread; {answered}.\n\n\
         {lines} is a line as you: status, tasks, pending, costs, summary, @NAME what to do, do WHAT, auto GOAL, pause \
         NAME, … What is no command is said to the room's agent.\n\n{sign}room NAME: the room where lines go."
    )
}

/// What somebody wrote, as it is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meant {
    Help,
    Room(String),
    /// An answer to a question: whether it is given, and why.
    Decision(bool, String),
    Line,
}

/// The buttons below a question.
pub(super) fn answers(id: ApprovalId) -> Vec<Button> {
    let button = |text, sign| Button {
        text,
        data: format!("{sign}{id}"),
    };
    vec![button("Approve once", '+'), button("Refuse", '-')]
}

/// What a button answers, and of which question.
pub(super) fn decision_of(data: &str) -> Option<(bool, ApprovalId)> {
    let approve = match data.chars().next()? {
        '+' => true,
        '-' => false,
        _ => return None,
    };
    Some((approve, data[1..].parse().ok()?))
}

/// What is meant, by the words that a line begins with. The language of chat commands takes a slash for none.
pub(super) fn meant(text: &str, bot: &str, sign: char) -> Meant {
    let text = text.trim();
    let bare = text.strip_prefix(['/', sign]);
    let slash = bare.is_some();
    let bare = bare.unwrap_or(text).trim_start();
    let (first, rest) = match bare.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (bare, ""),
    };
    let first = first
        .strip_suffix(&format!("@{bot}"))
        .unwrap_or(first)
        .to_lowercase();
    match first.as_str() {
        "start" | "help" if slash => return Meant::Help,
        "room" if slash => return Meant::Room(rest.to_owned()),
        "approve:" | "reject:" => return Meant::Decision(first == "approve:", rest.to_owned()),
        _ => {}
    }
    let alone = first.trim_end_matches(['.', '!', '?']);
    match alone {
        "approve" | "reject" if rest.trim_matches(['.', '!', '?', ' ']).is_empty() => {
            Meant::Decision(alone == "approve", String::new())
        }
        _ => Meant::Line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_never_taken_for_a_line() {
        let yes = |why: &str| Meant::Decision(true, why.to_owned());
        for (text, is) in [
            ("approve", yes("")),
            ("/approve@mesh_bot", yes("")),
            ("/ Approve!", yes("")),
            ("approve .", yes("")),
            ("approve: looks fine", yes("looks fine")),
            ("Reject: no", Meant::Decision(false, "no".to_owned())),
            ("reject", Meant::Decision(false, String::new())),
            ("approve of it", Meant::Line),
            ("/room #ops", Meant::Room("#ops".to_owned())),
            ("!room ops", Meant::Room("ops".to_owned())),
            ("/start", Meant::Help),
            ("start dispatch", Meant::Line),
            ("status", Meant::Line),
        ] {
            assert_eq!(meant(text, "mesh_bot", '!'), is, "{text}");
        }
    }

    #[test]
    fn a_button_says_what_and_of_what() {
        let id = ApprovalId(Default::default());
        let buttons = answers(id);
        assert!(buttons.iter().all(|button| button.data.len() <= 64));
        assert_eq!(decision_of(&buttons[0].data), Some((true, id)));
        assert_eq!(decision_of(&buttons[1].data), Some((false, id)));
        for bad in ["", "+", "+x", "ü"] {
            assert_eq!(decision_of(bad), None);
        }
    }
}
