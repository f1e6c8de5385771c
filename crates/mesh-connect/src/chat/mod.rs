//! What connectors to chats have in common: whom they answer, what is carried from there and told there, and what is remembered.
//!
//! A service is a [`Chat`]: it hears, posts, changes and deletes. [`mine`] is a person's own chat with it, [`room`] a room in a
//! chat. Nobody there is answered before a code that stands on the terminal here was sent from the chat. What comes from there
//! is carried out here once, however often it comes: its key is made of the chat and the message. What goes there goes at
//! least once: a connector that is killed between sending and remembering sends that one again.

mod answer;
pub(crate) mod desk;
mod files;
pub(crate) mod hold;
mod id;
pub(crate) mod kept;
mod meant;
mod mine;
mod room;
mod shown;

use std::path::PathBuf;

use mesh_model::Seq;
use mesh_model::api::{NoInput, StreamItem};
use mesh_model::ops::StatusGet;
use mesh_sdk::{Client, Error, Filter, Options};

pub(crate) use id::Id;
pub(crate) use kept::Thread;

use crate::fault::Tell;
use crate::leave::Carrier;
use crate::said::{Said, Trouble};
use desk::{Desk, Place};
use mine::Mine;
use room::Bridge;

/// Events after which the place is kept even if nothing was told.
const KEEP_EVERY: u64 = 1000;

/// As whom and for whom a connector runs, whatever the service.
#[derive(Debug, Clone)]
pub struct Purpose {
    /// The node, and as whom.
    pub options: Options,
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
        /// Whether words of direct conversations with others go to the service too.
        direct: bool,
    },
    /// For a room, as a bridge.
    Room {
        /// Which.
        room: String,
        /// The chat, if it is known; otherwise the one from which the code is sent.
        chat: Option<String>,
        /// Whether words from there may call participants by `@name`.
        mentions: bool,
    },
}

impl Mode {
    /// Whether it is for a person.
    pub fn is_mine(&self) -> bool {
        matches!(self, Mode::Mine { .. })
    }

    fn file(&self, service: &str, account: &str) -> String {
        // Names of rooms are of letters, digits and hyphens; whatever else was given is not found later on.
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let account: String = account.chars().filter(plain).collect();
        match self {
            Mode::Mine { .. } => format!("{service}-{account}-mine.json"),
            Mode::Room { room, .. } => {
                let room: String = room.chars().filter(plain).collect();
                format!("{service}-{account}-room-{room}.json")
            }
        }
    }
}

/// A service's side: one account of a program there.
pub(crate) trait Chat {
    /// What it is called in keys, file names, and where a room is told from where words are.
    const SERVICE: &'static str;
    /// What one message there holds, by what a letter weighs.
    const UNITS_MAX: usize;
    /// What a command of the connector's own begins with, so that the service's programs do not take it for one of theirs.
    const SIGN: char = '/';
    /// How a question is answered there.
    const ANSWERED: &'static str =
        "the buttons below a question answer it, and so does a reply of approve or reject: WHY";
    /// What is a line of chat commands there.
    const LINES: &'static str = "Anything else";

    /// What a letter weighs there: UTF-16 units, and what it takes so that it means nothing.
    fn weigh(c: char) -> usize {
        c.len_utf16()
    }

    /// Whether answers there are proved by something that only what was told there shows.
    const SEALED: bool = false;

    /// Whether a yes to a question is taken there. A no always is.
    fn takes_yes(&self) -> bool {
        true
    }

    /// Whether it tells without a sound what is not to disturb; elsewhere that is held.
    const SILENT: bool = true;

    /// As what it is known there.
    fn name(&self) -> &str;

    /// What the account is, for good.
    fn account(&self) -> String;

    /// What happened there next. Dropping a call loses nothing.
    async fn next(&mut self, place: &Place<'_>) -> Result<Vec<Update>, Trouble>;

    /// This was carried out and is kept: it need not come again.
    fn confirm(&mut self, mark: &Id);

    /// Posts one message. `None` if the service does not take it.
    async fn post(&mut self, place: &mut Place<'_>, post: Post<'_>) -> Result<Option<Id>, Trouble>;

    /// Writes one message anew.
    async fn change(
        &mut self,
        place: &mut Place<'_>,
        message: &Id,
        post: Post<'_>,
    ) -> Result<(), Trouble>;

    /// Takes the buttons from a message.
    async fn unbutton(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble>;

    /// Deletes a message, as far as the service lets a program.
    async fn delete(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble>;

    /// A sign that somebody's message is stored, without another message.
    async fn stored(&mut self, place: &mut Place<'_>, message: &Id) -> Result<(), Trouble>;

    /// Shows whoever pressed what came of it, if the service has a way.
    async fn toast(
        &mut self,
        place: &mut Place<'_>,
        press: &Press,
        said: &str,
    ) -> Result<(), Trouble>;
}

/// Something that happened there.
#[derive(Debug)]
pub(crate) struct Update {
    /// The same whenever it comes again.
    pub mark: Id,
    /// From where on the service is asked once this is carried out.
    pub offset: Option<Id>,
    /// What it was, if it is anything for a connector.
    pub heard: Option<Heard>,
}

#[derive(Debug)]
pub(crate) enum Heard {
    Written(Line),
    Edited(Line),
    Gone {
        chat: Id,
        message: Id,
        /// Whose it was.
        user: Option<Id>,
    },
    Pressed(Press),
    /// The chat has another id from here on.
    Moved {
        chat: Id,
        to: Id,
    },
}

/// Words that somebody wrote there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub chat: Id,
    pub message: Id,
    /// Whether nobody else reads in that chat.
    pub private: bool,
    pub user: Option<Id>,
    /// A program wrote it.
    pub program: bool,
    /// What was written, if it is nothing but words.
    pub text: Option<String>,
    /// What was written, if anything, and what else is there that is not taken along.
    pub words: Option<String>,
    /// The words are somebody else's than whoever sent them.
    pub passed_on: bool,
    /// The message that it answers.
    pub answers: Option<Id>,
    /// Which change of it this is.
    pub version: String,
    /// Who wrote it, as one name that says whose it is.
    pub sender: String,
    /// Files that go with it and are taken along.
    pub files: Vec<Attached>,
    /// The conversation it stands in, where answers have to say that.
    pub thread: Option<Box<Thread>>,
}

/// A file that came with words from there.
#[derive(Debug, Clone)]
pub(crate) struct Attached {
    /// What it is called here: letters, digits and `.-_`.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Line {
    /// Whether a person wrote it in a chat of its own that is meant.
    fn is_own(&self, mine: impl Fn(&Id, &Option<Id>) -> bool) -> bool {
        self.private && !self.program && mine(&self.chat, &self.user)
    }
}

/// A button below a message was pressed.
#[derive(Debug)]
pub(crate) struct Press {
    /// Its own.
    pub id: String,
    pub chat: Option<Id>,
    pub message: Option<Id>,
    pub user: Id,
    pub data: String,
}

/// One message that goes there.
#[derive(Debug, Default)]
pub(crate) struct Post<'a> {
    pub text: &'a str,
    /// So many UTF-16 units at its beginning are bold.
    pub bold: usize,
    /// An address at its end that leads somewhere.
    pub link: Option<&'a str>,
    /// The message there that it answers.
    pub answers: Option<&'a Id>,
    pub buttons: &'a [Button],
    /// What did not fit the message that it answers.
    pub continues: bool,
    /// Without a sound.
    pub quiet: bool,
    /// The connector itself says it.
    pub own: bool,
    /// What it is, the same whenever it is said again: for services that then show it once.
    pub key: &'a str,
}

/// A button below a message.
#[derive(Debug, Clone)]
pub(crate) struct Button {
    pub text: &'static str,
    pub data: String,
}

/// What is done with what comes from both sides.
trait Carries<C: Chat> {
    /// What is heard of the log.
    fn filter(&self, after: Seq) -> Filter;

    /// Before anything else, once there is a chat.
    async fn begin(&mut self, desk: &mut Desk<'_, C>, fresh: bool) -> Result<(), Trouble>;

    /// Something was written or pressed there. Whether anything came of it.
    async fn heard(&mut self, desk: &mut Desk<'_, C>, heard: Heard) -> Result<bool, Trouble>;

    /// Until what was held may be told, or is to be looked at again; for good if nothing is held.
    async fn rested(&self, _: &Place<'_>) {
        std::future::pending().await
    }

    /// What was held is told, as far as it may be heard by now.
    async fn release(&mut self, _: &mut Desk<'_, C>) -> Result<(), Trouble> {
        Ok(())
    }

    /// Something happened here. Whether anything was told of it.
    async fn item(&mut self, desk: &mut Desk<'_, C>, item: &StreamItem) -> Result<bool, Trouble>;
}

/// Runs a connector; `begin` reaches the service once it is known that the token of the mesh fits.
pub(crate) async fn connect<C: Chat>(
    purpose: &Purpose,
    begin: impl Future<Output = Result<C, Trouble>>,
    tell: Tell<'_>,
) -> Result<(), Trouble> {
    let client = Client::connect(purpose.options.clone()).await?;
    let mesh = client.call::<StatusGet>(NoInput {}).await?.mesh;
    match purpose.mode.clone() {
        Mode::Mine { room, page, direct } => {
            let carrier = Carrier::of(&client, direct).await?;
            let mine = Mine::new(client.clone(), carrier, room, page)?;
            let desk = Desk::open(begin.await?, purpose, mesh, tell)?;
            carry(mine, desk, &client, purpose).await
        }
        Mode::Room { room, mentions, .. } => {
            let carrier = Carrier::of(&client, false).await?;
            let bridge = Bridge::new(client.clone(), carrier, room, mentions, C::SERVICE)
                .await?
                .with(purpose.options.clone());
            let desk = Desk::open(begin.await?, purpose, mesh, tell)?;
            carry(bridge, desk, &client, purpose).await
        }
    }
}

async fn carry<C: Chat>(
    mut carries: impl Carries<C>,
    mut desk: Desk<'_, C>,
    client: &Client,
    purpose: &Purpose,
) -> Result<(), Trouble> {
    let fresh = desk.place.kept.chat.is_none();
    if fresh {
        desk.pair(purpose.mode.is_mine()).await?;
    }
    let after = desk.place.kept.position.unwrap_or(client.welcomed().head);
    let mut items = client.subscribe(carries.filter(after)).await?;
    desk.place.kept.position = Some(after);
    desk.place.keep()?;
    (desk.place.tell)(Said::Began {
        there: desk.chat.name(),
        after,
    });
    carries.begin(&mut desk, fresh).await?;
    let mut passed = 0_u64;
    loop {
        tokio::select! {
            updates = desk.chat.next(&desk.place) => {
                for update in updates? {
                    take(&mut carries, &mut desk, update).await?;
                }
                desk.place.keep()?;
            }
            () = carries.rested(&desk.place) => carries.release(&mut desk).await?,
            item = items.next() => {
                let item = item.ok_or(Error::Closed)?;
                let told = carries.item(&mut desk, &item).await?;
                desk.place.kept.position = Some(item.seq);
                passed += 1;
                if told || passed.is_multiple_of(KEEP_EVERY) {
                    desk.place.keep()?;
                }
            }
        }
    }
}

/// Carries one thing out, once; only what is kept is confirmed.
async fn take<C: Chat>(
    carries: &mut impl Carries<C>,
    desk: &mut Desk<'_, C>,
    update: Update,
) -> Result<(), Trouble> {
    if !desk.place.kept.was_handled(&update.mark) {
        let heard = update.heard.is_some();
        if let Some(Heard::Written(Line {
            thread: Some(thread),
            ..
        })) = &update.heard
        {
            desk.place.kept.note(Thread::clone(thread));
        }
        let acted = match update.heard {
            Some(heard) => carries.heard(desk, heard).await?,
            None => false,
        };
        desk.place
            .kept
            .handled(heard.then(|| update.mark.clone()), update.offset);
        if acted {
            desk.place.keep()?;
        }
    }
    desk.chat.confirm(&update.mark);
    Ok(())
}
