//! `mesh doctor agents`: how soon words get to each agent and, if it is asked to, whether they do: a message to each, followed
//! until a model has answered with it in its conversation.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use clap::value_parser;
use mesh_model::api::{
    DeliveryState, DropReason, MessageRefInput, MessageSendInput, NoInput, Participant,
    ParticipantListInput, ParticipantRefInput, Posted, Reachability, Receipt, Stage,
};
use mesh_model::events::{Kind, Priority};
use mesh_model::ops::{MeGet, MessageReceipts, MessageSend, ParticipantGet, ParticipantList};
use mesh_sdk::http::Http;
use serde::Serialize;

use super::{Verdict, mark};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json};

/// How often the node is asked how far the messages have come.
const ASK_EVERY: Duration = Duration::from_millis(250);

const TEXT: &str =
    "A test of the way to you, by `mesh doctor`. There is nothing to do and nothing to answer.";

/// How soon words get to agents, and with --send whether they do
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh doctor agents\n          mesh doctor agents claude codex --send --wait 120\n\n--send writes each of them a direct message and follows it until its model has read it. That may wake an idle session, and \
                  its model's provider is paid for the turn; without names it goes to the agents behind which you stand."
)]
pub struct AgentsArgs {
    /// Their handles; without any, the agents behind which you stand
    agents: Vec<String>,
    /// Send each a direct message and follow it
    #[arg(long)]
    send: bool,
    /// How long to follow it, in seconds
    #[arg(long, default_value_t = 60, value_parser = value_parser!(u64).range(1..=3600))]
    wait: u64,
}

/// What was found of one agent.
#[derive(Debug, Serialize)]
struct Way {
    agent: String,
    /// How soon words get to it; absent while nothing of it is connected.
    reach: Option<Reachability>,
    verdict: Verdict,
    /// What came back of the message, if one was sent, each with the milliseconds after it was stored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proofs: Vec<Proof>,
    todo: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Proof {
    state: Came,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<DropReason>,
    after_ms: u64,
}

/// How far a message was seen to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Came {
    /// The guard holds it back for a moderator.
    Quarantined,
    Handed,
    Placed,
    Read,
    Dropped,
    /// It fetched it and went past it by itself, as by a tool.
    Taken,
}

/// `mesh doctor agents`
pub fn agents(context: &Context, args: &AgentsArgs) -> Outcome<ExitCode> {
    let http = context.http()?;
    let found = meant(&http, &args.agents)?;
    let mut ways: Vec<Way> = found.iter().map(looked_at).collect();
    if args.send {
        follow(context, &http, &found, &mut ways, args.wait)?;
    }
    if !printed_json(context, &ways)? {
        ways.iter().for_each(print);
        if ways.is_empty() {
            line(
                "You stand behind no agent. `mesh claude` and `mesh codex` start one; `mesh who` lists everybody.",
            );
        }
    }
    let bad = ways.iter().any(|way| way.verdict == Verdict::Bad);
    Ok(ExitCode::from(u8::from(bad)))
}

fn meant(http: &Http, handles: &[String]) -> Outcome<Vec<Participant>> {
    if !handles.is_empty() {
        let one = |handle: &String| {
            let input = ParticipantRefInput {
                participant: handle.clone(),
            };
            Ok(http.call::<ParticipantGet>(input)?)
        };
        return handles.iter().map(one).collect();
    }
    let me = http.call::<MeGet>(NoInput {})?.participant.id;
    let all = http.call::<ParticipantList>(ParticipantListInput {
        kind: Some(Kind::Agent),
        ..ParticipantListInput::default()
    })?;
    let mine = |agent: &Participant| {
        !agent.disabled && agent.behind.as_ref().is_some_and(|person| person.id == me)
    };
    Ok(all.items.into_iter().filter(mine).collect())
}

fn looked_at(agent: &Participant) -> Way {
    let (verdict, todo) = match agent.presence.reach {
        Some(Reachability::AtOnce) => (Verdict::Good, ""),
        Some(Reachability::NextTurn) => (
            Verdict::Warning,
            "while it is idle nobody wakes it; started with `mesh claude` or `mesh codex` it is woken",
        ),
        Some(Reachability::WhenAsked) => (
            Verdict::Warning,
            "it hears when it looks into its inbox; `mesh install PROGRAM` shows what else its program offers",
        ),
        None => (
            Verdict::Warning,
            "words wait in its inbox until it comes; `mesh claude` and `mesh codex` start one",
        ),
    };
    Way {
        agent: agent.handle.clone(),
        reach: agent.presence.reach,
        verdict,
        proofs: Vec::new(),
        todo,
    }
}

/// Writes to each, and looks how far it comes until all have read it or the time is over.
#[expect(
    clippy::disallowed_methods,
    reason = "where a message stands is in no stream: it is about sessions and not about what happened in the mesh"
)]
fn follow(
    context: &Context,
    http: &Http,
    agents: &[Participant],
    ways: &mut [Way],
    seconds: u64,
) -> Outcome<()> {
    let mut open = Vec::new();
    for (index, agent) in agents.iter().enumerate() {
        let posted = http.call::<MessageSend>(MessageSendInput {
            to: format!("@{}", agent.handle),
            text: TEXT.to_owned(),
            reply_to: None,
            priority: Priority::Next,
            payload: None,
            files: Vec::new(),
        })?;
        if posted.quarantined {
            ways[index].came(Came::Quarantined, None, 0);
        } else {
            open.push((index, posted));
        }
    }
    if !context.json && !open.is_empty() {
        line(&format!(
            "{} sent; followed for {seconds} s at most",
            open.len()
        ));
    }
    let sent = Instant::now();
    let end = sent + Duration::from_secs(seconds);
    loop {
        let mut left = Vec::new();
        for (index, posted) in open {
            let input = MessageRefInput { message: posted.id };
            let receipts = http.call::<MessageReceipts>(input)?;
            let of_it = |receipt: &&Receipt| receipt.participant.id == agents[index].id;
            if let Some(receipt) = receipts.items.iter().find(of_it) {
                ways[index].hears(&posted, sent, receipt);
            }
            if !ways[index].is_read() {
                left.push((index, posted));
            }
        }
        open = left;
        if open.is_empty() || Instant::now() >= end {
            break;
        }
        thread::sleep(ASK_EVERY);
    }
    ways.iter_mut().for_each(Way::judge);
    Ok(())
}

impl Way {
    fn hears(&mut self, posted: &Posted, sent: Instant, receipt: &Receipt) {
        match &receipt.delivery {
            Some(standing) => {
                let state = match standing.state {
                    DeliveryState::Handed => Came::Handed,
                    DeliveryState::Placed => Came::Placed,
                    DeliveryState::Read => Came::Read,
                    DeliveryState::Dropped => Came::Dropped,
                };
                self.came(state, standing.why, standing.at.since(posted.at));
            }
            None if matches!(receipt.stage, Stage::InContext | Stage::Replied) => {
                let after = u64::try_from(sent.elapsed().as_millis());
                self.came(Came::Taken, None, after.unwrap_or(u64::MAX));
            }
            None => {}
        }
    }

    fn came(&mut self, state: Came, why: Option<DropReason>, after_ms: u64) {
        let last = self.proofs.last();
        if last.is_none_or(|last| (last.state, last.why) != (state, why)) {
            self.proofs.push(Proof {
                state,
                why,
                after_ms,
            });
        }
    }

    fn is_read(&self) -> bool {
        let last = self.proofs.last();
        last.is_some_and(|last| matches!(last.state, Came::Read | Came::Taken))
    }

    /// A model's answer is the proof; nothing else is.
    fn judge(&mut self) {
        (self.verdict, self.todo) = match (self.is_read(), self.reach) {
            (true, _) => (Verdict::Good, ""),
            (false, Some(Reachability::AtOnce)) => (
                Verdict::Bad,
                "it should have read it by now; the message waits in its inbox. Look at its terminal: a dialog or a failed request holds it up",
            ),
            (false, _) => (
                Verdict::Warning,
                "the message waits in its inbox until its next turn, or until it looks",
            ),
        };
    }
}

fn print(way: &Way) {
    let reach = match way.reach {
        Some(Reachability::AtOnce) => "reached at once",
        Some(Reachability::NextTurn) => "reached at its next turn",
        Some(Reachability::WhenAsked) => "reached when it asks",
        None => "nothing of it is connected",
    };
    let proofs: String = way.proofs.iter().map(told).collect();
    line(&format!(
        "{}  @{:<16}{reach}{proofs}",
        mark(way.verdict),
        way.agent
    ));
    if !way.todo.is_empty() {
        line(&format!("      {}", way.todo));
    }
}

fn told(proof: &Proof) -> String {
    let state = match proof.state {
        Came::Quarantined => "held back for a moderator",
        Came::Handed => "handed to its program",
        Came::Placed => "in its conversation",
        Came::Read => "read by its model",
        Came::Dropped => "dropped",
        Came::Taken => "taken from its inbox",
    };
    let why = match proof.why {
        None => "",
        Some(DropReason::Refused) => ", which did not take it",
        Some(DropReason::Stopped) => ", for its person stopped the session",
        Some(DropReason::Failed) => ", for the model's request failed",
        Some(DropReason::Cleared) => ", for the conversation was begun anew",
        Some(DropReason::Compacted) => ", for the conversation was cut down",
        Some(DropReason::Ended) => ", for the session ended",
        Some(DropReason::TimedOut) => ", for nobody said what came of it",
    };
    let seconds = proof.after_ms as f64 / 1000.0;
    format!("; {state}{why} after {seconds:.1} s")
}
