//! One webhook's courier: it reads the log from where the webhook is, and delivers one event after the other. While it may not
//! send it holds a position and nothing else; then it reads on from there.

use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{StreamFrame, StreamItem, WebhookDelivery};
use mesh_model::command::WebhookCommand;
use mesh_model::events::WebhookPause;
use mesh_model::limits::WEBHOOK_DEAD_MAX;
use mesh_model::{Refusal, Seq, WebhookId, refuse};
use mesh_ops::{Door, HookRecord, Stream, Taken};
use tokio::time::{Instant, sleep_until};

use super::board::Board;
use super::destination::{Destination, Pace};
use super::letter;
use super::post::{Answer, Post, Sender};
use super::task;

/// Attempts at an event that the other side answers with an error of its own: it may be about to be repaired.
const FAULTY_ATTEMPTS_MAX: u32 = 10;
/// Attempts at an event that the other side refuses: it rarely thinks again.
const REFUSED_ATTEMPTS_MAX: u32 = 5;
/// Dead letters in a row after which it waits for somebody: the address may be the wrong one.
const DEAD_IN_A_ROW_MAX: u32 = 10;
/// What was read longer ago is read again before it is sent: it may be erased, or shown no more.
const FRESH: Duration = Duration::from_secs(1);
/// A position is written at least so often while events are delivered.
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// So many events that were nothing for the webhook are not read again after a restart.
const PASSED_MAX: u64 = 10_000;

pub(super) struct Courier {
    pub door: Door,
    pub webhook: WebhookId,
    pub sender: Sender,
    pub destination: Arc<Destination>,
    pub board: Arc<Board>,
    pub pace: Pace,
    pub going: Going,
}

/// How it goes.
#[derive(Debug, Default)]
pub(super) struct Going {
    /// The event at hand and how often it was sent.
    attempts: (Seq, u32),
    /// Events in a row that were given up.
    dead: u32,
    /// The position as it was written last, and when.
    written: Option<(Seq, Instant)>,
    /// Not before this the event at hand is tried again.
    again: Option<Instant>,
}

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    /// It is delivered, or given up.
    Done,
    /// It is tried again from where the webhook is.
    Later,
}

impl Courier {
    /// Delivers until the webhook may be told nothing any more, or waits for somebody.
    pub async fn run(mut self) {
        loop {
            // Nothing is held while it waits.
            self.destination.open().await;
            if let Some(again) = self.going.again.take() {
                sleep_until(again).await;
            }
            match self.round().await {
                Ok(()) => {}
                Err(why) => {
                    tracing::debug!(webhook = %self.webhook, %why, "a courier ends");
                    return;
                }
            }
        }
    }

    fn record(&self) -> Result<HookRecord, Refusal> {
        let access = self.door.node().access();
        let found = access.webhook(self.webhook).cloned();
        found.ok_or_else(refuse::no_webhook)
    }

    /// Reads and delivers until something has to be waited for.
    async fn round(&mut self) -> Result<(), Refusal> {
        // Made first: whatever is asked for after the look is heard of.
        let mut rights = self.door.node().rights();
        if self.replay().await? == Came::Later {
            return Ok(());
        }
        let mut position = self.door.webhook_position(self.webhook).await?;
        if self.has_told_all(position)? {
            return self.end().await;
        }
        self.going.written = Some((position, Instant::now()));
        let mut stream = self.door.listen_for(self.webhook, position)?;
        loop {
            let taken = tokio::select! {
                taken = stream.next() => taken?,
                changed = rights.changed() => {
                    if changed.is_err() {
                        return Err(refuse::no_webhook());
                    }
                    if self.record()?.dead.values().any(|letter| letter.again) {
                        return Ok(());
                    }
                    continue;
                }
            };
            let Taken::Frames(frames, last) = taken else {
                return Ok(());
            };
            let taken_at = Instant::now();
            for item in frames.iter().flat_map(|frame| items(frame)) {
                if taken_at.elapsed() > FRESH {
                    return self.write(position, true).await;
                }
                let delivered = self.deliver(&mut stream, &item).await;
                match delivered {
                    Ok(Some(Came::Later)) => return self.write(position, true).await,
                    Ok(came) => {
                        position = item.seq;
                        let last = came.is_some() && task::is_last(&self.record()?, &item);
                        self.write(position, last).await?;
                        if came.is_some() {
                            self.going.attempts = (Seq::ZERO, 0);
                        }
                        if last {
                            return self.end().await;
                        }
                    }
                    Err(why) => {
                        self.write(position, true).await?;
                        return Err(why);
                    }
                }
            }
            position = position.max(last);
            let passed = frames.iter().all(|frame| items(frame).is_empty());
            self.write(position, !passed).await?;
        }
    }

    /// Delivers one event, if the webhook is told of it.
    async fn deliver(
        &mut self,
        stream: &mut Stream,
        item: &StreamItem,
    ) -> Result<Option<Came>, Refusal> {
        let hook = self.record()?;
        let access = self.door.node().access();
        let shown = item
            .room
            .is_none_or(|room| access.may_read(hook.participant, room));
        if !shown || !letter::is_wanted(&access, &hook, item) {
            return Ok(None);
        }
        let body = match hook.task {
            Some(task) => match task::letter(&self.door, &access, &hook, task, item) {
                Some(body) => body,
                None => return Ok(None),
            },
            None => letter::letter(&access, &hook, item),
        };
        drop(access);
        let came = stream
            .while_held(self.attempt(&hook, item.seq, body))
            .await?;
        came.map(Some)
    }

    /// Dead letters that somebody wants to be sent again, before anything new.
    async fn replay(&mut self) -> Result<Came, Refusal> {
        loop {
            let hook = self.record()?;
            let again = hook.dead.iter().find(|(_, letter)| letter.again);
            let Some((seq, _)) = again else {
                return Ok(Came::Done);
            };
            let mut stream = self.door.listen_for(self.webhook, Seq(seq.0 - 1))?;
            let item = match stream.next().await? {
                Taken::Frames(frames, _) => frames.iter().flat_map(|frame| items(frame)).next(),
                Taken::CutOff => return Ok(Came::Later),
            };
            let item = item.filter(|item| item.seq == *seq);
            let came = match item {
                Some(item) => self.deliver(&mut stream, &item).await?,
                None => None,
            };
            match came {
                Some(Came::Later) => return Ok(Came::Later),
                // Given up once more, it is a dead letter as before; else it is none.
                Some(Came::Done) if self.going.dead > 0 => {}
                delivered => {
                    let settled = WebhookCommand::Settle {
                        webhook: self.webhook,
                        seq: *seq,
                        delivered: delivered.is_some(),
                    };
                    self.door.note_webhook(settled).await?;
                }
            }
            self.going.attempts = (Seq::ZERO, 0);
        }
    }

    /// Sends once and says what follows.
    async fn attempt(
        &mut self,
        hook: &HookRecord,
        seq: Seq,
        body: String,
    ) -> Result<Came, Refusal> {
        let Some(sending) = self.door.sending(self.webhook).await? else {
            let why = "its address or secret is not in this vault: make the webhook anew";
            self.board
                .trouble(self.webhook, Some((why.to_owned(), None)));
            self.going.again = Some(Instant::now() + self.pace.most);
            return Ok(Came::Later);
        };
        let destination = Arc::clone(&self.destination);
        let Some(turn) = destination.begin().await else {
            return Ok(Came::Later);
        };
        if self.going.attempts.0 != seq {
            self.going.attempts = (seq, 0);
        }
        self.going.attempts.1 += 1;
        let attempts = self.going.attempts.1;
        let now = self.door.node().now();
        let id = format!("msg_{}_{seq}", self.webhook.0.simple());
        let at = now.0 / 1000;
        let post = Post::signed(sending, &id, at, body);
        let began = Instant::now();
        let answer = self.sender.send(post).await;
        let judged = judge(&answer);
        self.board.delivery(
            self.webhook,
            WebhookDelivery {
                id,
                seq: Some(seq),
                at: now,
                attempt: attempts,
                ok: judged == Judged::Taken,
                status: status(&answer),
                trouble: trouble(&answer),
                took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
            },
        );
        match judged {
            Judged::Taken => {
                turn.answered();
                self.going.dead = 0;
                self.board.trouble(self.webhook, None);
                Ok(Came::Done)
            }
            Judged::Gone => self.stop(WebhookPause::Gone).await,
            Judged::Away(wanted) => {
                turn.failed(wanted);
                if self.destination.failing_for() >= self.pace.give_up {
                    return self.stop(WebhookPause::Unreachable).await;
                }
                self.wait(&answer, self.destination.closed_until());
                Ok(Came::Later)
            }
            Judged::Refused(most) => {
                turn.answered();
                if attempts >= most {
                    return self.give_up(hook, seq, attempts, status(&answer)).await;
                }
                let again = Instant::now() + self.pace.after(attempts);
                self.going.again = Some(again);
                self.wait(&answer, Some(again));
                Ok(Came::Later)
            }
        }
    }

    fn wait(&self, answer: &Answer, until: Option<Instant>) {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let at = left.map(|left| {
            let ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
            self.door.node().now().plus(ms)
        });
        let why = trouble(answer).unwrap_or_default();
        self.board.trouble(self.webhook, Some((why, at)));
    }

    async fn give_up(
        &mut self,
        hook: &HookRecord,
        seq: Seq,
        attempts: u32,
        status: Option<u16>,
    ) -> Result<Came, Refusal> {
        if hook.dead.len() >= WEBHOOK_DEAD_MAX && !hook.dead.contains_key(&seq) {
            return self.stop(WebhookPause::Full).await;
        }
        let given_up = WebhookCommand::GiveUp {
            webhook: self.webhook,
            seq,
            attempts,
            status,
        };
        self.door.note_webhook(given_up).await?;
        self.going.dead += 1;
        if self.going.dead >= DEAD_IN_A_ROW_MAX {
            // The one at hand is a dead letter already: it is not sent again when somebody lets it go on.
            self.write(seq, true).await?;
            return self.stop(WebhookPause::Refusing).await;
        }
        Ok(Came::Done)
    }

    /// Whether its task is over and its end was passed before.
    fn has_told_all(&self, position: Seq) -> Result<bool, Refusal> {
        let Some(task) = self.record()?.task else {
            return Ok(false);
        };
        let work = self.door.node().work();
        let ended = work.task(task).map(|found| found.ended);
        // One that is not remembered any more has ended.
        Ok(ended.is_none_or(|ended| ended.is_some_and(|ended| ended <= position)))
    }

    /// Its task is over: it ends with it, unless something was not taken that somebody may want to send again.
    async fn end(&self) -> Result<(), Refusal> {
        if !self.record()?.dead.is_empty() {
            self.stop(WebhookPause::Refusing).await?;
        }
        // Whoever hears of the end drops this courier; the vault has to forget all the same.
        let (door, webhook) = (self.door.clone(), self.webhook);
        let ends = tokio::spawn(async move { door.end_webhook(webhook).await });
        match ends.await {
            Ok(ended) => ended?,
            Err(why) => tracing::error!(%webhook, %why, "a webhook could not be ended"),
        }
        Err(refuse::no_webhook())
    }

    /// The webhook waits for somebody.
    async fn stop(&self, why: WebhookPause) -> Result<Came, Refusal> {
        let webhook = self.webhook;
        self.board.trouble(webhook, None);
        self.door
            .note_webhook(WebhookCommand::Stop { webhook, why })
            .await?;
        Err(refuse::no_webhook())
    }

    /// Writes the position: at once, or now and then.
    async fn write(&mut self, position: Seq, at_once: bool) -> Result<(), Refusal> {
        self.board.reached(self.webhook, position);
        let (written, at) = self.going.written.unwrap_or((Seq::ZERO, Instant::now()));
        let passed = position.0.saturating_sub(written.0);
        let due = at_once || passed >= PASSED_MAX || at.elapsed() >= WRITE_EVERY;
        if passed == 0 || !due {
            return Ok(());
        }
        self.door.webhook_reached(self.webhook, position).await?;
        self.going.written = Some((position, Instant::now()));
        Ok(())
    }
}

/// The events of a frame; what passes by is none.
pub(super) fn items(frame: &[u8]) -> Vec<StreamItem> {
    match serde_json::from_slice(frame) {
        Ok(StreamFrame::Push { push, .. }) => push,
        Ok(StreamFrame::Tail { .. } | StreamFrame::Ephemeral { .. }) => Vec::new(),
        Err(why) => {
            tracing::error!(%why, "the outbox cannot read what the node tells");
            Vec::new()
        }
    }
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    Taken,
    /// It wants nothing more, ever.
    Gone,
    /// The destination is not well, whatever it is sent.
    Away(Option<Duration>),
    /// It does not take this one; so often it is tried.
    Refused(u32),
}

fn judge(answer: &Answer) -> Judged {
    match *answer {
        Answer::Status(200..300, _) => Judged::Taken,
        Answer::Status(410, _) => Judged::Gone,
        Answer::Status(408 | 425 | 429 | 502 | 503 | 504, wanted) => Judged::Away(wanted),
        Answer::Status(500.., Some(wanted)) => Judged::Away(Some(wanted)),
        Answer::Status(500.., None) => Judged::Refused(FAULTY_ATTEMPTS_MAX),
        Answer::Status(..) => Judged::Refused(REFUSED_ATTEMPTS_MAX),
        Answer::None(_) => Judged::Away(None),
    }
}

pub(super) fn status(answer: &Answer) -> Option<u16> {
    match answer {
        Answer::Status(status, _) => Some(*status),
        Answer::None(_) => None,
    }
}

pub(super) fn trouble(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Status(200..300, _) => None,
        Answer::Status(status @ 300..400, _) => Some(format!(
            "it answered with status {status}; redirects are not followed"
        )),
        Answer::Status(status, _) => Some(format!("it answered with status {status}")),
        Answer::None(why) => Some(why.clone()),
    }
}
