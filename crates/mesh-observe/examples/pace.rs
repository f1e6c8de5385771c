//! How many events each observer takes in a second, on a busy stream that is made up: `cargo run --example pace`.
//!
//! Six rooms and forty agents at work; the same stream on each machine. What is counted is the observer alone, from the form in
//! which a client has events.

use std::hint::black_box;
use std::time::Instant;

use mesh_observe::testing::{Story, room};
use mesh_observe::{OBSERVERS, Thresholds};

const EVENTS: usize = 20_000;
const THINGS: [&str; 8] = [
    "parser", "ledger", "gateway", "mailer", "indexer", "router", "planner", "archive",
];
const KINDS: [&str; 7] = [
    "nightly", "public", "legacy", "mobile", "remote", "hourly", "offline",
];

fn main() {
    let story = busy();
    println!("{} events", story.items().len());
    for about in OBSERVERS {
        let thresholds = Thresholds::read(about.thresholds, &[]).unwrap_or_default();
        let Ok(mut observer) = (about.start)(thresholds, None) else {
            continue;
        };
        let heard = story.items().iter();
        let heard = heard.filter(|item| about.inputs.contains(&item.kind.as_str()));
        let (mut events, mut claims, began) = (0_u32, 0, Instant::now());
        for item in heard {
            claims += black_box(observer.observe(item)).len();
            events += 1;
        }
        let rate = f64::from(events) / began.elapsed().as_secs_f64();
        println!(
            "{:<16} {events:>6} events {claims:>6} claims {rate:>9.0} events/s {:>5.2} % of a core at 100/s {:>5.0} s for 1,000,000",
            about.name,
            10_000.0 / rate,
            1e6 / rate
        );
    }
}

fn busy() -> Story {
    let mut story = Story::default();
    for who in 0..40 {
        story.opens(who);
    }
    let mut number = 0_usize;
    while story.items().len() < EVENTS {
        number += 1;
        let who = (number * 7 % 40) as u64;
        let place = room((number * 5 % 6) as u64);
        let (what, which) = (THINGS[number % 8], KINDS[number % 7]);
        let file = format!("src/{what}/{which}{}.rs", number % 900);
        match number % 8 {
            0 => {
                let title = format!("Fix the {which} {what} {number}");
                let prompt = format!("{title} in {file}, and add a test for it.");
                let task = story.creates(39, place, &title, &prompt);
                story.takes(who, place, &task);
                story.progresses(who, place, &task, &format!("Editing {file}; half is there."));
                story.finishes(who, place, &task);
            }
            1 => drop(story.says(who, place, &format!("Decision: the {which} {what} {number} uses Postgres."))),
            2 => {
                let lease = story.leases(who, place, &[&file], false);
                story.says(who, place, &format!("I'm editing {file} now, back in an hour."));
                story.releases(who, place, lease);
            }
            3 => drop(story.creates(who, place, &format!("Review the {what}"), &format!("Review {file} for {number}."))),
            4 => drop(story.puts(who, place, &file)),
            5 => drop(story.names(who, place, &[(who + 1) % 40], &format!("Which {which} {what} is slow in {file}?"))),
            6 => drop(story.sets(who, place, &format!("{which}-{what}"), "on")),
            _ => drop(story.says(
                who,
                place,
                "I have read the logs of last night; nothing there explains why the second test fails now and then.",
            )),
        }
    }
    story
}
