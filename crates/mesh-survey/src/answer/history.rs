//! The historian's answers.

use super::lookup::{self, Named};
use super::{SurveyAnswer, numbered, top};
use crate::ask::{Ask, Topic};
use crate::history::{Author, Commit, HistoryFindings, HistoryState, PathHistory};
use crate::words::{count, date, folder, list, minute, number, percent, shown};

pub(super) fn answer(found: &HistoryFindings, topic: Topic, ask: &Ask) -> SurveyAnswer {
    match found.state {
        HistoryState::NotARepository => {
            return SurveyAnswer::yes(format!(
                "{} is not in a git repository, so there is no history to tell.",
                shown(&found.folder)
            ));
        }
        HistoryState::Empty => {
            return SurveyAnswer::yes(
                "Git has no commits for this folder yet, so there is no history to tell."
                    .to_owned(),
            );
        }
        HistoryState::Full => {}
    }
    let named = match topic {
        Topic::Authors => Named::Nothing,
        _ => find(found, ask),
    };
    match (topic, named) {
        (_, Named::Several(paths)) => SurveyAnswer::no(lookup::several(&paths)),
        (_, Named::Missing(path)) => SurveyAnswer::no(format!(
            "No commit I read touches a file or folder {}.",
            shown(&path)
        )),
        (Topic::OwnerOf, Named::Nothing) => owners(found, ask),
        (Topic::OwnerOf, named) => path_answer(found, &named, owner),
        (Topic::LastTouch | Topic::LastCommit, Named::Nothing) => {
            one_commit(found, ask, found.last.as_ref(), "The last commit")
        }
        (Topic::LastTouch | Topic::LastCommit, named) => path_answer(found, &named, last_touch),
        (Topic::CommitCount, Named::Nothing) => commit_count(found, ask),
        (Topic::CommitCount, named) => path_answer(found, &named, path_commits),
        (Topic::HotFiles, named) => hot_files(found, ask, &named),
        _ => authors(found, ask),
    }
}

fn find(found: &HistoryFindings, ask: &Ask) -> Named {
    lookup::find(
        ask,
        |path| found.files.contains_key(path),
        |path| found.folders.contains_key(path),
        &|| {
            let files = found.files.keys().map(|path| (path.as_str(), false));
            files
                .chain(found.folders.keys().map(|path| (path.as_str(), true)))
                .collect()
        },
    )
}

/// The one person a question names, by full name or by one part of it.
enum Person<'a> {
    One(&'a Author),
    Several(Vec<&'a Author>),
    Nobody,
}

fn person<'a>(found: &'a HistoryFindings, ask: &Ask) -> Person<'a> {
    let spoken = ask
        .words
        .iter()
        .map(|word| word.to_lowercase())
        .collect::<Vec<_>>();
    let sentence = format!(" {} ", spoken.join(" "));
    let whole: Vec<&Author> = found
        .authors
        .iter()
        .filter(|author| sentence.contains(&format!(" {} ", author.name.to_lowercase())))
        .collect();
    let hits = if whole.is_empty() {
        let part_of = |author: &&Author| {
            author
                .name
                .to_lowercase()
                .split_whitespace()
                .any(|part| part.len() > 2 && spoken.iter().any(|word| word == part))
        };
        found.authors.iter().filter(part_of).collect()
    } else {
        whole
    };
    match hits.as_slice() {
        [] => Person::Nobody,
        [one] => Person::One(one),
        _ => Person::Several(hits),
    }
}

fn which_person(people: &[&Author]) -> SurveyAnswer {
    let names: Vec<String> = people
        .iter()
        .take(5)
        .map(|author| format!("- {}", shown(&author.name)))
        .collect();
    SurveyAnswer::no(format!(
        "More than one person has that name. Which one?\n{}",
        names.join("\n")
    ))
}

fn path_answer(
    found: &HistoryFindings,
    named: &Named,
    say: fn(&HistoryFindings, &str, &PathHistory) -> String,
) -> SurveyAnswer {
    let (history, name) = match named {
        Named::File(path) => (found.files.get(path), shown(path)),
        Named::Folder(path) => (found.folders.get(path), folder(path)),
        _ => (None, String::new()),
    };
    let Some(history) = history else {
        return SurveyAnswer::no("I kept no history for that path.".to_owned());
    };
    let mut text = say(found, &name, history);
    if !history.exists {
        text.push_str(" It is no longer there.");
    }
    SurveyAnswer::yes(text)
}

/// `Ann (12 commits, 340 lines added)`.
fn shares(found: &HistoryFindings, history: &PathHistory) -> Vec<String> {
    history
        .shares
        .iter()
        .map(|share| {
            format!(
                "{} ({}, {} added)",
                shown(found.name(share.author)),
                count(share.commits, "commit"),
                count(share.lines_added, "line")
            )
        })
        .collect()
}

fn owner(found: &HistoryFindings, name: &str, history: &PathHistory) -> String {
    let Some(first) = history.shares.first() else {
        return format!("Nobody has changed {name}.");
    };
    let mut text = format!(
        "{} owns {name} by commits: {} of {} that touched it, with {} added.",
        shown(found.name(first.author)),
        number(first.commits),
        number(history.commits),
        count(first.lines_added, "line")
    );
    let others: Vec<String> = shares(found, history).into_iter().skip(1).collect();
    if !others.is_empty() {
        text.push_str(&format!(" Also: {}.", list(&others)));
    }
    let unseen = history.people.saturating_sub(history.shares.len() as u64);
    if unseen > 0 {
        text.push_str(&format!(" And {} more.", number(unseen)));
    }
    text
}

fn last_touch(found: &HistoryFindings, name: &str, history: &PathHistory) -> String {
    format!(
        "{} last touched {name}: {}.",
        shown(found.name(history.last.author)),
        commit_facts(&history.last)
    )
}

fn path_commits(_found: &HistoryFindings, name: &str, history: &PathHistory) -> String {
    format!(
        "{} touched {name}, by {}; merges are left out.",
        count(history.commits, "commit"),
        count(history.people, "person")
    )
}

fn commit_facts(commit: &Commit) -> String {
    let short: String = commit.hash.chars().take(10).collect();
    format!(
        "commit {short} on {}, \"{}\"",
        minute(commit.at),
        shown(&commit.subject)
    )
}

/// `The last commit is 0123456789 by Ann on …`.
pub(crate) fn commit_sentence(found: &HistoryFindings, which: &str, commit: &Commit) -> String {
    let short: String = commit.hash.chars().take(10).collect();
    format!(
        "{which} is {short} by {} on {}: \"{}\".",
        shown(found.name(commit.author)),
        minute(commit.at),
        shown(&commit.subject)
    )
}

fn one_commit(
    found: &HistoryFindings,
    ask: &Ask,
    commit: Option<&Commit>,
    which: &str,
) -> SurveyAnswer {
    match person(found, ask) {
        Person::One(author) => {
            let (first, last) = (date(author.first_at), date(author.last_at));
            return SurveyAnswer::yes(format!(
                "{} made {} between {first} and {last} (UTC).",
                shown(&author.name),
                count(author.commits, "commit")
            ));
        }
        Person::Several(people) => return which_person(&people),
        Person::Nobody => {}
    }
    let Some(commit) = commit else {
        return SurveyAnswer::no("I have no such commit.".to_owned());
    };
    let mut text = commit_sentence(found, which, commit);
    if found.shallow && which.contains("first") {
        text.push_str(" This clone is shallow, so older commits exist that I cannot see.");
    }
    SurveyAnswer::yes(text)
}

const PERIODS: &[&str] = &[
    "week",
    "weeks",
    "weekly",
    "day",
    "days",
    "month",
    "months",
    "year",
    "years",
    "today",
    "yesterday",
    "since",
    "before",
    "after",
    "between",
];

fn commit_count(found: &HistoryFindings, ask: &Ask) -> SurveyAnswer {
    if ask
        .words
        .iter()
        .any(|word| PERIODS.contains(&word.to_lowercase().as_str()))
    {
        return SurveyAnswer::no(
            "I count commits in all, by person and by path, but not for other periods.".to_owned(),
        );
    }
    match person(found, ask) {
        Person::One(author) => {
            return SurveyAnswer::yes(format!(
                "{} made {}, {} of all {}.",
                shown(&author.name),
                count(author.commits, "commit"),
                percent(author.commits, found.commits),
                number(found.commits)
            ));
        }
        Person::Several(people) => return which_person(&people),
        Person::Nobody if ask.words.iter().any(|word| word == "by") => {
            return SurveyAnswer::no(
                "I know no author of that name. \"who committed most?\" lists the people."
                    .to_owned(),
            );
        }
        Person::Nobody => {}
    }
    let mut text = format!(
        "{} by {}",
        count(found.commits, "commit"),
        count(found.authors.len() as u64, "person")
    );
    if found.merges > 0 {
        text.push_str(&format!(
            ", {} of them {}",
            number(found.merges),
            if found.merges == 1 {
                "a merge"
            } else {
                "merges"
            }
        ));
    }
    text.push('.');
    if found.shallow {
        text.push_str(" This clone is shallow, so older commits exist that I cannot see.");
    }
    SurveyAnswer::yes(text)
}

fn authors(found: &HistoryFindings, ask: &Ask) -> SurveyAnswer {
    let rows: Vec<String> = found
        .authors
        .iter()
        .take(top(ask))
        .map(|author| {
            format!(
                "{}: {} ({}), {} added, {} removed, last on {}",
                shown(&author.name),
                count(author.commits, "commit"),
                percent(author.commits, found.commits),
                count(author.lines_added, "line"),
                number(author.lines_removed),
                date(author.last_at)
            )
        })
        .collect();
    let people = count(found.authors.len() as u64, "person");
    SurveyAnswer::yes(numbered(
        &format!("{people} committed; most commits first:"),
        &rows,
    ))
}

fn owners(found: &HistoryFindings, ask: &Ask) -> SurveyAnswer {
    if ask
        .words
        .iter()
        .any(|word| word.eq_ignore_ascii_case("wrote"))
    {
        return authors(found, ask);
    }
    let mut rows: Vec<(&String, &PathHistory)> = found
        .folders
        .iter()
        .filter(|(path, history)| !path.is_empty() && !path.contains('/') && history.exists)
        .collect();
    if rows.is_empty() {
        return authors(found, ask);
    }
    rows.sort_by(|a, b| b.1.commits.cmp(&a.1.commits).then(a.0.cmp(b.0)));
    let lines: Vec<String> = rows
        .iter()
        .take(ask.top.unwrap_or(10))
        .filter_map(|(path, history)| {
            let first = history.shares.first()?;
            let name = shown(found.name(first.author));
            Some(format!(
                "{}: {name}, {} of {}",
                folder(path),
                number(first.commits),
                count(history.commits, "commit")
            ))
        })
        .collect();
    SurveyAnswer::yes(numbered(
        "Owners by commits of the folders at the top:",
        &lines,
    ))
}

fn hot_files(found: &HistoryFindings, ask: &Ask, named: &Named) -> SurveyAnswer {
    let place = match named {
        Named::Folder(path) => path.as_str(),
        Named::File(_) => return path_answer(found, named, path_commits),
        _ => "",
    };
    let rows: Vec<String> = found
        .hot_files()
        .into_iter()
        .filter(|(path, _)| place.is_empty() || lookup::inside(path, place))
        .take(top(ask))
        .map(|(path, history)| {
            let gone = if history.exists {
                ""
            } else {
                ", deleted since"
            };
            let name = history
                .shares
                .first()
                .map_or("somebody", |share| found.name(share.author));
            format!(
                "{}: {}, most by {}{gone}",
                shown(path),
                count(history.commits, "commit"),
                shown(name)
            )
        })
        .collect();
    if rows.is_empty() {
        return SurveyAnswer::yes("No commit changes a file there.".to_owned());
    }
    let place = if place.is_empty() {
        String::new()
    } else {
        format!(" in {}", folder(place))
    };
    SurveyAnswer::yes(numbered(
        &format!("The most changed files{place}, merges left out:"),
        &rows,
    ))
}
