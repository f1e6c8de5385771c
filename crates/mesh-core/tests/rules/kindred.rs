//! Relatives are one voice: every author, worker and voice of three families, compared with what their
//! family names alone say.

use super::script;

/// Who, who made it, and the person behind it. The first three are people.
const EVERYBODY: [(&str, &str, &str); 10] = [
    ("owner", "", "owner"),
    ("ana", "", "ana"),
    ("bo", "", "bo"),
    ("oa", "owner", "owner"),
    ("ob", "owner", "owner"),
    ("oc", "oa", "owner"),
    ("aa", "ana", "ana"),
    ("ab", "ana", "ana"),
    ("ac", "aa", "ana"),
    ("ba", "bo", "bo"),
];
const PEOPLE: usize = 3;

/// The families in the room `dev`, where all may run commands and people moderate.
fn setting() -> String {
    let mut lines = vec!["owner room dev".to_owned()];
    for (who, ..) in &EVERYBODY[1..PEOPLE] {
        lines.push(format!("owner user {who} user"));
        lines.push(format!("owner add dev {who}"));
        lines.push(format!("owner let dev {who} all"));
    }
    for (who, parent, _) in &EVERYBODY[PEOPLE..] {
        lines.push(format!("owner worker {who} parent={parent} slots=9"));
    }
    lines.join("\n")
}

fn root(who: &str) -> &'static str {
    EVERYBODY.iter().find(|it| it.0 == who).unwrap().2
}

fn people() -> impl Iterator<Item = &'static str> {
    EVERYBODY[..PEOPLE].iter().map(|it| it.0)
}

fn programs() -> impl Iterator<Item = &'static str> {
    EVERYBODY[PEOPLE..].iter().map(|it| it.0)
}

fn run(stories: Vec<(String, String)>) {
    let setting = setting();
    let mut text = "Relatives.\n".to_owned();
    for (title, lines) in stories {
        text.push_str(&format!("\n== {title}\n{setting}\n{lines}\n"));
    }
    script::run(&text);
}

#[test]
fn a_second_opinion_is_given_by_another_voice_or_in_ones_own_matter() {
    let mut stories = Vec::new();
    for author in ["owner", "ana", "oa", "aa", "ba"] {
        for worker in programs() {
            for voice in programs().filter(|voice| *voice != worker) {
                let kindred = root(worker) == root(voice);
                let own = root(author) == root(worker);
                let mut lines = format!(
                    "{author} task dev t for={worker}\n{worker} take\n{worker} finish t sure=40 spare=v\n{worker} take -> -\n"
                );
                if kindred && !own {
                    lines.push_str(&format!("{voice} take -> -\nowner state t -> verifying\n"));
                } else {
                    lines.push_str(&format!(
                        "{voice} take -> task.taken\n{voice} finish v says=accept sure=80\nowner state t -> done\n"
                    ));
                }
                let good = u8::from(!kindred);
                lines.push_str(&format!("owner record {worker} -> {good} good 0 bad"));
                stories.push((format!("{voice} on {worker} for {author}"), lines));
            }
        }
    }
    run(stories);
}

#[test]
fn a_vote_has_one_voice_a_side_and_none_of_the_workers() {
    let voters: Vec<_> = programs().collect();
    let mut stories = Vec::new();
    for author in ["owner", "ana", "ba"] {
        for worker in programs() {
            for first in 0..voters.len() {
                for second in first + 1..voters.len() {
                    let third = (second + 2) % voters.len();
                    let cast = [voters[first], voters[second], voters[third]];
                    stories.push((
                        format!("{cast:?} on {worker} for {author}"),
                        vote(author, worker, cast),
                    ));
                }
            }
        }
    }
    run(stories);
}

/// Three are told to vote, whoever they are; two voices are enough.
fn vote(author: &str, worker: &str, cast: [&str; 3]) -> String {
    let mut lines = format!("{author} task dev work for={worker} verify=0\n");
    for (number, voter) in cast.iter().enumerate() {
        lines.push_str(&format!(
            "{author} task dev v{number} needs=work for={voter}\n"
        ));
    }
    lines.push_str(&format!(
        "{author} task dev end needs=work,v0,v1,v2 join=majority:2 once\n{worker} take\n{worker} finish work\n"
    ));
    let mut sides = vec![root(worker)];
    let mut independent = 0;
    for (number, voter) in cast.iter().enumerate() {
        lines.push_str(&format!(
            "{voter} take\n{voter} finish v{number} says=accept\n"
        ));
        if !sides.contains(&root(voter)) {
            sides.push(root(voter));
            independent += 1;
        }
    }
    let decided = root(author) == root(worker) || independent >= 2;
    let state = if decided { "done" } else { "blocked" };
    let good = u8::from(independent >= 2);
    lines.push_str(&format!(
        "owner state end -> {state}\nowner record {worker} -> {good} good 0 bad"
    ));
    lines
}

#[test]
fn nobody_confirms_what_its_own_side_did_but_the_owner_of_the_mesh() {
    let mut stories = Vec::new();
    for worker in programs() {
        for person in people() {
            let vouches = person == "owner" || root(person) != root(worker);
            let (said, good) = if vouches {
                ("task.confirmed", 1)
            } else {
                ("! permission_denied", 0)
            };
            stories.push((
                format!("{person} on {worker}"),
                format!(
                    "owner task dev t for={worker} verify=0\n{worker} take\n{worker} finish t\n{person} confirm t good -> {said}\nowner record {worker} -> {good} good 0 bad"
                ),
            ));
        }
    }
    run(stories);
}

#[test]
fn a_check_that_its_own_side_declared_says_nothing_of_a_worker() {
    let mut stories = Vec::new();
    for worker in programs() {
        for author in ["owner", "ana", "oa", "aa", "ba"] {
            let counts = author == "owner" || root(author) != root(worker);
            let good = u8::from(counts);
            stories.push((
                format!("{worker} for {author}"),
                format!(
                    "{author} task dev t for={worker} checked\n{worker} take\n{worker} finish t check=good\nowner record {worker} -> {good} good 0 bad"
                ),
            ));
        }
    }
    run(stories);
}

#[test]
fn a_program_that_moderates_does_not_release_what_its_own_side_said() {
    let mut stories = Vec::new();
    for author in programs() {
        for moderator in EVERYBODY.iter().map(|it| it.0) {
            let person = people().any(|it| it == moderator);
            let said = if person || root(author) != root(moderator) {
                "message.reviewed message.posted"
            } else {
                "! permission_denied"
            };
            let mut lines = String::new();
            if !person {
                lines.push_str(&format!("owner let dev {moderator} all\n"));
            }
            lines.push_str(&format!(
                "owner trust {author} untrusted\n{author} post dev score=90 as=m -> message.quarantined\n{moderator} review m release -> {said}"
            ));
            stories.push((format!("{moderator} on {author}"), lines));
        }
    }
    run(stories);
}
