//! Just enough of Rust's grammar to look at code without comments, strings and tests.

/// The text with comments, and the contents of strings and characters, blanked out. Lines stay where they are.
pub fn code_only(text: &str) -> String {
    let source: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < source.len() {
        let end = skip(&source, at);
        if end == at {
            code.push(source[at]);
            at += 1;
        } else {
            code.extend(
                source[at..end]
                    .iter()
                    .map(|c| if *c == '\n' { '\n' } else { ' ' }),
            );
            at = end;
        }
    }
    code
}

/// Where the comment, string or character that begins at `at` ends; `at` itself if none does.
fn skip(source: &[char], at: usize) -> usize {
    let rest = &source[at..];
    let starts = |prefix: &str| {
        prefix
            .chars()
            .enumerate()
            .all(|(i, c)| rest.get(i) == Some(&c))
    };
    let found = |from: usize, end: &dyn Fn(usize) -> bool| (from..source.len()).find(|i| end(*i));
    let after_name = at > 0 && (source[at - 1].is_alphanumeric() || source[at - 1] == '_');

    if starts("//") {
        return found(at, &|i| source[i] == '\n').unwrap_or(source.len());
    }
    if starts("/*") {
        return block_comment_end(source, at);
    }
    if !after_name && (starts("r\"") || starts("r#") || starts("br\"") || starts("br#")) {
        let hashes_at = at + if source[at] == 'b' { 2 } else { 1 };
        let hashes = source[hashes_at..]
            .iter()
            .take_while(|c| **c == '#')
            .count();
        if source.get(hashes_at + hashes) != Some(&'"') {
            return at; // r#name
        }
        let closes = |i: usize| {
            source[i] == '"' && source[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes
        };
        return found(hashes_at + hashes + 1, &closes).map_or(source.len(), |i| i + 1 + hashes);
    }
    if starts("\"") {
        return quoted_end(source, at, '"');
    }
    // 'a' and '\n' are characters, 'a alone is a lifetime.
    if starts("'") && (rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'')) {
        return quoted_end(source, at, '\'');
    }
    at
}

fn block_comment_end(source: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (0, at);
    while i < source.len() {
        match (source[i], source.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    source.len()
}

fn quoted_end(source: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < source.len() && source[i] != quote {
        i += if source[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(source.len())
}

/// The code (see `code_only`) without what is compiled for tests only: each item under `#[cfg(test)]` is blanked out.
pub fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        kept.push_str(&rest[..start]);
        let item = &rest[start..];
        let end = item_end(item);
        kept.extend(item[..end].chars().filter(|c| *c == '\n'));
        rest = &item[end..];
    }
    kept.push_str(rest);
    kept
}

/// The end of the item at the beginning of `code`: its `;`, or the `}` that closes its first `{`.
fn item_end(code: &str) -> usize {
    let mut depth = 0;
    for (i, c) in code.char_indices() {
        match c {
            ';' if depth == 0 => return i + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return i + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// The numbers (from 1) of the lines in which `name` stands as a word or path of its own.
pub fn lines_with<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.lines()
        .enumerate()
        .filter(move |(_, line)| has_word(line, name))
        .map(|(i, _)| i + 1)
}

fn has_word(line: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(i, _)| {
        !line[..i].ends_with(part)
            && (!name.ends_with(part) || !line[i + name.len()..].starts_with(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_characters_are_blanked() {
        let code = code_only("a /* x /* y */ */ b // c\n\"d\\\"e\" 'f' '\\'' g");
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "b", "g"]);
        assert_eq!(code.lines().count(), 2);
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        let code = code_only("let x = r#\"a \" b\"#; let r#type = br\"q\\\"; tail");
        assert!(code.contains("r#type") && code.contains("tail"), "{code}");
        assert!(!code.contains('b') || !code.contains("a \""), "{code}");
    }

    #[test]
    fn lifetimes_are_not_characters() {
        assert_eq!(
            code_only("fn f<'a>(x: &'a str) {}"),
            "fn f<'a>(x: &'a str) {}"
        );
    }

    #[test]
    fn test_items_are_blanked_and_lines_kept() {
        let code = "use a;\n#[cfg(test)]\nuse b;\nfn c() {}\n#[cfg(test)]\nmod tests {\n fn d() { e() }\n}\nfn f() {}\n";
        let kept = without_tests(code);
        assert!(!kept.contains("use b") && !kept.contains("fn d"), "{kept}");
        assert!(kept.contains("fn c") && kept.contains("fn f"), "{kept}");
        assert_eq!(kept.lines().count(), code.lines().count());
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("use tokio::sync;", "tokio"));
        assert!(!has_word("my_tokio()", "tokio"));
        assert!(!has_word("tokiox", "tokio"));
        assert!(has_word("rand::random()", "rand::"));
    }
}
