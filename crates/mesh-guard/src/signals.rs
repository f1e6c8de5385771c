//! All that speaks for or against an attack in a window, as numbers: what the rules say, what was hidden, what the model
//! thinks of the wording.

use std::borrow::Cow;

use crate::model::MODEL;
use crate::provenance::Provenance;
use crate::reading::{Reading, Window};
use crate::rules::{RULES, RuleMatch};
use crate::segment::Kind;
use crate::structure;
use crate::unhide::{self, Hidden};
use crate::verdict::Reason;
use crate::view::{Oddities, View};

/// Signals that are not rules over words, with the weight that training starts from. The place in this table, behind the
/// rules, is the place of a signal's weight.
pub const OTHERS: &[(&str, f32, &str)] = &[
    (
        "wording",
        0.35,
        "Its wording is like that of known attacks.",
    ),
    (
        "hidden_order_decoded",
        2.50,
        "An order was hidden by an encoding or another spelling.",
    ),
    ("decoded", 0.30, "It was hidden by an encoding."),
    (
        "invisible_text",
        3.50,
        "Text is written in characters that nobody sees.",
    ),
    (
        "zero_width",
        1.00,
        "Characters without width stand within words.",
    ),
    (
        "bidi_controls",
        1.00,
        "Controls reorder the text that is shown.",
    ),
    (
        "terminal_escapes",
        0.70,
        "Escape sequences move a terminal's cursor or hide text.",
    ),
    (
        "homoglyphs",
        1.30,
        "Words mix letters of scripts that look alike.",
    ),
    (
        "styled_letters",
        1.20,
        "Letters are written in signs that only look like them.",
    ),
    (
        "image_exfiltration",
        2.50,
        "A picture or link would carry data to another place.",
    ),
    ("quoted", -1.00, "What speaks for an attack is quoted."),
    (
        "quoted_and_discussed",
        -1.00,
        "What speaks for an attack is quoted where attacks are discussed.",
    ),
    ("several_rules", 0.40, "Several rules hold at once."),
    (
        "unseen_place",
        0.20,
        "It stands where a reader of the page does not see it.",
    ),
];

const OTHERS_LEN: usize = 14;
const COUNT: usize = RULES.len() + OTHERS_LEN;

/// The names of all signals in the order of their weights.
pub fn names() -> impl Iterator<Item = &'static str> {
    RULES
        .iter()
        .map(|rule| rule.name)
        .chain(OTHERS.iter().map(|(name, ..)| *name))
}

/// The weights that training starts from, in the order of [`names`].
pub fn priors() -> impl Iterator<Item = f32> {
    RULES
        .iter()
        .map(|rule| rule.weight)
        .chain(OTHERS.iter().map(|(_, weight, _)| *weight))
}

/// The place of a signal that is not a rule.
const fn place(name: &str) -> usize {
    let mut at = 0;
    while at < OTHERS_LEN {
        if same(OTHERS[at].0, name) {
            return RULES.len() + at;
        }
        at += 1;
    }
    panic!("no signal has this name")
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

const WORDING: usize = place("wording");
const HIDDEN_ORDER: usize = place("hidden_order_decoded");
const DECODED: usize = place("decoded");
const INVISIBLE: usize = place("invisible_text");
const IMAGE: usize = place("image_exfiltration");
const QUOTED: usize = place("quoted");
const QUOTED_AND_DISCUSSED: usize = place("quoted_and_discussed");
const SEVERAL: usize = place("several_rules");
const UNSEEN: usize = place("unseen_place");

/// The bounds of what the wording's value counts for.
const WORDING_MIN: f32 = -4.0;
const WORDING_MAX: f32 = 12.0;
/// The rules that say enough by themselves to count several of them.
const STRONG: f32 = 1.0;
/// The rules that say so much.
const STRONG_RULES: u64 = {
    let (mut set, mut at) = (0, 0);
    while at < RULES.len() {
        if RULES[at].weight >= STRONG {
            set |= 1 << at;
        }
        at += 1;
    }
    set
};

/// A number for each signal, and where in the original it was seen.
#[derive(Clone)]
pub struct Signals {
    pub values: [f32; COUNT],
    places: [Option<(usize, usize)>; COUNT],
    /// What to say of what was decoded.
    detail: Option<String>,
    /// What the text's provenance adds.
    pub provenance: Vec<Reason>,
}

impl Signals {
    fn none() -> Self {
        Self {
            values: [0.0; COUNT],
            places: [None; COUNT],
            detail: None,
            provenance: Vec::new(),
        }
    }

    fn set(&mut self, at: usize, value: f32, place: Option<(usize, usize)>) {
        self.values[at] = self.values[at].max(value);
        self.places[at] = self.places[at].or(place);
    }

    /// What the weights and the provenance make of them.
    pub fn sum(&self) -> f32 {
        let weighed = self.values.iter().zip(&MODEL.signals);
        MODEL.sum_bias
            + weighed.map(|(value, weight)| value * weight).sum::<f32>()
            + self
                .provenance
                .iter()
                .map(|reason| reason.weight)
                .sum::<f32>()
    }

    /// Each signal that weighs something, as a reason.
    pub fn reasons(self) -> Vec<Reason> {
        let mut reasons = self.provenance;
        for (at, name) in names().enumerate() {
            let weight = self.values[at] * MODEL.signals[at];
            if weight.abs() < 0.05 || (name == "wording" && self.values[at] <= 0.0) {
                continue;
            }
            let usual = RULES
                .get(at)
                .map_or_else(|| OTHERS[at - RULES.len()].2, |rule| rule.detail);
            let detail = match &self.detail {
                Some(detail) if at == HIDDEN_ORDER => Cow::Owned(detail.clone()),
                _ => Cow::Borrowed(usual),
            };
            reasons.push(Reason {
                rule: name,
                detail,
                span: self.places[at],
                weight,
            });
        }
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        reasons
    }
}

/// All readings of a text: as it stands and, for each way to hide words, as it is meant.
pub struct Readings {
    open: Reading,
    hidden: Vec<(Reading, Hidden)>,
    /// What holds for the text as a whole.
    odd: Signals,
    image: Option<(usize, usize)>,
    spelled: bool,
}

impl Readings {
    pub fn of(text: &str) -> Self {
        let (view, odd) = View::fold(text);
        let mut hidden = unhide::all(text, &view, &odd);
        let open = Reading::of(view);
        hidden.extend(unhide::ciphered(&open.view, &open.hits));
        let hidden = hidden
            .into_iter()
            .map(|(view, hidden)| (Reading::of(view), hidden));
        Self {
            hidden: hidden.collect(),
            image: structure::image_exfiltration(&open.view.text),
            spelled: odd.zero_width.count + odd.mixed.count + odd.styled.count > 3,
            odd: oddities(&odd),
            open,
        }
    }

    /// The signals of the window that says the most.
    pub fn worst(&self, text: &str, provenance: &Provenance<'_>) -> Signals {
        let open = self.open_rules();
        let mut worst: Option<(f32, usize, Window)> = None;
        for (number, (reading, hidden)) in self.readings().enumerate() {
            for window in reading.windows() {
                let known = worst.map_or(f32::MIN, |(sum, ..)| sum);
                let strong = window.rules & STRONG_RULES;
                // What takes time is only looked at where it can matter: quotation only ever takes away.
                let mut sum = self.without_quotation(reading, hidden, &window, open);
                if sum + provenance.most() <= known {
                    continue;
                }
                let adds = provenance.reasons(text, reading.span(&window), strong != 0);
                sum += adds.iter().map(|reason| reason.weight).sum::<f32>();
                if sum > known {
                    let (quoted, discussed) = self.quotation(reading, hidden, &window);
                    sum += quoted * MODEL.signals[QUOTED]
                        + discussed * MODEL.signals[QUOTED_AND_DISCUSSED];
                }
                if sum > known {
                    worst = Some((sum, number, window));
                }
            }
        }
        let Some((_, number, window)) = worst else {
            return self.odd.clone();
        };
        let (reading, hidden) = match number {
            0 => (&self.open, None),
            _ => (&self.hidden[number - 1].0, Some(&self.hidden[number - 1].1)),
        };
        let mut signals = self.signals(reading, hidden, &window, open);
        let strong = window.rules & STRONG_RULES != 0;
        signals.provenance = provenance.reasons(text, reading.span(&window), strong);
        signals
    }

    /// What a window comes to, beside what holds for the whole text, if nothing in it is quoted.
    fn without_quotation(
        &self,
        reading: &Reading,
        hidden: Option<&Hidden>,
        window: &Window,
        open: u64,
    ) -> f32 {
        let weights = &MODEL.signals;
        let (mut sum, mut left) = (0.0, window.rules);
        while left != 0 {
            sum += weights[left.trailing_zeros() as usize];
            left &= left - 1;
        }
        let strong = window.rules & STRONG_RULES;
        let hides = self.hides_order(hidden, strong, open);
        sum + weights[WORDING] * window.wording.clamp(WORDING_MIN, WORDING_MAX)
            + weights[SEVERAL] * several(strong)
            + weights[UNSEEN] * f32::from(u8::from(window.unseen))
            + weights[IMAGE] * f32::from(u8::from(self.shows_image(reading, hidden, window)))
            + weights[DECODED] * f32::from(u8::from(hidden.is_some_and(|hidden| hidden.encoded)))
            + weights[HIDDEN_ORDER] * f32::from(u8::from(hides))
    }

    /// Whether a strong rule holds in what is hidden that holds nowhere in the open, or letters hide what holds in the open.
    fn hides_order(&self, hidden: Option<&Hidden>, strong: u64, open: u64) -> bool {
        match hidden {
            Some(_) => strong & !open != 0,
            None => self.spelled && strong != 0,
        }
    }

    fn shows_image(&self, reading: &Reading, hidden: Option<&Hidden>, window: &Window) -> bool {
        let (from, to) = (
            reading.pieces[window.first].start,
            reading.pieces[window.last].end,
        );
        hidden.is_none()
            && self
                .image
                .is_some_and(|(start, end)| start < to && from < end)
    }

    /// Whether all strong finds of a window are quoted, and attacks are spoken of there.
    fn quotation(&self, reading: &Reading, hidden: Option<&Hidden>, window: &Window) -> (f32, f32) {
        let finds = || reading.finds(window.first, window.last);
        let strong = window.rules & STRONG_RULES != 0;
        // The marks around a value of JSON are no quotation.
        let value = reading.pieces[window.first..=window.last]
            .iter()
            .any(|piece| piece.kind == Kind::Leaf);
        if !strong || value || hidden.is_some() || !quoted(&reading.view, finds()) {
            return (0.0, 0.0);
        }
        let discussed = finds().any(|one| RULES[one.rule].name == "discusses_attacks");
        (1.0, f32::from(u8::from(discussed)))
    }

    /// The text as it stands, then each way to read it otherwise.
    pub fn readings(&self) -> impl Iterator<Item = (&Reading, Option<&Hidden>)> {
        let hidden = self
            .hidden
            .iter()
            .map(|(reading, hidden)| (reading, Some(hidden)));
        std::iter::once((&self.open, None)).chain(hidden)
    }

    /// The rules that hold somewhere in the text as it stands.
    pub fn open_rules(&self) -> u64 {
        self.open
            .windows()
            .fold(0, |set, window| set | window.rules)
    }

    /// A window's signals.
    pub fn signals(
        &self,
        reading: &Reading,
        hidden: Option<&Hidden>,
        window: &Window,
        open: u64,
    ) -> Signals {
        let mut signals = self.odd.clone();
        for one in reading.finds(window.first, window.last) {
            signals.set(one.rule, 1.0, Some(reading.view.span(one.start, one.end)));
        }
        let span = reading.span(window);
        signals.values[WORDING] = window.wording.clamp(WORDING_MIN, WORDING_MAX);
        signals.places[WORDING] = Some(span);
        let strong = window.rules & STRONG_RULES;
        signals.values[SEVERAL] = several(strong);
        if window.unseen {
            signals.set(UNSEEN, 1.0, Some(span));
        }
        if self.shows_image(reading, hidden, window) {
            let place = self
                .image
                .map(|(start, end)| self.open.view.span(start, end));
            signals.set(IMAGE, 1.0, place);
        }
        if let Some(hidden) = hidden {
            decoded(&mut signals, reading, hidden, window, strong & !open);
        } else if self.hides_order(hidden, strong, open) {
            signals.set(HIDDEN_ORDER, 1.0, None);
        }
        let (quoted, discussed) = self.quotation(reading, hidden, window);
        signals.set(QUOTED, quoted, None);
        signals.set(QUOTED_AND_DISCUSSED, discussed, None);
        signals
    }
}

fn several(strong: u64) -> f32 {
    (strong.count_ones().saturating_sub(1) as f32).min(4.0)
}

/// What was decoded: an order if a strong rule holds there that holds nowhere in the open.
fn decoded(signals: &mut Signals, reading: &Reading, hidden: &Hidden, window: &Window, new: u64) {
    if hidden.encoded {
        signals.set(DECODED, 1.0, Some(reading.span(window)));
    }
    let heaviest = reading
        .finds(window.first, window.last)
        .filter(|one| new & (1 << one.rule) != 0)
        .max_by(|a, b| RULES[a.rule].weight.total_cmp(&RULES[b.rule].weight));
    if let Some(one) = heaviest {
        signals.set(
            HIDDEN_ORDER,
            1.0,
            Some(reading.view.span(one.start, one.end)),
        );
        signals.detail = Some(format!("{} {}", hidden.detail, RULES[one.rule].detail));
    }
}

/// Whether all strong finds stand in quotation marks.
fn quoted<'a>(view: &View, finds: impl Iterator<Item = &'a RuleMatch>) -> bool {
    finds
        .filter(|one| STRONG_RULES & (1 << one.rule) != 0)
        .all(|one| structure::is_quoted(&view.text, one.start, one.end))
}

fn oddities(odd: &Oddities) -> Signals {
    let mut signals = Signals::none();
    for (name, least, tally) in [
        (place("zero_width"), 2, odd.zero_width),
        (place("bidi_controls"), 1, odd.bidi),
        (place("terminal_escapes"), 1, odd.escapes),
        (place("homoglyphs"), 1, odd.mixed),
        (place("styled_letters"), 8, odd.styled),
    ] {
        if tally.count >= least {
            signals.set(name, 1.0, tally.first);
        }
    }
    if let Some((_, start, end)) = odd.hidden.first() {
        signals.set(INVISIBLE, 1.0, Some((*start, *end)));
    }
    signals
}
