//! What people give on the command line: texts, ids, names.

use std::io::{BufRead, IsTerminal, Read};

use crate::failure::{Effect, Failure, Outcome};
use crate::output::line;

/// Words from the command line, or standard input if there are none, or only a `-`.
pub fn text_or_stdin(words: &[String]) -> Outcome<String> {
    let named = !words.is_empty() && words != ["-"];
    let text = if named {
        words.join(" ")
    } else {
        read_stdin()?.trim_end().to_owned()
    };
    if text.is_empty() {
        return Err(Failure::usage(
            "there is no text",
            "give it as an argument or on standard input",
        )
        .so(Effect::NothingSent));
    }
    Ok(text)
}

/// One value from the command line, or all of standard input for `-`.
pub fn value_or_stdin(value: String) -> Outcome<String> {
    if value == "-" {
        return Ok(read_stdin()?.trim_end().to_owned());
    }
    Ok(value)
}

fn read_stdin() -> Outcome<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|why| {
        Failure::usage(
            format!("standard input cannot be read: {why}"),
            "give the text as an argument",
        )
        .so(Effect::NothingSent)
    })?;
    Ok(text)
}

/// Reads a message's id.
pub fn message_id(text: &str) -> Outcome<mesh_model::MessageId> {
    parse(text, "message ids look like m12")
}

/// Reads an argument of a type that names itself, such as a preset or a message id.
pub fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str, known: &str) -> Outcome<T> {
    text.parse()
        .map_err(|why: T::Err| Failure::usage(why.to_string(), known).so(Effect::NothingSent))
}

/// A command line's words; quotation marks keep some together. None if one is not closed.
pub fn command_words(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Whether somebody at the terminal says yes. Where nobody can be asked it is refused, with what to do then.
pub fn agreed(question: &str, effect: Effect, hint: &str) -> Outcome<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage("nobody is there to be asked", hint).so(effect));
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    // A terminal that goes away has not agreed.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    let agreed = matches!(answer.trim(), "y" | "Y" | "yes");
    if !agreed {
        line(effect.words());
    }
    Ok(agreed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_falls_into_words() {
        let split = |text| command_words(text).unwrap();
        assert_eq!(
            split("sh -c 'echo \"a  b\"' x"),
            ["sh", "-c", "echo \"a  b\"", "x"]
        );
        assert_eq!(split("  a''b  \"\" "), ["ab", ""]);
        assert_eq!(command_words("sh 'x"), None);
        assert!(split(" ").is_empty());
    }
}
