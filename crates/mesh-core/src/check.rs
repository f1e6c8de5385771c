//! Checks of form that several nouns share: names, labels, sizes, times.

use mesh_model::command::Content;
use mesh_model::limits::{CONTENT_BYTES_MAX, LABEL_CHARS_MAX};
use mesh_model::{Millis, Refusal, names};

use crate::refuse;

/// A handle, room, group or event type name.
pub fn name(what: &str, text: &str) -> Result<(), Refusal> {
    names::check(text).map_err(|why| refuse::bad_name(what, text, &why))
}

/// A free label: not empty, not long, nothing invisible, no blanks at its ends.
pub fn label(what: &str, text: &str) -> Result<(), Refusal> {
    let good = !text.is_empty()
        && text.chars().count() <= LABEL_CHARS_MAX
        && text.trim() == text
        && !text.chars().any(char::is_control);
    if good {
        return Ok(());
    }
    Err(refuse::invalid(
        format!(
            "the {what} must have 1 to {LABEL_CHARS_MAX} characters, no control characters and no blanks at its ends"
        ),
        "shorten it, or remove what cannot be seen",
    ))
}

/// Content of any event.
pub fn content(what: &str, content: &Content) -> Result<(), Refusal> {
    content_within(what, content, CONTENT_BYTES_MAX)
}

/// Content of at most so many bytes.
pub fn content_within(what: &str, content: &Content, most: usize) -> Result<(), Refusal> {
    match content {
        Some(json) if json.get().len() > most => Err(refuse::too_large(
            format_args!("the {what} as JSON"),
            json.get().len(),
            most,
            "send less, or in several parts",
        )
        .so(mesh_model::Effect::NothingStored)),
        _ => Ok(()),
    }
}

/// Content that must be there.
pub fn some_content(what: &str, given: &Content) -> Result<(), Refusal> {
    if given.is_none() {
        return Err(refuse::invalid(
            format!("the {what} is missing"),
            "send it along",
        ));
    }
    content(what, given)
}

/// An address, as far as its letters go.
pub fn address(text: &str, most: usize) -> Result<(), Refusal> {
    let good = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if good {
        return Ok(());
    }
    Err(refuse::invalid(
        format!("an address has 1 to {most} ASCII characters and no blanks"),
        "such as https://mesh.example.org",
    ))
}

/// An expiry lies ahead.
pub fn expiry(expires: Option<Millis>, now: Millis) -> Result<(), Refusal> {
    match expires {
        Some(at) if at <= now => Err(refuse::invalid(
            format!("{at} is not in the future"),
            "name a later time, or none",
        )),
        _ => Ok(()),
    }
}
