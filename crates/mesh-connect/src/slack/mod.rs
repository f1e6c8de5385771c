//! Slack, by Socket Mode and the Web API.

mod api;
mod event;
mod history;
mod stream;
mod words;

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use crate::chat::desk::Place;
use crate::chat::{Button, Chat, Heard, Id, Mode, Post, Press, Purpose, Update, connect};
use crate::fault::{Fault, Tell};
use crate::outside::Backoff;
use crate::said::{Said, Trouble};
use crate::secret::Secret;
use crate::stay::{Gone, until};
use api::{Api, Fields};
use event::{Me, Read, What, id_of, thread_of, ts_of};
use stream::{Envelope, Receipt, Stream, Told};

/// Where Slack's own servers are.
pub const API: &str = "https://slack.com/api";
/// The service's name in sentences.
const SERVICE: &str = "Slack";
/// Names of people there that are known at a time; who is not looked up again says nothing new.
const NAMES_MAX: usize = 500;
/// How a connector to Slack runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As whom and for whom.
    pub purpose: Purpose,
    /// The Web API: [`API`].
    pub base: String,
    /// The bot's token, `xoxb-…`.
    pub bot: Secret,
    /// The app's token for Socket Mode, `xapp-…`.
    pub app: Secret,
    /// Whether what is not on this machine may be spoken to without encryption.
    pub plain: bool,
}

/// Runs a connector until `stop`.
///
/// # Errors
/// Where the node or Slack does not take its token, the channel takes nothing from it, or its place cannot be kept.
pub async fn run(
    settings: Settings,
    stop: impl Future<Output = ()>,
    tell: impl Fn(Said<'_>),
) -> Result<(), Trouble> {
    let begin = Slack::begin(&settings, &tell);
    until(stop, connect(&settings.purpose, begin, &tell)).await
}

/// An app's side.
struct Slack {
    api: Api,
    me: Me,
    mine: bool,
    /// With the app's token, and whether an address without encryption may be used.
    app: (Api, bool),
    /// Not before it is known that no other connector runs from the same place.
    stream: Option<Stream>,
    /// What came and was not heard yet, oldest first.
    waiting: VecDeque<(Event, Option<Receipt>)>,
    /// Receipts of what was heard and is not kept yet.
    open: Vec<(Id, Receipt)>,
    history: Asked<Vec<Value>>,
    /// Whether the history is to be asked for.
    behind: bool,
    looked_up: Asked<String>,
    names: BTreeMap<String, String>,
    connected: bool,
    away: bool,
}

/// What is to be heard.
enum Event {
    Message {
        event: Value,
        channel: String,
        private: bool,
    },
    Pressed(Value),
    /// Heard from this time stamp on.
    From(Id, String),
    Other,
}

/// A question that is under way, whoever waits for its answer.
struct Asked<T> {
    about: String,
    task: Option<JoinHandle<Result<T, Fault>>>,
    backoff: Backoff,
    again: Option<Instant>,
}

impl<T> Default for Asked<T> {
    fn default() -> Asked<T> {
        Asked {
            about: String::new(),
            task: None,
            backoff: Backoff::default(),
            again: None,
        }
    }
}

impl<T: Send + 'static> Asked<T> {
    /// The answer. Dropping a call loses nothing: the next one about the same waits for the same answer.
    async fn answer<F>(
        &mut self,
        about: &str,
        tell: Tell<'_>,
        ask: impl Fn() -> F,
    ) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        if self.about != about {
            *self = Asked::default();
            self.about = about.to_owned();
        }
        loop {
            if let Some(again) = self.again {
                sleep_until(again).await;
                self.again = None;
            }
            let task = self.task.get_or_insert_with(|| tokio::spawn(ask()));
            let answer = task.await;
            self.task = None;
            match answer.unwrap_or_else(|why| Err(Fault::Away(why.to_string(), None))) {
                Ok(answer) => {
                    *self = Asked::default();
                    return Ok(answer);
                }
                Err(Fault::Away(why, asked)) => {
                    let wait = asked.map_or_else(|| self.backoff.next(), Backoff::asked);
                    self.again = Some(Instant::now() + wait);
                    tell(Said::Away { why, wait });
                }
                Err(other) => return Err(other.ends(SERVICE)),
            }
        }
    }
}

impl Slack {
    async fn begin(settings: &Settings, tell: Tell<'_>) -> Result<Slack, Trouble> {
        let api = Api::new(&settings.base, &settings.bot);
        let asked = api.insist("auth.test", Vec::new(), tell).await;
        let found = asked.map_err(|why| why.ends(SERVICE))?;
        let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
        let me = Me {
            team: text("team_id"),
            user: text("user_id"),
            bot: text("bot_id"),
            name: text("user"),
        };
        if me.bot.is_empty() {
            return Err(Trouble::Unfit {
                what: "the token is a person's, and the connector speaks as an app's bot"
                    .to_owned(),
                todo: "take the Bot User OAuth Token (xoxb-) from OAuth & Permissions".to_owned(),
            });
        }
        if let Mode::Room {
            chat: Some(channel),
            ..
        } = &settings.purpose.mode
        {
            is_in(&api, channel, &me, tell).await?;
        }
        Ok(Slack {
            api,
            me,
            mine: settings.purpose.mode.is_mine(),
            app: (Api::new(&settings.base, &settings.app), settings.plain),
            stream: None,
            waiting: VecDeque::new(),
            open: Vec::new(),
            history: Asked::default(),
            behind: false,
            looked_up: Asked::default(),
            names: BTreeMap::new(),
            connected: false,
            away: false,
        })
    }

    fn told(&mut self, told: Option<Told>, tell: Tell<'_>) -> Result<(), Trouble> {
        match told {
            Some(Told::Open(connections)) => {
                self.behind = true;
                if std::mem::take(&mut self.away) {
                    tell(Said::Back);
                }
                if !std::mem::replace(&mut self.connected, true) && connections > 1 {
                    let what = "another program is connected with this app's token: Slack gives each only a part of what is written, so give each connector an app";
                    tell(Said::Note { what });
                }
            }
            Some(Told::Envelope(envelope)) => self.arrived(envelope),
            Some(Told::Gone(Gone::Away(why, wait))) => {
                self.away = true;
                tell(Said::Away { why, wait });
            }
            Some(Told::Gone(Gone::Ends(fault))) => return Err(fault.ends(SERVICE)),
            None => {
                let why = "the connection's task has ended".to_owned();
                return Err(Fault::Refused(why).ends(SERVICE));
            }
        }
        Ok(())
    }

    fn arrived(&mut self, envelope: Envelope) {
        let Envelope {
            kind,
            mut payload,
            receipt,
        } = envelope;
        let event = match kind.as_str() {
            "events_api" if payload["event"]["type"] == "message" => {
                let event = payload["event"].take();
                Event::Message {
                    channel: event["channel"].as_str().unwrap_or_default().to_owned(),
                    private: event["channel_type"] == "im",
                    event,
                }
            }
            "interactive" if payload["type"] == "block_actions" => Event::Pressed(payload),
            _ => Event::Other,
        };
        self.waiting.push_back((event, Some(receipt)));
    }

    /// What was written in the chat since it was heard last stands before what comes now.
    async fn catch_up(&mut self, place: &Place<'_>) -> Result<(), Trouble> {
        let after = place.kept.offset.as_str();
        if let Some(chat) = &place.kept.chat {
            let api = self.api.clone();
            let channel = chat.as_str().to_owned();
            if after.is_empty() {
                let ask = || history::latest(api.clone(), channel.clone());
                let latest = self
                    .looked_up
                    .answer(chat.as_str(), place.tell, ask)
                    .await?;
                self.waiting
                    .push_front((Event::From(chat.clone(), latest), None));
                self.behind = false;
                return Ok(());
            }
            let after = after.to_owned();
            let ask = || history::missed(api.clone(), channel.clone(), after.clone());
            let missed = self.history.answer(chat.as_str(), place.tell, ask).await?;
            for event in missed.into_iter().rev() {
                let event = Event::Message {
                    event,
                    channel: channel.clone(),
                    private: self.mine,
                };
                self.waiting.push_front((event, None));
            }
        }
        self.behind = false;
        Ok(())
    }

    /// The oldest that waits, as a connector hears it.
    async fn hear(&mut self, place: &Place<'_>) -> Result<Option<Update>, Trouble> {
        let Some((event, _)) = self.waiting.front() else {
            return Ok(None);
        };
        let read = match event {
            Event::Message {
                event,
                channel,
                private,
            } => event::message(event, channel, *private, &self.me),
            Event::Pressed(payload) => event::pressed(payload),
            Event::From(chat, ts) => Read {
                mark: "from".into(),
                at: Some((chat.clone(), ts.clone())),
                what: What::Nothing,
            },
            Event::Other => Read {
                mark: "other".into(),
                at: None,
                what: What::Nothing,
            },
        };
        let heard = match read.what {
            What::Nothing => None,
            What::Heard(heard) => Some(*heard),
            What::Words(line, changed) => {
                // Nobody who is not meant has this program ask for names.
                let chat = place.kept.chat.as_ref();
                if chat == Some(&line.chat) {
                    for user in event::needs(&line) {
                        self.look_up(user, place.tell).await?;
                    }
                }
                let line = event::told(*line, &self.names, &self.me);
                Some(if changed {
                    Heard::Edited(line)
                } else {
                    Heard::Written(line)
                })
            }
        };
        let (_, receipt) = self.waiting.pop_front().unzip();
        if let Some(receipt) = receipt.flatten() {
            self.open.push((read.mark.clone(), receipt));
        }
        let heard_up_to = place.kept.offset.as_str();
        let offset = read.at.filter(|(chat, ts)| {
            let meant = place.kept.chat.as_ref();
            meant.is_none_or(|meant| meant == chat) && history::later(ts, heard_up_to)
        });
        Ok(Some(Update {
            mark: read.mark,
            offset: offset.map(|(_, ts)| ts.into()),
            heard,
        }))
    }

    async fn look_up(&mut self, user: String, tell: Tell<'_>) -> Result<(), Trouble> {
        if self.names.contains_key(&user) || user == self.me.user {
            return Ok(());
        }
        let api = self.api.clone();
        let ask = || history::name(api.clone(), user.clone());
        let name = self.looked_up.answer(&user, tell, ask).await?;
        if self.names.len() >= NAMES_MAX {
            self.names.clear();
        }
        self.names.insert(user, name);
        Ok(())
    }

    /// Asks something about the chat. What the service does not take is told and passed over.
    async fn ask(
        &mut self,
        place: &mut Place<'_>,
        method: &str,
        mut fields: Fields,
    ) -> Result<Option<Value>, Trouble> {
        let chat = place.kept.chat.clone().unwrap_or_default();
        fields.push(("channel", chat.into()));
        match self.api.insist(method, fields, place.tell).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Fault::Refused(why)) => {
                (place.tell)(Said::Dropped { why });
                Ok(None)
            }
            Err(other) => Err(other.ends(SERVICE)),
        }
    }

    /// The thread that an answer goes to.
    fn thread(&self, place: &Place<'_>, post: &Post<'_>) -> Option<String> {
        let answers = post.answers?;
        let ours = || {
            let known = place.kept.of_there(answers);
            known.is_some_and(|pair| !pair.theirs)
        };
        match thread_of(answers) {
            Some(thread) => Some(thread.to_owned()),
            // What did not fit one message goes on behind it.
            None if post.continues => None,
            // In a chat of two an answer to a line stands below it anyway.
            None if self.mine && !ours() => None,
            None => Some(ts_of(answers).to_owned()),
        }
    }
}

/// Whether the program is in a channel that was named.
async fn is_in(api: &Api, channel: &str, me: &Me, tell: Tell<'_>) -> Result<(), Trouble> {
    let fields = vec![("channel", channel.to_owned())];
    let asked = api.insist("conversations.info", fields, tell).await;
    let found = asked.map_err(|why| why.ends(SERVICE))?;
    let channel = &found["channel"];
    if channel["is_member"] == true || channel["is_im"] == true {
        return Ok(());
    }
    Err(Trouble::Unfit {
        what: format!("@{} is not in the channel that --chat names", me.name),
        todo: format!("write /invite @{} in the channel", me.name),
    })
}

/// The message, in a form in which nobody's words mean anything to Slack.
fn fields_of(post: &Post<'_>) -> Fields {
    let mut words = post.text;
    let mut parts = Vec::new();
    if post.bold > 0 {
        let end = crate::text::end_of(words, post.bold);
        parts.push(json!({"type": "text", "text": &words[..end], "style": {"bold": true}}));
        words = &words[end..];
    }
    let link = post.link.filter(|link| words.ends_with(link));
    words = &words[..words.len() - link.map_or(0, str::len)];
    if !words.is_empty() {
        parts.push(json!({"type": "text", "text": words}));
    }
    if let Some(link) = link {
        parts.push(json!({"type": "link", "url": link}));
    }
    let section = json!({"type": "rich_text_section", "elements": parts});
    let mut blocks = vec![json!({"type": "rich_text", "elements": [section]})];
    if !post.buttons.is_empty() {
        let button = |(index, one): (usize, &Button)| {
            json!({
                "type": "button",
                "action_id": format!("answer-{index}"),
                "text": {"type": "plain_text", "text": one.text, "emoji": false},
                "value": one.data,
            })
        };
        let buttons: Vec<Value> = post.buttons.iter().enumerate().map(button).collect();
        blocks.push(json!({"type": "actions", "elements": buttons}));
    }
    vec![
        ("text", words::preview(post.text)),
        ("blocks", Value::Array(blocks).to_string()),
    ]
}

impl Chat for Slack {
    const SERVICE: &'static str = "slack";
    const UNITS_MAX: usize = 3000;
    const SIGN: char = '!';
    const SILENT: bool = false;

    fn name(&self) -> &str {
        &self.me.name
    }

    fn account(&self) -> String {
        format!("{}-{}", self.me.team, self.me.user)
    }

    async fn next(&mut self, place: &Place<'_>) -> Result<Vec<Update>, Trouble> {
        loop {
            if self.behind {
                self.catch_up(place).await?;
            }
            if let Some(update) = self.hear(place).await? {
                return Ok(vec![update]);
            }
            let (app, plain) = &self.app;
            let stream = self
                .stream
                .get_or_insert_with(|| Stream::start(app.clone(), *plain));
            let told = stream.next().await;
            self.told(told, place.tell)?;
        }
    }

    fn confirm(&mut self, mark: &Id) {
        while let Some(at) = self.open.iter().position(|(open, _)| open == mark) {
            let (_, receipt) = self.open.swap_remove(at);
            if let Some(stream) = &self.stream {
                stream.acknowledge(receipt);
            }
        }
    }

    async fn post(&mut self, place: &mut Place<'_>, post: Post<'_>) -> Result<Option<Id>, Trouble> {
        let mut fields = fields_of(&post);
        // A preview would have others' servers asked for whatever is named here.
        fields.push(("unfurl_links", "false".to_owned()));
        fields.push(("unfurl_media", "false".to_owned()));
        let thread = self.thread(place, &post);
        if let Some(thread) = &thread {
            fields.push(("thread_ts", thread.clone()));
        }
        let sent = self.ask(place, "chat.postMessage", fields).await?;
        let ts = sent.as_ref().and_then(|sent| sent["ts"].as_str());
        Ok(ts.map(|ts| id_of(ts, thread.as_deref())))
    }

    async fn change(
        &mut self,
        place: &mut Place<'_>,
        message: &Id,
        post: Post<'_>,
    ) -> Result<(), Trouble> {
        let mut fields = fields_of(&post);
        fields.push(("ts", ts_of(message).to_owned()));
        self.ask(place, "chat.update", fields).await.map(drop)
    }

    /// No words are kept here: what stands there is asked for, and written anew without its buttons.
    async fn unbutton(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let ts = ts_of(message).to_owned();
        let mut fields = vec![
            ("oldest", ts.clone()),
            ("latest", ts.clone()),
            ("inclusive", "true".to_owned()),
            ("limit", "1".to_owned()),
        ];
        let method = match thread_of(message) {
            Some(thread) => {
                fields.push(("ts", thread.to_owned()));
                "conversations.replies"
            }
            None => "conversations.history",
        };
        let found = self.ask(place, method, fields).await?.unwrap_or_default();
        let all = found["messages"].as_array();
        let shown = all.and_then(|all| all.iter().find(|one| one["ts"] == ts.as_str()));
        let Some(blocks) = shown.and_then(|shown| shown["blocks"].as_array()) else {
            return Ok(());
        };
        let left: Vec<&Value> = blocks
            .iter()
            .filter(|block| block["type"] != "actions")
            .collect();
        if left.len() == blocks.len() {
            return Ok(());
        }
        let text = shown.and_then(|shown| shown["text"].as_str());
        let fields = vec![
            ("ts", ts),
            ("text", text.unwrap_or_default().to_owned()),
            ("blocks", json!(left).to_string()),
        ];
        self.ask(place, "chat.update", fields).await.map(drop)
    }

    async fn delete(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let fields = vec![("ts", ts_of(message).to_owned())];
        self.ask(place, "chat.delete", fields).await.map(drop)
    }

    async fn stored(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let chat = place.kept.chat.clone().unwrap_or_default();
        let fields = vec![
            ("channel", chat.into()),
            ("timestamp", ts_of(message).to_owned()),
            ("name", "ok_hand".to_owned()),
        ];
        match self.api.insist("reactions.add", fields, place.tell).await {
            // It may bear the sign already, and the app may not have the right to set any.
            Ok(_) | Err(Fault::Refused(_) | Fault::Unfit(..)) => Ok(()),
            Err(other) => Err(other.ends(SERVICE)),
        }
    }

    /// Slack shows nothing beside the button; what came of it is said below the question.
    async fn toast(&mut self, _: &mut Place<'_>, _: &Press, _: &str) -> Result<(), Trouble> {
        Ok(())
    }
}
