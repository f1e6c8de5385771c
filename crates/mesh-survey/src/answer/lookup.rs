//! Finds the file or folder a question means.

use crate::ask::Ask;
use crate::walk;
use crate::words;

/// The path a question names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A file.
    File(String),
    /// A folder; empty for the top.
    Folder(String),
    /// More than one path ends so.
    Several(Vec<String>),
    /// A path that is not there.
    Missing(String),
    /// No path at all.
    Nothing,
}

/// Words that are never meant as the name of a folder by themselves.
const GLUE: &str = "a an and are at by can code commit commits committed directory do does file files first folder for \
    how i in is it last lines many most much of on the there this to top we what which who wrote";

const SHOWN_MAX: usize = 5;

/// Looks a question's words up among known paths. Exact paths win over ends of paths, written paths over bare words.
pub(super) fn find<'a>(
    ask: &Ask,
    files: impl Fn(&str) -> bool,
    folders: impl Fn(&str) -> bool,
    all: &dyn Fn() -> Vec<(&'a str, bool)>,
) -> Named {
    let exact = |path: &str| {
        if files(path) {
            Some(Named::File(path.to_owned()))
        } else if folders(path) {
            Some(Named::Folder(path.to_owned()))
        } else {
            None
        }
    };
    if let Some(path) = ask.paths.first() {
        return exact(path)
            .or_else(|| by_end(path, &all()))
            .unwrap_or_else(|| Named::Missing(path.clone()));
    }
    let bare: Vec<&String> = ask
        .words
        .iter()
        .filter(|word| !is_one_of(GLUE, &word.to_lowercase()))
        .collect();
    if let Some(named) = bare.iter().find_map(|word| exact(word)) {
        return named;
    }
    if bare.is_empty() {
        return Named::Nothing;
    }
    let known = all();
    bare.iter()
        .find_map(|word| by_end(word, &known))
        .unwrap_or(Named::Nothing)
}

fn by_end(end: &str, known: &[(&str, bool)]) -> Option<Named> {
    if end.is_empty() {
        return None;
    }
    let tail = format!("/{end}");
    let hits: Vec<&(&str, bool)> = known
        .iter()
        .filter(|(path, _)| path.ends_with(&tail))
        .collect();
    match hits.as_slice() {
        [] => None,
        [(path, true)] => Some(Named::Folder((*path).to_owned())),
        [(path, false)] => Some(Named::File((*path).to_owned())),
        many => Some(Named::Several(
            many.iter()
                .take(SHOWN_MAX + 1)
                .map(|(path, _)| (*path).to_owned())
                .collect(),
        )),
    }
}

/// What to say when more than one path fits.
pub(super) fn several(paths: &[String]) -> String {
    let mut rows: Vec<String> = paths
        .iter()
        .take(SHOWN_MAX)
        .map(|path| format!("- {}", words::shown(path)))
        .collect();
    if paths.len() > SHOWN_MAX {
        rows.push("- and more".to_owned());
    }
    format!(
        "More than one path ends like that. Which one?\n{}",
        rows.join("\n")
    )
}

/// Whether a path lies in a folder.
pub(super) fn inside(path: &str, folder: &str) -> bool {
    walk::folders_above(path).any(|above| above == folder)
}

/// Whether a word stands in a list of words with spaces between them.
pub(super) fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}
