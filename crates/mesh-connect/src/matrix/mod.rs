//! Matrix, by the client-server API and long poll: a person's own room with the account, or a room in a room there.
//!
//! What goes there has a transaction id that is made of what it is, so that a homeserver that is told it a second time, because
//! the connector was killed before it remembered, shows it once. Rooms with end-to-end encryption are not read.

mod events;
mod fetch;
mod server;

use std::collections::{HashMap, VecDeque};

use mesh_model::limits::LABEL_CHARS_MAX;
use serde_json::{Value, json};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep_until};
use ureq::http::Method;

use crate::chat::desk::Place;
use crate::chat::{self, Chat, Heard, Id, Line, Post, Press, Purpose, Update};
use crate::fault::{Fault, Tell, insist};
use crate::outside::Backoff;
use crate::said::{Said, Trouble};
use crate::secret::Secret;
use crate::stay::until;
use events::{BROUGHT, Event, What, Words, decision};
use fetch::{Came, Eye, Fetched, Known};
use server::{SERVICE, Server, part};

/// Events whose threads are known; of older ones the server is asked.
const THREADS_MAX: usize = 1000;

/// How a connector to Matrix runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As whom and for whom.
    pub purpose: Purpose,
    /// The homeserver.
    pub base: String,
    /// The account's access token.
    pub token: Secret,
}

/// Runs a connector until `stop`.
///
/// # Errors
/// Where the node or the homeserver does not take its token, the room there takes nothing from it or is encrypted, or its place
/// cannot be kept.
pub async fn run(
    settings: Settings,
    stop: impl Future<Output = ()>,
    tell: impl Fn(Said<'_>),
) -> Result<(), Trouble> {
    until(stop, connect(settings, &tell)).await
}

async fn connect(mut settings: Settings, tell: Tell<'_>) -> Result<(), Trouble> {
    let server = Server::new(&settings.base, settings.token.clone());
    // A room that is named is come to before anything else; its name may lead to another id one day.
    if let chat::Mode::Room {
        chat: Some(named), ..
    } = &mut settings.purpose.mode
    {
        let wanted = named.clone();
        let joined = insist(tell, async || server.join(&wanted).await).await;
        *named = joined.map_err(|fault| fault.ends(SERVICE))?;
    }
    let mine = settings.purpose.mode.is_mine();
    let begin = Matrix::begin(server, mine, tell);
    chat::connect(&settings.purpose, begin, tell).await
}

/// An account at a homeserver.
struct Matrix {
    server: Server,
    me: String,
    mine: bool,
    /// From where on the next is asked for.
    since: Option<String>,
    asked: Option<JoinHandle<Result<Fetched, Fault>>>,
    known: Known,
    backoff: Backoff,
    again: Option<Instant>,
    away: bool,
    /// The room it speaks in was looked at.
    fits: bool,
    /// It was said that some words are for those with keys alone.
    told_sealed: bool,
    /// What was fetched and is not carried yet.
    waiting: VecDeque<Came>,
    /// Events that stand in threads, with the threads' first events.
    threads: VecDeque<(String, Option<String>)>,
}

impl Matrix {
    async fn begin(server: Server, mine: bool, tell: Tell<'_>) -> Result<Matrix, Trouble> {
        let me = server.whoami(tell).await?;
        Ok(Matrix {
            server,
            me,
            mine,
            since: None,
            asked: None,
            known: Known::default(),
            backoff: Backoff::default(),
            again: None,
            away: false,
            fits: false,
            told_sealed: false,
            waiting: VecDeque::new(),
            threads: VecDeque::new(),
        })
    }

    /// The next batch. Dropping a call loses nothing.
    async fn fetched(&mut self, place: &Place<'_>) -> Result<Fetched, Trouble> {
        loop {
            if let Some(again) = self.again {
                sleep_until(again).await;
                self.again = None;
            }
            let kept = Some(place.kept.offset.as_str()).filter(|offset| !offset.is_empty());
            let since = self.since.clone().or(kept.map(str::to_owned));
            let eye = Eye {
                server: self.server.clone(),
                me: self.me.clone(),
                mine: self.mine,
                chat: place.kept.chat.as_ref().map(Id::to_string),
                user: place.kept.user.as_ref().map(Id::to_string),
            };
            let known = self.known.clone();
            let asked = self.asked.get_or_insert_with(|| {
                tokio::spawn(async move { eye.fetch(since.as_deref(), known).await })
            });
            let answer = asked.await;
            self.asked = None;
            let lost = |why: JoinError| Err(Fault::Away(why.to_string(), None));
            match answer.unwrap_or_else(lost) {
                Ok(fetched) => {
                    self.backoff = Backoff::default();
                    if std::mem::take(&mut self.away) {
                        (place.tell)(Said::Back);
                    }
                    return Ok(fetched);
                }
                Err(Fault::Away(why, asked)) => {
                    let wait = asked.map_or_else(|| self.backoff.next(), Backoff::asked);
                    self.again = Some(Instant::now() + wait);
                    self.away = true;
                    (place.tell)(Said::Away { why, wait });
                }
                Err(other) => return Err(other.ends(SERVICE)),
            }
        }
    }

    /// What ends it, and what has to be known.
    fn look_at(&self, place: &Place<'_>, fetched: &Fetched) -> Result<(), Trouble> {
        if fetched.left {
            let why = "the account is no more in the room".to_owned();
            return Err(Trouble::Shut { why });
        }
        if fetched.shared {
            return Err(shared());
        }
        for note in &fetched.notes {
            (place.tell)(Said::Note { what: note });
        }
        Ok(())
    }

    /// Once there is a room, those to which it came beside it are left.
    fn leave_others(&mut self, place: &Place<'_>) {
        let Some(chat) = &place.kept.chat else {
            return;
        };
        let others = std::mem::take(&mut self.known.joined).into_iter();
        let others: Vec<String> = others.filter(|room| room != chat.as_str()).collect();
        if others.is_empty() {
            return;
        }
        let server = self.server.clone();
        tokio::spawn(async move {
            for room in others {
                server.leave(&room).await;
            }
        });
    }

    /// An event as a connector to a chat has it; nothing if it is nothing to it.
    fn heard(&mut self, place: &Place<'_>, came: Came) -> Result<Option<Heard>, Trouble> {
        let own = place.kept.chat.as_ref().map(Id::as_str) == Some(came.room.as_str());
        let Came {
            room,
            event,
            private,
            name,
            proved,
        } = came;
        let sender = Id::from(event.sender.as_str());
        let chat = Id::from(room.as_str());
        let line = |message: &str, words: &Words| Line {
            chat: chat.clone(),
            message: message.into(),
            private,
            user: Some(sender.clone()),
            // Whoever answers notices answers other programs, and they it.
            program: words.notice || words.brought,
            text: words.text.clone().filter(|_| words.other.is_none()),
            words: Some(words.whole()),
            passed_on: false,
            answers: words.answers.as_deref().map(Id::from),
            version: event.id.clone(),
            sender: shown(&name, &event.sender),
            ..Line::default()
        };
        Ok(Some(match &event.what {
            What::Words(words) => {
                self.remember(event.id.clone(), words.thread.clone());
                Heard::Written(line(&event.id, words))
            }
            What::Edit { of, words } if proved => Heard::Edited(line(of, words)),
            What::Redaction { of } => Heard::Gone {
                chat,
                message: of.as_str().into(),
                user: Some(sender),
            },
            What::Reaction { of, key } => {
                let of = Id::from(of.as_str());
                let asked = place.kept.of_there(&of).and_then(|pair| pair.approval);
                match (asked, decision(key)) {
                    // A thumb below a question is its button.
                    (Some(id), Some(yes)) => Heard::Pressed(Press {
                        id: event.id.clone(),
                        chat: Some(chat),
                        message: Some(of),
                        user: sender,
                        data: format!("{}{id}", if yes { '+' } else { '-' }),
                    }),
                    _ => return Ok(None),
                }
            }
            What::Encryption if own => return Err(encrypted()),
            // Anybody can send such a thing, whether the room is encrypted or not.
            What::Encrypted if own && !self.told_sealed => {
                self.told_sealed = true;
                let what = "a message came that is encrypted: it cannot be read here and is passed over, as others like it will be";
                (place.tell)(Said::Note { what });
                return Ok(None);
            }
            What::Tombstone { to } if own => {
                return Err(Trouble::Unfit {
                    what: format!(
                        "the room was replaced by another one, {}",
                        crate::text::name(to, 255)
                    ),
                    todo: "ask the account into that one, then start it again with --pair"
                        .to_owned(),
                });
            }
            What::Edit { .. }
            | What::Encryption
            | What::Encrypted
            | What::Tombstone { .. }
            | What::Member { .. } => return Ok(None),
        }))
    }

    /// Looks up whose words the edits change that wait: servers pass on edits of others' words, which no program shows. Only
    /// what is known here is looked up, so that nobody has the server asked for what it invents. Dropping a call loses nothing.
    async fn prove(&mut self, place: &Place<'_>) -> Result<(), Trouble> {
        let words = |came: &&Came| matches!(came.event.what, What::Words(_));
        let new = self.waiting.iter().filter(words);
        let new: HashMap<String, String> = new
            .map(|came| (came.event.id.clone(), came.event.sender.clone()))
            .collect();
        for came in &mut self.waiting {
            let What::Edit { of, .. } = &came.event.what else {
                continue;
            };
            if let Some(sender) = new.get(of) {
                came.proved = *sender == came.event.sender;
                continue;
            }
            let known = place.kept.of_there(&Id::from(of.as_str()));
            if came.proved || known.is_none_or(|pair| !pair.theirs) {
                continue;
            }
            let looked = insist(place.tell, async || self.server.event(&came.room, of).await);
            let edited = looked.await.map_err(|fault| fault.ends(SERVICE))?;
            let edited = edited.unwrap_or_default();
            came.proved = edited["sender"].as_str() == Some(&came.event.sender);
        }
        Ok(())
    }

    fn remember(&mut self, event: String, thread: Option<String>) {
        self.threads.push_back((event, thread));
        if self.threads.len() > THREADS_MAX {
            self.threads.pop_front();
        }
    }

    /// The thread that an event stands in. One that cannot be told is none.
    async fn thread(&mut self, room: &str, event: &str) -> Option<String> {
        let known = self.threads.iter().rev().find(|(id, _)| id == event);
        if let Some((_, thread)) = known {
            return thread.clone();
        }
        let found = self.server.event(room, event).await.ok().flatten()?;
        let Event { what, id, .. } = Event::read(found)?;
        let thread = match what {
            What::Words(words) => words.thread,
            _ => None,
        };
        self.remember(id, thread.clone());
        thread
    }

    /// Before anything is said in a room it is looked at once: who reads there, and whether the account does.
    async fn fit(&mut self, place: &Place<'_>, room: &str) -> Result<(), Trouble> {
        if self.fits {
            return Ok(());
        }
        let (server, mine) = (self.server.clone(), self.mine);
        let user = place.kept.user.as_ref().map(Id::as_str);
        let looked = insist(place.tell, async || {
            let encrypted = server.is_encrypted(room).await?;
            let private = !mine || server.only_other(room, &self.me).await?.as_deref() == user;
            Ok((encrypted, private))
        });
        match looked.await.map_err(|fault| fault.ends(SERVICE))? {
            (true, _) => Err(encrypted()),
            (false, false) => Err(shared()),
            (false, true) => {
                self.fits = true;
                Ok(())
            }
        }
    }

    /// Sends an event to the room. `None` if the service does not take it.
    async fn send(
        &mut self,
        place: &Place<'_>,
        kind: &str,
        content: Value,
        key: &str,
    ) -> Result<Option<Id>, Trouble> {
        let room = place.kept.chat.clone().unwrap_or_default();
        self.fit(place, room.as_str()).await?;
        let path = format!(
            "rooms/{}/{kind}/{}",
            part(room.as_str()),
            part(&format!("mesh-{key}"))
        );
        let sent = self
            .server
            .insist::<Value>(Method::PUT, &path, Some(content), place.tell);
        match sent.await {
            Ok(sent) => Ok(sent["event_id"].as_str().map(Id::from)),
            Err(Fault::Refused(why)) => {
                (place.tell)(Said::Dropped { why });
                Ok(None)
            }
            Err(other) => Err(other.ends(SERVICE)),
        }
    }

    /// A message's content: words and nothing else. Nobody's words are markup, and they call nobody but the person itself.
    fn content(&self, place: &Place<'_>, post: &Post<'_>) -> Value {
        let called = place
            .kept
            .user
            .as_ref()
            .filter(|_| self.mine && !post.quiet && !post.own);
        let called: Vec<&str> = called.iter().map(|user| user.as_str()).collect();
        // What is to ring nowhere and what the connector itself says is a notice.
        let notice = post.own || self.mine && post.quiet;
        json!({
            "msgtype": if notice { "m.notice" } else { "m.text" },
            "body": post.text,
            "m.mentions": if called.is_empty() { json!({}) } else { json!({"user_ids": called}) },
            BROUGHT: true,
        })
    }
}

impl Chat for Matrix {
    const SERVICE: &'static str = "matrix";
    // An event of 65,536 bytes holds it twice, as an edit does, whatever letters it is of.
    const UNITS_MAX: usize = 8000;
    const SIGN: char = '!';
    const ANSWERED: &'static str =
        "a 👍 or 👎 below a question answers it, and so does a reply of approve or reject: WHY";

    fn name(&self) -> &str {
        &self.me
    }

    fn account(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let account = self.me.trim_start_matches('@');
        account.chars().map(plain).take(100).collect()
    }

    async fn next(&mut self, place: &Place<'_>) -> Result<Vec<Update>, Trouble> {
        if let Some(chat) = &place.kept.chat {
            self.fit(place, chat.as_str()).await?;
        }
        if self.waiting.is_empty() {
            let fetched = self.fetched(place).await?;
            self.look_at(place, &fetched)?;
            self.known = fetched.known;
            self.waiting.extend(fetched.came);
            self.since = Some(fetched.next);
        }
        self.leave_others(place);
        self.prove(place).await?;
        // What is behind the code is for the room that was chosen by it.
        let count = match place.kept.chat {
            None => self.waiting.len().min(1),
            Some(_) => self.waiting.len(),
        };
        let mut updates = Vec::new();
        for came in self.waiting.drain(..count).collect::<Vec<_>>() {
            let mark = Id::from(came.event.id.as_str());
            let heard = self.heard(place, came)?;
            updates.push(Update {
                mark,
                offset: None,
                heard,
            });
        }
        if let Some(last) = updates.last_mut().filter(|_| self.waiting.is_empty()) {
            last.offset = self.since.as_deref().map(Id::from);
        }
        Ok(updates)
    }

    fn confirm(&mut self, _: &Id) {}

    async fn post(&mut self, place: &mut Place<'_>, post: Post<'_>) -> Result<Option<Id>, Trouble> {
        let room = place.kept.chat.clone().unwrap_or_default();
        let mut content = self.content(place, &post);
        if !post.buttons.is_empty() {
            let how = "👍 below this approves it, once; 👎 refuses it. A reply of approve or reject: WHY does the same.";
            content["body"] = json!(format!("{}\n\n{how}", post.text));
        }
        if let Some(answers) = post.answers {
            let mut relates = json!({"m.in_reply_to": {"event_id": answers}});
            let thread = self.thread(room.as_str(), answers.as_str()).await;
            if let Some(thread) = &thread {
                relates["rel_type"] = json!("m.thread");
                relates["event_id"] = json!(thread);
            }
            content["m.relates_to"] = relates;
        }
        self.send(place, "send/m.room.message", content, post.key)
            .await
    }

    async fn change(
        &mut self,
        place: &mut Place<'_>,
        message: &Id,
        post: Post<'_>,
    ) -> Result<(), Trouble> {
        let new = self.content(place, &post);
        let mut content = new.clone();
        content["body"] = json!(format!("* {}", post.text));
        content["m.new_content"] = new;
        content["m.relates_to"] = json!({"rel_type": "m.replace", "event_id": message});
        self.send(place, "send/m.room.message", content, post.key)
            .await
            .map(drop)
    }

    async fn unbutton(&mut self, _: &mut Place<'_>, _: &Id) -> Result<(), Trouble> {
        Ok(())
    }

    async fn delete(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let content = json!({"reason": "gone in the mesh"});
        let kind = format!("redact/{}", part(message.as_str()));
        match self.send(place, &kind, content, "gone").await {
            // Gone there already, or a moderator's doing.
            Ok(_) | Err(Trouble::Shut { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn stored(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let sign =
            json!({"m.relates_to": {"rel_type": "m.annotation", "event_id": message, "key": "👌"}});
        let key = format!("stored-{message}");
        self.send(place, "send/m.reaction", sign, &key)
            .await
            .map(drop)
    }

    async fn toast(&mut self, _: &mut Place<'_>, _: &Press, _: &str) -> Result<(), Trouble> {
        Ok(())
    }
}

fn encrypted() -> Trouble {
    Trouble::Unfit {
        what: "the room is encrypted, and what is written there cannot be read here".to_owned(),
        todo: "make a room with encryption switched off, ask the account into it, and start this again with --pair".to_owned(),
    }
}

fn shared() -> Trouble {
    Trouble::Unfit {
        what: "that room is not of you two alone any more: others than you read there, or may come to it unasked".to_owned(),
        todo: "let them leave and start it again, or choose another room with --pair".to_owned(),
    }
}

/// A sender as one name that says whose it is: names can be chosen, the account is one's own.
fn shown(name: &str, account: &str) -> String {
    let account = crate::text::name(account, LABEL_CHARS_MAX - 2);
    let room = LABEL_CHARS_MAX.saturating_sub(account.chars().count() + 3);
    match crate::text::name(name, room) {
        name if name.is_empty() => account,
        name => format!("{name} ({account})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_told_with_what_is_its_own() {
        assert_eq!(shown("Ana", "@ana:x.org"), "Ana (@ana:x.org)");
        assert_eq!(shown("\u{202e}\n", "@ana:x.org"), "@ana:x.org");
        let long = shown(&"x".repeat(200), "@eve:x.org");
        assert!(long.chars().count() == LABEL_CHARS_MAX && long.ends_with(" (@eve:x.org)"));
        let account = format!("@{}:x.org", "y".repeat(200));
        assert!(shown("owner", &account).chars().count() <= LABEL_CHARS_MAX);
    }
}
