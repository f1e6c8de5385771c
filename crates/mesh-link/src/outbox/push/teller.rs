//! One browser's teller: it hears what happens with its person's eyes, gathers what belongs together, and tells it by the browser's
//! push service. What it could not tell waits here, newest first in each conversation, and is dropped once it was read elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesh_model::api::PushSent;
use mesh_model::{Refusal, Seq, refuse};
use mesh_ops::Taken;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep_until};

use super::super::courier::{items, trouble};
use super::super::post::{Answer, Post};
use super::Teller;
use super::note::{About, For, KINDS, Note};
use super::{seal, unsent, vapid};

/// Conversations of which something waits to be told: more than anybody looks at on a lock screen. The oldest goes.
const WAITING_MAX: usize = 32;
/// So long a question is held back while its person looks at the page, before it is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(20);

/// What waits to be told, by its tag, and from when on.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    notes: BTreeMap<String, (Note, Instant)>,
    /// When something of a tag was told last.
    told: BTreeMap<String, Instant>,
}

impl Waiting {
    /// Takes a note in. What of the same tag was told just now makes it wait; a question never does.
    pub fn add(&mut self, note: Note, now: Instant, gather: Duration, again: Duration) {
        self.told.retain(|_, at| now < *at + again);
        let asks = matches!(note.about, About::Approval(..));
        let due = match self.told.get(&note.tag) {
            Some(told) if !asks => *told + again,
            _ if asks => now,
            _ => now + gather,
        };
        let (note, due) = match self.notes.remove(&note.tag) {
            Some((earlier, due)) => (note.after(&earlier), due),
            None => (note, due),
        };
        if self.notes.len() >= WAITING_MAX {
            let oldest = self.notes.iter().min_by_key(|(_, (_, due))| *due);
            let oldest = oldest.map(|(tag, _)| tag.clone());
            oldest.and_then(|tag| self.notes.remove(&tag));
        }
        self.notes.insert(note.tag.clone(), (note, due));
    }

    /// When the next one is due.
    pub fn due(&self) -> Option<Instant> {
        self.notes.values().map(|(_, due)| *due).min()
    }

    /// The one that is due by now.
    fn take(&mut self, now: Instant) -> Option<Note> {
        let due = self.notes.iter().filter(|(_, (_, due))| *due <= now);
        let tag = due.min_by_key(|(_, (_, due))| *due)?.0.clone();
        self.notes.remove(&tag).map(|(note, _)| note)
    }

    /// Whatever waits is looked at again soon: the silence that held it back may be over.
    fn look_again(&mut self) {
        let now = Instant::now();
        for (_, due) in self.notes.values_mut() {
            *due = now.min(*due);
        }
    }

    /// It is told later, unless a newer one came meanwhile.
    fn put_back(&mut self, note: Note, due: Instant) {
        self.notes.entry(note.tag.clone()).or_insert((note, due));
    }
}

/// What came of a note.
enum Came {
    Told,
    /// The destination is left alone for now.
    Away,
    /// The browser is told nothing any more.
    Gone,
}

impl Teller {
    /// Tells until the browser is told nothing any more.
    pub async fn run(self) {
        let mut waiting = Waiting::default();
        let mut after = self.after;
        loop {
            if let Err(why) = self.listen(&mut waiting, &mut after).await {
                tracing::debug!(browser = self.to.browser, %why, "a browser is told nothing any more");
                return;
            }
        }
    }

    /// Hears and tells until the stream is cut off.
    async fn listen(&self, waiting: &mut Waiting, after: &mut Seq) -> Result<(), Refusal> {
        let mut wishes = self.desk.pushes.attention.subscribe();
        let mut to = For {
            who: self.to.participant,
            words: self.to.address.words,
            attention: self.desk.door.attention(self.to.participant).await?,
            routes: self.desk.door.alert_routes(self.to.participant).await?,
        };
        let mut gathers = self.gathers().await?;
        let mut stream = self.desk.door.listen_to_tell(&self.to, &KINDS, *after)?;
        loop {
            let due = waiting.due();
            let taken = tokio::select! {
                taken = stream.next() => taken?,
                () = until(due) => {
                    stream.while_held(self.tell(waiting)).await??;
                    continue;
                }
                () = until(gathers) => {
                    stream.while_held(self.gather(waiting)).await??;
                    gathers = self.gathers().await?;
                    continue;
                }
                changed = wishes.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    waiting.look_again();
                    to.routes = self.desk.door.alert_routes(to.who).await?;
                    gathers = self.gathers().await?;
                    continue;
                }
            };
            let Taken::Frames(frames, last) = taken else {
                return Ok(());
            };
            let heard: Vec<_> = frames.iter().flat_map(|frame| items(frame)).collect();
            if !heard.is_empty() {
                to.attention = self.desk.door.attention(to.who).await?;
            }
            let now = Instant::now();
            for item in heard {
                if let Some(note) = Note::of(&self.desk.door, &to, &item) {
                    waiting.add(note, now, self.desk.pace.gather, self.desk.pace.again);
                }
            }
            *after = (*after).max(last);
        }
    }

    /// When what is gathered is told next. What passed while the node was down is told now.
    async fn gathers(&self) -> Result<Option<Instant>, Refusal> {
        let door = &self.desk.door;
        let due = door.digest_due(self.to.participant).await?;
        let left = due.map(|due| due.since(door.node().now()));
        Ok(left.map(|left| Instant::now() + Duration::from_millis(left)))
    }

    /// Puts what was gathered among what is to be told.
    async fn gather(&self, waiting: &mut Waiting) -> Result<(), Refusal> {
        let (door, who) = (&self.desk.door, self.to.participant);
        if let Some(found) = door.gathered(who).await? {
            let pace = &self.desk.pace;
            waiting.add(
                Note::gathered(&found),
                Instant::now(),
                pace.gather,
                pace.again,
            );
        }
        door.digest_told(who).await
    }

    /// Tells the one that is due, if it is worth it still.
    async fn tell(&self, waiting: &mut Waiting) -> Result<(), Refusal> {
        let Some(note) = waiting.take(Instant::now()) else {
            return Ok(());
        };
        if !self.is_wanted(&note).await? {
            return Ok(());
        }
        if self
            .desk
            .pushes
            .is_looking(self.to.participant, Instant::now())
        {
            // The page shows it. A question that is still open afterwards is told all the same.
            if matches!(note.about, About::Approval(..)) {
                waiting.put_back(note, Instant::now() + LOOK_AGAIN);
            }
            return Ok(());
        }
        let attention = self.desk.door.attention(self.to.participant).await?;
        if let Some(until) = attention.held_until
            && !(attention.urgent && note.urgent)
        {
            // What is unread and open still is told when the silence is over.
            let left = until.since(self.desk.door.node().now());
            waiting.put_back(note, Instant::now() + Duration::from_millis(left));
            return Ok(());
        }
        match self.attempt(&note).await? {
            Came::Told => {
                waiting.told.insert(note.tag, Instant::now());
                Ok(())
            }
            Came::Away => {
                let until = self.destination.closed_until();
                let soon = Instant::now() + self.desk.pace.first;
                waiting.put_back(note, until.unwrap_or(soon).max(soon));
                Ok(())
            }
            Came::Gone => {
                let (who, browser) = (self.to.participant, self.to.browser);
                self.desk.door.end_push(who, browser).await?;
                Err(refuse::gone(
                    "the browser's push service knows it no more",
                    "subscribe anew in the browser",
                ))
            }
        }
    }

    /// Whether what the note is about is so still.
    async fn is_wanted(&self, note: &Note) -> Result<bool, Refusal> {
        let (door, who) = (&self.desk.door, self.to.participant);
        if note.keeps(door.node().now()).is_none() {
            return Ok(false);
        }
        match note.about {
            About::Message(seq) => door.is_unread(who, seq).await,
            About::Approval(id, _) => Ok(door.waits_for_answer(who, id)),
            About::Task(id) => Ok(door.task_waits_for(who, id)),
            About::Alert(id) => Ok(door.alert_tells(who, id)),
            About::Gathered => Ok(door.gathered(who).await?.is_some()),
            About::Test => Ok(true),
        }
    }

    /// Sends once.
    async fn attempt(&self, note: &Note) -> Result<Came, Refusal> {
        let Some(turn) = self.destination.begin().await else {
            return Ok(Came::Away);
        };
        let answer = self.send(note).await?;
        Ok(match answer {
            Answer::Status(404 | 410, _) => {
                turn.answered();
                Came::Gone
            }
            Answer::Status(408 | 425 | 429 | 500.., wanted) => {
                turn.failed(wanted);
                Came::Away
            }
            Answer::None(_) => {
                turn.failed(None);
                Came::Away
            }
            // What it does not take today it does not take tomorrow.
            Answer::Status(..) => {
                turn.answered();
                Came::Told
            }
        })
    }

    /// Sends a test at once, and says what came of it.
    pub async fn test(&self) -> PushSent {
        match self.send(&Note::test()).await {
            Ok(Answer::Status(status @ 200..300, wanted)) => {
                // Whoever waits for it need not wait any longer.
                self.destination.answered();
                self.sent(&Answer::Status(status, wanted))
            }
            Ok(answer) => self.sent(&answer),
            Err(why) => unsent(self.desk.door.node().now(), why.to_string()),
        }
    }

    async fn send(&self, note: &Note) -> Result<Answer, Refusal> {
        let now = self.desk.door.node().now();
        let key = self.desk.door.push_key().await?;
        let address = &self.to.address;
        let plain = note.payload().to_string();
        let made = seal::seal(&address.key, &address.auth, plain.as_bytes()).and_then(|body| {
            let contact = self.desk.pushes.contact();
            let shown = vapid::header(&key, &self.origin, contact, now.0 / 1000)?;
            Ok((body, shown))
        });
        let (body, authorization) = made.map_err(|why| {
            let told = unsent(now, why.to_string());
            self.desk.pushes.note(self.to.browser, told);
            refuse::invalid(why.to_string(), "have the browser subscribe anew")
        })?;
        let post = Post {
            url: address.endpoint.clone(),
            headers: vec![
                ("content-type", "application/octet-stream".to_owned()),
                ("content-encoding", "aes128gcm".to_owned()),
                ("authorization", authorization),
                ("ttl", note.keeps(now).unwrap_or_default().to_string()),
                ("urgency", note.urgency().to_owned()),
                ("topic", topic(&note.tag)),
            ],
            body,
        };
        let answer = self.desk.sender.send(post).await;
        self.sent(&answer);
        Ok(answer)
    }

    fn sent(&self, answer: &Answer) -> PushSent {
        let now = self.desk.door.node().now();
        let sent = match trouble(answer) {
            Some(why) => unsent(now, why),
            None => PushSent {
                at: now,
                ok: true,
                trouble: None,
            },
        };
        self.desk.pushes.note(self.to.browser, sent.clone());
        sent
    }
}

/// Waits for a moment, or for ever.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// By what a push service knows that one message takes another one's place; it says nothing of the conversation.
fn topic(tag: &str) -> String {
    let hash = Sha256::digest(tag.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash[..24])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(tag: &str) -> Note {
        Note {
            tag: tag.to_owned(),
            about: About::Message(Seq(1)),
            ..Note::test()
        }
    }

    #[test]
    fn what_belongs_together_is_told_once() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        let [gather, again] = [2, 20].map(Duration::from_secs);
        for _ in 0..3 {
            waiting.add(note("room a"), now, gather, again);
        }
        assert_eq!(waiting.take(now), None);
        let told = waiting.take(now + gather).unwrap();
        assert_eq!(told.count, 3);
        waiting.told.insert(told.tag, now + gather);
        // Another conversation is not held up by it.
        let later = now + gather + Duration::from_secs(1);
        waiting.add(note("room a"), later, gather, again);
        waiting.add(note("room b"), later, gather, again);
        assert_eq!(waiting.take(later + gather).unwrap().tag, "room b");
        assert_eq!(waiting.due(), Some(now + gather + again));
        // A question waits for nothing.
        let question = Note {
            about: About::Approval(
                mesh_model::ApprovalId(Default::default()),
                Default::default(),
            ),
            ..note("approval")
        };
        waiting.add(question, later, gather, again);
        assert_eq!(waiting.take(later).unwrap().tag, "approval");
    }

    #[test]
    fn a_flood_costs_no_more_than_so_many_notifications() {
        let (mut waiting, now) = (Waiting::default(), Instant::now());
        for room in 0..u64::try_from(WAITING_MAX).unwrap() + 5 {
            let at = now + Duration::from_millis(room);
            waiting.add(
                note(&format!("room {room}")),
                at,
                Duration::ZERO,
                Duration::ZERO,
            );
        }
        assert_eq!(waiting.notes.len(), WAITING_MAX);
        assert!(!waiting.notes.contains_key("room 4"));
        assert!(waiting.notes.contains_key("room 5"));
    }
}
