//! How sure claims together make something.

use mesh_model::ParticipantId;
use mesh_model::events::EntitySource;
use mesh_model::limits::ENTITY_UNTRUSTED_PERCENT_MAX;
use mesh_store::view::ClaimRow;

use super::is_ours;

/// How sure a claim alone is, in percent.
fn alone(row: &ClaimRow) -> u8 {
    if is_ours(row) {
        row.facts.confidence.min(100)
    } else {
        row.facts.confidence.min(ENTITY_UNTRUSTED_PERCENT_MAX)
    }
}

/// How sure all of them together are: each voice counts once, and each source. Several never make it certain.
pub(crate) fn sure(rows: &[&ClaimRow], kin: &impl Fn(ParticipantId, ParticipantId) -> bool) -> u8 {
    let mut sorted: Vec<&ClaimRow> = rows.to_vec();
    sorted.sort_by_key(|row| (std::cmp::Reverse(alone(row)), row.seq));
    let best = sorted.first().map_or(0, |row| alone(row));
    let mut counted: Vec<&ClaimRow> = Vec::new();
    let mut doubt = 1.0_f64;
    for row in sorted.into_iter().filter(|row| is_ours(row)) {
        let again = counted.iter().any(|other| {
            kin(row.author, other.author)
                || (row.facts.source != EntitySource::Said
                    && row.facts.source == other.facts.source)
        });
        if !again {
            doubt *= 1.0 - f64::from(alone(row)) / 100.0;
            counted.push(row);
        }
    }
    if counted.len() < 2 {
        return best;
    }
    // A percentage is far from what a float cannot hold.
    let together = ((1.0 - doubt) * 100.0).round().clamp(0.0, 99.0) as u8;
    together.max(best)
}
