//! Nothing is lost, nothing is read that nobody proved, and no two sessions have one message.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Hand(usize),
    Hear(usize, Told),
    Wait(u64),
}

#[derive(Debug, Clone, Copy)]
enum Told {
    Placed,
    Read,
    Dropped,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let told = prop_oneof![Just(Told::Placed), Just(Told::Read), Just(Told::Dropped)];
    let step = prop_oneof![
        (0..3usize).prop_map(Step::Hand),
        (0..3usize, told).prop_map(|(who, told)| Step::Hear(who, told)),
        prop_oneof![Just(1), Just(SILENCE_MS_MAX / 2), Just(SILENCE_MS_MAX)].prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..40)
}

fn name(who: usize) -> String {
    format!("s{who}")
}

proptest! {
    #[test]
    fn the_ledger_tells_what_happened(steps in steps()) {
        let (mut now, mut standing) = (Millis(1_000), None::<Standing>);
        // The model: who may still read it, since when, and whether somebody has.
        let (mut holder, mut hands, mut was_read) = (None::<(usize, Millis)>, 0, false);
        for step in steps {
            match step {
                Step::Wait(ms) => now = now.plus(ms),
                Step::Hand(who) => {
                    let fresh = holder.is_some_and(|(_, at)| now.since(at) < SILENCE_MS_MAX);
                    let after = hand(standing.as_ref(), &name(who), now);
                    prop_assert_eq!(after.is_some(), !fresh && !was_read);
                    if let Some(after) = after {
                        (holder, hands) = (Some((who, now)), hands + 1);
                        standing = Some(after);
                    }
                }
                Step::Hear(who, told) => {
                    let Some(before) = standing.clone() else {
                        continue;
                    };
                    let word = match told {
                        Told::Placed => Word::Placed,
                        Told::Read => Word::Read("t"),
                        Told::Dropped => Word::Dropped(DropReason::Stopped),
                    };
                    let own = holder.is_some_and(|(has, at)| has == who && now.since(at) < SILENCE_MS_MAX);
                    let after = hear(&before, &name(who), word, now);
                    match told {
                        Told::Read => prop_assert_eq!(after.is_some(), !was_read),
                        Told::Dropped => prop_assert_eq!(after.is_some(), own && !was_read),
                        Told::Placed => {
                            let first = before.state == DeliveryState::Handed;
                            prop_assert_eq!(after.is_some(), own && first && !was_read);
                        }
                    }
                    if let Some(after) = after {
                        match told {
                            Told::Read => (holder, was_read) = (None, true),
                            Told::Dropped => holder = None,
                            Told::Placed => holder = Some((who, now)),
                        }
                        standing = Some(after);
                    }
                }
            }
            if let Some(standing) = &standing {
                let told = standing.told(now);
                prop_assert_eq!(told.attempt, hands);
                prop_assert_eq!(told.state == DeliveryState::Read, was_read);
                prop_assert_eq!(told.turn.is_some(), was_read);
                prop_assert_eq!(told.why.is_some(), told.state == DeliveryState::Dropped);
                // What is neither read nor under way can be handed again: nothing is lost.
                let again = hand(Some(standing), "another", now);
                prop_assert_eq!(again.is_some(), told.state == DeliveryState::Dropped);
            }
        }
    }
}

#[test]
fn silence_is_told_as_what_it_is() {
    let handed = hand(None, "a", Millis(0)).unwrap();
    let late = Millis(SILENCE_MS_MAX);
    assert!(handed.is_under_way(Millis(SILENCE_MS_MAX - 1)) && !handed.is_under_way(late));
    assert_eq!(handed.told(late).why, Some(DropReason::TimedOut));
    assert_eq!(hear(&handed, "a", Word::Placed, late), None);
    let read = hear(&handed, "a", Word::Read("turn 7"), late).unwrap();
    assert_eq!(
        (read.state, read.turn.as_deref()),
        (DeliveryState::Read, Some("turn 7"))
    );
}
