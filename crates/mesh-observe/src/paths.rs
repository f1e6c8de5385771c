//! Paths: what patterns have in common, as leases mean them, and which paths a text names.
//!
//! The node decides about leases by the same grammar; a test holds the two together. It is written again here because a
//! client has nothing of the server in it.

/// Paths of one text that count.
const PATHS_MAX: usize = 16;
/// Bytes of a path that counts; that of a lease has no more.
const PATH_BYTES_MAX: usize = 128;

/// Whether there is a path that both patterns mean: `*` and `?` for letters of one name, `**` for any names, `dir/` for all
/// that is in it.
pub fn meet(one: &str, two: &str) -> bool {
    if one == two {
        return true;
    }
    // Most paths stand for themselves and differ early.
    if plain(one) && plain(two) {
        return false;
    }
    let (one, two) = (segments(one), segments(two));
    if plain(one[0]) && plain(two[0]) && one[0] != two[0] {
        return false;
    }
    meets(&one, &two, &|name| *name == "**", &|one, two| {
        let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
        meets(&one, &two, &|letter| *letter == '*', &|one, two| {
            one == two || *one == '?' || *two == '?'
        })
    })
}

/// Whether it means one path only.
fn plain(path: &str) -> bool {
    !path.contains(['*', '?']) && !path.ends_with('/')
}

fn segments(text: &str) -> Vec<&str> {
    match text.strip_suffix('/') {
        Some(folder) => folder.split('/').chain(["**"]).collect(),
        None => text.split('/').collect(),
    }
}

/// Whether two sequences can mean the same, where what `any` names stands for any number of others. What is left of both is
/// kept in a table's row, so the time is that of both lengths.
fn meets<T>(one: &[T], two: &[T], any: &dyn Fn(&T) -> bool, same: &dyn Fn(&T, &T) -> bool) -> bool {
    let mut below = vec![false; two.len() + 1];
    for i in (0..=one.len()).rev() {
        let mut row = vec![false; two.len() + 1];
        for j in (0..=two.len()).rev() {
            row[j] = match (one.get(i), two.get(j)) {
                (None, None) => true,
                (Some(a), b) if any(a) => below[j] || (b.is_some() && row[j + 1]),
                (a, Some(b)) if any(b) => row[j + 1] || (a.is_some() && below[j]),
                (Some(a), Some(b)) => below[j + 1] && same(a, b),
                _ => false,
            };
        }
        below = row;
    }
    below[0]
}

/// The paths that a text names: words with a `/` between names, or a name with an ending that files have.
pub fn named(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches(|letter: char| "`'\"()[]{}<>,;:!?".contains(letter));
        let word = word.trim_end_matches('.').trim_start_matches("./");
        if is_path(word) && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
            if found.len() == PATHS_MAX {
                break;
            }
        }
    }
    found
}

fn is_path(word: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "._-/*?@+".contains(letter);
    if word.len() > PATH_BYTES_MAX || word.len() < 3 || !word.chars().all(plain) {
        return false;
    }
    let names: Vec<&str> = word.trim_end_matches('/').split('/').collect();
    if names.iter().any(|name| matches!(*name, "" | "." | "..")) {
        return false;
    }
    let last = names[names.len() - 1];
    let ending = last.rsplit_once('.').map_or("", |(_, ending)| ending);
    // "and/or", "he/she" and fractions are no paths.
    let lettered = names
        .iter()
        .any(|name| name.chars().any(char::is_alphabetic));
    let known = ENDINGS.contains(&ending) && !last.starts_with("www.");
    lettered
        && (known
            || word.ends_with('/')
            || (names.len() > 1 && word.contains('*'))
            || names.len() > 2)
}

/// Endings of files that agents edit. A name without a folder counts only with one of these.
const ENDINGS: &[&str] = &[
    "bash", "c", "cc", "cfg", "conf", "cpp", "cs", "css", "csv", "env", "go", "gradle", "h", "hpp",
    "html", "ini", "ipynb", "java", "js", "json", "jsx", "kt", "lock", "lua", "md", "mjs", "php",
    "proto", "py", "rb", "rs", "rst", "scala", "scss", "sh", "sql", "svelte", "swift", "tf",
    "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml", "zig",
];

#[cfg(test)]
mod tests {
    use mesh_core::Pattern;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What an observer takes for one file the node takes for one file.
        #[test]
        fn patterns_meet_as_the_node_has_them_meet(
            one in "(a|b|\\*|\\?|\\*\\*|a\\*b)(/(a|b|\\*|\\?c|\\*\\*)){0,3}/?",
            two in "(a|b|\\*|\\?|\\*\\*|a\\*b)(/(a|b|\\*|\\?c|\\*\\*)){0,3}/?",
        ) {
            let (first, second) = (Pattern::parse(&one).unwrap(), Pattern::parse(&two).unwrap());
            prop_assert_eq!(meet(&one, &two), first.meets(&second), "{} {}", one, two);
        }
    }

    #[test]
    fn a_text_names_paths_and_nothing_else() {
        let text = "Editing `src/parser/mod.rs`, Cargo.toml and docs/**; and/or he/she, 1/2, e.g. this, v1.2.3, http://a.b/c.rs.";
        assert_eq!(named(text), ["src/parser/mod.rs", "Cargo.toml", "docs/**"]);
        assert_eq!(named("see ../x.rs and /etc/passwd"), Vec::<String>::new());
        assert_eq!(named("a/b/c and web/"), ["a/b/c", "web/"]);
    }
}
