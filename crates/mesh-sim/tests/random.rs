//! Many seeds, each played twice.
//!
//! `MESH_SIM_SEEDS` says how many (200), `MESH_SEED` with which one to begin (0).

use mesh_sim::{Report, run};

const BATCHES: u64 = 80;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number"))
    })
}

/// Plays every fourth seed, so that four tests share the cores.
fn share(part: u64) {
    let soak = std::env::var_os("MESH_SOAK").is_some();
    let seeds = number("MESH_SIM_SEEDS").unwrap_or(if soak { 20_000 } else { 200 });
    let first = number("MESH_SEED").unwrap_or(0);
    let mut sum = [0; 4];
    for seed in (first..first + seeds).filter(|seed| seed % 4 == part) {
        let once = run(seed, BATCHES);
        let again = run(seed, BATCHES);
        same(seed, &once, &again);
        for (sum, one) in
            sum.iter_mut()
                .zip([once.answers[0], once.answers[1], once.restarts, once.faults])
        {
            *sum += one;
        }
    }
    eprintln!("carried out, replayed, restarts, faults: {sum:?}");
    if seeds >= 200 {
        assert!(
            sum.iter().all(|sum| *sum > 50),
            "the schedule reaches too little: {sum:?}"
        );
    }
}

fn same(seed: u64, once: &Report, again: &Report) {
    for (line, (a, b)) in once.transcript.iter().zip(&again.transcript).enumerate() {
        assert_eq!(a, b, "seed {seed} is not the same twice, at line {line}");
    }
    assert_eq!(once, again, "seed {seed} is not the same twice");
}

#[test]
fn random_schedules_1() {
    share(0);
}

#[test]
fn random_schedules_2() {
    share(1);
}

#[test]
fn random_schedules_3() {
    share(2);
}

#[test]
fn random_schedules_4() {
    share(3);
}
