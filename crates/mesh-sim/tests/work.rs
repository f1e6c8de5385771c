//! Tasks under trouble, many seeds; `MESH_SIM_SEEDS` and `MESH_SEED` as in `random.rs`.

use mesh_sim::{Played, play};

const STEPS: u64 = 120;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number"))
    })
}

/// Plays every second seed, so that two tests share the cores.
fn share(part: u64) {
    let soak = std::env::var_os("MESH_SOAK").is_some();
    let seeds = number("MESH_SIM_SEEDS").unwrap_or(if soak { 4_000 } else { 24 });
    let first = number("MESH_SEED").unwrap_or(0);
    let mut sum = Played::default();
    for seed in (first..first + seeds).filter(|seed| seed % 2 == part) {
        let one = play(seed, STEPS);
        sum.events += one.events;
        sum.tasks += one.tasks;
        sum.attempts += one.attempts;
        sum.results += one.results;
        sum.stale += one.stale;
        sum.lost += one.lost;
        sum.deaths += one.deaths;
        sum.restarts += one.restarts;
        sum.waited += one.waited;
        sum.unheard += one.unheard;
        sum.together += one.together;
    }
    eprintln!("{sum:?}");
    if seeds >= 24 {
        let all = [
            sum.results,
            sum.stale,
            sum.lost,
            sum.deaths,
            sum.restarts,
            sum.waited,
            sum.unheard,
            sum.together,
        ];
        assert!(
            all.iter().all(|count| *count > 20),
            "the schedule reaches too little: {sum:?}"
        );
    }
}

#[test]
fn the_same_seed_plays_the_same() {
    assert_eq!(play(7, STEPS), play(7, STEPS));
}

#[test]
fn workers_and_node_may_die_at_any_point_1() {
    share(0);
}

#[test]
fn workers_and_node_may_die_at_any_point_2() {
    share(1);
}
