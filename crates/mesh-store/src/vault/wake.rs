//! The wakes of idle sessions: what was noted before a program was told to let its model run.

use mesh_core::delivery::Standing;
use mesh_core::delivery::wake::{Verdict, Woken, judge};
use mesh_model::api::DeliveryState;
use mesh_model::limits::WAKES_PER_HOUR_MAX;
use mesh_model::{Millis, ParticipantId, Seq};
use rusqlite::Connection;

use super::Vault;
use super::delivery::standing;
use crate::StoreError;
use crate::sql::{self, int};

/// So many are kept for a participant: a day at the bound of an hour.
const KEPT_MAX: i64 = 24 * WAKES_PER_HOUR_MAX as i64;

impl Vault {
    /// Judges whether a session is woken for what waits. A wake is on the disk when this returns: only then may it happen.
    pub fn wake(
        &self,
        participant: ParticipantId,
        session: &str,
        restarted: bool,
        waiting: &[Seq],
        now: Millis,
    ) -> Result<Verdict, StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        let before = wakes(&tx, participant)?;
        let standings: Result<Vec<_>, _> = waiting
            .iter()
            .map(|seq| Ok::<_, StoreError>((*seq, standing(&tx, participant, *seq)?)))
            .collect();
        let woken: Vec<Woken> = before.iter().map(|(_, woken)| woken.clone()).collect();
        let verdict = judge(session, restarted, &standings?, &woken, now);
        if let Verdict::Wake(seqs) = &verdict {
            let nth = before.last().map_or(0, |(nth, _)| nth + 1);
            tx.prepare_cached("INSERT INTO wakes VALUES (?1, ?2, ?3, ?4, ?5, 0)")?
                .execute((
                    participant.0.as_bytes(),
                    nth,
                    session,
                    int(now.0),
                    sql::json(seqs),
                ))?;
            tx.prepare_cached("DELETE FROM wakes WHERE participant = ?1 AND nth <= ?2")?
                .execute((participant.0.as_bytes(), nth - KEPT_MAX))?;
        }
        tx.commit()?;
        Ok(verdict)
    }
}

impl Vault {
    /// For which messages a session was woken last that it has read since.
    pub fn read_when_woken(
        &self,
        participant: ParticipantId,
        session: &str,
    ) -> Result<Vec<Seq>, StoreError> {
        let db = self.read();
        let wakes = wakes(&db, participant)?;
        let last = (wakes.into_iter().rev())
            .map(|(_, woken)| woken)
            .find(|woken| woken.session == session && !woken.is_lost);
        let mut read = Vec::new();
        for seq in last.map(|woken| woken.seqs).unwrap_or_default() {
            let is_read = |standing: Standing| {
                standing.state == DeliveryState::Read && standing.session == session
            };
            if standing(&db, participant, seq)?.is_some_and(is_read) {
                read.push(seq);
            }
        }
        Ok(read)
    }
}

/// A session has lost what it was woken with, or did not take it.
pub(super) fn lose(
    db: &Connection,
    participant: ParticipantId,
    session: &str,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE wakes SET lost = 1 WHERE participant = ?1 AND session = ?2")?
        .execute((participant.0.as_bytes(), session))?;
    Ok(())
}

/// A participant's wakes, oldest first.
fn wakes(db: &Connection, participant: ParticipantId) -> Result<Vec<(i64, Woken)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT nth, session, at, seqs, lost FROM wakes WHERE participant = ?1 ORDER BY nth",
    )?;
    let mut rows = statement.query([participant.0.as_bytes()])?;
    let mut wakes = Vec::new();
    while let Some(row) = rows.next()? {
        let seqs: String = row.get(3)?;
        let seqs = serde_json::from_str(&seqs)
            .map_err(|why| StoreError::Unreadable(format!("a wake: {why}")))?;
        wakes.push((
            row.get(0)?,
            Woken {
                session: row.get(1)?,
                at: sql::millis(row, 2)?,
                seqs,
                is_lost: row.get(4)?,
            },
        ));
    }
    Ok(wakes)
}
