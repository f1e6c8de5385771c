//! `mesh demo observers`: a week of a small team in a minute, and what observers make of it.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use clap::Args;
use mesh_model::api::{EventBody, StreamItem};
use mesh_model::events::{EventTypeFacts, Facts};
use mesh_sdk::Mesh;
use serde_json::{Map, Value, json};

use super::stage::{Folder, Party, Process, program, run};
use crate::commands::up;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint};

/// A week of a small team on this machine: what observers make of it, and a session that dies and is resurrected
///
/// The node, the observers and the session that dies are real processes of this program; they listen at this machine alone, and
/// all that they keep is in a temporary folder. The week is made up: who says what is written down in the program, it passes in
/// a minute, and no model is asked.
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh demo observers --stay")]
pub struct ObserversArgs {
    /// Keep everything running until Ctrl-C, to look at the page
    #[arg(long)]
    stay: bool,
}

/// The observers that look on, and what they are tuned to: a week passes in a minute.
const LOOKING_ON: [(&str, &[&str]); 5] = [
    ("conflicts", &[]),
    ("resonance", &[]),
    ("gravity", &[]),
    ("meta-officer", &["--set", "beacon-minutes=0"]),
    ("mission-control", &[]),
];
const OBSERVER: &str = "lookout";
const WORKSHOP: &str = "workshop";
const SUPPORT: &str = "support";

/// `mesh demo observers`
pub fn observers(_: &Context, args: &ObserversArgs) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingDone))?;
    runtime.block_on(async {
        let (mut interrupt, mut terminate) = up::signals()?;
        let folder = Folder::new()?;
        tokio::select! {
            played = play(&folder, args.stay) => played,
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    })
}

async fn play(folder: &Folder, stay: bool) -> Outcome<()> {
    let mut team = Party::start(folder, "team").await?;
    let home = PathBuf::from(team.process.word("home"));
    said(
        "team",
        &format!("has a mesh: {}", team.process.word("login")),
    );
    for room in [WORKSHOP, SUPPORT] {
        let room = json!({"name": room, "access": "private"});
        team.ask("room.create", room).await?;
    }
    let mut people = Vec::new();
    for (handle, room) in [
        ("ada", WORKSHOP),
        ("bo", WORKSHOP),
        ("eve", WORKSHOP),
        ("cy", SUPPORT),
    ] {
        let mesh = team.agent(handle).await?;
        let input = json!({"room": room, "participant": handle});
        team.ask("member.add", input).await?;
        people.push(Agent { mesh, room });
    }
    let [ada, bo, eve, cy] = people.as_slice() else {
        return Ok(());
    };
    let mut looking_on = Vec::new();
    for (name, set) in LOOKING_ON {
        let join = ["--join", WORKSHOP, "--join", SUPPORT];
        let args = [
            &["observe", name, "--as", OBSERVER, "--yes"][..],
            &join[..],
            set,
        ]
        .concat();
        looking_on.push(Process::start_at(folder, name, &home, &args)?);
    }
    let names: Vec<&str> = LOOKING_ON.iter().map(|(name, _)| *name).collect();
    said(
        "team",
        &format!(
            "@ada, @bo and @eve work in #{WORKSHOP}, @cy in #{SUPPORT}; @{OBSERVER} looks on: {}",
            names.join(", ")
        ),
    );
    monday(&mut team, ada, bo).await?;
    tuesday(&mut team, ada, eve, cy).await?;
    wednesday(&mut team, ada, bo, eve).await?;
    thursday(&mut team, &home).await?;
    friday(&mut team, bo, eve).await?;
    line("");
    if stay {
        line(
            "The page shows it; the link above signs you in once, within ten minutes. Ctrl-C ends everything.",
        );
        std::future::pending::<()>().await;
    }
    drop(looking_on);
    line(
        "That was it; everything is gone again. `mesh demo observers --stay` keeps it to look at.",
    );
    Ok(())
}

/// Two on one file.
async fn monday(team: &mut Party, ada: &Agent, bo: &Agent) -> Outcome<()> {
    let lease = json!({"room": WORKSHOP, "paths": ["src/ledger/**"]});
    ada.ask("lease.take", lease).await?;
    said("Monday", "@ada leases src/ledger/**");
    bo.says("Monday", "I'm editing src/ledger/merge.rs now.")
        .await?;
    found(team, "conflict-alert", |_| true).await
}

/// Two who are about the same thing and do not know it: in one room, and in two.
async fn tuesday(team: &mut Party, ada: &Agent, eve: &Agent, cy: &Agent) -> Outcome<()> {
    ada.says_in_thread(
        "Tuesday",
        "The login of partners in Riga hangs: their session cookie expires while the proxy retries.",
    )
    .await?;
    eve.says_in_thread(
        "Tuesday",
        "Partners from Riga cannot sign in. I suspect the proxy, it retries with an expired cookie.",
    )
    .await?;
    found(team, "resonance-detected", |_| true).await?;
    ada.says_in_thread(
        "Tuesday",
        "The nightly import of Oslo loses rows when src/ledger/merge.rs compacts the ledger.",
    )
    .await?;
    cy.says_in_thread(
        "Tuesday",
        "A customer in Oslo misses rows of the ledger since last night; is it src/ledger/merge.rs?",
    )
    .await?;
    let (seq, text) = team
        .until("what two rooms have in common", |item| {
            let message = item.message()?;
            let direct = message.from.handle == OBSERVER && message.payload.is_some();
            direct.then(|| (item.seq, message.text.to_string()))
        })
        .await?;
    said(
        "",
        &format!(
            "@{OBSERVER} tells it in neither room, but to the owner, who reads both (place {seq}): {}",
            clean(&text)
        ),
    );
    Ok(())
}

/// A subject that more and more turn to.
async fn wednesday(team: &mut Party, ada: &Agent, bo: &Agent, eve: &Agent) -> Outcome<()> {
    ada.says_in_thread(
        "Wednesday",
        "Uploads stop at noon, the quota of src/quota/limits.rs is reached.",
    )
    .await?;
    bo.says_in_thread(
        "Wednesday",
        "My build stops: src/quota/limits.rs says no to artefacts.",
    )
    .await?;
    eve.says_in_thread(
        "Wednesday",
        "The importer is throttled, it is src/quota/limits.rs again.",
    )
    .await?;
    found(team, "gravity-well-formed", |_| true).await
}

/// A session dies with work in hand, and somebody goes on from its beacon.
async fn thursday(team: &mut Party, home: &Path) -> Outcome<()> {
    run(home, &["register", "dee"])?;
    let input = json!({"room": WORKSHOP, "participant": "dee"});
    team.ask("member.add", input).await?;
    let may = ["speak", "listen", "execute", "data-read", "data-write"];
    let may = json!({"room": WORKSHOP, "participant": "dee", "capabilities": may});
    team.ask("member.capabilities", may).await?;
    let task = json!({"room": WORKSHOP, "tasks": [{
        "title": "Mend the retry", "assigned": "dee",
        "prompt": "Give the retry in src/net/retry.rs an exponential backoff."
    }]});
    let created = team.ask("task.create", task).await?;
    let task = created["tasks"][0]["id"].as_str().unwrap_or_default();
    let mut session = Session::start(home, task)?;
    said(
        "Thursday",
        "@dee begins in a session of its own, a process, and works on a task",
    );
    found(team, "recovery-beacon", |details| {
        let mut tasks = details["tasks"].as_array().into_iter().flatten();
        tasks.any(|task| !task["told"].is_null()) && details["words"] != json!([])
    })
    .await?;
    session.kill();
    said("Thursday", "the process of @dee is killed");
    let told = run(home, &["resurrect", "--of", "dee"])?;
    let lit = &told["beacons"][0];
    said(
        "",
        &format!(
            "`mesh resurrect --of dee` reads the beacon that @{} lit at place {}, and knows:",
            lit[1].as_str().unwrap_or_default(),
            lit[0]
        ),
    );
    for section in told["sections"].as_array().into_iter().flatten() {
        let title = section["title"].as_str().unwrap_or_default();
        for one in section["lines"].as_array().into_iter().flatten() {
            line(&format!(
                "           {title}: {}",
                clean(one.as_str().unwrap_or_default())
            ));
        }
    }
    Ok(())
}

/// Where are we?
async fn friday(team: &mut Party, bo: &Agent, eve: &Agent) -> Outcome<()> {
    bo.says("Friday", "Decision: the beta ships without the importer.")
        .await?;
    eve.says("Friday", "Mission control, where are we?").await?;
    found(team, "mission-control-synthesis", |_| true).await
}

/// What an observer found, as soon as it stands in the room.
async fn found(team: &mut Party, kind: &str, wanted: impl Fn(&Value) -> bool) -> Outcome<()> {
    let (seq, claim) = team
        .until(kind, |item| {
            let (name, payload) = published(item)?;
            let details = payload.get("details").unwrap_or(&Value::Null);
            (name == kind && wanted(details)).then(|| (item.seq, payload.clone()))
        })
        .await?;
    let says = claim["says"].as_str().unwrap_or_default();
    let told = format!("@{OBSERVER} says {kind} (place {seq}): {}", clean(says));
    said("", &told);
    Ok(())
}

fn published(item: &StreamItem) -> Option<(String, Map<String, Value>)> {
    match item.event()? {
        Facts::EventType(EventTypeFacts::Published(published)) => {
            let EventBody { payload } = item.said(&published).plain()?;
            Some((published.name, payload))
        }
        _ => None,
    }
}

/// Somebody of the team, connected with a token of its own, in one room.
struct Agent {
    mesh: Mesh,
    room: &'static str,
}

impl Agent {
    async fn ask(&self, name: &str, input: Value) -> Outcome<Value> {
        Ok(self.mesh.client().call_raw(name, input).await?)
    }

    async fn says(&self, day: &str, text: &str) -> Outcome<()> {
        let input = json!({"room": self.room, "text": text});
        self.ask("message.post", input).await?;
        self.told(day, text);
        Ok(())
    }

    /// In a thread of its own.
    async fn says_in_thread(&self, day: &str, text: &str) -> Outcome<()> {
        let first = json!({"room": self.room, "text": "Something that I look into:"});
        let first = self.ask("message.post", first).await?;
        let input = json!({"room": self.room, "text": text, "reply_to": first["id"]});
        self.ask("message.post", input).await?;
        self.told(day, text);
        Ok(())
    }

    fn told(&self, day: &str, text: &str) {
        let handle = self.mesh.me().handle;
        said(day, &format!("@{handle} in #{}: {text}", self.room));
    }
}

/// A session in a process of its own: a shell that does what an agent would, and then waits for a line that never comes.
struct Session(Child);

impl Session {
    fn start(home: &Path, task: &str) -> Outcome<Session> {
        let broken = |why: std::io::Error| {
            Failure::here(format!("the session did not start: {why}"), "").so(Effect::NothingDone)
        };
        let own = std::env::current_exe().map_err(broken)?;
        let script = r#"set -e
            mesh() { "$DEMO_MESH" --home "$DEMO_HOME" --as dee --json "$@"; }
            mesh call worker.enrol '{"slots":1}'
            taken=$(mesh call task.take '{"start":true}')
            fence=$(echo "$taken" | grep -o '"fence":[0-9]*' | head -1 | cut -d: -f2)
            mesh lease take "$DEMO_ROOM" src/net/retry.rs
            mesh say "$DEMO_ROOM" 'Decision: the backoff doubles up to a minute.'
            mesh call task.progress "{\"task\":\"$DEMO_TASK\",\"fence\":$fence,\"text\":\"The timer is there; its test is missing.\"}"
            mesh say "$DEMO_ROOM" 'I go on with the test of the timer.'
            read line"#;
        let child = program()
            .map_err(broken)?
            .args(["session", "run", "--as", "dee", "--home"])
            .arg(home)
            .args(["--", "sh", "-c", script])
            .env("DEMO_MESH", own)
            .env("DEMO_HOME", home)
            .env("DEMO_ROOM", WORKSHOP)
            .env("DEMO_TASK", task)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        child.map(Session).map_err(broken)
    }

    /// Without a word. The shell in it ends with the line that it waits for.
    fn kill(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
        drop(self.0.stdin.take());
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.kill();
    }
}

fn said(day: &str, what: &str) {
    line(&format!(
        "{}  {what}",
        paint(Colour::Good, &format!("{day:<9}"))
    ));
}
