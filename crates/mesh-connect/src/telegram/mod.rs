//! Telegram, by the Bot API and long poll.

mod bot;
mod types;

use std::time::Duration;

use serde_json::{Value, json};

use crate::chat::desk::Place;
use crate::chat::{Chat, Id, Post, Press, Purpose, Update, connect};
use crate::fault::{Fault, Tell};
use crate::said::{Said, Trouble};
use crate::secret::Secret;
use crate::stay::until;
use bot::{Bot, Poll, SERVICE};
use types::{Me, Sent};

/// Where Telegram's own servers are.
pub const API: &str = "https://api.telegram.org";
/// How long the service holds a question for updates.
const HOLD: Duration = Duration::from_secs(50);
/// What Telegram shows when a button was pressed.
const TOAST_CHARS_MAX: usize = 190;

/// How a connector to Telegram runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As whom and for whom.
    pub purpose: Purpose,
    /// The Bot API: [`API`], or a server of one's own.
    pub base: String,
    /// The bot's token.
    pub token: Secret,
}

/// Runs a connector until `stop`.
///
/// # Errors
/// Where the node or Telegram does not take its token, the chat takes nothing from it, or its place cannot be kept.
pub async fn run(
    settings: Settings,
    stop: impl Future<Output = ()>,
    tell: impl Fn(Said<'_>),
) -> Result<(), Trouble> {
    let begin = Telegram::begin(&settings, &tell);
    until(stop, connect(&settings.purpose, begin, &tell)).await
}

/// A bot's side.
struct Telegram {
    bot: Bot,
    me: Me,
    poll: Poll,
}

impl Telegram {
    async fn begin(settings: &Settings, tell: Tell<'_>) -> Result<Telegram, Trouble> {
        let bot = Bot::new(&settings.base, settings.token.clone());
        let me = bot.begin(tell).await?;
        let mine = settings.purpose.mode.is_mine();
        if !mine && !me.can_read_all_group_messages {
            let what = "in groups Telegram shows this bot only what is addressed to it; /setprivacy at @BotFather, or making it an administrator of the group, changes that";
            tell(Said::Note { what });
        }
        let kinds: &[&str] = if mine {
            &["message", "edited_message", "callback_query"]
        } else {
            &["message", "edited_message"]
        };
        let poll = Poll::new(&bot, kinds, HOLD);
        Ok(Telegram { bot, me, poll })
    }

    /// Asks something about the chat. What the service does not take is told and passed over.
    async fn ask<T: serde::de::DeserializeOwned>(
        &mut self,
        place: &mut Place<'_>,
        method: &str,
        mut body: Value,
    ) -> Result<Option<T>, Trouble> {
        loop {
            let chat = place.kept.chat.as_ref().map(Id::number);
            body["chat_id"] = json!(chat);
            match self.bot.insist(method, body.clone(), place.tell).await {
                Ok(answer) => return Ok(Some(answer)),
                Err(Fault::Moved(to)) if chat != Some(to) => place.moved(to.into())?,
                Err(Fault::Refused(why)) => {
                    (place.tell)(Said::Dropped {
                        why: format!("{method}: {why}"),
                    });
                    return Ok(None);
                }
                Err(other) => return Err(other.ends(SERVICE)),
            }
        }
    }
}

fn body_of(post: &Post<'_>) -> Value {
    let mut body = json!({
        "text": post.text,
        // A preview would have others' servers asked for whatever is named here.
        "link_preview_options": {"is_disabled": true},
    });
    if post.bold > 0 {
        let bold = json!({"type": "bold", "offset": 0, "length": post.bold});
        body["entities"] = json!([bold]);
    }
    body
}

impl Chat for Telegram {
    const SERVICE: &'static str = "telegram";
    const UNITS_MAX: usize = 4096;

    fn name(&self) -> &str {
        &self.me.username
    }

    fn account(&self) -> String {
        self.me.id.to_string()
    }

    async fn next(&mut self, place: &Place<'_>) -> Result<Vec<Update>, Trouble> {
        let offset = place.kept.offset.number();
        let updates = self.poll.next(offset, place.tell).await?.into_iter();
        let updates = updates.map(|update| Update {
            mark: update.update_id.into(),
            offset: Some(update.update_id.saturating_add(1).into()),
            heard: update.heard(),
        });
        Ok(updates.collect())
    }

    /// The offset of the next question says it.
    fn confirm(&mut self, _: &Id) {}

    async fn post(&mut self, place: &mut Place<'_>, post: Post<'_>) -> Result<Option<Id>, Trouble> {
        let mut body = body_of(&post);
        body["disable_notification"] = json!(post.quiet);
        if let Some(answers) = post.answers {
            body["reply_parameters"] =
                json!({"message_id": answers.number(), "allow_sending_without_reply": true});
        }
        if !post.buttons.is_empty() {
            let button =
                |one: &crate::chat::Button| json!({"text": one.text, "callback_data": one.data});
            let row: Vec<Value> = post.buttons.iter().map(button).collect();
            body["reply_markup"] = json!({"inline_keyboard": [row]});
        }
        let sent = self.ask::<Sent>(place, "sendMessage", body).await?;
        Ok(sent.map(|sent| sent.message_id.into()))
    }

    async fn change(
        &mut self,
        place: &mut Place<'_>,
        message: &Id,
        post: Post<'_>,
    ) -> Result<(), Trouble> {
        let mut body = body_of(&post);
        body["message_id"] = json!(message.number());
        self.ask::<Value>(place, "editMessageText", body)
            .await
            .map(drop)
    }

    async fn unbutton(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let body = json!({"message_id": message.number(), "reply_markup": {"inline_keyboard": []}});
        self.ask::<Value>(place, "editMessageReplyMarkup", body)
            .await
            .map(drop)
    }

    async fn delete(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let body = json!({"message_id": message.number()});
        self.ask::<Value>(place, "deleteMessage", body)
            .await
            .map(drop)
    }

    async fn stored(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble> {
        let sign = json!([{"type": "emoji", "emoji": "👌"}]);
        let body = json!({"message_id": message.number(), "reaction": sign});
        self.ask::<Value>(place, "setMessageReaction", body)
            .await
            .map(drop)
    }

    /// The service takes it for a few minutes only; later it is nothing.
    async fn toast(
        &mut self,
        place: &mut Place<'_>,
        press: &Press,
        said: &str,
    ) -> Result<(), Trouble> {
        let shown: String = said.chars().take(TOAST_CHARS_MAX).collect();
        let body = json!({"callback_query_id": press.id, "text": shown});
        let asked = self
            .bot
            .insist::<Value>("answerCallbackQuery", body, place.tell);
        match asked.await {
            Ok(_) | Err(Fault::Refused(_)) => Ok(()),
            Err(other) => Err(other.ends(SERVICE)),
        }
    }
}
