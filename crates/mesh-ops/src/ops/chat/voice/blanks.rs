//! A sentence against templates: by a template's title, or by its name with the values behind it. Pure.

use mesh_model::TemplateId;
use mesh_model::events::{Variable, VariableKind};

use super::grammar::nearly;
use super::hear::{Heard, Word, fold};
use super::phrases::{ARTICLES, BETWEEN, TEMPLATE, USE};

/// What a word of a template that was said counts for, and what a wrong letter takes away.
const WORD: i32 = 15;
const LETTER: i32 = 10;
/// So much more must count for one template than for another, or it is asked back.
const MARGIN: i32 = 10;

/// Steps in which a title is compared: titles with many blanks could be cut in more ways than anybody waits for.
const STEPS_MAX: u32 = 10_000;

/// A template as it is spoken of.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub id: TemplateId,
    pub name: String,
    pub variables: Vec<Variable>,
    words: Vec<String>,
    title: Vec<Part>,
}

/// A part of a title.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(String),
    Blank(String),
}

impl Form {
    pub fn new(id: TemplateId, name: &str, title: &str, variables: Vec<Variable>) -> Form {
        let words = name.split('-').filter(|word| !word.is_empty());
        let mut parts = Vec::new();
        let mut rest = title;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((blank, behind)) = after.split_once('}') else {
                break;
            };
            parts.extend(plain(before));
            parts.push(Part::Blank(blank.to_owned()));
            rest = behind;
        }
        parts.extend(plain(rest));
        Form {
            id,
            name: name.to_owned(),
            variables,
            words: words.map(fold).collect(),
            title: parts,
        }
    }

    /// Whether a word of its name was said.
    pub fn is_named_by(&self, word: &str) -> bool {
        self.words.iter().any(|own| nearly(own, word).is_some())
    }
}

fn plain(text: &str) -> Vec<Part> {
    let words = Heard::new(text).words.into_iter();
    words.map(|word| Part::Word(word.folded)).collect()
}

/// What a sentence makes of templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Use {
    /// Of none.
    None,
    /// Of this one, with all that it needs.
    Whole {
        form: usize,
        values: Vec<(String, String)>,
    },
    /// Of this one, and these blanks are open.
    Missing { form: usize, blanks: Vec<String> },
    /// Of one of these.
    Several(Vec<usize>),
}

/// How one template fits.
struct Fit {
    form: usize,
    score: i32,
    /// The values, or the blanks that are open.
    values: Result<Vec<(String, String)>, Vec<String>>,
}

/// The template that is meant.
pub(crate) fn find(heard: &Heard<'_>, from: usize, forms: &[Form]) -> Use {
    let mut fits: Vec<Fit> = Vec::new();
    for (at, form) in forms.iter().enumerate() {
        let both = [by_title(heard, from, form), by_name(heard, from, form)];
        let whole = both.into_iter().flatten();
        if let Some((score, values)) = whole.max_by_key(|(score, values)| (values.is_ok(), *score))
        {
            fits.push(Fit {
                form: at,
                score,
                values,
            });
        }
    }
    fits.sort_by_key(|fit| std::cmp::Reverse(fit.score));
    let Some(best) = fits.first() else {
        return Use::None;
    };
    let near = fits.iter().filter(|fit| best.score - fit.score < MARGIN);
    let near: Vec<usize> = near.map(|fit| fit.form).collect();
    if near.len() > 1 {
        return Use::Several(near);
    }
    match &best.values {
        Ok(values) => Use::Whole {
            form: best.form,
            values: values.clone(),
        },
        Err(blanks) => Use::Missing {
            form: best.form,
            blanks: blanks.clone(),
        },
    }
}

type Values = Result<Vec<(String, String)>, Vec<String>>;

/// The sentence is the title with something in its blanks: "research log formats" of "Research {topic}".
fn by_title(heard: &Heard<'_>, from: usize, form: &Form) -> Option<(i32, Values)> {
    let words = heard.words.get(from..)?;
    let Some(Part::Word(_)) = form.title.first() else {
        return None;
    };
    let mut filling = Filling::default();
    filling.fill(&form.title, words, 0, 0);
    if filling.steps > STEPS_MAX {
        return Some((0, Err(open(form, &[]))));
    }
    let literal = form
        .title
        .iter()
        .filter(|part| matches!(part, Part::Word(_)));
    let score = WORD * i32::try_from(literal.count()).unwrap_or(0);
    match filling.ways.as_slice() {
        [] => None,
        [(edits, spans)] => {
            let said = spans.iter().map(|(blank, start, end)| {
                let value = heard.said(from + start, from + end);
                (blank.clone(), value.to_owned())
            });
            Some((score - LETTER * edits, complete(form, said.collect())))
        }
        _ => Some((score, Err(open(form, &[])))),
    }
}

type Spans = Vec<(String, usize, usize)>;

/// The ways in which words fill a title; more than two are as good as two.
#[derive(Default)]
struct Filling {
    ways: Vec<(i32, Spans)>,
    spans: Spans,
    steps: u32,
}

impl Filling {
    fn fill(&mut self, parts: &[Part], words: &[Word], at: usize, edits: i32) {
        self.steps += 1;
        if self.is_over() {
            return;
        }
        match parts.split_first() {
            None => {
                if at == words.len() {
                    self.ways.push((edits, self.spans.clone()));
                }
            }
            Some((Part::Word(word), rest)) => {
                let off = words.get(at).and_then(|said| nearly(word, &said.folded));
                if let Some(off) = off {
                    let off = i32::try_from(off).unwrap_or(1);
                    self.fill(rest, words, at + 1, edits + off);
                }
            }
            Some((Part::Blank(blank), rest)) => {
                let first = if rest.is_empty() { words.len() } else { at + 1 };
                for end in first.max(at + 1)..=words.len() {
                    self.spans.push((blank.clone(), at, end));
                    self.fill(rest, words, end, edits);
                    self.spans.pop();
                    if self.is_over() {
                        return;
                    }
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.ways.len() > 1 || self.steps > STEPS_MAX
    }
}

/// "run the release checklist for version 2.1" of `release-checklist`.
fn by_name(heard: &Heard<'_>, from: usize, form: &Form) -> Option<(i32, Values)> {
    let is = |at: usize, any: &[&str]| {
        let word = heard.words.get(at);
        word.is_some_and(|word| any.contains(&&*word.folded))
    };
    let mut at = from;
    if !is(at, USE) {
        return None;
    }
    let splits = &*heard.words[at].folded == "fuhre";
    at += 1;
    if is(at, ARTICLES) {
        at += 1;
    }
    let called = is(at, TEMPLATE);
    if called {
        at += 1;
    }
    let mut edits = 0;
    for word in &form.words {
        let said = heard.words.get(at)?;
        edits += i32::try_from(nearly(word, &said.folded)?).unwrap_or(1);
        at += 1;
    }
    if !called && is(at, TEMPLATE) {
        at += 1;
    }
    let mut end = heard.words.len();
    if splits && end > at && is(end - 1, &["aus"]) {
        end -= 1;
    }
    let words = i32::try_from(form.words.len()).unwrap_or(0);
    Some((WORD * words - LETTER * edits, behind(heard, at, end, form)))
}

/// The values behind a template's name.
fn behind(heard: &Heard<'_>, from: usize, end: usize, form: &Form) -> Values {
    if from == end {
        return complete(form, Vec::new());
    }
    let words = &heard.words[from..end];
    let mut marks: Vec<(usize, usize, &str)> = Vec::new();
    for variable in &form.variables {
        let own: Vec<String> = variable.name.split('-').map(fold).collect();
        let places = words.windows(own.len().max(1)).enumerate();
        let is = |window: &[Word]| window.iter().map(|word| &word.folded).eq(own.iter());
        let found: Vec<usize> = places
            .filter(|(_, window)| is(window))
            .map(|(at, _)| at)
            .collect();
        match found.as_slice() {
            [] => {}
            [one] => marks.push((*one, *one + own.len(), &variable.name)),
            _ => return Err(open(form, &[])),
        }
    }
    marks.sort_unstable();
    let between = |at: usize| BETWEEN.contains(&&*words[at].folded);
    let Some(first) = marks.first().copied() else {
        let [only] = form.variables.as_slice() else {
            return Err(open(form, &[]));
        };
        let start = (0..words.len()).find(|at| !between(*at));
        let said = start.map(|start| heard.said(from + start, end).to_owned());
        return complete(
            form,
            said.map(|said| (only.name.clone(), said))
                .into_iter()
                .collect(),
        );
    };
    let article = |at: usize| ARTICLES.contains(&&*words[at].folded);
    if (0..first.0).any(|at| !between(at) && !article(at)) {
        return Err(open(form, &[]));
    }
    let mut values = Vec::new();
    for (at, (_, start, name)) in marks.iter().enumerate() {
        let next = marks.get(at + 1).map_or(words.len(), |next| next.0);
        let start = (*start..next).find(|at| !between(*at));
        let last = (*start.as_ref().unwrap_or(&next)..next)
            .rev()
            .find(|word| at + 1 == marks.len() || !between(*word));
        if let (Some(start), Some(last)) = (start, last) {
            values.push((
                (*name).to_owned(),
                heard.said(from + start, from + last + 1).to_owned(),
            ));
        }
    }
    complete(form, values)
}

/// The blanks without a value that need one.
fn open(form: &Form, values: &[(String, String)]) -> Vec<String> {
    let needed = form.variables.iter().filter(|variable| !variable.optional);
    let given = |name: &str| values.iter().any(|(blank, _)| blank == name);
    needed
        .filter(|variable| !given(&variable.name))
        .map(|variable| variable.name.clone())
        .collect()
}

/// The values in the form that their blanks take, if none is missing.
fn complete(form: &Form, said: Vec<(String, String)>) -> Values {
    let mut values = Vec::with_capacity(said.len());
    for (blank, text) in said {
        let Some(variable) = form.variables.iter().find(|it| it.name == blank) else {
            return Err(open(form, &values));
        };
        let text = match variable.kind {
            VariableKind::Text => Some(text),
            VariableKind::Number | VariableKind::Report => {
                let number = text.replace(',', ".");
                number
                    .parse::<f64>()
                    .is_ok_and(f64::is_finite)
                    .then_some(number)
            }
            VariableKind::Flag => match &*fold(&text) {
                "yes" | "true" | "on" | "ja" | "si" => Some("true".to_owned()),
                "no" | "false" | "off" | "nein" => Some("false".to_owned()),
                _ => None,
            },
        };
        // A blank that a title has twice has one value.
        match values.iter().find(|(name, _)| *name == blank) {
            Some((_, given)) if Some(given) == text.as_ref() => continue,
            Some(_) => return Err(vec![blank]),
            None => {}
        }
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            values.push((blank, text));
        }
    }
    match open(form, &values) {
        blanks if blanks.is_empty() => Ok(values),
        blanks => Err(blanks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn form(name: &str, title: &str, blanks: &[&str]) -> Form {
        let variables = blanks.iter().map(|name| Variable {
            name: (*name).to_owned(),
            kind: VariableKind::Text,
            optional: false,
        });
        Form::new(TemplateId(Uuid::nil()), name, title, variables.collect())
    }

    fn forms() -> Vec<Form> {
        vec![
            form("research", "Research {topic}", &["topic"]),
            form("release-checklist", "Check release {version}", &["version"]),
            form("compare", "Compare {left} with {right}", &["left", "right"]),
            form("nightly", "Nightly checks", &[]),
            form("night", "Night watch", &[]),
        ]
    }

    fn whole(form: usize, values: &[(&str, &str)]) -> Use {
        let values = values
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Use::Whole {
            form,
            values: values.collect(),
        }
    }

    #[test]
    fn a_template_is_found_by_title_or_name_with_its_values() {
        let find = |text| find(&Heard::new(text), 0, &forms());
        assert_eq!(
            find("Research StoreKit 2 pricing models"),
            whole(0, &[("topic", "StoreKit 2 pricing models")])
        );
        for text in [
            "run the release checklist for version 2.1",
            "start release checklist template version 2.1",
            "führe die release checklist für version 2.1 aus",
            "ejecuta la plantilla release-checklist con version 2.1",
            "run the relaese checklist for 2.1",
        ] {
            assert_eq!(find(text), whole(1, &[("version", "2.1")]), "{text}");
        }
        assert_eq!(
            find("compare the old parser with the new one"),
            whole(2, &[("left", "the old parser"), ("right", "the new one")])
        );
        assert_eq!(
            find("run compare with left old parser and right new parser"),
            whole(2, &[("left", "old parser"), ("right", "new parser")])
        );
        assert_eq!(find("run nightly"), whole(3, &[]));
        assert_eq!(find("run the night"), whole(4, &[]));
    }

    fn blanks_of(text: &str, forms: &[Form]) -> Use {
        find(&Heard::new(text), 0, forms)
    }

    #[test]
    fn what_is_not_plain_is_missing_or_none() {
        let find = |text| find(&Heard::new(text), 0, &forms());
        let missing = |form, blanks: &[&str]| Use::Missing {
            form,
            blanks: blanks.iter().map(|blank| (*blank).to_owned()).collect(),
        };
        assert_eq!(find("run the release checklist"), missing(1, &["version"]));
        assert_eq!(find("research"), Use::None);
        // Two ways to cut it.
        assert_eq!(
            find("compare a with b with c"),
            missing(2, &["left", "right"])
        );
        assert_eq!(find("run nightly tonight"), missing(3, &[]));
        // A title that could be cut in very many ways.
        let many = [form(
            "many",
            "a {p} b {q} b {r} b {s} b {t} c",
            &["p", "q", "r", "s", "t"],
        )];
        let said = format!("a {} d", "b ".repeat(400));
        let found = blanks_of(&said, &many);
        assert!(matches!(found, Use::Missing { form: 0, .. }), "{found:?}");
        // A blank that stands there twice.
        let twice = [form("twice", "Move {it} and {it}", &["it"])];
        assert_eq!(
            blanks_of("move one and one", &twice),
            whole(0, &[("it", "one")])
        );
        let found = blanks_of("move one and two", &twice);
        assert!(matches!(found, Use::Missing { form: 0, .. }), "{found:?}");
        assert_eq!(find("walk the release checklist"), Use::None);
    }
}
