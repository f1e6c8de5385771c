//! The one runtime: brings what the node, the keys and the clock say into a screen, asks what the screen wants to know, and
//! draws when something changed.

use std::io;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use mesh_model::Millis;
use mesh_model::api::Ephemeral;
use mesh_sdk::{Client, Error, Filter, Items, Link};
use ratatui::crossterm::event::{Event, KeyEventKind};
use serde_json::Value;
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::screen::{Arrived, Ask, Screen, Standing, Trouble};
use crate::terminal::{self, Taken};

/// At most about thirty pictures a second: eyes need no more, and slow lines carry no more.
const FRAME: Duration = Duration::from_millis(33);
/// How long what was read may take to be told at the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a screen could not go on.
#[derive(Debug)]
pub enum Ended {
    /// The terminal did not do what it was asked.
    Terminal(io::Error),
    /// The node could not be reached, or refused.
    Node(Error),
}

impl From<io::Error> for Ended {
    fn from(why: io::Error) -> Ended {
        Ended::Terminal(why)
    }
}

impl From<Error> for Ended {
    fn from(why: Error) -> Ended {
        Ended::Node(why)
    }
}

/// The clock of this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "it only says how long ago something was and when to ask again"
)]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Millis(since.map_or(0, |since| since.as_millis() as u64))
}

type Answer<Tag> = (Tag, Result<Value, Trouble>);

struct Run<S: Screen> {
    client: Client,
    screen: S,
    answers: mpsc::UnboundedSender<Answer<S::Tag>>,
    in_turn: mpsc::UnboundedSender<Ask<S::Tag>>,
    /// Asked and not answered.
    open: usize,
    changed: bool,
}

/// How a screen ended.
#[derive(Debug)]
pub struct Farewell {
    /// What its user should still see: words that were not sent.
    pub words: Option<String>,
    /// Why it could not go on; nothing if its user ended it.
    pub why: Option<Ended>,
}

/// Shows a screen until its user ends it.
pub async fn run<S: Screen>(client: Client, screen: S) -> Farewell {
    let (answers, mut answered) = mpsc::unbounded_channel();
    let in_turn = in_turn::<S::Tag>(client.clone(), answers.clone());
    let mut run = Run {
        client,
        screen,
        answers,
        in_turn,
        open: 0,
        changed: true,
    };
    let shown = run.shown(&mut answered).await;
    if shown.is_ok() {
        // What was read and said last is on its way. Whatever takes longer is told by the words that were not sent.
        let _ = timeout(FAREWELL, run.rest(&mut answered)).await;
    }
    Farewell {
        words: run.screen.last_words(),
        why: shown.err(),
    }
}

impl<S: Screen> Run<S> {
    /// The screen, as long as its user looks at it. The terminal is given back when it ends.
    async fn shown(
        &mut self,
        answered: &mut mpsc::UnboundedReceiver<Answer<S::Tag>>,
    ) -> Result<(), Ended> {
        let mut items = self.client.subscribe(Filter::default()).await?;
        let mut passing = self.client.ephemeral();
        let mut link = self.client.link();
        let mut term = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut taken = Taken::new()?;
        let mut events = terminal::events();
        let (width, height) = taken.size()?;
        self.take(Arrived::Size(width, height));
        self.take(Arrived::Subscribed);
        let mut next_frame = Instant::now();
        while !self.screen.is_over() {
            if self.changed && Instant::now() >= next_frame {
                taken.draw(|cells| self.screen.draw(cells, now()))?;
                self.changed = false;
                next_frame = Instant::now() + FRAME;
            }
            let due = self.screen.due(now());
            let wake = wake(due, self.changed.then_some(next_frame));
            select! {
                event = events.recv() => match event {
                    Some(event) => self.event(event),
                    None => break,
                },
                item = items.next() => match item {
                    Some(item) => self.take(Arrived::Item(Box::new(item))),
                    None => items = self.again(&link).await?,
                },
                event = heard(&mut passing) => self.take(Arrived::Passing(event)),
                Ok(()) = link.changed() => {
                    let standing = standing(&link.borrow_and_update());
                    self.take(Arrived::Link(standing));
                }
                Some((tag, answer)) = answered.recv() => self.answered(tag, answer),
                () = wake => if due.is_some_and(|at| at <= now()) {
                    self.take(Arrived::Due);
                },
                _ = term.recv() => break,
                _ = hangup.recv() => break,
                _ = interrupt.recv() => break,
            }
        }
        Ok(())
    }

    /// Answers that are on their way; none comes from a node that is away.
    async fn rest(&mut self, answered: &mut mpsc::UnboundedReceiver<Answer<S::Tag>>) {
        while self.open > 0 && matches!(*self.client.link().borrow(), Link::Live) {
            let Some((tag, answer)) = answered.recv().await else {
                return;
            };
            self.answered(tag, answer);
        }
    }

    fn answered(&mut self, tag: S::Tag, answer: Result<Value, Trouble>) {
        self.open -= 1;
        self.take(Arrived::Answer(tag, answer));
    }

    fn take(&mut self, what: Arrived<S::Tag>) {
        self.changed = true;
        for ask in self.screen.arrived(what, now()) {
            self.open += 1;
            if ask.in_turn {
                // The other end lives as long as this one.
                let _ = self.in_turn.send(ask);
                continue;
            }
            let (client, answers) = (self.client.clone(), self.answers.clone());
            tokio::spawn(async move { answer(&client, ask, &answers).await });
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.take(Arrived::Key(key)),
            Event::Paste(text) => self.take(Arrived::Pasted(text)),
            Event::Resize(width, height) => self.take(Arrived::Size(width, height)),
            Event::FocusGained => self.take(Arrived::Looked(true)),
            Event::FocusLost => self.take(Arrived::Looked(false)),
            Event::Key(_) | Event::Mouse(_) => {}
        }
    }

    /// The subscription ended: because the node refused, or it begins anew.
    async fn again(&mut self, link: &watch::Receiver<Link>) -> Result<Items, Ended> {
        let refused = match &*link.borrow() {
            Link::Refused(refusal) => Some(refusal.clone()),
            Link::Live | Link::Broken(_) => None,
        };
        if let Some(refusal) = refused {
            return Err(Ended::Node(Error::Refused(refusal)));
        }
        let items = self.client.subscribe(Filter::default()).await?;
        self.take(Arrived::Subscribed);
        Ok(items)
    }
}

async fn answer<Tag>(client: &Client, ask: Ask<Tag>, answers: &mpsc::UnboundedSender<Answer<Tag>>) {
    let answer = client.call_raw(ask.name, ask.input).await;
    // Nobody waits for it once the screen is gone.
    let _ = answers.send((ask.tag, answer.map_err(Trouble::from)));
}

/// Asks one after the other.
fn in_turn<Tag: Send + 'static>(
    client: Client,
    answers: mpsc::UnboundedSender<Answer<Tag>>,
) -> mpsc::UnboundedSender<Ask<Tag>> {
    let (sender, mut asks) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(ask) = asks.recv().await {
            answer(&client, ask, &answers).await;
        }
    });
    sender
}

fn standing(link: &Link) -> Standing {
    match link {
        Link::Live => Standing::Live,
        Link::Broken(_) => Standing::Lost(now()),
        Link::Refused(_) => Standing::Lost(now()),
    }
}

/// The next thing that passes by. What was missed meanwhile was of that moment only.
async fn heard(passing: &mut broadcast::Receiver<Ephemeral>) -> Ephemeral {
    loop {
        match passing.recv().await {
            Ok(event) => return event,
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Waits for the earlier of a moment and the next frame; for ever without either.
async fn wake(due: Option<Millis>, frame: Option<Instant>) {
    let due = due.map(|at| Instant::now() + Duration::from_millis(at.since(now())));
    match due.into_iter().chain(frame).min() {
        Some(at) => pin!(sleep_until(at)).await,
        None => std::future::pending().await,
    }
}
