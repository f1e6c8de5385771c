//! Discord, by its gateway and the REST API.

mod api;
mod event;
mod gateway;
mod words;

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::chat::desk::Place;
use crate::chat::{Button, Chat, Id, Mode, Post, Press, Purpose, Update, connect};
use crate::fault::{Fault, Tell};
use crate::outside::{Backoff, Method};
use crate::said::{Said, Trouble};
use crate::secret::Secret;
use crate::stay::{Gone, until};
use api::Api;
use event::Me;
use gateway::{Gateway, Told};

/// Where Discord's own servers are.
pub const API: &str = "https://discord.com/api/v10";
/// The service's name in sentences.
const SERVICE: &str = "Discord";
/// What is heard of: what is written in channels and in direct messages, and what stands in it. Of direct messages the last is
/// told anyway.
const IN_CHANNELS: u64 = (1 << 9) | (1 << 15);
const DIRECT: u64 = 1 << 12;
/// Without previews of what is named, and without a sound.
const NO_PREVIEWS: u64 = 1 << 2;
const QUIET: u64 = 1 << 12;
/// For the one who pressed alone.
const FOR_ONE: u64 = 1 << 6;
/// Pages of the history that are asked for at most, and what stands on one.
const PAGES_MAX: usize = 40;
const PAGE: usize = 100;
/// Presses whose answer the service still takes.
const PRESSES_MAX: usize = 100;
/// What is shown to whoever pressed.
const TOAST_CHARS_MAX: usize = 500;

/// How a connector to Discord runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As whom and for whom.
    pub purpose: Purpose,
    /// The REST API: [`API`].
    pub base: String,
    /// The bot's token.
    pub token: Secret,
    /// Whether what is not on this machine may be spoken to without encryption.
    pub plain: bool,
}

/// Runs a connector until `stop`.
///
/// # Errors
/// Where the node or Discord does not take its token, the channel takes nothing from it, or its place cannot be kept.
pub async fn run(
    settings: Settings,
    stop: impl Future<Output = ()>,
    tell: impl Fn(Said<'_>),
) -> Result<(), Trouble> {
    let begin = Discord::begin(&settings, &tell);
    until(stop, connect(&settings.purpose, begin, &tell)).await
}

/// A bot's side.
struct Discord {
    api: Api,
    me: Me,
    settings: Settings,
    /// Not before it is known that no other connector runs from the same place.
    gateway: Option<Gateway>,
    waiting: VecDeque<Update>,
    /// Whether the history is to be asked for, and that question.
    behind: bool,
    history: Option<JoinHandle<Result<Vec<Value>, Fault>>>,
    backoff: Backoff,
    again: Option<Instant>,
    /// How presses are answered, by their ids.
    presses: VecDeque<(String, String)>,
    away: bool,
}

impl Discord {
    async fn begin(settings: &Settings, tell: Tell<'_>) -> Result<Discord, Trouble> {
        let mut api = Api::new(&settings.base, settings.token.clone());
        let asked = api.insist(Method::GET, "/users/@me", None, tell).await;
        let found = asked.map_err(|why| why.ends(SERVICE))?;
        let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
        let me = Me {
            id: text("id"),
            name: text("username"),
        };
        if let Mode::Room {
            chat: Some(channel),
            ..
        } = &settings.purpose.mode
        {
            let path = format!("/channels/{}", number(channel));
            let asked = api.insist(Method::GET, &path, None, tell).await;
            asked.map_err(|why| why.ends(SERVICE))?;
        }
        Ok(Discord {
            api,
            me,
            settings: settings.clone(),
            gateway: None,
            waiting: VecDeque::new(),
            behind: false,
            history: None,
            backoff: Backoff::default(),
            again: None,
            presses: VecDeque::new(),
            away: false,
        })
    }

    fn gateway(&mut self) -> &mut Gateway {
        let settings = &self.settings;
        let api = &self.api;
        self.gateway.get_or_insert_with(|| {
            let intents = if settings.purpose.mode.is_mine() {
                DIRECT
            } else {
                IN_CHANNELS
            };
            Gateway::start(api.clone(), settings.token.clone(), intents, settings.plain)
        })
    }

    fn told(&mut self, told: Option<Told>, tell: Tell<'_>) -> Result<(), Trouble> {
        match told {
            Some(Told::Event(kind, data)) => {
                if kind == "INTERACTION_CREATE" {
                    let text = |field: &str| data[field].as_str().unwrap_or_default().to_owned();
                    self.presses.push_back((text("id"), text("token")));
                    if self.presses.len() > PRESSES_MAX {
                        self.presses.pop_front();
                    }
                }
                self.waiting.extend(event::event(&kind, &data, &self.me));
            }
            Some(Told::Fresh | Told::Resumed) => {
                self.behind |= matches!(told, Some(Told::Fresh));
                if std::mem::take(&mut self.away) {
                    tell(Said::Back);
                }
            }
            Some(Told::Gone(Gone::Away(why, wait))) => {
                self.away = true;
                tell(Said::Away { why, wait });
            }
            Some(Told::Gone(Gone::Ends(fault))) => return Err(fault.ends(SERVICE)),
            None => {
                let why = "the gateway's task has ended".to_owned();
                return Err(Fault::Refused(why).ends(SERVICE));
            }
        }
        Ok(())
    }

    /// What was written in the chat since it was heard last stands before what comes now.
    async fn catch_up(&mut self, place: &Place<'_>) -> Result<(), Trouble> {
        let Some(chat) = &place.kept.chat else {
            self.behind = false;
            return Ok(());
        };
        loop {
            if let Some(again) = self.again {
                sleep_until(again).await;
                self.again = None;
            }
            let (api, channel) = (self.api.clone(), chat.as_str().to_owned());
            let after = place.kept.offset.as_str().to_owned();
            let task = self
                .history
                .get_or_insert_with(|| tokio::spawn(missed(api, channel, after)));
            let answer = task.await;
            self.history = None;
            match answer.unwrap_or_else(|why| Err(Fault::Away(why.to_string(), None))) {
                Ok(found) => {
                    self.behind = false;
                    self.backoff = Backoff::default();
                    for mut message in found.into_iter().rev() {
                        if self.settings.purpose.mode.is_mine() {
                            message["guild_id"] = Value::Null;
                        }
                        if let Some(update) = event::written(&message, &self.me) {
                            self.waiting.push_front(update);
                        }
                    }
                    return Ok(());
                }
                Err(Fault::Away(why, asked)) => {
                    let wait = asked.map_or_else(|| self.backoff.next(), Backoff::asked);
                    self.again = Some(Instant::now() + wait);
                    (place.tell)(Said::Away { why, wait });
                }
                Err(other) => return Err(other.ends(SERVICE)),
            }
        }
    }

    /// Asks something about the chat. What the service does not take is told and passed over.
    async fn ask(
        &mut self,
        place: &mut Place<'_>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Option<Value>, Trouble> {
        let chat = place.kept.chat.clone().unwrap_or_default();
        let path = format!("/channels/{}/messages{path}", number(chat.as_str()));
        match self.api.insist(method, &path, body, place.tell).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Fault::Refused(why)) => {
                (place.tell)(Said::Dropped { why });
                Ok(None)
            }
            Err(other) => Err(other.ends(SERVICE)),
        }
    }
}

/// An id as it stands in an address: digits alone.
fn number(id: &str) -> &str {
    let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if digits { id } else { "0" }
}

/// The messages behind one, oldest first; none if none was heard yet.
async fn missed(mut api: Api, channel: String, after: String) -> Result<Vec<Value>, Fault> {
    let mut found = Vec::new();
    let mut after = after;
    if after.is_empty() {
        return Ok(found);
    }
    for _ in 0..PAGES_MAX {
        let path = format!(
            "/channels/{}/messages?after={}&limit={PAGE}",
            number(&channel),
            number(&after)
        );
        let mut page = api.ask(Method::GET, &path, None).await?;
        let Value::Array(messages) = page.take() else {
            break;
        };
        let count = messages.len();
        // Newest first on a page.
        found.extend(messages.into_iter().rev());
        let last = found.last().and_then(|last| last["id"].as_str());
        after = last.unwrap_or_default().to_owned();
        if count < PAGE {
            break;
        }
    }
    Ok(found)
}

/// The message, in a form in which nobody's words mean anything to Discord.
fn body_of(post: &Post<'_>) -> Value {
    let end = crate::text::end_of(post.text, post.bold);
    let (title, words) = post.text.split_at(end);
    let link = post.link.filter(|link| words.ends_with(link));
    let words = &words[..words.len() - link.map_or(0, str::len)];
    let mut content = String::new();
    if !title.is_empty() {
        content.push_str(&format!("**{}**", words::escaped(title)));
    }
    content.push_str(&words::escaped(words));
    content.push_str(link.unwrap_or_default());
    let mut flags = NO_PREVIEWS;
    if post.quiet {
        flags |= QUIET;
    }
    let button =
        |one: &Button| json!({"type": 2, "style": 2, "label": one.text, "custom_id": one.data});
    let row: Vec<Value> = post.buttons.iter().map(button).collect();
    let rows = if row.is_empty() {
        json!([])
    } else {
        json!([{"type": 1, "components": row}])
    };
    json!({
        "content": content,
        "flags": flags,
        // Nobody is called by words that are only brought.
        "allowed_mentions": {"parse": [], "replied_user": false},
        "components": rows,
    })
}

impl Chat for Discord {
    const SERVICE: &'static str = "discord";
    /// 2,000 with the stars around a title.
    const UNITS_MAX: usize = 1996;
    const SIGN: char = '!';

    fn weigh(c: char) -> usize {
        words::weigh(c)
    }

    fn name(&self) -> &str {
        &self.me.name
    }

    fn account(&self) -> String {
        self.me.id.clone()
    }

    async fn next(&mut self, place: &Place<'_>) -> Result<Vec<Update>, Trouble> {
        loop {
            if self.behind {
                self.catch_up(place).await?;
            }
            if let Some(mut update) = self.waiting.pop_front() {
                let heard_up_to = place.kept.offset.number();
                let chat = place.kept.chat.as_ref();
                let here = match &update.heard {
                    Some(crate::chat::Heard::Written(line)) => {
                        chat.is_none_or(|chat| *chat == line.chat)
                    }
                    _ => false,
                };
                update.offset = update.offset.filter(|id| here && id.number() > heard_up_to);
                return Ok(vec![update]);
            }
            let told = self.gateway().next().await;
            self.told(told, place.tell)?;
        }
    }

    /// The gateway takes no receipts: what was not kept is asked for when it is run again.
    fn confirm(&mut self, _: &Id) {}

    async fn post(&mut self, place: &mut Place<'_>, post: Post<'_>) -> Result<Option<Id>, Trouble> {
        let mut body = body_of(&post);
        if let Some(answers) = post.answers {
            body["message_reference"] =
                json!({"message_id": answers.as_str(), "fail_if_not_exists": false});
        }
        let sent = self.ask(place, Method::POST, "", Some(body)).await?;
        Ok(sent.and_then(|sent| sent["id"].as_str().map(Id::from)))
    }

    async fn change(
        &mut self,
        place: &mut Place<'_>,
        message: &Id,
        post: Post<'_>,
    ) -> Result<(), Trouble> {
        let path = format!("/{}", number(message.as_str()));
        let body = Some(body_of(&post));
        self.ask(place, Method::PATCH, &path, body).await.map(drop)
    }

    async fn unbutton(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let path = format!("/{}", number(message.as_str()));
        let body = Some(json!({"components": []}));
        self.ask(place, Method::PATCH, &path, body).await.map(drop)
    }

    async fn delete(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let path = format!("/{}", number(message.as_str()));
        self.ask(place, Method::DELETE, &path, None).await.map(drop)
    }

    async fn stored(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let path = format!("/{}/reactions/%F0%9F%91%8C/@me", number(message.as_str()));
        self.ask(place, Method::PUT, &path, None).await.map(drop)
    }

    /// The service takes it for three seconds; later it is nothing.
    async fn toast(
        &mut self,
        place: &mut Place<'_>,
        press: &Press,
        said: &str,
    ) -> Result<(), Trouble> {
        let at = self.presses.iter().position(|(id, _)| *id == press.id);
        let Some((id, token)) = at.and_then(|at| self.presses.remove(at)) else {
            return Ok(());
        };
        let shown: String = said.chars().take(TOAST_CHARS_MAX).collect();
        let body = json!({"type": 4, "data": {
            "content": words::escaped(&shown),
            "flags": FOR_ONE,
            "allowed_mentions": {"parse": []},
        }});
        let path = format!("/interactions/{}/{token}/callback", number(&id));
        match self
            .api
            .insist(Method::POST, &path, Some(body), place.tell)
            .await
        {
            Ok(_) | Err(Fault::Refused(_) | Fault::Shut(_)) => Ok(()),
            Err(other) => Err(other.ends(SERVICE)),
        }
    }
}
