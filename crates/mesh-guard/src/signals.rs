//! All that speaks for or against an attack, as numbers: what the rules say, what was hidden, what the window's model thinks.

use std::borrow::Cow;

use crate::model::{self, Reading};
use crate::rules::{self, RULES, RuleMatch};
use crate::scan::scan;
use crate::structure;
use crate::unhide;
use crate::verdict::Reason;
use crate::view::{Oddities, View};

/// Signals that are not rules over words, with the weight that training starts from. The place in this table, behind the rules, is the place of a signal's weight: add
/// at the end.
pub const OTHERS: &[(&str, f32, &str)] = &[
    (
        "wording",
        0.35,
        "Its wording is like that of known attacks.",
    ),
    (
        "wording_of_all",
        0.00,
        "The text as a whole is worded like known attacks.",
    ),
    ("length", 0.00, "It is long."),
    (
        "hidden_wording",
        1.00,
        "What was hidden in it is worded like known attacks.",
    ),
    (
        "hidden_order_decoded",
        2.50,
        "An order was hidden by an encoding or another spelling.",
    ),
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
];

const OTHERS_LEN: usize = 15;

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

/// A text's signals.
pub struct Signals {
    pub values: Vec<f32>,
    /// Where each signal was seen in the original, and what to say instead of its usual sentence.
    pub places: Vec<Option<(usize, usize)>>,
    pub details: Vec<Option<Cow<'static, str>>>,
}

/// The bounds of what the wording's value counts for.
const WORDING_MIN: f32 = -4.0;
const WORDING_MAX: f32 = 12.0;
/// The rules that say enough by themselves to count several of them.
const STRONG: f32 = 1.0;

impl Signals {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let (view, odd) = View::fold(text);
        let count = RULES.len() + OTHERS_LEN;
        let mut signals = Self {
            values: vec![0.0; count],
            places: vec![None; count],
            details: vec![None; count],
        };
        let hits = scan(&view.text);
        let (mut found, mut counts) = (Vec::new(), vec![0; RULES.len()]);
        rules::apply(&view.text, &hits, &mut found, &mut counts);
        for one in &found {
            signals.values[one.rule] = 1.0;
            signals.places[one.rule] = Some(view.span(one.start, one.end));
        }
        signals.quoting(&view, &found);
        signals.oddities(&odd);
        let reading = model::read(&view.text);
        signals.wording(&view, &reading);
        if let Some((start, end)) = structure::image_exfiltration(&view.text) {
            signals.set("image_exfiltration", 1.0, Some(view.span(start, end)));
        }
        let mut hidden = unhide::all(text, &view, &odd);
        hidden.extend(unhide::ciphered(&view, &hits));
        let spelled = odd.zero_width.count + odd.mixed.count + odd.styled.count > 3;
        for one in hidden {
            signals.hidden(&one, &found, reading.worst);
        }
        if spelled && found.iter().any(|one| RULES[one.rule].weight >= STRONG) {
            signals.set("hidden_order_decoded", 1.0, None);
        }
        signals
    }

    fn set(&mut self, name: &'static str, value: f32, place: Option<(usize, usize)>) {
        let at = OTHERS.iter().position(|(known, ..)| *known == name);
        if let Some(at) = at.map(|at| RULES.len() + at) {
            self.values[at] = self.values[at].max(value);
            self.places[at] = self.places[at].or(place);
        }
    }

    /// Whether the strongest finds stand in quotation marks, and attacks are spoken of.
    fn quoting(&mut self, view: &View, found: &[RuleMatch]) {
        let strong: Vec<_> = found
            .iter()
            .filter(|one| RULES[one.rule].weight >= STRONG)
            .collect();
        self.set(
            "several_rules",
            (strong.len().saturating_sub(1) as f32).min(4.0),
            None,
        );
        let quoted = strong
            .iter()
            .all(|one| structure::is_quoted(&view.text, one.start, one.end));
        if !quoted || (strong.is_empty() && !structure::has_quotation(&view.text)) {
            return;
        }
        self.set("quoted", 1.0, None);
        if found
            .iter()
            .any(|one| RULES[one.rule].name == "discusses_attacks")
        {
            self.set("quoted_and_discussed", 1.0, None);
        }
    }

    fn wording(&mut self, view: &View, reading: &Reading) {
        let place = (reading.end > reading.start).then(|| view.span(reading.start, reading.end));
        // Wording that the model does not know, such as another language, must not outweigh a rule.
        self.set_signed(
            "wording",
            reading.worst.clamp(WORDING_MIN, WORDING_MAX),
            place,
        );
        self.set_signed("wording_of_all", reading.whole, None);
        self.set("length", (1.0 + reading.blocks as f32).ln(), None);
    }

    fn set_signed(&mut self, name: &'static str, value: f32, place: Option<(usize, usize)>) {
        let at = OTHERS.iter().position(|(known, ..)| *known == name);
        if let Some(at) = at.map(|at| RULES.len() + at) {
            self.values[at] = value;
            self.places[at] = place;
        }
    }

    /// What was decoded: the rules that hold there and not in the open, and its wording.
    fn hidden(&mut self, hidden: &unhide::Hidden, open: &[RuleMatch], open_wording: f32) {
        let mut inner = Vec::new();
        rules::apply(
            &hidden.view.text,
            &scan(&hidden.view.text),
            &mut inner,
            &mut vec![0; RULES.len()],
        );
        let is_new = |one: &&RuleMatch| {
            RULES[one.rule].weight >= STRONG && !open.iter().any(|known| known.rule == one.rule)
        };
        let by_weight =
            |a: &&RuleMatch, b: &&RuleMatch| RULES[a.rule].weight.total_cmp(&RULES[b.rule].weight);
        if let Some(first) = inner.iter().filter(is_new).max_by(by_weight) {
            let place = hidden.view.span(first.start, first.end);
            self.set("hidden_order_decoded", 1.0, Some(place));
            let at = RULES.len()
                + OTHERS
                    .iter()
                    .position(|(name, ..)| *name == "hidden_order_decoded")
                    .unwrap_or(0);
            let detail = format!("{} {}", hidden.detail, RULES[first.rule].detail);
            self.details[at].get_or_insert(Cow::Owned(detail));
        }
        let reading = model::read(&hidden.view.text);
        // Only what the open text does not say as well.
        let more = reading.worst - open_wording.max(0.0);
        if more > 0.0 {
            let place = hidden.view.span(reading.start, reading.end);
            self.set("hidden_wording", more.min(4.0), Some(place));
        }
    }

    fn oddities(&mut self, odd: &Oddities) {
        for (name, least, tally) in [
            ("zero_width", 2, odd.zero_width),
            ("bidi_controls", 1, odd.bidi),
            ("terminal_escapes", 1, odd.escapes),
            ("homoglyphs", 1, odd.mixed),
            ("styled_letters", 8, odd.styled),
        ] {
            if tally.count >= least {
                self.set(name, 1.0, tally.first);
            }
        }
        if let Some((_, start, end)) = odd.hidden.first() {
            self.set("invisible_text", 1.0, Some((*start, *end)));
        }
    }

    /// Each signal that weighs something, as a reason.
    pub fn reasons(&self, weights: &[f32]) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for (at, name) in names().enumerate() {
            let weight = self.values[at] * weights[at];
            if weight.abs() < 0.05 || matches!(name, "length" | "wording_of_all") {
                continue;
            }
            let usual = RULES
                .get(at)
                .map_or_else(|| OTHERS[at - RULES.len()].2, |rule| rule.detail);
            if name == "wording" && self.values[at] <= 0.0 {
                continue;
            }
            reasons.push(Reason {
                rule: name,
                detail: self.details[at].clone().unwrap_or(Cow::Borrowed(usual)),
                span: self.places[at],
                weight,
            });
        }
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        reasons
    }
}
