//! The surveyor's answers.

use super::lookup::{self, Named, is_one_of};
use super::{SurveyAnswer, numbered, top};
use crate::ask::{Ask, Topic};
use crate::languages;
use crate::sizes::{self, BINARY, FileSize, SizeFindings, Sizes};
use crate::walk;
use crate::words::{self, bytes, count, folder, number, percent, shown};

/// Words that change nothing about what is counted. Any other word is a wish this program cannot fulfil.
const HARMLESS: &str = "a all altogether an and any are base below big bigger biggest by byte bytes can code codebase \
    contain contains count counts dir directories directory disk do does every exist file files find \
    folder folders for give got has have heaviest hello here hey hi how i in inside is it its kb \
    language large largest line lines list loc long longest made many mb me much number of on our per \
    please project repo repository show size sizes sloc source sources stored tell text thanks that the \
    there these this top total tree under up us use was we what what's whats which whole with within \
    written you your";

/// What is counted: everything, or one language or extension, everywhere or in one folder.
struct Filter {
    language: Option<&'static str>,
    extension: Option<String>,
    folder: String,
}

impl Filter {
    fn is_whole(&self) -> bool {
        self.language.is_none() && self.extension.is_none()
    }

    fn what(&self) -> String {
        match (&self.language, &self.extension) {
            (Some(language), _) => format!("{language} "),
            (None, Some(extension)) => format!(".{} ", shown(extension)),
            (None, None) => String::new(),
        }
    }

    fn place(&self) -> String {
        if self.folder.is_empty() {
            String::new()
        } else {
            format!(" in {}", folder(&self.folder))
        }
    }

    fn admits(&self, file: &FileSize) -> bool {
        self.language
            .is_none_or(|language| file.language == language)
            && self
                .extension
                .as_ref()
                .is_none_or(|end| languages::extension(walk::file_name(&file.path)) == *end)
            && (self.folder.is_empty() || lookup::inside(&file.path, &self.folder))
    }

    /// Figures, or `None` if they were not kept.
    fn sizes(&self, found: &SizeFindings) -> Option<Sizes> {
        if self.extension.is_some() {
            return found.files_complete.then(|| {
                found.files.iter().filter(|file| self.admits(file)).fold(
                    Sizes::default(),
                    |sum, file| Sizes {
                        files: sum.files + 1,
                        lines: sum.lines + file.lines,
                        bytes: sum.bytes + file.bytes,
                    },
                )
            });
        }
        let place = found.folders.get(&self.folder);
        Some(match self.language {
            Some(language) => place
                .and_then(|place| place.languages.get(language))
                .copied()
                .unwrap_or_default(),
            None => place.map(|place| place.all).unwrap_or_default(),
        })
    }
}

pub(super) fn answer(found: &SizeFindings, topic: Topic, ask: &Ask) -> SurveyAnswer {
    if topic == Topic::Languages {
        return languages_answer(found, ask);
    }
    match named(found, ask) {
        Named::Missing(path) => SurveyAnswer::no(format!(
            "I saw no file or folder {} in {}.",
            shown(&path),
            shown(&found.folder)
        )),
        Named::Several(paths) => SurveyAnswer::no(lookup::several(&paths)),
        Named::File(path) => file(found, &path),
        Named::Folder(path) => in_folder(found, topic, ask, path),
        Named::Nothing => in_folder(found, topic, ask, String::new()),
    }
}

fn named(found: &SizeFindings, ask: &Ask) -> Named {
    let mut ask = ask.clone();
    // A language's name is also a folder's now and then; then the language is meant.
    ask.words.retain(|word| {
        !is_one_of(HARMLESS, &word.to_lowercase()) && languages::by_word(word).is_none()
    });
    lookup::find(
        &ask,
        |path| found.files.iter().any(|file| file.path == path),
        |path| found.folders.contains_key(path),
        &|| {
            let files = found.files.iter().map(|file| (file.path.as_str(), false));
            files
                .chain(found.folders.keys().map(|path| (path.as_str(), true)))
                .collect()
        },
    )
}

/// The first word that asks for something this program does not count by.
fn unknown_wish(ask: &Ask, place: &str) -> Option<String> {
    ask.words
        .iter()
        .find(|word| {
            let lower = word.to_lowercase();
            let known = is_one_of(HARMLESS, &lower)
                || languages::by_word(&lower).is_some()
                || ask.language.is_some_and(|language| {
                    let row = languages::by_word(language);
                    row.is_some_and(|row| row.extensions.contains(&lower.as_str()))
                        || language.to_lowercase().split(' ').any(|part| part == lower)
                })
                || lower
                    .trim_start_matches(['*', '.'])
                    .eq(ask.extension.as_deref().unwrap_or("*"))
                || lower.parse::<u64>().is_ok()
                || [
                    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
                ]
                .contains(&lower.as_str());
            !known
                && lower != place.to_lowercase()
                && !place.to_lowercase().ends_with(&format!("/{lower}"))
        })
        .cloned()
}

fn in_folder(found: &SizeFindings, topic: Topic, ask: &Ask, place: String) -> SurveyAnswer {
    if let Some(word) = unknown_wish(ask, &place) {
        return SurveyAnswer::no(format!(
            "I count by language, file extension, file and folder; \"{}\" is none of these here, so I would only guess.",
            shown(&word)
        ));
    }
    let filter = Filter {
        language: ask.language,
        extension: ask.extension.clone(),
        folder: place,
    };
    if topic == Topic::LargestFiles {
        largest_files(found, ask, &filter)
    } else {
        totals(found, topic, &filter)
    }
}

fn totals(found: &SizeFindings, topic: Topic, filter: &Filter) -> SurveyAnswer {
    let Some(sizes) = filter.sizes(found) else {
        return SurveyAnswer::no(
            "There are too many files to keep each one's figures, so I cannot count an extension."
                .to_owned(),
        );
    };
    let (what, place) = (filter.what(), filter.place());
    if sizes.files == 0 {
        return SurveyAnswer::yes(format!("I found no {what}files{place}: 0 files, 0 lines."));
    }
    let noun = format!("{what}file");
    let has = if sizes.files == 1 { "has" } else { "have" };
    let mut text = match topic {
        Topic::Lines => format!(
            "{}{place} {has} {}.",
            count(sizes.files, &noun),
            count(sizes.lines, "line")
        ),
        Topic::Files => {
            let verb = if sizes.files == 1 {
                "There is"
            } else {
                "There are"
            };
            format!(
                "{verb} {}{place}, with {} and {}.",
                count(sizes.files, &noun),
                count(sizes.lines, "line"),
                bytes(sizes.bytes)
            )
        }
        _ => format!(
            "{}{place}: {} and {}.",
            count(sizes.files, &noun),
            count(sizes.lines, "line"),
            bytes(sizes.bytes)
        ),
    };
    if filter.is_whole()
        && filter.folder.is_empty()
        && found.binary.files > 0
        && topic != Topic::Size
    {
        text.push_str(&format!(
            " {} of the files hold no text and count without lines.",
            number(found.binary.files)
        ));
    }
    SurveyAnswer::yes(text)
}

fn file(found: &SizeFindings, path: &str) -> SurveyAnswer {
    let Some(file) = found.files.iter().find(|file| file.path == path) else {
        return SurveyAnswer::no(format!("I kept no figures for {}.", shown(path)));
    };
    let kind = match file.language.as_str() {
        BINARY => "not text".to_owned(),
        language => format!(
            "{}, {}",
            language_or_text(language),
            count(file.lines, "line")
        ),
    };
    SurveyAnswer::yes(format!("{}: {kind}, {}.", shown(path), bytes(file.bytes)))
}

fn language_or_text(language: &str) -> &str {
    if language == languages::OTHER {
        "text in a language I do not know"
    } else {
        language
    }
}

/// A file with its figures.
pub(crate) fn file_row(file: &FileSize) -> String {
    if file.language == BINARY {
        format!("{}: {}, not text", shown(&file.path), bytes(file.bytes))
    } else {
        format!(
            "{}: {}, {}",
            shown(&file.path),
            count(file.lines, "line"),
            bytes(file.bytes)
        )
    }
}

fn largest_files(found: &SizeFindings, ask: &Ask, filter: &Filter) -> SurveyAnswer {
    if !filter.folder.is_empty() && !found.files_complete {
        return SurveyAnswer::no("There are too many files to keep each one's figures; ask for the largest files everywhere.".to_owned());
    }
    let mut rows: Vec<&FileSize> = found
        .files
        .iter()
        .filter(|file| filter.admits(file))
        .collect();
    let (what, place) = (filter.what(), filter.place());
    if rows.is_empty() {
        return SurveyAnswer::yes(format!("I found no {what}files{place}."));
    }
    let order = if ask.by_bytes {
        sizes::by_bytes
    } else {
        sizes::by_lines
    };
    rows.sort_by(|a, b| order(a, b));
    let unit = if ask.by_bytes { "bytes" } else { "lines" };
    let shown_rows: Vec<String> = rows
        .iter()
        .take(top(ask))
        .map(|file| file_row(file))
        .collect();
    let heading = if shown_rows.len() == 1 {
        format!("The largest {what}file{place} by {unit}:")
    } else {
        format!(
            "The {} largest {what}files{place} by {unit}:",
            shown_rows.len()
        )
    };
    let mut text = numbered(&heading, &shown_rows);
    // Pictures and archives have no lines; a person who asks for large files wants to know of them.
    if !ask.by_bytes
        && filter.is_whole()
        && let Some(heaviest) = rows.iter().min_by(|a, b| sizes::by_bytes(a, b))
        && heaviest.path != rows[0].path
    {
        text.push_str(&format!(
            "\nBy bytes the largest is {} with {}.",
            shown(&heaviest.path),
            bytes(heaviest.bytes)
        ));
    }
    SurveyAnswer::yes(text)
}

fn languages_answer(found: &SizeFindings, ask: &Ask) -> SurveyAnswer {
    let rows = found.languages_by_lines();
    if rows.is_empty() {
        return SurveyAnswer::yes(
            "I found no text files, so there are no languages to tell.".to_owned(),
        );
    }
    let whole: u64 = rows.iter().map(|(_, sizes)| sizes.lines).sum();
    let limit = ask.top.unwrap_or(10);
    let lines: Vec<String> = rows
        .iter()
        .take(limit)
        .map(|(name, sizes)| {
            format!(
                "{name}: {} in {} ({})",
                count(sizes.lines, "line"),
                count(sizes.files, "file"),
                percent(sizes.lines, whole)
            )
        })
        .collect();
    let mut text = numbered(
        &format!("{} by lines:", count(rows.len() as u64, "language")),
        &lines,
    );
    if rows.len() > limit {
        let rest: Vec<String> = rows
            .iter()
            .skip(limit)
            .map(|(name, _)| (*name).to_owned())
            .collect();
        text.push_str(&format!("\nFurther: {}.", words::list(&rest)));
    }
    SurveyAnswer::yes(text)
}
