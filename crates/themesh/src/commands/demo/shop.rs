//! `mesh demo shop`: sellers and customers in a shop with a day of its own, who see only whom they walk up to.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use mesh_model::api::{Ephemeral, Position};
use mesh_sdk::{Filter, Mesh};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use super::stage::{Folder, Party};
use crate::commands::up;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint};

/// A shop with a clock sixty times as fast as yours: it opens, customers walk up to sellers, it closes
///
/// The node is a real process of this program; it listens at this machine alone, and all that it keeps is in a temporary folder.
/// What sellers and customers do is written down in the program: no model is asked. Their names say so.
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh demo shop --stay")]
pub struct ShopArgs {
    /// Keep everything running until Ctrl-C, to look at the page
    #[arg(long)]
    stay: bool,
}

const ROOM: &str = "shop";
const RADIUS: f64 = 20.0;
const OPENS: &str = "We are open.";
const CLOSES: &str = "We close now.";
/// Somebody who is on the way hears of it within this time, or the demo ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// One of those in the shop: who, where it begins, and whom it comes to see.
struct Part {
    handle: &'static str,
    begins: (f64, f64),
    meets: &'static str,
}

/// Two counters that are five times the radius apart, and a customer for each.
const PARTS: [Part; 4] = [
    Part {
        handle: "scripted-seller-tea",
        begins: (-50.0, 0.0),
        meets: "scripted-customer-cy",
    },
    Part {
        handle: "scripted-seller-books",
        begins: (50.0, 0.0),
        meets: "scripted-customer-dee",
    },
    Part {
        handle: "scripted-customer-cy",
        begins: (-50.0, -90.0),
        meets: "scripted-seller-tea",
    },
    Part {
        handle: "scripted-customer-dee",
        begins: (50.0, -90.0),
        meets: "scripted-seller-books",
    },
];

/// One of them, connected.
struct Actor {
    part: &'static Part,
    mesh: Mesh,
    lane: Receiver<Ephemeral>,
    /// Others of whom the node told it where they are.
    saw: BTreeSet<String>,
}

/// `mesh demo shop`
pub fn shop(_: &Context, args: &ShopArgs) -> Outcome<()> {
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
    let mut keeper = Party::start(folder, "shopkeeper").await?;
    said(
        "shopkeeper",
        &format!("has a mesh: {}", keeper.process.word("login")),
    );
    furnish(&keeper).await?;
    let mut actors = Vec::new();
    for part in &PARTS {
        actors.push(enter(&keeper, part).await?);
    }
    nobody_yet(&actors).await?;

    let clock = json!({"room": ROOM});
    let clock = keeper.ask("clock.resume", clock).await?;
    said("clock", &format!("{} and on, ×60", time(&clock["now"])));
    keeper.hears(OPENS).await?;
    said(
        "shopkeeper",
        &format!("{OPENS} A schedule said it, at 09:00 simulated."),
    );
    let (sellers, customers) = actors.split_at_mut(2);
    for customer in customers.iter_mut() {
        come(customer).await?;
    }
    for customer in customers.iter_mut() {
        meet(customer).await?;
    }
    for seller in sellers.iter_mut() {
        see(seller).await?;
        answer(seller).await?;
    }
    keeper.hears(CLOSES).await?;
    said(
        "shopkeeper",
        &format!("{CLOSES} A schedule said it, at 09:10 simulated."),
    );
    prove(&keeper, &mut actors).await?;

    line("");
    if stay {
        line(
            "The page shows it; the link above signs you in once, within ten minutes. Ctrl-C ends everything.",
        );
        std::future::pending::<()>().await;
    }
    line("That was it; everything is gone again. `mesh demo shop --stay` keeps it to look at.");
    Ok(())
}

/// The room, how far one sees in it and how fast one walks, its clock, and what it leads to.
async fn furnish(keeper: &Party) -> Outcome<()> {
    keeper.ask("room.create", json!({"name": ROOM})).await?;
    let rules = json!({"space": {"radius": RADIUS as u32, "speed": 1}});
    let rules = json!({"room": ROOM, "policy": rules});
    keeper.ask("room.policy_set", rules).await?;
    let clock = json!({"room": ROOM, "at": "2026-12-24 08:59", "rate": 60, "paused": true});
    keeper.ask("clock.start", clock).await?;
    for (text, at) in [(OPENS, "2026-12-24 09:00"), (CLOSES, "2026-12-24 09:10")] {
        let reminder = json!({"to": ROOM, "text": text, "at": at, "clock": ROOM});
        keeper.ask("schedule.create", reminder).await?;
    }
    said(
        "shopkeeper",
        "opens #shop: one sees 20 m far, walks 1 m in a simulated second, and a simulated hour passes in a minute",
    );
    Ok(())
}

async fn enter(keeper: &Party, part: &'static Part) -> Outcome<Actor> {
    let mesh = keeper.agent(part.handle).await?;
    let member = json!({"room": ROOM, "participant": part.handle});
    keeper.ask("member.add", member).await?;
    let lane = mesh.client().ephemeral();
    // Without a subscription nothing comes by the lane.
    mesh.items(Filter::default()).await?;
    let (x, y) = part.begins;
    let place = json!({"room": ROOM, "x": x, "y": y});
    mesh.client().call_raw("position.set", place).await?;
    said(part.handle, &format!("stands at {x}, {y}"));
    Ok(Actor {
        part,
        mesh,
        lane,
        saw: BTreeSet::new(),
    })
}

async fn nobody_yet(actors: &[Actor]) -> Outcome<()> {
    for actor in actors {
        let seen = actor.looks().await?;
        check(seen.is_empty(), || {
            format!("@{} sees {seen:?} too early", actor.part.handle)
        })?;
    }
    said("all four", "see nobody: the nearest is farther than 20 m");
    Ok(())
}

/// A customer walks up to a counter.
async fn come(customer: &Actor) -> Outcome<()> {
    let (x, y) = (customer.part.begins.0, -5.0);
    let there = json!({"room": ROOM, "x": x, "y": y});
    let client = customer.mesh.client();
    client.call_raw("position.walk", there).await?;
    said(customer.part.handle, &format!("walks to {x}, {y}"));
    Ok(())
}

/// As soon as it sees its seller it speaks to it: words go to whom one sees.
async fn meet(customer: &mut Actor) -> Outcome<()> {
    see(customer).await?;
    let seller = customer.part.meets;
    let text = "What have you got? (I am a script: I ask everybody.)";
    customer.mesh.send(&format!("@{seller}"), text).await?;
    said(
        customer.part.handle,
        &format!("sees @{seller} and says: {text}"),
    );
    Ok(())
}

async fn answer(seller: &Actor) -> Outcome<()> {
    let customer = seller.part.meets;
    let text = "All that you see. (I am a script too.)";
    seller.mesh.send(&format!("@{customer}"), text).await?;
    said(
        seller.part.handle,
        &format!("sees @{customer} and says: {text}"),
    );
    Ok(())
}

/// Waits until the node tells where the one is whom it meets.
async fn see(actor: &mut Actor) -> Outcome<()> {
    let wanted = actor.part.meets;
    let waits = async {
        while !actor.saw.contains(wanted) {
            let news = actor.lane.recv().await.ok()?;
            actor.take_in(news);
        }
        Some(())
    };
    let seen = tokio::time::timeout(PATIENCE, waits).await.ok().flatten();
    check(seen.is_some(), || format!("@{wanted} never came"))
}

/// Compares what each was told with what it was near enough for; whoever governs the room saw all.
async fn prove(keeper: &Party, actors: &mut [Actor]) -> Outcome<()> {
    let all = keeper.ask("position.list", json!({"room": ROOM})).await?;
    let all: Vec<Position> = serde_json::from_value(all["items"].clone()).unwrap_or_default();
    for actor in actors.iter_mut() {
        while let Ok(news) = actor.lane.try_recv() {
            actor.take_in(news);
        }
        let now: BTreeSet<String> = actor.looks().await?.into_iter().collect();
        let only = BTreeSet::from([actor.part.meets.to_owned()]);
        check(actor.saw == only && now == only, || {
            format!(
                "@{} saw {:?}, now {now:?}, and only @{} was in range",
                actor.part.handle, actor.saw, actor.part.meets
            )
        })?;
    }
    check(all.len() == PARTS.len(), || {
        format!("whoever governs the room sees {} of all", all.len())
    })?;
    let meetings = keeper.ask("room.list", json!({})).await?;
    let overheard = meetings["items"].as_array().into_iter().flatten();
    let overheard = overheard.filter(|room| room["kind"] == "direct").count();
    check(overheard == 0, || {
        "the shopkeeper is in a conversation of others".to_owned()
    })?;
    said(
        "proved",
        "each of the four was told where one other is, whom it met, and of nobody out of range; the shopkeeper, who governs the room, sees all four",
    );
    Ok(())
}

impl Actor {
    /// Whom it sees now, itself left out.
    async fn looks(&self) -> Outcome<Vec<String>> {
        let client = self.mesh.client();
        let list = client
            .call_raw("position.list", json!({"room": ROOM}))
            .await?;
        let list: Vec<Position> = serde_json::from_value(list["items"].clone()).unwrap_or_default();
        let handles = list.into_iter().map(|it| it.participant.handle);
        Ok(handles.filter(|it| it != self.part.handle).collect())
    }

    fn take_in(&mut self, news: Ephemeral) {
        if let Ephemeral::Position { position, .. } = news
            && position.participant.handle != self.part.handle
        {
            self.saw.insert(position.participant.handle);
        }
    }
}

fn check(holds: bool, what: impl FnOnce() -> String) -> Outcome<()> {
    if holds {
        return Ok(());
    }
    Err(Failure::here(
        what(),
        "the demo is not as it should be: tell those who make it",
    )
    .so(Effect::NothingDone))
}

/// The time of a day.
fn time(moment: &Value) -> &str {
    let text = moment.as_str().unwrap_or_default();
    text.get(11..16).unwrap_or(text)
}

fn said(who: &str, what: &str) {
    line(&format!(
        "{}  {what}",
        paint(Colour::Good, &format!("{who:<22}"))
    ));
}
