//! Lines of ours in a text for people and agents, between two marks that Markdown does not show.

use super::Trouble;

const BEGIN: &str = "<!-- mesh: begin; `mesh uninstall` takes these lines out -->";
const END: &str = "<!-- mesh: end -->";

/// The text with the lines in the place of the marked ones, or at its end.
pub fn put(text: &str, lines: &str) -> Result<String, Trouble> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = lines.trim_end().lines().collect::<Vec<_>>().join(newline);
    let block = format!("{BEGIN}{newline}{lines}{newline}{END}");
    if let Some((start, end)) = place(text)? {
        return Ok(format!("{}{block}{}", &text[..start], &text[end..]));
    }
    let gap = match text {
        "" => "",
        _ if text.ends_with('\n') => newline,
        _ => &newline.repeat(2),
    };
    Ok(format!("{text}{gap}{block}{newline}"))
}

/// The text without the marked lines and the empty line before them.
pub fn take(text: &str) -> Result<String, Trouble> {
    let Some((start, end)) = place(text)? else {
        return Ok(text.to_owned());
    };
    let line_end = |text: &str| {
        ["\r\n", "\n"]
            .into_iter()
            .find(|end| text.ends_with(end))
            .map_or(0, str::len)
    };
    let before = &text[..start];
    let before = &before[..before.len() - line_end(before)];
    let after = &text[end..];
    let after = after
        .strip_prefix("\r\n")
        .or_else(|| after.strip_prefix('\n'))
        .unwrap_or(after);
    Ok(format!("{before}{after}"))
}

/// Where the marked lines begin and end.
fn place(text: &str) -> Result<Option<(usize, usize)>, Trouble> {
    let begins = text.match_indices(BEGIN).collect::<Vec<_>>();
    let ends = text.match_indices(END).collect::<Vec<_>>();
    match (begins.as_slice(), ends.as_slice()) {
        ([], []) => Ok(None),
        ([(start, _)], [(end, _)]) if start < end => Ok(Some((*start, end + END.len()))),
        _ => Err(Trouble::new(
            format!("has only a part of the marks '{BEGIN}' and '{END}', or has them twice"),
            "take them and the lines between them out, and run this again",
        )),
    }
}
