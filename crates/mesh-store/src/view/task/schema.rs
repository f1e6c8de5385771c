//! The tables of tasks.

/// A task's row is numbered by its place in the log. `facts` is what it was created with, `task` how it stands: the
/// core's record, which changes as work goes on. The columns that lists ask by stand beside it. `title`, `body`, `output` and `reason` are words: they go when the task is redacted.
///
/// `since` is the place from which on a task stands as it does; `task_past` has how it stood before, from `since` up to and without
/// `until`.
///
/// `link` of a result that is signed is what later results are linked to.
///
/// `task_links` has what a task needs (kind 0) and what it is about (kind 1), by ids: tasks of one request may name
/// one another before they are there. `task_holds` has the approvals that hold
/// up a task, as long as nobody answered.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, room INTEGER NOT NULL, at INTEGER NOT NULL, creator INTEGER,
    state INTEGER NOT NULL, capability TEXT, worker INTEGER, ended_at INTEGER, since INTEGER NOT NULL,
    facts TEXT NOT NULL, task TEXT NOT NULL, result TEXT, title TEXT, body TEXT);
CREATE INDEX tasks_by_room ON tasks (room, seq);
CREATE INDEX tasks_by_state ON tasks (state, seq);
CREATE INDEX tasks_by_worker ON tasks (worker, seq) WHERE worker IS NOT NULL;
CREATE INDEX tasks_by_creator ON tasks (creator, seq);
CREATE INDEX tasks_by_end ON tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX tasks_ended ON tasks (room, state, since, creator, worker, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE task_past (
    until INTEGER, task INTEGER, since INTEGER NOT NULL, room INTEGER NOT NULL, state INTEGER NOT NULL, worker INTEGER,
    fence INTEGER, assigned INTEGER, priority INTEGER NOT NULL, urgency INTEGER NOT NULL,
    PRIMARY KEY (until, task)) WITHOUT ROWID;
CREATE INDEX task_past_ended ON task_past (room, state, since) WHERE state >= 8;

CREATE TABLE task_links (
    task BLOB, other BLOB, kind INTEGER, PRIMARY KEY (task, other, kind)) WITHOUT ROWID;
CREATE INDEX task_links_back ON task_links (other, task, kind);

CREATE TABLE task_attempts (
    fence INTEGER PRIMARY KEY, task INTEGER NOT NULL, room INTEGER NOT NULL, worker INTEGER NOT NULL,
    at INTEGER NOT NULL, ended INTEGER, ended_at INTEGER, how INTEGER, cause INTEGER, confidence INTEGER,
    tokens INTEGER NOT NULL DEFAULT 0, micros INTEGER NOT NULL DEFAULT 0, model TEXT, reason TEXT);
CREATE INDEX task_attempts_by_task ON task_attempts (task, fence);
CREATE INDEX task_attempts_by_end ON task_attempts (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE task_pieces (
    seq INTEGER PRIMARY KEY, task INTEGER NOT NULL, kind INTEGER NOT NULL, fence INTEGER NOT NULL, worker INTEGER,
    at INTEGER NOT NULL, guard TEXT, output TEXT, link BLOB);
CREATE INDEX task_pieces_by_task ON task_pieces (task, seq);
CREATE INDEX task_pieces_by_link ON task_pieces (link) WHERE link IS NOT NULL;

CREATE TABLE task_holds (approval BLOB PRIMARY KEY, task BLOB NOT NULL) WITHOUT ROWID;
";

/// The last place of words of the task `t`.
pub(in crate::view) const LAST_PLACE: &str =
    "coalesce((SELECT max(seq) FROM word_places WHERE owner = t.id), t.seq)";

/// Whether the task `t` still says anything.
pub(in crate::view) const SPEAKS: &str = "(t.body IS NOT NULL OR EXISTS (
     SELECT 1 FROM task_pieces WHERE task = t.seq AND output IS NOT NULL))";
