//! Sentences as people write them, other than those of the made-up weeks. Each pair is two acts of two agents in one room; what
//! they are is said beside them. Whoever chose the words that the rules know had read these pairs, so they show what the rules
//! cover, and not how they do on what nobody has read.

use mesh_model::Seq;
use mesh_observe::testing::{Story, room};

/// How the two acts are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// As messages.
    InMessages,
    /// As tasks.
    AsTasks,
}

use Said::{AsTasks, InMessages};

/// A pair: the rule that should find it, or none.
pub type Pair = (Option<&'static str>, Said, &'static str, &'static str);

/// The story of one pair, and the place of the second act.
pub fn story((_, said, first, second): Pair) -> (Story, Seq) {
    let mut story = Story::default();
    for (who, text) in [(1, first), (2, second)] {
        match said {
            InMessages => drop(story.says(who, room(1), text)),
            AsTasks => drop(story.creates(who, room(1), text, "")),
        }
    }
    let last = Seq(story.items().len() as u64);
    (story, last)
}

const FILE: Option<&str> = Some("one-file");
const WORK: Option<&str> = Some("doubled-work");
const AGAINST: Option<&str> = Some("contradiction");

/// What people say.
pub const PAIRS: &[Pair] = &[
    (
        FILE,
        InMessages,
        "I've got src/api/auth.rs open and am halfway through.",
        "Patching src/api/auth.rs real quick.",
    ),
    (
        FILE,
        InMessages,
        "Taking src/cache.py for the afternoon.",
        "Just started on src/cache.py.",
    ),
    (
        FILE,
        InMessages,
        "Mid-way through a rewrite of web/src/nav.ts",
        "Small change coming to web/src/nav.ts in a minute.",
    ),
    (
        FILE,
        InMessages,
        "Heads up: I'm in config/deploy.yaml right now.",
        "Bumping the timeouts in config/deploy.yaml.",
    ),
    (
        FILE,
        InMessages,
        "src/db/pool.go is on my desk today.",
        "I'm cleaning up src/db/pool.go.",
    ),
    (
        FILE,
        InMessages,
        "I have uncommitted changes in lib/parse.rb.",
        "Reworking lib/parse.rb from scratch.",
    ),
    (
        FILE,
        InMessages,
        "Opening a PR for src/main.c shortly.",
        "I'm going to restructure src/main.c.",
    ),
    (
        FILE,
        InMessages,
        "docs/setup.md: I am drafting a new version.",
        "Correcting typos in docs/setup.md.",
    ),
    (
        FILE,
        InMessages,
        "Currently busy with tools/build.sh.",
        "I'll be changing tools/build.sh tonight.",
    ),
    (
        FILE,
        InMessages,
        "Leave src/queue.rs to me, I know what is wrong.",
        "Debugging and fixing src/queue.rs.",
    ),
    (
        FILE,
        InMessages,
        "I'm about to commit a big diff of src/router.ts.",
        "Adding a route to src/router.ts.",
    ),
    (
        FILE,
        InMessages,
        "Ich bearbeite gerade src/konto.rs.",
        "Ich ändere src/konto.rs.",
    ),
    (
        None,
        InMessages,
        "Read src/api/auth.rs, looks fine.",
        "I'm editing src/api/auth.rs.",
    ),
    (
        None,
        InMessages,
        "src/cache.py was merged yesterday.",
        "Starting on src/cache.py.",
    ),
    (
        None,
        InMessages,
        "Has anybody looked at web/src/nav.ts?",
        "Editing web/src/nav.ts.",
    ),
    (
        None,
        InMessages,
        "The stack trace points at src/db/pool.go.",
        "I'm fixing src/db/pool.go.",
    ),
    (
        None,
        InMessages,
        "Editing src/a/one.rs.",
        "Editing src/a/two.rs.",
    ),
    (
        None,
        InMessages,
        "I won't touch tools/build.sh this week.",
        "Changing tools/build.sh.",
    ),
    (
        None,
        InMessages,
        "Reviewing the diff of src/router.ts.",
        "Rewriting src/router.ts.",
    ),
    (
        None,
        InMessages,
        "We might need to change src/queue.rs one day.",
        "Fixing src/queue.rs.",
    ),
    (
        WORK,
        AsTasks,
        "Dark mode for the settings page",
        "Add a dark theme to settings",
    ),
    (
        WORK,
        AsTasks,
        "Users can't reset their password",
        "Password reset is broken, fix it",
    ),
    (
        WORK,
        AsTasks,
        "Upgrade to Postgres 16",
        "Migrate the database to Postgres 16",
    ),
    (WORK, AsTasks, "Search is too slow", "Speed up search"),
    (
        WORK,
        AsTasks,
        "Reduce the memory use of the indexer",
        "The indexer eats too much RAM",
    ),
    (
        WORK,
        AsTasks,
        "Export invoices as PDF",
        "Let customers download their invoices as PDF",
    ),
    (
        WORK,
        AsTasks,
        "Flaky test in the scheduler",
        "Scheduler test fails sometimes",
    ),
    (
        WORK,
        AsTasks,
        "Write the onboarding guide",
        "Document how new people get started",
    ),
    (
        WORK,
        AsTasks,
        "Rate limiting for the public API",
        "Throttle requests to the public API",
    ),
    (
        WORK,
        AsTasks,
        "Delete unused images",
        "Clean up pictures that nobody uses",
    ),
    (
        WORK,
        AsTasks,
        "Translate the app into French",
        "French localisation of the app",
    ),
    (
        WORK,
        AsTasks,
        "Email notifications are sent twice",
        "Stop duplicate notification emails",
    ),
    (
        WORK,
        AsTasks,
        "Make the build reproducible",
        "Reproducible builds",
    ),
    (
        WORK,
        AsTasks,
        "Rotate the signing keys",
        "Signing keys need rotation",
    ),
    (
        WORK,
        AsTasks,
        "Crash when the upload is empty",
        "Uploading an empty file panics",
    ),
    (
        None,
        AsTasks,
        "Dark mode for the settings page",
        "Dark mode for the login page",
    ),
    (
        None,
        AsTasks,
        "Upgrade to Postgres 16",
        "Upgrade to Node 22",
    ),
    (
        None,
        AsTasks,
        "Export invoices as PDF",
        "Import invoices from PDF",
    ),
    (
        None,
        AsTasks,
        "Translate the app into French",
        "Translate the app into Polish",
    ),
    (
        None,
        AsTasks,
        "Flaky test in the scheduler",
        "Flaky test in the parser",
    ),
    (
        None,
        AsTasks,
        "Write the onboarding guide",
        "Write the release notes",
    ),
    (
        None,
        AsTasks,
        "Rotate the signing keys",
        "Rotate the log files",
    ),
    (None, AsTasks, "Speed up search", "Speed up login"),
    (
        AGAINST,
        InMessages,
        "Let's go with Kafka for events.",
        "We'll use RabbitMQ for events.",
    ),
    (
        AGAINST,
        InMessages,
        "We settled on tabs for indentation.",
        "We settled on spaces for indentation.",
    ),
    (
        AGAINST,
        InMessages,
        "Decision: the API stays at v1.",
        "Decision: the API moves to v2.",
    ),
    (
        AGAINST,
        InMessages,
        "The plan is to release on the 3rd of May.",
        "The plan is to release on the 10th of May.",
    ),
    (
        AGAINST,
        InMessages,
        "Final call: no feature flags in the beta.",
        "Final call: feature flags in the beta.",
    ),
    (
        AGAINST,
        InMessages,
        "We're going with OAuth for partner login.",
        "We're going with API keys for partner login.",
    ),
    (
        AGAINST,
        InMessages,
        "Decided: sessions live for a week.",
        "Decided: sessions live for a day.",
    ),
    (
        AGAINST,
        InMessages,
        "Decision: keep the old importer.",
        "Decision: drop the old importer.",
    ),
    (
        AGAINST,
        InMessages,
        "We agreed to enable caching in production.",
        "We agreed to disable caching in production.",
    ),
    (
        AGAINST,
        InMessages,
        "Decision: errors are returned as JSON.",
        "Decision: errors are returned as plain text.",
    ),
    (
        AGAINST,
        InMessages,
        "Wir haben beschlossen, Redis zu verwenden.",
        "Wir haben beschlossen, Redis nicht zu verwenden.",
    ),
    (
        AGAINST,
        InMessages,
        "Agreed: one repository for everything.",
        "Agreed: a repository for each service.",
    ),
    (
        None,
        InMessages,
        "Let's go with Kafka for events.",
        "We'll use RabbitMQ for jobs.",
    ),
    (
        None,
        InMessages,
        "We settled on tabs for indentation.",
        "We settled on Friday for the demo.",
    ),
    (
        None,
        InMessages,
        "Decision: the API stays at v1.",
        "Decision: the API stays at v1.",
    ),
    (
        None,
        InMessages,
        "The plan is to release on the 3rd of May.",
        "The plan is to hire in May.",
    ),
    (
        None,
        InMessages,
        "We're going with OAuth for partner login.",
        "Are we going with API keys for partner login?",
    ),
    (
        None,
        InMessages,
        "Decision: keep the old importer.",
        "Decision: keep the new exporter.",
    ),
    (
        None,
        InMessages,
        "We agreed to enable caching in production.",
        "We agreed to enable tracing in production.",
    ),
    (
        None,
        InMessages,
        "Decided: sessions live for a week.",
        "Changed our mind: sessions live for a day instead.",
    ),
];
