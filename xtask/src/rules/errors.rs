//! Every error code has a page and every page a code, so that the link in a problem document never leads nowhere.

use std::collections::BTreeMap;

use crate::tree::{Finding, Tree};

const CODES: &str = "crates/mesh-model/src/error.rs";
const PAGES: &str = "docs/errors/";
/// The page that lists the others.
const INDEX: &str = "README";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(CODES) else {
        return Vec::new();
    };
    let codes = codes(text);
    let mut findings = Vec::new();
    if codes.is_empty() {
        findings.push(Finding::new(
            CODES,
            0,
            "no error codes found: xtask no longer understands this file",
        ));
    }
    for (code, (line, status)) in &codes {
        let path = format!("{PAGES}{code}.md");
        match tree.text(&path) {
            None => findings.push(Finding::new(
                CODES,
                *line,
                format!("`{code}` has no page {path}"),
            )),
            Some(page) => {
                if !page.starts_with(&format!("# {code}")) {
                    findings.push(Finding::new(&path, 1, format!("begin with `# {code}`")));
                }
                if !page.contains(*status) {
                    findings.push(Finding::new(
                        &path,
                        0,
                        format!("does not name the status {status} that it travels with"),
                    ));
                }
            }
        }
    }
    for (path, _) in tree
        .ending(".md")
        .filter(|(path, _)| path.starts_with(PAGES))
    {
        let code = path[PAGES.len()..].trim_end_matches(".md");
        if code != INDEX && !codes.contains_key(code) {
            findings.push(Finding::new(
                path,
                0,
                format!("there is no error code `{code}`"),
            ));
        }
    }
    findings
}

/// Code to line and status, from lines of the form `Variant = "code", 404, "Title";`.
fn codes(text: &str) -> BTreeMap<&str, (usize, &str)> {
    let mut codes = BTreeMap::new();
    for (i, line) in text.lines().enumerate() {
        let Some((variant, rest)) = line.trim().split_once(" = \"") else {
            continue;
        };
        let Some((code, rest)) = rest.split_once("\", ") else {
            continue;
        };
        let Some((status, _)) = rest.split_once(", \"") else {
            continue;
        };
        if variant.starts_with(char::is_uppercase) && status.len() == 3 {
            codes.insert(code, (i + 1, status));
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "error_codes! {\n    /// Gone.\n    Gone = \"gone\", 410, \"It is gone\";\n}\n";

    #[test]
    fn a_code_needs_a_page_and_a_page_a_code() {
        let tree = Tree::of(&[
            (CODES, LIST),
            ("docs/errors/lost.md", "# lost\n"),
            ("docs/errors/README.md", "# Errors\n"),
        ]);
        let messages: Vec<_> = check(&tree)
            .into_iter()
            .map(|finding| finding.message)
            .collect();
        assert_eq!(
            messages,
            [
                "`gone` has no page docs/errors/gone.md",
                "there is no error code `lost`"
            ]
        );
    }

    #[test]
    fn a_page_names_its_code_and_status() {
        let tree = Tree::of(&[
            (CODES, LIST),
            ("docs/errors/gone.md", "# gone\n\nStatus 410.\n"),
        ]);
        assert_eq!(check(&tree), []);
        let tree = Tree::of(&[(CODES, LIST), ("docs/errors/gone.md", "Gone, 404.\n")]);
        assert_eq!(check(&tree).len(), 2);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_a_finding() {
        assert_eq!(
            check(&Tree::of(&[(CODES, "pub enum ErrorCode {}\n")])).len(),
            1
        );
    }
}
