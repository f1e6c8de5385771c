//! Browsers that are signed in, and the links that sign one in.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{PoisonError, RwLockWriteGuard};

use mesh_model::limits::{COOKIE_MS, LOGIN_LINK_MS};
use mesh_model::{Millis, ParticipantId};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use super::Vault;
use super::secret::{SecretHash, draw};
use crate::StoreError;
use crate::sql::{self, int, number};

/// A browser somebody is signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// Its number, never given twice.
    pub id: u64,
    /// Who signed in.
    pub participant: ParticipantId,
    /// What the browser calls itself.
    pub label: String,
    /// When it signed in.
    pub created: Millis,
    /// When its cookie ends.
    pub expires: Millis,
}

/// A browser that was just signed in, and its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The cookie's.
    pub secret: String,
    /// The page's own.
    pub page_key: String,
    /// The browser.
    pub browser: Browser,
}

const COLUMNS: &str = "id, participant, label, created, expires";

fn browser(row: &Row<'_>) -> rusqlite::Result<Browser> {
    Ok(Browser {
        id: number(row.get(0)?),
        participant: ParticipantId(sql::uuid(row, 1)?),
        label: row.get(2)?,
        created: sql::millis(row, 3)?,
        expires: sql::millis(row, 4)?,
    })
}

/// The numbers of all browsers that are signed in.
pub(super) fn signed_in(db: &Connection) -> Result<BTreeSet<u64>, StoreError> {
    let mut statement = db.prepare("SELECT id FROM browsers")?;
    let ids = statement.query_map([], |row| Ok(number(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Whether a page's key is one that was drawn here, for whomever.
fn is_drawn(db: &Connection, page_key: &str) -> Result<bool, StoreError> {
    let mut found = db.prepare_cached("SELECT 1 FROM browsers WHERE page_key = ?1")?;
    Ok(found.exists([SecretHash::of(page_key).0])?)
}

/// The numbers of the browsers that a statement deleted.
fn deleted(db: &Connection, delete: &str, which: impl Params) -> Result<Vec<u64>, StoreError> {
    let mut statement = db.prepare_cached(delete)?;
    let ids = statement.query_map(which, |row| Ok(number(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

impl Vault {
    /// Signs a browser in for [`COOKIE_MS`]. A cookie alone is not enough to be let in with: every port and path of a
    /// host gets it. So the page keeps a second secret in its own storage, which is shown beside it: the one that it has
    /// already, if this vault drew that, or a new one. Neither is kept here.
    pub fn sign_in(
        &self,
        participant: ParticipantId,
        label: &str,
        page_key: Option<&str>,
        now: Millis,
    ) -> Result<SignedIn, StoreError> {
        let secret = draw("")?;
        let expires = now.plus(COOKIE_MS);
        let mut db = self.write();
        let tx = db.transaction()?;
        let page_key = match page_key {
            Some(kept) if is_drawn(&tx, kept)? => kept.to_owned(),
            _ => draw("")?,
        };
        let old = deleted(
            &tx,
            "DELETE FROM browsers WHERE expires <= ?1 RETURNING id",
            [int(now.0)],
        )?;
        tx.prepare_cached(
            "INSERT INTO browsers (hash, participant, label, created, expires, page_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((SecretHash::of(&secret).0, participant.0.as_bytes(), label, int(now.0), int(expires.0), SecretHash::of(&page_key).0))?;
        let id = number(tx.last_insert_rowid());
        tx.commit()?;
        let mut known = self.known_browsers();
        known.retain(|browser| !old.contains(browser));
        known.insert(id);
        drop(known);
        Ok(SignedIn {
            secret,
            page_key,
            browser: Browser {
                id,
                participant,
                label: label.to_owned(),
                created: now,
                expires,
            },
        })
    }

    /// The browser a cookie and its page's key belong to, if it is still signed in.
    pub fn browser(
        &self,
        cookie: &str,
        page_key: &str,
        now: Millis,
    ) -> Result<Option<Browser>, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM browsers WHERE hash = ?1 AND page_key = ?2 AND expires > ?3"
        ))?;
        let which = (
            SecretHash::of(cookie).0,
            SecretHash::of(page_key).0,
            int(now.0),
        );
        Ok(statement.query_row(which, browser).optional()?)
    }

    /// Who is signed in by a cookie. That lets nobody in; it says whose place another sign-in would take.
    pub fn holder(&self, cookie: &str, now: Millis) -> Result<Option<ParticipantId>, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM browsers WHERE hash = ?1 AND expires > ?2"
        ))?;
        let found = statement.query_row((SecretHash::of(cookie).0, int(now.0)), browser);
        Ok(found.optional()?.map(|browser| browser.participant))
    }

    /// The browsers somebody is signed in with, oldest first.
    pub fn browsers(
        &self,
        participant: ParticipantId,
        now: Millis,
    ) -> Result<Vec<Browser>, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM browsers WHERE participant = ?1 AND expires > ?2 ORDER BY id"
        ))?;
        let rows = statement.query_map((participant.0.as_bytes(), int(now.0)), browser)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the browser with this number is signed in still, as far as nobody signed it out.
    pub fn is_signed_in(&self, browser: u64) -> bool {
        let known = self.browsers.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.contains(&browser)
    }

    /// Signs one of somebody's browsers out. Says whether there was such a one.
    pub fn sign_out(&self, participant: ParticipantId, browser: u64) -> Result<bool, StoreError> {
        let gone = self.forget_browsers(
            "DELETE FROM browsers WHERE participant = ?1 AND id = ?2 RETURNING id",
            (participant.0.as_bytes(), int(browser)),
        )?;
        Ok(gone > 0)
    }

    /// Signs all of somebody's browsers out, but for one if it is named. Says how many.
    pub fn sign_out_all(
        &self,
        participant: ParticipantId,
        except: Option<u64>,
    ) -> Result<usize, StoreError> {
        self.forget_browsers(
            "DELETE FROM browsers WHERE participant = ?1 AND id IS NOT ?2 RETURNING id",
            (participant.0.as_bytes(), except.map(int)),
        )
    }

    fn forget_browsers(&self, delete: &str, which: impl Params) -> Result<usize, StoreError> {
        let db = self.write();
        let gone = deleted(&db, delete, which)?;
        self.known_browsers()
            .retain(|browser| !gone.contains(browser));
        self.sign_outs
            .fetch_add(gone.len() as u64, Ordering::AcqRel);
        Ok(gone.len())
    }

    fn known_browsers(&self) -> RwLockWriteGuard<'_, BTreeSet<u64>> {
        self.browsers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How many browsers were signed out since the vault was opened.
    pub fn sign_outs(&self) -> u64 {
        self.sign_outs.load(Ordering::Acquire)
    }

    /// Makes the secret of a link that signs a browser in once, within [`LOGIN_LINK_MS`].
    pub fn make_link(
        &self,
        participant: ParticipantId,
        now: Millis,
    ) -> Result<(String, Millis), StoreError> {
        let secret = draw("")?;
        let expires = now.plus(LOGIN_LINK_MS);
        let mut db = self.write();
        let tx = db.transaction()?;
        tx.prepare_cached("DELETE FROM links WHERE expires <= ?1")?
            .execute([int(now.0)])?;
        tx.prepare_cached("INSERT INTO links VALUES (?1, ?2, ?3)")?
            .execute((
                SecretHash::of(&secret).0,
                participant.0.as_bytes(),
                int(expires.0),
            ))?;
        tx.commit()?;
        Ok((secret, expires))
    }

    /// Whom a link would sign in.
    pub fn link(&self, secret: &str, now: Millis) -> Result<Option<ParticipantId>, StoreError> {
        let db = self.read();
        let mut statement =
            db.prepare_cached("SELECT participant FROM links WHERE hash = ?1 AND expires > ?2")?;
        let found = statement.query_row((SecretHash::of(secret).0, int(now.0)), |row| {
            Ok(ParticipantId(sql::uuid(row, 0)?))
        });
        Ok(found.optional()?)
    }

    /// Uses a link up. Gives whom it signs in, unless it was used before or is too old.
    pub fn use_link(&self, secret: &str, now: Millis) -> Result<Option<ParticipantId>, StoreError> {
        let db = self.write();
        let mut delete =
            db.prepare_cached("DELETE FROM links WHERE hash = ?1 RETURNING participant, expires")?;
        // All rows have to be read before the deletion counts.
        let mut used = delete.query_map([SecretHash::of(secret).0], |row| {
            Ok((ParticipantId(sql::uuid(row, 0)?), sql::millis(row, 1)?))
        })?;
        let link = used.next().transpose()?;
        let _end = used.next().transpose()?;
        Ok(link
            .filter(|(_, expires)| *expires > now)
            .map(|(participant, _)| participant))
    }
}
