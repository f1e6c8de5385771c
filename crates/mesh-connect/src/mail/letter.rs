//! A mail as it came: what of it is anybody's words, and what says whether a person wrote it. Everything here is read from bytes
//! that a stranger sent. Nothing is rendered, nothing is fetched, and whatever is wrong with it, it is read to some end.

use html2text::config;
use mail_parser::{Address, HeaderName, Message, MessageParser, MimeHeaders, PartType};
use mesh_model::limits::{FILE_BYTES_MAX, MESSAGE_FILES_MAX};
use sha2::{Digest, Sha256};

use super::trim::trimmed;
use crate::chat::Attached;

/// Words of a mail: with its subject less than a message of the mesh holds, whatever letters they are of.
const TEXT_BYTES_MAX: usize = 40 * 1024;
/// HTML of one mail that is read; what is behind it is said to be there.
const HTML_BYTES_MAX: usize = 512 * 1024;
/// Columns of text that HTML becomes. Lines are broken anew wherever they are shown.
const COLUMNS: usize = 500;
/// An id or address that is longer is none.
const ID_BYTES_MAX: usize = 250;
/// Mails before one that are looked at, the nearest first, and addresses that it goes to.
const BEFORE_MAX: usize = 40;
const TO_MAX: usize = 100;
/// What a mail is about, and what a file is called.
const SUBJECT_CHARS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 60;

/// What stands in each mail of a connector of this kind, so that two of them do not talk to one another.
pub(super) const LOOP: &str = "X-Mesh-Loop";

/// A mail.
#[derive(Debug, Default)]
pub(super) struct Letter {
    /// Its own. Made of its bytes if it has none that can be used.
    pub id: String,
    /// Who sent it, in small letters; empty if it names nobody or more than one.
    pub from: String,
    /// What that one is called.
    pub name: String,
    /// Everybody it says it goes to.
    pub to: Vec<String>,
    /// Where servers say they brought it.
    pub brought: Vec<String>,
    /// The mails before it, the nearest first.
    pub before: Vec<String>,
    pub subject: String,
    /// The words alone, without what they answer.
    pub text: String,
    pub files: Vec<Attached>,
    /// There are no words in it but those that it answers or passes on.
    pub echo: bool,
    /// Its end is not there: it was too large to be fetched.
    pub cut: bool,
    /// Things that were with it and are not taken.
    pub left: usize,
    /// What a program wrote, or a server that gave up.
    pub wrote: Wrote,
    /// Addresses and names of the list that passed it on.
    pub lists: Vec<String>,
    /// It went to many.
    pub bulk: bool,
    /// Somebody else's mail is in it.
    pub passed_on: bool,
    /// What servers found of who sent it, the last one first.
    pub results: Vec<String>,
}

/// Who wrote it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Wrote {
    #[default]
    Person,
    /// A program: whoever answers it may be answered by it.
    Program,
    /// A server that could not bring a mail on: which mails, and why.
    Server { of: Vec<String>, why: String },
}

impl Letter {
    /// Reads one. `whole` says whether its bytes are all there; files of one that is not are not taken.
    pub fn read(bytes: &[u8], whole: bool) -> Letter {
        let own = || format!("{}@digest", hex::encode(&Sha256::digest(bytes)[..16]));
        let Some(message) = MessageParser::default().parse(bytes) else {
            return Letter {
                id: own(),
                wrote: Wrote::Program,
                ..Letter::default()
            };
        };
        let (from, name) = sender(&message);
        let (text, echo, rest) = words(&message);
        let (files, left) = files(&message, whole);
        let forwarded = message
            .attachments()
            .any(|part| matches!(part.body, PartType::Message(_)));
        Letter {
            id: message.message_id().and_then(id).unwrap_or_else(own),
            from,
            name,
            to: addresses([message.to(), message.cc()]),
            brought: brought(&message),
            before: before(&message),
            subject: crate::text::name(message.subject().unwrap_or_default(), SUBJECT_CHARS_MAX),
            passed_on: forwarded || is_passed_on(&text),
            text,
            files,
            left,
            echo,
            cut: !whole || rest,
            wrote: wrote(&message, bytes),
            lists: lists(&message),
            bulk: is_bulk(&message),
            results: raw(&message, "authentication-results"),
        }
    }

    /// What is left in the mailbox, in words.
    pub fn aside(&self, files: bool) -> Option<String> {
        let count = self.left + if files { 0 } else { self.files.len() };
        match count {
            _ if self.cut => {
                Some("(the rest of this mail is too large and stays in the mailbox)".to_owned())
            }
            0 => None,
            1 => Some("(a file that came with it stays in the mailbox)".to_owned()),
            count => Some(format!(
                "({count} files that came with it stay in the mailbox)"
            )),
        }
    }
}

/// An id without its signs, if it is one.
fn id(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let plain = !text.is_empty() && text.len() <= ID_BYTES_MAX;
    (plain && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| text.to_owned())
}

/// An address in small letters, if it is one.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;\"()".contains(c);
    let fits = !local.is_empty() && !domain.is_empty() && text.len() <= ID_BYTES_MAX;
    (fits && text.chars().all(plain)).then(|| text.clone())
}

/// Values of a field at the head of the mail, as they were written, in one line each.
fn raw(message: &Message<'_>, name: &str) -> Vec<String> {
    let found = message
        .headers_raw()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    found
        .map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Who sent it: the one address of the one field that says so. Two of them are a way to show one and to mean the other.
fn sender(message: &Message<'_>) -> (String, String) {
    let fields = message.header_values(HeaderName::From).count();
    let all: Vec<_> = message
        .from()
        .into_iter()
        .flat_map(Address::iter)
        .take(2)
        .collect();
    let (1, [one]) = (fields, all.as_slice()) else {
        return Default::default();
    };
    let found = one.address().and_then(address).unwrap_or_default();
    (found, one.name().unwrap_or_default().to_owned())
}

fn addresses<'a, const N: usize>(fields: [Option<&Address<'a>>; N]) -> Vec<String> {
    let all = fields.into_iter().flatten().flat_map(Address::iter);
    all.filter_map(|one| address(one.address()?))
        .take(TO_MAX)
        .collect()
}

fn brought(message: &Message<'_>) -> Vec<String> {
    let names = ["delivered-to", "x-original-to", "envelope-to"];
    let all = names.into_iter().flat_map(|name| raw(message, name));
    all.filter_map(|one| address(one.trim_matches(['<', '>'])))
        .take(TO_MAX)
        .collect()
}

fn before(message: &Message<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let references = raw(message, "references").join(" ");
    let nearest = raw(message, "in-reply-to").join(" ");
    let all = nearest.split_whitespace().take(BEFORE_MAX);
    // Some write them without a blank between.
    let all = all.chain(references.split_whitespace().rev().take(BEFORE_MAX));
    for one in all.flat_map(|one| one.split('>').rev()).filter_map(id) {
        if !found.contains(&one) && found.len() < BEFORE_MAX {
            found.push(one);
        }
    }
    found
}

/// The words, whether they are only what it answers or passes on, and whether there are more of them.
fn words(message: &Message<'_>) -> (String, bool, bool) {
    let mut all = String::new();
    let mut cut = false;
    for part in message.text_bodies() {
        let text = match &part.body {
            PartType::Text(text) => text.to_string(),
            PartType::Html(html) => {
                cut |= html.len() > HTML_BYTES_MAX;
                plain(&html[..html.floor_char_boundary(HTML_BYTES_MAX)])
            }
            _ => continue,
        };
        if !all.is_empty() {
            all.push_str("\n\n");
        }
        all.push_str(&text);
        if all.len() > HTML_BYTES_MAX {
            break;
        }
    }
    let mut text = trimmed(&all);
    // A mail of nothing but somebody's words passed on: those are shown.
    let echo = text.is_empty();
    if echo {
        text = all.replace("\r\n", "\n").trim().to_owned();
    }
    if text.len() > TEXT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        cut = true;
    }
    (text, echo, cut)
}

/// HTML as text: nothing of it is carried out, styled or fetched, and what is meant to be read by nobody is left out.
fn plain(html: &str) -> String {
    let config = config::plain_no_decorate().raw_mode(true);
    let read = config
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), COLUMNS);
    read.unwrap_or_else(|_| "(HTML that cannot be read)".to_owned())
}

/// Files that are taken, and how many are not.
fn files(message: &Message<'_>, whole: bool) -> (Vec<Attached>, usize) {
    let count = message.attachments().count();
    if !whole {
        return (Vec::new(), count);
    }
    let files: Vec<Attached> = message
        .attachments()
        .filter(|part| part.len() as u64 <= FILE_BYTES_MAX && !part.is_empty())
        .take(MESSAGE_FILES_MAX)
        .map(|part| Attached {
            name: file_name(part.attachment_name().unwrap_or_default()),
            bytes: part.contents().to_vec(),
        })
        .collect();
    let left = count - files.len();
    (files, left)
}

/// A name that means a file everywhere and nothing else: no path, no blank, nothing that looks like something else, no dot at
/// its beginning, and the end of it kept, which says what is in it.
fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| match c {
        c if c.is_ascii_alphanumeric() => c,
        '.' | '-' => c,
        _ => '_',
    };
    let chars: Vec<char> = last.chars().map(plain).collect();
    let name: String = chars[chars.len().saturating_sub(NAME_CHARS_MAX)..]
        .iter()
        .collect();
    let name = name.trim_matches(['.', '_', '-']);
    if name.is_empty() {
        "file".to_owned()
    } else {
        name.to_owned()
    }
}

/// Whether a person wrote it, by what programs are bound to say of themselves (RFC 3834) and by what they say all the same.
fn wrote(message: &Message<'_>, bytes: &[u8]) -> Wrote {
    let report = |kind: &str| {
        message.content_type().is_some_and(|found| {
            let part = found.attribute("report-type").unwrap_or_default();
            found.subtype() == Some("report") && part.eq_ignore_ascii_case(kind)
        })
    };
    let nobody = raw(message, "return-path").iter().any(|path| path == "<>");
    let (from, _) = sender(message);
    let local = from.split('@').next().unwrap_or_default();
    let postman = matches!(local, "mailer-daemon" | "postmaster" | "mail-daemon");
    if report("delivery-status") || nobody && postman {
        return undelivered(message, bytes);
    }
    let auto = raw(message, "auto-submitted");
    let auto = auto.iter().any(|value| {
        !value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("no")
    });
    let signs = [
        LOOP,
        "x-autoreply",
        "x-autorespond",
        "x-autoreply-from",
        "x-mail-autoreply",
        "x-mailer-autoreply",
    ];
    let told = signs.iter().any(|name| !raw(message, name).is_empty());
    let precedence = raw(message, "precedence");
    let reply = precedence.iter().any(|value| {
        matches!(
            value.to_lowercase().as_str(),
            "auto_reply" | "auto-reply" | "junk"
        )
    });
    let receipt = report("disposition-notification");
    if auto || told || reply || receipt || nobody || postman {
        Wrote::Program
    } else {
        Wrote::Person
    }
}

/// A mail came back: those that it names, wherever in it, and the first line that says why.
fn undelivered(message: &Message<'_>, bytes: &[u8]) -> Wrote {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(HTML_BYTES_MAX)]);
    let field = |name: &str| {
        let line = text.lines().find(|line| {
            line.get(..name.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        });
        line.map(|line| line[name.len()..].trim().to_owned())
    };
    let ids = text.split('<').skip(1).filter_map(|rest| {
        let inner = rest.split('>').next()?;
        id(inner).filter(|inner| inner.starts_with("mesh-"))
    });
    let mut of = before(message);
    of.extend(ids.take(BEFORE_MAX));
    let status = field("status:").unwrap_or_default();
    let why = field("diagnostic-code:").unwrap_or_default();
    let whom = field("final-recipient:").unwrap_or_default();
    let why = crate::text::name(&format!("{whom} {status} {why}"), SUBJECT_CHARS_MAX);
    Wrote::Server { of, why }
}

fn lists(message: &Message<'_>) -> Vec<String> {
    let names = ["list-post", "list-id", "list-unsubscribe", "list-help"];
    let all = names.into_iter().flat_map(|name| raw(message, name));
    all.flat_map(|value| {
        let found: Vec<String> = value
            .split(['<', '>', ',', ' '])
            .map(|part| part.trim_start_matches("mailto:"))
            .map(|part| part.split('?').next().unwrap_or_default().to_lowercase())
            .filter(|part| part.contains('.'))
            .collect();
        found
    })
    .take(TO_MAX)
    .collect()
}

fn is_bulk(message: &Message<'_>) -> bool {
    let many = |value: &String| matches!(value.to_lowercase().as_str(), "bulk" | "list");
    raw(message, "precedence").iter().any(many)
}

/// Whether its words are somebody else's, by the line that programs write above them.
fn is_passed_on(text: &str) -> bool {
    let line = |line: &str| {
        let line = line.trim().to_lowercase();
        line.starts_with("---") && line.contains("forwarded message")
            || line.starts_with("begin forwarded message")
    };
    text.lines().any(line)
}

#[cfg(test)]
mod tests;
