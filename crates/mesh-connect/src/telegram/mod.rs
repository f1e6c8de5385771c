//! Telegram, by the Bot API and long poll: a person's own chat ([`Mode::Mine`]), or a room in a chat ([`Mode::Room`]).
//!
//! Nobody there is answered before a code that stands on the terminal here was sent from the chat. What comes from there is
//! carried out here once, however often it comes: its key is made of the chat and the message. What goes there goes at least
//! once: a connector that is killed between sending and remembering sends that one again.

mod bot;
mod desk;
mod kept;
mod mine;
mod room;
mod types;

use std::path::PathBuf;
use std::time::Duration;

use mesh_model::Seq;
use mesh_model::api::{NoInput, StreamItem};
use mesh_model::ops::StatusGet;
use mesh_sdk::{Client, Error, Filter, Options};

use crate::leave::Carrier;
use crate::said::{Said, Trouble};
use crate::secret::Secret;
use bot::{Bot, Poll};
use desk::Desk;
use mine::Mine;
use room::Bridge;
use types::Update;

/// Where Telegram's own servers are.
pub const API: &str = "https://api.telegram.org";
/// How long the service holds a question for updates.
const HOLD: Duration = Duration::from_secs(50);
/// Events after which the place is kept even if nothing was told.
const KEEP_EVERY: u64 = 1000;

/// How a connector to Telegram runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The node, and as whom.
    pub options: Options,
    /// The Bot API: [`API`], or a server of one's own.
    pub base: String,
    /// The bot's token.
    pub token: Secret,
    /// For whom.
    pub mode: Mode,
    /// Forget which chat was chosen, and ask for the code again.
    pub pair: bool,
    /// Where its place is kept: a file in here.
    pub folder: PathBuf,
}

/// For whom it connects.
#[derive(Debug, Clone)]
pub enum Mode {
    /// For the person whose token it has.
    Mine {
        /// Where lines go that answer nothing, until another room is named there.
        room: String,
        /// The page's address as a phone reaches it.
        page: Option<String>,
        /// Whether words of direct conversations with others go to Telegram too.
        direct: bool,
    },
    /// For a room, as a bridge.
    Room {
        /// Which.
        room: String,
        /// The chat, if it is known; otherwise the one from which the code is sent.
        chat: Option<i64>,
        /// Whether words from there may call participants by `@name`.
        mentions: bool,
    },
}

impl Mode {
    fn file(&self, bot: i64) -> String {
        match self {
            Mode::Mine { .. } => format!("telegram-{bot}-mine.json"),
            // Names of rooms are of letters, digits and hyphens; whatever else was given is not found later on.
            Mode::Room { room, .. } => {
                let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
                let room: String = room.chars().filter(plain).collect();
                format!("telegram-{bot}-room-{room}.json")
            }
        }
    }
}

/// What is done with what comes from both sides.
trait Carries {
    /// What is asked for of updates.
    const KINDS: &'static [&'static str];

    /// What is heard of the log.
    fn filter(&self, after: Seq) -> Filter;

    /// Before anything else, once there is a chat.
    async fn begin(&mut self, desk: &mut Desk<'_>, fresh: bool) -> Result<(), Trouble>;

    /// Something was written or pressed there. Whether anything came of it.
    async fn update(&mut self, desk: &mut Desk<'_>, update: Update) -> Result<bool, Trouble>;

    /// Something happened here. Whether anything was told of it.
    async fn item(&mut self, desk: &mut Desk<'_>, item: &StreamItem) -> Result<bool, Trouble>;
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
    // Whatever is under way is as if it had been killed: it is repeated, and what was done is done once.
    tokio::select! {
        biased;
        () = stop => Ok(()),
        ended = connect(settings, &tell) => ended,
    }
}

async fn connect(settings: Settings, tell: bot::Tell<'_>) -> Result<(), Trouble> {
    let client = Client::connect(settings.options.clone()).await?;
    let mesh = client.call::<StatusGet>(NoInput {}).await?.mesh;
    let bot = Bot::new(&settings.base, settings.token.clone());
    match settings.mode.clone() {
        Mode::Mine { room, page, direct } => {
            let carrier = Carrier::of(&client, direct).await?;
            let mine = Mine::new(client.clone(), carrier, room, page)?;
            let me = bot.begin(tell).await?;
            let desk = Desk::open(bot, me, &settings, mesh, tell)?;
            carry(mine, desk, &client, &settings).await
        }
        Mode::Room { room, mentions, .. } => {
            let carrier = Carrier::of(&client, false).await?;
            let bridge = Bridge::new(client.clone(), carrier, room, mentions).await?;
            let me = bot.begin(tell).await?;
            if !me.can_read_all_group_messages {
                let what = "in groups Telegram shows this bot only what is addressed to it; /setprivacy at @BotFather, or making it an administrator of the group, changes that";
                tell(Said::Note { what });
            }
            let desk = Desk::open(bot, me, &settings, mesh, tell)?;
            carry(bridge, desk, &client, &settings).await
        }
    }
}

async fn carry<C: Carries>(
    mut carries: C,
    mut desk: Desk<'_>,
    client: &Client,
    settings: &Settings,
) -> Result<(), Trouble> {
    let mut poll = Poll::new(&desk.bot, C::KINDS, HOLD);
    let fresh = desk.kept.chat.is_none();
    if fresh {
        desk.pair(&mut poll, matches!(settings.mode, Mode::Mine { .. }))
            .await?;
    }
    let after = desk.kept.position.unwrap_or(client.welcomed().head);
    let mut items = client.subscribe(carries.filter(after)).await?;
    desk.kept.position = Some(after);
    desk.keep()?;
    (desk.tell)(Said::Began {
        there: &desk.me.username,
        after,
    });
    carries.begin(&mut desk, fresh).await?;
    let mut passed = 0_u64;
    loop {
        tokio::select! {
            updates = poll.next(desk.kept.offset, desk.tell) => {
                for update in updates? {
                    let id = update.update_id;
                    if desk.kept.was_handled(id) {
                        continue;
                    }
                    let acted = carries.update(&mut desk, update).await?;
                    desk.kept.handled(id);
                    if acted {
                        desk.keep()?;
                    }
                }
                desk.keep()?;
            }
            item = items.next() => {
                let item = item.ok_or(Error::Closed)?;
                let told = carries.item(&mut desk, &item).await?;
                desk.kept.position = Some(item.seq);
                passed += 1;
                if told || passed.is_multiple_of(KEEP_EVERY) {
                    desk.keep()?;
                }
            }
        }
    }
}
