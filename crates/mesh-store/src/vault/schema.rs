//! The vault's tables. Unlike the view it cannot be rebuilt: a change has to read the version before it.

pub(super) const VERSION: i64 = 8;

/// What a vault of version 1 lacks; its node key was kept as it is.
pub(super) const SINCE_1: &str = "
CREATE TABLE secrets (name TEXT, version INTEGER, sealed BLOB NOT NULL, PRIMARY KEY (name, version)) WITHOUT ROWID;
";

/// What a vault of version 2 lacks.
pub(super) const SINCE_2: &str = "
CREATE TABLE nonces (hash BLOB PRIMARY KEY) WITHOUT ROWID;
";

/// What a vault of version 3 lacks. Browsers sign in anew: what their pages would have to know was never drawn.
pub(super) const SINCE_3: &str = "
DELETE FROM browsers;
ALTER TABLE browsers ADD COLUMN page_key BLOB;
DROP TABLE attempts;
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, place BLOB NOT NULL, stranger INTEGER NOT NULL,
    at INTEGER NOT NULL);
CREATE INDEX attempts_by_account ON attempts (account, at);
CREATE INDEX attempts_by_place ON attempts (place, at);
CREATE TABLE known (account BLOB, place BLOB, at INTEGER NOT NULL, PRIMARY KEY (account, place)) WITHOUT ROWID;
";

/// What a vault of version 4 lacks.
pub(super) const SINCE_4: &str = "
CREATE TABLE deliveries (
    participant BLOB, seq INTEGER, session TEXT NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL, why TEXT,
    turn TEXT, at INTEGER NOT NULL, PRIMARY KEY (participant, seq)) WITHOUT ROWID;
";

/// What a vault of version 5 lacks.
pub(super) const SINCE_5: &str = "
CREATE TABLE wakes (
    participant BLOB, nth INTEGER, session TEXT NOT NULL, at INTEGER NOT NULL, seqs TEXT NOT NULL, lost INTEGER NOT NULL,
    PRIMARY KEY (participant, nth)) WITHOUT ROWID;
";

/// What a vault of version 6 lacks.
pub(super) const SINCE_6: &str = "
CREATE TABLE outbox (destination TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
";

/// What a vault of version 7 lacks.
pub(super) const SINCE_7: &str = "
CREATE TABLE pushes (browser INTEGER PRIMARY KEY, since INTEGER NOT NULL, sealed BLOB NOT NULL);
CREATE TRIGGER pushes_end AFTER DELETE ON browsers BEGIN DELETE FROM pushes WHERE browser = old.id; END;
CREATE TABLE attention (participant BLOB PRIMARY KEY, wishes TEXT NOT NULL) WITHOUT ROWID;
";

pub(super) const TABLES: &str = "
CREATE TABLE identity (one INTEGER PRIMARY KEY CHECK (one = 1), vault BLOB NOT NULL, seed BLOB NOT NULL);

CREATE TABLE secrets (name TEXT, version INTEGER, sealed BLOB NOT NULL, PRIMARY KEY (name, version)) WITHOUT ROWID;

CREATE TABLE credentials (hash BLOB PRIMARY KEY, id BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX credentials_by_id ON credentials (id);
CREATE TABLE owner (one INTEGER PRIMARY KEY CHECK (one = 1), hash BLOB NOT NULL);
CREATE TABLE invites (hash BLOB PRIMARY KEY, id BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE nonces (hash BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE passwords (participant BLOB PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE browsers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, participant BLOB NOT NULL,
    label TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, page_key BLOB);
CREATE INDEX browsers_by_participant ON browsers (participant);
CREATE TABLE pushes (browser INTEGER PRIMARY KEY, since INTEGER NOT NULL, sealed BLOB NOT NULL);
CREATE TRIGGER pushes_end AFTER DELETE ON browsers BEGIN DELETE FROM pushes WHERE browser = old.id; END;
CREATE TABLE links (hash BLOB PRIMARY KEY, participant BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB NOT NULL, place BLOB NOT NULL, stranger INTEGER NOT NULL,
    at INTEGER NOT NULL);
CREATE INDEX attempts_by_account ON attempts (account, at);
CREATE INDEX attempts_by_place ON attempts (place, at);
CREATE TABLE known (account BLOB, place BLOB, at INTEGER NOT NULL, PRIMARY KEY (account, place)) WITHOUT ROWID;

CREATE TABLE inboxes (participant BLOB PRIMARY KEY, upto INTEGER NOT NULL, above BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE attention (participant BLOB PRIMARY KEY, wishes TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE deliveries (
    participant BLOB, seq INTEGER, session TEXT NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL, why TEXT,
    turn TEXT, at INTEGER NOT NULL, PRIMARY KEY (participant, seq)) WITHOUT ROWID;
CREATE TABLE wakes (
    participant BLOB, nth INTEGER, session TEXT NOT NULL, at INTEGER NOT NULL, seqs TEXT NOT NULL, lost INTEGER NOT NULL,
    PRIMARY KEY (participant, nth)) WITHOUT ROWID;
CREATE TABLE presence (
    participant BLOB PRIMARY KEY, state TEXT NOT NULL, summary TEXT, last_seen INTEGER) WITHOUT ROWID;
CREATE TABLE outbox (destination TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE usage (day INTEGER, credential BLOB, count INTEGER NOT NULL, PRIMARY KEY (day, credential)) WITHOUT ROWID;
";
