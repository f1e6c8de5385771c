//! Fetching mail by IMAP: what is new in the mailbox, in its order, and then waiting for more. The mailbox is looked at and never
//! changed: it is selected to be read only, and nothing is marked as seen.
//!
//! Where it is, is the mailbox's own number and that of the last mail in it. A mailbox that was put back or renumbered has
//! another number; then the newest mails in it are compared with those that were carried out last.

use std::time::Duration;

use async_imap::types::{Fetch, Mailbox, UnsolicitedResponse};
use async_imap::{Authenticator, Client, Session};
use futures_util::TryStreamExt;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::letter::Letter;
use super::server::{Host, Security, Wire};
use crate::fault::Fault;
use crate::outside::Backoff;
use crate::secret::Secret;
use crate::stay::{Ended, Gone, Stays, stay};

/// A mail is fetched whole up to here: with files of the largest size that the mesh has, as mails have them.
const MAIL_BYTES_MAX: u32 = 32 * 1024 * 1024;
/// Of a larger one so much is, in which its words are.
const PART_BYTES: u32 = 512 * 1024;
/// An answer that does not come for so long does not come any more.
const ANSWER_WAIT: Duration = Duration::from_secs(120);
/// How long it waits for a word of the server's before it looks by itself.
const IDLE_WAIT: Duration = Duration::from_secs(5 * 60);
/// How often it looks where the server says nothing by itself.
const POLL_WAIT: Duration = Duration::from_secs(30);
/// Mails that are compared when the mailbox was put back.
const COMPARED_MAX: u32 = 500;
/// Mails that were fetched and are not carried out yet.
const AHEAD: usize = 2;

/// Where it is in the mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// The mailbox's own number.
    pub validity: u32,
    /// The last mail in it that was looked at.
    pub uid: u32,
    /// When that one came, in seconds.
    pub came: i64,
}

impl Spot {
    pub fn read(text: &str) -> Option<Spot> {
        let mut parts = text.split(':');
        Some(Spot {
            validity: parts.next()?.parse().ok()?,
            uid: parts.next()?.parse().ok()?,
            came: parts.next()?.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.validity, self.uid, self.came)
    }
}

/// A mail that lies in a mailbox that was put back.
#[derive(Debug)]
pub(super) struct Lies {
    pub uid: u32,
    pub came: i64,
    pub head: Vec<u8>,
}

/// What came.
#[derive(Debug)]
pub(super) enum Came {
    /// A mail, whole or its beginning; nothing if it cannot be read.
    Mail {
        spot: Spot,
        letter: Option<Box<Letter>>,
    },
    /// It is in the mailbox, and there is nothing before this that is new.
    At(Spot),
    /// The mailbox has another number: behind which of its newest mails is it?
    PutBack {
        lie: Vec<Lies>,
        behind: oneshot::Sender<u32>,
    },
    /// It is there again.
    Back,
    Gone(Gone),
}

impl From<Gone> for Came {
    fn from(gone: Gone) -> Came {
        Came::Gone(gone)
    }
}

/// Where mail is fetched and as whom.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub host: Host,
    pub user: String,
    pub password: Secret,
    pub mailbox: String,
}

/// A mailbox that is fetched from. Dropping it ends that.
#[derive(Debug)]
pub(super) struct Fetcher {
    came: mpsc::Receiver<Came>,
    task: JoinHandle<()>,
}

impl Fetcher {
    /// From this place on.
    pub fn start(account: Account, spot: Spot) -> Fetcher {
        let (out, came) = mpsc::channel(AHEAD);
        let side = Side {
            account,
            spot,
            out,
            away: false,
        };
        let task = tokio::spawn(stay(side));
        Fetcher { came, task }
    }

    /// What comes next. Dropping a call loses nothing.
    pub async fn next(&mut self) -> Came {
        let broke = || Fault::Refused("the fetching of mail broke off".to_owned());
        let came = self.came.recv().await;
        came.unwrap_or_else(|| Gone::Ends(broke()).into())
    }
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Out = mpsc::Sender<Came>;
type Open = Session<Box<dyn Wire>>;

struct Side {
    account: Account,
    spot: Spot,
    out: Out,
    /// The last connection ended, and none stands yet.
    away: bool,
}

impl Stays for Side {
    type Told = Came;

    fn tell(&self) -> &Out {
        &self.out
    }

    async fn connect(&mut self, backoff: &mut Backoff) -> Ended {
        let ended = self.visit(backoff).await;
        self.away = true;
        match ended {
            Ok(()) => Ended::Unheard,
            Err(why) => Ended::Fault(why),
        }
    }
}

impl Side {
    /// One connection, until it breaks or nobody listens any more.
    async fn visit(&mut self, backoff: &mut Backoff) -> Result<(), Fault> {
        let mut session = within(login(&self.account)).await??;
        let capable = within(session.capabilities()).await?.map_err(fault)?;
        let idles = capable.has_str("IDLE");
        let mailbox = open(&mut session, &self.account).await?;
        *backoff = Backoff::default();
        if std::mem::take(&mut self.away) && self.out.send(Came::Back).await.is_err() {
            return Ok(());
        }
        let heard = session.unsolicited_responses.clone();
        // Whether the server said meanwhile that there is more.
        let more = || {
            let mut more = false;
            while let Ok(response) = heard.try_recv() {
                more |= matches!(response, UnsolicitedResponse::Exists(_));
            }
            more
        };
        enter(&mut session, &mailbox, &mut self.spot, &self.out).await?;
        loop {
            more();
            fetch(&mut session, &mut self.spot, &self.out).await?;
            if self.out.is_closed() {
                return Ok(());
            }
            if more() {
                continue;
            }
            if !idles {
                sleep(POLL_WAIT).await;
                continue;
            }
            let mut idle = session.idle();
            within(idle.init()).await?.map_err(fault)?;
            // What came between the last answer and this is not said again.
            if !more() {
                let (waits, _stop) = idle.wait_with_timeout(IDLE_WAIT);
                waits.await.map_err(fault)?;
            }
            session = within(idle.done()).await?.map_err(fault)?;
        }
    }
}

/// An answer, as long as one may come.
async fn within<T>(answer: impl Future<Output = T>) -> Result<T, Fault> {
    let none = |_| Fault::Away("the mail server does not answer".to_owned(), None);
    timeout(ANSWER_WAIT, answer).await.map_err(none)
}

async fn login(account: &Account) -> Result<Open, Fault> {
    let away = |why: String| Fault::Away(why, None);
    let stream = account.host.reach().await.map_err(away)?;
    let mut client = Client::new(stream);
    let greeted = client.read_response().await;
    let greeted = greeted.map_err(|why| away(why.to_string()))?;
    greeted.ok_or_else(|| away("the mail server says nothing".to_owned()))?;
    if account.host.security == Security::StartTls {
        let asked = client.run_command_and_check_ok("STARTTLS", None).await;
        asked.map_err(|_| {
            Fault::Unfit(
                "the mail server has no STARTTLS".to_owned(),
                "leave --starttls out if it speaks TLS from the first byte".to_owned(),
            )
        })?;
        // Whatever was sent before is forgotten with the reader that held it.
        let hidden = account.host.hide(client.into_inner()).await;
        client = Client::new(hidden.map_err(away)?);
    }
    let (user, password) = (account.user.as_str(), account.password.shown());
    // A quoted text holds ASCII alone.
    let opened = if user.is_ascii() && password.is_ascii() {
        client.login(user, password).await
    } else {
        let plain = Plain(format!("\0{user}\0{password}"));
        client.authenticate("PLAIN", plain).await
    };
    opened.map_err(|(why, _)| match why {
        async_imap::error::Error::No(why) if !why.to_uppercase().contains("UNAVAILABLE") => {
            Fault::Token
        }
        other => match fault(other) {
            // An answer to a password may have the password in it.
            Fault::Refused(why) => Fault::Refused(account.password.hide(&why)),
            Fault::Away(why, wait) => Fault::Away(account.password.hide(&why), wait),
            other => other,
        },
    })
}

struct Plain(String);

impl Authenticator for Plain {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.clone()
    }
}

fn fault(why: async_imap::error::Error) -> Fault {
    use async_imap::error::Error;
    match why {
        Error::No(why) | Error::Bad(why) => Fault::Refused(why),
        other => Fault::Away(other.to_string(), None),
    }
}

/// Where it is in this mailbox, now that its number is known.
async fn enter(
    session: &mut Open,
    mailbox: &Mailbox,
    spot: &mut Spot,
    out: &Out,
) -> Result<(), Fault> {
    let now = end_of(session, mailbox).await?;
    if spot.validity == now.validity {
        return Ok(());
    }
    let lie = newest(session, mailbox.exists).await?;
    let (behind, answer) = oneshot::channel();
    let _ = out.send(Came::PutBack { lie, behind }).await;
    *spot = Spot {
        uid: answer.await.unwrap_or(now.uid),
        came: spot.came,
        ..now
    };
    let _ = out.send(Came::At(*spot)).await;
    Ok(())
}

/// The end of the mailbox.
pub(super) async fn end(account: &Account) -> Result<Spot, Fault> {
    let mut session = within(login(account)).await??;
    let mailbox = open(&mut session, account).await?;
    let end = end_of(&mut session, &mailbox).await?;
    // It knows what it wants to know.
    let _ = within(session.logout()).await;
    Ok(end)
}

async fn end_of(session: &mut Open, mailbox: &Mailbox) -> Result<Spot, Fault> {
    let uid = match mailbox.uid_next {
        Some(next) => next.saturating_sub(1),
        None => last(session, mailbox.exists).await?,
    };
    Ok(Spot {
        validity: mailbox.uid_validity.unwrap_or_default(),
        uid,
        came: 0,
    })
}

async fn open(session: &mut Open, account: &Account) -> Result<Mailbox, Fault> {
    let opened = within(session.examine(&account.mailbox)).await?;
    opened.map_err(|why| match fault(why) {
        Fault::Refused(why) => Fault::Unfit(
            format!("the mailbox '{}' cannot be opened: {why}", account.mailbox),
            "name another with --mailbox".to_owned(),
        ),
        other => other,
    })
}

async fn last(session: &mut Open, exists: u32) -> Result<u32, Fault> {
    if exists == 0 {
        return Ok(0);
    }
    let found: Vec<Fetch> = within(async {
        let found = session.fetch(exists.to_string(), "(UID)").await?;
        found.try_collect().await
    })
    .await?
    .map_err(fault)?;
    Ok(found.iter().filter_map(|one| one.uid).max().unwrap_or(0))
}

/// The newest mails of a mailbox: which they are, and when they came.
async fn newest(session: &mut Open, exists: u32) -> Result<Vec<Lies>, Fault> {
    if exists == 0 {
        return Ok(Vec::new());
    }
    let first = exists.saturating_sub(COMPARED_MAX - 1).max(1);
    let query = "(UID INTERNALDATE BODY.PEEK[HEADER])";
    let found: Vec<Fetch> = within(async {
        let found = session.fetch(format!("{first}:*"), query).await?;
        found.try_collect().await
    })
    .await?
    .map_err(fault)?;
    let lies = found.iter().filter_map(|one| {
        Some(Lies {
            uid: one.uid?,
            came: came(one),
            head: one.header()?.to_vec(),
        })
    });
    let mut lies: Vec<Lies> = lies.collect();
    lies.sort_by_key(|one| one.uid);
    Ok(lies)
}

fn came(fetch: &Fetch) -> i64 {
    fetch.internal_date().map_or(0, |date| date.timestamp())
}

/// Everything behind the place, one after the other.
async fn fetch(session: &mut Open, spot: &mut Spot, out: &Out) -> Result<(), Fault> {
    let at = spot;
    // What stands there already may be told by the way of another answer: it is asked for what is new.
    within(session.noop()).await?.map_err(fault)?;
    let found: Vec<Fetch> = within(async {
        let behind = format!("{}:*", at.uid.saturating_add(1));
        let found = session
            .uid_fetch(behind, "(UID RFC822.SIZE INTERNALDATE)")
            .await?;
        found.try_collect().await
    })
    .await?
    .map_err(fault)?;
    // The last mail is always among them, however old it is.
    let new = found.iter().filter_map(|one| {
        let uid = one.uid.filter(|uid| *uid > at.uid)?;
        Some((uid, one.size.unwrap_or(0), came(one)))
    });
    let mut new: Vec<(u32, u32, i64)> = new.collect();
    new.sort_unstable();
    for (uid, size, came) in new {
        let whole = size <= MAIL_BYTES_MAX;
        let query = if whole {
            "(UID BODY.PEEK[])".to_owned()
        } else {
            format!("(UID BODY.PEEK[]<0.{PART_BYTES}>)")
        };
        let found: Vec<Fetch> = within(async {
            let found = session.uid_fetch(uid.to_string(), query).await?;
            found.try_collect().await
        })
        .await?
        .map_err(fault)?;
        let next = Spot { uid, came, ..*at };
        // One that is gone by now is passed over.
        let bytes = found.iter().find_map(|one| one.body());
        if let Some(bytes) = bytes {
            let bytes = bytes.to_vec();
            // Whatever is in it, it takes a while to read 20 MB, and ends nothing but its own task.
            let read = tokio::task::spawn_blocking(move || Letter::read(&bytes, whole));
            let letter = read.await.ok().map(Box::new);
            let mail = Came::Mail { spot: next, letter };
            if out.send(mail).await.is_err() {
                return Ok(());
            }
        }
        *at = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let spot = Spot {
            validity: 7,
            uid: 9,
            came: -1,
        };
        assert_eq!(Spot::read(&spot.to_string()), Some(spot));
        for bad in ["", "1:2", "a:b:c", "1:-2:3"] {
            assert_eq!(Spot::read(bad), None);
        }
    }
}
