//! The rules, told as small stories in `*.txt`: who does what, and what comes of it.
//!
//! Each story begins on a mesh with its owner, `#general` and `#broadcast`. A line is
//! `ACTOR VERB ARGUMENTS`, where the actor is `owner` (the owner's token), `node`, `invite:NAME`, a
//! user's handle, or another handle, which acts by the credential of the same name (`rex/key` acts
//! by the credential `key`). A line may end in what is expected:
//!
//! ```text
//! -> room.created message.posted     these events, in this order
//! -> -                               it is so already: no event
//! -> ! name_taken                    a refusal with this code
//! -> yes | no | all | …              the answer to a question
//! ```
//!
//! Without an expectation the line must not be refused. At the end of each story the log is
//! encoded, decoded and replayed, and a snapshot is written and read: all three states must be
//! the same.

mod alarms;
mod clocks;
mod entities;
mod files;
mod governance;
mod hooks;
mod kindred;
mod knocks;
mod lends;
mod minds;
mod notes;
mod script;
mod shape;
mod signs;
mod skills;
mod times;
mod tools;
mod work;
mod world;

macro_rules! stories {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            script::run(include_str!(concat!(stringify!($name), ".txt")));
        }
    )*};
}

stories! {
    alerts
    approvals
    budgets
    clocks
    consent
    context
    credentials
    dispatch
    entities
    event_types
    exchanges
    execution
    files
    groups
    guard
    identity
    inlets
    invites
    journals
    labels
    leases
    lends
    memories
    mesh
    messages
    moderation
    offers
    participants
    permissions
    policy
    public
    reactions
    rooms
    schedules
    sessions
    skills
    strangers
    tasks
    users
    visibility
    webhooks
    workflows
}

/// A snapshot of another shape must have another fingerprint. If one of these fails because a stored type changed, raise
/// `FINGERPRINT` and accept the new files beside the old ones' removal. A story has to bring about each kind of record.
fn shape_after(part: &str, story: &str) -> String {
    let state = serde_json::to_value(&script::world_after(story).state).unwrap();
    shape::of(part, &state[part])
}

fn shape_file(part: &str) -> String {
    format!("{} {part}", mesh_core::FINGERPRINT).replace(['/', ' '], "-")
}

const PEOPLE: &str = r#"owner agent rex
    owner user ana viewer
    owner group devs
    owner room dev private with=rex key=1
    owner let dev rex speak,listen
    rex direct rex+owner
    owner agent liz
    owner add dev liz
    owner let dev liz listen
    owner agree dev liz yes answered-by=ana
    liz leave dev
    owner invite-in dev liz
    rex open s1
    owner invite code room=general expires=5000
    invite:code redeem code tom
    owner invite person kind=human role=user
    invite:person come person ida
    owner type build
    owner post general as=m key=2
    owner pin m
    owner react m 👍
    owner post general as=m2
    owner pin m2
    owner delete m
    rex jot info
    owner register cub
    owner disable cub
    owner revoke tom
    owner policy dev {"rules":[{"name":"quiet","effect":"deny","to":{"groups":["devs"]},"capabilities":["speak"],"when":{"hours":[{"from":"22:00","to":"06:00"}]}}],"limits":[{"name":"pace","rate":{"count":3,"seconds":60}}],"execution":{"peers":["rex"]},"data":{"leave":{"rooms":["general"]}}}
    owner post dev
    owner mute dev rex 5000
    owner slow dev 5
    owner primary dev owner
    owner audience-of web {"participants":["rex"],"roles":["scout"],"trust":["local"]}
    owner addkey owner 9
    owner agent guest
    owner trust guest untrusted
    owner add dev guest
    guest post dev score=90
    owner secret searx
    owner limits 7
    owner offer shop general stock:1,price:1:90
    owner hook h rex room=dev kinds=message.posted
    node dead h 4
    owner hook h2 rex
    owner unhook h2
    owner inlet i dev hook mentions=rex
    owner inlet j dev hook makes=task assigned=rex
    owner links south
    owner promote south
    owner room desk
    owner policy desk {"data":{"leave":{"outside":true}},"execution":{"peers":["south"]}}
    owner lend south desk can=rust
    owner borrow south desk can=rust
    node lent south can=rust place=3
    owner worker bee can=rust
    owner add desk bee
    owner let desk bee speak,listen,execute
    owner public-page {"on":true,"indexed":true,"cache_seconds":5}
    owner show-room desk
    owner task desk q
    owner jot info task=q
    link:south asks desk p can=rust place=5 score=0
    owner open-to-strangers desk
    owner tell-of https://at.example acme about=things agents=rex
    node admit stray desk
    node follows stray desk place=2
    node lent stray can=rust place=3
    owner unlink stray"#;

#[test]
fn the_shape_of_people_rooms_and_rights_goes_with_the_fingerprint() {
    insta::assert_snapshot!(shape_file("access"), shape_after("access", PEOPLE));
}

#[test]
fn the_shape_of_what_happened_lately_goes_with_the_fingerprint() {
    insta::assert_snapshot!(shape_file("recent"), shape_after("recent", PEOPLE));
}

#[test]
fn the_shape_of_work_goes_with_the_fingerprint() {
    let story = r#"owner room work
        owner agent ann
        owner agent bob
        owner add work ann
        owner add work bob
        owner let work ann speak,listen,execute
        owner let work bob speak,listen,execute
        ann enrol ann can=code,research slots=4
        bob enrol bob can=code
        owner limit bob slots=2 can=code
        ann addkey ann 5
        owner task work t1 can=code prio=7 deadline=90000 reserve=10/5 attempts=2
        ann take
        ann finish t1 sure=90 cost=7/3 signed=5
        owner confirm t1 good
        owner graph work t2 t3:t2 t4:t2
        owner task work t5 needs=t2,t3 apart=t2 same=t3 when=reject:t3
        owner task work t6 needs=t2,t3 join=majority:2
        owner task work t7 gate=a7 ttl=5000
        ann take
        ann ask a2 work task=t2
        owner task work t8 can=code
        owner wait 500
        bob take
        bob fail t8
        owner task work t9 can=research
        ann take
        ann finish t9 sure=5 spare=t10
        owner budget agent:ann tokens=1000
        owner budget room:work micros=7
        owner template research topic:text count:number?
        owner set work goal
        owner lease work src/**
        owner put work plan.md
        owner unput work plan.md
        owner publish-skill work pdf-tools
        owner claim work
        owner claim work by=task:t1
        owner schedule s1 every=60
        owner schedule s2 cron=0_9_*_*_*
        owner clock work at=1000000 tick=60
        owner schedule s4 every=60 clock=work
        ann schedule s3 to=owner in=5000
        owner wait 6000
        node tick
        owner idle s2
        owner alert-rule cost threshold=3
        owner alert-test critical
        owner acknowledge test
        node disk 1
        owner trust bob untrusted
        bob post work score=90
        owner stop-all"#;
    insta::assert_snapshot!(shape_file("work"), shape_after("work", story));
}

/// Strangers have places of their own, and take none of those whom the owner chose.
#[test]
fn strangers_are_counted_apart() {
    use std::fmt::Write as _;
    // Digits are read like one another, and no handle may be read like another one.
    let letter = |number: usize| char::from(b'a' + (number % 8) as u8);
    let name =
        |first: char, number: usize| format!("{first}{}{}", letter(number / 8), letter(number));
    let mut story = "owner room dev\nowner open-to-strangers dev\n".to_owned();
    for number in 0..mesh_model::limits::STRANGERS_MAX {
        writeln!(story, "node admit {} dev", name('s', number)).unwrap();
    }
    story.push_str("node admit more dev -> ! overloaded\n");
    for number in 0..mesh_model::limits::LINKS_MAX {
        writeln!(story, "owner links {}", name('n', number)).unwrap();
    }
    story.push_str("owner links more -> ! conflict\nowner promote sab -> ! conflict\n");
    story.push_str(
        "node admit nab dev -> room.member_joined room.member_capabilities_set link.shared\n",
    );
    story.push_str("owner unlink nac\nowner promote sab\nnode admit more dev\n");
    script::run(&format!("Strangers.\n\n== places\n{story}"));
}

/// Every open session stands in the state: a stranger has few of them, and others not without end.
#[test]
fn sessions_are_counted() {
    use mesh_model::limits::{SESSIONS_OPEN_MAX, SESSIONS_OPEN_OUTSIDE_MAX};
    let story = |trust: &str, most: usize| {
        let open: String = (0..most).map(|at| format!("rex open s{at}\n")).collect();
        script::run(&format!(
            "Sessions.\n\n== as many as there may be, and one in the place of another\n\
             owner agent rex\nowner agent tom\n{trust}{open}\
             rex open more -> ! overloaded\nrex open s0 -> -\ntom open t0 -> session.opened\n\
             rex close s0 -> session.closed\nrex open more -> session.opened\n"
        ));
    };
    story("owner trust rex untrusted\n", SESSIONS_OPEN_OUTSIDE_MAX);
    story("", SESSIONS_OPEN_MAX);
}
