//! The front matter of a `SKILL.md`: the fields of the Agent Skills format, in the part of YAML in which people write them.
//! Anchors, tags, and what else makes one text mean several things to several readers, is refused.

use std::collections::BTreeMap;

use mesh_model::api::SkillFront;
use mesh_model::limits::{
    SKILL_DESCRIPTION_CHARS_MAX, SKILL_FIELD_CHARS_MAX, SKILL_METADATA_MAX, SKILL_NAME_BYTES_MAX,
};
use mesh_model::{Effect, Refusal};

use crate::refuse;

/// What a `SKILL.md` says of itself.
///
/// # Errors
/// A refusal that says what is not as the format wants it.
pub fn read(text: &str) -> Result<SkillFront, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return Err(bad("it does not begin with a line of three dashes"));
    }
    let mut matter = Vec::new();
    loop {
        match lines.next() {
            None => return Err(bad("its front matter has no end: a line of three dashes")),
            Some(line) if line.trim_end() == "---" => break,
            Some(line) => matter.push(line.trim_end()),
        }
    }
    front(fields(&matter)?)
}

/// The name of a skill.
///
/// # Errors
/// If the format does not know such names.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let fits = (1..=SKILL_NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(plain)
        && name.split('-').all(|part| !part.is_empty());
    if fits {
        return Ok(());
    }
    Err(bad(&format!(
        "'{}' is no name: it has 1 to {SKILL_NAME_BYTES_MAX} of a-z, 0-9 and single hyphens between them",
        name.chars()
            .take(SKILL_NAME_BYTES_MAX)
            .collect::<String>()
            .escape_default()
    )))
}

/// A field of the front matter: a text, or names with texts.
enum Field {
    Text(String),
    Map(BTreeMap<String, String>),
}

fn front(mut fields: BTreeMap<String, Field>) -> Result<SkillFront, Refusal> {
    let mut text = |name: &str, most: usize| match fields.remove(name) {
        None => Ok(None),
        Some(Field::Map(_)) => Err(bad(&format!("its '{name}' is no text"))),
        Some(Field::Text(text)) => held_to(name, text, most).map(Some),
    };
    let name = text("name", SKILL_NAME_BYTES_MAX)?.ok_or_else(|| bad("it has no 'name'"))?;
    check_name(&name)?;
    let description = text("description", SKILL_DESCRIPTION_CHARS_MAX)?;
    let mut front = SkillFront {
        name,
        description: description.ok_or_else(|| bad("it has no 'description'"))?,
        license: text("license", SKILL_FIELD_CHARS_MAX)?,
        compatibility: text("compatibility", SKILL_FIELD_CHARS_MAX)?,
        allowed_tools: text("allowed-tools", SKILL_FIELD_CHARS_MAX)?,
        metadata: BTreeMap::new(),
    };
    // What programs add of their own is kept beside what the format calls so.
    for (name, field) in fields {
        match field {
            Field::Map(map) if name == "metadata" => front.metadata.extend(map),
            Field::Map(_) => return Err(bad(&format!("its '{name}' is no text"))),
            Field::Text(text) => {
                front.metadata.insert(name, text);
            }
        }
    }
    if front.metadata.len() > SKILL_METADATA_MAX {
        return Err(bad(&format!(
            "it has more than {SKILL_METADATA_MAX} entries of metadata"
        )));
    }
    for (name, text) in &front.metadata {
        held_to(name, text.clone(), SKILL_FIELD_CHARS_MAX)?;
    }
    Ok(front)
}

fn held_to(name: &str, text: String, most: usize) -> Result<String, Refusal> {
    let shown: String = name.chars().take(SKILL_NAME_BYTES_MAX).collect();
    let shown = shown.escape_debug();
    if text.trim().is_empty() {
        return Err(bad(&format!("its '{shown}' is empty")));
    }
    if text.chars().count() > most {
        return Err(bad(&format!(
            "its '{shown}' has more than {most} characters"
        )));
    }
    let unseen = |c: char| c.is_control() && c != '\n';
    if text.chars().any(unseen) {
        return Err(bad(&format!(
            "its '{shown}' has characters that nobody sees"
        )));
    }
    Ok(text)
}

fn fields(lines: &[&str]) -> Result<BTreeMap<String, Field>, Refusal> {
    let mut fields = BTreeMap::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = key(line).ok_or_else(|| not_understood(line))?;
        // What is further in belongs to the field, and so do lines of a list that stand below it.
        let below = lines[at..].iter().take_while(|line| {
            line.is_empty() || line.starts_with([' ', '\t']) || line.starts_with("- ")
        });
        let end = at + below.count();
        let field = field(value, &lines[at..end])?;
        at = end;
        if fields.insert(name.to_owned(), field).is_some() {
            return Err(bad(&format!("it has '{}' twice", name.escape_debug())));
        }
    }
    Ok(fields)
}

/// `name: value`, at whatever place the line begins.
fn key(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = !name.is_empty() && name.len() <= SKILL_NAME_BYTES_MAX && name.chars().all(plain);
    let apart = value.is_empty() || value.starts_with([' ', '\t']);
    (fits && apart).then(|| (name, value.trim()))
}

fn field(value: &str, below: &[&str]) -> Result<Field, Refusal> {
    if let Some(block) = value.strip_prefix(['|', '>']) {
        if !matches!(block, "" | "-" | "+") {
            return Err(not_understood(value));
        }
        return Ok(Field::Text(block_text(value.starts_with('>'), below)));
    }
    let said: Vec<&str> = below
        .iter()
        .map(|line| line.trim())
        .filter(|line| is_said(line))
        .collect();
    if value.is_empty() || value.starts_with('#') {
        if said.is_empty() {
            return Err(bad("a field of its front matter is empty"));
        }
        if said.iter().all(|line| line.starts_with("- ")) {
            let items: Result<Vec<String>, Refusal> =
                said.iter().map(|line| scalar(line[2..].trim())).collect();
            return Ok(Field::Text(items?.join(" ")));
        }
        let mut map = BTreeMap::new();
        for line in said {
            let (name, value) = key(line).ok_or_else(|| not_understood(line))?;
            if map.insert(name.to_owned(), scalar(value)?).is_some() {
                return Err(bad(&format!("it has '{name}' twice")));
            }
        }
        return Ok(Field::Map(map));
    }
    // A text goes on in lines that stand further in.
    let whole = std::iter::once(value)
        .chain(said)
        .collect::<Vec<&str>>()
        .join(" ");
    scalar(&whole).map(Field::Text)
}

fn is_said(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

/// The lines of a block: as they are, or each a word's space from the next.
fn block_text(folded: bool, below: &[&str]) -> String {
    let first = below.iter().find(|line| !line.trim().is_empty());
    let indent = first.map_or(0, |line| line.len() - line.trim_start().len());
    let lines = below
        .iter()
        .map(|line| line.get(indent..).unwrap_or_default());
    let mut text = String::new();
    for line in lines {
        let between = match (
            folded,
            text.is_empty() || text.ends_with('\n'),
            line.is_empty(),
        ) {
            (_, true, false) => "",
            (true, false, false) => " ",
            _ => "\n",
        };
        text.push_str(between);
        text.push_str(line);
    }
    text.trim().to_owned()
}

/// One text: plain or in quotes, or a list of texts in one line, which is told as one with spaces between.
fn scalar(value: &str) -> Result<String, Refusal> {
    if let Some(inner) = value.strip_prefix('"') {
        let inner = inner.strip_suffix('"').filter(|_| value.len() > 1);
        return unescaped(inner.ok_or_else(|| not_understood(value))?);
    }
    if let Some(inner) = value.strip_prefix('\'') {
        let inner = inner.strip_suffix('\'').filter(|_| value.len() > 1);
        let inner = inner.ok_or_else(|| not_understood(value))?;
        // Within it a quote stands twice.
        let whole = inner.replace("''", "\u{0}");
        if whole.contains('\'') {
            return Err(not_understood(value));
        }
        return Ok(whole.replace('\u{0}', "'"));
    }
    if let Some(inner) = value.strip_prefix('[') {
        let inner = inner
            .strip_suffix(']')
            .ok_or_else(|| not_understood(value))?;
        let items: Result<Vec<String>, Refusal> =
            inner.split(',').map(|item| scalar(item.trim())).collect();
        return Ok(items?.join(" "));
    }
    if value.starts_with(['&', '*', '!', '{', '}', ']', '%', '@', '`', '|', '>']) {
        return Err(not_understood(value));
    }
    let plain = value.split_once(" #").map_or(value, |(plain, _)| plain);
    Ok(plain.trim_end().to_owned())
}

/// What stands between double quotes.
fn unescaped(inner: &str) -> Result<String, Refusal> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Err(not_understood(inner)),
            '\\' => text.push(match chars.next() {
                Some('n') => '\n',
                Some('t') => ' ',
                Some(c @ ('"' | '\\' | '/')) => c,
                _ => return Err(not_understood(inner)),
            }),
            c => text.push(c),
        }
    }
    Ok(text)
}

fn not_understood(line: &str) -> Refusal {
    let shown: String = line.chars().take(60).collect();
    bad(&format!(
        "this of its front matter is not understood: {}",
        shown.escape_debug()
    ))
}

fn bad(why: &str) -> Refusal {
    refuse::invalid(
        format!("SKILL.md is not as the Agent Skills format wants it: {why}"),
        "begin it with ---, name: my-skill, description: what it does and when to use it, ---",
    )
    .so(Effect::NothingStored)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(matter: &str) -> Result<SkillFront, Refusal> {
        read(&format!("---\n{matter}\n---\n\n# Body\n"))
    }

    #[test]
    fn what_people_write_is_read() {
        let front = of("name: pdf-tools\ndescription: \"Reads PDFs: text, tables\"\nlicense: Apache-2.0 # see LICENSE\nallowed-tools: [Read, \"Bash(git:*)\"]\nmetadata:\n  author: 'it''s me'\n  version: 1.0\nmodel: opus").unwrap();
        assert_eq!(front.name, "pdf-tools");
        assert_eq!(front.description, "Reads PDFs: text, tables");
        assert_eq!(front.license.as_deref(), Some("Apache-2.0"));
        assert_eq!(front.allowed_tools.as_deref(), Some("Read Bash(git:*)"));
        let entries: Vec<_> = front
            .metadata
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            entries,
            [("author", "it's me"), ("model", "opus"), ("version", "1.0")]
        );
        let folded = of("name: a\ndescription: >-\n  Reads one\n  and two.\n\n  Then three.\nallowed-tools:\n- Read\n- Write").unwrap();
        assert_eq!(folded.description, "Reads one and two.\nThen three.");
        assert_eq!(folded.allowed_tools.as_deref(), Some("Read Write"));
        let long = of("name: a\ndescription: One: two\n  three\n").unwrap();
        assert_eq!(long.description, "One: two three");
        let kept = of("description: |\n  One\n    two\nname: a").unwrap();
        assert_eq!(kept.description, "One\n  two");
        let windows = read("\u{feff}---\r\nname: a\r\ndescription: b\r\n---\r\n").unwrap();
        assert_eq!(
            (windows.name, windows.description),
            ("a".into(), "b".into())
        );
    }

    #[test]
    fn names_are_those_of_the_format() {
        let longest = "a".repeat(SKILL_NAME_BYTES_MAX);
        for good in ["a", "pdf", "a-b-c", "0", &longest] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        let longer = format!("{longest}a");
        for bad in [
            "", "-a", "a-", "a--b", "A", "a_b", "a/b", "..", "ä", "a b", "a\n", &longer,
        ] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_the_format_does_not_have_is_refused() {
        let long = "x".repeat(SKILL_DESCRIPTION_CHARS_MAX);
        assert!(of(&format!("name: a\ndescription: {long}")).is_ok());
        for bad in [
            "name: a",
            "description: b",
            "name: a\nname: b\ndescription: c",
            "name: &x a\ndescription: b",
            "name: a\ndescription: *x",
            "name: a\ndescription: !!python/object:os.system b",
            "name: a\ndescription: {b: c}",
            "name: a\ndescription: \"b\\x41\"",
            "name: a\ndescription: \"b",
            "name: a\ndescription: ''",
            "name: a\ndescription: b\u{7}",
            "name: a\ndescription:\n  b: c",
            "name: a\ndescription: b\nno field",
            &format!("name: a\ndescription: {long}x"),
        ] {
            assert!(of(bad).is_err(), "{bad:?}");
        }
        assert!(read("name: a\ndescription: b\n").is_err());
        assert!(read("---\nname: a\ndescription: b\n").is_err());
        assert!(read("").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(---\n)?([a-c:>|\"'\\[\\]{}#& \t\n-]|é){0,60}(\n---)?") {
            if let Ok(front) = read(&text) {
                prop_assert!(check_name(&front.name).is_ok());
            }
        }
    }
}
