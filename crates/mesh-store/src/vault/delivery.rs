//! The ledger of what was handed into sessions. What is read moves the inbox's position in the same step, so that no end of
//! the process falls between the two.

use mesh_core::delivery::{Standing, Word, hand, hear};
use mesh_model::api::{DeliveryState, DropReason, Lost};
use mesh_model::{Millis, ParticipantId, Seq};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{Vault, inbox, wake};
use crate::sql::{self, int};
use crate::{StoreError, TooManyRanges};

/// So many standings are kept for a participant; the oldest that are settled go first.
const KEPT_MAX: i64 = 2_000;

/// What a session says of its messages.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Whose messages.
    pub participant: ParticipantId,
    /// The session that speaks.
    pub session: &'a str,
    /// What it says of which.
    pub words: &'a [(Seq, Word<'a>)],
    /// What else it has lost of what it was handed, and why.
    pub lost: Option<(Lost, DropReason)>,
    /// Whether its last wake came to nothing.
    pub unwoken: bool,
    /// Now.
    pub now: Millis,
}

impl Vault {
    /// The words that stand for a message in a recipient's conversation. Others cannot guess them.
    pub fn delivery_tag(&self, participant: ParticipantId, seq: Seq) -> String {
        let mut hash = Sha256::new();
        hash.update(b"mesh delivery tag\0");
        hash.update(self.node_seed().0);
        hash.update(participant.0.as_bytes());
        hash.update(seq.0.to_be_bytes());
        let hash = hash.finalize();
        format!(
            "m{}.{}",
            seq.0,
            &hash[..5]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        )
    }

    /// Notes that a session is handed the first of these messages, and says which it may be handed, with how often that has happened.
    /// Durable when this returns: only then may they leave.
    pub fn hand(
        &self,
        participant: ParticipantId,
        session: &str,
        seqs: &[Seq],
        limit: usize,
        now: Millis,
    ) -> Result<Vec<(Seq, u32)>, StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        let mut handed = Vec::new();
        for seq in seqs {
            if handed.len() == limit {
                break;
            }
            let before = standing(&tx, participant, *seq)?;
            if let Some(after) = hand(before.as_ref(), session, now) {
                keep(&tx, participant, *seq, &after)?;
                handed.push((*seq, after.attempt));
            }
        }
        prune(&tx, participant)?;
        tx.commit()?;
        Ok(handed)
    }

    /// Takes in what a session says. Gives where each message stands of which it speaks and which was ever handed.
    pub fn hear(
        &self,
        heard: Heard<'_>,
    ) -> Result<Result<Vec<(Seq, Standing)>, TooManyRanges>, StoreError> {
        let Heard {
            participant,
            session,
            words,
            lost,
            unwoken,
            now,
        } = heard;
        let mut db = self.write();
        let tx = db.transaction()?;
        let (mut told, mut read) = (Vec::new(), Vec::new());
        let mut take_in = |seq: Seq, before: Standing, word: Word<'_>| -> Result<(), StoreError> {
            let after = hear(&before, session, word, now);
            if let Some(after) = &after {
                keep(&tx, participant, seq, after)?;
                if matches!(word, Word::Read(_)) {
                    read.push(seq);
                }
            }
            told.push((seq, after.unwrap_or_else(|| before.told(now))));
            Ok(())
        };
        for (seq, word) in words {
            if let Some(before) = standing(&tx, participant, *seq)? {
                take_in(*seq, before, *word)?;
            }
        }
        if let Some((lost, why)) = lost {
            for (seq, before) in open(&tx, participant, session)? {
                if lost == Lost::All || before.state == DeliveryState::Handed {
                    take_in(seq, before, Word::Dropped(why))?;
                }
            }
        }
        if lost.is_some() || unwoken {
            wake::lose(&tx, participant, session)?;
        }
        if !read.is_empty()
            && let Err(too_many) = inbox::take_in(&tx, participant, None, &read)?
        {
            return Ok(Err(too_many));
        }
        tx.commit()?;
        Ok(Ok(told))
    }

    /// Where a message stands with several recipients, in the same order.
    pub fn standings(
        &self,
        participants: &[ParticipantId],
        seq: Seq,
    ) -> Result<Vec<Option<Standing>>, StoreError> {
        let db = self.read();
        let participants = participants.iter();
        participants
            .map(|participant| standing(&db, *participant, seq))
            .collect()
    }
}

const COLUMNS: &str = "session, attempt, state, why, turn, at, seq";

pub(super) fn standing(
    db: &Connection,
    participant: ParticipantId,
    seq: Seq,
) -> Result<Option<Standing>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE participant = ?1 AND seq = ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement
        .query_row((participant.0.as_bytes(), int(seq.0)), row)
        .optional()?;
    found.map(|(_, read)| read).transpose()
}

/// What a session was handed and nobody has settled.
fn open(
    db: &Connection,
    participant: ParticipantId,
    session: &str,
) -> Result<Vec<(Seq, Standing)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deliveries WHERE participant = ?1 AND session = ?2 AND state IN ('\"handed\"', '\"placed\"')"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map((participant.0.as_bytes(), session), row)?;
    found
        .map(|found| {
            let (seq, read) = found?;
            Ok((seq, read?))
        })
        .collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<(Seq, Result<Standing, StoreError>)> {
    let state: String = row.get(2)?;
    let why: Option<String> = row.get(3)?;
    let (session, attempt) = (row.get(0)?, row.get(1)?);
    let (turn, at) = (row.get(4)?, sql::millis(row, 5)?);
    let standing = || {
        Ok(Standing {
            session,
            attempt,
            state: parsed(&state)?,
            why: why.as_deref().map(parsed).transpose()?,
            turn,
            at,
        })
    };
    Ok((sql::seq(row, 6)?, standing()))
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|why| StoreError::Unreadable(format!("a delivery: {why}")))
}

fn keep(
    db: &Connection,
    participant: ParticipantId,
    seq: Seq,
    standing: &Standing,
) -> Result<(), StoreError> {
    fn text<T: Serialize>(value: &T) -> String {
        sql::json(value)
    }
    db.prepare_cached("INSERT OR REPLACE INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute((
            participant.0.as_bytes(),
            int(seq.0),
            &standing.session,
            standing.attempt,
            text(&standing.state),
            standing.why.as_ref().map(text),
            &standing.turn,
            int(standing.at.0),
        ))?;
    Ok(())
}

/// Settled ones beyond the bound go. What is still open is bounded by what waits.
fn prune(db: &Connection, participant: ParticipantId) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM deliveries WHERE participant = ?1 AND state IN ('\"read\"', '\"dropped\"') AND seq < \
         (SELECT seq FROM deliveries WHERE participant = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute((participant.0.as_bytes(), KEPT_MAX))?;
    Ok(())
}
