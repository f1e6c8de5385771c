//! What journals say in sum: how many lines of which level, and which errors come again and again.

use std::collections::HashMap;

use mesh_model::ParticipantId;
use mesh_model::events::JournalLevel;

use super::read::{Asked, JournalAsk, JournalRow, line};
use crate::StoreError;
use crate::sql::number;
use crate::view::View;

/// Errors that are looked at, the newest first: more kinds than these nobody reads.
const ERRORS_LOOKED_AT_MAX: u32 = 10_000;
/// Characters of an error's first line by which it is told from others.
const LIKE_CHARS_MAX: usize = 200;

/// What journals say in sum.
#[derive(Debug, Clone, Default)]
pub struct JournalSums {
    /// Lines by level, in the order of [`JournalLevel::ALL`].
    pub levels: [u64; 4],
    /// The errors that came most often, the most frequent first.
    pub errors: Vec<ErrorRow>,
}

/// Errors of one author that read alike.
#[derive(Debug, Clone)]
pub struct ErrorRow {
    /// How many times.
    pub count: u64,
    /// The last of them.
    pub last: JournalRow,
}

impl View {
    /// The sums of the lines that are asked for, those counted whose words are erased; at most so many errors.
    pub fn journal_sums(&self, ask: &JournalAsk, errors: usize) -> Result<JournalSums, StoreError> {
        self.read_in(&ask.rooms, |db, numbers| {
            let Some(asked) = Asked::of(db, numbers, ask)? else {
                return Ok(JournalSums::default());
            };
            let mut sums = JournalSums::default();
            let mut statement = db.prepare(&format!(
                "SELECT j.level, count(*) FROM journal j WHERE {} GROUP BY 1",
                asked.conditions
            ))?;
            let mut rows = statement.query((asked.first, asked.end))?;
            while let Some(row) = rows.next()? {
                let level = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX);
                if let Some(sum) = sums.levels.get_mut(level) {
                    *sum = number(row.get(1)?);
                }
            }
            let mut statement = db.prepare(&format!(
                "SELECT j.seq, j.at, j.facts, j.content FROM journal j WHERE j.content IS NOT NULL AND {} AND j.level = {}
                 ORDER BY j.seq DESC LIMIT {ERRORS_LOOKED_AT_MAX}",
                asked.conditions,
                JournalLevel::Error as i64
            ))?;
            let mut rows = statement.query((asked.first, asked.end))?;
            let mut alike: HashMap<(ParticipantId, String), ErrorRow> = HashMap::new();
            while let Some(row) = rows.next()? {
                let last = line(row)??;
                let key = (last.facts.author, without_numbers(&last.body.text));
                alike
                    .entry(key)
                    .or_insert(ErrorRow { count: 0, last })
                    .count += 1;
            }
            sums.errors = alike.into_values().collect();
            sums.errors
                .sort_by_key(|row| (std::cmp::Reverse(row.count), std::cmp::Reverse(row.last.seq)));
            sums.errors.truncate(errors);
            Ok(sums)
        })
    }
}

/// The first line of an error without what differs from time to time: each run of digits is one `#`.
fn without_numbers(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let mut like = String::new();
    let mut digits = false;
    for letter in first.chars().take(LIKE_CHARS_MAX) {
        let digit = letter.is_ascii_digit();
        if !(digit && digits) {
            like.push(if digit { '#' } else { letter });
        }
        digits = digit;
    }
    like
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn errors_are_alike_but_for_their_numbers() {
        let one = without_numbers("cannot reach 10.0.0.7:8080 after 3 s\nat line 4");
        assert_eq!(one, "cannot reach #.#.#.#:# after # s");
        assert_eq!(
            one,
            without_numbers("cannot reach 10.0.0.12:443 after 15 s")
        );
        assert_ne!(one, without_numbers("cannot read 10.0.0.7:8080 after 3 s"));
    }
}
