//! What a mail is to the connector: a person's own, a stranger's words for a room, a mail that came back, or nothing.

use std::time::Duration;

use mesh_model::limits::LABEL_CHARS_MAX;
use tokio::time::Instant;

use super::Mail;
use super::letter::{Letter, Wrote, address};
use super::token::{About, Seal};
use crate::chat::desk::Place;
use crate::chat::{Heard, Id, Line, Thread};
use crate::said::Said;

/// Mails of one sender that a room takes in an hour: whoever floods it is heard that often.
const SENDER_MAX: u32 = 60;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Senders that are counted at a time.
const SENDERS_MAX: usize = 1000;

impl Mail {
    /// What a mail is to the connector; nothing if it is nothing.
    pub(super) fn heard(&mut self, place: &Place<'_>, letter: Letter) -> Option<Heard> {
        let seal = Seal::new(place.kept.seed.as_deref().unwrap_or_default())?;
        // What the connector sent comes back by a list, or by a copy to itself.
        if seal.known_id(&letter.id).is_some() {
            return None;
        }
        if let Wrote::Server { of, why } = &letter.wrote {
            // Anybody can send such a thing: it is told if it names a mail that went out.
            if of.iter().any(|id| seal.known_id(id).is_some()) {
                let why = format!("a mail came back: {why}");
                (place.tell)(Said::Dropped { why });
            }
            return None;
        }
        if letter.wrote != Wrote::Person || letter.from.is_empty() {
            return None;
        }
        let line = if self.mine {
            self.own(place, &seal, letter)
        } else {
            self.brought(place, letter)
        };
        line.map(Heard::Written)
    }

    /// A mail to a person's own connector. It is that person's if it answers one that only that person had.
    fn own(&self, place: &Place<'_>, seal: &Seal, letter: Letter) -> Option<Line> {
        if letter.bulk || !letter.lists.is_empty() {
            return None;
        }
        let tags = letter.to.iter().chain(&letter.brought);
        let tagged = tags.filter_map(|to| seal.known_tag(to));
        let named = letter.before.iter().filter_map(|id| seal.known_id(id));
        // One that was sent so long ago that it is forgotten proves nothing any more.
        let known = |(_, token): &(About, String)| {
            let id = Id::from(self.id(token));
            place.kept.thread(&id).is_some() || place.kept.of_there(&id).is_some()
        };
        let proof = named.chain(tagged).find(known);
        let fits = self.is_vouched(&letter);
        let pairing = place.kept.chat.is_none();
        let user = Id::from(letter.from.as_str());
        let text = match letter.text.lines().next() {
            // The code is one word, whatever a telephone writes below it.
            Some(first) if pairing => first.trim().to_owned(),
            None if pairing => letter.subject.clone(),
            _ => letter.text.clone(),
        };
        if pairing && !fits {
            return None;
        }
        let bare = letter.files.is_empty() && letter.left == 0 && !letter.cut;
        let bare = bare && (!letter.echo || letter.passed_on || pairing);
        Some(Line {
            chat: user.clone(),
            message: Id::from(letter.id.as_str()),
            // Others read it, and have its token from then on.
            private: letter.to.len() == 1,
            user: Some(user).filter(|_| fits && (pairing || proof.is_some())),
            text: Some(text).filter(|text| bare && !text.is_empty()),
            words: Some(letter.text.clone()),
            passed_on: letter.passed_on,
            answers: match &proof {
                Some((About::Told, token)) => Some(self.id(token).into()),
                _ => None,
            },
            thread: proof.is_some().then(|| Box::new(thread(&letter))),
            ..Line::default()
        })
    }

    /// Whether the server that was named says that the mail is of the domain that its sender names.
    fn is_vouched(&self, letter: &Letter) -> bool {
        let Some(server) = &self.settings.results else {
            return true;
        };
        // The last one that was written is the nearest server's; whatever is below may have come with the mail.
        letter.results.first().is_some_and(|found| {
            let (named, found) = found.split_once(';').unwrap_or((found, ""));
            let named = named.split_whitespace().next().unwrap_or_default();
            let passed = found.split(';').any(|one| {
                let one = one.trim().to_lowercase();
                one == "dmarc=pass" || one.starts_with("dmarc=pass ")
            });
            named.eq_ignore_ascii_case(server) && passed
        })
    }

    /// A mail to a room's mailbox: words of whoever says to have sent it.
    fn brought(&mut self, place: &Place<'_>, letter: Letter) -> Option<Line> {
        let known = |address: &str| {
            let mut all = self.settings.to.iter();
            all.any(|to| to.to_string().eq_ignore_ascii_case(address))
        };
        // A list says so in a field of its own; whoever is only named among those it goes to may be anybody's guess.
        let listed = letter.lists.iter().any(|list| known(list));
        let meant = self.settings.anyone || known(&letter.from) || listed;
        let bulk = letter.bulk || !letter.lists.is_empty();
        let line = Line {
            chat: Id::from(if meant { self.me.as_str() } else { "nobody" }),
            message: Id::from(letter.id.as_str()),
            user: Some(Id::from(letter.from.as_str())),
            program: bulk && !listed && !known(&letter.from),
            ..Line::default()
        };
        if !meant || line.program {
            return Some(line);
        }
        if !self.has_room_for(&letter.from) {
            let why = format!(
                "{} sent more than {SENDER_MAX} mails in an hour; this one stays in the mailbox",
                crate::text::name(&letter.from, LABEL_CHARS_MAX)
            );
            (place.tell)(Said::Dropped { why });
            return None;
        }
        let mut before = letter.before.iter().map(|id| Id::from(id.as_str()));
        let answers = before.find(|id| place.kept.of_there(id).is_some());
        Some(Line {
            words: words(&letter, answers.is_some(), self.settings.files),
            passed_on: letter.passed_on,
            answers,
            sender: sender(&letter),
            thread: Some(Box::new(thread(&letter))),
            files: if self.settings.files {
                letter.files
            } else {
                Vec::new()
            },
            ..line
        })
    }

    fn has_room_for(&mut self, from: &str) -> bool {
        let now = Instant::now();
        let (since, senders) = &mut self.counted;
        if since.is_none_or(|since| now.duration_since(since) > HOUR) || senders.len() > SENDERS_MAX
        {
            *since = Some(now);
            senders.clear();
        }
        let count = senders.entry(from.to_owned()).or_default();
        *count += 1;
        *count <= SENDER_MAX
    }
}

fn thread(letter: &Letter) -> Thread {
    Thread {
        message: Id::from(letter.id.as_str()),
        subject: letter.subject.clone(),
        before: letter
            .before
            .iter()
            .rev()
            .map(|id| Id::from(id.as_str()))
            .collect(),
    }
}

/// The words of a mail for a room: with what it is about, where it begins something.
fn words(letter: &Letter, answers: bool, files: bool) -> Option<String> {
    let subject = Some(letter.subject.as_str()).filter(|subject| !answers && !subject.is_empty());
    let aside = letter.aside(files);
    let text = Some(letter.text.as_str()).filter(|text| !text.is_empty());
    let parts: Vec<&str> = [subject, text, aside.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    match parts.as_slice() {
        [] if letter.files.is_empty() => None,
        [] => Some("(files)".to_owned()),
        parts => Some(parts.join("\n\n")),
    }
}

/// A sender as one name that says whose it is: names can be chosen, and so can addresses, but those others can look up.
fn sender(letter: &Letter) -> String {
    let own = crate::text::name(&letter.from, LABEL_CHARS_MAX - 2);
    let room = LABEL_CHARS_MAX.saturating_sub(own.chars().count() + 3);
    match crate::text::name(&letter.name, room) {
        name if name.is_empty() || address(&name).is_some() => own,
        name => format!("{name} ({own})"),
    }
}
