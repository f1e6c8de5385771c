//! When an idle session is woken. A wake makes a model run, which somebody pays for: it is for messages that address the
//! participant, a few times for each, apart from each other and not too often.

use std::collections::BTreeSet;

use mesh_model::limits::WAKES_PER_HOUR_MAX;
use mesh_model::{Millis, Seq};

use super::{SILENCE_MS_MAX, Standing};

/// Between two wakes; what comes meanwhile goes with the second.
pub const GAP_MS: u64 = 5_000;
/// So often one message wakes somebody. A model that cannot be reached would be tried for ever.
const TRIES_MAX: usize = 3;
const HOUR_MS: u64 = 60 * 60 * 1000;

/// A wake of a session of the participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Woken {
    /// The session.
    pub session: String,
    /// When.
    pub at: Millis,
    /// For which messages.
    pub seqs: Vec<Seq>,
    /// Whether the session did not take it, or has lost it since.
    pub is_lost: bool,
}

/// What becomes of an idle session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is woken for these, and that is to be noted before it happens.
    Wake(Vec<Seq>),
    /// It is left alone; in so many milliseconds that may be another matter.
    Later(u64),
    /// It is left alone.
    Rest,
}

/// Judges whether a session is woken for what waits; `before` has the participant's wakes, oldest first. A session whose
/// program has just started (`restarted`) has nobody who still reads what was placed in it before.
pub fn judge(
    session: &str,
    restarted: bool,
    waiting: &[(Seq, Option<Standing>)],
    before: &[Woken],
    now: Millis,
) -> Verdict {
    let (mut wanted, mut later) = (Vec::new(), BTreeSet::new());
    for (seq, standing) in waiting {
        let (mut tries, mut last, mut was_lost) = (0, None, false);
        for woken in before.iter().filter(|woken| woken.seqs.contains(seq)) {
            tries += 1;
            last = (!woken.is_lost).then_some(woken.at);
            was_lost = woken.is_lost;
        }
        // What this very session was handed while it was idle is in no conversation before it wakes; and if its program died,
        // what stands in its conversation has nobody who reads it.
        let elsewhere = standing.as_ref().filter(|standing| {
            let has_reader = !(standing.is_only_handed() || was_lost || restarted);
            standing.is_under_way(now) && (standing.session != session || has_reader)
        });
        let until = [last, elsewhere.map(|standing| standing.at)];
        let left = until
            .into_iter()
            .flatten()
            .map(|at| SILENCE_MS_MAX.saturating_sub(now.since(at)))
            .max()
            .unwrap_or_default();
        match (tries < TRIES_MAX, left) {
            (true, 0) => wanted.push(*seq),
            (true, left) => drop(later.insert(left)),
            (false, _) => {}
        }
    }
    if wanted.is_empty() {
        return later
            .first()
            .map_or(Verdict::Rest, |left| Verdict::Later(*left));
    }
    match held_back(before, now) {
        0 => Verdict::Wake(wanted),
        left => Verdict::Later(left),
    }
}

/// How long nobody is woken, because somebody was just now or often.
fn held_back(before: &[Woken], now: Millis) -> u64 {
    let gap = before
        .last()
        .map_or(0, |last| GAP_MS.saturating_sub(now.since(last.at)));
    let nth = before.len().checked_sub(WAKES_PER_HOUR_MAX);
    let hour = nth.map_or(0, |nth| HOUR_MS.saturating_sub(now.since(before[nth].at)));
    gap.max(hour)
}

#[cfg(test)]
mod tests {
    use super::super::{Word, hand, hear};
    use super::*;

    fn woken(at: u64, seqs: &[u64]) -> Woken {
        Woken {
            session: "a".into(),
            at: Millis(at),
            seqs: seqs.iter().copied().map(Seq).collect(),
            is_lost: false,
        }
    }

    #[test]
    fn the_first_wakes_at_once_and_what_follows_goes_together() {
        let (one, two) = ((Seq(1), None), (Seq(2), None));
        let judge = |waiting: &[(Seq, Option<Standing>)], before: &[Woken], now: u64| {
            super::judge("a", false, waiting, before, Millis(now))
        };
        assert_eq!(judge(&[], &[], 9), Verdict::Rest);
        assert_eq!(
            judge(std::slice::from_ref(&one), &[], 9),
            Verdict::Wake(vec![Seq(1)])
        );
        let before = [woken(9, &[1])];
        let both = [one, two.clone()];
        assert_eq!(judge(&both, &before, 1_009), Verdict::Later(GAP_MS - 1_000));
        assert_eq!(
            judge(&both, &before, 9 + GAP_MS),
            Verdict::Wake(vec![Seq(2)])
        );
        // Nobody said what came of the first: it is tried again, but not for ever.
        assert_eq!(
            judge(&both[..1], &before, 9 + GAP_MS),
            Verdict::Later(SILENCE_MS_MAX - GAP_MS)
        );
        let late = 9 + SILENCE_MS_MAX;
        assert_eq!(
            judge(&both[..1], &before, late),
            Verdict::Wake(vec![Seq(1)])
        );
        let often = [woken(1, &[1]), woken(2, &[1]), woken(3, &[1])];
        assert_eq!(judge(&both[..1], &often, 10 * late), Verdict::Rest);
    }

    #[test]
    fn a_wake_that_was_lost_is_made_again() {
        let mut lost = woken(9, &[1]);
        lost.is_lost = true;
        let now = Millis(9 + GAP_MS);
        assert_eq!(
            judge("b", false, &[(Seq(1), None)], &[lost], now),
            Verdict::Wake(vec![Seq(1)])
        );
    }

    #[test]
    fn what_another_session_has_wakes_nobody() {
        let handed = hand(None, "a", Millis(0)).unwrap();
        let waiting = [(Seq(1), Some(handed.clone()))];
        let now = Millis(1);
        assert_eq!(
            judge("a", false, &waiting, &[], now),
            Verdict::Wake(vec![Seq(1)])
        );
        assert_eq!(
            judge("b", false, &waiting, &[], now),
            Verdict::Later(SILENCE_MS_MAX - 1)
        );
        // It stands in the conversation: a request with it is on its way.
        let placed = hear(&handed, "a", Word::Placed, now).unwrap();
        let waiting = [(Seq(1), Some(placed))];
        assert_eq!(
            judge("a", false, &waiting, &[], now),
            Verdict::Later(SILENCE_MS_MAX)
        );
        // Its program died, and goes on with the conversation; another has nothing of it.
        assert_eq!(
            judge("a", true, &waiting, &[], now),
            Verdict::Wake(vec![Seq(1)])
        );
        assert_eq!(
            judge("b", true, &waiting, &[], now),
            Verdict::Later(SILENCE_MS_MAX)
        );
        // It died within the turn of a wake.
        let mut lost = woken(1, &[1]);
        lost.is_lost = true;
        let now = Millis(1 + GAP_MS);
        assert_eq!(
            judge("a", false, &waiting, &[lost], now),
            Verdict::Wake(vec![Seq(1)])
        );
    }

    #[test]
    fn an_hour_has_a_bound() {
        let full: Vec<_> = (0..WAKES_PER_HOUR_MAX as u64)
            .map(|nth| woken(nth * GAP_MS, &[100 + nth]))
            .collect();
        let now = WAKES_PER_HOUR_MAX as u64 * GAP_MS;
        let waiting = [(Seq(1), None)];
        let judge =
            |before: &[Woken], now: u64| super::judge("a", false, &waiting, before, Millis(now));
        assert_eq!(judge(&full, now), Verdict::Later(HOUR_MS - now));
        assert_eq!(judge(&full, HOUR_MS), Verdict::Wake(vec![Seq(1)]));
        assert_eq!(judge(&full[1..], now), Verdict::Wake(vec![Seq(1)]));
    }
}
