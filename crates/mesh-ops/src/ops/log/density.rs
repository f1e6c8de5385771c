//! `log.density`: what happened when, kind by kind

use crate::prelude::*;

use mesh_model::Permission;
use mesh_model::limits::{DENSITY_BUCKETS_DEFAULT, DENSITY_BUCKETS_MAX, REPORT_SPAN_DEFAULT_MS};
use mesh_store::view::Stretches;

use super::list::unread;

const SECOND_MS: u64 = 1000;

impl Run for LogDensity {
    async fn run(door: &Door, call: &Call, input: LogDensityInput) -> Result<Density, Refusal> {
        let rooms = match &input.room {
            Some(room) => vec![call.readable_room(room)?],
            None => call.rooms()?,
        };
        let stretches = stretches(&input, call.now)?;
        let kinds = kinds(call);
        let reader = door.node().log_reader();
        let begun = door
            .blocking(move || reader.get(1, |record| record.at))
            .await?
            .map_err(|why| unread(&why))?;
        let counted = door
            .view(call, move |view| view.density(&rooms, &kinds, stretches))
            .await?;
        let kinds = counted
            .into_iter()
            .map(|(kind, counts)| DensityOf { kind, counts });
        Ok(Density {
            begun: begun.map_or(call.now, Millis),
            since: stretches.begin(0),
            until: stretches.begin(stretches.count),
            width_ms: stretches.width * SECOND_MS,
            kinds: kinds.collect(),
        })
    }
}

/// What the caller's credential may read of.
pub(super) fn kinds(call: &Call) -> Vec<PastKind> {
    let reads = call.has(Permission::MessagesRead);
    let mut kinds = PastKind::ALL.to_vec();
    kinds.retain(|kind| reads || *kind != PastKind::Message);
    kinds
}

fn stretches(input: &LogDensityInput, now: Millis) -> Result<Stretches, Refusal> {
    let until = input.until.unwrap_or(now);
    let since = input
        .since
        .unwrap_or(Millis(until.0.saturating_sub(REPORT_SPAN_DEFAULT_MS)));
    let most = input.buckets.unwrap_or(DENSITY_BUCKETS_DEFAULT);
    if since >= until {
        return Err(refuse::invalid(
            "the stretch of time ends before it begins",
            "name moments of which the second is the later one",
        ));
    }
    if !(1..=DENSITY_BUCKETS_MAX).contains(&most) {
        return Err(refuse::invalid(
            format!("the field 'buckets' is not between 1 and {DENSITY_BUCKETS_MAX}"),
            "leave it out for 100",
        ));
    }
    let begin = since.0 / SECOND_MS;
    let seconds = until.0.div_ceil(SECOND_MS) - begin;
    let width = seconds.div_ceil(u64::from(most)).max(1);
    Ok(Stretches {
        since: begin,
        width,
        count: seconds.div_ceil(width) as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(since: u64, until: u64, buckets: u32) -> Result<(u64, u64, usize), Refusal> {
        let input = LogDensityInput {
            since: Some(Millis(since)),
            until: Some(Millis(until)),
            buckets: Some(buckets),
            ..LogDensityInput::default()
        };
        stretches(&input, Millis(0)).map(|it| (it.since, it.width, it.count))
    }

    #[test]
    fn stretches_are_whole_seconds_and_cover_what_was_asked_for() {
        assert_eq!(of(0, 100_000, 100).unwrap(), (0, 1, 100));
        assert_eq!(of(500, 1_001, 500).unwrap(), (0, 1, 2));
        assert_eq!(
            of(86_400_000, 172_800_000, 500).unwrap(),
            (86_400, 173, 500)
        );
        assert_eq!(of(0, 86_400_000, 1).unwrap(), (0, 86_400, 1));
        for wrong in [of(5, 5, 1), of(0, 5, 0), of(0, 5, DENSITY_BUCKETS_MAX + 1)] {
            assert_eq!(wrong.unwrap_err().code, ErrorCode::InvalidInput);
        }
    }
}
