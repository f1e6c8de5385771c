//! Checks of what is stored as content: the core sees facts only, so the door looks at texts.

use mesh_model::api::{ClientInfo, Profile, Reason};
use mesh_model::command::Content;
use mesh_model::events::Relayed;
use mesh_model::limits::{
    LABEL_CHARS_MAX, MESSAGE_BYTES_MAX, METADATA_CHARS_MAX, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX,
    PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, RELAYS_MAX, REQUEST_BYTES_MAX, SECRET_BYTES_MAX,
    SKILLS_MAX, TEXT_CHARS_MAX,
};
use mesh_model::{Effect, ErrorCode, Refusal, refuse};

use crate::door::call::content;

/// A text of several lines, such as a topic.
pub(crate) fn text(field: &str, text: &str) -> Result<(), Refusal> {
    chars(field, text, TEXT_CHARS_MAX)?;
    plain(field, text, |found| {
        found.is_control() && !matches!(found, '\n' | '\t')
    })
}

/// A text of one line, such as a display name.
pub(crate) fn label(field: &str, text: &str) -> Result<(), Refusal> {
    chars(field, text, LABEL_CHARS_MAX)?;
    plain(field, text, char::is_control)
}

fn chars(field: &str, text: &str, most: usize) -> Result<(), Refusal> {
    let count = text.chars().count();
    if count <= most {
        return Ok(());
    }
    Err(refuse::invalid(
        format!("the field '{field}' has {count} characters, the limit is {most}"),
        "shorten it",
    ))
}

fn plain(field: &str, text: &str, bad: impl Fn(char) -> bool) -> Result<(), Refusal> {
    if text.contains(bad) {
        return Err(refuse::invalid(
            format!("the field '{field}' holds control characters"),
            "leave them out",
        ));
    }
    Ok(())
}

/// What a participant says of itself.
pub(crate) fn profile(profile: &Profile) -> Result<(), Refusal> {
    label("display_name", &profile.display_name)?;
    text("about", &profile.about)?;
    if profile.skills.len() > SKILLS_MAX {
        return Err(refuse::invalid(
            format!("the field 'skills' has more than {SKILLS_MAX} entries"),
            "leave some out",
        ));
    }
    profile
        .skills
        .iter()
        .try_for_each(|skill| label("skills", skill))
}

/// What a client states about itself.
pub(crate) fn client(client: &ClientInfo) -> Result<(), Refusal> {
    let ClientInfo {
        name,
        version,
        channel,
        model,
        machine,
        hostname,
        cwd,
        branch,
    } = client;
    let fields = [
        ("name", name),
        ("version", version),
        ("channel", channel),
        ("model", model),
        ("machine", machine),
        ("hostname", hostname),
        ("cwd", cwd),
        ("branch", branch),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            chars(field, value, METADATA_CHARS_MAX)?;
            plain(field, value, char::is_control)?;
        }
    }
    Ok(())
}

/// A new password.
pub(crate) fn password(field: &str, password: &str) -> Result<(), Refusal> {
    let count = password.chars().count();
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&count) {
        return Ok(());
    }
    Err(refuse::invalid(
        format!(
            "the field '{field}' has {count} characters, a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX}"
        ),
        "choose another; several words are easy to remember and hard to guess",
    ))
}

/// Words to search for, if there are any.
pub(crate) fn words(words: Option<String>) -> Result<Option<String>, Refusal> {
    if words
        .as_ref()
        .is_some_and(|words| words.chars().count() > TEXT_CHARS_MAX)
    {
        return Err(refuse::invalid(
            format!("the field 'q' has more than {TEXT_CHARS_MAX} characters"),
            "search for fewer words",
        ));
    }
    Ok(words)
}

/// How many items a page has.
pub(crate) fn limit(limit: Option<u32>) -> Result<usize, Refusal> {
    match limit.map(|limit| limit as usize) {
        None => Ok(PAGE_ITEMS_DEFAULT),
        Some(limit) if (1..=PAGE_ITEMS_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(refuse::invalid(
            format!("the field 'limit' is not between 1 and {PAGE_ITEMS_MAX}"),
            "ask for a page of that size and go on with its cursor",
        )),
    }
}

/// A message's text and the JSON of its payload; a quote says something by itself.
pub(crate) fn message(text: &str, payload_bytes: Option<usize>, more: bool) -> Result<(), Refusal> {
    let bytes = text.len() + payload_bytes.unwrap_or(0);
    if bytes > MESSAGE_BYTES_MAX {
        return Err(Refusal::new(
            ErrorCode::TooLarge,
            format!(
                "the message has {bytes} bytes with its payload, the limit is {MESSAGE_BYTES_MAX}"
            ),
            Effect::NothingPosted,
            "send several messages",
        ));
    }
    if text.trim().is_empty() && payload_bytes.is_none() && !more {
        return Err(refuse::invalid(
            "the message says nothing",
            "send a text, a payload, a quote or a file",
        ));
    }
    if text.contains('\0') {
        return Err(refuse::invalid(
            "the text holds a NUL character",
            "leave it out",
        ));
    }
    Ok(())
}

/// Why somebody did something; none if nothing was said.
pub(crate) fn reason(reason: String) -> Result<Content, Refusal> {
    text("reason", &reason)?;
    if reason.trim().is_empty() {
        Ok(None)
    } else {
        content(&Reason { reason })
    }
}

/// What a relay says of words it brings: names of one line.
pub(crate) fn relayed(relayed: &Relayed) -> Result<(), Refusal> {
    if relayed.path.len() > RELAYS_MAX {
        return Err(refuse::invalid(
            format!("the field 'relayed.path' has more than {RELAYS_MAX} entries"),
            "a message that passed more relays is not taken",
        ));
    }
    let names = [
        ("relayed.origin", &relayed.origin),
        ("relayed.sender", &relayed.sender),
    ];
    for (field, name) in names {
        label(field, name)?;
        if name.trim().is_empty() {
            return Err(refuse::invalid(
                format!("the field '{field}' is empty"),
                "name it",
            ));
        }
    }
    relayed
        .path
        .iter()
        .try_for_each(|relay| label("relayed.path", relay))
}

/// A secret's value.
pub(crate) fn secret(value: &str) -> Result<(), Refusal> {
    if (1..=SECRET_BYTES_MAX).contains(&value.len()) {
        return Ok(());
    }
    Err(refuse::invalid(
        format!(
            "the field 'value' has {} bytes, a secret has 1 to {SECRET_BYTES_MAX}",
            value.len()
        ),
        "store it in several secrets, or somewhere else",
    ))
}

/// A text for the guard.
pub(crate) fn scanned(text: &str) -> Result<(), Refusal> {
    if text.len() <= REQUEST_BYTES_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::TooLarge,
        format!(
            "the text has {} bytes, the limit is {REQUEST_BYTES_MAX}",
            text.len()
        ),
        Effect::NothingDone,
        "send it in parts",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold() {
        assert!(label("x", &"é".repeat(LABEL_CHARS_MAX)).is_ok());
        assert!(label("x", &"é".repeat(LABEL_CHARS_MAX + 1)).is_err());
        assert!(label("x", "a\nb").is_err() && text("x", "a\nb").is_ok());
        assert!(text("x", "\u{7}").is_err());
        assert_eq!(limit(None), Ok(PAGE_ITEMS_DEFAULT));
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err() && limit(Some(500)).is_ok());
        assert!(password("x", "short").is_err() && password("x", "long enough").is_ok());
        assert_eq!(
            message(&"x".repeat(MESSAGE_BYTES_MAX + 1), None, false)
                .unwrap_err()
                .code,
            ErrorCode::TooLarge
        );
        assert!(
            message(" ", None, false).is_err()
                && message(" ", None, true).is_ok()
                && message("", Some(2), false).is_ok()
                && message("a\0", None, false).is_err()
        );
        let client_info = ClientInfo {
            cwd: Some("x".repeat(METADATA_CHARS_MAX + 1)),
            ..ClientInfo::default()
        };
        assert!(client(&client_info).is_err());
    }
}
