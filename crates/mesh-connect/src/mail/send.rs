//! Sending mail by SMTP: what goes out, with all that says that a program sent it, and no faster than a person could want.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::time::Instant;

use super::letter::LOOP;
use super::server::{Host, Security};
use crate::fault::Fault;
use crate::secret::Secret;

/// A server that does not answer for so long is away.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Mails that go out at once, and how soon there may be one more: a loop that nothing else ends is a trickle.
const BURST: u32 = 30;
const EACH: Duration = Duration::from_secs(30);
/// Mails before one that it names: the first and the last, as mails may.
const NAMED_MAX: usize = 20;

/// What is sent.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    /// Its own id.
    pub id: &'a str,
    /// Whose address stands there, and how that one is called.
    pub from: &'a Address,
    pub name: &'a str,
    /// Where answers go, if not there.
    pub reply_to: Option<Address>,
    /// To whom it is addressed.
    pub to: &'a Address,
    pub subject: &'a str,
    pub text: &'a str,
    /// The mails before it, the first one first.
    pub before: &'a [String],
    /// It goes to more than one.
    pub bulk: bool,
}

impl Draft<'_> {
    /// As it goes over the wire. Nothing that anybody wrote is in a field but the subject, which is encoded.
    pub fn written(&self) -> Result<Vec<u8>, String> {
        let field = |name: &'static str, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        let mut message = Message::builder()
            .from(Mailbox::new(Some(self.name.to_owned()), self.from.clone()))
            .to(Mailbox::new(None, self.to.clone()))
            .date_now()
            .message_id(Some(format!("<{}>", self.id)))
            .subject(self.subject)
            .header(ContentType::TEXT_PLAIN)
            .raw_header(field("Auto-Submitted", "auto-generated"))
            .raw_header(field("X-Auto-Response-Suppress", "All"))
            .raw_header(field(LOOP, "1"));
        if self.bulk {
            message = message.raw_header(field("Precedence", "bulk"));
        }
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(Mailbox::new(None, reply_to.clone()));
        }
        if let Some(last) = self.before.last() {
            let skip = self.before.len().saturating_sub(NAMED_MAX);
            let first = self.before.first().filter(|_| skip > 0);
            let named = first.into_iter().chain(&self.before[skip..]);
            let named: Vec<String> = named.map(|id| format!("<{id}>")).collect();
            message = message.in_reply_to(format!("<{last}>"));
            message = message.references(named.join(" "));
        }
        let message = message.body(self.text.to_owned());
        message
            .map(|message| message.formatted())
            .map_err(|why| why.to_string())
    }
}

/// A server that takes mail.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    password: Secret,
}

impl Sender {
    pub fn new(host: &Host, user: &str, password: &Secret) -> Result<Sender, Fault> {
        let unfit = |why: lettre::transport::smtp::Error| Fault::Refused(why.to_string());
        let parameters = || {
            TlsParameters::builder(host.name.clone())
                .certificate_store(CertificateStore::WebpkiRoots)
                .build()
                .map_err(unfit)
        };
        let tls = match host.security {
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
            Security::Plain => Tls::None,
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host.name)
            .port(host.port)
            .tls(tls)
            .timeout(Some(ANSWER_WAIT))
            .credentials(Credentials::new(
                user.to_owned(),
                password.shown().to_owned(),
            ))
            .build();
        Ok(Sender {
            transport,
            password: password.clone(),
        })
    }

    /// Sends a mail to one address.
    pub async fn send(&self, from: &Address, to: &Address, mail: &[u8]) -> Result<(), Fault> {
        let envelope = Envelope::new(Some(from.clone()), vec![to.clone()]);
        let envelope = envelope.map_err(|why| Fault::Refused(why.to_string()))?;
        let sent = self.transport.send_raw(&envelope, mail).await;
        sent.map(drop).map_err(|why| self.fault(&why))
    }

    /// Whether it is there and takes who signs in.
    pub async fn reach(&self) -> Result<(), Fault> {
        let reached = self.transport.test_connection().await;
        reached.map(drop).map_err(|why| self.fault(&why))
    }

    fn fault(&self, why: &lettre::transport::smtp::Error) -> Fault {
        let code = why.status().map(u16::from);
        let said = self.password.hide(&told(why));
        match code {
            Some(530 | 534 | 535) => Fault::Token,
            _ if why.is_permanent() => Fault::Refused(said),
            _ => Fault::Away(said, None),
        }
    }
}

/// What went wrong, with what lies below it.
fn told(why: &dyn std::error::Error) -> String {
    let mut said = why.to_string();
    let mut below = why.source();
    while let Some(why) = below {
        said = format!("{said}: {why}");
        below = why.source();
    }
    crate::text::name(&said, 300)
}

/// When the next mail would go out if they went evenly.
#[derive(Debug, Default)]
pub(super) struct Rate(Option<Instant>);

impl Rate {
    /// For how long the next one waits. It is counted as sent then.
    pub fn wait(&mut self, now: Instant) -> Duration {
        let even = self.0.map_or(now, |even| even.max(now));
        self.0 = Some(even + EACH);
        even.saturating_duration_since(now)
            .saturating_sub(EACH * (BURST - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::letter::{Letter, Wrote};

    #[test]
    fn a_mail_says_that_a_program_sent_it_and_nobodys_words_are_a_field() {
        let from: Address = "bot@example.org".parse().unwrap();
        let to: Address = "ana@example.org".parse().unwrap();
        let before: Vec<String> = (0..30).map(|n| format!("{n}@x.org")).collect();
        let text = "hé\r\n.\r\nBcc: eve@x.org\n\u{202e}".to_owned() + &"x".repeat(3000);
        let draft = Draft {
            id: "mesh-t1@example.org",
            from: &from,
            name: "The Mesh",
            reply_to: Some("bot+mesh-t1@example.org".parse().unwrap()),
            to: &to,
            subject: "ünïcode\r\nBcc: eve@x.org",
            text: &text,
            before: &before,
            bulk: true,
        };
        let mail = draft.written().unwrap();
        let shown = String::from_utf8(mail.clone()).unwrap();
        let (head, _) = shown.split_once("\r\n\r\n").unwrap();
        assert!(!head.to_lowercase().contains("\r\nbcc:"), "{head}");
        assert!(shown.lines().all(|line| line.len() <= 998));
        let read = Letter::read(&mail, true);
        assert_eq!(read.id, "mesh-t1@example.org");
        assert_eq!(
            (read.before[0].as_str(), read.before.len()),
            ("29@x.org", 21)
        );
        assert!(read.before.contains(&"0@x.org".to_owned()));
        assert_eq!(read.wrote, Wrote::Program);
        assert!(read.text.starts_with("hé\n.\nBcc: eve@x.org\n\u{202e}xxx"));
    }

    #[test]
    fn mails_go_out_no_faster_than_that() {
        let mut rate = Rate::default();
        let now = Instant::now();
        for _ in 0..BURST {
            assert!(rate.wait(now).is_zero());
        }
        assert_eq!(rate.wait(now), EACH);
        assert_eq!(rate.wait(now), EACH * 2);
        let mut fresh = Rate::default();
        for n in 0..100 {
            assert!(fresh.wait(now + EACH * n).is_zero());
        }
    }
}
