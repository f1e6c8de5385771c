//! The rules from words to topics, in the order in which they are tried.

use crate::role::Role;

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Help,
    Overview,
    Languages,
    LargestFiles,
    Lines,
    Files,
    Size,
    CommitCount,
    Authors,
    LastCommit,
    HotFiles,
    OwnerOf,
    LastTouch,
    Build,
    Test,
    Run,
}

impl Topic {
    /// The program that knows; `None` if each knows its own part.
    pub(crate) fn role(self) -> Option<Role> {
        use Topic::*;
        match self {
            Help | Overview => None,
            Languages | LargestFiles | Lines | Files | Size => Some(Role::Surveyor),
            CommitCount | Authors | LastCommit | HotFiles | OwnerOf | LastTouch => {
                Some(Role::Historian)
            }
            Build | Test | Run => Some(Role::Builder),
        }
    }
}

/// The words of a question with ways to ask about them.
struct Words<'a>(&'a [&'a str]);

impl Words<'_> {
    /// One of the words of a list.
    fn any(&self, list: &str) -> bool {
        list.split(' ').any(|listed| self.0.contains(&listed))
    }

    /// These words in this order, one after the other.
    fn run(&self, run: &str) -> bool {
        let run: Vec<&str> = run.split(' ').collect();
        self.0.windows(run.len()).any(|window| window == run)
    }
}

const LARGEST: &str = "largest biggest longest heaviest hugest";
const CHANGED: &str = "changed change changes edited modified touched updated";

/// The topic of a question given its words in lower case.
pub(super) fn topic(words: &[&str], names_language: bool, names_path: bool) -> Option<Topic> {
    let words = Words(words);
    if words.0.is_empty() && !names_path {
        return Some(Topic::Help);
    }
    help(&words)
        .or_else(|| history(&words, names_path))
        .or_else(|| sizes(&words, names_language))
        .or_else(|| builds(&words))
        .or_else(|| bare(&words, names_language, names_path))
}

fn help(words: &Words<'_>) -> Option<Topic> {
    let help = words.any("help")
        || words.run("what can you")
        || words.run("what do you do")
        || words.run("what do you know")
        || words.run("who are you")
        || words.run("what are you");
    if help {
        return Some(Topic::Help);
    }
    let overview = words.any("overview summary summarise summarize report")
        || words.run("what did you find")
        || words.run("tell me about");
    overview.then_some(Topic::Overview)
}

fn history(words: &Words<'_>, names_path: bool) -> Option<Topic> {
    let who = words.any("who whose whom");
    let last = words.any("last latest newest recent recently");
    let commit = words.any("commit commits committed checkin");
    if words.any("hot hottest churn hotspots hotspot")
        || (words.any("most often") && words.any(CHANGED) && !who)
    {
        return Some(Topic::HotFiles);
    }
    if last && (who || words.any("when")) && words.any(CHANGED) {
        return Some(if names_path || who {
            Topic::LastTouch
        } else {
            Topic::LastCommit
        });
    }
    if words.any("when") && words.any(CHANGED) {
        return Some(Topic::LastTouch);
    }
    if who && words.any(CHANGED) && words.any("most often") {
        return Some(Topic::OwnerOf);
    }
    if words.any("own owns owner owners owned maintains maintain maintainer maintainers responsible codeowners") || (who
        && words.any("wrote written author authored made knows created works worked"))
        || words.run("who do i ask")
    {
        return Some(Topic::OwnerOf);
    }
    if who && words.any(CHANGED) {
        return Some(Topic::LastTouch);
    }
    if commit && last && !words.run("most recent commits by") {
        return Some(Topic::LastCommit);
    }
    if words.any("authors contributors contributor committers committer people developers")
        || (who && (commit || words.any("contributed contributes")))
    {
        return Some(Topic::Authors);
    }
    (commit && !words.any("file files first oldest initial earliest")).then_some(Topic::CommitCount)
}

fn sizes(words: &Words<'_>, names_language: bool) -> Option<Topic> {
    let files = words.any("file files");
    // Folders are not ranked: a list of files would be the wrong answer.
    if words.any("folders directories dirs") && !files {
        return None;
    }
    let lines = words.any("lines line loc sloc");
    if words.any(LARGEST)
        || (words.any("large big long")
            && files
            && !words.run("how big")
            && !words.run("how large"))
    {
        return Some(Topic::LargestFiles);
    }
    if words.any("top") && files {
        return Some(Topic::LargestFiles);
    }
    if words.any("languages language") || words.run("written in") {
        return Some(Topic::Languages);
    }
    if lines {
        return Some(Topic::Lines);
    }
    if words.run("how big")
        || words.run("how large")
        || words.run("how long")
        || words.any("size bytes")
    {
        return Some(Topic::Size);
    }
    let many = words.run("how many") || words.run("how much") || words.any("count number");
    if many && (files || names_language) {
        return Some(if files { Topic::Files } else { Topic::Lines });
    }
    None
}

fn builds(words: &Words<'_>) -> Option<Topic> {
    if words.any("test tests testing tested") {
        return Some(Topic::Test);
    }
    if words.any("build compile built building make") {
        return Some(Topic::Build);
    }
    words
        .any("run start launch serve starts execute")
        .then_some(Topic::Run)
}

/// A question of few words: `Rust files?`, `src/?`, `Python?`.
fn bare(words: &Words<'_>, names_language: bool, names_path: bool) -> Option<Topic> {
    let few = words.0.len() <= 4;
    if words.any("files") && (few || names_language) {
        return Some(Topic::Files);
    }
    if few && names_language {
        return Some(Topic::Lines);
    }
    (few && names_path).then_some(Topic::Size)
}
