//! What people give on the command line: texts, ids, names.

use std::io::Read;

use crate::failure::{Failure, Outcome};

/// Words from the command line, or standard input if there are none.
pub fn text_or_stdin(words: &[String]) -> Outcome<String> {
    if !words.is_empty() {
        return Ok(words.join(" "));
    }
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|why| {
        Failure::usage(
            format!("standard input cannot be read: {why}"),
            "give the text as an argument",
        )
    })?;
    let text = text.trim_end().to_owned();
    if text.is_empty() {
        return Err(Failure::usage(
            "there is no text",
            "give it as an argument or on standard input",
        ));
    }
    Ok(text)
}

/// Reads a message's id.
pub fn message_id(text: &str) -> Outcome<mesh_model::MessageId> {
    parse(text, "message ids look like m12")
}

/// Reads an argument of a type that names itself, such as a preset or a message id.
pub fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str, known: &str) -> Outcome<T> {
    text.parse()
        .map_err(|why: T::Err| Failure::usage(why.to_string(), known))
}
