//! The limits on failed sign-ins. They survive a restart.
//!
//! Failures count by account and by where they come from, so that nobody's failures lock somebody else's account, and
//! nobody's at one place lock an account at another. Whoever guesses from many places, or at many
//! accounts, meets limits that hold for strangers only: a browser or network in which an account was signed in before
//! is no stranger to it.

use mesh_model::Millis;
use mesh_model::limits::{
    LOGIN_FAILURES_MAX, LOGIN_KNOWN_MS, LOGIN_PLACES_MAX, LOGIN_STRANGERS_MAX, LOGIN_WINDOW_MS,
};
use rusqlite::{Connection, OptionalExtension};

use super::Vault;
use super::secret::SecretHash;
use crate::StoreError;
use crate::sql::{int, number};

/// Who wants to sign in, from where.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    /// The name that was given, whether anybody has it or not.
    pub account: &'a str,
    /// The network it comes from.
    pub network: &'a str,
    /// The secret that the page in this browser keeps, if it has one.
    pub page_key: Option<&'a str>,
}

/// A sign-in that was begun and counts as failed until [`Vault::login_succeeded`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt(i64);

/// Too many failed sign-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// When the next one is possible, in milliseconds from now.
    pub retry_after_ms: u64,
}

impl Knock<'_> {
    fn account(&self) -> [u8; 32] {
        SecretHash::of(&self.account.to_lowercase()).0
    }

    fn network(&self) -> [u8; 32] {
        SecretHash::of(&format!("network {}", self.network)).0
    }

    fn browser(&self) -> Option<[u8; 32]> {
        let key = self.page_key?;
        Some(SecretHash::of(&format!("browser {key}")).0)
    }
}

impl Vault {
    /// Begins a sign-in. It counts as failed from the first moment, so that many at once get no further than one after
    /// the other, and a crash forgives none.
    pub fn begin_login(
        &self,
        knock: Knock<'_>,
        now: Millis,
    ) -> Result<Result<Attempt, Blocked>, StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        // A clock that was set back must not block anybody for longer than the window.
        tx.prepare_cached("UPDATE attempts SET at = ?1 WHERE at > ?1")?
            .execute([int(now.0)])?;
        let since = int(now.0.saturating_sub(LOGIN_WINDOW_MS));
        tx.prepare_cached("DELETE FROM attempts WHERE at <= ?1")?
            .execute([since])?;
        let (account, network) = (knock.account(), knock.network());
        let browser = match knock.browser() {
            Some(browser) if is_known(&tx, account, browser, now)? => Some(browser),
            _ => None,
        };
        let stranger = browser.is_none() && !is_known(&tx, account, network, now)?;
        let place = browser.unwrap_or(network);
        let blocked = match free_at(&tx, account, place, stranger)? {
            Some(free_at) => Err(Blocked {
                retry_after_ms: free_at.since(now).max(1),
            }),
            None => {
                tx.prepare_cached(
                    "INSERT INTO attempts (account, place, stranger, at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((account, place, stranger, int(now.0)))?;
                Ok(Attempt(tx.last_insert_rowid()))
            }
        };
        tx.commit()?;
        Ok(blocked)
    }

    /// The sign-in was right: it does not count, and from here on the account knows the network. Earlier failures still
    /// count, or else somebody with one account could guess at others for ever.
    pub fn login_succeeded(
        &self,
        attempt: Attempt,
        knock: Knock<'_>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        tx.prepare_cached("DELETE FROM attempts WHERE id = ?1")?
            .execute([attempt.0])?;
        remember(&tx, knock.account(), knock.network(), now)?;
        if let Some(browser) = knock.browser() {
            remember(&tx, knock.account(), browser, now)?;
        }
        Ok(tx.commit()?)
    }
}

/// When the next try is possible, if none is now.
fn free_at(
    db: &Connection,
    account: [u8; 32],
    place: [u8; 32],
    stranger: bool,
) -> Result<Option<Millis>, StoreError> {
    let after = |count: u32, query: &str, which: &[&dyn rusqlite::ToSql]| {
        let oldest = db
            .prepare_cached(&format!(
                "SELECT at FROM attempts WHERE {query} ORDER BY at DESC LIMIT 1 OFFSET {}",
                count - 1
            ))?
            .query_row(which, |row| row.get::<_, i64>(0))
            .optional()?;
        Ok::<_, StoreError>(oldest.map(|at| Millis(number(at)).plus(LOGIN_WINDOW_MS)))
    };
    let pair = "account = ?1 AND place = ?2";
    if let Some(free) = after(LOGIN_FAILURES_MAX, pair, &[&account, &place])? {
        return Ok(Some(free));
    }
    if !stranger {
        return Ok(None);
    }
    // Guessed at from many places: only where it was signed in before it is open.
    let all = "account = ?1 AND stranger";
    if let Some(free) = after(LOGIN_STRANGERS_MAX, all, &[&account])? {
        return Ok(Some(free));
    }
    // Many accounts were guessed at from here: one try an account is left, so that none is locked by the others.
    match after(LOGIN_STRANGERS_MAX, "place = ?1 AND stranger", &[&place])? {
        Some(_) => after(1, pair, &[&account, &place]),
        None => Ok(None),
    }
}

fn is_known(
    db: &Connection,
    account: [u8; 32],
    place: [u8; 32],
    now: Millis,
) -> Result<bool, StoreError> {
    let since = int(now.0.saturating_sub(LOGIN_KNOWN_MS));
    let mut found =
        db.prepare_cached("SELECT 1 FROM known WHERE account = ?1 AND place = ?2 AND at > ?3")?;
    Ok(found.exists((account, place, since))?)
}

/// The newest places of an account are kept.
fn remember(
    db: &Connection,
    account: [u8; 32],
    place: [u8; 32],
    now: Millis,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR REPLACE INTO known VALUES (?1, ?2, ?3)")?
        .execute((account, place, int(now.0)))?;
    db.prepare_cached(
        "DELETE FROM known WHERE account = ?1 AND place IN \
         (SELECT place FROM known WHERE account = ?1 ORDER BY at DESC, place LIMIT -1 OFFSET ?2)",
    )?
    .execute((account, LOGIN_PLACES_MAX))?;
    Ok(())
}
