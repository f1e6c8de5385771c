//! E-mail, by IMAP and SMTP: what waits for a person is mailed to it and answered by a mail, or a room and those who write to a
//! mailbox hear one another.
//!
//! No service vouches here for who wrote something: anybody can name any sender. So a person's own mail counts only if it answers
//! one of the connector's, by an id that nobody guesses ([`token`]), and a room takes what comes as a stranger's words.

mod fetch;
mod heard;
mod letter;
mod send;
mod server;
mod token;
mod trim;

use std::collections::{HashMap, VecDeque};

use lettre::Address;
use tokio::time::{Instant, sleep};

use crate::chat::desk::Place;
use crate::chat::{self, Chat, Id, Mode, Post, Press, Purpose, Thread, Update};
use crate::fault::{Fault, Tell, insist};
use crate::said::{Said, Trouble};
use crate::secret::Secret;
use crate::stay::{Gone, until};
use crate::text::end_of;
use fetch::{Account, Came, Fetcher, Lies, Spot};
use letter::Letter;
use send::{Draft, Rate, Sender};
pub use server::{BadHost, Host, Security, Speaks};
use token::{About, Seal};

/// The service's name in sentences.
const SERVICE: &str = "the mail server";
/// How a connector to a mailbox runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As whom and for whom.
    pub purpose: Purpose,
    /// Where mail is fetched.
    pub imap: Host,
    /// Where it is sent.
    pub smtp: Host,
    /// Who signs in there.
    pub user: String,
    /// By what.
    pub password: Secret,
    /// The mailbox that is read.
    pub mailbox: String,
    /// The address that mail for the connector goes to.
    pub address: Address,
    /// Answers go to an address of their own, `name+…@`, as far as the server knows such.
    pub tags: bool,
    /// A yes to a question is taken, not only a no.
    pub approve: bool,
    /// The server whose word of who sent a mail is heard (`Authentication-Results`); without its yes an answer is none.
    pub results: Option<String>,
    /// For a room: where its words go, and whose mail is taken.
    pub to: Vec<Address>,
    /// For a room: anybody's mail is taken.
    pub anyone: bool,
    /// For a room: files are taken along.
    pub files: bool,
}

/// Runs a connector until `stop`.
///
/// # Errors
/// Where the node or a mail server does not take who it is, the mailbox is not there, or its place cannot be kept.
pub async fn run(
    mut settings: Settings,
    stop: impl Future<Output = ()>,
    tell: impl Fn(Said<'_>),
) -> Result<(), Trouble> {
    // A room's other side is who is named, and the mailbox itself stands for all of them.
    let address = settings.address.to_string().to_lowercase();
    if let Mode::Room { chat, .. } = &mut settings.purpose.mode {
        *chat = Some(address);
    }
    let purpose = settings.purpose.clone();
    let begin = Mail::begin(settings, &tell);
    until(stop, chat::connect(&purpose, begin, &tell)).await
}

/// A mailbox's side.
struct Mail {
    settings: Settings,
    me: String,
    mine: bool,
    account: Account,
    /// The end of the mailbox when it began.
    end: Spot,
    sender: Sender,
    /// Not before it is known that no other connector runs from the same place.
    fetcher: Option<Fetcher>,
    waiting: VecDeque<Update>,
    rate: Rate,
    /// Since when mails are counted, and how many came of whom.
    counted: (Option<Instant>, HashMap<String, u32>),
    told_late: bool,
}

impl Mail {
    /// Looks at both servers: what is in the mailbox by now is not for the connector, whatever comes from here on is.
    async fn begin(settings: Settings, tell: Tell<'_>) -> Result<Mail, Trouble> {
        let sender = Sender::new(&settings.smtp, &settings.user, &settings.password);
        let sender = sender.map_err(ends)?;
        let account = Account {
            host: settings.imap.clone(),
            user: settings.user.clone(),
            password: settings.password.clone(),
            mailbox: settings.mailbox.clone(),
        };
        let looked = insist(tell, async || fetch::end(&account).await).await;
        let end = looked.map_err(ends)?;
        let reached = insist(tell, async || sender.reach().await).await;
        reached.map_err(ends)?;
        Ok(Mail {
            me: settings.address.to_string().to_lowercase(),
            mine: settings.purpose.mode.is_mine(),
            account,
            end,
            sender,
            fetcher: None,
            waiting: VecDeque::new(),
            rate: Rate::default(),
            counted: (None, HashMap::new()),
            told_late: false,
            settings,
        })
    }

    fn begin_to_fetch(&mut self, place: &Place<'_>) {
        let known = Spot::read(place.kept.offset.as_str());
        if known.is_none() {
            self.waiting.push_back(at(self.end));
        }
        let spot = known.unwrap_or(self.end);
        self.fetcher = Some(Fetcher::start(self.account.clone(), spot));
    }

    /// Of a mailbox that was put back: behind which of its mails it is.
    fn behind(&self, place: &Place<'_>, lie: &[Lies]) -> u32 {
        let known = |one: &&Lies| {
            let id = Letter::read(&one.head, false).id;
            place.kept.was_handled(&Id::from(id.as_str()))
        };
        if let Some(last) = lie.iter().rev().find(known) {
            return last.uid;
        }
        // None of them is known: those that came later than the last one are new.
        let came = Spot::read(place.kept.offset.as_str()).map_or(0, |spot| spot.came);
        let end = lie.last().map_or(0, |last| last.uid);
        let new = lie.iter().find(|one| came > 0 && one.came > came);
        new.map_or(end, |first| first.uid.saturating_sub(1))
    }

    /// What came, as something to carry out.
    fn took(&mut self, place: &Place<'_>, came: Came) -> Result<(), Trouble> {
        match came {
            Came::Mail { spot, letter } => {
                let mut update = Update {
                    mark: Id::from(format!("uid-{spot}")),
                    offset: Some(spot.to_string().into()),
                    heard: None,
                };
                match letter {
                    Some(letter) => {
                        update.mark = Id::from(letter.id.as_str());
                        update.heard = self.heard(place, *letter);
                    }
                    None => (place.tell)(Said::Dropped {
                        why: "a mail cannot be read; it stays in the mailbox".to_owned(),
                    }),
                }
                self.waiting.push_back(update);
            }
            Came::At(spot) => self.waiting.push_back(at(spot)),
            Came::PutBack { lie, behind } => {
                let at = self.behind(place, &lie);
                let what = "the mailbox is another one than before, or was put back; it goes on behind the newest mail in it that is known";
                (place.tell)(Said::Note { what });
                let _ = behind.send(at);
            }
            Came::Gone(Gone::Away(why, wait)) => (place.tell)(Said::Away { why, wait }),
            Came::Back => (place.tell)(Said::Back),
            Came::Gone(Gone::Ends(fault)) => return Err(ends(fault)),
        }
        Ok(())
    }

    /// The id of the mail that has this token.
    fn id(&self, token: &str) -> String {
        format!("{token}@{}", self.settings.address.domain())
    }

    fn tagged(&self, token: &str) -> Option<Address> {
        let (user, domain) = (self.settings.address.user(), self.settings.address.domain());
        Address::new(format!("{user}+{token}"), domain).ok()
    }

    /// Mails something to those whom it is for. `None` if it goes to nobody.
    async fn mail(
        &mut self,
        place: &mut Place<'_>,
        post: &Post<'_>,
        changed: bool,
    ) -> Result<Option<Id>, Trouble> {
        let to = self.recipients(place);
        let Some(seal) = Seal::new(place.kept.seed.as_deref().unwrap_or_default()) else {
            return Ok(None);
        };
        let about = if post.own { About::Own } else { About::Told };
        let token = seal.token(about, post.key);
        let id = self.id(&token);
        let shown = self.shown(place, post, changed);
        let from = self.settings.address.clone();
        let mut draft = Draft {
            id: &id,
            from: &from,
            name: &shown.name,
            reply_to: self.settings.tags.then(|| self.tagged(&token)).flatten(),
            to: &from,
            subject: &shown.subject,
            text: &shown.text,
            before: &shown.before,
            bulk: !self.mine,
        };
        // Who else gets it is nobody's business: it is addressed to the one, or to the mailbox itself.
        if let [one] = to.as_slice() {
            draft.to = one;
        }
        let written = draft.written().map_err(|why| Trouble::Service {
            service: SERVICE,
            why,
        })?;
        let mut sent = 0;
        for one in &to {
            sent += usize::from(self.send(place, one, &written).await?);
        }
        if sent == 0 {
            return Ok(None);
        }
        let id = Id::from(id);
        place.kept.note(Thread {
            message: id.clone(),
            subject: shown.subject,
            before: shown.before.into_iter().map(Id::from).collect(),
        });
        Ok(Some(id))
    }

    async fn send(
        &mut self,
        place: &Place<'_>,
        to: &Address,
        mail: &[u8],
    ) -> Result<bool, Trouble> {
        let wait = self.rate.wait(Instant::now());
        if !wait.is_zero() && !std::mem::replace(&mut self.told_late, true) {
            let what = "many mails are to go out at once: they go one after the other";
            (place.tell)(Said::Note { what });
        }
        sleep(wait).await;
        self.told_late &= !wait.is_zero();
        let from = self.settings.address.clone();
        let sent = insist(place.tell, async || self.sender.send(&from, to, mail).await).await;
        match sent {
            Ok(()) => Ok(true),
            Err(Fault::Refused(why)) => {
                (place.tell)(Said::Dropped { why });
                Ok(false)
            }
            Err(other) => Err(ends(other)),
        }
    }

    fn recipients(&self, place: &Place<'_>) -> Vec<Address> {
        if !self.mine {
            return self.settings.to.clone();
        }
        let own = place.kept.chat.as_ref();
        own.and_then(|own| own.as_str().parse().ok())
            .into_iter()
            .collect()
    }

    /// How something looks as a mail.
    fn shown(&self, place: &Place<'_>, post: &Post<'_>, changed: bool) -> Shown {
        let (title, words) = post.text.split_at(end_of(post.text, post.bold));
        let answered = post.answers.map(|id| (id, place.kept.thread(id)));
        let mut before = Vec::new();
        let subject = match answered {
            Some((id, thread)) => {
                let known = thread.map(|thread| &thread.before).into_iter().flatten();
                before = known.chain([id]).map(Id::to_string).collect();
                let subject = thread.map_or("the mesh", |thread| &thread.subject);
                let bare = subject
                    .get(..3)
                    .is_some_and(|re| re.eq_ignore_ascii_case("re:"));
                if bare {
                    subject.to_owned()
                } else {
                    format!("Re: {subject}")
                }
            }
            None if title.is_empty() => "The Mesh".to_owned(),
            None => crate::text::name(title, 150),
        };
        let mut text = if self.mine && !title.is_empty() && !changed {
            format!("{title}\n\n{}", words.trim_start())
        } else {
            post.text.to_owned()
        };
        if changed {
            text = format!("(changed)\n\n{text}");
        }
        if !post.buttons.is_empty() {
            text.push_str(if self.settings.approve {
                "\n\nAnswer this mail with the word approve, or with reject or reject: WHY, and nothing else above the quote."
            } else {
                "\n\nAnswer this mail with reject or reject: WHY to refuse it. A yes is not taken by mail: give it on the page or with \
                 `mesh approvals`."
            });
        }
        let name = match &self.settings.purpose.mode {
            Mode::Room { room, .. } => format!("#{}", crate::text::name(room, 60)),
            Mode::Mine { .. } => "The Mesh".to_owned(),
        };
        Shown {
            name,
            subject,
            text,
            before,
        }
    }
}

/// It is there in the mailbox, and nothing before it is new.
fn at(spot: Spot) -> Update {
    Update {
        mark: Id::from(format!("at-{spot}")),
        offset: Some(spot.to_string().into()),
        heard: None,
    }
}

/// Where nothing else can be done about it.
fn ends(fault: Fault) -> Trouble {
    match fault {
        Fault::Token => Trouble::Password,
        other => other.ends(SERVICE),
    }
}

/// A mail as it looks.
struct Shown {
    name: String,
    subject: String,
    text: String,
    before: Vec<String>,
}

impl Chat for Mail {
    const SERVICE: &'static str = "mail";
    // Shown whole by every program for mail, and far below what servers take.
    const UNITS_MAX: usize = 30_000;
    const SIGN: char = '!';
    const ANSWERED: &'static str = "a question is answered by reject or reject: WHY, and by approve where that is taken, with nothing else above the quote";
    const LINES: &'static str = "What answers this mail, or another of the connector's own,";
    // A mail makes the noise that whoever gets it has chosen.
    const SILENT: bool = false;
    const SEALED: bool = true;

    fn takes_yes(&self) -> bool {
        self.settings.approve
    }

    fn name(&self) -> &str {
        &self.me
    }

    fn account(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        self.me.chars().map(plain).take(100).collect()
    }

    async fn next(&mut self, place: &Place<'_>) -> Result<Vec<Update>, Trouble> {
        if self.fetcher.is_none() {
            self.begin_to_fetch(place);
        }
        while self.waiting.is_empty()
            && let Some(fetcher) = &mut self.fetcher
        {
            let came = fetcher.next().await;
            self.took(place, came)?;
        }
        // One at a time: what a mail is depends on what those before it became.
        Ok(self.waiting.pop_front().into_iter().collect())
    }

    fn confirm(&mut self, _: &Id) {}

    async fn post(&mut self, place: &mut Place<'_>, post: Post<'_>) -> Result<Option<Id>, Trouble> {
        // Who writes to a room is a stranger, and a stranger's mail makes no other mail.
        if !self.mine && post.own {
            return Ok(None);
        }
        self.mail(place, &post, false).await
    }

    async fn change(
        &mut self,
        place: &mut Place<'_>,
        message: &Id,
        post: Post<'_>,
    ) -> Result<(), Trouble> {
        let post = Post {
            answers: Some(message),
            ..post
        };
        self.mail(place, &post, true).await.map(drop)
    }

    async fn unbutton(&mut self, _: &mut Place<'_>, _: &Id) -> Result<(), Trouble> {
        Ok(())
    }

    async fn delete(&mut self, place: &mut Place<'_>, _: &Id) -> Result<(), Trouble> {
        let what = "words are gone in the mesh that went out by mail: a mail cannot be taken back";
        (place.tell)(Said::Note { what });
        Ok(())
    }

    async fn stored(&mut self, _: &mut Place<'_>, _: &Id) -> Result<(), Trouble> {
        Ok(())
    }

    async fn toast(&mut self, _: &mut Place<'_>, _: &Press, _: &str) -> Result<(), Trouble> {
        Ok(())
    }
}
