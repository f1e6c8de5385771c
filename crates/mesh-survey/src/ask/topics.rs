//! The rules from words to topics, in the order in which they are tried.

use crate::role::Role;

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Help,
    Overview,
    Languages,
    LargestFiles,
    LargestFolders,
    Lines,
    Files,
    Size,
    Extensions,
    BinaryFiles,
    EmptyFiles,
    CommitCount,
    Authors,
    LastCommit,
    FirstCommit,
    Activity,
    HotFiles,
    OwnerOf,
    LastTouch,
    Build,
    Test,
    Run,
    Lint,
    Install,
    Targets,
    Systems,
    EntryPoints,
    Ci,
    Containers,
    Generated,
}

impl Topic {
    /// The program that knows; `None` if each knows its own part.
    pub(crate) fn role(self) -> Option<Role> {
        use Topic::*;
        match self {
            Help | Overview => None,
            Languages | LargestFiles | LargestFolders | Lines | Files | Size | Extensions
            | BinaryFiles | EmptyFiles => Some(Role::Surveyor),
            CommitCount | Authors | LastCommit | FirstCommit | Activity | HotFiles | OwnerOf
            | LastTouch => Some(Role::Historian),
            Build | Test | Run | Lint | Install | Targets | Systems | EntryPoints | Ci
            | Containers | Generated => Some(Role::Builder),
        }
    }
}

/// The words of a question with ways to ask about them.
struct Words<'a>(&'a [&'a str]);

impl Words<'_> {
    fn any(&self, list: &[&str]) -> bool {
        self.0.iter().any(|word| list.contains(word))
    }

    /// These words in this order, one after the other.
    fn run(&self, run: &str) -> bool {
        let run: Vec<&str> = run.split(' ').collect();
        self.0.windows(run.len()).any(|window| window == run)
    }
}

const LARGEST: &[&str] = &["largest", "biggest", "longest", "heaviest", "hugest"];
const FOLDER: &[&str] = &[
    "folder",
    "folders",
    "directory",
    "directories",
    "dir",
    "dirs",
];
const CHANGED: &[&str] = &[
    "changed", "change", "changes", "edited", "modified", "touched", "updated",
];

/// The topic of a question given its words in lower case.
pub(super) fn topic(words: &[&str], names_language: bool, names_path: bool) -> Option<Topic> {
    let words = Words(words);
    if words.0.is_empty() && !names_path {
        return Some(Topic::Help);
    }
    help(&words)
        .or_else(|| history(&words, names_path))
        .or_else(|| sizes(&words, names_language, names_path))
        .or_else(|| builds(&words))
        .or_else(|| bare(&words, names_language, names_path))
}

fn help(words: &Words<'_>) -> Option<Topic> {
    let help = words.any(&["help"])
        || words.run("what can you")
        || words.run("what do you do")
        || words.run("what do you know")
        || words.run("who are you")
        || words.run("what are you");
    if help {
        return Some(Topic::Help);
    }
    let overview = words.any(&["overview", "summary", "summarise", "summarize", "report"])
        || words.run("what did you find")
        || words.run("tell me about");
    overview.then_some(Topic::Overview)
}

fn history(words: &Words<'_>, names_path: bool) -> Option<Topic> {
    let who = words.any(&["who", "whose", "whom"]);
    let last = words.any(&["last", "latest", "newest", "recent", "recently"]);
    let commit = words.any(&["commit", "commits", "committed", "checkin"]);
    if words.any(&["hot", "hottest", "churn", "hotspots", "hotspot"])
        || (words.any(&["most", "often"]) && words.any(CHANGED) && !who)
    {
        return Some(Topic::HotFiles);
    }
    if last && (who || words.any(&["when"])) && words.any(CHANGED) {
        return Some(if names_path || who {
            Topic::LastTouch
        } else {
            Topic::LastCommit
        });
    }
    if words.any(&["when"]) && words.any(CHANGED) {
        return Some(Topic::LastTouch);
    }
    if who && words.any(CHANGED) && words.any(&["most", "often"]) {
        return Some(Topic::OwnerOf);
    }
    if words.any(&[
        "own",
        "owns",
        "owner",
        "owners",
        "owned",
        "maintains",
        "maintain",
        "maintainer",
        "maintainers",
        "responsible",
        "codeowners",
    ]) || (who
        && words.any(&[
            "wrote", "written", "author", "authored", "made", "knows", "created", "works", "worked",
        ]))
        || words.run("who do i ask")
    {
        return Some(Topic::OwnerOf);
    }
    if who && words.any(CHANGED) {
        return Some(Topic::LastTouch);
    }
    if words.any(&["busiest", "activity", "active", "weekly"])
        || (words.any(&["week", "weeks"]) && !words.any(&["who"]))
    {
        return Some(Topic::Activity);
    }
    if commit && last && !words.run("most recent commits by") {
        return Some(Topic::LastCommit);
    }
    if (commit && words.any(&["first", "oldest", "initial", "earliest"]))
        || words.run("how old")
        || (words.any(&["when"]) && words.any(&["start", "started", "begin", "began", "begun"]))
    {
        return Some(Topic::FirstCommit);
    }
    if words.any(&[
        "authors",
        "contributors",
        "contributor",
        "committers",
        "committer",
        "people",
        "developers",
    ]) || (who && (commit || words.any(&["contributed", "contributes"])))
    {
        return Some(Topic::Authors);
    }
    (commit && !words.any(&["file", "files"])).then_some(Topic::CommitCount)
}

fn sizes(words: &Words<'_>, names_language: bool, names_path: bool) -> Option<Topic> {
    let folder = words.any(FOLDER);
    let files = words.any(&["file", "files"]);
    let lines = words.any(&["lines", "line", "loc", "sloc"]);
    if words.any(&["binary", "binaries"]) && !words.any(&["run", "build"]) {
        return Some(Topic::BinaryFiles);
    }
    if files && words.any(&["empty"]) {
        return Some(Topic::EmptyFiles);
    }
    if words.any(LARGEST)
        || (words.any(&["large", "big", "long"])
            && files
            && !words.run("how big")
            && !words.run("how large"))
    {
        return Some(if folder && !files {
            Topic::LargestFolders
        } else {
            Topic::LargestFiles
        });
    }
    if words.any(&["top"]) && files {
        return Some(Topic::LargestFiles);
    }
    if words.any(&["languages", "language"]) || words.run("written in") {
        return Some(Topic::Languages);
    }
    if words.any(&["extension", "extensions"])
        || words.run("file types")
        || words.run("types of files")
    {
        return Some(Topic::Extensions);
    }
    if (words.run("by directory")
        || words.run("by folder")
        || words.run("per directory")
        || words.run("per folder"))
        && !names_path
    {
        return Some(Topic::LargestFolders);
    }
    if lines {
        return Some(Topic::Lines);
    }
    if words.run("how big")
        || words.run("how large")
        || words.run("how long")
        || words.any(&["size", "bytes"])
    {
        return Some(Topic::Size);
    }
    let many = words.run("how many") || words.run("how much") || words.any(&["count", "number"]);
    if many && folder && !files {
        return Some(Topic::LargestFolders);
    }
    if many && (files || names_language) {
        return Some(if files { Topic::Files } else { Topic::Lines });
    }
    None
}

fn builds(words: &Words<'_>) -> Option<Topic> {
    if words.any(&[
        "targets", "target", "scripts", "script", "recipes", "commands",
    ]) {
        return Some(Topic::Targets);
    }
    if words.any(&["generated", "artefacts", "artifacts"]) || words.run("build output") {
        return Some(Topic::Generated);
    }
    if words.any(&[
        "ci",
        "workflow",
        "workflows",
        "pipeline",
        "pipelines",
        "actions",
    ]) {
        return Some(Topic::Ci);
    }
    if words.any(&[
        "docker",
        "dockerfile",
        "dockerfiles",
        "container",
        "containers",
        "image",
        "images",
    ]) {
        return Some(Topic::Containers);
    }
    if words.any(&["test", "tests", "testing", "tested"]) {
        return Some(Topic::Test);
    }
    if words.any(&["lint", "format", "linter", "clippy", "formatter", "fmt"]) {
        return Some(Topic::Lint);
    }
    if words.any(&["entry", "entrypoint", "entrypoints"])
        || words.run("main function")
        || words.run("where does it start")
    {
        return Some(Topic::EntryPoints);
    }
    if words.run("build system")
        || words.run("build systems")
        || words.run("build tool")
        || words.run("build tools")
    {
        return Some(Topic::Systems);
    }
    if words.any(&["build", "compile", "built", "building", "make"]) {
        return Some(Topic::Build);
    }
    if words.any(&["install", "dependencies", "setup", "bootstrap"]) || words.run("set up") {
        return Some(Topic::Install);
    }
    words
        .any(&["run", "start", "launch", "serve", "starts", "execute"])
        .then_some(Topic::Run)
}

/// A question of few words: `Rust files?`, `src/?`, `Python?`.
fn bare(words: &Words<'_>, names_language: bool, names_path: bool) -> Option<Topic> {
    let few = words.0.len() <= 4;
    if words.any(&["files"]) && (few || names_language) {
        return Some(Topic::Files);
    }
    if few && names_language {
        return Some(Topic::Lines);
    }
    (few && names_path).then_some(Topic::Size)
}
