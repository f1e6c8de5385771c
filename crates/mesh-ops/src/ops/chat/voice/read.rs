//! From a sentence to what it asks for. Pure: names and templates come from the caller. What is not plain is never guessed.

use std::collections::BTreeSet;

use mesh_model::api::VoiceLocale;

use crate::ops::chat::parse::{Line, Mode, parse};

use super::blanks::{self, Form, Use};
use super::grammar::{self, Bound, Name, Named, nearly};
use super::hear::{Heard, Word};
use super::phrases::{self, AFTER, ASKING, BEFORE, HALT, REMOVE, TELLING, TEMPLATE, Want};

/// What may have been meant, at most.
const CANDIDATES_MAX: usize = 3;

/// Who and what can be named.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub names: Vec<Name>,
    pub forms: Vec<Form>,
}

/// What a sentence asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// This.
    Wanted {
        want: Want,
        agent: Option<usize>,
        text: Option<String>,
    },
    /// A task from a template.
    Template {
        form: usize,
        values: Vec<(String, String)>,
    },
    /// A template, without these.
    Missing { form: usize, blanks: Vec<String> },
    /// That something goes for good.
    Remove,
    /// A command that is typed and not spoken.
    Typed,
    /// One of these, or something else.
    Unclear { candidates: Vec<String> },
}

/// Something that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    want: Want,
    agent: Option<Named>,
    text: Option<String>,
    locale: Option<VoiceLocale>,
}

/// Reads a sentence. The second is the language of the answer: the one that is wanted, or its own.
pub(crate) fn read(
    text: &str,
    world: &World,
    wanted: Option<VoiceLocale>,
) -> (Reading, VoiceLocale) {
    let heard = Heard::new(text);
    let (from, to) = (politeness(&heard.words), parting(&heard.words));
    let locale = wanted.unwrap_or_else(|| language(&heard.words));
    let settle = |found| settle(found, world, locale, wanted.is_some());
    let typed = typed(text, world);
    if typed == Some(Err(())) {
        return (Reading::Typed, locale);
    }
    let typed = typed.and_then(Result::ok);
    let mut found = commands(&heard, from, to, world);
    found.extend(typed.iter().filter(|it| !takes_words(it.want)).cloned());
    if !found.is_empty() {
        return settle(found);
    }
    if heard
        .words
        .get(from)
        .is_some_and(|word| REMOVE.contains(&&*word.folded))
    {
        return (Reading::Remove, locale);
    }
    let mut orders = orders(&heard, from, world);
    orders.extend(
        typed
            .iter()
            .filter(|it| it.want == Want::Task || it.want == Want::Auto)
            .cloned(),
    );
    // A question is none of them, unless it is how one asks for something.
    let asked = heard.asks && !asks_politely(&heard.words);
    let template = if asked {
        Use::None
    } else {
        blanks::find(&heard, from, &world.forms)
    };
    match (orders.is_empty() || asked, template) {
        (false, Use::None) => settle(orders),
        (true, Use::Whole { form, values }) => (Reading::Template { form, values }, locale),
        (true, Use::Missing { form, blanks }) => (Reading::Missing { form, blanks }, locale),
        (_, Use::Several(forms)) => {
            let names = forms
                .iter()
                .map(|form| run(&world.forms[*form].name, locale));
            (unclear(names.collect()), locale)
        }
        (true, Use::None) => match typed.filter(|_| !asked && !is_talk(&heard.words)) {
            Some(line) => settle(vec![line]),
            None => (unclear(guesses(&heard, locale, world)), locale),
        },
        (false, Use::Whole { .. } | Use::Missing { .. }) => {
            (unclear(guesses(&heard, locale, world)), locale)
        }
    }
}

fn unclear(mut candidates: Vec<String>) -> Reading {
    candidates.dedup();
    candidates.truncate(CANDIDATES_MAX);
    Reading::Unclear { candidates }
}

fn takes_words(want: Want) -> bool {
    matches!(want, Want::Task | Want::AnyTask | Want::Auto)
}

/// The same sentence as a line of chat. An error is one that has no spoken form.
fn typed(text: &str, world: &World) -> Option<Result<Found, ()>> {
    let at = |handle: &str| {
        let same = |name: &Name| name.handle.eq_ignore_ascii_case(handle);
        world.names.iter().position(same)
    };
    let line = parse(text, |handle| at(handle).is_some());
    let found = |want, agent: Option<&str>, text: Option<String>| {
        Some(Ok(Found {
            want,
            agent: agent.and_then(at).map(Named::One),
            text,
            locale: None,
        }))
    };
    match line {
        Line::Status => found(Want::Status, None, None),
        Line::Tasks => found(Want::Running, None, None),
        Line::Escalations => found(Want::Waiting, None, None),
        Line::Pending => found(Want::Pending, None, None),
        Line::Costs => found(Want::Costs, None, None),
        Line::Summary => found(Want::Finished, None, None),
        Line::MostFailing => found(Want::MostFailing, None, None),
        Line::DoneBy { who, days: 1 } => found(Want::DoneToday, Some(&who), None),
        Line::DoneBy { who, days: 30 } => found(Want::DoneMonth, Some(&who), None),
        Line::DoneBy { who, .. } => found(Want::DoneWeek, Some(&who), None),
        Line::Stop => found(Want::StopAll, None, None),
        Line::Resume => found(Want::ResumeAll, None, None),
        Line::Decide { approve, reason } => {
            let want = if approve { Want::Approve } else { Want::Reject };
            found(want, None, Some(reason).filter(|reason| !reason.is_empty()))
        }
        Line::Mode { who, mode } => {
            let want = match mode {
                Mode::Open => Want::Resume,
                Mode::Paused => Want::Pause,
                Mode::Draining => Want::Drain,
            };
            found(want, Some(&who), None)
        }
        Line::Ask { who, text } => found(Want::Task, Some(&who), Some(text)),
        Line::Do { text } => found(Want::AnyTask, None, Some(text)),
        Line::Auto { goal } => found(Want::Auto, None, Some(goal)),
        Line::Context | Line::SetContext { .. } | Line::Slots { .. } | Line::Only { .. } => {
            Some(Err(()))
        }
        Line::Incomplete { .. } | Line::Unknown { .. } | Line::Say => None,
    }
}

/// Commands and questions that the whole sentence is.
fn commands(heard: &Heard<'_>, from: usize, to: usize, world: &World) -> Vec<Found> {
    let all = heard.words.len();
    let mut ways = vec![(0, all), (from, all), (0, to), (from, to)];
    ways.sort_unstable();
    ways.dedup();
    let mut found = Vec::new();
    for (want, locale, phrases) in phrases::all() {
        for phrase in phrases.iter().filter(|phrase| !grammar::has_text(phrase)) {
            let fits = ways.iter().filter(|(from, to)| from < to);
            let fits = fits.filter_map(|(from, to)| {
                grammar::fits(phrase, &heard.words[*from..*to], &world.names)
            });
            found.extend(fits.map(|bound| Found {
                want,
                agent: bound.agent,
                text: None,
                locale: Some(locale),
            }));
        }
    }
    found
}

/// Orders in words of one's own, to somebody or anybody.
fn orders(heard: &Heard<'_>, from: usize, world: &World) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (want, locale, phrases) in phrases::all() {
        let mut phrases = phrases.iter().filter(|phrase| grammar::has_text(phrase));
        let fit = |from: usize, phrase| {
            let bound = grammar::fits(phrase, &heard.words[from..], &world.names)?;
            Some((from, bound))
        };
        // The first phrase of a language that fits says where the words begin.
        let first = phrases.find_map(|phrase| fit(0, phrase).or_else(|| fit(from, phrase)));
        if let Some((from, Bound { agent, text })) = first {
            found.push(Found {
                want,
                agent,
                text: text.map(|at| heard.rest(from + at).to_owned()),
                locale: Some(locale),
            });
        }
    }
    if found.is_empty() {
        found.extend(called(heard, from, world));
    }
    found
}

/// "Rex, survey the parser".
fn called(heard: &Heard<'_>, from: usize, world: &World) -> Option<Found> {
    let words = &heard.words;
    let end = grammar::spans(words, from).find(|end| {
        let named = grammar::named(&world.names, &words[from..*end]);
        words[*end - 1].calls && named.is_some()
    })?;
    // One word behind a name is a cry.
    (words.len() - end > 1).then(|| Found {
        want: Want::Task,
        agent: grammar::named(&world.names, &words[from..end]),
        text: Some(heard.rest(end).to_owned()),
        locale: None,
    })
}

/// One thing, or what is asked back.
fn settle(
    found: Vec<Found>,
    world: &World,
    locale: VoiceLocale,
    fixed: bool,
) -> (Reading, VoiceLocale) {
    let mut distinct: Vec<&Found> = Vec::new();
    for one in &found {
        let same = |other: &&Found| {
            let words = takes_words(one.want) && other.text != one.text;
            other.want == one.want && other.agent == one.agent && !words
        };
        if !distinct.iter().any(same) {
            distinct.push(one);
        }
    }
    let spoken = found.iter().find_map(|one| one.locale).unwrap_or(locale);
    // "status" is a word of more than one language.
    let is_one = found.iter().any(|one| one.locale == Some(locale));
    let locale = if fixed || is_one { locale } else { spoken };
    let told = |one: &Found, agent: Option<usize>| {
        let handle = agent.map_or("…", |at| &*world.names[at].handle);
        phrase(one.want, locale, handle)
    };
    if let [one] = distinct.as_slice() {
        let agent = match &one.agent {
            None => None,
            Some(Named::One(at)) => Some(*at),
            Some(Named::Several(all)) => {
                let told = all.iter().map(|at| told(one, Some(*at)));
                return (unclear(told.collect()), locale);
            }
        };
        let halts =
            |text: &String| takes_words(one.want) && HALT.contains(&&*Heard::new(text).folded());
        if one.text.as_ref().is_some_and(halts) {
            let handle = agent.map_or("…", |at| &*world.names[at].handle);
            let wants = [Want::Pause, Want::Cancel, Want::StopAll];
            let told = wants.iter().map(|want| phrase(*want, locale, handle));
            return (unclear(told.collect()), locale);
        }
        let wanted = Reading::Wanted {
            want: one.want,
            agent,
            text: one.text.clone(),
        };
        return (wanted, locale);
    }
    let told = distinct.iter().map(|one| match &one.agent {
        Some(Named::One(at)) => told(one, Some(*at)),
        _ => told(one, None),
    });
    (unclear(told.collect()), locale)
}

/// How something is asked for in a language.
pub(crate) fn phrase(want: Want, locale: VoiceLocale, agent: &str) -> String {
    let of = |wanted: VoiceLocale| {
        phrases::all()
            .find(|(it, language, _)| *it == want && *language == wanted)
            .and_then(|(_, _, phrases)| phrases.first())
    };
    let first = of(locale).or_else(|| of(VoiceLocale::En));
    first.map_or_else(
        || want.name().to_owned(),
        |phrase| grammar::example(phrase, agent),
    )
}

/// How a template is asked for.
pub(crate) fn run(name: &str, locale: VoiceLocale) -> String {
    let verb = match locale {
        VoiceLocale::En => "run",
        VoiceLocale::De => "starte",
        VoiceLocale::Es => "inicia",
    };
    format!("{verb} {name}")
}

/// Where the words begin after what is polite.
fn politeness(words: &[Word]) -> usize {
    let mut at = 0;
    while let Some(more) = prefix(&words[at..], BEFORE) {
        at += more;
    }
    at
}

/// How many words of these begin it; the most.
fn prefix(words: &[Word], all: &[&str]) -> Option<usize> {
    let begins = |polite: &&str| {
        let own: Vec<&str> = polite.split(' ').collect();
        let begin = words.iter().take(own.len()).map(|word| &*word.folded);
        (own.len() < words.len() && begin.eq(own.iter().copied())).then_some(own.len())
    };
    all.iter().filter_map(begins).max()
}

/// Where the words end before what is polite.
fn parting(words: &[Word]) -> usize {
    let mut end = words.len();
    loop {
        let ends = AFTER.iter().filter_map(|polite| {
            let own: Vec<&str> = polite.split(' ').collect();
            let start = end.checked_sub(own.len()).filter(|start| *start > 0)?;
            let last = words[start..end].iter().map(|word| &*word.folded);
            last.eq(own.iter().copied()).then_some(start)
        });
        match ends.min() {
            Some(start) => end = start,
            None => return end,
        }
    }
}

fn asks_politely(words: &[Word]) -> bool {
    let mut at = 0;
    loop {
        if prefix(&words[at..], ASKING).is_some() {
            return true;
        }
        match prefix(&words[at..], BEFORE) {
            Some(more) => at += more,
            None => return false,
        }
    }
}

/// Whether "do" begins a question or a talk: "do you know …".
fn is_talk(words: &[Word]) -> bool {
    const TALK: &[&str] = &[
        "you", "we", "i", "they", "he", "she", "it", "any", "not", "the", "that", "this", "nothing",
    ];
    words
        .get(1)
        .is_none_or(|word| TALK.contains(&&*word.folded))
}

/// The language that most of the telling words are of; English if none is.
pub(crate) fn language(words: &[Word]) -> VoiceLocale {
    let count = |of: &[&str]| {
        words
            .iter()
            .filter(|word| of.contains(&&*word.folded))
            .count()
    };
    let mut best = (0, VoiceLocale::En);
    // English comes last and wins with as many.
    for (locale, telling) in TELLING {
        let many = count(telling);
        if many > best.0 || many == best.0 && *locale == VoiceLocale::En {
            best = (many, *locale);
        }
    }
    best.1
}

/// What may have been meant, from the words that were understood.
fn guesses(heard: &Heard<'_>, locale: VoiceLocale, world: &World) -> Vec<String> {
    let words = &heard.words;
    let mut told = Vec::new();
    let halts = words.iter().any(|word| HALT.contains(&&*word.folded));
    let named =
        (0..words.len()).find_map(|at| match grammar::named(&world.names, &words[at..=at]) {
            Some(Named::One(name)) => Some(name),
            _ => None,
        });
    if let Some(name) = named {
        let handle = &world.names[name].handle;
        let wants: &[Want] = if halts {
            &[Want::Pause, Want::Cancel]
        } else {
            &[Want::Task]
        };
        told.extend(wants.iter().map(|want| phrase(*want, locale, handle)));
    } else if halts {
        told.push(phrase(Want::StopAll, locale, "…"));
    }
    if halts && !told.is_empty() {
        return told;
    }
    let common: BTreeSet<&str> = TELLING
        .iter()
        .flat_map(|(_, all)| all.iter().copied())
        .collect();
    let weighs = |word: &str| word.len() > 2 && !common.contains(word);
    let says = |own: &str| words.iter().any(|word| nearly(own, &word.folded).is_some());
    for form in &world.forms {
        let said = words
            .iter()
            .filter(|word| weighs(&word.folded) && !TEMPLATE.contains(&&*word.folded));
        if said.into_iter().any(|word| form.is_named_by(&word.folded)) {
            told.push(run(&form.name, locale));
        }
    }
    let mut near: Vec<(usize, Want)> = Vec::new();
    for (want, _, phrases) in phrases::all().filter(|(_, language, _)| *language == locale) {
        let shared = phrases.iter().map(|phrase| {
            let own = phrase.split([' ', '|', '[', ']']);
            own.filter(|own| weighs(own) && !own.starts_with('{') && says(own))
                .count()
        });
        let best = shared.max().unwrap_or(0);
        let agent = phrases.iter().all(|phrase| phrase.contains("{agent}"));
        if best > 0 && !agent && !takes_words(want) {
            near.push((best, want));
        }
    }
    near.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    told.extend(near.iter().map(|(_, want)| phrase(*want, locale, "…")));
    told
}
