//! An inbox position: what one participant has taken in.

use mesh_model::Seq;
use mesh_model::limits::INBOX_RANGES_MAX;

/// Everything up to a place, and single stretches above it that overtook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// Everything up to here was taken in.
    pub upto: Seq,
    /// Stretches above that were taken in too, both ends included: ascending, apart from each other,
    /// at most [`INBOX_RANGES_MAX`].
    pub above: Vec<(Seq, Seq)>,
}

/// More stretches above an inbox's position than are kept. Nothing was acknowledged; acknowledging up to a place
/// makes room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {INBOX_RANGES_MAX} acknowledged stretches above the inbox's position")]
pub struct TooManyRanges;

impl Position {
    /// Whether the message at `seq` was taken in.
    pub fn has(&self, seq: Seq) -> bool {
        if seq <= self.upto {
            return true;
        }
        let after = self.above.partition_point(|(from, _)| *from <= seq);
        after > 0 && self.above[after - 1].1 >= seq
    }

    /// How many places above [`Position::upto`] were taken in.
    pub fn count_above(&self) -> u64 {
        self.above.iter().map(|(from, to)| to.0 - from.0 + 1).sum()
    }

    /// The position after taking in everything up to `upto` and the places in `seqs`. It never goes back.
    ///
    /// # Errors
    /// If more than [`INBOX_RANGES_MAX`] stretches would be left; then nothing counts. Nothing is forgotten in
    /// silence: raising the position on the reader's behalf would lose messages that wait between the stretches.
    pub fn take_in(&self, upto: Option<Seq>, seqs: &[Seq]) -> Result<Position, TooManyRanges> {
        let mut stretches = self.above.clone();
        stretches.extend(seqs.iter().map(|seq| (*seq, *seq)));
        stretches.sort_unstable();
        let mut position = Position {
            upto: self.upto.max(upto.unwrap_or_default()),
            above: Vec::new(),
        };
        for (from, to) in stretches {
            if position.above.is_empty() && from <= position.upto.next() {
                position.upto = position.upto.max(to);
                continue;
            }
            match position.above.last_mut() {
                Some(last) if from <= last.1.next() => last.1 = last.1.max(to),
                _ => position.above.push((from, to)),
            }
        }
        if position.above.len() > INBOX_RANGES_MAX {
            return Err(TooManyRanges);
        }
        Ok(position)
    }
}
