//! From what was found to a score.

use std::borrow::Cow;

use crate::rules::{self, Found, RULES};
use crate::scan::scan;
use crate::unhide::{self, Hidden};
use crate::verdict::{Reason, Thresholds, Verdict, action};
use crate::view::{Oddities, View};

/// What the sum begins with: most texts are harmless.
const BIAS: f32 = -3.2;

/// Reads a text and says what it tries.
#[must_use]
pub fn check(text: &str) -> Verdict {
    let (view, odd) = View::fold(text);
    let mut reasons = Vec::new();
    let mut sum = BIAS;
    let mut counts = vec![0; RULES.len()];
    let mut found = Vec::new();
    let hits = scan(&view.text);
    rules::apply(&view.text, &hits, &mut found, &mut counts);
    for Found { rule, start, end } in found {
        let rule = &RULES[rule];
        reasons.push(Reason {
            rule: rule.name,
            detail: Cow::Borrowed(rule.detail),
            span: Some(view.span(start, end)),
            weight: rule.weight,
        });
    }
    for Hidden {
        view: decoded,
        how,
        detail,
        weight,
    } in unhide::all(text, &view, &odd)
        .into_iter()
        .chain(unhide::ciphered(&view, &hits))
    {
        let mut inner = Vec::new();
        rules::apply(
            &decoded.text,
            &scan(&decoded.text),
            &mut inner,
            &mut vec![0; RULES.len()],
        );
        let serious = inner.iter().filter(|found| RULES[found.rule].weight >= 1.0);
        if let Some(first) =
            serious.max_by(|a, b| RULES[a.rule].weight.total_cmp(&RULES[b.rule].weight))
        {
            let rule = &RULES[first.rule];
            reasons.push(Reason {
                rule: how,
                detail: Cow::Owned(format!("{detail} {}", rule.detail)),
                span: Some(decoded.span(first.start, first.end)),
                weight: rule.weight + weight,
            });
        }
    }
    odd_reasons(&odd, &mut reasons);
    sum += reasons.iter().map(|reason| reason.weight).sum::<f32>();
    let score = 1.0 / (1.0 + (-sum).exp());
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    Verdict {
        score,
        action: action(score, &Thresholds::default()),
        reasons,
    }
}

/// Reasons that lie in the characters themselves.
fn odd_reasons(odd: &Oddities, reasons: &mut Vec<Reason>) {
    let tallies = [
        (
            "zero_width",
            2,
            0.8,
            odd.zero_width,
            "Characters without width stand within words.",
        ),
        (
            "bidi_controls",
            1,
            0.8,
            odd.bidi,
            "Controls reorder the text that is shown.",
        ),
        (
            "terminal_escapes",
            1,
            1.0,
            odd.escapes,
            "Escape sequences move a terminal's cursor or hide text.",
        ),
        (
            "homoglyphs",
            1,
            1.2,
            odd.mixed,
            "Words mix letters of scripts that look alike.",
        ),
        (
            "styled_letters",
            8,
            1.0,
            odd.styled,
            "Letters are written in signs that only look like them.",
        ),
    ];
    for (rule, least, weight, tally, detail) in tallies {
        if tally.count >= least {
            reasons.push(Reason {
                rule,
                detail: Cow::Borrowed(detail),
                span: tally.first,
                weight,
            });
        }
    }
    for (_, start, end) in odd.hidden.iter().take(1) {
        reasons.push(Reason {
            rule: "invisible_text",
            detail: Cow::Borrowed("Text is written in characters that nobody sees."),
            span: Some((*start, *end)),
            weight: 3.0,
        });
    }
}
